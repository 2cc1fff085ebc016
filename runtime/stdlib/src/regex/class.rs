//! Sets of characters.
//!
//! **What it is for.** A [`Class`] answers whether a code is in it; [`ClassBuilder`] collects what a pattern names. Without
//! Unicode properties, classes such as `\w` are those of Latin-1, which is what Erlang's engine is built with.
//!
//! **What it must not know.** Subjects.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange, HirKind};

pub(crate) type Range = (u32, u32);

/// A finished set: codes below 256 as bits, others as sorted ranges.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Class {
    bits: [u64; 4],
    ranges: Vec<Range>,
}

impl Class {
    pub(crate) fn contains(&self, code: u32) -> bool {
        if code < 256 {
            return self.bits[code as usize / 64] >> (code % 64) & 1 == 1;
        }
        let after = self.ranges.partition_point(|(low, _)| *low <= code);
        after > 0 && self.ranges[after - 1].1 >= code
    }

    /// Whether any code above ASCII is in it.
    pub(crate) fn beyond_ascii(&self) -> bool {
        self.bits[2] != 0 || self.bits[3] != 0 || !self.ranges.is_empty()
    }
}

/// A set in the making.
#[derive(Clone, Default)]
pub(crate) struct ClassBuilder {
    ranges: Vec<Range>,
}

pub(crate) fn max_code(unicode: bool) -> u32 {
    if unicode { 0x10_ffff } else { 0xff }
}

impl ClassBuilder {
    pub(crate) fn add(&mut self, low: u32, high: u32) {
        self.ranges.push((low, high));
    }

    pub(crate) fn add_all(&mut self, ranges: &[Range], negated: bool, max: u32) {
        if negated { self.ranges.extend(complement(ranges.to_vec(), max)) } else { self.ranges.extend(ranges) }
    }

    pub(crate) fn finish(mut self, caseless: bool, negated: bool, unicode: bool) -> Class {
        if caseless {
            self.ranges = folded(&self.ranges, unicode);
        }
        let max = max_code(unicode);
        let ranges = if negated { complement(self.ranges, max) } else { canonical(self.ranges) };
        let mut class = Class { bits: [0; 4], ranges: Vec::new() };
        for (low, high) in ranges {
            for code in low..=high.min(255) {
                class.bits[code as usize / 64] |= 1 << (code % 64);
            }
            if high > 255 && unicode {
                class.ranges.push((low.max(256), high));
            }
        }
        class
    }
}

fn canonical(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable();
    let mut merged: Vec<Range> = Vec::with_capacity(ranges.len());
    for (low, high) in ranges {
        match merged.last_mut() {
            Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
            Some(_) | None => merged.push((low, high)),
        }
    }
    merged
}

fn complement(ranges: Vec<Range>, max: u32) -> Vec<Range> {
    let mut gaps = Vec::new();
    let mut next = 0;
    for (low, high) in canonical(ranges) {
        if low > max {
            break;
        }
        if low > next {
            gaps.push((next, low - 1));
        }
        next = high.saturating_add(1);
    }
    if next <= max {
        gaps.push((next, max));
    }
    gaps
}

/// The codes and those that differ from them in case only.
pub(crate) fn folded(ranges: &[Range], unicode: bool) -> Vec<Range> {
    if !unicode {
        let mut all = ranges.to_vec();
        for code in 0..=255_u32 {
            if ranges.iter().any(|(low, high)| (*low..=*high).contains(&code)) {
                let other = latin1_other_case(code);
                all.push((other, other));
            }
        }
        return all;
    }
    // Surrogates have no case.
    let chars = ranges.iter().flat_map(|&(low, high)| [(low, high.min(0xd7ff)), (low.max(0xe000), high)]);
    let mut class = ClassUnicode::new(chars.filter_map(|(low, high)| {
        let (low, high) = (char::from_u32(low)?, char::from_u32(high)?);
        (low <= high).then(|| ClassUnicodeRange::new(low, high))
    }));
    if class.try_case_fold_simple().is_err() {
        return ranges.to_vec();
    }
    class.ranges().iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
}

fn latin1_other_case(code: u32) -> u32 {
    match code {
        0x41..=0x5a => code + 0x20,
        0x61..=0x7a => code - 0x20,
        0xd7 | 0xf7 => code,
        0xc0..=0xde => code + 0x20,
        0xe0..=0xfe => code - 0x20,
        _ => code,
    }
}

