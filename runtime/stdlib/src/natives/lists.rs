//! `:lists`, and the list operators of `:erlang`.

use std::cmp::Ordering;

use jovial_atoms::known;
use jovial_term::{Fragment, Heap, Term};
use jovial_vm::{Ctx, Halt, Job, JobResult};

use super::Entry;
use super::support::{Out, SLICE, badarg, charge, list, need, size};

pub(crate) const TABLE: &[Entry] = &[
    ("lists", "reverse", 1, |ctx, args| reverse(ctx, &[args[0], Term::EMPTY_LIST])),
    ("lists", "reverse", 2, reverse),
    ("lists", "member", 2, member),
    ("lists", "keyfind", 3, keyfind),
    ("lists", "keymember", 3, keymember),
    ("lists", "keysearch", 3, keysearch),
    ("lists", "append", 2, append),
    ("lists", "subtract", 2, subtract),
    ("lists", "sort", 1, sort),
    ("lists", "usort", 1, usort),
    ("lists", "keysort", 2, keysort),
    ("lists", "ukeysort", 2, ukeysort),
    ("erlang", "++", 2, append),
    ("erlang", "--", 2, subtract),
    ("erlang", "append", 2, append),
    ("erlang", "subtract", 2, subtract),
    ("erlang", "length", 1, length),
    ("erlang", "hd", 1, hd),
    ("erlang", "tl", 1, tl),
];

fn again<'h>(name: &str, args: Vec<Term<'h>>) -> Halt<'h> {
    Halt::TailCall { module: known::LISTS, function: jovial_atoms::Atom::new(name), args }
}

fn hd<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    need(args[0].as_cons()).map(|(head, _)| head)
}

fn tl<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    need(args[0].as_cons()).map(|(_, tail)| tail)
}

fn length<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let len = need(args[0].list_len())?;
    charge(ctx, len);
    Ok(Term::count(len))
}

/// `reverse(list, tail)`. The rest and what was turned so far are a state to go on from.
fn reverse<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (mut rest, mut done) = (args[0], args[1]);
    for _ in 0..SLICE {
        match rest.as_cons() {
            Some((head, tail)) => {
                done = ctx.heap().cons(head, done);
                rest = tail;
            }
            None if rest.is_nil_list() => return Ok(done),
            None => return badarg(),
        }
    }
    charge(ctx, SLICE);
    Err(again("reverse", vec![rest, done]))
}

fn member<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let mut rest = args[1];
    for _ in 0..SLICE {
        match rest.as_cons() {
            Some((head, _)) if head.same(args[0]) => return Ok(Term::TRUE),
            Some((_, tail)) => rest = tail,
            None if rest.is_nil_list() => return Ok(Term::FALSE),
            None => return badarg(),
        }
    }
    charge(ctx, SLICE);
    Err(again("member", vec![args[0], rest]))
}

/// The first tuple of `args[2]` whose element number `args[1]` equals `args[0]`.
fn find<'h>(ctx: &Ctx<'h>, name: &str, args: &[Term<'h>]) -> Result<Option<Term<'h>>, Halt<'h>> {
    let place = need(size(args[1])?.checked_sub(1))?;
    let mut rest = args[2];
    for _ in 0..SLICE {
        match rest.as_cons() {
            Some((head, tail)) => {
                let element = head.as_tuple().and_then(|tuple| tuple.get(place));
                if element.is_some_and(|element| element.equals(args[0])) {
                    return Ok(Some(head));
                }
                rest = tail;
            }
            None if rest.is_nil_list() => return Ok(None),
            None => return badarg(),
        }
    }
    charge(ctx, SLICE);
    Err(again(name, vec![args[0], args[1], rest]))
}

fn keyfind<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    Ok(find(ctx, "keyfind", args)?.unwrap_or(Term::FALSE))
}

fn keymember<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    Ok(Term::bool(find(ctx, "keymember", args)?.is_some()))
}

fn keysearch<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    Ok(match find(ctx, "keysearch", args)? {
        Some(tuple) => ctx.heap().tuple(&[Term::atom(known::VALUE), tuple]),
        None => Term::FALSE,
    })
}

fn append<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    if args[0].is_nil_list() {
        return Ok(args[1]);
    }
    let items = list(args[0])?;
    charge(ctx, items.len());
    Ok(ctx.heap().list_with_tail(items, args[1]))
}

/// Elements of both lists up to which they are subtracted at once; more are a job, which an interrupt can leave alone.
const SUBTRACTED_AT_ONCE: usize = 1 << 14;

/// `left -- right`: each element of `right` takes away its first equal in `left`.
fn subtract<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let right = list(args[1])?;
    if right.len() <= FEW_SUBTRACTED {
        return subtract_few(ctx, args[0], right);
    }
    let left = list(args[0])?;
    charge(ctx, left.len() + right.len());
    if left.len() + right.len() <= SUBTRACTED_AT_ONCE {
        return Ok(ctx.heap().list(difference(left, right)));
    }
    let both = Fragment::copy_of(ctx.heap().tuple(args)).map_err(|_| Halt::system_limit())?;
    Err(Halt::Offload(Job(Box::new(move |_| {
        let heap = Heap::new();
        let both = both.root().as_tuple_of::<2>().map(|lists| lists.map(Term::list_to_vec));
        let left = match both {
            Some([Some(left), Some(right)]) => Fragment::copy_of(heap.list(difference(left, right))).ok(),
            Some(_) | None => None,
        };
        JobResult(Box::new(move |ctx| left.map(|left| ctx.heap().adopt(left)).ok_or_else(Halt::system_limit)))
    }))))
}

