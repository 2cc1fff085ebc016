//! Finds and runs the language cases, `tests/language/**/*.exs`.
//!
//! `cargo test -p jovial-runner [-- PART_OF_A_NAME...]`. Each program runs in an operating system process of its own, which is this
//! binary again: one that crashes or hangs fails alone. Each case runs in both dispatch forms. With
//! `JOVIAL_RUNNER_COMMAND="elixir"`, or any other program that runs a script, that one is judged instead: so a case is shown to tell the truth.
//!
//! The examples in the library's documents are run by `doctests.exs` beside this crate: `jovial run tests/runner/doctests.exs FILE...`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit,
    reason = "a test for the terminal"
)]
#![forbid(unsafe_code)]

#[path = "case.rs"]
mod case;
mod child;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use case::Case;

/// A case that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    if let Some(status) = child::run_if_child() {
        std::process::exit(status);
    }
    let filters: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap();
    let mut paths = Vec::new();
    find(&root.join("tests/language"), ".exs", &mut paths);
    paths.retain(|path| {
        let name = path.to_string_lossy();
        filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()))
    });
    paths.sort();
    let command = std::env::var("JOVIAL_RUNNER_COMMAND").ok();
    let forms: &[&str] = if command.is_some() { &["threaded"] } else { &["threaded", "loop"] };
    let jobs: Vec<(PathBuf, &str)> =
        paths.iter().flat_map(|path| forms.iter().map(move |form| (path.clone(), *form))).collect();

    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((path, form)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(told) = check(path, form, command.as_deref()) {
                        let name = path.strip_prefix(root).unwrap_or(path).display().to_string();
                        failed.lock().unwrap().push(format!("{name} ({form})\n{told}"));
                    }
                }
            });
        }
    });

    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    for told in &failed {
        eprintln!("{told}");
    }
    println!("{} of {} cases as told", jobs.len() - failed.len(), jobs.len());
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What is wrong with a case, if anything.
fn check(path: &Path, form: &str, command: Option<&str>) -> Option<String> {
    let case = Case::parse(&fs::read_to_string(path).unwrap());
    let folder = std::env::temp_dir().join(format!("jovial-runner-{}-{form}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join(path.file_name().unwrap());
    fs::write(&program, case.program()).unwrap();
    let mut run = match command {
        Some(command) => {
            let mut words = command.split_whitespace();
            let mut run = Command::new(words.next().unwrap());
            run.args(words).arg(program.file_name().unwrap());
            run
        }
        None => child::command(&program, form),
    };
    let written = folder.join("out");
    let complained = folder.join("err");
    run.current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(fs::File::create(written.with_extension(path.file_stem().unwrap())).unwrap())
        .stderr(fs::File::create(complained.with_extension(path.file_stem().unwrap())).unwrap());
    let ended = wait(&mut run);
    let read = |file: &Path| {
        String::from_utf8_lossy(&fs::read(file.with_extension(path.file_stem().unwrap())).unwrap_or_default())
            .into_owned()
    };
    let problem = match (ended, case.differences(&read(&written))) {
        (None, _) => Some("    still running after a minute\n".to_string()),
        (Some(status), Some(told)) => Some(format!("{told}    status {status}\n{}", indented(&read(&complained)))),
        (Some(_), None) => None,
    };
    for file in [&written, &complained] {
        let _ = fs::remove_file(file.with_extension(path.file_stem().unwrap()));
    }
    let _ = fs::remove_file(program);
    let _ = fs::remove_dir(folder);
    problem
}

fn indented(text: &str) -> String {
    text.lines().take(12).map(|line| format!("    | {line}\n")).collect()
}

/// The exit status, or nothing if the program had to be killed.
fn wait(run: &mut Command) -> Option<i32> {
    let mut child = run.spawn().unwrap();
    let end = Instant::now() + LONGEST;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status.code().unwrap_or(-1));
        }
        if Instant::now() > end {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn find(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
}
