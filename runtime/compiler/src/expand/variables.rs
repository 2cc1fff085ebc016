//! Variables: what a name means, reading and binding with versions, pins, and the names that stand for the place itself
//! (`__MODULE__`, `__DIR__`, `__ENV__`, `__CALLER__`, `__STACKTRACE__`).

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, NodeId};

use super::state::{MatchMode, Prematch};
use super::{Expander, text};
use crate::env::{Context, Env, Kind, Var};
use crate::errors::Result;

impl Expander<'_> {
    pub(super) fn expand_variable(&mut self, id: NodeId, name: Atom, meta: Meta, context: Atom) -> Result<NodeId> {
        match name {
            known::DUNDER_MODULE => Ok(self.code.tree.atom(self.env.module)),
            known::DUNDER_DIR => {
                let dir = dirname(&self.env.file);
                Ok(self.code.tree.binary(dir.as_bytes()))
            }
            known::DUNDER_CALLER => {
                self.no_match(meta, "__CALLER__")?;
                if !self.s.caller {
                    self.function_error(meta, "__CALLER__ is available only inside defmacro and defmacrop")?;
                }
                Ok(id)
            }
            known::DUNDER_STACKTRACE => {
                self.no_match(meta, "__STACKTRACE__")?;
                if !self.s.stacktrace {
                    self.function_error(
                        meta,
                        "__STACKTRACE__ is available only inside catch and rescue clauses of try expressions",
                    )?;
                }
                Ok(id)
            }
            known::DUNDER_ENV => {
                self.no_match(meta, "__ENV__")?;
                let entries = self.env_entries(meta);
                let pairs: Vec<NodeId> =
                    entries.into_iter().map(|(key, value)| self.code.keyword_entry(key, value)).collect();
                Ok(self.code.tree.call(known::OP_PERCENT_BRACES, Meta::EMPTY, &pairs))
            }
            known::OP_UNDERSCORE => {
                if self.env.context != Context::Match {
                    self.function_error(
                        meta,
                        "invalid use of _. _ can only be used inside patterns to ignore values and cannot be used in expressions. Make sure you are inside a pattern or change it accordingly",
                    )?;
                }
                Ok(id)
            }
            _ if self.env.context == Context::Match => self.bind_variable(name, meta, context),
            _ => self.read_variable(id, name, meta, context),
        }
    }

    pub(super) fn versioned(&mut self, name: Atom, meta: Meta, context: Atom, version: u32) -> NodeId {
        let meta = self.code.meta_prepend(meta, known::VERSION, MetaValue::Int(version.into()));
        self.code.tree.var(name, meta, context)
    }

    pub(super) fn bind_variable(&mut self, name: Atom, meta: Meta, context: Atom) -> Result<NodeId> {
        let var = Var::new(name, self.code.var_kind(meta, context));
        let own_from = match &self.s.prematch {
            Prematch::Match(before) => match before.mode {
                MatchMode::From(version) => version,
                MatchMode::BitSize { .. } => 0,
            },
            Prematch::None | Prematch::Pin => 0,
        };
        let before = self.s.read.get(var);
        if let Some(version) = before
            && version >= own_from
        {
            if name.as_str().starts_with('_') && !self.code.meta_true(meta, known::GENERATED) {
                let info = self.var_info(name, context);
                self.warn(
                    meta,
                    format!(
                        "the underscored variable {info} appears more than once in a match. This means the pattern will only match if all \"{name}\" bind to the same value. If this is the intended behaviour, please remove the leading underscore from the variable name, otherwise give the variables different names"
                    ),
                );
            }
            self.note_used(var, meta, version);
            self.s.note_write(var, version);
            return Ok(self.versioned(name, meta, context, version));
        }
        let version = self.s.next_version();
        self.note_unused(var, meta, version, before.is_some());
        self.s.bind(var, version);
        Ok(self.versioned(name, meta, context, version))
    }

    pub(super) fn read_variable(&mut self, id: NodeId, name: Atom, meta: Meta, context: Atom) -> Result<NodeId> {
        let var = Var::new(name, self.code.var_kind(meta, context));
        let version = self.s.read.get(var).filter(|version| match &self.s.prematch {
            Prematch::Match(before) => match &before.mode {
                MatchMode::BitSize { original, own_from } => {
                    version < own_from && (before.read.get(var).is_some() || original.get(var).is_none())
                }
                MatchMode::From(_) => true,
            },
            Prematch::None | Prematch::Pin => true,
        });
        if let Some(version) = version {
            let plain = Kind::context(known::NIL) == Kind::context(context);
            if plain && name.as_str().starts_with('_') && !self.code.meta_true(meta, known::GENERATED) {
                self.warn(
                    meta,
                    format!(
                        "the underscored variable \"{name}\" is used after being set. A leading underscore indicates that the value of the variable should be ignored. If this is intended please rename the variable to remove the underscore"
                    ),
                );
            }
            self.note_used(var, meta, version);
            return Ok(self.versioned(name, meta, context, version));
        }
        match self.code.meta_atom(meta, known::IF_UNDEFINED).map(Atom::as_str) {
            Some("apply") => {
                let call = self.code.tree.call(name, meta, &[]);
                return self.expand(call);
            }
            Some("raise") => {
                let info = self.var_info(name, context);
                self.function_error(meta, format!("undefined variable {info}"))?;
                return Ok(id);
            }
            _ if context == known::NIL && self.host.option(Atom::new("on_undefined_variable")) => {
                let message = format!(
                    "variable \"{name}\" does not exist and is being expanded to \"{name}()\", please use parentheses to remove the ambiguity or change the variable name"
                );
                self.warn(meta, message);
                let meta = self.code.meta_prepend(meta, known::IF_UNDEFINED, MetaValue::Atom(known::WARN));
                let call = self.code.tree.call(name, meta, &[]);
                return self.expand(call);
            }
            _ => {}
        }
        let info = self.var_info(name, context);
        if matches!(self.s.prematch, Prematch::Pin) && self.env.context != Context::Guard {
            self.function_error(
                meta,
                format!("undefined variable ^{name}. No variable {info} has been defined before the current pattern"),
            )?;
        } else {
            self.function_error_spanned(meta, name, format!("undefined variable {info}"))?;
        }
        Ok(id)
    }

    /// As messages name a variable.
    pub(crate) fn var_info(&self, name: Atom, context: Atom) -> String {
        if context == known::NIL {
            format!("\"{name}\"")
        } else {
            format!("\"{name}\" (context {})", text::inspect_atom(context))
        }
    }

    pub(super) fn expand_pin(&mut self, meta: Meta, arg: NodeId) -> Result<NodeId> {
        let Prematch::Match(before) = &self.s.prematch else {
            let shown = self.text(arg);
            self.function_error(
                meta,
                format!(
                    "misplaced operator ^{shown}\n\nThe pin operator ^ is supported only inside matches or inside custom macros. Make sure you are inside a match or all necessary macros have been required"
                ),
            )?;
            return Ok(self.code.tree.call(known::OP_CARET, meta, &[arg]));
        };
        let outside = before.read.clone();
        let vars = self.s.vars();
        let prematch = std::mem::replace(&mut self.s.prematch, Prematch::Pin);
        let context = std::mem::replace(&mut self.env.context, Context::Normal);
        let env = self.env.clone();
        self.s.read = outside;
        let pinned = self.expand(arg)?;
        self.s.set_vars(vars);
        self.s.prematch = prematch;
        self.env = Env { context, ..env };
        if self.code.var_of(pinned).is_some() {
            return Ok(self.code.tree.call(known::OP_CARET, meta, &[pinned]));
        }
        let shown = self.text(arg);
        self.function_error(
            meta,
            format!("invalid argument for unary operator ^, expected an existing variable, got: ^{shown}"),
        )?;
        Ok(self.code.tree.call(known::OP_CARET, meta, &[arg]))
    }
}

/// The folder of a file, as `:filename.dirname/1` gives it.
fn dirname(file: &str) -> String {
    match file.rfind('/') {
        Some(0) => "/".to_owned(),
        Some(at) => file[..at].trim_end_matches('/').to_owned(),
        None => ".".to_owned(),
    }
}
