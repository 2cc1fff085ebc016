//! Running without Jupyter: text goes to the terminal, lines come from it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit,
    reason = "this is where the program meets the terminal"
)]

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use jovial_embed::{Input, LibraryImage, Options, Output, Stage, Stream, System};

struct Terminal;

impl Output for Terminal {
    fn write(&self, _cell: u64, stream: Stream, text: &str) -> Duration {
        // Half a line is shown as well, before whatever comes on the other stream. Nobody is left to hear that a pipe is closed.
        let _ = match stream {
            Stream::Stdout | Stream::Log => {
                let mut out = std::io::stdout().lock();
                out.write_all(text.as_bytes()).and_then(|()| out.flush())
            }
            Stream::Stderr => std::io::stderr().lock().write_all(text.as_bytes()),
        };
        Duration::ZERO
    }

    fn read_line(&self, _cell: u64, prompt: &str, _password: bool) -> Input {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(prompt.as_bytes()).and_then(|()| out.flush());
        drop(out);
        let mut line = String::new();
        match std::io::stdin().lock().read_line(&mut line) {
            Ok(1..) => Input::Line(line),
            Ok(0) | Err(_) => Input::End,
        }
    }
}

/// The library: the one in the binary, or, for work on the library itself, an image that `JOVIAL_IMAGE` names or one made of
/// the source folder that `JOVIAL_LIB` names.
pub(crate) fn library() -> Result<LibraryImage, String> {
    if let Some(folder) = std::env::var_os("JOVIAL_LIB") {
        let image = jovial_embed::build::library(Path::new(&folder))?;
        return LibraryImage::new(Vec::leak(image)).map_err(|error| error.to_string());
    }
    if let Some(path) = std::env::var_os("JOVIAL_IMAGE") {
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.to_string_lossy()))?;
        return LibraryImage::new(Vec::leak(bytes)).map_err(|error| error.to_string());
    }
    LibraryImage::new(jovial_image::LIBRARY).map_err(|error| error.to_string())
}

fn system(argv: Vec<String>, seed: Option<u64>) -> Result<System, String> {
    let seed = seed.or_else(|| std::env::var("JOVIAL_SEED").ok().and_then(|seed| seed.parse().ok()));
    let options = Options { library: Box::new(library()?), output: Arc::new(Terminal), argv, seed, events: false };
    System::boot(options).map_err(|error| error.to_string())
}

pub(crate) fn run(file: &Path, args: Vec<String>, seed: Option<u64>) -> Result<i32, String> {
    if !file.exists() {
        return Err(format!("No file named {}", file.display()));
    }
    Ok(system(args, seed)?.run(&file.to_string_lossy()))
}

pub(crate) fn eval(code: &str) -> Result<i32, String> {
    Ok(system(Vec::new(), None)?.eval(code))
}

pub(crate) fn show(stage: Stage, file: &Path) -> Result<i32, String> {
    Ok(system(Vec::new(), None)?.show(stage, &file.to_string_lossy()))
}

pub(crate) fn say(text: &str) {
    println!("{text}");
}

pub(crate) fn complain(text: &str) {
    eprintln!("{text}");
}

/// Ends the program at once: threads may still run processes that nobody waits for.
pub(crate) fn leave(status: i32) -> ExitCode {
    let _ = std::io::stdout().flush();
    std::process::exit(status)
}
