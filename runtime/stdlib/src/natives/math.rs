//! `:math`: floating point functions. A result that is no finite number raises `badarith`, an argument that is no number `badarg`, as in Erlang.

use jovial_atoms::known;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, badarg, need};

pub(crate) const TABLE: &[Entry] = &[
    ("math", "pi", 0, |ctx, _| Ok(ctx.heap().float(std::f64::consts::PI))),
    ("math", "tau", 0, |ctx, _| Ok(ctx.heap().float(std::f64::consts::TAU))),
    ("math", "sin", 1, |ctx, args| one(ctx, args, f64::sin)),
    ("math", "cos", 1, |ctx, args| one(ctx, args, f64::cos)),
    ("math", "tan", 1, |ctx, args| one(ctx, args, f64::tan)),
    ("math", "asin", 1, |ctx, args| one(ctx, args, f64::asin)),
    ("math", "acos", 1, |ctx, args| one(ctx, args, f64::acos)),
    ("math", "atan", 1, |ctx, args| one(ctx, args, f64::atan)),
    ("math", "sinh", 1, |ctx, args| one(ctx, args, f64::sinh)),
    ("math", "cosh", 1, |ctx, args| one(ctx, args, f64::cosh)),
    ("math", "tanh", 1, |ctx, args| one(ctx, args, f64::tanh)),
    ("math", "asinh", 1, |ctx, args| one(ctx, args, f64::asinh)),
    ("math", "acosh", 1, |ctx, args| one(ctx, args, f64::acosh)),
    ("math", "atanh", 1, |ctx, args| one(ctx, args, f64::atanh)),
    ("math", "exp", 1, |ctx, args| one(ctx, args, f64::exp)),
    ("math", "log", 1, |ctx, args| one(ctx, args, f64::ln)),
    ("math", "log2", 1, |ctx, args| one(ctx, args, f64::log2)),
    ("math", "log10", 1, |ctx, args| one(ctx, args, f64::log10)),
    ("math", "sqrt", 1, |ctx, args| one(ctx, args, f64::sqrt)),
    ("math", "floor", 1, |ctx, args| one(ctx, args, f64::floor)),
    ("math", "ceil", 1, |ctx, args| one(ctx, args, f64::ceil)),
    ("math", "erf", 1, |ctx, args| one(ctx, args, libm::erf)),
    ("math", "erfc", 1, |ctx, args| one(ctx, args, libm::erfc)),
    ("math", "pow", 2, |ctx, args| two(ctx, args, f64::powf)),
    ("math", "atan2", 2, |ctx, args| two(ctx, args, f64::atan2)),
    ("math", "fmod", 2, |ctx, args| two(ctx, args, |a, b| a % b)),
];

fn value<'h>(ctx: &Ctx<'h>, term: Term<'h>) -> Result<f64, Halt<'h>> {
    if let Some(value) = term.as_float() {
        return Ok(value);
    }
    if !term.is_integer() {
        return badarg();
    }
    // Dividing by one rounds an integer of any size to the nearest float.
    let float = ctx.heap().divide(term, Term::small32(1)).map_err(|_| Halt::error(Term::atom(known::BADARITH)))?;
    need(float.as_float())
}

fn finite<'h>(ctx: &Ctx<'h>, value: f64) -> Out<'h> {
    if value.is_finite() { Ok(ctx.heap().float(value)) } else { Err(Halt::error(Term::atom(known::BADARITH))) }
}

fn one<'h>(ctx: &Ctx<'h>, args: &[Term<'h>], function: fn(f64) -> f64) -> Out<'h> {
    finite(ctx, function(value(ctx, args[0])?))
}

fn two<'h>(ctx: &Ctx<'h>, args: &[Term<'h>], function: fn(f64, f64) -> f64) -> Out<'h> {
    finite(ctx, function(value(ctx, args[0])?, value(ctx, args[1])?))
}
