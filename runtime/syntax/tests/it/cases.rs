//! `tests/quoted/*.txt`: blocks of a source, a line of dashes, and what the parser makes of it.
//!
//! Blocks are separated by lines of equals signs. Files named `layout…` are read with columns and token metadata, the
//! others without. `JOVIAL_SNAP=1 cargo test -p jovial-syntax` writes the results anew, to be read in review.

use std::fmt::Write;
use std::path::Path;

use jovial_syntax::{Options, Severity, parse, print};

const BETWEEN: &str = "\n========\n";
const RESULT: &str = "\n--------\n";

fn result(source: &str, detailed: bool) -> String {
    let mut options = Options { columns: detailed, token_metadata: detailed, ..Options::default() };
    let parsed = parse(source, &mut options);
    let mut out = String::new();
    for diagnostic in &parsed.diagnostics {
        let column = diagnostic.column.map_or(String::new(), |column| format!(":{column}"));
        let end = diagnostic.end.map_or(String::new(), |(line, column)| format!("-{line}:{column}"));
        let delimiters = [diagnostic.opening_delimiter, diagnostic.expected_delimiter, diagnostic.closing_delimiter];
        let delimiters: Vec<&str> = delimiters.into_iter().flatten().collect();
        let name = diagnostic.kind.name();
        let _ = write!(out, "{name} {}{column}{end}", diagnostic.line);
        if !delimiters.is_empty() {
            let _ = write!(out, " {}", delimiters.join(" "));
        }
        let _ = writeln!(out, ": {}", diagnostic.message);
        if diagnostic.severity == Severity::Error {
            return out.trim_end().to_owned();
        }
    }
    out + &print::print(&parsed.tree, parsed.root)
}

fn check(path: &Path) -> Vec<String> {
    let detailed = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("layout"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut failures = Vec::new();
    let mut written = Vec::new();
    for block in text.trim_end_matches('\n').split(BETWEEN) {
        let (source, expected) = block.split_once(RESULT).unwrap_or((block, ""));
        let got = result(source, detailed);
        if got != expected {
            failures.push(format!("{}: {source}\nexpected: {expected}\ngot:      {got}", path.display()));
        }
        written.push(format!("{source}{RESULT}{got}"));
    }
    if std::env::var_os("JOVIAL_SNAP").is_some() {
        std::fs::write(path, written.join(BETWEEN) + "\n").unwrap();
        return Vec::new();
    }
    failures
}

#[test]
fn cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quoted");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 5);
    let failures: Vec<String> = paths.iter().flat_map(|path| check(path)).collect();
    assert!(failures.is_empty(), "{} cases fail\n\n{}", failures.len(), failures.join("\n\n"));
}
