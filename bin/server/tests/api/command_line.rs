use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::process::command;

/// Exit code, standard output and standard error of the program.
pub(crate) fn run(arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String, String) {
    let mut program = command(variables);
    program
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = program.spawn().unwrap();
    let limit = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > limit {
            child.kill().unwrap();
            panic!("it serves instead of ending");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

const CCP: [(&str, &str); 4] = [
    ("SMS__GATEWAY__ORDER", "ccp"),
    ("SMS__GATEWAY__SENDERS__CCP__KIND", "ccp"),
    (
        "SMS__GATEWAY__SENDERS__CCP__ACCOUNT_SID",
        "8aaf0708000000000000000000000a01",
    ),
    (
        "SMS__GATEWAY__SENDERS__CCP__APP_ID",
        "8aaf0708000000000000000000000a02",
    ),
];

const VERIFY_ACCOUNT: &str = "AC11111111111111111111111111111111";

#[test]
fn it_says_its_version_and_how_it_is_used() {
    let (code, out, _) = run(&["--version"], &[]);
    assert_eq!(
        (code, out.trim()),
        (0, concat!("sms-server ", env!("CARGO_PKG_VERSION")))
    );
    let (code, out, _) = run(&["--help"], &[]);
    assert_eq!(code, 0);
    for argument in ["--config", "--check-config", "--version", "--help"] {
        assert!(out.contains(argument), "{out}");
    }
}

#[test]
fn a_bad_key_is_named_and_stops_the_start() {
    let rows = [
        (
            "SMS__LIMITS__COUNTRIES",
            "",
            "limits.countries: at least one",
        ),
        (
            "SMS__SERVER__TRUSTED_PROXIES",
            "::ffff:10.0.0.0/104",
            "server.trusted_proxies: ",
        ),
        ("SMS__SERVER__LISEN", "1", "server.lisen: unknown key"),
        (
            "SMS__STORE__BACKEND",
            "mongodb",
            "store.backend: unknown variant `mongodb`",
        ),
        (
            "SMS__STORE__BACKEND",
            "sentinel",
            "store.urls: at least one is needed",
        ),
        (
            "SMS__STORE__BACKEND",
            "cluster",
            "store.urls: at least one is needed",
        ),
        (
            "SMS__STORE__CODE_AT_REST",
            "rot13",
            "store.code_at_rest: unknown variant `rot13`",
        ),
        (
            "SMS__STORE__CODE_AT_REST",
            "hmac",
            "store.hmac_key: missing",
        ),
        (
            "SMS__STORE__HIDE_NUMBERS",
            "true",
            "store.number_key: missing",
        ),
        (
            "SMS__STORE__HMAC_KEY",
            "hunter2",
            "store.hmac_key: too short",
        ),
        ("SMS__STORE__KEY_PREFIX", "{x}", "store.key_prefix: "),
        ("SMS__STORE__TIMEOUT_MS", "0", "store.timeout_ms: "),
        ("SMS__STORE__MAX_ENTRIES", "999", "store.max_entries: "),
        (
            "SMS__STORE__SNAPSHOT_INTERVAL_S",
            "0",
            "store.snapshot_interval_s: ",
        ),
        (
            "SMS__LIMITS__PER_MOBILE",
            "1/60s,nonsense",
            "limits.per_mobile: \"nonsense\" is not a quota",
        ),
        (
            "SMS__LIMITS__COUNTRIES",
            "china",
            "limits.countries: \"china\"",
        ),
        ("SMS__SMS_CODE__LENGTH", "3", "sms_code.length: "),
        ("SMS__SMS_CODE__TTL_S", "601", "sms_code.ttl_s: "),
        (
            "SMS__SMS_CODE__MAX_ATTEMPTS",
            "0",
            "sms_code.max_attempts: ",
        ),
        ("SMS__IMAGE_CODE__LENGTH", "2", "image_code.length: "),
        ("SMS__IMAGE_CODE__WIDTH", "5", "image_code.width: "),
        (
            "SMS__GATEWAY__ORDER",
            "nobody",
            "gateway.order: there is no sender \"nobody\"",
        ),
        ("SMS__GATEWAY__ORDER", "", "gateway.order: "),
        (
            "SMS__GATEWAY__ORDER",
            "mock,mock",
            "gateway.order: \"mock\" is there twice",
        ),
        ("SMS__GATEWAY__DEADLINE_MS", "1", "gateway.deadline_ms: "),
        (
            "SMS__SERVER__TRUSTED_PROXIES",
            "10.0.0.0/99",
            "server.trusted_proxies: ",
        ),
        (
            "SMS__SERVER__CORS_ORIGINS",
            "*",
            "server.cors_origins: \"*\"",
        ),
        ("SMS__LOCALE__MESSAGES", "fr", "locale.messages: "),
        (
            "SMS__LOG__LEVEL",
            "loud",
            "log.level: unknown variant `loud`",
        ),
        (
            "SMS__VERIFY__ACCOUNT_SID",
            "AC1",
            "verify.account_sid: AC and 32",
        ),
        (
            "SMS__VERIFY__ACCOUNT_SID",
            VERIFY_ACCOUNT,
            "verify.auth_token: missing",
        ),
        (
            "SMS__VERIFY__SERVICES__SHOP__SID",
            "",
            "verify.services.shop.sid: missing",
        ),
    ];
    for (name, value, error) in rows {
        let (code, out, problem) = run(&["--check-config"], &[(name, value)]);
        assert_eq!((code, out.as_str()), (1, ""), "{name}={value}");
        assert!(
            problem.starts_with(&format!("sms-server: {error}")),
            "{name}={value}: {problem}"
        );
    }
}

#[test]
fn prod_refuses_what_is_for_development() {
    let prod = ("SMS__SERVER__MODE", "prod");
    let (code, _, problem) = run(&[], &[prod]);
    assert_eq!(code, 1);
    assert!(
        problem.contains("gateway.order: a mock sender is not allowed"),
        "{problem}"
    );
    let token = (
        "SMS__GATEWAY__SENDERS__CCP__AUTH_TOKEN",
        "0123456789abcdef0123456789abcdef",
    );
    let outbox = ("SMS__DEV__OUTBOX", "true");
    let variables: Vec<_> = CCP.into_iter().chain([prod, token, outbox]).collect();
    let (code, _, problem) = run(&[], &variables);
    assert_eq!(code, 1);
    assert!(problem.contains("dev.outbox: not allowed"), "{problem}");
}

#[test]
fn a_file_is_overridden_by_the_environment() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("sms.toml");
    fs::write(&file, "[sms_code]\nttl_s = 120\nlength = 4\n").unwrap();
    let arguments = ["--config", file.to_str().unwrap(), "--check-config"];
    let (code, out, problem) = run(&arguments, &[("SMS__SMS_CODE__LENGTH", "8")]);
    assert_eq!(code, 0, "{problem}");
    assert!(
        out.contains("ttl_s = 120") && out.contains("length = 8"),
        "{out}"
    );
}

#[test]
fn a_number_of_a_template_needs_no_quotes() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("sms.toml");
    fs::write(&file, "[gateway.senders.ccp]\ntemplate_id = 7\n").unwrap();
    let token = ("SMS__GATEWAY__SENDERS__CCP__AUTH_TOKEN", "0123456789abcdef");
    let variables: Vec<_> = CCP.into_iter().chain([token]).collect();
    let arguments = ["--config", file.to_str().unwrap(), "--check-config"];
    let (code, out, problem) = run(&arguments, &variables);
    assert_eq!(code, 0, "{problem}");
    assert!(out.contains("template_id = \"7\""), "{out}");
}

