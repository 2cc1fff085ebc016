//! Reading of the text form: one function for each kind of thing, the grammar in their order.

use std::fmt;

use jovial_atoms::Atom;

use super::DEPTH_MAX;
use super::print::{ENDIANS, KINDS};
use super::token::{Token, tokens};
use crate::ir::{
    Arg, Bif, BitsContext, Block, BlockId, Callee, Export, FunId, Function, Inst, LitId, Literal, Module, Op, Pos,
    RaiseTrace, Segment, SegmentType, Target, Terminator, Test, Val,
};

/// What is wrong with a text, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadError {
    pub line: u32,
    pub text: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.text)
    }
}

impl std::error::Error for ReadError {}

type Read<T> = Result<T, ReadError>;

struct Reader {
    tokens: Vec<(Token, u32)>,
    at: usize,
    vals: u32,
}

/// Reads a module.
pub fn read(text: &str) -> Read<Module> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0, vals: 0 };
    reader.module()
}

impl Reader {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn next(&mut self) -> Token {
        let token = self.tokens[self.at].0.clone();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    fn error<T>(&self, text: impl Into<String>) -> Read<T> {
        Err(ReadError { line: self.tokens[self.at].1, text: text.into() })
    }

    fn wrong<T>(&mut self, wanted: &str) -> Read<T> {
        let found = format!("{:?}", self.peek());
        self.error(format!("expected {wanted}, found {found}"))
    }

    fn is_sign(&mut self, sign: char) -> bool {
        let is = *self.peek() == Token::Sign(sign);
        if is {
            self.next();
        }
        is
    }

    fn sign(&mut self, sign: char) -> Read<()> {
        if self.is_sign(sign) { Ok(()) } else { self.wrong(&format!("{sign:?}")) }
    }

    fn is_word(&mut self, word: &str) -> bool {
        let is = matches!(self.peek(), Token::Word(found) if found == word);
        if is {
            self.next();
        }
        is
    }

    fn keyword(&mut self, word: &str) -> Read<()> {
        if self.is_word(word) { Ok(()) } else { self.wrong(word) }
    }

    fn word(&mut self) -> Read<String> {
        match self.peek().clone() {
            Token::Word(word) => {
                self.next();
                Ok(word)
            }
            _ => self.wrong("a word"),
        }
    }

    fn arrow(&mut self) -> Read<()> {
        if *self.peek() == Token::Arrow {
            self.next();
            Ok(())
        } else {
            self.wrong("=>")
        }
    }

    fn atom(&mut self) -> Read<Atom> {
        match self.peek().clone() {
            Token::Atom(name) => {
                self.next();
                Ok(Atom::new(&name))
            }
            _ => self.wrong("an atom"),
        }
    }

    fn bytes(&mut self) -> Read<Vec<u8>> {
        match self.peek().clone() {
            Token::Bytes(bytes) => {
                self.next();
                Ok(bytes)
            }
            _ => self.wrong("a string"),
        }
    }

    fn number<T: std::str::FromStr>(&mut self) -> Read<T> {
        if let Token::Int(digits) = self.peek()
            && let Ok(number) = digits.parse()
        {
            self.next();
            return Ok(number);
        }
        self.wrong("a number in range")
    }

    /// A word like `b12`.
    fn numbered(&mut self, prefix: &str) -> Read<u32> {
        if let Token::Word(word) = self.peek()
            && let Some(number) = word.strip_prefix(prefix).and_then(|digits| digits.parse().ok())
        {
            self.next();
            return Ok(number);
        }
        self.wrong(&format!("{prefix} and a number"))
    }

    fn is_numbered(&self, prefix: &str) -> bool {
        matches!(self.peek(), Token::Word(word)
            if word.strip_prefix(prefix).is_some_and(|digits| digits.parse::<u32>().is_ok()))
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let mut items = Vec::new();
        self.sign('(')?;
        while !self.is_sign(')') {
            items.push(one(self)?);
            if !self.is_sign(',') {
                self.sign(')')?;
                break;
            }
        }
        Ok(items)
    }

