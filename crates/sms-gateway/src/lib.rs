#![doc = include_str!("../README.md")]

mod error;
mod message;
mod sender;

pub use error::{ErrorClass, SendError};
pub use message::{Message, MessageId};
pub use sender::{Receipt, SmsSender};
