//! The server with the simulator as its provider: two readings of the same documents.

use std::time::Duration;

use sms_simulator::{Callbacks, Fault, Provider, Receipts, ReportForm, Rule, Script, Simulator};
use sms_testkit::{HttpReply, HttpStub};

use crate::app::{App, MOBILE, UNLIMITED};
use crate::exposition::Exposition;

const SENT: &str = "发送短信成功";
const TOKEN: &str = "a_token_that_nobody_guesses";
/// What numbers are reported with that were not reached.
const UNREACHABLE: &str = "30003";
const PROVIDERS: [Provider; 4] = [
    Provider::Ccp,
    Provider::Aliyun,
    Provider::Tencent,
    Provider::Twilio,
];

/// A server that sends by one provider alone, named as that, and the simulator behind it.
struct Play {
    provider: Provider,
    simulator: Simulator,
    app: App,
}

impl Play {
    fn start(provider: Provider, script: Script) -> Self {
        Self::start_with(provider, script, "")
    }

    /// With more settings, which are those of a receiver first.
    fn start_with(provider: Provider, script: Script, more: &str) -> Self {
        let keys = keys(provider, &Script::default());
        let simulator = Simulator::start(script).unwrap();
        let name = provider.name();
        let settings = format!(
            "{UNLIMITED}per_mobile = []\n[gateway]\norder = ['{name}']\n\
             [gateway.senders.{name}]\nkind = '{name}'\n{} = '{}'\n{keys}\n{more}",
            address_key(provider),
            simulator.base_url(),
        );
        Self {
            provider,
            simulator,
            app: App::start_with_its_senders(&settings),
        }
    }

    async fn send(&self) {
        self.app.send(MOBILE).await.is_success(SENT);
    }

    /// Checks the code that the phone shows.
    async fn check(&self) {
        let texts = self.simulator.texts_to(MOBILE);
        let checked = self.app.check(MOBILE, code_in(&texts[0])).await;
        checked.is_success("短信验证码正确");
    }

    async fn count(&self, metric: &str, result: &str) -> f64 {
        let name = self.provider.name();
        let country = match metric {
            "sms_deliveries_total" => "country=\"CN\",",
            _ => "",
        };
        let series = format!("{metric}{{{country}result=\"{result}\",sender=\"{name}\"}}");
        Exposition::of(&self.app).await.value(&series)
    }

    /// Waits until so many messages have arrived, and so many have not.
    async fn wait_for(&self, arrived: f64, failed: f64) {
        let wait = async {
            while self.count("sms_deliveries_total", "delivered").await < arrived
                || self.count("sms_deliveries_total", "failed").await < failed
            {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), wait).await;
        assert!(waited.is_ok(), "{:?}: no reports came", self.provider);
        let counted = (
            self.count("sms_deliveries_total", "delivered").await,
            self.count("sms_deliveries_total", "failed").await,
        );
        assert_eq!(counted, (arrived, failed), "{:?}", self.provider);
    }

    /// Has reports come to the server.
    fn call_back(&self) {
        let (public, name) = (self.app.public, self.provider.name());
        let url = format!("http://{public}/receipts/{name}/{TOKEN}");
        let callbacks = Callbacks::from([(self.provider, url)]);
        self.simulator.set_callbacks(callbacks).unwrap();
    }
}

/// The key that says where a provider is.
fn address_key(provider: Provider) -> &'static str {
    match provider {
        Provider::Ccp | Provider::Twilio => "base_url",
        Provider::Aliyun | Provider::Tencent => "endpoint",
    }
}

/// The other keys of a sender that uses the account of a script.
fn keys(provider: Provider, script: &Script) -> String {
    match provider {
        Provider::Ccp => format!(
            "account_sid = '{}'\nauth_token = '{}'\napp_id = '{}'",
            script.ccp.account_sid, script.ccp.auth_token, script.ccp.app_id
        ),
        Provider::Aliyun => format!(
            "access_key_id = '{}'\naccess_key_secret = '{}'\nsign_name = '{}'\n\
             template_code = 'SMS_100000001'\nvariables = {{code = 'code', minutes = 'minutes'}}",
            script.aliyun.access_key_id,
            script.aliyun.access_key_secret,
            script.aliyun.sign_names[0]
        ),
        Provider::Tencent => format!(
            "secret_id = '{}'\nsecret_key = '{}'\nsdk_app_id = '{}'\nsign_name = '{}'\n\
             template_id = '1234'",
            script.tencent.secret_id,
            script.tencent.secret_key,
            script.tencent.sdk_app_id,
            script.tencent.sign_names[0]
        ),
        Provider::Twilio => format!(
            "account_sid = '{}'\nauth_token = '{}'\nfrom = '{}'",
            script.twilio.account_sid, script.twilio.auth_token, script.twilio.from[0]
        ),
    }
}

fn code_in(text: &str) -> &str {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    numbers.find(|digits| digits.len() == 6).unwrap()
}

fn with_fault(fault: Fault) -> Script {
    Script {
        rules: vec![Rule {
            first: Some(1),
            fault: Some(fault),
            ..Rule::default()
        }],
        ..Script::default()
    }
}

#[tokio::test]
async fn each_provider_takes_a_code_that_the_phone_shows_and_that_works() {
    for provider in PROVIDERS {
        let play = Play::start(provider, Script::default());
        play.send().await;
        assert_eq!(play.simulator.outcomes(), ["accepted"], "{provider:?}");
        assert_eq!(play.simulator.texts_to(MOBILE).len(), 1, "{provider:?}");
        play.check().await;
    }
}

