//! Everything that goes out on iopub, in order, with the header of the cell that caused it.
//!
//! Text is collected for each cell and sent in few, large messages: at the latest [`DELAY`] after it was written, before any
//! other output of that cell, and before its idle. What writes faster than clients take is told how long to wait.
//!
//! **Invariants.**
//! 1. Messages of one cell leave in the order in which they were made, whichever thread made them: all of them
//!    are made under one lock.
//! 2. Only stream text is ever held back, merged or cut.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use jovial_wire::content::{Status, Stream};
use jovial_wire::{Codec, RawJson, timestamp};
use serde::Serialize;

use crate::language::{CellId, StreamName};
use crate::zmtp::Socket;

/// The longest that text waits.
pub(crate) const DELAY: Duration = Duration::from_millis(50);
/// Text that is sent without waiting for more.
const CHUNK: usize = 128 << 10;
/// Bytes per second that the Jupyter server passes on, with room to spare, and the burst before that counts.
const RATE: f64 = 800_000.0;
const BURST: f64 = 2_000_000.0;
/// What a message counts that is no text, in bytes of text: so many a second are passed on.
const MESSAGE: usize = 1_600;
/// Text of a cell that is taken after its idle.
const AFTER_IDLE_MAX: usize = 10 << 20;
/// Cells whose headers are kept for late output.
const CELLS_MAX: usize = 20_000;

struct Cell {
    parent: RawJson,
    /// Text that waits, adjacent parts of one stream joined.
    text: Vec<(StreamName, String)>,
    bytes: usize,
    since: Option<Instant>,
    idle: bool,
    after_idle: usize,
}

struct Running {
    cell: CellId,
    /// The client drops whatever does not belong to this cell.
    takes_all: bool,
}

struct State {
    cells: BTreeMap<CellId, Cell>,
    running: Option<Running>,
    tokens: f64,
    refilled: Instant,
    socket: Option<Arc<Socket>>,
    stopped: bool,
}

pub(crate) struct Publisher {
    codec: Arc<Codec>,
    state: Mutex<State>,
    wake: Condvar,
    /// Late output always goes to its own cell.
    origin_only: bool,
}

