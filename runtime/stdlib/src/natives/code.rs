//! `:jovial_code`: text to quoted code, and quoted code to something that can be run. `Code` is written on these.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use jovial_atoms::{Atom, known};
use jovial_compiler::carried::{Code, Quoted};
use jovial_compiler::env::{Env, Kind, Var, Vars};
use jovial_compiler::host::{Compiled, Host};
use jovial_compiler::{expand_expression, expand_file};
use jovial_syntax::quoted::{Meta, Node, NodeId, Tree};
use jovial_syntax::{Diagnostic, Options};
use jovial_term::{Fragment, Heap, Term};
use jovial_vm::{Ctx, Halt};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Entry;
use super::support::{Out, atom, badarg, bytes, charge, error, list, need, ok, option, word};
use crate::compile::convert::{self, Values};
use crate::compile::host::CompileHost;
use crate::compile::{Library, constant, data, env_term, evaluate, session};

pub(crate) const TABLE: &[Entry] = &[
    ("jovial_code", "string_to_quoted", 2, string_to_quoted),
    ("jovial_code", "string_to_quoted_with_comments", 2, string_to_quoted_with_comments),
    ("jovial_code", "parsed", 3, parsed),
    ("jovial_code", "with_cursor", 2, with_cursor),
    ("jovial_code", "names_in", 2, names_in),
    ("jovial_code", "sentence", 3, |ctx, args| {
        let text = |term: Term<'_>| term.bytes().map(|text| String::from_utf8_lossy(&text).into_owned());
        let (before, after, token) = (need(text(args[0]))?, text(args[1]), need(text(args[2]))?);
        Ok(ctx.heap().binary(Diagnostic::sentence(&before, after.as_deref(), &token).as_bytes()))
    }),
    ("jovial_code", "prepare", 5, prepare),
    ("jovial_code", "run", 3, run),
    ("jovial_code", "implementation", 2, implementation),
    ("jovial_code", "pick", 2, pick),
    ("jovial_code", "bound", 3, bound),
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
    ("jovial_code", "chunk", 2, |ctx, args| {
        let name = bytes(args[1])?;
        match ctx.machine().chunk(atom(args[0])?, &String::from_utf8_lossy(&name)) {
            Some(data) => Ok(crate::compile::data::literal_term(ctx.heap(), &data)),
            None => Ok(Term::NIL),
        }
    }),
    ("jovial_code", "chunk_of", 2, |ctx, args| {
        let (bytes_of, name) = (bytes(args[0])?, bytes(args[1])?);
        let chunks = jovial_bytecode::image::read(&bytes_of).map(|image| image.chunks).unwrap_or_default();
        let found = chunks.iter().find(|(chunk, _)| chunk.as_bytes() == &*name);
        Ok(found.map_or(Term::NIL, |(_, data)| crate::compile::data::literal_term(ctx.heap(), data)))
    }),
    ("jovial_code", "native_modules", 0, |ctx, _| {
        let heap = ctx.heap();
        let names = ctx.machine().native_modules();
        Ok(heap.list(names.into_iter().map(|name| heap.binary(name.as_str().as_bytes())).collect::<Vec<_>>()))
    }),
    ("jovial_code", "natives_of", 1, |ctx, args| {
        let heap = ctx.heap();
        let pair = |(name, arity)| heap.tuple(&[Term::atom(name), Term::small32(i32::from(arity))]);
        Ok(heap.list(ctx.machine().natives_of(atom(args[0])?).into_iter().map(pair).collect::<Vec<_>>()))
    }),
    ("jovial_code", "library_modules", 0, |ctx, _| {
        let heap = ctx.heap();
        let names = ctx.machine().code_source().map(jovial_vm::CodeSource::modules).unwrap_or_default();
        Ok(heap.list(names.into_iter().map(|name| heap.binary(name.as_bytes())).collect::<Vec<_>>()))
    }),
    // An env that quoted code carried, from its bytes.
    ("jovial_code", "carried_env", 1, |ctx, args| {
        let env = jovial_compiler::carried::decode_env(&bytes(args[0])?).map_err(|_| Halt::badarg())?;
        Ok(env_term::to_term(ctx.heap(), &env))
    }),
];

