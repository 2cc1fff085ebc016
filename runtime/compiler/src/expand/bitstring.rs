//! `<<>>`: segments with their specifiers, put into one order: `type-endianness-sign-unit-size` reads right to left.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};

use super::Expander;
use super::state::{MatchMode, Prematch};
use crate::env::{Context, Vars};
use crate::errors::Result;

/// What kind of value a segment holds, as far as its code shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Integer,
    Float,
    Binary,
    Bitstring,
    Unknown,
}

impl Shape {
    fn name(self) -> &'static str {
        match self {
            Shape::Integer => "integer",
            Shape::Float => "float",
            Shape::Binary => "binary",
            Shape::Bitstring => "bitstring",
            Shape::Unknown => "default",
        }
    }
}

/// Whether a segment of all the rest may stand here.
#[derive(Clone, Copy)]
enum SizeRule {
    Optional,
    Required,
    /// The size of this pinned variable.
    Infer(NodeId),
}

#[derive(Clone, Copy, Default)]
struct Spec {
    size: Option<NodeId>,
    unit: Option<NodeId>,
    kind: Option<Atom>,
    endianness: Option<Atom>,
    sign: Option<Atom>,
}

/// Bits past the last full byte, where that is known.
type Alignment = Option<i64>;

/// What a specifier is about.
enum Part {
    Endianness(Atom),
    Size(NodeId),
    Unit(NodeId),
    Kind(Atom),
    Sign(Atom),
}

fn part(name: Atom, args: &[NodeId]) -> Option<Part> {
    Some(match (name, args) {
        (known::BIG | known::LITTLE | known::NATIVE, []) => Part::Endianness(name),
        (known::SIZE, &[size]) => Part::Size(size),
        (known::UNIT, &[unit]) => Part::Unit(unit),
        (
            known::INTEGER
            | known::FLOAT
            | known::BINARY
            | known::BITSTRING
            | known::UTF8
            | known::UTF16
            | known::UTF32,
            [],
        ) => Part::Kind(name),
        (known::BYTES, []) => Part::Kind(known::BINARY),
        (known::BITS, []) => Part::Kind(known::BITSTRING),
        (known::SIGNED | known::UNSIGNED, []) => Part::Sign(name),
        _ => return None,
    })
}

/// One specifier as written.
#[derive(Clone, Copy)]
enum Written {
    Name { name: Atom, node: NodeId },
    Size(NodeId),
    Unit(NodeId),
    Other(NodeId),
}

