//! Twilio's Messages resource and its status callback.
//!
//! From twilio.com: `docs/messaging/api/message-resource`, `docs/api/errors`, `docs/usage/security`,
//! `docs/messaging/guides/outbound-message-status-in-status-callbacks`. Written apart from the sender
//! that it checks.

mod sign;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use url::Url;

use crate::inbox::Received;
use crate::number::Number;
use crate::protocol::{Answer, Call, Cause, Order, Protocol, Refusal};
use crate::reports::{Plan, Push};
use crate::request::Request;
use crate::segments;

/// The version in the path of every request.
const VERSION: &str = "2010-04-01";
/// Characters that a text may have.
const LONGEST_BODY: usize = 1600;
/// What the sid of a messaging service begins with.
const SERVICE: &str = "MG";

/// The account at Twilio that a client must use.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TwilioAccount {
    /// The account.
    pub account_sid: String,
    /// The secret of the account; callbacks are signed with it too.
    pub auth_token: String,
    /// A key that may be used in the place of account and secret.
    pub api_key_sid: String,
    /// The secret of that key.
    pub api_key_secret: String,
    /// Numbers that messages may come from.
    pub from: Vec<String>,
    /// Messaging services that messages may come from.
    pub messaging_services: Vec<String>,
    /// Milliseconds until a callback that reached nobody is tried again; none = never.
    pub retries_ms: Vec<u64>,
}

impl Default for TwilioAccount {
    fn default() -> Self {
        Self {
            account_sid: "AC00000000000000000000000000000001".to_owned(),
            auth_token: "00000000000000000000000000000002".to_owned(),
            api_key_sid: "SK00000000000000000000000000000003".to_owned(),
            api_key_secret: "00000000000000000000000000000004".to_owned(),
            // The number that Twilio's own test credentials may send from.
            from: vec!["+15005550006".to_owned()],
            messaging_services: vec!["MG00000000000000000000000000000005".to_owned()],
            // Twilio connects once more and heeds no status.
            retries_ms: vec![1000],
        }
    }
}

fn refuse(code: &'static str, why: &'static str) -> Refusal {
    Refusal::new(status_of(code), code, why)
}

/// The HTTP status that goes with a code.
fn status_of(code: &str) -> u16 {
    match code {
        "20003" => 401,
        "20404" => 404,
        "20004" => 405,
        "20429" => 429,
        "20500" => 500,
        _ => 400,
    }
}

impl Protocol for TwilioAccount {
    fn check(&self, request: &Request, _: OffsetDateTime) -> Result<Call, Refusal> {
        let account = check_path(request)?;
        self.check_authorization(request, account)?;
        self.check_order(request).map(Call::Send)
    }

    fn message_id(&self, unique: u128) -> String {
        format!("SM{unique:032x}")
    }

    fn shares_id(&self) -> bool {
        false
    }

    fn accepted(&self, _: &Request, messages: &[Received], now: OffsetDateTime) -> Answer {
        let message = &messages[0];
        let (from, service) = origin(message);
        let date = now.format(&Rfc2822).ok();
        let (account, sid) = (&self.account_sid, &message.provider_id);
        Answer::json(
            201,
            &json!({
                "account_sid": account,
                "api_version": VERSION,
                "body": message.text,
                "date_created": date,
                "date_sent": null,
                "date_updated": date,
                "direction": "outbound-api",
                "error_code": null,
                "error_message": null,
                "from": from,
                "messaging_service_sid": service,
                "num_media": "0",
                "num_segments": segments::abroad(&message.text).to_string(),
                "price": null,
                "price_unit": null,
                "sid": sid,
                "status": if service.is_some() { "accepted" } else { "queued" },
                "to": message.to,
                "uri": format!("/{VERSION}/Accounts/{account}/Messages/{sid}.json"),
            }),
        )
    }

    fn refused(&self, _: &Request, refusal: &Refusal) -> Answer {
        let Refusal { code, status, why } = refusal;
        let number: u32 = code.parse().unwrap_or_default();
        let more = format!("https://www.twilio.com/docs/errors/{code}");
        let body = json!({"code": number, "message": why, "more_info": more, "status": status});
        Answer::json(*status, &body)
    }

    fn refusal(&self, code: &str) -> Refusal {
        Refusal::new(status_of(code), code.to_owned(), "refused by the script")
    }

    fn code_of(&self, cause: Cause) -> &'static str {
        match cause {
            Cause::Throttled | Cause::Replayed | Cause::Repeated => "20429",
            Cause::NumberLimit => "21611",
        }
    }

    fn reports(&self, message: &Received, plan: &Plan, _: OffsetDateTime, url: &str) -> Vec<Push> {
        let last = match &plan.failed {
            None => "delivered",
            Some(_) => "undelivered",
        };
        let mut statuses = [("sent", None), (last, plan.failed.as_deref())];
        if plan.reversed {
            statuses.reverse();
        }
        let push = |(status, error)| self.callback(message, status, error, url);
        statuses.into_iter().map(push).collect()
    }

    fn is_taken(&self, _: u16, _: &[u8]) -> bool {
        true
    }
}

/// The number or the messaging service that a message comes from.
fn origin(message: &Received) -> (Option<&str>, Option<&str>) {
    let from = message.from.as_str();
    if from.starts_with(SERVICE) {
        (None, Some(from))
    } else {
        (Some(from), None)
    }
}

