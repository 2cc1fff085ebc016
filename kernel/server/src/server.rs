//! The server: binds the sockets, runs the shell and control threads and answers requests.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use jovial_wire::content::{
    CompleteRequest, HistoryRequest, InputReply, InspectRequest, IsCompleteRequest, ShutdownRequest,
};
use jovial_wire::{Codec, Connection, PROTOCOL_VERSION, Transport, WireMessage, timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::execution::Executor;
use crate::frontend::Frontend;
use crate::language::{Completeness, Completions, Language};
use crate::parent;
use crate::publisher::Publisher;
use crate::stdin::Stdin;
use crate::zmtp::{Kind, Socket};

/// How long shutdown waits for replies to leave.
const LINGER: Duration = Duration::from_millis(500);
/// Requests that may wait on one channel; beyond it a client is flooding and is not read any further.
const QUEUE_MAX: usize = 100_000;

#[derive(Debug)]
pub enum StartError {
    /// The port (or path suffix) that could not be bound.
    Bind(u16, io::Error),
    Thread(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind(at, error) => write!(f, "cannot listen at {at}: {error}"),
            Self::Thread(error) => write!(f, "cannot start a thread: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

/// What waits on the shell channel.
#[expect(clippy::large_enum_variant, reason = "nearly all of them are requests")]
pub(crate) enum Waiting {
    Request(WireMessage),
    /// Execute requests before it are aborted.
    AbortEnd,
}

#[derive(Default)]
pub(crate) struct Queue {
    waiting: Mutex<VecDeque<Waiting>>,
    changed: Condvar,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push(&self, item: Waiting) {
        let mut waiting = self.lock();
        if waiting.len() < QUEUE_MAX {
            waiting.push_back(item);
            self.changed.notify_one();
        }
    }

    fn pop(&self) -> Waiting {
        let mut waiting = self.lock();
        loop {
            if let Some(item) = waiting.pop_front() {
                return item;
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// State that the channels share.
pub(crate) struct Shared {
    pub(crate) codec: Arc<Codec>,
    pub(crate) publisher: Arc<Publisher>,
    pub(crate) stdin: Arc<Stdin>,
    pub(crate) language: OnceLock<Arc<dyn Language>>,
    pub(crate) shell_queue: Queue,
    control_queue: Queue,
    connection: Connection,
    finished: Mutex<Option<i32>>,
    finish: Condvar,
}

/// Which socket a request came by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Shell,
    Control,
}

pub struct Server {
    shared: Arc<Shared>,
    sockets: Vec<Arc<Socket>>,
    shell: Arc<Socket>,
    control: Arc<Socket>,
}

impl Shared {
    pub(crate) fn language(&self) -> &Arc<dyn Language> {
        self.language.get().expect("requests are served only after the language was set (Server::run)")
    }

    pub(crate) fn finish(&self, status: i32) {
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        finished.get_or_insert(status);
        self.finish.notify_all();
    }

    pub(crate) fn interrupt(&self) {
        self.stdin.cancel();
        self.language().interrupt();
    }
}

impl Server {
    /// Binds all five sockets. `late_output_to_origin`: late text of a finished cell never goes to the running one.
    pub fn start(connection: Connection, late_output_to_origin: bool) -> Result<Self, StartError> {
        let codec = Arc::new(Codec::new(&connection.key));
        let publisher = Arc::new(Publisher::new(Arc::clone(&codec), late_output_to_origin));
        let stdin = Arc::new(Stdin::new(Arc::clone(&codec)));
        let shared = Arc::new(Shared {
            codec,
            publisher,
            stdin,
            language: OnceLock::new(),
            shell_queue: Queue::default(),
            control_queue: Queue::default(),
            connection: connection.clone(),
            finished: Mutex::new(None),
            finish: Condvar::new(),
        });
        let ipc = connection.transport == Transport::Ipc;
        let bind = |kind, at: u16, handler| {
            Socket::bind(kind, &connection.ip, at, ipc, handler).map_err(|error| StartError::Bind(at, error))
        };
        let requests = |channel: Channel| {
            let shared = Arc::clone(&shared);
            Box::new(move |peer: &Arc<crate::zmtp::Peer>, mut frames: Vec<Vec<u8>>| {
                frames.insert(0, peer.identity.clone());
                if let Ok(message) = shared.codec.decode(frames) {
                    let queue = match channel {
                        Channel::Shell => &shared.shell_queue,
                        Channel::Control => &shared.control_queue,
                    };
                    queue.push(Waiting::Request(message));
                }
            })
        };
        let shell = bind(Kind::Router, connection.shell_port, requests(Channel::Shell))?;
        let control = bind(Kind::Router, connection.control_port, requests(Channel::Control))?;
        let replies = Arc::clone(&shared);
        let stdin = bind(
            Kind::Router,
            connection.stdin_port,
            Box::new(move |peer, mut frames| {
                frames.insert(0, peer.identity.clone());
                if let Ok(message) = replies.codec.decode(frames)
                    && message.header.msg_type == "input_reply"
                    && let Ok(reply) = serde_json::from_value::<InputReply>(message.content)
                {
                    replies.stdin.reply(reply.value);
                }
            }),
        )?;
        let heartbeat = bind(
            Kind::Rep,
            connection.hb_port,
            Box::new(|peer, frames| {
                // The very frames come back, envelope and all.
                peer.send(Arc::new(crate::zmtp::encode(&frames)), false);
            }),
        )?;
        let welcome = Arc::clone(&shared);
        let iopub = bind(
            Kind::Xpub,
            connection.iopub_port,
            Box::new(move |peer, frames| {
                if let Some((1, topic)) = frames.first().and_then(|frame| frame.split_first()) {
                    let topic = String::from_utf8_lossy(topic).into_owned();
                    let content = json!({ "subscription": topic });
                    let date = timestamp(SystemTime::now());
                    let to = [topic.into_bytes()];
                    if let Ok(frames) = welcome.codec.encode(&to, "iopub_welcome", None, &content, &date) {
                        peer.send(Arc::new(crate::zmtp::encode(&frames)), false);
                    }
                }
            }),
        )?;
        shared.publisher.attach(Arc::clone(&iopub));
        shared.stdin.attach(Arc::clone(&stdin));
        let sockets = vec![Arc::clone(&shell), Arc::clone(&control), stdin, heartbeat, iopub];
        Ok(Self { shared, sockets, shell, control })
    }

    /// The way for output and input, to be given to the language.
    pub fn frontend(&self) -> Frontend {
        Frontend::new(Arc::clone(&self.shared.publisher), Arc::clone(&self.shared.stdin))
    }

    /// A handle for signals of the operating system: interrupts the running cell.
    pub fn interrupter(&self) -> impl Fn() + Send + Sync + 'static {
        let shared = Arc::clone(&self.shared);
        move || shared.interrupt()
    }

    /// A handle that ends [`Server::run`].
    pub fn stopper(&self) -> impl Fn(i32) + Send + Sync + 'static {
        let shared = Arc::clone(&self.shared);
        move |status| shared.finish(status)
    }

    /// Serves until a shutdown request, the end of the parent or a program that halts; gives the exit status.
    pub fn run(self, language: Arc<dyn Language>, parent_pid: Option<u32>) -> Result<i32, StartError> {
        let _ = self.shared.language.set(language);
        let spawn = |name: &str, body: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(name.into()).spawn(body).map(drop).map_err(StartError::Thread)
        };
        let shared = Arc::clone(&self.shared);
        spawn("flush", Box::new(move || shared.publisher.flush_loop()))?;
        let (shared, socket) = (Arc::clone(&self.shared), Arc::clone(&self.control));
        spawn("control", Box::new(move || serve_control(&shared, &socket)))?;
        let (shared, socket) = (Arc::clone(&self.shared), Arc::clone(&self.shell));
        spawn("shell", Box::new(move || serve_shell(&shared, &socket)))?;
        let shared = Arc::clone(&self.shared);
        spawn("parent", Box::new(move || parent::watch(parent_pid, || shared.finish(1))))?;
        self.shared.publisher.status(None, "starting");
        let mut finished = self.shared.finished.lock().unwrap_or_else(PoisonError::into_inner);
        let status = loop {
            if let Some(status) = *finished {
                break status;
            }
            finished = self.shared.finish.wait(finished).unwrap_or_else(PoisonError::into_inner);
        };
        drop(finished);
        self.shared.publisher.stop();
        let until = Instant::now() + LINGER;
        for socket in &self.sockets {
            socket.drain(until);
        }
        Ok(status)
    }
}

fn serve_shell(shared: &Arc<Shared>, socket: &Arc<Socket>) {
    let mut executor = Executor::new(Arc::clone(shared), Arc::clone(socket));
    loop {
        match shared.shell_queue.pop() {
            Waiting::AbortEnd => executor.abort_end(),
            Waiting::Request(message) if message.header.msg_type == "execute_request" => {
                if !executor.execute(message) {
                    return;
                }
            }
            Waiting::Request(message) => {
                let history = |request: &HistoryRequest| executor.history(request);
                answer(shared, socket, Channel::Shell, message, &history);
            }
        }
    }
}

fn serve_control(shared: &Arc<Shared>, socket: &Arc<Socket>) {
    let no_history = |_: &HistoryRequest| json!([]);
    loop {
        if let Waiting::Request(message) = shared.control_queue.pop() {
            answer(shared, socket, Channel::Control, message, &no_history);
        }
    }
}

/// Sends a reply to where the request came from.
pub(crate) fn reply(shared: &Shared, socket: &Socket, to: &WireMessage, msg_type: &str, content: &Value) {
    let date = timestamp(SystemTime::now());
    if let Ok(frames) = shared.codec.encode(&to.identities, msg_type, Some(&to.raw_header), content, &date)
        && let Some(identity) = frames.first().cloned()
    {
        socket.send_to(&identity, &frames[1..]);
    }
}

fn read<T: DeserializeOwned>(content: Value) -> Result<T, Value> {
    serde_json::from_value(content).map_err(|error| failure("ProtocolError", &error.to_string()))
}

pub(crate) fn failure(ename: &str, evalue: &str) -> Value {
    json!({ "status": "error", "ename": ename, "evalue": evalue, "traceback": [] })
}

/// Answers anything but an execute request, between its busy and idle.
fn answer(
    shared: &Arc<Shared>,
    socket: &Socket,
    channel: Channel,
    message: WireMessage,
    history: &dyn Fn(&HistoryRequest) -> Value,
) {
    let parent = message.raw_header.clone();
    shared.publisher.status(Some(&parent), "busy");
    let msg_type = message.header.msg_type.clone();
    let content = message.content.clone();
    let outcome = catch_unwind(AssertUnwindSafe(|| respond(shared, channel, &message, &msg_type, content, history)));
    let content =
        outcome.unwrap_or_else(|_| Some(failure("InternalError", &format!("{msg_type} failed in the kernel"))));
    if let Some(content) = content {
        let reply_type = msg_type.replace("_request", "_reply");
        reply(shared, socket, &message, &reply_type, &content);
        if msg_type == "shutdown_request" {
            shared.publisher.post_for(Some(&parent), "shutdown_reply", &content);
        }
    }
    shared.publisher.status(Some(&parent), "idle");
    if msg_type == "shutdown_request" {
        shared.language().shutdown();
        shared.finish(0);
    }
}

/// The reply's content; `None` where the protocol has no reply.
fn respond(
    shared: &Arc<Shared>,
    channel: Channel,
    message: &WireMessage,
    msg_type: &str,
    content: Value,
    history: &dyn Fn(&HistoryRequest) -> Value,
) -> Option<Value> {
    let language = shared.language();
    Some(match msg_type {
        "kernel_info_request" => kernel_info(language.as_ref()),
        "shutdown_request" => match read::<ShutdownRequest>(content) {
            Ok(request) => json!({ "status": "ok", "restart": request.restart }),
            Err(error) => error,
        },
        "interrupt_request" if channel == Channel::Control => {
            shared.interrupt();
            json!({ "status": "ok" })
        }
        "is_complete_request" => match read::<IsCompleteRequest>(content) {
            Ok(request) => match language.is_complete(&request.code) {
                Completeness::Complete => json!({ "status": "complete" }),
                Completeness::Incomplete { indent } => {
                    json!({ "status": "incomplete", "indent": indent })
                }
                Completeness::Invalid => json!({ "status": "invalid" }),
            },
            Err(error) => error,
        },
        "complete_request" => match read::<CompleteRequest>(content) {
            Ok(request) => completions(&language.complete(&request.code, request.cursor_pos)),
            Err(error) => error,
        },
        "inspect_request" => match read::<InspectRequest>(content) {
            Ok(request) => {
                let data = language.inspect(&request.code, request.cursor_pos, request.detail_level);
                json!({ "status": "ok", "found": data.is_some(), "data": data.unwrap_or_default(), "metadata": {} })
            }
            Err(error) => error,
        },
        "history_request" => match read::<HistoryRequest>(content) {
            Ok(request) => json!({ "status": "ok", "history": history(&request) }),
            Err(error) => error,
        },
        "comm_info_request" => json!({ "status": "ok", "comms": {} }),
        "comm_open" => {
            let close = json!({ "comm_id": message.content["comm_id"], "data": {} });
            shared.publisher.post_for(Some(&message.raw_header), "comm_close", &close);
            return None;
        }
        "connect_request" => json!({
            "status": "ok",
            "shell_port": shared.connection.shell_port,
            "iopub_port": shared.connection.iopub_port,
            "stdin_port": shared.connection.stdin_port,
            "control_port": shared.connection.control_port,
            "hb_port": shared.connection.hb_port,
        }),
        _ => return None,
    })
}

fn completions(found: &Completions) -> Value {
    let (start, end) = (found.start, found.end);
    let typed: Vec<Value> = found
        .matches
        .iter()
        .map(
            |one| json!({ "start": start, "end": end, "text": one.text, "type": one.kind, "signature": one.signature }),
        )
        .collect();
    let texts: Vec<&str> = found.matches.iter().map(|one| one.text.as_str()).collect();
    json!({
        "status": "ok",
        "matches": texts,
        "cursor_start": start,
        "cursor_end": end,
        "metadata": { "_jupyter_types_experimental": typed },
    })
}

fn kernel_info(language: &dyn Language) -> Value {
    let info = language.info();
    let links: Vec<Value> = info.help_links.iter().map(|(text, url)| json!({ "text": text, "url": url })).collect();
    json!({
        "status": "ok",
        "protocol_version": PROTOCOL_VERSION,
        "implementation": info.implementation,
        "implementation_version": info.implementation_version,
        "language_info": info.language_info,
        "banner": info.banner,
        "debugger": false,
        "help_links": links,
        "supported_features": [],
    })
}
