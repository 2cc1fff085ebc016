//! Nodes and their metas.
//!
//! A meta is collected in `scratch` and then taken; whoever begins one clears `scratch` first. Positions inside a meta
//! (`closing: [line: 1, column: 2]`) are nodes, made before their entry is pushed.

use jovial_atoms::{Atom, known};

use crate::names::EXTRA;
use crate::quoted::{Meta, MetaValue, Node, NodeId};
use crate::token::Kind;

use super::{At, Callee, Failed, Parser};

impl Parser<'_, '_, '_> {
    pub(super) fn take_meta(&mut self) -> Meta {
        self.tree.add_meta(&self.scratch)
    }

    pub(super) fn push_line_column(&mut self, line: u32, column: u32) {
        self.scratch.push((known::LINE, MetaValue::Int(i64::from(line))));
        if self.columns {
            self.scratch.push((known::COLUMN, MetaValue::Int(i64::from(column))));
        }
    }

    pub(super) fn push_position(&mut self, at: At) {
        let token = *self.token(at);
        self.push_line_column(token.line, token.column);
    }

    /// `[line: 1, column: 2]` as a value in a meta.
    pub(super) fn position(&mut self, line: u32, column: u32) -> MetaValue {
        let entries = self.position_entries(line, column);
        MetaValue::Node(self.tree.list(&entries))
    }

    fn position_entries(&mut self, line: u32, column: u32) -> Vec<NodeId> {
        let mut entries = vec![self.entry(known::LINE, line)];
        if self.columns {
            entries.push(self.entry(known::COLUMN, column));
        }
        entries
    }

    fn entry(&mut self, name: Atom, value: u32) -> NodeId {
        let name = self.tree.atom(name);
        let value = self.tree.int(i64::from(value));
        self.tree.pair(name, value)
    }

    pub(super) fn position_of(&mut self, at: At) -> MetaValue {
        let token = *self.token(at);
        self.position(token.line, token.column)
    }

    pub(super) fn meta_at(&mut self, line: u32, column: u32) -> Meta {
        let entries =
            [(known::LINE, MetaValue::Int(i64::from(line))), (known::COLUMN, MetaValue::Int(i64::from(column)))];
        self.tree.add_meta(&entries[..if self.columns { 2 } else { 1 }])
    }

    pub(super) fn meta_of(&mut self, at: At) -> Meta {
        let token = *self.token(at);
        self.meta_at(token.line, token.column)
    }

    /// Line breaks around a token: those behind it count, else those before it.
    fn newlines(&self, at: At) -> u32 {
        match self.tokens.get(at as usize + 1) {
            Some(next) if next.kind == Kind::Eol => next.newlines,
            _ => self.token(at).newlines,
        }
    }

    fn push_newlines(&mut self, count: u32) {
        if self.token_metadata && count > 0 {
            self.scratch.push((known::NEWLINES, MetaValue::Int(i64::from(count))));
        }
    }

    pub(super) fn operator_meta(&mut self, op: At) -> Meta {
        self.scratch.clear();
        self.push_newlines(self.newlines(op));
        self.push_position(op);
        self.take_meta()
    }

    /// `newlines` and `closing` of brackets.
    pub(super) fn push_closing(&mut self, open: At, close: At) {
        if self.token_metadata {
            let next = self.tokens.get(open as usize + 1).filter(|token| token.kind == Kind::Eol);
            self.push_newlines(next.map_or(0, |token| token.newlines));
            let closing = self.position_of(close);
            self.scratch.push((known::CLOSING, closing));
        }
    }

    pub(super) fn pair_meta(&mut self, open: At, close: At) -> Meta {
        self.scratch.clear();
        self.push_closing(open, close);
        self.push_position(open);
        self.take_meta()
    }

    /// The meta of `fn`, whose line breaks may hide in a semicolon.
    pub(super) fn fn_meta(&mut self, open: At, end: At) -> Meta {
        self.scratch.clear();
        let next = self.tokens.get(open as usize + 1);
        let next = next.filter(|token| matches!(token.kind, Kind::Eol | Kind::Semicolon));
        self.push_newlines(next.map_or(0, |token| token.newlines));
        if self.token_metadata {
            let closing = self.position_of(end);
            self.scratch.push((known::CLOSING, closing));
        }
        self.push_position(open);
        self.take_meta()
    }

    /// `parens: [line: 1, column: 1, closing: […]]` in front of a meta.
    pub(super) fn parens_meta(&mut self, open: At, close: At, meta: Meta) -> Meta {
        if !self.token_metadata {
            return meta;
        }
        let token = *self.token(open);
        let mut entries = self.position_entries(token.line, token.column);
        if let MetaValue::Node(closing) = self.position_of(close) {
            let name = self.tree.atom(known::CLOSING);
            entries.push(self.tree.pair(name, closing));
        }
        let parens = self.tree.list(&entries);
        self.prepend(known::PARENS, MetaValue::Node(parens), meta)
    }

    fn prepend(&mut self, name: Atom, value: MetaValue, meta: Meta) -> Meta {
        self.scratch.clear();
        self.scratch.push((name, value));
        self.scratch.extend_from_slice(self.tree.meta(meta));
        self.take_meta()
    }

    /// The node with another entry in front of its meta, if it has a meta.
    fn with_entry(&mut self, node: NodeId, name: Atom, value: MetaValue) -> NodeId {
        let changed = match self.tree.node(node) {
            Node::Var { name: var, meta, context } => {
                let meta = self.prepend(name, value, meta);
                Node::Var { name: var, meta, context }
            }
            Node::Call { name: call, meta, args } => {
                let meta = self.prepend(name, value, meta);
                Node::Call { name: call, meta, args }
            }
            Node::Apply { callee, meta, args } => {
                let meta = self.prepend(name, value, meta);
                Node::Apply { callee, meta, args }
            }
            _ => return node,
        };
        self.tree.add(changed)
    }

    /// Notes where an expression ended.
    pub(super) fn annotate(&mut self, node: NodeId, separator: At) -> NodeId {
        if !self.token_metadata || self.node_meta(node).is_none() {
            return node;
        }
        let token = *self.token(separator);
        let mut entries = vec![self.entry(known::NEWLINES, token.newlines)];
        entries.extend(self.position_entries(token.line, token.column));
        let value = self.tree.list(&entries);
        self.with_entry(node, known::END_OF_EXPRESSION, MetaValue::Node(value))
    }

    pub(super) fn with_assoc(&mut self, node: NodeId, op: At) -> NodeId {
        if !self.token_metadata {
            return node;
        }
        let value = self.position_of(op);
        self.with_entry(node, EXTRA.assoc, value)
    }

    /// Several expressions as one; `parens` are those around them.
    pub(super) fn block(&mut self, nodes: &[NodeId], parens: Option<(At, At)>) -> NodeId {
        let splices = matches!(nodes, &[node] if self.is_splice(node));
        if let (&[node], false) = (nodes, splices) {
            let Some((open, close)) = parens else { return node };
            if !self.token_metadata || self.node_meta(node).is_none() {
                return node;
            }
            let parens = self.parens_meta(open, close, Meta::EMPTY);
            if let &[(name, value)] = self.tree.meta(parens) {
                return self.with_entry(node, name, value);
            }
            return node;
        }
        let meta = match parens {
            None => Meta::EMPTY,
            Some((open, close)) => {
                self.scratch.clear();
                if self.token_metadata {
                    let closing = self.position_of(close);
                    self.scratch.push((known::CLOSING, closing));
                }
                self.push_position(open);
                self.take_meta()
            }
        };
        self.tree.call(known::DUNDER_BLOCK, meta, nodes)
    }

    fn is_splice(&self, node: NodeId) -> bool {
        matches!(self.tree.node(node), Node::Call { name: known::UNQUOTE_SPLICING, args, .. } if args.len() == 1)
    }

    /// A variable, or a call without arguments and parentheses.
    pub(super) fn bare_name(&mut self, callee: Callee) -> NodeId {
        match callee {
            Callee::Remote(dot, _) => {
                self.scratch.clear();
                self.scratch.push((known::NO_PARENS, MetaValue::Atom(known::TRUE)));
                self.push_callee(callee);
                let meta = self.take_meta();
                self.tree.apply(dot, meta, &[])
            }
            Callee::Local(at) | Callee::Fun(_, at) => {
                let meta = self.meta_of(at);
                let name = self.token(at).atom();
                self.tree.var(name, meta, known::NIL)
            }
            Callee::Nested(node) => node,
            Callee::Keywords => self.tree.list(&[]),
        }
    }

    fn push_callee(&mut self, callee: Callee) {
        match callee {
            Callee::Local(at) | Callee::Fun(_, at) => self.push_position(at),
            Callee::Remote(_, at) => {
                let quote = self.token(at).quote;
                if quote != 0 && self.token_metadata {
                    let delimiter = self.tree.binary(&[quote]);
                    self.scratch.push((known::DELIMITER, MetaValue::Node(delimiter)));
                }
                self.push_position(at);
            }
            Callee::Nested(node) => {
                if let Some(meta) = self.node_meta(node) {
                    self.scratch.extend_from_slice(self.tree.meta(meta));
                }
            }
            Callee::Keywords => {}
        }
    }

    /// A call; `block` are the tokens of its `do` and `end`, whose sections are the last argument.
    pub(super) fn call_node(
        &mut self,
        callee: Callee,
        args: &[NodeId],
        parens: Option<(At, At)>,
        block: Option<(At, At)>,
    ) -> NodeId {
        self.scratch.clear();
        if let Some((open, end)) = block
            && self.token_metadata
        {
            let open = self.position_of(open);
            let end = self.position_of(end);
            self.scratch.push((known::DO, open));
            self.scratch.push((known::END, end));
        }
        if let Some((open, close)) = parens {
            self.push_closing(open, close);
        }
        if let (Callee::Local(at), &[_]) = (callee, args)
            && self.token(at).kind == Kind::OpIdentifier
        {
            self.scratch.push((known::AMBIGUOUS_OP, MetaValue::Atom(known::NIL)));
        }
        self.push_callee(callee);
        let meta = self.take_meta();
        match callee {
            Callee::Local(at) => {
                let name = self.token(at).atom();
                self.tree.call(name, meta, args)
            }
            Callee::Remote(dot, _) | Callee::Fun(dot, _) | Callee::Nested(dot) => self.tree.apply(dot, meta, args),
            Callee::Keywords => self.tree.list(args),
        }
    }

    pub(super) fn alias(&mut self, at: At) -> NodeId {
        self.scratch.clear();
        self.push_last(at);
        self.push_position(at);
        let meta = self.take_meta();
        let name = self.token(at).atom();
        let name = self.tree.atom(name);
        self.tree.call(known::DUNDER_ALIASES, meta, &[name])
    }

    fn push_last(&mut self, at: At) {
        if self.token_metadata {
            let last = self.position_of(at);
            self.scratch.push((known::LAST, last));
        }
    }

    /// `left.Alias`, with all segments that follow, so that long chains cost linear time.
    pub(super) fn dot_alias(&mut self, dot: At, left: NodeId, at: At) -> Result<NodeId, Failed> {
        let mut segments = Vec::new();
        let mut last = at;
        loop {
            let name = self.token(last).atom();
            segments.push(self.tree.atom(name));
            if self.kind() != Kind::Dot || self.kind_after(1) != Kind::Alias {
                break;
            }
            self.advance();
            last = self.advance();
        }
        match self.tree.node(left) {
            Node::Call { name: known::DUNDER_ALIASES, meta, args } => {
                let meta = self.aliases_meta(meta, last);
                segments.splice(0..0, self.tree.seq(args).iter().copied());
                Ok(self.tree.call(known::DUNDER_ALIASES, meta, &segments))
            }
            Node::Atom(_) => Err(self.alias_after_atom(at)),
            _ => {
                self.scratch.clear();
                self.push_last(last);
                self.push_position(dot);
                let meta = self.take_meta();
                segments.insert(0, left);
                Ok(self.tree.call(known::DUNDER_ALIASES, meta, &segments))
            }
        }
    }

    /// `last` moves to the segment that is added.
    fn aliases_meta(&mut self, meta: Meta, at: At) -> Meta {
        if !self.token_metadata {
            return meta;
        }
        let last = self.position_of(at);
        self.scratch.clear();
        self.scratch.extend_from_slice(self.tree.meta(meta));
        match self.scratch.iter_mut().find(|(name, _)| *name == known::LAST) {
            Some(entry) => entry.1 = last,
            None => self.scratch.push((known::LAST, last)),
        }
        self.take_meta()
    }

    pub(super) fn tuple(&mut self, values: &[NodeId], open: At, close: At) -> Result<NodeId, Failed> {
        if let &[left, right] = values {
            let pair = self.tree.pair(left, right);
            return self.delimited(pair, open, close);
        }
        let meta = self.pair_meta(open, close);
        Ok(self.tree.call(known::OP_BRACES, meta, values))
    }

    /// A literal in brackets.
    pub(super) fn delimited(&mut self, node: NodeId, open: At, close: At) -> Result<NodeId, Failed> {
        if self.encode_literal.is_none() {
            return Ok(node);
        }
        let meta = self.pair_meta(open, close);
        self.encode(node, meta, open)
    }

    /// A literal of one token; `extra` goes in front of its position.
    pub(super) fn literal(&mut self, node: NodeId, at: At, extra: &[(Atom, MetaValue)]) -> Result<NodeId, Failed> {
        if self.encode_literal.is_none() {
            return Ok(node);
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(extra);
        self.push_position(at);
        let meta = self.take_meta();
        self.encode(node, meta, at)
    }

    pub(super) fn encode(&mut self, node: NodeId, meta: Meta, at: At) -> Result<NodeId, Failed> {
        let Some(encode) = &mut self.encode_literal else { return Ok(node) };
        encode(&mut self.tree, node, meta).map_err(|reason| self.refused_literal(at, &reason))
    }

    fn quote_entry(&mut self, at: At) -> Option<(Atom, MetaValue)> {
        let quote = self.token(at).quote;
        (quote != 0 && self.token_metadata).then(|| {
            let delimiter = self.tree.binary(&[quote]);
            (known::DELIMITER, MetaValue::Node(delimiter))
        })
    }

    pub(super) fn atom(&mut self, at: At) -> Result<NodeId, Failed> {
        let token = *self.token(at);
        let atom = token.atom();
        let node = self.tree.atom(atom);
        if self.encode_literal.is_none() {
            return Ok(node);
        }
        if token.kind == Kind::AtomQuoted {
            let extra: Vec<_> = self.quote_entry(at).into_iter().collect();
            return self.literal(node, at, &extra);
        }
        let format = [(known::FORMAT, MetaValue::Atom(known::ATOM))];
        let reserved = matches!(atom, known::TRUE | known::FALSE | known::NIL);
        self.literal(node, at, if reserved { &format } else { &[] })
    }

    pub(super) fn keyword_key(&mut self, at: At) -> Result<NodeId, Failed> {
        let atom = self.token(at).atom();
        let node = self.tree.atom(atom);
        if self.encode_literal.is_none() {
            return Ok(node);
        }
        let mut extra: Vec<_> = self.quote_entry(at).into_iter().collect();
        extra.push((known::FORMAT, MetaValue::Atom(known::KEYWORD)));
        self.literal(node, at, &extra)
    }
}
