use proptest::prelude::*;
use sms_core::{Mobile, SmsCode};

use super::*;
use crate::{Message, MessageId};

fn message(code: &str) -> Message {
    Message {
        id: MessageId::generate(&mut rand::rng()),
        to: Mobile::parse("13800138000").unwrap(),
        code: SmsCode::parse(code).unwrap(),
        minutes: 5,
        locale: Locale::En,
    }
}

fn filled(text: &str) -> String {
    let template: TextTemplate = text.parse().unwrap();
    template.filled(&Values::of(&message("246810")))
}

#[test]
fn places_are_filled_wherever_they_are() {
    let rows = [
        ("{code}", "246810"),
        ("{code}{code}{minutes}", "2468102468105"),
        ("【店】{code}，{minutes}分钟", "【店】246810，5分钟"),
        ("a\n{minutes}\nb{code}\n", "a\n5\nb246810\n"),
        (
            "Yours: {code}\n\n@shop.example #{code}",
            "Yours: 246810\n\n@shop.example #246810",
        ),
        // Nothing in it looks like a code for browsers.
        ("@shop: {code}", "@shop: 246810"),
        ("{code} #1", "246810 #1"),
    ];
    for (text, expected) in rows {
        assert_eq!(filled(text), expected, "{text:?}");
    }
}

#[test]
fn what_is_wrong_with_a_text_is_told() {
    let rows = [
        ("", TextError::NoCode),
        ("{minutes}", TextError::NoCode),
        ("code", TextError::NoCode),
        ("{code} {", TextError::Brace),
        ("{code} }", TextError::Brace),
        ("{code", TextError::Brace),
        ("{co{code}", TextError::Brace),
        ("{{code}}", TextError::Brace),
        ("{}{code}", TextError::UnknownVariable),
        ("{ code }", TextError::UnknownVariable),
        ("{Code}", TextError::UnknownVariable),
        ("{1}{code}", TextError::UnknownVariable),
        (
            "{code}\n@shop.example #{code}\n",
            TextError::OriginBoundLine,
        ),
        ("@shop.example #{code}\nThanks", TextError::OriginBoundLine),
        (
            "{code}\n@shop.example #{code} now",
            TextError::OriginBoundLine,
        ),
        ("{code}\n @shop.example #{code}", TextError::OriginBoundLine),
        (
            "{code}\n\t@shop.example #{code}",
            TextError::OriginBoundLine,
        ),
        ("{code}\n@shop.example  #{code}", TextError::OriginBoundLine),
        ("{code}\n@shop.example#{code}", TextError::OriginBoundLine),
        (
            "{code}\n@https://shop.example #{code}",
            TextError::OriginBoundLine,
        ),
        ("{code}\n@shop..example #{code}", TextError::OriginBoundLine),
        ("{code}\n@ #{code}", TextError::OriginBoundLine),
        ("{code}\n@shop.example #1234", TextError::OriginBoundLine),
    ];
    for (text, expected) in rows {
        assert_eq!(text.parse::<TextTemplate>(), Err(expected), "{text:?}");
    }
}

#[test]
fn a_line_for_browsers_limits_the_whole_text_to_140_characters() {
    let with_line = |before: usize| format!("{}\n@shop.example #{{code}}", "码".repeat(before));
    let check = |text: &str, digits| {
        let template: TextTemplate = text.parse().unwrap();
        template.check(CodeLength::new(digits).unwrap(), 5)
    };
    // The line and its break are 22 characters with a code of six digits.
    assert_eq!(check(&with_line(118), 6), Ok(()));
    assert_eq!(check(&with_line(119), 6), Err(TextError::OriginBoundLength));
    assert_eq!(check(&with_line(119), 5), Ok(()));
    assert_eq!(check(&format!("{{code}}{}", "a".repeat(500)), 6), Ok(()));
}

#[test]
fn segments_are_counted_with_the_code_in_its_place() {
    let template: TextTemplate = format!("{}{{code}}", "码".repeat(64)).parse().unwrap();
    let segments = |digits| {
        let code = CodeLength::new(digits).unwrap();
        template.segments(code, 5, Network::Mainland)
    };
    assert_eq!((segments(6), segments(7)), (1, 2));
    let template: TextTemplate = format!("{}{{code}}{{minutes}}", "a".repeat(154))
        .parse()
        .unwrap();
    assert_eq!(template.segments(CodeLength::SIX, 5, Network::Elsewhere), 2);
}

#[test]
fn the_default_texts_are_good_and_make_one_sms_everywhere() {
    let ten = CodeLength::new(10).unwrap();
    for (_, template) in TextTemplate::defaults().iter() {
        assert_eq!(
            &template.to_string().parse::<TextTemplate>().unwrap(),
            template
        );
        for network in [Network::Mainland, Network::Elsewhere] {
            assert_eq!(template.segments(ten, 10, network), 1, "{template}");
        }
    }
    let english = TextTemplate::defaults();
    assert_eq!(
        english.get(Locale::En).to_string(),
        "{code} is your verification code. It expires in {minutes} min."
    );
}

proptest! {
    #[test]
    fn any_text_is_taken_as_it_is_or_refused(
        text in "(\\{code\\}|\\{minutes\\}|[{}@#. \n]|shop|\\PC){0,12}",
    ) {
        if let Ok(template) = text.parse::<TextTemplate>() {
            prop_assert_eq!(template.to_string(), text.as_str());
            let filled = template.filled(&Values::of(&message("8642975310")));
            prop_assert!(filled.contains("8642975310"));
            prop_assert_eq!(filled, text.replace("{code}", "8642975310").replace("{minutes}", "5"));
        }
    }
}
