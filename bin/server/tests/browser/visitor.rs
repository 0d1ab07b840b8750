use std::fmt::Debug;
use std::time::{Duration, Instant};

use chromiumoxide::Page;
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams,
};
use chromiumoxide::cdp::js_protocol::runtime::EvaluateParams;
use chromiumoxide::layout::Point;
use chromiumoxide::page::ScreenshotParams;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::Demo;
use crate::chromium::Chromium;
use crate::complaints::Complaints;

/// How long a person waits for anything here, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the page is looked at on.
#[derive(Clone, Copy)]
pub(crate) struct Screen {
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) scheme: &'static str,
}

impl Screen {
    pub(crate) const DESK: Self = Self {
        width: 1100,
        height: 820,
        scheme: "light",
    };
}

/// Somebody who looks at a page, clicks and types. Whatever has a selector is looked for on the page, and
/// then in the first `<sms-code>` on it.
pub(crate) struct Visitor {
    page: Page,
    complaints: Complaints,
    chromium: Chromium,
}

impl Visitor {
    /// Opens the page of `demo`, and waits until it shows a picture.
    pub(crate) async fn of(demo: &Demo) -> Self {
        Self::looking(demo, Screen::DESK).await
    }

    pub(crate) async fn looking(demo: &Demo, screen: Screen) -> Self {
        let visitor = Self::looking_at("about:blank", screen).await;
        visitor.open(demo).await;
        visitor
    }

    /// Opens a page that is not the demo's.
    pub(crate) async fn at(url: &str) -> Self {
        Self::looking_at(url, Screen::DESK).await
    }

    async fn looking_at(url: &str, screen: Screen) -> Self {
        let chromium = Chromium::launch().await;
        let page = chromium.browser.new_page("about:blank").await.unwrap();
        let complaints = Complaints::of(&page).await;
        let visitor = Self {
            page,
            complaints,
            chromium,
        };
        visitor.look_through(screen).await;
        visitor.goes_to(url).await;
        visitor
    }

    pub(crate) async fn look_through(&self, screen: Screen) {
        let (width, height) = (screen.width, screen.height);
        let size = SetDeviceMetricsOverrideParams::new(width, height, 1.0, false);
        self.page.execute(size).await.unwrap();
        let scheme = MediaFeature::new("prefers-color-scheme", screen.scheme);
        let media = SetEmulatedMediaParams::builder().feature(scheme).build();
        self.page.execute(media).await.unwrap();
    }

    /// Opens the page of `demo`, anew if it is open already.
    pub(crate) async fn open(&self, demo: &Demo) {
        self.goes_to(&demo.url()).await;
        self.sees_picture_other_than("").await;
    }

    pub(crate) async fn goes_to(&self, url: &str) {
        self.page.goto(url).await.unwrap();
    }

    /// Closes the browser, and hands back what it had against the page.
    pub(crate) async fn leave(mut self) -> Vec<String> {
        let complaints = self.complaints.all(&self.page).await;
        self.chromium.quit().await;
        complaints
    }

    /// Closes the browser, which had nothing against the page.
    pub(crate) async fn leaves_content(self) {
        let complaints = self.leave().await;
        assert!(complaints.is_empty(), "{complaints:?}");
    }

    // ---- Doing ----

    /// Clicks with the mouse, where a person could: on something that holds still and isn't covered.
    pub(crate) async fn clicks(&self, selector: &str) {
        let find_spot = CLICKABLE_SPOT.replace("SELECTOR", &json!(selector).to_string());
        let found = self.waits(selector, &find_spot, |spot: &Option<_>| spot.is_some());
        let (x, y) = found.await.unwrap();
        self.page.click(Point { x, y }).await.unwrap();
    }

    /// Clicks into a field, and types over what is in it.
    pub(crate) async fn enters(&self, selector: &str, text: &str) {
        self.clicks(selector).await;
        self.ask::<()>("focused().select()").await;
        self.types(text).await;
    }

    /// Types on the keyboard, wherever the focus is.
    pub(crate) async fn types(&self, text: &str) {
        self.keyboard().await.type_str(text).await.unwrap();
    }

    pub(crate) async fn presses(&self, key: &str) {
        self.keyboard().await.press_key(key).await.unwrap();
    }

    /// Keys go to what has the focus; the crate wants to be given an element for it all the same.
    async fn keyboard(&self) -> chromiumoxide::Element {
        self.page.find_element("body").await.unwrap()
    }

    // ---- Seeing ----

    /// Waits until the element shows `text`, and that alone.
    pub(crate) async fn sees(&self, selector: &str, text: &str) {
        self.reads(selector, |shown| shown == text).await;
    }

