//! Templates as the providers keep them: text with places for values.

use std::collections::BTreeMap;

/// Puts values in the places `{1}`, `{2}` and so on; `None` unless there are as many values as
/// the highest place says.
pub(crate) fn numbered(template: &str, values: &[String]) -> Option<String> {
    let mut highest = 0;
    let text = fill(template, "{", |name| {
        let place: usize = name.parse().ok()?;
        highest = highest.max(place);
        Some(
            place
                .checked_sub(1)
                .and_then(|index| values.get(index))
                .map(String::as_str),
        )
    })?;
    (highest == values.len()).then_some(text)
}

/// Puts values in the places `${name}`; `None` if one is missing. Those without a place are ignored.
pub(crate) fn named(template: &str, values: &BTreeMap<String, String>) -> Option<String> {
    fill(template, "${", |name| {
        Some(values.get(name).map(String::as_str))
    })
}

/// `value` gives `None` for what is no place, and `Some(None)` for a place without a value.
fn fill<'a>(
    template: &str,
    opening: &str,
    mut value: impl FnMut(&str) -> Option<Option<&'a str>>,
) -> Option<String> {
    let (mut text, mut rest) = (String::new(), template);
    while let Some((before, after)) = rest.split_once(opening) {
        text += before;
        let place = after.split_once('}');
        match place.and_then(|(name, behind)| Some((value(name)?, behind))) {
            Some((value, behind)) => {
                text += value?;
                rest = behind;
            }
            None => {
                text += opening;
                rest = after;
            }
        }
    }
    Some(text + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_places_take_exactly_as_many_values() {
        let rows: [(&str, &[&str], Option<&str>); 7] = [
            ("{1} in {2}", &["6532", "5"], Some("6532 in 5")),
            ("{2}{1}{2}", &["a", "b"], Some("bab")),
            ("{1} in {2}", &["6532"], None),
            ("{1}", &["6532", "5"], None),
            ("none", &[], Some("none")),
            ("{x} {1", &[], Some("{x} {1")),
            ("{0}", &["a"], None),
        ];
        for (template, values, expected) in rows {
            let values: Vec<_> = values.iter().map(|&value| value.to_owned()).collect();
            assert_eq!(
                numbered(template, &values).as_deref(),
                expected,
                "{template}"
            );
        }
    }

    #[test]
    fn a_value_is_not_searched_for_places() {
        let values = ["{2}".to_owned(), "5".to_owned()];
        assert_eq!(numbered("{1}{2}", &values).as_deref(), Some("{2}5"));
    }

    #[test]
    fn named_places_need_their_values() {
        let values = BTreeMap::from([("code".to_owned(), "6532".to_owned())]);
        assert_eq!(named("is ${code}!", &values).as_deref(), Some("is 6532!"));
        assert_eq!(named("${code} ${ttl}", &values), None);
        assert_eq!(named("plain ${", &values).as_deref(), Some("plain ${"));
    }
}