    fn module(&mut self) -> Read<Module> {
        self.keyword("module")?;
        let mut module = Module {
            name: self.atom()?,
            files: Vec::new(),
            functions: Vec::new(),
            exports: Vec::new(),
            literals: Vec::new(),
            attributes: Literal::List(Vec::new()),
            chunks: Vec::new(),
        };
        loop {
            if *self.peek() == Token::End {
                return Ok(module);
            }
            let word = self.word()?;
            match word.as_str() {
                "file" => {
                    let name = self.bytes()?;
                    module.files.push(String::from_utf8_lossy(&name).into_owned());
                }
                "attributes" => module.attributes = self.literal(0)?,
                "literal" => {
                    if self.number::<usize>()? != module.literals.len() {
                        return self.error("literals are numbered from 0 in order");
                    }
                    self.sign('=')?;
                    let literal = self.literal(0)?;
                    module.literals.push(literal);
                }
                "chunk" => {
                    let name = String::from_utf8_lossy(&self.bytes()?).into_owned();
                    self.sign('=')?;
                    let data = self.literal(0)?;
                    module.chunks.push((name, data));
                }
                "export" => {
                    let name = self.atom()?;
                    self.sign('/')?;
                    let arity = self.number()?;
                    self.sign('=')?;
                    module.exports.push(Export { name, arity, function: FunId(self.numbered("f")?) });
                }
                "function" => {
                    if self.numbered("f")? as usize != module.functions.len() {
                        return self.error("functions are numbered from 0 in order");
                    }
                    let function = self.function()?;
                    module.functions.push(function);
                }
                _ => return self.error(format!("{word} begins no part of a module")),
            }
        }
    }

    fn position(&mut self) -> Read<Pos> {
        if !self.is_sign('@') {
            return Ok(Pos::default());
        }
        let file = self.number()?;
        // `:12` reads as an atom.
        match self.next() {
            Token::Atom(line) => match line.parse() {
                Ok(line) => Ok(Pos { file, line }),
                Err(_) => self.wrong("a line"),
            },
            _ => self.wrong("a line"),
        }
    }

    fn function(&mut self) -> Read<Function> {
        let name = self.atom()?;
        self.sign('/')?;
        let arity = self.number()?;
        self.keyword("free")?;
        let free = self.number()?;
        let pos = self.position()?;
        self.vals = 0;
        let mut blocks = Vec::new();
        while !self.is_word("end") {
            if self.numbered("b")? as usize != blocks.len() {
                return self.error("blocks are numbered from 0 in order");
            }
            let block = self.block()?;
            blocks.push(block);
        }
        Ok(Function { name, arity, free, blocks, vals: self.vals, pos })
    }

    fn val(&mut self) -> Read<Val> {
        let number = self.numbered("v")?;
        if number > 1 << 24 {
            return self.error("too many values");
        }
        self.vals = self.vals.max(number + 1);
        Ok(Val(number))
    }

    fn block(&mut self) -> Read<Block> {
        let params = self.list(Self::val)?;
        let handler = if self.is_word("handler") { Some(BlockId(self.numbered("b")?)) } else { None };
        self.sign(':')?;
        let mut insts = Vec::new();
        loop {
            let dst = if self.is_numbered("v") {
                let val = self.val()?;
                self.sign('=')?;
                Some(val)
            } else {
                None
            };
            let word = self.word()?;
            if dst.is_none()
                && let Some(end) = self.terminator(&word)?
            {
                let end_pos = self.position()?;
                return Ok(Block { params, insts, end, end_pos, handler });
            }
            let op = self.op(&word)?;
            let pos = self.position()?;
            insts.push(Inst { dst, op, pos });
        }
    }

    fn arg(&mut self) -> Read<Arg> {
        match self.peek() {
            Token::Atom(_) => Ok(Arg::Atom(self.atom()?)),
            Token::Int(_) => {
                let number: i64 = self.number()?;
                if (-(1 << 62)..1 << 62).contains(&number) {
                    Ok(Arg::Int(number))
                } else {
                    self.error("needs a literal")
                }
            }
            Token::Sign('[') => {
                self.next();
                self.sign(']')?;
                Ok(Arg::EmptyList)
            }
            Token::Word(_) if self.is_numbered("lit") => Ok(Arg::Lit(LitId(self.numbered("lit")?))),
            _ => Ok(Arg::Val(self.val()?)),
        }
    }

