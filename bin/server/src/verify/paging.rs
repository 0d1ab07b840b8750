use form_urlencoded::Serializer;
use serde::Serialize;
use serde_json::{Value, json};

use super::links::Links;
use super::parameters::Parameters;
use super::problem::Problem;
use super::problem_reply::ProblemReply;

const USUAL_SIZE: usize = 50;
const MOST: usize = 1000;

/// Which part of a list is asked for.
#[derive(Debug)]
pub(crate) struct Page {
    size: usize,
    number: usize,
    token: Option<String>,
}

/// A list as links name it.
pub(crate) struct List<'a> {
    /// The member that its entries are in.
    pub(crate) key: &'static str,
    /// The path of this face that it is at.
    pub(crate) path: &'a str,
    /// The parameters that choose its entries.
    pub(crate) filters: &'a [(&'a str, &'a str)],
}

/// What comes after a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing.
    End,
    /// The page of the next number.
    Number,
    /// The page of the next number, which begins where a token of ours says.
    Token(String),
}

#[derive(Serialize)]
struct Meta<'a> {
    key: &'a str,
    page: usize,
    page_size: usize,
    first_page_url: String,
    previous_page_url: Option<String>,
    url: String,
    next_page_url: Option<String>,
}

impl Page {
    /// What a query asks for: `PageSize`, `Page` and `PageToken`.
    ///
    /// # Errors
    ///
    /// A number that is none, or a size of more than 1000.
    pub(crate) fn of(query: &Parameters) -> Result<Self, ProblemReply> {
        let number = |text: &str| text.parse::<u32>().ok().map(|number| number as usize);
        let size = query.read("PageSize", |text| number(text).filter(|size| *size > 0))?;
        if size > Some(MOST) {
            return Err(Problem::PageTooLarge.into());
        }
        Ok(Self {
            size: size.unwrap_or(USUAL_SIZE),
            number: query.read("Page", number)?.unwrap_or(0),
            token: query.get("PageToken").map(str::to_owned),
        })
    }

    /// How many entries it has at most.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Where it begins in a list whose pages have tokens; `None` at the head of the list.
    ///
    /// # Errors
    ///
    /// A later page is asked for by its number alone, or the token is none that `read` knows.
    pub(crate) fn begin<T>(
        &self,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ProblemReply> {
        let wrong = || ProblemReply::parameter("PageToken");
        match &self.token {
            Some(token) => read(token).ok_or_else(wrong).map(Some),
            None if self.number > 0 => Err(wrong()),
            None => Ok(None),
        }
    }

    /// The part of a list that is known whole, and what comes after it.
    pub(crate) fn cut<T>(&self, list: Vec<T>) -> (Vec<T>, Next) {
        let begin = self.number.saturating_mul(self.size);
        let next = match begin.saturating_add(self.size) < list.len() {
            true => Next::Number,
            false => Next::End,
        };
        let part = list.into_iter().skip(begin).take(self.size);
        (part.collect(), next)
    }

    /// The answer: the entries of this page of a list, and where the others are.
    pub(crate) fn answer(
        &self,
        links: &Links,
        list: &List<'_>,
        entries: &[impl Serialize],
        next: &Next,
    ) -> Value {
        let url = |number: usize, token: Option<&str>| {
            let mut query = Serializer::new(String::new());
            query.extend_pairs(list.filters);
            query.append_pair("PageSize", &self.size.to_string());
            query.append_pair("Page", &number.to_string());
            if let Some(token) = token {
                query.append_pair("PageToken", token);
            }
            links.to(&format!("{}?{}", list.path, query.finish()))
        };
        // Where the page before this one begins, a token does not tell.
        let has_previous = self.number > 0 && self.token.is_none();
        let following = self.number.saturating_add(1);
        let meta = Meta {
            key: list.key,
            page: self.number,
            page_size: self.size,
            first_page_url: url(0, None),
            previous_page_url: has_previous.then(|| url(self.number - 1, None)),
            url: url(self.number, self.token.as_deref()),
            next_page_url: match next {
                Next::End => None,
                Next::Number => Some(url(following, None)),
                Next::Token(token) => Some(url(following, Some(token))),
            },
        };
        json!({list.key: entries, "meta": meta})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client_address::TrustedProxies;
    use actix_web::test::TestRequest;

    fn page(query: &str) -> Page {
        Page::of(&Parameters::of(query)).unwrap()
    }

    /// The answer with the part of a list of five that a query asks for.
    fn answer(query: &str) -> Value {
        let proxies = TrustedProxies::new(Vec::new());
        let request = TestRequest::default().to_http_request();
        let links = Links::new(Some("https://a"), &proxies, &request);
        let list = List {
            key: "numbers",
            path: "/Numbers",
            filters: &[("Country", "CN")],
        };
        let page = page(query);
        let (entries, next) = page.cut((0..5).collect());
        page.answer(&links, &list, &entries, &next)
    }

    fn url(query: &str) -> String {
        format!("https://a/v2/Numbers?Country=CN&{query}")
    }

    #[test]
    fn all_pages_together_are_the_list() {
        let first = answer("PageSize=2");
        let expected = json!({
            "numbers": [0, 1],
            "meta": {
                "key": "numbers", "page": 0, "page_size": 2,
                "first_page_url": url("PageSize=2&Page=0"),
                "previous_page_url": null,
                "url": url("PageSize=2&Page=0"),
                "next_page_url": url("PageSize=2&Page=1"),
            },
        });
        assert_eq!(first, expected);
        let last = answer("PageSize=2&Page=2");
        assert_eq!(last["numbers"], json!([4]));
        assert_eq!(last["meta"]["next_page_url"], Value::Null);
        let previous = &last["meta"]["previous_page_url"];
        assert_eq!(*previous, url("PageSize=2&Page=1"));
        // A full page is the last one all the same.
        assert_eq!(answer("PageSize=5")["meta"]["next_page_url"], Value::Null);
        let beyond = answer("PageSize=1000&Page=4294967295");
        assert_eq!(beyond["numbers"], json!([]));
    }

    #[test]
    fn a_page_has_fifty_entries_unless_another_size_is_asked_for() {
        assert_eq!(page("").size(), 50);
        assert_eq!(page("PageSize=1000").size(), 1000);
        let rows = [
            ("PageSize=1001", "page_too_large"),
            ("PageSize=0", "bad_parameter"),
            ("PageSize=x", "bad_parameter"),
            ("PageSize=-1", "bad_parameter"),
            ("Page=-1", "bad_parameter"),
            ("Page=x", "bad_parameter"),
        ];
        for (query, expected) in rows {
            let problem = Page::of(&Parameters::of(query)).unwrap_err();
            assert_eq!(problem.to_string(), expected, "{query}");
        }
    }

    #[test]
    fn a_list_that_grows_is_gone_through_by_tokens() {
        let number = |text: &str| text.parse::<u32>().ok();
        assert_eq!(page("").begin(number).unwrap(), None);
        assert_eq!(page("Page=1&PageToken=7").begin(number).unwrap(), Some(7));
        for query in ["Page=1", "Page=1&PageToken=x"] {
            assert!(page(query).begin(number).is_err(), "{query}");
        }
    }
}
