//! Sigils.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};

use super::build::Kernel;
use crate::errors::{Halt, Result};
use crate::expand::Expander;
use crate::expand::text::inspect_string;

/// Segments of a sigil's content: text and interpolations.
fn segments(e: &Expander<'_>, content: NodeId) -> Result<(Meta, Vec<NodeId>)> {
    e.code.call_of(content, known::OP_BITS).ok_or_else(|| {
        let shown = e.text(content);
        Halt::argument_error(format!("expected the content of a sigil, got: {shown}"))
    })
}

/// The only segment, as text.
fn raw(e: &Expander<'_>, content: NodeId) -> Result<String> {
    let (_, segments) = segments(e, content)?;
    match segments.as_slice() {
        [one] => match e.code.text_of(*one) {
            Some(text) => Ok(text.to_owned()),
            None => Err(Halt::argument_error("expected a sigil without interpolation")),
        },
        [] => Ok(String::new()),
        _ => Err(Halt::argument_error("expected a sigil without interpolation")),
    }
}

fn modifiers(e: &Expander<'_>, list: NodeId) -> String {
    e.code
        .list_of(list)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|id| e.code.int_of(id).and_then(|value| u32::try_from(value).ok()).and_then(char::from_u32))
        .collect()
}

/// Which escapes mean something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    All,
    /// Those that a regular expression doesn't know itself.
    Regex,
}

fn invalid_escape(what: &str) -> Halt {
    Halt::argument_error(what.to_owned())
}

fn unescape(text: &str, escapes: Escapes) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        let Some(c) = rest.chars().next() else {
            out.push(b'\\');
            break;
        };
        let after = &rest[c.len_utf8()..];
        // A regular expression knows all of these itself; only the end of a line is left out.
        let simple = match c {
            _ if escapes == Escapes::Regex => None,
            'a' => Some(0x07),
            'f' => Some(0x0c),
            'n' => Some(b'\n'),
            'r' => Some(b'\r'),
            't' => Some(b'\t'),
            'v' => Some(0x0b),
            '0' => Some(0),
            'b' => Some(0x08),
            'd' => Some(0x7f),
            'e' => Some(0x1b),
            's' => Some(b' '),
            _ => None,
        };
        if let Some(byte) = simple {
            out.push(byte);
            rest = after;
            continue;
        }
        if let Some(stripped) = after.strip_prefix('\n').filter(|_| c == '\r') {
            rest = stripped;
            continue;
        }
        match c {
            '\n' => rest = after,
            'x' if escapes == Escapes::All => rest = unescape_hex(after, &mut out)?,
            'u' if escapes == Escapes::All => rest = unescape_unicode(after, &mut out)?,
            _ => {
                if escapes == Escapes::Regex {
                    out.push(b'\\');
                }
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
            }
        }
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(out)
}

fn hex_prefix(text: &str, max: usize) -> &str {
    let length = text.bytes().take(max).take_while(u8::is_ascii_hexdigit).count();
    &text[..length]
}

fn unescape_hex<'t>(text: &'t str, out: &mut Vec<u8>) -> Result<&'t str> {
    let digits = hex_prefix(text, 2);
    match u8::from_str_radix(digits, 16) {
        Ok(byte) if digits.len() == 2 => {
            out.push(byte);
            Ok(&text[2..])
        }
        _ => Err(invalid_escape("invalid hex escape character, expected \\xHH where H is a hexadecimal digit")),
    }
}

fn unescape_unicode<'t>(text: &'t str, out: &mut Vec<u8>) -> Result<&'t str> {
    let wrong = || {
        invalid_escape("invalid Unicode escape character, expected \\uHHHH or \\u{H*} where H is a hexadecimal digit")
    };
    let (digits, rest) = if let Some(inner) = text.strip_prefix('{') {
        let digits = hex_prefix(inner, 6);
        (digits, inner[digits.len()..].strip_prefix('}').ok_or_else(wrong)?)
    } else {
        let digits = hex_prefix(text, 4);
        if digits.len() != 4 {
            return Err(wrong());
        }
        (digits, &text[4..])
    };
    let value = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
    match char::from_u32(value) {
        Some(c) => {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            Ok(rest)
        }
        None => Err(invalid_escape(&format!("invalid or reserved Unicode code point \\u{{{digits}}}"))),
    }
}

/// The content with escapes replaced: a binary, or `<<>>` with interpolations.
fn unescaped(e: &mut Expander<'_>, content: NodeId, escapes: Escapes) -> Result<NodeId> {
    let (meta, segments) = segments(e, content)?;
    let mut parts = Vec::with_capacity(segments.len());
    for segment in segments {
        match e.code.text_of(segment).map(str::to_owned) {
            Some(text) => {
                let bytes = unescape(&text, escapes)?;
                parts.push(e.code.tree.binary(&bytes));
            }
            None => parts.push(segment),
        }
    }
    if let [one] = *parts.as_slice()
        && matches!(e.code.node(one), Node::Binary(_))
    {
        return Ok(one);
    }
    if parts.is_empty() {
        return Ok(e.code.tree.binary(b""));
    }
    Ok(e.code.tree.call(known::OP_BITS, meta, &parts))
}

