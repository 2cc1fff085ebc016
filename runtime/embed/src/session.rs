//! A session: cells, evaluated in order in one root process.
//!
//! The host's thread hands a cell to the root process and waits. The root compiles and runs one top-level expression after the
//! other (natives in `session_natives`), stores what they bind in its slots, and reports. Then the cell settles: what it
//! started may still write or crash for a moment. When the root dies, a new one takes its place with the bindings of
//! before the cell; when it dies between cells, a thread of this module sees to that. Questions about code (completion,
//! documents) go to the root the same way as cells, so that they see its variables.
//!
//! **Invariants.**
//! 1. The names of slots change only when an expression has succeeded. A slot that holds a value of before the cell is not
//!    written to while the cell runs.
//! 2. At most one cell runs, and no question is asked meanwhile.
//! 3. The first slot belongs to the session itself: the values of the last cells.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jovial_atoms::{Atom, known};
use jovial_compiler::carried::Code;
use jovial_compiler::env::{Env, Var};
use jovial_processes::{Call, Farewell, Reason, Runtime, Start};
use jovial_stdlib::compile::{Library, report};
use jovial_syntax::quoted::{Node, NodeId};
use jovial_term::{Fragment, Heap, Pid, Term};
use parking_lot::{Condvar, Mutex};

use crate::output::{Bundle, Stream};
use crate::system::{FOREVER, Shared, System};

/// How a cell ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evaluation {
    /// Nothing to show.
    Nothing,
    /// The value's forms, among them the text that the shell prints.
    Value(Bundle),
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

/// What a root is asked about a text between cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Question {
    /// What could stand at the end of the text.
    Complete,
    /// What stands at the end of the text, with all that there is to say if the flag is set.
    Inspect(bool),
}

/// What could stand somewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    pub text: String,
    /// `function`, `module`, `instance`, `keyword`, …
    pub kind: String,
    pub signature: String,
}

/// The answer to a question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// So many characters before the end of the text are to be replaced by a candidate.
    Candidates {
        replaced: usize,
        candidates: Vec<Candidate>,
    },
    Document {
        plain: String,
        markdown: String,
    },
    Nothing,
}

/// A cell on its way.
pub(crate) struct Cell {
    pub(crate) number: u64,
    /// Its execution count.
    pub(crate) count: u64,
    /// Its value is remembered.
    pub(crate) remembered: bool,
    /// The root has it.
    pub(crate) taken: bool,
    pub(crate) source: Arc<str>,
    pub(crate) file: Arc<str>,
    /// The sentence about what the parser could not read.
    pub(crate) unreadable: Option<String>,
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
    pub(crate) interrupted: bool,
    halted: Option<i32>,
    /// How long cells settle, once a cell has said so.
    pub(crate) settle_ms: Option<u64>,
    /// The group leaders of cells.
    pub(crate) leaders: Vec<Pid>,
    /// Leaders that there may be before those that nobody refers to are looked for.
    leaders_max: usize,
    pub(crate) answer: Option<Answer>,
    /// Told before the output of the next cell.
    note: Option<String>,
    /// The number of the last cell.
    last: u64,
    /// What the root left behind, once it has ended.
    left: Option<(usize, usize)>,
    /// The limit that the root went over, if that was its end.
    limit: Option<String>,
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
    pub(crate) fn save(&self, root: Pid, farewell: Farewell) {
        let mut state = self.state.lock();
        if state.root == Some(root) {
            state.saved = farewell.slots;
            state.left = Some((farewell.links, farewell.tables));
        }
    }

    /// The processes that work for all cells, whatever their tag: root, group leaders, the registered services.
    pub(crate) fn spared(&self, runtime: &Runtime) -> Vec<Pid> {
        let services = [known::USER, known::STANDARD_ERROR, Atom::new("Elixir.Jovial.CrashLog")];
        let state = self.state.lock();
        let named = services.into_iter().filter_map(|name| runtime.whereis(name));
        state.leaders.iter().copied().chain(state.root).chain(named).collect()
    }

