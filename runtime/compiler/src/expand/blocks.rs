//! Blocks, and what is said of statements whose value nobody takes.

use jovial_atoms::known;
use jovial_syntax::quoted::{Meta, Node, NodeId};

use super::{Expander, ignored};
use crate::carried::Code;
use crate::errors::Result;

impl Expander<'_> {
    pub(super) fn expand_block(&mut self, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
        let mut expanded = Vec::with_capacity(args.len());
        let (last, rest) = args.split_last().expect("a block with several expressions has a last one");
        for &arg in rest {
            expanded.push(self.expand_statement(meta, arg)?);
        }
        expanded.push(self.expand(*last)?);
        Ok(self.code.tree.call(known::DUNDER_BLOCK, meta, &expanded))
    }

    /// A call for its value alone, which nobody reads.
    pub(super) fn warn_no_effect(&mut self, expanded: NodeId) {
        let Node::Apply { callee, meta, args } = self.code.node(expanded) else { return };
        let Some((_, module, function)) = self.code.call2(callee, known::OP_DOT) else { return };
        let Some((module, function)) = self.code.atom_of(module).zip(self.code.atom_of(function)) else { return };
        let Some(message) = ignored::lost(module, function, args.len()) else { return };
        match self.host.module_build(self.env.module) {
            Some(build) => {
                let diagnostic = self.file_warning(meta, message);
                build.lock().unwrap_or_else(std::sync::PoisonError::into_inner).no_effect.push(diagnostic);
            }
            None => self.warn_file(meta, message),
        }
    }

    /// An expression whose value nobody reads.
    pub(super) fn expand_statement(&mut self, block: Meta, arg: NodeId) -> Result<NodeId> {
        let loop_of = |code: &Code, id: NodeId| code.call_of(id, known::FOR).filter(|(_, args)| !args.is_empty());
        let ignored = match self.code.call2(arg, known::OP_EQ) {
            Some((_, left, right)) if self.code.var_of(left).is_some_and(|var| var.0 == known::OP_UNDERSCORE) => right,
            _ => arg,
        };
        if let Some((meta, args)) = loop_of(self.code, ignored) {
            return self.heavy(|expander| expander.expand_for(meta, &args, false));
        }
        let expanded = self.expand(arg)?;
        // What is warned about is the code as written: macros may well leave useless values behind.
        match self.code.node(arg) {
            Node::Binary(_) | Node::Int(_) | Node::BigInt(_) | Node::Float(_) => {
                let shown = self.text(arg);
                self.warn(block, format!("code block contains unused literal {shown} (remove the literal or assign it to _ to avoid warnings)"));
            }
            Node::Call { meta, .. } | Node::Apply { meta, .. }
                if self.env.function.is_some() && !self.code.meta_true(meta, known::GENERATED) =>
            {
                self.warn_no_effect(expanded);
            }
            _ => {}
        }
        match self.code.node(arg) {
            Node::Call { name: known::OP_AT, meta, args } if args.len() == 1 => {
                let inner = self.code.tree.seq(args)[0];
                let name = match self.code.node(inner) {
                    Node::Var { name, .. } => Some(name),
                    Node::Call { name, args, .. } if args.is_empty() => Some(name),
                    _ => None,
                };
                if let Some(name) = name {
                    self.warn(
                        meta,
                        format!("module attribute @{name} in code block has no effect as it is never returned (remove the attribute or assign it to _ to avoid warnings)"),
                    );
                }
            }
            Node::Var { name, meta, context }
                if self.code.var_of(expanded).is_some_and(|var| var.0 == name && var.2 == context) =>
            {
                self.warn(
                    meta,
                    format!("variable {name} in code block has no effect as it is never returned (remove the variable or assign it to _ to avoid warnings)"),
                );
            }
            _ => {}
        }
        Ok(expanded)
    }
}
