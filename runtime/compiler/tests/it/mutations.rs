//! Whatever a text says, expanding and lowering it comes to an end, with code or with a diagnostic.
//!
//! Texts are made of the recorded cases by putting one into another, cutting and splicing, with a fixed generator, so that a failure
//! repeats. `JOVIAL_FUZZ_SECONDS` asks for a longer run, `JOVIAL_FUZZ_SEED` for another one.

use std::cell::RefCell;
use std::path::Path;
use std::time::{Duration, Instant};

use jovial_atoms::Atom;
use jovial_compiler::fake_host::FakeHost;
use jovial_compiler::lower::{Expression, expression};
use jovial_compiler::{Code, Halt, expand_expression};

/// Linear congruential; good enough to choose places.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// Forms with a hole, so that what is expanded stands in places where the cases have other things.
const FRAMES: &[&str] = &[
    "_",
    "quote do: _",
    "quote(do: unquote(_))",
    "quote bind_quoted: [a: 1], do: _",
    "unquote(_)",
    "fn _ -> _ end",
    "fn x when _ -> x end",
    "case _ do _ -> _ end",
    "case 1 do x when _ -> x end",
    "receive do _ -> _ after _ -> _ end",
    "try do _ rescue _ -> _ catch _, _ -> _ else _ -> _ after _ end",
    "cond do _ -> _ end",
    "with _ <- _, _ do _ else _ -> _ end",
    "for _ <- _, _, into: _, do: _",
    "for <<_ <- _>>, reduce: _ do _ -> _ end",
    "if _, do: _, else: _",
    "unless _, do: _",
    "%{_ => _}",
    "%{_ | _}",
    "%_{_}",
    "<<_::_>>",
    "<<_::size(_)-binary>>",
    "[_ | _]",
    "{_, _, _}",
    "_ = _",
    "^_",
    "&(_ + &1)",
    "&_/1",
    "_ |> _",
    "_._",
    "_.(_)",
    "__MODULE__._",
    "alias _",
    "import _, only: _",
    "require _, as: _",
    "use _",
    "@_",
    "@spec _ :: _",
    "_ when _",
    "_ -> _",
    "(_; _)",
    "_ and _",
    "not _",
    "_ in _",
    "match?(_, _)",
    "destructure(_, _)",
    "defmodule _ do _ end",
    "def f(_), do: _",
    "defmacro _",
    "super(_)",
    "~s(#{_})",
    "\"#{_}\"",
    "var!(_)",
    "binding()",
    "__CALLER__",
    "__ENV__._",
    "_ .. _ // _",
    "defstruct _",
    "raise _",
    "dbg(_)",
    "_ <> _",
    "to_string(_)",
    "is_struct(_, _)",
    "x = _; x",
    "tap(_, _)",
    "then(_, & &1)",
];

fn cases() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/stages/expanded");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("one").path()).collect();
    paths.sort();
    let texts = paths.iter().map(|path| std::fs::read_to_string(path).expect("a text"));
    texts
        .flat_map(|text| text.lines().filter_map(|line| line.strip_prefix("> ")).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// A text with expressions of other texts inside.
fn compose(cases: &[String], random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.below(4) == 0 {
        return cases[random.below(cases.len())].clone();
    }
    let mut text = String::new();
    for part in FRAMES[random.below(FRAMES.len())].split_inclusive('_') {
        match part.strip_suffix('_') {
            Some(before) if !before.ends_with(|c: char| c.is_alphanumeric() || c == '_') => {
                text.push_str(before);
                let inner = compose(cases, random, depth - 1);
                if random.below(3) == 0 { text.push_str(&inner) } else { text.push_str(&format!("({inner})")) }
            }
            _ => text.push_str(part),
        }
    }
    text
}

fn boundary(text: &str, random: &mut Random) -> usize {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn mutate(mut text: String, cases: &[String], random: &mut Random) -> String {
    for _ in 0..random.below(3) {
        let (a, b) = (boundary(&text, random), boundary(&text, random));
        let (from, to) = (a.min(b), a.max(b));
        let piece = match random.below(3) {
            0 => String::new(),
            1 => text[from..to].repeat(2),
            _ => cases[random.below(cases.len())].clone(),
        };
        text.replace_range(from..to, &piece);
    }
    text
}

/// Whether the text went through all of the compiler.
fn check(source: &str) -> bool {
    let parsed = jovial_syntax::parse(source, &mut jovial_syntax::Options::default());
    if !parsed.ok() {
        return false;
    }
    let mut host = FakeHost::new().with_module("Elixir.List", "flatten/1 flatten/2 to_charlist/1", "");
    let mut code = Code::from(parsed.tree);
    let env = host.env();
    match expand_expression(&mut code, parsed.root, &env, &mut host) {
        Ok(expanded) => {
            let name = Atom::new("mutation");
            let host = |_: u32| None;
            let unit = Expression {
                code: &code,
                root: expanded.root,
                module: name,
                file: "cell",
                inputs: &[],
                outputs: &[],
                host: &host,
            };
            expression(&unit).is_ok_and(|lowered| jovial_bytecode::emit(&lowered.module).is_ok())
        }
        Err(Halt::Exception(_)) => false,
        Err(halt) => panic!("nothing else can happen here: {halt:?}"),
    }
}

thread_local! {
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

#[test]
fn any_code_is_expanded_or_refused() {
    let asked = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (limit, seed) =
        (asked("JOVIAL_FUZZ_SECONDS").map(Duration::from_secs), asked("JOVIAL_FUZZ_SEED").unwrap_or(2024));
    let work = move || {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |told| {
            TEXT.with_borrow(|text| {
                if !text.is_empty() {
                    eprintln!("the text was:\n{text}\n")
                }
            });
            hook(told);
        }));
        let cases = cases();
        let mut random = Random(seed);
        let begin = Instant::now();
        let (mut rounds, mut through) = (0_u64, 0_u64);
        while limit.map_or(rounds < 20_000, |limit| begin.elapsed() < limit) {
            let depth = 1 + random.below(4);
            let text = mutate(compose(&cases, &mut random, depth), &cases, &mut random);
            TEXT.set(text.clone());
            let before = Instant::now();
            through += u64::from(check(&text));
            assert!(before.elapsed() < Duration::from_secs(20), "it took {:?}", before.elapsed());
            rounds += 1;
        }
        assert!(through * 20 > rounds, "only {through} of {rounds} texts were code");
    };
    std::thread::Builder::new().stack_size(64 << 20).spawn(work).expect("a thread").join().expect("no panic");
}