    /// Notes the limit that a process went over.
    pub(crate) fn limited(&self, pid: Pid, limit: &str) {
        let mut state = self.state.lock();
        if state.root == Some(pid) {
            state.limit = Some(limit.to_string());
        }
    }

    pub(crate) fn described(&self, text: String) {
        self.state.lock().described = Some(text);
        self.notify();
    }
}

impl Cell {
    /// The outcome with what the compiler found wrong in place of "errors have been logged". What was found and is not
    /// the cell's error comes back as text for its standard error.
    pub(crate) fn explain(&mut self, outcome: Evaluation) -> (Evaluation, String) {
        let faults = std::mem::take(&mut self.faults);
        let line = |fault: &jovial_compiler::Diagnostic| {
            let line = (fault.line as usize).checked_sub(1)?;
            if fault.file == self.file { self.source.lines().nth(line) } else { None }
        };
        let shown: String = faults.iter().map(|fault| report::format_with(fault, line(fault))).collect();
        match (outcome, faults.first(), self.unreadable.take()) {
            (Evaluation::Error { name, text, .. }, _, Some(message)) => {
                (Evaluation::Error { name, message, text }, String::new())
            }
            (Evaluation::Error { name, .. }, Some(first), None) if name == "CompileError" => {
                let text = format!("** (CompileError)\n{}", shown.trim_end());
                let message = first.message.lines().next().unwrap_or_default().to_string();
                (Evaluation::Error { name, message, text }, String::new())
            }
            (outcome, _, _) => (outcome, shown),
        }
    }
}

/// A cell to run.
pub struct Request<'a> {
    /// Names the work of the cell in output and for its processes.
    pub number: u64,
    /// What traces call it by, and `v/1`.
    pub execution_count: u64,
    pub source: &'a str,
    /// How long what it started may take to settle.
    pub settle: Duration,
    /// Whether `v/1` finds its value.
    pub remembered: bool,
}

/// See the module documentation.
#[derive(Clone)]
pub struct Session {
    system: Arc<System>,
    inner: Arc<Inner>,
}

/// How often an interrupt is looked for while a cell settles.
const SETTLE_STEP: Duration = Duration::from_millis(10);
/// What is waited at least for the last words of a root that died.
const SETTLE_DEAD: Duration = Duration::from_secs(1);
/// How long a root may take to answer a question.
const ANSWER: Duration = Duration::from_secs(3);
/// Leaders of finished cells that are kept without a look at who needs them.
const LEADERS: usize = 100;
/// Processes beyond which nobody is asked for its leader.
const ASKED_MAX: usize = 10_000;

impl Session {
    /// A session with its root process.
    pub fn start(system: System) -> Session {
        let inner = Arc::new(Inner { state: Mutex::default(), changed: Condvar::new() });
        {
            let mut state = inner.state.lock();
            state.next_slot = 1;
            state.leaders_max = LEADERS;
        }
        let _ = system.shared.session.set(Arc::clone(&inner));
        let session = Session { system: Arc::new(system), inner };
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
        state.left = None;
        drop(state);
        self.inner.notify();
        let session = self.clone();
        runtime.watch(root, move |reason| {
            let between_cells = {
                let mut state = session.inner.state.lock();
                state.exited = Some(reason.clone());
                state.cell.is_none() && state.halted.is_none()
            };
            session.inner.notify();
            if between_cells {
                // This is a scheduler's thread; what is to be done now waits for processes.
                let _ = std::thread::Builder::new().name("new root".into()).spawn(move || session.gone_between_cells());
            }
        });
    }

