//! An engine whose code is Rust: each process runs a closure, slice by slice.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jovial_atoms::Atom;
use jovial_term::{Heap, OutOfMemory, Pid, Term};
use jovial_vm::{Ctx, Job, Machine, Process, Stop, System};
use parking_lot::Mutex;

use crate::{Call, Config, Engine, Local, Options, Reason, Runtime, Start, of};

/// How a step of a script ends.
pub(crate) enum Step {
    Again,
    Wait,
    /// At most until this monotonic time in ms.
    WaitUntil(u64),
    Offload(Job),
    Done,
}

type Script = Box<dyn FnMut(Local<'_>) -> Step + Send>;

/// What a test shares between its scripts.
#[derive(Clone, Default)]
pub(crate) struct Scripts {
    waiting: Arc<Mutex<HashMap<u64, Script>>>,
    running: Arc<Mutex<HashMap<u64, Script>>>,
    next: Arc<AtomicU64>,
}

impl Scripts {
    /// A script, as the call that runs it: usable once.
    pub(crate) fn add(&self, script: impl FnMut(Local<'_>) -> Step + Send + 'static) -> Term<'static> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.waiting.lock().insert(number, Box::new(script));
        Term::count(number as usize)
    }

    pub(crate) fn spawn(&self, runtime: &Runtime, script: impl FnMut(Local<'_>) -> Step + Send + 'static) -> Pid {
        self.spawn_tagged(runtime, 0, script)
    }

    pub(crate) fn spawn_tagged(
        &self,
        runtime: &Runtime,
        tag: u64,
        script: impl FnMut(Local<'_>) -> Step + Send + 'static,
    ) -> Pid {
        let args = [self.add(script)];
        let start = Start { tag, ..Start::new(run(&args)) };
        runtime.spawn(&start).expect("room for a process")
    }

    /// From within a script.
    pub(crate) fn spawn_from(
        &self,
        local: &Local<'_>,
        options: &Options,
        script: impl FnMut(Local<'_>) -> Step + Send + 'static,
    ) -> Pid {
        let args = [self.add(script)];
        match local.spawn(run(&args), options) {
            Ok(pid) => pid,
            Err(_) => panic!("room for a process"),
        }
    }
}

pub(crate) fn run<'t>(args: &'t [Term<'t>]) -> Call<'t> {
    Call::Mfa(Atom::new("script"), Atom::new("run"), args)
}

impl Engine for Scripts {
    fn start(&self, _machine: &Machine, process: &Process, call: Call<'_>) -> Result<(), OutOfMemory> {
        if let Call::Mfa(_, _, args) = call {
            let number = args[0].as_u64().expect("the number of a script");
            let script = self.waiting.lock().remove(&number).expect("a script that was not run yet");
            self.running.lock().insert(process.pid().number(), script);
        }
        Ok(())
    }

    fn run(&self, machine: &Machine, process: &Process, system: &dyn System, _reductions: u32) -> Stop {
        let pid = process.pid().number();
        let mut script = self.running.lock().remove(&pid).expect("a process that was started");
        let ctx = Ctx::new(process, machine, system);
        let step = match of(&ctx) {
            Ok(local) => script(local),
            Err(_) => panic!("scripts run in a runtime"),
        };
        if !matches!(step, Step::Done) {
            self.running.lock().insert(pid, script);
        }
        match step {
            Step::Again => Stop::Yield,
            Step::Wait => Stop::Wait { deadline_us: None },
            Step::WaitUntil(deadline) => Stop::Wait { deadline_us: Some(deadline * 1_000) },
            Step::Offload(job) => Stop::Offload(job),
            Step::Done => Stop::Done,
        }
    }

    fn interrupt(&self, _machine: &Machine, _process: &Process) {}

    fn collect(&self, _machine: &Machine, _process: &Process) {}

    fn stacktrace<'h>(&self, _machine: &Machine, _process: &Process, _heap: &'h Heap) -> Term<'h> {
        Term::EMPTY_LIST
    }

    fn exit_trace<'h>(&self, _machine: &Machine, _process: &'h Process) -> Term<'h> {
        Term::EMPTY_LIST
    }
}

/// A runtime that runs on the test's thread, in virtual time.
pub(crate) fn inline(seed: u64) -> (Runtime, Scripts) {
    start(Config { schedulers: 0, ..Config::deterministic(seed) })
}

pub(crate) fn start(config: Config) -> (Runtime, Scripts) {
    super::stress();
    let scripts = Scripts::default();
    let runtime = Runtime::start_with(config, Arc::new(Machine::new()), Box::new(scripts.clone()));
    (runtime.expect("threads"), scripts)
}

/// Runs until nothing can happen any more.
pub(crate) fn finish(runtime: &Runtime) {
    runtime.run_until(LONG, || false);
}

/// No test takes that long but when it fails.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// The next message as text, after what arrived was taken in.
pub(crate) fn next_message(local: &Local<'_>) -> Option<String> {
    let guard = crossbeam_epoch::pin();
    if let Some(process) = local.shared().processes.get(local.self_pid().number(), &guard) {
        local.scheduler.catch_up(process, local.vm);
    }
    local.vm.take_message().map(show)
}

pub(crate) fn atom(text: &str) -> Term<'static> {
    Term::atom(Atom::new(text))
}

/// Enough of `inspect` for the messages of the tests.
pub(crate) fn show(term: Term<'_>) -> String {
    if let Some(atom) = term.as_atom() {
        return atom.as_str().into();
    }
    if let Some(pid) = term.as_pid() {
        return format!("<{}>", pid.number());
    }
    if let Some(number) = term.as_i64() {
        return number.to_string();
    }
    if term.is_reference() {
        return "ref".into();
    }
    if let Some(elements) = term.as_tuple() {
        let parts: Vec<String> = elements.iter().map(|element| show(*element)).collect();
        return format!("{{{}}}", parts.join(","));
    }
    if term.is_list() {
        let parts: Vec<String> = term.list_iter().map(show).collect();
        return format!("[{}]", parts.join(","));
    }
    "?".into()
}

pub(crate) fn show_reason(reason: &Reason) -> String {
    show(reason.term())
}
