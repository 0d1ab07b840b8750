//! How long a request to CCP takes to be written and signed, without a network.

use std::time::Duration;

use criterion::Criterion;
use sms_gateway::bench;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    criterion.bench_function("ccp_request", |b| b.iter(bench::ccp_request()));
    criterion.final_summary();
}
