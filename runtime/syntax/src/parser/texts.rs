//! Strings, charlists, quoted atoms and sigils, with the code inside them.

use jovial_atoms::known;

use crate::names::EXTRA;
use crate::quoted::{Meta, MetaValue, NodeId};
use crate::token::{Kind, Part};

use super::{At, Next, Operand, Parser, Step};

/// A text that waits for the code of an interpolation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suspended {
    token: At,
    /// It is a key, not an operand.
    key: bool,
    /// The part at hand, in `texts.parts`.
    part: u32,
    /// Where the nodes of its parts begin on `values`.
    pub(super) start: u32,
    /// The first token of the code.
    pub(super) code: At,
    context: super::Context,
}

impl Parser<'_, '_, '_> {
    /// A text whose token was just taken.
    pub(super) fn begin_text(&mut self, token: At, key: bool) -> Step {
        let text = &self.texts.strings[self.token(token).string()];
        let (part, start) = (text.parts.start, self.values.len() as u32);
        self.text_parts(Suspended { token, key, part, start, code: 0, context: self.context })
    }

    /// Makes nodes of the parts up to the next code.
    pub(super) fn text_parts(&mut self, mut text: Suspended) -> Step {
        let end = self.texts.strings[self.token(text.token).string()].parts.end;
        while text.part < end {
            match &self.texts.parts[text.part as usize] {
                Part::Text(range) => {
                    let range = range.start as usize..range.end as usize;
                    let node = self.tree.binary(&self.texts.text[range]);
                    self.values.push(node);
                    text.part += 1;
                }
                Part::Code { tokens, .. } => {
                    text.code = self.pool + tokens.start;
                    return self.begin_program(Some(text));
                }
            }
        }
        self.end_text(text)
    }

    /// The code of the part at hand has been read.
    pub(super) fn code_done(&mut self, mut text: Suspended, code: NodeId) -> Step {
        self.context = text.context;
        let Part::Code { begin, end, .. } = self.texts.parts[text.part as usize] else { return Err(self.unexpected()) };
        let meta = self.meta_at(begin.0, begin.1);
        self.scratch.clear();
        self.scratch.push((known::FROM_INTERPOLATION, MetaValue::Atom(known::TRUE)));
        if self.token_metadata {
            let closing = self.position(end.0, end.1);
            self.scratch.push((known::CLOSING, closing));
        }
        self.push_line_column(begin.0, begin.1);
        let call_meta = self.take_meta();
        let module = self.tree.atom(known::MOD_KERNEL);
        let to_string = self.tree.atom(EXTRA.to_string);
        let dot = self.tree.call(known::OP_DOT, meta, &[module, to_string]);
        let mut node = self.tree.apply(dot, call_meta, &[code]);
        if !matches!(self.token(text.token).kind, Kind::ListString | Kind::ListHeredoc) {
            let binary = self.tree.var(known::BINARY, meta, known::NIL);
            node = self.tree.call(known::OP_DOUBLE_COLON, meta, &[node, binary]);
        }
        self.values.push(node);
        text.part += 1;
        Ok(Next::Text(text))
    }

    fn end_text(&mut self, text: Suspended) -> Step {
        let parts = self.values.split_off(text.start as usize);
        let token = text.token;
        let kind = self.token(token).kind;
        let node = match kind {
            Kind::Sigil => self.sigil(token, &parts),
            Kind::BinString | Kind::BinHeredoc => self.bin_string(token, &parts)?,
            Kind::ListString | Kind::ListHeredoc => self.list_string(token, &parts)?,
            _ => self.dynamic_atom(token, &parts),
        };
        if text.key { self.key_done(node) } else { Ok(Next::After(Operand::closed(node))) }
    }

    /// The text of a literal without interpolation.
    fn plain<'p>(&self, token: At, parts: &'p [NodeId]) -> Option<&'p NodeId> {
        let range = self.texts.strings[self.token(token).string()].parts.clone();
        let text = matches!(self.texts.parts[range.start as usize], Part::Text(_));
        match parts {
            [part] if text => Some(part),
            _ => None,
        }
    }

    /// `delimiter` and `indentation`, for a meta that is being made.
    fn push_delimiter(&mut self, token: At) {
        if !self.token_metadata {
            return;
        }
        let (text, indented) = match self.token(token).kind {
            Kind::BinString => ("\"", false),
            Kind::ListString => ("'", false),
            Kind::BinHeredoc => ("\"\"\"", true),
            _ => ("'''", true),
        };
        let delimiter = self.tree.binary(text.as_bytes());
        self.scratch.push((known::DELIMITER, MetaValue::Node(delimiter)));
        let indentation = self.texts.strings[self.token(token).string()].indentation;
        if let Some(indentation) = indentation.filter(|_| indented) {
            self.scratch.push((known::INDENTATION, MetaValue::Int(i64::from(indentation))));
        }
    }

    fn text_meta(&mut self, token: At) -> Meta {
        self.scratch.clear();
        self.push_delimiter(token);
        self.push_position(token);
        self.take_meta()
    }

    fn bin_string(&mut self, token: At, parts: &[NodeId]) -> Result<NodeId, super::Failed> {
        if let Some(&text) = self.plain(token, parts) {
            return self.text_literal(text, token);
        }
        let meta = self.text_meta(token);
        Ok(self.tree.call(known::OP_BITS, meta, parts))
    }

    fn text_literal(&mut self, node: NodeId, token: At) -> Result<NodeId, super::Failed> {
        if self.encode_literal.is_none() {
            return Ok(node);
        }
        let meta = self.text_meta(token);
        self.encode(node, meta, token)
    }

    fn list_string(&mut self, token: At, parts: &[NodeId]) -> Result<NodeId, super::Failed> {
        if let Some(&text) = self.plain(token, parts) {
            let list = self.charlist(text, token)?;
            return self.text_literal(list, token);
        }
        let dot_meta = self.meta_of(token);
        let meta = self.text_meta(token);
        let module = self.tree.atom(known::MOD_LIST);
        let to_charlist = self.tree.atom(EXTRA.to_charlist);
        let dot = self.tree.call(known::OP_DOT, dot_meta, &[module, to_charlist]);
        let list = self.tree.list(parts);
        Ok(self.tree.apply(dot, meta, &[list]))
    }

    fn charlist(&mut self, binary: NodeId, token: At) -> Result<NodeId, super::Failed> {
        let crate::quoted::Node::Binary(bytes) = self.tree.node(binary) else { return Ok(binary) };
        match std::str::from_utf8(self.tree.bytes(bytes)) {
            Ok(text) => {
                let text = text.to_owned();
                Ok(self.code_points(&text))
            }
            Err(error) => {
                let rest = self.tree.bytes(bytes)[error.valid_up_to()..].to_vec();
                Err(self.invalid_encoding(token, &rest))
            }
        }
    }

    fn code_points(&mut self, text: &str) -> NodeId {
        let codes: Vec<NodeId> = text.chars().map(|character| self.tree.int(i64::from(u32::from(character)))).collect();
        self.tree.list(&codes)
    }

    /// An atom that is made when the code runs.
    fn dynamic_atom(&mut self, token: At, parts: &[NodeId]) -> NodeId {
        let kind = self.token(token).kind;
        let quote = self.token(token).quote;
        let inner = self.meta_of(token);
        self.scratch.clear();
        if self.token_metadata {
            let delimiter = self.tree.binary(&[quote]);
            self.scratch.push((known::DELIMITER, MetaValue::Node(delimiter)));
            if kind == Kind::KwSafe || kind == Kind::KwUnsafe {
                self.scratch.push((known::FORMAT, MetaValue::Atom(known::KEYWORD)));
            }
        }
        self.push_position(token);
        let meta = self.take_meta();
        let safe = kind == Kind::AtomSafe || kind == Kind::KwSafe;
        let name = if safe { EXTRA.binary_to_existing_atom } else { EXTRA.binary_to_atom };
        let module = self.tree.atom(known::ERLANG);
        let name = self.tree.atom(name);
        let dot = self.tree.call(known::OP_DOT, inner, &[module, name]);
        let text = self.tree.call(known::OP_BITS, inner, parts);
        let utf8 = self.tree.atom(known::UTF8);
        self.tree.apply(dot, meta, &[text, utf8])
    }

    fn sigil(&mut self, token: At, parts: &[NodeId]) -> NodeId {
        let text = self.texts.strings[self.token(token).string()].clone();
        let Some(sigil) = text.sigil else { return self.tree.list(parts) };
        self.scratch.clear();
        if let Some(indentation) = text.indentation {
            self.scratch.push((known::INDENTATION, MetaValue::Int(i64::from(indentation))));
        }
        self.push_position(token);
        let inner = self.take_meta();
        let delimiter = self.tree.binary(sigil.delimiter.as_bytes());
        self.scratch.clear();
        self.scratch.push((known::DELIMITER, MetaValue::Node(delimiter)));
        self.push_position(token);
        let meta = self.take_meta();
        let content = self.tree.call(known::OP_BITS, inner, parts);
        let source = self.source;
        let modifiers = self.code_points(&source[sigil.modifiers.start as usize..sigil.modifiers.end as usize]);
        self.tree.call(sigil.name, meta, &[content, modifiers])
    }
}
