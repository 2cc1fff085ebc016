//! `tests/stages/expanded/*.txt`: cases separated by empty lines. `>` the source, `=` the tree as `inspect` shows it or `!` the
//! exception, then a line for each diagnostic. Line breaks in messages are written `\n`; counters are numbered as they appear.
//! Trees are those of Elixir, but for options of `quote`, which it expands twice.

use std::path::Path;

use jovial_compiler::fake_host::FakeHost;
use jovial_compiler::{Code, Halt, Severity, expand_expression};

/// Counters by order of appearance.
fn number_counters(text: &str) -> String {
    let mut seen: Vec<String> = Vec::new();
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("counter: ") {
        let start = at + "counter: ".len();
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = if rest.starts_with('{') {
            rest.find('}').map_or(0, |at| at + 1)
        } else {
            rest.find([',', ']']).unwrap_or(rest.len())
        };
        let counter = &rest[..end];
        let number = seen.iter().position(|other| other == counter).unwrap_or_else(|| {
            seen.push(counter.to_owned());
            seen.len() - 1
        });
        out.push_str(&number.to_string());
        rest = &rest[end..];
    }
    out + rest
}

fn expand(source: &str) -> Vec<String> {
    let mut host = FakeHost::new().with_module("Elixir.List", "flatten/1 flatten/2 to_charlist/1", "").with_module(
        "Elixir.Bitwise",
        "band/2 &&&/2 bor/2 |||/2 bnot/1 ~~~/1 bsl/2 <<</2 bsr/2 >>>/2 bxor/2",
        "",
    );
    let parsed = jovial_syntax::parse(source, &mut jovial_syntax::Options::default());
    assert!(parsed.ok(), "{source}: {:?}", parsed.error());
    let mut code = Code::from(parsed.tree);
    let env = host.env();
    let result = match expand_expression(&mut code, parsed.root, &env, &mut host) {
        Ok(expanded) => format!("= {}", number_counters(&jovial_syntax::print::print(&code.tree, expanded.root))),
        Err(Halt::Exception(exception)) => {
            let name = exception.module.as_str().trim_start_matches("Elixir.");
            let file = exception.file.map_or_else(String::new, |file| format!("{file}: "));
            format!("! ** ({name}) {file}{}", exception.message.replace('\n', "\\n"))
        }
        Err(halt) => panic!("{source}: {halt:?}"),
    };
    let mut lines = vec![result];
    for diagnostic in &host.diagnostics {
        let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        lines.push(format!("{severity} {}: {}", diagnostic.line, diagnostic.message.replace('\n', "\\n")));
    }
    lines
}

#[test]
fn trees_and_diagnostics_are_those_of_elixir() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/stages/expanded");
    let mut failed = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of cases is there") {
        let path = entry.expect("it can be read").path();
        let text = std::fs::read_to_string(&path).expect("a case file is text");
        for case in text.split("\n\n").filter(|case| !case.trim().is_empty()) {
            let (source, wanted) = case.trim().split_once('\n').expect("a source line and what is expected of it");
            let source = source.strip_prefix("> ").expect("the source begins with >");
            count += 1;
            let found = expand(source).join("\n");
            if found != wanted {
                failed.push(format!("{source}\n  wanted {wanted}\n  found  {found}"));
            }
        }
    }
    assert!(count > 200, "only {count} cases were found");
    assert!(failed.is_empty(), "{} of {count} differ:\n{}", failed.len(), failed.join("\n"));
}

/// Expands something in itself on a stack of some MiB; gives the diagnostic, if there was one.
fn expand_nested((before, after): (&str, &str), depth: usize, stack: usize) -> Option<String> {
    let source = format!("{}1{}", before.repeat(depth), after.repeat(depth));
    let work = move || {
        let mut host = FakeHost::new().with_stack(stack << 20);
        let parsed = jovial_syntax::parse(&source, &mut jovial_syntax::Options::default());
        assert!(parsed.diagnostics.is_empty());
        let mut code = Code::from(parsed.tree);
        let env = host.env();
        let result = expand_expression(&mut code, parsed.root, &env, &mut host);
        assert_eq!(matches!(result, Err(Halt::Exception(_))), result.is_err());
        assert_eq!(result.is_err(), !host.diagnostics.is_empty());
        host.diagnostics.pop().map(|diagnostic| diagnostic.message)
    };
    let thread = std::thread::Builder::new().stack_size((stack + 1) << 20).spawn(work).expect("a thread");
    thread.join().expect("no overflow")
}

#[test]
fn nesting_is_bounded_by_a_limit_and_by_the_stack() {
    let list = ("[", "]");
    assert_eq!(expand_nested(list, 99_000, 1024), None);
    let refused = expand_nested(("- ", ""), 101_000, 1024).expect("it is too deep");
    assert_eq!(refused, "code nests too deeply (the limit is 100100 levels)");
    let heavy = expand_nested(("with(_ <- 1, do: ", ")"), 3_000, 1024).expect("it takes too much");
    assert!(heavy.starts_with("code nests too deeply"), "{heavy}");
    let short = expand_nested(list, 99_000, 64).expect("the stack is too small");
    assert!(short.starts_with("code nests too deeply (the limit is "), "{short}");
}
