//! The instruction set: one table that the emitter, the printer, the verifier and the interpreter all expand.
//!
//! **What it is for.** [`for_each_opcode!`](crate::for_each_opcode) lists every instruction with its operands, in the
//! order in which they lie in memory. Code is a row of 32-bit words. The first word of an instruction holds the opcode
//! in its low byte and up to three 8-bit operands above it; wider operands follow, one word each unless said otherwise.
//!
//! A frame is a run of slots. Slot 0 is the lowest; the topmost slot holds the return address and below it lie the
//! function's parameters, the last one highest (a lambda's free variables come before its arguments). Slots below zero
//! belong to the next call: -1 is where the return address goes and where the result comes back, and the `n` outgoing
//! arguments lie in `-1-n..=-2`.
//!
//! **Invariants.**
//! 1. Opcodes are numbered by their place, so an image is only valid for the [`VERSION`] that wrote it.
//! 2. A [`Live`](Operand::Live) word is the last word of its instruction, hence just before the return address.
//! 3. Every function starts with a live word for its parameters and a word that holds frame size and number of
//!    parameters; the entry label points to the second.
//!
//! **What it must not know.** Terms, what an instruction does.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "operands are packed into words of checked sizes"
)]

use crate::ir::{Endian, SegmentKind, SegmentType};

/// Goes up with every change of the instruction set or of what follows an opcode.
pub const VERSION: u32 = 4;

/// Words below a frame that an instruction may always use: outgoing arguments and scratch slots.
pub const RED_ZONE: usize = 24;
/// Calls with more arguments than this ask for room first.
pub const NEAR_ARGS: usize = 10;
/// The scratch slots lie here and below.
pub const SCRATCH: i16 = -12;

/// What one operand means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// 8-bit slot that is written.
    D,
    /// 8-bit slot that is read.
    S,
    /// 8-bit signed number.
    I,
    /// 8-bit count or number without sign.
    N,
    /// 16-bit slot that is written, in the upper half of the first word.
    D16,
    /// 16-bit slot that is read, in the upper half of the first word.
    S16,
    /// Signed 16-bit number in the upper half of the first word.
    I16,
    /// Unsigned 16-bit number in the upper half of the first word.
    N16,
    /// Two 16-bit slots in a word: written, read.
    Move,
    /// Two 16-bit slots in a word, both read; [`NO_SLOT`] stands for none.
    Pair,
    /// Two 16-bit slots in a word, both written; [`NO_SLOT`] stands for none.
    PairD,
    /// An immediate term whose word is this number with its sign extended.
    Imm,
    /// A term in two words, low half first.
    Const,
    /// Offset in words from the instruction's first word.
    Label,
    /// The same to the entry word of a function.
    Entry,
    /// Number of a [`Bif`](crate::ir::Bif).
    Bif,
    /// A further word of flags or counts.
    Word,
    /// Address of an export entry, in two words.
    Import,
    /// Address of a fun entry, in two words.
    Lambda,
    /// [`Source`]s, one in a word; the preceding `N16` is their number. Terms in two words that they refer to follow the
    /// last one.
    Sources,
    /// A table of cases: pairs of an immediate and a label; the preceding `N16` is their number, a power of two. The loader puts
    /// each one where [`case_place`] says, or behind what is there already; [`NO_CASE`] stands at the places that stay free.
    Cases,
    /// Three words for each segment of a bitstring: value and size as [`Source`]s (a slot of [`NO_SLOT`] for no size), then
    /// a type as [`pack_type`] makes it; `N16` is their number. Terms follow as after `Sources`.
    Segments,
    /// Which slots hold live terms, and the frame size (invariant 2).
    Live,
}

/// Absent slot in an [`Operand::Pair`].
pub const NO_SLOT: i16 = i16::MIN;

/// In place of an immediate where a table of cases has none: tagged like a header, which is never a value. The label is that of the
/// default.
pub const NO_CASE: u32 = 7;

/// Where the search for a case begins, less what is beyond the size of the table. Small numbers and atoms that were made one
/// after the other have places of their own.
#[inline]
pub const fn case_place(word: u32) -> usize {
    (word >> 1).wrapping_add(word >> 8) as usize
}

/// Where a value comes from, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// A slot: tagged like a header, which is never a value.
    Slot(i16),
    /// A term in two words, so many words behind this one.
    Const(u32),
    /// An immediate term: its word with the sign extended.
    Imm(u32),
}

impl Source {
    pub fn pack(self) -> u32 {
        match self {
            Source::Slot(slot) => u32::from(slot.cast_unsigned()) << 16 | 7,
            Source::Const(distance) => distance << 3 | 1,
            Source::Imm(word) => word,
        }
    }

    pub fn unpack(word: u32) -> Source {
        match word & 7 {
            7 => Source::Slot(((word >> 16) as u16).cast_signed()),
            1 => Source::Const(word >> 3),
            _ => Source::Imm(word),
        }
    }
}

