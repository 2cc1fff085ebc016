//! Dates and times of day: universal, local, and seconds since 1970.
//!
//! The local zone is that of the machine, read once.

use std::sync::OnceLock;

use jovial_processes::of;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt};
use tz::{TimeZone, TimeZoneRef};

use super::Entry;
use super::support::{Out, atom, badarg, i64_of, need};
use super::time::civil;

pub(crate) const TABLE: &[Entry] = &[
    ("erlang", "localtime", 0, |ctx, _| {
        let now = of(ctx)?.system_ns().div_euclid(1_000_000_000);
        Ok(civil(ctx, now + offset(now)))
    }),
    ("erlang", "universaltime_to_localtime", 1, |ctx, args| {
        let seconds = seconds(args[0])?;
        Ok(civil(ctx, seconds + offset(seconds)))
    }),
    ("erlang", "localtime_to_universaltime", 1, |ctx, args| Ok(civil(ctx, from_local(seconds(args[0])?, None)))),
    ("erlang", "localtime_to_universaltime", 2, |ctx, args| {
        let daylight = match atom(args[1])?.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            "undefined" => None,
            _ => return badarg(),
        };
        Ok(civil(ctx, from_local(seconds(args[0])?, daylight)))
    }),
    ("erlang", "posixtime_to_universaltime", 1, |ctx, args| Ok(civil(ctx, i64_of(args[0])?))),
    ("erlang", "universaltime_to_posixtime", 1, |ctx, args| Ok(ctx.heap().int(seconds(args[0])?))),
    ("erlang", "date", 0, |ctx, _| local_part(ctx, 0)),
    ("erlang", "time", 0, |ctx, _| local_part(ctx, 1)),
];

/// How times are shown to a program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    Local,
    Universal,
    Posix,
}

fn zone() -> TimeZoneRef<'static> {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(|| TimeZone::local().unwrap_or_else(|_| TimeZone::utc())).as_ref()
}

/// Seconds that local time is ahead of universal time at a time since 1970.
fn offset(seconds: i64) -> i64 {
    zone().find_local_time_type(seconds).map_or(0, |kind| i64::from(kind.ut_offset()))
}

/// Universal seconds of local ones. Where a local time happens twice, the first is meant unless `daylight` says otherwise.
fn from_local(local: i64, daylight: Option<bool>) -> i64 {
    // Offsets are less than a day, and rarely change twice within two.
    let candidates = [local - offset(local - 86_400), local - offset(local + 86_400)];
    let fits = |universal: &&i64| **universal + offset(**universal) == local;
    let is_daylight = |universal: i64| zone().find_local_time_type(universal).is_ok_and(tz::LocalTimeType::is_dst);
    let wanted = candidates
        .iter()
        .filter(fits)
        .find(|universal| daylight.is_none_or(|wanted| wanted == is_daylight(**universal)));
    *wanted.or(candidates.iter().find(fits)).unwrap_or(&candidates[1])
}

pub(crate) fn shown<'h>(ctx: &Ctx<'h>, seconds: i64, clock: Clock) -> Term<'h> {
    match clock {
        Clock::Local => civil(ctx, seconds + offset(seconds)),
        Clock::Universal => civil(ctx, seconds),
        Clock::Posix => ctx.heap().int(seconds),
    }
}

/// The seconds since 1970 that a program means.
pub(crate) fn read<'h>(time: Term<'h>, clock: Clock) -> Result<i64, Halt<'h>> {
    match clock {
        Clock::Posix => i64_of(time),
        Clock::Universal => seconds(time),
        Clock::Local => seconds(time).map(|local| from_local(local, None)),
    }
}

/// Seconds since 1970 of `{{year, month, day}, {hour, minute, second}}`. Source: as `civil`.
fn seconds<'h>(time: Term<'h>) -> Result<i64, Halt<'h>> {
    let [date, clock] = *need(time.as_tuple_of::<2>())?;
    let three = |term: Term<'h>| -> Result<[i64; 3], Halt<'h>> {
        let parts = need(term.as_tuple_of::<3>())?;
        Ok([i64_of(parts[0])?, i64_of(parts[1])?, i64_of(parts[2])?])
    };
    let ([year, month, day], [hour, minute, second]) = (three(date)?, three(clock)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return badarg(),
    };
    let valid = (1..=last).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second)
        && (-1_000_000..=1_000_000).contains(&year);
    if !valid {
        return badarg();
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Ok(days * 86_400 + hour * 3600 + minute * 60 + second)
}

fn local_part<'h>(ctx: &Ctx<'h>, place: usize) -> Out<'h> {
    let now = of(ctx)?.system_ns().div_euclid(1_000_000_000);
    need(civil(ctx, now + offset(now)).as_tuple().and_then(|parts| parts.get(place).copied()))
}
