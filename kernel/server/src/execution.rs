//! Execute requests: counting, ordering, aborting.
//!
//! After an error of a request that says so, every execute request that waits at that moment is answered `aborted`; other requests, and
//! those that come later, are served. A marker at the end of the queue says where "that moment" is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use jovial_wire::WireMessage;
use jovial_wire::content::{ErrorContent, ExecuteInput, ExecuteRequest, ExecuteResult, HistoryRequest};
use serde_json::{Map, Value, json};

use crate::history::History;
use crate::language::{CellId, Execution, Outcome, Shown};
use crate::server::{Shared, Waiting, failure, reply};
use crate::zmtp::Socket;

pub(crate) struct Executor {
    shared: Arc<Shared>,
    socket: Arc<Socket>,
    count: u32,
    cells: u64,
    aborting: bool,
    history: History,
}

impl Executor {
    pub(crate) fn new(shared: Arc<Shared>, socket: Arc<Socket>) -> Self {
        Self { shared, socket, count: 0, cells: 0, aborting: false, history: History::default() }
    }

    pub(crate) fn history(&self, request: &HistoryRequest) -> Value {
        self.history.find(request)
    }

    pub(crate) fn abort_end(&mut self) {
        self.aborting = false;
    }

    /// Answers an execute request. Whether there are more to be answered: none is once the program has ended itself.
    pub(crate) fn execute(&mut self, message: WireMessage) -> bool {
        let publisher = Arc::clone(&self.shared.publisher);
        let parent = message.raw_header.clone();
        publisher.status(Some(&parent), "busy");
        if self.aborting {
            reply(&self.shared, &self.socket, &message, "execute_reply", &json!({ "status": "aborted" }));
            publisher.status(Some(&parent), "idle");
            return true;
        }
        let request = match serde_json::from_value::<ExecuteRequest>(message.content.clone()) {
            Ok(request) => request,
            Err(error) => {
                let content = failure("ProtocolError", &error.to_string());
                reply(&self.shared, &self.socket, &message, "execute_reply", &content);
                publisher.status(Some(&parent), "idle");
                return true;
            }
        };
        self.cells += 1;
        let cell = CellId(self.cells);
        let counted = request.store_history && !request.silent;
        if counted {
            self.count += 1;
        }
        let execution_count = self.count;
        publisher.begin(cell, parent.clone(), !request.allow_stdin);
        self.shared.stdin.begin(cell, message.identities.clone(), parent, request.allow_stdin);
        if !request.silent {
            publisher.output(cell, "execute_input", &ExecuteInput { code: &request.code, execution_count });
        }
        let execution = Execution {
            cell,
            code: request.code.clone(),
            execution_count,
            silent: request.silent,
            store_history: request.store_history,
            allow_stdin: request.allow_stdin,
            user_expressions: request.user_expressions.clone(),
            settle: settle_tag(&message.metadata),
        };
        let language = Arc::clone(self.shared.language());
        let outcome = catch_unwind(AssertUnwindSafe(|| language.execute(execution))).unwrap_or_else(|_| {
            Outcome::Error(ErrorContent {
                ename: "InternalError".into(),
                evalue: "the kernel failed while it ran this cell; its state is kept".into(),
                traceback: vec![
                    "** (InternalError) the kernel failed while it ran this cell; its state is kept".into(),
                ],
            })
        });
        self.shared.stdin.end();
        let mut shown = None;
        let mut halt = None;
        let content = match outcome {
            Outcome::Ok { result, user_expressions, payload } => {
                if let Some(Shown { data, metadata }) = result.filter(|_| !request.silent) {
                    shown = data.get("text/plain").and_then(Value::as_str).map(str::to_string);
                    let content = ExecuteResult { execution_count, data: &data, metadata: &metadata };
                    publisher.output(cell, "execute_result", &content);
                }
                let expressions: Map<String, Value> =
                    user_expressions.into_iter().map(|(name, value)| (name, user_expression(value))).collect();
                json!({
                    "status": "ok",
                    "execution_count": execution_count,
                    "user_expressions": expressions,
                    "payload": payload,
                })
            }
            Outcome::Error(error) => {
                publisher.output(cell, "error", &error);
                if request.stop_on_error && !request.silent {
                    self.aborting = true;
                    self.shared.shell_queue.push(Waiting::AbortEnd);
                }
                json!({
                    "status": "error",
                    "execution_count": execution_count,
                    "ename": error.ename,
                    "evalue": error.evalue,
                    "traceback": error.traceback,
                    "user_expressions": {},
                    "payload": [],
                })
            }
            Outcome::Halt(status) => {
                halt = Some(status);
                json!({ "status": "ok", "execution_count": execution_count, "user_expressions": {}, "payload": [] })
            }
        };
        if counted {
            self.history.add(execution_count, &request.code, shown);
        }
        publisher.flush_cell(cell);
        reply(&self.shared, &self.socket, &message, "execute_reply", &content);
        publisher.end(cell);
        if let Some(status) = halt {
            self.shared.language().shutdown();
            self.shared.finish(status);
        }
        halt.is_none()
    }
}

fn user_expression(value: Result<Shown, ErrorContent>) -> Value {
    match value {
        Ok(Shown { data, metadata }) => json!({ "status": "ok", "data": data, "metadata": metadata }),
        Err(error) => json!({
            "status": "error", "ename": error.ename, "evalue": error.evalue, "traceback": error.traceback,
        }),
    }
}

/// A cell tag `settle=MS` in the request's metadata.
fn settle_tag(metadata: &Value) -> Option<Duration> {
    let tags = metadata.get("tags").or_else(|| metadata.pointer("/cell/tags"))?.as_array()?;
    let text = tags.iter().filter_map(Value::as_str).find_map(|tag| tag.strip_prefix("settle="))?;
    text.parse().ok().map(Duration::from_millis)
}
