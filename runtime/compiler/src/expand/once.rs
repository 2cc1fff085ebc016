//! `Macro.expand_once/2` and `Macro.expand/2`: expansion at the top of a node, by request of a macro or of the library.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};

use super::Expander;
use super::dispatch::{Callee, Import};
use super::import::is_special_form;
use super::rewrite::inline;
use crate::env::Context;
use crate::errors::Result;
use crate::host::TraceEvent;

impl Expander<'_> {
    /// `Macro.expand_once/2`: the call's expansion if it is a macro's.
    pub(crate) fn expand_once(&mut self, id: NodeId, line: u32) -> Result<Option<NodeId>> {
        let outer = std::mem::replace(&mut self.env.line, line);
        let result = self.expand_once_inner(id);
        self.env.line = outer;
        result
    }

    /// A step of `Macro.expand_once/2`. Macros see the line of the env, and what they give has none yet.
    fn expand_once_inner(&mut self, id: NodeId) -> Result<Option<NodeId>> {
        match self.code.node(id) {
            Node::Var { name: known::DUNDER_MODULE, .. } => Ok(Some(self.code.tree.atom(self.env.module))),
            Node::Var { name: known::DUNDER_DIR, .. } => self.expand(id).map(Some),
            Node::Var { name: known::DUNDER_ENV, .. } if self.env.context != Context::Match => {
                let here = self.line_meta(self.env.line);
                let env = self.code.tree.var(known::DUNDER_ENV, here, known::NIL);
                self.expand(env).map(Some)
            }
            Node::Call { name: known::DUNDER_ALIASES, .. } => self.expand_alias_once(id),
            Node::Call { name, meta, args } => {
                let args = self.code.tree.seq(args).to_vec();
                if is_special_form(name, args.len()) {
                    return Ok(None);
                }
                self.expand_name_once(name, meta, &args)
            }
            Node::Apply { .. } => {
                let Some(remote) = self.code.remote_of(id) else { return Ok(None) };
                if remote.args.is_empty()
                    && self.env.context != Context::Match
                    && self.code.var_of(remote.left).is_some_and(|var| var.0 == known::DUNDER_ENV)
                {
                    let here = self.line_meta(self.env.line);
                    let field = self.env_entries(here).into_iter().find(|entry| entry.0 == remote.name);
                    return Ok(field.map(|entry| entry.1));
                }
                let line = self.env.line;
                let receiver = self.expand_once(remote.left, line)?.unwrap_or(remote.left);
                let Some(module) = self.code.atom_of(receiver) else { return Ok(None) };
                let required = self.is_required(remote.meta, module);
                if inline(module, remote.name, remote.args.len()).is_some()
                    || !self.is_macro(module, remote.name, remote.args.len(), required)?
                {
                    return Ok(None);
                }
                let local = module == self.env.module && self.has_local_macro(remote.name, remote.args.len());
                self.run_macro_once(remote.meta, module, remote.name, &remote.args, local).map(Some)
            }
            _ => Ok(None),
        }
    }

    pub(crate) fn line_meta(&mut self, line: u32) -> Meta {
        self.code.tree.add_meta(&[(known::LINE, MetaValue::Int(line.into()))])
    }

    fn run_macro_once(&mut self, meta: Meta, module: Atom, name: Atom, args: &[NodeId], local: bool) -> Result<NodeId> {
        let here = self.line_meta(self.env.line);
        let quoted = self.run_macro(here, module, name, args, local)?;
        let kept = if self.code.meta_true(meta, known::GENERATED) {
            self.code.tree.add_meta(&[(known::GENERATED, MetaValue::Atom(known::TRUE))])
        } else {
            Meta::EMPTY
        };
        self.freshen(kept, module, quoted)
    }

    /// An alias, whose head may be something that stands for one, such as `__MODULE__`.
    fn expand_alias_once(&mut self, id: NodeId) -> Result<Option<NodeId>> {
        let Some((meta, parts)) = self.alias_parts(id) else { return Ok(None) };
        let atoms: Option<Vec<Atom>> = parts.iter().map(|&part| self.code.atom_of(part)).collect();
        let module = match (atoms, parts.as_slice()) {
            (Some(atoms), [_, ..]) => match self.resolve_alias(meta, &atoms)? {
                super::aliases::Resolved::Module(module) => module,
                super::aliases::Resolved::Plain => super::aliases::concat(&atoms)?,
            },
            (None, &[head, ref tail @ ..]) => {
                let line = self.env.line;
                let head = self.expand_once(head, line)?.unwrap_or(head);
                let all = std::iter::once(&head).chain(tail).map(|&part| self.code.atom_of(part));
                match all.collect::<Option<Vec<Atom>>>() {
                    Some(atoms) => super::aliases::concat(&atoms)?,
                    None => return Ok(None),
                }
            }
            (_, []) => return Ok(None),
        };
        self.trace(meta, TraceEvent::AliasReference { module })?;
        Ok(Some(self.code.tree.atom(module)))
    }

    fn expand_name_once(&mut self, name: Atom, meta: Meta, args: &[NodeId]) -> Result<Option<NodeId>> {
        match self.resolve(meta, name, args.len(), true)? {
            Callee::Macro { module, local } => self.run_macro_once(meta, module, name, args, local).map(Some),
            // A number with its sign is one, unlike all other calls.
            Callee::Function { .. } if self.is_sign(meta, name, args.len()) => {
                let line = self.env.line;
                let number = self.expand_once(args[0], line)?.unwrap_or(args[0]);
                match (name, self.code.node(number)) {
                    (known::OP_PLUS, Node::Int(_) | Node::BigInt(_)) => Ok(Some(number)),
                    (_, Node::Int(number)) if number != i64::MIN => Ok(Some(self.code.tree.int(-number))),
                    _ => Ok(None),
                }
            }
            Callee::Function { .. } | Callee::Local => Ok(None),
        }
    }

    /// Whether a call is one of `Kernel`'s `+` or `-` of one operand.
    fn is_sign(&self, meta: Meta, name: Atom, arity: usize) -> bool {
        arity == 1
            && matches!(name, known::OP_PLUS | known::OP_MINUS)
            && matches!(
                self.find_import(meta, name, arity),
                Import::Function(known::MOD_KERNEL) | Import::Quoted(known::MOD_KERNEL)
            )
    }

    /// `Macro.expand/2`: until nothing is left to expand at the top. `None` if there was nothing.
    pub(crate) fn expand_fully(&mut self, id: NodeId, line: u32) -> Result<Option<NodeId>> {
        let mut current = id;
        let mut changed = false;
        while let Some(next) = self.expand_once(current, line)? {
            if next == current {
                break;
            }
            current = next;
            changed = true;
        }
        Ok(changed.then_some(current))
    }
}
