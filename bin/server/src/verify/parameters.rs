use actix_web::{HttpRequest, web};

use super::problem_reply::ProblemReply;
use crate::body;

/// No form that is meant comes near this, in bytes: clients send tags and values for templates too.
const LIMIT: usize = 16 * 1024;

/// The parameters of a request: those of its query, or of the form in its body.
///
/// Of a repeated one the last counts, and an empty one is as good as none.
pub(crate) struct Parameters {
    /// Each name, and its value behind it.
    text: String,
    /// Where each name and its value end.
    ends: Vec<(usize, usize)>,
}

impl Parameters {
    /// Those of the query.
    pub(crate) fn of_query(request: &HttpRequest) -> Self {
        Self::parse(request.query_string().as_bytes())
    }

    /// Those of the form in the body.
    ///
    /// # Errors
    ///
    /// The body is too large or too slow.
    pub(crate) async fn of_form(
        request: &HttpRequest,
        payload: web::Payload,
    ) -> Result<Self, ProblemReply> {
        let body = body::read_up_to(LIMIT, request.headers(), payload).await?;
        Ok(Self::parse(&body))
    }

    /// Those of them that have one of these `names`, in that order, and say something.
    pub(crate) fn only(&self, names: &[&str]) -> Self {
        let mut some = Self::with_room(self.text.len());
        for name in names {
            if let Some(value) = self.get(name) {
                some.push(name, value);
            }
        }
        some
    }

    /// Each name with its value.
    pub(crate) fn pairs(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        (0..self.ends.len()).map(|index| {
            let begin = index.checked_sub(1).map_or(0, |before| self.ends[before].1);
            let (name, value) = self.ends[index];
            (&self.text[begin..name], &self.text[name..value])
        })
    }

    fn parse(form: &[u8]) -> Self {
        // What is decoded is not longer, unless bytes are replaced that are no text.
        let mut parameters = Self::with_room(form.len());
        for (name, value) in form_urlencoded::parse(form) {
            parameters.push(&name, &value);
        }
        parameters
    }

    fn with_room(bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            ends: Vec::new(),
        }
    }

    fn push(&mut self, name: &str, value: &str) {
        self.text.push_str(name);
        let name = self.text.len();
        self.text.push_str(value);
        self.ends.push((name, self.text.len()));
    }

    /// What it says of `name`, if anything.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.pairs().rev();
        let (_, value) = pairs.find(|(key, _)| *key == name)?;
        (!value.is_empty()).then_some(value)
    }

    /// What it says of `name`.
    ///
    /// # Errors
    ///
    /// It says nothing.
    pub(crate) fn required(&self, name: &str) -> Result<&str, ProblemReply> {
        self.get(name).ok_or_else(|| ProblemReply::parameter(name))
    }

    /// What it says of `name`, as `read` reads it.
    ///
    /// # Errors
    ///
    /// It can't be read.
    pub(crate) fn read<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ProblemReply> {
        let value = self.get(name);
        let wrong = || ProblemReply::parameter(name);
        value.map(|text| read(text).ok_or_else(wrong)).transpose()
    }
}

#[cfg(test)]
impl Parameters {
    /// Those of a text in the form of queries, for tests of what reads them.
    pub(super) fn of(form: &str) -> Self {
        Self::parse(form.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_what_was_said_last() {
        let rows = [
            ("To=%2B8613800138000", Some("+8613800138000")),
            ("To=1&To=2", Some("2")),
            ("To=1&To=", None),
            ("To", None),
            ("to=1", None),
            ("To=%E5%9B%BE+x", Some("图 x")),
            ("", None),
        ];
        for (form, expected) in rows {
            assert_eq!(Parameters::of(form).get("To"), expected, "{form}");
        }
    }

    #[test]
    fn some_of_them_are_taken_by_name() {
        let all = Parameters::of("Status=&Country=CN&Page=1&Channel=sms&Country=HK");
        let some = all.only(&["Channel", "Status", "Country"]);
        let some: Vec<_> = some.pairs().collect();
        assert_eq!(some, [("Channel", "sms"), ("Country", "HK")]);
    }

    #[test]
    fn what_is_missing_or_bad_is_named() {
        let parameters = Parameters::of("Max=many&Interval=60");
        let number = |text: &str| text.parse::<u32>().ok();
        let told = |problem: ProblemReply| format!("{problem:?}");
        assert!(told(parameters.required("Status").unwrap_err()).contains("\"Status\""));
        assert!(told(parameters.read("Max", number).unwrap_err()).contains("\"Max\""));
        assert_eq!(parameters.read("Interval", number).unwrap(), Some(60));
        assert_eq!(parameters.read("Page", number).unwrap(), None);
    }
}