/// Elements to take away that are looked for one by one.
const FEW_SUBTRACTED: usize = 12;

/// What follows the last element that is taken away stays the same list.
fn subtract_few<'h>(ctx: &Ctx<'h>, left: Term<'h>, mut right: Vec<Term<'h>>) -> Out<'h> {
    need(left.list_len())?;
    let (mut rest, mut kept, mut taken) = (left, Vec::new(), 0);
    let mut walked = 0;
    while !right.is_empty()
        && let Some((head, tail)) = rest.as_cons()
    {
        walked += right.len();
        match right.iter().position(|other| head.same(*other)) {
            Some(at) => {
                right.swap_remove(at);
                taken += 1;
            }
            None => kept.push(head),
        }
        rest = tail;
    }
    charge(ctx, walked);
    Ok(if taken == 0 { left } else { ctx.heap().list_with_tail(kept, rest) })
}

/// What of `left` remains. What is to be taken is kept in a sorted list with counts, so the cost is `n log n`.
fn difference<'h>(left: Vec<Term<'h>>, mut right: Vec<Term<'h>>) -> Vec<Term<'h>> {
    right.sort_by(|a, b| exact(*a, *b));
    let mut groups: Vec<(Term<'h>, usize)> = Vec::new();
    for item in right {
        match groups.last_mut() {
            Some((last, count)) if last.same(item) => *count += 1,
            Some(_) | None => groups.push((item, 1)),
        }
    }
    let kept = left.into_iter().filter(|item| match groups.binary_search_by(|(group, _)| exact(*group, *item)) {
        Ok(at) if groups[at].1 > 0 => {
            groups[at].1 -= 1;
            false
        }
        Ok(_) | Err(_) => true,
    });
    kept.collect()
}

/// The order of terms, with `1` before `1.0`, so that only the same terms are equal.
fn exact(a: Term<'_>, b: Term<'_>) -> Ordering {
    a.compare(b).then_with(|| if a.same(b) { Ordering::Equal } else { a.hash64().cmp(&b.hash64()) })
}

fn charge_sort(ctx: &Ctx<'_>, len: usize) {
    charge(ctx, len * (usize::BITS - len.leading_zeros()) as usize);
}

/// What must be there for a function of Erlang's that is written in clauses.
fn clause<'h, T>(value: Option<T>) -> Result<T, Halt<'h>> {
    value.ok_or_else(|| Halt::error(Term::atom(known::FUNCTION_CLAUSE)))
}

/// Sorts by a key of each element, keeping the order of equals.
fn sort_by_key<'h>(
    ctx: &Ctx<'h>,
    mut items: Vec<Term<'h>>,
    key: impl Fn(Term<'h>) -> Term<'h>,
    unique: bool,
) -> Term<'h> {
    charge_sort(ctx, items.len());
    if let Some(smalls) = items.iter().map(|item| key(*item).as_small()).collect::<Option<Vec<i64>>>() {
        // Integers compare as machine words, and nearly all long lists that are sorted hold them.
        let mut order: Vec<(i64, usize)> = smalls.into_iter().zip(0..).collect();
        order.sort_unstable();
        items = order.into_iter().map(|(_, at)| items[at]).collect();
    } else if let Some(floats) = items.iter().map(|item| key(*item).as_float()).collect::<Option<Vec<f64>>>() {
        let mut order: Vec<(f64, usize)> = floats.into_iter().zip(0..).collect();
        // None is a NaN, so all of them compare.
        order.sort_unstable_by(|(a, at), (b, bt)| a.partial_cmp(b).unwrap_or(Ordering::Equal).then(at.cmp(bt)));
        items = order.into_iter().map(|(_, at)| items[at]).collect();
    } else {
        items.sort_by(|a, b| key(*a).compare(key(*b)));
    }
    if unique {
        items.dedup_by(|later, first| key(*first).equals(key(*later)));
    }
    ctx.heap().list(items)
}

fn sort<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    sorted(ctx, args[0], false)
}

fn usort<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    sorted(ctx, args[0], true)
}

fn sorted<'h>(ctx: &Ctx<'h>, list: Term<'h>, unique: bool) -> Out<'h> {
    let items = clause(list.list_to_vec())?;
    let Some(mut smalls) = items.iter().map(|item| item.as_small()).collect::<Option<Vec<i64>>>() else {
        return Ok(sort_by_key(ctx, items, |item| item, unique));
    };
    charge_sort(ctx, smalls.len());
    smalls.sort_unstable();
    if unique {
        smalls.dedup();
    }
    Ok(ctx.heap().list(smalls.into_iter().map(|value| ctx.heap().int(value))))
}

fn by_element<'h>(ctx: &Ctx<'h>, args: &[Term<'h>], unique: bool) -> Out<'h> {
    let place = clause(args[0].as_usize().and_then(|place| place.checked_sub(1)))?;
    let items = clause(args[1].list_to_vec())?;
    for item in &items {
        need(item.as_tuple().and_then(|tuple| tuple.get(place)))?;
    }
    Ok(sort_by_key(ctx, items, |item| item.as_tuple().map_or(item, |tuple| tuple[place]), unique))
}

fn keysort<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    by_element(ctx, args, false)
}

fn ukeysort<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    by_element(ctx, args, true)
}
