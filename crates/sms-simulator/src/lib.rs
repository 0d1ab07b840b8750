#![doc = include_str!("../README.md")]

mod aliyun;
mod carrier;
mod ccp;
mod clock;
#[cfg(test)]
mod fuzz;
mod inbox;
mod number;
mod page;
mod postman;
mod protocol;
mod reports;
mod request;
mod routes;
mod rules;
mod script;
mod seen;
mod segments;
mod server;
mod template;
mod tencent;
#[cfg(test)]
mod testing;
mod twilio;

pub use aliyun::AliyunAccount;
pub use ccp::{CcpAccount, ReportForm};
pub use reports::Receipts;
pub use request::Provider;
pub use rules::{Fault, Rule};
pub use script::{Callbacks, Limits, Script, ScriptError};
pub use server::{Simulator, serve};
pub use tencent::TencentAccount;
pub use twilio::TwilioAccount;
