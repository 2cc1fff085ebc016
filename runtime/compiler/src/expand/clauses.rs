//! Patterns, guards, and the forms made of `->` clauses: `case`, `cond`, `receive`, `try`, `with`.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, Node, NodeId};

use super::Expander;
use super::cycles::{Cycles, Pattern};
use super::state::{Before, MatchMode, Prematch};
use crate::env::{Context, Vars};
use crate::errors::Result;

/// How the left side of a clause is read.
#[derive(Clone, Copy)]
pub(crate) enum Head {
    /// One pattern with guards.
    Pattern,
    /// Any number of patterns with guards.
    Patterns,
    /// One expression: `cond`, `after`.
    Expression,
    Catch,
    Rescue,
}

impl Expander<'_> {
    // Patterns.

    /// Runs `work` in a pattern. `before` is what could be read before the whole match: a pattern may bind those
    /// anew, and `^` means them.
    pub(crate) fn in_match<R>(
        &mut self,
        meta: Meta,
        shown: Pattern<'_>,
        before: Vars,
        work: impl FnOnce(&mut Self) -> Result<R>,
    ) -> Result<R> {
        let before = Before { read: before, cycles: Cycles::default(), mode: MatchMode::From(self.s.version) };
        let outer = std::mem::replace(&mut self.s.prematch, Prematch::Match(Box::new(before)));
        let context = std::mem::replace(&mut self.env.context, Context::Match);
        let result = work(self)?;
        self.env.context = context;
        if let Prematch::Match(before) = std::mem::replace(&mut self.s.prematch, outer) {
            self.check_cycles(&before.cycles, meta, shown)?;
        }
        Ok(result)
    }

    /// `=` inside a pattern: all its sides are matched with the same value.
    pub(crate) fn expand_parallel_match(&mut self, meta: Meta, left: NodeId, right: NodeId) -> Result<NodeId> {
        let mut sides = Vec::new();
        self.unpack_sides(meta, left, right, &mut sides);
        let outer = self.s.write.take();
        let mut writes = Vec::with_capacity(sides.len());
        let mut expanded = Vec::with_capacity(sides.len());
        for &(meta, side) in &sides {
            self.s.write = Some(Vars::default());
            expanded.push((meta, self.expand(side)?));
            writes.push(self.s.write.take().unwrap_or_default());
        }
        writes.reverse();
        let mut all = Vars::default();
        if let Prematch::Match(before) = &mut self.s.prematch {
            all = before.cycles.add_siblings(writes);
        }
        self.s.write = outer.map(|outer| outer.merge(&all));
        let (_, mut joined) = expanded.pop().expect("a match has two sides");
        while let Some((meta, side)) = expanded.pop() {
            joined = self.code.tree.call(known::OP_EQ, meta, &[side, joined]);
        }
        Ok(joined)
    }

    fn unpack_sides(&mut self, meta: Meta, left: NodeId, right: NodeId, sides: &mut Vec<(Meta, NodeId)>) {
        if !matches!(
            self.code.node(left),
            Node::Atom(_) | Node::Int(_) | Node::Binary(_) | Node::List(_) | Node::Pair(..)
        ) && self.code.equal(left, right)
        {
            let shown = self.text(left);
            let at = match self.code.node(left) {
                Node::Var { meta, .. } | Node::Call { meta, .. } | Node::Apply { meta, .. } => meta,
                _ => meta,
            };
            self.warn(at, format!("this pattern is matched against itself inside a match: {shown} = {shown}"));
            self.unpack_side(meta, left, sides);
            return;
        }
        self.unpack_side(meta, left, sides);
        self.unpack_side(meta, right, sides);
    }

    fn unpack_side(&mut self, meta: Meta, side: NodeId, sides: &mut Vec<(Meta, NodeId)>) {
        match self.code.call2(side, known::OP_EQ) {
            Some((meta, left, right)) => self.unpack_sides(meta, left, right, sides),
            None => sides.push((meta, side)),
        }
    }

    /// Patterns with guards: `a, b when c`.
    pub(crate) fn expand_head(&mut self, meta: Meta, args: &[NodeId]) -> Result<Vec<NodeId>> {
        let before = self.s.read.clone();
        self.expand_head_after(meta, args, before)
    }

    fn expand_head_after(&mut self, meta: Meta, args: &[NodeId], before: Vars) -> Result<Vec<NodeId>> {
        if let &[only] = args
            && let Some((when_meta, parts)) = self.code.call_of(only, known::WHEN)
            && let Some((&guard, patterns)) = parts.split_last()
        {
            let patterns = patterns.to_vec();
            return self.expand_guarded(meta, when_meta, &patterns, guard, before);
        }
        self.in_match(meta, Pattern::Match(args), before, |expander| expander.expand_args(args))
    }

    fn expand_guarded(
        &mut self,
        meta: Meta,
        when_meta: Meta,
        patterns: &[NodeId],
        guard: NodeId,
        before: Vars,
    ) -> Result<Vec<NodeId>> {
        let mut expanded =
            self.in_match(meta, Pattern::Match(patterns), before, |expander| expander.expand_args(patterns))?;
        expanded.push(self.expand_guard(guard)?);
        Ok(vec![self.code.tree.call(known::WHEN, when_meta, &expanded)])
    }

    /// A guard; `when` inside separates alternatives.
    pub(crate) fn expand_guard(&mut self, guard: NodeId) -> Result<NodeId> {
        let context = std::mem::replace(&mut self.env.context, Context::Guard);
        let guard = self.expand_alternatives(guard)?;
        self.env.context = context;
        Ok(guard)
    }

    /// A guard of a definition, which says nothing about lengths.
    pub(crate) fn expand_definition_guard(&mut self, guard: NodeId) -> Result<NodeId> {
        let context = std::mem::replace(&mut self.env.context, Context::Guard);
        let guard = self.expand(guard)?;
        self.env.context = context;
        Ok(guard)
    }

    fn expand_alternatives(&mut self, guard: NodeId) -> Result<NodeId> {
        if let Some((meta, left, right)) = self.code.call2(guard, known::WHEN) {
            let left = self.expand_alternatives(left)?;
            let right = self.expand_alternatives(right)?;
            return Ok(self.code.tree.call(known::WHEN, meta, &[left, right]));
        }
        let expanded = self.expand(guard)?;
        self.warn_length(expanded);
        Ok(expanded)
    }

    fn warn_length(&mut self, guard: NodeId) {
        for (op, what, how, instead) in [
            (known::OP_EQ_EQ, "== 0", "is empty", "an empty list or use"),
            (known::OP_GT, "> 0", "is not empty", "a non-empty list, such as [_ | _], or use"),
        ] {
            let Some((meta, args)) = self.code.remote_call(guard, known::ERLANG, op) else { continue };
            let &[left, right] = args.as_slice() else { continue };
            if self.code.int_of(right) != Some(0) {
                continue;
            }
            if let Some((_, args)) = self.code.remote_call(left, known::ERLANG, known::LENGTH)
                && let &[list] = args.as_slice()
            {
                let shown = self.text(list);
                let test = if op == known::OP_EQ_EQ { "==" } else { "!=" };
                self.warn(
                    meta,
                    format!(
                        "do not use \"length({shown}) {what}\" to check if a list {how} since length always traverses the whole list. Prefer to pattern match on {instead} \"{shown} {test} []\" as a guard"
                    ),
                );
            }
        }
    }

    // Clauses.

    /// The clauses under one key of a form. `kind` is what messages call the form.
    pub(crate) fn expand_clauses(
        &mut self,
        meta: Meta,
        kind: Atom,
        key: Atom,
        clauses: NodeId,
        head: Head,
    ) -> Result<NodeId> {
        let kind = self.code.meta_atom(meta, known::ORIGIN).unwrap_or(kind);
        let Some(clauses) = self.code.list_of(clauses).filter(|clauses| !clauses.is_empty()) else {
            return Err(self.error(meta, format!("expected -> clauses for :{key} in \"{kind}\"")));
        };
        let mut expanded = Vec::with_capacity(clauses.len());
        for clause in clauses {
            expanded.push(self.in_clause(|expander| expander.expand_clause(meta, kind, key, clause, head))?);
        }
        Ok(self.code.tree.list(&expanded))
    }

    pub(crate) fn expand_clause(
        &mut self,
        form: Meta,
        kind: Atom,
        key: Atom,
        clause: NodeId,
        head: Head,
    ) -> Result<NodeId> {
        let Some((meta, left, right)) = self.code.call2(clause, known::OP_ARROW) else {
            let message = if kind == known::FN {
                "expected -> clauses in \"fn\"".to_owned()
            } else {
                format!("expected -> clauses for :{key} in \"{kind}\"")
            };
            return Err(self.error(form, message));
        };
        let args = self.code.list_of(left).unwrap_or_default();
        let left = match head {
            Head::Patterns => self.expand_head(meta, &args)?,
            Head::Pattern => {
                self.one_argument(meta, &args, kind, key)?;
                self.expand_head(meta, &args)?
            }
            Head::Expression => {
                if args.len() != 1 {
                    return Err(
                        self.error(form, format!("expected one argument for :{key} clauses (->) in \"{kind}\""))
                    );
                }
                self.expand_args(&args)?
            }
            Head::Catch => self.expand_catch(meta, &args, kind)?,
            Head::Rescue => {
                let &[arg] = args.as_slice() else {
                    return Err(
                        self.error(meta, format!("expected one argument for :rescue clauses (->) in \"{kind}\""))
                    );
                };
                if let Some(arg) = self.expand_rescue(arg)? {
                    vec![arg]
                } else {
                    let shown = self.text(arg);
                    return Err(self.error(
                        meta,
                        format!(
                            "invalid \"rescue\" clause. The clause should match on an alias, a variable or be in the \"var in [alias]\" format. Got: {shown}"
                        ),
                    ));
                }
            }
        };
        let left = self.code.tree.list(&left);
        let right = self.expand(right)?;
        Ok(self.code.tree.call(known::OP_ARROW, meta, &[left, right]))
    }

    fn one_argument(&mut self, meta: Meta, args: &[NodeId], kind: Atom, key: Atom) -> Result<()> {
        let guarded_many =
            matches!(args, &[only] if self.code.call_of(only, known::WHEN).is_some_and(|(_, parts)| parts.len() > 2));
        if args.len() == 1 && !guarded_many {
            return Ok(());
        }
        Err(self.error(meta, format!("expected one argument for :{key} clauses (->) in \"{kind}\"")))
    }

    /// The options of a form as key and value, each key at most once and of the allowed ones.
    fn form_options(
        &mut self,
        meta: Meta,
        kind: Atom,
        options: NodeId,
        allowed: &[Atom],
        missing: &str,
    ) -> Result<Vec<(Atom, NodeId)>> {
        let Some(entries) = self.code.list_of(options) else {
            return Err(self.error(meta, format!("invalid arguments for \"{kind}\"")));
        };
        if entries.is_empty() {
            return Err(self.error(meta, format!("missing {missing} option in \"{kind}\"")));
        }
        let mut found: Vec<(Atom, NodeId)> = Vec::with_capacity(entries.len());
        for entry in entries {
            let Some((key_node, value)) = self.code.pair_of(entry) else {
                return Err(self.error(meta, format!("invalid arguments for \"{kind}\"")));
            };
            let Some(key) = self.code.atom_of(key_node).filter(|key| allowed.contains(key)) else {
                let shown = self.text(key_node);
                return Err(self.error(meta, format!("unexpected option {shown} in \"{kind}\"")));
            };
            if found.iter().any(|entry| entry.0 == key) {
                return Err(self.error(meta, format!("duplicate :{key} clauses given for \"{kind}\"")));
            }
            found.push((key, value));
        }
        Ok(found)
    }

    fn finish_form(&mut self, name: Atom, meta: Meta, before: &[NodeId], options: &[(Atom, NodeId)]) -> NodeId {
        let mut args = before.to_vec();
        args.push(self.code.keyword(options));
        self.code.tree.call(name, meta, &args)
    }

    // The forms.

    pub(crate) fn expand_case(&mut self, meta: Meta, subject: NodeId, options: NodeId) -> Result<NodeId> {
        let subject = self.expand(subject)?;
        let options = if self.code.meta_true(meta, known::OPTIMIZE_BOOLEAN) && self.returns_boolean(subject) {
            self.simplify_boolean_clauses(options)
        } else {
            options
        };
        let options = self.form_options(meta, known::CASE, options, &[known::DO], ":do")?;
        let clauses = self.expand_clauses(meta, known::CASE, known::DO, options[0].1, Head::Pattern)?;
        Ok(self.finish_form(known::CASE, meta, &[subject], &[(known::DO, clauses)]))
    }

    /// `if` and its kin test for `false` and `nil`; of a boolean, `false` and `true` are enough.
    fn simplify_boolean_clauses(&mut self, options: NodeId) -> NodeId {
        let simplified = (|| {
            let clauses = self.code.list_of(self.code.keyword_get(options, known::DO)?)?;
            let (first_meta, first_left, first) = self.code.call2(*clauses.first()?, known::OP_ARROW)?;
            let (second_meta, second_left, second) = self.code.call2(*clauses.get(1)?, known::OP_ARROW)?;
            let first_left = *self.code.list_of(first_left)?.first()?;
            let second_left = *self.code.list_of(second_left)?.first()?;
            let falsy = self.code.call2(first_left, known::WHEN).is_some_and(|(_, var, guard)| {
                self.code.remote_call(guard, known::MOD_KERNEL, known::IN).is_some_and(|(_, args)| {
                    args.len() == 2
                        && self.code.equal(args[0], var)
                        && self.code.list_of(args[1]).is_some_and(|list| {
                            list.len() == 2
                                && self.code.is_atom(list[0], known::FALSE)
                                && self.code.is_atom(list[1], known::NIL)
                        })
                })
            }) && clauses.len() == 2
                && self.code.var_of(second_left).is_some_and(|var| var.0 == known::OP_UNDERSCORE);
            let plain = self.code.is_atom(first_left, known::FALSE) && self.code.is_atom(second_left, known::TRUE);
            (falsy || plain).then_some((first_meta, first, second_meta, second))
        })();
        let Some((first_meta, first, second_meta, second)) = simplified else { return options };
        let clause = |code: &mut crate::carried::Code, meta, value, body| {
            let value = code.tree.atom(value);
            let left = code.tree.list(&[value]);
            code.tree.call(known::OP_ARROW, meta, &[left, body])
        };
        let first = clause(self.code, first_meta, known::FALSE, first);
        let second = clause(self.code, second_meta, known::TRUE, second);
        let clauses = self.code.tree.list(&[first, second]);
        self.code.keyword(&[(known::DO, clauses)])
    }

    pub(crate) fn expand_cond(&mut self, meta: Meta, options: NodeId) -> Result<NodeId> {
        if let Some(last) =
            self.code.keyword_get(options, known::DO).and_then(|clauses| self.code.list_of(clauses)?.last().copied())
            && let Some((clause_meta, left, _)) = self.code.call2(last, known::OP_ARROW)
            && let Some(&[only]) = self.code.list_of(left).as_deref()
            && self.code.var_of(only).is_some_and(|var| var.0 == known::OP_UNDERSCORE)
        {
            return Err(self.error(
                clause_meta,
                "invalid use of _ inside \"cond\". If you want the last clause to always match, you probably meant to use: true ->",
            ));
        }
        let options = self.form_options(meta, known::COND, options, &[known::DO], ":do")?;
        let clauses = self.expand_clauses(meta, known::COND, known::DO, options[0].1, Head::Expression)?;
        Ok(self.finish_form(known::COND, meta, &[], &[(known::DO, clauses)]))
    }

    pub(crate) fn expand_receive(&mut self, meta: Meta, options: NodeId) -> Result<NodeId> {
        let options = self.form_options(meta, known::RECEIVE, options, &[known::DO, known::AFTER], ":do/:after")?;
        let mut expanded = Vec::with_capacity(2);
        for (key, clauses) in options {
            let clauses = if key == known::DO {
                if self.code.call_of(clauses, known::DUNDER_BLOCK).is_some_and(|(_, args)| args.is_empty()) {
                    clauses
                } else {
                    self.expand_clauses(meta, known::RECEIVE, key, clauses, Head::Pattern)?
                }
            } else {
                if self.code.list_of(clauses).is_none_or(|list| list.len() != 1) {
                    return Err(self.error(meta, "expected a single -> clause for :after in \"receive\""));
                }
                self.expand_clauses(meta, known::RECEIVE, key, clauses, Head::Expression)?
            };
            expanded.push((key, clauses));
        }
        Ok(self.finish_form(known::RECEIVE, meta, &[], &expanded))
    }

    pub(crate) fn expand_try(&mut self, meta: Meta, options: NodeId) -> Result<NodeId> {
        let origin = self.code.meta_atom(meta, known::ORIGIN).unwrap_or(known::TRY);
        let keys: Vec<Atom> =
            self.code.keyword_of(options).unwrap_or_default().into_iter().map(|entry| entry.0).collect();
        if keys == [known::DO] {
            return Err(self.error(meta, "missing :catch/:rescue/:after option in \"try\""));
        }
        if keys == [known::DO, known::ELSE] {
            self.warn_file(
                meta,
                format!("\"else\" shouldn't be used as the only clause in \"{origin}\", use \"case\" instead"),
            );
        }
        let place = |key| keys.iter().position(|&other| other == key);
        if let (Some(catch), Some(rescue)) = (place(known::CATCH), place(known::RESCUE))
            && catch < rescue
        {
            self.warn_file(meta, format!("\"catch\" should always come after \"rescue\" in {origin}"));
        }
        let allowed = [known::DO, known::RESCUE, known::CATCH, known::ELSE, known::AFTER];
        let options = self.form_options(meta, known::TRY, options, &allowed, ":do")?;
        let mut expanded = Vec::with_capacity(options.len());
        for (key, value) in options {
            let value = match key {
                known::DO | known::AFTER => self.in_clause(|expander| expander.expand(value))?,
                known::ELSE => self.expand_clauses(meta, known::TRY, key, value, Head::Pattern)?,
                _ => {
                    let head = if key == known::CATCH { Head::Catch } else { Head::Rescue };
                    let stacktrace = std::mem::replace(&mut self.s.stacktrace, true);
                    let clauses = self.expand_clauses(meta, known::TRY, key, value, head)?;
                    self.s.stacktrace = stacktrace;
                    clauses
                }
            };
            expanded.push((key, value));
        }
        Ok(self.finish_form(known::TRY, meta, &[], &expanded))
    }

    fn expand_catch(&mut self, meta: Meta, args: &[NodeId], kind: Atom) -> Result<Vec<NodeId>> {
        let before = self.s.read.clone();
        if let &[only] = args
            && let Some((when_meta, parts)) = self.code.call_of(only, known::WHEN)
        {
            let patterns = match *parts.as_slice() {
                [value, _] => vec![self.code.tree.atom(known::THROW), value],
                [class, value, _] => vec![class, value],
                _ => return Err(self.wrong_catch(meta, kind)),
            };
            let guard = parts[parts.len() - 1];
            return self.expand_guarded(meta, when_meta, &patterns, guard, before);
        }
        match *args {
            [value] => {
                let class = self.code.tree.atom(known::THROW);
                self.expand_head(meta, &[class, value])
            }
            [_, _] => self.expand_head(meta, args),
            _ => Err(self.wrong_catch(meta, kind)),
        }
    }

    fn wrong_catch(&mut self, meta: Meta, kind: Atom) -> crate::errors::Halt {
        self.error(meta, format!("expected one or two args for :catch clauses (->) in \"{kind}\""))
    }

    fn expand_rescue(&mut self, arg: NodeId) -> Result<Option<NodeId>> {
        if let Some((_, meta, _)) = self.code.var_of(arg) {
            let before = self.s.read.clone();
            let expanded = self.in_match(meta, Pattern::One(arg), before, |expander| expander.expand(arg))?;
            // `__MODULE__` and `__DIR__` look like variables.
            return Ok(self.code.var_of(expanded).map(|_| expanded));
        }
        if let Some((meta, left, right)) = self.code.call2(arg, known::IN) {
            if self.code.var_of(right).is_some_and(|var| var.0 == known::OP_UNDERSCORE)
                && let Some((_, meta, _)) = self.code.var_of(left)
            {
                let before = self.s.read.clone();
                return self.in_match(meta, Pattern::One(left), before, |expander| expander.expand(left)).map(Some);
            }
            let before = self.s.read.clone();
            let left = self.in_match(meta, Pattern::One(left), before, |expander| expander.expand(left))?;
            let right = self.expand(right)?;
            if self.code.var_of(left).is_none() {
                return Ok(None);
            }
            let modules = match self.code.node(right) {
                Node::Atom(_) => vec![right],
                Node::List(seq) => self.code.tree.seq(seq).to_vec(),
                _ => return Ok(None),
            };
            if !modules.iter().all(|&module| self.code.atom_of(module).is_some()) {
                return Ok(None);
            }
            let modules = self.code.tree.list(&modules);
            return Ok(Some(self.code.tree.call(known::IN, meta, &[left, modules])));
        }
        let is_alias = self.code.call_of(arg, known::DUNDER_ALIASES).is_some();
        if !is_alias && let Node::Call { meta, .. } | Node::Apply { meta, .. } = self.code.node(arg) {
            let line = self.code.line(meta);
            return match self.expand_once(arg, line)? {
                Some(expanded) => self.expand_rescue(expanded),
                None => Ok(None),
            };
        }
        let module = self.env.module;
        let ignored = self.code.tree.var(known::OP_UNDERSCORE, Meta::EMPTY, module);
        let wrapped = self.code.tree.call(known::IN, Meta::EMPTY, &[ignored, arg]);
        self.expand_rescue(wrapped)
    }

    pub(crate) fn expand_with(&mut self, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
        let (steps, options) = self.split_options(args);
        let vars = self.s.vars();
        let env = self.env.clone();
        let outer = std::mem::take(&mut self.s.unused);
        let mut expanded = Vec::with_capacity(steps.len() + 1);
        let mut may_fail = false;
        for step in steps {
            let Some((step_meta, left, right)) = self.code.call2(step, known::OP_LEFT_ARROW) else {
                expanded.push(self.expand(step)?);
                continue;
            };
            let before = self.s.read.clone();
            let right = self.expand(right)?;
            self.s.read = before.clone();
            let left = self.expand_head_after(step_meta, &[left], before)?[0];
            may_fail |= self.code.var_of(left).is_none();
            expanded.push(self.code.tree.call(known::OP_LEFT_ARROW, step_meta, &[left, right]));
        }
        let Some(body) = options
            .iter()
            .find_map(|&entry| self.code.pair_of(entry).filter(|pair| self.code.is_atom(pair.0, known::DO)))
        else {
            return Err(self.error(meta, "missing :do option in \"with\""));
        };
        let body = self.expand(body.1)?;
        self.leave_clause(vars, outer);
        self.env = env;
        let mut result = vec![(known::DO, body)];
        let mut rest = self.code.keyword_delete(&options, known::DO);
        if let Some((_, clauses)) = rest
            .iter()
            .find_map(|&entry| self.code.pair_of(entry).filter(|pair| self.code.is_atom(pair.0, known::ELSE)))
        {
            if !may_fail {
                self.warn(meta, "\"else\" clauses will never match because all patterns in \"with\" will always match");
            }
            result.push((known::ELSE, self.expand_clauses(meta, known::WITH, known::ELSE, clauses, Head::Pattern)?));
            rest = self.code.keyword_delete(&rest, known::ELSE);
        }
        if let Some(&entry) = rest.first() {
            let key = self.code.pair_of(entry).map_or(entry, |pair| pair.0);
            let shown = self.text(key);
            return Err(self.error(meta, format!("unexpected option {shown} in \"with\"")));
        }
        Ok(self.finish_form(known::WITH, meta, &expanded, &result))
    }

    /// Arguments and the keyword list behind them: `a, b, c: 1 do … end` has two lists, which count as one.
    pub(crate) fn split_options(&self, args: &[NodeId]) -> (Vec<NodeId>, Vec<NodeId>) {
        let Some((&last, before)) = args.split_last() else { return (Vec::new(), Vec::new()) };
        let Some(mut options) = self.code.list_of(last) else { return (args.to_vec(), Vec::new()) };
        if let Some((&inner, before)) = before.split_last()
            && let Some(mut more) = self.code.list_of(inner)
        {
            more.append(&mut options);
            return (before.to_vec(), more);
        }
        (before.to_vec(), options)
    }

    // What is known of values.

    /// The expanded code can only give `true` or `false`.
    pub(crate) fn returns_boolean(&self, id: NodeId) -> bool {
        match self.code.node(id) {
            Node::Atom(atom) => atom == known::TRUE || atom == known::FALSE,
            Node::Call { name: known::CASE | known::COND, args, .. } => {
                let Some(&options) = self.code.tree.seq(args).last() else { return false };
                let Some(clauses) =
                    self.code.keyword_get(options, known::DO).and_then(|clauses| self.code.list_of(clauses))
                else {
                    return false;
                };
                clauses.iter().all(|&clause| {
                    self.code.call2(clause, known::OP_ARROW).is_some_and(|(_, _, body)| self.returns_boolean(body))
                })
            }
            Node::Call { name: known::DUNDER_BLOCK, args, .. } => {
                self.code.tree.seq(args).last().is_some_and(|&last| self.returns_boolean(last))
            }
            Node::Apply { .. } => {
                let Some(remote) = self.code.remote_of(id) else { return false };
                if !self.code.is_atom(remote.left, known::ERLANG) {
                    return false;
                }
                match (remote.name.as_str(), remote.args.len()) {
                    ("andalso" | "orelse", 2) => self.returns_boolean(remote.args[1]),
                    (
                        "and" | "or" | "xor" | "==" | "/=" | "=<" | ">=" | "<" | ">" | "=:=" | "=/=" | "is_map_key"
                        | "is_function" | "is_record",
                        2,
                    ) => true,
                    (
                        "not" | "is_atom" | "is_binary" | "is_bitstring" | "is_boolean" | "is_float" | "is_function"
                        | "is_integer" | "is_list" | "is_number" | "is_pid" | "is_port" | "is_reference" | "is_tuple"
                        | "is_map" | "is_process_alive",
                        1,
                    ) => true,
                    ("function_exported" | "is_record", 3) => true,
                    _ => false,
                }
            }
            _ => false,
        }
    }
}