/// A segment's type in one word.
pub const fn pack_type(ty: SegmentType) -> u32 {
    let kind = match ty.kind {
        SegmentKind::Integer => 0,
        SegmentKind::Float => 1,
        SegmentKind::Binary => 2,
        SegmentKind::Bitstring => 3,
        SegmentKind::Utf8 => 4,
        SegmentKind::Utf16 => 5,
        SegmentKind::Utf32 => 6,
    };
    let endian = match ty.endian {
        Endian::Big => 0,
        Endian::Little => 1,
        Endian::Native => 2,
    };
    kind | endian << 4 | (ty.signed as u32) << 8 | (ty.unit as u32) << 16
}

/// The type that [`pack_type`] put into a word; `None` for any other word.
pub fn unpack_type(word: u32) -> Option<SegmentType> {
    let kind = match word & 15 {
        0 => SegmentKind::Integer,
        1 => SegmentKind::Float,
        2 => SegmentKind::Binary,
        3 => SegmentKind::Bitstring,
        4 => SegmentKind::Utf8,
        5 => SegmentKind::Utf16,
        6 => SegmentKind::Utf32,
        _ => return None,
    };
    let endian = match word >> 4 & 15 {
        0 => Endian::Big,
        1 => Endian::Little,
        2 => Endian::Native,
        _ => return None,
    };
    Some(SegmentType { kind, unit: (word >> 16) as u16, signed: word >> 8 & 1 == 1, endian })
}

