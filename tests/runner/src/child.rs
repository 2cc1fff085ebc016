//! The other half of the runner: one script, through `embed`, with the terminal's streams.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use jovial_embed::{Input, LibraryImage, Options, Output, Stream, System};

const PROGRAM: &str = "JOVIAL_RUNNER_PROGRAM";
const FORM: &str = "JOVIAL_RUNNER_FORM";
const EVENTS: &str = "JOVIAL_RUNNER_EVENTS";

/// How a program runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// On all cores, instructions jumping to each other.
    Threaded,
    /// On all cores, instructions in a loop.
    Loop,
    /// On one scheduler that chooses by a seed.
    Seed(u64),
}

impl Form {
    fn read(text: &str) -> Form {
        match text {
            "loop" => Form::Loop,
            _ => text.parse().map_or(Form::Threaded, Form::Seed),
        }
    }
}

impl std::fmt::Display for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Form::Threaded => f.write_str("threaded"),
            Form::Loop => f.write_str("loop"),
            Form::Seed(seed) => seed.fmt(f),
        }
    }
}

/// This binary, to run a program in one of the forms. What the schedulers did goes to the file `events`, if one is given.
pub(crate) fn command(program: &Path, form: Form, events: Option<&Path>) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(PROGRAM, program.file_name().unwrap()).env(FORM, form.to_string());
    if let Some(events) = events {
        command.env(EVENTS, events);
    }
    command
}

struct Streams;

impl Output for Streams {
    fn write(&self, _cell: u64, stream: Stream, text: &str) -> Duration {
        let _ = match stream {
            Stream::Stdout | Stream::Log => std::io::stdout().lock().write_all(text.as_bytes()),
            Stream::Stderr => std::io::stderr().lock().write_all(text.as_bytes()),
        };
        Duration::ZERO
    }

    fn read_line(&self, _cell: u64, _prompt: &str, _password: bool) -> Input {
        Input::End
    }
}

/// The exit status of the program that the environment names, if it names one.
pub(crate) fn run_if_child() -> Option<i32> {
    let program = std::env::var(PROGRAM).ok()?;
    let library = match std::env::var_os("JOVIAL_IMAGE") {
        Some(path) => LibraryImage::new(Vec::leak(std::fs::read(path).unwrap())),
        None => LibraryImage::new(jovial_image::LIBRARY),
    };
    let library = Box::new(library.unwrap());
    let form = std::env::var(FORM).map_or(Form::Threaded, |form| Form::read(&form));
    let seed = if let Form::Seed(seed) = form { Some(seed) } else { None };
    let record = std::env::var_os(EVENTS);
    let options = Options { library, output: Arc::new(Streams), argv: Vec::new(), seed, events: record.is_some() };
    let system = System::boot(options).unwrap();
    if form == Form::Loop {
        system.dispatch_by_loop();
    }
    let status = system.run(&program);
    if let Some(path) = record {
        std::fs::write(path, system.events()).unwrap();
    }
    let _ = std::io::stdout().flush();
    Some(status)
}
