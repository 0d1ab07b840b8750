use serde_json::json;
use time::Duration as Span;

use super::state::MOST_WAITING;
use super::*;
use crate::reports::Receipts;
use crate::script::Limits;
use crate::testing::{NOW, post};

/// A request to Twilio, which needs no signature of its own.
fn request(to: &str) -> Request {
    let account = "AC00000000000000000000000000000001";
    let secret = "QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTowMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMg==";
    let body = format!(
        "To=%2B{to}&From=%2B15005550006&Body=6532&StatusCallback=http%3A%2F%2F127.0.0.1%3A9%2F"
    );
    post(
        &format!("/2010-04-01/Accounts/{account}/Messages.json"),
        &[
            ("authorization", &format!("Basic {secret}")),
            ("content-type", "application/x-www-form-urlencoded"),
        ],
        &body,
    )
}

fn take(carrier: &Carrier, at: OffsetDateTime) -> Outcome {
    carrier.take(Provider::Twilio, &request("447700900123"), at)
}

fn carrier(rule: Rule) -> Carrier {
    Carrier::new(Script {
        rules: vec![rule],
        ..Script::default()
    })
}

fn with_fault(fault: Fault) -> Carrier {
    carrier(Rule {
        fault: Some(fault),
        ..Rule::default()
    })
}

fn outcomes(carrier: &Carrier) -> Vec<String> {
    let requests = carrier.requests().into_iter();
    requests.map(|request| request.outcome).collect()
}

#[test]
fn each_fault_shows_in_the_answer_and_in_the_inbox() {
    let rows = [
        (Fault::Refuse("21610".to_owned()), Some(400), 0),
        (Fault::Status(503), Some(503), 0),
        (Fault::Throttle(0), Some(429), 0),
        (Fault::LoseRequest, None, 0),
        (Fault::LoseAnswer, None, 1),
        (Fault::Nonsense, Some(200), 1),
        (Fault::Throttle(1), Some(201), 1),
    ];
    for (fault, status, messages) in rows {
        let carrier = with_fault(fault.clone());
        let answer = take(&carrier, NOW).answer;
        assert_eq!(answer.map(|answer| answer.status), status, "{fault:?}");
        assert_eq!(carrier.received(None).len(), messages, "{fault:?}");
    }
}

#[test]
fn an_answer_is_lost_whatever_it_says() {
    for (fault, status) in [(Fault::LoseAnswer, None), (Fault::Nonsense, Some(200))] {
        let carrier = Carrier::new(Script {
            limits: Limits {
                per_minute: 1,
                ..Limits::default()
            },
            rules: vec![Rule {
                fault: Some(fault.clone()),
                ..Rule::default()
            }],
            ..Script::default()
        });
        for _ in 0..2 {
            let answer = take(&carrier, NOW).answer;
            assert_eq!(answer.map(|answer| answer.status), status, "{fault:?}");
        }
        assert_eq!(outcomes(&carrier), ["21611", "accepted"], "{fault:?}");
        assert_eq!(carrier.received(None).len(), 1, "{fault:?}");
    }
}

#[test]
fn a_request_that_breaks_a_rule_uses_up_no_fault() {
    let carrier = with_fault(Fault::Nonsense);
    let mut wrong = request("447700900123");
    wrong.remove_header("authorization");
    let answer = carrier.take(Provider::Twilio, &wrong, NOW).answer.unwrap();
    assert_eq!(answer.status, 401);
    assert_eq!(outcomes(&carrier), ["20003"]);
    assert!(carrier.received(None).is_empty());
}

#[test]
fn a_stall_keeps_the_answer_and_not_the_message() {
    let carrier = carrier(Rule {
        stall_ms: 1500,
        ..Rule::default()
    });
    let outcome = take(&carrier, NOW);
    assert_eq!(outcome.stall, Duration::from_millis(1500));
    assert_eq!(carrier.received(None).len(), 1);
}

fn order(once: Option<&str>, nonce: Option<&str>) -> Order {
    Order {
        to: vec![Number::mainland("13800138000").unwrap()],
        text: String::new(),
        from: String::new(),
        client_id: None,
        nonce: nonce.map(str::to_owned),
        once: once.map(str::to_owned),
        callback: None,
    }
}