#[tokio::test]
async fn a_lost_answer_of_ccp_is_one_message_on_the_phone() {
    let play = Play::start(Provider::Ccp, with_fault(Fault::LoseAnswer));
    play.send().await;
    // CCP knows the second request by its id.
    assert_eq!(play.simulator.outcomes(), ["160054", "accepted"]);
    assert_eq!(play.simulator.texts_to(MOBILE).len(), 1);
    play.check().await;
}

#[tokio::test]
async fn ccp_whose_answers_are_all_lost_leaves_a_code_that_works() {
    let mut script = with_fault(Fault::LoseAnswer);
    script.rules[0].first = None;
    let play = Play::start(Provider::Ccp, script);
    play.app.send(MOBILE).await.is_refusal("发送短信失败");
    assert_eq!(play.simulator.outcomes(), ["160054", "accepted"]);
    assert_eq!(play.simulator.texts_to(MOBILE).len(), 1);
    play.check().await;
}

#[tokio::test]
async fn a_lost_answer_of_the_others_leaves_a_code_that_works() {
    for provider in [Provider::Aliyun, Provider::Tencent, Provider::Twilio] {
        let play = Play::start(provider, with_fault(Fault::LoseAnswer));
        play.app.send(MOBILE).await.is_refusal("发送短信失败");
        assert_eq!(play.simulator.outcomes(), ["accepted"], "{provider:?}");
        play.check().await;
    }
}

#[tokio::test]
async fn a_wrong_secret_is_refused_in_the_words_of_each_provider() {
    let mut script = Script::default();
    script.ccp.auth_token = "other".to_owned();
    script.aliyun.access_key_secret = "other".to_owned();
    script.tencent.secret_key = "other".to_owned();
    script.twilio.auth_token = "other".to_owned();
    let codes = [
        "111109",
        "SignatureDoesNotMatch",
        "AuthFailure.SignatureFailure",
        "20003",
    ];
    for (provider, code) in PROVIDERS.into_iter().zip(codes) {
        let play = Play::start(provider, script.clone());
        play.app.send(MOBILE).await.is_refusal("发送短信失败");
        assert_eq!(play.simulator.outcomes()[0], code);
        let refused = play.count("sms_sender_attempts_total", "auth").await;
        assert_eq!(refused, 1.0, "{provider:?}");
        assert!(play.simulator.texts_to(MOBILE).is_empty(), "{provider:?}");
    }
}

/// A message whose report comes twice, one whose report comes before the answer, and one that
/// does not arrive.
fn three_messages() -> Script {
    let rule = |receipts| Rule {
        first: Some(1),
        receipts,
        ..Rule::default()
    };
    Script {
        receipts: Receipts {
            delay_ms: Some(0),
            ..Receipts::default()
        },
        rules: vec![
            rule(Receipts {
                copies: Some(2),
                reversed: Some(true),
                ..Receipts::default()
            }),
            rule(Receipts {
                before_answer: Some(true),
                ..Receipts::default()
            }),
            rule(Receipts {
                failed: Some(UNREACHABLE.to_owned()),
                ..Receipts::default()
            }),
        ],
        ..Script::default()
    }
}

async fn expect_three_reports(play: &Play) {
    play.call_back();
    for _ in 0..3 {
        play.send().await;
    }
    play.wait_for(2.0, 1.0).await;
}

fn receiver(provider: Provider) -> String {
    format!("[receipts.senders.{}]\ntoken = '{TOKEN}'", provider.name())
}

#[tokio::test]
async fn what_became_of_messages_is_counted_once_however_it_is_told() {
    for provider in [Provider::Ccp, Provider::Aliyun, Provider::Tencent] {
        let play = Play::start_with(provider, three_messages(), &receiver(provider));
        expect_three_reports(&play).await;
    }
    let mut script = three_messages();
    script.ccp.reports = ReportForm::Xml;
    let play = Play::start_with(Provider::Ccp, script, &receiver(Provider::Ccp));
    expect_three_reports(&play).await;
}

#[tokio::test]
async fn reports_of_twilio_are_believed_by_their_signature() {
    // Stands where a reverse proxy would: at the URL that was told to Twilio, which it signs.
    let proxy = HttpStub::start(HttpReply::Answer(204, String::new())).unwrap();
    let public_url = format!("[receipts]\npublic_url = '{}'", proxy.base_url());
    let more = format!("{public_url}\n{}", receiver(Provider::Twilio));
    let play = Play::start_with(Provider::Twilio, three_messages(), &more);
    for _ in 0..3 {
        play.send().await;
    }
    // Two steps each, and those of the first message twice.
    let all_came = async {
        while proxy.requests().len() < 8 {
            tokio::task::yield_now().await;
        }
    };
    let came = tokio::time::timeout(Duration::from_secs(20), all_came).await;
    assert!(came.is_ok(), "{:?}", proxy.requests());
    for report in proxy.requests() {
        let url = format!("http://{}{}", play.app.public, report.target);
        let signature = report.header("x-twilio-signature").unwrap().to_owned();
        let request = play.app.client.post(url).body(report.body);
        let answer = request.header("X-Twilio-Signature", signature).send();
        assert!(answer.await.unwrap().status().is_success());
    }
    play.wait_for(2.0, 1.0).await;
}

#[tokio::test]
async fn reports_of_ccp_may_be_asked_for() {
    let asked = "[receipts.senders.ccp]\npull_interval_s = 1";
    let play = Play::start_with(Provider::Ccp, three_messages(), asked);
    for _ in 0..3 {
        play.send().await;
    }
    play.wait_for(2.0, 1.0).await;
}
