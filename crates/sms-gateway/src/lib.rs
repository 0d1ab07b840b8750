#![doc = include_str!("../README.md")]

mod advice;
mod aliyun;
mod ccp;
mod code_table;
mod error;
mod failover;
mod http;
mod message;
mod mock;
mod own_template;
mod report;
mod segments;
mod sender;
mod sender_config;
mod sha256;
mod template;
mod tencent;
mod text;
mod twilio;
mod webhook;

pub use aliyun::{ALIYUN_ENDPOINT, AliyunConfig, AliyunSender};
#[cfg(feature = "bench")]
#[doc(hidden)]
pub use ccp::bench;
pub use ccp::{CCP_BASE_URL, CcpConfig, CcpReports, CcpSender};
pub use error::{ErrorClass, SendError};
pub use failover::{
    BreakerRules, DeliveryRules, Failover, FailoverRules, Health, HealthWatch, OnUnknown,
    RouteError, Routes, SenderState,
};
pub use message::{Message, MessageId};
pub use mock::{Behaviour, MockSender, SentMessage};
pub use report::{DeliveryReport, ReportFormat, Reports, UnreadableReport};
pub use segments::{Network, segments};
pub use sender::{Receipt, SmsSender};
pub use sender_config::SenderConfigError;
pub use template::{Localized, NamedTemplate, Template, UnknownVariable, Variable};
pub use tencent::{TENCENT_ENDPOINT, TENCENT_REGION, TencentConfig, TencentSender};
pub use text::{TextError, TextTemplate};
pub use twilio::{
    TWILIO_BASE_URL, TwilioConfig, TwilioOrigin, TwilioPayload, TwilioSender, TwilioUser,
    is_signed_by_twilio,
};
pub use webhook::{WebhookConfig, WebhookSender};
