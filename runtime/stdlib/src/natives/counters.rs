//! `:atomics` and `:counters`: arrays of 64-bit integers that processes share and change without messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jovial_atoms::Atom;
use jovial_processes::of;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, atom, badarg, list, need, size, word};

pub(crate) const TABLE: &[Entry] = &[
    ("atomics", "new", 2, |ctx, args| {
        let mut signed = true;
        for entry in list(args[1])? {
            let [name, value] = *need(entry.as_tuple_of::<2>())?;
            need(name.as_atom().filter(|name| name.as_str() == "signed"))?;
            signed = need(value.as_bool())?;
        }
        new(ctx, args[0], signed)
    }),
    ("atomics", "get", 2, |ctx, args| slot(args, args[0])?.show(ctx, |slot| slot.load(ORDER))),
    ("atomics", "put", 3, |_, args| {
        let slot = slot(args, args[0])?;
        slot.value.store(slot.read(args[2])?, ORDER);
        Ok(Term::OK)
    }),
    ("atomics", "add", 3, |_, args| add(args, args[0], false)),
    ("atomics", "sub", 3, |_, args| add(args, args[0], true)),
    ("atomics", "add_get", 3, |ctx, args| {
        let slot = slot(args, args[0])?;
        let by = slot.read(args[2])?;
        slot.show(ctx, |value| value.fetch_add(by, ORDER).wrapping_add(by))
    }),
    ("atomics", "sub_get", 3, |ctx, args| {
        let slot = slot(args, args[0])?;
        let by = slot.read(args[2])?;
        slot.show(ctx, |value| value.fetch_sub(by, ORDER).wrapping_sub(by))
    }),
    ("atomics", "exchange", 3, |ctx, args| {
        let slot = slot(args, args[0])?;
        let new = slot.read(args[2])?;
        slot.show(ctx, |value| value.swap(new, ORDER))
    }),
    ("atomics", "compare_exchange", 4, |ctx, args| {
        let slot = slot(args, args[0])?;
        let (old, new) = (slot.read(args[2])?, slot.read(args[3])?);
        match slot.value.compare_exchange(old, new, ORDER, ORDER) {
            Ok(_) => Ok(Term::OK),
            Err(found) => slot.show(ctx, |_| found),
        }
    }),
    ("atomics", "info", 1, |ctx, args| {
        let array = array(args[0])?;
        let heap = ctx.heap();
        let (max, min) =
            if array.signed { (heap.int(i64::MAX), heap.int(i64::MIN)) } else { (heap.uint(u64::MAX), Term::ZERO) };
        info(ctx, array, &[("max", max), ("min", min)])
    }),
    ("counters", "new", 2, |ctx, args| {
        let mut kind = "atomics";
        for entry in list(args[1])? {
            kind = match entry.as_atom().map(Atom::as_str) {
                Some(kind @ ("atomics" | "write_concurrency")) => kind,
                _ => return badarg(),
            };
        }
        let kind = word(kind);
        Ok(ctx.heap().tuple(&[kind, new(ctx, args[0], true)?]))
    }),
    ("counters", "get", 2, |ctx, args| slot(args, inner(args[0])?)?.show(ctx, |slot| slot.load(ORDER))),
    ("counters", "put", 3, |_, args| {
        let slot = slot(args, inner(args[0])?)?;
        slot.value.store(slot.read(args[2])?, ORDER);
        Ok(Term::OK)
    }),
    ("counters", "add", 3, |_, args| add(args, inner(args[0])?, false)),
    ("counters", "sub", 3, |_, args| add(args, inner(args[0])?, true)),
    ("counters", "info", 1, |ctx, args| info(ctx, array(inner(args[0])?)?, &[])),
];

const ORDER: Ordering = Ordering::SeqCst;
/// Slots that an array may have: 1 GiB of them.
const SLOTS_MAX: usize = 1 << 27;

struct Array {
    signed: bool,
    slots: Box<[AtomicU64]>,
}

/// A slot, with how its bits are meant.
struct Slot<'h> {
    signed: bool,
    value: &'h AtomicU64,
}

fn new<'h>(ctx: &Ctx<'h>, count: Term<'h>, signed: bool) -> Out<'h> {
    need(count.as_int().filter(|_| count.compare(Term::ZERO).is_gt()))?;
    let Some(count) = count.as_usize().filter(|count| *count <= SLOTS_MAX) else { return Err(Halt::system_limit()) };
    let slots = std::iter::repeat_with(AtomicU64::default).take(count).collect();
    let number = need(of(ctx)?.make_ref().as_ref())?.number;
    Ok(ctx.heap().magic_ref(number, Arc::new(Array { signed, slots })))
}

fn array<'h>(term: Term<'h>) -> Result<&'h Array, Halt<'h>> {
    need(term.as_ref().and_then(|reference| reference.downcast()))
}

/// The array of `{kind, array}`.
fn inner<'h>(term: Term<'h>) -> Out<'h> {
    let [kind, array] = *need(term.as_tuple_of::<2>())?;
    match atom(kind)?.as_str() {
        "atomics" | "write_concurrency" => Ok(array),
        _ => badarg(),
    }
}

/// The slot whose number, from one on, is the second argument.
fn slot<'h>(args: &[Term<'h>], of_array: Term<'h>) -> Result<Slot<'h>, Halt<'h>> {
    let array = array(of_array)?;
    let value = need(size(args[1])?.checked_sub(1).and_then(|place| array.slots.get(place)))?;
    Ok(Slot { signed: array.signed, value })
}

impl<'h> Slot<'h> {
    /// The bits of an integer that fits.
    fn read(&self, term: Term<'h>) -> Result<u64, Halt<'h>> {
        match (self.signed, term.as_i64(), term.as_u64()) {
            (true, Some(value), _) => Ok(value.cast_unsigned()),
            (false, _, Some(value)) => Ok(value),
            // What is taken away from an unsigned one may be written as something negative that is added.
            (false, Some(value), None) => Ok(value.cast_unsigned()),
            _ => badarg(),
        }
    }

    fn show(&self, ctx: &Ctx<'h>, with: impl FnOnce(&AtomicU64) -> u64) -> Out<'h> {
        let bits = with(self.value);
        Ok(if self.signed { ctx.heap().int(bits.cast_signed()) } else { ctx.heap().uint(bits) })
    }
}

fn add<'h>(args: &[Term<'h>], array: Term<'h>, minus: bool) -> Out<'h> {
    let slot = slot(args, array)?;
    let by = slot.read(args[2])?;
    if minus {
        slot.value.fetch_sub(by, ORDER)
    } else {
        slot.value.fetch_add(by, ORDER)
    };
    Ok(Term::OK)
}

fn info<'h>(ctx: &Ctx<'h>, array: &Array, more: &[(&str, Term<'h>)]) -> Out<'h> {
    let memory = Term::count(array.slots.len() * 8 + 40);
    let pairs = [("size", Term::count(array.slots.len())), ("memory", memory)];
    let pairs = pairs.iter().chain(more).map(|(name, value)| (word(name), *value));
    Ok(ctx.heap().map_from(pairs))
}
