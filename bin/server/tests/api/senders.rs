//! Senders that take texts of ours: codes that arrive, and how they are configured.

use std::fs;

use serde_json::json;
use sms_testkit::{HttpReply, HttpStub};

use crate::app::MOBILE;
use crate::ccp::Shop;
use crate::command_line::run;

const SENT: &str = "发送短信成功";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TOKEN: &str = "00000000000000000000000000000002";

/// A file with senders of both kinds that are complete, and more keys of the first.
fn file(more: &str) -> String {
    format!(
        "[gateway.senders.world]\nkind = 'twilio'\naccount_sid = 'AC1'\nauth_token = '{TOKEN}'\n\
         from = '+15005550006'\n{more}\n\
         [gateway.senders.own]\nkind = 'webhook'\nurl = 'https://h.example/?key=hunter2'\n\
         secret = '{SECRET}'\nsecret_previous = '{SECRET}'\n"
    )
}

/// What `--check-config` makes of a file.
fn check(text: &str, variables: &[(&str, &str)]) -> (i32, String, String) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("sms.toml");
    fs::write(&file, text).unwrap();
    let arguments = ["--config", file.to_str().unwrap(), "--check-config"];
    run(&arguments, variables)
}

#[actix_web::test]
async fn a_code_that_goes_out_by_twilio_is_the_one_that_counts() {
    let sid = "SM0123456789abcdef0123456789abcdef";
    let stub = HttpStub::start(HttpReply::Answer(201, json!({"sid": sid}).to_string())).unwrap();
    let base_url = stub.base_url();
    let shop = Shop::open(&[
        ("SMS__GATEWAY__ORDER", "world"),
        ("SMS__GATEWAY__SENDERS__WORLD__KIND", "twilio"),
        ("SMS__GATEWAY__SENDERS__WORLD__BASE_URL", &base_url),
        ("SMS__GATEWAY__SENDERS__WORLD__ACCOUNT_SID", "AC1"),
        ("SMS__GATEWAY__SENDERS__WORLD__AUTH_TOKEN", TOKEN),
        ("SMS__GATEWAY__SENDERS__WORLD__FROM", "Shop"),
        ("SMS__GATEWAY__SENDERS__WORLD__TEXT", "Code {code}"),
    ]);
    shop.send().await.is_success(SENT);
    let body = String::from_utf8(stub.requests().remove(0).body).unwrap();
    let code = shop.code_of(MOBILE).await.unwrap();
    let told = format!("To=%2B86{MOBILE}&Body=Code+{code}&From=Shop&");
    assert!(body.starts_with(&told), "{body}");
}

#[actix_web::test]
async fn a_code_that_is_posted_to_a_webhook_is_the_one_that_counts() {
    let stub = HttpStub::start(HttpReply::Answer(204, String::new())).unwrap();
    let url = stub.base_url();
    let shop = Shop::open(&[
        ("SMS__GATEWAY__ORDER", "own"),
        ("SMS__GATEWAY__SENDERS__OWN__KIND", "webhook"),
        ("SMS__GATEWAY__SENDERS__OWN__URL", &url),
        ("SMS__GATEWAY__SENDERS__OWN__SECRET", SECRET),
        ("SMS__GATEWAY__SENDERS__OWN__ALLOW_PRIVATE", "true"),
    ]);
    // The answer is lost once; the receiver knows the message by its id.
    stub.answer_next([HttpReply::Close]);
    shop.send().await.is_success(SENT);
    let requests = stub.requests();
    let ids = requests.iter().map(|request| request.header("webhook-id"));
    let ids: Vec<_> = ids.collect();
    assert_eq!((ids.len(), ids[0]), (2, ids[1]));
    let data = &requests[1].json()["data"];
    assert_eq!(data["code"].as_str(), shop.code_of(MOBILE).await.as_deref());
    assert_eq!(data["to"], format!("+86{MOBILE}"));
}

#[test]
fn no_secret_of_a_sender_prints() {
    let (code, out, problem) = check(&file(""), &[]);
    assert_eq!((code, &*problem), (0, ""));
    for key in ["auth_token", "secret", "secret_previous"] {
        assert!(out.contains(&format!("{key} = \"********\"")), "{out}");
    }
    for secret in [TOKEN, SECRET, "hunter2"] {
        assert!(!out.contains(secret), "{out}");
    }
}

#[test]
fn a_secret_of_the_environment_overrides_a_file_of_the_sender() {
    let rows = [
        ("world", "auth_token", TOKEN),
        ("world", "api_key_secret", TOKEN),
        ("own", "secret", SECRET),
        ("own", "secret_previous", SECRET),
    ];
    for (sender, key, value) in rows {
        let section = format!("[gateway.senders.{sender}]\n");
        let with_file = format!("{section}{key}_file = '/nonexistent'\n");
        let text = file("api_key_sid = 'SK1'\napi_key_secret = 's'").replace(&section, &with_file);
        let variable = format!("SMS__GATEWAY__SENDERS__{sender}__{key}").to_uppercase();
        let (code, _, problem) = check(&text, &[(&variable, value)]);
        assert_eq!(code, 0, "{problem}");
        let (code, _, problem) = check(&text, &[]);
        let named = format!("gateway.senders.{sender}.{key}_file: /nonexistent");
        assert!(code == 1 && problem.contains(&named), "{problem}");
    }
}

#[test]
fn what_is_wrong_with_a_template_is_named_even_if_its_sender_is_not_used() {
    let line_for_browsers = "\\n@shop.example #{code}";
    let too_long = format!("text = \"{}{line_for_browsers}\"", "a".repeat(130));
    let not_last = format!("text = \"{line_for_browsers}\\nbye\"");
    let rows = [
        ("text = 'hello'", "text: must contain {code}"),
        ("text = '{code} {name}'", "text: only {code} and {minutes}"),
        ("texts.en = '{code'", "texts.en: a brace"),
        ("texts.fr = '{code}'", "texts.fr: the languages are"),
        (&not_last, "text: a line for browsers must be"),
        (&too_long, "text: a text with a line for browsers must be"),
    ];
    for (line, expected) in rows {
        let (code, _, problem) = check(&file(line), &[]);
        let named = format!("gateway.senders.world.{expected}");
        assert!(code == 1 && problem.contains(&named), "{line}: {problem}");
    }
    let ccp = "[gateway.senders.ccp]\nkind = 'ccp'\naccount_sid = 'a'\napp_id = 'b'\n";
    let rows = [
        ("variables = ['code', 'name']", "variables: the variables"),
        ("templates.fr.id = 2", "templates.fr: the languages are"),
        (
            "templates.en = {id = 2, variables = ['x']}",
            "templates.en.variables: the variables",
        ),
    ];
    for (line, expected) in rows {
        let (code, _, problem) = check(&format!("{ccp}{line}"), &[]);
        let named = format!("gateway.senders.ccp.{expected}");
        assert!(code == 1 && problem.contains(&named), "{line}: {problem}");
    }
}

#[test]
fn a_text_that_makes_several_sms_is_warned_of_where_it_does() {
    let text = format!("texts.en = '{}{{code}}'", "a".repeat(65));
    let mainland = "gateway.senders.world.texts.en: makes 2 SMS in mainland China";
    let (code, _, problem) = check(&file(&text), &[]);
    assert!(code == 0 && problem.contains(mainland), "{problem}");
    let abroad = ("SMS__LIMITS__COUNTRIES", "FR");
    assert_eq!(check(&file(&text), &[abroad]).2, "");
    let shorter = ("SMS__SMS_CODE__LENGTH", "5");
    assert_eq!(check(&file(&text), &[shorter]).2, "");
}
