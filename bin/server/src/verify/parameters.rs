use actix_web::{HttpRequest, web};

use super::problem_reply::ProblemReply;
use crate::body;

/// No form that is meant comes near this, in bytes: clients send tags and values for templates too.
const LIMIT: usize = 16 * 1024;

/// The parameters of a request: those of its query, or of the form in its body.
///
/// Of a repeated one the last counts, and an empty one is as good as none.
pub(crate) struct Parameters(Vec<(String, String)>);

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
        let pairs = names.iter().filter_map(|name| {
            let value = self.get(name)?;
            Some(((*name).to_owned(), value.to_owned()))
        });
        Self(pairs.collect())
    }

    /// Each name with its value.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    fn parse(form: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(form);
        Self(pairs.into_owned().collect())
    }

    /// What it says of `name`, if anything.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter().rev();
        let (_, value) = pairs.find(|(key, _)| key == name)?;
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
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let some = all.only(&["Channel", "Status", "Country"]);
        assert_eq!(
            some.pairs(),
            [pair("Channel", "sms"), pair("Country", "HK")]
        );
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
