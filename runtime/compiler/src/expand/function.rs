//! `fn` and `&`.

use std::collections::BTreeMap;

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, Node, NodeId};

use super::Expander;
use super::clauses::Head;
use super::dispatch::Function;
use crate::errors::{Halt, Result};

/// What `&` turned out to be.
enum Capture {
    Remote {
        module: NodeId,
        name: Atom,
        arity: usize,
        meta: Meta,
        dot_meta: Meta,
    },
    Local {
        name: Atom,
        arity: usize,
        meta: Meta,
    },
    /// A `fn` to expand.
    Fn(NodeId),
}

/// The variables that stand for `&1`, `&2` …
type Placeholders = BTreeMap<i64, NodeId>;

impl Expander<'_> {
    pub(crate) fn expand_fn(&mut self, meta: Meta, clauses: &[NodeId]) -> Result<NodeId> {
        let mut expanded = Vec::with_capacity(clauses.len());
        let mut arities = Vec::with_capacity(clauses.len());
        for &clause in clauses {
            let left = self
                .code
                .call2(clause, known::OP_ARROW)
                .and_then(|(_, left, _)| self.code.list_of(left))
                .unwrap_or_default();
            if left.iter().any(|&arg| self.code.call_of(arg, known::OP_BACKSLASH2).is_some()) {
                return Err(self.error(meta, "anonymous functions cannot have optional arguments"));
            }
            let arity = match left.as_slice() {
                &[only] => self.code.call_of(only, known::WHEN).map_or(1, |(_, parts)| parts.len() - 1),
                _ => left.len(),
            };
            arities.push(arity);
            expanded.push(
                self.in_clause(|expander| expander.expand_clause(meta, known::FN, known::FN, clause, Head::Patterns))?,
            );
        }
        if arities.windows(2).any(|pair| pair[0] != pair[1]) {
            return Err(self.error(meta, "cannot mix clauses with different arities in anonymous functions"));
        }
        Ok(self.code.tree.call(known::FN, meta, &expanded))
    }

    pub(crate) fn expand_capture(&mut self, meta: Meta, arg: NodeId) -> Result<NodeId> {
        self.no_match_or_guard(meta, "&")?;
        let arg = self.capture_super(meta, arg)?;
        match self.capture(meta, arg)? {
            Capture::Remote { module, name, arity, meta: call_meta, dot_meta } => {
                let call_meta = self.mark_runtime_module(module, call_meta);
                let call = {
                    let name = self.code.tree.atom(name);
                    let dot = self.code.tree.call(known::OP_DOT, dot_meta, &[module, name]);
                    self.code.tree.apply(dot, call_meta, &[])
                };
                Ok(self.captured(meta, call, arity))
            }
            Capture::Local { name, arity, meta: local_meta } => {
                if self.env.function.is_none() {
                    return Err(
                        self.error(meta, format!("undefined function {name}/{arity} (there is no such import)"))
                    );
                }
                let call = self.code.tree.var(name, local_meta, known::NIL);
                Ok(self.captured(meta, call, arity))
            }
            Capture::Fn(function) => self.expand(function),
        }
    }

    fn captured(&mut self, meta: Meta, call: NodeId, arity: usize) -> NodeId {
        let arity = self.code.tree.int(i64::try_from(arity).unwrap_or(255));
        let slash = self.code.tree.call(known::OP_SLASH, Meta::EMPTY, &[call, arity]);
        self.code.tree.call(known::OP_AMP, meta, &[slash])
    }

    /// `&super(&1)` and `&super/1` capture what `super` means, if that is a function.
    fn capture_super(&mut self, meta: Meta, arg: NodeId) -> Result<NodeId> {
        if let Some((super_meta, args)) = self.code.call_of(arg, known::SUPER) {
            let (kind, name) = self.resolve_super(meta, args.len())?;
            return Ok(if kind.is_macro() { arg } else { self.code.tree.call(name, super_meta, &args) });
        }
        if let Some((slash_meta, left, right)) = self.code.call2(arg, known::OP_SLASH)
            && let Some((known::SUPER, super_meta, context)) = self.code.var_of(left)
            && let Some(arity) = self.code.int_of(right)
        {
            let (kind, name) = self.resolve_super(meta, usize::try_from(arity).unwrap_or(usize::MAX))?;
            if !kind.is_macro() {
                let left = self.code.tree.var(name, super_meta, context);
                return Ok(self.code.tree.call(known::OP_SLASH, slash_meta, &[left, right]));
            }
        }
        Ok(arg)
    }

    fn capture(&mut self, meta: Meta, arg: NodeId) -> Result<Capture> {
        if let Some((_, left, right)) = self.code.call2(arg, known::OP_SLASH)
            && let Some(arity) = self.code.int_of(right)
        {
            if let Some(remote) = self.code.remote_of(left)
                && remote.args.is_empty()
            {
                let args = self.placeholder_args(meta, arity)?;
                if arity == 0 && !self.code.meta_true(remote.meta, known::NO_PARENS) {
                    let module = self.text(remote.left);
                    let name = remote.name;
                    self.warn(
                        meta,
                        format!(
                            "extra parentheses on a remote function capture &{module}.{name}()/0 have been deprecated. Please remove the parentheses: &{module}.{name}/0"
                        ),
                    );
                }
                return self.capture_remote(remote.dot_meta, remote.left, remote.name, remote.meta, &args, true);
            }
            if let Some((name, import_meta, _)) = self.code.var_of(left) {
                let args = self.placeholder_args(meta, arity)?;
                return self.capture_import(name, import_meta, &args, true);
            }
        }
        match self.code.node(arg) {
            Node::Apply { .. } => match self.code.remote_of(arg) {
                Some(remote) => {
                    let in_order = self.in_order(&remote.args);
                    self.capture_remote(remote.dot_meta, remote.left, remote.name, remote.meta, &remote.args, in_order)
                }
                None => self.capture_expression(meta, arg, Placeholders::new(), false),
            },
            Node::Call { name: known::DUNDER_BLOCK, args, .. } => {
                if args.len() == 1 {
                    let inner = self.code.tree.seq(args)[0];
                    return self.capture(meta, inner);
                }
                let lines: Vec<String> =
                    self.code.tree.seq(args).to_vec().into_iter().map(|expression| self.text(expression)).collect();
                let shown = lines.join("\n");
                Err(self.error(
                    meta,
                    format!("block expressions are not allowed inside the capture operator &, got: {shown}"),
                ))
            }
            Node::Call { name, meta: call_meta, args } => {
                let args = self.code.tree.seq(args).to_vec();
                let in_order = self.in_order(&args);
                self.capture_import(name, call_meta, &args, in_order)
            }
            Node::Pair(left, right) => {
                let tuple = self.code.tree.call(known::OP_BRACES, meta, &[left, right]);
                self.capture(meta, tuple)
            }
            Node::List(seq) => {
                let elements = self.code.tree.seq(seq).to_vec();
                let in_order = self.in_order(&elements);
                self.capture_expression(meta, arg, Placeholders::new(), in_order)
            }
            Node::Int(number) => {
                Err(self.error(meta, format!("capture argument &{number} must be used within the capture operator &")))
            }
            _ => Err(self.invalid_capture(meta, arg)),
        }
    }

    fn placeholder_args(&mut self, meta: Meta, arity: i64) -> Result<Vec<NodeId>> {
        if !(0..=255).contains(&arity) {
            return Err(self.error(meta, format!("capture argument &{arity} must be numbered between 1 and 255")));
        }
        Ok((1..=arity)
            .map(|number| {
                let number = self.code.tree.int(number);
                self.code.tree.call(known::OP_AMP, Meta::EMPTY, &[number])
            })
            .collect())
    }

    /// The arguments are `&1, &2 …`, at least one.
    fn in_order(&self, args: &[NodeId]) -> bool {
        !args.is_empty()
            && args.iter().zip(1..).all(|(&arg, number)| {
                self.code.call1(arg, known::OP_AMP).is_some_and(|(_, inner)| self.code.int_of(inner) == Some(number))
            })
    }

    fn capture_import(&mut self, name: Atom, meta: Meta, args: &[NodeId], in_order: bool) -> Result<Capture> {
        if in_order {
            match self.import_function(meta, name, args.len())? {
                Function::Remote { module, name } => {
                    let module = self.code.tree.atom(module);
                    return Ok(Capture::Remote { module, name, arity: args.len(), meta, dot_meta: meta });
                }
                Function::Local => return Ok(Capture::Local { name, arity: args.len(), meta }),
                Function::Macro => {}
            }
        }
        let call = self.code.tree.call(name, meta, args);
        self.capture_expression(meta, call, Placeholders::new(), in_order)
    }

    fn capture_remote(
        &mut self,
        dot_meta: Meta,
        left: NodeId,
        name: Atom,
        meta: Meta,
        args: &[NodeId],
        in_order: bool,
    ) -> Result<Capture> {
        let mut placeholders = Placeholders::new();
        let escaped = self.replace_placeholders(left, &mut placeholders)?;
        let name_node = self.code.tree.atom(name);
        if !placeholders.is_empty() {
            let dot = self.code.tree.call(known::OP_DOT, dot_meta, &[escaped, name_node]);
            let call = self.code.tree.apply(dot, meta, args);
            return self.capture_expression(meta, call, placeholders, in_order);
        }
        let vars = self.s.vars();
        let module = self.expand(escaped)?;
        if in_order {
            if self.code.var_of(module).is_some() {
                return Ok(Capture::Remote { module, name, arity: args.len(), meta, dot_meta });
            }
            if let Some(receiver) = self.code.atom_of(module)
                && let Function::Remote { module, name } = self.require_function(meta, receiver, name, args.len())?
            {
                let module = self.code.tree.atom(module);
                return Ok(Capture::Remote { module, name, arity: args.len(), meta, dot_meta });
            }
        }
        // What it defines is defined in the function.
        self.s.set_vars(vars);
        let dot = self.code.tree.call(known::OP_DOT, dot_meta, &[module, name_node]);
        let call = self.code.tree.apply(dot, meta, args);
        self.capture_expression(meta, call, Placeholders::new(), in_order)
    }

    fn capture_expression(
        &mut self,
        meta: Meta,
        expression: NodeId,
        mut placeholders: Placeholders,
        in_order: bool,
    ) -> Result<Capture> {
        let body = self.replace_placeholders(expression, &mut placeholders)?;
        if placeholders.is_empty() {
            if !in_order {
                return Err(self.invalid_capture(meta, expression));
            }
            // A macro with no arguments, captured by name and arity.
            if let Node::Apply { callee, args, .. } = self.code.node(body) {
                let args = self.code.tree.seq(args).to_vec();
                let meta = self.code.meta_delete(meta, known::NO_PARENS);
                let call = self.code.tree.apply(callee, meta, &args);
                let left = self.code.tree.list(&[]);
                let clause = self.code.tree.call(known::OP_ARROW, meta, &[left, call]);
                return Ok(Capture::Fn(self.code.tree.call(known::FN, meta, &[clause])));
            }
        }
        let mut vars = Vec::with_capacity(placeholders.len());
        for (expected, (&number, &var)) in (1..).zip(&placeholders) {
            if number != expected {
                return Err(self.error(
                    meta,
                    format!(
                        "capture argument &{number} cannot be defined without &{expected} (you cannot skip arguments, all arguments must be numbered)"
                    ),
                ));
            }
            vars.push(var);
        }
        let left = self.code.tree.list(&vars);
        let clause = self.code.tree.call(known::OP_ARROW, meta, &[left, body]);
        Ok(Capture::Fn(self.code.tree.call(known::FN, meta, &[clause])))
    }

    fn replace_placeholders(&mut self, id: NodeId, placeholders: &mut Placeholders) -> Result<NodeId> {
        match self.code.node(id) {
            Node::Call { name: known::OP_AMP, meta, args } => {
                let inner = self.code.tree.seq(args).to_vec();
                let Some(number) = (inner.len() == 1).then(|| self.code.int_of(inner[0])).flatten() else {
                    let shown = self.text(id);
                    return Err(self.error(
                        meta,
                        format!(
                            "nested captures are not allowed. You cannot define a function using the capture operator & inside another function defined via &. Got invalid nested capture: {shown}"
                        ),
                    ));
                };
                if number <= 0 {
                    return Err(
                        self.error(meta, format!("capture argument &{number} must be numbered between 1 and 255"))
                    );
                }
                if let Some(&var) = placeholders.get(&number) {
                    return Ok(var);
                }
                let counter = self.next_counter();
                let counter = self.code.counter_value(counter);
                let meta = self.code.meta_prepend(meta, known::COUNTER, counter);
                let var = self.code.tree.var(Atom::new("capture"), meta, known::NIL);
                placeholders.insert(number, var);
                Ok(var)
            }
            Node::Call { name, meta, args } => {
                let args = self.code.tree.seq(args).to_vec();
                match self.replace_all(&args, placeholders)? {
                    Some(args) => Ok(self.code.tree.call(name, meta, &args)),
                    None => Ok(id),
                }
            }
            Node::Apply { callee, meta, args } => {
                let mut all = vec![callee];
                all.extend_from_slice(self.code.tree.seq(args));
                match self.replace_all(&all, placeholders)? {
                    Some(all) => Ok(self.code.tree.apply(all[0], meta, &all[1..])),
                    None => Ok(id),
                }
            }
            Node::Pair(left, right) => match self.replace_all(&[left, right], placeholders)? {
                Some(pair) => Ok(self.code.tree.pair(pair[0], pair[1])),
                None => Ok(id),
            },
            Node::List(seq) => {
                let elements = self.code.tree.seq(seq).to_vec();
                match self.replace_all(&elements, placeholders)? {
                    Some(elements) => Ok(self.code.tree.list(&elements)),
                    None => Ok(id),
                }
            }
            _ => Ok(id),
        }
    }

    /// The replaced nodes, or `None` if nothing changed.
    fn replace_all(&mut self, ids: &[NodeId], placeholders: &mut Placeholders) -> Result<Option<Vec<NodeId>>> {
        let mut replaced = Vec::with_capacity(ids.len());
        for &id in ids {
            replaced.push(self.replace_placeholders(id, placeholders)?);
        }
        Ok((replaced != ids).then_some(replaced))
    }

    fn invalid_capture(&mut self, meta: Meta, arg: NodeId) -> Halt {
        let shown = self.text(arg);
        self.error(
            meta,
            format!(
                "invalid args for &, expected one of:\n\n  * &Mod.fun/arity to capture a remote function, such as &Enum.map/2\n  * &fun/arity to capture a local or imported function, such as &is_atom/1\n  * &some_code(&1, ...) containing at least one argument as &1, such as &List.flatten(&1)\n\nGot: {shown}"
            ),
        )
    }
}
