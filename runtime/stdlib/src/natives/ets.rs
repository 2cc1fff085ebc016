//! `:ets`: tables that processes share.
//!
//! Walks over a table stop after a bounded number of objects and go on as a call of the hidden `:jovial_ets` functions,
//! whose arguments hold the results so far.

use jovial_atoms::{Atom, known};
use jovial_processes::ets::{Chunk, Ets, Goal, Select, end_of_table};
use jovial_processes::of;
use jovial_term::{Fragment, Term};
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, atom, badarg, charge, error, list, need, ok, size, word};

pub(crate) const TABLE: &[Entry] = &[
    ("ets", "new", 2, |ctx, args| ets(ctx)?.new_table(atom(args[0])?, args[1])),
    ("ets", "insert", 2, |ctx, args| ets(ctx)?.insert(args[0], args[1], false).map(|_| Term::TRUE)),
    ("ets", "insert_new", 2, |ctx, args| ets(ctx)?.insert(args[0], args[1], true).map(Term::bool)),
    ("ets", "lookup", 2, |ctx, args| ets(ctx)?.lookup(args[0], args[1])),
    ("ets", "lookup_element", 3, |ctx, args| need(ets(ctx)?.lookup_element(args[0], args[1], size(args[2])?)?)),
    ("ets", "lookup_element", 4, |ctx, args| {
        Ok(ets(ctx)?.lookup_element(args[0], args[1], size(args[2])?)?.unwrap_or(args[3]))
    }),
    ("ets", "member", 2, |ctx, args| ets(ctx)?.member(args[0], args[1]).map(Term::bool)),
    ("ets", "delete", 1, |ctx, args| done(ets(ctx)?.delete_table(args[0]))),
    ("ets", "delete", 2, |ctx, args| done(ets(ctx)?.delete_key(args[0], args[1]))),
    ("ets", "delete_object", 2, |ctx, args| done(ets(ctx)?.delete_object(args[0], args[1]))),
    ("ets", "delete_all_objects", 1, |ctx, args| done(ets(ctx)?.delete_all(args[0]))),
    ("ets", "take", 2, |ctx, args| ets(ctx)?.take(args[0], args[1])),
    ("ets", "update_counter", 3, |ctx, args| ets(ctx)?.update_counter(args[0], args[1], args[2], None)),
    ("ets", "update_counter", 4, |ctx, args| ets(ctx)?.update_counter(args[0], args[1], args[2], Some(args[3]))),
    ("ets", "update_element", 3, |ctx, args| ets(ctx)?.update_element(args[0], args[1], args[2]).map(Term::bool)),
    ("ets", "first", 1, |ctx, args| ets(ctx)?.end_key(args[0], false).map(or_end)),
    ("ets", "last", 1, |ctx, args| ets(ctx)?.end_key(args[0], true).map(or_end)),
    ("ets", "next", 2, |ctx, args| ets(ctx)?.next_key(args[0], args[1], false).map(or_end)),
    ("ets", "prev", 2, |ctx, args| ets(ctx)?.next_key(args[0], args[1], true).map(or_end)),
    ("ets", "tab2list", 1, |ctx, args| all(ctx, args[0], "all", Term::NIL)),
    ("ets", "match", 2, |ctx, args| all(ctx, args[0], "bindings", args[1])),
    ("ets", "match", 3, |ctx, args| some(ctx, args[0], "bindings", args[1], args[2])),
    ("ets", "match", 1, |ctx, args| more(ctx, args[0])),
    ("ets", "match_object", 2, |ctx, args| all(ctx, args[0], "objects", args[1])),
    ("ets", "match_object", 3, |ctx, args| some(ctx, args[0], "objects", args[1], args[2])),
    ("ets", "match_object", 1, |ctx, args| more(ctx, args[0])),
    ("ets", "select", 2, |ctx, args| all(ctx, args[0], "spec", args[1])),
    ("ets", "select", 3, |ctx, args| some(ctx, args[0], "spec", args[1], args[2])),
    ("ets", "select", 1, |ctx, args| more(ctx, args[0])),
    ("ets", "select_reverse", 2, |ctx, args| walk_backwards(ctx, args[0], args[1], Term::NIL)),
    ("ets", "select_reverse", 3, |ctx, args| {
        if limit(args[2])? == 0 { badarg() } else { walk_backwards(ctx, args[0], args[1], args[2]) }
    }),
    ("ets", "select_reverse", 1, |ctx, args| more(ctx, args[0])),
    ("ets", "select_count", 2, |ctx, args| {
        count(ctx, &[args[0], word("spec"), args[1], word("count"), Term::EMPTY_LIST, Term::ZERO])
    }),
    ("ets", "select_delete", 2, |ctx, args| {
        count(ctx, &[args[0], word("spec"), args[1], word("delete"), Term::EMPTY_LIST, Term::ZERO])
    }),
    ("ets", "match_delete", 2, |ctx, args| {
        count(ctx, &[args[0], word("objects"), args[1], word("discard"), Term::EMPTY_LIST, Term::ZERO])
    }),
    ("ets", "select_replace", 2, |ctx, args| replace(ctx, &[args[0], args[1], Term::EMPTY_LIST, Term::ZERO])),
    ("ets", "slot", 2, |ctx, args| slot(ctx, &[args[0], args[1], Term::EMPTY_LIST])),
    ("ets", "info", 1, |ctx, args| table_name(args[0]).and_then(|()| ets(ctx)?.info_all(args[0])).map(or_undefined)),
    ("ets", "info", 2, |ctx, args| {
        table_name(args[0])?;
        ets(ctx)?.info(args[0], atom(args[1])?).map(or_undefined)
    }),
    ("ets", "whereis", 1, |ctx, args| Ok(or_undefined(ets(ctx)?.whereis(atom(args[0])?)))),
    ("ets", "all", 0, |ctx, _| Ok(ctx.heap().list(ets(ctx)?.all()))),
    ("ets", "rename", 2, |ctx, args| ets(ctx)?.rename(args[0], atom(args[1])?).map(|()| args[1])),
    ("ets", "give_away", 3, |ctx, args| done(ets(ctx)?.give_away(args[0], need(args[1].as_pid())?, args[2]))),
    ("ets", "setopts", 2, setopts),
    ("ets", "safe_fixtable", 2, |ctx, args| done(ets(ctx)?.safe_fixtable(args[0], need(args[1].as_bool())?))),
    ("ets", "match_spec_compile", 1, |ctx, args| {
        ets(ctx)?.run_spec(args[0], &[])?;
        let spec = CompiledSpec(Fragment::copy_of(args[0]).map_err(|_| Halt::system_limit())?);
        let number = need(of(ctx)?.make_ref().as_ref())?.number;
        Ok(ctx.heap().magic_ref(number, std::sync::Arc::new(spec)))
    }),
    ("ets", "is_compiled_ms", 1, |_, args| Ok(Term::bool(compiled(args[0]).is_some()))),
    ("ets", "match_spec_run", 2, |ctx, args| {
        let spec = ctx.heap().copy_in(need(compiled(args[1]))?.0.root());
        let objects = list(args[0])?;
        charge(ctx, objects.len() * 8);
        Ok(ctx.heap().list(ets(ctx)?.run_spec(spec, &objects)?.into_iter().flatten().collect::<Vec<_>>()))
    }),
    ("ets", "test_ms", 2, |ctx, args| {
        let heap = ctx.heap();
        if args[0].as_tuple().is_none() {
            return badarg();
        }
        Ok(match ets(ctx)?.run_spec(args[1], &args[..1]) {
            Ok(results) => ok(heap, results.first().copied().flatten().unwrap_or(Term::FALSE)),
            Err(_) => {
                let text = heap.charlist("not a match specification");
                error(heap, heap.list([heap.tuple(&[Term::atom(known::ERROR), text])]))
            }
        })
    }),
    ("ets", "repair_continuation", 2, |_, args| Ok(args[0])),
    ("jovial_ets", "collect", 5, collect),
    ("jovial_ets", "page", 6, page),
    ("jovial_ets", "count", 6, count),
    ("jovial_ets", "replace", 4, replace),
    ("jovial_ets", "slot", 3, slot),
    ("jovial_ets", "backwards", 5, backwards),
];

