//! Two senders over real sockets, the first of which fails in every way that providers do.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde_json::Value;
use sms_testkit::{CcpFault, CcpStub, FaultProxy, NetFault};
use socket2::{Domain, Socket, Type};

use crate::app::{App, MOBILE};
use crate::exposition::Exposition;

/// How many failures in a row open a breaker here.
const FAILURES: usize = 3;

/// A server with two senders by CCP.
struct Pair {
    first: CcpStub,
    second: CcpStub,
    app: App,
}

impl Pair {
    fn start() -> Self {
        let first = CcpStub::start().unwrap();
        let address = first.address();
        Self::start_at(first, address)
    }

    /// With a way of its own to the first.
    fn start_at(first: CcpStub, address: SocketAddr) -> Self {
        let second = CcpStub::start().unwrap();
        let app = App::start_with_its_senders(&settings(address, second.address()));
        Self { first, second, app }
    }

    /// Sends a message that the second takes, and checks its code.
    async fn send_by_the_second(&self) {
        let before = self.second.accepted().len();
        self.app.send(MOBILE).await.is_success("发送短信成功");
        let messages = self.second.accepted().split_off(before);
        assert_eq!(messages.len(), 1);
        let checked = self.app.check(MOBILE, &messages[0].datas[0]).await;
        checked.is_success("短信验证码正确");
    }

    /// Sends a message that reaches the phone once, by the first, and checks its code.
    async fn send_by_the_first(&self) {
        let before = self.first.accepted().len();
        self.app.send(MOBILE).await.is_success("发送短信成功");
        let messages = self.first.accepted().split_off(before);
        assert_eq!(messages.len(), 1);
        let checked = self.app.check(MOBILE, &messages[0].datas[0]).await;
        checked.is_success("短信验证码正确");
    }

    /// How often the first was given a message.
    async fn attempts_of_the_first(&self) -> f64 {
        let metrics = Exposition::of(&self.app).await;
        metrics.value("sms_sender_request_duration_seconds_count{sender=\"first\"}")
    }

    async fn state_of_the_first(&self) -> Value {
        let response = self.app.get_ops("/readyz").await;
        assert_eq!(response.status(), 200);
        response.json::<Value>().await.unwrap()["senders"]["first"].clone()
    }

    /// Fails until the breaker opens, and then goes on without the first.
    async fn opens(&self, mut fail: impl FnMut()) {
        for _ in 0..FAILURES {
            assert_eq!(self.state_of_the_first().await, "closed");
            fail();
            self.send_by_the_second().await;
        }
        assert_ne!(self.state_of_the_first().await, "closed");
    }

    /// Waits until it is time for a probe, and lets it find that the first is well again.
    async fn heals(&self) {
        while self.state_of_the_first().await != "half_open" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.send_by_the_first().await;
        assert_eq!(self.state_of_the_first().await, "closed");
        self.send_by_the_first().await;
    }
}

fn settings(first: SocketAddr, second: SocketAddr) -> String {
    let sender = |name: &str, address: SocketAddr| {
        format!(
            "[gateway.senders.{name}]\nkind = 'ccp'\nbase_url = 'http://{address}'\n\
             account_sid = '{}'\nauth_token = '{}'\napp_id = '{}'\n",
            CcpStub::ACCOUNT_SID,
            CcpStub::AUTH_TOKEN,
            CcpStub::APP_ID
        )
    };
    format!(
        "limits.per_ip = []\nlimits.per_mobile = []\n[gateway]\norder = ['first', 'second']\n\
         timeout_ms = 2500\ndeadline_ms = 4000\nbreaker.failures = {FAILURES}\n\
         breaker.open_s = 1\nbreaker.max_open_s = 1\n{}{}",
        sender("first", first),
        sender("second", second)
    )
}

#[tokio::test]
async fn a_provider_that_fails_is_replaced_until_it_is_well_again() {
    // A fault for each request about one message: of those that lose an answer there are two.
    let rows = [
        vec![CcpFault::Refuse("160032")],
        vec![CcpFault::Refuse("111109")],
        vec![CcpFault::Refuse("111111")],
        vec![CcpFault::Refuse("160050")],
        // The request is wrong, but because of a template of this sender.
        vec![CcpFault::Refuse("160052")],
        vec![CcpFault::Status(500), CcpFault::Status(502)],
        vec![CcpFault::LoseRequest, CcpFault::LoseRequest],
        vec![
            CcpFault::Answer(b"nonsense".to_vec()),
            CcpFault::Answer(Vec::new()),
        ],
    ];
    for faults in rows {
        let pair = Pair::start();
        pair.opens(|| pair.first.fail_next(faults.clone())).await;
        let asked = pair.first.requests().len();
        assert_eq!(asked, FAILURES * faults.len(), "{faults:?}");
        pair.heals().await;
    }
}

