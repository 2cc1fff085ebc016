//! `:erlang` functions that turn one kind of term into another: atoms, numbers, binaries, lists, identifiers.

use jovial_atoms::{Atom, known};
use jovial_term::etf::{self, DecodeError, DecodeOptions, EncodeOptions};
use jovial_term::{Bits, Fragment, Heap, Int, Pid, Term, Value, float};
use jovial_vm::{Ctx, Halt, Job, JobResult};

use super::Entry;
use super::support::{Out, atom, badarg, bytes, charge, charlist, need, new_atom, option, size, text};

pub(crate) const TABLE: &[Entry] = &[
    ("erlang", "atom_to_binary", 1, |ctx, args| Ok(ctx.heap().binary(atom(args[0])?.as_str().as_bytes()))),
    ("erlang", "atom_to_binary", 2, |ctx, args| Ok(ctx.heap().binary(atom(args[0])?.as_str().as_bytes()))),
    ("erlang", "atom_to_list", 1, |ctx, args| Ok(ctx.heap().charlist(atom(args[0])?.as_str()))),
    ("erlang", "binary_to_atom", 1, |_, args| new_atom(&text(args[0])?)),
    ("erlang", "binary_to_atom", 2, |_, args| new_atom(&text(args[0])?)),
    ("erlang", "binary_to_existing_atom", 1, |_, args| existing(&text(args[0])?)),
    ("erlang", "binary_to_existing_atom", 2, |_, args| existing(&text(args[0])?)),
    ("erlang", "list_to_atom", 1, |_, args| new_atom(&charlist(args[0])?)),
    ("erlang", "list_to_existing_atom", 1, |_, args| existing(&charlist(args[0])?)),
    ("erlang", "integer_to_binary", 1, |ctx, args| digits(ctx, args[0], 10, Shape::Binary)),
    ("erlang", "integer_to_binary", 2, |ctx, args| digits(ctx, args[0], base(args[1])?, Shape::Binary)),
    ("erlang", "integer_to_list", 1, |ctx, args| digits(ctx, args[0], 10, Shape::List)),
    ("erlang", "integer_to_list", 2, |ctx, args| digits(ctx, args[0], base(args[1])?, Shape::List)),
    ("erlang", "binary_to_integer", 1, |ctx, args| parse(ctx, &bytes(args[0])?, 10)),
    ("erlang", "binary_to_integer", 2, |ctx, args| parse(ctx, &bytes(args[0])?, base(args[1])?)),
    ("erlang", "list_to_integer", 1, |ctx, args| parse(ctx, charlist(args[0])?.as_bytes(), 10)),
    ("erlang", "list_to_integer", 2, |ctx, args| parse(ctx, charlist(args[0])?.as_bytes(), base(args[1])?)),
    ("erlang", "iolist_to_binary", 1, iolist_to_binary),
    ("erlang", "list_to_binary", 1, |ctx, args| if args[0].is_list() { iolist_to_binary(ctx, args) } else { badarg() }),
    ("erlang", "list_to_bitstring", 1, list_to_bitstring),
    ("erlang", "iolist_size", 1, |_, args| iolist_size(args[0]).map(Term::count)),
    ("erlang", "iolist_to_iovec", 1, |ctx, args| iolist_to_binary(ctx, args).map(|binary| ctx.heap().list([binary]))),
    ("erlang", "binary_to_list", 1, |ctx, args| {
        let bytes = bytes(args[0])?;
        charge(ctx, bytes.len());
        Ok(byte_list(ctx, &bytes))
    }),
    ("erlang", "binary_to_list", 3, binary_to_list_part),
    ("erlang", "bitstring_to_list", 1, bitstring_to_list),
    ("erlang", "split_binary", 2, split_binary),
    ("erlang", "binary_part", 2, |ctx, args| {
        let [start, len] = *need(args[1].as_tuple_of::<2>())?;
        part(ctx, args[0], start, len)
    }),
    ("erlang", "binary_part", 3, |ctx, args| part(ctx, args[0], args[1], args[2])),
    ("erlang", "pid_to_list", 1, |ctx, args| {
        let pid = need(args[0].as_pid())?;
        Ok(ctx.heap().charlist(&format!("<0.{}.{}>", pid.id(), pid.serial())))
    }),
    ("erlang", "list_to_pid", 1, |_, args| need(parse_pid(&charlist(args[0])?)).map(Term::pid)),
    ("erlang", "port_to_list", 1, |ctx, args| {
        Ok(ctx.heap().charlist(&format!("#Port<0.{}>", need(args[0].as_port())?.number())))
    }),
    ("erlang", "list_to_port", 1, |_, args| {
        let text = charlist(args[0])?;
        let number = text.strip_prefix("#Port<0.").and_then(|rest| rest.strip_suffix('>')).and_then(|n| n.parse().ok());
        need(number).map(|number| Term::port(jovial_term::Port::new(number)))
    }),
    ("erlang", "ref_to_list", 1, |ctx, args| Ok(ctx.heap().charlist(&ref_text(args[0])?))),
    ("erlang", "list_to_ref", 1, |ctx, args| {
        need(parse_ref(&charlist(args[0])?)).map(|number| ctx.heap().make_ref(number))
    }),
    ("erlang", "float_to_binary", 1, |ctx, args| {
        float_text(args[0], Term::EMPTY_LIST).map(|text| ctx.heap().binary(text.as_bytes()))
    }),
    ("erlang", "float_to_binary", 2, |ctx, args| {
        float_text(args[0], args[1]).map(|text| ctx.heap().binary(text.as_bytes()))
    }),
    ("erlang", "float_to_list", 1, |ctx, args| {
        float_text(args[0], Term::EMPTY_LIST).map(|text| ctx.heap().charlist(&text))
    }),
    ("erlang", "float_to_list", 2, |ctx, args| float_text(args[0], args[1]).map(|text| ctx.heap().charlist(&text))),
    ("erlang", "binary_to_float", 1, |ctx, args| {
        need(float::parse(&bytes(args[0])?)).map(|value| ctx.heap().float(value))
    }),
    ("erlang", "list_to_float", 1, |ctx, args| {
        need(float::parse(charlist(args[0])?.as_bytes())).map(|value| ctx.heap().float(value))
    }),
    ("erlang", "phash2", 1, |_, args| Ok(Term::count(args[0].phash2(1 << 27) as usize))),
    ("erlang", "phash2", 2, |_, args| {
        let range = need(args[1].as_u64().filter(|range| (1..=1 << 32).contains(range)))?;
        Ok(Term::count(args[0].phash2(range) as usize))
    }),
    ("erlang", "term_to_binary", 1, |ctx, args| encode(ctx, args[0], Term::EMPTY_LIST)),
    ("erlang", "term_to_binary", 2, |ctx, args| encode(ctx, args[0], args[1])),
    ("erlang", "term_to_iovec", 1, |ctx, args| {
        encode(ctx, args[0], Term::EMPTY_LIST).map(|binary| ctx.heap().list([binary]))
    }),
    ("erlang", "external_size", 1, |_, args| Ok(Term::count(etf::encode(args[0], EncodeOptions::default())?.len()))),
    ("erlang", "binary_to_term", 1, |ctx, args| decode(ctx, args[0], Term::EMPTY_LIST)),
    ("erlang", "binary_to_term", 2, |ctx, args| decode(ctx, args[0], args[1])),
];

