//! Lists, tuples, bitstrings, `a[b]`, `A.{B}` and arguments in parentheses: elements with commas between.

use crate::quoted::{MetaValue, NodeId};
use crate::token::Kind;

use super::{At, Callee, Class, Context, Frame, Keywords, NONE, Next, Operand, Parser, Step};

#[derive(Clone, Copy, Debug)]
pub(super) enum Bracket {
    List,
    Tuple,
    Bits,
    /// `a[`
    Access(NodeId),
    /// `A.{`: the callee and its dot.
    Dot(NodeId, At),
    /// `f(`
    Call(Callee),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Container {
    pub(super) bracket: Bracket,
    pub(super) open: At,
    pub(super) start: u32,
    pub(super) keywords: Keywords,
    /// The first comma between elements.
    pub(super) comma: At,
    /// What holds outside.
    pub(super) context: Context,
}

impl Bracket {
    fn close(self) -> Kind {
        match self {
            Bracket::List | Bracket::Access(_) => Kind::CloseBracket,
            Bracket::Tuple | Bracket::Dot(..) => Kind::CloseBrace,
            Bracket::Bits => Kind::CloseBits,
            Bracket::Call(_) => Kind::CloseParen,
        }
    }
}

impl Parser<'_, '_, '_> {
    pub(super) fn begin_container(&mut self, bracket: Bracket) -> Step {
        let open = self.advance();
        self.skip_eol();
        let container = Container {
            bracket,
            open,
            start: self.values.len() as u32,
            keywords: Keywords::NO,
            comma: NONE,
            context: self.context,
        };
        if self.kind() == bracket.close() && !matches!(bracket, Bracket::Access(_)) {
            return self.end_container(container);
        }
        self.nest(Frame::Container(container))?;
        self.context = Context::OPEN;
        if self.kind().is_keyword_key() && !matches!(bracket, Bracket::Dot(..)) {
            return self.key();
        }
        Ok(Next::Operand)
    }

    pub(super) fn begin_access(&mut self, target: Operand) -> Step {
        self.begin_container(Bracket::Access(target.node))
    }

    pub(super) fn begin_dot_container(&mut self, callee: NodeId, dot: At) -> Step {
        self.begin_container(Bracket::Dot(callee, dot))
    }

    /// An element, or the value of a key.
    pub(super) fn element(&mut self, mut container: Container, operand: Operand) -> Step {
        let call = matches!(container.bracket, Bracket::Call(_));
        if container.keywords.follow_up != NONE && self.is_cursor(operand.node) {
            self.values.push(operand.node);
            return if self.closes(container.bracket.close()) {
                self.end_container(container)
            } else {
                Err(self.unclosed())
            };
        }
        if container.keywords.follow_up != NONE {
            if operand.class != Class::Matched {
                return Err(self.unexpected());
            }
            let comma = container.keywords.follow_up;
            return Err(if call {
                self.expression_after_keywords_in_call(comma)
            } else {
                self.expression_after_keywords(comma)
            });
        }
        if let Some(key) = container.keywords.key.take() {
            if operand.class == Class::NoParens {
                return Err(self.ambiguous_in_container(operand.node));
            }
            let pair = self.tree.pair(key, operand.node);
            self.values.push(pair);
        } else {
            if call {
                let first = self.values.len() as u32 == container.start;
                self.check_argument(operand, first)?;
            } else if operand.class == Class::NoParens {
                return Err(self.ambiguous_in_container(operand.node));
            }
            self.values.push(operand.node);
        }
        if self.kind() == Kind::Comma && !(call && operand.class == Class::NoParens && !container.keywords.begun()) {
            return self.next_element(container);
        }
        // Keywords alone make no tuple, and there Elixir wants the bracket at once.
        let only_keywords = container.keywords.start == container.start;
        let strict = only_keywords && matches!(container.bracket, Bracket::Tuple | Bracket::Bits);
        let closes =
            if strict { self.kind() == container.bracket.close() } else { self.closes(container.bracket.close()) };
        if closes {
            return self.end_container(container);
        }
        Err(if strict { self.unexpected() } else { self.unclosed() })
    }

