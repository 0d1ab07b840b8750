/// The value of a query parameter, decoded. Of a repeated one the last counts, as in Django.
pub(crate) fn parameter(query: &str, name: &str) -> Option<String> {
    let [value] = parameters(query, [name]);
    value
}

/// The values of several query parameters.
pub(crate) fn parameters<const N: usize>(query: &str, names: [&str; N]) -> [Option<String>; N] {
    let mut values = [const { None }; N];
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        if let Some(index) = names.iter().position(|name| *name == key) {
            values[index] = Some(value.into_owned());
        }
    }
    values
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_as_django_reads_them() {
        let rows = [
            ("a=1", Some("1")),
            ("b=1", None),
            ("a=1&a=2", Some("2")),
            ("a=1&a=", Some("")),
            ("a", Some("")),
            ("a=x%20y+z", Some("x y z")),
            ("a=%E5%9B%BE", Some("图")),
            ("a=%FF", Some("\u{fffd}")),
            ("%61=1", Some("1")),
            ("a=1=2", Some("1=2")),
            ("", None),
        ];
        for (query, value) in rows {
            assert_eq!(parameter(query, "a").as_deref(), value, "{query}");
        }
    }
}