/// What `match_spec_compile/1` gives; kept in a reference.
struct CompiledSpec(Fragment);

fn compiled(term: Term<'_>) -> Option<&CompiledSpec> {
    term.as_ref()?.downcast()
}

fn ets<'h>(ctx: &Ctx<'h>) -> Result<Ets<'h>, Halt<'h>> {
    of(ctx).map(|local| local.ets())
}

fn done<'h>(result: Result<(), Halt<'h>>) -> Out<'h> {
    result.map(|()| Term::TRUE)
}

fn or_end(key: Option<Term<'_>>) -> Term<'_> {
    key.unwrap_or(end_of_table())
}

fn or_undefined(value: Option<Term<'_>>) -> Term<'_> {
    value.unwrap_or(Term::atom(known::UNDEFINED))
}

/// Names and references may be asked about although there is no such table.
fn table_name<'h>(term: Term<'h>) -> Result<(), Halt<'h>> {
    if term.as_atom().is_some() || term.is_reference() { Ok(()) } else { badarg() }
}

fn limit<'h>(term: Term<'h>) -> Result<usize, Halt<'h>> {
    need(term.as_usize().filter(|limit| *limit > 0))
}

fn selection<'h>(kind: Term<'h>, what: Term<'h>) -> Result<Select<'h>, Halt<'h>> {
    Ok(match atom(kind)?.as_str() {
        "spec" => Select::Spec(what),
        "bindings" => Select::Bindings(what),
        "objects" => Select::Objects(what),
        _ => Select::All,
    })
}

