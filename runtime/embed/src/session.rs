//! A session: cells, evaluated in order in one root process.
//!
//! The host's thread hands a cell to the root process and waits. The root compiles and runs one top-level expression after the
//! other (natives in `session_natives`), stores what they bind in its slots, and reports. Then the cell settles: what it
//! started may still write or crash for a moment. When the root dies, a new one takes its place with the bindings of
//! before the cell.
//!
//! **Invariants.**
//! 1. The names of slots change only when an expression has succeeded. A slot that holds a value of before the cell is not
//!    written to while the cell runs.
//! 2. At most one cell runs.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jovial_atoms::{Atom, known};
use jovial_compiler::carried::Code;
use jovial_compiler::env::{Env, Var};
use jovial_processes::{Call, Reason, Start};
use jovial_stdlib::compile::{Library, report};
use jovial_syntax::quoted::{Node, NodeId};
use jovial_term::{Fragment, Heap, Pid, Term};
use parking_lot::{Condvar, Mutex};

use crate::output::Stream;
use crate::system::{FOREVER, Shared, System};

/// How a cell ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evaluation {
    /// Nothing to show.
    Nothing,
    /// The value as the shell prints it.
    Value(String),
    Error {
        name: String,
        message: String,
        /// The whole text, as the shell prints it.
        text: String,
    },
    /// The root process died; `text` is the shell's report.
    Exit { reason: String, text: String },
    /// Stopped by [`Session::interrupt`]; so many processes of the cell live on.
    Interrupted { alive: usize },
    /// The program ended itself with this status.
    Halted(i32),
}

/// A cell on its way.
pub(crate) struct Cell {
    pub(crate) number: u64,
    source: String,
    /// What was wrong with an expression that could not be compiled.
    pub(crate) faults: Vec<jovial_compiler::Diagnostic>,
    pub(crate) expressions: VecDeque<NodeId>,
    /// Taken out while the compiler works on it.
    pub(crate) code: Option<Code>,
    /// What the expression that runs will have bound, and the env behind it.
    pub(crate) pending: Option<(Env, Vec<Var>)>,
    before: (Env, HashMap<Var, usize>),
    pub(crate) outcome: Option<Evaluation>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) env: Option<Env>,
    pub(crate) slots: HashMap<Var, usize>,
    pub(crate) next_slot: usize,
    /// Slots that can be given out.
    pub(crate) free: Vec<usize>,
    /// Slots whose names were bound anew in this cell; a new root may need them.
    pub(crate) retired: Vec<usize>,
    /// Slots of earlier cells that nothing needs, to be cleared by the root.
    pub(crate) unused: Vec<usize>,
    pub(crate) cell: Option<Cell>,
    root: Option<Pid>,
    /// Why the root ended.
    exited: Option<Reason>,
    /// The values of a root that ended, by slot.
    pub(crate) saved: Vec<Fragment>,
    /// The report of an exit, once made.
    described: Option<String>,
    interrupted: bool,
    halted: Option<i32>,
    /// How long cells settle, once a cell has said so.
    pub(crate) settle_ms: Option<u64>,
    /// The group leaders of cells.
    pub(crate) leaders: Vec<Pid>,
    /// The numbers of cells by the names that traces give them.
    names: HashMap<String, Vec<u64>>,
}

impl State {
    /// The cells that ran under this execution count.
    pub(crate) fn numbers_of(&self, count: u64) -> Vec<u64> {
        self.names.get(&format!("cell[{count}]")).cloned().unwrap_or_default()
    }
}

pub(crate) struct Inner {
    pub(crate) state: Mutex<State>,
    changed: Condvar,
}

impl Inner {
    pub(crate) fn notify(&self) {
        self.changed.notify_all();
    }

    pub(crate) fn halted(&self, status: i32) {
        self.state.lock().halted = Some(status);
        self.notify();
    }

    /// Keeps the values of a root that ended.
    pub(crate) fn save(&self, root: Pid, slots: Vec<Fragment>) {
        let mut state = self.state.lock();
        if state.root == Some(root) {
            state.saved = slots;
        }
    }

    pub(crate) fn described(&self, text: String) {
        self.state.lock().described = Some(text);
        self.notify();
    }
}

