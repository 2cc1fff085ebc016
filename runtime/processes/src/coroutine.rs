//! Rust code that can be paused in the middle, on a stack of its own.
//!
//! **What it is for.** The compiler is deep, recursive Rust that must now and then have a process run Elixir code for it. It runs as
//! a [`Coroutine`]: [`Pause::ask`] hands a request out through [`Coroutine::resume`] and continues when it is resumed with the answer. Whoever holds
//! the coroutine may take minutes, move it to another thread, or drop it.
//!
//! **Invariants.**
//! 1. A body keeps nothing over a pause that belongs to a thread: no lock guard, no borrowed thread-local. It may then be resumed by any thread.
//! 2. Dropping a paused coroutine unwinds its stack, so what it owns is freed.
//! 3. A panic of the body goes on in [`Coroutine::resume`].
//! 4. A stack of which much was used is not kept: its memory goes back to the system.
//!
//! **What it must not know.** Compilers, processes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use corosensei::stack::{DefaultStack, Stack, StackPointer};
use corosensei::{CoroutineResult, Yielder};

/// Address space of a stack; memory is used only where it was touched. Where that much can't be had, less is tried.
const SIZES: [usize; 5] = [4 << 30, 1 << 30, 256 << 20, 64 << 20, 8 << 20];

/// Unused stacks that are kept.
const POOL_MAX: usize = 8;

/// A stack of which more was used than this is not kept.
const KEPT_MAX: usize = 16 << 20;

static POOL: Mutex<Vec<DefaultStack>> = Mutex::new(Vec::new());

/// A stack that goes back to the pool.
struct PooledStack {
    stack: Option<DefaultStack>,
    /// The most of it that was used whenever somebody looked, in bytes.
    used: Arc<AtomicUsize>,
}

impl PooledStack {
    fn new() -> Option<PooledStack> {
        let pooled = POOL.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let stack = pooled.or_else(|| SIZES.iter().find_map(|size| DefaultStack::new(*size).ok()))?;
        Some(PooledStack { stack: Some(stack), used: Arc::default() })
    }

    fn stack(&self) -> &DefaultStack {
        self.stack.as_ref().expect("the stack leaves only when this is dropped")
    }
}

impl Drop for PooledStack {
    fn drop(&mut self) {
        if self.used.load(Ordering::Relaxed) > KEPT_MAX {
            return;
        }
        let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.len() < POOL_MAX
            && let Some(stack) = self.stack.take()
        {
            pool.push(stack);
        }
    }
}

// SAFETY: hands through what `DefaultStack`, which keeps the trait's promises, says of the same memory; the inner
// stack is replaced only in `drop`.
unsafe impl Stack for PooledStack {
    fn base(&self) -> StackPointer {
        self.stack().base()
    }
    fn limit(&self) -> StackPointer {
        self.stack().limit()
    }
}

/// Paused code that takes answers `In`, asks requests `Out` and ends with an `End`.
pub struct Coroutine<In: 'static, Out: 'static, End: 'static> {
    inner: corosensei::Coroutine<In, Out, End, PooledStack>,
}

// SAFETY: the body is `Send` when it is given (bound of `new`), and by invariant 1 nothing on its stack is tied to the thread
// that ran it last.
unsafe impl<In: Send, Out: Send, End: Send> Send for Coroutine<In, Out, End> {}

/// What a body asks with.
pub struct Pause<'a, In, Out> {
    yielder: &'a Yielder<In, Out>,
    /// The ends of the stack, as addresses.
    top: usize,
    limit: usize,
    used: Arc<AtomicUsize>,
}

impl<In, Out> Pause<'_, In, Out> {
    /// How many bytes of stack are left to the code that asks. Deep recursion looks here before it goes on, for how much
    /// stack there is depends on the machine.
    pub fn room(&self) -> usize {
        let here = 0_u8;
        let here = std::ptr::from_ref(std::hint::black_box(&here)).addr();
        let used = self.top.saturating_sub(here);
        if used > self.used.load(Ordering::Relaxed) {
            self.used.store(used, Ordering::Relaxed);
        }
        here.saturating_sub(self.limit)
    }

    /// Pauses with a request and gives the answer.
    pub fn ask(&self, request: Out) -> In {
        self.yielder.suspend(request)
    }
}

