//! SHA-256 as signatures use it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The digest of `data` in lower-case hexadecimal digits.
pub(crate) fn sha256_hex(data: &[u8]) -> String {
    hex(&Sha256::digest(data))
}

/// The HMAC of `data` under a key of any length.
pub(crate) fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
    let hmac = Hmac::<Sha256>::new_from_slice(key);
    let hmac = hmac.expect("a key may have any length");
    hmac.chain_update(data).finalize().into_bytes().into()
}

/// Two lower-case hexadecimal digits for each byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standards() {
        // FIPS 180-4, and test case 2 of RFC 4231.
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            hex(&hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