impl Cell {
    /// The outcome with what the compiler found wrong in place of "errors have been logged".
    pub(crate) fn explain(&self, outcome: Evaluation) -> Evaluation {
        match (outcome, self.faults.first()) {
            (Evaluation::Error { name, .. }, Some(first)) if name == "CompileError" => {
                let line = |fault: &jovial_compiler::Diagnostic| {
                    self.source.lines().nth((fault.line as usize).checked_sub(1)?)
                };
                let shown = self.faults.iter().map(|fault| report::format_with(fault, line(fault)));
                let text = format!("** (CompileError)\n{}", shown.collect::<String>().trim_end());
                let message = first.message.lines().next().unwrap_or_default().to_string();
                Evaluation::Error { name, message, text }
            }
            (outcome, _) => outcome,
        }
    }
}

/// See the module documentation.
pub struct Session {
    system: System,
    inner: Arc<Inner>,
}

/// What is waited for a cell's work when nobody says otherwise.
pub const SETTLE: Duration = Duration::from_millis(50);

impl Session {
    /// A session with its root process.
    pub fn start(system: System) -> Session {
        let inner = Arc::new(Inner { state: Mutex::default(), changed: Condvar::new() });
        let _ = system.shared.session.set(Arc::clone(&inner));
        let session = Session { system, inner };
        session.start_root();
        session
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.system.shared
    }

    fn start_root(&self) {
        let runtime = &self.system.runtime;
        let leader = runtime.whereis(known::USER).map(Term::pid);
        let call = Call::Mfa(Atom::new("Elixir.Jovial.Session"), Atom::new("start"), &[]);
        let Ok(root) = runtime.spawn(&Start { group_leader: leader, ..Start::new(call) }) else { return };
        let mut state = self.inner.state.lock();
        state.root = Some(root);
        state.exited = None;
        drop(state);
        let inner = Arc::clone(&self.inner);
        runtime.watch(root, move |reason| {
            inner.state.lock().exited = Some(reason.clone());
            inner.notify();
        });
    }

    /// Runs a cell to its end and lets it settle for at most that long. `file` is its name in traces.
    pub fn evaluate(&self, number: u64, file: &str, source: &str, settle: Duration) -> Evaluation {
        let parsed = {
            let mut options = jovial_syntax::Options { columns: true, ..jovial_syntax::Options::default() };
            jovial_syntax::parse(source, &mut options)
        };
        if let Some(error) = parsed.error() {
            return syntax_error(file, source, error);
        }
        let warnings: String = parsed
            .diagnostics
            .iter()
            .map(|found| format!("warning: {}\n  {file}:{}\n\n", found.message, found.line))
            .collect();
        if !warnings.is_empty() {
            self.shared().output.write(number, Stream::Stderr, &warnings);
        }
        let expressions: VecDeque<NodeId> = match parsed.tree.node(parsed.root) {
            Node::Call { name, args, .. } if name == known::DUNDER_BLOCK => {
                parsed.tree.seq(args).iter().copied().collect()
            }
            _ => VecDeque::from([parsed.root]),
        };
        self.run(number, file, source, Code::from(parsed.tree), expressions);
        let runtime = &self.system.runtime;
        runtime.let_time_run(true);
        let Some(leader) = self.system.io_server("stdout", number) else { return Evaluation::Nothing };
        let (root, message) = {
            let mut state = self.inner.state.lock();
            state.leaders.push(leader);
            let heap = Heap::new();
            let message = heap.tuple(&[Term::atom(Atom::new("cell")), Term::pid(leader)]);
            (state.root, Fragment::copy_of(message))
        };
        if let (Some(root), Ok(message)) = (root, message) {
            runtime.hand(root, message, number);
        }
        self.wait(|state| {
            state.exited.is_some()
                || state.halted.is_some()
                || state.cell.as_ref().is_none_or(|cell| cell.outcome.is_some())
        });
        if self.inner.state.lock().halted.is_none() {
            let limit = if self.system.deterministic { Duration::from_secs(3600) } else { settle };
            runtime.let_time_run(false);
            let limit = self.inner.state.lock().settle_ms.map_or(limit, Duration::from_millis);
            runtime.settle(number, limit);
        }
        self.conclude(number)
    }

    /// Makes the cell the current one.
    fn run(&self, number: u64, file: &str, source: &str, code: Code, expressions: VecDeque<NodeId>) {
        let library = Library::of(self.system.runtime.machine());
        let mut state = self.inner.state.lock();
        let mut env = state.env.take().unwrap_or_else(|| library.new_shell_env(file));
        env.file = Arc::from(file);
        let before = (env.clone(), state.slots.clone());
        state.env = Some(env);
        state.interrupted = false;
        state.names.entry(file.to_string()).or_default().push(number);
        let retired = std::mem::take(&mut state.retired);
        state.unused.extend(retired);
        state.cell = Some(Cell {
            number,
            source: source.to_string(),
            faults: Vec::new(),
            expressions,
            code: Some(code),
            pending: None,
            before,
            outcome: None,
        });
    }

