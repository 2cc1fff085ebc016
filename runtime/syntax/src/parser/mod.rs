//! From tokens to the tree, by operator precedence on an explicit stack.
//!
//! **What it is for.** [`parse`] alternates between two states: an operand is due ([`Next::Operand`]), or one has just
//! been read ([`Next::After`]). What waits for an operand lies on [`Parser::frames`]: operators with their left side,
//! and constructs with their elements so far. `operators.rs` holds what comes behind an operand, `operands.rs` what
//! begins one; `calls.rs`, `containers.rs`, `maps.rs`, `stab.rs` and `texts.rs` have a function for each
//! construct that takes delivery of an element and says how it goes on; `build.rs` makes the nodes.
//!
//! Calls without parentheses are what makes the grammar hard. An operand therefore has a [`Class`]:
//!
//! | class | such as | may stand |
//! | --- | --- | --- |
//! | matched | `a`, `f(a)`, `f a`, `a + b` | everywhere |
//! | no parens | `f a, b`, `f g a, b` | alone, or behind an operator |
//! | unmatched | `f a do b end` | wherever the `do` could not belong to an outer call |
//!
//! Inside the arguments of a call without parentheses a `do` belongs to that call ([`Context::allow_do`]), so the
//! outermost call gets it.
//!
//! **Invariants.**
//! 1. No function here calls itself, however indirectly: nesting costs frames, not native stack.
//! 2. The cursor only moves forward, except when an interpolation begins or ends.
//! 3. Elements of open constructs lie on `values` in order; a frame knows where its own begin.
//! 4. The first token that can't continue what was read is the one that is reported.
//!
//! **What it must not know.** Characters: it reads source text only for numbers and sigil modifiers.

#![allow(clippy::cast_possible_truncation, reason = "a text and all that is made of it is bounded by SOURCE_MAX")]

mod build;
mod calls;
mod containers;
mod errors;
mod maps;
mod numbers;
mod operands;
mod operators;
mod program;
mod stab;
mod texts;

use jovial_atoms::Atom;

use crate::diagnostics::Diagnostic;
use crate::options::Options;
use crate::quoted::{Meta, MetaValue, NodeId, Tree};
use crate::token::{Kind, Token, Tokens};

use containers::Container;
use maps::MapFrame;
use stab::{Item, Stab};

/// Deeper nesting than this is refused.
const NESTING_MAX: usize = 100_000;
/// More errors than this help nobody.
const ERRORS_MAX: usize = 50;
/// Operators may wait in far greater number, since a long line of signs is flat to a reader.
const FRAMES_MAX: usize = 8_000_000;

pub(crate) type Failed = Box<Diagnostic>;
type Step = Result<Next, Failed>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Matched,
    NoParens,
    Unmatched,
}

/// An operand that has been read.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each answers a question of the grammar")]
struct Operand {
    node: NodeId,
    class: Class,
    /// `[` behind it is an access.
    access: bool,
    /// May stand in a map without `=>`, or between `%` and `{`.
    base: bool,
    /// A call without parentheses that has arguments.
    bare_call: bool,
    /// Its last part is such a call.
    ends_bare: bool,
    /// Its last part is a prefix operator with a call that needs parentheses elsewhere.
    prefixed: bool,
}

impl Operand {
    /// Whatever is closed in itself: a literal, a container, a call with parentheses.
    fn closed(node: NodeId) -> Self {
        Operand {
            node,
            class: Class::Matched,
            access: true,
            base: true,
            bare_call: false,
            ends_bare: false,
            prefixed: false,
        }
    }

    /// A variable, or a call without arguments and parentheses.
    fn name(node: NodeId) -> Self {
        Operand { access: false, ..Self::closed(node) }
    }

    fn compound(node: NodeId, class: Class) -> Self {
        Operand { node, class, access: false, base: false, bare_call: false, ends_bare: false, prefixed: false }
    }
}

enum Next {
    Operand,
    After(Operand),
    /// A section of a `do` block without content.
    Section(Stab),
    /// The start of a clause or expression behind another.
    Item(Stab),
    /// A text behind an interpolation.
    Text(texts::Suspended),
    Done(NodeId),
}

/// What holds for operands, depending on what they stand in.
#[derive(Clone, Copy, Debug)]
struct Context {
    /// A `do` here may belong to the call at hand.
    allow_do: bool,
    /// Between `%` and `{`, where a brace begins no argument.
    struct_name: bool,
    /// A call without parentheses has one argument at most.
    single: bool,
}

impl Context {
    const OPEN: Context = Context { allow_do: true, struct_name: false, single: false };
    const ARGUMENTS: Context = Context { allow_do: false, struct_name: false, single: false };
    const STRUCT: Context = Context { allow_do: false, struct_name: true, single: true };
}

