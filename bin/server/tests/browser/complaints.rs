use chromiumoxide::Page;
use chromiumoxide::cdp::browser_protocol::log::{EventEntryAdded, LogEntryLevel};
use chromiumoxide::cdp::js_protocol::runtime::{EventConsoleApiCalled, EventExceptionThrown};
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};

const END: &str = "this is all";

/// What the browser has against a page: console messages, exceptions nobody caught, and warnings and
/// errors of its own, such as requests that failed and violations of the security policy.
pub(crate) struct Complaints(BoxStream<'static, String>);

impl Complaints {
    /// Those from now on.
    pub(crate) async fn of(page: &Page) -> Self {
        let console = page
            .event_listener::<EventConsoleApiCalled>()
            .await
            .unwrap();
        let console = console.map(|said| {
            let values = said.args.iter().filter_map(|arg| arg.value.as_ref());
            let values: Vec<_> = values.map(|value| value.as_str().unwrap_or("?")).collect();
            values.join(" ")
        });
        let thrown = page.event_listener::<EventExceptionThrown>().await.unwrap();
        let thrown = thrown.map(|thrown| format!("{:?}", thrown.exception_details.exception));
        let log = page.event_listener::<EventEntryAdded>().await.unwrap();
        let log = log.filter_map(|added| async move {
            let entry = &added.entry;
            let matters = matches!(entry.level, LogEntryLevel::Warning | LogEntryLevel::Error);
            matters.then(|| format!("{} {:?}", entry.text, entry.url))
        });
        let browser = stream::select(thrown, log.boxed());
        Self(stream::select(console, browser).boxed())
    }

    /// All that there were until now.
    pub(crate) async fn all(&mut self, page: &Page) -> Vec<String> {
        // Events come in order: with this one, everything before it has come.
        let end = format!("console.debug('{END}')");
        page.evaluate_expression(end).await.unwrap();
        let until_end = self
            .0
            .by_ref()
            .take_while(|said| std::future::ready(said != END));
        let mut all: Vec<_> = until_end.collect().await;
        while let Some(Some(said)) = self.0.next().now_or_never() {
            all.push(said);
        }
        all
    }
}
