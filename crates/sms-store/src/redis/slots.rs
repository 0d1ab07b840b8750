use std::collections::HashSet;

use crc::{CRC_16_XMODEM, Crc};
use deadpool_redis::redis::Value;

use crate::StoreError;

/// Slots of a Cluster.
const SLOTS: u16 = 16384;

/// The slot of a key: CRC16 (XMODEM) of its hash tag, or else of the whole key, modulo 16384.
///
/// A hash tag is what stands between the first `{` and the first `}` after it, if that is anything
/// at all (Redis Cluster specification, "Hash tags").
pub(super) fn slot_of(key: &str) -> u16 {
    const CRC: Crc<u16> = Crc::<u16>::new(&CRC_16_XMODEM);
    let tag = key
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'))
        .map_or(key, |(tag, _)| if tag.is_empty() { key } else { tag });
    CRC.checksum(tag.as_bytes()) % SLOTS
}

/// Where a node is: name or address, and port.
pub(super) type Node = (String, u16);

/// Which primary has which slots.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SlotMap(Vec<Range>);

#[derive(Debug, PartialEq, Eq)]
struct Range {
    first: u16,
    last: u16,
    primary: Node,
}

impl SlotMap {
    /// Reads the answer to `CLUSTER SLOTS`. A node that tells no address of its own is `asked`,
    /// which is how the answer came.
    pub(super) fn read(answer: &Value, asked: &str) -> Result<Self, StoreError> {
        let Value::Array(ranges) = answer else {
            return Err(StoreError::Refused("no slots are told".to_owned()));
        };
        let ranges = ranges.iter().map(|range| read_range(range, asked));
        let ranges: Option<Vec<_>> = ranges.collect();
        ranges
            .map(Self)
            .ok_or_else(|| StoreError::Refused("unreadable slots".to_owned()))
    }

    /// How many slots have a primary.
    pub(super) fn len(&self) -> usize {
        let slots = |range: &Range| usize::from(range.last.saturating_sub(range.first)) + 1;
        self.0.iter().map(slots).sum()
    }

    /// Whether every slot has one.
    pub(super) fn is_whole(&self) -> bool {
        self.len() >= usize::from(SLOTS)
    }

    /// The primary that has `slot`; `None` if nobody has.
    pub(super) fn primary(&self, slot: u16) -> Option<&Node> {
        let holds = |range: &&Range| (range.first..=range.last).contains(&slot);
        self.0.iter().find(holds).map(|range| &range.primary)
    }

    /// Every primary.
    pub(super) fn primaries(&self) -> HashSet<&Node> {
        self.0.iter().map(|range| &range.primary).collect()
    }
}

/// `[first, last, [address, port, …], replicas…]`
fn read_range(range: &Value, asked: &str) -> Option<Range> {
    let Value::Array(parts) = range else {
        return None;
    };
    let [first, last, Value::Array(primary), ..] = &parts[..] else {
        return None;
    };
    let [address, port, ..] = &primary[..] else {
        return None;
    };
    let address = match address {
        Value::BulkString(bytes) if !bytes.is_empty() => std::str::from_utf8(bytes).ok()?,
        Value::BulkString(_) | Value::Nil => asked,
        _ => return None,
    };
    Some(Range {
        first: number(first)?,
        last: number(last)?,
        primary: (address.to_owned(), number(port)?),
    })
}

fn number(value: &Value) -> Option<u16> {
    match value {
        Value::Int(number) => u16::try_from(*number).ok(),
        _ => None,
    }
}

/// Reads the node that a redirection names: `host:port`, or `:port` of the one that was asked.
pub(super) fn read_node(text: &str, asked: &str) -> Option<Node> {
    let (host, port) = text.rsplit_once(':')?;
    let host = match host {
        "" | "?" => asked,
        host => host,
    };
    Some((host.to_owned(), port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_the_specification() {
        // "123456789" has the checksum 0x31C3 there.
        assert_eq!(slot_of("123456789"), 0x31C3);
        assert_eq!(slot_of("foo"), 12182);
        assert_eq!(slot_of("{user1000}.following"), slot_of("user1000"));
        assert_eq!(slot_of("foo{}{bar}"), slot_of("foo{}{bar}"));
        assert_eq!(slot_of("foo{{bar}}zap"), slot_of("{bar"));
        assert_eq!(slot_of("foo{bar}{zap}"), slot_of("bar"));
    }

    #[test]
    fn an_answer_is_read_with_replicas_and_nodes_without_a_name() {
        let node = |host: &str, port| {
            Value::Array(vec![
                Value::BulkString(host.into()),
                Value::Int(port),
                Value::BulkString("id".into()),
                Value::Array(vec![]),
            ])
        };
        let answer = Value::Array(vec![
            Value::Array(vec![
                Value::Int(0),
                Value::Int(99),
                node("10.0.0.1", 7001),
                node("10.0.0.2", 7002),
            ]),
            Value::Array(vec![Value::Int(200), Value::Int(16383), node("", 7003)]),
        ]);
        let map = SlotMap::read(&answer, "seed").unwrap();
        assert_eq!(map.primary(99), Some(&("10.0.0.1".to_owned(), 7001)));
        assert_eq!(map.primary(100), None);
        assert_eq!(map.primary(200), Some(&("seed".to_owned(), 7003)));
        assert_eq!(map.primaries().len(), 2);
        assert_eq!((map.len(), map.is_whole()), (100 + 16184, false));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for answer in [
            Value::Nil,
            Value::Array(vec![Value::Nil]),
            Value::Array(vec![Value::Array(vec![Value::Int(0), Value::Int(70_000)])]),
        ] {
            assert!(SlotMap::read(&answer, "seed").is_err(), "{answer:?}");
        }
    }

    #[test]
    fn a_redirection_names_a_node() {
        let node = |text| read_node(text, "asked");
        assert_eq!(node("10.0.0.1:7001"), Some(("10.0.0.1".to_owned(), 7001)));
        assert_eq!(node("::1:7001"), Some(("::1".to_owned(), 7001)));
        assert_eq!(node(":7001"), Some(("asked".to_owned(), 7001)));
        assert_eq!(node("nowhere"), None);
    }
}
