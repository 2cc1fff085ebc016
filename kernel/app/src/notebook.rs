//! `jovial test NOTEBOOK`: executes notebooks without Jupyter and compares what they show with what they showed when they were saved.
//!
//! Cells run as they do for a client that stops listening when a cell is done: what a process says late goes to the cell
//! that runs then. Outputs are compared by [`shape`](crate::shape::shape), in which nothing is left that differs from run to run.
//!
//! Tags of cells mean what they mean to other tools: `raises-exception` expects an error, `nbval-skip` leaves the cell out, and
//! `nbval-ignore-output` compares nothing. A cell that was never executed is only executed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jovial_embed::{Display, Evaluation, Input, Options, Output, Request, Session, Stream, System};
use jovial_server::Shown;
use serde_json::{Map, Value};

use crate::elixir::{SETTLE_LONG, failure, shown};
use crate::script;
use crate::shape::shape;

/// One output, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shape {
    /// `stdout`, `stderr`, `display`, `result` or `error`.
    kind: &'static str,
    text: String,
    /// What is shown under an id can be replaced.
    id: Option<String>,
}

/// What the cells have shown so far, one list for each.
#[derive(Default)]
struct Written {
    cells: Vec<Vec<Shape>>,
    /// The running cell's outputs go when something new comes.
    clears: bool,
}

impl Written {
    fn push(&mut self, kind: &'static str, text: String, id: Option<String>) {
        let clears = std::mem::take(&mut self.clears);
        let Some(cell) = self.cells.last_mut() else { return };
        if clears {
            cell.clear();
        }
        let stream = kind == "stdout" || kind == "stderr";
        match cell.last_mut() {
            // Where a text is cut depends on time.
            Some(last) if stream && last.kind == kind => last.text.push_str(&text),
            Some(_) | None => cell.push(Shape { kind, text, id }),
        }
    }
}

#[derive(Default)]
struct Collector(Mutex<Written>);

impl Collector {
    fn lock(&self) -> MutexGuard<'_, Written> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Output for Collector {
    fn write(&self, _cell: u64, stream: Stream, text: &str) -> Duration {
        let kind = if stream == Stream::Stdout { "stdout" } else { "stderr" };
        if !text.is_empty() {
            self.lock().push(kind, text.to_string(), None);
        }
        Duration::ZERO
    }

    fn display(&self, _cell: u64, display: Display) -> Option<Duration> {
        let mut written = self.lock();
        match display {
            Display::Show { bundle, id } => written.push("display", forms(&shown(bundle)), id),
            Display::Page { bundle } => written.push("display", forms(&shown(bundle)), None),
            Display::Update { bundle, id } => {
                let text = forms(&shown(bundle));
                let same = written.cells.iter_mut().flatten().filter(|shape| shape.id.as_deref() == Some(&id));
                same.for_each(|shape| shape.text.clone_from(&text));
            }
            Display::Clear { wait: true } => written.clears = true,
            Display::Clear { wait: false } => written.cells.last_mut().into_iter().for_each(Vec::clear),
        }
        Some(Duration::ZERO)
    }

    fn read_line(&self, _cell: u64, _prompt: &str, _password: bool) -> Input {
        Input::NotAllowed
    }
}

/// Executes the notebooks; the exit status is 0 if all of them did what they say.
pub(crate) fn test(files: &[PathBuf]) -> Result<i32, String> {
    let home = std::env::current_dir().map_err(|error| error.to_string())?;
    let mut status = 0;
    for file in files {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file).map_err(|error| format!("{name}: {error}"))?;
        let notebook: Value = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        let cells = notebook["cells"].as_array().ok_or_else(|| format!("{name} is no notebook of format 4"))?;
        // Files that a notebook names are beside it.
        let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        std::env::set_current_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let faults = execute(cells)?;
        std::env::set_current_dir(&home).map_err(|error| error.to_string())?;
        for fault in &faults {
            script::say(&format!("{name}, {fault}"));
        }
        let count = cells.iter().filter(|cell| is_code(cell)).count();
        let verdict = match faults.len() {
            0 => "all as they were".to_string(),
            1 => "1 differs".to_string(),
            more => format!("{more} differ"),
        };
        script::say(&format!("{name}: {count} cells, {verdict}"));
        status |= i32::from(!faults.is_empty());
    }
    Ok(status)
}

fn is_code(cell: &Value) -> bool {
    cell["cell_type"] == "code"
}

