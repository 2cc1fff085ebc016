//! Elixir as the server sees a language.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jovial_embed::{
    Answer, Bundle, Display, Evaluation, Input, Options, Output, Question, Request, Session, Stream, System,
};
use jovial_server::{
    CellId, Completeness, Completions, Execution, Frontend, InputError, Language, LanguageInfo, Match, Outcome, Shown,
    StreamName,
};
use jovial_wire::content::{ErrorContent, MimeBundle};
use serde_json::{Value, json};

/// What is waited for the work of a cell whose client listens on, and of one whose client does not.
const SETTLE: Duration = Duration::from_millis(50);
pub(crate) const SETTLE_LONG: Duration = Duration::from_secs(1);

/// Pages that one cell may have.
const PAGES_MAX: usize = 100;

/// Output of processes, handed to the clients.
struct ToFrontend {
    frontend: Frontend,
    /// Pages of the running cell. They go with its reply, if its client takes them.
    pages: Mutex<Vec<Value>>,
    takes_pages: AtomicBool,
}

impl Output for ToFrontend {
    fn write(&self, cell: u64, stream: Stream, text: &str) -> Duration {
        let name = match stream {
            Stream::Stdout => StreamName::Stdout,
            Stream::Stderr | Stream::Log => StreamName::Stderr,
        };
        self.frontend.stream(CellId(cell), name, text)
    }

    fn display(&self, cell: u64, display: Display) -> Option<Duration> {
        let cell = CellId(cell);
        Some(match display {
            Display::Show { bundle, id } => self.frontend.display(cell, &shown(bundle), id.as_deref(), false),
            Display::Update { bundle, id } => self.frontend.display(cell, &shown(bundle), Some(&id), true),
            Display::Clear { wait } => self.frontend.clear_output(cell, wait),
            Display::Page { bundle } if !self.takes_pages.load(Ordering::Relaxed) => {
                self.frontend.display(cell, &shown(bundle), None, false)
            }
            Display::Page { bundle } => {
                let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
                if pages.len() < PAGES_MAX {
                    pages.push(json!({ "source": "page", "data": shown(bundle).data, "start": 0 }));
                }
                Duration::ZERO
            }
        })
    }

    fn read_line(&self, cell: u64, prompt: &str, password: bool) -> Input {
        match self.frontend.input(CellId(cell), prompt, password) {
            Ok(line) => Input::Line(line + "\n"),
            Err(InputError::NotAllowed) => Input::NotAllowed,
            Err(InputError::Cancelled) => Input::End,
        }
    }
}

pub(crate) struct Elixir {
    session: Session,
    output: Arc<ToFrontend>,
    settle: Option<Duration>,
}

impl Elixir {
    pub(crate) fn start(frontend: Frontend, seed: Option<u64>) -> Result<Self, String> {
        let library = Box::new(crate::script::library()?);
        let output = Arc::new(ToFrontend { frontend, pages: Mutex::default(), takes_pages: AtomicBool::new(true) });
        let to: Arc<dyn Output> = Arc::<ToFrontend>::clone(&output);
        let options = Options { library, output: to, argv: Vec::new(), seed, events: false };
        let system = System::boot(options).map_err(|error| error.to_string())?;
        let settle = std::env::var("JOVIAL_SETTLE_MS").ok().and_then(|ms| ms.parse().ok()).map(Duration::from_millis);
        Ok(Self { session: Session::start(system), output, settle })
    }

