//! The senders of kind `aliyun` and `tencent`, as the program makes them of its settings.

use std::fs;

use serde_json::json;
use sms_testkit::{HttpReply, HttpStub};

use crate::app::MOBILE;
use crate::command_line::run;

const SECRET: &str = "EXAMPLEsecretOfTheKey";
const TOKEN: &str = "EXAMPLEtokenOfTheKey";

/// A sender `trial` of one of these kinds.
struct Kind {
    /// Its kind and all that has to be set, but for the secret.
    settings: &'static [(&'static str, &'static str)],
    /// The key of the secret.
    secret: &'static str,
    accepted: &'static str,
    /// The id in that.
    id: &'static str,
    /// Answers with this code.
    refused: fn(code: &str) -> String,
    /// A code, and what is told of it.
    example: [&'static str; 3],
}

const KINDS: [Kind; 2] = [
    Kind {
        settings: &[
            ("KIND", "aliyun"),
            ("ACCESS_KEY_ID", "LTAI5tEXAMPLE"),
            ("SIGN_NAME", "阿里云短信测试"),
            ("TEMPLATE_CODE", "SMS_154950909"),
        ],
        secret: "access_key_secret",
        accepted: r#"{"Code":"OK","Message":"OK","RequestId":"r","BizId":"900619746936498440^0"}"#,
        id: "900619746936498440^0",
        refused: |code| json!({"Code": code, "Message": MOBILE, "RequestId": "r"}).to_string(),
        example: [
            "isv.BUSINESS_LIMIT_CONTROL",
            "rate_number",
            "the provider's limit for this number is reached",
        ],
    },
    Kind {
        settings: &[
            ("KIND", "tencent"),
            ("SECRET_ID", "AKIDEXAMPLE"),
            ("SDK_APP_ID", "1400000001"),
            ("SIGN_NAME", "腾讯云"),
            ("TEMPLATE_ID", "1234"),
        ],
        secret: "secret_key",
        accepted: r#"{"Response":{"SendStatusSet":[{"SerialNo":"5000:104571","Code":"Ok"}],"RequestId":"r"}}"#,
        id: "5000:104571",
        refused: |code| {
            let status = json!({"Code": code, "Message": MOBILE, "SerialNo": ""});
            json!({"Response": {"SendStatusSet": [status], "RequestId": "r"}}).to_string()
        },
        example: [
            "FailedOperation.TemplateIncorrectOrUnapproved",
            "config",
            "see that the template of this id is approved",
        ],
    },
];

impl Kind {
    /// Runs the program with this sender and `more` of its settings.
    fn run(&self, arguments: &[&str], more: &[(&str, &str)]) -> (i32, String, String) {
        let settings = self.settings.iter().chain(more);
        let variables: Vec<_> = settings
            .map(|(key, value)| {
                let key = key.to_uppercase();
                (format!("SMS__GATEWAY__SENDERS__TRIAL__{key}"), *value)
            })
            .collect();
        let variables: Vec<_> = (variables.iter())
            .map(|(name, value)| (name.as_str(), *value))
            .collect();
        run(arguments, &variables)
    }

    /// The exit code of a trial send and what it told, when the provider answers with `body`.
    fn send_test(&self, body: String) -> (i32, String) {
        let stub = HttpStub::start(HttpReply::Answer(200, body)).unwrap();
        let (code, out, problem) = self.run(
            &["send-test", "--sender", "trial", MOBILE],
            &[("endpoint", &stub.base_url()), (self.secret, SECRET)],
        );
        assert_eq!(stub.requests().len(), 1, "{out}{problem}");
        for secret in [MOBILE, SECRET] {
            let shown = format!("{out}{problem}");
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        (code, out)
    }
}

#[test]
fn a_message_that_is_accepted_is_told_with_its_id() {
    for kind in KINDS {
        let (code, out) = kind.send_test(kind.accepted.to_owned());
        assert_eq!(code, 0, "{out}");
        for line in ["answer   accepted\n", &format!("id       {}\n", kind.id)] {
            assert!(out.contains(line), "{out}");
        }
    }
}

#[test]
fn a_refusal_is_told_with_its_class_and_what_helps() {
    for kind in KINDS {
        let [code, class, advice] = kind.example;
        let (exit, out) = kind.send_test((kind.refused)(code));
        assert_eq!(exit, 1, "{out}");
        for line in [
            "answer   not accepted\n",
            &format!("code     {code}\n"),
            &format!("class    {class}\n"),
            &format!("advice   {advice}"),
        ] {
            assert!(out.contains(line), "{out}");
        }
    }
}

#[test]
fn secrets_come_from_files_and_never_print() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::write(&path, format!("{text}\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (secret, token) = (file("secret", SECRET), file("token", TOKEN));
    for kind in KINDS {
        let files = [
            (&*format!("{}_file", kind.secret), &*secret),
            ("security_token_file", &token),
        ];
        let (code, out, problem) = kind.run(&["--check-config"], &files);
        assert_eq!(code, 0, "{problem}");
        for key in [kind.secret, "security_token"] {
            assert!(out.contains(&format!("{key} = \"********\"")), "{out}");
        }
        for secret in [SECRET, TOKEN] {
            assert!(!out.contains(secret), "{out}");
        }
    }
}

#[test]
fn a_secret_that_is_missing_is_named() {
    for kind in KINDS {
        let arguments = ["send-test", "--sender", "trial", MOBILE];
        let (code, _, problem) = kind.run(&arguments, &[]);
        assert_eq!(code, 1);
        let missing = format!("gateway.senders.trial.{}: missing", kind.secret);
        assert!(problem.contains(&missing), "{problem}");
        let file = format!("{}_file", kind.secret);
        let (code, _, problem) = kind.run(&arguments, &[(&file, "/nonexistent")]);
        assert_eq!(code, 1);
        let missing = format!("gateway.senders.trial.{file}: /nonexistent");
        assert!(problem.contains(&missing), "{problem}");
    }
}
