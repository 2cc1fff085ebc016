//! Loops over lists that need nobody's function: what `Enum`, `List` and `:lists` do most.
//!
//! **How.** A loop here costs a fraction of the same one in instructions. At what it is not made for, such as a list that does not
//! end as lists do, it answers `none`, and the library goes through the list in Elixir, where what is wrong with it is told.
//!
//! **Invariants.** What is told of a list is what the loop in Elixir would tell.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::io::Write;

use jovial_atoms::{Atom, known};
use jovial_term::Term;
use jovial_vm::{Ctx, Halt};
use rustc_hash::FxHasher;

use super::Entry;
use super::support::{Out, SLICE, bytes, charge, i64_of, need, size};

pub(crate) const TABLE: &[Entry] = &[
    ("jovial_lists", "last_cell", 1, last_cell),
    ("jovial_lists", "drop", 2, drop),
    ("jovial_lists", "sum", 1, |ctx, args| Ok(total(ctx, args[0], 0, i64::checked_add, |a, b| a + b).unwrap_or(NONE))),
    ("jovial_lists", "product", 1, |ctx, args| {
        Ok(total(ctx, args[0], 1, i64::checked_mul, |a, b| a * b).unwrap_or(NONE))
    }),
    ("jovial_lists", "sequence", 4, sequence),
    ("jovial_lists", "flatten", 2, flatten),
    ("jovial_lists", "frequencies", 1, frequencies),
    ("jovial_lists", "join", 2, join),
];

const NONE: Term<'static> = Term::atom(known::NONE);

/// `last_cell(list)`: the last element of a list that is not empty, with what follows it.
fn last_cell<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let mut cell = args[0];
    let (_, mut tail) = need(cell.as_cons())?;
    let mut walked = 0;
    while let Some((_, next)) = tail.as_cons() {
        (cell, tail) = (tail, next);
        walked += 1;
    }
    charge(ctx, walked);
    Ok(cell)
}

/// `drop(list, count)`: what follows the first elements; `[]` if there are fewer.
fn drop<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (mut rest, count) = (args[0], size(args[1])?);
    let mut walked = 0;
    while walked < count
        && let Some((_, tail)) = rest.as_cons()
    {
        rest = tail;
        walked += 1;
    }
    charge(ctx, walked);
    Ok(if walked == count || rest.is_nil_list() { rest } else { NONE })
}

/// An integer as the float that is the same number.
#[expect(clippy::cast_precision_loss, reason = "those that would lose some are left out")]
fn exact(value: i64) -> Option<f64> {
    (value.unsigned_abs() <= 1 << f64::MANTISSA_DIGITS).then_some(value as f64)
}

/// Numbers put together from the first on; `None` where that is no business of machine words and floats.
fn total<'h>(
    ctx: &Ctx<'h>,
    list: Term<'h>,
    start: i64,
    ints: fn(i64, i64) -> Option<i64>,
    floats: fn(f64, f64) -> f64,
) -> Option<Term<'h>> {
    let mut rest = list;
    let mut walked = 0;
    let mut int = start;
    while let Some((head, tail)) = rest.as_cons() {
        let Some(value) = head.as_small() else { break };
        int = ints(int, value)?;
        rest = tail;
        walked += 1;
    }
    let mut float = None;
    while let Some((head, tail)) = rest.as_cons() {
        let value = match head.as_float() {
            Some(value) => value,
            None => exact(head.as_small()?)?,
        };
        let sum = match float {
            Some(sum) => sum,
            None => exact(int)?,
        };
        float = Some(floats(sum, value)).filter(|sum| sum.is_finite());
        float?;
        rest = tail;
        walked += 1;
    }
    charge(ctx, walked);
    if !rest.is_nil_list() {
        return None;
    }
    Some(float.map_or_else(|| ctx.heap().int(int), |sum| ctx.heap().float(sum)))
}

/// `sequence(count, last, step, tail)`: `count` integers, `step` apart, up to `last`, in front of `tail`.
fn sequence<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (count, last, step) = (size(args[0])?, i64_of(args[1])?, i64_of(args[2])?);
    let heap = ctx.heap();
    let now = count.min(SLICE);
    let mut numbers = Vec::with_capacity(now);
    let mut value = Some(last);
    for _ in 0..now {
        let number = need(value)?;
        numbers.push(heap.int(number));
        value = number.checked_sub(step);
    }
    charge(ctx, now);
    let list = heap.list_with_tail(numbers.into_iter().rev(), args[3]);
    if now == count {
        return Ok(list);
    }
    let args = vec![Term::count(count - now), heap.int(need(value)?), args[2], list];
    Err(Halt::TailCall { module: Atom::new("jovial_lists"), function: Atom::new("sequence"), args })
}

/// `flatten(list, tail)`: the elements of all lists within lists, in front of `tail`.
fn flatten<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let mut found = Vec::new();
    let mut rest = args[0];
    let mut outer = Vec::new();
    let mut walked = 0;
    loop {
        walked += 1;
        if let Some((head, tail)) = rest.as_cons() {
            if head.is_list() {
                if !tail.is_nil_list() {
                    outer.push(tail);
                }
                rest = head;
            } else {
                found.push(head);
                rest = tail;
            }
        } else if !rest.is_nil_list() {
            return Ok(NONE);
        } else if let Some(tail) = outer.pop() {
            rest = tail;
        } else {
            break;
        }
    }
    charge(ctx, walked);
    Ok(ctx.heap().list_with_tail(found, args[1]))
}

/// A term as a key: equal as `===` has it.
struct Key<'h>(Term<'h>);

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.same(other.0)
    }
}

impl Eq for Key<'_> {}

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash64());
    }
}

/// `frequencies(list)`: how often each element is there.
fn frequencies<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let mut counts: HashMap<Key<'h>, i64, BuildHasherDefault<FxHasher>> = HashMap::default();
    let mut rest = args[0];
    let mut walked = 0;
    while let Some((head, tail)) = rest.as_cons() {
        match counts.entry(Key(head)) {
            Slot::Occupied(mut count) => *count.get_mut() += 1,
            Slot::Vacant(place) => {
                place.insert(1);
            }
        }
        rest = tail;
        walked += 4;
    }
    charge(ctx, walked);
    if !rest.is_nil_list() {
        return Ok(NONE);
    }
    let heap = ctx.heap();
    Ok(heap.map_from(counts.into_iter().map(|(Key(key), count)| (key, heap.int(count)))))
}

/// `join(list, joiner)`: binaries, integers and atoms as one text.
fn join<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let joiner = bytes(args[1])?;
    let mut text: Vec<u8> = Vec::new();
    let mut rest = args[0];
    while let Some((head, tail)) = rest.as_cons() {
        if let Some(part) = head.bytes() {
            text.extend_from_slice(&part);
        } else if let Some(value) = head.as_small() {
            // Writing to a vector cannot fail.
            let _ = write!(text, "{value}");
        } else if let Some(name) = head.as_atom() {
            if name != known::NIL {
                text.extend_from_slice(name.as_str().as_bytes());
            }
        } else {
            return Ok(NONE);
        }
        rest = tail;
        if rest.as_cons().is_some() {
            text.extend_from_slice(&joiner);
        }
    }
    charge(ctx, text.len() / 4);
    if rest.is_nil_list() { Ok(ctx.heap().binary(&text)) } else { Ok(NONE) }
}
