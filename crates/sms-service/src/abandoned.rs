//! Work that goes on when nobody waits for it any more.

use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinHandle};
use tokio_util::task::TaskTracker;

/// Waits for a task. If the waiting is given up, the task goes on and is counted in `abandoned`.
pub(crate) async fn wait_for<T: Send + 'static>(
    task: JoinHandle<T>,
    abandoned: &TaskTracker,
) -> Result<T, JoinError> {
    let mut waiting = Waiting {
        task: Some(task),
        abandoned,
    };
    let task = waiting.task.as_mut();
    let outcome = task.expect("it is taken only at the end").await;
    waiting.task = None;
    outcome
}

struct Waiting<'a, T: Send + 'static> {
    task: Option<JoinHandle<T>>,
    abandoned: &'a TaskTracker,
}

impl<T: Send + 'static> Drop for Waiting<'_, T> {
    fn drop(&mut self) {
        // Outside of a runtime it is the runtime that ends, and the task with it.
        if let (Some(task), Ok(runtime)) = (self.task.take(), Handle::try_current()) {
            self.abandoned.spawn_on(task, &runtime);
        }
    }
}
