//! Floats as text, and back.
//!
//! **What it is for.** [`short`] is how floats are printed: the fewest digits that read back as the same float, with an
//! exponent when that is shorter. [`decimals`] and [`scientific`] serve `float_to_binary/2`. [`parse`] reads what the
//! language writes.
//!
//! **Invariants.**
//! 1. `parse(short(x)) == x` for every finite float, sign of zero included.
//!
//! **What it must not know.** Terms.

use std::fmt::Write as _;

/// The shortest text that reads back as the same float: `0.1`, `1.0e10`, `123456.789`, `1.0e-5`.
///
/// An exponent is used when it makes the text shorter, and beyond 2^53, where not all whole numbers are floats.
pub fn short(value: f64) -> String {
    let mut text = String::with_capacity(32);
    if value.is_sign_negative() {
        text.push('-');
    }
    if value == 0.0 {
        text.push_str("0.0");
        return text;
    }
    let mut written = Written { bytes: [0; 32], len: 0 };
    // A float has at most 17 digits, and an exponent of at most three with a sign.
    let _ = write!(written, "{:e}", value.abs());
    let (mantissa, exponent) = written.text().split_once('e').unwrap_or(("0", "0"));
    let (first, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (point, digits) = (1 + exponent.parse::<i32>().unwrap_or(0), first.len() + rest.len());
    let zeros = point.unsigned_abs() as usize;
    let plain_len = match usize::try_from(point) {
        Ok(0) | Err(_) => 2 + zeros + digits,
        Ok(point) => digits.max(point) + if point >= digits { 2 } else { 1 },
    };
    let scientific_len = first.len() + 1 + rest.len().max(1) + 1 + exponent.len();
    if value.abs() >= 9_007_199_254_740_992.0 || plain_len > scientific_len {
        text.extend([first, ".", if rest.is_empty() { "0" } else { rest }, "e", exponent]);
        return text;
    }
    match usize::try_from(point) {
        Ok(0) | Err(_) => {
            text.push_str("0.");
            text.extend(std::iter::repeat_n('0', zeros));
            text.extend([first, rest]);
        }
        Ok(point) if point >= digits => {
            text.extend([first, rest]);
            text.extend(std::iter::repeat_n('0', point - digits));
            text.push_str(".0");
        }
        Ok(point) => {
            // The first part of the mantissa is one digit.
            text.extend([first, &rest[..point - 1], ".", &rest[point - 1..]]);
        }
    }
    text
}

/// A short text on the stack.
struct Written {
    bytes: [u8; 32],
    len: usize,
}

impl Written {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or("0e0")
    }
}

impl std::fmt::Write for Written {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let place = self.bytes.get_mut(self.len..self.len + text.len()).ok_or(std::fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.len += text.len();
        Ok(())
    }
}

/// Most decimals that a program can ask for.
pub const DECIMALS_MAX: usize = 253;
/// Longest text with a fixed number of decimals.
pub const TEXT_MAX: usize = 255;

/// A fixed number of decimals, as `float_to_binary(F, [{decimals, N}])`; `compact` drops trailing zeros but one.
///
/// With few decimals the digits behind the point are rounded half up, as a whole number; so `0.125` with two is `0.13`.
/// `None` when the text would be longer than [`TEXT_MAX`], which is an argument error.
pub fn decimals(value: f64, decimals: usize, compact: bool) -> Option<String> {
    /// Whole numbers below are exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let negative = value.is_sign_negative();
    let magnitude = value.abs();
    let mut text = if decimals <= 18 && magnitude < EXACT {
        let scale = 10u64.pow(decimals as u32);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 2^53")]
        let mut whole = magnitude as u64;
        #[allow(clippy::cast_precision_loss, reason = "below 2^53, and a power of ten that is rounded on purpose")]
        let fraction = (magnitude - whole as f64) * scale as f64 + 0.5;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the scale")]
        let mut fraction = fraction as u64;
        if fraction >= scale {
            fraction -= scale;
            whole += 1;
        }
        if decimals == 0 { format!("{whole}") } else { format!("{whole}.{fraction:0decimals$}") }
    } else {
        format!("{magnitude:.decimals$}")
    };
    // The limit is one of the text before it is made compact.
    if text.len() + usize::from(negative) > TEXT_MAX {
        return None;
    }
    if compact && text.contains('.') {
        let len = text.trim_end_matches('0').len();
        text.truncate(len);
        if text.ends_with('.') {
            text.push('0');
        }
    }
    if negative {
        text.insert(0, '-');
    }
    Some(text)
}

/// One digit, a fixed number of decimals and an exponent of at least two digits, as
/// `float_to_binary(F, [{scientific, N}])`; with 20 decimals, `float_to_binary(F)`.
pub fn scientific(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

/// Reads sign, digits, point, digits and optional exponent; `None` for anything else and for what is too large.
pub fn parse(text: &[u8]) -> Option<f64> {
    let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    };
    let whole = digits(rest);
    rest = rest.get(whole..)?.strip_prefix(b".")?;
    let fraction = digits(rest);
    rest = &rest[fraction..];
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', exponent @ ..] => exponent,
            _ => exponent,
        };
        let len = digits(exponent);
        if len == 0 {
            return None;
        }
        rest = &exponent[len..];
    }
    if whole == 0 || fraction == 0 || !rest.is_empty() {
        return None;
    }
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}
