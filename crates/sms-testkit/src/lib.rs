//! What the service talks to, for the tests of this workspace: servers that start on free ports
//! and end when dropped.

mod ccp_stub;
mod fault_proxy;
mod http;
mod http_stub;
mod redis_cluster;
mod redis_server;
mod resp;
mod sentinel_group;
mod stub_server;
mod wait;

pub use ccp_stub::{CcpFault, CcpMessage, CcpStub};
pub use fault_proxy::{FaultProxy, NetFault};
pub use http::HttpRequest;
pub use http_stub::{HttpReply, HttpStub};
pub use redis_cluster::RedisCluster;
pub use redis_server::RedisServer;
pub use sentinel_group::SentinelGroup;
pub use wait::wait_until;