/// `{:module, module}` once it is there, else `{:error, reason}`: waits for a module that is being compiled.
fn ensure_compiled<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (module, reason) = (atom(args[0])?, atom(args[1])?);
    let library = Library::in_ctx(ctx);
    Err(session::start(ctx, move |asking| {
        let mut host = CompileHost::new(asking, std::sync::Arc::clone(&library), None);
        let outcome = host.ensure_compiled(module, known::MODULE).map(|found| {
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
    let mut place = vec![entry("line", number(found.line))];
    if let Some(column) = found.column {
        place.push(entry("column", number(column)));
    }
    if let Some((line, column)) = found.end {
        place.push(entry("end_line", number(line)));
        place.push(entry("end_column", number(column)));
    }
    let delimiters = [
        ("opening_delimiter", found.opening_delimiter),
        ("closing_delimiter", found.closing_delimiter),
        ("expected_delimiter", found.expected_delimiter),
    ];
    let delimiters = delimiters.into_iter().filter_map(|(name, delimiter)| Some(entry(name, word(delimiter?))));
    // A delimiter that is missing is told before the place, one that doesn't fit behind it.
    let meta: Vec<_> = if found.closing_delimiter.is_some() {
        place.push(entry("error_type", word("mismatched_delimiter")));
        place.into_iter().chain(delimiters).collect()
    } else {
        delimiters.chain(place).collect()
    };
    let before = heap.binary(found.before.as_bytes());
    let message = match &found.after {
        Some(after) => heap.tuple(&[before, heap.binary(after.as_bytes())]),
        None => before,
    };
    heap.tuple(&[heap.list(meta), message, heap.binary(found.token.as_bytes())])
}

/// A text that ends at a cursor, completed, with `__cursor__()` in the place of the cursor.
fn with_cursor<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (before, behind) = (bytes(args[0])?, bytes(args[1])?);
    charge(ctx, before.len() + behind.len());
    let (before, behind) = (String::from_utf8_lossy(&before), String::from_utf8_lossy(&behind));
    Ok(ctx.heap().binary(jovial_syntax::with_cursor(&before, &behind).as_bytes()))
}

/// `{:ok, quoted}` or `{:error, {meta, message, token}}`.
fn string_to_quoted<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    parse(ctx, args[0], args[1], false)
}

/// `{:ok, quoted, comments}` or `{:error, {meta, message, token}}`.
fn string_to_quoted_with_comments<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    parse(ctx, args[0], args[1], true)
}

fn parse_options<'a>(asked: Term<'_>) -> Options<'a> {
    let flag = |name: &str, default: bool| option(asked, name).and_then(Term::as_bool).unwrap_or(default);
    let number = |name: &str| {
        option(asked, name).and_then(Term::as_small).and_then(|value| u32::try_from(value).ok()).unwrap_or(1)
    };
    Options {
        line: number("line"),
        column: number("column"),
        columns: flag("columns", false),
        token_metadata: flag("token_metadata", false),
        unescape: flag("unescape", true),
        emit_warnings: flag("emit_warnings", true),
        existing_atoms_only: flag("existing_atoms_only", false),
        ..Options::default()
    }
}

