//! The operators and guards of `:erlang` as functions: for captures, `apply/3`, and calls that no instruction covers.

use jovial_atoms::known;
use jovial_term::{ArithError, Heap, Int, Term};
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, badarg, need, size};

pub(crate) const TABLE: &[Entry] = &[
    ("erlang", "+", 1, |_, args| if args[0].is_number() { Ok(args[0]) } else { badarith() }),
    ("erlang", "-", 1, |ctx, args| number(ctx.heap().negate(args[0]))),
    ("erlang", "+", 2, |ctx, args| number(ctx.heap().add(args[0], args[1]))),
    ("erlang", "-", 2, |ctx, args| number(ctx.heap().sub(args[0], args[1]))),
    ("erlang", "*", 2, |ctx, args| number(ctx.heap().mul(args[0], args[1]))),
    ("erlang", "/", 2, |ctx, args| number(ctx.heap().divide(args[0], args[1]))),
    ("erlang", "div", 2, |ctx, args| number(ctx.heap().div(args[0], args[1]))),
    ("erlang", "rem", 2, |ctx, args| number(ctx.heap().rem(args[0], args[1]))),
    ("erlang", "band", 2, |ctx, args| number(ctx.heap().band(args[0], args[1]))),
    ("erlang", "bor", 2, |ctx, args| number(ctx.heap().bor(args[0], args[1]))),
    ("erlang", "bxor", 2, |ctx, args| number(ctx.heap().bxor(args[0], args[1]))),
    ("erlang", "bsl", 2, |ctx, args| number(ctx.heap().bsl(args[0], args[1]))),
    ("erlang", "bsr", 2, |ctx, args| number(ctx.heap().bsr(args[0], args[1]))),
    ("erlang", "bnot", 1, |ctx, args| number(ctx.heap().bnot(args[0]))),
    ("erlang", "abs", 1, |ctx, args| ctx.heap().abs(args[0]).map_err(|_| Halt::badarg())),
    ("erlang", "trunc", 1, |ctx, args| rounded(ctx.heap(), args[0], f64::trunc)),
    ("erlang", "round", 1, |ctx, args| rounded(ctx.heap(), args[0], f64::round)),
    ("erlang", "floor", 1, |ctx, args| rounded(ctx.heap(), args[0], f64::floor)),
    ("erlang", "ceil", 1, |ctx, args| rounded(ctx.heap(), args[0], f64::ceil)),
    ("erlang", "float", 1, float),
    ("erlang", "max", 2, |_, args| Ok(if args[0].compare(args[1]).is_lt() { args[1] } else { args[0] })),
    ("erlang", "min", 2, |_, args| Ok(if args[0].compare(args[1]).is_gt() { args[1] } else { args[0] })),
    ("erlang", "==", 2, |_, args| Ok(Term::bool(args[0].equals(args[1])))),
    ("erlang", "/=", 2, |_, args| Ok(Term::bool(!args[0].equals(args[1])))),
    ("erlang", "=:=", 2, |_, args| Ok(Term::bool(args[0].same(args[1])))),
    ("erlang", "=/=", 2, |_, args| Ok(Term::bool(!args[0].same(args[1])))),
    ("erlang", "<", 2, |_, args| Ok(Term::bool(args[0].compare(args[1]).is_lt()))),
    ("erlang", "=<", 2, |_, args| Ok(Term::bool(args[0].compare(args[1]).is_le()))),
    ("erlang", ">", 2, |_, args| Ok(Term::bool(args[0].compare(args[1]).is_gt()))),
    ("erlang", ">=", 2, |_, args| Ok(Term::bool(args[0].compare(args[1]).is_ge()))),
    ("erlang", "not", 1, |_, args| need(args[0].as_bool()).map(|value| Term::bool(!value))),
    ("erlang", "and", 2, |_, args| logic(args, |a, b| a && b)),
    ("erlang", "or", 2, |_, args| logic(args, |a, b| a || b)),
    ("erlang", "xor", 2, |_, args| logic(args, |a, b| a != b)),
    ("erlang", "is_atom", 1, |_, args| Ok(Term::bool(args[0].as_atom().is_some()))),
    ("erlang", "is_binary", 1, |_, args| Ok(Term::bool(args[0].as_binary().is_some()))),
    ("erlang", "is_bitstring", 1, |_, args| Ok(Term::bool(args[0].as_bitstring().is_some()))),
    ("erlang", "is_boolean", 1, |_, args| Ok(Term::bool(args[0].as_bool().is_some()))),
    ("erlang", "is_float", 1, |_, args| Ok(Term::bool(args[0].as_float().is_some()))),
    ("erlang", "is_function", 1, |_, args| Ok(Term::bool(args[0].is_function()))),
    ("erlang", "is_function", 2, is_function),
    ("erlang", "is_integer", 1, |_, args| Ok(Term::bool(args[0].is_integer()))),
    ("erlang", "is_list", 1, |_, args| Ok(Term::bool(args[0].is_list()))),
    ("erlang", "is_map", 1, |_, args| Ok(Term::bool(args[0].as_map().is_some()))),
    ("erlang", "is_number", 1, |_, args| Ok(Term::bool(args[0].is_number()))),
    ("erlang", "is_pid", 1, |_, args| Ok(Term::bool(args[0].is_pid()))),
    ("erlang", "is_port", 1, |_, args| Ok(Term::bool(args[0].is_port()))),
    ("erlang", "is_reference", 1, |_, args| Ok(Term::bool(args[0].is_reference()))),
    ("erlang", "is_tuple", 1, |_, args| Ok(Term::bool(args[0].as_tuple().is_some()))),
    ("erlang", "tuple_size", 1, |_, args| need(args[0].as_tuple()).map(|tuple| Term::count(tuple.len()))),
    ("erlang", "element", 2, element),
    ("erlang", "setelement", 3, setelement),
    ("erlang", "byte_size", 1, |_, args| {
        need(args[0].as_bitstring()).map(|bits| Term::count(bits.size_bits().div_ceil(8)))
    }),
    ("erlang", "bit_size", 1, |_, args| need(args[0].as_bitstring()).map(|bits| Term::count(bits.size_bits()))),
    ("erlang", "size", 1, any_size),
    ("erlang", "make_tuple", 2, make_tuple),
    ("erlang", "append_element", 2, append_element),
    ("erlang", "insert_element", 3, insert_element),
    ("erlang", "delete_element", 2, delete_element),
    ("erlang", "tuple_to_list", 1, |ctx, args| {
        need(args[0].as_tuple()).map(|tuple| ctx.heap().list(tuple.iter().copied()))
    }),
    ("erlang", "list_to_tuple", 1, |ctx, args| {
        let items = super::support::list(args[0])?;
        ctx.heap().try_tuple(&items).map_err(Halt::from)
    }),
];

