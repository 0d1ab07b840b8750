//! The description of the interface, and the page to try it.

use serde_json::Value;

use crate::app::App;

#[tokio::test]
async fn the_description_is_the_one_that_is_written_down() {
    let app = App::start();
    let served: Value = app.get("/openapi.json").await.json().await.unwrap();
    let written = include_str!("../../../../docs/openapi.json");
    let written: Value = serde_json::from_str(written).unwrap();
    assert_eq!(served, written);
    assert_eq!(
        sms_server::openapi(),
        include_str!("../../../../docs/openapi.json"),
        "cargo run -p sms-server --example openapi > docs/openapi.json"
    );
}

#[tokio::test]
async fn the_page_has_all_of_its_files_with_it() {
    let app = App::start();
    let page = app.get("/docs").await;
    assert!(page.url().path().ends_with("/docs/"), "{}", page.url());
    let html = page.text().await.unwrap();
    let mut files = Vec::new();
    for part in html.split(['"', '\'']) {
        if part.ends_with(".js") || part.ends_with(".css") {
            files.push(part.trim_start_matches("./").to_owned());
        }
    }
    assert!(files.len() >= 3, "{html}");
    for file in files {
        assert!(!file.contains("//"), "{file} is elsewhere");
        let answer = app.get(&format!("/docs/{file}")).await;
        assert_eq!(answer.status(), 200, "{file}");
    }
}