/// The ranges of a general category, a script or one of PCRE's own properties. `None` for an unknown name.
pub(crate) fn property(name: &str) -> Option<Vec<Range>> {
    let text = match name {
        "Any" => return Some(vec![(0, 0x10_ffff)]),
        "L&" => r"[\p{Lu}\p{Ll}\p{Lt}]".to_owned(),
        "Xan" => r"[\p{L}\p{N}]".to_owned(),
        "Xwd" => r"[\p{L}\p{N}_]".to_owned(),
        "Xps" | "Xsp" => return Some(union(&[&property("Z")?, &[(9, 13), (0x85, 0x85), (0x180e, 0x180e)]])),
        "Xuc" => return Some(vec![(0x24, 0x24), (0x40, 0x40), (0x60, 0x60), (0xa0, 0xd7ff), (0xe000, 0x10_ffff)]),
        "Cs" => return Some(vec![(0xd800, 0xdfff)]),
        _ if name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_') =>
        {
            format!("\\p{{{name}}}")
        }
        _ => return None,
    };
    match regex_syntax::parse(&text).ok()?.kind() {
        HirKind::Class(regex_syntax::hir::Class::Unicode(class)) => {
            Some(class.ranges().iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect())
        }
        HirKind::Literal(literal) => {
            let code = u32::from(std::str::from_utf8(&literal.0).ok()?.chars().next()?);
            Some(vec![(code, code)])
        }
        _ => None,
    }
}

fn union(all: &[&[Range]]) -> Vec<Range> {
    canonical(all.iter().flat_map(|ranges| ranges.iter().copied()).collect())
}

fn without(ranges: &[Range], gone: &[Range]) -> Vec<Range> {
    let max = 0x10_ffff;
    complement(union(&[&complement(ranges.to_vec(), max), gone]), max)
}

const DIGIT: &[Range] = &[(0x30, 0x39)];
const SPACE: &[Range] = &[(9, 13), (32, 32)];
const LOWER: &[Range] = &[(0x61, 0x7a), (0xaa, 0xaa), (0xb5, 0xb5), (0xba, 0xba), (0xdf, 0xf6), (0xf8, 0xff)];
const UPPER: &[Range] = &[(0x41, 0x5a), (0xc0, 0xd6), (0xd8, 0xde)];
const BLANK: &[Range] = &[(9, 9), (32, 32)];
pub(crate) const HORIZONTAL: &[Range] = &[
    (9, 9),
    (32, 32),
    (0xa0, 0xa0),
    (0x1680, 0x1680),
    (0x180e, 0x180e),
    (0x2000, 0x200a),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
];
pub(crate) const VERTICAL: &[Range] = &[(10, 13), (0x85, 0x85), (0x2028, 0x2029)];

fn properties(name: &str) -> Vec<Range> {
    property(name).unwrap_or_default()
}

pub(crate) fn digit(ucp: bool) -> Vec<Range> {
    if ucp { properties("Nd") } else { DIGIT.to_vec() }
}

pub(crate) fn space(ucp: bool) -> Vec<Range> {
    if ucp { properties("Xps") } else { SPACE.to_vec() }
}

pub(crate) fn word(ucp: bool) -> Vec<Range> {
    if ucp { properties("Xwd") } else { union(&[LOWER, UPPER, DIGIT, &[(0x5f, 0x5f)]]) }
}

/// A POSIX class by its name.
pub(crate) fn posix(name: &[u8], ucp: bool) -> Option<Vec<Range>> {
    Some(match (name, ucp) {
        (b"alpha", false) => union(&[LOWER, UPPER]),
        (b"alpha", true) => properties("L"),
        (b"lower", false) => LOWER.to_vec(),
        (b"lower", true) => properties("Ll"),
        (b"upper", false) => UPPER.to_vec(),
        (b"upper", true) => properties("Lu"),
        (b"alnum", false) => union(&[LOWER, UPPER, DIGIT]),
        (b"alnum", true) => properties("Xan"),
        // All that is printed or controls, which in Latin-1 is every byte.
        (b"ascii", _) => vec![(0, 0xff)],
        (b"blank", false) => BLANK.to_vec(),
        (b"blank", true) => HORIZONTAL.to_vec(),
        (b"cntrl", _) => vec![(0, 31), (127, 159)],
        (b"digit", ucp) => digit(ucp),
        (b"graph", false) => vec![(33, 126), (160, 255)],
        (b"graph", true) => without(
            &[(33, 0x10_ffff)],
            &union(&[
                &properties("Z"),
                &properties("Cc"),
                &properties("Cs"),
                &properties("Cn"),
                &[(0x61c, 0x61c), (0x180e, 0x180e), (0x2066, 0x2069)],
            ]),
        ),
        (b"print", false) => vec![(32, 126), (160, 255)],
        (b"print", true) => without(
            &[(32, 0x10_ffff)],
            &union(&[&properties("Zl"), &properties("Zp"), &properties("Cc"), &properties("Cs"), &properties("Cn")]),
        ),
        (b"punct", false) => {
            let graph = [(33, 126), (160, 255)];
            without(&graph, &union(&[LOWER, UPPER, DIGIT]))
        }
        (b"punct", true) => union(&[
            &properties("P"),
            &[(0x24, 0x24), (0x2b, 0x2b), (0x3c, 0x3e), (0x5e, 0x5e), (0x60, 0x60), (0x7c, 0x7c), (0x7e, 0x7e)],
        ]),
        (b"space", ucp) => space(ucp),
        (b"word", ucp) => word(ucp),
        (b"xdigit", _) => vec![(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)],
        _ => return None,
    })
}