/// `names_in(source, options)`: the names of a text that an encoder of atoms is asked about, `{name, line, column}` each, in order.
/// With the option `numbered_names: true` the text has `:"$name 0"` for the first of them, and so on.
fn names_in<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let source = bytes(args[0])?;
    let source = String::from_utf8_lossy(&source);
    let number = |name: &str| {
        option(args[1], name).and_then(Term::as_small).and_then(|value| u32::try_from(value).ok()).unwrap_or(1)
    };
    let heap = ctx.heap();
    let mut names = Vec::new();
    let mut note = |name: &str, line: u32, column: u32| {
        let (line, column) = (Term::count(line as usize), Term::count(column as usize));
        names.push(heap.tuple(&[heap.binary(name.as_bytes()), line, column]));
        Ok(known::NIL)
    };
    let mut options = Options {
        line: number("line"),
        column: number("column"),
        emit_warnings: false,
        static_atoms_encoder: Some(&mut note),
        ..Options::default()
    };
    jovial_syntax::parse(&source, &mut options);
    charge(ctx, source.len());
    Ok(heap.list(names))
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
    let wrapper = option(asked, "wrap_literals").and_then(Term::as_atom);
    let mut wrap = |tree: &mut Tree, literal: NodeId, meta: Meta| match wrapper {
        Some(name) => Ok(tree.call(name, meta, &[literal])),
        None => Ok(literal),
    };
    let mut options = Options { comments, ..parse_options(asked) };
    if wrapper.is_some() {
        options.literal_encoder = Some(&mut wrap);
    }
    let mut names = 0_u32;
    let mut numbered = |_: &str, _: u32, _: u32| {
        names += 1;
        Atom::of_code(&format!("$name {}", names - 1)).map_err(|full| full.to_string())
    };
    if option(asked, "numbered_names").and_then(Term::as_bool) == Some(true) {
        options.static_atoms_encoder = Some(&mut numbered);
    }
    let parsed = jovial_syntax::parse(source, &mut options);
    charge(ctx, source.len());
    let heap = ctx.heap();
    let number = |value: u32| Term::count(value as usize);
    let warnings: Vec<Term<'h>> = parsed
        .diagnostics
        .iter()
        .filter(|found| found.severity == jovial_syntax::Severity::Warning)
        .map(|found| {
            let column = found.column.map_or(Term::NIL, number);
            heap.tuple(&[heap.binary(found.message.as_bytes()), number(found.line), column])
        })
        .collect();
    if let Some(found) = parsed.error() {
        return said(ctx, warnings, asked, error(heap, problem(heap, found)));
    }
    let root = parsed.root;
    let quoted = convert::to_term(heap, &Code::from(parsed.tree), &Values::default(), root);
    if !comments {
        return said(ctx, warnings, asked, ok(heap, quoted));
    }
    let comments = parsed.comments.iter().map(|comment| {
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
    said(ctx, warnings, asked, heap.tuple(&[Term::OK, quoted, comments]))
}

/// The result, once the library has given the warnings that the text deserves.
fn said<'h>(ctx: &Ctx<'h>, warnings: Vec<Term<'h>>, asked: Term<'h>, result: Term<'h>) -> Out<'h> {
    let module = Atom::new("Elixir.Jovial.Diagnostics");
    if warnings.is_empty() || ctx.machine().ensure_loaded(module).ok().flatten().is_none() {
        return Ok(result);
    }
    let heap = ctx.heap();
    let file = option(asked, "file").unwrap_or_else(|| heap.binary(b"nofile"));
    let args = vec![heap.list(warnings), file, result];
    Err(Halt::TailCall { module, function: Atom::new("parsed"), args })
}

/// A text that was parsed to be run, of which each part is expanded once.
struct Parsed {
    code: Mutex<Code>,
    /// The expressions that are run one by one.
    parts: Vec<NodeId>,
}

impl Parsed {
    /// The expression that `{parsed, number}` names.
    fn part(term: Term<'_>) -> Option<Quoted> {
        let [parsed, number] = *term.as_tuple_of::<2>()?;
        let parsed: &Parsed = parsed.as_ref()?.downcast()?;
        let root = *parsed.parts.get(usize::try_from(number.as_small()?).ok()?)?;
        let mut code = parsed.code.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = parsed.parts.len() == 1 && root.index() < code.tree.len();
        Some(if whole { Quoted { code: std::mem::take(&mut code), root } } else { Quoted::extract(&code, root) })
    }
}

/// `parsed(text, options, parts?)`: `{parsed, count}`, where `{parsed, number}` is an expression that `prepare/4` takes, once. So code that
/// is only run need not become terms. `nil` if there is anything to say about the text: then it takes the way that says it.
/// With `parts?`, a text of modules only has an expression for each of them.
fn parsed<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let source = bytes(args[0])?;
    let Ok(source) = std::str::from_utf8(&source) else { return Ok(Term::NIL) };
    let known = |entry: Term<'_>| {
        entry.as_tuple_of::<2>().and_then(|pair| pair[0].as_atom()).is_some_and(|key| {
            matches!(key.as_str(), "file" | "line" | "column" | "columns" | "emit_warnings" | "token_metadata")
        })
    };
    if !list(args[1])?.into_iter().all(known) {
        return Ok(Term::NIL);
    }
    let parsed = jovial_syntax::parse(source, &mut parse_options(args[1]));
    charge(ctx, source.len());
    if !parsed.diagnostics.is_empty() {
        return Ok(Term::NIL);
    }
    let (code, root) = (Code::from(parsed.tree), parsed.root);
    let tree = &code.tree;
    let defines =
        |part: NodeId| matches!(tree.node(part), Node::Call { name: known::DEFMODULE, args, .. } if args.len() == 2);
    let parts = match tree.node(root) {
        Node::Call { name: known::DUNDER_BLOCK, args: seq, .. } if args[2].is_atom(known::TRUE) => {
            tree.seq(seq).to_vec()
        }
        _ => Vec::new(),
    };
    let split = !parts.is_empty() && parts.iter().all(|&part| defines(part));
    let parts = if split { parts } else { vec![root] };
    let count = parts.len();
    let number = need(jovial_processes::of(ctx)?.make_ref().as_ref())?.number;
    let heap = ctx.heap();
    let reference = heap.magic_ref(number, Arc::new(Parsed { code: Mutex::new(code), parts }));
    Ok(heap.tuple(&[reference, Term::count(count)]))
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

