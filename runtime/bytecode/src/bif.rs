//! Names and arities of the operations that need no call.
//!
//! **What it is for.** One table that the text form, the image and the interpreter use: a [`Bif`]'s name in text, its
//! name in `:erlang` as stack traces show it, its number of operands, whether it can be left out when unused.
//!
//! **Invariants.** [`ALL`] lists every operation once; its place is its number in an image.
//!
//! **What it must not know.** What the operations do.

use crate::ir::Bif;

macro_rules! bifs {
    ($($bif:ident $text:literal $erlang:literal $arity:literal $pure:literal;)*) => {
        /// Every operation by number.
        pub const ALL: &[Bif] = &[$(Bif::$bif),*];

        impl Bif {
            /// Name in text form.
            pub fn text(self) -> &'static str {
                match self { $(Bif::$bif => $text),* }
            }
            /// Name of the function in `:erlang`.
            pub fn erlang_name(self) -> &'static str {
                match self { $(Bif::$bif => $erlang),* }
            }
            pub fn arity(self) -> u8 {
                match self { $(Bif::$bif => $arity),* }
            }
            /// Whether it never raises.
            pub fn is_total(self) -> bool {
                match self { $(Bif::$bif => $pure),* }
            }
        }
    };
}

bifs! {
    Add "add" "+" 2 false;
    Sub "sub" "-" 2 false;
    Mul "mul" "*" 2 false;
    Div "div" "/" 2 false;
    IntDiv "int_div" "div" 2 false;
    Rem "rem" "rem" 2 false;
    Neg "neg" "-" 1 false;
    Plus "plus" "+" 1 false;
    BAnd "band" "band" 2 false;
    BOr "bor" "bor" 2 false;
    BXor "bxor" "bxor" 2 false;
    BNot "bnot" "bnot" 1 false;
    Shl "bsl" "bsl" 2 false;
    Shr "bsr" "bsr" 2 false;
    Abs "abs" "abs" 1 false;
    Ceil "ceil" "ceil" 1 false;
    Floor "floor" "floor" 1 false;
    Round "round" "round" 1 false;
    Trunc "trunc" "trunc" 1 false;
    ToFloat "float" "float" 1 false;
    NumEq "num_eq" "==" 2 true;
    NumNe "num_ne" "/=" 2 true;
    Eq "eq" "=:=" 2 true;
    Ne "ne" "=/=" 2 true;
    Lt "lt" "<" 2 true;
    Le "le" "=<" 2 true;
    Gt "gt" ">" 2 true;
    Ge "ge" ">=" 2 true;
    Not "not" "not" 1 false;
    And "and" "and" 2 false;
    Or "or" "or" 2 false;
    Xor "xor" "xor" 2 false;
    Hd "hd" "hd" 1 false;
    Tl "tl" "tl" 1 false;
    Length "length" "length" 1 false;
    Element "get_element" "element" 2 false;
    SetElement "set_element" "setelement" 3 false;
    TupleSize "tuple_size" "tuple_size" 1 false;
    MapSize "map_size" "map_size" 1 false;
    ByteSize "byte_size" "byte_size" 1 false;
    BitSize "bit_size" "bit_size" 1 false;
    Size "size" "size" 1 false;
    MapGet "map_get" "map_get" 2 false;
    IsMapKey "is_map_key" "is_map_key" 2 false;
    BinaryPart "binary_part" "binary_part" 3 false;
    Min "min" "min" 2 true;
    Max "max" "max" 2 true;
    SelfPid "self" "self" 0 true;
    Node "node" "node" 0 true;
    IsAtom "is_atom" "is_atom" 1 true;
    IsBinary "is_binary" "is_binary" 1 true;
    IsBitstring "is_bitstring" "is_bitstring" 1 true;
    IsBoolean "is_boolean" "is_boolean" 1 true;
    IsFloat "is_float" "is_float" 1 true;
    IsFunction "is_function" "is_function" 1 true;
    IsFunction2 "is_function2" "is_function" 2 false;
    IsInteger "is_integer" "is_integer" 1 true;
    IsList "is_list" "is_list" 1 true;
    IsMap "is_map" "is_map" 1 true;
    IsNumber "is_number" "is_number" 1 true;
    IsPid "is_pid" "is_pid" 1 true;
    IsPort "is_port" "is_port" 1 true;
    IsReference "is_reference" "is_reference" 1 true;
    IsTuple "is_tuple" "is_tuple" 1 true;
}

impl Bif {
    /// Its number in an image.
    pub fn number(self) -> u32 {
        self as u32
    }

    pub fn from_number(number: u32) -> Option<Bif> {
        ALL.get(number as usize).copied()
    }

    /// Whether it exists with so many operands: [`arity`](Bif::arity) or, for two of them, another number as well.
    pub fn takes(self, operands: usize) -> bool {
        operands == usize::from(self.arity()) || matches!((self, operands), (Bif::Node, 1) | (Bif::BinaryPart, 2))
    }

    /// The operation with this name in text form.
    pub fn from_text(text: &str) -> Option<Bif> {
        ALL.iter().copied().find(|bif| bif.text() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_places() {
        for (place, bif) in ALL.iter().enumerate() {
            assert_eq!(bif.number() as usize, place, "{bif:?}");
            assert_eq!(Bif::from_text(bif.text()), Some(*bif));
        }
    }
}