    fn comma(&mut self) -> Read<Arg> {
        self.sign(',')?;
        self.arg()
    }

    fn two(&mut self) -> Read<(Arg, Arg)> {
        Ok((self.arg()?, self.comma()?))
    }

    fn args(&mut self) -> Read<Vec<Arg>> {
        self.list(Self::arg)
    }

    fn pair(&mut self) -> Read<(Arg, Arg)> {
        let key = self.arg()?;
        self.arrow()?;
        Ok((key, self.arg()?))
    }

    fn target(&mut self) -> Read<Target> {
        let block = BlockId(self.numbered("b")?);
        let args = if *self.peek() == Token::Sign('(') { self.args()? } else { Vec::new() };
        Ok(Target { block, args })
    }

    fn fork(&mut self) -> Read<(Target, Target)> {
        self.keyword("then")?;
        let yes = self.target()?;
        self.keyword("else")?;
        Ok((yes, self.target()?))
    }

    fn callee(&mut self) -> Read<(Callee, Vec<Arg>)> {
        let callee = if self.is_numbered("f") {
            Callee::Local(FunId(self.numbered("f")?))
        } else if self.is_word("fun") {
            Callee::Fun(self.arg()?)
        } else if self.is_word("apply") {
            let (module, name) = self.two()?;
            Callee::Apply(module, name)
        } else {
            let module = self.atom()?;
            self.sign('.')?;
            Callee::Remote(module, self.atom()?)
        };
        Ok((callee, self.args()?))
    }

    fn segment_type(&mut self) -> Read<(SegmentType, Option<Arg>)> {
        let kind = self.word()?;
        let endian = self.word()?;
        let sign = self.word()?;
        self.keyword("unit")?;
        let unit = self.number()?;
        let size = if self.is_word("size") { Some(self.arg()?) } else { None };
        let kind = KINDS.iter().find(|(_, name)| *name == kind);
        let endian = ENDIANS.iter().find(|(_, name)| *name == endian);
        match (kind, endian) {
            (Some((kind, _)), Some((endian, _))) => {
                Ok((SegmentType { kind: *kind, unit, signed: sign == "signed", endian: *endian }, size))
            }
            _ => self.error("no such segment"),
        }
    }

    fn op(&mut self, word: &str) -> Read<Op> {
        Ok(match word {
            "copy" => Op::Copy(self.arg()?),
            "cons" => {
                let (head, tail) = self.two()?;
                Op::Cons(head, tail)
            }
            "tuple" => Op::Tuple(self.args()?),
            "map" => Op::Map(self.list(Self::pair)?),
            "map_put" => Op::MapPut { map: self.arg()?, pairs: self.list(Self::pair)? },
            "map_update" => Op::MapUpdate { map: self.arg()?, pairs: self.list(Self::pair)? },
            "fun" => Op::Fun { function: FunId(self.numbered("f")?), free: self.args()? },
            "head" => Op::Head(self.arg()?),
            "tail" => Op::Tail(self.arg()?),
            "element" => {
                let tuple = self.arg()?;
                self.sign(',')?;
                Op::Element(tuple, self.number()?)
            }
            "call" => {
                let (callee, args) = self.callee()?;
                Op::Call(callee, args)
            }
            "bits" => Op::Bits(self.list(|reader| {
                let value = reader.arg()?;
                reader.sign(':')?;
                let (ty, size) = reader.segment_type()?;
                Ok(Segment { value, size, ty })
            })?),
            "recv_accept" => Op::RecvAccept,
            "recv_mark" => Op::RecvMark,
            "recv_bind" => Op::RecvBind(self.arg()?),
            "recv_use" => Op::RecvUse(self.arg()?),
            "stacktrace" => Op::Stacktrace(self.arg()?),
            _ => {
                let Some(bif) = Bif::from_text(word) else {
                    return self.error(format!("there is no operation {word}"));
                };
                let mut args = Vec::new();
                if !bif.takes(0) || matches!(self.peek(), Token::Atom(_)) {
                    args.push(self.arg()?);
                    while self.is_sign(',') {
                        args.push(self.arg()?);
                    }
                }
                Op::Bif(bif, args)
            }
        })
    }

