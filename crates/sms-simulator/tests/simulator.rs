//! The simulator over real HTTP.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

use std::time::{Duration, Instant};

use reqwest::{Client, Response};
use serde_json::{Value, json};
use sms_simulator::{Callbacks, Fault, Provider, Receipts, Rule, Script, Simulator};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const TO: &str = "+447700900123";

struct Setup {
    simulator: Simulator,
    client: Client,
}

impl Setup {
    fn new(script: Script) -> Self {
        // The client of tests needs what the simulator has installed.
        let simulator = Simulator::start(script).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().build().unwrap();
        Self { simulator, client }
    }

    fn with(rule: Rule) -> Self {
        Self::new(Script {
            rules: vec![rule],
            ..Script::default()
        })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.simulator.base_url())
    }

    /// Sends a message as a client of Twilio does.
    async fn send(&self, callback: Option<&str>) -> reqwest::Result<Response> {
        let account = "AC00000000000000000000000000000001";
        let url = self.url(&format!("/2010-04-01/Accounts/{account}/Messages.json"));
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([("To", TO), ("From", "+15005550006"), ("Body", "6532 <b>")]);
        form.extend_pairs(callback.map(|url| ("StatusCallback", url)));
        let request = self.client.post(url).body(form.finish());
        request
            .basic_auth(account, Some("00000000000000000000000000000002"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .send()
            .await
    }

    async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    async fn inbox(&self) -> Value {
        serde_json::from_str(&self.get("/inbox").await.text().await.unwrap()).unwrap()
    }
}

#[tokio::test]
async fn a_message_that_is_accepted_is_in_the_inbox() {
    let setup = Setup::new(Script::default());
    let response = setup.send(None).await.unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(setup.simulator.texts_to(TO), ["6532 <b>"]);
    assert_eq!(setup.simulator.outcomes(), ["accepted"]);

    let message = &setup.inbox().await[0];
    assert_eq!(
        (&message["provider"], &message["to"]),
        (&json!("twilio"), &json!(TO))
    );
    assert_eq!(message["text"], "6532 <b>");
    let mine = setup
        .get("/inbox?mobile=+447700900123")
        .await
        .text()
        .await
        .unwrap();
    assert!(mine.contains("6532"), "{mine}");
    let others = setup
        .get("/inbox?mobile=13800138000")
        .await
        .text()
        .await
        .unwrap();
    assert_eq!(others, "[]");
    assert_eq!(setup.get("/inbox?mobile=x").await.status(), 400);

    let page = setup.get("/").await;
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert!(page.text().await.unwrap().contains("6532 &lt;b&gt;"));
    for path in ["/page.css", "/page.js", "/requests"] {
        assert_eq!(setup.get(path).await.status(), 200, "{path}");
    }
    assert_eq!(setup.get("/nowhere").await.status(), 404);

    let cleared = setup
        .client
        .delete(setup.url("/inbox"))
        .send()
        .await
        .unwrap();
    assert_eq!(cleared.status(), 204);
    assert_eq!(setup.inbox().await, json!([]));
}

#[tokio::test]
async fn a_lost_answer_is_a_message_and_a_closed_connection() {
    for (fault, messages) in [(Fault::LoseRequest, 0), (Fault::LoseAnswer, 1)] {
        let setup = Setup::with(Rule {
            fault: Some(fault.clone()),
            ..Rule::default()
        });
        let error = setup.send(None).await.unwrap_err();
        assert!(
            !error.is_timeout() && !error.is_connect(),
            "{fault:?}: {error:?}"
        );
        assert_eq!(setup.simulator.texts_to(TO).len(), messages, "{fault:?}");
    }
}

#[tokio::test]
async fn a_stall_lasts_as_long_as_it_should() {
    let setup = Setup::with(Rule {
        stall_ms: 200,
        ..Rule::default()
    });
    let begin = Instant::now();
    assert_eq!(setup.send(None).await.unwrap().status(), 201);
    assert!(begin.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn rules_change_while_it_runs() {
    let setup = Setup::new(Script::default());
    let put = |path: &str, body: &str| {
        let request = setup.client.put(setup.url(path)).body(body.to_owned());
        async { request.send().await.unwrap() }
    };
    let rules = r#"[{"to":"+44","first":1,"fault":{"refuse":"21610"}}]"#;
    assert_eq!(put("/control/rules", rules).await.status(), 204);
    let kept = setup.get("/control/rules").await.text().await.unwrap();
    assert!(kept.contains("21610"), "{kept}");
    // What it says can be put again.
    assert_eq!(put("/control/rules", &kept).await.status(), 204);
    assert_eq!(setup.send(None).await.unwrap().status(), 400);
    assert_eq!(setup.send(None).await.unwrap().status(), 201);
    assert_eq!(setup.simulator.outcomes(), ["accepted", "21610"]);

    for (path, body, problem) in [
        (
            "/control/rules",
            r#"[{"fault":{"status":200}}]"#,
            "rules[0].fault.status",
        ),
        (
            "/control/rules",
            r#"[{"fautl":1}]"#,
            "unknown field `fautl`",
        ),
        ("/control/rules", "", "EOF"),
        ("/control/callbacks", r#"{"ccp":"x"}"#, "callbacks.ccp"),
    ] {
        let refused = put(path, body).await;
        assert_eq!(refused.status(), 400);
        let text = refused.text().await.unwrap();
        assert!(text.contains(problem), "{text}");
    }
    let callbacks = r#"{"ccp":"http://127.0.0.1:9/"}"#;
    assert_eq!(put("/control/callbacks", callbacks).await.status(), 204);
    assert_eq!(
        setup.get("/control/callbacks").await.text().await.unwrap(),
        callbacks
    );
}

/// Answers so many reports, each with the next of these statuses and this body, and gives their
/// bodies.
async fn take_reports(listener: TcpListener, statuses: &[u16], body: &str) -> Vec<String> {
    let mut taken = Vec::new();
    for status in statuses {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut text = String::new();
        while !is_whole(&text) {
            let mut buffer = [0; 4096];
            let length = stream.read(&mut buffer).await.unwrap();
            assert_ne!(length, 0, "{text}");
            text += std::str::from_utf8(&buffer[..length]).unwrap();
        }
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
        taken.push(text);
    }
    taken
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let mut lines = head.lines();
    let length = lines.find_map(|line| line.strip_prefix("content-length: "));
    length.is_some_and(|length| body.len() == length.parse::<usize>().unwrap())
}

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/r", listener.local_addr().unwrap());
    (listener, url)
}

#[tokio::test]
async fn reports_of_twilio_are_signed_and_written_down() {
    let receipts = Receipts {
        delay_ms: Some(0),
        ..Receipts::default()
    };
    let setup = Setup::with(Rule {
        receipts,
        ..Rule::default()
    });
    let (listener, url) = listener().await;
    setup.send(Some(&url)).await.unwrap();
    // Twilio heeds no status.
    let reports = take_reports(listener, &[204, 500], "").await;
    for (report, status) in reports.iter().zip(["sent", "delivered"]) {
        assert!(report.starts_with("POST /r HTTP/1.1\r\n"), "{report}");
        assert!(report.contains("x-twilio-signature: "), "{report}");
        assert!(
            report.contains(&format!("&MessageStatus={status}&")),
            "{report}"
        );
    }
    let reported = until(async || {
        let reports = setup.inbox().await[0]["reports"].clone();
        (reports.as_array().unwrap().len() == 2).then_some(reports)
    });
    let reported = reported.await;
    assert_eq!(
        (&reported[0]["says"], &reported[0]["status"]),
        (&json!("sent"), &json!(204))
    );
    assert_eq!(
        (&reported[1]["taken"], &reported[1]["status"]),
        (&json!(true), &json!(500))
    );
}

/// Asks again and again until there is something, for ten seconds.
async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(begin.elapsed() < Duration::from_secs(10), "it did not come");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// An order to CCP, with the signature of this very moment.
async fn send_by_ccp(setup: &Setup, action: &str, body: &Value) -> Value {
    let account = "8aaf0708000000000000000000000a01";
    let beijing = time::UtcOffset::from_hms(8, 0, 0).unwrap();
    let now = time::OffsetDateTime::now_utc().to_offset(beijing);
    let format = time::macros::format_description!("[year][month][day][hour][minute][second]");
    let timestamp = now.format(&format).unwrap();
    let token = "0123456789abcdef0123456789abcdef";
    let digest = <md5::Md5 as md5::Digest>::digest(format!("{account}{token}{timestamp}"));
    let sig = base16ct::upper::encode_string(&digest);
    let base64 = base64::engine::general_purpose::STANDARD;
    let authorization = base64::Engine::encode(&base64, format!("{account}:{timestamp}"));
    let path = format!("/2013-12-26/Accounts/{account}/SMS/{action}?sig={sig}");
    let request = setup.client.post(setup.url(&path)).body(body.to_string());
    let response = request
        .header("Accept", "application/json")
        .header("Content-Type", "application/json;charset=utf-8")
        .header("Authorization", authorization)
        .send();
    serde_json::from_str(&response.await.unwrap().text().await.unwrap()).unwrap()
}

fn ccp_order() -> Value {
    json!({
        "to": "13800138000",
        "appId": "8aaf0708000000000000000000000a02",
        "templateId": "1",
        "datas": ["6532", "5"],
    })
}

#[tokio::test]
async fn a_report_that_is_not_taken_comes_again() {
    let mut script = Script::default();
    script.receipts.delay_ms = Some(0);
    script.ccp.retries_ms = vec![0, 0];
    let setup = Setup::new(script);
    let (listener, url) = listener().await;
    let callbacks = Callbacks::from([(Provider::Ccp, url)]);
    setup.simulator.set_callbacks(callbacks).unwrap();
    let answer = send_by_ccp(&setup, "TemplateSMS", &ccp_order()).await;
    assert_eq!(answer["statusCode"], "000000");
    let reports = take_reports(listener, &[500, 200], "").await;
    let bodies = reports
        .iter()
        .map(|report| report.split_once("\r\n\r\n").unwrap().1);
    let bodies: Vec<_> = bodies.collect();
    assert_eq!(bodies[0], bodies[1]);
    let body: Value = serde_json::from_str(bodies[0]).unwrap();
    assert_eq!(
        body["Request"]["content"],
        answer["templateSMS"]["smsMessageSid"]
    );
}

#[tokio::test]
async fn a_report_may_come_before_the_answer() {
    let mut script = Script::default();
    script.receipts.before_answer = Some(true);
    let setup = Setup::new(script);
    let (listener, url) = listener().await;
    let callbacks = Callbacks::from([(Provider::Ccp, url)]);
    setup.simulator.set_callbacks(callbacks).unwrap();
    let order = ccp_order();
    let sending = send_by_ccp(&setup, "TemplateSMS", &order);
    tokio::pin!(sending);
    let first = tokio::select! {
        answer = &mut sending => panic!("the answer came first: {answer}"),
        reports = take_reports(listener, &[200], "") => reports,
    };
    assert!(first[0].contains("SMSArrived"), "{first:?}");
    assert_eq!(sending.await["statusCode"], "000000");
}

#[tokio::test]
async fn without_a_callback_the_reports_of_ccp_are_pulled() {
    let mut script = Script::default();
    script.receipts.delay_ms = Some(0);
    let setup = Setup::new(script);
    let sent = send_by_ccp(&setup, "TemplateSMS", &ccp_order()).await;
    let pull = json!({"appId": "8aaf0708000000000000000000000a02", "count": "10"});
    let report = until(async || {
        let pulled = send_by_ccp(&setup, "GetArrived", &pull).await;
        assert_eq!(pulled["statusCode"], "000000");
        pulled["reports"].get(0).cloned()
    });
    let report = report.await;
    assert_eq!(report["content"], sent["templateSMS"]["smsMessageSid"]);
    assert_eq!(
        (&report["fromNum"], &report["status"]),
        (&json!("13800138000"), &json!("0"))
    );
}
