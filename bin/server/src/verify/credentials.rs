use std::sync::Arc;

use actix_web::http::header::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::caller::Caller;
use crate::config::{Secret, VerifySettings};

/// Who may call, by what they show: digests of it, so that no secret is kept.
pub(crate) struct Credentials {
    hmac: Hmac<Sha256>,
    known: Vec<(Digest, Arc<Caller>)>,
}

type Digest = [u8; 32];

impl Credentials {
    /// Those of the account and of its keys, under a key that is drawn now.
    pub(crate) fn new(settings: &VerifySettings) -> Self {
        let mut key = [0; 32];
        rand::rng().fill_bytes(&mut key);
        let hmac = Hmac::new_from_slice(&key).expect("a key may have any length");
        let mut credentials = Self {
            hmac,
            known: Vec::new(),
        };
        let secrets = [&settings.auth_token, &settings.auth_token_previous];
        credentials.add(settings.account_sid.0, secrets, Caller::account());
        for key in settings.keys.values() {
            let secrets = [&key.secret, &key.secret_previous];
            credentials.add(key.sid.0, secrets, Caller::key(key));
        }
        credentials
    }

    fn add(&mut self, user: Option<impl ToString>, secrets: [&Option<Secret>; 2], caller: Caller) {
        let Some(user) = user.map(|user| user.to_string()) else {
            return;
        };
        let caller = Arc::new(caller);
        for secret in secrets.into_iter().flatten() {
            let digest = self.digest(format!("{user}:{}", secret.expose()).as_bytes());
            self.known.push((digest, Arc::clone(&caller)));
        }
    }

    /// Who shows these credentials, the value of the header `Authorization`.
    ///
    /// All that are known are compared, each in constant time, so that neither the place of one nor
    /// how much of it is right shows in the time that it takes.
    pub(crate) fn find(&self, authorization: Option<&HeaderValue>) -> Option<Arc<Caller>> {
        let shown = self.digest(&user_and_password(authorization?.to_str().ok()?)?);
        let mut found = None;
        for (known, caller) in &self.known {
            if bool::from(known.ct_eq(&shown)) {
                found = Some(caller);
            }
        }
        found.map(Arc::clone)
    }

    fn digest(&self, user_and_password: &[u8]) -> Digest {
        let mut hmac = self.hmac.clone();
        hmac.update(user_and_password);
        hmac.finalize().into_bytes().into()
    }
}

/// The user and the password, with a colon between (RFC 7617).
fn user_and_password(authorization: &str) -> Option<Vec<u8>> {
    let (scheme, credentials) = authorization.split_once(' ')?;
    let is_basic = scheme.eq_ignore_ascii_case("Basic");
    is_basic.then(|| STANDARD.decode(credentials.trim()).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    const ACCOUNT: &str = "AC00000000000000000000000000000001";
    const KEY: &str = "SK00000000000000000000000000000001";

    fn credentials() -> Credentials {
        let toml = format!(
            "[verify]\naccount_sid = '{ACCOUNT}'\nauth_token = 'to:ken'\n\
             auth_token_previous = 'old token'\n\
             [verify.keys.ci]\nsid = '{KEY}'\nsecret = 'secret'\nallow = ['read']"
        );
        Credentials::new(&Settings::from_toml(&toml).unwrap().verify)
    }

    fn find(scheme: &str, user: &str, password: &str) -> Option<Arc<Caller>> {
        let encoded = STANDARD.encode(format!("{user}:{password}"));
        let value = HeaderValue::from_str(&format!("{scheme} {encoded}")).unwrap();
        credentials().find(Some(&value))
    }

    #[test]
    fn whoever_shows_a_secret_of_today_or_yesterday_is_known() {
        let rows = [
            ("Basic", ACCOUNT, "to:ken"),
            ("basic", ACCOUNT, "old token"),
            ("BASIC", KEY, "secret"),
        ];
        for (scheme, user, password) in rows {
            assert!(find(scheme, user, password).is_some(), "{user}:{password}");
        }
    }

    #[test]
    fn nobody_else_is() {
        let rows = [
            ("Basic", ACCOUNT, ""),
            ("Basic", ACCOUNT, "to:ke"),
            ("Basic", ACCOUNT, "to:ken "),
            ("Basic", ACCOUNT, "secret"),
            ("Basic", KEY, "to:ken"),
            ("Basic", "", "to:ken"),
            ("Basic", "", ""),
            ("Bearer", ACCOUNT, "to:ken"),
        ];
        for (scheme, user, password) in rows {
            assert!(find(scheme, user, password).is_none(), "{user}:{password}");
        }
        let odd = ["", "Basic", "Basic ", "Basic !", "Basic dG86a2Vu=", "dG8="];
        for value in odd {
            let value = HeaderValue::from_static(value);
            assert!(credentials().find(Some(&value)).is_none(), "{value:?}");
        }
        assert!(credentials().find(None).is_none());
    }

    #[test]
    fn nothing_of_a_secret_is_kept() {
        let credentials = credentials();
        let digests: Vec<_> = credentials
            .known
            .iter()
            .map(|(digest, _)| *digest)
            .collect();
        assert_eq!(digests.len(), 3);
        let others = self::credentials();
        // Under another key all are others.
        assert!(
            others
                .known
                .iter()
                .all(|(digest, _)| !digests.contains(digest))
        );
    }
}
