//! The way from a language to its clients: output of any cell, and questions of the running one.

use std::sync::Arc;
use std::time::Duration;

use jovial_wire::content::DisplayData;
use serde_json::json;

use crate::language::{CellId, InputError, Shown, StreamName};
use crate::publisher::Publisher;
use crate::stdin::Stdin;

/// Shared by everything that writes. All methods may be called at any time from any thread, also when no cell runs.
#[derive(Clone)]
pub struct Frontend {
    publisher: Arc<Publisher>,
    stdin: Arc<Stdin>,
}

impl Frontend {
    pub(crate) fn new(publisher: Arc<Publisher>, stdin: Arc<Stdin>) -> Self {
        Self { publisher, stdin }
    }

    /// Writes text. Gives the time that the writer should wait before it writes more, zero nearly always.
    pub fn stream(&self, cell: CellId, name: StreamName, text: &str) -> Duration {
        self.publisher.stream(cell, name, text)
    }

    /// Shows a value beside the result. With a `display_id`, a later call with `update` replaces it. Gives the time that the caller
    /// should wait before it shows more.
    pub fn display(&self, cell: CellId, shown: &Shown, display_id: Option<&str>, update: bool) -> Duration {
        let Shown { data, metadata } = shown;
        let transient = display_id.map(|id| ("display_id".to_string(), json!(id))).into_iter().collect();
        let msg_type = if update { "update_display_data" } else { "display_data" };
        self.publisher.display(cell, msg_type, &DisplayData { data, metadata, transient })
    }

    /// Clears the cell's output, at once or when the next output comes.
    pub fn clear_output(&self, cell: CellId, wait: bool) -> Duration {
        self.publisher.display(cell, "clear_output", &json!({ "wait": wait }))
    }

    /// Asks the user for a line; blocks until it comes or the cell is interrupted.
    pub fn input(&self, cell: CellId, prompt: &str, password: bool) -> Result<String, InputError> {
        self.publisher.flush_cell(cell);
        self.stdin.ask(cell, prompt, password)
    }

    /// Ends an open question.
    pub fn cancel_input(&self) {
        self.stdin.cancel();
    }
}