    /// The pages that came since the last call.
    fn pages(&self) -> Vec<Value> {
        std::mem::take(&mut *self.output.pages.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The forms as clients get them: JSON as a value, all else as text.
pub(crate) fn shown(bundle: Bundle) -> Shown {
    let json = |mime: &str| mime == "application/json" || mime.ends_with("+json");
    let form = |(mime, text): (String, String)| {
        let value = if json(&mime) { serde_json::from_str(&text).ok() } else { None };
        (mime, value.unwrap_or_else(|| Value::from(text)))
    };
    let metadata = serde_json::from_str(&bundle.metadata).unwrap_or_default();
    Shown { data: bundle.data.into_iter().map(form).collect(), metadata }
}

fn error(name: &str, message: &str, text: &str) -> ErrorContent {
    let traceback = text.lines().map(colour).collect();
    ErrorContent { ename: name.into(), evalue: message.into(), traceback }
}

/// How an evaluation ended that gave no value: as an error, or as the end of the program with a status.
pub(crate) fn failure(evaluation: &Evaluation) -> Result<ErrorContent, i32> {
    Ok(match evaluation {
        Evaluation::Nothing | Evaluation::Value(_) => error("", "", ""),
        Evaluation::Error { name, message, text } => error(name, message, text),
        Evaluation::Exit { reason, text } => error("EXIT", reason, text),
        Evaluation::Interrupted { alive } => {
            let message = match alive {
                0 => "interrupted".to_string(),
                1 => "interrupted; 1 process of this cell still runs".to_string(),
                more => format!("interrupted; {more} processes of this cell still run"),
            };
            error("Interrupt", &message, &format!("** (Interrupt) {message}"))
        }
        Evaluation::Halted(status) => return Err(*status),
    })
}

/// The text before a cursor that counts code points, and the text behind it.
fn split(code: &str, cursor: usize) -> (&str, &str) {
    let at = code.char_indices().nth(cursor).map_or(code.len(), |(at, _)| at);
    code.split_at(at)
}

/// The line that names the exception stands out.
fn colour(line: &str) -> String {
    if line.starts_with("** (") { format!("\x1b[31m{line}\x1b[0m") } else { line.to_string() }
}

impl Language for Elixir {
    fn info(&self) -> LanguageInfo {
        LanguageInfo {
            implementation: "jovial",
            implementation_version: env!("CARGO_PKG_VERSION"),
            banner: format!("Jovial {} - Elixir 1.18.4", env!("CARGO_PKG_VERSION")),
            language_info: json!({
                "name": "elixir",
                "version": "1.18.4",
                "mimetype": "text/x-elixir",
                "file_extension": ".exs",
                "pygments_lexer": "elixir",
                "codemirror_mode": "ruby",
            }),
            help_links: vec![("Elixir", "https://hexdocs.pm/elixir/")],
        }
    }

    fn execute(&self, execution: Execution) -> Outcome {
        let waits = if execution.allow_stdin { SETTLE } else { SETTLE_LONG };
        let settle = execution.settle.or(self.settle).unwrap_or(waits);
        let (cell, count) = (execution.cell.0, u64::from(execution.execution_count));
        let remembered = execution.store_history && !execution.silent;
        let request = Request { number: cell, execution_count: count, source: &execution.code, settle, remembered };
        // What a process of an earlier cell wanted to page is of no interest any more.
        self.pages();
        // A client that runs a notebook without a user looks at outputs alone.
        self.output.takes_pages.store(execution.allow_stdin, Ordering::Relaxed);
        let result = match self.session.evaluate(&request) {
            Evaluation::Nothing => None,
            Evaluation::Value(value) => Some(shown(value)),
            failed => return failure(&failed).map_or_else(Outcome::Halt, Outcome::Error),
        };
        let mut user_expressions = BTreeMap::new();
        for (name, code) in &execution.user_expressions {
            let value = match self.session.evaluate_beside(cell, count, code) {
                Evaluation::Nothing => Ok(Shown::default()),
                Evaluation::Value(value) => Ok(shown(value)),
                failed => match failure(&failed) {
                    Ok(error) => Err(error),
                    Err(status) => return Outcome::Halt(status),
                },
            };
            user_expressions.insert(name.clone(), value);
        }
        Outcome::Ok { result, user_expressions, payload: self.pages() }
    }

    fn interrupt(&self) {
        self.session.interrupt();
    }

    fn is_complete(&self, code: &str) -> Completeness {
        match jovial_embed::completeness(code) {
            jovial_embed::Completeness::Complete => Completeness::Complete,
            jovial_embed::Completeness::Incomplete { indent } => Completeness::Incomplete { indent },
            jovial_embed::Completeness::Invalid(_) => Completeness::Invalid,
        }
    }

    fn complete(&self, code: &str, cursor: usize) -> Completions {
        let (before, behind) = split(code, cursor);
        let end = before.chars().count();
        match self.session.ask(Question::Complete, before, behind) {
            Answer::Candidates { replaced, candidates } => {
                let one = |found: jovial_embed::Candidate| Match {
                    text: found.text,
                    kind: found.kind,
                    signature: found.signature,
                };
                let matches = candidates.into_iter().map(one).collect();
                Completions { matches, start: end.saturating_sub(replaced), end }
            }
            Answer::Document { .. } | Answer::Nothing => Completions { matches: Vec::new(), start: end, end },
        }
    }

    fn inspect(&self, code: &str, cursor: usize, detail: u8) -> Option<MimeBundle> {
        let (before, behind) = split(code, cursor);
        match self.session.ask(Question::Inspect(detail > 0), before, behind) {
            Answer::Document { plain, markdown } => Some(BTreeMap::from([
                ("text/plain".to_string(), Value::from(plain)),
                ("text/markdown".to_string(), Value::from(markdown)),
            ])),
            Answer::Candidates { .. } | Answer::Nothing => None,
        }
    }

    fn shutdown(&self) {
        self.session.stop();
    }
}
