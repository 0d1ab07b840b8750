//! What the names of verifications are made with.

use sms_service::VerificationNames;
use zeroize::Zeroizing;

use super::super::Secret;
use super::VerifySettings;

impl VerifySettings {
    /// Names under the token of the account, which every instance has: whoever shows it may see all numbers
    /// anyway. Without one they are under the secrets of all keys together, which no caller has.
    pub(super) fn names(&self) -> VerificationNames {
        let secrets = match &self.auth_token {
            Some(token) => vec![(Some(token), self.auth_token_previous.as_ref())],
            None => {
                let keys = self.keys.values();
                keys.map(|key| (key.secret.as_ref(), key.secret_previous.as_ref()))
                    .collect()
            }
        };
        let current = joined(secrets.iter().map(|(secret, _)| *secret));
        let is_rotating = secrets.iter().any(|(_, previous)| previous.is_some());
        let previous = is_rotating.then(|| {
            let before = |(secret, previous): &(_, Option<_>)| previous.or(*secret);
            joined(secrets.iter().map(before))
        });
        VerificationNames::new(&current, previous.as_ref().map(|text| text.as_str()))
    }
}

fn joined<'a>(secrets: impl Iterator<Item = Option<&'a Secret>>) -> Zeroizing<String> {
    let secrets: Vec<_> = secrets.flatten().map(Secret::expose).collect();
    Zeroizing::new(secrets.join("\n"))
}

#[cfg(test)]
mod tests {
    use sms_core::{Mobile, VerificationSid};

    use super::*;
    use crate::config::Settings;

    const ONE: &str = "[verify.keys.one]\nsid = 'SK00000000000000000000000000000001'\n";
    const TWO: &str = "[verify.keys.two]\nsid = 'SK00000000000000000000000000000002'\n";

    fn names(verify: &str) -> VerificationNames {
        let account = "[verify]\naccount_sid = 'AC00000000000000000000000000000001'\n";
        let settings = Settings::from_toml(&format!("{account}{verify}"));
        settings.unwrap().verify.names()
    }

    fn mobile() -> Mobile {
        Mobile::parse("13800138000").unwrap()
    }

    fn name(verify: &str) -> VerificationSid {
        names(verify).generate(&mut rand::rng(), &mobile())
    }

    #[test]
    fn they_outlive_the_token_that_they_were_made_with_by_one() {
        let name = name("auth_token = 'old'");
        for verify in [
            "auth_token = 'old'",
            "auth_token = 'new'\nauth_token_previous = 'old'",
        ] {
            assert_eq!(names(verify).number(&name), Some(mobile()), "{verify}");
        }
    }

    #[test]
    fn keys_are_in_the_place_of_a_token() {
        let [old, new] =
            ["old", "new"].map(|one| format!("{ONE}secret = '{one}'\n{TWO}secret = 'two'\n"));
        let name = name(&old);
        let rotating =
            format!("{ONE}secret = 'new'\nsecret_previous = 'old'\n{TWO}secret = 'two'\n");
        for verify in [&old, &rotating] {
            assert_eq!(names(verify).number(&name), Some(mobile()), "{verify}");
        }
        let renamed = names(&rotating).generate(&mut rand::rng(), &mobile());
        assert_eq!(names(&new).number(&renamed), Some(mobile()));
    }

    #[test]
    fn no_caller_can_read_them() {
        let keys = format!("{ONE}secret = 'one'\n{TWO}secret = 'two'\n");
        let name = name(&keys);
        for verify in [
            format!("{ONE}secret = 'one'\n"),
            format!("{TWO}secret = 'two'\n"),
        ] {
            assert_ne!(names(&verify).number(&name), Some(mobile()), "{verify}");
        }
    }
}
