//! `cargo xtask fuzz TARGET [--seconds N] [--seed S] [--from ROUND] [--rounds N]`, `cargo xtask fuzz TARGET FILE...`.
//!
//! **How.** The rounds run in a program of their own, which is this binary again: it may hang, run out of stack or memory. Then the
//! input that it worked on is kept, and another one goes on behind it. Failures are written to `target/fuzz`, and printed with the
//! seed and round that make them again.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command for the terminal")]
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use jovial_fuzz::{Plan, Target, check, run, usage};

/// CPU time between two lines about how far it is.
const SLICE: Duration = Duration::from_mins(1);
/// The status of a child that found something.
const FOUND: i32 = 9;

struct Asked {
    target: Target,
    seconds: u64,
    seed: u64,
    from: u64,
    rounds: u64,
    files: Vec<PathBuf>,
    child: bool,
}

fn asked() -> Result<Asked, String> {
    let mut args = std::env::args().skip(1);
    let name = args.next().unwrap_or_default();
    let names: Vec<&str> = Target::ALL.into_iter().map(Target::name).collect();
    let target = Target::named(&name).ok_or_else(|| format!("what to fuzz? One of {}", names.join(", ")))?;
    let mut asked = Asked { target, seconds: 60, seed: 1, from: 0, rounds: u64::MAX, files: Vec::new(), child: false };
    while let Some(arg) = args.next() {
        let mut number = || {
            let text = args.next().unwrap_or_default();
            text.parse::<u64>().map_err(|_| format!("{arg} takes a number, not {text:?}"))
        };
        match arg.as_str() {
            "--seconds" => asked.seconds = number()?,
            "--seed" => asked.seed = number()?,
            "--from" => asked.from = number()?,
            "--rounds" => asked.rounds = number()?,
            "--child" => asked.child = true,
            file if !file.starts_with("--") => asked.files.push(PathBuf::from(file)),
            other => return Err(format!("there is no option {other}")),
        }
    }
    Ok(asked)
}

fn folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    target.join("fuzz")
}

fn main() -> ExitCode {
    let asked = match asked() {
        Ok(asked) => asked,
        Err(message) => {
            eprintln!("fuzz: {message}");
            return ExitCode::FAILURE;
        }
    };
    if asked.child {
        return child(&asked);
    }
    let sound = if asked.files.is_empty() { supervise(&asked) } else { again(&asked) };
    if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tries inputs from files.
fn again(asked: &Asked) -> bool {
    let mut sound = true;
    for file in &asked.files {
        match std::fs::read(file) {
            Ok(input) => {
                if let Some(told) = check(asked.target, &input) {
                    println!("{}: {told}", file.display());
                    sound = false;
                }
            }
            Err(error) => {
                println!("{}: {error}", file.display());
                sound = false;
            }
        }
    }
    sound
}

/// One slice of the rounds. What it found lies in files; where it came to is its only output.
fn child(asked: &Asked) -> ExitCode {
    let folder = folder();
    let report = run(&Plan {
        target: asked.target,
        seed: asked.seed,
        from: asked.from,
        rounds: asked.rounds,
        cpu: Duration::from_secs(asked.seconds),
        folder: Some(folder.clone()),
    });
    for failure in &report.failures {
        let file = keep(&folder, asked, failure.round, &failure.input);
        eprintln!("{} --seed {} --from {}: {}", asked.target, asked.seed, failure.round, failure.told);
        eprintln!("    {file}\n    {}", shown(&failure.input));
    }
    println!("{} {} {}", report.next, report.slowest.0, report.slowest.1.as_millis());
    if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(u8::try_from(FOUND).unwrap_or(1)) }
}

fn keep(folder: &Path, asked: &Asked, round: u64, input: &[u8]) -> String {
    let file = folder.join(format!("{}-{}-{round}", asked.target, asked.seed));
    match std::fs::write(&file, input) {
        Ok(()) => file.display().to_string(),
        Err(error) => format!("{}: {error}", file.display()),
    }
}

fn shown(input: &[u8]) -> String {
    let text = std::str::from_utf8(input).map_or_else(|_| format!("{input:?}"), |text| format!("{text:?}"));
    text.chars().take(300).collect()
}

fn supervise(asked: &Asked) -> bool {
    let Ok(program) = std::env::current_exe() else {
        eprintln!("fuzz: this program doesn't know where it is");
        return false;
    };
    let end = asked.from.saturating_add(asked.rounds);
    let wanted = Duration::from_secs(asked.seconds);
    let (mut from, mut failures) = (asked.from, 0);
    while from < end && usage::cpu_of_children() < wanted {
        let left = wanted.saturating_sub(usage::cpu_of_children()).min(SLICE).as_secs().max(1);
        let numbers = [("--seed", asked.seed), ("--from", from), ("--rounds", end - from), ("--seconds", left)];
        let mut command = Command::new(&program);
        command.arg(asked.target.name()).arg("--child");
        command.args(numbers.iter().flat_map(|(option, number)| [(*option).to_owned(), number.to_string()]));
        let output = match command.stderr(std::process::Stdio::inherit()).output() {
            Ok(output) => output,
            Err(error) => {
                eprintln!("fuzz: {error}");
                return false;
            }
        };
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let numbers: Vec<u64> = told.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let Some(&[next, slowest, millis]) = numbers.first_chunk::<3>() else {
            // It died on the input that it had just written down.
            let Some((round, input)) = last_input(asked.target) else {
                eprintln!("fuzz: {} ended with {} before it began", asked.target, output.status);
                return false;
            };
            let file = keep(&folder(), asked, round, &input);
            eprintln!("{} --seed {} --from {round}: ended with {}", asked.target, asked.seed, output.status);
            eprintln!("    {file}\n    {}", shown(&input));
            (from, failures) = (round + 1, failures + 1);
            continue;
        };
        failures += u32::from(output.status.code() == Some(FOUND));
        from = next;
        println!(
            "{} --seed {}: {} CPU seconds, {} inputs, slowest {millis} ms (round {slowest})",
            asked.target,
            asked.seed,
            usage::cpu_of_children().as_secs(),
            from - asked.from
        );
    }
    failures == 0
}

/// The round and the input that a child was working on.
fn last_input(target: Target) -> Option<(u64, Vec<u8>)> {
    let bytes = std::fs::read(folder().join(format!("{target}-current"))).ok()?;
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let header = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut words = header.split_whitespace().skip(2);
    let round = words.next()?.parse().ok()?;
    let size: usize = words.next()?.parse().ok()?;
    Some((round, bytes.get(end + 1..end + 1 + size)?.to_vec()))
}
