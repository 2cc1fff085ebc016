//! Whatever a text says, expanding and lowering it comes to an end, with sound code or with a diagnostic.
//!
//! **How.** Texts that start with a definition are taken as the body of a module, others as an expression. What the expander accepts
//! has to be lowered, what is lowered has to follow the rules of the SSA form, and code can be made of it.

use jovial_atoms::Atom;
use jovial_bytecode::emit::EmitProblem;
use jovial_bytecode::ir::{Literal, Module};
use jovial_compiler::fake_host::{FakeHost, define};
use jovial_compiler::lower::{self, Cause, Expression, Info, LowerError, Lowered, ModuleUnit};
use jovial_compiler::module::Definition;
use jovial_compiler::{Code, Halt, expand_expression};

use crate::corpus::Corpus;
use crate::random::Random;
use crate::text;

/// What lowering says that it needs for any source.
pub(super) const STACK_SIZE: usize = 256 << 20;

/// Forms with holes, so that what is expanded stands in places where the corpus has other things.
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
    "defguard f(_) when _",
    "defdelegate f(_), to: _",
    "defimpl _, for: _ do _ end",
    "defprotocol _ do _ end",
    "get_in(_._[_])",
    "put_in(_._, _)",
    "_ ++ _",
    "_ \\\\ _",
    "_ :: _",
    "fn -> _ end.()",
    "&(&1; _)",
    "_[_]",
    "sigil_w(<<_::binary>>, _)",
];

pub(super) fn make(corpus: &Corpus, random: &mut Random) -> String {
    if random.one_in(4) {
        return text::mutated(corpus, random);
    }
    let depth = random.below(4);
    let composed = compose(corpus, random, depth);
    if random.one_in(2) { composed } else { text::change(&composed, corpus, random) }
}

/// A text with expressions of other texts inside.
fn compose(corpus: &Corpus, random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.one_in(4) {
        return random.of(&corpus.expressions).clone();
    }
    let mut text = String::new();
    for part in random.of(FRAMES).split_inclusive('_') {
        match part.strip_suffix('_') {
            Some(before) if !before.ends_with(|c: char| c.is_alphanumeric() || c == '_') => {
                text.push_str(before);
                let inner = compose(corpus, random, depth - 1);
                let (open, close) = if random.one_in(3) { ("", "") } else { ("(", ")") };
                text.extend([open, &inner, close]);
            }
            _ => text.push_str(part),
        }
    }
    text
}

/// Whether the text went through all of the compiler.
///
/// # Panics
/// If a promise of expander or lowering is broken.
pub(super) fn check(text: &str) -> bool {
    let start = text.trim_start();
    if ["def", "@", "use ", "import ", "alias ", "#"].iter().any(|word| start.starts_with(word)) {
        check_module(text)
    } else {
        check_expression(text)
    }
}

fn check_module(text: &str) -> bool {
    let parsed = jovial_syntax::parse(text, &mut jovial_syntax::Options::default());
    if !parsed.ok() {
        return false;
    }
    let defined = define(text, true);
    match defined.halt {
        None => {
            let definitions: Vec<&Definition> = defined.definitions.iter().collect();
            let unit = ModuleUnit {
                name: Atom::new("Elixir.M"),
                file: "nofile",
                definitions: &definitions,
                info: Info::default(),
                attributes: Literal::List(Vec::new()),
                chunks: Vec::new(),
                host: &|_| None,
            };
            lowered(lower::module(unit))
        }
        Some(Halt::Exception(_)) => false,
        Some(halt) => panic!("nothing runs here that could end so: {halt:?}"),
    }
}

fn check_expression(text: &str) -> bool {
    let parsed = jovial_syntax::parse(text, &mut jovial_syntax::Options { columns: true, ..Default::default() });
    if !parsed.ok() {
        return false;
    }
    let mut host = FakeHost::new()
        .with_stack(STACK_SIZE - (1 << 20))
        .with_module("Elixir.List", "flatten/1 flatten/2 to_charlist/1", "")
        .with_module("Elixir.Enum", "map/2 reduce/3 filter/2", "")
        .with_module("Elixir.Bitwise", "band/2 bor/2 &&&/2 <<</2", "");
    let mut code = Code::from(parsed.tree);
    let env = host.env();
    match expand_expression(&mut code, parsed.root, &env, &mut host) {
        Ok(expanded) => lowered(lower::expression(&Expression {
            code: &code,
            root: expanded.root,
            module: Atom::new("fuzz"),
            file: "cell",
            inputs: &[],
            outputs: &[],
            host: &|_| None,
        })),
        Err(Halt::Exception(_)) => false,
        Err(halt) => panic!("nothing runs here that could end so: {halt:?}"),
    }
}

fn lowered(outcome: Result<Lowered, LowerError>) -> bool {
    match outcome {
        Ok(lowered) => sound(&lowered.module),
        // A block in a pattern is refused as late as that in Elixir too.
        Err(LowerError {
            cause: Cause::TooDeep | Cause::TooManyArguments | Cause::NoLiteral | Cause::Malformed("pattern"),
            ..
        }) => false,
        Err(error) => panic!("the expander lets it through, lowering does not: {error}"),
    }
}

fn sound(module: &Module) -> bool {
    if let Err(fault) = jovial_bytecode::verify::verify(module) {
        panic!("{fault}\n{}", jovial_bytecode::text::print(module));
    }
    match jovial_bytecode::emit(module) {
        Ok(_) => true,
        Err(error) if matches!(error.problem, EmitProblem::TooManySlots | EmitProblem::TooLarge) => false,
        Err(error) => panic!("{error}"),
    }
}
