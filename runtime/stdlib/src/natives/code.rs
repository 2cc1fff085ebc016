//! `:jovial_code`: text to quoted code, and quoted code to something that can be run. `Code` is written on these.

use jovial_atoms::known;
use jovial_compiler::carried::Code;
use jovial_compiler::env::{Env, Kind, Var};
use jovial_compiler::host::{Compiled, Host};
use jovial_syntax::quoted::{Meta, NodeId, Tree};
use jovial_syntax::{Diagnostic, Options};
use jovial_term::{Fragment, Heap, Term};
use jovial_vm::Ctx;

use super::Entry;
use super::support::{Out, atom, badarg, bytes, charge, error, list, need, ok, option, word};
use crate::compile::convert::{self, Values};
use crate::compile::host::CompileHost;
use crate::compile::{Library, env_term, evaluate, session};

pub(crate) const TABLE: &[Entry] = &[
    ("jovial_code", "string_to_quoted", 2, string_to_quoted),
    ("jovial_code", "string_to_quoted_with_comments", 2, string_to_quoted_with_comments),
    ("jovial_code", "prepare", 3, prepare),
    ("jovial_code", "new_env", 1, |ctx, args| {
        let file = need(args[0].bytes())?;
        let env = Library::in_ctx(ctx).new_env(&String::from_utf8_lossy(&file));
        Ok(env_term::to_term(ctx.heap(), &env))
    }),
    ("jovial_code", "claim_file", 1, |ctx, args| {
        let path = bytes(args[0])?;
        Ok(Term::bool(Library::in_ctx(ctx).claim_file(&String::from_utf8_lossy(&path))))
    }),
    ("jovial_code", "begin_modules", 0, |ctx, _| {
        Library::in_ctx(ctx).note_modules(ctx.pid());
        Ok(Term::OK)
    }),
    ("jovial_code", "end_modules", 0, |ctx, _| {
        let heap = ctx.heap();
        let noted = Library::in_ctx(ctx).noted_modules(ctx.pid());
        let pairs = noted.into_iter().map(|(name, image)| heap.tuple(&[Term::atom(name), heap.binary(&image)]));
        Ok(heap.list(pairs.collect::<Vec<_>>()))
    }),
    ("jovial_code", "ensure_compiled", 2, ensure_compiled),
    ("jovial_code", "put_option", 2, |ctx, args| {
        Library::in_ctx(ctx).set_option(atom(args[0])?, args[1].is_atom(known::TRUE));
        Ok(Term::OK)
    }),
    ("jovial_code", "get_option", 1, |ctx, args| Ok(Term::bool(Library::in_ctx(ctx).option(atom(args[0])?)))),
    ("jovial_code", "definition", 3, |_, args| atom(args[0]).map(|_| word("error"))),
];

/// `{:module, module}` once it is there, else `{:error, reason}`: waits for a module that is being compiled.
fn ensure_compiled<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (module, reason) = (atom(args[0])?, atom(args[1])?);
    let library = Library::in_ctx(ctx);
    Err(session::start(ctx, move |asking| {
        let mut host = CompileHost::new(asking, std::sync::Arc::clone(&library), None);
        let env = library.new_env("nofile");
        let outcome = host.ensure_compiled(module, &env).map(|found| {
            session::answer(|heap| match found {
                Compiled::Available => heap.tuple(&[Term::atom(known::MODULE), Term::atom(module)]),
                Compiled::NotFound => heap.tuple(&[Term::atom(known::ERROR), Term::atom(reason)]),
                Compiled::UnderConstruction | Compiled::Deadlock => {
                    heap.tuple(&[Term::atom(known::ERROR), word("unavailable")])
                }
            })
        });
        session::conclude(&mut host, outcome)
    })?)
}

/// The message part of `{:error, {meta, message, token}}`.
fn problem<'h>(heap: &'h Heap, found: &Diagnostic) -> Term<'h> {
    let number = |value: u32| Term::count(value as usize);
    let entry = |name: &str, value: Term<'h>| heap.tuple(&[word(name), value]);
    let mut meta = Vec::new();
    if let Some(delimiter) = found.opening_delimiter {
        meta.push(entry("opening_delimiter", word(delimiter)));
    }
    if let Some(delimiter) = found.expected_delimiter {
        meta.push(entry("expected_delimiter", word(delimiter)));
    }
    if let Some(delimiter) = found.closing_delimiter {
        meta.push(entry("closing_delimiter", word(delimiter)));
    }
    meta.push(entry("line", number(found.line)));
    if let Some(column) = found.column {
        meta.push(entry("column", number(column)));
    }
    if let Some((line, column)) = found.end {
        meta.push(entry("end_line", number(line)));
        meta.push(entry("end_column", number(column)));
    }
    let before = heap.binary(found.before.as_bytes());
    let message = match &found.after {
        Some(after) => heap.tuple(&[before, heap.binary(after.as_bytes())]),
        None => before,
    };
    heap.tuple(&[heap.list(meta), message, heap.binary(found.token.as_bytes())])
}

/// `{:ok, quoted}` or `{:error, {meta, message, token}}`.
fn string_to_quoted<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    parse(ctx, args[0], args[1], false)
}

/// `{:ok, quoted, comments}` or `{:error, {meta, message, token}}`.
fn string_to_quoted_with_comments<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    parse(ctx, args[0], args[1], true)
}

