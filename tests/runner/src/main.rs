//! Finds and runs the language cases, `tests/language/**/*.exs` and `tests/concurrency/*.exs`.
//!
//! `cargo test -p jovial-runner [-- PART_OF_A_NAME...]`. Each program runs in an operating system process of its own, which is this
//! binary again: one that crashes or hangs fails alone. Each case runs in both dispatch forms. Those on concurrency must tell the same under
//! any order of events: they run with many seeds as well (`JOVIAL_RUNNER_SEEDS`, 100), and with some of them twice, which must give the same
//! events one by one. A failure names its seed, and `jovial run --seed N FILE` replays it. With
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

mod child;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use child::Form;
use jovial_runner::Case;

/// A case that takes longer hangs; where each step collects, that shows later.
const LONGEST: Duration = Duration::from_secs(60);
const LONGEST_UNDER_STRESS: Duration = Duration::from_secs(600);

fn main() -> ExitCode {
    if let Some(status) = child::run_if_child() {
        std::process::exit(status);
    }
    let filters: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap();
    let mut paths = Vec::new();
    find(&root.join("tests/language"), ".exs", &mut paths);
    find(&root.join("tests/concurrency"), ".exs", &mut paths);
    paths.retain(|path| {
        let name = path.to_string_lossy();
        filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()))
    });
    paths.sort();
    let command = std::env::var("JOVIAL_RUNNER_COMMAND").ok();
    let seeds = std::env::var("JOVIAL_RUNNER_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(100);
    let mut jobs: Vec<(PathBuf, Form)> = Vec::new();
    for path in &paths {
        jobs.push((path.clone(), Form::Threaded));
        if command.is_none() {
            jobs.push((path.clone(), Form::Loop));
            if path.starts_with(root.join("tests/concurrency")) {
                jobs.extend((0..seeds).map(|seed| (path.clone(), Form::Seed(seed))));
            }
        }
    }

    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((path, form)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(told) = check(path, *form, command.as_deref()) {
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
fn check(path: &Path, form: Form, command: Option<&str>) -> Option<String> {
    let case = Case::parse(&fs::read_to_string(path).unwrap());
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let folder = std::env::temp_dir().join(format!("jovial-runner-{}-{form}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join(path.file_name().unwrap());
    fs::write(&program, case.program()).unwrap();
    // Some of the seeds are run twice, to see whether all goes the same way.
    let twice = matches!(form, Form::Seed(seed) if seed.is_multiple_of(10));
    let events = twice.then(|| folder.join("events"));
    let problem = run(&case, &program, form, command, events.as_deref()).or_else(|| {
        let events = events?;
        let first = fs::read_to_string(&events).unwrap();
        run(&case, &program, form, command, Some(&events)).or_else(|| {
            let second = fs::read_to_string(&events).unwrap();
            (first != second || first.is_empty()).then(|| different(&first, &second))
        })
    });
    let _ = fs::remove_dir_all(folder);
    let replay = if let Form::Seed(seed) = form {
        format!("    replay: jovial run --seed {seed} {}\n", path.display())
    } else {
        String::new()
    };
    problem.map(|told| told + &replay)
}

/// Runs a program and compares what it writes.
fn run(case: &Case, program: &Path, form: Form, command: Option<&str>, events: Option<&Path>) -> Option<String> {
    let mut run = match command {
        Some(command) => {
            let mut words = command.split_whitespace();
            let mut run = Command::new(words.next().unwrap());
            run.args(words).arg(program.file_name().unwrap());
            run
        }
        None => child::command(program, form, events),
    };
    let written = program.with_extension("out");
    let complained = program.with_extension("err");
    run.current_dir(program.parent().unwrap())
        // Two forms of a case that make files must not meet.
        .env("TMPDIR", program.parent().unwrap())
        .stdin(Stdio::null())
        .stdout(fs::File::create(&written).unwrap())
        .stderr(fs::File::create(&complained).unwrap());
    let ended = wait(&mut run);
    let read = |file: &Path| String::from_utf8_lossy(&fs::read(file).unwrap_or_default()).into_owned();
    match (ended, case.differences(&read(&written))) {
        (None, _) => Some("    does not come to an end\n".to_string()),
        (Some(status), Some(told)) => Some(format!("{told}    status {status}\n{}", indented(&read(&complained)))),
        (Some(_), None) => None,
    }
}

/// Where two lists of events part.
fn different(first: &str, second: &str) -> String {
    let same = first.lines().zip(second.lines()).take_while(|(first, second)| first == second).count();
    let of = |text: &str| text.lines().nth(same).unwrap_or("(nothing)").to_string();
    format!("    two runs differ at event {same}\n    first:  {}\n    second: {}\n", of(first), of(second))
}

fn indented(text: &str) -> String {
    text.lines().take(12).map(|line| format!("    | {line}\n")).collect()
}

/// The exit status, or nothing if the program had to be killed.
fn wait(run: &mut Command) -> Option<i32> {
    let mut child = run.spawn().unwrap();
    let stress = std::env::var_os("JOVIAL_GC_STRESS").is_some();
    let end = Instant::now() + if stress { LONGEST_UNDER_STRESS } else { LONGEST };
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