fn again<'h>(name: &str, args: Vec<Term<'h>>) -> Halt<'h> {
    Halt::TailCall { module: Atom::new("jovial_ets"), function: Atom::new(name), args }
}

/// All results, in the order of the walk.
fn all<'h>(ctx: &Ctx<'h>, table: Term<'h>, kind: &str, what: Term<'h>) -> Out<'h> {
    collect(ctx, &[table, word(kind), what, Term::EMPTY_LIST, Term::EMPTY_LIST])
}

/// `collect(table, kind, what, from, reversed results)`
fn collect<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let select = selection(args[1], args[2])?;
    let Chunk { results, next, .. } = ets(ctx)?.select(args[0], select, Goal::Results, args[3], usize::MAX)?;
    if next.is_none() && args[4].is_nil_list() {
        return Ok(ctx.heap().list(results));
    }
    let results = results.into_iter().fold(args[4], |done, result| ctx.heap().cons(result, done));
    Err(match next {
        Some(next) => again("collect", vec![args[0], args[1], args[2], next, results]),
        None => Halt::TailCall { module: known::LISTS, function: Atom::new("reverse"), args: vec![results] },
    })
}

/// At most so many results, with where to go on.
fn some<'h>(ctx: &Ctx<'h>, table: Term<'h>, kind: &str, what: Term<'h>, limit: Term<'h>) -> Out<'h> {
    page(ctx, &[table, word(kind), what, Term::EMPTY_LIST, limit, Term::EMPTY_LIST])
}

/// `page(table, kind, what, from, limit, reversed results)`: `{results, continuation}`. A continuation is the arguments
/// of the call that goes on.
fn page<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let heap = ctx.heap();
    let have = need(args[5].list_len())?;
    let missing = limit(args[4])?.saturating_sub(have);
    let select = selection(args[1], args[2])?;
    let Chunk { results, next, .. } = ets(ctx)?.select(args[0], select, Goal::Results, args[3], missing)?;
    let full = results.len() >= missing;
    let results = results.into_iter().fold(args[5], |done, result| heap.cons(result, done));
    match next {
        Some(next) if !full => Err(again("page", vec![args[0], args[1], args[2], next, args[4], results])),
        None if results.is_nil_list() => Ok(end_of_table()),
        next => {
            let mut results = need(results.list_to_vec())?;
            results.reverse();
            let going_on = next.map(|next| heap.tuple(&[args[0], args[1], args[2], next, args[4]]));
            Ok(heap.tuple(&[heap.list(results), or_end(going_on)]))
        }
    }
}

/// Goes on from a continuation.
fn more<'h>(ctx: &Ctx<'h>, continuation: Term<'h>) -> Out<'h> {
    if continuation.same(end_of_table()) {
        return Ok(continuation);
    }
    if let Some([rest, limit]) = continuation.as_tuple_of::<2>() {
        return first_of(ctx, *rest, *limit);
    }
    let [table, kind, what, from, limit] = *need(continuation.as_tuple_of::<5>())?;
    page(ctx, &[table, kind, what, from, limit, Term::EMPTY_LIST])
}

fn walk_backwards<'h>(ctx: &Ctx<'h>, table: Term<'h>, spec: Term<'h>, limit: Term<'h>) -> Out<'h> {
    backwards(ctx, &[table, spec, limit, Term::EMPTY_LIST, Term::EMPTY_LIST])
}