fn chars(e: &mut Expander<'_>, text: &str) -> NodeId {
    let ids: Vec<NodeId> = text.chars().map(|c| e.code.tree.int(i64::from(u32::from(c)))).collect();
    e.code.tree.list(&ids)
}

pub(super) fn string(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let text = raw(e, args[0])?;
    Ok(e.code.tree.binary(text.as_bytes()))
}

pub(super) fn string_interpolated(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    unescaped(e, args[0], Escapes::All)
}

pub(super) fn charlist(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let text = raw(e, args[0])?;
    Ok(chars(e, &text))
}

pub(super) fn charlist_interpolated(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let content = unescaped(e, args[0], Escapes::All)?;
    if let Some(text) = e.code.text_of(content).map(str::to_owned) {
        return Ok(chars(e, &text));
    }
    let (_, parts) = segments(e, content)?;
    // Interpolations without the segment around them.
    let parts: Vec<NodeId> = parts
        .into_iter()
        .map(|part| e.code.call2(part, known::OP_DOUBLE_COLON).map_or(part, |(_, inner, _)| inner))
        .collect();
    let k = &mut Kernel::new(e.code);
    let parts = k.list(&parts);
    Ok(k.remote(&["List"], "to_charlist", &[parts]))
}

// Words.

pub(super) fn words(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let text = raw(e, args[0])?;
    split_words(e, meta, &text, args[1])
}

pub(super) fn words_interpolated(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let content = unescaped(e, args[0], Escapes::All)?;
    if let Some(text) = e.code.text_of(content).map(str::to_owned) {
        return split_words(e, meta, &text, args[1]);
    }
    let kind = word_kind(e, args[1])?;
    let k = &mut Kernel::new(e.code);
    let split = k.remote(&["String"], "split", &[content]);
    let name = match kind {
        's' => return Ok(split),
        'a' => "to_atom",
        _ => "to_charlist",
    };
    let string = k.alias(&["String"]);
    let name = k.name(name);
    let meta = k.meta(&[(known::NO_PARENS, MetaValue::Atom(known::TRUE))]);
    let dot = k.form(known::OP_DOT, &[string, name]);
    let call = k.code.tree.apply(dot, meta, &[]);
    let one = k.int(1);
    let slash = k.import("/", &[call, one]);
    let capture = k.form(known::OP_AMP, &[slash]);
    let lists = k.atom(known::LISTS);
    Ok(k.call(lists, "map", &[capture, split]))
}

fn word_kind(e: &Expander<'_>, list: NodeId) -> Result<char> {
    match modifiers(e, list).as_str() {
        "" | "s" => Ok('s'),
        "a" => Ok('a'),
        "c" => Ok('c'),
        _ => Err(Halt::argument_error("modifier must be one of: s, a, c")),
    }
}

fn split_words(e: &mut Expander<'_>, meta: Meta, text: &str, list: NodeId) -> Result<NodeId> {
    let kind = word_kind(e, list)?;
    if text.split_whitespace().any(|word| word.len() > 1 && word.ends_with(',')) {
        e.warn_line(meta, "the sigils ~w/~W do not allow trailing commas at the end of each word. If the comma is necessary, define a regular list with [...], otherwise remove the comma.");
    }
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        words.push(match kind {
            's' => e.code.tree.binary(word.as_bytes()),
            'a' => {
                let atom = Atom::of_code(word)
                    .map_err(|_| Halt::exception(known::MOD_SYSTEMLIMITERROR, "a system limit has been reached"))?;
                e.code.tree.atom(atom)
            }
            _ => chars(e, word),
        });
    }
    Ok(e.code.tree.list(&words))
}

// Regular expressions.

pub(super) fn regex(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let content = unescaped(e, args[0], Escapes::Regex)?;
    let options = modifiers(e, args[1]);
    if matches!(e.code.node(content), Node::Binary(_)) {
        return compile_regex(e, content, &options);
    }
    let k = &mut Kernel::new(e.code);
    let options = k.text(&options);
    Ok(k.remote(&["Regex"], "compile!", &[content, options]))
}

pub(super) fn regex_raw(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    e.warn_line(meta, "~R/.../ is deprecated, use ~r/.../ instead");
    let text = raw(e, args[0])?;
    let content = e.code.tree.binary(text.as_bytes());
    let options = modifiers(e, args[1]);
    compile_regex(e, content, &options)
}

/// A regular expression without interpolation is compiled with the program.
fn compile_regex(e: &mut Expander<'_>, content: NodeId, options: &str) -> Result<NodeId> {
    let options = e.code.tree.binary(options.as_bytes());
    let env = e.snapshot(e.env.line);
    let value =
        e.host.call_function(e.code, known::MOD_REGEX, Atom::new("compile!"), &[content, options], &env, false)?;
    e.escape_value(value)
}

// Dates and times.

