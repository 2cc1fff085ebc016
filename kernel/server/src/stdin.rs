//! Input requests: one at a time, to the client that runs the cell, answered or cancelled.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use jovial_wire::content::InputRequest;
use jovial_wire::{Codec, RawJson, timestamp};

use crate::language::{CellId, InputError};
use crate::zmtp::Socket;

struct Asker {
    cell: CellId,
    identities: Vec<Vec<u8>>,
    parent: RawJson,
    allowed: bool,
}

#[derive(Default)]
struct State {
    asker: Option<Asker>,
    /// A prompt is open; a reply that comes without one is stale and dropped.
    open: bool,
    answer: Option<Result<String, InputError>>,
    socket: Option<Arc<Socket>>,
}

pub(crate) struct Stdin {
    codec: Arc<Codec>,
    state: Mutex<State>,
    changed: Condvar,
    /// Held while a prompt is open, so that a second reader waits its turn.
    turn: Mutex<()>,
}

impl Stdin {
    pub(crate) fn new(codec: Arc<Codec>) -> Self {
        Self { codec, state: Mutex::default(), changed: Condvar::new(), turn: Mutex::new(()) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn attach(&self, socket: Arc<Socket>) {
        self.lock().socket = Some(socket);
    }

    pub(crate) fn begin(&self, cell: CellId, identities: Vec<Vec<u8>>, parent: RawJson, allowed: bool) {
        self.lock().asker = Some(Asker { cell, identities, parent, allowed });
    }

    pub(crate) fn end(&self) {
        self.lock().asker = None;
        self.cancel();
    }

    /// Ends an open prompt without an answer.
    pub(crate) fn cancel(&self) {
        let mut state = self.lock();
        if state.open {
            state.answer = Some(Err(InputError::Cancelled));
            self.changed.notify_all();
        }
    }

    pub(crate) fn reply(&self, value: String) {
        let mut state = self.lock();
        if state.open && state.answer.is_none() {
            state.answer = Some(Ok(value));
            self.changed.notify_all();
        }
    }

    /// Asks the client and waits. Only the cell that runs may ask.
    pub(crate) fn ask(&self, cell: CellId, prompt: &str, password: bool) -> Result<String, InputError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.lock();
        let (Some(asker), Some(socket)) = (&state.asker, &state.socket) else {
            return Err(InputError::NotAllowed);
        };
        if !asker.allowed || asker.cell != cell {
            return Err(InputError::NotAllowed);
        }
        let date = timestamp(SystemTime::now());
        let content = InputRequest { prompt, password };
        let frames = self
            .codec
            .encode(&asker.identities, "input_request", Some(&asker.parent), &content, &date)
            .map_err(|_| InputError::Cancelled)?;
        let identity = asker.identities.first().cloned().unwrap_or_default();
        let socket = Arc::clone(socket);
        state.open = true;
        state.answer = None;
        socket.send_to(&identity, frames.get(1..).unwrap_or_default());
        loop {
            if let Some(answer) = state.answer.take() {
                state.open = false;
                return answer;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