fn existing<'h>(text: &str) -> Out<'h> {
    need(Atom::existing(text)).map(Term::atom)
}

fn base<'h>(term: Term<'h>) -> Result<u32, Halt<'h>> {
    need(term.as_small().filter(|base| (2..=36).contains(base)).and_then(|base| u32::try_from(base).ok()))
}

/// Numbers of more limbs than this take long to write down or to read: that is done elsewhere, where nobody waits for it and an
/// interrupt can leave it alone.
const LIMBS_AT_ONCE: usize = 1 << 11;

fn limbs(int: &Int<'_>) -> usize {
    match int {
        Int::Small(_) => 1,
        Int::Big { limbs, .. } => limbs.len(),
    }
}

/// What digits become.
#[derive(Clone, Copy)]
enum Shape {
    Binary,
    List,
}

impl Shape {
    fn of<'h>(self, ctx: &Ctx<'h>, text: &str) -> Term<'h> {
        match self {
            Shape::Binary => ctx.heap().binary(text.as_bytes()),
            Shape::List => ctx.heap().charlist(text),
        }
    }
}

fn digits<'h>(ctx: &Ctx<'h>, term: Term<'h>, base: u32, shape: Shape) -> Out<'h> {
    let int = need(term.as_int())?;
    if limbs(&int) <= LIMBS_AT_ONCE {
        return Ok(shape.of(ctx, &int.to_text(base)));
    }
    let int = Fragment::copy_of(term).map_err(|_| Halt::system_limit())?;
    Err(Halt::Offload(Job(Box::new(move |wanted| {
        let text = int.root().as_int().and_then(|int| int.to_text_while(base, wanted).ok()).unwrap_or_default();
        JobResult(Box::new(move |ctx| Ok(shape.of(ctx, &text))))
    }))))
}

