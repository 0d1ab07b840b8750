//! A network between server and CCP that fails in every way that networks do.

use std::time::Duration;

use sms_testkit::{CcpStub, FaultProxy, NetFault};

use crate::ccp::Shop;

const OTHER: &str = "13900139000";

fn shop() -> (Shop, FaultProxy) {
    let ccp = CcpStub::start().unwrap();
    let network = FaultProxy::start(ccp.address()).unwrap();
    let base_url = format!("http://{}", network.address());
    (Shop::open_at(ccp, &base_url, &[]), network)
}

#[tokio::test]
async fn invariant_5_whatever_the_network_does_to_a_send_keeps_code_and_slot() {
    let (shop, network) = shop();
    let every = Duration::from_millis(50);
    // Under each fault, how many messages CCP accepts.
    let rows = [
        (NetFault::Slow { bytes: 1, every }, 1),
        (NetFault::HalfClose, 1),
        // The last one: what it holds arrives when it ends.
        (NetFault::Stall, 0),
    ];
    for (row, (fault, accepted)) in rows.into_iter().enumerate() {
        let mobile = format!("1380013800{row}");
        let before = shop.ccp.accepted().len();
        network.set(fault);
        let failed = shop.send_to(&mobile).await;
        failed.is_refusal("发送短信失败");
        assert_eq!(failed.body["outcome"], "send_failed", "{fault:?}");
        let messages = shop.ccp.accepted().split_off(before);
        assert_eq!(messages.len(), accepted, "{fault:?}");
        let code = shop.code_of(&mobile).await.expect("the code");
        assert!(messages.iter().all(|message| message.datas[0] == code));
        assert!(shop.holds_slot_of(&mobile).await, "{fault:?}");
        network.set(NetFault::None);
        shop.send_to(&mobile).await.is_refusal("发送短信过于频繁");
    }
    shop.send_to(OTHER).await.is_success("发送短信成功");
}

#[tokio::test]
async fn invariant_5_a_network_that_is_cut_leaves_code_and_slot_or_neither() {
    let (shop, network) = shop();
    for (row, fault) in [NetFault::Reset, NetFault::Close].into_iter().enumerate() {
        let mobile = format!("1380013800{row}");
        network.set(fault);
        shop.send_to(&mobile).await.is_refusal("发送短信失败");
        assert!(shop.ccp.accepted().is_empty(), "{fault:?}");
        // Whether the connection ended before or after the request was written is a race.
        let has_code = shop.code_of(&mobile).await.is_some();
        assert_eq!(shop.holds_slot_of(&mobile).await, has_code, "{fault:?}");
    }
    network.set(NetFault::None);
    shop.send_to(OTHER).await.is_success("发送短信成功");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again_without_a_second_message() {
    let (shop, network) = shop();
    // Before the head, within it, and within the body.
    for (row, after) in [0, 12, 200].into_iter().enumerate() {
        let mobile = format!("1380013800{row}");
        network.set(NetFault::Truncate { after });
        shop.send_to(&mobile).await.is_success("发送短信成功");
        assert_eq!(network.fault(), NetFault::None, "after {after} bytes");
        let accepted = shop.ccp.accepted();
        assert_eq!(accepted.len(), row + 1, "after {after} bytes");
        assert_eq!(shop.ccp.requests().len(), 2 * (row + 1));
    }
}
