//! The safe list of the Verify face.

use serde_json::json;

use crate::app::App;
use crate::verify::{Caller, SHOP, TO, limited, settings};

const FRENCH: &str = "+33612345678";

#[tokio::test]
async fn a_number_is_put_on_the_list_and_taken_off_it() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let added = caller
        .post("/SafeList/Numbers", &[("PhoneNumber", TO)])
        .await;
    let sid = added.text("sid").to_owned();
    assert!(sid.starts_with("GN") && sid.len() == 34, "{sid}");
    let url = format!("http://{}/v2/SafeList/Numbers/{TO}", app.public);
    let expected = json!({"sid": sid, "phone_number": TO, "url": url});
    assert_eq!((added.status, &added.body), (201, &expected));
    let again = caller
        .post("/SafeList/Numbers/", &[("PhoneNumber", TO)])
        .await;
    again.is_problem(400, 60411, "Phone Number already exists");
    for name in [TO, "%2B8613800138000"] {
        let fetched = caller.get(&format!("/SafeList/Numbers/{name}")).await;
        assert_eq!((fetched.status, &fetched.body), (200, &expected), "{name}");
    }
    let path = "/SafeList/Numbers/%2B8613800138000/";
    assert_eq!(caller.delete(path).await.status, 204);
    let shown = "/SafeList/Numbers/+86138****8000";
    caller.delete(path).await.is_not_found(shown);
    caller.get(path).await.is_not_found(shown);
    for number in ["", "13800138000", "+861065529988", "somebody"] {
        let told = caller
            .post("/SafeList/Numbers", &[("PhoneNumber", number)])
            .await;
        told.is_problem(400, 60200, "Invalid parameter: PhoneNumber");
    }
    caller
        .get("/SafeList/Numbers/x")
        .await
        .is_not_found("/SafeList/Numbers/x");
}

#[tokio::test]
async fn neither_its_region_nor_its_failures_block_a_number_on_the_list() {
    let limits = "per_mobile = []\nfailures_per_mobile = ['1/1h']";
    let app = App::start_with(&limited(limits, ""));
    let caller = Caller::account(&app);
    assert_eq!(caller.start(SHOP, FRENCH).await.status, 403);
    caller.start(SHOP, TO).await;
    caller.check(SHOP, TO, "wrong").await;
    assert_eq!(caller.start(SHOP, TO).await.status, 403);
    for number in [TO, FRENCH] {
        let added = caller
            .post("/SafeList/Numbers", &[("PhoneNumber", number)])
            .await;
        assert_eq!(added.status, 201);
        assert_eq!(caller.start(SHOP, number).await.status, 201, "{number}");
        let code = app.received_code(number);
        let check = caller.check(SHOP, number, &code).await;
        check.is_verification(200, "approved");
    }
}
