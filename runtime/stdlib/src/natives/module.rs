//! `:jovial_module`: what `Module` and the typespec attributes do to a module whose body is running.

use jovial_atoms::{Atom, known};
use jovial_compiler::host::SharedModule;
use jovial_compiler::module::ModuleBuild;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, atom, need, ok, word};
use crate::compile::{Library, data, types};

pub(crate) const TABLE: &[Entry] = &[
    // What bodies of modules call before `Module` and `Kernel.Typespec` are compiled themselves.
    ("Elixir.Module", "__put_attribute__", 5, |ctx, args| put(ctx, &args[..4])),
    ("Elixir.Module", "__get_attribute__", 4, |ctx, args| {
        let found = get(ctx, &args[..2])?;
        Ok(found.as_tuple_of::<2>().map_or(Term::NIL, |pair| pair[1]))
    }),
    ("Elixir.Kernel.Typespec", "deftypespec", 6, |_, _| Ok(Term::OK)),
    ("jovial_module", "open", 1, |ctx, args| Ok(Term::bool(Library::in_ctx(ctx).building(atom(args[0])?).is_some()))),
    ("jovial_module", "read_only", 1, |ctx, args| with(ctx, args[0], |build| Ok(Term::bool(build.read_only)))),
    ("jovial_module", "get", 2, get),
    ("jovial_module", "put", 4, put),
    ("jovial_module", "delete", 2, delete),
    ("jovial_module", "has", 2, |ctx, args| {
        let key = atom(args[1])?;
        with(ctx, args[0], |build| {
            Ok(Term::bool(build.attributes.get(&key).is_some_and(|found| !found.values.is_empty())))
        })
    }),
    ("jovial_module", "registered", 2, |ctx, args| {
        let key = atom(args[1])?;
        with(ctx, args[0], |build| Ok(Term::bool(build.attributes.contains_key(&key))))
    }),
    ("jovial_module", "accumulates", 2, |ctx, args| {
        let key = atom(args[1])?;
        with(ctx, args[0], |build| Ok(Term::bool(build.attributes.get(&key).is_some_and(|found| found.accumulate))))
    }),
    ("jovial_module", "keys", 1, |ctx, args| {
        with(ctx, args[0], |build| {
            let mut names: Vec<Atom> = build.attributes.keys().copied().collect();
            names.sort_by_key(|name| name.as_str());
            Ok(ctx.heap().list(names.into_iter().map(Term::atom).collect::<Vec<_>>()))
        })
    }),
    ("jovial_module", "register", 4, |ctx, args| {
        let (key, accumulate, persist) = (atom(args[1])?, need(args[2].as_bool())?, need(args[3].as_bool())?);
        with(ctx, args[0], |build| {
            let attribute = build.attributes.entry(key).or_default();
            attribute.accumulate |= accumulate;
            attribute.persist |= persist;
            Ok(Term::OK)
        })
    }),
    ("jovial_module", "announce_struct", 2, |ctx, args| {
        let fields: Option<Vec<Atom>> = super::support::list(args[1])?.into_iter().map(Term::as_atom).collect();
        let fields = need(fields)?;
        with(ctx, args[0], |build| {
            build.struct_fields = Some(std::sync::Arc::new(fields));
            Ok(Term::OK)
        })
    }),
    ("jovial_module", "definitions", 1, |ctx, args| {
        let heap = ctx.heap();
        with(ctx, args[0], |build| {
            let entries = build.definitions().map(|definition| {
                let key = heap.tuple(&[Term::atom(definition.name), Term::small32(i32::from(definition.arity))]);
                heap.tuple(&[key, Term::atom(definition.kind.atom())])
            });
            Ok(heap.list(entries.collect::<Vec<_>>()))
        })
    }),
    ("jovial_module", "defines", 3, |ctx, args| {
        let (name, arity) = name_arity(args)?;
        with(ctx, args[0], |build| {
            Ok(build.definition(name, arity).map_or(Term::NIL, |definition| Term::atom(definition.kind.atom())))
        })
    }),
    ("jovial_module", "definition", 3, definition),
    ("jovial_module", "is_overridable", 3, |ctx, args| {
        let key = name_arity(args)?;
        with(ctx, args[0], |build| Ok(Term::bool(build.overridables().any(|other| other == key))))
    }),
    ("jovial_module", "overridables", 1, |ctx, args| {
        let heap = ctx.heap();
        with(ctx, args[0], |build| {
            let keys = build
                .overridables()
                .map(|(name, arity)| heap.tuple(&[Term::atom(name), Term::small32(i32::from(arity))]));
            Ok(heap.list(keys.collect::<Vec<_>>()))
        })
    }),
    ("jovial_module", "position", 1, |ctx, args| {
        let heap = ctx.heap();
        with(ctx, args[0], |build| {
            Ok(heap.tuple(&[heap.binary(build.file.as_bytes()), Term::count(build.line as usize)]))
        })
    }),
    ("jovial_module", "delete_definition", 3, |ctx, args| {
        let (name, arity) = name_arity(args)?;
        with(ctx, args[0], |build| Ok(Term::bool(build.take_definition(name, arity).is_some())))
    }),
];