    /// Runs a cell to its end and lets it settle.
    pub fn evaluate(&self, request: &Request<'_>) -> Evaluation {
        let Request { number, source, .. } = *request;
        let file: Arc<str> = format!("cell[{}]", request.execution_count).into();
        let mut options = jovial_syntax::Options { columns: true, ..jovial_syntax::Options::default() };
        let parsed = jovial_syntax::parse(source, &mut options);
        let unreadable = parsed.error().map(|error| error.message.lines().next().unwrap_or_default().to_string());
        if unreadable.is_none() {
            let warnings: String =
                parsed.diagnostics.iter().map(|found| format_warning(&file, source, found)).collect();
            self.shared().output.write(number, Stream::Stderr, &warnings);
        }
        let expressions: VecDeque<NodeId> = match parsed.tree.node(parsed.root) {
            _ if unreadable.is_some() => VecDeque::new(),
            Node::Call { name, args, .. } if name == known::DUNDER_BLOCK => {
                parsed.tree.seq(args).iter().copied().collect()
            }
            _ => VecDeque::from([parsed.root]),
        };
        self.await_root();
        self.run(request, file, Code::from(parsed.tree), expressions, unreadable);
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
        self.wait(None, |state| {
            state.exited.is_some()
                || state.halted.is_some()
                || state.cell.as_ref().is_none_or(|cell| cell.outcome.is_some())
        });
        if self.inner.state.lock().halted.is_none() {
            let limit = if self.system.deterministic { Duration::from_secs(3600) } else { request.settle };
            runtime.let_time_run(false);
            let limit = self.inner.state.lock().settle_ms.map_or(limit, Duration::from_millis);
            // What the root died of is to be told before its end, however busy the machine is.
            let died = !limit.is_zero() && self.inner.state.lock().exited.is_some();
            self.settle(number, if died { limit.max(SETTLE_DEAD) } else { limit });
        }
        let outcome = self.conclude(number);
        self.free_leaders();
        outcome
    }

