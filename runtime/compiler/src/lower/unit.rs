//! A module under construction: its functions, constants and names.
//!
//! **What it must not know.** Where its functions come from.

use jovial_atoms::Atom;
use jovial_bytecode::ir::{FunId, Function, Literal, Module};
use rustc_hash::FxHashMap;

use super::literals::Literals;
use super::{Hidden, LowerError, Lowered};

pub(super) struct Unit {
    pub(super) module: Atom,
    files: Vec<String>,
    /// Reserved first, defined later.
    functions: Vec<Option<Function>>,
    pub(super) literals: Literals,
    names: FxHashMap<(Atom, usize), FunId>,
    pub(super) hidden: Vec<Hidden>,
    /// The first thing that went wrong.
    pub(super) error: Option<LowerError>,
}

impl Unit {
    pub(super) fn new(module: Atom) -> Self {
        Unit {
            module,
            files: Vec::new(),
            functions: Vec::new(),
            literals: Literals::default(),
            names: FxHashMap::default(),
            hidden: Vec::new(),
            error: None,
        }
    }

    pub(super) fn file(&mut self, path: &str) -> u16 {
        let at = self.files.iter().position(|file| file == path).unwrap_or_else(|| {
            self.files.push(path.to_owned());
            self.files.len() - 1
        });
        u16::try_from(at).unwrap_or(0)
    }

    /// A place for a function, so that others can name it.
    pub(super) fn reserve(&mut self) -> FunId {
        self.functions.push(None);
        FunId(u32::try_from(self.functions.len() - 1).expect("functions are bounded by the size of the source"))
    }

    /// The same for a function with a name of its own.
    pub(super) fn declare(&mut self, name: Atom, arity: u8) -> FunId {
        let id = self.reserve();
        self.names.insert((name, usize::from(arity)), id);
        id
    }

    pub(super) fn define(&mut self, id: FunId, function: Function) {
        self.functions[id.0 as usize] = Some(function);
    }

    pub(super) fn local(&self, name: Atom, arity: usize) -> Option<FunId> {
        self.names.get(&(name, arity)).copied()
    }

    pub(super) fn finish(self) -> Result<Lowered, LowerError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let mut hidden = self.hidden;
        hidden.sort_by_key(|hidden| (hidden.file, hidden.line, hidden.column));
        let mut files = self.files;
        if files.is_empty() {
            files.push(String::from("nofile"));
        }
        // Only an error, reported above, leaves a place empty.
        let functions = self.functions.into_iter().flatten().collect();
        let module = Module {
            name: self.module,
            files,
            functions,
            exports: Vec::new(),
            literals: self.literals.all,
            attributes: Literal::List(Vec::new()),
            chunks: Vec::new(),
        };
        Ok(Lowered { module, hidden })
    }
}