/// Calls the macro `$then` with all instructions: `Name function [operands] "what it does";`.
#[macro_export]
macro_rules! for_each_opcode {
    ($then:ident) => {
        $then! {
            // Never emitted; what zeroed memory would run.
            Invalid op_invalid [] "raises a machine fault";
            Halt op_halt [] "ends the process with the result of its first function";
            Undefined op_undefined [] "code of an export without a function: loads the module or calls the error handler";
            Native op_native [] "code of an export that Rust implements";

            Move op_move [D S] "copies a slot";
            MoveFar op_move_far [Move] "copies a slot, any slots";
            Move2 op_move2 [D S Move] "copies two slots in turn";
            LoadSmall op_load_small [D I16] "loads a small integer";
            LoadImm op_load_imm [D Imm] "loads an immediate";
            LoadConst op_load_const [D Const] "loads a literal";
            LoadFar op_load_far [D16 Const] "loads a literal into any slot";
            Catch op_catch [D D D] "begins a handler: class, reason, raw trace";

            Add op_add [D S S] "addition";
            AddImm op_add_imm [D S I] "addition of a small constant";
            Sub op_sub [D S S] "subtraction";
            SubImm op_sub_imm [D S I] "subtraction of a small constant";
            KeepAddImm op_keep_add_imm [D S I] "copies a slot and adds a small constant to it in its place";
            KeepSubImm op_keep_sub_imm [D S I] "copies a slot and subtracts a small constant from it in its place";
            Mul op_mul [D S S] "multiplication";
            MulImm op_mul_imm [D S I] "multiplication by a small constant";
            IntDiv op_int_div [D S S] "integer division";
            Rem op_rem [D S S] "remainder";
            BAnd op_band [D S S] "bitwise and";
            BOr op_bor [D S S] "bitwise or";
            BXor op_bxor [D S S] "bitwise exclusive or";
            Shl op_shl [D S S] "shift to the left";
            Shr op_shr [D S S] "shift to the right";
            GetElement op_get_element [D S S] "element of a tuple, by its place counted from 1";
            AddReturn op_add_return [S S N] "addition and return from a frame of this size";
            Bif1 op_bif1 [D S Bif] "an operation that may raise";
            Bif2 op_bif2 [D S S Bif] "an operation that may raise";
            Bif3 op_bif3 [D S S Bif Pair] "an operation that may raise; the third operand comes last";
            Guard1 op_guard1 [D S Bif Label] "as Bif1, but goes to the label instead of raising";
            Guard2 op_guard2 [D S S Bif Label] "as Bif2, but goes to the label instead of raising";
            Guard3 op_guard3 [D S S Bif Pair Label] "as Bif3, but goes to the label instead of raising";
            SelfPid op_self_pid [D] "pid of this process";
            Node op_node [D] "name of this node";

            Jump op_jump [Label] "goes on at the label";
            JumpNotCons op_jump_not_cons [S Label] "goes to the label unless this is a cons cell";
            JumpNotEmptyList op_jump_not_empty_list [S Label] "goes to the label unless this is []";
            JumpNotList op_jump_not_list [S Label] "goes to the label unless this is a list";
            JumpNotTuple op_jump_not_tuple [S Label] "goes to the label unless this is a tuple";
            JumpNotArity op_jump_not_arity [S N16 Label] "goes to the label unless this is a tuple of this size";
            JumpNotInteger op_jump_not_integer [S Label] "goes to the label unless this is an integer";
            JumpNotFloat op_jump_not_float [S Label] "goes to the label unless this is a float";
            JumpNotNumber op_jump_not_number [S Label] "goes to the label unless this is a number";
            JumpNotAtom op_jump_not_atom [S Label] "goes to the label unless this is an atom";
            JumpNotBoolean op_jump_not_boolean [S Label] "goes to the label unless this is a boolean";
            JumpNotBinary op_jump_not_binary [S Label] "goes to the label unless this is a binary";
            JumpNotBitstring op_jump_not_bitstring [S Label] "goes to the label unless this is a bitstring";
            JumpNotMap op_jump_not_map [S Label] "goes to the label unless this is a map";
            JumpNotFunction op_jump_not_function [S Label] "goes to the label unless this is a fun";
            JumpNotFunctionArity op_jump_not_function_arity [S N16 Label] "goes to the label unless this is a fun of this arity";
            JumpNotPid op_jump_not_pid [S Label] "goes to the label unless this is a pid";
            JumpNotPort op_jump_not_port [S Label] "goes to the label unless this is a port";
            JumpNotReference op_jump_not_reference [S Label] "goes to the label unless this is a reference";
            JumpNotSame op_jump_not_same [S Imm Label] "goes to the label unless this is the immediate";
            JumpSame op_jump_same [S Imm Label] "goes to the label if this is the immediate";
            JumpNotEq op_jump_not_eq [S S Label] "goes to the label unless === holds";
            JumpNotNumEq op_jump_not_num_eq [S S Label] "goes to the label unless == holds";
            JumpNotLess op_jump_not_less [S S Label] "goes to the label unless the first is less";
            JumpNotGreaterEq op_jump_not_greater_eq [S S Label] "goes to the label unless the first is greater or equal";
            JumpNotLessImm op_jump_not_less_imm [S I16 Label] "goes to the label unless less than a small constant";
            JumpNotGreaterEqImm op_jump_not_greater_eq_imm [S I16 Label] "goes to the label unless at least a small constant";
            JumpNotGreaterImm op_jump_not_greater_imm [S I16 Label] "goes to the label unless greater than a small constant";
            JumpNotLessEqImm op_jump_not_less_eq_imm [S I16 Label] "goes to the label unless at most a small constant";
            JumpNotNumEqImm op_jump_not_num_eq_imm [S I16 Label] "goes to the label unless == to a small constant";
            JumpNoKey op_jump_no_key [S S Label] "goes to the label unless the map has the key";
            Switch op_switch [S N16 Label Cases] "goes to the label of the equal immediate, else to the first label";
            SwitchArity op_switch_arity [S N16 Label Cases] "goes to the label of the equal tuple size, else to the first label";
            Fetch op_fetch [D S S Label] "value of a key in a map, or goes to the label";

            Head op_head [D S] "head of what is known to be a cons cell";
            Tail op_tail [D S] "tail of what is known to be a cons cell";
            HeadTail op_head_tail [D D S] "both of them";
            Uncons op_uncons [D D S Label] "head and tail of a cons cell, or goes to the label";
            Element op_element [D S N] "element, counted from 0, of what is known to be a tuple that has it";
            Element2 op_element2 [D D S Word] "two elements, numbered in the halves of the word";
            ElementFar op_element_far [D S Word] "element by a wider number";

            Room op_room [N16 Live] "makes sure of so many words on the heap";
            StackRoom op_stack_room [N16 Live] "makes sure of so many words below the frame";
            Cons op_cons [D S S Live] "cons cell";
            PutCons op_put_cons [D S S] "cons cell in memory that Room promised";
            Tuple2 op_tuple2 [D S S Live] "pair";
            PutTuple op_put_tuple [D N16 Sources] "tuple in memory that Room promised";
            PutFun op_put_fun [D N16 Lambda Sources] "fun in memory that Room promised";
            MakeMap op_make_map [D N16 Sources] "map of keys and values in turn";
            MapPut op_map_put [D N16 Sources] "the map in the first slot with further keys and values";
            MapUpdate op_map_update [D N16 Sources] "as `MapPut`, for keys that must be there";

            Call op_call [Label Live] "call in this module";
            CallImport op_call_import [Import Live] "call of another module's function";
            CallFun op_call_fun [N S16 Live] "call of a fun with so many arguments";
            Apply op_apply [N Pair Live] "call of a function known by two atoms, with so many arguments";
            TailCall op_tail_call [N16 Label] "leaves a frame of this size and calls";
            TailCallImport op_tail_call_import [N16 Import] "as `TailCall`, in another module";
            TailCallFun op_tail_call_fun [N S16 Word] "as `TailCall`, a fun; the frame size is the word";
            TailApply op_tail_apply [N Pair Word] "as `TailCall`, a function known by two atoms";
            Loop op_loop [Label] "calls its own function in the same frame, whose parameters are in place";
            LoopNotSame op_loop_not_same [S Imm Label Entry] "as `Loop`; the function begins with the test for this immediate, whose label is the first";
            LoopSame op_loop_same [S Imm Label Entry] "as `LoopNotSame`, of a function that begins with `JumpSame`";
            LoopUncons op_loop_uncons [D D S Entry] "as `Loop`, of a function that begins with this `Uncons`";
            Return op_return [S N16] "gives a value back from a frame of this size";
            ReturnConst op_return_const [N16 Imm] "gives an immediate back from a frame of this size";

            BitsStart op_bits_start [S PairD PairD Label] "storage of a bitstring and where it starts and ends there, in bits, or goes to the label";
            BitsGet op_bits_get [D D Pair Pair Word Label] "value and new position; base, position; end, size; type";
            BitsMatch op_bits_match [D S Pair Const Label] "new position after the bytes of a literal; position; base, end";
            BitsSkip op_bits_skip [D S Pair Word Label] "new position after a segment that nobody wants; position; end, size; unit";
            BitsByte op_bits_byte [D D S Pair Label] "as `BitsGet`, a byte: value and new position; position; base, end";
            BitsUtf8 op_bits_utf8 [D D S Pair Label] "as `BitsByte`, a character in UTF-8";
            BitsWhole op_bits_whole [S S Label] "goes to the label unless whole bytes lie between position and end";
            BitsEnd op_bits_end [S S Label] "goes to the label unless position and end are equal";
            BitsBuild op_bits_build [D N16 Segments] "bitstring of segments";

            RecvPeek op_recv_peek [D Label] "message at the save pointer, or goes to the label";
            RecvAccept op_recv_accept [] "takes the current message out of the mailbox";
            RecvSkip op_recv_skip [] "leaves the current message and goes on to the next";
            RecvWait op_recv_wait [S16 Label Live] "waits for a message (goes on), or so long (goes to the label)";
            RecvMark op_recv_mark [] "remembers the end of the mailbox";
            RecvBind op_recv_bind [S] "gives the mark to a reference";
            RecvUse op_recv_use [S] "starts the receive at the mark of a reference";

            Raise op_raise [S S I] "raises class and reason with a trace taken here";
            RaiseRaw op_raise_raw [S S S] "raises class, reason and raw trace again";
            RaiseGiven op_raise_given [S S S] "raises class and reason with a trace that the program made";
            FunctionClause op_function_clause [N16 Sources] "no clause matched these arguments";
            Stacktrace op_stacktrace [D S] "turns a raw trace into a list";

            // Several instructions in one, as `for_each_fused` tells. What follows the first of them stays as it is.
            KeepSubImmAddLoopSame op_keep_sub_imm_add_loop_same [D S I] "`KeepSubImm`, `Add`, `LoopSame` in one";
            KeepSubImmAdd op_keep_sub_imm_add [D S I] "`KeepSubImm`, `Add` in one";
            AddLoopSame op_add_loop_same [D S S] "`Add`, `LoopSame` in one";
            AddImmLoopSame op_add_imm_loop_same [D S I] "`AddImm`, `LoopSame` in one";
            SubImmLoopSame op_sub_imm_loop_same [D S I] "`SubImm`, `LoopSame` in one";
            MoveLoopSame op_move_loop_same [D S] "`Move`, `LoopSame` in one";
            MoveLoopNotSame op_move_loop_not_same [D S] "`Move`, `LoopNotSame` in one";
            AddImmLoopNotSame op_add_imm_loop_not_same [D S I] "`AddImm`, `LoopNotSame` in one";
            MoveSubImmMove2Call op_move_sub_imm_move2_call [D S] "`Move`, `SubImm`, `Move2`, `Call` in one";
            LessSubImmMove2Call op_less_sub_imm_move2_call [S S Label] "`JumpNotLess`, `SubImm`, `Move2`, `Call` in one";
            AddImmLoop op_add_imm_loop [D S I] "`AddImm`, `Loop` in one";
            AddImmTwice op_add_imm_twice [D S I] "`AddImm`, `AddImm` in one";
            AddImmReturn op_add_imm_return [D S I] "`AddImm`, `Return` in one";
            AddImmMove op_add_imm_move [D S I] "`AddImm`, `Move` in one";
            AddImmTailCall op_add_imm_tail_call [D S I] "`AddImm`, `TailCall` in one";
            SubImmCall op_sub_imm_call [D S I] "`SubImm`, `Call` in one";
            SubImmTailCall op_sub_imm_tail_call [D S I] "`SubImm`, `TailCall` in one";
            SubImmMove op_sub_imm_move [D S I] "`SubImm`, `Move` in one";
            SubImmMove2Call op_sub_imm_move2_call [D S I] "`SubImm`, `Move2`, `Call` in one";
            SubImmLoadSmall op_sub_imm_load_small [D S I] "`SubImm`, `LoadSmall` in one";
            MoveSubImmCall op_move_sub_imm_call [D S] "`Move`, `SubImm`, `Call` in one";
            MoveCall op_move_call [D S] "`Move`, `Call` in one";
            MoveCallFun op_move_call_fun [D S] "`Move`, `CallFun` in one";
            MoveCallImport op_move_call_import [D S] "`Move`, `CallImport` in one";
            MoveTailCall op_move_tail_call [D S] "`Move`, `TailCall` in one";
            MoveLoop op_move_loop [D S] "`Move`, `Loop` in one";
            MoveReturn op_move_return [D S] "`Move`, `Return` in one";
            Move2Call op_move2_call [D S Move] "`Move2`, `Call` in one";
            Move2CallFun op_move2_call_fun [D S Move] "`Move2`, `CallFun` in one";
            Move2Move op_move2_move [D S Move] "`Move2`, `Move` in one";
            Move2Move2 op_move2_move2 [D S Move] "`Move2`, `Move2` in one";
            Move2TailCall op_move2_tail_call [D S Move] "`Move2`, `TailCall` in one";
            Move2MoveLoop op_move2_move_loop [D S Move] "`Move2`, `Move`, `Loop` in one";
            SameSubImm op_same_sub_imm [S Imm Label] "`JumpSame`, `SubImm` in one";
            SameSubImmTailCall op_same_sub_imm_tail_call [S Imm Label] "`JumpSame`, `SubImm`, `TailCall` in one";
            SameSubImmCall op_same_sub_imm_call [S Imm Label] "`JumpSame`, `SubImm`, `Call` in one";
            GreaterEqSubImmCall op_greater_eq_sub_imm_call [S I16 Label] "`JumpNotGreaterEqImm`, `SubImm`, `Call` in one";
            LoadSmallRem op_load_small_rem [D I16] "`LoadSmall`, `Rem` in one";
            LoadSmallIntDiv op_load_small_int_div [D I16] "`LoadSmall`, `IntDiv` in one";
            LoadSmallShr op_load_small_shr [D I16] "`LoadSmall`, `Shr` in one";
            LoadSmallShl op_load_small_shl [D I16] "`LoadSmall`, `Shl` in one";
            LoadSmallBAnd op_load_small_b_and [D I16] "`LoadSmall`, `BAnd` in one";
            LoadSmallGuard op_load_small_guard [D I16] "`LoadSmall`, `Guard2` in one";
            LoadSmallAdd op_load_small_add [D I16] "`LoadSmall`, `Add` in one";
            LoadSmallMul op_load_small_mul [D I16] "`LoadSmall`, `Mul` in one";
            LoadConstRem op_load_const_rem [D Const] "`LoadConst`, `Rem` in one";
            LoadConstBAnd op_load_const_b_and [D Const] "`LoadConst`, `BAnd` in one";
            LoadImmFetch op_load_imm_fetch [D Imm] "`LoadImm`, `Fetch` in one";
            MapFetch op_map_fetch [S Label] "`JumpNotMap`, `LoadImm`, `Fetch` in one";
            LoadImmLoop op_load_imm_loop [D Imm] "`LoadImm`, `Loop` in one";
            LoadImmMove op_load_imm_move [D Imm] "`LoadImm`, `Move` in one";
            RemAddImmGetElement op_rem_add_imm_get_element [D S S] "`Rem`, `AddImm`, `GetElement` in one";
            AddImmGetElement op_add_imm_get_element [D S I] "`AddImm`, `GetElement` in one";
            LoadSmallGetElement op_load_small_get_element [D I16] "`LoadSmall`, `GetElement` in one";
            LoadConstReturn op_load_const_return [D Const] "`LoadConst`, `Return` in one";
            ListUncons op_list_uncons [S Label] "`JumpNotEmptyList`, `Uncons` in one";
            UnconsUncons op_uncons_uncons [D D S Label] "`Uncons`, `Uncons` in one";
            UnconsMove2 op_uncons_move2 [D D S Label] "`Uncons`, `Move2` in one";
            UnconsMoveCallFun op_uncons_move_call_fun [D D S Label] "`Uncons`, `Move`, `CallFun` in one";
            UnconsMove2CallFun op_uncons_move2_call_fun [D D S Label] "`Uncons`, `Move2`, `CallFun` in one";
            ArityElement2 op_arity_element2 [S N16 Label] "`JumpNotArity`, `Element2` in one";
            ArityElement op_arity_element [S N16 Label] "`JumpNotArity`, `Element` in one";
            Element2Element2 op_element2_element2 [D D S Word] "`Element2`, `Element2` in one";
            Element2Element op_element2_element [D D S Word] "`Element2`, `Element` in one";
            ConsReturn op_cons_return [D S S Live] "`Cons`, `Return` in one";
            ConsLoop op_cons_loop [D S S Live] "`Cons`, `Loop` in one";
            Tuple2Return op_tuple2_return [D S S Live] "`Tuple2`, `Return` in one";
            RoomPutTuple op_room_put_tuple [N16 Live] "`Room`, `PutTuple` in one";
            PutTupleReturn op_put_tuple_return [D N16 Sources] "`PutTuple`, `Return` in one";
            PutConsReturn op_put_cons_return [D S S] "`PutCons`, `Return` in one";
            BitsStartEnd op_bits_start_end [S PairD PairD Label] "`BitsStart`, `BitsEnd` in one";
            BitsEndByte op_bits_end_byte [S S Label] "`BitsEnd`, `BitsByte` in one";
            BitsEndUtf8 op_bits_end_utf8 [S S Label] "`BitsEnd`, `BitsUtf8` in one";
            MoveLoopUncons op_move_loop_uncons [D S] "`Move`, `LoopUncons` in one";
            Move2Loop op_move2_loop [D S Move] "`Move2`, `Loop` in one";
            AddMove2CallFun op_add_move2_call_fun [D S S] "`Add`, `Move2`, `CallFun` in one";
            AddMove2Call op_add_move2_call [D S S] "`Add`, `Move2`, `Call` in one";
            GreaterEqAddMove2CallFun op_greater_eq_add_move2_call_fun [S S Label] "`JumpNotGreaterEq`, `Add`, `Move2`, `CallFun` in one";
            GreaterEqAddMove2Call op_greater_eq_add_move2_call [S S Label] "`JumpNotGreaterEq`, `Add`, `Move2`, `Call` in one";
            BXorLoopSame op_bxor_loop_same [D S S] "`BXor`, `LoopSame` in one";
            MulImmLoadConstBAnd op_mul_imm_load_const_band [D S I] "`MulImm`, `LoadConst`, `BAnd` in one";
            MulImmAdd op_mul_imm_add [D S I] "`MulImm`, `Add` in one";
            AddImmTwiceLoop op_add_imm_twice_loop [D S I] "`AddImm`, `AddImm`, `Loop` in one";
            AddImmLoadImm op_add_imm_load_imm [D S I] "`AddImm`, `LoadImm` in one";
            Bif2Return op_bif2_return [D S S Bif] "`Bif2`, `Return` in one";
            SameNotSame op_same_not_same [S Imm Label] "`JumpSame`, `JumpNotSame` in one";
            MoveSameNotSame op_move_same_not_same [D S] "`Move`, `JumpSame`, `JumpNotSame` in one";
            MoveMove2CallFun op_move_move2_call_fun [D S] "`Move`, `Move2`, `CallFun` in one";
        }
    };
}

