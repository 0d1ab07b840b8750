use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use deadpool_redis::redis::aio::SendError;
use deadpool_redis::redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, PushInfo, PushKind, RedisResult, Value,
};
use tokio::sync::Notify;
use tokio::time::sleep;

/// Where a Sentinel says that a primary was replaced: `name old-host old-port new-host new-port`.
const CHANNEL: &str = "+switch-master";
/// How long to wait until a Sentinel that went away is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Listens to one Sentinel for ever, and counts in `switches` whenever the primary called `name`
/// may have been replaced.
pub(super) async fn watch(sentinel: ConnectionInfo, name: Arc<str>, switches: Arc<AtomicU64>) {
    let mut is_first = true;
    loop {
        // It comes back when the connection was lost, or none was to be had.
        let _ = listen(&sentinel, &name, &switches, is_first).await;
        is_first = false;
        sleep(PAUSE).await;
    }
}

async fn listen(
    sentinel: &ConnectionInfo,
    name: &Arc<str>,
    switches: &Arc<AtomicU64>,
    is_first: bool,
) -> RedisResult<()> {
    let lost = Arc::new(Notify::new());
    let config = AsyncConnectionConfig::new().set_push_sender({
        let (name, switches, lost) = (Arc::clone(name), Arc::clone(switches), Arc::clone(&lost));
        move |push: PushInfo| {
            match push.kind {
                PushKind::Message if is_about(&name, &push.data) => count(&switches),
                PushKind::Disconnection => lost.notify_one(),
                _ => {}
            }
            Ok::<(), SendError>(())
        }
    });
    let client = Client::open(sentinel.clone())?;
    let mut connection = client
        .get_multiplexed_async_connection_with_config(&config)
        .await?;
    connection.subscribe(CHANNEL).await?;
    if !is_first {
        // It may have said so while nobody listened.
        count(switches);
    }
    lost.notified().await;
    Ok(())
}

fn count(switches: &AtomicU64) {
    switches.fetch_add(1, Ordering::Release);
}

/// Whether a message, `[channel, text]`, is about the primary of that name.
fn is_about(name: &str, message: &[Value]) -> bool {
    match message {
        [_, Value::BulkString(text)] => text
            .strip_prefix(name.as_bytes())
            .is_some_and(|rest| rest.starts_with(b" ")),
        _ => false,
    }
}
