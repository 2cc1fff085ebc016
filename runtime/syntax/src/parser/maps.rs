//! `%{…}` and `%Name{…}`.

use jovial_atoms::known;

use crate::quoted::NodeId;
use crate::token::Kind;

use super::{At, Class, Context, Frame, Keywords, NONE, Next, Operand, Parser, Step};

#[derive(Clone, Copy, Debug)]
pub(super) struct MapFrame {
    open: At,
    pub(super) start: u32,
    pub(super) keywords: Keywords,
    /// The left side of `=>`, when its right side is due.
    key: Option<NodeId>,
    /// No element has been read: a `|` may still come.
    first: bool,
    /// The element behind a `|` is being read.
    fresh: bool,
    /// What stands before `|`, and the token of `|`.
    update: Option<(Operand, At)>,
    /// The name of a struct with the token of its `%`.
    name: Option<(NodeId, At)>,
    context: Context,
}

impl MapFrame {
    /// A `|` here separates the map that is updated.
    pub(super) fn may_update(&self) -> bool {
        self.update.is_none() && self.key.is_none() && !self.keywords.begun() && self.first
    }

    /// An operator that binds less than `|` behind the first element makes the `|` an operator like any other.
    pub(super) fn take_update(&mut self) -> Option<(Operand, At)> {
        if !self.fresh {
            return None;
        }
        let update = self.update.take();
        self.first = update.is_some();
        update
    }
}

impl Parser<'_, '_, '_> {
    /// At `%`.
    pub(super) fn begin_struct(&mut self) -> Step {
        let percent = self.advance();
        self.nest(Frame::StructName { percent, context: self.context })?;
        self.context = Context::STRUCT;
        Ok(Next::Operand)
    }

    pub(super) fn struct_name(&mut self, percent: At, context: Context, operand: Operand) -> Step {
        self.context = context;
        if !operand.base {
            return Err(self.unexpected());
        }
        self.skip_eol();
        if self.kind() != Kind::OpenBrace {
            return Err(self.unexpected());
        }
        self.begin_map(percent, Some(operand.node))
    }

    /// At the `{` of a map, or of a struct with that name.
    pub(super) fn begin_map(&mut self, percent: At, name: Option<NodeId>) -> Step {
        self.skip_eol();
        let open = self.advance();
        self.skip_eol();
        let map = MapFrame {
            open,
            start: self.values.len() as u32,
            keywords: Keywords::NO,
            key: None,
            update: None,
            name: name.map(|name| (name, percent)),
            first: true,
            fresh: false,
            context: self.context,
        };
        if self.kind() == Kind::CloseBrace {
            return self.end_map(map);
        }
        self.next_in_map(map)
    }

    fn next_in_map(&mut self, map: MapFrame) -> Step {
        let follow_up = map.keywords.follow_up != NONE;
        self.nest(Frame::Map(map))?;
        self.context = Context { allow_do: !follow_up, single: follow_up, ..Context::OPEN };
        if self.kind().is_keyword_key() && map.key.is_none() {
            return self.key();
        }
        Ok(Next::Operand)
    }

    pub(super) fn map_element(&mut self, mut map: MapFrame, operand: Operand) -> Step {
        if map.keywords.follow_up != NONE && self.is_cursor(operand.node) {
            self.values.push(operand.node);
            return if self.closes(Kind::CloseBrace) { self.end_map(map) } else { Err(self.unclosed()) };
        }
        if map.keywords.follow_up != NONE {
            if operand.class != Class::Matched {
                return Err(self.unexpected());
            }
            return Err(self.expression_after_keywords(map.keywords.follow_up));
        }
        if let Some(key) = map.keywords.key.take() {
            if operand.class == Class::NoParens {
                return Err(self.ambiguous_in_container(operand.node));
            }
            let pair = self.tree.pair(key, operand.node);
            self.values.push(pair);
            return self.after_element(map);
        }
        // Behind a prefix operator the grammar takes any call.
        if operand.class == Class::NoParens && !operand.prefixed {
            return Err(self.unexpected());
        }
        if let Some(key) = map.key.take() {
            let pair = self.tree.pair(key, operand.node);
            self.values.push(pair);
            return self.after_element(map);
        }
        match self.kind() {
            Kind::AssocOp => {
                let op = self.advance();
                self.skip_eol();
                map.key = Some(self.with_assoc(operand.node, op));
                map.first = false;
                map.fresh = false;
                self.next_in_map(map)
            }
            Kind::PipeOp if map.may_update() => {
                let op = self.advance();
                self.skip_eol();
                map.update = Some((operand, op));
                map.first = false;
                map.fresh = true;
                self.next_in_map(map)
            }
            _ if operand.base => {
                self.values.push(operand.node);
                self.after_element(map)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn after_element(&mut self, mut map: MapFrame) -> Step {
        map.first = false;
        map.fresh = false;
        if self.kind() == Kind::Comma {
            let comma = self.advance();
            if self.kind() == Kind::CloseBrace {
                return self.end_map(map);
            }
            if map.keywords.begun() && !self.kind().is_keyword_key() {
                map.keywords.follow_up = comma;
            }
            return self.next_in_map(map);
        }
        if self.closes(Kind::CloseBrace) {
            return self.end_map(map);
        }
        Err(self.unclosed())
    }

    /// At the closing brace.
    fn end_map(&mut self, map: MapFrame) -> Step {
        self.context = map.context;
        let Some(close) = self.close(Kind::CloseBrace) else { return Err(self.unexpected()) };
        let mut elements = self.values.split_off(map.start as usize);
        if let Some((updated, pipe)) = map.update {
            let list = self.tree.list(&elements);
            let meta = self.operator_meta(pipe);
            elements = vec![self.tree.call(known::OP_PIPE, meta, &[updated.node, list])];
        }
        let meta = self.pair_meta(map.open, close);
        let mut node = self.tree.call(known::OP_PERCENT_BRACES, meta, &elements);
        if let Some((name, percent)) = map.name {
            let meta = self.meta_of(percent);
            node = self.tree.call(known::OP_PERCENT, meta, &[name, node]);
        }
        Ok(Next::After(Operand::closed(node)))
    }
}
