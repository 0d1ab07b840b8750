//! Things that are made ahead, each given out once.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Builder, JoinHandle};

/// Things that a thread of the stock's own makes ahead of those who ask.
///
/// The thread starts when something is first asked for, or with [`Stock::fill`]. It sleeps while
/// the stock is nearly full, and ends with the stock. If a thing can't be made, or making it
/// panics, the thread ends; whoever asks next starts another. So what always fails is tried no
/// more often than it is asked for.
pub(crate) struct Stock<T> {
    shelf: Arc<Shelf<T>>,
}

struct Shelf<T> {
    capacity: usize,
    make: Box<dyn Fn() -> Option<T> + Send + Sync>,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    ready: Vec<T>,
    /// Taken, and not settled yet.
    out: usize,
    /// Taken, and never settled: not replaced until others are used.
    lost: usize,
    ended: bool,
    thread: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> Stock<T> {
    /// An empty stock of at most so many things.
    pub(crate) fn new(
        capacity: usize,
        make: impl Fn() -> Option<T> + Send + Sync + 'static,
    ) -> Self {
        let state = State {
            ready: Vec::new(),
            out: 0,
            lost: 0,
            ended: false,
            thread: None,
        };
        Self {
            shelf: Arc::new(Shelf {
                capacity,
                make: Box::new(make),
                state: Mutex::new(state),
                changed: Condvar::new(),
            }),
        }
    }

    /// Begins to make things, rather than when something is first asked for.
    pub(crate) fn fill(&self) {
        self.keep_running(&mut self.shelf.lock());
    }

    /// Takes a thing, if there is one.
    pub(crate) fn take(&self) -> Taken<'_, T> {
        let mut state = self.shelf.lock();
        self.keep_running(&mut state);
        let thing = state.ready.pop();
        state.out += usize::from(thing.is_some());
        Taken {
            shelf: &self.shelf,
            thing,
        }
    }

    /// How many things are ready.
    pub(crate) fn len(&self) -> usize {
        self.shelf.lock().ready.len()
    }

    fn keep_running(&self, state: &mut State<T>) {
        if state.thread.as_ref().is_some_and(|it| !it.is_finished()) {
            return;
        }
        let shelf = Arc::clone(&self.shelf);
        let thread = Builder::new().name("stock".into());
        state.thread = match thread.spawn(move || shelf.keep_full()) {
            Ok(thread) => Some(thread),
            Err(error) => {
                log::warn!("no thread to draw pictures ahead: {error}");
                None
            }
        };
    }
}

impl<T> Drop for Stock<T> {
    fn drop(&mut self) {
        let mut state = self.shelf.lock();
        state.ended = true;
        let thread = state.thread.take();
        drop(state);
        self.shelf.changed.notify_all();
        // For as long as it takes to make one thing at most. That it panicked was said by then.
        drop(thread.map(JoinHandle::join));
    }
}

impl<T> Shelf<T> {
    fn keep_full(&self) {
        let mut state = self.lock();
        loop {
            if state.room(self.capacity) == 0 {
                let idle = |state: &mut State<T>| !state.ended && !self.is_wanting(state);
                let woken = self.changed.wait_while(state, idle);
                state = woken.unwrap_or_else(PoisonError::into_inner);
            }
            if state.ended {
                return;
            }
            drop(state);
            // Those who answer are not to wait until this thread has used up its slice of time.
            thread::yield_now();
            let Some(thing) = (self.make)() else { return };
            state = self.lock();
            state.ready.push(thing);
        }
    }

    /// Whether it is worth waking the thread: not for each thing, as that costs whoever took it.
    fn is_wanting(&self, state: &State<T>) -> bool {
        state.room(self.capacity) >= self.capacity.div_ceil(4)
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    /// How many things are to be made. Those that are out may come back.
    fn room(&self, capacity: usize) -> usize {
        capacity.saturating_sub(self.ready.len() + self.out + self.lost)
    }
}

/// What came of taking a thing: the thing, or none if the stock was empty.
///
/// If it is dropped, its thing is lost: perhaps somebody has seen it. What is lost is replaced
/// slowly, one for each time that something is used. So whoever takes things and uses none makes
/// the stock make none.
pub(crate) struct Taken<'a, T> {
    shelf: &'a Shelf<T>,
    thing: Option<T>,
}

impl<T> Taken<'_, T> {
    /// The thing.
    pub(crate) fn thing(&self) -> Option<&T> {
        self.thing.as_ref()
    }

    /// Uses the thing up, or says that one would have been if there had been one.
    pub(crate) fn used(mut self) -> Option<T> {
        let thing = self.thing.take();
        let mut state = self.shelf.lock();
        state.out -= usize::from(thing.is_some());
        state.lost = state.lost.saturating_sub(1);
        let is_wanting = self.shelf.is_wanting(&state);
        drop(state);
        if is_wanting {
            self.shelf.changed.notify_one();
        }
        thing
    }

    /// Gives the thing back: nobody has seen it, and nobody will because of this.
    pub(crate) fn put_back(mut self) {
        if let Some(thing) = self.thing.take() {
            let mut state = self.shelf.lock();
            state.out -= 1;
            state.ready.push(thing);
        }
    }
}