impl Expander<'_> {
    pub(crate) fn expand_bitstring(&mut self, meta: Meta, segments: &[NodeId], sized: bool) -> Result<NodeId> {
        let matching = self.env.context == Context::Match;
        let outer = self.s.vars();
        if !matching {
            self.s.prepare_write();
        }
        let (segments, alignment) = self.expand_segments(meta, segments, &outer.0, sized)?;
        if matching {
            if let Some(inner) = self.find_match(&segments) {
                let shown = self.text(inner);
                return Err(self.error(
                    meta,
                    format!("cannot pattern match inside a bitstring that is already in match, got: {shown}"),
                ));
            }
        } else {
            self.s.close_write(outer.1);
        }
        let alignment = match alignment {
            Some(bits) => MetaValue::Int(bits),
            None => MetaValue::Atom(known::UNKNOWN),
        };
        let meta = self.code.meta_prepend(meta, known::ALIGNMENT, alignment);
        Ok(self.code.tree.call(known::OP_BITS, meta, &segments))
    }

    fn find_match(&self, ids: &[NodeId]) -> Option<NodeId> {
        ids.iter().find_map(|&id| match self.code.node(id) {
            Node::Call { name: known::OP_EQ, args, .. } if args.len() == 2 => Some(id),
            Node::Call { args, .. } | Node::Apply { args, .. } => {
                let args = self.code.tree.seq(args).to_vec();
                self.find_match(&args)
            }
            _ => None,
        })
    }

    fn expand_segments(
        &mut self,
        whole: Meta,
        segments: &[NodeId],
        original: &Vars,
        sized: bool,
    ) -> Result<(Vec<NodeId>, Alignment)> {
        let mut expanded = Vec::with_capacity(segments.len());
        let mut alignment = Some(0);
        // Elixir goes on with the meta of the segment before for literals, which have none.
        let mut current = whole;
        for (at, &segment) in segments.iter().enumerate() {
            let sized = sized || (at + 1 < segments.len() && self.env.context == Context::Match);
            if let Some((meta, left, right)) = self.code.call2(segment, known::OP_DOUBLE_COLON) {
                let own_from = self.s.version;
                let left = self.expand_segment_value(left, meta, original)?;
                self.s.segment_from = own_from;
                let shape = self.shape(left);
                let rule = if !sized {
                    SizeRule::Optional
                } else if self.code.call1(left, known::OP_CARET).is_some() {
                    SizeRule::Infer(left)
                } else {
                    SizeRule::Required
                };
                let (right, bits) = self.expand_specifiers(shape, meta, right, original, rule)?;
                self.push_segment(&mut expanded, meta, left, right, sized)?;
                alignment = match (alignment, bits) {
                    (Some(a), Some(b)) => Some((a + b) % 8),
                    _ => None,
                };
            } else {
                let meta = match self.code.node(segment) {
                    Node::Var { meta, .. } | Node::Call { meta, .. } | Node::Apply { meta, .. } => meta,
                    _ => current,
                };
                let left = self.expand_segment_value(segment, meta, original)?;
                let name = match self.shape(left) {
                    Shape::Integer | Shape::Unknown => known::INTEGER,
                    Shape::Float => known::FLOAT,
                    Shape::Binary => known::BINARY,
                    Shape::Bitstring => known::BITSTRING,
                };
                let right = self.code.tree.var(name, meta, known::NIL);
                let inferred =
                    self.code.meta_prepend(meta, known::INFERRED_BITSTRING_SPEC, MetaValue::Atom(known::TRUE));
                self.push_segment(&mut expanded, inferred, left, right, sized)?;
                current = meta;
            }
        }
        Ok((expanded, alignment))
    }

    fn expand_segment_value(&mut self, value: NodeId, whole: Meta, original: &Vars) -> Result<NodeId> {
        // In patterns, an interpolation of a literal is the literal.
        if self.env.context != Context::Normal
            && let Some(remote) = self.code.remote_of(value)
            && remote.name == known::TO_STRING
            && remote.args.len() == 1
            && self
                .code
                .atom_of(remote.left)
                .is_some_and(|module| module == known::MOD_KERNEL || module == known::MOD_STRING_CHARS)
        {
            let inner = self.expand_part(remote.args[0], whole, original)?;
            if matches!(self.code.node(inner), Node::Binary(_)) {
                return Ok(inner);
            }
        }
        self.expand_part(value, whole, original)
    }

    fn expand_part(&mut self, value: NodeId, whole: Meta, original: &Vars) -> Result<NodeId> {
        if self.env.context != Context::Match {
            if matches!(self.code.node(value), Node::Int(_) | Node::Atom(_) | Node::Binary(_) | Node::BigInt(_)) {
                return Ok(value);
            }
            self.s.read = original.clone();
        }
        let expanded = self.expand(value)?;
        if self.env.context == Context::Match && self.holds_variables(expanded) {
            let meta = match self.code.node(value) {
                Node::Call { meta, .. } | Node::Apply { meta, .. } => meta,
                _ => whole,
            };
            let shown = self.text(value);
            let message =
                format!("a bitstring only accepts binaries, numbers, and variables inside a match, got: {shown}");
            return Err(self.error(meta, message));
        }
        Ok(expanded)
    }

    /// A list, tuple or map that would bind variables, were it ever in a bitstring.
    fn holds_variables(&self, id: NodeId) -> bool {
        match self.code.node(id) {
            Node::List(_) | Node::Pair(..) => !self.is_literal(id),
            Node::Call { name: known::OP_BRACES | known::OP_PERCENT_BRACES | known::OP_PERCENT, .. } => true,
            _ => false,
        }
    }

    fn shape(&self, id: NodeId) -> Shape {
        match self.code.node(id) {
            Node::Int(_) | Node::BigInt(_) => Shape::Integer,
            Node::Float(_) => Shape::Float,
            Node::Binary(_) => Shape::Binary,
            Node::Call { name: known::OP_BITS, .. } => Shape::Bitstring,
            _ => Shape::Unknown,
        }
    }

    /// Adds a segment; a bitstring inside a bitstring gives its own segments.
    fn push_segment(
        &mut self,
        expanded: &mut Vec<NodeId>,
        meta: Meta,
        left: NodeId,
        right: NodeId,
        sized: bool,
    ) -> Result<()> {
        if let Some((inner_meta, parts)) = self.code.call_of(left, known::OP_BITS) {
            let Some(&last) = parts.last() else { return Ok(()) };
            if self.env.context == Context::Match
                && sized
                && let Some((spec_meta, value, spec)) = self.code.call2(last, known::OP_DOUBLE_COLON)
            {
                let rest = match self.code.var_of(spec) {
                    Some((known::BINARY, _, _)) => !matches!(self.code.node(value), Node::Binary(_)),
                    Some((known::BITSTRING, _, _)) => true,
                    _ => false,
                };
                if rest {
                    self.unsized_binary(spec_meta)?;
                }
            }
            match self.code.var_of(right) {
                Some((known::BINARY, _, known::NIL)) => {
                    match self.code.tree.meta_int(inner_meta, known::ALIGNMENT) {
                        Some(bits) => {
                            if bits != 0 {
                                let shown = self.text(left);
                                self.function_error(
                                    meta,
                                    format!(
                                        "expected {shown} to be a binary but its number of bits is not divisible by 8"
                                    ),
                                )?;
                            }
                            expanded.extend(parts);
                        }
                        None => expanded.push(self.code.tree.call(known::OP_DOUBLE_COLON, meta, &[left, right])),
                    }
                    return Ok(());
                }
                Some((known::BITSTRING, _, known::NIL)) => {
                    expanded.extend(parts);
                    return Ok(());
                }
                _ => {}
            }
        }
        expanded.push(self.code.tree.call(known::OP_DOUBLE_COLON, meta, &[left, right]));
        Ok(())
    }

    fn unsized_binary(&mut self, meta: Meta) -> Result<()> {
        self.function_error(
            meta,
            "a binary field without size is only allowed at the end of a binary pattern, at the right side of binary concatenation and never allowed in binary generators. The following examples are invalid:\n\n    rest <> \"foo\"\n    <<rest::binary, \"foo\">>\n\nThey are invalid because there is a bits/bitstring component not at the end. However, the \"reverse\" would work:\n\n    \"foo\" <> rest\n    <<\"foo\", rest::binary>>\n\n",
        )
    }

    // Specifiers.

    fn expand_specifiers(
        &mut self,
        shape: Shape,
        meta: Meta,
        written: NodeId,
        original: &Vars,
        rule: SizeRule,
    ) -> Result<(NodeId, Alignment)> {
        let mut spec = Spec::default();
        let mut list = Vec::new();
        self.unpack_specifiers(written, &mut list);
        self.collect_specifiers(meta, list, &mut spec, original)?;
        let kind = self.merged_kind(meta, shape, spec.kind)?;
        let rest = kind == known::BINARY || kind == known::BITSTRING;
        if matches!(rule, SizeRule::Required) && shape == Shape::Unknown && rest && spec.size.is_none() {
            self.unsized_binary(meta)?;
        }
        let mut parts = Vec::new();
        match shape {
            Shape::Bitstring if spec.size.is_some() || spec.unit.is_some() => {
                self.function_error(meta, "literal <<>> in bitstring supports only type specifiers, which must be one of: binary or bitstring")?;
            }
            Shape::Binary if spec.size.is_some() || spec.unit.is_some() => {
                self.function_error(
                    meta,
                    "literal string in bitstring supports only endianness and type specifiers, which must be one of: little, big, native, utf8, utf16, utf32, bits, bytes, binary or bitstring",
                )?;
            }
            _ => {
                if let Some(unit) = spec.unit {
                    parts.push(self.code.tree.call(known::UNIT, Meta::EMPTY, &[unit]));
                }
                if let Some(size) = spec.size {
                    parts.push(self.code.tree.call(known::SIZE, Meta::EMPTY, &[size]));
                }
            }
        }
        let alignment = self.alignment(kind, &spec);
        if let SizeRule::Infer(pinned) = rule
            && parts.is_empty()
            && rest
        {
            let name = Atom::new(if kind == known::BINARY { "byte_size" } else { "bit_size" });
            let size = self.code.remote(known::ERLANG, name, meta, &[pinned]);
            parts.push(self.code.tree.call(known::SIZE, meta, &[size]));
        }
        let mut names = vec![kind];
        match kind {
            known::UTF8 | known::UTF16 | known::UTF32 => {
                if spec.size.is_some() || spec.unit.is_some() {
                    self.function_error(meta, "size and unit are not supported on utf types")?;
                } else if spec.sign.is_some() {
                    self.function_error(
                        meta,
                        "signed and unsigned specifiers are supported only on integer and float types",
                    )?;
                }
                names.extend(spec.endianness);
            }
            known::BINARY | known::BITSTRING => {
                let unit = spec.unit.and_then(|unit| self.code.int_of(unit));
                if kind == known::BITSTRING && spec.unit.is_some() && unit != Some(1) {
                    let shown = spec.unit.map(|unit| self.text(unit)).unwrap_or_default();
                    self.function_error(
                        meta,
                        format!("conflicting unit specification for bit field: \"{shown}\" and \"1\""),
                    )?;
                } else if spec.sign.is_some() {
                    self.function_error(
                        meta,
                        "signed and unsigned specifiers are supported only on integer and float types",
                    )?;
                }
            }
            _ => {
                let size = spec.size.and_then(|size| self.code.int_of(size));
                let unit = spec.unit.and_then(|unit| self.code.int_of(unit));
                let bits = size.map(|size| size.saturating_mul(unit.unwrap_or(1)));
                if kind == known::FLOAT
                    && let Some(bits) = bits
                {
                    if ![16, 32, 64].contains(&bits) {
                        self.function_error(
                            meta,
                            format!("float requires size*unit to be 16, 32, or 64 (default), got: {bits}"),
                        )?;
                    }
                } else if spec.size.is_none() && spec.unit.is_some() {
                    self.function_error(
                        meta,
                        "integer and float types require a size specifier if the unit specifier is given",
                    )?;
                }
                names.extend(spec.endianness);
                names.extend(spec.sign);
            }
        }
        let mut ordered: Vec<NodeId> =
            names.into_iter().map(|name| self.code.tree.var(name, Meta::EMPTY, known::NIL)).collect();
        ordered.extend(parts);
        let mut joined = ordered[0];
        for &next in &ordered[1..] {
            joined = self.code.tree.call(known::OP_MINUS, meta, &[joined, next]);
        }
        Ok((joined, alignment))
    }

    fn alignment(&self, kind: Atom, spec: &Spec) -> Alignment {
        let size = spec.size.map(|size| self.code.int_of(size));
        let unit = spec.unit.map(|unit| self.code.int_of(unit));
        match (size, unit) {
            (Some(Some(size)), Some(Some(unit))) => Some(size.wrapping_mul(unit).rem_euclid(8)),
            _ => match kind {
                known::INTEGER => match (size, unit) {
                    (None, None) => Some(0),
                    (None, Some(Some(unit))) => Some(unit.wrapping_mul(8).rem_euclid(8)),
                    (Some(Some(size)), None) => Some(size.rem_euclid(8)),
                    _ => None,
                },
                known::BITSTRING => match (size, unit) {
                    (Some(Some(size)), None) => Some(size.rem_euclid(8)),
                    _ => None,
                },
                _ => Some(0),
            },
        }
    }

    fn merged_kind(&mut self, meta: Meta, shape: Shape, written: Option<Atom>) -> Result<Atom> {
        let Some(kind) = written else {
            return Ok(match shape {
                Shape::Integer | Shape::Unknown => known::INTEGER,
                Shape::Float => known::FLOAT,
                Shape::Binary => known::BINARY,
                Shape::Bitstring => known::BITSTRING,
            });
        };
        let utf = [known::UTF8, known::UTF16, known::UTF32].contains(&kind);
        let fits = match shape {
            Shape::Unknown => true,
            Shape::Binary => utf || kind == known::BINARY || kind == known::BITSTRING,
            Shape::Bitstring => kind == known::BINARY || kind == known::BITSTRING,
            Shape::Integer => utf || kind == known::INTEGER || kind == known::FLOAT,
            Shape::Float => kind == known::FLOAT,
        };
        if !fits {
            self.function_error(
                meta,
                format!("conflicting type specification for bit field: \"{kind}\" and \"{}\"", shape.name()),
            )?;
        }
        Ok(kind)
    }

    fn unpack_specifiers(&mut self, id: NodeId, list: &mut Vec<Written>) {
        if let Some((_, left, right)) = self.code.call2(id, known::OP_MINUS) {
            self.unpack_specifiers(left, list);
            self.unpack_specifiers(right, list);
            return;
        }
        if let Some((_, left, right)) = self.code.call2(id, known::OP_STAR) {
            if !self.code.var_of(left).is_some_and(|var| var.0 == known::OP_UNDERSCORE) {
                list.push(Written::Size(left));
            }
            list.push(Written::Unit(right));
            return;
        }
        list.push(match self.code.node(id) {
            Node::Int(_) => Written::Size(id),
            Node::Var { name, .. } | Node::Call { name, .. } => Written::Name { name, node: id },
            _ => Written::Other(id),
        });
    }

    fn collect_specifiers(&mut self, meta: Meta, list: Vec<Written>, spec: &mut Spec, original: &Vars) -> Result<()> {
        for written in list {
            let found = match written {
                Written::Size(size) => Part::Size(size),
                Written::Unit(unit) => Part::Unit(unit),
                Written::Other(id) => {
                    self.unknown_specifier(meta, id)?;
                    continue;
                }
                Written::Name { name, node } => {
                    let args = match self.code.node(node) {
                        Node::Call { args, .. } => Some(self.code.tree.seq(args).to_vec()),
                        _ => None,
                    };
                    if let Some(found) = part(name, args.as_deref().unwrap_or_default()) {
                        if args.is_some_and(|args| args.is_empty()) {
                            self.warn(
                                meta,
                                format!(
                                    "extra parentheses on a bitstring specifier \"{name}()\" have been deprecated. Please remove the parentheses: \"{name}\".\nYou may run \"mix format --migrate\" to fix this warning automatically."
                                ),
                            );
                        }
                        found
                    } else {
                        self.custom_specifier(meta, name, node, args.is_none(), spec, original)?;
                        continue;
                    }
                }
            };
            self.set_part(meta, found, spec, original)?;
        }
        Ok(())
    }

    /// A macro that gives specifiers.
    fn custom_specifier(
        &mut self,
        meta: Meta,
        name: Atom,
        node: NodeId,
        bare: bool,
        spec: &mut Spec,
        original: &Vars,
    ) -> Result<()> {
        let call = if bare {
            self.warn(
                meta,
                format!(
                    "bitstring specifier \"{name}\" does not exist and is being expanded to \"{name}()\", please use parentheses to remove the ambiguity.\nYou may run \"mix format --migrate\" to fix this warning automatically."
                ),
            );
            let Node::Var { meta, .. } = self.code.node(node) else { return Ok(()) };
            self.code.tree.call(name, meta, &[])
        } else {
            node
        };
        let line = self.code.line(meta);
        match self.expand_fully(call, line)? {
            Some(expanded) => {
                let mut list = Vec::new();
                self.unpack_specifiers(expanded, &mut list);
                self.collect_specifiers(meta, list, spec, original)
            }
            None => self.unknown_specifier(meta, node),
        }
    }

    fn unknown_specifier(&mut self, meta: Meta, id: NodeId) -> Result<()> {
        let shown = self.text(id);
        self.function_error(meta, format!("unknown bitstring specifier: {shown}"))
    }

    fn set_part(&mut self, meta: Meta, part: Part, spec: &mut Spec, original: &Vars) -> Result<()> {
        match part {
            Part::Size(size) => {
                let size = self.expand_size(size, original)?;
                if let Some(old) = spec.size
                    && !self.code.equal(old, size)
                {
                    self.conflict(meta, size, old, "size")?;
                }
                spec.size = Some(size);
            }
            Part::Unit(unit) => {
                let unit = self.expand_size(unit, original)?;
                let expected = match self.code.int_of(unit) {
                    Some(1..=256) => None,
                    Some(_) => Some("an integer between 1 and 256"),
                    None => Some("an integer"),
                };
                if let Some(expected) = expected {
                    let shown = self.text(unit);
                    self.function_error(
                        meta,
                        format!("unit in bitstring expects {expected} as argument, got: {shown}"),
                    )?;
                }
                if let Some(old) = spec.unit
                    && !self.code.equal(old, unit)
                {
                    self.conflict(meta, unit, old, "unit")?;
                }
                spec.unit = Some(unit);
            }
            Part::Kind(name) => self.set_name(meta, &mut spec.kind, name, "type")?,
            Part::Endianness(name) => self.set_name(meta, &mut spec.endianness, name, "endianness")?,
            Part::Sign(name) => self.set_name(meta, &mut spec.sign, name, "sign")?,
        }
        Ok(())
    }

    fn set_name(&mut self, meta: Meta, place: &mut Option<Atom>, name: Atom, what: &str) -> Result<()> {
        if let Some(old) = *place
            && old != name
        {
            self.function_error(
                meta,
                format!("conflicting {what} specification for bit field: \"{name}\" and \"{old}\""),
            )?;
        }
        *place = Some(name);
        Ok(())
    }

    fn conflict(&mut self, meta: Meta, new: NodeId, old: NodeId, what: &str) -> Result<()> {
        let (new, old) = (self.text(new), self.text(old));
        self.function_error(meta, format!("conflicting {what} specification for bit field: \"{new}\" and \"{old}\""))
    }

    /// A size: in patterns a guard that sees what the pattern has bound so far.
    fn expand_size(&mut self, size: NodeId, original: &Vars) -> Result<NodeId> {
        if matches!(self.code.node(size), Node::Int(_) | Node::Atom(_)) {
            return Ok(size);
        }
        if self.env.context != Context::Match {
            self.s.read = original.clone();
            return self.expand(size);
        }
        let outer = self.s.prematch.clone();
        if let Prematch::Match(before) = &mut self.s.prematch {
            before.mode = MatchMode::BitSize { original: original.clone(), own_from: self.s.segment_from };
        }
        self.env.context = Context::Guard;
        let size = self.expand(size)?;
        self.env.context = Context::Match;
        self.s.prematch = outer;
        Ok(size)
    }
}