/// Why a resumed coroutine came back.
#[derive(Debug)]
pub enum Step<Out, End> {
    Asks(Out),
    Ends(End),
}

/// No stack could be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfStacks;

impl<In: Send + 'static, Out: Send + 'static, End: Send + 'static> Coroutine<In, Out, End> {
    /// A coroutine that begins with the first [`Coroutine::resume`]. The body must keep invariant 1.
    pub fn new(body: impl FnOnce(&Pause<'_, In, Out>, In) -> End + Send + 'static) -> Result<Self, OutOfStacks> {
        let stack = PooledStack::new().ok_or(OutOfStacks)?;
        let (top, limit, used) = (stack.base().get(), stack.limit().get(), Arc::clone(&stack.used));
        let inner = corosensei::Coroutine::with_stack(stack, move |yielder, first| {
            body(&Pause { yielder, top, limit, used }, first)
        });
        Ok(Coroutine { inner })
    }

    /// Runs on until the next request or the end.
    ///
    /// # Panics
    /// If the body panics, or ended before.
    pub fn resume(&mut self, answer: In) -> Step<Out, End> {
        match self.inner.resume(answer) {
            CoroutineResult::Yield(request) => Step::Asks(request),
            CoroutineResult::Return(end) => Step::Ends(end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn counter() -> Coroutine<u32, u32, u32> {
        Coroutine::new(|pause, first: u32| {
            let mut sum = first;
            for round in 0..3 {
                sum += pause.ask(round);
            }
            sum
        })
        .expect("a stack")
    }

    #[test]
    fn asks_and_ends() {
        let mut counter = counter();
        for round in 0..3 {
            assert!(matches!(counter.resume(10), Step::Asks(asked) if asked == round));
        }
        assert!(matches!(counter.resume(1), Step::Ends(31)));
    }

    #[test]
    fn moves_between_threads() {
        let mut counter = counter();
        counter.resume(1);
        let moved = std::thread::spawn(move || {
            counter.resume(1);
            counter
        });
        let mut counter = moved.join().expect("no panic");
        counter.resume(1);
        assert!(matches!(counter.resume(1), Step::Ends(4)));
    }

    #[test]
    fn dropping_frees_what_the_stack_owns() {
        let owned = Arc::new(());
        let held = Arc::clone(&owned);
        let mut paused = Coroutine::<(), (), ()>::new(move |pause, ()| {
            pause.ask(());
            drop(held);
        })
        .expect("a stack");
        paused.resume(());
        assert_eq!(Arc::strong_count(&owned), 2);
        drop(paused);
        assert_eq!(Arc::strong_count(&owned), 1);
    }

    #[test]
    fn a_panic_reaches_who_resumes() {
        let mut bad = Coroutine::<(), (), ()>::new(|_, ()| panic!("inside")).expect("a stack");
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| bad.resume(()))).is_err());
    }

    #[test]
    fn tells_how_much_stack_is_left() {
        fn down(pause: &Pause<'_, (), ()>, depth: u32) -> usize {
            let block = std::hint::black_box([1_usize; 128]);
            if depth == 0 { pause.room() } else { down(pause, depth - 1) + block[5] - 1 }
        }
        let mut asks = Coroutine::<(), (), (usize, usize, usize)>::new(|pause, ()| {
            (pause.room(), down(pause, 10_000), pause.used.load(Ordering::Relaxed))
        })
        .expect("a stack");
        let Step::Ends((before, below, used)) = asks.resume(()) else { panic!("it asks nothing") };
        assert!(before - below > 10_000 * 1024 && used >= before - below);
    }

    #[test]
    fn the_stack_is_deep() {
        fn down(depth: u32) -> u32 {
            let block = std::hint::black_box([depth; 64]);
            if depth == 0 { block[0] } else { down(depth - 1) + block[1] / depth }
        }
        let mut deep = Coroutine::<(), (), u32>::new(|_, ()| down(100_000)).expect("a stack");
        assert!(matches!(deep.resume(()), Step::Ends(100_000)));
    }
}
