//! What comes behind an operand: dots, access, operators, and in the end whoever waits for it.

use jovial_atoms::known;

use crate::quoted::Node;
use crate::token::{Kind, power};

use super::{At, Callee, Class, Context, Failed, Frame, Keywords, Next, Operand, Parser, Step};

impl Parser<'_, '_, '_> {
    pub(super) fn after(&mut self, operand: Operand) -> Step {
        let kind = self.kind();
        if operand.class == Class::Matched {
            match kind {
                Kind::Dot | Kind::DotCall => return self.dot(operand),
                Kind::OpenBracket if operand.access => {
                    let operand = self.reduce_at(operand);
                    return self.begin_access(operand);
                }
                Kind::KwIdentifier if operand.access => return Err(self.keyword_after_operand()),
                _ => {}
            }
        }
        match kind.binary() {
            Some((power, left)) if operand.class != Class::NoParens => self.binary(operand, kind, power, left),
            _ => self.deliver(operand),
        }
    }

    /// An `@` binds tighter than what follows its operand.
    fn reduce_at(&mut self, mut operand: Operand) -> Operand {
        while let Some(Frame::Prefix { op }) = self.frames.last()
            && self.token(*op).kind == Kind::AtOp
        {
            let op = *op;
            self.frames.pop();
            operand = self.prefix(op, operand);
            // `@a[b]` is one access, so `@@a[b]` is `@` of it.
            if self.kind() == Kind::OpenBracket {
                break;
            }
        }
        operand
    }

    fn binary(&mut self, mut operand: Operand, kind: Kind, power: u16, left: bool) -> Step {
        loop {
            let binds = match self.frames.last() {
                // An operator in front of a `do` block takes all that follows the block.
                Some(Frame::Prefix { .. }) if operand.class == Class::Unmatched => false,
                Some(Frame::Prefix { op }) => self.token(*op).kind.prefix().is_some_and(|other| other > power),
                Some(Frame::Infix { op, .. }) => {
                    self.token(*op).kind.binary().is_some_and(|(other, _)| other > power || other == power && left)
                }
                _ => false,
            };
            match self.frames.last() {
                Some(Frame::Prefix { op }) if binds => {
                    let op = *op;
                    self.frames.pop();
                    operand = self.prefix(op, operand);
                }
                Some(Frame::Infix { left, op }) if binds => {
                    let (left, op) = (*left, *op);
                    self.frames.pop();
                    operand = self.infix(left, op, operand)?;
                    if operand.class == Class::NoParens {
                        return self.deliver(operand);
                    }
                }
                Some(Frame::Map(map)) if kind == Kind::PipeOp && map.may_update() => return self.deliver(operand),
                _ => break,
            }
        }
        if power < power::PIPE
            && let Some(Frame::Map(map)) = self.frames.last_mut()
            && let Some((left, op)) = map.take_update()
        {
            operand = self.infix(left, op, operand)?;
        }
        let op = self.advance();
        self.skip_eol();
        self.push_operator(Frame::Infix { left: operand, op })?;
        if kind == Kind::WhenOp && self.kind().is_keyword_key() {
            let start = self.values.len() as u32;
            let keywords = Keywords { start, ..Keywords::NO };
            self.nest(Frame::Arguments { callee: Callee::Keywords, start, keywords, context: self.context })?;
            self.context = Context::ARGUMENTS;
            return self.key();
        }
        Ok(Next::Operand)
    }

    pub(super) fn prefix(&mut self, op: At, operand: Operand) -> Operand {
        let token = *self.token(op);
        let node = if token.kind == Kind::TernaryOp {
            self.double_slash(op, operand.node)
        } else {
            let meta = self.meta_of(op);
            self.tree.call(token.atom(), meta, &[operand.node])
        };
        // Only `@x` is closed enough for `[`: the caller of `reduce_at` knows.
        let base = operand.base && token.kind != Kind::CaptureOp;
        Operand {
            base,
            ends_bare: operand.ends_bare,
            prefixed: operand.class == Class::NoParens,
            ..Operand::compound(node, operand.class)
        }
    }

    /// `//a` reads as the name `/`, divided.
    fn double_slash(&mut self, op: At, right: crate::quoted::NodeId) -> crate::quoted::NodeId {
        let token = *self.token(op);
        let inner = self.meta_at(token.line, token.column);
        let outer = self.meta_at(token.line, token.column + 1);
        let slash = self.tree.var(known::OP_SLASH, inner, known::NIL);
        self.tree.call(known::OP_SLASH, outer, &[slash, right])
    }

    pub(super) fn infix(&mut self, left: Operand, op: At, right: Operand) -> Result<Operand, Failed> {
        let token = *self.token(op);
        if token.kind == Kind::ArrowOp && (right.bare_call || right.class == Class::NoParens) {
            self.warn_pipe(op, right.node);
        }
        let class = match (left.class, right.class) {
            (Class::Unmatched, Class::NoParens) => {
                self.warn_no_parens_after_do(op);
                Class::Unmatched
            }
            (Class::Unmatched, _) => Class::Unmatched,
            (_, class) => class,
        };
        let node = match token.kind {
            Kind::TernaryOp => self.range_step(left, op, right)?,
            Kind::InOp if token.atom() == known::NOT => {
                let meta = self.meta_of(op);
                let inner = self.tree.call(known::IN, meta, &[left.node, right.node]);
                self.tree.call(known::NOT, meta, &[inner])
            }
            Kind::InOp => self.membership(left, op, right),
            _ => {
                let meta = self.operator_meta(op);
                self.tree.call(token.atom(), meta, &[left.node, right.node])
            }
        };
        Ok(Operand { ends_bare: right.ends_bare, prefixed: right.prefixed, ..Operand::compound(node, class) })
    }

    fn range_step(&mut self, left: Operand, op: At, right: Operand) -> Result<crate::quoted::NodeId, Failed> {
        if let Node::Call { name: known::OP_DOT_DOT, meta, args } = self.tree.node(left.node)
            && let &[first, last] = self.tree.seq(args)
        {
            return Ok(self.tree.call(known::OP_DOT_DOT_SLASH, meta, &[first, last, right.node]));
        }
        // Elixir looks behind the last argument before it judges the operator.
        Err(if right.ends_bare && !self.may_follow() { self.unexpected() } else { self.misplaced_step(op) })
    }

    /// `not a in b` means `not(a in b)`.
    fn membership(&mut self, left: Operand, op: At, right: Operand) -> crate::quoted::NodeId {
        if let Node::Call { name, args, .. } = self.tree.node(left.node)
            && (name == known::NOT || name == known::OP_BANG)
            && let &[inner] = self.tree.seq(args)
        {
            self.warn_not_in(op);
            let meta = self.meta_of(op);
            let inside = self.tree.call(known::IN, meta, &[inner, right.node]);
            return self.tree.call(name, meta, &[inside]);
        }
        let meta = self.operator_meta(op);
        self.tree.call(known::IN, meta, &[left.node, right.node])
    }

    fn dot(&mut self, operand: Operand) -> Step {
        let operand = self.reduce_at(operand);
        let dot = self.advance();
        let meta = self.meta_of(dot);
        if self.token(dot).kind == Kind::DotCall {
            let callee = self.tree.call(known::OP_DOT, meta, &[operand.node]);
            return self.begin_call(Callee::Fun(callee, dot));
        }
        match self.kind() {
            Kind::Identifier
            | Kind::ParenIdentifier
            | Kind::BracketIdentifier
            | Kind::DoIdentifier
            | Kind::OpIdentifier => {
                let name = self.advance();
                let atom = self.token(name).atom();
                let atom = self.tree.atom(atom);
                let node = self.tree.call(known::OP_DOT, meta, &[operand.node, atom]);
                self.named(Callee::Remote(node, name))
            }
            Kind::Alias => {
                let alias = self.advance();
                let node = self.dot_alias(dot, operand.node, alias)?;
                Ok(Next::After(Operand::closed(node)))
            }
            Kind::OpenBrace => {
                let braces = self.tree.atom(known::OP_BRACES);
                let callee = self.tree.call(known::OP_DOT, meta, &[operand.node, braces]);
                self.begin_dot_container(callee, dot)
            }
            _ => Err(self.unexpected()),
        }
    }
}
