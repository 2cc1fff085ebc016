//! Contents of the messages that this kernel reads and writes, a struct for each where the fields are fixed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Representations of one value by MIME type.
pub type MimeBundle = BTreeMap<String, Value>;

#[derive(Clone, Debug, Deserialize)]
pub struct ExecuteRequest {
    pub code: String,
    #[serde(default)]
    pub silent: bool,
    #[serde(default = "yes")]
    pub store_history: bool,
    #[serde(default)]
    pub user_expressions: BTreeMap<String, String>,
    #[serde(default = "yes")]
    pub allow_stdin: bool,
    #[serde(default = "yes")]
    pub stop_on_error: bool,
}

fn yes() -> bool {
    true
}

/// `cursor_pos` counts code points, also beyond the basic plane.
#[derive(Clone, Debug, Deserialize)]
pub struct CompleteRequest {
    pub code: String,
    pub cursor_pos: usize,
}

#[derive(Clone, Debug, Deserialize)]
pub struct InspectRequest {
    pub code: String,
    pub cursor_pos: usize,
    #[serde(default)]
    pub detail_level: u8,
}

#[derive(Clone, Debug, Deserialize)]
pub struct IsCompleteRequest {
    pub code: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct ShutdownRequest {
    #[serde(default)]
    pub restart: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct HistoryRequest {
    #[serde(default)]
    pub output: bool,
    pub hist_access_type: String,
    #[serde(default)]
    pub session: i64,
    #[serde(default)]
    pub start: Option<i64>,
    #[serde(default)]
    pub stop: Option<i64>,
    #[serde(default)]
    pub n: Option<usize>,
    #[serde(default)]
    pub pattern: Option<String>,
    #[serde(default)]
    pub unique: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct InputReply {
    #[serde(default)]
    pub value: String,
}

/// An error as `error` messages and replies show it.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct ErrorContent {
    pub ename: String,
    pub evalue: String,
    pub traceback: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Stream<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

#[derive(Clone, Debug, Serialize)]
pub struct Status<'a> {
    pub execution_state: &'a str,
}

#[derive(Clone, Debug, Serialize)]
pub struct ExecuteInput<'a> {
    pub code: &'a str,
    pub execution_count: u32,
}

#[derive(Clone, Debug, Serialize)]
pub struct ExecuteResult<'a> {
    pub execution_count: u32,
    pub data: &'a MimeBundle,
    pub metadata: &'a MimeBundle,
}

#[derive(Clone, Debug, Serialize)]
pub struct DisplayData<'a> {
    pub data: &'a MimeBundle,
    pub metadata: &'a MimeBundle,
    pub transient: MimeBundle,
}

#[derive(Clone, Debug, Serialize)]
pub struct InputRequest<'a> {
    pub prompt: &'a str,
    pub password: bool,
}
