use std::hash::{DefaultHasher, Hash, Hasher};

use actix_web::http::header::EntityTag;
use actix_web::web::Bytes;
use serde_json::json;

use crate::config::Settings;

/// The files that the script is put together of: each uses what those before it define.
const SCRIPT: &str = concat!(
    include_str!("../static/component/numbers.js"),
    "\n",
    include_str!("../static/component/language.js"),
    "\n",
    include_str!("../static/component/waits.js"),
    "\n",
    include_str!("../static/component/view.js"),
    "\n",
    include_str!("../static/component/sms-code.js"),
);
const STYLE: &str = include_str!("../static/component/sms-code.css");
const TEXTS: &str = include_str!("../static/component/texts.json");

/// The web component `<sms-code>`, as one script with what it must know of the configuration filled
/// in.
#[derive(Debug)]
pub(crate) struct Component {
    pub(crate) script: Bytes,
    /// Another script has another tag, whichever instance serves it.
    pub(crate) tag: EntityTag,
}

impl Component {
    pub(crate) fn new(settings: &Settings) -> Self {
        let blanks = [
            ("'{{facts}}'", facts(settings)),
            ("'{{style}}'", json!(STYLE).to_string()),
            ("'{{texts}}'", TEXTS.trim_end().to_owned()),
        ];
        let script = blanks
            .iter()
            .fold(SCRIPT.to_owned(), |script, (blank, value)| {
                script.replace(blank, value)
            });
        let mut hasher = DefaultHasher::new();
        script.hash(&mut hasher);
        Self {
            tag: EntityTag::new_strong(format!("{:016x}", hasher.finish())),
            script: script.into(),
        }
    }
}

/// What the script takes for granted unless the page says otherwise.
fn facts(settings: &Settings) -> String {
    // It counts down to the next message as the quota of one message has it.
    let of_one = settings.limits.per_mobile.iter();
    let of_one = of_one.filter(|quota| quota.limit() == 1);
    let countdown = of_one.map(|quota| quota.window().as_secs()).max();
    let facts = json!({
        "code-length": settings.sms_code.length,
        "image-length": settings.image_code.length,
        "imageWidth": settings.image_code.width,
        "imageHeight": settings.image_code.height,
        "countdown": countdown.unwrap_or(0),
        "countries": *settings.limits.countries,
    });
    facts.to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use miniz_oxide::deflate::compress_to_vec;
    use sms_core::{Locale, Message};

    use super::*;

    fn script(toml: &str) -> String {
        let component = Component::new(&Settings::from_toml(toml).unwrap());
        String::from_utf8(component.script.to_vec()).unwrap()
    }

    #[test]
    fn every_blank_is_filled_in() {
        let script = script("[sms_code]\nlength = 8\n[limits]\ncountries = [\"CN\", \"HK\"]");
        assert!(!script.contains("{{"), "{script}");
        for fact in [r#""code-length":8"#, r#""countries":["CN","HK"]"#] {
            assert!(script.contains(fact), "{fact}");
        }
    }

    #[test]
    fn it_has_less_than_15_kb_compressed() {
        /// What gzip puts around what it compressed.
        const AROUND: usize = 18;
        let size = compress_to_vec(script("").as_bytes(), 9).len() + AROUND;
        assert!(size < 15_000, "{size} bytes");
    }

    #[test]
    fn another_script_has_another_tag() {
        let tag = |toml| Component::new(&Settings::from_toml(toml).unwrap()).tag;
        assert_eq!(tag(""), tag("[log]\nlevel = \"warn\""));
        assert_ne!(tag(""), tag("[sms_code]\nlength = 8"));
    }

    fn texts() -> BTreeMap<String, BTreeMap<String, String>> {
        serde_json::from_str(TEXTS).unwrap()
    }

    #[test]
    fn both_languages_have_the_same_texts_and_each_is_used() {
        let texts = texts();
        assert!(texts["zh-CN"].keys().eq(texts["en"].keys()));
        let outcomes = Message::ALL.map(Message::name);
        for key in texts["en"].keys() {
            let plain = key.strip_prefix("audio_").unwrap_or(key);
            let is_used = |key: &str| SCRIPT.contains(&format!("'{key}'"));
            let is_used = is_used(key) || is_used(plain) || outcomes.contains(&plain);
            assert!(is_used, "{key}");
        }
    }

    #[test]
    fn what_the_server_answers_is_said_in_its_own_words_and_with_advice() {
        let texts = texts();
        for message in Message::ALL {
            let Some(text) = texts["zh-CN"].get(message.name()) else {
                continue;
            };
            let said = message.text(Locale::ZhCn);
            assert!(text.starts_with(said), "{text}");
        }
    }
}
