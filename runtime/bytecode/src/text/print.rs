//! Printing of the text form: one function for each kind of thing, none with a loop over time.

use std::fmt::Write as _;

use jovial_atoms::Atom;

use crate::ir::{
    Arg, BitsContext, Block, BlockId, Callee, Endian, Function, LitId, Literal, Module, Op, Pos, RaiseTrace,
    SegmentKind, SegmentType, Target, Terminator, Test, Val,
};

/// A whole module.
pub fn print(module: &Module) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "module {}", atom(module.name));
    for file in &module.files {
        let _ = writeln!(out, "file {}", bytes(file.as_bytes()));
    }
    let _ = writeln!(out, "attributes {}", print_literal(&module.attributes));
    for (index, literal) in module.literals.iter().enumerate() {
        let _ = writeln!(out, "literal {index} = {}", print_literal(literal));
    }
    for (name, data) in &module.chunks {
        let _ = writeln!(out, "chunk {} = {}", bytes(name.as_bytes()), print_literal(data));
    }
    for export in &module.exports {
        let _ = writeln!(out, "export {}/{} = f{}", atom(export.name), export.arity, export.function.0);
    }
    for (index, function) in module.functions.iter().enumerate() {
        out.push_str(&print_function(index, function));
    }
    out
}

/// One function with its number.
pub fn print_function(index: usize, function: &Function) -> String {
    let mut out = String::new();
    let _ = write!(out, "function f{index} {}/{} free {}", atom(function.name), function.arity, function.free);
    position(&mut out, function.pos);
    for (block, number) in function.blocks.iter().zip(0..) {
        print_block(&mut out, BlockId(number), block);
    }
    out.push_str("end\n");
    out
}

fn print_block(out: &mut String, id: BlockId, block: &Block) {
    let params: Vec<String> = block.params.iter().map(|val| value(*val)).collect();
    let _ = write!(out, "b{}({})", id.0, params.join(", "));
    if let Some(handler) = block.handler {
        let _ = write!(out, " handler b{}", handler.0);
    }
    out.push_str(":\n");
    for inst in &block.insts {
        out.push_str("  ");
        if let Some(dst) = inst.dst {
            let _ = write!(out, "v{} = ", dst.0);
        }
        out.push_str(&op(&inst.op));
        position(out, inst.pos);
    }
    out.push_str("  ");
    out.push_str(&terminator(&block.end));
    position(out, block.end_pos);
}

fn position(out: &mut String, pos: Pos) {
    if pos != Pos::default() {
        let _ = write!(out, " @ {}:{}", pos.file, pos.line);
    }
    out.push('\n');
}

pub(super) fn is_plain(name: &str) -> bool {
    let body = name.strip_suffix(['?', '!']).unwrap_or(name);
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn atom(atom: Atom) -> String {
    let name = atom.as_str();
    if is_plain(name) { format!(":{name}") } else { format!(":{}", text(name)) }
}

fn text(name: &str) -> String {
    let mut out = String::from("\"");
    for char in name.chars() {
        match char {
            '"' | '\\' => {
                out.push('\\');
                out.push(char);
            }
            '\n' => out.push_str("\\n"),
            char => out.push(char),
        }
    }
    out.push('"');
    out
}

fn bytes(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(byte as char);
            }
            b' '..=b'~' => out.push(byte as char),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push('"');
    out
}