/// The account that the path names.
fn check_path(request: &Request) -> Result<&str, Refusal> {
    let parts: Vec<_> = request.path.split('/').collect();
    let ["", VERSION, "Accounts", account, "Messages.json"] = parts[..] else {
        return Err(refuse("20404", "the requested resource was not found"));
    };
    if request.method != "POST" {
        return Err(refuse("20004", "the method is not POST"));
    }
    Ok(account)
}

impl TwilioAccount {
    fn check_authorization(&self, request: &Request, account: &str) -> Result<(), Refusal> {
        let fail = |why| refuse("20003", why);
        let header = request.header("authorization").unwrap_or_default();
        let encoded = header.strip_prefix("Basic ");
        let encoded =
            encoded.ok_or_else(|| fail("Authenticate: there is no Basic Authorization"))?;
        let decoded = STANDARD
            .decode(encoded)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let pairs = [
            format!("{}:{}", self.account_sid, self.auth_token),
            format!("{}:{}", self.api_key_sid, self.api_key_secret),
        ];
        if decoded.is_none_or(|decoded| !pairs.contains(&decoded)) {
            return Err(fail(
                "Authenticate: account or key and secret are not right",
            ));
        }
        if account != self.account_sid {
            return Err(refuse("20404", "there is no such account"));
        }
        Ok(())
    }

    fn check_order(&self, request: &Request) -> Result<Order, Refusal> {
        // What is no form has no parameters.
        let is_form = request.media_type() == "application/x-www-form-urlencoded";
        let body = if is_form { &*request.body } else { b"" };
        let form: BTreeMap<_, _> = form_urlencoded::parse(body).into_owned().collect();
        let field = |name: &str| {
            form.get(name)
                .map(String::as_str)
                .filter(|text| !text.is_empty())
        };
        let to = field("To").ok_or_else(|| refuse("21604", "there is no To"))?;
        let to = Number::e164(to).ok_or_else(|| refuse("21211", "To is no number in E.164"))?;
        let from = self.check_origin(field("From"), field("MessagingServiceSid"))?;
        let text = field("Body").ok_or_else(|| refuse("21602", "there is no Body"))?;
        if text.chars().count() > LONGEST_BODY {
            return Err(refuse("21617", "Body has more than 1600 characters"));
        }
        check_callback(field("StatusCallback"))?;
        let validity = field("ValidityPeriod").map(str::parse::<u32>);
        if validity.is_some_and(|seconds| !matches!(seconds, Ok(1..=36_000))) {
            return Err(refuse("20001", "ValidityPeriod is not 1 to 36000"));
        }
        Ok(Order {
            to: vec![to],
            text: text.to_owned(),
            from,
            client_id: None,
            nonce: None,
            once: None,
            callback: field("StatusCallback").map(str::to_owned),
        })
    }

    fn check_origin(&self, from: Option<&str>, service: Option<&str>) -> Result<String, Refusal> {
        let is_ours = |own: &[String], name: &str| own.iter().any(|other| other == name);
        match (from, service) {
            (_, Some(service)) if is_ours(&self.messaging_services, service) => {
                Ok(service.to_owned())
            }
            (_, Some(_)) => Err(refuse("21705", "there is no such MessagingServiceSid")),
            (Some(from), None) if is_ours(&self.from, from) => Ok(from.to_owned()),
            (Some(from), None) if Number::e164(from).is_none() => {
                Err(refuse("21212", "From is no number"))
            }
            (Some(_), None) => Err(refuse("21606", "From is not a number of the account")),
            (None, None) => Err(refuse(
                "21603",
                "there is neither From nor MessagingServiceSid",
            )),
        }
    }

    /// What is posted when a message gets a new status.
    fn callback(&self, message: &Received, status: &str, error: Option<&str>, url: &str) -> Push {
        let (from, service) = origin(message);
        let mut fields = vec![
            ("MessageSid", message.provider_id.as_str()),
            ("SmsSid", message.provider_id.as_str()),
            ("MessageStatus", status),
            ("SmsStatus", status),
            ("AccountSid", &self.account_sid),
            // A service picks one of the numbers of the account.
            (
                "From",
                from.or(self.from.first().map(String::as_str))
                    .unwrap_or_default(),
            ),
            ("To", message.to.as_str()),
            ("ApiVersion", VERSION),
        ];
        fields.extend(service.map(|service| ("MessagingServiceSid", service)));
        fields.extend(error.map(|error| ("ErrorCode", error)));
        let mut body = form_urlencoded::Serializer::new(String::new());
        Push {
            url: url.to_owned(),
            content_type: "application/x-www-form-urlencoded",
            body: body.extend_pairs(&fields).finish(),
            signature: Some(sign::signature(url, &fields, &self.auth_token)),
            says: error.map_or_else(|| status.to_owned(), |error| format!("{status} ({error})")),
        }
    }
}

fn check_callback(callback: Option<&str>) -> Result<(), Refusal> {
    let is_url = |text: &str| {
        let url = Url::parse(text).ok();
        url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    };
    if callback.is_some_and(|callback| callback.len() > 4000 || !is_url(callback)) {
        return Err(refuse("21609", "StatusCallback is no URL of http or https"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
