//! The page that shows what phones would have received.

use std::fmt::Write;

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::carrier::{Asked, Carrier};
use crate::clock;
use crate::inbox::{Received, Reported};

/// Messages that the page shows; `/inbox` has all.
const SHOWN: usize = 50;
/// Requests that it shows.
const REQUESTS_SHOWN: usize = 20;
/// Nothing from elsewhere: the texts on the page come from whoever can reach the simulator.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) async fn style() -> HttpResponse {
    let css = include_str!("../page/page.css");
    HttpResponse::Ok().content_type("text/css").body(css)
}

pub(crate) async fn script() -> HttpResponse {
    let js = include_str!("../page/page.js");
    HttpResponse::Ok().content_type("text/javascript").body(js)
}

/// The page as it is now. It can be read without its script, which only keeps it new.
pub(crate) fn page(carrier: &Data<Carrier>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("Content-Security-Policy", POLICY))
        .insert_header(("Cache-Control", "no-store"))
        .body(html(&carrier.received(None), &carrier.requests()))
}

fn html(messages: &[Received], requests: &[Asked]) -> String {
    let mut rows = String::new();
    for message in messages.iter().take(SHOWN) {
        rows += &message_row(message);
    }
    if messages.is_empty() {
        rows += "<tr><td colspan=\"5\">还没有短信 · No messages yet</td></tr>";
    }
    let mut asked = String::new();
    for request in requests.iter().take(REQUESTS_SHOWN) {
        let (at, provider) = (clock::spaced(request.at), request.provider.name());
        let (outcome, why) = (escape(&request.outcome), escape(&request.why));
        let _ = write!(
            asked,
            "<tr><td>{at}</td><td>{provider}</td><td><code>{outcome}</code></td><td>{why}</td></tr>"
        );
    }
    include_str!("../page/page.html")
        .replace("{messages}", &rows)
        .replace("{requests}", &asked)
}

fn message_row(message: &Received) -> String {
    let reports = message.reports.iter().map(report).collect::<Vec<_>>();
    format!(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"text\">{}</td><td>{}</td></tr>",
        clock::spaced(message.at),
        message.provider.name(),
        escape(message.to.as_str()),
        escape(&message.text),
        reports.join("<br>")
    )
}

fn report(report: &Reported) -> String {
    let status = report
        .status
        .map_or_else(|| "—".to_owned(), |status| status.to_string());
    let mark = if report.taken { "✓" } else { "✗" };
    format!("{} {mark} {status}", escape(&report.says))
}

/// Text as HTML shows it. Braces too, so that no text is taken for a place in the page.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            '{' => escaped += "&#123;",
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::number::Number;
    use crate::request::Provider;

    #[test]
    fn a_text_is_shown_as_it_is_and_never_as_html() {
        let message = Received {
            id: 1,
            provider: Provider::Twilio,
            to: Number::e164("+15005550006").unwrap(),
            from: String::new(),
            text: "<script>alert('1')</script> {requests} & more".to_owned(),
            at: OffsetDateTime::UNIX_EPOCH,
            provider_id: String::new(),
            client_id: None,
            reports: Vec::new(),
        };
        let page = html(&[message], &[]);
        let text = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &#123;requests} &amp; more";
        assert!(page.contains(text), "{page}");
        assert!(page.contains("<td>1970-01-01 08:00:00</td><td>twilio</td><td>+15005550006</td>"));
    }

    #[test]
    fn an_empty_page_says_so() {
        assert!(html(&[], &[]).contains("No messages yet"));
    }
}
