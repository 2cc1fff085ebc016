//! Deep and wide texts end in a tree or in a diagnostic, on the small stack of a test thread.

use jovial_syntax::{Options, parse, print};

fn check(source: &str, expected: Option<&str>) {
    let mut options = Options { columns: true, token_metadata: true, ..Options::default() };
    let parsed = parse(source, &mut options);
    match (parsed.error(), expected) {
        (None, None) => assert!(!print::print(&parsed.tree, parsed.root).is_empty()),
        (Some(error), Some(expected)) => assert!(error.message.starts_with(expected), "{}", error.message),
        (None, Some(expected)) => panic!("{source:.40}… is valid, expected {expected}"),
        (Some(error), None) => panic!("{:.40}…: {}", source, error.message),
    }
}

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    [open.repeat(depth), inner.to_owned(), close.repeat(depth)].concat()
}

#[test]
fn nesting_up_to_the_limit_is_read() {
    check(&nested("[", "", "]", 100_000), None);
    check(&nested("(", "1", ")", 100_000), None);
    check(&nested("f(", "", ")", 100_000), None);
    check(&nested("%{a => ", "1", "}", 50_000), None);
    check(&nested("fn -> ", "1", " end", 50_000), None);
    check(&nested("a do ", "1", " end", 50_000), None);
    check(&nested("\"#{", "1", "}\"", 20_000), None);
    check(&nested("[a: ", "1", "]", 50_000), None);
    check(&nested("f ", "1", "", 50_000), None);
}

#[test]
fn nesting_beyond_the_limit_is_refused() {
    check(&nested("[", "", "]", 150_000), Some("nesting is limited to 100000 levels"));
    check(&nested("fn -> ", "1", " end", 150_000), Some("nesting is limited to 100000 levels"));
    check(&"(".repeat(150_000), Some("missing terminator: )"));
}

#[test]
fn long_rows_are_no_nesting() {
    for row in ["+ ", "- ", "not ", "@", "& ", "! "] {
        check(&(row.repeat(150_000) + "a"), None);
    }
    for row in ["1 + ", "a = ", "a |> ", "a ++ ", "a | ", "1 .. "] {
        check(&(row.repeat(50_000) + "1"), None);
    }
    check(&("a".to_owned() + &".b".repeat(50_000)), None);
    check(&("a".to_owned() + &"[b]".repeat(50_000)), None);
    check(&("A".to_owned() + &".B".repeat(50_000)), None);
    check(&("a".to_owned() + &".()".repeat(50_000)), None);
    check(&format!("\"{}\"", "#{}".repeat(50_000)), None);
    check(&format!("fn {} end", "-> ;".repeat(50_000)), None);
    check(&format!("a do {} end", "else ".repeat(50_000)), None);
    check(&"a\n".repeat(50_000), None);
}
