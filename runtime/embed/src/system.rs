//! A running system: the machine with the library, the schedulers, the standard I/O processes.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jovial_atoms::{Atom, known};
use jovial_processes::policy::EventLog;
use jovial_processes::{Call, Cause, Config, Crash, Runtime, Start};
use jovial_stdlib::compile::Library;
use jovial_term::{Fragment, Heap, Pid, Term};
use jovial_vm::{CodeSource, Machine};
use parking_lot::{Condvar, Mutex};

use crate::output::Output;
use crate::{host, session_natives};

/// How long the functions given to `System.at_exit/1` may take when the host ends the system.
const AT_EXIT: Duration = Duration::from_secs(2);

/// How a system starts.
pub struct Options {
    /// Where the library comes from.
    pub library: Box<dyn CodeSource>,
    pub output: Arc<dyn Output>,
    /// What `System.argv()` gives.
    pub argv: Vec<String>,
    /// Makes the run repeatable.
    pub seed: Option<u64>,
    /// Keeps a list of all that the schedulers did, for [`System::events`].
    pub events: bool,
}

/// A stage of compiling, for [`System::show`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    Tokens,
    Quoted,
    /// What is expanded as a whole: bodies of modules and functions have their own time.
    Expanded,
    /// Of the modules that the file defines; what stands outside of functions is run for that.
    Bytecode,
}

/// A limit that is none.
pub(crate) const FOREVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

#[derive(Debug)]
pub enum BootError {
    /// The schedulers could not be started.
    Threads(std::io::Error),
    Driver,
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Threads(error) => write!(f, "cannot start the scheduler threads: {error}"),
            Self::Driver => f.write_str("the compiler's driver could not be loaded"),
        }
    }
}

impl std::error::Error for BootError {}

/// What natives of this crate reach.
pub(crate) struct Shared {
    pub(crate) output: Arc<dyn Output>,
    pub(crate) argv: Vec<String>,
    runtime: OnceLock<Arc<Runtime>>,
    halted: Mutex<Option<i32>>,
    changed: Condvar,
    /// What was read of a line and is not yet asked for.
    pub(crate) unread: Mutex<String>,
    pub(crate) session: OnceLock<Arc<crate::session::Inner>>,
}

impl Shared {
    pub(crate) fn halt(&self, status: i32) {
        self.halted.lock().get_or_insert(status);
        self.changed.notify_all();
        if let Some(session) = self.session.get() {
            session.halted(status);
        }
    }

    pub(crate) fn halted(&self) -> Option<i32> {
        *self.halted.lock()
    }

    pub(crate) fn runtime(&self) -> Option<&Arc<Runtime>> {
        self.runtime.get()
    }

    /// Tells the logger of a process that nobody rescued.
    fn crashed(&self, crash: &Crash) {
        let Some(runtime) = self.runtime.get() else { return };
        let Some(logger) = runtime.whereis(Atom::new("Elixir.Jovial.CrashLog")) else { return };
        let heap = Heap::new();
        let name = crash.name.map_or(Term::NIL, Term::atom);
        let reason = heap.copy_in(crash.reason.root());
        let initial = match crash.initial_call {
            Some((module, function, arity)) => {
                heap.tuple(&[Term::atom(module), Term::atom(function), Term::small32(i32::from(arity))])
            }
            None => Term::NIL,
        };
        if let (Some(limit), Some(session)) = (limit(crash.cause), self.session.get()) {
            session.limited(crash.pid, &limit);
        }
        let word = |text: &str| Term::atom(Atom::new(text));
        let cause = match crash.cause {
            Cause::Error => word("error"),
            Cause::Throw => word("throw"),
            Cause::HeapLimit { wanted: _, max } => heap.tuple(&[word("heap_limit"), Term::count(max)]),
            Cause::TotalLimit { max } => heap.tuple(&[word("total_limit"), Term::count(max)]),
            Cause::OutOfMemory { words } => heap.tuple(&[word("out_of_memory"), Term::count(words)]),
            Cause::Bug => word("internal_error"),
        };
        let message = heap.tuple(&[Term::atom(Atom::new("crash")), Term::pid(crash.pid), name, cause, reason, initial]);
        if let Ok(message) = Fragment::copy_of(message) {
            runtime.send(logger, message, crash.tag);
        }
    }
}

/// The limit that a process went over, if that was its end, in a sentence.
fn limit(cause: Cause) -> Option<String> {
    let size = |words: usize| match words >> 17 {
        0 => format!("{words} words"),
        megabytes => format!("{megabytes} MB"),
    };
    match cause {
        Cause::Error | Cause::Throw | Cause::Bug => None,
        Cause::HeapLimit { wanted: _, max } => {
            Some(format!("its memory went over the limit for a process, {}", size(max)))
        }
        Cause::TotalLimit { max } => {
            Some(format!("it was the largest when all processes together went over their limit, {}", size(max)))
        }
        Cause::OutOfMemory { words } => {
            Some(format!("the system had no memory left for it, it wanted {}", size(words)))
        }
    }
}

/// See the module documentation.
pub struct System {
    pub(crate) shared: Arc<Shared>,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) deterministic: bool,
}

fn io_server() -> Atom {
    Atom::new("Elixir.Jovial.IOServer")
}

