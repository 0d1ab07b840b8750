//! How often a request to CCP asks for memory. A counting allocator is in the place of the usual
//! one here, so this test is a program of its own.

use allocation_counter::measure;
use sms_gateway::bench;

/// How often writing and signing may ask: 18 times when this was written, most of them within the
/// HTTP client.
const MOST: u64 = 22;

#[test]
fn a_request_to_ccp_is_written_with_little_memory() {
    let write = bench::ccp_request();
    let counted = measure(|| drop(write()));
    assert!((1..=MOST).contains(&counted.count_total), "{counted:?}");
    assert_eq!(counted.count_current, 0, "{counted:?}");
}
