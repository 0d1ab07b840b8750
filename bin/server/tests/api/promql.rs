//! As much of Prometheus' query language as it takes to see what a query is about.

/// A metric that a query selects.
#[derive(Debug)]
pub(crate) struct Selection {
    pub(crate) name: String,
    /// The labels that must match, and the values that the query names for them.
    pub(crate) matchers: Vec<(String, Vec<String>)>,
}

/// The metrics of ours that a query selects.
pub(crate) fn selections(query: &str) -> Vec<Selection> {
    let mut selections = Vec::new();
    let mut rest = query;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_') {
        rest = &rest[start..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        if name.starts_with("sms_") || name.starts_with("process_") {
            let matchers = after.strip_prefix('{').map(|inside| {
                let (inside, after) = braces(inside);
                rest = after;
                inside.split(',').map(matcher).collect()
            });
            selections.push(Selection {
                name: name.into(),
                matchers: matchers.unwrap_or_default(),
            });
        }
    }
    selections
}

/// What stands before a closing brace, and what after it; values may have braces in them.
fn braces(text: &str) -> (&str, &str) {
    let mut is_quoted = false;
    let end = text.find(|c| {
        is_quoted ^= c == '"';
        c == '}' && !is_quoted
    });
    let (inside, after) = text.split_at(end.unwrap());
    (inside, &after[1..])
}

/// Reads `label=~"one|other"` and its like.
fn matcher(text: &str) -> (String, Vec<String>) {
    let (label, values) = text.split_once(['=', '!']).unwrap();
    let values = values.trim_matches(['=', '~', '"']).split('|');
    (label.trim().into(), values.map(str::to_owned).collect())
}

/// The labels that a query groups by; `None` if it groups nowhere.
pub(crate) fn groups(query: &str) -> Option<Vec<&str>> {
    let mut groups = query.split("by (").skip(1).peekable();
    groups.peek()?;
    let labels = groups.flat_map(|rest| rest.split_once(')').unwrap().0.split(", "));
    Some(labels.collect())
}
