//! An embedded store without room for one more.

use std::sync::Arc;

use sms_core::Mobile;
use sms_store::{Clock, MemoryStore};

use crate::app::{App, MOBILE};

#[tokio::test]
async fn a_full_store_is_out_of_service_for_newcomers_alone() {
    let store = MemoryStore::new(Clock::system()).with_max_entries(1);
    let limits = "[limits]\nper_ip = []\nimage_per_ip = []";
    let app = App::start_on(Arc::new(store), limits);
    app.send(MOBILE).await.is_success("发送短信成功");
    let full = app.send("13900139000").await;
    assert_eq!((full.status, full.errmsg()), (503, "服务暂不可用"));
    let newcomer = Mobile::parse("13900139000").unwrap();
    assert!(app.sender.sent_to(&newcomer).is_empty());
    let code = app.received_code(MOBILE);
    app.check(MOBILE, &code).await.is_success("短信验证码正确");
}
