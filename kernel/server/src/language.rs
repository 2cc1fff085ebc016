//! What the server asks of a language, in plain values.

use std::collections::BTreeMap;
use std::time::Duration;

use jovial_wire::content::{ErrorContent, MimeBundle};
use serde_json::Value;

/// Names the request that caused some work; output carries it so that it reaches the right cell. Grows by one per request.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct CellId(pub u64);

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum StreamName {
    Stdout,
    Stderr,
}

impl StreamName {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }
}

#[derive(Clone, Debug)]
pub struct LanguageInfo {
    pub implementation: &'static str,
    pub implementation_version: &'static str,
    pub banner: String,
    /// The `language_info` object as clients get it.
    pub language_info: Value,
    pub help_links: Vec<(&'static str, &'static str)>,
}

/// A value in several forms, with what is to be known of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    pub data: MimeBundle,
    pub metadata: MimeBundle,
}

/// One cell to run.
#[derive(Clone, Debug)]
pub struct Execution {
    pub cell: CellId,
    pub code: String,
    pub execution_count: u32,
    pub silent: bool,
    pub store_history: bool,
    /// False too for clients that stop listening at idle.
    pub allow_stdin: bool,
    /// Expressions to evaluate after the code, each for itself.
    pub user_expressions: BTreeMap<String, String>,
    /// How long to wait for what the cell started, if the cell's tags say so.
    pub settle: Option<Duration>,
}

/// How a cell ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    Ok {
        /// The value's forms; `None` shows nothing.
        result: Option<Shown>,
        /// Expression name to its forms or its error.
        user_expressions: BTreeMap<String, Result<Shown, ErrorContent>>,
        /// Such as pages of documentation.
        payload: Vec<Value>,
    },
    Error(ErrorContent),
    /// The code asked for the end of the whole program with this status.
    Halt(i32),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completeness {
    Complete,
    /// With what the next line should begin.
    Incomplete {
        indent: String,
    },
    Invalid,
}

/// What could stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    pub text: String,
    /// Such as `function` or `module`; clients have icons for them.
    pub kind: String,
    pub signature: String,
}

/// Positions count code points.
#[derive(Clone, Debug, Default)]
pub struct Completions {
    pub matches: Vec<Match>,
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputError {
    /// The client that runs the cell takes no input requests.
    NotAllowed,
    /// Interrupted, or the kernel shuts down.
    Cancelled,
}

/// A language that runs cells. Methods may be called from several threads; `execute` never from two at once.
pub trait Language: Send + Sync + 'static {
    fn info(&self) -> LanguageInfo;
    /// Runs a cell to its end, settling included. Output meanwhile goes through the [`Frontend`](crate::Frontend).
    fn execute(&self, execution: Execution) -> Outcome;
    /// Stops the running cell, if any; `execute` then returns soon.
    fn interrupt(&self);
    fn is_complete(&self, code: &str) -> Completeness;
    fn complete(&self, code: &str, cursor: usize) -> Completions;
    fn inspect(&self, code: &str, cursor: usize, detail: u8) -> Option<MimeBundle>;
    /// The kernel ends after this returns.
    fn shutdown(&self);
}