fn parse<'h>(ctx: &Ctx<'h>, text: &[u8], base: u32) -> Out<'h> {
    if text.len() <= LIMBS_AT_ONCE * 16 {
        return need(ctx.heap().parse_int(text, base));
    }
    let text = text.to_vec();
    Err(Halt::Offload(Job(Box::new(move |wanted| {
        let heap = Heap::new();
        let int = heap.parse_int_while(&text, base, wanted).unwrap_or_default();
        let int = int.and_then(|int| Fragment::copy_of(int).ok());
        JobResult(Box::new(move |ctx| need(int).map(|int| ctx.heap().adopt(int))))
    }))))
}

/// `float_to_binary/2` with its options; without any, 20 digits in scientific notation.
fn float_text<'h>(term: Term<'h>, options: Term<'h>) -> Result<String, Halt<'h>> {
    let value = need(term.as_float())?;
    for item in need(options.list_to_vec())? {
        let name = item.as_tuple_of::<2>().map_or(item, |&[name, _]| name).as_atom().map(Atom::as_str);
        need(name.filter(|name| matches!(*name, "short" | "compact" | "decimals" | "scientific")))?;
    }
    if option(options, "short").is_some() {
        return Ok(float::short(value));
    }
    if let Some(count) = option(options, "decimals") {
        let count = need(count.as_usize().filter(|count| *count <= 253))?;
        return need(float::decimals(value, count, option(options, "compact").is_some()));
    }
    let count = match option(options, "scientific") {
        Some(count) => need(count.as_usize().filter(|count| *count <= 249))?,
        None => 20,
    };
    Ok(float::scientific(value, count))
}

/// Walks an iolist left to right with a stack of its own and hands each part to `take`.
fn walk<'h>(root: Term<'h>, mut take: impl FnMut(IoPart<'h>) -> Result<(), Halt<'h>>) -> Result<(), Halt<'h>> {
    let mut stack = vec![root];
    while let Some(term) = stack.pop() {
        if let Some((head, tail)) = term.as_cons() {
            stack.push(tail);
            if let Some(value) = head.as_small() {
                take(IoPart::Byte(u8::try_from(value).map_err(|_| Halt::badarg())?))?;
            } else {
                stack.push(head);
            }
        } else if let Some(bits) = term.as_bitstring() {
            take(IoPart::Bits(bits))?;
        } else if !term.is_nil_list() {
            return badarg();
        }
    }
    Ok(())
}

enum IoPart<'h> {
    Byte(u8),
    Bits(Bits<'h>),
}

/// The bytes of an iolist (or a binary).
pub(crate) fn iolist_bytes<'h>(term: Term<'h>) -> Result<Vec<u8>, Halt<'h>> {
    let mut out = Vec::new();
    walk(term, |part| {
        match part {
            IoPart::Byte(byte) => out.push(byte),
            IoPart::Bits(bits) if bits.is_binary() => out.extend_from_slice(&bits.to_bytes()),
            IoPart::Bits(_) => return badarg(),
        }
        Ok(())
    })?;
    Ok(out)
}

fn iolist_to_binary<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    if args[0].as_binary().is_some() {
        return Ok(args[0]);
    }
    let bytes = iolist_bytes(args[0])?;
    charge(ctx, bytes.len());
    ctx.heap().try_binary(&bytes).map_err(Halt::from)
}

fn iolist_size<'h>(term: Term<'h>) -> Result<usize, Halt<'h>> {
    let mut size = 0;
    walk(term, |part| {
        match part {
            IoPart::Byte(_) => size += 1,
            IoPart::Bits(bits) if bits.is_binary() => size += bits.size_bytes(),
            IoPart::Bits(_) => return badarg(),
        }
        Ok(())
    })?;
    Ok(size)
}

fn list_to_bitstring<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    if !args[0].is_list() {
        return badarg();
    }
    let mut out: Vec<u8> = Vec::new();
    let mut size = 0;
    walk(args[0], |part| {
        let byte;
        let bits = match part {
            IoPart::Byte(value) => {
                byte = [value];
                Bits::from(&byte[..])
            }
            IoPart::Bits(bits) => bits,
        };
        let start = size;
        size += bits.size_bits();
        out.resize(size.div_ceil(8), 0);
        bits.copy_to(&mut out, start);
        Ok(())
    })?;
    charge(ctx, out.len());
    Ok(ctx.heap().bitstring(Bits::new(&out, 0, size)))
}

fn byte_list<'h>(ctx: &Ctx<'h>, bytes: &[u8]) -> Term<'h> {
    ctx.heap().list(bytes.iter().map(|byte| Term::small32(i32::from(*byte))).collect::<Vec<_>>())
}

