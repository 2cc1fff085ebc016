//! Which functions of `:erlang` the machine does itself.

use jovial_bytecode::ir::Bif;

/// The operation behind `:erlang.name/arity`, if there is one.
pub(super) fn bif(name: &str, arity: usize) -> Option<Bif> {
    Some(match (name, arity) {
        ("+", 2) => Bif::Add,
        ("-", 2) => Bif::Sub,
        ("*", 2) => Bif::Mul,
        ("/", 2) => Bif::Div,
        ("div", 2) => Bif::IntDiv,
        ("rem", 2) => Bif::Rem,
        ("-", 1) => Bif::Neg,
        ("+", 1) => Bif::Plus,
        ("band", 2) => Bif::BAnd,
        ("bor", 2) => Bif::BOr,
        ("bxor", 2) => Bif::BXor,
        ("bnot", 1) => Bif::BNot,
        ("bsl", 2) => Bif::Shl,
        ("bsr", 2) => Bif::Shr,
        ("abs", 1) => Bif::Abs,
        ("ceil", 1) => Bif::Ceil,
        ("floor", 1) => Bif::Floor,
        ("round", 1) => Bif::Round,
        ("trunc", 1) => Bif::Trunc,
        ("float", 1) => Bif::ToFloat,
        ("==", 2) => Bif::NumEq,
        ("/=", 2) => Bif::NumNe,
        ("=:=", 2) => Bif::Eq,
        ("=/=", 2) => Bif::Ne,
        ("<", 2) => Bif::Lt,
        ("=<", 2) => Bif::Le,
        (">", 2) => Bif::Gt,
        (">=", 2) => Bif::Ge,
        ("not", 1) => Bif::Not,
        ("and", 2) => Bif::And,
        ("or", 2) => Bif::Or,
        ("xor", 2) => Bif::Xor,
        ("hd", 1) => Bif::Hd,
        ("tl", 1) => Bif::Tl,
        ("length", 1) => Bif::Length,
        ("element", 2) => Bif::Element,
        ("setelement", 3) => Bif::SetElement,
        ("tuple_size", 1) => Bif::TupleSize,
        ("map_size", 1) => Bif::MapSize,
        ("byte_size", 1) => Bif::ByteSize,
        ("bit_size", 1) => Bif::BitSize,
        ("size", 1) => Bif::Size,
        ("map_get", 2) => Bif::MapGet,
        ("is_map_key", 2) => Bif::IsMapKey,
        ("binary_part", 3) => Bif::BinaryPart,
        ("min", 2) => Bif::Min,
        ("max", 2) => Bif::Max,
        ("self", 0) => Bif::SelfPid,
        ("node", 0 | 1) => Bif::Node,
        ("is_atom", 1) => Bif::IsAtom,
        ("is_binary", 1) => Bif::IsBinary,
        ("is_bitstring", 1) => Bif::IsBitstring,
        ("is_boolean", 1) => Bif::IsBoolean,
        ("is_float", 1) => Bif::IsFloat,
        ("is_function", 1) => Bif::IsFunction,
        ("is_function", 2) => Bif::IsFunction2,
        ("is_integer", 1) => Bif::IsInteger,
        ("is_list", 1) => Bif::IsList,
        ("is_map", 1) => Bif::IsMap,
        ("is_number", 1) => Bif::IsNumber,
        ("is_pid", 1) => Bif::IsPid,
        ("is_port", 1) => Bif::IsPort,
        ("is_reference", 1) => Bif::IsReference,
        ("is_tuple", 1) => Bif::IsTuple,
        _ => return None,
    })
}

/// The result is a boolean, and no argument makes it raise.
pub(super) fn is_total_predicate(bif: Bif) -> bool {
    matches!(
        bif,
        Bif::NumEq
            | Bif::NumNe
            | Bif::Eq
            | Bif::Ne
            | Bif::Lt
            | Bif::Le
            | Bif::Gt
            | Bif::Ge
            | Bif::IsAtom
            | Bif::IsBinary
            | Bif::IsBitstring
            | Bif::IsBoolean
            | Bif::IsFloat
            | Bif::IsFunction
            | Bif::IsInteger
            | Bif::IsList
            | Bif::IsMap
            | Bif::IsNumber
            | Bif::IsPid
            | Bif::IsPort
            | Bif::IsReference
            | Bif::IsTuple
    )
}

/// No argument makes it raise.
pub(super) fn is_total(bif: Bif, args: usize) -> bool {
    is_total_predicate(bif) || matches!(bif, Bif::Min | Bif::Max | Bif::SelfPid) || (bif == Bif::Node && args == 0)
}