#[test]
fn an_unknown_key_in_a_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("sms.toml");
    fs::write(
        &file,
        "[gateway.senders.mock]\nkind = \"mock\"\ntoken = \"x\"\n",
    )
    .unwrap();
    let (code, _, problem) = run(&["--config", file.to_str().unwrap()], &[]);
    assert_eq!(code, 1);
    assert!(
        problem.contains("gateway.senders.mock.token: unknown key"),
        "{problem}"
    );
}

#[test]
fn a_file_that_is_no_toml_tells_no_secret() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("sms.toml");
    for secret in [
        "auth_token = \"hunter2",
        "auth_token = 12345678",
        "auth_token = [\"hunter2\"]",
    ] {
        let text = format!("[gateway.senders.ccp]\nkind = \"ccp\"\n{secret}\napp_id = \"x\"\n");
        fs::write(&file, text).unwrap();
        let (code, _, problem) = run(&["--config", file.to_str().unwrap()], &[]);
        assert_eq!(code, 1);
        assert!(
            !problem.contains("hunter2") && !problem.contains("12345678"),
            "{problem}"
        );
        let names_place = problem.contains("sms.toml: line 3") || problem.contains("senders.ccp");
        assert!(names_place, "{problem}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let (code, _, problem) = run(&["--config", "/nonexistent/sms.toml"], &[]);
    assert_eq!(code, 1);
    assert!(problem.contains("/nonexistent/sms.toml"), "{problem}");
}

#[test]
fn secrets_come_from_files_and_never_print() {
    let directory = tempfile::tempdir().unwrap();
    let token = directory.path().join("token");
    fs::write(&token, "0123456789abcdef0123456789abcdef\n").unwrap();
    let url = directory.path().join("url");
    fs::write(&url, "redis://user:hunter2@127.0.0.1:6379/1\n").unwrap();
    let key = directory.path().join("key");
    fs::write(&key, "the hidden key of numbers\n").unwrap();
    let files = [
        (
            "SMS__GATEWAY__SENDERS__CCP__AUTH_TOKEN_FILE",
            token.to_str().unwrap(),
        ),
        ("SMS__STORE__BACKEND", "redis"),
        ("SMS__STORE__URL_FILE", url.to_str().unwrap()),
        ("SMS__STORE__CODE_AT_REST", "hmac"),
        ("SMS__STORE__HMAC_KEY", "the hidden key of codes"),
        ("SMS__STORE__HIDE_NUMBERS", "true"),
        ("SMS__STORE__NUMBER_KEY_FILE", key.to_str().unwrap()),
        ("SMS__SERVER__MODE", "prod"),
        ("SMS__VERIFY__ACCOUNT_SID", VERIFY_ACCOUNT),
        ("SMS__VERIFY__AUTH_TOKEN_FILE", token.to_str().unwrap()),
        ("SMS__VERIFY__AUTH_TOKEN_PREVIOUS", "the token before this"),
        (
            "SMS__VERIFY__KEYS__CI__SID",
            "SK11111111111111111111111111111111",
        ),
        ("SMS__VERIFY__KEYS__CI__SECRET", "the secret of a machine"),
        ("SMS__VERIFY__KEYS__CI__ALLOW", "send,check"),
        (
            "SMS__VERIFY__SERVICES__SHOP__SID",
            "VA11111111111111111111111111111111",
        ),
        ("SMS__VERIFY__SERVICES__SHOP__FRIENDLY_NAME", "Shop"),
        ("SMS__VERIFY__SERVICES__SHOP__CODE_LENGTH", "8"),
        ("SMS__VERIFY__SERVICES__SHOP__CUSTOM_CODE_ENABLED", "true"),
        ("SMS__VERIFY__SERVICES__SHOP__PER_MOBILE", "1/60s,5/1h"),
        ("SMS__VERIFY__SERVICES__SHOP__COUNTRIES", "CN,HK"),
        ("SMS__VERIFY__SERVICES__SHOP__SENDERS", "ccp"),
    ];
    let variables: Vec<_> = CCP.into_iter().chain(files).collect();
    let (code, out, problem) = run(&["--check-config"], &variables);
    assert_eq!(code, 0, "{problem}");
    assert_eq!(out.matches("auth_token = \"********\"").count(), 2, "{out}");
    for line in [
        "auth_token_previous = \"********\"",
        "secret = \"********\"",
        "allow = [\n    \"send\",\n    \"check\",\n]",
        "code_length = 8",
        "custom_code_enabled = true",
        "per_mobile = [\n    \"1/1m\",\n    \"5/1h\",\n]",
        "countries = [\n    \"CN\",\n    \"HK\",\n]",
        "senders = [\"ccp\"]",
    ] {
        assert!(out.contains(line), "{line} is not in\n{out}");
    }
    assert!(
        out.contains("redis://user:********@127.0.0.1:6379/1"),
        "{out}"
    );
    for key in ["hmac_key", "number_key"] {
        assert!(out.contains(&format!("{key} = \"********\"")), "{out}");
    }
    let secrets = [
        "0123456789abcdef",
        "hunter2",
        "the hidden key",
        "the token before",
        "the secret of",
    ];
    for secret in secrets {
        assert!(!out.contains(secret), "{out}");
    }
}

#[test]
fn a_secret_of_the_environment_overrides_a_file_that_the_file_names() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("sms.toml");
    let arguments = ["--config", file.to_str().unwrap(), "--check-config"];
    let key = "0123456789abcdef";
    let rows = [
        ("store.url", "SMS__STORE__URL", "redis://127.0.0.1:6379/7"),
        ("store.hmac_key", "SMS__STORE__HMAC_KEY", key),
        (
            "store.hmac_key_previous",
            "SMS__STORE__HMAC_KEY_PREVIOUS",
            key,
        ),
        ("store.number_key", "SMS__STORE__NUMBER_KEY", key),
        ("verify.auth_token", "SMS__VERIFY__AUTH_TOKEN", key),
        (
            "verify.auth_token_previous",
            "SMS__VERIFY__AUTH_TOKEN_PREVIOUS",
            key,
        ),
        (
            "verify.keys.ci.secret",
            "SMS__VERIFY__KEYS__CI__SECRET",
            key,
        ),
        (
            "verify.keys.ci.secret_previous",
            "SMS__VERIFY__KEYS__CI__SECRET_PREVIOUS",
            key,
        ),
    ];
    let verify_key = "[verify.keys.ci]\nsid = \"SK11111111111111111111111111111111\"\n\
                      secret = \"hunter2\"\n";
    for (name, variable, value) in rows {
        let (section, name) = name.rsplit_once('.').unwrap();
        let section = format!("[{section}]\n{name}_file = \"/nonexistent\"\n");
        let section = match section.strip_prefix("[verify.keys.ci]\n") {
            Some(rest) => format!("{verify_key}{rest}"),
            None => section,
        };
        fs::write(&file, section).unwrap();
        let (code, _, problem) = run(&arguments, &[(variable, value)]);
        assert_eq!(code, 0, "{problem}");
        let (code, ..) = run(&arguments, &[]);
        assert_eq!(code, 1, "without it the file is read");
    }
}

#[test]
fn a_secret_that_is_missing_is_named() {
    let (code, _, problem) = run(&["--check-config"], &CCP);
    assert_eq!(code, 1);
    assert!(
        problem.contains("gateway.senders.ccp.auth_token: missing"),
        "{problem}"
    );
    let file = (
        "SMS__GATEWAY__SENDERS__CCP__AUTH_TOKEN_FILE",
        "/nonexistent/token",
    );
    let variables: Vec<_> = CCP.into_iter().chain([file]).collect();
    let (code, _, problem) = run(&["--check-config"], &variables);
    assert_eq!(code, 1);
    assert!(
        problem.contains("gateway.senders.ccp.auth_token_file: /nonexistent/token"),
        "{problem}"
    );
}
