use crate::config::Settings;

/// The policy under which browsers run the page: its own files and nothing else. Pictures and
/// recordings are blobs.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; img-src 'self' blob:; \
    media-src blob:; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'none'; \
    base-uri 'none'; frame-ancestors 'none'";

/// The demo page, with what it must know of the configuration filled in.
#[derive(Debug)]
pub(crate) struct DemoPage(pub(crate) String);

impl DemoPage {
    pub(crate) fn new(settings: &Settings) -> Self {
        let facts = [
            ("{{locale}}", settings.locale.messages.as_str().to_owned()),
            ("{{outbox}}", settings.has_outbox().to_string()),
        ];
        let page = include_str!("../static/index.html").to_owned();
        Self(
            facts
                .iter()
                .fold(page, |page, (name, value)| page.replace(name, value)),
        )
    }
}

/// A file of the page as it is compiled in.
#[derive(Debug)]
pub(crate) struct Asset {
    pub(crate) path: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) content: &'static str,
}

/// Every file of the page besides the page itself.
pub(crate) const ASSETS: [Asset; 3] = [
    Asset {
        path: "/static/app.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_str!("../static/app.js"),
    },
    Asset {
        path: "/static/style.css",
        content_type: "text/css; charset=utf-8",
        content: include_str!("../static/style.css"),
    },
    Asset {
        path: "/static/icon.svg",
        content_type: "image/svg+xml",
        content: include_str!("../static/icon.svg"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_blank_of_the_page_is_filled_in() {
        let page = DemoPage::new(&Settings::from_toml("").unwrap()).0;
        assert!(!page.contains("{{"), "{page}");
    }
}
