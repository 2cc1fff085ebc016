//! `:maps`, and the map functions of `:erlang`.

use jovial_atoms::known;
use jovial_term::{Map, Term};
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, charge, list, need};

pub(crate) const TABLE: &[Entry] = &[
    ("maps", "get", 2, map_get),
    ("maps", "get", 3, get_or),
    ("maps", "find", 2, find),
    ("maps", "is_key", 2, is_key),
    ("maps", "put", 3, put),
    ("maps", "update", 3, update),
    ("maps", "remove", 2, remove),
    ("maps", "take", 2, take),
    ("maps", "keys", 1, keys),
    ("maps", "values", 1, values),
    ("maps", "to_list", 1, to_list),
    ("maps", "from_list", 1, from_list),
    ("maps", "from_keys", 2, from_keys),
    ("maps", "merge", 2, merge),
    // An iterator is the map with a cursor, and the pairs that were read ahead: [cursor, pairs | map].
    ("jovial_maps", "iterator", 1, |ctx, args| {
        map(ctx, args[0])?;
        Ok(ctx.heap().list_with_tail([Term::ZERO, Term::EMPTY_LIST], args[0]))
    }),
    ("jovial_maps", "next", 1, next),
    ("jovial_maps", "pairs", 1, pairs),
    ("jovial_maps", "within", 2, |ctx, args| keys_in(ctx, args, true)),
    ("jovial_maps", "disjoint", 2, |ctx, args| keys_in(ctx, args, false)),
    ("maps", "new", 0, |ctx, _| Ok(ctx.heap().empty_map())),
    ("maps", "size", 1, |ctx, args| map(ctx, args[0]).map(|map| Term::count(map.len()))),
    ("erlang", "map_size", 1, |ctx, args| map(ctx, args[0]).map(|map| Term::count(map.len()))),
    ("erlang", "map_get", 2, map_get),
    ("erlang", "is_map_key", 2, is_key),
];

fn map<'h>(ctx: &Ctx<'h>, term: Term<'h>) -> Result<Map<'h>, Halt<'h>> {
    term.as_map().ok_or_else(|| Halt::badmap(ctx, term))
}

fn map_get<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    map(ctx, args[1])?.get(args[0]).ok_or_else(|| Halt::badkey(ctx, args[0]))
}

fn get_or<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    Ok(map(ctx, args[1])?.get(args[0]).unwrap_or(args[2]))
}

fn find<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    Ok(match map(ctx, args[1])?.get(args[0]) {
        Some(value) => ctx.heap().tuple(&[Term::OK, value]),
        None => Term::atom(known::ERROR),
    })
}

fn is_key<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    Ok(Term::bool(map(ctx, args[1])?.contains_key(args[0])))
}

fn put<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    Ok(ctx.heap().map_put(map(ctx, args[2])?, args[0], args[1]))
}

fn update<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    ctx.heap().map_update(map(ctx, args[2])?, args[0], args[1]).ok_or_else(|| Halt::badkey(ctx, args[0]))
}

fn remove<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    Ok(ctx.heap().map_remove(map(ctx, args[1])?, args[0]))
}

fn take<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    Ok(match ctx.heap().map_take(map(ctx, args[1])?, args[0]) {
        Some((value, rest)) => ctx.heap().tuple(&[value, rest]),
        None => Term::atom(known::ERROR),
    })
}

fn keys<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let map = map(ctx, args[0])?;
    charge(ctx, map.len());
    Ok(ctx.heap().list(map.iter().map(|(key, _)| key).collect::<Vec<_>>()))
}

fn values<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let map = map(ctx, args[0])?;
    charge(ctx, map.len());
    Ok(ctx.heap().list(map.iter().map(|(_, value)| value).collect::<Vec<_>>()))
}

fn to_list<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let map = map(ctx, args[0])?;
    charge(ctx, map.len());
    let heap = ctx.heap();
    Ok(heap.list(map.iter().map(|(key, value)| heap.tuple(&[key, value])).collect::<Vec<_>>()))
}

fn from_list<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let items = list(args[0])?;
    charge(ctx, items.len() * 4);
    let pairs: Option<Vec<_>> =
        items.iter().map(|item| item.as_tuple_of::<2>().map(|[key, value]| (*key, *value))).collect();
    Ok(ctx.heap().map_from(need(pairs)?))
}

fn from_keys<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let keys = list(args[0])?;
    charge(ctx, keys.len() * 4);
    Ok(ctx.heap().map_from(keys.into_iter().map(|key| (key, args[1]))))
}

fn merge<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (first, second) = (map(ctx, args[0])?, map(ctx, args[1])?);
    charge(ctx, first.len().min(second.len()) * 4);
    Ok(ctx.heap().map_merge(first, second))
}

/// Whether all keys of the first map are in the second (`wanted`), or none of them.
fn keys_in<'h>(ctx: &Ctx<'h>, args: &[Term<'h>], wanted: bool) -> Out<'h> {
    let (keys, other) = (map(ctx, args[0])?, map(ctx, args[1])?);
    let mut looked_up = 0;
    let holds = keys.iter().all(|(key, _)| {
        looked_up += 4;
        other.get(key).is_some() == wanted
    });
    charge(ctx, looked_up);
    Ok(Term::bool(holds))
}

/// All pairs in the order of an iterator, which for a large map is not that of `to_list`.
fn pairs<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (map, heap) = (map(ctx, args[0])?, ctx.heap());
    charge(ctx, map.len());
    let mut found = Vec::with_capacity(map.len());
    let mut position = Some(0);
    while let Some(at) = position {
        let (pairs, following) = map.chunk(at, AHEAD);
        if pairs.is_empty() {
            break;
        }
        found.extend(pairs.into_iter().map(|(key, value)| heap.tuple(&[key, value])));
        position = following;
    }
    Ok(heap.list(found))
}

/// Pairs that an iterator reads ahead.
const AHEAD: usize = 32;

/// `{key, value, iterator}` or `:none`.
fn next<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let heap = ctx.heap();
    let none = || Ok(Term::atom(jovial_atoms::Atom::new("none")));
    let (cursor, rest) = need(args[0].as_cons())?;
    let (ahead, base) = need(rest.as_cons())?;
    if let Some((pair, ahead)) = ahead.as_cons() {
        let [key, value] = *need(pair.as_tuple_of::<2>())?;
        return Ok(heap.tuple(&[key, value, heap.list_with_tail([cursor, ahead], base)]));
    }
    let Some(position) = cursor.as_u64() else { return none() };
    let (pairs, following) = map(ctx, base)?.chunk(position, AHEAD);
    let ahead = heap.list(pairs.into_iter().map(|(key, value)| heap.tuple(&[key, value])).collect::<Vec<_>>());
    if ahead.is_nil_list() {
        return none();
    }
    let cursor = following.map_or(Term::NIL, |cursor| heap.uint(cursor));
    next(ctx, &[heap.list_with_tail([cursor, ahead], base)])
}
