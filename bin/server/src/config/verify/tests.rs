use sms_core::{CodeLength, Countries, Locale};

use super::*;
use crate::config::Settings;

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const SERVICE: &str = "VA0123456789abcdef0123456789abcdef";
const KEY: &str = "SK0123456789abcdef0123456789abcdef";

/// A face with one service, in whose sections tests put what they are about.
fn toml(face: &str, service: &str, more: &str) -> String {
    format!(
        "[verify]\naccount_sid = '{ACCOUNT}'\nauth_token = 'hunter2'\n{face}\n\
         [verify.services.shop]\nsid = '{SERVICE}'\nfriendly_name = 'Shop'\n{service}\n{more}"
    )
}

fn read(face: &str, service: &str, more: &str) -> VerifySettings {
    let settings = Settings::from_toml(&toml(face, service, more));
    settings.unwrap().verify
}

fn complaint(face: &str, service: &str, more: &str) -> String {
    let error = Settings::from_toml(&toml(face, service, more)).unwrap_err();
    let error = error.to_string();
    assert!(!error.contains("hunter2"), "{error}");
    error
}

/// A key with these lines in its section.
fn key(lines: &str) -> String {
    format!("[verify.keys.ci]\nsid = '{KEY}'\nsecret = 'hunter2'\n{lines}")
}

#[test]
fn without_an_account_there_is_no_face() {
    let settings = Settings::from_toml("").unwrap();
    assert!(!settings.verify.is_on());
    assert_eq!(settings.verify.warnings(), Vec::<String>::new());
    assert!(read("", "", "").is_on());
}

#[test]
fn a_service_needs_no_more_than_a_sid_and_a_name() {
    let verify = read("", "", "");
    let shop = &verify.services["shop"];
    assert_eq!(shop.sid("").unwrap().to_string(), SERVICE);
    assert_eq!(shop.ttl_s, 600);
    assert_eq!((shop.max_checks, shop.max_sends), (5, 5));
    assert_eq!(shop.code_length("").unwrap(), CodeLength::SIX);
    assert_eq!(shop.countries("").unwrap(), None);
    assert_eq!(shop.locale("").unwrap(), None);
    assert!(shop.per_mobile.is_none() && !shop.custom_code_enabled);
}

#[test]
fn a_service_may_have_rules_of_its_own() {
    let rules = "per_mobile = []\ncountries = ['*']\nsenders = ['mock']\nlanguage = 'en'";
    let verify = read("", rules, "");
    let shop = &verify.services["shop"];
    assert!(shop.per_mobile.as_ref().unwrap().is_empty());
    assert_eq!(shop.countries("").unwrap(), Some(Countries::All));
    assert_eq!(*shop.senders, ["mock"]);
    assert_eq!(shop.locale("").unwrap(), Some(Locale::En));
}

#[test]
fn what_is_wrong_with_the_face_is_named() {
    let rows = [
        ("auth_tokens = 'x'", "verify.auth_tokens: unknown key"),
        ("auth_token_file = '/nowhere'", "verify.auth_token_file: "),
        ("public_url = 'sms.example'", "verify.public_url: must be"),
        ("public_url = 'https://a?b'", "verify.public_url: must be"),
        ("attempts_days = 0", "verify.attempts_days: 1 to 366"),
        ("attempts_max = 0", "verify.attempts_max: 1 to 10000000"),
    ];
    for (face, expected) in rows {
        let complaint = complaint(face, "", "");
        assert!(complaint.starts_with(expected), "{complaint}");
    }
    let sid = Settings::from_toml("[verify]\naccount_sid = 'hunter2'").unwrap_err();
    let expected = "verify.account_sid: AC and 32 lower-case hexadecimal digits are wanted";
    assert_eq!(sid.to_string(), expected);
}

#[test]
fn what_is_wrong_with_a_service_is_named() {
    let rows = [
        ("sid = 'VA1'", "sid: VA and 32"),
        ("sid = ''", "sid: missing"),
        ("friendly_name = ''", "friendly_name: 1 to 30"),
        (
            "friendly_name = '0123456789 0123456789 0123456789'",
            "friendly_name: 1 to 30",
        ),
        ("code_length = 3", "code_length: a code of 3 digits"),
        ("ttl_s = 0", "ttl_s: 1 to 86400"),
        ("ttl_s = 86401", "ttl_s: 1 to 86400"),
        ("max_checks = 0", "max_checks: 1 to 100"),
        ("max_sends = 101", "max_sends: 1 to 100"),
        (
            "per_mobile = ['1/1x']",
            "per_mobile: \"1x\" is not a window",
        ),
        ("countries = []", "countries: at least one"),
        ("countries = ['cn']", "countries: \"cn\" is not a region"),
        ("senders = ['x']", "senders: there is no sender \"x\""),
        (
            "senders = ['mock', 'mock']",
            "senders: \"mock\" is there twice",
        ),
        ("language = 'fr'", "language: no messages in \"fr\""),
        ("color = 'red'", "color: unknown key"),
    ];
    for (line, expected) in rows {
        let name = line.split(' ').next().unwrap();
        let service = format!("[verify.services.shop]\nsid = '{SERVICE}'\nfriendly_name = 'Shop'");
        let lines = service.lines().filter(|given| !given.starts_with(name));
        let toml = format!("{}\n{line}", lines.collect::<Vec<_>>().join("\n"));
        let complaint = Settings::from_toml(&toml).unwrap_err().to_string();
        let expected = format!("verify.services.shop.{expected}");
        assert!(complaint.starts_with(&expected), "{complaint}");
    }
}