    /// At a comma.
    fn next_element(&mut self, mut container: Container) -> Step {
        let comma = self.advance();
        let close = container.bracket.close();
        if container.comma == NONE {
            container.comma = comma;
        }
        if self.kind().is_keyword_key() {
            let single = self.values.len() as u32 == container.start + 1;
            if matches!(container.bracket, Bracket::Access(_)) && single && !container.keywords.begun() {
                return Err(self.unexpected());
            }
            self.nest(Frame::Container(container))?;
            self.context = Context::OPEN;
            return self.key();
        }
        if self.kind() == close {
            if container.keywords.begun() && matches!(container.bracket, Bracket::Call(_)) {
                self.warn_trailing_comma(comma);
                return self.end_container(container);
            }
            if !matches!(container.bracket, Bracket::Call(_)) {
                return self.end_container(container);
            }
        }
        if container.keywords.begun() {
            container.keywords.follow_up = comma;
        }
        self.nest(Frame::Container(container))?;
        let begun = container.keywords.begun();
        self.context = Context { allow_do: !begun, single: begun, ..Context::OPEN };
        Ok(Next::Operand)
    }

    /// At the closing bracket.
    fn end_container(&mut self, container: Container) -> Step {
        let Container { bracket, open, start, keywords, comma, context } = container;
        self.context = context;
        if let Bracket::Call(callee) = bracket {
            self.gather_keywords(keywords);
            return self.end_call(callee, open, start);
        }
        let Some(close) = self.close(bracket.close()) else { return Err(self.unexpected()) };
        let only_keywords = keywords.start == start;
        let count = self.values.len() as u32 - start;
        match bracket {
            Bracket::Tuple if only_keywords => return Err(self.keywords_inside(open, "tuple", "'{'")),
            Bracket::Bits if only_keywords => return Err(self.keywords_inside(open, "bitstring", "'<<'")),
            Bracket::Access(_) if !only_keywords && count > 1 => return Err(self.too_many_to_access(comma)),
            _ => {}
        }
        if !matches!(bracket, Bracket::List) && !matches!(bracket, Bracket::Access(_) if only_keywords) {
            self.gather_keywords(keywords);
        }
        let values = self.values.split_off(start as usize);
        let node = match bracket {
            Bracket::List => {
                let list = self.tree.list(&values);
                self.delimited(list, open, close)?
            }
            Bracket::Tuple => self.tuple(&values, open, close)?,
            Bracket::Bits => {
                let meta = self.pair_meta(open, close);
                self.tree.call(jovial_atoms::known::OP_BITS, meta, &values)
            }
            Bracket::Access(target) => {
                let key = match &values[..] {
                    &[key] if !only_keywords => key,
                    pairs => self.tree.list(pairs),
                };
                self.access(target, key, open, close)
            }
            Bracket::Dot(callee, dot) => {
                // `A.{}` never carries metadata of its braces.
                self.scratch.clear();
                if !values.is_empty() {
                    self.push_closing(open, close);
                }
                self.push_position(dot);
                let meta = self.take_meta();
                self.tree.apply(callee, meta, &values)
            }
            Bracket::Call(_) => return Err(self.unexpected()),
        };
        Ok(Next::After(Operand::closed(node)))
    }

    fn access(&mut self, target: NodeId, key: NodeId, open: At, close: At) -> NodeId {
        use jovial_atoms::known;
        self.scratch.clear();
        self.scratch.push((known::FROM_BRACKETS, MetaValue::Atom(known::TRUE)));
        self.push_closing(open, close);
        self.push_position(open);
        let meta = self.take_meta();
        let module = self.tree.atom(known::MOD_ACCESS);
        let get = self.tree.atom(crate::names::EXTRA.get);
        let dot = self.tree.call(known::OP_DOT, meta, &[module, get]);
        self.tree.apply(dot, meta, &[target, key])
    }
}
