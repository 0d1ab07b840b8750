//! What Twilio is told, as a form, and what it answers, in JSON (twilio.com,
//! `docs/messaging/api/message-resource`).

use form_urlencoded::Serializer;
use serde_json::Value;

/// The most seconds that a message may wait for its phone.
const LONGEST_VALIDITY: u32 = 36_000;

/// The body of a request.
pub(super) struct NewMessage<'a> {
    /// E.164.
    pub(super) to: &'a str,
    pub(super) body: &'a str,
    /// Whose name the phone shows: `From` or `MessagingServiceSid`, and its value.
    pub(super) origin: (&'static str, &'a str),
    /// How long the code is good: later it need not arrive.
    pub(super) minutes: u32,
    /// Where Twilio tells what became of it.
    pub(super) status_callback: Option<&'a str>,
}

impl NewMessage<'_> {
    pub(super) fn form(&self) -> String {
        let validity = self.minutes.saturating_mul(60).clamp(1, LONGEST_VALIDITY);
        let mut form = Serializer::new(String::with_capacity(512));
        form.append_pair("To", self.to)
            .append_pair("Body", self.body)
            .append_pair(self.origin.0, self.origin.1)
            .append_pair("ValidityPeriod", &validity.to_string());
        if let Some(url) = self.status_callback {
            form.append_pair("StatusCallback", url);
        }
        form.finish()
    }
}

/// The id of a message that was taken; `None` if the answer has none.
///
/// It goes into logs, so nothing that isn't plainly an id may pass as one.
pub(super) fn sid(body: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let sid = answer.get("sid")?.as_str()?;
    let is_sid = (2..=64).contains(&sid.len()) && sid.bytes().all(|b| b.is_ascii_alphanumeric());
    is_sid.then(|| sid.to_owned())
}

/// The code of a refusal; `None` if the answer has none.
pub(super) fn code(body: &[u8]) -> Option<u32> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let code = answer.get("code")?.as_u64()?;
    code.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const SID: &str = "SM0123456789abcdef0123456789abcdef";

    #[test]
    fn a_request_has_these_fields_and_no_others() {
        let message = NewMessage {
            to: "+12025550123",
            body: "Code 6532 & 码",
            origin: ("From", "+15005550006"),
            minutes: 5,
            status_callback: None,
        };
        let form = "To=%2B12025550123&Body=Code+6532+%26+%E7%A0%81&From=%2B15005550006\
            &ValidityPeriod=300";
        assert_eq!(message.form(), form);
        let message = NewMessage {
            status_callback: Some("https://h.example/r?a=1"),
            minutes: 601,
            ..message
        };
        let validity = "ValidityPeriod=36000&StatusCallback=https%3A%2F%2Fh.example%2Fr%3Fa%3D1";
        assert!(message.form().ends_with(validity), "{}", message.form());
    }

    #[test]
    fn answers_as_twilio_writes_them_are_read() {
        let accepted = json!({"sid": SID, "status": "queued", "error_code": null});
        assert_eq!(sid(accepted.to_string().as_bytes()), Some(SID.to_owned()));
        let refused = json!({"code": 21211, "message": "?", "more_info": "?", "status": 400});
        assert_eq!(code(refused.to_string().as_bytes()), Some(21211));
        for body in [
            "",
            "{}",
            "[]",
            "null",
            "{\"sid\":7,\"code\":\"21211\"}",
            "{\"sid\":\"a b\"}",
        ] {
            assert_eq!(
                (sid(body.as_bytes()), code(body.as_bytes())),
                (None, None),
                "{body}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_answer_is_read_or_not_and_an_id_is_plain(
            body in prop_oneof![
                any::<Vec<u8>>(),
                "\\PC{0,70}".prop_map(|sid| json!({"sid": sid, "code": sid}).to_string().into()),
                any::<i64>().prop_map(|code| json!({"code": code}).to_string().into()),
            ],
        ) {
            let is_plain = |sid: String| sid.bytes().all(|b| b.is_ascii_alphanumeric());
            prop_assert!(sid(&body).is_none_or(is_plain));
            let _ = code(&body);
        }

        #[test]
        fn a_form_says_what_it_was_told(body in "\\PC{0,40}", callback in "\\PC{0,20}") {
            let form = NewMessage {
                to: "+12025550123",
                body: &body,
                origin: ("MessagingServiceSid", "MG1"),
                minutes: 1,
                status_callback: Some(&callback),
            }
            .form();
            let read: Vec<_> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
            let told = [
                ("To", "+12025550123"),
                ("Body", &body),
                ("MessagingServiceSid", "MG1"),
                ("ValidityPeriod", "60"),
                ("StatusCallback", &callback),
            ];
            prop_assert_eq!(read, told.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
    }
}
