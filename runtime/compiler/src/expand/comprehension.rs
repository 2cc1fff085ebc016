//! `for`: generators, filters, `into`, `uniq`, `reduce`.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, NodeId};

use super::Expander;
use super::clauses::Head;
use super::cycles::Pattern;
use crate::errors::Result;

impl Expander<'_> {
    /// `used` is whether somebody reads the result: if not, nothing is collected.
    pub(crate) fn expand_for(&mut self, meta: Meta, args: &[NodeId], used: bool) -> Result<NodeId> {
        self.no_match_or_guard(meta, "for")?;
        let (steps, options) = self.split_options(args);
        for &entry in &options {
            let key = self.code.pair_of(entry).map_or(entry, |pair| pair.0);
            let known = self
                .code
                .atom_of(key)
                .is_some_and(|key| [known::DO, known::INTO, known::UNIQ, known::REDUCE].contains(&key));
            if !known {
                let shown = self.text(key);
                return Err(self.error(meta, format!("unsupported option {shown} given to for")));
            }
        }
        let Some((_, body)) = options
            .iter()
            .find_map(|&entry| self.code.pair_of(entry).filter(|pair| self.code.is_atom(pair.0, known::DO)))
        else {
            return Err(self.error(meta, "missing :do option in \"for\""));
        };
        let options = self.code.keyword_delete(&options, known::DO);
        self.in_clause(|expander| {
            let options = expander.expand_list(&options)?;
            let mut parts = Vec::with_capacity(steps.len() + 1);
            for step in steps {
                parts.push(expander.expand_step(step)?);
            }
            if !parts.first().is_some_and(|&first| expander.is_generator(first)) {
                return Err(expander.error(meta, "for comprehensions must start with a generator"));
            }
            let (mut options, reduces) = expander.comprehension_options(meta, &options, used)?;
            let body = expander.expand_body(meta, body, reduces)?;
            options.insert(0, (known::DO, body));
            parts.push(expander.code.keyword(&options));
            Ok(expander.code.tree.call(known::FOR, meta, &parts))
        })
    }

    fn is_generator(&self, id: NodeId) -> bool {
        self.code.call2(id, known::OP_LEFT_ARROW).is_some()
            || self
                .code
                .call1(id, known::OP_BITS)
                .is_some_and(|(_, inner)| self.code.call2(inner, known::OP_LEFT_ARROW).is_some())
    }

    fn expand_step(&mut self, step: NodeId) -> Result<NodeId> {
        if let Some((meta, left, right)) = self.code.call2(step, known::OP_LEFT_ARROW) {
            let before = self.s.read.clone();
            let right = self.expand(right)?;
            self.s.read = before;
            let left = self.expand_head(meta, &[left])?[0];
            return Ok(self.code.tree.call(known::OP_LEFT_ARROW, meta, &[left, right]));
        }
        if let Some((meta, segments)) = self.code.call_of(step, known::OP_BITS)
            && let Some((&last, first)) = segments.split_last()
            && let Some((arrow_meta, left, right)) = self.code.call2(last, known::OP_LEFT_ARROW)
        {
            let before = self.s.read.clone();
            let right = self.expand(right)?;
            self.s.read = before.clone();
            let mut pattern = first.to_vec();
            pattern.push(left);
            let left = self.in_match(meta, Pattern::Match(&pattern), before, |expander| {
                expander.expand_bitstring(meta, &pattern, true)
            })?;
            let arrow = self.code.tree.call(known::OP_LEFT_ARROW, arrow_meta, &[left, right]);
            return Ok(self.code.tree.call(known::OP_BITS, meta, &[arrow]));
        }
        self.expand(step)
    }

    fn comprehension_options(
        &mut self,
        meta: Meta,
        options: &[NodeId],
        used: bool,
    ) -> Result<(Vec<(Atom, NodeId)>, bool)> {
        let mut entries: Vec<(Atom, NodeId)> = Vec::with_capacity(options.len());
        for &entry in options {
            let Some((key, value)) =
                self.code.pair_of(entry).and_then(|(key, value)| Some((self.code.atom_of(key)?, value)))
            else {
                continue;
            };
            if key == known::UNIQ
                && !self.code.atom_of(value).is_some_and(|atom| atom == known::TRUE || atom == known::FALSE)
            {
                let shown = self.text(value);
                return Err(
                    self.error(meta, format!(":uniq option for comprehensions only accepts a boolean, got: {shown}"))
                );
            }
            entries.push((key, value));
        }
        let has = |entries: &[(Atom, NodeId)], key| entries.iter().any(|entry| entry.0 == key);
        let reduces = has(&entries, known::REDUCE);
        if reduces && (has(&entries, known::INTO) || has(&entries, known::UNIQ)) {
            return Err(self.error(meta, "cannot use :reduce alongside :into/:uniq in comprehension"));
        }
        if !reduces && !has(&entries, known::INTO) {
            if used {
                let empty = self.code.tree.list(&[]);
                entries.push((known::INTO, empty));
            } else if entries.iter().any(|&(key, value)| key == known::UNIQ && self.code.is_atom(value, known::TRUE)) {
                self.warn(meta, "the :uniq option has no effect since the result of the for comprehension is not used");
                entries.retain(|entry| entry.0 != known::UNIQ);
            }
        }
        Ok((entries, reduces))
    }

    fn expand_body(&mut self, meta: Meta, body: NodeId, reduces: bool) -> Result<NodeId> {
        let clauses = self.code.list_of(body).filter(|clauses| {
            clauses.first().is_some_and(|&first| self.code.call_of(first, known::OP_ARROW).is_some())
        });
        let bad = "when using :reduce with comprehensions, the do block must be written using acc -> expr clauses, where each clause expects the accumulator as a single argument";
        match (clauses, reduces) {
            (Some(_), false) => Err(self.error(
                meta,
                "the do block was written using acc -> expr clauses but the :reduce option was not given",
            )),
            (None, false) => self.expand(body),
            (None, true) => Err(self.error(meta, bad)),
            (Some(clauses), true) => {
                let mut expanded = Vec::with_capacity(clauses.len());
                for clause in clauses {
                    let one = self
                        .code
                        .call2(clause, known::OP_ARROW)
                        .and_then(|(_, left, _)| self.code.list_of(left))
                        .is_some_and(|left| {
                            left.len() == 1
                                && self.code.call_of(left[0], known::WHEN).is_none_or(|(_, parts)| parts.len() <= 2)
                        });
                    if !one {
                        return Err(self.error(meta, bad));
                    }
                    expanded.push(self.in_clause(|expander| {
                        expander.expand_clause(meta, known::FN, known::DO, clause, Head::Patterns)
                    })?);
                }
                Ok(self.code.tree.list(&expanded))
            }
        }
    }
}
