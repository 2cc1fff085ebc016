//! Inputs that once broke something, and some new ones with a fixed seed.

use std::path::Path;
use std::time::Duration;

use jovial_fuzz::{Plan, Target, check, run};

fn some_rounds(target: Target, rounds: u64) {
    let plan = Plan { target, seed: 2026, from: 0, rounds, cpu: Duration::from_mins(1), folder: None };
    let report = run(&plan);
    let told: Vec<String> = report
        .failures
        .iter()
        .map(|failure| {
            format!("round {}: {}\n{:?}", failure.round, failure.told, String::from_utf8_lossy(&failure.input))
        })
        .collect();
    assert!(told.is_empty(), "cargo xtask fuzz {target} --seed 2026\n{}", told.join("\n\n"));
    assert_eq!(report.next, rounds, "it stopped early");
    assert!(report.accepted * 8 > rounds, "only {} of {rounds} inputs were valid", report.accepted);
}

#[test]
fn some_texts_for_the_tokenizer() {
    some_rounds(Target::Tokenizer, 4000);
}

#[test]
fn some_texts_for_the_parser() {
    some_rounds(Target::Parser, 2000);
}

#[test]
fn some_texts_for_the_expander() {
    some_rounds(Target::Expander, 6000);
}

#[test]
fn some_bytes_for_the_decoder() {
    some_rounds(Target::Decoding, 10_000);
}

/// `finds/TARGET/NAME`: named after what was wrong.
#[test]
fn what_was_found_stays_right() {
    let mut told = Vec::new();
    for target in Target::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("finds").join(target.name());
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            let input = std::fs::read(&path).expect("a file");
            told.extend(check(target, &input).map(|broken| format!("{}: {broken}", path.display())));
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}
