//! One file a use case: they read the request, call, and answer.

pub(crate) mod check_code;
mod component;
mod demo;
pub(crate) mod give_picture;
mod ops;
mod outbox;
pub(crate) mod send_code;
mod take_reports;
mod unmatched;
pub(crate) mod verify;

pub(crate) use check_code::check_code;
pub(crate) use component::component;
pub(crate) use demo::{asset, demo_page};
pub(crate) use give_picture::give_picture;
pub(crate) use ops::{healthz, metrics, readyz};
pub(crate) use outbox::outbox;
pub(crate) use send_code::send_code;
pub(crate) use take_reports::take_reports;
pub(crate) use unmatched::{not_allowed, not_found};