impl Publisher {
    pub(crate) fn new(codec: Arc<Codec>, origin_only: bool) -> Self {
        let state = State {
            cells: BTreeMap::new(),
            running: None,
            tokens: BURST,
            refilled: Instant::now(),
            socket: None,
            stopped: false,
        };
        Self { codec, state: Mutex::new(state), wake: Condvar::new(), origin_only }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn attach(&self, socket: Arc<Socket>) {
        self.lock().socket = Some(socket);
    }

    fn post(&self, state: &State, msg_type: &str, parent: Option<&RawJson>, content: &impl Serialize, droppable: bool) {
        let Some(socket) = &state.socket else { return };
        let topic = [msg_type.as_bytes().to_vec()];
        let date = timestamp(SystemTime::now());
        if let Ok(frames) = self.codec.encode(&topic, msg_type, parent.map(AsRef::as_ref), content, &date) {
            socket.broadcast(&frames, droppable);
        }
    }

    /// A message that belongs to no cell's output: status of other requests, shutdown.
    pub(crate) fn post_for(&self, parent: Option<&RawJson>, msg_type: &str, content: &impl Serialize) {
        let state = self.lock();
        self.post(&state, msg_type, parent, content, false);
    }

    pub(crate) fn status(&self, parent: Option<&RawJson>, execution_state: &str) {
        self.post_for(parent, "status", &Status { execution_state });
    }

    /// From now on this cell runs. `takes_all`: its client drops the output of any other.
    pub(crate) fn begin(&self, cell: CellId, parent: RawJson, takes_all: bool) {
        let mut state = self.lock();
        let fresh = Cell { parent, text: Vec::new(), bytes: 0, since: None, idle: false, after_idle: 0 };
        state.cells.insert(cell, fresh);
        state.running = Some(Running { cell, takes_all });
        while state.cells.len() > CELLS_MAX {
            state.cells.pop_first();
        }
    }

    /// The cell's idle: all its text is out before.
    pub(crate) fn end(&self, cell: CellId) {
        let mut state = self.lock();
        self.flush(&mut state, cell);
        if state.running.as_ref().is_some_and(|running| running.cell == cell) {
            state.running = None;
        }
        if let Some(ended) = state.cells.get_mut(&cell) {
            ended.idle = true;
        }
        if let Some(ended) = state.cells.get(&cell) {
            self.post(&state, "status", Some(&ended.parent), &Status { execution_state: "idle" }, false);
        }
    }

    fn route(&self, state: &State, cell: CellId) -> CellId {
        match &state.running {
            Some(running)
                if running.takes_all
                    && !self.origin_only
                    && state.cells.get(&cell).is_none_or(|origin| origin.idle) =>
            {
                running.cell
            }
            Some(_) | None => cell,
        }
    }

    /// Text that a cell caused. Gives the time that its writer should wait before it writes more.
    pub(crate) fn stream(&self, cell: CellId, name: StreamName, text: &str) -> Duration {
        if text.is_empty() {
            return Duration::ZERO;
        }
        let mut guard = self.lock();
        let state = &mut *guard;
        let cell = self.route(state, cell);
        let Some(target) = state.cells.get_mut(&cell) else {
            return Duration::ZERO;
        };
        if target.idle {
            if target.after_idle > AFTER_IDLE_MAX {
                return Duration::ZERO;
            }
            target.after_idle += text.len();
            if target.after_idle > AFTER_IDLE_MAX {
                let note = "\n[this cell wrote more than 10 MB after it had ended; the rest is discarded]\n";
                target.push(StreamName::Stderr, note);
                return Duration::ZERO;
            }
        }
        target.push(name, text);
        if target.bytes >= CHUNK {
            self.flush(state, cell);
        } else {
            self.wake.notify_one();
        }
        state.charge(text.len())
    }

    /// Any other output of a cell: its text first.
    pub(crate) fn output(&self, cell: CellId, msg_type: &str, content: &impl Serialize) {
        let mut state = self.lock();
        let cell = self.route(&state, cell);
        self.flush(&mut state, cell);
        if let Some(target) = state.cells.get(&cell) {
            self.post(&state, msg_type, Some(&target.parent), content, false);
        }
    }

    /// What a program shows in other forms than text. It may show as much and as fast as it likes, so it is told how long to wait.
    pub(crate) fn display(&self, cell: CellId, msg_type: &str, content: &impl Serialize) -> Duration {
        let mut guard = self.lock();
        let state = &mut *guard;
        let cell = self.route(state, cell);
        let Some(target) = state.cells.get_mut(&cell) else { return Duration::ZERO };
        if target.idle {
            if target.after_idle > AFTER_IDLE_MAX {
                return Duration::ZERO;
            }
            target.after_idle += MESSAGE;
        }
        self.flush(state, cell);
        if let Some(target) = state.cells.get(&cell) {
            self.post(state, msg_type, Some(&target.parent), content, false);
        }
        state.charge(MESSAGE)
    }

    /// Sends what waits of this cell.
    pub(crate) fn flush_cell(&self, cell: CellId) {
        let mut state = self.lock();
        self.flush(&mut state, cell);
    }

    fn flush(&self, state: &mut State, cell: CellId) {
        let Some(target) = state.cells.get_mut(&cell) else {
            return;
        };
        target.since = None;
        target.bytes = 0;
        let text = std::mem::take(&mut target.text);
        let Some(target) = state.cells.get(&cell) else {
            return;
        };
        for (name, text) in text {
            self.post(state, "stream", Some(&target.parent), &Stream { name: name.as_str(), text: &text }, true);
        }
    }

    /// Sends text whose time has come; the flushing thread's loop.
    pub(crate) fn flush_loop(&self) {
        let mut state = self.lock();
        while !state.stopped {
            let now = Instant::now();
            let due: Vec<CellId> = state
                .cells
                .iter()
                .filter(|(_, cell)| cell.since.is_some_and(|at| at + DELAY <= now))
                .map(|(id, _)| *id)
                .collect();
            for cell in due {
                self.flush(&mut state, cell);
            }
            let next = state.cells.values().filter_map(|cell| cell.since).min();
            state = match next {
                Some(at) => {
                    let left = (at + DELAY).saturating_duration_since(now);
                    self.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.wake.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Sends all text there is and ends the flushing thread.
    pub(crate) fn stop(&self) {
        let mut state = self.lock();
        let cells: Vec<CellId> =
            state.cells.iter().filter(|(_, cell)| cell.since.is_some()).map(|(id, _)| *id).collect();
        for cell in cells {
            self.flush(&mut state, cell);
        }
        state.stopped = true;
        self.wake.notify_all();
    }
}

impl Cell {
    fn push(&mut self, name: StreamName, text: &str) {
        match self.text.last_mut() {
            Some((last, joined)) if *last == name => joined.push_str(text),
            Some(_) | None => self.text.push((name, text.to_string())),
        }
        self.bytes += text.len();
        self.since.get_or_insert_with(Instant::now);
    }
}

impl State {
    /// Takes tokens for that many bytes; a debt is the time to wait.
    #[allow(clippy::cast_precision_loss, reason = "bytes of one write, far below 2^52")]
    fn charge(&mut self, bytes: usize) -> Duration {
        let now = Instant::now();
        let gained = now.duration_since(self.refilled).as_secs_f64() * RATE;
        self.refilled = now;
        self.tokens = (self.tokens + gained).min(BURST) - bytes as f64;
        if self.tokens >= 0.0 { Duration::ZERO } else { Duration::from_secs_f64(-self.tokens / RATE) }
    }
}
