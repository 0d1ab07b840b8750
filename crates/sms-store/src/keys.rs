use std::fmt::{self, Display, from_fn};

use serde::{Deserialize, Serialize};
use sms_core::{AddressBlock, BucketSid, ImageId, ServiceSid};

use crate::DeliveryName;
use crate::number_name::NumberName;

/// How our keys begin, apart from those with a brace.
const KEY_BEGINNINGS: [&str; 6] = ["img_", "sms_", "ip:", "global:", "receipt:", "verify:"];

/// What is put before every key, so that several services can share one Redis.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyPrefix(String);

impl KeyPrefix {
    /// A prefix of at most 64 characters of `A-Z a-z 0-9 _ . : -`; empty for none.
    ///
    /// # Errors
    ///
    /// Any other character: braces above all would move keys to other cluster slots. A prefix that
    /// begins like one of the keys.
    pub fn new(prefix: impl Into<String>) -> Result<Self, KeyPrefixError> {
        let prefix = prefix.into();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
        // With `img_` before its keys one service would write the codes of another that has none.
        let is_key = KEY_BEGINNINGS.iter().any(|key| prefix.starts_with(key));
        if prefix.len() <= 64 && prefix.bytes().all(allowed) && !is_key {
            Ok(Self(prefix))
        } else {
            Err(KeyPrefixError(prefix))
        }
    }
}

/// A text that can't be put before keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a key prefix: at most 64 characters of A-Z a-z 0-9 _ . : - are wanted, \
     and it must not begin like a key: img_, sms_, ip:, global:, receipt: or verify:"
)]
pub struct KeyPrefixError(String);

/// A log of times that quotas are counted in, apart from those of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Log {
    /// Pictures asked for by one address.
    Pictures(AddressBlock),
    /// SMS codes asked for by one address.
    Requests(AddressBlock),
    /// Everything the service sends.
    Budget,
    /// What a caller of the Verify face counts in one window, for one value: the digest of that.
    Bucket(BucketSid, [u8; 16]),
}

impl Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pictures(address) => write!(f, "ip:img:{address}"),
            Self::Requests(address) => write!(f, "ip:sms:{address}"),
            Self::Budget => f.write_str("global:sms"),
            Self::Bucket(bucket, value) => {
                let value = base16ct::lower::encode_string(value);
                write!(f, "verify:bucket:{bucket}:{value}")
            }
        }
    }
}

/// Where the hash tags of keys begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tags {
    /// `prefix{sms_…}:sends`: every key begins with the prefix.
    AfterPrefix,
    /// `{prefixsms_…}:sends`: in a Cluster it must be in the slot of `prefixsms_…`.
    AroundPrefix,
}

/// Every key name there is, those of a number in [`NumberKeys`]. A name is made when it is written
/// down, so that none is ever allocated by itself.
///
/// `img_…` and `sms_…` are shared with other programs and never change.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    prefix: KeyPrefix,
    tags: Tags,
}

impl Keys {
    pub(crate) fn new(prefix: KeyPrefix, tags: Tags) -> Self {
        Self { prefix, tags }
    }

    /// The text of a picture.
    pub(crate) fn image(&self, id: &ImageId) -> impl Display {
        from_fn(|f| write!(f, "{}img_{}", self.prefix.0, id.as_str()))
    }

    /// The keys of a number.
    pub(crate) fn number(&self, name: NumberName) -> NumberKeys<'_> {
        NumberKeys {
            prefix: &self.prefix.0,
            tags: self.tags,
            name,
        }
    }

    /// What is known of a message after it was handed over.
    pub(crate) fn delivery(&self, name: DeliveryName<'_>) -> impl Display {
        from_fn(move |f| write!(f, "{}receipt:{name}", self.prefix.0))
    }

    /// The limits that callers made for a service.
    pub(crate) fn rate_limits(&self, service: ServiceSid) -> impl Display {
        from_fn(move |f| write!(f, "{}verify:limits:{service}", self.prefix.0))
    }

    /// What a request came to that may come again.
    pub(crate) fn request(&self, name: [u8; 16]) -> impl Display {
        let name = base16ct::lower::encode_string(&name);
        from_fn(move |f| write!(f, "{}verify:request:{name}", self.prefix.0))
    }

    /// The names of attempts.
    pub(crate) fn attempts(&self) -> impl Display {
        from_fn(|f| write!(f, "{}verify:attempts", self.prefix.0))
    }

    /// What is kept of attempts, in the slot of their names.
    pub(crate) fn attempts_data(&self) -> impl Display {
        let (prefix, tags) = (&self.prefix.0, self.tags);
        from_fn(move |f| match tags {
            Tags::AfterPrefix => write!(f, "{prefix}{{verify:attempts}}:data"),
            Tags::AroundPrefix => write!(f, "{{{prefix}verify:attempts}}:data"),
        })
    }

    /// A key that nobody reads.
    pub(crate) fn ping(&self) -> impl Display {
        from_fn(|f| write!(f, "{}global:ping", self.prefix.0))
    }

    /// One of the other logs.
    pub(crate) fn log(&self, log: Log) -> impl Display {
        from_fn(move |f| write!(f, "{}{log}", self.prefix.0))
    }
}

/// The key names of one number.
///
/// All but `sms_…` itself carry `{sms_…}` as their hash tag, so that a cluster keeps them in the
/// slot of `sms_…`.
pub(crate) struct NumberKeys<'a> {
    prefix: &'a str,
    tags: Tags,
    name: NumberName,
}