impl<T> Drop for Taken<'_, T> {
    fn drop(&mut self) {
        if self.thing.is_some() {
            let mut state = self.shelf.lock();
            state.out -= 1;
            state.lost += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const CAPACITY: usize = 8;

    /// A stock of numbers, each made once, and how many were made.
    fn numbers() -> (Stock<usize>, Arc<AtomicUsize>) {
        let made = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&made);
        let stock = Stock::new(CAPACITY, move || {
            Some(counter.fetch_add(1, Ordering::Relaxed))
        });
        (stock, made)
    }

    fn full() -> (Stock<usize>, Arc<AtomicUsize>) {
        let (stock, made) = numbers();
        stock.fill();
        wait_for(&stock, CAPACITY);
        (stock, made)
    }

    fn wait_for<T: Send + 'static>(stock: &Stock<T>, count: usize) {
        while stock.len() != count {
            thread::yield_now();
        }
    }

    #[test]
    fn it_is_empty_until_something_is_asked_for_and_fills_then() {
        let (stock, made) = numbers();
        assert_eq!((stock.len(), made.load(Ordering::Relaxed)), (0, 0));
        assert_eq!(stock.take().used(), None);
        wait_for(&stock, CAPACITY);
        assert_eq!(made.load(Ordering::Relaxed), CAPACITY);
    }

    #[test]
    fn nothing_is_given_out_twice() {
        let (stock, _) = numbers();
        let take = || -> Vec<usize> {
            let taken = (0..20_000).filter_map(|_| stock.take().used());
            taken.collect()
        };
        let given: Vec<usize> = thread::scope(|scope| {
            let threads = [scope.spawn(take), scope.spawn(take), scope.spawn(take)];
            threads.map(|it| it.join().unwrap()).concat()
        });
        let distinct: HashSet<usize> = given.iter().copied().collect();
        assert_eq!(distinct.len(), given.len());
    }

    #[test]
    fn what_was_used_is_replaced_once_it_is_worth_it() {
        let (stock, made) = full();
        stock.take().used().unwrap();
        assert_eq!(stock.len(), CAPACITY - 1);
        stock.take().used().unwrap();
        wait_for(&stock, CAPACITY);
        assert_eq!(made.load(Ordering::Relaxed), CAPACITY + 2);
    }

    #[test]
    fn an_empty_stock_gives_nothing_and_waits_for_nothing() {
        let stock = Stock::new(CAPACITY, || None::<usize>);
        for _ in 0..10 {
            assert_eq!(stock.take().used(), None);
        }
    }

    #[test]
    fn what_is_put_back_is_not_made_anew() {
        let (stock, made) = full();
        for _ in 0..10 {
            let all: Vec<_> = (0..CAPACITY).map(|_| stock.take()).collect();
            assert_eq!(stock.take().thing(), None);
            all.into_iter().for_each(Taken::put_back);
        }
        assert_eq!(stock.len(), CAPACITY);
        assert_eq!(made.load(Ordering::Relaxed), CAPACITY);
    }

    #[test]
    fn what_is_lost_is_not_given_out_and_replaced_as_others_are_used() {
        let (stock, made) = full();
        (0..CAPACITY).for_each(|_| drop(stock.take()));
        assert_eq!(stock.take().thing(), None);
        assert_eq!(made.load(Ordering::Relaxed), CAPACITY);
        for _ in 0..CAPACITY {
            stock.take().used();
        }
        // What is missing then is too little for the thread to wake.
        while stock.len() < CAPACITY - 1 {
            thread::yield_now();
        }
        let given = stock.take().used().unwrap();
        assert!(given >= CAPACITY, "{given} was given out before");
    }

    #[test]
    fn what_may_come_back_and_what_is_lost_is_not_made_anew() {
        let rows = [
            (0, 0, 0, 8),
            (2, 3, 1, 2),
            (0, 8, 0, 0),
            (0, 0, 8, 0),
            (8, 8, 8, 0),
        ];
        for (ready, out, lost, room) in rows {
            let state = State {
                ready: vec![(); ready],
                out,
                lost,
                ended: false,
                thread: None,
            };
            assert_eq!(state.room(CAPACITY), room);
        }
    }

    #[test]
    fn each_use_makes_up_for_one_that_was_lost() {
        let (stock, _) = full();
        let counts = || {
            let state = stock.shelf.lock();
            (state.out, state.lost)
        };
        let taken = stock.take();
        (0..3).for_each(|_| drop(stock.take()));
        assert_eq!(counts(), (1, 3));
        taken.put_back();
        for lost in [3, 2, 1, 0, 0] {
            assert_eq!(counts(), (0, lost));
            stock.take().used();
        }
    }

    #[test]
    fn its_thread_ends_with_it() {
        let (stock, made) = full();
        assert_eq!(Arc::strong_count(&made), 2);
        drop(stock);
        assert_eq!(Arc::strong_count(&made), 1);
    }

    #[test]
    fn it_outlives_a_panic() {
        let calls = AtomicUsize::new(0);
        let stock = Stock::new(CAPACITY, move || {
            let call = calls.fetch_add(1, Ordering::Relaxed);
            assert!(call != 3, "said aloud");
            Some(call)
        });
        stock.fill();
        wait_for(&stock, 3);
        while stock.len() < CAPACITY {
            stock.take().put_back();
            thread::yield_now();
        }
    }
}