#[test]
fn what_is_wrong_with_a_key_is_named() {
    let other = "VAffffffffffffffffffffffffffffffff";
    let rows = [
        (key("allow = ['send', 'hunter2']"), "ci.allow"),
        (
            key(&format!("services = ['{other}']")),
            "ci.services: there is no",
        ),
        (key("services = ['shop']"), "ci.services"),
        (key("secret_file = '/nowhere'"), "ci.secret_file: "),
        (
            "[verify.keys.ci]\nsecret = 'hunter2'".to_owned(),
            "ci.sid: missing",
        ),
        (
            format!("[verify.keys.ci]\nsid = '{KEY}'"),
            "ci.secret: missing",
        ),
        (
            format!("[verify.keys.ci]\nsid = '{KEY}'\nsecret = ''"),
            "ci.secret: missing",
        ),
        (
            format!("{}[verify.keys.ci2]\nsid = '{KEY}'\nsecret = 'x'", key("")),
            "ci2.sid: is there twice",
        ),
        (
            key("").replace("keys.ci", "keys.CI") + &key(""),
            "ci: the name is there twice",
        ),
    ];
    for (more, expected) in rows {
        let complaint = complaint("", "", &more);
        let expected = format!("verify.keys.{expected}");
        assert!(complaint.starts_with(&expected), "{complaint}");
    }
}

#[test]
fn a_key_is_for_what_it_names() {
    let lines = format!("services = '{SERVICE}'\nallow = 'send,check'");
    let verify = read("", "", &key(&lines));
    let ci = &verify.keys["ci"];
    assert_eq!(ci.services[0].to_string(), SERVICE);
    assert_eq!(*ci.allow, [Right::Send, Right::Check]);
}

#[test]
fn two_services_have_two_sids() {
    let more = format!("[verify.services.x]\nsid = '{SERVICE}'\nfriendly_name = 'X'");
    let expected = "verify.services.x.sid: is there twice";
    assert_eq!(complaint("", "", &more), expected);
}

#[test]
fn a_face_has_a_secret() {
    let account = format!("[verify]\naccount_sid = '{ACCOUNT}'\nauth_token = ''\n");
    let error = Settings::from_toml(&account).unwrap_err().to_string();
    assert!(error.starts_with("verify.auth_token: missing"), "{error}");
    Settings::from_toml(&format!("{account}{}", key(""))).unwrap();
}

#[test]
fn a_face_without_services_and_services_without_a_face_are_warned_of() {
    let rows = [
        (
            toml("", "", "").replace(ACCOUNT, ""),
            "verify.services: not",
        ),
        (
            format!("[verify]\naccount_sid = '{ACCOUNT}'\nauth_token = 'x'"),
            "verify.services: none",
        ),
    ];
    for (toml, expected) in rows {
        let warnings = Settings::from_toml(&toml).unwrap().warnings().unwrap();
        assert!(warnings[0].starts_with(expected), "{warnings:?}");
    }
}

#[test]
fn production_has_no_secret_that_could_be_guessed_and_no_mock() {
    let prod = "server.mode = 'prod'\n[gateway]\norder = ['ccp']\n[gateway.senders.ccp]\n\
                kind = 'ccp'\naccount_sid = 'a'\nauth_token = 't'\napp_id = 'b'\n";
    let long = "0123456789abcdef";
    let rows = [
        ("", "", "verify.auth_token: too short"),
        (
            "auth_token_previous = 'hunter2'",
            "",
            "verify.auth_token_previous: too short",
        ),
        ("", "secret = 'hunter2'", "verify.keys.ci.secret: too short"),
        (
            "",
            "secret_previous = 'hunter2'",
            "verify.keys.ci.secret_previous: too short",
        ),
    ];
    for (index, (face, of_key, expected)) in rows.into_iter().enumerate() {
        let token = if index == 0 { "hunter2" } else { long };
        let mut toml = format!("{prod}{}", toml(face, "", "")).replacen("hunter2", token, 1);
        if !of_key.is_empty() {
            toml += &format!("[verify.keys.ci]\nsid = '{KEY}'\n{of_key}\n");
            if !of_key.starts_with("secret =") {
                toml += &format!("secret = '{long}'");
            }
        }
        let error = Settings::from_toml(&toml).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    let mock = toml("", "senders = ['mock']", "").replace("hunter2", long);
    let error = Settings::from_toml(&format!("{prod}{mock}")).unwrap_err();
    let error = error.to_string();
    assert!(
        error.starts_with("verify.services.shop.senders: a mock"),
        "{error}"
    );
}
