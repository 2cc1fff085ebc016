//! `import`.

use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, NodeId};

use super::{Expander, text};
use crate::env::{Import, NameArity, Names, TrackerId};
use crate::errors::{Result, inspect_module};
use crate::host::TraceEvent;

/// A name that the expander itself takes; no import can change it.
pub(crate) fn is_special_form(name: Atom, arity: usize) -> bool {
    match name.as_str() {
        "&" | "^" | "unquote" | "unquote_splicing" | "cond" | "try" | "receive" => arity == 1,
        "=" | "%" | "|" | "." | "::" | "case" => arity == 2,
        "alias" | "require" | "import" | "quote" => arity == 1 || arity == 2,
        "__ENV__" | "__CALLER__" | "__STACKTRACE__" | "__MODULE__" | "__DIR__" => arity == 0,
        "__aliases__" | "__block__" | "__cursor__" | "->" | "<<>>" | "{}" | "%{}" | "fn" | "super" | "for" | "with" => {
            true
        }
        _ => false,
    }
}

/// Somebody wrote it: what a behaviour says of itself is called by its module only.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "one of several filters")]
fn is_written(entry: &NameArity) -> bool {
    *entry != (known::BEHAVIOUR_INFO, 1)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "one of several filters")]
fn is_sigil(entry: &NameArity) -> bool {
    let Some(letters) = entry.0.as_str().strip_prefix("sigil_") else { return false };
    let bytes = letters.as_bytes();
    entry.1 == 2
        && match bytes {
            [one] if one.is_ascii_lowercase() => true,
            [first, rest @ ..] => {
                first.is_ascii_uppercase() && rest.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
            }
            [] => false,
        }
}

/// Which of a module's names are wanted.
enum Wanted {
    All,
    Functions,
    Macros,
    Sigils,
    Listed(Vec<NameArity>),
}

