//! A stop in the middle of everything costs nobody an answer.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use deadpool_redis::redis::AsyncCommands;
use sms_testkit::{CcpStub, FaultProxy, NetFault};

use crate::ccp::Shop;
use crate::process::Process;
use crate::redis::{connect, put_picture};

const CLIENTS: usize = 50;

fn mobile(client: usize) -> String {
    format!("138{client:08}")
}

/// Writes a request and does not wait for its answer.
fn ask(process: &Process, client: usize) -> TcpStream {
    let mut stream = TcpStream::connect(process.public).unwrap();
    let path = format!(
        "/sms_codes/{}/?image_code=abcd&image_code_id=picture-{client}",
        mobile(client)
    );
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// The whole answer: it ends with the connection.
fn answer(mut stream: TcpStream) -> String {
    let limit = Some(Duration::from_secs(30));
    stream.set_read_timeout(limit).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A shop whose provider can be made to stall, and a picture for each client.
async fn shop(more: &[(&str, &str)]) -> (Shop, FaultProxy) {
    let ccp = CcpStub::start().unwrap();
    let network = FaultProxy::start(ccp.address()).unwrap();
    let base_url = format!("http://{}", network.address());
    let shop = Shop::open_at(ccp, &base_url, more);
    let mut redis = connect(&shop.redis).await;
    for client in 0..CLIENTS {
        put_picture(&mut redis, &format!("picture-{client}")).await;
    }
    (shop, network)
}

#[tokio::test]
async fn sigterm_under_load_costs_no_request_its_answer() {
    let patient = [
        ("SMS__GATEWAY__TIMEOUT_MS", "20000"),
        ("SMS__GATEWAY__DEADLINE_MS", "20000"),
    ];
    let (mut shop, network) = shop(&patient).await;
    network.set(NetFault::Stall);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| ask(&shop.process, client))
        .collect();
    shop.process.signal("TERM");
    shop.process.wait_for_log("stopping: ");
    network.set(NetFault::None);

    for (client, stream) in clients.into_iter().enumerate() {
        let answer = answer(stream);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer:?}");
        assert!(answer.ends_with("\"outcome\":\"sent\"}"), "{answer:?}");
        let message = shop.ccp.accepted_for(&mobile(client));
        let code = shop.code_of(&mobile(client)).await;
        assert_eq!(message.len(), 1);
        assert_eq!(code.as_ref(), Some(&message[0].datas[0]));
    }
    assert!(shop.process.wait().success());
    assert_eq!(shop.ccp.accepted().len(), CLIENTS);
    let mut redis = connect(&shop.redis).await;
    let pictures: Vec<String> = redis.keys("img_*").await.unwrap();
    assert_eq!(pictures, Vec::<String>::new());
}

#[tokio::test]
async fn sends_that_are_cut_off_are_told_and_so_is_what_lets_it_happen() {
    let hasty = [
        ("SMS__SERVER__SHUTDOWN_TIMEOUT_S", "1"),
        ("SMS__GATEWAY__TIMEOUT_MS", "20000"),
        ("SMS__GATEWAY__DEADLINE_MS", "20000"),
    ];
    let (mut shop, network) = shop(&hasty).await;
    assert!(shop.process.log().contains("server.shutdown_timeout_s"));
    network.set(NetFault::Stall);
    let _client = ask(&shop.process, 0);
    while shop.code_of(&mobile(0)).await.is_none() {
        tokio::task::yield_now().await;
    }
    shop.process.signal("TERM");
    assert!(shop.process.wait().success());
    shop.process.wait_for_log("sends cut off: 1;");
}
