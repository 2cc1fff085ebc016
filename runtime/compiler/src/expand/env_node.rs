//! `%Macro.Env{}` as quoted code, for `__ENV__`.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, NodeId};

use super::Expander;
use crate::carried::Code;
use crate::env::{Counter, Env, Kind};

impl Expander<'_> {
    /// What `%Macro.Env{}` holds, by key, as quoted code.
    pub(crate) fn env_entries(&mut self, meta: Meta) -> Vec<(Atom, NodeId)> {
        let line = self.code.line(meta);
        let env = self.snapshot(line);
        let outside = env.function.is_none();
        env_entries(self.code, &env, outside)
    }
}

impl Code {
    pub(crate) fn keyword_entry(&mut self, key: Atom, value: NodeId) -> NodeId {
        let key = self.tree.atom(key);
        self.tree.pair(key, value)
    }

    pub(crate) fn atom_list(&mut self, atoms: &[Atom]) -> NodeId {
        let ids: Vec<NodeId> = atoms.iter().map(|&atom| self.tree.atom(atom)).collect();
        self.tree.list(&ids)
    }

    fn counter_term(&mut self, counter: Counter) -> NodeId {
        match self.counter_value(counter) {
            MetaValue::Int(value) => self.tree.int(value),
            MetaValue::Atom(atom) => self.tree.atom(atom),
            MetaValue::Node(id) => id,
        }
    }

    fn imports_term(&mut self, imports: &[crate::env::Import]) -> NodeId {
        let ids: Vec<NodeId> = imports
            .iter()
            .map(|(module, names)| {
                let pairs: Vec<(Atom, NodeId)> =
                    names.as_slice().iter().map(|&(name, arity)| (name, self.tree.int(arity.into()))).collect();
                let names = self.keyword(&pairs);
                self.keyword_entry(*module, names)
            })
            .collect();
        self.tree.list(&ids)
    }
}

/// The fields of `%Macro.Env{}` as quoted code, sorted by key. `outside` of a function, tracker and tracers are kept.
fn env_entries(code: &mut Code, env: &Env, outside: bool) -> Vec<(Atom, NodeId)> {
    let scope = env.scope.clone();
    let struct_name = code.tree.atom(known::MOD_MACRO_ENV);
    let aliases: Vec<NodeId> = scope
        .aliases
        .iter()
        .map(|&(alias, module)| {
            let module = code.tree.atom(module);
            code.keyword_entry(alias, module)
        })
        .collect();
    let aliases = code.tree.list(&aliases);
    let context = code.tree.atom(env.context.atom());
    let context_modules = code.atom_list(&scope.context_modules);
    let file = code.tree.binary(env.file.as_bytes());
    let function = match env.function {
        Some((name, arity)) => {
            let arity = code.tree.int(arity.into());
            code.keyword_entry(name, arity)
        }
        None => code.nil(),
    };
    let functions = code.imports_term(&scope.functions);
    let tracker = match env.lexical_tracker {
        Some(id) if outside => code.tree.int(i64::try_from(id.0).unwrap_or(0)),
        _ => code.nil(),
    };
    let line = code.tree.int(env.line.into());
    let macro_aliases: Vec<NodeId> = scope
        .macro_aliases
        .iter()
        .map(|&(alias, (counter, module))| {
            let counter = code.counter_term(counter);
            let module = code.tree.atom(module);
            let pair = code.tree.pair(counter, module);
            code.keyword_entry(alias, pair)
        })
        .collect();
    let macro_aliases = code.tree.list(&macro_aliases);
    let macros = code.imports_term(&scope.macros);
    let module = code.tree.atom(env.module);
    let requires = code.atom_list(&scope.requires);
    let tracers = if outside { code.atom_list(&scope.tracers) } else { code.tree.list(&[]) };
    let vars: Vec<NodeId> = env
        .versioned_vars
        .sorted()
        .into_iter()
        .map(|(var, version)| {
            let kind = match var.kind {
                Kind::Context(atom) => code.tree.atom(atom.atom()),
                Kind::Counter(counter) => code.counter_term(counter),
            };
            let key = code.keyword_entry(var.name(), kind);
            let version = code.tree.int(version.into());
            code.tree.pair(key, version)
        })
        .collect();
    let vars = code.tree.call(known::OP_PERCENT_BRACES, Meta::EMPTY, &vars);
    vec![
        (known::DUNDER_STRUCT, struct_name),
        (known::ALIASES, aliases),
        (known::CONTEXT, context),
        (known::CONTEXT_MODULES, context_modules),
        (known::FILE, file),
        (known::FUNCTION, function),
        (known::FUNCTIONS, functions),
        (known::LEXICAL_TRACKER, tracker),
        (known::LINE, line),
        (known::MACRO_ALIASES, macro_aliases),
        (known::MACROS, macros),
        (known::MODULE, module),
        (known::REQUIRES, requires),
        (known::TRACERS, tracers),
        (known::VERSIONED_VARS, vars),
    ]
}