impl Expander<'_> {
    /// Gives the tracker that wants to know when the import is run.
    pub(crate) fn import(&mut self, meta: Meta, module: Atom, options: NodeId) -> Result<Option<TrackerId>> {
        let except = match self.code.keyword_get(options, known::EXCEPT) {
            Some(list) => {
                if let Some(names) = self.name_list(list) {
                    Some(self.without_duplicates(meta, "except", names))
                } else {
                    let shown = self.text(list);
                    return Err(self.error(
                    meta,
                    format!("invalid :except option for import, expected value to be a literal keyword list of function names with arity as values, got: {shown}"),
                ));
                }
            }
            None => None,
        };
        let wanted = match self.code.keyword_get(options, known::ONLY) {
            None => Wanted::All,
            Some(only) => match (self.code.atom_of(only), self.name_list(only)) {
                (Some(known::FUNCTIONS), _) => Wanted::Functions,
                (Some(known::MACROS), _) => Wanted::Macros,
                (Some(known::SIGILS), _) => Wanted::Sigils,
                (None, Some(_)) if except.is_some() => {
                    return Err(self.error(
                        meta,
                        ":only and :except can only be given together to import when :only is :functions, :macros, or :sigils",
                    ));
                }
                (None, Some(names)) => Wanted::Listed(self.without_duplicates(meta, "only", names)),
                _ => {
                    let shown = self.text(only);
                    return Err(self.error(
                        meta,
                        format!(
                            "invalid :only option for import, expected value to be an atom :functions, :macros, or a literal keyword list of function names with arity as values, got: {shown}"
                        ),
                    ));
                }
            },
        };
        let face = self.host.face(module)?.unwrap_or_default();
        let mut functions = self.env.scope.functions.clone();
        let mut macros = self.env.scope.macros.clone();
        let added = match &wanted {
            Wanted::All => {
                let some = self.select(meta, module, &mut functions, &face.functions, except.as_deref(), is_written);
                self.select(meta, module, &mut macros, &face.macros, except.as_deref(), |_| true) | some
            }
            Wanted::Functions => {
                macros.retain(|entry| entry.0 != module);
                self.select(meta, module, &mut functions, &face.functions, except.as_deref(), is_written)
            }
            Wanted::Macros => {
                functions.retain(|entry| entry.0 != module);
                self.select(meta, module, &mut macros, &face.macros, except.as_deref(), |_| true)
            }
            Wanted::Sigils => {
                let some = self.select(meta, module, &mut functions, &face.functions, except.as_deref(), is_sigil);
                self.select(meta, module, &mut macros, &face.macros, except.as_deref(), is_sigil) | some
            }
            Wanted::Listed(names) => {
                for &(name, arity) in names {
                    if !face.functions.contains(name, arity) && !face.macros.contains(name, arity) {
                        let module = inspect_module(module);
                        self.warn(
                            meta,
                            format!("cannot import {module}.{name}/{arity} because it is undefined or private"),
                        );
                    }
                }
                let listed = |all: &Names| {
                    names.iter().copied().filter(|&(name, arity)| all.contains(name, arity)).collect::<Vec<_>>()
                };
                let some = self.put(meta, module, &mut functions, listed(&face.functions));
                self.put(meta, module, &mut macros, listed(&face.macros)) | some
            }
        };
        let scope = self.env.scope_mut();
        scope.functions = functions;
        scope.macros = macros;
        self.trace(meta, TraceEvent::Import { module, options })?;
        let mut to_be_run = None;
        if added
            && self.tracks(meta, options)
            && let Some(id) = self.env.lexical_tracker
        {
            let in_function = self.env.function.is_some();
            to_be_run = (!in_function).then_some(id);
            let only = match &wanted {
                Wanted::Listed(names) => names.as_slice(),
                _ => &[],
            };
            let (line, column) = (self.code.line(meta), self.column(meta));
            self.host.trackers().with(id, |tracker| tracker.add_import(module, only, line, column, in_function));
        }
        self.require(meta, module, options)?;
        Ok(to_be_run)
    }

    fn name_list(&self, list: NodeId) -> Option<Vec<NameArity>> {
        self.code
            .keyword_of(list)?
            .into_iter()
            .map(|(name, arity)| Some((name, u8::try_from(self.code.int_of(arity)?).ok()?)))
            .collect()
    }

    fn without_duplicates(&mut self, meta: Meta, option: &str, names: Vec<NameArity>) -> Vec<NameArity> {
        let mut unique = Vec::with_capacity(names.len());
        for entry in names {
            if unique.contains(&entry) {
                self.warn(meta, format!("invalid :{option} option for import, {}/{} is duplicated", entry.0, entry.1));
            } else {
                unique.push(entry);
            }
        }
        unique
    }

    fn select(
        &mut self,
        meta: Meta,
        module: Atom,
        imports: &mut Vec<Import>,
        existing: &Arc<Names>,
        except: Option<&[NameArity]>,
        keep: impl Fn(&NameArity) -> bool,
    ) -> bool {
        // `except` narrows an import that is there already.
        let base = match except {
            Some(_) => imports.iter().find(|entry| entry.0 == module).map(|entry| entry.1.clone()),
            None => None,
        };
        let narrowed = base.is_some();
        let base = base.unwrap_or_else(|| existing.clone());
        let whole = base.as_slice().iter().all(|entry| {
            keep(entry) && !entry.0.as_str().starts_with('_') && !is_special_form(entry.0, entry.1.into())
        });
        if whole && except.is_none_or(<[NameArity]>::is_empty) {
            imports.retain(|entry| entry.0 != module);
            if base.is_empty() {
                return false;
            }
            imports.insert(0, (module, base));
            return true;
        }
        let names = base
            .as_slice()
            .iter()
            .copied()
            .filter(|entry| narrowed || (keep(entry) && !entry.0.as_str().starts_with('_')))
            .filter(|entry| !except.is_some_and(|except| except.contains(entry)))
            .collect();
        self.put(meta, module, imports, names)
    }

    fn put(&mut self, meta: Meta, module: Atom, imports: &mut Vec<Import>, mut names: Vec<NameArity>) -> bool {
        imports.retain(|entry| entry.0 != module);
        if names.is_empty() {
            return false;
        }
        names.retain(|&(name, arity)| {
            let special = is_special_form(name, arity.into());
            if special {
                let module = text::inspect_atom(module);
                self.warn(
                    meta,
                    format!("cannot import {module}.{name}/{arity} because it conflicts with Elixir special forms, the import has been discarded"),
                );
            }
            !special
        });
        imports.insert(0, (module, Arc::new(Names::new(names))));
        true
    }
}
