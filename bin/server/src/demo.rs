use crate::config::Settings;

/// The policy under which browsers run the page: its own files and nothing else.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; img-src 'self' blob:; \
    style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'none'; \
    base-uri 'none'; frame-ancestors 'none'";

/// The demo page, with what it must know of the configuration filled in.
#[derive(Debug)]
pub(crate) struct DemoPage(pub(crate) String);

impl DemoPage {
    pub(crate) fn new(settings: &Settings) -> Self {
        let countdown = settings.limits.per_mobile.iter();
        // The page counts down to the next message as the quota of one message has it.
        let countdown = countdown.filter(|quota| quota.limit() == 1);
        let countdown = countdown.map(|quota| quota.window().as_secs()).max();
        let facts = [
            ("{{locale}}", settings.locale.messages.as_str().to_owned()),
            ("{{image_width}}", settings.image_code.width.to_string()),
            ("{{image_height}}", settings.image_code.height.to_string()),
            ("{{image_length}}", settings.image_code.length.to_string()),
            ("{{code_length}}", settings.sms_code.length.to_string()),
            ("{{countdown}}", countdown.unwrap_or(0).to_string()),
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
pub(crate) const ASSETS: [Asset; 4] = [
    Asset {
        path: "/static/app.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_str!("../static/app.js"),
    },
    Asset {
        path: "/static/messages.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_str!("../static/messages.js"),
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
