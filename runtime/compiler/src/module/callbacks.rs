//! `behaviour_info/1`, which a module that declares callbacks gets.

use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_syntax::quoted::{Meta, NodeId};

use super::{Clause, DefKind, Definition, ModuleBuild, StoredClause};
use crate::carried::Code;
use crate::env::NameArity;
use crate::host::Datum;

/// The name and arity in a spec kept as quoted code: `{kind, expr, {module, line}}`.
pub(super) fn declared(value: &Datum) -> Option<NameArity> {
    let Datum::Literal(Literal::Tuple(kept)) = value else { return None };
    let mut expr = kept.get(1)?;
    loop {
        let Literal::Tuple(call) = expr else { return None };
        let [Literal::Atom(name), _, args] = call.as_slice() else { return None };
        match (name.as_str(), args) {
            ("when" | "::", Literal::List(args)) => expr = args.first()?,
            (_, Literal::List(args)) => return Some((*name, u8::try_from(args.len()).ok()?)),
            _ => return Some((*name, 0)),
        }
    }
}

fn optional(value: &Datum, into: &mut Vec<NameArity>) {
    let Datum::Literal(Literal::List(entries)) = value else { return };
    for entry in entries {
        if let Literal::Tuple(pair) = entry
            && let [Literal::Atom(name), Literal::Int(arity)] = pair.as_slice()
            && let Ok(arity) = u8::try_from(*arity)
        {
            into.push((*name, arity));
        }
    }
}

impl ModuleBuild {
    fn values(&self, name: Atom) -> impl Iterator<Item = &Datum> {
        self.attributes.get(&name).into_iter().flat_map(|attribute| attribute.values.iter().rev())
    }

    /// The definition of `behaviour_info/1`, if there are callbacks.
    pub(super) fn behaviour_info(&self) -> Option<Definition> {
        let macros: Vec<NameArity> = self.values(known::MACROCALLBACK).filter_map(declared).collect();
        let as_function = |(name, arity): NameArity| (Atom::new(&format!("MACRO-{name}")), arity.saturating_add(1));
        let mut callbacks: Vec<NameArity> = self.values(known::CALLBACK).filter_map(declared).collect();
        callbacks.extend(macros.iter().copied().map(as_function));
        if callbacks.is_empty() {
            return None;
        }
        let mut optionals = Vec::new();
        self.values(known::OPTIONAL_CALLBACKS).for_each(|value| optional(value, &mut optionals));
        let mut optionals: Vec<NameArity> =
            optionals.into_iter().map(|key| if macros.contains(&key) { as_function(key) } else { key }).collect();
        let mut code = Code::new();
        let mut clauses = Vec::new();
        for (question, list) in [("callbacks", &mut callbacks), ("optional_callbacks", &mut optionals)] {
            list.sort_by_key(|entry| (entry.0.as_str(), entry.1));
            list.dedup();
            let pairs: Vec<(Atom, NodeId)> =
                list.iter().map(|&(name, arity)| (name, code.tree.int(arity.into()))).collect();
            let body = code.keyword(&pairs);
            let question = code.tree.atom(Atom::new(question));
            clauses.push(Clause { meta: Meta::EMPTY, line: self.line, args: vec![question], guards: Vec::new(), body });
        }
        let code = Arc::new(code);
        Some(Definition {
            kind: DefKind::Def,
            name: known::BEHAVIOUR_INFO,
            arity: 1,
            line: self.line,
            file: self.file.clone(),
            clauses: clauses.into_iter().map(|clause| StoredClause { code: code.clone(), clause }).collect(),
        })
    }
}
