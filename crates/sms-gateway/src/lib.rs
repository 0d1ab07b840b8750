#![doc = include_str!("../README.md")]

mod error;
mod failover;
mod message;
mod mock;
mod sender;

pub use error::{ErrorClass, SendError};
pub use failover::{Failover, NoSenders};
pub use message::{Message, MessageId};
pub use mock::{Behaviour, MockSender, SentMessage};
pub use sender::{Receipt, SmsSender};
