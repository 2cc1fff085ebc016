//! The project's commands: `cargo xtask <command>`.
//!
//! **What it is for.** Everything that takes more than one tool: all tests, all checks. Each command prints what it runs, and
//! ends with the first failure's exit status.
//!
//! **What it must not know.** The crates themselves; it only starts programs.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its user")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const HELP: &str = "\
cargo xtask COMMAND

  test [FILTER]   every test: Rust, language cases, examples, Jupyter clients
  rust [FILTER]   the Rust tests and language cases alone
  jupyter [ARG..] the tests that drive the kernel with real Jupyter clients (pytest arguments)
  examples        the examples in the library's documents
  stress [PERIOD] the Rust tests and language cases, collecting at every PERIOD-th place at which that may happen (1)
  asan [FILTER]   the tests of term, vm and processes under the address sanitizer
  fuzz TARGET ..  inputs that nobody would write, for tokenizer, parser, expander or decoding (--seconds N, --seed S)
  check           formatting and lints
";

type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[][..]),
    };
    let outcome = match command {
        "test" if rest.is_empty() => {
            rust(rest).and_then(|()| examples(None)).and_then(|()| some_stress()).and_then(|()| jupyter(&[]))
        }
        "test" => rust(rest),
        "rust" => rust(rest),
        "jupyter" => jupyter(rest),
        "stress" => stress(rest.first().map_or("1", String::as_str)),
        "asan" => asan(rest),
        "examples" => build().and_then(|()| examples(None)),
        "fuzz" => fuzz(rest),
        "check" => check(),
        "help" | "--help" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(format!("there is no command {other}\n\n{HELP}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn run(command: &mut Command) -> Outcome {
    let shown: String = show(command).chars().take(400).collect();
    println!("+ {shown}");
    let status = command.current_dir(root()).status().map_err(|error| format!("{}: {error}", show(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", show(command))) }
}

fn show(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for arg in command.get_args() {
        text.push(' ');
        text.push_str(&arg.to_string_lossy());
    }
    text
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// All programs and tests at once. Other selections of packages have other features of other people's crates, and each would build
/// half of the tree again.
fn build() -> Outcome {
    run(cargo().args(["build", "--workspace", "--release", "--bins", "--tests"]))
}

fn has_nextest() -> bool {
    cargo().args(["nextest", "--version"]).output().is_ok_and(|output| output.status.success())
}

fn rust(filter: &[String]) -> Outcome {
    build()?;
    let mut command = cargo();
    if has_nextest() {
        command.args(["nextest", "run", "--no-fail-fast"]);
    } else {
        command.args(["test", "--no-fail-fast"]);
    }
    // The language cases have a runner of their own, which nextest can't list.
    run(command.args(["--workspace", "--exclude", "jovial-runner", "--release"]).args(filter))?;
    run(cases().arg("--").args(filter))
}

/// The examples in the library's documents, collecting at every `period`-th place if one is given.
fn examples(period: Option<&str>) -> Outcome {
    let mut files = Vec::new();
    sources(&root().join("runtime/stdlib/lib"), &mut files).map_err(|error| format!("the library: {error}"))?;
    files.sort();
    let mut command = Command::new(target().join("release/jovial"));
    command.args(["run", "tests/runner/doctests.exs"]).args(files);
    if let Some(period) = period {
        command.env("JOVIAL_GC_STRESS", period);
    }
    run(&mut command)
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "ex") {
            found.push(path);
        }
    }
    Ok(())
}

fn cases() -> Command {
    let mut command = cargo();
    command.args(["test", "--workspace", "--release", "--test", "language"]);
    command
}

/// Tests of the crates below the library, with collections at every `period`-th place.
fn stress_below(period: &str, packages: &[&str]) -> Outcome {
    let mut command = cargo();
    if has_nextest() {
        let wanted: Vec<String> = packages.iter().map(|package| format!("package(={package})")).collect();
        command.args(["nextest", "run", "--no-fail-fast", "--workspace", "--exclude", "jovial-runner", "--release"]);
        command.args(["-E", &wanted.join(" | ")]);
    } else {
        command.args(["test", "--release", "--no-fail-fast", "--lib", "--tests"]);
        command.args(packages.iter().flat_map(|package| ["--package", package]));
    }
    run(command.env("JOVIAL_GC_STRESS", period))
}

fn stress_cases(period: &str, seeds: &str) -> Outcome {
    run(cases().env("JOVIAL_GC_STRESS", period).env("JOVIAL_RUNNER_SEEDS", seeds))
}

/// What every run of all tests includes: each place for terms and machine, each 64th for all else.
fn some_stress() -> Outcome {
    stress_below("1", &["jovial-term", "jovial-vm"])?;
    stress_below("64", &["jovial-processes"])?;
    stress_cases("64", "5")
}

fn stress(period: &str) -> Outcome {
    build()?;
    stress_below(period, &["jovial-term", "jovial-vm", "jovial-processes", "jovial-stdlib"])?;
    stress_cases(period, "20")?;
    examples(Some(period))
}

/// The sanitizer is not a stable option of the compiler, so this asks the stable one to take it. It needs a target that is named, or
/// build scripts would be built with it too.
fn asan(filter: &[String]) -> Outcome {
    let version = Command::new("rustc").arg("-vV").output().map_err(|error| format!("rustc: {error}"))?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc -vV names no host")?;
    let mut command = cargo();
    command.args(["test", "--release", "--no-fail-fast", "--lib", "--tests", "--target", host]);
    for package in ["jovial-term", "jovial-vm", "jovial-processes"] {
        command.args(["--package", package]);
    }
    // Code that is watched calls where it would jump.
    let watched = ["--skip", "no_handler_calls_the_next"];
    command.arg("--target-dir").arg(target().join("asan")).arg("--").args(watched).args(filter);
    command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Zsanitizer=address");
    // Atoms and literals live as long as the program.
    run(command.env("ASAN_OPTIONS", "detect_leaks=0:detect_stack_use_after_return=0"))
}

fn fuzz(args: &[String]) -> Outcome {
    build()?;
    run(Command::new(target().join("release/jovial-fuzz")).args(args))
}

fn jupyter(args: &[String]) -> Outcome {
    build()?;
    let python = venv()?;
    run(Command::new(python)
        .args(["-m", "pytest", "-q", "tests/kernel"])
        .args(args)
        .env("JOVIAL", target().join("release/jovial")))
}

/// A virtual environment beside the build, made anew when the list of packages changes.
fn venv() -> Result<PathBuf, String> {
    let folder = target().join("venv");
    let python = folder.join("bin/python");
    let list = root().join("tests/kernel/requirements.txt");
    let wanted = std::fs::read_to_string(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    let stamp = folder.join("requirements.txt");
    if python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(python);
    }
    run(Command::new("python3").arg("-m").arg("venv").arg("--clear").arg(&folder))?;
    run(Command::new(&python).args(["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r"]).arg(&list))?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(python)
}

fn check() -> Outcome {
    run(cargo().args(["fmt", "--all", "--check"]))?;
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--release", "--", "-D", "warnings"]))
}
