//! Names and calls: with parentheses, without, with `do` blocks.

use crate::names::EXTRA;
use crate::quoted::{Node, NodeId};
use crate::token::Kind;

use super::containers::{Bracket, Container};
use super::{At, Callee, Class, Context, Failed, Frame, Keywords, Next, Operand, ParenRole, Parser, Step};

impl Parser<'_, '_, '_> {
    /// A name whose token was just taken: variable, or call of one kind or another.
    pub(super) fn named(&mut self, callee: Callee) -> Step {
        let (Callee::Local(at) | Callee::Remote(_, at)) = callee else { return Err(self.unexpected()) };
        match self.token(at).kind {
            Kind::ParenIdentifier => return self.begin_call(callee),
            Kind::BracketIdentifier => {
                let node = self.bare_name(callee);
                return Ok(Next::After(Operand::closed(node)));
            }
            Kind::DoIdentifier if self.context.allow_do => {
                let args = self.values.len() as u32;
                return self.begin_do(callee, args, None);
            }
            Kind::Identifier | Kind::OpIdentifier if self.arguments_follow(at) => {
                return self.begin_arguments(callee);
            }
            _ => {}
        }
        let node = self.bare_name(callee);
        Ok(Next::After(Operand::name(node)))
    }

    fn arguments_follow(&self, at: At) -> bool {
        let kind = self.kind();
        if self.context.struct_name && kind == Kind::OpenBrace {
            return false;
        }
        kind.starts_operand()
            || kind.is_keyword_key()
            || self.token(at).kind == Kind::OpIdentifier && kind == Kind::DualOp
    }

    fn begin_arguments(&mut self, callee: Callee) -> Step {
        let start = self.values.len() as u32;
        let keywords = Keywords::NO;
        self.nest(Frame::Arguments { callee, start, keywords, context: self.context })?;
        self.context = self.context.arguments();
        if self.kind().is_keyword_key() {
            return self.key();
        }
        self.paren_role = ParenRole::Argument;
        Ok(Next::Operand)
    }

    /// An argument of a call without parentheses, or a value of the keywords behind `when`.
    pub(super) fn argument(
        &mut self,
        callee: Callee,
        start: u32,
        mut keywords: Keywords,
        context: Context,
        operand: Operand,
    ) -> Step {
        if keywords.follow_up != super::NONE && self.is_cursor(operand.node) {
            self.values.push(operand.node);
            self.context = context;
            return self.end_arguments(callee, start, keywords, operand.class);
        }
        if keywords.follow_up != super::NONE {
            return Err(self.expression_after_keywords_in_call(keywords.follow_up));
        }
        let first = self.values.len() as u32 == start;
        if let Some(key) = keywords.key.take() {
            if operand.class == Class::NoParens {
                self.warn_nested_keyword_call(key, operand.node);
            }
            let pair = self.tree.pair(key, operand.node);
            self.values.push(pair);
        } else {
            if operand.class == Class::NoParens && !first {
                return Err(self.ambiguous_nested_call(operand.node));
            }
            self.values.push(operand.node);
        }
        let goes_on = keywords.begun() || !(context.single || operand.class == Class::NoParens && first);
        if self.kind() == Kind::Comma && goes_on {
            let comma = self.advance();
            let key_follows = self.kind().is_keyword_key();
            let follow_up = keywords.begun() && !key_follows;
            if follow_up {
                keywords.follow_up = comma;
            }
            self.nest(Frame::Arguments { callee, start, keywords, context })?;
            self.context = Context { single: follow_up, ..Context::ARGUMENTS };
            return if key_follows { self.key() } else { Ok(Next::Operand) };
        }
        self.context = context;
        let alone = operand.class;
        self.end_arguments(callee, start, keywords, alone)
    }

    fn end_arguments(&mut self, callee: Callee, start: u32, keywords: Keywords, alone: Class) -> Step {
        self.gather_keywords(keywords);
        if let Callee::Keywords = callee {
            let node = self.values.pop().unwrap_or_else(|| self.tree.list(&[]));
            return Ok(Next::After(Operand::compound(node, Class::NoParens)));
        }
        if self.kind() == Kind::Do && self.context.allow_do {
            return self.begin_do(callee, start, None);
        }
        let args = self.values.split_off(start as usize);
        let class = match args.len() {
            1 if keywords.begun() => Class::Matched,
            1 => alone,
            _ => Class::NoParens,
        };
        let node = self.call_node(callee, &args, None, None);
        Ok(Next::After(Operand { bare_call: true, ends_bare: true, ..Operand::compound(node, class) }))
    }

    /// `__cursor__()`, which may stand where the next key of keywords is being written.
    pub(super) fn is_cursor(&self, node: NodeId) -> bool {
        matches!(self.tree.node(node), Node::Call { name, args, .. } if name == EXTRA.cursor && args.is_empty())
    }

    /// Makes the pairs at the end of `values` one list.
    pub(super) fn gather_keywords(&mut self, keywords: Keywords) {
        if keywords.begun() {
            let pairs = self.values.split_off(keywords.start as usize);
            let list = self.tree.list(&pairs);
            self.values.push(list);
        }
    }

    /// At a key: takes it, so that its value is due.
    pub(super) fn key(&mut self) -> Step {
        let at = self.advance();
        if self.token(at).kind == Kind::KwIdentifier {
            let key = self.keyword_key(at)?;
            return self.key_done(key);
        }
        self.begin_text(at, true)
    }

    pub(super) fn key_done(&mut self, key: NodeId) -> Step {
        self.skip_eol();
        let here = self.values.len() as u32;
        let keywords = match self.frames.last_mut() {
            Some(Frame::Arguments { keywords, .. }) => keywords,
            Some(Frame::Container(container)) => &mut container.keywords,
            Some(Frame::Map(map)) => &mut map.keywords,
            Some(Frame::Stab(stab)) => &mut stab.keywords,
            _ => return Err(self.unexpected()),
        };
        if !keywords.begun() {
            keywords.start = here;
        }
        keywords.key = Some(key);
        Ok(Next::Operand)
    }

    /// At the `(` of a call.
    pub(super) fn begin_call(&mut self, callee: Callee) -> Step {
        if self.kind() != Kind::OpenParen {
            return Err(self.unexpected());
        }
        let open = self.advance();
        self.skip_eol();
        let start = self.values.len() as u32;
        if self.kind() == Kind::CloseParen {
            return self.end_call(callee, open, start);
        }
        let container = Container {
            bracket: Bracket::Call(callee),
            open,
            start,
            keywords: Keywords::NO,
            comma: super::NONE,
            context: self.context,
        };
        self.nest(Frame::Container(container))?;
        self.context = Context::OPEN;
        if self.kind().is_keyword_key() {
            return self.key();
        }
        Ok(Next::Operand)
    }

    /// At the `)` of a call whose arguments lie on `values`.
    pub(super) fn end_call(&mut self, callee: Callee, open: At, start: u32) -> Step {
        let Some(close) = self.close(Kind::CloseParen) else { return Err(self.unexpected()) };
        let parens = Some((open, close));
        if self.kind() == Kind::OpenParen && !matches!(callee, Callee::Nested(_)) {
            let args = self.values.split_off(start as usize);
            let node = self.call_node(callee, &args, parens, None);
            return self.begin_call(Callee::Nested(node));
        }
        if self.kind() == Kind::Do && self.context.allow_do {
            return self.begin_do(callee, start, parens);
        }
        let args = self.values.split_off(start as usize);
        let node = self.call_node(callee, &args, parens, None);
        Ok(Next::After(Operand::closed(node)))
    }

    /// Where an argument in parentheses may be a call without: only if it is the only one.
    pub(super) fn check_argument(&mut self, operand: Operand, first: bool) -> Result<(), Failed> {
        if operand.class != Class::NoParens || first && self.closes(Kind::CloseParen) {
            return Ok(());
        }
        Err(match self.kind() {
            Kind::Eol if first => self.unclosed(),
            Kind::Comma | Kind::CloseParen | Kind::Eol => self.ambiguous_nested_call(operand.node),
            _ => self.unexpected(),
        })
    }
}
