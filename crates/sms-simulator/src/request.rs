use serde::{Deserialize, Serialize};

/// A provider whose part the simulator plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Yuntongxun (容联云通讯), TemplateSMS.
    Ccp,
    /// Aliyun, SendSms of 2017-05-25.
    Aliyun,
    /// Tencent Cloud, SendSms of 2021-01-11.
    Tencent,
    /// Twilio, Messages.
    Twilio,
}

impl Provider {
    /// Its name in scripts, as everywhere.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ccp => "ccp",
            Self::Aliyun => "aliyun",
            Self::Tencent => "tencent",
            Self::Twilio => "twilio",
        }
    }

    /// Whom a request is meant for; `None` if it looks like none of theirs.
    ///
    /// CCP and Twilio have paths of their own; the other two ask at `/` and have headers that
    /// begin with their own prefix.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let has_header = |prefix: &str| {
            let mut names = request.headers.iter().map(|(name, _)| name);
            names.any(|name| name.starts_with(prefix))
        };
        let is_authorized = |scheme: &str| {
            let authorization = request.header("authorization");
            authorization.is_some_and(|value| value.starts_with(scheme))
        };
        match request.path.as_str() {
            path if path.contains("/Messages") => Some(Self::Twilio),
            path if path.contains("/Accounts/") || path.contains("/SubAccounts/") => {
                Some(Self::Ccp)
            }
            "/" if has_header("x-acs-") || is_authorized("ACS3-") => Some(Self::Aliyun),
            "/" if has_header("x-tc-") || is_authorized("TC3-") => Some(Self::Tencent),
            _ => None,
        }
    }
}

/// A request as it came over the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// Such as `POST`.
    pub(crate) method: String,
    /// The path as it was written, without the query.
    pub(crate) path: String,
    /// What follows the question mark, as it was written.
    pub(crate) query: String,
    /// Names in lower case, and values.
    pub(crate) headers: Vec<(String, String)>,
    /// The bytes after the head.
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The value of the first header of that name, which is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The type of the body, in lower case and without parameters; empty if there is none.
    pub(crate) fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        let media_type = value.split(';').next().unwrap_or_default();
        media_type.trim().to_ascii_lowercase()
    }

    /// The decoded parameters of the query.
    pub(crate) fn query_pairs(&self) -> Vec<(String, String)> {
        let pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.into_owned().collect()
    }

    #[cfg(test)]
    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    #[cfg(test)]
    pub(crate) fn remove_header(&mut self, name: &str) {
        self.headers.retain(|(other, _)| other != name);
    }
}