    /// Waits for the work that the cell caused, up to a limit or an interrupt.
    fn settle(&self, number: u64, limit: Duration) {
        if self.system.deterministic {
            self.system.runtime.settle(number, limit);
            return;
        }
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if self.system.runtime.settle(number, left.min(SETTLE_STEP)) || left.is_zero() {
                return;
            }
            if self.inner.state.lock().interrupted {
                return;
            }
        }
    }

    /// What an expression is worth, evaluated in the root beside the cell that has just ended.
    pub fn evaluate_beside(&self, number: u64, execution_count: u64, source: &str) -> Evaluation {
        let settle = Duration::ZERO;
        self.evaluate(&Request { number, execution_count, source, settle, remembered: false })
    }

    /// Makes the cell the current one.
    fn run(
        &self,
        request: &Request<'_>,
        file: Arc<str>,
        code: Code,
        expressions: VecDeque<NodeId>,
        unreadable: Option<String>,
    ) {
        let Request { number, execution_count, source, remembered, .. } = *request;
        let source: Arc<str> = source.into();
        let library = Library::of(self.system.runtime.machine());
        library.begin_cell(&file, &source);
        self.shared().unread.lock().clear();
        let mut state = self.inner.state.lock();
        let mut env = state.env.take().unwrap_or_else(|| library.new_shell_env(&file));
        env.file = Arc::clone(&file);
        let before = (env.clone(), state.slots.clone());
        state.env = Some(env);
        state.interrupted = false;
        state.last = number;
        state.names.entry(file.to_string()).or_default().push(number);
        let retired = std::mem::take(&mut state.retired);
        state.unused.extend(retired);
        state.cell = Some(Cell {
            number,
            count: execution_count,
            remembered,
            taken: false,
            source,
            file,
            unreadable,
            faults: Vec::new(),
            expressions,
            code: Some(code),
            pending: None,
            before,
            outcome: None,
        });
        let note = state.note.take();
        drop(state);
        if let Some(note) = note {
            self.shared().output.write(number, Stream::Stderr, &note);
        }
    }

    /// Waits until something is so, or a moment has come; whether it is so.
    fn wait(&self, until: Option<Instant>, done: impl Fn(&State) -> bool) -> bool {
        if self.system.deterministic {
            let limit = until.map_or(FOREVER, |until| until.saturating_duration_since(Instant::now()));
            return self.system.runtime.stay_until(limit, || done(&self.inner.state.lock()));
        }
        let mut state = self.inner.state.lock();
        while !done(&state) {
            match until {
                Some(until) => {
                    if self.inner.changed.wait_until(&mut state, until).timed_out() {
                        return done(&state);
                    }
                }
                None => self.inner.changed.wait(&mut state),
            }
        }
        true
    }

    /// A root that died between cells is being replaced for a moment.
    fn await_root(&self) {
        self.wait(Some(Instant::now() + Duration::from_secs(30)), |state| {
            state.halted.is_some() || state.root.is_some() && state.exited.is_none()
        });
    }

    fn conclude(&self, number: u64) -> Evaluation {
        Library::of(self.system.runtime.machine()).end_cell();
        let mut state = self.inner.state.lock();
        let cell = state.cell.take();
        if let Some(status) = state.halted {
            return Evaluation::Halted(status);
        }
        if let Some(reason) = state.exited.clone() {
            let root = state.root.take();
            if let Some(cell) = cell {
                (state.env, state.slots) = (Some(cell.before.0), cell.before.1);
            }
            drop(state);
            let (text, first, note) = self.replace_root(root, &reason);
            self.shared().output.write(number, Stream::Stderr, &note);
            return Evaluation::Exit { reason: format!("shell process exited with reason: {first}"), text };
        }
        let interrupted = state.interrupted;
        drop(state);
        match cell.and_then(|cell| cell.outcome) {
            Some(outcome) if !interrupted => outcome,
            _ => Evaluation::Interrupted { alive: self.alive(number) },
        }
    }

    fn alive(&self, number: u64) -> usize {
        let spared = self.inner.spared(&self.system.runtime);
        self.system.runtime.processes_of(number).into_iter().filter(|pid| !spared.contains(pid)).count()
    }

    /// Starts a new root. Gives the shell's report of the old one's end, the reason's first line, and a note on what is gone.
    fn replace_root(&self, root: Option<Pid>, reason: &Reason) -> (String, String, String) {
        let mut described = self.describe(reason);
        if let Some(limit) = self.inner.state.lock().limit.take() {
            described = format!("{described}; {limit}");
        }
        let pid = root.map_or(String::new(), |pid| format!("#PID<0.{}.{}>", pid.id(), pid.serial()));
        let text = format!("** (EXIT from {pid}) shell process exited with reason: {described}");
        let first = described.lines().next().unwrap_or_default().to_string();
        let (links, tables) = self.inner.state.lock().left.take().unwrap_or_default();
        self.start_root();
        let counted = |count: usize, one: &str, more: &str| match count {
            0 => String::new(),
            1 => format!("; {one}"),
            count => format!("; {count} {more}"),
        };
        let links = counted(links, "1 process was linked to it", "processes were linked to it");
        let tables = counted(tables, "1 table of it was deleted", "tables of it were deleted");
        let note = format!(
            "A new root process has started. Bindings and modules are kept; its mailbox, process dictionary, links and \
             monitors are gone{links}{tables}.\n"
        );
        (text, first, note)
    }

    /// The root died while no cell ran: the last cell hears of it at once, the next one in a line.
    fn gone_between_cells(&self) {
        let (number, root, reason) = {
            let mut state = self.inner.state.lock();
            let Some(reason) = state.exited.clone().filter(|_| state.cell.is_none()) else { return };
            (state.last, state.root.take(), reason)
        };
        let (text, first, note) = self.replace_root(root, &reason);
        self.shared().output.write(number, Stream::Stderr, &format!("{text}\n{note}"));
        let first = first.trim_end_matches(':');
        let note = format!("The root process ended between cells ({first}); a new one has started.\n");
        self.inner.state.lock().note = Some(note);
    }

    /// The reason in the shell's words, made by a process of its own.
    fn describe(&self, reason: &Reason) -> String {
        self.inner.state.lock().described = None;
        let heap = Heap::new();
        let args = [reason.copy_in(&heap)];
        let call = Call::Mfa(Atom::new("Elixir.Jovial.Session"), Atom::new("describe_exit"), &args);
        let Ok(pid) = self.system.runtime.spawn(&Start::new(call)) else { return String::new() };
        let ended = self.inner.clone();
        self.system.runtime.watch(pid, move |_| {
            let mut state = ended.state.lock();
            state.described.get_or_insert_default();
            drop(state);
            ended.notify();
        });
        self.wait(Some(Instant::now() + Duration::from_secs(10)), |state| state.described.is_some());
        self.inner.state.lock().described.take().unwrap_or_default()
    }

    /// Asks the root something about the text before the cursor. Only between cells.
    pub fn ask(&self, question: Question, before: &str, after: &str) -> Answer {
        self.await_root();
        let (root, message) = {
            let mut state = self.inner.state.lock();
            if state.cell.is_some() {
                return Answer::Nothing;
            }
            state.answer = None;
            let heap = Heap::new();
            let word = |text: &str| Term::atom(Atom::new(text));
            let question = match question {
                Question::Complete => word("complete"),
                Question::Inspect(false) => word("inspect"),
                Question::Inspect(true) => word("inspect_all"),
            };
            let texts = [heap.binary(before.as_bytes()), heap.binary(after.as_bytes())];
            let message = heap.tuple(&[word("ask"), question, texts[0], texts[1]]);
            (state.root, Fragment::copy_of(message))
        };
        let (Some(root), Ok(message)) = (root, message) else { return Answer::Nothing };
        let runtime = &self.system.runtime;
        runtime.let_time_run(true);
        runtime.hand(root, message, 0);
        let answered = self.wait(Some(Instant::now() + ANSWER), |state| {
            state.answer.is_some() || state.exited.is_some() || state.halted.is_some()
        });
        runtime.let_time_run(false);
        if !answered {
            runtime.interrupt(root);
        }
        self.inner.state.lock().answer.take().unwrap_or(Answer::Nothing)
    }

    /// Ends the group leaders of finished cells that no process has any more, once there are many.
    fn free_leaders(&self) {
        let runtime = &self.system.runtime;
        let leaders = {
            let mut state = self.inner.state.lock();
            if state.leaders.len() <= state.leaders_max {
                return;
            }
            state.leaders.retain(|leader| runtime.is_alive(*leader));
            state.leaders_max = LEADERS.max(2 * state.leaders.len());
            if state.leaders.len() <= LEADERS {
                return;
            }
            state.leaders.clone()
        };
        if runtime.process_count() > ASKED_MAX {
            return;
        }
        let heap = Heap::new();
        let args = [heap.list(leaders.iter().map(|leader| Term::pid(*leader)).collect::<Vec<_>>())];
        let call = Call::Mfa(Atom::new("Elixir.Jovial.Session"), Atom::new("sweep"), &args);
        // It ends those that nobody has; who is left is seen when there are many again.
        let _ = runtime.spawn(&Start::new(call));
    }

    /// Stops the running cell, or the wait for what it started.
    pub fn interrupt(&self) {
        let mut state = self.inner.state.lock();
        let Some(cell) = &state.cell else { return };
        let settling = cell.outcome.is_some();
        state.interrupted = true;
        let root = state.root.filter(|_| !settling);
        drop(state);
        if let Some(root) = root {
            self.system.runtime.interrupt(root);
        }
    }

    /// Calls the functions given to `System.at_exit/1`, for a moment at most, and ends all processes.
    pub fn stop(&self) {
        let status = self.inner.state.lock().halted.unwrap_or(0);
        self.inner.state.lock().halted.get_or_insert(status);
        self.system.at_exit(status);
        self.system.runtime.stop();
    }
}

fn format_warning(file: &Arc<str>, source: &str, found: &jovial_syntax::Diagnostic) -> String {
    let warning = jovial_compiler::Diagnostic {
        severity: jovial_compiler::Severity::Warning,
        message: found.message.clone(),
        file: Arc::clone(file),
        line: found.line,
        column: found.column,
        span: None,
        place: None,
        snippet: true,
    };
    report::format_with(&warning, source.lines().nth(found.line.saturating_sub(1) as usize))
}
