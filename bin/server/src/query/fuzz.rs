//! What holds for any query string.

use form_urlencoded::Serializer;
use proptest::prelude::*;

use super::parameter;

proptest! {
    #[test]
    fn any_query_is_read_or_has_no_such_parameter(query in r"(a|%61|[&=+%;\x00-\x7f]|%[0-9A-Fa-f]{0,2}|\PC){0,40}") {
        let value = parameter(&query, "a");
        prop_assert!(value.is_none() || query.contains('a') || query.contains("%61"));
        prop_assert!(value.is_none_or(|value| value.len() <= query.len() * 3));
    }

    #[test]
    fn what_a_client_encodes_is_what_is_read(
        pairs in prop::collection::vec(("a|b|aa|", any::<String>()), 0..6)
    ) {
        let query = Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let last = pairs.iter().rev().find(|(name, _)| name == "a");
        prop_assert_eq!(parameter(&query, "a"), last.map(|(_, value)| value.clone()));
    }
}