/// Besides those of `Code.string_to_quoted/2` there is the option `wrap_literals: name`: each literal becomes
/// `{name, meta, [literal]}`. With `:__block__` that is what formatters want; with a name that no code has, it marks the
/// places where `literal_encoder` is to be called.
fn parse<'h>(ctx: &Ctx<'h>, source: Term<'h>, asked: Term<'h>, comments: bool) -> Out<'h> {
    let source = bytes(source)?;
    let Ok(source) = std::str::from_utf8(&source) else {
        let heap = ctx.heap();
        let line = 1 + source.utf8_chunks().next().map_or(0, |chunk| chunk.valid().matches('\n').count());
        let meta = heap.list([heap.tuple(&[word("line"), Term::count(line)])]);
        let message = heap.binary(b"invalid encoding in source");
        return Ok(error(heap, heap.tuple(&[meta, message, heap.binary(b"")])));
    };
    let flag = |name: &str, default: bool| option(asked, name).and_then(Term::as_bool).unwrap_or(default);
    let number = |name: &str| {
        option(asked, name).and_then(Term::as_small).and_then(|value| u32::try_from(value).ok()).unwrap_or(1)
    };
    let wrapper = option(asked, "wrap_literals").and_then(Term::as_atom);
    let mut wrap = |tree: &mut Tree, literal: NodeId, meta: Meta| match wrapper {
        Some(name) => Ok(tree.call(name, meta, &[literal])),
        None => Ok(literal),
    };
    let mut options = Options {
        line: number("line"),
        column: number("column"),
        columns: flag("columns", false),
        token_metadata: flag("token_metadata", false),
        unescape: flag("unescape", true),
        emit_warnings: flag("emit_warnings", true),
        existing_atoms_only: flag("existing_atoms_only", false),
        comments,
        ..Options::default()
    };
    if wrapper.is_some() {
        options.literal_encoder = Some(&mut wrap);
    }
    let parsed = jovial_syntax::parse(source, &mut options);
    charge(ctx, source.len());
    let heap = ctx.heap();
    if let Some(found) = parsed.error() {
        return Ok(error(heap, problem(heap, found)));
    }
    let root = parsed.root;
    let quoted = convert::to_term(heap, &Code::from(parsed.tree), &Values::default(), root);
    if !comments {
        return Ok(ok(heap, quoted));
    }
    let comments = parsed.comments.iter().map(|comment| {
        let number = |value: u32| Term::count(value as usize);
        let pairs = [
            (word("line"), number(comment.line)),
            (word("column"), number(comment.column)),
            (word("previous_eol_count"), number(comment.previous_eol_count)),
            (word("next_eol_count"), number(comment.next_eol_count)),
            (word("text"), heap.binary(comment.text.as_bytes())),
        ];
        heap.map_from(pairs)
    });
    let comments = heap.list(comments.collect::<Vec<_>>());
    Ok(heap.tuple(&[Term::OK, quoted, comments]))
}

/// A variable's key as bindings have it: a name, or a name with a context.
fn key_term<'h>(heap: &'h Heap, var: Var) -> Term<'h> {
    match var.kind {
        Kind::Context(context) if context.atom() == known::NIL => Term::atom(var.name()),
        Kind::Context(context) => heap.tuple(&[Term::atom(var.name()), Term::atom(context.atom())]),
        Kind::Counter(counter) => heap.tuple(&[Term::atom(var.name()), heap.int(counter.number)]),
    }
}

fn read_key(term: Term<'_>) -> Option<Var> {
    match term.as_tuple_of::<2>() {
        Some([name, context]) => Some(Var::plain(name.as_atom()?, context.as_atom()?)),
        None => Some(Var::plain(term.as_atom()?, known::NIL)),
    }
}

/// `prepare(quoted, keys, env)`: `{module, function, inputs, outputs, env}`. `keys` name the variables that are bound
/// outside. The function takes the values of `inputs` and gives `{value, values of outputs...}`.
fn prepare<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let mut env = need(env_term::from_term(args[2]))?;
    for key in list(args[1])? {
        let var = need(read_key(key))?;
        if env.versioned_vars.get(var).is_none() {
            let version = env.next_version;
            env.versioned_vars.insert(var, version);
            env.next_version += 1;
        }
    }
    let quoted = match Fragment::copy_of(args[0]) {
        Ok(quoted) => quoted,
        Err(_) => return badarg(),
    };
    let library = Library::in_ctx(ctx);
    Err(session::start(ctx, move |asking| {
        let mut host = CompileHost::new(asking, library, None);
        let outcome = prepare_quoted(&mut host, &quoted, &env);
        session::conclude(&mut host, outcome)
    })?)
}

fn prepare_quoted(
    host: &mut CompileHost<'_>,
    quoted: &Fragment,
    env: &Env,
) -> jovial_compiler::errors::Result<Fragment> {
    let mut code = Code::new();
    let root = convert::from_term(&mut code, &host.values, quoted.root());
    let prepared = evaluate::prepare(host, &mut code, root, env)?;
    Ok(session::answer(|heap| {
        let keys = |vars: &[Var]| heap.list(vars.iter().map(|var| key_term(heap, *var)).collect::<Vec<_>>());
        heap.tuple(&[
            Term::atom(prepared.module),
            Term::atom(prepared.function),
            keys(&prepared.inputs),
            keys(&prepared.outputs),
            env_term::to_term(heap, &prepared.env),
        ])
    }))
}