    /// Waits until the element shows what `good` wants, and reads it.
    pub(crate) async fn reads(&self, selector: &str, good: impl Fn(&str) -> bool) -> String {
        let text = format!("{}?.innerText.trim()", visible(selector));
        let good = |text: &Option<String>| text.as_deref().is_some_and(&good);
        self.waits(selector, &text, good).await.unwrap()
    }

    /// Whether the element is there to see, at this moment.
    pub(crate) async fn can_see(&self, selector: &str) -> bool {
        self.ask(&format!("Boolean({})", visible(selector))).await
    }

    /// Waits until `script` is true.
    pub(crate) async fn finds(&self, script: &str) {
        self.waits(script, script, |met: &bool| *met).await;
    }

    /// Waits until the focus is on the element.
    pub(crate) async fn is_at(&self, selector: &str) {
        let focused = format!("focused().matches({})", json!(selector));
        self.finds(&focused).await;
    }

    pub(crate) async fn value(&self, selector: &str) -> String {
        let selector = json!(selector);
        self.ask(&format!("find({selector}).value")).await
    }

    /// Waits for a picture that isn't `old`, and tells its id.
    pub(crate) async fn sees_picture_other_than(&self, old: &str) -> String {
        let id = "(() => { const image = find('#image[data-state=shown]'); \
            return image?.complete && image.naturalWidth ? image.dataset.id : ''; })()";
        let new = |id: &String| !id.is_empty() && id != old;
        self.waits("another picture", id, new).await
    }

    /// Waits until nothing moves.
    pub(crate) async fn still(&self) {
        self.finds("document.getAnimations().every((it) => it.playState === 'finished')")
            .await;
    }

    /// Waits until nothing moves, and takes a picture of the whole page.
    pub(crate) async fn screenshot(&self, path: impl AsRef<std::path::Path>) {
        self.still().await;
        let params = ScreenshotParams::builder().full_page(true).build();
        self.page.save_screenshot(params, path).await.unwrap();
    }

    /// Runs a script as the page's own developer tools would, past its policy.
    pub(crate) async fn runs(&self, script: &str) {
        let ran = self.page.execute(EvaluateParams::new(script)).await;
        assert_eq!(ran.unwrap().result.exception_details, None);
    }

    /// What `script` comes to. It may use `find` and `focused`.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, script: &str) -> T {
        let expression = format!("(() => {{ {HELPERS} return ({script}); }})()");
        let evaluate = EvaluateParams::builder()
            .expression(expression)
            .await_promise(true)
            .return_by_value(true);
        let answer = self.page.execute(evaluate.build().unwrap()).await.unwrap();
        assert_eq!(answer.result.exception_details, None, "{script}");
        let value = answer.result.result.value.unwrap_or_default();
        serde_json::from_value(value).unwrap()
    }

    async fn waits<T>(&self, what: &str, script: &str, good: impl Fn(&T) -> bool) -> T
    where
        T: DeserializeOwned + Debug,
    {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.ask(script).await;
            if good(&found) {
                return found;
            }
            assert!(Instant::now() < deadline, "{what}: still {found:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Looks into the shadow tree of the component, which `document.querySelector` doesn't.
const HELPERS: &str = "
    const shadow = () => document.querySelector('sms-code')?.shadowRoot;
    const find = (selector) => document.querySelector(selector) ?? shadow()?.querySelector(selector);
    const focused = (root = document) => {
        const within = root.activeElement?.shadowRoot;
        return within?.activeElement ? focused(within) : root.activeElement;
    };
    const at = (x, y, root = document) => {
        const hit = root.elementFromPoint(x, y);
        return hit?.shadowRoot ? at(x, y, hit.shadowRoot) : hit;
    };
";

/// The element if it can be seen, else null.
fn visible(selector: &str) -> String {
    format!(
        "[find({})].find((it) => it?.checkVisibility({{ visibilityProperty: true }}))",
        json!(selector)
    )
}

/// The middle of an element that is the same for two frames and belongs to nothing on top of it.
const CLICKABLE_SPOT: &str = "(async () => {
    const element = find(SELECTOR);
    if (!element) return null;
    element.scrollIntoView({ block: 'center', behavior: 'instant' });
    const frame = () => new Promise(requestAnimationFrame);
    const middle = () => {
        const box = element.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];
    };
    const before = middle();
    await frame();
    await frame();
    const [x, y] = middle();
    const still = x === before[0] && y === before[1];
    return still && element.contains(at(x, y)) ? [x, y] : null;
})()";
