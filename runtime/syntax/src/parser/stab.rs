//! Clauses with `->`, and the expressions in `( )`, `fn … end` and `do … end` that may turn out to be such.
//!
//! A head such as `a, b` is only known to be one when its `->` comes; until then its parts wait on `values`.

use jovial_atoms::known;

use crate::quoted::{Meta, Node, NodeId};
use crate::token::Kind;

use super::{At, Callee, Class, Context, Failed, Frame, Keywords, NONE, Next, Operand, ParenRole, Parser, Step};

/// An expression or the start of a clause, as they follow each other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    Expression(NodeId),
    /// The list of a clause's parameters and the first expression of its body.
    Clause {
        meta: Meta,
        head: NodeId,
        body: NodeId,
    },
}

#[derive(Clone, Copy, Debug)]
enum Owner {
    Fn,
    Paren(ParenRole),
    /// A call with its arguments, its parentheses, and the word that began the section at hand.
    Do {
        callee: Callee,
        args: u32,
        sections: u32,
        parens: Option<(At, At)>,
        word: At,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Head,
    /// Behind `when`, whose token it is, where parentheses hold all parameters.
    Guard(At),
    Body(NodeId),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Stab {
    owner: Owner,
    open: At,
    /// Where its items begin.
    items: u32,
    /// Where the parameters of the head at hand begin.
    head: u32,
    pub(super) keywords: Keywords,
    state: State,
    /// Parentheses around all parameters.
    parens: Option<(At, At)>,
    arrow: At,
    context: Context,
}

impl Parser<'_, '_, '_> {
    fn stab(&self, owner: Owner, open: At, context: Context) -> Stab {
        Stab {
            owner,
            open,
            items: self.items.len() as u32,
            head: self.values.len() as u32,
            keywords: Keywords::NO,
            state: State::Head,
            parens: None,
            arrow: NONE,
            context,
        }
    }

    /// At `fn`.
    pub(super) fn begin_fn(&mut self) -> Step {
        let open = self.advance();
        self.separator();
        let stab = self.stab(Owner::Fn, open, self.context);
        self.begin_item(stab)
    }

    /// At the `do` of a call whose arguments lie on `values`.
    pub(super) fn begin_do(&mut self, callee: Callee, args: u32, parens: Option<(At, At)>) -> Step {
        let word = self.advance();
        self.separator();
        let sections = self.values.len() as u32;
        let stab = self.stab(Owner::Do { callee, args, sections, parens, word }, word, self.context);
        if self.section_ends() {
            return self.end_section(stab);
        }
        self.begin_item(stab)
    }

    fn section_ends(&self) -> bool {
        matches!(self.kind(), Kind::End | Kind::BlockIdentifier)
    }

    /// At `(` where an operand is due.
    pub(super) fn open_paren(&mut self, role: ParenRole) -> Step {
        let open = self.advance();
        self.skip_eol();
        if self.kind() == Kind::CloseParen {
            let close = self.advance();
            return self.empty_parens(open, close, role);
        }
        let mut stab = self.stab(Owner::Paren(role), open, self.context);
        if self.kind() == Kind::Semicolon {
            self.advance();
            stab.owner = Owner::Paren(ParenRole::Plain);
            if self.closes(Kind::CloseParen) {
                return self.end_stab(stab);
            }
        }
        self.begin_item(stab)
    }

    fn empty_parens(&mut self, open: At, close: At, role: ParenRole) -> Step {
        if role == ParenRole::Clause
            && matches!(self.kind(), Kind::StabOp | Kind::WhenOp)
            && let Some(Frame::Stab(mut stab)) = self.frames.pop()
        {
            self.nesting -= 1;
            stab.parens = Some((open, close));
            return self.after_parens(stab);
        }
        self.warn_empty_parens(open);
        let meta = self.parens_meta(open, close, Meta::EMPTY);
        let node = self.tree.call(known::DUNDER_BLOCK, meta, &[]);
        Ok(Next::After(Operand::closed(node)))
    }

    pub(super) fn begin_item(&mut self, mut stab: Stab) -> Step {
        stab.state = State::Head;
        stab.head = self.values.len() as u32;
        stab.keywords = Keywords::NO;
        stab.parens = None;
        if self.kind() == Kind::StabOp {
            return self.arrow(stab);
        }
        self.nest(Frame::Stab(stab))?;
        self.context = Context::OPEN;
        if self.kind().is_keyword_key() {
            self.context = Context::ARGUMENTS;
            return self.key();
        }
        self.paren_role = ParenRole::Clause;
        Ok(Next::Operand)
    }

    pub(super) fn stab_element(&mut self, mut stab: Stab, operand: Operand) -> Step {
        match stab.state {
            State::Head => self.head_element(stab, operand),
            State::Guard(when) => {
                if self.kind() != Kind::StabOp {
                    return Err(self.unexpected());
                }
                let mut parts = self.values.split_off(stab.head as usize);
                parts = self.unwrap_splice(parts);
                parts.push(operand.node);
                let meta = self.meta_of(when);
                let guarded = self.tree.call(known::WHEN, meta, &parts);
                self.values.push(guarded);
                self.arrow(stab)
            }
            State::Body(head) => {
                let meta = self.clause_meta(&stab);
                self.items.push(Item::Clause { meta, head, body: operand.node });
                stab.state = State::Head;
                self.after_item(stab)
            }
        }
    }

    fn head_element(&mut self, mut stab: Stab, operand: Operand) -> Step {
        if stab.keywords.follow_up != NONE {
            return Err(self.expression_after_keywords_in_call(stab.keywords.follow_up));
        }
        let first = self.values.len() as u32 == stab.head;
        if let Some(key) = stab.keywords.key.take() {
            if operand.class == Class::NoParens {
                self.warn_nested_keyword_call(key, operand.node);
            }
            let pair = self.tree.pair(key, operand.node);
            self.values.push(pair);
        } else {
            if operand.class == Class::NoParens && !first {
                return Err(self.ambiguous_nested_call(operand.node));
            }
            let heads = operand.class != Class::Unmatched && self.kind() == Kind::StabOp
                || operand.class == Class::Matched && self.kind() == Kind::Comma;
            if first && !heads {
                self.items.push(Item::Expression(operand.node));
                return self.after_item(stab);
            }
            self.values.push(operand.node);
        }
        match self.kind() {
            Kind::Comma => {
                let comma = self.advance();
                let key_follows = self.kind().is_keyword_key();
                let follow_up = stab.keywords.begun() && !key_follows;
                if follow_up {
                    stab.keywords.follow_up = comma;
                }
                self.nest(Frame::Stab(stab))?;
                self.context = Context { single: follow_up, ..Context::ARGUMENTS };
                if key_follows { self.key() } else { Ok(Next::Operand) }
            }
            Kind::StabOp => {
                self.gather_keywords(stab.keywords);
                let parts = self.values.split_off(stab.head as usize);
                let parts = self.unwrap_splice(parts);
                let parts = self.unwrap_when(parts);
                self.values.extend(parts);
                self.arrow(stab)
            }
            _ => self.parameters_in_parens(stab),
        }
    }

    /// Behind `(a, b`, which must be the parameters of an outer clause: nothing else may be written like that.
    fn parameters_in_parens(&mut self, stab: Stab) -> Step {
        let only = self.items.len() as u32 == stab.items;
        let role = match stab.owner {
            Owner::Paren(role) if only && self.closes(Kind::CloseParen) => role,
            Owner::Fn | Owner::Do { .. } | Owner::Paren(_) => ParenRole::Plain,
        };
        match role {
            ParenRole::Plain => Err(self.unexpected()),
            ParenRole::Argument => Err(self.unexpected_parens(stab.open)),
            ParenRole::Clause => {
                let Some(close) = self.close(Kind::CloseParen) else { return Err(self.unexpected()) };
                self.gather_keywords(stab.keywords);
                let Some(Frame::Stab(mut outer)) = self.frames.pop() else { return Err(self.unexpected()) };
                self.nesting -= 1;
                outer.parens = Some((stab.open, close));
                self.after_parens(outer)
            }
        }
    }

    /// Behind parentheses that hold all parameters.
    fn after_parens(&mut self, mut stab: Stab) -> Step {
        match self.kind() {
            Kind::StabOp => {
                let parts = self.values.split_off(stab.head as usize);
                let parts = self.unwrap_splice(parts);
                self.values.extend(parts);
                self.arrow(stab)
            }
            Kind::WhenOp => {
                let when = self.advance();
                stab.state = State::Guard(when);
                self.nest(Frame::Stab(stab))?;
                self.context = Context::OPEN;
                Ok(Next::Operand)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// At `->`, with the parameters on `values`.
    fn arrow(&mut self, mut stab: Stab) -> Step {
        let parameters = self.values.split_off(stab.head as usize);
        let head = self.tree.list(&parameters);
        stab.arrow = self.advance();
        self.skip_eol();
        let ends = match self.kind() {
            Kind::Eol | Kind::Semicolon => true,
            Kind::CloseParen => matches!(stab.owner, Owner::Paren(_)),
            Kind::End => !matches!(stab.owner, Owner::Paren(_)),
            Kind::BlockIdentifier => matches!(stab.owner, Owner::Do { .. }),
            _ => false,
        };
        if ends {
            self.warn_empty_clause(stab.arrow);
            let nil = self.tree.atom(known::NIL);
            let body = self.literal(nil, stab.arrow, &[])?;
            let meta = self.clause_meta(&stab);
            self.items.push(Item::Clause { meta, head, body });
            return self.after_item(stab);
        }
        stab.state = State::Body(head);
        self.nest(Frame::Stab(stab))?;
        self.context = Context::OPEN;
        Ok(Next::Operand)
    }

    fn clause_meta(&mut self, stab: &Stab) -> Meta {
        let meta = self.operator_meta(stab.arrow);
        match stab.parens {
            Some((open, close)) => self.parens_meta(open, close, meta),
            None => meta,
        }
    }

    /// Behind an expression or a clause's first expression.
    fn after_item(&mut self, stab: Stab) -> Step {
        let separator = self.separator();
        if let Some(separator) = separator {
            self.annotate_item(separator);
        }
        match (stab.owner, self.kind()) {
            (Owner::Paren(_), Kind::CloseParen) => self.end_stab(stab),
            (Owner::Fn, Kind::End) => self.end_stab(stab),
            (Owner::Do { .. }, Kind::End | Kind::BlockIdentifier) => self.end_section(stab),
            _ if separator.is_some() => Ok(Next::Item(stab)),
            _ => Err(self.unexpected()),
        }
    }

    fn annotate_item(&mut self, separator: At) {
        let Some(item) = self.items.pop() else { return };
        let item = match item {
            Item::Expression(node) => Item::Expression(self.annotate(node, separator)),
            Item::Clause { meta, head, body } => Item::Clause { meta, head, body: self.annotate(body, separator) },
        };
        self.items.push(item);
    }

    /// At the `)` or `end` of what is no `do` block.
    fn end_stab(&mut self, stab: Stab) -> Step {
        self.context = stab.context;
        let items = self.items.split_off(stab.items as usize);
        let clauses = self.check_clauses(&items)?;
        let Owner::Paren(_) = stab.owner else {
            let end = self.advance();
            if !clauses {
                return Err(self.no_clause_in_fn(stab.open));
            }
            let clauses = self.clauses(&items);
            let meta = self.fn_meta(stab.open, end);
            let node = self.tree.call(known::FN, meta, &clauses);
            return Ok(Next::After(Operand::closed(node)));
        };
        let Some(close) = self.close(Kind::CloseParen) else { return Err(self.unexpected()) };
        let node = if clauses {
            let clauses = self.clauses(&items);
            let list = self.tree.list(&clauses);
            self.delimited(list, stab.open, close)?
        } else {
            let nodes = expressions(&items);
            self.paren_block(&nodes, stab.open, close)
        };
        Ok(Next::After(Operand::closed(node)))
    }

    fn paren_block(&mut self, nodes: &[NodeId], open: At, close: At) -> NodeId {
        if let &[node] = nodes
            && let Node::Call { name, args, .. } = self.tree.node(node)
            && (name == known::NOT || name == known::OP_BANG)
            && args.len() == 1
        {
            return self.tree.call(known::DUNDER_BLOCK, Meta::EMPTY, nodes);
        }
        self.block(nodes, Some((open, close)))
    }

    /// Whether the items are clauses; an arrow behind a plain expression is an error.
    fn check_clauses(&self, items: &[Item]) -> Result<bool, Failed> {
        match items.first() {
            Some(Item::Clause { .. }) => Ok(true),
            Some(Item::Expression(_)) | None => {
                let arrow = items.iter().find_map(|item| match item {
                    Item::Clause { meta, .. } => Some(*meta),
                    Item::Expression(_) => None,
                });
                arrow.map_or(Ok(false), |meta| Err(self.unexpected_arrow(meta)))
            }
        }
    }

    /// Clauses, each with the expressions that follow it as its body.
    fn clauses(&mut self, items: &[Item]) -> Vec<NodeId> {
        let mut clauses = Vec::new();
        let mut rest = items;
        while let Some((Item::Clause { meta, head, body }, behind)) = rest.split_first() {
            let len = behind.iter().take_while(|item| matches!(item, Item::Expression(_))).count();
            let mut nodes = vec![*body];
            nodes.extend(expressions(&behind[..len]));
            let body = self.block(&nodes, None);
            clauses.push(self.tree.call(known::OP_ARROW, *meta, &[*head, body]));
            rest = &behind[len..];
        }
        clauses
    }

    /// At the `end` of a `do` block, or at the word that begins its next section.
    pub(super) fn end_section(&mut self, mut stab: Stab) -> Step {
        let Owner::Do { callee, args, sections, parens, word } = stab.owner else { return Err(self.unexpected()) };
        let items = self.items.split_off(stab.items as usize);
        let body = if items.is_empty() {
            self.tree.call(known::DUNDER_BLOCK, Meta::EMPTY, &[])
        } else if self.check_clauses(&items)? {
            let clauses = self.clauses(&items);
            self.tree.list(&clauses)
        } else {
            self.block(&expressions(&items), None)
        };
        let name = match self.token(word).kind {
            Kind::Do => known::DO,
            _ => self.token(word).atom(),
        };
        let key = self.tree.atom(name);
        let key = self.literal(key, word, &[])?;
        let pair = self.tree.pair(key, body);
        self.values.push(pair);
        let next = self.advance();
        if self.token(next).kind == Kind::BlockIdentifier {
            self.separator();
            stab.owner = Owner::Do { callee, args, sections, parens, word: next };
            return if self.section_ends() { Ok(Next::Section(stab)) } else { self.begin_item(stab) };
        }
        self.context = stab.context;
        let pairs = self.values.split_off(sections as usize);
        let list = self.tree.list(&pairs);
        self.values.push(list);
        let args = self.values.split_off(args as usize);
        let node = self.call_node(callee, &args, parens, Some((stab.open, next)));
        Ok(Next::After(Operand::compound(node, Class::Unmatched)))
    }

    /// `(unquote_splicing(x))` is wrapped in a block, but not where it stands for parameters.
    fn unwrap_splice(&self, parts: Vec<NodeId>) -> Vec<NodeId> {
        if let &[only] = &parts[..]
            && let Node::Call { name: known::DUNDER_BLOCK, args, .. } = self.tree.node(only)
            && let &[inner] = self.tree.seq(args)
            && let Node::Call { name: known::UNQUOTE_SPLICING, .. } = self.tree.node(inner)
        {
            return vec![inner];
        }
        parts
    }

    /// `a, b when c` reads as `(a, b) when c`.
    fn unwrap_when(&mut self, mut parts: Vec<NodeId>) -> Vec<NodeId> {
        if let Some(&last) = parts.last()
            && let Node::Call { name: known::WHEN, meta, args } = self.tree.node(last)
            && let &[left, right] = self.tree.seq(args)
        {
            parts.pop();
            parts.extend([left, right]);
            return vec![self.tree.call(known::WHEN, meta, &parts)];
        }
        parts
    }
}

fn expressions(items: &[Item]) -> Vec<NodeId> {
    items
        .iter()
        .filter_map(|item| match item {
            Item::Expression(node) => Some(*node),
            Item::Clause { .. } => None,
        })
        .collect()
}
