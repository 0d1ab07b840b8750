//! The whole server over real HTTP.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod app;
mod at_rest;
mod audit;
mod bad_requests;
mod ccp;
mod check_code;
mod command_line;
mod concurrency;
mod cross_origin;
mod exposition;
mod failover;
mod faults;
mod full_store;
mod give_picture;
mod leaks;
mod limits;
mod metrics;
mod monitoring;
mod ops;
mod overload;
mod process;
mod promql;
mod provider_faults;
mod raw;
mod receipts;
mod receipts_by_provider;
mod redis;
mod send_code;
mod send_test;
mod senders;
mod shutdown;
mod simulate_carrier;
mod simulator;
mod slow_clients;
mod snapshot;
mod stop_under_load;
mod template_senders;
mod test_numbers;
mod tls;
mod topologies;
mod unread_log;
mod verify;
mod verify_guard;
mod verify_services;