/// Runs the cells in a session of their own and tells which did something else than before.
fn execute(cells: &[Value]) -> Result<Vec<String>, String> {
    let output = Arc::new(Collector::default());
    let to: Arc<dyn Output> = Arc::<Collector>::clone(&output);
    let options =
        Options { library: Box::new(script::library()?), output: to, argv: Vec::new(), seed: None, events: false };
    let system = System::boot(options).map_err(|error| error.to_string())?;
    let session = Session::start(system);
    let mut faults = Vec::new();
    let mut expected = Vec::new();
    let mut number = 0;
    for cell in cells.iter().filter(|cell| is_code(cell) && !tagged(cell, "nbval-skip", "NBVAL_SKIP")) {
        number += 1;
        let source = joined(&cell["source"]);
        output.lock().cells.push(Vec::new());
        let failed = run(&session, number, &source, &output);
        let raises = tagged(cell, "raises-exception", "NBVAL_RAISES_EXCEPTION");
        expected.push(cell);
        if failed && !raises {
            let written = output.lock();
            let outputs = written.cells.last().map(|cell| listed(cell)).unwrap_or_default();
            faults.push(format!("{}\n  failed\n{outputs}", title(number, cell)));
            drop(written);
            break;
        }
        if raises && !failed {
            faults.push(format!("{}\n  should have raised an exception", title(number, cell)));
        }
    }
    session.stop();
    let written = output.lock();
    for (at, (cell, got)) in expected.iter().zip(&written.cells).enumerate() {
        let compared =
            !cell["execution_count"].is_null() && !tagged(cell, "nbval-ignore-output", "NBVAL_IGNORE_OUTPUT");
        let said = faults.iter().any(|fault| fault.starts_with(&title(at as u64 + 1, cell)));
        let wanted = saved(cell);
        if compared && !said && comparable(&wanted) != comparable(got) {
            let (wanted, got) = (listed(&wanted), listed(got));
            faults.push(format!("{}\n  showed\n{wanted}  and now shows\n{got}", title(at as u64 + 1, cell)));
        }
    }
    Ok(faults)
}

/// Runs one cell; whether it failed.
fn run(session: &Session, number: u64, source: &str, output: &Collector) -> bool {
    let request = Request { number, execution_count: number, source, settle: SETTLE_LONG, remembered: true };
    let evaluation = session.evaluate(&request);
    match evaluation {
        Evaluation::Nothing => false,
        Evaluation::Value(value) => {
            output.lock().push("result", forms(&shown(value)), None);
            false
        }
        failed => {
            let text = match failure(&failed) {
                Ok(error) => format!("{}\n{}\n{}", error.ename, error.evalue, error.traceback.join("\n")),
                Err(status) => format!("the program ended with status {status}"),
            };
            output.lock().push("error", text, None);
            true
        }
    }
}

/// The outputs that a cell was saved with.
fn saved(cell: &Value) -> Vec<Shape> {
    let mut written = Written { cells: vec![Vec::new()], clears: false };
    for output in cell["outputs"].as_array().into_iter().flatten() {
        let (kind, text) = match output["output_type"].as_str().unwrap_or_default() {
            "stream" if output["name"] == "stderr" => ("stderr", joined(&output["text"])),
            "stream" => ("stdout", joined(&output["text"])),
            "error" => {
                let lines: Vec<&str> =
                    output["traceback"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let part = |name: &str| output[name].as_str().unwrap_or_default().to_string();
                ("error", format!("{}\n{}\n{}", part("ename"), part("evalue"), lines.join("\n")))
            }
            other => {
                let kind = if other == "execute_result" { "result" } else { "display" };
                (kind, output["data"].as_object().map(form_list).unwrap_or_default())
            }
        };
        written.push(kind, text, None);
    }
    written.cells.pop().unwrap_or_default()
}

fn forms(shown: &Shown) -> String {
    form_list(&shown.data.clone().into_iter().collect())
}

/// The forms of a value one below the other, the text first.
fn form_list(data: &Map<String, Value>) -> String {
    let mut list: Vec<(&String, &Value)> = data.iter().collect();
    list.sort_by_key(|(mime, _)| (*mime != "text/plain", (*mime).clone()));
    let one = |(mime, form): (&String, &Value)| {
        let text = if form.is_string() || mime.starts_with("text/") { joined(form) } else { multiline(form) };
        if mime == "text/plain" { text } else { format!("[{mime}] {text}") }
    };
    list.into_iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Notebooks keep texts as lists of lines, JSON as it is.
fn multiline(value: &Value) -> String {
    match value.as_array() {
        Some(lines) if lines.iter().all(Value::is_string) => joined(value),
        Some(_) | None => value.to_string(),
    }
}

fn joined(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    }
}

fn comparable(outputs: &[Shape]) -> Vec<(&'static str, String)> {
    outputs.iter().map(|output| (output.kind, shape(&output.text))).collect()
}

fn tagged(cell: &Value, tag: &str, comment: &str) -> bool {
    let tags = cell.pointer("/metadata/tags").and_then(Value::as_array);
    let by_comment = || {
        joined(&cell["source"]).lines().any(|line| line.strip_prefix('#').is_some_and(|rest| rest.trim() == comment))
    };
    tags.is_some_and(|tags| tags.iter().any(|one| one == tag)) || by_comment()
}

fn title(number: u64, cell: &Value) -> String {
    let source = joined(&cell["source"]);
    let first = source.lines().next().unwrap_or_default();
    format!("cell {number}: {first}")
}

fn listed(outputs: &[Shape]) -> String {
    let mut text = String::new();
    for output in outputs {
        for line in shape(&output.text).lines() {
            let _ = writeln!(text, "    {} | {line}", output.kind);
        }
    }
    if text.is_empty() { "    nothing\n".to_string() } else { text }
}