/// `backwards(table, spec, limit, from, reversed results)`. Tables are walked forwards only, so the results are collected
/// first; a continuation holds those that are left.
fn backwards<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let heap = ctx.heap();
    let Chunk { results, next, .. } =
        ets(ctx)?.select(args[0], Select::Spec(args[1]), Goal::Results, args[3], usize::MAX)?;
    let results = results.into_iter().fold(args[4], |done, result| heap.cons(result, done));
    if let Some(next) = next {
        return Err(again("backwards", vec![args[0], args[1], args[2], next, results]));
    }
    // Without order, the walk back is the walk.
    let ordered = ets(ctx)?.info(args[0], Atom::new("type"))?.is_some_and(|kind| kind.same(word("ordered_set")));
    let results = if ordered {
        results
    } else {
        let mut forwards = need(results.list_to_vec())?;
        forwards.reverse();
        heap.list(forwards)
    };
    if args[2].is_atom(known::NIL) { Ok(results) } else { first_of(ctx, results, args[2]) }
}

/// The first so many results of a list, with the rest as the continuation.
fn first_of<'h>(ctx: &Ctx<'h>, results: Term<'h>, count: Term<'h>) -> Out<'h> {
    let heap = ctx.heap();
    let mut iter = results.list_iter();
    let first: Vec<Term<'h>> = iter.by_ref().take(limit(count)?).collect();
    if first.is_empty() {
        return Ok(end_of_table());
    }
    let rest = iter.tail();
    let rest = if rest.is_nil_list() { end_of_table() } else { heap.tuple(&[rest, count]) };
    Ok(heap.tuple(&[heap.list(first), rest]))
}

/// `count(table, kind, what, goal, from, so far)`
fn count<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let goal = if args[3].same(word("count")) { Goal::Count } else { Goal::Delete };
    let Chunk { count, next, .. } =
        ets(ctx)?.select(args[0], selection(args[1], args[2])?, goal, args[4], usize::MAX)?;
    let total = Term::count(size(args[5])? + count);
    match next {
        Some(next) => Err(again("count", vec![args[0], args[1], args[2], args[3], next, total])),
        None if args[3].same(word("discard")) => Ok(Term::TRUE),
        None => Ok(total),
    }
}

/// `replace(table, spec, from, so far)`: the specification is made to give the old object beside the new one.
fn replace<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (heap, ets) = (ctx.heap(), ets(ctx)?);
    let keypos = size(need(ets.info(args[0], Atom::new("keypos"))?)?)?;
    let kind = need(ets.info(args[0], Atom::new("type"))?)?;
    if kind.same(word("bag")) {
        return badarg();
    }
    let mut clauses = Vec::new();
    for clause in list(args[1])? {
        let [pattern, guards, body] = *need(clause.as_tuple_of::<3>())?;
        let result = *need(list(body)?.last())?;
        let both = heap.tuple(&[heap.tuple(&[word("$_"), result])]);
        clauses.push(heap.tuple(&[pattern, guards, heap.list([both])]));
    }
    let spec = Select::Spec(heap.list(clauses));
    let Chunk { results, next, .. } = ets.select(args[0], spec, Goal::Results, args[2], usize::MAX)?;
    let mut total = size(args[3])?;
    for pair in results {
        let Some([old, new]) = pair.as_tuple_of::<2>() else { continue };
        let key = |object: Term<'h>| object.as_tuple().and_then(|elements| elements.get(keypos - 1).copied());
        if !key(*old).zip(key(*new)).is_some_and(|(old, new)| old.same(new)) {
            return badarg();
        }
        if kind.same(word("duplicate_bag")) {
            ets.delete_object(args[0], *old)?;
        }
        ets.insert(args[0], *new, false)?;
        total += 1;
    }
    let total = Term::count(total);
    match next {
        Some(next) => Err(again("replace", vec![args[0], args[1], next, total])),
        None => Ok(total),
    }
}

/// `slot(table, number, from)`: an object at a time, in the order of the walk.
fn slot<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let place = size(args[1])?;
    let Chunk { results, next, .. } = ets(ctx)?.select(args[0], Select::All, Goal::Results, args[2], usize::MAX)?;
    match (results.get(place), next) {
        (Some(object), _) => Ok(ctx.heap().list([*object])),
        (None, Some(next)) => Err(again("slot", vec![args[0], Term::count(place - results.len()), next])),
        (None, None) if place == results.len() => Ok(end_of_table()),
        (None, None) => badarg(),
    }
}

fn setopts<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let options = if args[1].is_list() { list(args[1])? } else { vec![args[1]] };
    for option in options {
        let (name, values) = need(option.as_tuple().and_then(|parts| parts.split_first()))?;
        match (atom(*name)?.as_str(), values) {
            ("heir", [none]) if none.same(word("none")) => ets(ctx)?.set_heir(args[0], None)?,
            ("heir", [heir, data]) => ets(ctx)?.set_heir(args[0], Some((need(heir.as_pid())?, *data)))?,
            _ => return badarg(),
        }
    }
    Ok(Term::TRUE)
}
