use std::str::FromStr;

/// The language of messages to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Locale {
    /// Simplified Chinese, `zh-CN`.
    #[default]
    ZhCn,
    /// English, `en`.
    En,
}

impl Locale {
    /// The BCP 47 tag.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }
}

impl FromStr for Locale {
    type Err = UnknownLocale;

    /// # Errors
    ///
    /// Any other tag than `zh-CN` and `en`.
    fn from_str(tag: &str) -> Result<Self, UnknownLocale> {
        match tag {
            "zh-CN" => Ok(Self::ZhCn),
            "en" => Ok(Self::En),
            _ => Err(UnknownLocale(tag.to_owned())),
        }
    }
}

/// A language that there are no messages in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no messages in {0:?}: there are \"zh-CN\" and \"en\"")]
pub struct UnknownLocale(String);

/// How a request ended, as people and programs are told.
///
/// The Chinese texts are those of the view that this service replaces: front ends show them, and
/// some compare them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Message {
    /// A required parameter is missing or empty.
    MissingParameter,
    /// Not a mobile number, or not one that may be sent to.
    BadMobile,
    /// This client address asked too often.
    AddressTooOften,
    /// There is no such picture code, or it expired or was used.
    ImageMissing,
    /// The picture code differs.
    ImageMismatch,
    /// This number was sent to too recently or too often.
    MobileTooOften,
    /// The whole service sent as much as it may. People are told what they are told of a number.
    BudgetSpent,
    /// No sender took the message.
    SendFailed,
    /// The recipient is refused: unsubscribed, or on a list. People are told that sending failed,
    /// and what they can do.
    RecipientRefused,
    /// The message was accepted.
    Sent,
    /// The SMS code is right.
    Verified,
    /// There is no SMS code to compare with.
    CodeMissing,
    /// The SMS code differs.
    CodeMismatch,
    /// Too many wrong codes were given.
    TooManyAttempts,
    /// The store is out of reach.
    Unavailable,
    /// As much is under way as the service takes on; nothing was done.
    Overloaded,
    /// There is nothing at this path.
    NotFound,
    /// The path does not take this method.
    MethodNotAllowed,
    /// The body is larger than any that is meant.
    BodyTooLarge,
    /// The body did not come in time.
    BodyTooSlow,
    /// The body is not in the form that is meant.
    BodyUnreadable,
    /// The path or the query is longer than any that is meant.
    UriTooLong,
    /// The headers are larger than any that are meant.
    HeadersTooLarge,
    /// A page of another origin asked whether it may call, and may not.
    CrossOriginRefused,
}

impl Message {
    /// Every message.
    pub const ALL: [Self; 24] = [
        Self::MissingParameter,
        Self::BadMobile,
        Self::AddressTooOften,
        Self::ImageMissing,
        Self::ImageMismatch,
        Self::MobileTooOften,
        Self::BudgetSpent,
        Self::SendFailed,
        Self::RecipientRefused,
        Self::Sent,
        Self::Verified,
        Self::CodeMissing,
        Self::CodeMismatch,
        Self::TooManyAttempts,
        Self::Unavailable,
        Self::Overloaded,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::BodyTooLarge,
        Self::BodyTooSlow,
        Self::BodyUnreadable,
        Self::UriTooLong,
        Self::HeadersTooLarge,
        Self::CrossOriginRefused,
    ];

    /// Whether the request did what it was for.
    #[must_use]
    pub fn is_success(self) -> bool {
        matches!(self, Self::Sent | Self::Verified)
    }

