use std::collections::HashMap;

use super::*;

/// The vendor's list once more, written down row by row and apart from the table: codes and runs
/// of codes, and what they mean for the message.
const LIST: &[(&str, Verdict)] = &[
    ("000000", Verdict::Accepted),
    ("111000-111099", Verdict::Open),
    ("111100", Verdict::Refused(Config)),
    ("111101-111105", Verdict::Refused(Auth)),
    ("111106", Verdict::Refused(Auth)),
    ("111107", Verdict::Refused(Auth)),
    ("111108 111109", Verdict::Refused(Auth)),
    ("111110", Verdict::Refused(Config)),
    ("111111", Verdict::Refused(RateAccount)),
    ("111113", Verdict::Refused(Auth)),
    ("111128-111137", Verdict::Refused(Auth)),
    ("111138-111141 111143", Verdict::Refused(Auth)),
    ("111142", Verdict::Refused(Config)),
    ("111169-111182", Verdict::Refused(Config)),
    ("112300 112306", Verdict::Refused(Argument)),
    ("112301 112308", Verdict::Refused(Argument)),
    ("112302 112303", Verdict::Refused(Config)),
    ("112304 112309", Verdict::Refused(Argument)),
    ("112305 112310", Verdict::Refused(Config)),
    ("112307 112315 112318", Verdict::Refused(Argument)),
    ("112311 112313 112323", Verdict::Refused(Config)),
    ("112312", Verdict::Refused(Config)),
    ("112314", Verdict::Refused(RateNumber)),
    ("112316 112319", Verdict::Refused(Argument)),
    ("112317", Verdict::Refused(Blocked)),
    ("112320 112321", Verdict::Refused(Config)),
    ("112326", Verdict::Refused(Temporary)),
    ("112329 112330", Verdict::Refused(Argument)),
    ("112354", Verdict::Refused(RateAccount)),
    ("112351 112352 112356", Verdict::Refused(Unknown)),
    ("113302", Verdict::Refused(Config)),
    ("160000", Verdict::Open),
    ("160001-160010", Verdict::Refused(Temporary)),
    ("160011 160018 160033 160049", Verdict::Refused(Blocked)),
    ("160012", Verdict::Refused(Temporary)),
    ("160013 160042", Verdict::Refused(Argument)),
    ("160014", Verdict::Refused(Config)),
    ("160015 160021 160022", Verdict::Refused(RateNumber)),
    ("160016", Verdict::Refused(RateAccount)),
    ("160017 160048", Verdict::Refused(Argument)),
    ("160019", Verdict::Refused(Config)),
    ("160020 160035 160037", Verdict::Refused(Argument)),
    ("160030 160031", Verdict::Refused(Argument)),
    ("160032 160036 160057", Verdict::Refused(Config)),
    ("160034 160068 160072-160074", Verdict::Refused(Blocked)),
    ("160038", Verdict::Refused(RateNumber)),
    ("160039", Verdict::Refused(RateNumber)),
    ("160040", Verdict::Refused(RateNumber)),
    ("160041", Verdict::Refused(RateNumber)),
    ("160043", Verdict::Refused(Config)),
    ("160044 160045", Verdict::Refused(Argument)),
    ("160046 160071", Verdict::Refused(Blocked)),
    ("160047", Verdict::Refused(Argument)),
    ("160050 160063 160064", Verdict::Refused(Temporary)),
    ("160051", Verdict::Refused(Blocked)),
    ("160052", Verdict::Refused(Argument)),
    ("160053", Verdict::Refused(Auth)),
    ("160054", Verdict::Repeated),
    ("160055", Verdict::Refused(Argument)),
    ("160056", Verdict::Refused(RateNumber)),
    ("160058-160062 160070", Verdict::Refused(Config)),
    ("160065", Verdict::Refused(Argument)),
    ("160066 160067", Verdict::Refused(Argument)),
    ("160069", Verdict::Refused(Argument)),
    ("161000 161001 161003 161004", Verdict::Refused(Temporary)),
    ("161008-161024", Verdict::Refused(Temporary)),
    ("161002 161005", Verdict::Refused(Config)),
    ("161006", Verdict::Refused(RateAccount)),
    ("161007", Verdict::Refused(Blocked)),
    ("161100-161108", Verdict::Refused(Auth)),
];

fn codes(row: &str) -> impl Iterator<Item = u32> {
    row.split(' ').flat_map(|run| {
        let (first, last) = run.split_once('-').unwrap_or((run, run));
        first.parse().unwrap()..=last.parse::<u32>().unwrap()
    })
}

#[test]
fn every_code_means_what_the_list_says_and_no_other_is_known() {
    let mut listed = HashMap::new();
    for (row, verdict) in LIST {
        for code in codes(row) {
            assert!(listed.insert(code, *verdict).is_none(), "{code} twice");
        }
    }
    for code in 0..=999_999 {
        let found = find(&format!("{code:06}")).map(|status| status.verdict);
        assert_eq!(found, listed.get(&code).copied(), "{code:06}");
    }
}

#[test]
fn only_six_digits_are_a_code() {
    for text in [
        "", "0", "00000", "0000000", "+00000", "00000０", " 00000", "abcdef",
    ] {
        assert!(find(text).is_none(), "{text:?}");
    }
}

#[test]
fn the_code_for_a_wrong_clock_is_in_the_table() {
    assert_eq!(find(EXPIRED).unwrap().verdict, Verdict::Refused(Auth));
}

#[test]
fn what_is_about_a_template_is_an_argument() {
    let codes = crate::own_template::CODES.iter();
    let codes: Vec<_> = codes.filter(|code| is_code(code)).collect();
    assert!(!codes.is_empty());
    for code in codes {
        let status = find(code).unwrap_or_else(|| panic!("{code} is in no row"));
        assert_eq!(status.verdict, Verdict::Refused(Argument), "{code}");
    }
}
