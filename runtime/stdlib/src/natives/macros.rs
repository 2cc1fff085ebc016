//! `:jovial_macro`: expansion and structs for `Macro`, on the compiler.

use std::sync::PoisonError;

use jovial_atoms::{Atom, known};
use jovial_compiler::carried::Code;
use jovial_compiler::expand::macros::expand_once as expand_node;
use jovial_compiler::expand_expression;
use jovial_compiler::host::Datum;
use jovial_term::{Fragment, Term};
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, atom, need};
use crate::compile::host::CompileHost;
use crate::compile::{Library, convert, data, env_term, session};

pub(crate) const TABLE: &[Entry] = &[
    ("jovial_macro", "expand_once", 2, expand_once),
    ("jovial_macro", "expand_guard", 2, |ctx, args| expand_in(ctx, args, Some(jovial_compiler::Context::Guard))),
    ("jovial_macro", "expand_all", 2, |ctx, args| expand_in(ctx, args, None)),
    ("jovial_macro", "struct_info", 2, struct_info),
    ("jovial_macro", "trace", 2, |_, _| Ok(Term::OK)),
];

fn copied<'h>(term: Term<'h>) -> Result<Fragment, Halt<'h>> {
    Fragment::copy_of(term).map_err(|_| Halt::system_limit())
}

/// `{quoted, expanded?}`: one step at the top node.
fn expand_once<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let env = need(env_term::from_term(args[1]))?;
    let quoted = copied(args[0])?;
    let library = Library::in_ctx(ctx);
    Err(session::start(ctx, move |asking| {
        let mut host = CompileHost::new(asking, library, None);
        let mut code = Code::new();
        let root = convert::from_term(&mut code, &host.values, quoted.root());
        let outcome = expand_node(&mut code, root, &env, &mut host).map(|expanded| {
            session::answer(|heap| {
                let node = expanded.unwrap_or(root);
                let quoted = convert::to_term(heap, &code, &host.values, node);
                heap.tuple(&[quoted, Term::bool(expanded.is_some())])
            })
        });
        session::conclude(&mut host, outcome)
    })?)
}

/// `{quoted, env}`: an expression expanded with all in it, in a context other than that of its env if one is given.
fn expand_in<'h>(ctx: &Ctx<'h>, args: &[Term<'h>], context: Option<jovial_compiler::Context>) -> Out<'h> {
    let mut env = need(env_term::from_term(args[1]))?;
    env.context = context.unwrap_or(env.context);
    let quoted = copied(args[0])?;
    let library = Library::in_ctx(ctx);
    Err(session::start(ctx, move |asking| {
        let mut host = CompileHost::new(asking, library, None);
        let mut code = Code::new();
        let root = convert::from_term(&mut code, &host.values, quoted.root());
        let outcome = expand_expression(&mut code, root, &env, &mut host).map(|expanded| {
            session::answer(|heap| {
                let quoted = convert::to_term(heap, &code, &host.values, expanded.root);
                heap.tuple(&[quoted, env_term::to_term(heap, &expanded.env)])
            })
        });
        session::conclude(&mut host, outcome)
    })?)
}

/// A list of `%{field: name, default: value}` for the struct of a module, also of one that is being defined; `nil` if it
/// defines none.
fn struct_info<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (module, heap) = (atom(args[0])?, ctx.heap());
    let library = Library::in_ctx(ctx);
    if let Some(shared) = library.building(module) {
        let build = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = build.attributes.get(&known::DUNDER_STRUCT).and_then(|found| found.values.first());
        let Some(pairs) = stored.map(|value: &Datum| data::to_term(heap, value)) else { return Ok(Term::NIL) };
        let infos = pairs.list_iter().filter_map(|pair| {
            let [field, default] = *pair.as_tuple_of::<2>()?;
            let entries = [(Term::atom(Atom::new("field")), field), (Term::atom(known::DEFAULT), default)];
            (!field.is_atom(known::DUNDER_STRUCT)).then(|| heap.map_from(entries))
        });
        return Ok(heap.list(infos.collect::<Vec<_>>()));
    }
    if library.face(module).is_none_or(|face| !face.elixir) {
        return Ok(Term::NIL);
    }
    let args = vec![Term::atom(known::STRUCT)];
    Err(Halt::TailCall { module, function: known::DUNDER_INFO, args })
}
