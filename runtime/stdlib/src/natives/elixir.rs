//! What `defmodule` and `def` call when they run: `:elixir_module` and `:elixir_def`.

use std::sync::Arc;

use jovial_atoms::known;
use jovial_compiler::carried::{self, Code, Quoted};
use jovial_compiler::env::Env;
use jovial_compiler::module::{self, DefKind};
use jovial_syntax::quoted::Node;
use jovial_term::{Fragment, Term};
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, atom, need, option};
use crate::compile::convert;
use crate::compile::definition::{self, ModuleStart};
use crate::compile::host::CompileHost;
use crate::compile::{Library, env_term, session};

pub(crate) const TABLE: &[Entry] = &[
    ("elixir_module", "compile", 6, compile),
    ("elixir_module", "compiler_modules", 0, |ctx, _| {
        let names = Library::in_ctx(ctx).all_building();
        Ok(ctx.heap().list(names.into_iter().map(Term::atom).collect::<Vec<_>>()))
    }),
    ("elixir_def", "store_definition", 3, store_definition),
    ("jovial_module", "make_overridable", 3, make_overridable),
];

/// An env that code carries, or one that was made by a program.
fn env<'h>(term: Term<'h>) -> Result<Arc<Env>, Halt<'h>> {
    match term.bytes() {
        Some(bytes) => carried::decode_env(&bytes).map_err(|_| Halt::badarg()),
        None => need(env_term::from_term(term)).map(Arc::new),
    }
}

/// Code that code carries.
fn quoted<'h>(term: Term<'h>) -> Result<Arc<Quoted>, Halt<'h>> {
    carried::decode_quoted(&need(term.bytes())?).map_err(|_| Halt::badarg())
}

/// `compile(meta, name, body, values, prune, env)`: runs a `defmodule`.
fn compile<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let env = env(args[5])?;
    let line = option(args[0], "line").and_then(Term::as_small).and_then(|line| u32::try_from(line).ok());
    let Some(name) = args[1].as_atom() else { return Err(Halt::badarg()) };
    let start = ModuleStart {
        name,
        line: line.unwrap_or(env.line),
        body: quoted(args[2])?,
        values: Fragment::copy_of(args[3]).map_err(|_| Halt::system_limit())?,
        env,
        owner: ctx.pid(),
    };
    let library = Library::in_ctx(ctx);
    Err(session::start(ctx, move |asking| {
        let mut host = CompileHost::new(asking, library, None);
        let outcome = definition::define(&mut host, &start);
        session::conclude(&mut host, outcome)
    })?)
}

/// `store_definition(kind, definition, env)`: stores a clause and gives `{name, arity}`. The definition is carried code,
/// or a pair of head and body that an unquote fragment built.
fn store_definition<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let kind = need(DefKind::from_atom(atom(args[0])?))?;
    let env = env(args[2])?;
    let library = Library::in_ctx(ctx);
    let carried = if args[1].as_binary().is_some() { Some(quoted(args[1])?) } else { None };
    let built = match carried {
        Some(_) => None,
        None => Some(Fragment::copy_of(args[1]).map_err(|_| Halt::system_limit())?),
    };
    Err(session::start(ctx, move |asking| {
        let mut host = CompileHost::new(asking, library, None);
        let (code, root) = match (&carried, &built) {
            (Some(quoted), _) => (quoted.code.clone(), quoted.root),
            (None, Some(built)) => {
                let mut code = Code::new();
                let root = convert::from_term(&mut code, &host.values, built.root());
                (code, root)
            }
            (None, None) => (Code::new(), Code::new().tree.atom(known::NIL)),
        };
        let outcome = match code.tree.node(root) {
            Node::Pair(head, body) => definition::store(&mut host, code, kind, head, body, carried.is_some(), &env),
            _ => Err(jovial_compiler::Halt::argument_error("invalid definition")),
        };
        let outcome = outcome.map_err(|halt| host.at_definition(halt, &env));
        session::conclude(&mut host, outcome)
    })?)
}

/// Whether the module defines what it wants to make overridable.
fn make_overridable<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let key = (atom(args[1])?, need(args[2].as_small().and_then(|arity| u8::try_from(arity).ok()))?);
    let library = Library::in_ctx(ctx);
    let env = Env { module: atom(args[0])?, ..library.new_env("nofile") };
    Err(session::start(ctx, move |asking| {
        let mut host = CompileHost::new(asking, library, None);
        let outcome = module::make_overridable(&mut host, &env, key);
        let outcome = outcome.map(|found| Fragment::immediate(Term::bool(found)));
        session::conclude(&mut host, outcome)
    })?)
}

/// The result of a stored definition.
pub(crate) fn stored(stored: &module::Stored) -> Fragment {
    session::answer(|heap| heap.tuple(&[Term::atom(stored.name), Term::small32(i32::from(stored.arity))]))
}
