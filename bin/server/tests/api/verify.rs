//! A caller of the Verify face.

use std::net::SocketAddr;

use form_urlencoded::Serializer;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;

use crate::app::{App, client};

pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const TOKEN: &str = "the token of the account";
pub(crate) const SHOP: &str = "VA00000000000000000000000000000001";
pub(crate) const BANK: &str = "VA00000000000000000000000000000002";
/// The number of [`crate::app::MOBILE`] as callers of this face write it.
pub(crate) const TO: &str = "+8613800138000";

/// A face with two services and no limits of numbers; `more` are lines of the section of the first
/// service, and further sections.
pub(crate) fn settings(more: &str) -> String {
    limited("per_mobile = []", more)
}

/// The same with lines about limits.
pub(crate) fn limited(limits: &str, more: &str) -> String {
    format!(
        "[limits]\nper_ip = []\nimage_per_ip = []\n{limits}\n\
         [verify]\naccount_sid = '{ACCOUNT}'\nauth_token = '{TOKEN}'\n\
         [verify.services.bank]\nsid = '{BANK}'\nfriendly_name = 'Bank'\n\
         [verify.services.shop]\nsid = '{SHOP}'\nfriendly_name = 'Shop'\n{more}\n"
    )
}

/// A key with these lines in its section.
pub(crate) fn key(name: &str, sid: &str, lines: &str) -> String {
    format!("[verify.keys.{name}]\nsid = '{sid}'\nsecret = 'the secret of {name}'\n{lines}\n")
}

/// The parameters of a request, with their values.
pub(crate) type Form<'a> = &'a [(&'a str, &'a str)];

/// Who calls, with what they show.
pub(crate) struct Caller<'a> {
    public: SocketAddr,
    client: Client,
    user: &'a str,
    password: &'a str,
}

impl<'a> Caller<'a> {
    /// The account itself.
    pub(crate) fn account(app: &App) -> Self {
        Self::new(app, ACCOUNT, TOKEN)
    }

    pub(crate) fn new(app: &App, user: &'a str, password: &'a str) -> Self {
        Self::at(app.public, user, password)
    }

    pub(crate) fn at(public: SocketAddr, user: &'a str, password: &'a str) -> Self {
        Self {
            public,
            client: client(),
            user,
            password,
        }
    }

    /// A request to a path of this face, which begins behind `/v2`.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("http://{}/v2{path}", self.public);
        let request = self.client.request(method, url);
        request.basic_auth(self.user, Some(self.password))
    }

    pub(crate) async fn get(&self, path: &str) -> Told {
        told(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Told {
        told(self.request(Method::DELETE, path).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, parameters: Form<'_>) -> Told {
        let mut form = Serializer::new(String::new());
        let form = form.extend_pairs(parameters).finish();
        let request = self.request(Method::POST, path);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        told(request.body(form).send().await.unwrap()).await
    }

    /// Asks for a code for a number.
    pub(crate) async fn start(&self, service: &str, to: &str) -> Told {
        let path = format!("/Services/{service}/Verifications");
        self.post(&path, &[("To", to), ("Channel", "sms")]).await
    }

    /// Checks a code of a number.
    pub(crate) async fn check(&self, service: &str, to: &str, code: &str) -> Told {
        let path = format!("/Services/{service}/VerificationCheck");
        self.post(&path, &[("To", to), ("Code", code)]).await
    }

    /// A verification by its sid or its number.
    pub(crate) async fn fetch(&self, service: &str, name: &str) -> Told {
        let path = format!("/Services/{service}/Verifications/{name}");
        self.get(&path).await
    }

    /// How many attempts there are, and how many of them were converted.
    pub(crate) async fn summary(&self) -> (u64, u64) {
        let told = self.get("/Attempts/Summary").await.body;
        let count = |name| told[name].as_u64().unwrap();
        (count("total_attempts"), count("total_converted"))
    }

    /// Ends a verification.
    pub(crate) async fn end(&self, service: &str, sid: &str, status: &str) -> Told {
        let path = format!("/Services/{service}/Verifications/{sid}");
        self.post(&path, &[("Status", status)]).await
    }
}

/// An answer of this face, taken apart.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<u64>,
    pub(crate) allow: Option<String>,
    pub(crate) body: Value,
}

pub(crate) async fn told(response: Response) -> Told {
    let header = |name: &str| Some(response.headers().get(name)?.to_str().unwrap().to_owned());
    assert_eq!(header("cache-control").as_deref(), Some("no-store"));
    let retry_after = header("retry-after").map(|seconds| seconds.parse().unwrap());
    let (status, allow) = (response.status().as_u16(), header("allow"));
    let is_json = header("content-type").as_deref() == Some("application/json");
    assert_eq!(is_json, status != 204, "{response:?}");
    let challenge = header("www-authenticate");
    assert_eq!(challenge.is_some(), status == 401, "{response:?}");
    let body = response.text().await.unwrap();
    let body = match status {
        204 => Value::Null,
        _ => serde_json::from_str(&body).unwrap(),
    };
    Told {
        status,
        retry_after,
        allow,
        body,
    }
}

impl Told {
    /// A member that is a text.
    #[track_caller]
    pub(crate) fn text(&self, member: &str) -> &str {
        let text = self.body[member].as_str();
        text.unwrap_or_else(|| panic!("{member} is no text: {self:?}"))
    }

    /// Asserts that the answer tells of a verification in this state.
    #[track_caller]
    pub(crate) fn is_verification(&self, status: u16, state: &str) {
        let is_valid = state == "approved";
        let told = (
            self.status,
            self.body["status"].as_str(),
            &self.body["valid"],
        );
        assert_eq!(told, (status, Some(state), &is_valid.into()), "{self:?}");
    }

    /// Asserts that the request was refused with this code and text, and all that belongs to them.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: u32, message: &str) {
        let expected = serde_json::json!({
            "code": code,
            "message": message,
            "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
            "status": status,
        });
        assert_eq!((self.status, &self.body), (status, &expected));
        let wants_wait = matches!(status, 429 | 503);
        assert_eq!(self.retry_after.is_some(), wants_wait, "{self:?}");
        assert_eq!(self.allow.is_some(), status == 405, "{self:?}");
    }

    /// Asserts that there is nothing at a path, which begins behind `/v2`.
    #[track_caller]
    pub(crate) fn is_not_found(&self, path: &str) {
        let message = format!("The requested resource {path} was not found");
        self.is_problem(404, 20404, &message);
    }
}
