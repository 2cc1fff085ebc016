//! What callers may hook into: literals, names, comments, escapes, the first line.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, NodeId, Tree};
use jovial_syntax::{Options, Parsed, parse, print, unescape};

fn check(parsed: &Parsed, expected: &str) {
    let got = match parsed.error() {
        Some(error) => format!("{}:{:?} {}", error.line, error.column, error.message),
        None => print::print(&parsed.tree, parsed.root),
    };
    assert_eq!(got, expected);
}

#[test]
fn an_encoder_sees_each_literal_with_its_meta() {
    let mut wrap = |tree: &mut Tree, literal: NodeId, meta: Meta| Ok(tree.call(known::DUNDER_BLOCK, meta, &[literal]));
    let mut options = Options { token_metadata: true, literal_encoder: Some(&mut wrap), ..Options::default() };
    check(
        &parse("{:a, 0x1F}", &mut options),
        "{:__block__, [closing: [line: 1], line: 1], [{{:__block__, [line: 1], [:a]}, {:__block__, [token: \"0x1F\", line: 1], [31]}}]}",
    );
    check(
        &parse("f do nil end", &mut options),
        "{:f, [do: [line: 1], end: [line: 1], line: 1], [[{{:__block__, [line: 1], [:do]}, {:__block__, [line: 1], [nil]}}]]}",
    );
    let mut refuse = |_: &mut Tree, _: NodeId, _: Meta| Err("no literals here".to_owned());
    let mut options = Options { literal_encoder: Some(&mut refuse), ..Options::default() };
    check(&parse("x = 1", &mut options), "1:Some(5) no literals here: literal");
}

#[test]
fn names_can_be_encoded_or_refused() {
    let mut upper = |name: &str, _: u32, _: u32| Ok(Atom::new(&name.to_uppercase()));
    let mut options = Options { static_atoms_encoder: Some(&mut upper), ..Options::default() };
    check(&parse("foo(:bar, baz: nil)", &mut options), "{:FOO, [line: 1], [:BAR, [BAZ: nil]]}");
    let mut refuse = |_: &str, line: u32, column: u32| Err(format!("no names at {line}:{column}"));
    let mut options = Options { static_atoms_encoder: Some(&mut refuse), ..Options::default() };
    check(&parse("1 + foo", &mut options), "1:Some(5) no names at 1:5: foo");
}

#[test]
fn unknown_atoms_can_be_refused() {
    let mut options = Options { existing_atoms_only: true, ..Options::default() };
    check(&parse("nil", &mut options), "nil");
    check(
        &parse("a_name_that_nobody_has_made_yet", &mut options),
        "1:Some(1) unsafe atom does not exist: a_name_that_nobody_has_made_yet",
    );
    assert_eq!(Atom::existing("a_name_that_nobody_has_made_yet"), None);
    check(
        &parse(":\"ok#{1}\"", &mut options),
        "{{:., [line: 1], [:erlang, :binary_to_existing_atom]}, [line: 1], [{:<<>>, [line: 1], [\"ok\", {:\"::\", [line: 1], [{{:., [line: 1], [Kernel, :to_string]}, [from_interpolation: true, line: 1], [1]}, {:binary, [line: 1], nil}]}]}, :utf8]}",
    );
}

#[test]
fn long_atoms_are_refused() {
    let name = "a".repeat(256);
    let expected = format!("1:Some(1) atom length must be less than system limit: {name}");
    check(&parse(&name, &mut Options::default()), &expected);
    check(&parse(&name[1..], &mut Options::default()), &format!("{{:{}, [line: 1], nil}}", &name[1..]));
}

#[test]
fn comments_are_collected_with_the_breaks_around_them() {
    let mut options = Options { comments: true, ..Options::default() };
    let parsed = parse("# one\n\nfoo # two\n# three\n\n\nbar", &mut options);
    let got: Vec<_> = parsed
        .comments
        .iter()
        .map(|comment| {
            (comment.line, comment.column, comment.previous_eol_count, comment.next_eol_count, &comment.text[..])
        })
        .collect();
    assert_eq!(got, [(1, 1, 1, 2, "# one"), (3, 5, 0, 1, "# two"), (4, 1, 1, 3, "# three")]);
}

#[test]
fn positions_count_from_the_given_ones() {
    let mut options = Options { line: 7, column: 5, columns: true, ..Options::default() };
    check(
        &parse("a\nb", &mut options),
        "{:__block__, [], [{:a, [line: 7, column: 5], nil}, {:b, [line: 8, column: 5], nil}]}",
    );
    check(
        &parse("\"\"\"\na\n\"\"\"; b", &mut options),
        "{:__block__, [], [\"a\\n\", {:b, [line: 9, column: 6], nil}]}",
    );
}

#[test]
fn escapes_can_be_kept() {
    let mut options = Options { unescape: false, ..Options::default() };
    check(&parse(r#""a\n\"b""#, &mut options), r#""a\\n\"b""#);
    let mut deprecated = Vec::new();
    assert_eq!(unescape(br"a\tb\x41\u00e9\u{1F600}\q", &mut deprecated).unwrap(), "a\tbAé😀q".as_bytes());
    assert!(deprecated.is_empty());
    assert!(unescape(br"\xZ", &mut deprecated).is_err());
}

#[test]
fn all_errors_are_found_when_asked_for() {
    let source = "a = 1\nb = [1 2]\nc = 3\nf(x, y z, w)\nfn a b c -> end; d = )(".replace(")(", "1 2");
    let all = parse(&source, &mut Options { all_errors: true, ..Options::default() });
    let places: Vec<_> = all.diagnostics.iter().map(|error| (error.line, &error.message[..20])).collect();
    let expected = [
        (2, "syntax error before:"),
        (4, "unexpected comma. Pa"),
        (5, "an expression is alw"),
        (5, "syntax error before:"),
    ];
    let mut sorted = places.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!(
        print::print(&all.tree, all.root),
        "{:__block__, [], [{:=, [line: 1], [{:a, [line: 1], nil}, 1]}, {:=, [line: 3], [{:c, [line: 3], nil}, 3]}, {:fn, [line: 5], [{:->, [line: 5], [[{:a, [line: 5], [{:b, [line: 5], [{:c, [line: 5], nil}]}]}], nil]}]}, {:=, [line: 5], [{:d, [line: 5], nil}, 1]}]}"
    );
    let first = parse(&source, &mut Options::default());
    assert_eq!(first.diagnostics.iter().filter(|error| error.line == 2).count(), 1);
    assert_eq!(first.error().map(|error| error.line), Some(2));
}

#[test]
fn errors_inside_interpolation_do_not_hide_later_ones() {
    let mut options = Options { all_errors: true, ..Options::default() };
    let parsed = parse("a\n\"#{1 +}\"\nb = = 1\nc", &mut options);
    let lines: Vec<_> = parsed.diagnostics.iter().map(|error| error.line).collect();
    assert_eq!(lines, [2, 3]);
}