/// Calls the macro `$then` with all instructions that stand for several: `Name function = First function, …;`.
///
/// Such an opcode takes the place of the first one's alone, so that the others still stand behind it: for jumps that
/// lead there, and to go on with when one of them has to go the long way.
#[macro_export]
macro_rules! for_each_fused {
    ($then:ident) => {
        $then! {
            KeepSubImmAddLoopSame op_keep_sub_imm_add_loop_same = KeepSubImm op_keep_sub_imm, Add op_add, LoopSame op_loop_same;
            KeepSubImmAdd op_keep_sub_imm_add = KeepSubImm op_keep_sub_imm, Add op_add;
            AddLoopSame op_add_loop_same = Add op_add, LoopSame op_loop_same;
            AddImmLoopSame op_add_imm_loop_same = AddImm op_add_imm, LoopSame op_loop_same;
            SubImmLoopSame op_sub_imm_loop_same = SubImm op_sub_imm, LoopSame op_loop_same;
            MoveLoopSame op_move_loop_same = Move op_move, LoopSame op_loop_same;
            MoveLoopNotSame op_move_loop_not_same = Move op_move, LoopNotSame op_loop_not_same;
            AddImmLoopNotSame op_add_imm_loop_not_same = AddImm op_add_imm, LoopNotSame op_loop_not_same;
            MoveSubImmMove2Call op_move_sub_imm_move2_call = Move op_move, SubImm op_sub_imm, Move2 op_move2, Call op_call;
            LessSubImmMove2Call op_less_sub_imm_move2_call = JumpNotLess op_jump_not_less, SubImm op_sub_imm, Move2 op_move2, Call op_call;
            AddImmLoop op_add_imm_loop = AddImm op_add_imm, Loop op_loop;
            AddImmTwice op_add_imm_twice = AddImm op_add_imm, AddImm op_add_imm;
            AddImmReturn op_add_imm_return = AddImm op_add_imm, Return op_return;
            AddImmMove op_add_imm_move = AddImm op_add_imm, Move op_move;
            AddImmTailCall op_add_imm_tail_call = AddImm op_add_imm, TailCall op_tail_call;
            SubImmCall op_sub_imm_call = SubImm op_sub_imm, Call op_call;
            SubImmTailCall op_sub_imm_tail_call = SubImm op_sub_imm, TailCall op_tail_call;
            SubImmMove op_sub_imm_move = SubImm op_sub_imm, Move op_move;
            SubImmMove2Call op_sub_imm_move2_call = SubImm op_sub_imm, Move2 op_move2, Call op_call;
            SubImmLoadSmall op_sub_imm_load_small = SubImm op_sub_imm, LoadSmall op_load_small;
            MoveSubImmCall op_move_sub_imm_call = Move op_move, SubImm op_sub_imm, Call op_call;
            MoveCall op_move_call = Move op_move, Call op_call;
            MoveCallFun op_move_call_fun = Move op_move, CallFun op_call_fun;
            MoveCallImport op_move_call_import = Move op_move, CallImport op_call_import;
            MoveTailCall op_move_tail_call = Move op_move, TailCall op_tail_call;
            MoveLoop op_move_loop = Move op_move, Loop op_loop;
            MoveReturn op_move_return = Move op_move, Return op_return;
            Move2Call op_move2_call = Move2 op_move2, Call op_call;
            Move2CallFun op_move2_call_fun = Move2 op_move2, CallFun op_call_fun;
            Move2Move op_move2_move = Move2 op_move2, Move op_move;
            Move2Move2 op_move2_move2 = Move2 op_move2, Move2 op_move2;
            Move2TailCall op_move2_tail_call = Move2 op_move2, TailCall op_tail_call;
            Move2MoveLoop op_move2_move_loop = Move2 op_move2, Move op_move, Loop op_loop;
            SameSubImm op_same_sub_imm = JumpSame op_jump_same, SubImm op_sub_imm;
            SameSubImmTailCall op_same_sub_imm_tail_call = JumpSame op_jump_same, SubImm op_sub_imm, TailCall op_tail_call;
            SameSubImmCall op_same_sub_imm_call = JumpSame op_jump_same, SubImm op_sub_imm, Call op_call;
            GreaterEqSubImmCall op_greater_eq_sub_imm_call = JumpNotGreaterEqImm op_jump_not_greater_eq_imm, SubImm op_sub_imm, Call op_call;
            LoadSmallRem op_load_small_rem = LoadSmall op_load_small, Rem op_rem;
            LoadSmallIntDiv op_load_small_int_div = LoadSmall op_load_small, IntDiv op_int_div;
            LoadSmallShr op_load_small_shr = LoadSmall op_load_small, Shr op_shr;
            LoadSmallShl op_load_small_shl = LoadSmall op_load_small, Shl op_shl;
            LoadSmallBAnd op_load_small_b_and = LoadSmall op_load_small, BAnd op_band;
            LoadSmallGuard op_load_small_guard = LoadSmall op_load_small, Guard2 op_guard2;
            LoadSmallAdd op_load_small_add = LoadSmall op_load_small, Add op_add;
            LoadSmallMul op_load_small_mul = LoadSmall op_load_small, Mul op_mul;
            LoadConstRem op_load_const_rem = LoadConst op_load_const, Rem op_rem;
            LoadConstBAnd op_load_const_b_and = LoadConst op_load_const, BAnd op_band;
            LoadImmFetch op_load_imm_fetch = LoadImm op_load_imm, Fetch op_fetch;
            MapFetch op_map_fetch = JumpNotMap op_jump_not_map, LoadImm op_load_imm, Fetch op_fetch;
            LoadImmLoop op_load_imm_loop = LoadImm op_load_imm, Loop op_loop;
            LoadImmMove op_load_imm_move = LoadImm op_load_imm, Move op_move;
            RemAddImmGetElement op_rem_add_imm_get_element = Rem op_rem, AddImm op_add_imm, GetElement op_get_element;
            AddImmGetElement op_add_imm_get_element = AddImm op_add_imm, GetElement op_get_element;
            LoadSmallGetElement op_load_small_get_element = LoadSmall op_load_small, GetElement op_get_element;
            LoadConstReturn op_load_const_return = LoadConst op_load_const, Return op_return;
            ListUncons op_list_uncons = JumpNotEmptyList op_jump_not_empty_list, Uncons op_uncons;
            UnconsUncons op_uncons_uncons = Uncons op_uncons, Uncons op_uncons;
            UnconsMove2 op_uncons_move2 = Uncons op_uncons, Move2 op_move2;
            UnconsMoveCallFun op_uncons_move_call_fun = Uncons op_uncons, Move op_move, CallFun op_call_fun;
            UnconsMove2CallFun op_uncons_move2_call_fun = Uncons op_uncons, Move2 op_move2, CallFun op_call_fun;
            ArityElement2 op_arity_element2 = JumpNotArity op_jump_not_arity, Element2 op_element2;
            ArityElement op_arity_element = JumpNotArity op_jump_not_arity, Element op_element;
            Element2Element2 op_element2_element2 = Element2 op_element2, Element2 op_element2;
            Element2Element op_element2_element = Element2 op_element2, Element op_element;
            ConsReturn op_cons_return = Cons op_cons, Return op_return;
            ConsLoop op_cons_loop = Cons op_cons, Loop op_loop;
            Tuple2Return op_tuple2_return = Tuple2 op_tuple2, Return op_return;
            RoomPutTuple op_room_put_tuple = Room op_room, PutTuple op_put_tuple;
            PutTupleReturn op_put_tuple_return = PutTuple op_put_tuple, Return op_return;
            PutConsReturn op_put_cons_return = PutCons op_put_cons, Return op_return;
            BitsStartEnd op_bits_start_end = BitsStart op_bits_start, BitsEnd op_bits_end;
            BitsEndByte op_bits_end_byte = BitsEnd op_bits_end, BitsByte op_bits_byte;
            BitsEndUtf8 op_bits_end_utf8 = BitsEnd op_bits_end, BitsUtf8 op_bits_utf8;
            MoveLoopUncons op_move_loop_uncons = Move op_move, LoopUncons op_loop_uncons;
            Move2Loop op_move2_loop = Move2 op_move2, Loop op_loop;
            AddMove2CallFun op_add_move2_call_fun = Add op_add, Move2 op_move2, CallFun op_call_fun;
            AddMove2Call op_add_move2_call = Add op_add, Move2 op_move2, Call op_call;
            GreaterEqAddMove2CallFun op_greater_eq_add_move2_call_fun = JumpNotGreaterEq op_jump_not_greater_eq, Add op_add, Move2 op_move2, CallFun op_call_fun;
            GreaterEqAddMove2Call op_greater_eq_add_move2_call = JumpNotGreaterEq op_jump_not_greater_eq, Add op_add, Move2 op_move2, Call op_call;
            BXorLoopSame op_bxor_loop_same = BXor op_bxor, LoopSame op_loop_same;
            MulImmLoadConstBAnd op_mul_imm_load_const_band = MulImm op_mul_imm, LoadConst op_load_const, BAnd op_band;
            MulImmAdd op_mul_imm_add = MulImm op_mul_imm, Add op_add;
            AddImmTwiceLoop op_add_imm_twice_loop = AddImm op_add_imm, AddImm op_add_imm, Loop op_loop;
            AddImmLoadImm op_add_imm_load_imm = AddImm op_add_imm, LoadImm op_load_imm;
            Bif2Return op_bif2_return = Bif2 op_bif2, Return op_return;
            SameNotSame op_same_not_same = JumpSame op_jump_same, JumpNotSame op_jump_not_same;
            MoveSameNotSame op_move_same_not_same = Move op_move, JumpSame op_jump_same, JumpNotSame op_jump_not_same;
            MoveMove2CallFun op_move_move2_call_fun = Move op_move, Move2 op_move2, CallFun op_call_fun;
        }
    };
}