impl System {
    /// Starts everything; ready when this returns.
    pub fn boot(options: Options) -> Result<System, BootError> {
        let machine = Arc::new(Machine::new());
        let shared = Arc::new(Shared {
            output: options.output,
            argv: options.argv,
            runtime: OnceLock::new(),
            halted: Mutex::new(None),
            changed: Condvar::new(),
            unread: Mutex::default(),
            session: OnceLock::new(),
        });
        Library::install(&machine, Box::new(Arc::clone(&shared))).map_err(|_| BootError::Driver)?;
        for (module, name, arity, native) in host::TABLE.iter().chain(session_natives::TABLE) {
            machine.register(Atom::new(module), Atom::new(name), *arity, *native);
        }
        if std::env::var_os("JOVIAL_TEST_HOOKS").is_some() {
            machine.register(Atom::new("jovial_test"), Atom::new("panic"), 0, host::panic);
        }
        machine.set_code_source(options.library);
        let mut config = match options.seed {
            // The thread that waits for a result runs the processes: so they wait for all that it does before.
            Some(seed) => Config { schedulers: 0, ..Config::deterministic(seed) },
            None => Config::default(),
        };
        if options.events {
            config.log = EventLog::recording();
        }
        crate::limits::stress();
        let limits = crate::limits::limits();
        config.heap_max_words = limits.process_words;
        config.total_max_words = limits.total_words;
        let crashes = Arc::clone(&shared);
        config.on_crash = Some(Box::new(move |crash| crashes.crashed(crash)));
        let slots = Arc::clone(&shared);
        config.on_slots = Some(Box::new(move |root, farewell| {
            if let Some(session) = slots.session.get() {
                session.save(root, farewell);
            }
        }));
        let runtime = Arc::new(Runtime::start(config, machine).map_err(BootError::Threads)?);
        let _ = shared.runtime.set(Arc::clone(&runtime));
        let system = System { shared, runtime, deterministic: options.seed.is_some() };
        system.start_server("stdout", known::USER);
        system.start_server("stderr", known::STANDARD_ERROR);
        let log = Atom::new("Elixir.Jovial.CrashLog");
        if let Ok(pid) = system.runtime.spawn(&Start::new(Call::Mfa(log, Atom::new("run"), &[]))) {
            system.runtime.register(log, pid);
        }
        Ok(system)
    }

    fn start_server(&self, stream: &str, name: Atom) {
        if let Some(pid) = self.io_server(stream, 0) {
            self.runtime.register(name, pid);
        }
    }

    /// A process that speaks the I/O protocol for a stream.
    pub(crate) fn io_server(&self, stream: &str, tag: u64) -> Option<Pid> {
        let args = [Term::atom(Atom::new(stream))];
        let start = Start { tag, ..Start::new(Call::Mfa(io_server(), Atom::new("run"), &args)) };
        self.runtime.spawn(&start).ok()
    }

    fn main(&self, function: &str, text: &str) -> i32 {
        let heap = Heap::new();
        let args = [heap.binary(text.as_bytes())];
        let leader = self.runtime.whereis(known::USER).map(Term::pid);
        let call = Call::Mfa(Atom::new("Elixir.Jovial.Main"), Atom::new(function), &args);
        let start = Start { group_leader: leader, ..Start::new(call) };
        let Ok(main) = self.runtime.spawn(&start) else { return 1 };
        // A main process that is killed takes the program with it.
        let shared = Arc::clone(&self.shared);
        self.runtime.watch(main, move |_| shared.halt(1));
        self.wait()
    }

    fn wait(&self) -> i32 {
        let mut halted = self.shared.halted.lock();
        loop {
            if let Some(status) = *halted {
                return status;
            }
            if self.deterministic {
                drop(halted);
                self.runtime.stay_until(FOREVER, || self.shared.halted().is_some());
                halted = self.shared.halted.lock();
            } else {
                self.shared.changed.wait(&mut halted);
            }
        }
    }

    /// Calls the functions that were given to `System.at_exit/1`, for a moment at most.
    pub(crate) fn at_exit(&self, status: i32) {
        let args = [Term::small32(status)];
        let leader = self.runtime.whereis(known::USER).map(Term::pid);
        let call = Call::Mfa(Atom::new("Elixir.Jovial.Main"), Atom::new("at_exit"), &args);
        if let Ok(pid) = self.runtime.spawn(&Start { group_leader: leader, ..Start::new(call) }) {
            self.runtime.await_exit(pid, AT_EXIT);
        }
    }

    /// From now on instructions are dispatched by the loop that works everywhere, in place of the quicker form.
    pub fn dispatch_by_loop(&self) {
        self.runtime.machine().set_dispatch(jovial_vm::Dispatch::Loop);
    }

    /// What the schedulers did since the last call, one event a line. Two runs of one program with one seed give the same.
    pub fn events(&self) -> String {
        self.runtime.take_events().iter().map(|event| format!("{event:?}\n")).collect()
    }

    /// Runs a file as `elixir FILE` does; gives the exit status.
    pub fn run(&self, path: &str) -> i32 {
        self.main("run_file", path)
    }

    /// Evaluates a text as `elixir -e` does; gives the exit status.
    pub fn eval(&self, code: &str) -> i32 {
        self.main("eval", code)
    }

    /// Prints what a stage of compiling makes of a file; gives the exit status.
    pub fn show(&self, stage: Stage, path: &str) -> i32 {
        let function = match stage {
            Stage::Tokens => "show_tokens",
            Stage::Quoted => "show_quoted",
            Stage::Expanded => "show_expanded",
            Stage::Bytecode => "show_bytecode",
        };
        self.main(function, path)
    }

    /// Compiles the library that a build was begun for; whether all of it could be.
    pub(crate) fn compile_library(&self) -> bool {
        let call = Call::Mfa(Atom::new("jovial_build"), Atom::new("run"), &[]);
        let Ok(pid) = self.runtime.spawn(&Start::new(call)) else { return false };
        let reason = self.runtime.await_exit(pid, Duration::from_secs(3600));
        reason.is_some_and(|reason| reason.is(known::NORMAL))
    }
}
