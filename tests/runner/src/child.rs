//! The other half of the runner: one script, through `embed`, with the terminal's streams.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use jovial_embed::{Input, LibraryImage, Options, Output, Stream, System};

const PROGRAM: &str = "JOVIAL_RUNNER_PROGRAM";
const FORM: &str = "JOVIAL_RUNNER_FORM";

/// This binary, to run a program in one of the dispatch forms.
pub(crate) fn command(program: &Path, form: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(PROGRAM, program.file_name().unwrap()).env(FORM, form);
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
    let system = System::boot(Options { library, output: Arc::new(Streams), argv: Vec::new(), seed: None }).unwrap();
    if std::env::var(FORM).is_ok_and(|form| form == "loop") {
        system.dispatch_by_loop();
    }
    let status = system.run(&program);
    let _ = std::io::stdout().flush();
    Some(status)
}
