//! Bitstring segments, built and matched: specifiers, default sizes, and runs of constant bytes put together.

use jovial_atoms::known;
use jovial_bytecode::ir::{Endian, Literal, SegmentKind, SegmentType};
use jovial_syntax::quoted::{Node, NodeId, Seq};

use super::Cause;
use super::convert::{Converter, Result};
use super::core::{Expr, ExprId, Generator, Pat, PatId, Segment, SegmentPat, SegmentSize};

/// Constant integers wider than this are built when run.
const FOLD_BITS_MAX: i64 = 4096;

struct Spec {
    ty: SegmentType,
    size: Option<NodeId>,
}

const BYTES: SegmentType = SegmentType { kind: SegmentKind::Binary, unit: 8, signed: false, endian: Endian::Big };
const REST: SegmentType = SegmentType { kind: SegmentKind::Bitstring, unit: 1, signed: false, endian: Endian::Big };

impl Converter<'_> {
    fn spec(&self, node: Option<NodeId>, value: NodeId) -> Result<Spec> {
        let tree = self.tree;
        let mut kind = None;
        let mut unit = None;
        let mut size = None;
        let mut signed = false;
        let mut endian = Endian::Big;
        let mut todo: Vec<NodeId> = node.into_iter().collect();
        while let Some(part) = todo.pop() {
            let (name, args) = match tree.node(part) {
                Node::Var { name, .. } => (name, &[][..]),
                Node::Call { name, args, .. } => (name, tree.seq(args)),
                Node::Int(_) => {
                    size = Some(part);
                    continue;
                }
                _ => return self.error(Cause::Malformed("<<>>")),
            };
            match (name, args) {
                (known::OP_MINUS, &[left, right]) => todo.extend([left, right]),
                (known::SIZE, &[bits]) => size = Some(bits),
                (known::UNIT, &[bits]) => match tree.node(bits) {
                    Node::Int(bits) => unit = u16::try_from(bits).ok(),
                    _ => return self.error(Cause::Malformed("<<>>")),
                },
                (known::INTEGER, []) => kind = Some(SegmentKind::Integer),
                (known::FLOAT, []) => kind = Some(SegmentKind::Float),
                (known::BINARY | known::BYTES, []) => kind = Some(SegmentKind::Binary),
                (known::BITSTRING | known::BITS, []) => kind = Some(SegmentKind::Bitstring),
                (known::UTF8, []) => kind = Some(SegmentKind::Utf8),
                (known::UTF16, []) => kind = Some(SegmentKind::Utf16),
                (known::UTF32, []) => kind = Some(SegmentKind::Utf32),
                (known::SIGNED, []) => signed = true,
                (known::UNSIGNED, []) => signed = false,
                (known::LITTLE, []) => endian = Endian::Little,
                (known::BIG, []) => endian = Endian::Big,
                (known::NATIVE, []) => endian = Endian::Native,
                _ => return self.error(Cause::Malformed("<<>>")),
            }
        }
        let kind = kind.unwrap_or(match tree.node(value) {
            Node::Binary(_) => SegmentKind::Binary,
            Node::Float(_) => SegmentKind::Float,
            Node::Call { name: known::OP_BITS, .. } => SegmentKind::Bitstring,
            _ => SegmentKind::Integer,
        });
        let unit = unit.unwrap_or(if kind == SegmentKind::Binary { 8 } else { 1 });
        Ok(Spec { ty: SegmentType { kind, unit, signed, endian }, size })
    }

    /// The bits of a segment with a constant size; defaults filled in.
    fn fixed_size(&self, spec: &Spec) -> Option<i64> {
        match spec.size.map(|size| self.tree.node(size)) {
            Some(Node::Int(size)) => Some(size),
            Some(_) => None,
            None => match spec.ty.kind {
                SegmentKind::Integer => Some(8),
                SegmentKind::Float => Some(64),
                _ => None,
            },
        }
    }

    /// Value and specification of each segment.
    fn segments(&self, segments: Seq) -> Result<Vec<(NodeId, Spec)>> {
        let tree = self.tree;
        tree.seq(segments)
            .iter()
            .map(|&segment| match tree.node(segment) {
                Node::Call { name: known::OP_DOUBLE_COLON, args, .. } => match *tree.seq(args) {
                    [value, spec] => Ok((value, self.spec(Some(spec), value)?)),
                    _ => self.error(Cause::Malformed("<<>>")),
                },
                _ => Ok((segment, self.spec(None, segment)?)),
            })
            .collect()
    }

    /// The bytes that a constant segment stands for, in a pattern or outside.
    fn segment_bytes(&self, value: NodeId, spec: &Spec, pattern: bool) -> Option<Vec<u8>> {
        match (self.tree.node(value), spec.ty.kind) {
            (Node::Binary(bytes), SegmentKind::Binary | SegmentKind::Bitstring | SegmentKind::Utf8) => {
                let bytes = self.tree.bytes(bytes);
                match spec.size {
                    None => Some(bytes.to_vec()),
                    Some(_) => None,
                }
            }
            (Node::Binary(bytes), SegmentKind::Utf16 | SegmentKind::Utf32) => {
                let text = std::str::from_utf8(self.tree.bytes(bytes)).ok()?;
                Some(text.chars().flat_map(|char| encode(char, spec.ty)).collect())
            }
            (Node::Int(char), SegmentKind::Utf8 | SegmentKind::Utf16 | SegmentKind::Utf32) => {
                let char = char::from_u32(u32::try_from(char).ok()?)?;
                Some(encode(char, spec.ty))
            }
            (Node::Int(value), SegmentKind::Integer) => {
                let bits = self.fixed_size(spec)?.checked_mul(i64::from(spec.ty.unit))?;
                if !(0..=FOLD_BITS_MAX).contains(&bits) || bits % 8 != 0 {
                    return None;
                }
                if pattern && !fits(value, bits, spec.ty.signed) {
                    return None;
                }
                // Most significant byte first; beyond the 8 bytes there are, the sign goes on.
                let sign = if value < 0 { 0xff } else { 0 };
                let mut bytes: Vec<u8> =
                    (0..bits / 8)
                        .rev()
                        .map(|place| {
                            if place < 8 { value.to_be_bytes()[7 - usize::try_from(place).unwrap_or(0)] } else { sign }
                        })
                        .collect();
                if little(spec.ty.endian) {
                    bytes.reverse();
                }
                Some(bytes)
            }
            _ => None,
        }
    }

    #[inline(never)]
    pub(super) fn bits_expr(&mut self, segments: Seq) -> Result<ExprId> {
        let mut all: Vec<Segment> = Vec::new();
        let mut run: Vec<u8> = Vec::new();
        for (value, spec) in self.segments(segments)? {
            if let Some(bytes) = self.segment_bytes(value, &spec, false) {
                run.extend(bytes);
                continue;
            }
            self.flush(&mut run, &mut all);
            if let (Node::Binary(bytes), SegmentKind::Integer | SegmentKind::Float) =
                (self.tree.node(value), spec.ty.kind)
            {
                // A string stands for one segment for each of its bytes.
                let bytes = self.tree.bytes(bytes).to_vec();
                for byte in bytes {
                    let value = self.add(Expr::Int(i64::from(byte)));
                    let size = self.size_expr(&spec)?;
                    all.push(Segment { value, size, ty: spec.ty });
                }
                continue;
            }
            let value = self.expr(value)?;
            let size = self.size_expr(&spec)?;
            all.push(Segment { value, size, ty: spec.ty });
        }
        if all.is_empty() {
            return Ok(self.constant(Literal::Binary(run), 0));
        }
        self.flush(&mut run, &mut all);
        Ok(self.add(Expr::Bits(all.into())))
    }

    fn flush(&mut self, run: &mut Vec<u8>, all: &mut Vec<Segment>) {
        if !run.is_empty() {
            let value = self.constant(Literal::Binary(std::mem::take(run)), 0);
            all.push(Segment { value, size: None, ty: BYTES });
        }
    }

    fn size_expr(&mut self, spec: &Spec) -> Result<Option<ExprId>> {
        match spec.size {
            Some(size) => Ok(Some(self.expr(size)?)),
            None => Ok(self.fixed_size(spec).map(|size| self.add(Expr::Int(size)))),
        }
    }

    fn segment_pats(&mut self, segments: Seq) -> Result<Vec<SegmentPat>> {
        let mut all: Vec<SegmentPat> = Vec::new();
        let mut run: Vec<u8> = Vec::new();
        for (value, spec) in self.segments(segments)? {
            if let Some(bytes) = self.segment_bytes(value, &spec, true) {
                run.extend(bytes);
                continue;
            }
            if !run.is_empty() {
                all.push(SegmentPat::Bytes(std::mem::take(&mut run).into()));
            }
            if let (Node::Binary(bytes), SegmentKind::Integer | SegmentKind::Float) =
                (self.tree.node(value), spec.ty.kind)
            {
                let bytes = self.tree.bytes(bytes).to_vec();
                for byte in bytes {
                    let pat = self.core.add_pat(Pat::Int(i64::from(byte)));
                    all.push(SegmentPat::Get { ty: spec.ty, size: self.pattern_size(&spec)?, pat });
                }
                continue;
            }
            let size = self.pattern_size(&spec)?;
            let pat = match (self.tree.node(value), spec.ty.kind) {
                // An integer stands for the float of that value.
                (Node::Int(value), SegmentKind::Float) => {
                    #[allow(clippy::cast_precision_loss, reason = "the language converts such a literal to a float")]
                    let literal = self.constant(Literal::Float(value as f64), 0);
                    self.core.add_pat(Pat::Pin(literal))
                }
                _ => self.pat(value)?,
            };
            all.push(SegmentPat::Get { ty: spec.ty, size, pat });
        }
        if !run.is_empty() {
            all.push(SegmentPat::Bytes(run.into()));
        }
        Ok(all)
    }

    fn pattern_size(&mut self, spec: &Spec) -> Result<SegmentSize> {
        if let Some(size) = self.fixed_size(spec) {
            return Ok(SegmentSize::Fixed(size));
        }
        Ok(match spec.size {
            Some(size) => SegmentSize::Expr(self.expr(size)?),
            None => SegmentSize::None,
        })
    }

    #[inline(never)]
    pub(super) fn bits_pat(&mut self, segments: Seq) -> Result<PatId> {
        let segments = self.segment_pats(segments)?;
        let pat = match segments.as_slice() {
            [] => Pat::Const(self.byte_const(Vec::new())),
            [SegmentPat::Bytes(bytes)] => Pat::Const(self.byte_const(bytes.to_vec())),
            _ => Pat::Bits(segments.into()),
        };
        Ok(self.core.add_pat(pat))
    }

    fn byte_const(&mut self, bytes: Vec<u8>) -> super::core::ConstId {
        self.store(Literal::Binary(bytes), 0)
    }

    /// A generator's pattern takes its segments from the front. Where only a value differs, that many bits are skipped.
    pub(super) fn bits_generator(&mut self, segments: Seq) -> Result<Generator> {
        let mut segments = self.segment_pats(segments)?;
        let rest = self.fresh();
        let rest_pat = self.core.add_pat(Pat::Var(rest));
        let last = SegmentPat::Get { ty: REST, size: SegmentSize::None, pat: rest_pat };
        let mut skip = Vec::with_capacity(segments.len() + 1);
        for segment in &segments {
            match segment {
                SegmentPat::Bytes(bytes) => {
                    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
                    let pat = self.core.add_pat(Pat::Any);
                    skip.push(SegmentPat::Get { ty: BYTES, size: SegmentSize::Fixed(size), pat });
                }
                SegmentPat::Get { ty, size, pat } => {
                    // Variables stay, since later sizes may use them.
                    let pat = match self.core.pat(*pat) {
                        Pat::Var(_) | Pat::Any => *pat,
                        _ => self.core.add_pat(Pat::Any),
                    };
                    skip.push(SegmentPat::Get { ty: *ty, size: *size, pat });
                }
            }
        }
        segments.push(last.clone());
        skip.push(last);
        let pat = self.core.add_pat(Pat::Bits(segments.into()));
        let skip = self.core.add_pat(Pat::Bits(skip.into()));
        Ok(Generator::Bits { pat, skip, rest })
    }
}

fn little(endian: Endian) -> bool {
    match endian {
        Endian::Little => true,
        Endian::Big => false,
        Endian::Native => cfg!(target_endian = "little"),
    }
}

fn fits(value: i64, bits: i64, signed: bool) -> bool {
    match (signed, value < 0) {
        (false, true) => false,
        (false, false) => bits >= 63 || value >> bits == 0,
        (true, _) => bits >= 64 || (bits > 0 && value >> (bits - 1) == if value < 0 { -1 } else { 0 }),
    }
}

fn encode(char: char, ty: SegmentType) -> Vec<u8> {
    match ty.kind {
        SegmentKind::Utf16 => {
            let mut units = [0; 2];
            char.encode_utf16(&mut units)
                .iter()
                .flat_map(|unit| if little(ty.endian) { unit.to_le_bytes() } else { unit.to_be_bytes() })
                .collect()
        }
        SegmentKind::Utf32 => {
            let code = u32::from(char);
            if little(ty.endian) { code.to_le_bytes() } else { code.to_be_bytes() }.to_vec()
        }
        _ => char.encode_utf8(&mut [0; 4]).as_bytes().to_vec(),
    }
}
