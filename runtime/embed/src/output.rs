//! Where text goes and lines come from.

use std::time::Duration;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    Stdout,
    Stderr,
    /// What the logger says: Elixir's console handler writes it where standard output goes, a notebook shows it as errors.
    Log,
}

/// What came of asking for a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// With its line break, if it had one.
    Line(String),
    End,
    /// Nobody can be asked.
    NotAllowed,
}

/// The host's side of all input and output. Called from many threads.
pub trait Output: Send + Sync + 'static {
    /// Takes text that a cell caused (0: none). Gives the time that the writer should wait before it writes on.
    fn write(&self, cell: u64, stream: Stream, text: &str) -> Duration;
    /// Asks for a line; may block as long as it takes.
    fn read_line(&self, cell: u64, prompt: &str, password: bool) -> Input;
}