/// `binary_to_list(binary, from, to)`, positions from 1, both included.
fn binary_to_list_part<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bytes = bytes(args[0])?;
    let (from, to) = (size(args[1])?, size(args[2])?);
    if from == 0 || from > to {
        return badarg();
    }
    Ok(byte_list(ctx, need(bytes.get(from - 1..to))?))
}

fn bitstring_to_list<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bits = need(args[0].as_bitstring())?;
    let whole = bits.size_bits() / 8 * 8;
    let mut items: Vec<Term<'h>> =
        need(bits.part(0, whole))?.iter_bytes().map(|byte| Term::small32(i32::from(byte))).collect();
    if whole < bits.size_bits() {
        items.push(need(ctx.heap().sub_binary(args[0], whole, bits.size_bits() - whole))?);
    }
    Ok(ctx.heap().list(items))
}

fn split_binary<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let bits = need(args[0].as_bitstring())?;
    let at = need(size(args[1])?.checked_mul(8).filter(|at| *at <= bits.size_bits()))?;
    let heap = ctx.heap();
    let first = need(heap.sub_binary(args[0], 0, at))?;
    let second = need(heap.sub_binary(args[0], at, bits.size_bits() - at))?;
    Ok(heap.tuple(&[first, second]))
}

/// A part by start and length; a negative length counts backwards from the start.
pub(crate) fn part<'h>(ctx: &Ctx<'h>, binary: Term<'h>, start: Term<'h>, len: Term<'h>) -> Out<'h> {
    let total = need(binary.as_binary())?.size_bytes();
    let (start, len) = super::binary::range(total, start, len)?;
    need(ctx.heap().sub_binary(binary, start * 8, len * 8))
}

fn parse_pid(text: &str) -> Option<Pid> {
    let mut parts = text.strip_prefix('<')?.strip_suffix('>')?.split('.');
    let (node, id, serial) = (parts.next()?, parts.next()?, parts.next()?);
    let (id, serial): (u64, u64) = (id.parse().ok()?, serial.parse().ok()?);
    (node == "0" && parts.next().is_none() && id < 1 << 28 && serial < 1 << 28).then(|| Pid::new(serial << 28 | id))
}

/// A reference's number is shown as three parts of 28, 28 and 8 bits, as many as the BEAM shows.
fn ref_text<'h>(term: Term<'h>) -> Result<String, Halt<'h>> {
    match term.value() {
        Value::Ref(reference) => {
            let number = reference.number;
            Ok(format!("#Ref<0.{}.{}.{}>", number >> 56, number >> 28 & 0xfff_ffff, number & 0xfff_ffff))
        }
        Value::ExternalRef(external) => {
            let words: Vec<String> = external.words().iter().rev().map(u32::to_string).collect();
            Ok(format!("#Ref<{}.{}>", external.node, words.join(".")))
        }
        _ => badarg(),
    }
}

fn parse_ref(text: &str) -> Option<u64> {
    let parts: Vec<u64> = text
        .strip_prefix("#Ref<0.")?
        .strip_suffix('>')?
        .split('.')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    match parts[..] {
        [high, middle, low] if high < 128 && middle < 1 << 28 && low < 1 << 28 => Some(high << 56 | middle << 28 | low),
        _ => None,
    }
}

fn encode<'h>(ctx: &Ctx<'h>, term: Term<'h>, options: Term<'h>) -> Out<'h> {
    let compressed = match option(options, "compressed") {
        Some(level) if level.is_atom(known::TRUE) => 6,
        Some(level) => need(level.as_small().and_then(|level| u8::try_from(level).ok()).filter(|level| *level <= 9))?,
        None => 0,
    };
    let minor_version =
        option(options, "minor_version").and_then(Term::as_small).map_or(1, |v| u8::try_from(v).unwrap_or(1));
    let deterministic = option(options, "deterministic").is_some();
    let options = EncodeOptions { compressed, deterministic, minor_version, ..EncodeOptions::default() };
    let bytes = etf::encode(term, options)?;
    charge(ctx, bytes.len());
    ctx.heap().try_binary(&bytes).map_err(Halt::from)
}

fn decode<'h>(ctx: &Ctx<'h>, binary: Term<'h>, options: Term<'h>) -> Out<'h> {
    let bytes = bytes(binary)?;
    charge(ctx, bytes.len());
    let how = DecodeOptions { safe: option(options, "safe").is_some(), ..DecodeOptions::default() };
    let (term, used) = match etf::decode(ctx.heap(), &bytes, &how) {
        Ok(decoded) => decoded,
        Err(DecodeError::Malformed) => return badarg(),
        Err(DecodeError::SystemLimit) => return Err(Halt::system_limit()),
    };
    Ok(if option(options, "used").is_some() { ctx.heap().tuple(&[term, Term::count(used)]) } else { term })
}
