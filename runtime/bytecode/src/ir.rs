//! The SSA form: what the compiler makes of expanded code, what bytecode and later native code are made from.
//!
//! A [`Function`] is a list of [`Block`]s with parameters instead of phi nodes. Each [`Val`] is assigned once, by a
//! function parameter, a block parameter or an instruction, and is visible in all blocks that its definition
//! dominates. Control leaves a block only by its [`Terminator`], or by its `handler` when an instruction raises.
//!
//! **Invariants** (the verifier checks them).
//! 1. Block 0 is the entry; its parameters are the function's: the arguments, then a lambda's free variables.
//! 2. A [`Target`] passes one argument for each parameter of its block that the terminator does not supply itself;
//!    the supplied ones come first.
//! 3. A handler block has exactly three parameters, supplied by the raise: class, reason, raw stack trace.
//! 4. Every loop goes through a call, so reductions are counted at calls alone.
//! 5. Nothing in here is a term: literals are plain data until the module is loaded.
//!
//! **What it must not know.** Heaps, quoted code, environments.

use jovial_atoms::Atom;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Val(pub u32);
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct BlockId(pub u32);
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct FunId(pub u32);
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct LitId(pub u32);

/// An operand.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Arg {
    Val(Val),
    /// An integer that is small on the machine: at most 63 bits with its sign.
    Int(i64),
    Atom(Atom),
    EmptyList,
    Lit(LitId),
}

/// A constant that needs memory; made into a term when the module is loaded.
#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    Int(i64),
    /// Decimal digits with an optional minus sign.
    BigInt(String),
    Float(f64),
    Atom(Atom),
    Binary(Vec<u8>),
    /// Bytes and the number of bits that count in them.
    Bitstring(Vec<u8>, u64),
    List(Vec<Literal>),
    /// The last element is the tail.
    Improper(Vec<Literal>),
    Tuple(Vec<Literal>),
    Map(Vec<(Literal, Literal)>),
    /// `&Module.function/arity`
    Fun(Atom, Atom, u8),
}

/// Source position: 0 stands for none. `file` indexes [`Module::files`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pos {
    pub file: u16,
    pub line: u32,
}

#[derive(Clone, Debug)]
pub struct Module {
    pub name: Atom,
    pub files: Vec<String>,
    pub functions: Vec<Function>,
    pub exports: Vec<Export>,
    pub literals: Vec<Literal>,
    /// What `module_info(:attributes)` shows, as a keyword list.
    pub attributes: Literal,
    /// Further data by name: documents, debug info, specs. Loaded only when asked for.
    pub chunks: Vec<(String, Literal)>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Export {
    pub name: Atom,
    pub arity: u8,
    pub function: FunId,
}

#[derive(Clone, Debug)]
pub struct Function {
    /// The name that stack traces show: `-map/2-fun-0-` for a lambda in `map/2`.
    pub name: Atom,
    /// Arguments without free variables.
    pub arity: u8,
    /// Free variables of a lambda: further parameters after the arguments.
    pub free: u8,
    pub blocks: Vec<Block>,
    /// One more than the largest [`Val`].
    pub vals: u32,
    pub pos: Pos,
}

#[derive(Clone, Debug)]
pub struct Block {
    pub params: Vec<Val>,
    pub insts: Vec<Inst>,
    pub end: Terminator,
    pub end_pos: Pos,
    /// Where a raise in this block goes; `None` leaves the function.
    pub handler: Option<BlockId>,
}

#[derive(Clone, Debug)]
pub struct Inst {
    pub dst: Option<Val>,
    pub op: Op,
    pub pos: Pos,
}

#[derive(Clone, Debug)]
pub enum Op {
    /// A constant or another value under a new name.
    Copy(Arg),
    Cons(Arg, Arg),
    Tuple(Vec<Arg>),
    /// `%{k => v}`; the last of equal keys wins.
    Map(Vec<(Arg, Arg)>),
    /// Puts pairs into a map. Raises `{:badmap, map}`.
    MapPut {
        map: Arg,
        pairs: Vec<(Arg, Arg)>,
    },
    /// As `MapPut`, for keys that must be there. Raises `{:badkey, key}` as well.
    MapUpdate {
        map: Arg,
        pairs: Vec<(Arg, Arg)>,
    },
    Fun {
        function: FunId,
        free: Vec<Arg>,
    },
    /// The next three read without checking; a test must dominate them.
    Head(Arg),
    Tail(Arg),
    Element(Arg, u16),
    Bif(Bif, Vec<Arg>),
    Call(Callee, Vec<Arg>),
    /// Builds a bitstring from segments; raises `:badarg`.
    Bits(Vec<Segment>),
    /// Takes the current message out of the mailbox (see [`Terminator::RecvPeek`]).
    RecvAccept,
    /// Remembers the end of the mailbox; placed before a call that makes a reference.
    RecvMark,
    /// Binds the mark to the reference just made: a receive that only matches it starts there.
    RecvBind(Arg),
    /// Starts the coming receive at the mark of this reference.
    RecvUse(Arg),
    /// Turns a raw stack trace (a handler's third parameter) into the list that users see.
    Stacktrace(Arg),
}

#[derive(Clone, Debug)]
pub enum Callee {
    Local(FunId),
    Remote(Atom, Atom),
    Fun(Arg),
    /// Module and function known only when run.
    Apply(Arg, Arg),
}

/// Operations the machine does without a call. Outside guards they raise as the `:erlang` functions of that name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Bif {
    Add,
    Sub,
    Mul,
    Div,
    IntDiv,
    Rem,
    Neg,
    Plus,
    BAnd,
    BOr,
    BXor,
    BNot,
    Shl,
    Shr,
    Abs,
    Ceil,
    Floor,
    Round,
    Trunc,
    ToFloat,
    /// `==`, `/=`, `=:=`, `=/=`, `<`, `=<`, `>`, `>=`: a boolean.
    NumEq,
    NumNe,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Not,
    And,
    Or,
    Xor,
    Hd,
    Tl,
    Length,
    Element,
    SetElement,
    TupleSize,
    MapSize,
    ByteSize,
    BitSize,
    Size,
    MapGet,
    IsMapKey,
    BinaryPart,
    Min,
    Max,
    SelfPid,
    Node,
    IsAtom,
    IsBinary,
    IsBitstring,
    IsBoolean,
    IsFloat,
    IsFunction,
    IsFunction2,
    IsInteger,
    IsList,
    IsMap,
    IsNumber,
    IsPid,
    IsPort,
    IsReference,
    IsTuple,
}

