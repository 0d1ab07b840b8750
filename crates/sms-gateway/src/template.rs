//! Templates that the provider keeps: we name one, and say what its variables are.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use sms_core::Locale;

use crate::{Message, SenderConfigError};

/// What a place in a template is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variable {
    /// The code, 4 to 10 digits.
    Code,
    /// How many minutes the code is good for.
    Minutes,
}

impl Variable {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Code, Self::Minutes];

    /// The name by which configurations know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Minutes => "minutes",
        }
    }
}

impl FromStr for Variable {
    type Err = UnknownVariable;

    /// # Errors
    ///
    /// Any other name than `code` and `minutes`.
    fn from_str(name: &str) -> Result<Self, UnknownVariable> {
        let found = Self::ALL.into_iter().find(|known| known.name() == name);
        found.ok_or(UnknownVariable)
    }
}

/// A name that no variable has. It is not repeated, as it may be a secret in the wrong place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the variables are \"code\" and \"minutes\"")]
pub struct UnknownVariable;

/// What the variables of one message are.
pub(crate) struct Values<'a> {
    code: &'a str,
    minutes: String,
}

impl<'a> Values<'a> {
    pub(crate) fn of(message: &'a Message) -> Self {
        Self::new(message.code.expose(), message.minutes)
    }

    pub(crate) fn new(code: &'a str, minutes: u32) -> Self {
        let minutes = minutes.to_string();
        Self { code, minutes }
    }

    pub(crate) fn get(&self, variable: Variable) -> &str {
        match variable {
            Variable::Code => self.code,
            Variable::Minutes => &self.minutes,
        }
    }
}

/// A template whose variables have numbers: the provider's id of it, and what stands in the place
/// of the first variable, of the second and so on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The provider's id.
    pub id: String,
    /// The variables in their order; [`Variable::Code`] is among them.
    pub variables: Vec<Variable>,
}

impl Template {
    /// The values of its variables, as a JSON array of strings.
    pub(crate) fn filled<'a>(&'a self, values: &'a Values<'a>) -> Filled<'a> {
        Filled(&self.variables, values)
    }
}

/// The values of numbered variables.
pub(crate) struct Filled<'a>(pub(crate) &'a [Variable], pub(crate) &'a Values<'a>);

impl Serialize for Filled<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|variable| self.1.get(*variable)))
    }
}

/// A template whose variables have names of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedTemplate {
    /// The provider's id.
    pub id: String,
    /// The template's names, and what stands there; [`Variable::Code`] is among them.
    pub variables: Vec<(String, Variable)>,
}

impl NamedTemplate {
    /// The values of its variables by their names, as a JSON object of strings.
    pub(crate) fn filled<'a>(&'a self, values: &'a Values<'a>) -> NamedFilled<'a> {
        NamedFilled(&self.variables, values)
    }
}

/// The values of named variables.
pub(crate) struct NamedFilled<'a>(&'a [(String, Variable)], &'a Values<'a>);

impl Serialize for NamedFilled<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pairs = self.0.iter();
        serializer.collect_map(pairs.map(|(name, variable)| (name, self.1.get(*variable))))
    }
}

/// The same thing in several languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Localized<T> {
    default: T,
    others: Vec<(Locale, T)>,
}

impl<T> Localized<T> {
    /// For all languages that [`Localized::with`] does not name.
    pub fn new(default: T) -> Self {
        Self {
            default,
            others: Vec::new(),
        }
    }

    /// The same, with another one in this language.
    #[must_use]
    pub fn with(mut self, locale: Locale, other: T) -> Self {
        self.others.retain(|(known, _)| *known != locale);
        self.others.push((locale, other));
        self
    }

    /// The one in this language.
    #[must_use]
    pub fn get(&self, locale: Locale) -> &T {
        let found = self.others.iter().find(|(known, _)| *known == locale);
        found.map_or(&self.default, |(_, other)| other)
    }

    /// All of them: the one for all other languages, and then those with a language.
    pub fn iter(&self) -> impl Iterator<Item = (Option<Locale>, &T)> {
        let others = self.others.iter();
        let others = others.map(|(locale, other)| (Some(*locale), other));
        std::iter::once((None, &self.default)).chain(others)
    }
}