/// The name of the module that implements a protocol for a kind or a struct: asked for at each call with a struct, so names
/// made once are remembered.
fn implementation<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    thread_local! {
        static KNOWN: RefCell<FxHashMap<(Atom, Atom), Atom>> = RefCell::default();
    }
    let pair = (atom(args[0])?, atom(args[1])?);
    if let Some(name) = KNOWN.with_borrow(|known| known.get(&pair).copied()) {
        return Ok(Term::atom(name));
    }
    let kind = pair.1.as_str();
    let kind = kind.strip_prefix("Elixir.").unwrap_or(kind);
    let name = Atom::try_new(&format!("{}.{kind}", pair.0.as_str())).map_err(|_| Halt::system_limit())?;
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= IMPLEMENTATIONS_KEPT {
            known.clear();
        }
        known.insert(pair, name);
    });
    Ok(Term::atom(name))
}

/// Names that a thread remembers.
const IMPLEMENTATIONS_KEPT: usize = 4096;

/// Calls `each` with the pairs of a binding and their variables, in order.
fn each_binding<'h>(term: Term<'h>, mut each: impl FnMut(Var, Term<'h>)) -> Result<(), Halt<'h>> {
    let mut rest = term;
    while let Some((pair, tail)) = rest.as_cons() {
        let [key, _] = *need(pair.as_tuple_of::<2>())?;
        each(need(read_key(key))?, pair);
        rest = tail;
    }
    if rest.is_nil_list() { Ok(()) } else { badarg() }
}

/// `prepare(quoted, binding, scope, wants, placing)`: `{module, function, inputs, outputs, env}`. `binding` holds the variables
/// that are bound outside; `scope` is an env, or options of which `:file` and `:line` count. The function takes what `pick/2` gives
/// for `inputs`, and what it gives `bound/3` takes. Where no function is needed to know that, `{nil, result, [], outputs, env}`. Making the map of an env takes longer than a short expression, so it is only made
/// where `wants` is `true`, or `file` for the text of a file, all of whose variables end with it. With `placing`, code without a line gets
/// that of the scope.
fn prepare<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let library = Library::in_ctx(ctx);
    let mut env = if args[2].is_list() {
        let file = option(args[2], "file").and_then(Term::bytes);
        let line = option(args[2], "line").and_then(Term::as_small).and_then(|line| u32::try_from(line).ok());
        let file = file.map_or_else(|| String::from("nofile"), |file| String::from_utf8_lossy(&file).into_owned());
        let mut env = library.new_env(&file);
        env.line = line.unwrap_or(env.line);
        env
    } else {
        need(env_term::from_term(args[2]))?
    };
    let mut vars = Vec::new();
    env.next_version = 0;
    each_binding(args[1], |var, _| {
        vars.push((var, env.next_version));
        env.next_version += 1;
    })?;
    charge(ctx, vars.len());
    env.versioned_vars = Vars::new(vars);
    let wants = args[3].as_atom().unwrap_or(known::FALSE);
    let given = match Parsed::part(args[0]) {
        Some(quoted) => Given::Parsed(quoted),
        None => {
            let line = if args[4].is_atom(known::TRUE) { env.line } else { 0 };
            Given::Term(Fragment::copy_of(args[0]).map_err(|_| Halt::system_limit())?, line)
        }
    };
    Err(session::start(ctx, move |asking| {
        let mut host = CompileHost::new(asking, library, None);
        let outcome = prepare_given(&mut host, given, &env, wants);
        session::conclude(&mut host, outcome)
    })?)
}