/// What CCP says to an order.
fn answered(carrier: &Carrier, order: &Order, limits: Limits, at: OffsetDateTime) -> String {
    let protocol = crate::CcpAccount::default();
    let mut state = carrier.lock();
    match state.accept(Provider::Ccp, &protocol, order, limits, at) {
        End::Accepted(_) => "accepted".to_owned(),
        End::Refused(refusal) => refusal.code.into_owned(),
        End::Lost => "lost".to_owned(),
    }
}

#[test]
fn what_may_come_once_is_refused_the_second_time() {
    let carrier = Carrier::new(Script::default());
    let accept = |order: &Order, at| answered(&carrier, order, Limits::default(), at);
    // For the rest of the day in Beijing.
    let once = order(Some("m1"), None);
    assert_eq!(accept(&once, NOW), "accepted");
    assert_eq!(accept(&once, NOW + Span::hours(11)), "160054");
    assert_eq!(accept(&once, NOW + Span::hours(12)), "accepted");
    let nonce = order(None, Some("n1"));
    assert_eq!(accept(&nonce, NOW), "accepted");
    assert_eq!(accept(&nonce, NOW + Span::minutes(29)), "160054");
    assert_eq!(accept(&nonce, NOW + Span::minutes(30)), "accepted");
}

#[test]
fn an_order_that_was_accepted_is_not_too_much_when_it_is_repeated() {
    let carrier = Carrier::new(Script::default());
    let limits = Limits {
        per_minute: 1,
        ..Limits::default()
    };
    let accept = |id| answered(&carrier, &order(Some(id), None), limits, NOW);
    let answers = ["m1", "m1", "m2", "m2"].map(accept);
    assert_eq!(answers, ["accepted", "160054", "160038", "160038"]);
}

#[test]
fn a_number_gets_no_more_than_the_limits_allow() {
    let limits = Limits {
        per_minute: 1,
        per_hour: 2,
        per_day: 3,
    };
    let carrier = Carrier::new(Script {
        limits,
        ..Script::default()
    });
    let asked = [0, 59, 60, 61, 3599, 3660, 7300, 86_400].map(Span::seconds);
    let statuses = asked.map(|after| take(&carrier, NOW + after).answer.unwrap().status);
    assert_eq!(statuses, [201, 400, 201, 400, 400, 201, 400, 201]);
    let other = carrier.take(Provider::Twilio, &request("447700900124"), NOW);
    assert_eq!(other.answer.unwrap().status, 201);
}

#[test]
fn reports_are_as_many_as_the_rule_says() {
    let rows = [(None, 2), (Some(0), 0), (Some(3), 6)];
    for (copies, expected) in rows {
        let receipts = Receipts {
            copies,
            before_answer: Some(true),
            ..Receipts::default()
        };
        let carrier = carrier(Rule {
            receipts,
            ..Rule::default()
        });
        let outcome = take(&carrier, NOW);
        assert!(outcome.before_answer);
        let pushes = outcome
            .deliveries
            .iter()
            .map(|delivery| match &delivery.way {
                Way::Push(pushes) => pushes.len(),
                Way::Wait(report) => panic!("{report}"),
            });
        assert_eq!(pushes.sum::<usize>(), expected);
    }
}

#[test]
fn reports_that_nobody_is_told_of_wait_within_bounds() {
    let carrier = Carrier::new(Script::default());
    for number in 0..MOST_WAITING + 1 {
        carrier.wait(json!({ "content": number.to_string() }));
    }
    let pull = |count| {
        let answer = carrier
            .pull(&Request::default(), count, NOW)
            .answer
            .unwrap();
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        body["reports"].as_array().unwrap().clone()
    };
    assert_eq!(pull(1), [json!({"content": "1"})]);
    assert_eq!(pull(MOST_WAITING).len(), MOST_WAITING - 1);
    assert!(pull(1).is_empty());
}

#[test]
fn ids_are_those_of_one_message_alone() {
    let carrier = Carrier::new(Script::default());
    for _ in 0..100 {
        take(&carrier, NOW);
    }
    let messages = carrier.received(None);
    let ids: std::collections::HashSet<_> = messages.iter().map(|m| &m.provider_id).collect();
    assert_eq!(ids.len(), 100);
}
