//! Real servers for the tests of this workspace: they start on free ports and end when dropped.

mod redis_server;

pub use redis_server::RedisServer;