/// `run(module, function, args)`: runs what was prepared, once.
fn run<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (module, function, args) = (atom(args[0])?, atom(args[1])?, list(args[2])?);
    let arity = u8::try_from(args.len()).map_err(|_| Halt::badarg())?;
    let library = Library::in_ctx(ctx);
    let fun = evaluate::take(&library, ctx.heap(), module, function, arity);
    Err(Halt::Apply { fun: fun.ok_or_else(Halt::badarg)?, args })
}

/// `pick(binding, inputs)`: the arguments for a prepared expression.
fn pick<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let heap = ctx.heap();
    if args[1].is_nil_list() {
        return Ok(Term::EMPTY_LIST);
    }
    let wanted: FxHashMap<Var, usize> =
        need(list(args[1])?.into_iter().map(read_key).zip(0..).map(|(var, place)| Some((var?, place))).collect())?;
    let mut values = vec![Term::NIL; wanted.len()];
    each_binding(args[0], |var, pair| {
        if let (Some(place), Some([_, value])) = (wanted.get(&var), pair.as_tuple_of::<2>()) {
            values[*place] = *value;
        }
    })?;
    Ok(if evaluate::takes_tuple(values.len()) { heap.list([heap.tuple(&values)]) } else { heap.list(values) })
}

/// Bindings up to this size come back in the order of their keys, the greatest first.
const ORDERED_MAX: usize = 32;

