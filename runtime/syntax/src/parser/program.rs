//! Expressions in a row: a whole text, or the code of an interpolation.

use jovial_atoms::known;

use crate::quoted::{Meta, NodeId};
use crate::token::Kind;

use super::texts::Suspended;
use super::{At, Context, Frame, NONE, Next, Operand, ParenRole, Parser, Step};

impl Parser<'_, '_, '_> {
    /// Begins a program; that of an interpolation goes on with its text when it ends.
    pub(super) fn begin_program(&mut self, text: Option<Suspended>) -> Step {
        let back = if text.is_some() { self.cursor as u32 } else { NONE };
        if let Some(text) = &text {
            if (self.cursor as u32) < self.pool {
                self.outside = self.cursor;
            }
            self.cursor = text.code as usize;
        }
        self.paren_role = ParenRole::Plain;
        let separator = self.separator();
        if self.kind() == Kind::Eof {
            let meta = match separator {
                Some(at) => self.meta_of(at),
                None => Meta::EMPTY,
            };
            let block = self.tree.call(known::DUNDER_BLOCK, meta, &[]);
            return self.program_done(back, text, block);
        }
        let start = self.values.len() as u32;
        self.nest(Frame::Program { start, back, text })?;
        self.context = Context::OPEN;
        Ok(Next::Operand)
    }

    /// Takes what ends an expression: a line break, a semicolon, or both.
    pub(super) fn separator(&mut self) -> Option<At> {
        match self.kind() {
            Kind::Eol => {
                let at = self.advance();
                if self.kind() == Kind::Semicolon {
                    self.advance();
                }
                Some(at)
            }
            Kind::Semicolon => Some(self.advance()),
            _ => None,
        }
    }

    pub(super) fn program_element(&mut self, start: u32, back: At, text: Option<Suspended>, operand: Operand) -> Step {
        let mut node = operand.node;
        let separator = self.separator();
        if let Some(separator) = separator {
            node = self.annotate(node, separator);
        }
        self.values.push(node);
        if text.is_none() {
            self.finished = self.values.len();
        }
        if self.kind() == Kind::Eof {
            let nodes = self.values.split_off(start as usize);
            let root = self.block(&nodes, None);
            return self.program_done(back, text, root);
        }
        self.nest(Frame::Program { start, back, text })?;
        if separator.is_none() {
            return Err(self.unexpected());
        }
        self.context = Context::OPEN;
        Ok(Next::Operand)
    }

    fn program_done(&mut self, back: At, text: Option<Suspended>, root: NodeId) -> Step {
        match text {
            None => Ok(Next::Done(root)),
            Some(text) => {
                self.cursor = back as usize;
                self.code_done(text, root)
            }
        }
    }
}
