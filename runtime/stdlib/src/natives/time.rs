//! Clocks and unique numbers of `:erlang` and `:os`.

use jovial_processes::of;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, atom, badarg, list, need};

pub(crate) const TABLE: &[Entry] = &[
    ("erlang", "monotonic_time", 0, |ctx, _| Ok(ctx.heap().uint(of(ctx)?.monotonic_ns()))),
    ("erlang", "monotonic_time", 1, |ctx, args| scaled(ctx, i128::from(of(ctx)?.monotonic_ns()), args[0])),
    ("erlang", "system_time", 0, |ctx, _| Ok(ctx.heap().int(of(ctx)?.system_ns()))),
    ("erlang", "system_time", 1, |ctx, args| scaled(ctx, i128::from(of(ctx)?.system_ns()), args[0])),
    ("os", "system_time", 0, |ctx, _| Ok(ctx.heap().int(of(ctx)?.system_ns()))),
    ("os", "system_time", 1, |ctx, args| scaled(ctx, i128::from(of(ctx)?.system_ns()), args[0])),
    ("os", "perf_counter", 0, |ctx, _| Ok(ctx.heap().uint(of(ctx)?.monotonic_ns()))),
    ("os", "perf_counter", 1, |ctx, args| scaled(ctx, i128::from(of(ctx)?.monotonic_ns()), args[0])),
    ("erlang", "time_offset", 0, |ctx, _| offset(ctx).map(|offset| ctx.heap().int128(offset))),
    ("erlang", "time_offset", 1, |ctx, args| scaled(ctx, offset(ctx)?, args[0])),
    ("erlang", "timestamp", 0, timestamp),
    ("os", "timestamp", 0, timestamp),
    ("erlang", "now", 0, timestamp),
    ("erlang", "convert_time_unit", 3, convert_time_unit),
    ("erlang", "unique_integer", 0, |ctx, _| Ok(ctx.heap().int(of(ctx)?.unique_integer(false)))),
    ("erlang", "unique_integer", 1, |ctx, args| {
        let (mut positive, asked) = (false, list(args[0])?);
        for modifier in asked {
            match atom(modifier)?.as_str() {
                "positive" => positive = true,
                "monotonic" => {}
                _ => return badarg(),
            }
        }
        Ok(ctx.heap().int(of(ctx)?.unique_integer(positive)))
    }),
    ("erlang", "universaltime", 0, |ctx, _| Ok(civil(ctx, of(ctx)?.system_ns().div_euclid(1_000_000_000)))),
];

fn offset<'h>(ctx: &Ctx<'h>) -> Result<i128, Halt<'h>> {
    let local = of(ctx)?;
    Ok(i128::from(local.system_ns()) - i128::from(local.monotonic_ns()))
}

/// Parts per second of a unit.
fn unit<'h>(term: Term<'h>) -> Result<i128, Halt<'h>> {
    if let Some(parts) = term.as_i64() {
        return if parts > 0 { Ok(i128::from(parts)) } else { badarg() };
    }
    match need(term.as_atom())?.as_str() {
        "second" | "seconds" => Ok(1),
        "millisecond" | "milli_seconds" | "milliseconds" => Ok(1_000),
        "microsecond" | "micro_seconds" | "microseconds" => Ok(1_000_000),
        "nanosecond" | "nano_seconds" | "nanoseconds" | "native" | "perf_counter" => Ok(1_000_000_000),
        _ => badarg(),
    }
}

fn scaled<'h>(ctx: &Ctx<'h>, ns: i128, to: Term<'h>) -> Out<'h> {
    let parts = unit(to)?;
    Ok(ctx.heap().int128((ns * parts).div_euclid(1_000_000_000)))
}

/// Rounds down, as the BEAM does.
fn convert_time_unit<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let heap = ctx.heap();
    let (from, to) = (unit(args[1])?, unit(args[2])?);
    let Some(time) = args[0].as_i64() else {
        if !args[0].is_integer() {
            return badarg();
        }
        let badarg = |_| Halt::badarg();
        let scaled = heap.mul(args[0], heap.int128(to)).map_err(badarg)?;
        return heap.div(scaled, heap.int128(from)).map_err(badarg);
    };
    Ok(heap.int128((i128::from(time) * to).div_euclid(from)))
}

fn timestamp<'h>(ctx: &Ctx<'h>, _: &[Term<'h>]) -> Out<'h> {
    let us = of(ctx)?.system_ns().div_euclid(1_000);
    let heap = ctx.heap();
    let (seconds, micro) = (us.div_euclid(1_000_000), us.rem_euclid(1_000_000));
    Ok(heap.tuple(&[heap.int(seconds.div_euclid(1_000_000)), heap.int(seconds.rem_euclid(1_000_000)), heap.int(micro)]))
}

/// `{{year, month, day}, {hour, minute, second}}` of seconds since 1970. Source: Howard Hinnant, "chrono-compatible
/// low-level date algorithms", with years that begin in March.
pub(crate) fn civil<'h>(ctx: &Ctx<'h>, seconds: i64) -> Term<'h> {
    let heap = ctx.heap();
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let three = |a, b, c| heap.tuple(&[heap.int(a), heap.int(b), heap.int(c)]);
    heap.tuple(&[three(year, month, day), three(of_day / 3600, of_day / 60 % 60, of_day % 60)])
}
