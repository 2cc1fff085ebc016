//! Inputs that nobody would write, for the parts that take any input.
//!
//! **What it is for.** [`run`] feeds a [`Target`] with input after input and says which of them broke a promise. `cargo xtask fuzz`
//! does that for as long as one likes, each failure of the past is tried again in `tests/finds.rs`, together with a few seconds of new
//! inputs.
//!
//! **Invariants.**
//! 1. An input follows from target, seed and round alone: a failure repeats without the rounds before it.
//! 2. What takes longer than [`INPUT_MAX`] or holds more than [`MEMORY_MAX`] ends the program; the input lies in a file by then.
//!
//! **What it must not know.** Processes and the library: nothing that is fuzzed here runs code.
#![forbid(unsafe_code)]

mod corpus;
mod random;
mod shrink;
mod targets;
mod text;
pub mod usage;
mod watch;

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Once;
use std::time::{Duration, Instant};
use std::{fmt, panic, thread};

pub use corpus::Corpus;
pub use random::Random;
pub use targets::Target;
use watch::Watch;

/// CPU time for one input. Texts have at most some 100 KiB, which take a hundredth of that.
pub const INPUT_MAX: Duration = Duration::from_secs(10);
/// Bytes that the whole program may hold.
pub const MEMORY_MAX: usize = 3 << 30;
/// Atoms stay for ever; before they run out, a new program has to go on.
const ATOMS_MAX: u32 = 600_000;
/// A part that breaks that often need not be run any longer.
const FAILURES_MAX: usize = 20;

/// What to run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub target: Target,
    pub seed: u64,
    /// The first round.
    pub from: u64,
    pub rounds: u64,
    /// CPU time of this program.
    pub cpu: Duration,
    /// Where inputs are kept while they are tried, so that one that kills the program is known.
    pub folder: Option<PathBuf>,
}

/// Something that broke a promise.
#[derive(Clone, Debug)]
pub struct Failure {
    pub round: u64,
    /// What the panic said, and where.
    pub told: String,
    /// The smallest input found that fails at the same place.
    pub input: Vec<u8>,
}

/// How far it came.
#[derive(Clone, Debug)]
pub struct Report {
    /// The first round that was not run.
    pub next: u64,
    /// Inputs that were valid.
    pub accepted: u64,
    pub failures: Vec<Failure>,
    /// The round that took longest.
    pub slowest: (u64, Duration),
    pub cpu: Duration,
}

/// Runs rounds until they are done, or time, atoms or patience are used up.
///
/// # Panics
/// If no thread can be started.
pub fn run(plan: &Plan) -> Report {
    let (plan, target) = (plan.clone(), plan.target);
    let watch = Watch::start(target, plan.seed, plan.folder.clone());
    on_thread(target, move || rounds(&plan, &watch))
}

/// What is wrong with what a target makes of an input, if anything.
///
/// # Panics
/// If no thread can be started.
pub fn check(target: Target, input: &[u8]) -> Option<String> {
    let (input, watch) = (input.to_vec(), Watch::start(target, 0, None));
    on_thread(target, move || {
        let _running = watch.begin(0, &input);
        attempt(target, &input).err().map(|broken| broken.to_string())
    })
}

const THREAD: &str = "fuzz";

fn on_thread<T: Send + 'static>(target: Target, work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = thread::Builder::new().name(THREAD.to_owned()).stack_size(target.stack_size()).spawn(work);
    thread.expect("a thread").join().expect("panics are caught inside")
}

fn rounds(plan: &Plan, watch: &Watch) -> Report {
    let corpus = Corpus::read();
    let begin = usage::cpu();
    let mut report = Report {
        next: plan.from,
        accepted: 0,
        failures: Vec::new(),
        slowest: (0, Duration::ZERO),
        cpu: Duration::ZERO,
    };
    let mut places = HashSet::new();
    let end = plan.from.saturating_add(plan.rounds);
    while report.next < end && jovial_atoms::count() < ATOMS_MAX && places.len() < FAILURES_MAX {
        let round = report.next;
        let input = plan.target.make(&corpus, &mut Random::of_round(plan.seed, round));
        let timed = || {
            let _running = watch.begin(round, &input);
            let started = Instant::now();
            let outcome = attempt(plan.target, &input);
            (outcome, started.elapsed())
        };
        let (outcome, mut took) = timed();
        report.accepted += u64::from(matches!(outcome, Ok(true)));
        if took > report.slowest.1 {
            // Once more: others may have been at work on this machine.
            took = took.min(timed().1);
        }
        if took > report.slowest.1 {
            report.slowest = (round, took);
        }
        if let Err(broken) = outcome
            && places.insert(broken.place.clone())
        {
            let input = shrink::shrink(input, |smaller| {
                let _running = watch.begin(round, smaller);
                attempt(plan.target, smaller).is_err_and(|other| other.place == broken.place)
            });
            report.failures.push(Failure { round, told: broken.to_string(), input });
        }
        report.next += 1;
        if round.is_multiple_of(64) && usage::cpu().saturating_sub(begin) >= plan.cpu {
            break;
        }
    }
    report.cpu = usage::cpu().saturating_sub(begin);
    report
}

#[derive(Clone, Debug)]
struct Broken {
    /// File and line: failures at one place count once.
    place: String,
    message: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

thread_local! {
    static BROKEN: RefCell<Option<Broken>> = const { RefCell::new(None) };
}

/// On threads of ours a panic is noted instead of being written.
fn note_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |told| {
            if thread::current().name() != Some(THREAD) {
                return hook(told);
            }
            let place = told.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
            let message = told.payload_as_str().unwrap_or("no message").to_owned();
            BROKEN.set(Some(Broken { place, message }));
        }));
    });
}

/// What [`Target::check`] gives, or what it says in a panic.
fn attempt(target: Target, input: &[u8]) -> Result<bool, Broken> {
    note_panics();
    panic::catch_unwind(|| target.check(input)).map_err(|_| {
        let unknown = Broken { place: "?".to_owned(), message: "no message".to_owned() };
        BROKEN.take().unwrap_or(unknown)
    })
}