impl NumberKeys<'_> {
    /// The code.
    pub(crate) fn code(&self) -> impl Display {
        from_fn(|f| write!(f, "{}sms_{}", self.prefix, self.name))
    }

    /// Wrong attempts at the code.
    pub(crate) fn attempts(&self) -> impl Display {
        self.beside_code(":attempts")
    }

    /// The sender that took the message with the code.
    pub(crate) fn sender(&self) -> impl Display {
        self.beside_code(":sender")
    }

    /// Times of the last sends.
    pub(crate) fn sends(&self) -> impl Display {
        self.beside_code(":sends")
    }

    /// Times of the last wrong codes.
    pub(crate) fn failures(&self) -> impl Display {
        self.beside_code(":failures")
    }

    /// What is kept of its verifications for a service.
    pub(crate) fn verifications(&self, service: ServiceSid) -> impl Display {
        from_fn(move |f| {
            self.tag(f)?;
            f.write_str(":verify:")?;
            f.write_str(service.as_str())
        })
    }

    /// The name of its entry in the list of numbers that are not blocked.
    pub(crate) fn safe(&self) -> impl Display {
        self.beside_code(":safe")
    }

    /// A key whose name ends so.
    fn beside_code(&self, end: &str) -> impl Display {
        from_fn(move |f| {
            self.tag(f)?;
            f.write_str(end)
        })
    }

    /// Piece by piece, which takes half of the time of a format: there are several for each request.
    fn tag(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = match self.tags {
            Tags::AfterPrefix => (self.prefix, "{"),
            Tags::AroundPrefix => ("{", self.prefix),
        };
        f.write_str(first)?;
        f.write_str(second)?;
        f.write_str("sms_")?;
        self.name.fmt(f)?;
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AtRest, AtRestKey};
    use sms_core::Mobile;

    fn name(number: &str) -> NumberName {
        AtRest::default().name(&Mobile::parse(number).unwrap())
    }

    #[test]
    fn shared_keys_are_those_that_other_programs_know() {
        let keys = Keys::new(KeyPrefix::default(), Tags::AfterPrefix);
        let id = ImageId::parse("f47ac10b-58cc-4372-a567-0e02b2c3d479").unwrap();
        let mainland = keys.number(name("+8613800138000"));
        let french = keys.number(name("+33612345678"));
        assert_eq!(
            keys.image(&id).to_string(),
            "img_f47ac10b-58cc-4372-a567-0e02b2c3d479"
        );
        assert_eq!(mainland.code().to_string(), "sms_13800138000");
        assert_eq!(french.code().to_string(), "sms_+33612345678");
    }

    fn service() -> ServiceSid {
        ServiceSid::from_hex(&"a1".repeat(16)).unwrap()
    }

    #[test]
    fn attempts_and_their_names_are_in_one_slot() {
        let prefix = || KeyPrefix::new("shop:").unwrap();
        let keys = Keys::new(prefix(), Tags::AfterPrefix);
        assert_eq!(
            keys.attempts_data().to_string(),
            "shop:{verify:attempts}:data"
        );
        let keys = Keys::new(prefix(), Tags::AroundPrefix);
        assert_eq!(keys.attempts().to_string(), "shop:verify:attempts");
        assert_eq!(
            keys.attempts_data().to_string(),
            "{shop:verify:attempts}:data"
        );
    }

    #[test]
    fn our_keys_of_a_number_carry_its_hash_tag() {
        let keys = Keys::new(KeyPrefix::default(), Tags::AfterPrefix);
        let key = AtRestKey::new("0123456789abcdef").unwrap();
        let hidden = AtRest::default().with_number_key(key);
        let hidden = hidden.name(&Mobile::parse("13800138000").unwrap());
        for name in [name("13800138000"), hidden] {
            let number = keys.number(name);
            let tag = format!("{{{}}}:", number.code());
            let ours = [
                number.attempts().to_string(),
                number.sender().to_string(),
                number.sends().to_string(),
                number.failures().to_string(),
                number.verifications(service()).to_string(),
                number.safe().to_string(),
            ];
            for key in ours {
                assert!(key.starts_with(&tag), "{key}");
            }
        }
    }

    #[test]
    fn a_prefix_comes_before_every_key() {
        let keys = Keys::new(KeyPrefix::new("shop:").unwrap(), Tags::AfterPrefix);
        let number = keys.number(name("13800138000"));
        assert_eq!(number.code().to_string(), "shop:sms_13800138000");
        assert_eq!(number.sends().to_string(), "shop:{sms_13800138000}:sends");
        assert_eq!(keys.log(Log::Budget).to_string(), "shop:global:sms");
        let name = DeliveryName {
            sender: "ccp",
            provider_id: "a1",
        };
        assert_eq!(keys.delivery(name).to_string(), "shop:receipt:ccp:a1");
    }

    #[test]
    fn in_a_cluster_the_prefix_is_within_the_hash_tag() {
        let keys = Keys::new(KeyPrefix::new("shop:").unwrap(), Tags::AroundPrefix);
        let number = keys.number(name("13800138000"));
        assert_eq!(number.code().to_string(), "shop:sms_13800138000");
        assert_eq!(number.sends().to_string(), "{shop:sms_13800138000}:sends");
    }

    #[test]
    fn a_prefix_that_could_be_mistaken_is_refused() {
        for bad in [
            "{a}",
            "a b",
            "图",
            "img_",
            "sms_x",
            "ip:",
            "receipt:",
            "verify:",
            &"x".repeat(65),
        ] {
            assert!(KeyPrefix::new(bad).is_err(), "{bad}");
        }
    }
}