/// `bound(binding, outputs, result)`: the value of an expression, and the binding behind it, with no key twice. As in Elixir the order
/// of a short one is that of its keys and that of a long one is nobody's business: there the newest stand in front, so that a
/// session's thousandth variable costs little more than the first. What macros bound for themselves is not in it, since
/// nobody could name it.
fn bound<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let heap = ctx.heap();
    let (value, results) = need(args[2].as_tuple().and_then(<[Term<'h>]>::split_first))?;
    let mut pairs: Vec<Term<'h>> = Vec::new();
    let mut seen = Seen::default();
    for (name, result) in list(args[1])?.into_iter().zip(results) {
        if !name.as_tuple_of::<2>().is_some_and(|pair| pair[1].is_integer()) && seen.is_new(need(read_key(name))?) {
            pairs.push(heap.tuple(&[name, *result]));
        }
    }
    let fresh = pairs.len();
    // Of equal keys the last one counts.
    let mut given = Vec::new();
    each_binding(args[0], |var, pair| given.push((var, pair)))?;
    charge(ctx, given.len());
    let count = given.len();
    pairs.extend(given.into_iter().rev().filter(|(var, _)| seen.is_new(*var)).map(|(_, pair)| pair));
    if pairs.len() <= ORDERED_MAX {
        let key = |pair: &Term<'h>| pair.as_tuple_of::<2>().map_or(Term::NIL, |pair| pair[0]);
        pairs.sort_by(|a, b| key(b).compare_exact(key(a)));
    } else if fresh == 0 && pairs.len() == count {
        return Ok(heap.tuple(&[*value, args[0]]));
    } else {
        pairs[fresh..].reverse();
    }
    Ok(heap.tuple(&[*value, heap.list(pairs)]))
}

/// Variables that were met, one bit for each name that users can write.
#[derive(Default)]
struct Seen {
    names: Vec<u64>,
    others: FxHashSet<Var>,
}

impl Seen {
    fn is_new(&mut self, var: Var) -> bool {
        if var != Var::plain(var.name(), known::NIL) {
            return self.others.insert(var);
        }
        let index = var.name().index() as usize;
        if self.names.len() <= index / 64 {
            self.names.resize(index / 64 + 1, 0);
        }
        let (word, bit) = (&mut self.names[index / 64], 1 << (index % 64));
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

/// What is to be prepared.
enum Given {
    Parsed(Quoted),
    /// With the line that whatever has none gets; 0 for none.
    Term(Fragment, u32),
}

fn prepare_given(
    host: &mut CompileHost<'_>,
    given: Given,
    env: &Env,
    wants: Atom,
) -> jovial_compiler::errors::Result<Fragment> {
    let (mut code, root) = match given {
        Given::Parsed(quoted) => (quoted.code, quoted.root),
        Given::Term(quoted, line) => {
            let mut code = Code::new();
            let root = convert::from_term_at(&mut code, &host.values, quoted.root(), line);
            (code, root)
        }
    };
    let file = wants == known::FILE;
    let expanded =
        if file { expand_file(&mut code, root, env, host)? } else { expand_expression(&mut code, root, env, host)? };
    if let Some(folded) = constant::fold(&code, expanded.root) {
        let outputs = expanded.env.versioned_vars.changed_since(&env.versioned_vars);
        return Ok(session::answer(|heap| {
            let bound = |version: u32| {
                let bound = folded.bound.iter().find(|(bound, _)| *bound == i64::from(version));
                bound.map_or(Term::NIL, |(_, value)| data::literal_term(heap, value))
            };
            let value = data::literal_term(heap, &folded.value);
            let results = std::iter::once(value).chain(outputs.iter().map(|(_, version)| bound(*version)));
            let result = heap.tuple(&results.collect::<Vec<_>>());
            let outputs = keys(heap, outputs.iter().map(|(var, _)| *var));
            let env = if wants == known::FALSE { Term::NIL } else { env_term::to_term(heap, &expanded.env) };
            heap.tuple(&[Term::NIL, result, Term::EMPTY_LIST, outputs, env])
        }));
    }
    // Errors tell what was evaluated once from what a file holds.
    let prefix = if file { evaluate::OF_FILES } else { evaluate::EVALUATED };
    let prepared = evaluate::load_expanded(host, &code, expanded, env, prefix)?;
    Ok(session::answer(|heap| {
        heap.tuple(&[
            Term::atom(prepared.module),
            Term::atom(prepared.function),
            keys(heap, prepared.inputs.iter().copied()),
            keys(heap, prepared.outputs.iter().copied()),
            if wants == known::FALSE { Term::NIL } else { env_term::to_term(heap, &prepared.env) },
        ])
    }))
}

fn keys<'h>(heap: &'h Heap, vars: impl DoubleEndedIterator<Item = Var>) -> Term<'h> {
    heap.list(vars.map(|var| key_term(heap, var)))
}