    fn test(&mut self) -> Read<Test> {
        let word = self.word()?;
        Ok(match word.as_str() {
            "is_atom" => Test::IsAtom(self.arg()?),
            "is_binary" => Test::IsBinary(self.arg()?),
            "is_bitstring" => Test::IsBitstring(self.arg()?),
            "is_boolean" => Test::IsBoolean(self.arg()?),
            "is_float" => Test::IsFloat(self.arg()?),
            "is_function" => Test::IsFunction(self.arg()?),
            "is_function_arity" => {
                let fun = self.arg()?;
                self.sign(',')?;
                Test::IsFunctionArity(fun, self.number()?)
            }
            "is_integer" => Test::IsInteger(self.arg()?),
            "is_number" => Test::IsNumber(self.arg()?),
            "is_pid" => Test::IsPid(self.arg()?),
            "is_port" => Test::IsPort(self.arg()?),
            "is_reference" => Test::IsReference(self.arg()?),
            "is_map" => Test::IsMap(self.arg()?),
            "is_tuple" => Test::IsTuple(self.arg()?),
            "is_tuple_arity" => {
                let tuple = self.arg()?;
                self.sign(',')?;
                Test::IsTupleArity(tuple, self.number()?)
            }
            "is_list" => Test::IsList(self.arg()?),
            "is_cons" => Test::IsCons(self.arg()?),
            "is_empty_list" => Test::IsEmptyList(self.arg()?),
            "is_true" => Test::IsTrue(self.arg()?),
            "is_false" => Test::IsFalse(self.arg()?),
            "eq" => {
                let (a, b) = self.two()?;
                Test::Eq(a, b)
            }
            "num_eq" => {
                let (a, b) = self.two()?;
                Test::NumEq(a, b)
            }
            "lt" => {
                let (a, b) = self.two()?;
                Test::Lt(a, b)
            }
            "ge" => {
                let (a, b) = self.two()?;
                Test::Ge(a, b)
            }
            "has_key" => {
                let (map, key) = self.two()?;
                Test::HasKey { map, key }
            }
            _ => return self.error(format!("there is no test {word}")),
        })
    }

    fn context(&mut self) -> Read<BitsContext> {
        Ok(BitsContext { base: self.arg()?, position: self.comma()?, end: self.comma()? })
    }