impl Context {
    /// For the first argument of a call without parentheses; with it, the call is as limited as its surroundings.
    fn arguments(self) -> Context {
        Context { allow_do: false, ..self }
    }
}

/// What a `(` may mean beyond a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ParenRole {
    Plain,
    /// At the start of a clause, where it may hold all arguments.
    Clause,
    /// Behind an identifier and a space, where it may not.
    Argument,
}

/// Index of a token.
type At = u32;
const NONE: u32 = u32::MAX;

/// Keyword pairs at the end of arguments or elements.
#[derive(Clone, Copy, Debug)]
struct Keywords {
    /// Where they begin on `values`.
    start: u32,
    /// Its value is due.
    key: Option<NodeId>,
    /// A comma behind which something else than a key stands.
    follow_up: At,
}

impl Keywords {
    const NO: Keywords = Keywords { start: NONE, key: None, follow_up: NONE };

    fn begun(self) -> bool {
        self.start != NONE
    }
}

/// What is called.
#[derive(Clone, Copy, Debug)]
enum Callee {
    /// A name: its token.
    Local(At),
    /// `a.b`: the node of the dot, and the token of the name.
    Remote(NodeId, At),
    /// `a.()`: the node of the dot, and its token.
    Fun(NodeId, At),
    /// The second parentheses in `f()()`.
    Nested(NodeId),
    /// No call: keywords behind `when`.
    Keywords,
}

enum Frame {
    Program { start: u32, back: At, text: Option<texts::Suspended> },
    Prefix { op: At },
    Infix { left: Operand, op: At },
    Arguments { callee: Callee, start: u32, keywords: Keywords, context: Context },
    Container(Container),
    Map(MapFrame),
    StructName { percent: At, context: Context },
    Stab(Stab),
}

struct Parser<'s, 'o, 'h> {
    source: &'s str,
    tokens: Vec<Token>,
    texts: Tokens,
    /// Where the tokens of interpolations begin in `tokens`.
    pool: u32,
    cursor: usize,
    /// Where reading went on after the last error.
    recovered: usize,
    /// Where the cursor goes behind the outermost interpolation.
    outside: usize,
    /// How many values are finished expressions of the program.
    finished: usize,
    tree: Tree,
    frames: Vec<Frame>,
    /// Frames that are no operators.
    nesting: usize,
    values: Vec<NodeId>,
    items: Vec<Item>,
    scratch: Vec<(Atom, MetaValue)>,
    context: Context,
    paren_role: ParenRole,
    warnings: Vec<Diagnostic>,
    columns: bool,
    token_metadata: bool,
    encode_literal: Option<&'o mut crate::EncodeLiteral<'h>>,
}

pub(crate) struct Outcome {
    pub(crate) tree: Tree,
    pub(crate) root: NodeId,
    pub(crate) warnings: Vec<Diagnostic>,
    /// One at most, unless all are asked for.
    pub(crate) errors: Vec<Diagnostic>,
}

/// The tree of a program.
pub(crate) fn parse(source: &str, mut texts: Tokens, options: &mut Options) -> Outcome {
    let mut tokens = std::mem::take(&mut texts.list);
    let pool = tokens.len() as u32;
    tokens.append(&mut texts.pool);
    let mut parser = Parser {
        source,
        pool,
        texts,
        cursor: 0,
        recovered: 0,
        outside: 0,
        finished: 0,
        tree: Tree::with_capacity(tokens.len()),
        tokens,
        frames: Vec::new(),
        nesting: 0,
        values: Vec::new(),
        items: Vec::new(),
        scratch: Vec::new(),
        context: Context::OPEN,
        paren_role: ParenRole::Plain,
        warnings: Vec::new(),
        columns: options.columns,
        token_metadata: options.token_metadata,
        encode_literal: options.literal_encoder.as_mut(),
    };
    let mut errors = Vec::new();
    let mut next = parser.begin_program(None);
    let root = loop {
        match next.and_then(|next| parser.run(next)) {
            Ok(root) => break root,
            Err(error) => errors.push(*error),
        }
        if !options.all_errors || errors.len() == ERRORS_MAX || !parser.recover() {
            break parser.so_far();
        }
        next = Ok(Next::Operand);
    };
    Outcome { tree: parser.tree, root, warnings: parser.warnings, errors }
}

