//! What begins an operand.

use jovial_atoms::known;

use crate::token::Kind;

use super::containers::Bracket;
use super::{Callee, Frame, Next, Operand, ParenRole, Parser, Step};

impl Parser<'_, '_, '_> {
    pub(super) fn operand(&mut self) -> Step {
        let role = std::mem::replace(&mut self.paren_role, ParenRole::Plain);
        match self.kind() {
            Kind::Identifier
            | Kind::ParenIdentifier
            | Kind::BracketIdentifier
            | Kind::DoIdentifier
            | Kind::OpIdentifier => {
                let name = self.advance();
                self.named(Callee::Local(name))
            }
            Kind::Alias => {
                let alias = self.advance();
                let node = self.alias(alias);
                Ok(Next::After(Operand::closed(node)))
            }
            Kind::Int | Kind::Float | Kind::Char => {
                let at = self.advance();
                let node = self.number(at)?;
                Ok(Next::After(Operand::closed(node)))
            }
            Kind::True | Kind::False | Kind::Nil => {
                let at = self.advance();
                let atom = self.token(at).atom();
                let node = self.tree.atom(atom);
                let node = self.literal(node, at, &[])?;
                Ok(Next::After(Operand::closed(node)))
            }
            Kind::Atom | Kind::AtomQuoted => {
                let at = self.advance();
                let node = self.atom(at)?;
                Ok(Next::After(Operand::closed(node)))
            }
            Kind::AtomSafe
            | Kind::AtomUnsafe
            | Kind::BinString
            | Kind::ListString
            | Kind::BinHeredoc
            | Kind::ListHeredoc
            | Kind::Sigil => {
                let at = self.advance();
                self.begin_text(at, false)
            }
            Kind::OpenParen => self.open_paren(role),
            Kind::OpenBracket => self.begin_container(Bracket::List),
            Kind::OpenBrace => self.begin_container(Bracket::Tuple),
            Kind::OpenBits => self.begin_container(Bracket::Bits),
            Kind::MapOp => {
                self.advance();
                self.begin_map(super::NONE, None)
            }
            Kind::Percent => self.begin_struct(),
            Kind::Fn => self.begin_fn(),
            Kind::CaptureInt => {
                let op = self.advance();
                let meta = self.meta_of(op);
                if self.kind() != Kind::Int {
                    return Err(self.unexpected());
                }
                // The number is no literal to an encoder: it belongs to the operator.
                let at = self.advance();
                let number = self.integer(at);
                let node = self.tree.call(known::OP_AMP, meta, &[number]);
                Ok(Next::After(Operand::closed(node)))
            }
            Kind::EllipsisOp => {
                let op = self.advance();
                let braces = self.context.struct_name && self.kind() == Kind::OpenBrace;
                if !braces && self.kind().starts_operand() || matches!(self.kind(), Kind::DualOp | Kind::TernaryOp) {
                    self.push_operator(Frame::Prefix { op })?;
                    return Ok(Next::Operand);
                }
                Ok(self.nullary(op))
            }
            Kind::RangeOp => {
                let op = self.advance();
                Ok(self.nullary(op))
            }
            kind if kind.prefix().is_some() => {
                let op = self.advance();
                self.skip_eol();
                self.push_operator(Frame::Prefix { op })?;
                Ok(Next::Operand)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// `..` and `...` without operands.
    fn nullary(&mut self, op: super::At) -> Next {
        let meta = self.meta_of(op);
        let name = self.token(op).atom();
        let node = self.tree.call(name, meta, &[]);
        Next::After(Operand::name(node))
    }
}
