//! `__info__/1` and `module_info/0,1`, which every module has.
//!
//! **What it must not know.** What the functions of the module do.

use std::collections::HashMap;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::{Arg, Callee, Export, Literal, Op, Pos, Terminator};

use crate::module::Definition;

use super::build::{Build, to};
use super::unit::Unit;

/// What `__info__/1` says beyond the names of functions and macros.
#[derive(Clone, Debug)]
pub struct Info {
    /// For a struct: a list of maps, one for each field; otherwise `nil`.
    pub fields: Literal,
    /// `[{{name, arity}, message}]`
    pub deprecated: Literal,
}

impl Default for Info {
    fn default() -> Self {
        Info { fields: Literal::Atom(known::NIL), deprecated: Literal::List(Vec::new()) }
    }
}

fn keyword(names: &[(Atom, u8)]) -> Literal {
    let pair = |&(name, arity): &(Atom, u8)| Literal::Tuple(vec![Literal::Atom(name), Literal::Int(i64::from(arity))]);
    Literal::List(names.iter().map(pair).collect())
}

fn public(definitions: &[&Definition], macros: bool) -> Vec<(Atom, u8)> {
    let mut names: Vec<(Atom, u8)> = definitions
        .iter()
        .filter(|definition| definition.kind.is_public() && definition.kind.is_macro() == macros)
        .map(|definition| (definition.name, definition.arity))
        // As Elixir, which knows it as a function of the machine's only.
        .filter(|name| *name != (known::BEHAVIOUR_INFO, 1))
        .collect();
    names.sort_by(|a, b| (a.0.as_str(), a.1).cmp(&(b.0.as_str(), b.1)));
    names.dedup();
    names
}

/// 16 bytes that change with the names: two rounds of FNV-1a with different starts.
fn digest(names: [&[(Atom, u8)]; 2], fields: &Literal) -> Vec<u8> {
    let mut text = Vec::new();
    for (kind, names) in names.into_iter().enumerate() {
        for (name, arity) in names {
            text.push(u8::from(kind == 1));
            text.extend_from_slice(name.as_str().as_bytes());
            text.extend_from_slice(&[0, *arity]);
        }
    }
    text.extend_from_slice(format!("{fields:?}").as_bytes());
    let mut out = Vec::with_capacity(16);
    for start in [0xcbf2_9ce4_8422_2325_u64, 0x9ae1_6a3b_2f90_404f] {
        let hash = text.iter().fold(start, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        out.extend_from_slice(&hash.to_be_bytes());
    }
    out
}

/// Adds the functions; gives their exports.
pub(super) fn functions(unit: &mut Unit, info: &Info, definitions: &[&Definition]) -> Vec<Export> {
    let mut exports = Vec::new();
    let get_info = Callee::Remote(known::ERLANG, Atom::new("get_module_info"));
    let pos = Pos::default();
    let module = Arg::Atom(unit.module);
    for arity in [0, 1] {
        let (mut build, args) = Build::new(u32::from(arity));
        let args = std::iter::once(module).chain(args).collect();
        build.end(Terminator::TailCall(get_info.clone(), args), pos);
        let function = unit.declare(known::MODULE_INFO, arity);
        unit.define(function, build.finish(known::MODULE_INFO, arity, 0, pos));
        exports.push(Export { name: known::MODULE_INFO, arity, function });
    }
    if unit.local(known::DUNDER_INFO, 1).is_some() {
        return exports;
    }
    let (functions, mut macros) = (public(definitions, false), public(definitions, true));
    if unit.module == known::MOD_KERNEL {
        // The native ones have no clauses.
        macros.extend(crate::kernel_macros::names());
        macros.sort_by(|a, b| (a.0.as_str(), a.1).cmp(&(b.0.as_str(), b.1)));
        macros.dedup();
    }
    let digest = digest([&functions, &macros], &info.fields);
    let answers: HashMap<&str, Literal> = HashMap::from([
        ("module", Literal::Atom(unit.module)),
        ("functions", keyword(&functions)),
        ("macros", keyword(&macros)),
        ("struct", info.fields.clone()),
        ("deprecated", info.deprecated.clone()),
        ("exports_md5", Literal::Binary(digest)),
    ]);
    let (mut build, args) = Build::new(1);
    let unknown = build.block();
    let mut cases = Vec::new();
    let mut blocks = Vec::new();
    let questions =
        ["module", "functions", "macros", "struct", "deprecated", "exports_md5", "attributes", "compile", "md5"];
    for name in questions {
        let block = build.block();
        cases.push((Arg::Atom(Atom::new(name)), to(block)));
        blocks.push((block, name));
    }
    build.end(Terminator::Switch { value: args[0], cases, default: to(unknown) }, pos);
    for (block, name) in blocks {
        build.enter(block);
        match answers.get(name) {
            Some(Literal::Atom(atom)) => build.end(Terminator::Return(Arg::Atom(*atom)), pos),
            Some(Literal::List(items)) if items.is_empty() => {
                build.end(Terminator::Return(Arg::EmptyList), pos);
            }
            Some(literal) => {
                let literal = Arg::Lit(unit.literals.intern(literal.clone()));
                let value = build.emit(Op::Copy(literal), pos);
                build.end(Terminator::Return(value), pos);
            }
            None => build.end(Terminator::TailCall(get_info.clone(), vec![module, args[0]]), pos),
        }
    }
    build.enter(unknown);
    build.end(Terminator::FunctionClause(args), pos);
    let name = known::DUNDER_INFO;
    let function = unit.declare(name, 1);
    unit.define(function, build.finish(name, 1, 0, pos));
    exports.push(Export { name, arity: 1, function });
    exports
}
