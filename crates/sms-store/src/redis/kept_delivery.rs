//! What is known of a delivery, as scripts keep it; `lua/deliveries.lua` tells the form.

use sms_core::{Delivery, DeliveryState, Dispatch, Fate, Timestamp};

use super::unreadable;
use crate::StoreError;

/// The rank of a state in a word.
pub(super) fn rank(state: DeliveryState) -> u8 {
    match state {
        DeliveryState::Pending => 1,
        DeliveryState::Failed => 2,
        DeliveryState::Delivered => 3,
    }
}

/// The fate that a script tells of in its answer to `step`.
pub(super) fn told(step: &str, kept: &str) -> Result<Fate, StoreError> {
    read(kept).fate().map_or_else(|| unreadable(step), Ok)
}

/// What a kept text tells; nothing, if it is of another form.
pub(super) fn read(kept: &str) -> Delivery {
    let mut delivery = Delivery::default();
    let (dispatched, word) = kept.split_once(' ').unwrap_or_default();
    if let Some(dispatch) = dispatch(dispatched) {
        delivery.dispatched(dispatch);
    }
    if let Some((state, at)) = self::word(word) {
        delivery.reported(at, state, None);
    }
    delivery
}

fn dispatch(kept: &str) -> Option<Dispatch> {
    let mut parts = kept.splitn(3, ':');
    Some(Dispatch {
        sent_at: timestamp(parts.next()?)?,
        region: parts.next()?.parse().ok()?,
        message_id: parts.next()?.to_owned(),
    })
}

fn word(kept: &str) -> Option<(DeliveryState, Timestamp)> {
    let (rank, at) = kept.split_once(':')?;
    let state = match rank {
        "1" => DeliveryState::Pending,
        "2" => DeliveryState::Failed,
        "3" => DeliveryState::Delivered,
        _ => return None,
    };
    Some((state, timestamp(at)?))
}

fn timestamp(digits: &str) -> Option<Timestamp> {
    digits.parse().ok().map(Timestamp::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sms_core::Region;

    #[test]
    fn a_fate_is_read_from_what_scripts_keep() {
        let expected = |has_arrived| Fate {
            dispatch: Dispatch {
                sent_at: Timestamp::from_millis(1_700_000_000_000),
                region: Region::CN,
                message_id: "a1:b2".to_owned(),
            },
            has_arrived,
            at: Timestamp::from_millis(1_700_000_004_000),
        };
        let kept = "1700000000000:CN:a1:b2 3:1700000004000";
        assert_eq!(read(kept).fate(), Some(expected(true)));
        let kept = "1700000000000:CN:a1:b2 2:1700000004000";
        assert_eq!(read(kept).fate(), Some(expected(false)));
    }

    #[test]
    fn what_is_no_fate_is_read_as_none() {
        let rows = [
            " ",
            "",
            "1700000000000:CN:a1 ",
            " 3:1700000004000",
            "1700000000000:CN:a1 1:1700000004000",
            "1700000000000:XX:a1 3:1700000004000",
            "soon:CN:a1 3:1700000004000",
        ];
        for kept in rows {
            assert_eq!(read(kept).fate(), None, "{kept}");
        }
    }

    #[test]
    fn a_message_without_a_final_word_is_still_known_to_be_sent() {
        let rows = [
            ("1700000000000:CN:a1 ", true),
            ("1700000000000:CN:a1 1:1700000004000", true),
            ("1700000000000:CN:a1 3:1700000004000", true),
            (" 3:1700000004000", false),
            (" ", false),
        ];
        for (kept, is_sent) in rows {
            assert_eq!(read(kept).is_dispatched(), is_sent, "{kept}");
        }
    }

    proptest! {
        #[test]
        fn reading_anything_never_panics(kept in "\\PC{0,40}|[0-9: A-Z]{0,40}") {
            let _ = read(&kept);
        }
    }
}
