//! How many SMS a text makes, each of which is paid for.

/// Where a message goes, as far as its length is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Network {
    /// Mainland China: every character counts the same, whatever the text is made of
    /// (help.aliyun.com, document 44335).
    Mainland,
    /// Everywhere else: texts of the GSM alphabet have more room than others (3GPP TS 23.038).
    Elsewhere,
}

impl Network {
    /// As a part of a sentence.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mainland => "in mainland China",
            Self::Elsewhere => "outside mainland China",
        }
    }
}

/// How many SMS `text` makes in `network`, at least one. A signature that the provider puts in
/// front belongs to the text, its brackets included.
#[must_use]
pub fn segments(text: &str, network: Network) -> usize {
    match gsm_widths(text) {
        Some(widths) if network == Network::Elsewhere => parts(widths, 160, 153),
        _ => parts(text.chars().map(char::len_utf16), 70, 67),
    }
}

/// The widths of the characters of `text`, if it can be written in the GSM alphabet.
fn gsm_widths(text: &str) -> Option<impl Iterator<Item = usize>> {
    let is_gsm = text.chars().all(|char| gsm_width(char).is_some());
    is_gsm.then(|| text.chars().filter_map(gsm_width))
}

/// How many places a character takes in the GSM 7-bit default alphabet, if it is in there or in
/// its extension (3GPP TS 23.038, sections 6.2.1 and 6.2.1.1).
fn gsm_width(char: char) -> Option<usize> {
    const DEFAULT: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
        ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    const EXTENSION: &str = "\u{c}^{}\\[~]|€";
    if DEFAULT.contains(char) {
        Some(1)
    } else {
        EXTENSION.contains(char).then_some(2)
    }
}

/// How many parts characters of these widths make: one of `single` places, or several of `part`
/// places each, as a header joins them. No character is divided.
fn parts(widths: impl Iterator<Item = usize>, single: usize, part: usize) -> usize {
    let (mut parts, mut filled, mut all) = (1, 0, 0);
    for width in widths {
        all += width;
        if filled + width > part {
            parts += 1;
            filled = 0;
        }
        filled += width;
    }
    if all <= single { 1 } else { parts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A text, and how many SMS it makes in mainland China and elsewhere.
    fn rows() -> Vec<(String, usize, usize)> {
        vec![
            (String::new(), 1, 1),
            ("a".repeat(70), 1, 1),
            ("a".repeat(71), 2, 1),
            ("码".repeat(70), 1, 1),
            ("码".repeat(71), 2, 2),
            ("码".repeat(134), 2, 2),
            ("码".repeat(135), 3, 3),
            // The two examples of the vendor's page.
            ("字".repeat(160), 3, 3),
            ("a".repeat(350), 6, 3),
            ("a".repeat(160), 3, 1),
            ("a".repeat(161), 3, 2),
            ("a".repeat(306), 5, 2),
            ("a".repeat(307), 5, 3),
            // One character outside the alphabet, and all of them are long.
            (format!("{}ç", "a".repeat(70)), 2, 2),
            // Characters of the extension count twice …
            ("€".repeat(80), 2, 1),
            ("€".repeat(81), 2, 2),
            // … and are not divided: 152 places and one left over in each part.
            ("[".repeat(152), 3, 2),
            ("[".repeat(153), 3, 3),
            // A character of two UTF-16 units: 33 of them and one place left over in each part.
            ("😀".repeat(35), 1, 1),
            ("😀".repeat(36), 2, 2),
            ("😀".repeat(66), 2, 2),
            ("😀".repeat(67), 3, 3),
        ]
    }

    #[test]
    fn a_text_makes_as_many_sms_as_there_is_room_for_it() {
        for (text, mainland, elsewhere) in rows() {
            let shown = format!("{} × {:?}", text.chars().count(), text.chars().next());
            assert_eq!(segments(&text, Network::Mainland), mainland, "{shown}");
            assert_eq!(segments(&text, Network::Elsewhere), elsewhere, "{shown}");
        }
    }

    #[test]
    fn the_gsm_alphabet_has_127_characters_and_its_extension_10() {
        let widths = (0..=0xffff).filter_map(char::from_u32).map(gsm_width);
        let (mut single, mut double) = (0, 0);
        for width in widths.flatten() {
            match width {
                1 => single += 1,
                _ => double += 1,
            }
        }
        assert_eq!((single, double), (127, 10));
    }

    proptest! {
        #[test]
        fn a_longer_text_never_makes_fewer_sms(text in "\\PC{0,200}", more in "\\PC{0,20}") {
            let longer = format!("{text}{more}");
            for network in [Network::Mainland, Network::Elsewhere] {
                prop_assert!(segments(&text, network) <= segments(&longer, network));
            }
        }

        #[test]
        fn no_network_gives_a_text_more_room_than_the_gsm_alphabet(text in "\\PC{0,400}") {
            let (mainland, elsewhere) = (
                segments(&text, Network::Mainland),
                segments(&text, Network::Elsewhere),
            );
            prop_assert!(elsewhere <= mainland);
            let units = text.encode_utf16().count();
            prop_assert!((units.div_ceil(67).max(1)..=units.div_ceil(66).max(1)).contains(&mainland) || mainland == 1 && units <= 70);
        }
    }
}