    /// A stable name for programs, logs and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingParameter => "missing_parameter",
            Self::BadMobile => "bad_mobile",
            Self::AddressTooOften => "address_too_often",
            Self::ImageMissing => "image_missing",
            Self::ImageMismatch => "image_mismatch",
            Self::MobileTooOften => "mobile_too_often",
            Self::BudgetSpent => "budget_spent",
            Self::SendFailed => "send_failed",
            Self::RecipientRefused => "recipient_refused",
            Self::Sent => "sent",
            Self::Verified => "verified",
            Self::CodeMissing => "code_missing",
            Self::CodeMismatch => "code_mismatch",
            Self::TooManyAttempts => "too_many_attempts",
            Self::Unavailable => "unavailable",
            Self::Overloaded => "overloaded",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyTooSlow => "body_too_slow",
            Self::BodyUnreadable => "body_unreadable",
            Self::UriTooLong => "uri_too_long",
            Self::HeadersTooLarge => "headers_too_large",
            Self::CrossOriginRefused => "cross_origin_refused",
        }
    }

    /// The text for people.
    #[must_use]
    pub fn text(self, locale: Locale) -> &'static str {
        match locale {
            Locale::ZhCn => self.chinese(),
            Locale::En => self.english(),
        }
    }

    /// What people can do about it, where the text does not say so and there is anything to do.
    #[must_use]
    pub fn advice(self, locale: Locale) -> Option<&'static str> {
        match (self, locale) {
            // It may have been sent all the same: only a sender would know.
            (Self::SendFailed, Locale::ZhCn) => Some("请稍后再试；若随后收到验证码，仍可使用"),
            (Self::SendFailed, Locale::En) => {
                Some("Please try again later. If a code arrives after all, it works")
            }
            (Self::RecipientRefused, Locale::ZhCn) => {
                Some("该号码无法接收本短信，请换用其他手机号；如曾退订，请恢复接收，或联系客服")
            }
            (Self::RecipientRefused, Locale::En) => Some(
                "This number takes no messages from us. Please use another one; \
                 if you unsubscribed, subscribe again, or ask for help",
            ),
            _ => None,
        }
    }

    fn chinese(self) -> &'static str {
        match self {
            Self::MissingParameter => "缺少必传参数",
            Self::BadMobile => "手机号格式不正确",
            Self::AddressTooOften => "访问过于频繁",
            Self::ImageMissing => "图形验证码失效",
            Self::ImageMismatch => "输入图形验证码有误",
            Self::MobileTooOften | Self::BudgetSpent => "发送短信过于频繁",
            Self::SendFailed | Self::RecipientRefused => "发送短信失败",
            Self::Sent => "发送短信成功",
            Self::Verified => "短信验证码正确",
            Self::CodeMissing => "短信验证码失效",
            Self::CodeMismatch => "输入短信验证码有误",
            Self::TooManyAttempts => "错误次数过多",
            Self::Unavailable | Self::Overloaded => "服务暂不可用",
            Self::NotFound => "请求的资源不存在",
            Self::MethodNotAllowed => "不支持的请求方法",
            Self::BodyTooLarge => "请求内容过大",
            Self::BodyTooSlow => "请求超时",
            Self::BodyUnreadable => "请求内容无法识别",
            Self::UriTooLong => "请求地址过长",
            Self::HeadersTooLarge => "请求头过大",
            Self::CrossOriginRefused => "不允许跨域访问",
        }
    }

    fn english(self) -> &'static str {
        match self {
            Self::MissingParameter => "A required parameter is missing",
            Self::BadMobile => "This is not a mobile number we can send to",
            Self::AddressTooOften => "Too many requests, please try again later",
            Self::ImageMissing => "The picture code has expired",
            Self::ImageMismatch => "The picture code is wrong",
            Self::MobileTooOften => "Too many messages to this number, please try again later",
            Self::BudgetSpent => "Too many messages, please try again later",
            Self::SendFailed | Self::RecipientRefused => "The message could not be sent",
            Self::Sent => "The message is on its way",
            Self::Verified => "The code is right",
            Self::CodeMissing => "The code has expired",
            Self::CodeMismatch => "The code is wrong",
            Self::TooManyAttempts => "Too many wrong codes",
            Self::Unavailable | Self::Overloaded => "The service is unavailable, please try again",
            Self::NotFound => "There is nothing here",
            Self::MethodNotAllowed => "This method is not allowed here",
            Self::BodyTooLarge => "The request is too large",
            Self::BodyTooSlow => "The request took too long",
            Self::BodyUnreadable => "The request can't be read",
            Self::UriTooLong => "The address of the request is too long",
            Self::HeadersTooLarge => "The headers of the request are too large",
            Self::CrossOriginRefused => "Pages of this origin may not call",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_message_has_a_name_and_an_english_text_of_its_own() {
        let names: HashSet<_> = Message::ALL.iter().map(|message| message.name()).collect();
        assert_eq!(names.len(), Message::ALL.len());
        // People are told the same whatever it is that lacks room.
        let same = [Message::Overloaded, Message::RecipientRefused];
        let others = Message::ALL.iter().filter(|m| !same.contains(m));
        let texts: HashSet<_> = others.map(|m| m.text(Locale::En)).collect();
        assert_eq!(texts.len(), Message::ALL.len() - same.len());
    }

    #[test]
    fn advice_is_given_for_failed_sends_in_every_language() {
        for locale in [Locale::ZhCn, Locale::En] {
            let advised = Message::ALL
                .into_iter()
                .filter(|m| m.advice(locale).is_some());
            let advised: Vec<_> = advised.collect();
            assert_eq!(advised, [Message::SendFailed, Message::RecipientRefused]);
        }
    }

    #[test]
    fn a_locale_reads_as_its_tag() {
        for locale in [Locale::ZhCn, Locale::En] {
            assert_eq!(locale.as_str().parse(), Ok(locale));
        }
        assert!("fr".parse::<Locale>().is_err());
    }
}