/// A test that chooses between two targets and never raises.
#[derive(Clone, Debug)]
pub enum Test {
    IsAtom(Arg),
    IsBinary(Arg),
    IsBitstring(Arg),
    IsBoolean(Arg),
    IsFloat(Arg),
    IsFunction(Arg),
    IsFunctionArity(Arg, u8),
    IsInteger(Arg),
    IsNumber(Arg),
    IsPid(Arg),
    IsPort(Arg),
    IsReference(Arg),
    IsMap(Arg),
    IsTuple(Arg),
    IsTupleArity(Arg, u16),
    IsList(Arg),
    IsCons(Arg),
    IsEmptyList(Arg),
    IsTrue(Arg),
    IsFalse(Arg),
    /// `===` and the numeric comparisons.
    Eq(Arg, Arg),
    NumEq(Arg, Arg),
    Lt(Arg, Arg),
    Ge(Arg, Arg),
    HasKey {
        map: Arg,
        key: Arg,
    },
}

#[derive(Clone, Debug)]
pub struct Target {
    pub block: BlockId,
    pub args: Vec<Arg>,
}

#[derive(Clone, Debug)]
pub enum Terminator {
    Jump(Target),
    Branch {
        test: Test,
        then: Target,
        otherwise: Target,
    },
    /// Exact comparison with constants: small integers or atoms, not mixed.
    Switch {
        value: Arg,
        cases: Vec<(Arg, Target)>,
        default: Target,
    },
    /// By the size of a tuple; `default` for any other term too.
    SwitchArity {
        value: Arg,
        cases: Vec<(u16, Target)>,
        default: Target,
    },
    /// Reads a key of something known to be a map; supplies the value to `found`.
    Fetch {
        map: Arg,
        key: Arg,
        found: Target,
        missing: Target,
    },
    /// A [`Bif`] in a guard: supplies its value to `ok`, never raises.
    Guard {
        bif: Bif,
        args: Vec<Arg>,
        ok: Target,
        fail: Target,
    },
    /// Begins matching a bitstring: supplies base, position and end (in bits) to `ok`. The base is what holds the bytes, and is
    /// not to be read but by what reads segments.
    BitsStart {
        value: Arg,
        ok: Target,
        fail: Target,
    },
    /// Reads one segment: supplies its value and the new position to `ok`.
    BitsGet {
        ctx: BitsContext,
        segment: SegmentType,
        size: Option<Arg>,
        ok: Target,
        fail: Target,
    },
    /// Compares the next bytes with a constant: supplies the new position to `ok`.
    BitsMatch {
        ctx: BitsContext,
        bytes: LitId,
        ok: Target,
        fail: Target,
    },
    /// Whether nothing is left.
    BitsEnd {
        ctx: BitsContext,
        ok: Target,
        fail: Target,
    },
    Return(Arg),
    TailCall(Callee, Vec<Arg>),
    /// Supplies the message at the save pointer to `message`, or goes to `empty`.
    RecvPeek {
        message: Target,
        empty: Target,
    },
    /// Leaves the current message in the mailbox and goes on to the next.
    RecvSkip(Target),
    /// Waits for a message (then `again`) or for the time in ms (then `timeout`); `None` waits for ever.
    /// The timer starts at the first wait of a receive.
    RecvWait {
        time: Option<Arg>,
        again: Target,
        timeout: Target,
    },
    Raise {
        class: Arg,
        reason: Arg,
        trace: RaiseTrace,
    },
    /// Raises `:function_clause`; the trace's first entry shows the arguments.
    FunctionClause(Vec<Arg>),
}

/// The stack trace that a raise carries.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum RaiseTrace {
    /// Taken here.
    New,
    /// A handler's third parameter: goes on unchanged.
    Raw(Arg),
    /// A list given by the program (`reraise`, `:erlang.raise/3`).
    Given(Arg),
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BitsContext {
    pub base: Arg,
    pub position: Arg,
    pub end: Arg,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SegmentKind {
    Integer,
    Float,
    Binary,
    Bitstring,
    Utf8,
    Utf16,
    Utf32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Endian {
    Big,
    Little,
    Native,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SegmentType {
    pub kind: SegmentKind,
    /// Bits that one of `size` stands for. A size of `None` takes all that is left (binary, bitstring) or does
    /// not apply (utf).
    pub unit: u16,
    pub signed: bool,
    pub endian: Endian,
}

#[derive(Clone, Debug)]
pub struct Segment {
    pub value: Arg,
    pub size: Option<Arg>,
    pub ty: SegmentType,
}
