//! Work that goes on when nobody waits for it any more.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

/// Does `work` in the place of whoever waits for it, which costs less than a task of its own. If the
/// waiting is given up once it has begun, a task takes it over, and is counted in `abandoned`.
pub(crate) fn carry_through<F>(work: F, abandoned: &TaskTracker) -> CarriedThrough<'_, F>
where
    F: Future<Output: Send> + Send + 'static,
{
    CarriedThrough {
        work: Some(Box::pin(work)),
        abandoned,
    }
}

pub(crate) struct CarriedThrough<'a, F: Future<Output: Send> + Send + 'static> {
    work: Option<Pin<Box<F>>>,
    abandoned: &'a TaskTracker,
}

impl<F: Future<Output: Send> + Send + 'static> Future for CarriedThrough<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // Out of here while it is polled: what panics must not be taken over.
        let mut work = self.work.take().expect("nobody polls after the end");
        let outcome = work.as_mut().poll(context);
        if outcome.is_pending() {
            self.work = Some(work);
        }
        outcome
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for CarriedThrough<'_, F> {
    fn drop(&mut self) {
        // Outside of a runtime it is the runtime that ends, and the work with it.
        if let (Some(work), Ok(runtime)) = (self.work.take(), Handle::try_current()) {
            self.abandoned.spawn_on(work, &runtime);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::task::Waker;

    use super::*;

    #[tokio::test]
    async fn what_panicked_is_not_taken_over() {
        let abandoned = TaskTracker::new();
        let work = std::future::poll_fn(|_| -> Poll<()> { panic!("said aloud") });
        let mut carried = Box::pin(carry_through(work, &abandoned));
        let mut context = Context::from_waker(Waker::noop());
        let polled = catch_unwind(AssertUnwindSafe(|| carried.as_mut().poll(&mut context)));
        assert!(polled.is_err());
        drop(carried);
        assert!(abandoned.is_empty());
    }
}