    fn wait(&self, done: impl Fn(&State) -> bool) {
        if self.system.deterministic {
            self.system.runtime.stay_until(FOREVER, || done(&self.inner.state.lock()));
            return;
        }
        let mut state = self.inner.state.lock();
        while !done(&state) {
            self.inner.changed.wait(&mut state);
        }
    }

    fn conclude(&self, number: u64) -> Evaluation {
        let mut state = self.inner.state.lock();
        let cell = state.cell.take();
        if let Some(status) = state.halted {
            return Evaluation::Halted(status);
        }
        if let Some(reason) = state.exited.take() {
            let root = state.root.take();
            if let Some(cell) = cell {
                (state.env, state.slots) = (Some(cell.before.0), cell.before.1);
            }
            drop(state);
            return self.root_gone(number, root, &reason);
        }
        let interrupted = state.interrupted;
        drop(state);
        match cell.and_then(|cell| cell.outcome) {
            Some(outcome) if !interrupted => outcome,
            _ => Evaluation::Interrupted { alive: self.alive(number) },
        }
    }

    fn alive(&self, number: u64) -> usize {
        let root = self.inner.state.lock().root;
        self.system.runtime.processes_of(number).into_iter().filter(|pid| Some(*pid) != root).count()
    }

    /// Reports the end of the root and starts a new one.
    fn root_gone(&self, number: u64, root: Option<Pid>, reason: &Reason) -> Evaluation {
        let described = self.describe(reason);
        let pid = root.map_or(String::new(), |pid| format!("#PID<0.{}.{}>", pid.id(), pid.serial()));
        let text = format!("** (EXIT from {pid}) shell process exited with reason: {described}");
        let first = described.lines().next().unwrap_or_default();
        let reason = format!("shell process exited with reason: {first}");
        self.start_root();
        let note = "A new root process has started. Bindings and modules are kept; its mailbox, process dictionary, links and \
                    monitors are gone.\n";
        self.shared().output.write(number, Stream::Stderr, note);
        Evaluation::Exit { reason, text }
    }

    /// The reason in the shell's words, made by a process of its own.
    fn describe(&self, reason: &Reason) -> String {
        self.inner.state.lock().described = None;
        let heap = Heap::new();
        let args = [reason.copy_in(&heap)];
        let call = Call::Mfa(Atom::new("Elixir.Jovial.Session"), Atom::new("describe_exit"), &args);
        let Ok(pid) = self.system.runtime.spawn(&Start::new(call)) else { return String::new() };
        let deadline = Instant::now() + Duration::from_secs(10);
        self.wait(|state| state.described.is_some() || !self.system.runtime.is_alive(pid) || Instant::now() > deadline);
        self.inner.state.lock().described.take().unwrap_or_default()
    }

    /// Stops the running cell.
    pub fn interrupt(&self) {
        let mut state = self.inner.state.lock();
        if state.cell.as_ref().is_none_or(|cell| cell.outcome.is_some()) {
            return;
        }
        state.interrupted = true;
        let root = state.root;
        drop(state);
        if let Some(root) = root {
            self.system.runtime.interrupt(root);
        }
    }

    /// Ends all processes.
    pub fn stop(&self) {
        self.system.runtime.stop();
    }
}

fn syntax_error(file: &str, source: &str, error: &jovial_syntax::Diagnostic) -> Evaluation {
    let place = match error.column {
        Some(column) => format!("{file}:{}:{column}", error.line),
        None => format!("{file}:{}", error.line),
    };
    let mut text = format!("** ({}) invalid syntax found on {place}:\n", error.kind.name());
    if error.kind == jovial_syntax::diagnostics::Kind::TokenMissingError {
        text = format!("** (TokenMissingError) token missing on {place}:\n");
    }
    let pad = " ".repeat(4 + error.line.to_string().len());
    text.push_str(&format!("{pad}error: {}\n{pad}│\n", error.message));
    if let Some(line) = source.lines().nth(error.line.saturating_sub(1) as usize) {
        text.push_str(&format!("  {} │ {line}\n", error.line));
        let column = error.column.unwrap_or(1).saturating_sub(1) as usize;
        text.push_str(&format!("{pad}│ {}^\n{pad}│\n", " ".repeat(column)));
    }
    text.push_str(&format!("{pad}└─ {place}"));
    let message = error.message.lines().next().unwrap_or_default().to_string();
    Evaluation::Error { name: error.kind.name().to_string(), message, text }
}