    fn terminator(&mut self, word: &str) -> Read<Option<Terminator>> {
        Ok(Some(match word {
            "jump" => Terminator::Jump(self.target()?),
            "branch" => {
                let test = self.test()?;
                let (then, otherwise) = self.fork()?;
                Terminator::Branch { test, then, otherwise }
            }
            "switch" => {
                let value = self.arg()?;
                let cases = self.list(|reader| {
                    let case = reader.arg()?;
                    reader.arrow()?;
                    Ok((case, reader.target()?))
                })?;
                self.keyword("else")?;
                Terminator::Switch { value, cases, default: self.target()? }
            }
            "switch_arity" => {
                let value = self.arg()?;
                let cases = self.list(|reader| {
                    let case = reader.number()?;
                    reader.arrow()?;
                    Ok((case, reader.target()?))
                })?;
                self.keyword("else")?;
                Terminator::SwitchArity { value, cases, default: self.target()? }
            }
            "fetch" => {
                let (map, key) = self.two()?;
                let (found, missing) = self.fork()?;
                Terminator::Fetch { map, key, found, missing }
            }
            "guard" => {
                let name = self.word()?;
                let Some(bif) = Bif::from_text(&name) else {
                    return self.error(format!("there is no operation {name}"));
                };
                let args = self.args()?;
                let (ok, fail) = self.fork()?;
                Terminator::Guard { bif, args, ok, fail }
            }
            "bits_start" => {
                let value = self.arg()?;
                let (ok, fail) = self.fork()?;
                Terminator::BitsStart { value, ok, fail }
            }
            "bits_get" => {
                let ctx = self.context()?;
                self.sign(':')?;
                let (segment, size) = self.segment_type()?;
                let (ok, fail) = self.fork()?;
                Terminator::BitsGet { ctx, segment, size, ok, fail }
            }
            "bits_match" => {
                let ctx = self.context()?;
                self.sign(':')?;
                let bytes = LitId(self.numbered("lit")?);
                let (ok, fail) = self.fork()?;
                Terminator::BitsMatch { ctx, bytes, ok, fail }
            }
            "bits_end" => {
                let ctx = self.context()?;
                let (ok, fail) = self.fork()?;
                Terminator::BitsEnd { ctx, ok, fail }
            }
            "return" => Terminator::Return(self.arg()?),
            "tail_call" => {
                let (callee, args) = self.callee()?;
                Terminator::TailCall(callee, args)
            }
            "recv_peek" => {
                let (message, empty) = self.fork()?;
                Terminator::RecvPeek { message, empty }
            }
            "recv_skip" => Terminator::RecvSkip(self.target()?),
            "recv_wait" => {
                let time =
                    if matches!(self.peek(), Token::Word(word) if word == "then") { None } else { Some(self.arg()?) };
                let (again, timeout) = self.fork()?;
                Terminator::RecvWait { time, again, timeout }
            }
            "raise" => {
                let (class, reason) = self.two()?;
                let trace = if self.is_word("raw") {
                    RaiseTrace::Raw(self.arg()?)
                } else if self.is_word("given") {
                    RaiseTrace::Given(self.arg()?)
                } else {
                    RaiseTrace::New
                };
                Terminator::Raise { class, reason, trace }
            }
            "function_clause" => Terminator::FunctionClause(self.args()?),
            _ => return Ok(None),
        }))
    }

    fn literal(&mut self, depth: usize) -> Read<Literal> {
        if depth > DEPTH_MAX {
            return self.error("nested too deeply");
        }
        Ok(match self.next() {
            Token::Int(digits) => match digits.parse() {
                Ok(number) => Literal::Int(number),
                Err(_) => Literal::BigInt(digits),
            },
            Token::Float(number) => Literal::Float(number),
            Token::Atom(name) => Literal::Atom(Atom::new(&name)),
            Token::Bytes(bytes) => Literal::Binary(bytes),
            Token::Word(word) if word == "bits" => {
                let bytes = self.bytes()?;
                let bits: u64 = self.number()?;
                if bits.div_ceil(8) != bytes.len() as u64 {
                    return self.error("the bytes don't fit the number of bits");
                }
                Literal::Bitstring(bytes, bits)
            }
            Token::Sign('&') => {
                let module = self.atom()?;
                self.sign('.')?;
                let name = self.atom()?;
                self.sign('/')?;
                Literal::Fun(module, name, self.number()?)
            }
            Token::Sign('[') => {
                let mut items = Vec::new();
                while !self.is_sign(']') {
                    items.push(self.literal(depth + 1)?);
                    if self.is_sign('|') {
                        items.push(self.literal(depth + 1)?);
                        self.sign(']')?;
                        return Ok(Literal::Improper(items));
                    }
                    if !self.is_sign(',') {
                        self.sign(']')?;
                        break;
                    }
                }
                Literal::List(items)
            }
            Token::Sign('{') => {
                let mut items = Vec::new();
                while !self.is_sign('}') {
                    items.push(self.literal(depth + 1)?);
                    if !self.is_sign(',') {
                        self.sign('}')?;
                        break;
                    }
                }
                Literal::Tuple(items)
            }
            Token::Sign('%') => {
                self.sign('{')?;
                let mut pairs = Vec::new();
                while !self.is_sign('}') {
                    let key = self.literal(depth + 1)?;
                    self.arrow()?;
                    pairs.push((key, self.literal(depth + 1)?));
                    if !self.is_sign(',') {
                        self.sign('}')?;
                        break;
                    }
                }
                Literal::Map(pairs)
            }
            _ => {
                self.at = self.at.saturating_sub(1);
                return self.wrong("a literal");
            }
        })
    }
}
