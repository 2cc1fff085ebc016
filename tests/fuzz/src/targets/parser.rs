//! Whatever a text looks like, the parser comes back with a tree; places lie inside the text, and options change only what they are for.

use jovial_syntax::span::Lines;
use jovial_syntax::{Completeness, Options, completeness, parse, print};

use super::round_trip;

/// Whether the text is code.
///
/// # Panics
/// If a promise of the parser is broken.
pub(super) fn check(text: &str) -> bool {
    let parsed = parse(text, &mut Options::default());
    let printed = print::print(&parsed.tree, parsed.root);
    let lines = text.split('\n').count();
    let places = Lines::new(text);
    for diagnostic in &parsed.diagnostics {
        assert!(diagnostic.span.start <= diagnostic.span.end && diagnostic.span.end <= text.len(), "{diagnostic:?}");
        assert!(diagnostic.line as usize <= lines, "{diagnostic:?}");
        let _ = places.position(diagnostic.span.start);
    }
    let first = parsed.error().map(|error| &error.message);
    let all = parse(text, &mut Options { all_errors: true, ..Options::default() });
    assert_eq!(first, all.error().map(|error| &error.message), "the first of all errors");
    assert_eq!(parsed.ok(), completeness(text) == Completeness::Complete, "whether it is complete");

    let mut options = Options { columns: true, token_metadata: true, comments: true, ..Options::default() };
    let detailed = parse(text, &mut options);
    assert_eq!(first, detailed.error().map(|error| &error.message), "the error with all details");
    let mut options = Options { line: 7, column: 9, unescape: false, emit_warnings: false, ..Options::default() };
    let raw = parse(text, &mut options);
    if parsed.ok() {
        round_trip::check(&parsed.tree, parsed.root, &printed);
        let printed = print::print(&detailed.tree, detailed.root);
        round_trip::check(&detailed.tree, detailed.root, &printed);
        assert!(raw.ok(), "escapes are an error only where they are read: {:?}", raw.error());
    }
    parsed.ok()
}