fn badarith<'h>() -> Out<'h> {
    Err(Halt::error(Term::atom(known::BADARITH)))
}

fn number<'h>(result: Result<Term<'h>, ArithError>) -> Out<'h> {
    result.map_err(Halt::from)
}

fn rounded<'h>(heap: &'h Heap, term: Term<'h>, round: fn(f64) -> f64) -> Out<'h> {
    if term.is_integer() {
        return Ok(term);
    }
    need(term.as_float().and_then(|value| heap.int_from_float(round(value))))
}

fn float<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    match args[0].as_int() {
        Some(Int::Small(value)) => {
            #[allow(clippy::cast_precision_loss, reason = "rounding to the nearest float is what float/1 does")]
            let value = value as f64;
            Ok(ctx.heap().float(value))
        }
        // A big integer: dividing by one rounds as float/1 does, and fails where no float is that large.
        Some(Int::Big { .. }) => ctx.heap().divide(args[0], Term::small32(1)).map_err(|_| Halt::badarg()),
        None if args[0].as_float().is_some() => Ok(args[0]),
        None => badarg(),
    }
}

fn logic<'h>(args: &[Term<'h>], operator: fn(bool, bool) -> bool) -> Out<'h> {
    Ok(Term::bool(operator(need(args[0].as_bool())?, need(args[1].as_bool())?)))
}

fn is_function<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let arity = match args[1].as_int() {
        Some(int) if int.is_negative() => return badarg(),
        Some(_) => args[1].as_usize(),
        None => return badarg(),
    };
    Ok(Term::bool(args[0].fun_arity().is_some_and(|own| Some(usize::from(own)) == arity)))
}

fn element<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let tuple = need(args[1].as_tuple())?;
    need(size(args[0])?.checked_sub(1).and_then(|at| tuple.get(at)).copied())
}

fn setelement<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let mut elements = need(args[1].as_tuple())?.to_vec();
    *need(size(args[0])?.checked_sub(1).and_then(|at| elements.get_mut(at)))? = args[2];
    Ok(ctx.heap().tuple(&elements))
}

fn any_size<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    match args[0].as_tuple() {
        Some(tuple) => Ok(Term::count(tuple.len())),
        None => need(args[0].as_bitstring()).map(|bits| Term::count(bits.size_bits() / 8)),
    }
}

fn make_tuple<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let len = size(args[0])?;
    if len >= 1 << 24 {
        return badarg();
    }
    ctx.heap().try_tuple(&vec![args[1]; len]).map_err(Halt::from)
}

fn append_element<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let mut elements = need(args[0].as_tuple())?.to_vec();
    elements.push(args[1]);
    ctx.heap().try_tuple(&elements).map_err(Halt::from)
}

fn insert_element<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let mut elements = need(args[1].as_tuple())?.to_vec();
    let at = need(size(args[0])?.checked_sub(1))?;
    if at > elements.len() {
        return badarg();
    }
    elements.insert(at, args[2]);
    ctx.heap().try_tuple(&elements).map_err(Halt::from)
}

fn delete_element<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let mut elements = need(args[1].as_tuple())?.to_vec();
    let at = need(size(args[0])?.checked_sub(1))?;
    if at >= elements.len() {
        return badarg();
    }
    elements.remove(at);
    Ok(ctx.heap().tuple(&elements))
}
