//! `sms-server config`.

use std::fs;

use sms_server::config::DEFAULTS;

use crate::command_line::run;

#[test]
fn the_defaults_are_printed_as_a_file_to_begin_with() {
    let (code, out, _) = run(&["config", "defaults"], &[]);
    assert_eq!((code, &*out), (0, DEFAULTS));
}

#[test]
fn a_configuration_is_checked_in_either_way() {
    let rows = [&[][..], &[("SMS__SMS_CODE__LENGTH", "8")]];
    for variables in rows {
        let check = run(&["config", "check"], variables);
        assert_eq!(check, run(&["--check-config"], variables));
        assert_eq!(check.0, 0);
    }
    let (code, out, problem) = run(&["config", "check"], &[("SMS__LOG__LEVEL", "loud")]);
    assert_eq!((code, &*out), (1, ""));
    assert!(problem.contains("log.level: unknown variant `loud`"));
}

#[test]
fn a_key_is_explained_with_its_value_and_where_that_comes_from() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sms.toml");
    let toml = "[limits]\nper_mobile = ['2/60s']\n[store]\nhmac_key = 'hunter2 hunter2 hunter2'\n";
    fs::write(&path, toml).unwrap();
    let file = path.to_str().unwrap();
    let variables = [("SMS__SMS_CODE__LENGTH", "8")];
    let from_file = format!("value      [\"2/1m\"], from {file}\n");
    let secret = format!("value      \"********\", from {file}\n");
    let rows = [
        ("limits.per_mobile", &*from_file),
        ("limits.per_mobile", "variable   SMS__LIMITS__PER_MOBILE\n"),
        (
            "limits.per_mobile",
            "default    [\"1/60s\", \"5/1h\", \"10/24h\"]\n",
        ),
        (
            "SMS__SMS_CODE__LENGTH",
            "value      8, from SMS__SMS_CODE__LENGTH\n",
        ),
        ("store.hmac_key", &*secret),
        ("locale", "value      \"zh-CN\", the default\n"),
        (
            "gateway.senders.ccp.auth_token",
            "key        gateway.senders.CCP.auth_token\n",
        ),
    ];
    for (key, line) in rows {
        let (code, out, problem) = run(&["--config", file, "config", "explain", key], &variables);
        assert_eq!((code, &*problem), (0, ""), "{key}");
        assert!(out.contains(line), "{line} is not in\n{out}");
        assert!(!out.contains("hunter2"), "{out}");
    }
}

#[test]
fn a_key_is_explained_although_the_configuration_is_wrong() {
    let variables = [("SMS__LIMITS__PER_MOBILE", "1/1x")];
    let (code, out, problem) = run(&["config", "explain", "limits.per_mobile"], &variables);
    assert_eq!(code, 0);
    assert!(
        out.contains("meaning    ") && !out.contains("value "),
        "{out}"
    );
    let warning = "warning: no values are told, because of limits.per_mobile: \"1x\"";
    assert!(problem.contains(warning), "{problem}");
}

#[test]
fn a_misspelt_key_is_told_the_nearest() {
    let (code, out, problem) = run(&["config", "explain", "limits.per_mobil"], &[]);
    assert_eq!((code, &*out), (1, ""));
    let nearest = "limits.per_mobil: there is no such key; limits.per_mobile is the nearest";
    assert!(problem.contains(nearest), "{problem}");
}