/// Checks a provider's template that is configured by `id_key` and `variables`, or in one language
/// by `templates.LANGUAGE.id` and `templates.LANGUAGE.variables`.
pub(crate) fn check_template(
    locale: Option<Locale>,
    (id_key, id_holds, id_problem): (&'static str, bool, &'static str),
    mut variables: impl Iterator<Item = Variable>,
) -> Result<(), SenderConfigError> {
    let key = |plain: &'static str, below: &str| match locale {
        None => Cow::Borrowed(plain),
        Some(locale) => Cow::Owned(format!("templates.{}.{below}", locale.as_str())),
    };
    if !id_holds {
        return Err(SenderConfigError::invalid(key(id_key, "id"), id_problem));
    }
    if !variables.any(|variable| variable == Variable::Code) {
        let key = key("variables", "variables");
        return Err(SenderConfigError::invalid(key, "must contain \"code\""));
    }
    Ok(())
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn numbered_variables_come_in_the_order_of_the_template() {
        let rows: [(&[Variable], _); 3] = [
            (&[Variable::Code], json!(["6532"])),
            (&[Variable::Code, Variable::Minutes], json!(["6532", "5"])),
            (
                &[Variable::Minutes, Variable::Code, Variable::Code],
                json!(["5", "6532", "6532"]),
            ),
        ];
        for (variables, expected) in rows {
            let template = Template {
                id: "1".to_owned(),
                variables: variables.to_vec(),
            };
            let filled = serde_json::to_value(template.filled(&Values::new("6532", 5))).unwrap();
            assert_eq!(filled, expected);
        }
    }

    #[test]
    fn named_variables_have_the_names_of_the_template() {
        let template = NamedTemplate {
            id: "SMS_1".to_owned(),
            variables: vec![
                ("number".to_owned(), Variable::Code),
                ("ttl".to_owned(), Variable::Minutes),
            ],
        };
        let filled = serde_json::to_string(&template.filled(&Values::new("6532", 5))).unwrap();
        assert_eq!(filled, r#"{"number":"6532","ttl":"5"}"#);
    }

    #[test]
    fn variables_are_known_by_their_names_alone() {
        for variable in Variable::ALL {
            assert_eq!(variable.name().parse(), Ok(variable));
        }
        for name in ["", "Code", "{code}", "ttl", "code "] {
            assert_eq!(name.parse::<Variable>(), Err(UnknownVariable), "{name:?}");
        }
    }

    #[test]
    fn each_language_has_its_own_or_that_of_all() {
        let one = Localized::new("all");
        assert_eq!(
            (*one.get(Locale::ZhCn), *one.get(Locale::En)),
            ("all", "all")
        );
        let two = one.with(Locale::En, "first").with(Locale::En, "english");
        assert_eq!(
            (*two.get(Locale::ZhCn), *two.get(Locale::En)),
            ("all", "english")
        );
        let all: Vec<_> = two.iter().collect();
        assert_eq!(all, [(None, &"all"), (Some(Locale::En), &"english")]);
    }

    #[test]
    fn a_template_without_a_code_is_named_by_its_key() {
        let check = |locale, holds, variables: &[Variable]| {
            let id = ("template_id", holds, "must be digits");
            let checked = check_template(locale, id, variables.iter().copied());
            checked.map_err(|error| error.to_string())
        };
        let both = [Variable::Minutes, Variable::Code];
        assert_eq!(check(None, true, &both), Ok(()));
        let rows = [
            (check(None, false, &both), "template_id: must be digits"),
            (check(None, true, &[]), "variables: must contain \"code\""),
            (
                check(Some(Locale::En), false, &both),
                "templates.en.id: must be digits",
            ),
            (
                check(Some(Locale::ZhCn), true, &[Variable::Minutes]),
                "templates.zh-CN.variables: must contain \"code\"",
            ),
        ];
        for (checked, expected) in rows {
            assert_eq!(checked, Err(expected.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn whatever_the_names_are_it_is_one_json_object(name in "\\PC{0,8}", code in "[0-9]{4,10}") {
            let template = NamedTemplate {
                id: String::new(),
                variables: vec![(name.clone(), Variable::Code)],
            };
            let filled = serde_json::to_value(template.filled(&Values::new(&code, 5))).unwrap();
            prop_assert_eq!(filled, json!({name: code}));
        }
    }
}