impl Parser<'_, '_, '_> {
    fn run(&mut self, mut next: Next) -> Result<NodeId, Failed> {
        loop {
            next = match next {
                Next::Operand => self.operand()?,
                Next::After(operand) => self.after(operand)?,
                Next::Section(stab) => self.end_section(stab)?,
                Next::Item(stab) => self.begin_item(stab)?,
                Next::Text(text) => self.text_parts(text)?,
                Next::Done(root) => return Ok(root),
            };
        }
    }

    fn kind(&self) -> Kind {
        self.tokens[self.cursor].kind
    }

    fn kind_after(&self, ahead: usize) -> Kind {
        self.tokens.get(self.cursor + ahead).map_or(Kind::Eof, |token| token.kind)
    }

    fn token(&self, at: At) -> &Token {
        &self.tokens[at as usize]
    }

    /// The token at the cursor, which moves on.
    fn advance(&mut self) -> At {
        let at = self.cursor as u32;
        if self.kind() != Kind::Eof {
            self.cursor += 1;
        }
        at
    }

    fn skip_eol(&mut self) {
        if self.kind() == Kind::Eol {
            self.cursor += 1;
        }
    }

    /// Takes a closing bracket, with a line break before it.
    fn close(&mut self, kind: Kind) -> Option<At> {
        if self.kind() == Kind::Eol && self.kind_after(1) == kind {
            self.cursor += 1;
        }
        (self.kind() == kind).then(|| self.advance())
    }

    /// Neither a comma nor the end of a container follows, before which one line break is fine.
    fn unclosed(&mut self) -> Failed {
        self.skip_eol();
        self.unexpected()
    }

    fn closes(&self, kind: Kind) -> bool {
        self.kind() == kind || self.kind() == Kind::Eol && self.kind_after(1) == kind
    }

    /// Pushes a frame that is no operator.
    fn nest(&mut self, frame: Frame) -> Result<(), Failed> {
        self.nesting += 1;
        // The program itself is no nesting.
        if self.nesting > NESTING_MAX + 1 {
            return Err(self.too_deep());
        }
        self.frames.push(frame);
        Ok(())
    }

    fn push_operator(&mut self, frame: Frame) -> Result<(), Failed> {
        if self.frames.len() > FRAMES_MAX {
            return Err(self.too_deep());
        }
        self.frames.push(frame);
        Ok(())
    }

    /// Gives an operand to the construct that waits for it.
    fn deliver(&mut self, operand: Operand) -> Step {
        let Some(frame) = self.frames.pop() else { return Ok(Next::Done(operand.node)) };
        if !matches!(frame, Frame::Prefix { .. } | Frame::Infix { .. }) {
            self.nesting -= 1;
        }
        match frame {
            Frame::Program { start, back, text } => self.program_element(start, back, text, operand),
            Frame::Prefix { op } => Ok(Next::After(self.prefix(op, operand))),
            Frame::Infix { left, op } => Ok(Next::After(self.infix(left, op, operand)?)),
            Frame::Arguments { callee, start, keywords, context } => {
                self.argument(callee, start, keywords, context, operand)
            }
            Frame::Container(container) => self.element(container, operand),
            Frame::Map(map) => self.map_element(map, operand),
            Frame::StructName { percent, context } => self.struct_name(percent, context, operand),
            Frame::Stab(stab) => self.stab_element(stab, operand),
        }
    }

    fn node_meta(&self, node: NodeId) -> Option<Meta> {
        match self.tree.node(node) {
            crate::quoted::Node::Var { meta, .. }
            | crate::quoted::Node::Call { meta, .. }
            | crate::quoted::Node::Apply { meta, .. } => Some(meta),
            _ => None,
        }
    }

    /// After an error: goes to the next expression of the program that lies outside of all brackets.
    fn recover(&mut self) -> bool {
        if self.frames.is_empty() {
            return false;
        }
        let mut at = self.recovered;
        let mut depth = 0usize;
        let reached = if (self.cursor as u32) < self.pool { self.cursor } else { self.outside };
        loop {
            match self.tokens[at].kind {
                Kind::Eof => return false,
                Kind::OpenParen | Kind::OpenBracket | Kind::OpenBrace | Kind::OpenBits | Kind::Fn | Kind::Do => {
                    depth += 1;
                }
                Kind::CloseParen | Kind::CloseBracket | Kind::CloseBrace | Kind::CloseBits | Kind::End => {
                    depth = depth.saturating_sub(1);
                }
                Kind::Eol | Kind::Semicolon if depth == 0 && at >= reached => break,
                _ => {}
            }
            at += 1;
        }
        self.cursor = at;
        self.separator();
        self.recovered = self.cursor;
        self.values.truncate(self.finished);
        self.items.clear();
        self.frames.truncate(1);
        self.nesting = 1;
        self.context = Context::OPEN;
        self.paren_role = ParenRole::Plain;
        self.kind() != Kind::Eof
    }

    /// After an error: the finished expressions of the program.
    fn so_far(&mut self) -> NodeId {
        let finished = self.values[..self.finished.min(self.values.len())].to_vec();
        self.block(&finished, None)
    }
}
