//! `:persistent_term`: values for the whole runtime that are read often and changed seldom.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use jovial_term::{Fragment, Term};
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::Out;
use crate::compile::Library;

pub(crate) const TABLE: &[Entry] = &[
    ("persistent_term", "get", 1, |ctx, args| get(ctx, args[0]).ok_or_else(Halt::badarg)),
    ("persistent_term", "get", 2, |ctx, args| Ok(get(ctx, args[0]).unwrap_or(args[1]))),
    ("persistent_term", "put", 2, put),
    ("persistent_term", "erase", 1, |ctx, args| {
        let library = Library::in_ctx(ctx);
        let mut table = library.persistent.0.write().unwrap_or_else(PoisonError::into_inner);
        let Some(bucket) = table.get_mut(&args[0].hash64()) else { return Ok(Term::FALSE) };
        let before = bucket.len();
        bucket.retain(|(key, _)| !key.root().same(args[0]));
        Ok(Term::bool(bucket.len() < before))
    }),
    ("persistent_term", "get", 0, |ctx, _| {
        let heap = ctx.heap();
        let library = Library::in_ctx(ctx);
        let table = library.persistent.0.read().unwrap_or_else(PoisonError::into_inner);
        let pairs = table.values().flatten().map(|(key, value)| {
            let key = heap.copy_in(key.root());
            heap.tuple(&[key, heap.copy_in(value.root())])
        });
        Ok(heap.list(pairs.collect::<Vec<_>>()))
    }),
];

type Bucket = Vec<(Fragment, Arc<Fragment>)>;

/// Keys and values by the hash of the key.
#[derive(Default)]
pub(crate) struct Persistent(RwLock<HashMap<u64, Bucket>>);

fn get<'h>(ctx: &Ctx<'h>, key: Term<'h>) -> Option<Term<'h>> {
    let library = Library::in_ctx(ctx);
    let table = library.persistent.0.read().unwrap_or_else(PoisonError::into_inner);
    let (_, value) = table.get(&key.hash64())?.iter().find(|(other, _)| other.root().same(key))?;
    Some(ctx.heap().copy_in(value.root()))
}

fn put<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let copy = |term: Term<'h>| Fragment::copy_of(term).map_err(|_| Halt::system_limit());
    let (key, value) = (copy(args[0])?, Arc::new(copy(args[1])?));
    let library = Library::in_ctx(ctx);
    let mut table = library.persistent.0.write().unwrap_or_else(PoisonError::into_inner);
    let bucket = table.entry(args[0].hash64()).or_default();
    bucket.retain(|(other, _)| !other.root().same(args[0]));
    bucket.push((key, value));
    Ok(Term::OK)
}