fn name_arity<'h>(args: &[Term<'h>]) -> Result<(Atom, u8), Halt<'h>> {
    Ok((atom(args[1])?, need(args[2].as_small().and_then(|arity| u8::try_from(arity).ok()))?))
}

fn with<'h>(
    ctx: &Ctx<'h>,
    module: Term<'h>,
    work: impl FnOnce(&mut ModuleBuild) -> Result<Term<'h>, Halt<'h>>,
) -> Out<'h> {
    let shared: SharedModule = need(Library::in_ctx(ctx).building(atom(module)?))?;
    let mut build = shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    work(&mut build)
}

/// `{kind, meta, [{meta, args, guards, body}]}` of a definition that the module has so far, as expanded code; `nil` without one.
fn definition<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (name, arity) = name_arity(args)?;
    let library = Library::in_ctx(ctx);
    let heap = ctx.heap();
    with(ctx, args[0], |build| {
        let Some(definition) = build.definition(name, arity) else { return Ok(Term::NIL) };
        let clauses = types::clauses(heap, library.values(), definition);
        let meta = build.definition_meta(name, arity).into_iter();
        let meta = meta.map(|(key, value)| heap.tuple(&[Term::atom(key), data::literal_term(heap, &value)]));
        let meta = heap.list(meta.collect::<Vec<_>>());
        Ok(heap.tuple(&[Term::atom(definition.kind.atom()), meta, clauses]))
    })
}

/// `{:ok, value}` or `:error`. Reading counts as use.
fn get<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (key, heap) = (atom(args[1])?, ctx.heap());
    with(ctx, args[0], |build| {
        let Some(attribute) = build.attributes.get_mut(&key) else { return Ok(word("error")) };
        attribute.unread_line = None;
        if attribute.accumulate {
            let values = attribute.values.iter().map(|value| data::to_term(heap, value));
            return Ok(ok(heap, heap.list(values.collect::<Vec<_>>())));
        }
        Ok(attribute.values.first().map_or(word("unset"), |value| ok(heap, data::to_term(heap, value))))
    })
}

/// `put(module, key, value, line or nil)`; the line is that of a value which nobody has read.
fn put<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let key = atom(args[1])?;
    let value = data::datum(args[2]);
    let line = args[3].as_small().and_then(|line| u32::try_from(line).ok());
    with(ctx, args[0], |build| {
        build.put_attribute(key, value, line);
        Ok(Term::OK)
    })
}

fn delete<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (key, heap) = (atom(args[1])?, ctx.heap());
    with(ctx, args[0], |build| {
        let Some(attribute) = build.attributes.get_mut(&key) else { return Ok(Term::atom(known::NIL)) };
        let values = std::mem::take(&mut attribute.values);
        let terms: Vec<Term<'h>> = values.iter().map(|value| data::to_term(heap, value)).collect();
        if attribute.accumulate {
            return Ok(heap.list(terms));
        }
        if !attribute.persist {
            build.attributes.remove(&key);
        }
        Ok(terms.first().copied().unwrap_or(Term::NIL))
    })
}
