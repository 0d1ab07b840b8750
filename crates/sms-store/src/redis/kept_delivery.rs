//! What is known of a delivery, as scripts keep it; `lua/deliveries.lua` tells the form.

use sms_core::{DeliveryState, Dispatch, Fate, Timestamp};

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
    fate(kept).map_or_else(|| unreadable(step), Ok)
}

/// The fate that a kept text tells; `None` if it tells none.
pub(super) fn fate(kept: &str) -> Option<Fate> {
    let (dispatch, word) = kept.split_once(' ')?;
    let (rank, at) = word.split_once(':')?;
    let has_arrived = match rank {
        "2" => false,
        "3" => true,
        _ => return None,
    };
    let mut parts = dispatch.splitn(3, ':');
    Some(Fate {
        dispatch: Dispatch {
            sent_at: timestamp(parts.next()?)?,
            region: parts.next()?.parse().ok()?,
            message_id: parts.next()?.to_owned(),
        },
        has_arrived,
        at: timestamp(at)?,
    })
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
        assert_eq!(fate(kept), Some(expected(true)));
        let kept = "1700000000000:CN:a1:b2 2:1700000004000";
        assert_eq!(fate(kept), Some(expected(false)));
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
            assert_eq!(fate(kept), None, "{kept}");
        }
    }

    proptest! {
        #[test]
        fn reading_anything_never_panics(kept in "\\PC{0,40}|[0-9: A-Z]{0,40}") {
            let _ = fate(&kept);
        }
    }
}