/// The text of a calendar sigil and its calendar.
fn calendar(e: &mut Expander<'_>, content: NodeId) -> Result<(String, Atom)> {
    let text = raw(e, content)?;
    if let Some((date, name)) = text.rsplit_once(' ')
        && name.starts_with(|c: char| c.is_ascii_uppercase())
    {
        let parts: Vec<Atom> = name.split('.').map(Atom::new).collect();
        return Ok((date.to_owned(), crate::expand::aliases::concat(&parts)?));
    }
    Ok((text, Atom::new("Elixir.Calendar.ISO")))
}

/// The parts that the calendar reads from the text, and what stands behind them (an offset).
fn parse(
    e: &mut Expander<'_>,
    content: NodeId,
    function: &str,
    kind: &str,
) -> Result<(Atom, Vec<NodeId>, Option<NodeId>)> {
    let (text, calendar) = calendar(e, content)?;
    let argument = e.code.tree.binary(text.as_bytes());
    let env = e.snapshot(e.env.line);
    let result = e.host.call_function(e.code, calendar, Atom::new(function), &[argument], &env, false)?;
    let parts = tuple_elements(e, result);
    let fail = |e: &Expander<'_>, reason: String| {
        let calendar = crate::errors::inspect_module(calendar);
        let _ = e;
        Halt::argument_error(format!(
            "cannot parse {} as {kind} for {calendar}, reason: {reason}",
            inspect_string(&text)
        ))
    };
    match parts.as_slice() {
        [ok, parts] if e.code.is_atom(*ok, known::OK) => Ok((calendar, tuple_elements(e, *parts), None)),
        [ok, parts, offset] if e.code.is_atom(*ok, known::OK) => {
            if e.code.int_of(*offset) == Some(0) {
                Ok((calendar, tuple_elements(e, *parts), Some(*offset)))
            } else {
                // Here the calendar's name counts as part of the text.
                let whole = raw(e, content)?;
                Err(Halt::argument_error(format!(
                    "cannot parse {} as {kind} for {}, reason: :non_utc_offset",
                    inspect_string(&whole),
                    crate::errors::inspect_module(calendar)
                )))
            }
        }
        [_, reason] => {
            let reason = e.inspect(*reason);
            Err(fail(e, reason))
        }
        _ => Err(fail(e, ":invalid_format".to_owned())),
    }
}

/// The elements of a tuple given as data.
fn tuple_elements(e: &mut Expander<'_>, id: NodeId) -> Vec<NodeId> {
    match e.code.node(id) {
        Node::Pair(left, right) => vec![left, right],
        Node::Tuple(seq) => e.code.tree.seq(seq).to_vec(),
        _ => Vec::new(),
    }
}

fn calendar_struct(
    e: &mut Expander<'_>,
    module: Atom,
    calendar: Atom,
    names: &[&str],
    parts: &[NodeId],
    more: &[(&str, NodeId)],
) -> Result<NodeId> {
    let mut fields = Vec::new();
    let calendar = e.code.tree.atom(calendar);
    fields.push((Atom::new("calendar"), calendar));
    for (name, &part) in names.iter().zip(parts) {
        let part = e.escape_value(part)?;
        fields.push((Atom::new(name), part));
    }
    fields.extend(more.iter().map(|&(name, value)| (Atom::new(name), value)));
    let k = &mut Kernel::new(e.code);
    let module = k.atom(module);
    let map = k.map(&fields);
    Ok(k.form(known::OP_PERCENT, &[module, map]))
}

const DATE: &[&str] = &["year", "month", "day"];
const TIME: &[&str] = &["hour", "minute", "second", "microsecond"];
const DATE_TIME: &[&str] = &["year", "month", "day", "hour", "minute", "second", "microsecond"];

pub(super) fn date(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let (calendar, parts, _) = parse(e, args[0], "parse_date", "Date")?;
    calendar_struct(e, known::MOD_DATE, calendar, DATE, &parts, &[])
}

pub(super) fn time(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let (calendar, parts, _) = parse(e, args[0], "parse_time", "Time")?;
    calendar_struct(e, known::MOD_TIME, calendar, TIME, &parts, &[])
}

pub(super) fn naive_datetime(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let (calendar, parts, _) = parse(e, args[0], "parse_naive_datetime", "NaiveDateTime")?;
    calendar_struct(e, known::MOD_NAIVEDATETIME, calendar, DATE_TIME, &parts, &[])
}

pub(super) fn utc_datetime(e: &mut Expander<'_>, _meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let (calendar, parts, _) = parse(e, args[0], "parse_utc_datetime", "UTC DateTime")?;
    let zone = e.code.tree.binary(b"Etc/UTC");
    let short = e.code.tree.binary(b"UTC");
    let zero = e.code.tree.int(0);
    let more = [("time_zone", zone), ("zone_abbr", short), ("utc_offset", zero), ("std_offset", zero)];
    calendar_struct(e, known::MOD_DATETIME, calendar, DATE_TIME, &parts, &more)
}
