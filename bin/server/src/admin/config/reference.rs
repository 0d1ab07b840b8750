//! What docs/CONFIGURATION.md says of each key. The page is part of the program, so that nothing is
//! said of a key in two places.

use std::ops::Range;

/// The page.
const PAGE: &str = include_str!("../../../../../docs/CONFIGURATION.md");

/// How alike two keys are, from 0 to 1, if one may be meant by the other.
const ALIKE: f64 = 0.6;

/// A row of the page's tables of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// The dotted name. A part in capital letters, such as `NAME`, stands for names of one's choice.
    pub(super) key: &'static str,
    default: &'static str,
    meaning: &'static str,
}

impl Entry {
    /// Every row, in the order of the page.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        PAGE.lines().filter_map(|line| {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let ["", key, default, meaning, ""] = cells[..] else {
                return None;
            };
            let key = key.strip_prefix('`')?.strip_suffix('`')?;
            Some(Self {
                key,
                default,
                meaning,
            })
        })
    }

    /// Those that `key` may mean: that key, or else all below it.
    pub(super) fn about(key: &str) -> Vec<Self> {
        if let Some(entry) = Self::all().find(|entry| entry.key == key) {
            return vec![entry];
        }
        let (of_key, below): (Vec<_>, Vec<_>) = Self::all()
            .filter(|entry| entry.has(key))
            .partition(|entry| entry.is_for(key));
        if of_key.is_empty() { below } else { of_key }
    }

    /// The key that may be meant by one that is not there: one that is like it, as a whole or by its last
    /// part.
    pub(super) fn nearest(key: &str) -> Option<&'static str> {
        let likeness = |entry: Self| {
            let name = entry.key.rsplit_once('.').map_or("", |(_, name)| name);
            let [whole, part] =
                [entry.key, name].map(|known| strsim::normalized_damerau_levenshtein(known, key));
            // Of several with such a last part, the one that has least besides.
            [whole.max(part), whole]
        };
        let all = Self::all().map(|entry| (likeness(entry), entry.key));
        let nearest = all.max_by(|(one, _), (other, _)| {
            let [best, whole] = [0, 1].map(|at| one[at].total_cmp(&other[at]));
            best.then(whole)
        });
        nearest.and_then(|([best, _], key)| (best >= ALIKE).then_some(key))
    }

    /// Whether it is the row of the key, whatever the names in that are.
    pub(super) fn is_for(&self, key: &str) -> bool {
        self.parts().count() == key.split('.').count() && self.has(key)
    }

    /// Whether it is the row of the key, or of one below it.
    fn has(&self, key: &str) -> bool {
        let mut ours = self.parts();
        key.split('.').all(|part| {
            ours.next()
                .is_some_and(|ours| ours == part || is_name(ours))
        })
    }

    /// What stands for the name of a sender of one kind, such as `CCP`.
    pub(super) fn kind(&self) -> Option<&'static str> {
        let name = self.key.strip_prefix("gateway.senders.")?.split('.').next();
        name.filter(|name| is_name(name) && *name != "NAME")
    }

    /// Whether the key has names of one's choice in it.
    pub(super) fn has_names(&self) -> bool {
        self.parts().any(is_name)
    }

    /// What it is when nobody sets it, in words.
    pub(super) fn default(&self) -> String {
        match self.default {
            "—" => "none".to_owned(),
            "required" => "none: it must be given".to_owned(),
            default => plain(default),
        }
    }

    /// What it means.
    pub(super) fn meaning(&self) -> String {
        plain(self.meaning)
    }

    fn parts(&self) -> impl Iterator<Item = &'static str> {
        self.key.split('.')
    }
}

/// Whether a part of a key stands for a name.
fn is_name(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// A text without the marks of its form: those of code, and targets of links.
fn plain(marked: &str) -> String {
    let mut text = marked.replace('`', "");
    while let Some((place, name)) = link(&text) {
        let name = name.to_owned();
        text.replace_range(place, &name);
    }
    text
}

/// The first `[name](target)` of a text: where it is, and its name.
fn link(text: &str) -> Option<(Range<usize>, &str)> {
    let middle = text.find("](")?;
    let start = text[..middle].rfind('[')?;
    let end = middle + text[middle..].find(')')? + 1;
    Some((start..end, &text[start + 1..middle]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(key: &str) -> Vec<&'static str> {
        let entries = Entry::about(key).into_iter();
        entries.map(|entry| entry.key).collect()
    }

    #[test]
    fn a_key_is_found_by_its_name_or_by_that_of_its_section() {
        assert_eq!(keys("store.url"), ["store.url"]);
        assert_eq!(keys("gateway.routes.FR"), ["gateway.routes.CN"]);
        assert_eq!(keys("gateway.routes.default"), ["gateway.routes.default"]);
        assert_eq!(
            keys("verify.services.shop.ttl_s"),
            ["verify.services.NAME.ttl_s"]
        );
        assert_eq!(keys("locale"), ["locale.messages"]);
        assert!(keys("limits").len() > 5);
        assert_eq!(keys("limits.per_mobil"), [""; 0]);
    }

    #[test]
    fn the_nearest_key_is_told_if_one_is_near() {
        let rows = [
            ("limits.per_mobil", Some("limits.per_mobile")),
            ("limit.per_ip", Some("limits.per_ip")),
            ("store.ulr", Some("store.url")),
            ("hide_numbers", Some("store.hide_numbers")),
            ("per_mobil", Some("limits.per_mobile")),
            ("xyzzy", None),
        ];
        for (key, nearest) in rows {
            assert_eq!(Entry::nearest(key), nearest, "{key}");
        }
    }

    #[test]
    fn marks_are_left_out() {
        let rows = [
            ("`\"dev\"` or `\"prod\"`", "\"dev\" or \"prod\""),
            ("see [TLS](OPERATIONS.md#tls); more", "see TLS; more"),
            ("`[]` is all [of](x) `[\"*\"]`", "[] is all of [\"*\"]"),
            ("`host[:port][/database]`", "host[:port][/database]"),
        ];
        for (marked, text) in rows {
            assert_eq!(plain(marked), text);
        }
    }
}
