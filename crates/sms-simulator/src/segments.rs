//! How many messages a text makes on its way.

/// What one part of GSM 03.38 takes; the second row counts twice.
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
    ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM_EXTENSION: &str = "^{}\\[]~|€\u{c}";

/// Parts in mainland China: 70 characters in one, 67 in each of several (help.aliyun.com,
/// document 44335).
pub(crate) fn mainland(text: &str) -> usize {
    parts(text.chars().count(), 70, 67)
}

/// Parts elsewhere: 160 characters of GSM 03.38 or 70 of UCS-2 in one, 153 or 67 in each of several.
pub(crate) fn abroad(text: &str) -> usize {
    let width = |c| match c {
        c if GSM.contains(c) => Some(1),
        c if GSM_EXTENSION.contains(c) => Some(2),
        _ => None,
    };
    let septets: Option<usize> = text.chars().map(width).sum();
    septets.map_or_else(
        || parts(text.encode_utf16().count(), 70, 67),
        |septets| parts(septets, 160, 153),
    )
}

fn parts(length: usize, alone: usize, of_several: usize) -> usize {
    if length <= alone {
        return 1;
    }
    length.div_ceil(of_several)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_as_the_networks_do() {
        let rows = [
            (mainland(&"码".repeat(70)), 1),
            (mainland(&"码".repeat(71)), 2),
            (mainland(&"a".repeat(160)), 3),
            (abroad(""), 1),
            (abroad(&"a".repeat(160)), 1),
            (abroad(&"a".repeat(161)), 2),
            (abroad(&"a".repeat(350)), 3),
            (abroad(&"€".repeat(80)), 1),
            (abroad(&"€".repeat(81)), 2),
            (abroad(&"码".repeat(71)), 2),
            (abroad(&"😀".repeat(35)), 1),
            (abroad(&"😀".repeat(36)), 2),
        ];
        for (row, (parts, expected)) in rows.into_iter().enumerate() {
            assert_eq!(parts, expected, "row {row}");
        }
    }
}
