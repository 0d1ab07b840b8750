#![doc = include_str!("../README.md")]

mod ccp;
mod error;
mod failover;
mod message;
mod mock;
mod sender;

#[cfg(feature = "bench")]
#[doc(hidden)]
pub use ccp::bench;
pub use ccp::{CCP_BASE_URL, CcpConfig, CcpConfigError, CcpSender};
pub use error::{ErrorClass, SendError};
pub use failover::{Failover, NoSenders};
pub use message::{Message, MessageId};
pub use mock::{Behaviour, MockSender, SentMessage};
pub use sender::{Receipt, SmsSender};
