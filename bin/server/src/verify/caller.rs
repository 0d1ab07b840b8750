use sms_core::ServiceSid;

use crate::config::{Right, VerifyKeySettings};

/// A caller who has shown who it is, and what it may do.
#[derive(Debug)]
pub(crate) struct Caller {
    services: Vec<ServiceSid>,
    rights: Vec<Right>,
}

impl Caller {
    /// The account itself, which may do everything.
    pub(super) fn account() -> Self {
        Self {
            services: Vec::new(),
            rights: Right::ALL.to_vec(),
        }
    }

    /// Who shows a key.
    pub(super) fn key(key: &VerifyKeySettings) -> Self {
        let rights = match key.allow.is_empty() {
            true => Right::ALL.to_vec(),
            false => key.allow.to_vec(),
        };
        Self {
            services: key.services.to_vec(),
            rights,
        }
    }

    /// Whether it has one of these rights.
    pub(super) fn has_any(&self, rights: &[Right]) -> bool {
        self.rights.iter().any(|right| rights.contains(right))
    }

    /// Whether it may know of a service.
    pub(crate) fn is_for(&self, service: ServiceSid) -> bool {
        self.services.is_empty() || self.services.contains(&service)
    }

    /// The services that it is for; `None` if it is for all.
    pub(crate) fn services(&self) -> Option<&[ServiceSid]> {
        (!self.services.is_empty()).then_some(&self.services)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    const SERVICE: &str = "VA00000000000000000000000000000001";
    const OTHER: &str = "VA00000000000000000000000000000002";

    fn caller(lines: &str) -> Caller {
        let toml = format!(
            "[verify.services.a]\nsid = '{SERVICE}'\nfriendly_name = 'a'\n\
             [verify.keys.ci]\nsid = 'SK00000000000000000000000000000001'\nsecret = 's'\n{lines}"
        );
        Caller::key(&Settings::from_toml(&toml).unwrap().verify.keys["ci"])
    }

    #[test]
    fn a_key_that_names_nothing_may_do_everything() {
        for caller in [caller(""), Caller::account()] {
            assert!(Right::ALL.into_iter().all(|right| caller.has_any(&[right])));
            assert!(caller.is_for(OTHER.parse().unwrap()));
            assert_eq!(caller.services(), None);
        }
    }

    #[test]
    fn a_key_may_do_what_it_names_and_no_more() {
        let caller = caller(&format!("services = ['{SERVICE}']\nallow = ['check']"));
        assert!(caller.has_any(&[Right::Send, Right::Check]));
        assert!(!caller.has_any(&[Right::Send, Right::Read, Right::Manage]));
        assert!(caller.is_for(SERVICE.parse().unwrap()));
        assert!(!caller.is_for(OTHER.parse().unwrap()));
    }
}
