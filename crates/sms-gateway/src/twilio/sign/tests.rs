use proptest::prelude::*;

use super::*;

const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
const FORM: &str = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&\
    From=%2B14158675309&To=%2B18005551212";

fn token() -> SecretString {
    "12345".into()
}

fn holds(url: &str, form: &str, signature: &str) -> bool {
    let form = TwilioPayload::Form(form.as_bytes());
    is_signed_by_twilio(&token(), url, form, signature)
}

/// The signature of a text, step by step (RFC 2104): the HMAC of a library is what is checked.
fn signature_of(text: &str) -> String {
    let mut key = [0; 64];
    key[..5].copy_from_slice(b"12345");
    let digest = |pad: u8, text: &[u8]| {
        let padded = key.map(|byte| byte ^ pad);
        Sha1::new()
            .chain_update(padded)
            .chain_update(text)
            .finalize()
    };
    STANDARD.encode(digest(0x5c, &digest(0x36, text.as_bytes())))
}

#[test]
fn the_published_signatures_hold() {
    assert!(holds(URL, FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
    let other = FORM.replace("%2B14158675309", "%2B12349013030");
    assert!(holds(URL, &other, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="));
}

#[test]
fn whatever_was_changed_does_not_hold() {
    let signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
    let rows = [
        (
            "https://mycompany.com/myapp.php?foo=1&bar=3",
            FORM,
            signature,
        ),
        (
            "http://mycompany.com/myapp.php?foo=1&bar=2",
            FORM,
            signature,
        ),
        (URL, &FORM.replace("1234&", "1235&"), signature),
        (URL, &FORM.replace("Digits=1234&", ""), signature),
        (URL, &format!("{FORM}&More="), signature),
        (URL, "", signature),
        (URL, FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B9="),
        (URL, FORM, "RSOYDt4T1cUTdK1PDd93/VVr8A=="),
        (URL, FORM, ""),
        (URL, FORM, "not base64"),
    ];
    for (url, form, signature) in rows {
        assert!(!holds(url, form, signature), "{url} {form} {signature}");
    }
    let form = TwilioPayload::Form(FORM.as_bytes());
    assert!(!is_signed_by_twilio(&"12346".into(), URL, form, signature));
}

#[test]
fn the_port_may_be_missing_on_either_side() {
    let path = "/receipts?a=1";
    let rows = [
        ("https://h.example", "https://h.example:443", true),
        ("https://h.example:443", "https://h.example", true),
        ("http://h.example", "http://h.example:80", true),
        ("https://h.example:8443", "https://h.example", true),
        ("https://h.example:8443", "https://h.example:8443", true),
        ("https://[::1]", "https://[::1]:443", true),
        ("https://[::1]:443", "https://[::1]", true),
        ("https://h.example", "https://h.example:80", false),
        ("https://h.example", "https://h.example:8443", false),
        ("https://h.example:8443", "https://h.example:443", false),
    ];
    for (told, signed, expected) in rows {
        let signature = signature_of(&format!("{signed}{path}"));
        assert_eq!(
            holds(&format!("{told}{path}"), "", &signature),
            expected,
            "{told} {signed}"
        );
    }
}

#[test]
fn parameters_are_sorted_and_repeated_values_count_once() {
    let rows = [
        ("b=2&a=1", "a1b2"),
        ("a=2&a=1&a=2", "a1a2"),
        ("a=&B=x", "Bxa"),
        ("a=1+2%26%E7%A0%81", "a1 2&码"),
        ("", ""),
    ];
    for (form, signed) in rows {
        assert!(
            holds(URL, form, &signature_of(&format!("{URL}{signed}"))),
            "{form}"
        );
    }
}

#[test]
fn another_body_than_a_form_is_signed_by_its_digest() {
    // Of `{}`, by sha256sum.
    let digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let holds = |url: &str, body: &[u8]| {
        let signature = signature_of(url);
        is_signed_by_twilio(&token(), url, TwilioPayload::Body(body), &signature)
    };
    let url = format!("https://h.example/?bodySHA256={digest}");
    assert!(holds(&url, b"{}"));
    assert!(holds(
        &format!("https://h.example/?a=1&bodySHA256={digest}"),
        b"{}"
    ));
    assert!(!holds(&url, b"{ }"));
    assert!(
        !holds("https://h.example/", b"{}"),
        "nothing says what the body is"
    );
}

proptest! {
    #[test]
    fn any_url_and_form_are_judged(url in "\\PC{0,40}|https?://\\PC{0,20}", form: Vec<u8>, signature in "\\PC{0,30}") {
        for payload in [TwilioPayload::Form(&form), TwilioPayload::Body(&form)] {
            prop_assert!(!is_signed_by_twilio(&token(), &url, payload, &signature));
        }
    }

    #[test]
    fn the_order_of_parameters_does_not_matter(
        pairs in prop::collection::vec(("[a-zA-Z]{1,3}", "[a-z0-9]{0,3}"), 0..6).prop_shuffle(),
    ) {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let mut sorted = pairs;
        sorted.sort();
        sorted.dedup();
        let signed: String = sorted.iter().map(|(name, value)| format!("{name}{value}")).collect();
        let signature = signature_of(&format!("{URL}{signed}"));
        prop_assert!(holds(URL, &form, &signature));
    }
}