enum Piece<'a> {
    Text(&'static str),
    Literal(&'a Literal),
}

/// A literal. Uses no stack for nested ones.
pub fn print_literal(literal: &Literal) -> String {
    let mut out = String::new();
    let mut pieces = vec![Piece::Literal(literal)];
    while let Some(piece) = pieces.pop() {
        let literal = match piece {
            Piece::Text(text) => {
                out.push_str(text);
                continue;
            }
            Piece::Literal(literal) => literal,
        };
        match literal {
            Literal::Int(number) => {
                let _ = write!(out, "{number}");
            }
            Literal::BigInt(digits) => out.push_str(digits),
            Literal::Float(number) => {
                let text = format!("{number:?}");
                // Large and tiny ones come as `1e300`.
                out.push_str(&if text.contains('.') { text } else { text.replacen('e', ".0e", 1) });
            }
            Literal::Atom(name) => out.push_str(&atom(*name)),
            Literal::Binary(data) => out.push_str(&bytes(data)),
            Literal::Bitstring(data, bits) => {
                let _ = write!(out, "bits {} {bits}", bytes(data));
            }
            Literal::Fun(module, name, arity) => {
                let _ = write!(out, "&{}.{}/{arity}", atom(*module), atom(*name));
            }
            Literal::List(items) | Literal::Improper(items) => {
                let improper = matches!(literal, Literal::Improper(_));
                pieces.push(Piece::Text("]"));
                for (index, item) in items.iter().enumerate().rev() {
                    pieces.push(Piece::Literal(item));
                    if index > 0 {
                        pieces.push(Piece::Text(if improper && index + 1 == items.len() { " | " } else { ", " }));
                    }
                }
                out.push('[');
            }
            Literal::Tuple(items) => {
                pieces.push(Piece::Text("}"));
                for (index, item) in items.iter().enumerate().rev() {
                    pieces.push(Piece::Literal(item));
                    if index > 0 {
                        pieces.push(Piece::Text(", "));
                    }
                }
                out.push('{');
            }
            Literal::Map(pairs) => {
                pieces.push(Piece::Text("}"));
                for (index, (key, item)) in pairs.iter().enumerate().rev() {
                    pieces.push(Piece::Literal(item));
                    pieces.push(Piece::Text(" => "));
                    pieces.push(Piece::Literal(key));
                    if index > 0 {
                        pieces.push(Piece::Text(", "));
                    }
                }
                out.push_str("%{");
            }
        }
    }
    out
}

fn value(val: Val) -> String {
    format!("v{}", val.0)
}

fn arg(arg: Arg) -> String {
    match arg {
        Arg::Val(val) => value(val),
        Arg::Int(number) => number.to_string(),
        Arg::Atom(name) => atom(name),
        Arg::EmptyList => "[]".to_string(),
        Arg::Lit(LitId(literal)) => format!("lit{literal}"),
    }
}

fn args(list: &[Arg]) -> String {
    list.iter().map(|one| arg(*one)).collect::<Vec<_>>().join(", ")
}

fn pairs(list: &[(Arg, Arg)]) -> String {
    list.iter().map(|(key, item)| format!("{} => {}", arg(*key), arg(*item))).collect::<Vec<_>>().join(", ")
}

fn callee(callee: &Callee, list: &[Arg]) -> String {
    let list = args(list);
    match callee {
        Callee::Local(function) => format!("f{}({list})", function.0),
        Callee::Remote(module, name) => format!("{}.{}({list})", atom(*module), atom(*name)),
        Callee::Fun(fun) => format!("fun {}({list})", arg(*fun)),
        Callee::Apply(module, name) => format!("apply {}, {}({list})", arg(*module), arg(*name)),
    }
}

pub(super) const KINDS: [(SegmentKind, &str); 7] = [
    (SegmentKind::Integer, "integer"),
    (SegmentKind::Float, "float"),
    (SegmentKind::Binary, "binary"),
    (SegmentKind::Bitstring, "bitstring"),
    (SegmentKind::Utf8, "utf8"),
    (SegmentKind::Utf16, "utf16"),
    (SegmentKind::Utf32, "utf32"),
];
pub(super) const ENDIANS: [(Endian, &str); 3] =
    [(Endian::Big, "big"), (Endian::Little, "little"), (Endian::Native, "native")];

fn segment(ty: SegmentType, size: Option<Arg>) -> String {
    let kind = KINDS.iter().find(|(kind, _)| *kind == ty.kind).map_or("", |(_, name)| name);
    let endian = ENDIANS.iter().find(|(endian, _)| *endian == ty.endian).map_or("", |(_, name)| name);
    let sign = if ty.signed { "signed" } else { "unsigned" };
    let size = size.map_or(String::new(), |size| format!(" size {}", arg(size)));
    format!("{kind} {endian} {sign} unit {}{size}", ty.unit)
}

fn op(op: &Op) -> String {
    match op {
        Op::Copy(one) => format!("copy {}", arg(*one)),
        Op::Cons(head, tail) => format!("cons {}, {}", arg(*head), arg(*tail)),
        Op::Tuple(list) => format!("tuple({})", args(list)),
        Op::Map(list) => format!("map({})", pairs(list)),
        Op::MapPut { map, pairs: list } => format!("map_put {}({})", arg(*map), pairs(list)),
        Op::MapUpdate { map, pairs: list } => format!("map_update {}({})", arg(*map), pairs(list)),
        Op::Fun { function, free } => format!("fun f{}({})", function.0, args(free)),
        Op::Head(one) => format!("head {}", arg(*one)),
        Op::Tail(one) => format!("tail {}", arg(*one)),
        Op::Element(tuple, place) => format!("element {}, {place}", arg(*tuple)),
        Op::Bif(bif, list) if list.is_empty() => bif.text().to_string(),
        Op::Bif(bif, list) => format!("{} {}", bif.text(), args(list)),
        Op::Call(target, list) => format!("call {}", callee(target, list)),
        Op::Bits(segments) => {
            let list: Vec<String> =
                segments.iter().map(|one| format!("{}: {}", arg(one.value), segment(one.ty, one.size))).collect();
            format!("bits({})", list.join(", "))
        }
        Op::RecvAccept => "recv_accept".to_string(),
        Op::RecvMark => "recv_mark".to_string(),
        Op::RecvBind(one) => format!("recv_bind {}", arg(*one)),
        Op::RecvUse(one) => format!("recv_use {}", arg(*one)),
        Op::Stacktrace(one) => format!("stacktrace {}", arg(*one)),
    }
}

fn target(target: &Target) -> String {
    if target.args.is_empty() {
        format!("b{}", target.block.0)
    } else {
        format!("b{}({})", target.block.0, args(&target.args))
    }
}

fn test(test: &Test) -> String {
    let (name, one) = match test {
        Test::IsAtom(one) => ("is_atom", one),
        Test::IsBinary(one) => ("is_binary", one),
        Test::IsBitstring(one) => ("is_bitstring", one),
        Test::IsBoolean(one) => ("is_boolean", one),
        Test::IsFloat(one) => ("is_float", one),
        Test::IsFunction(one) => ("is_function", one),
        Test::IsFunctionArity(one, arity) => return format!("is_function_arity {}, {arity}", arg(*one)),
        Test::IsInteger(one) => ("is_integer", one),
        Test::IsNumber(one) => ("is_number", one),
        Test::IsPid(one) => ("is_pid", one),
        Test::IsPort(one) => ("is_port", one),
        Test::IsReference(one) => ("is_reference", one),
        Test::IsMap(one) => ("is_map", one),
        Test::IsTuple(one) => ("is_tuple", one),
        Test::IsTupleArity(one, size) => return format!("is_tuple_arity {}, {size}", arg(*one)),
        Test::IsList(one) => ("is_list", one),
        Test::IsCons(one) => ("is_cons", one),
        Test::IsEmptyList(one) => ("is_empty_list", one),
        Test::IsTrue(one) => ("is_true", one),
        Test::IsFalse(one) => ("is_false", one),
        Test::Eq(a, b) => return format!("eq {}, {}", arg(*a), arg(*b)),
        Test::NumEq(a, b) => return format!("num_eq {}, {}", arg(*a), arg(*b)),
        Test::Lt(a, b) => return format!("lt {}, {}", arg(*a), arg(*b)),
        Test::Ge(a, b) => return format!("ge {}, {}", arg(*a), arg(*b)),
        Test::HasKey { map, key } => return format!("has_key {}, {}", arg(*map), arg(*key)),
    };
    format!("{name} {}", arg(*one))
}

fn context(ctx: BitsContext) -> String {
    args(&[ctx.base, ctx.position, ctx.end])
}

fn terminator(end: &Terminator) -> String {
    let fork = |yes: &Target, no: &Target| format!("then {} else {}", target(yes), target(no));
    match end {
        Terminator::Jump(to) => format!("jump {}", target(to)),
        Terminator::Branch { test: question, then, otherwise } => {
            format!("branch {} {}", test(question), fork(then, otherwise))
        }
        Terminator::Switch { value, cases, default } => {
            let list: Vec<String> =
                cases.iter().map(|(case, to)| format!("{} => {}", arg(*case), target(to))).collect();
            format!("switch {}({}) else {}", arg(*value), list.join(", "), target(default))
        }
        Terminator::SwitchArity { value, cases, default } => {
            let list: Vec<String> = cases.iter().map(|(case, to)| format!("{case} => {}", target(to))).collect();
            format!("switch_arity {}({}) else {}", arg(*value), list.join(", "), target(default))
        }
        Terminator::Fetch { map, key, found, missing } => {
            format!("fetch {}, {} {}", arg(*map), arg(*key), fork(found, missing))
        }
        Terminator::Guard { bif, args: list, ok, fail } => {
            format!("guard {}({}) {}", bif.text(), args(list), fork(ok, fail))
        }
        Terminator::BitsStart { value, ok, fail } => format!("bits_start {} {}", arg(*value), fork(ok, fail)),
        Terminator::BitsGet { ctx, segment: ty, size, ok, fail } => {
            format!("bits_get {}: {} {}", context(*ctx), segment(*ty, *size), fork(ok, fail))
        }
        Terminator::BitsMatch { ctx, bytes, ok, fail } => {
            format!("bits_match {}: lit{} {}", context(*ctx), bytes.0, fork(ok, fail))
        }
        Terminator::BitsEnd { ctx, ok, fail } => format!("bits_end {} {}", context(*ctx), fork(ok, fail)),
        Terminator::Return(one) => format!("return {}", arg(*one)),
        Terminator::TailCall(to, list) => format!("tail_call {}", callee(to, list)),
        Terminator::RecvPeek { message, empty } => format!("recv_peek {}", fork(message, empty)),
        Terminator::RecvSkip(to) => format!("recv_skip {}", target(to)),
        Terminator::RecvWait { time: None, again, timeout } => format!("recv_wait {}", fork(again, timeout)),
        Terminator::RecvWait { time: Some(time), again, timeout } => {
            format!("recv_wait {} {}", arg(*time), fork(again, timeout))
        }
        Terminator::Raise { class, reason, trace } => {
            let trace = match trace {
                RaiseTrace::New => String::new(),
                RaiseTrace::Raw(trace) => format!(" raw {}", arg(*trace)),
                RaiseTrace::Given(trace) => format!(" given {}", arg(*trace)),
            };
            format!("raise {}, {}{trace}", arg(*class), arg(*reason))
        }
        Terminator::FunctionClause(list) => format!("function_clause({})", args(list)),
    }
}
