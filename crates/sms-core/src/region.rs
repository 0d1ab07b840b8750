use std::fmt;
use std::str::FromStr;

/// A country or region by its ISO 3166-1 alpha-2 code, such as `CN`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Region([u8; 2]);

impl Region {
    /// Mainland China.
    pub const CN: Self = Self(*b"CN");

    /// The two upper-case letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Region {
    type Err = RegionError;

    /// # Errors
    ///
    /// Anything but the two upper-case letters of a region that the numbering plan knows.
    fn from_str(text: &str) -> Result<Self, RegionError> {
        let is_known = text.parse::<phonenumber::country::Id>().is_ok();
        match text.as_bytes() {
            &[first, second] if is_known => Ok(Self([first, second])),
            _ => Err(RegionError(text.to_owned())),
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is not a region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a region: two upper-case letters of ISO 3166 such as \"CN\" are wanted")]
pub struct RegionError(String);

/// The regions whose numbers may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Countries {
    /// Every region of the numbering plan.
    All,
    /// These and no others.
    Only(Vec<Region>),
}

impl Countries {
    /// Reads a list such as `["CN", "HK"]`; `["*"]` allows all.
    ///
    /// # Errors
    ///
    /// The first entry that is neither `*` nor a region.
    pub fn parse<S: AsRef<str>>(entries: &[S]) -> Result<Self, RegionError> {
        if entries.iter().any(|entry| entry.as_ref() == "*") {
            return Ok(Self::All);
        }
        let regions = entries.iter().map(|entry| entry.as_ref().parse());
        Ok(Self::Only(regions.collect::<Result<_, _>>()?))
    }

    /// Whether numbers of `region` may be sent to.
    #[must_use]
    pub fn allow(&self, region: Region) -> bool {
        match self {
            Self::All => true,
            Self::Only(regions) => regions.contains(&region),
        }
    }

    /// Whether any region but mainland China is allowed.
    #[must_use]
    pub fn reach_abroad(&self) -> bool {
        match self {
            Self::All => true,
            Self::Only(regions) => regions.iter().any(|&region| region != Region::CN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_allows_its_regions_and_no_others() {
        let countries = Countries::parse(&["CN", "HK"]).unwrap();
        assert!(countries.allow(Region::CN));
        assert!(!countries.allow("FR".parse().unwrap()));
    }

    #[test]
    fn a_star_allows_every_region() {
        assert_eq!(Countries::parse(&["CN", "*"]).unwrap(), Countries::All);
    }

    #[test]
    fn an_error_names_the_bad_entry() {
        for bad in ["cn", "CHN", "XX", "", "中国"] {
            let error = Countries::parse(&["CN", bad]).unwrap_err().to_string();
            assert!(error.contains(&format!("{bad:?}")), "{error}");
        }
    }
}
