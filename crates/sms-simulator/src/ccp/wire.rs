//! Answers and reports of CCP.

use quick_xml::escape::escape;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::ReportForm;
use crate::clock;
use crate::inbox::Received;
use crate::protocol::{Answer, Refusal};
use crate::reports::{Plan, Push};
use crate::request::Request;
use crate::segments;

const XML: &str = "application/xml;charset=utf-8";
const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

pub(super) fn accepted(request: &Request, id: &str, now: OffsetDateTime) -> Answer {
    let created = clock::compact(now);
    let json = json!({
        "statusCode": "000000",
        "templateSMS": {"dateCreated": created, "smsMessageSid": id},
    });
    // Its name begins with a capital in XML, and with none in JSON.
    let xml = format!(
        "<statusCode>000000</statusCode><TemplateSMS><smsMessageSid>{id}</smsMessageSid>\
         <dateCreated>{created}</dateCreated></TemplateSMS>"
    );
    answer(request, &json, &xml)
}

pub(super) fn refused(request: &Request, refusal: &Refusal) -> Answer {
    let Refusal { code, status, why } = refusal;
    if code.is_empty() {
        let (content_type, body) = ("text/plain;charset=utf-8", why.clone().into_owned());
        let status = *status;
        return Answer {
            status,
            content_type,
            body,
        };
    }
    let json = json!({"statusCode": code, "statusMsg": why});
    let xml = format!(
        "<statusCode>{}</statusCode><statusMsg>{}</statusMsg>",
        escape(&**code),
        escape(&**why)
    );
    answer(request, &json, &xml)
}

/// The answer to a pull.
pub(crate) fn pulled(request: &Request, reports: &[Value]) -> Answer {
    let items = reports.iter().filter_map(Value::as_object);
    let items: String = items
        .map(|item| format!("<report>{}</report>", elements(item)))
        .collect();
    let json = json!({"statusCode": "000000", "reports": reports});
    let xml = format!("<statusCode>000000</statusCode><reports>{items}</reports>");
    answer(request, &json, &xml)
}

/// In the format that the client accepts.
fn answer(request: &Request, json: &Value, xml: &str) -> Answer {
    if request.header("accept") != Some("application/xml") {
        return Answer::json(200, json);
    }
    Answer {
        status: 200,
        content_type: XML,
        body: format!("{DECLARATION}<Response>{xml}</Response>"),
    }
}

/// The fields that pushes and pulls have in common.
pub(super) fn report_item(message: &Received, plan: &Plan, at: OffsetDateTime) -> Value {
    let failed = plan.failed.as_deref();
    json!({
        "content": message.provider_id,
        "fromNum": message.to.national(),
        "dateSent": clock::compact(message.at),
        "recvTime": clock::compact(at),
        "status": if failed.is_some() { "1" } else { "0" },
        "deliverCode": failed.unwrap_or("DELIVRD"),
        "smsCount": segments::mainland(&message.text).to_string(),
    })
}

pub(super) fn report(
    form: ReportForm,
    message: &Received,
    plan: &Plan,
    at: OffsetDateTime,
    url: &str,
) -> Push {
    let mut item = Map::new();
    item.extend([
        ("action".to_owned(), json!("SMSArrived")),
        ("smsType".to_owned(), json!("1")),
        ("apiVersion".to_owned(), json!("2013-12-26")),
    ]);
    if let Value::Object(fields) = report_item(message, plan, at) {
        item.extend(fields);
    }
    if let Some(id) = &message.client_id {
        item.insert("reqId".to_owned(), json!(id));
    }
    let (content_type, body) = match form {
        ReportForm::Json => (Answer::JSON, json!({ "Request": item }).to_string()),
        ReportForm::Xml => (
            XML,
            format!("{DECLARATION}<Request>{}</Request>", elements(&item)),
        ),
    };
    Push {
        url: url.to_owned(),
        content_type,
        body,
        signature: None,
        says: plan.outcome(),
    }
}

/// Each field as an element.
fn elements(fields: &Map<String, Value>) -> String {
    let element = |(name, value): (&String, &Value)| {
        let text = value.as_str().unwrap_or_default();
        format!("<{name}>{}</{name}>", escape(text))
    };
    fields.iter().map(element).collect()
}
