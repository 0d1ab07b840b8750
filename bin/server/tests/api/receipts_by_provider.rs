//! The whole way of a message by each provider: to the provider, and back as its report.

use serde_json::{Value, json};
use sms_testkit::{HttpReply, HttpStub};

use crate::app::{App, MOBILE, UNLIMITED};
use crate::receipts::{TOKEN, TWILIO_TOKEN, tell, twilio_settings, twilio_signature, wait_for};

fn delivered(sender: &str) -> String {
    format!("sms_deliveries_total{{country=\"CN\",result=\"delivered\",sender=\"{sender}\"}}")
}

/// Sends by a sender of this name and these keys, whose provider takes the message with `accepted`
/// and then posts `report`; `thanks` is what it wants to hear.
async fn there_and_back(name: &str, keys: &str, accepted: String, report: String, thanks: &str) {
    let provider = HttpStub::start(HttpReply::Answer(200, accepted)).unwrap();
    let app = App::start_with_its_senders(&format!(
        "{UNLIMITED}[gateway]\norder = ['{name}']\n[gateway.senders.{name}]\nkind = '{name}'\n\
         endpoint = '{}'\n{keys}\n[receipts.senders.{name}]\ntoken = '{TOKEN}'",
        provider.base_url()
    ));
    app.send(MOBILE).await.is_success("发送短信成功");
    let forged = tell(app.public, &format!("{name}/{TOKEN}x"), report.clone()).await;
    assert_eq!(forged.status(), 404);
    for _ in 0..2 {
        let taken = tell(app.public, &format!("{name}/{TOKEN}"), report.clone()).await;
        assert_eq!(taken.status(), 200);
        assert_eq!(taken.text().await.unwrap(), thanks);
    }
    wait_for(&app, &delivered(name), 1.0).await;
}

const ALIYUN: &str = "access_key_id = 'k'\naccess_key_secret = 's'\nsign_name = 'shop'\n\
                      template_code = 'SMS_1'";

fn aliyun_report(biz_id: &str) -> Value {
    json!({
        "phone_number": MOBILE, "send_time": "2024-02-29 12:34:50",
        "report_time": "2024-02-29 12:34:56", "success": true, "err_code": "DELIVERED",
        "err_msg": "用户接收成功", "sms_size": "1", "biz_id": biz_id, "out_id": "67890",
    })
}

#[tokio::test]
async fn a_message_by_aliyun_comes_back_as_delivered() {
    let id = "900619746936498440^0";
    let accepted = json!({"Code": "OK", "Message": "OK", "RequestId": "r", "BizId": id});
    let report = json!([aliyun_report(id)]);
    let (accepted, report) = (accepted.to_string(), report.to_string());
    let thanks = r#"{"code":0,"msg":"OK"}"#;
    there_and_back("aliyun", ALIYUN, accepted, report, thanks).await;
}

#[tokio::test]
async fn as_many_reports_as_are_read_fit_into_one_request() {
    let app = App::start_with(&format!(
        "[gateway.senders.aliyun]\nkind = 'aliyun'\n{ALIYUN}\n\
         [receipts.senders.aliyun]\ntoken = '{TOKEN}'"
    ));
    let reports: Vec<_> = (0..1000)
        .map(|number| aliyun_report(&format!("{number:018}^0")))
        .collect();
    // With the blanks that Aliyun's documents show.
    let body = serde_json::to_string_pretty(&reports).unwrap();
    let taken = tell(app.public, &format!("aliyun/{TOKEN}"), body).await;
    assert_eq!(taken.status(), 200);
    let early = "sms_delivery_reports_total{result=\"early\",sender=\"aliyun\"}";
    wait_for(&app, early, 1000.0).await;
}

#[tokio::test]
async fn a_message_by_tencent_cloud_comes_back_as_delivered() {
    let id = "5000:1045710669157053657849499619";
    let keys = "secret_id = 'k'\nsecret_key = 's'\nsdk_app_id = '1400006666'\n\
                sign_name = 'shop'\ntemplate_id = '1'";
    let set = json!([{"SerialNo": id, "PhoneNumber": "+8613800138000", "Fee": 1, "Code": "Ok"}]);
    let accepted = json!({"Response": {"SendStatusSet": set, "RequestId": "r"}});
    let report = json!([{
        "user_receive_time": "2024-02-29 12:34:56", "nationcode": "86", "mobile": MOBILE,
        "report_status": "SUCCESS", "errmsg": "DELIVRD", "sid": id,
    }]);
    let (accepted, report) = (accepted.to_string(), report.to_string());
    let thanks = r#"{"result":0,"errmsg":"OK"}"#;
    there_and_back("tencent", keys, accepted, report, thanks).await;
}

#[tokio::test]
async fn a_message_by_twilio_carries_the_address_that_its_report_is_signed_for() {
    let id = "SM00000000000000000000000000000001";
    let accepted = json!({"sid": id, "status": "queued"}).to_string();
    let twilio = HttpStub::start(HttpReply::Answer(201, accepted)).unwrap();
    let base_url = format!("kind = 'twilio'\nbase_url = '{}'", twilio.base_url());
    let settings = twilio_settings().replace("kind = 'twilio'", &base_url);
    let app = App::start_with_its_senders(&settings);
    app.send(MOBILE).await.is_success("发送短信成功");
    let sent = twilio.requests().remove(0);
    let mut fields = form_urlencoded::parse(&sent.body);
    let (_, url) = fields.find(|(name, _)| name == "StatusCallback").unwrap();
    assert_eq!(url, format!("https://sms.example/receipts/twilio/{TOKEN}"));

    let parameters = [("MessageSid", id), ("MessageStatus", "delivered")];
    let signature = twilio_signature(TWILIO_TOKEN, &url, &parameters);
    // What the public address leads to.
    let here = url.replace("https://sms.example", &format!("http://{}", app.public));
    let mut form = form_urlencoded::Serializer::new(String::new());
    let form = form.extend_pairs(parameters).finish();
    let request = app.client.post(here).body(form);
    let taken = request.header("X-Twilio-Signature", signature).send();
    assert_eq!(taken.await.unwrap().status(), 204);
    wait_for(&app, &delivered("twilio"), 1.0).await;
}
