//! The server around the use cases: configuration, HTTP, logs and metrics. The only crate that
//! picks a backend.
//!
//! It is a library so that tests can start the whole of it on a free port; see [`Server`].

pub mod config;

mod access_log;
mod admin;
mod audit;
mod body;
mod cli;
mod client_address;
mod component;
mod cross_origin;
mod demo;
mod edge;
mod excess;
mod face;
mod handlers;
mod head_limits;
mod healths;
mod idle;
mod logging;
mod measured_sender;
mod measured_store;
mod metrics;
mod openapi;
mod pulling;
mod query;
mod rate_limit;
mod receivers;
mod recorder;
mod reply;
mod request_id;
mod routes;
mod send_test;
mod server;
mod simulate_carrier;
mod snapshots;
mod tls;
mod trace;
mod verify;
mod wiring;

pub use cli::run;
pub use openapi::openapi;
pub use server::{Server, ServerError};
pub use wiring::{Parts, WiringError};
