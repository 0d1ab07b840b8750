//! The resources of the Verify face, one file each: they read the request, call, and answer.

mod services;

pub(crate) use services::{fetch_service, list_services};