macro_rules! define {
    ($($name:ident $function:ident [$($operand:ident)*] $doc:literal;)*) => {
        /// An instruction.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Opcode { $(#[doc = $doc] $name),* }

        impl Opcode {
            /// All of them, by number.
            pub const ALL: &[Opcode] = &[$(Opcode::$name),*];
            const OPERANDS: &[&[Operand]] = &[$(&[$(Operand::$operand),*]),*];
            const NAMES: &[&str] = &[$(stringify!($function)),*];
        }
    };
}
for_each_opcode!(define);

macro_rules! define_fused {
    ($($name:ident $function:ident = $($part:ident $part_function:ident),*;)*) => {
        impl Opcode {
            /// The instructions that stand for several, with those that they stand for.
            pub const FUSED: &[(Opcode, &[Opcode])] = &[$((Opcode::$name, &[$(Opcode::$part),*])),*];
        }
    };
}
for_each_fused!(define_fused);

impl Opcode {
    /// The instruction that this byte stands for.
    pub fn from_byte(byte: u8) -> Option<Opcode> {
        Opcode::ALL.get(usize::from(byte)).copied()
    }

    /// The instructions that this one stands for; empty if it is only itself.
    pub const fn parts(self) -> &'static [Opcode] {
        // They come last in the table, in the same order.
        let first = Opcode::FUSED[0].0 as usize;
        if (self as usize) < first { &[] } else { Opcode::FUSED[self as usize - first].1 }
    }

    /// The first instruction that this one stands for.
    pub const fn first(self) -> Opcode {
        if let [first, ..] = self.parts() { *first } else { self }
    }

    /// Its operands in order.
    pub fn operands(self) -> &'static [Operand] {
        Opcode::OPERANDS[self as usize]
    }

    /// Its name as printed: `add_imm`.
    pub fn name(self) -> &'static str {
        Opcode::NAMES[self as usize].trim_start_matches("op_")
    }
}

#[cfg(test)]
mod tests {
    use super::Opcode;

    #[test]
    fn what_stands_for_several_looks_like_the_first() {
        for (fused, parts) in Opcode::FUSED {
            assert_eq!(fused.parts(), *parts, "{fused:?}");
            assert_eq!(fused.operands(), parts[0].operands(), "{fused:?}");
            assert!(parts.len() > 1 && parts.iter().all(|part| part.parts().is_empty()), "{fused:?}");
        }
        assert_eq!(Opcode::Add.first(), Opcode::Add);
    }
}
