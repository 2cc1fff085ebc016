//! What `defmodule` and `def` call when they run: `:elixir_module` and `:elixir_def`.

use std::sync::{Arc, PoisonError};

use jovial_atoms::Atom;
use jovial_compiler::carried::{self, Code, Quoted};
use jovial_compiler::env::Env;
use jovial_compiler::module::{self, DefKind, Waiting};
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
    ("elixir_def", "store_definition", 4, store_waiting),
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

/// What is no atom can't name a module.
fn invalid_name<'h>(ctx: &Ctx<'h>, name: Term<'h>) -> Out<'h> {
    let args = vec![name];
    let (module, function) = (Atom::new("Elixir.Jovial.Compiling"), Atom::new("invalid_name"));
    ctx.machine().ensure_loaded(module).ok();
    Err(Halt::TailCall { module, function, args })
}

/// `compile(meta, name, body, values, prune, env)`: runs a `defmodule`.
fn compile<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let env = env(args[5])?;
    let line = option(args[0], "line").and_then(Term::as_small).and_then(|line| u32::try_from(line).ok());
    let Some(name) = args[1].as_atom() else { return invalid_name(ctx, args[1]) };
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

/// What a `def` stores, and in what env.
enum Definition {
    Carried(Arc<Quoted>),
    /// A pair of head and body that an unquote fragment built.
    Built(Fragment),
}

/// `store_definition(kind, module, number, built)`: stores a clause that waits in the module under construction, and gives
/// `{name, arity}`. `built` is the pair of head and body if an unquote fragment built it.
fn store_waiting<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let module = atom(args[1])?;
    let waiting = Library::in_ctx(ctx).building(module).and_then(|build| {
        let number = usize::try_from(args[2].as_small()?).ok()?;
        build.lock().unwrap_or_else(PoisonError::into_inner).waiting(number).cloned()
    });
    let Some(Waiting { env, quoted }) = waiting else {
        let library = Library::in_ctx(ctx);
        return Err(session::start(ctx, move |asking| {
            let mut host = CompileHost::new(asking, library, None);
            let name = jovial_compiler::errors::inspect_module(module);
            let message = format!("cannot define functions in {name} because the module is already compiled");
            session::conclude(&mut host, Err(jovial_compiler::Halt::argument_error(message)))
        })?);
    };
    let definition = match quoted {
        Some(quoted) => Definition::Carried(quoted),
        None => Definition::Built(Fragment::copy_of(args[3]).map_err(|_| Halt::system_limit())?),
    };
    store(ctx, args[0], definition, env)
}

/// `store_definition(kind, definition, env)`: the same with all that it needs, for code that was expanded elsewhere.
fn store_definition<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let definition = if args[1].as_binary().is_some() {
        Definition::Carried(quoted(args[1])?)
    } else {
        Definition::Built(Fragment::copy_of(args[1]).map_err(|_| Halt::system_limit())?)
    };
    store(ctx, args[0], definition, env(args[2])?)
}

fn store<'h>(ctx: &Ctx<'h>, kind: Term<'h>, definition: Definition, env: Arc<Env>) -> Out<'h> {
    let kind = need(DefKind::from_atom(atom(kind)?))?;
    let library = Library::in_ctx(ctx);
    Err(session::start(ctx, move |asking| {
        let mut host = CompileHost::new(asking, library, None);
        let (code, root, plain) = match &definition {
            Definition::Carried(quoted) => (quoted.code.clone(), quoted.root, true),
            Definition::Built(built) => {
                let mut code = Code::new();
                let root = convert::from_term(&mut code, &host.values, built.root());
                (code, root, false)
            }
        };
        let outcome = match code.tree.node(root) {
            Node::Pair(head, body) => definition::store(&mut host, code, kind, head, body, plain, &env),
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