#[tokio::test]
async fn a_provider_that_hangs_is_waited_for_until_its_breaker_opens() {
    let first = CcpStub::start().unwrap();
    let network = FaultProxy::start(first.address()).unwrap();
    let pair = Pair::start_at(first, network.address());
    network.set(NetFault::Stall);
    pair.opens(|| ()).await;
    let metrics = Exposition::of(&pair.app).await;
    let unknown = "sms_sender_attempts_total{result=\"unknown\",sender=\"first\"}";
    assert_eq!(metrics.value(unknown), FAILURES as f64);
    let opened = "sms_sender_state_changes_total{sender=\"first\",state=\"open\"}";
    assert_eq!(metrics.value(opened), 1.0);
}

#[tokio::test]
async fn nobody_waits_for_a_provider_whose_breaker_is_open() {
    let first = CcpStub::start().unwrap();
    let network = FaultProxy::start(first.address()).unwrap();
    let second = CcpStub::start().unwrap();
    let patient = "breaker.open_s = 600\nbreaker.max_open_s = 600";
    let settings = settings(network.address(), second.address());
    let settings = settings.replace("breaker.open_s = 1\nbreaker.max_open_s = 1", patient);
    let app = App::start_with_its_senders(&settings);
    let pair = Pair { first, second, app };
    network.set(NetFault::Stall);
    pair.opens(|| ()).await;
    let attempts = pair.attempts_of_the_first().await;
    for _ in 0..10 {
        pair.send_by_the_second().await;
    }
    assert_eq!(pair.attempts_of_the_first().await, attempts);
    let metrics = Exposition::of(&pair.app).await;
    let open = "sms_sender_state{sender=\"first\",state=\"open\"}";
    assert_eq!(metrics.value(open), 1.0);
}

#[tokio::test]
async fn a_provider_whose_messages_stop_arriving_comes_after_the_other() {
    let (first, second) = (CcpStub::start().unwrap(), CcpStub::start().unwrap());
    let settings = settings(first.address(), second.address()).replace(
        "breaker.open_s",
        "breaker.min_deliveries = 2\nbreaker.open_s",
    ) + "[receipts.senders.first]\ntoken = 'a_token_that_nobody_guesses'";
    // Nobody reports anything, so there is nothing to wait for.
    let app = App::start_changed(&settings, |settings| settings.receipts.expect_within_s = 0);
    let pair = Pair { first, second, app };
    for _ in 0..2 {
        assert_eq!(pair.state_of_the_first().await, "closed");
        pair.send_by_the_first().await;
    }
    let demoted = async {
        while pair.state_of_the_first().await != "demoted" {
            tokio::task::yield_now().await;
        }
    };
    let demoted = tokio::time::timeout(Duration::from_secs(20), demoted).await;
    assert!(
        demoted.is_ok(),
        "nobody noticed that messages do not arrive"
    );
    pair.send_by_the_second().await;
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_replaced() {
    // It keeps its port and never listens: connections to it are refused.
    let dead = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    dead.bind(&any.into()).unwrap();
    let address = dead.local_addr().unwrap().as_socket().unwrap();
    let pair = Pair::start_at(CcpStub::start().unwrap(), address);
    pair.opens(|| ()).await;
}

#[tokio::test]
async fn a_lost_answer_leads_to_one_message_and_a_code_that_works() {
    let pair = Pair::start();
    // The connection ends, the answer can't be read, or it never comes.
    for fault in [CcpFault::LoseAnswer, CcpFault::Garbage, CcpFault::Stall] {
        pair.first.fail_next([fault]);
        pair.send_by_the_first().await;
    }
    assert!(pair.second.requests().is_empty());
}

#[tokio::test]
async fn a_refused_recipient_is_tried_once_and_told_what_to_do() {
    let pair = Pair::start();
    pair.first.fail_next([CcpFault::Refuse("160034")]);
    let refused = pair.app.send(MOBILE).await;
    refused.is_refusal("发送短信失败");
    assert_eq!(refused.body["outcome"], "recipient_refused");
    let advice = refused.body["advice"].as_str().unwrap();
    assert!(advice.contains("其他手机号"), "{advice}");
    assert_eq!(pair.first.requests().len(), 1);
    assert!(pair.second.requests().is_empty());
    pair.app
        .check(MOBILE, "000000")
        .await
        .is_refusal("短信验证码失效");
}

#[tokio::test]
async fn a_number_that_a_provider_finds_wrong_is_tried_once() {
    let pair = Pair::start();
    pair.first.fail_next([CcpFault::Refuse("160042")]);
    pair.app.send(MOBILE).await.is_refusal("发送短信失败");
    assert_eq!(pair.first.requests().len(), 1);
    assert!(pair.second.requests().is_empty());
}

#[tokio::test]
async fn invariant_5_a_failure_after_an_unknown_outcome_keeps_the_code() {
    let pair = Pair::start();
    pair.first
        .fail_next([CcpFault::LoseAnswer, CcpFault::Status(500)]);
    pair.second.fail_next([CcpFault::Refuse("160032")]);
    let failed = pair.app.send(MOBILE).await;
    failed.is_refusal("发送短信失败");
    assert_eq!(failed.body["outcome"], "send_failed");
    assert_eq!(pair.second.requests().len(), 1);
    let arrived = pair.first.accepted().remove(0);
    let checked = pair.app.check(MOBILE, &arrived.datas[0]).await;
    checked.is_success("短信验证码正确");
}
