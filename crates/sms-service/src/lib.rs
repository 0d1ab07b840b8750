#![doc = include_str!("../README.md")]

mod abandoned;
mod check_code;
mod give_picture;
mod note_sender;
mod policy;
mod send_code;
mod service;
mod take_back;

pub use check_code::CheckedCode;
pub use give_picture::Picture;
pub use policy::{CodePolicy, ImagePolicy, Limits, Policy};
pub use send_code::{SendCode, SentCode};
pub use service::{ServiceError, VerificationService};
