//! What every request to the Verify face meets.

use reqwest::Method;

use crate::app::{App, MOBILE, answer};
use crate::exposition::Exposition;

use crate::verify::{ACCOUNT, Caller, SHOP, TOKEN, key, settings, told};

const KEY: &str = "SK00000000000000000000000000000001";

#[tokio::test]
async fn without_an_account_there_is_no_such_face() {
    let app = App::start();
    for path in ["/v2", "/v2/Services", "/v2/Services/"] {
        let told = answer(app.get(path).await).await;
        assert_eq!((told.status, told.errmsg()), (404, "请求的资源不存在"));
    }
}

#[tokio::test]
async fn nothing_is_looked_at_before_the_caller_has_shown_who_it_is() {
    let app = App::start_with(&settings(""));
    let rows = [
        (Method::GET, "/Services"),
        (Method::GET, "/nope"),
        (Method::GET, ""),
        (Method::DELETE, "/Services"),
        (Method::POST, "/Services/VA1/Verifications"),
        (Method::GET, "/Services?PageSize=x"),
    ];
    let callers = [
        ("", ""),
        (ACCOUNT, ""),
        (ACCOUNT, "the token of the accoun"),
        (TOKEN, ACCOUNT),
        (KEY, TOKEN),
    ];
    for (method, path) in rows {
        for (user, password) in callers {
            let request = Caller::new(&app, user, password).request(method.clone(), path);
            let told = told(request.send().await.unwrap()).await;
            told.is_problem(401, 20003, "Authenticate");
        }
        let url = format!("http://{}/v2{path}", app.public);
        let request = app.client.request(method.clone(), url);
        let told = told(request.send().await.unwrap()).await;
        told.is_problem(401, 20003, "Authenticate");
    }
    let long = format!("/v2/{}", "x".repeat(2000));
    assert_eq!(app.get(&long).await.status(), 401);
    // Routes are found by the path as it reads without needless escapes.
    let escaped = told(app.get("/%76%32/Services").await).await;
    escaped.is_problem(401, 20003, "Authenticate");
}

#[tokio::test]
async fn the_secrets_of_today_and_yesterday_are_good() {
    let previous = "auth_token_previous = 'the token before that'\n";
    let lines = "secret_previous = 'the secret before that'";
    let toml = settings(&key("ci", KEY, lines));
    let app = App::start_with(&toml.replace("[verify]\n", &format!("[verify]\n{previous}")));
    let rows = [
        (ACCOUNT, TOKEN, 200),
        (ACCOUNT, "the token before that", 200),
        (KEY, "the secret of ci", 200),
        (KEY, "the secret before that", 200),
        (KEY, "the token before that", 401),
    ];
    for (user, password, expected) in rows {
        let told = Caller::new(&app, user, password).get("/Services").await;
        assert_eq!(told.status, expected, "{user}:{password}");
    }
}

#[tokio::test]
async fn what_is_left_out_is_not_found_and_no_number_is_repeated() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let rows = [
        (String::new(), String::new()),
        ("/".to_owned(), String::new()),
        ("/nope".to_owned(), "/nope".to_owned()),
        ("/nope/".to_owned(), "/nope".to_owned()),
        ("//Services".to_owned(), "//Services".to_owned()),
        (
            format!("/Services/{SHOP}/Entities"),
            format!("/Services/{SHOP}/Entities"),
        ),
        (
            format!("/Services/{SHOP}/AccessTokens/x"),
            format!("/Services/{SHOP}/AccessTokens/x"),
        ),
        (
            format!("/Numbers/%2B86{MOBILE}"),
            "/Numbers/+86138****8000".to_owned(),
        ),
        (format!("/{MOBILE}/%E5"), "/138****8000/…".to_owned()),
    ];
    for (path, shown) in rows {
        caller.get(&path).await.is_not_found(&shown);
    }
}

#[tokio::test]
async fn heads_that_are_too_large_are_told_of_in_the_shape_of_this_face() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let long = "x".repeat(2000);
    let told_long = caller.get(&format!("/{long}")).await;
    told_long.is_problem(414, 414, "URI Too Long");
    let request = caller.request(Method::GET, "/Services");
    let request = request.header("x-large", "x".repeat(17_000));
    let told_large = told(request.send().await.unwrap()).await;
    told_large.is_problem(431, 431, "Request Header Fields Too Large");
}

#[tokio::test]
async fn the_other_face_is_as_it_was() {
    let app = App::start_with(&settings(""));
    app.send(MOBILE).await.is_success("发送短信成功");
    assert_eq!(app.get("/v3/Services").await.status(), 404);
    assert_eq!(app.get("/v2x").await.status(), 404);
}

#[tokio::test]
async fn problems_are_counted_by_name_and_route() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    caller.get("/Services").await;
    caller.get("/Services/").await;
    caller.get("/Services?Page=x").await;
    caller.get(&format!("/Services/{MOBILE}")).await;
    caller.get(&format!("/{MOBILE}")).await;
    Caller::new(&app, "", "").get("/Services").await;
    let metrics = Exposition::of(&app).await;
    for (outcome, route, count) in [
        ("ok", "/v2/Services", 2.0),
        ("bad_parameter", "/v2/Services", 1.0),
        ("unauthenticated", "/v2/Services", 1.0),
        ("not_found", "/v2/Services/{service}", 1.0),
        ("not_found", "unmatched", 1.0),
    ] {
        let series = format!("sms_http_requests_total{{outcome=\"{outcome}\",route=\"{route}\"}}");
        assert_eq!(metrics.value(&series), count, "{series}");
    }
}

/// Asks in every way for what a caller can name.
async fn ask_strangely(app: &App, word: &str) {
    for (user, password) in [(ACCOUNT, TOKEN), (word, word)] {
        let caller = Caller::new(app, user, password);
        for path in [
            format!("/{word}"),
            format!("/Services/{word}"),
            format!("/Services/{SHOP}/{word}"),
            format!("/Services/{SHOP}/Verifications/{word}"),
            format!("/Services/{SHOP}/RateLimits/{word}/Buckets/{word}"),
            format!("/Attempts/{word}?{word}={word}"),
            format!("/SafeList/Numbers/{word}"),
        ] {
            for method in ["GET", "POST", "DELETE", word] {
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                let request = caller.request(method, &path);
                let request = request.body(format!("To={word}&Channel={word}&Code={word}"));
                request.send().await.unwrap();
            }
        }
        caller.start(SHOP, word).await;
        caller.check(SHOP, word, word).await;
    }
}

#[tokio::test]
async fn no_label_takes_its_value_from_a_request_to_this_face() {
    let app = App::start_with(&settings(""));
    ask_strangely(&app, "13800138001").await;
    let before = Exposition::of(&app).await;
    for word in ["13800138002", "13800138003"] {
        ask_strangely(&app, word).await;
    }
    let after = Exposition::of(&app).await;
    let mut series: Vec<_> = after.series.keys().collect();
    assert!(!format!("{series:?}").contains("1380013"));
    series.retain(|series| !before.series.contains_key(series));
    assert!(series.is_empty(), "new with other values: {series:#?}");
}
