//! Expanded code to SSA form.
//!
//! **What it is for.** [`expression`] makes a module with one function of a piece of expanded code and the outer
//! variables it names; [`module`] makes a module of finished definitions. Between the tree and the blocks lies the
//! *core form*, where variables are resolved and closures explicit:
//!
//! | step | where |
//! | --- | --- |
//! | tree to core form | `convert` and the files named after it |
//! | clauses to decision trees | `matching` |
//! | expressions, control, exceptions, guards, comprehensions to blocks | `function` and the files named after them |
//! | blocks to a finished function | `build` |
//! | `__info__/1`, `module_info/0,1` | `info` |
//!
//! **Invariants.**
//! 1. Code size is linear in the size of the tree: no clause, body or pattern is lowered twice.
//! 2. Native stack use grows with the nesting of the source alone, which is bounded; 256 MiB are enough for all of it.
//! 3. What a program sees (order of evaluation, terms raised, tail calls, lines) is what Elixir's compiler gives.
//!
//! **What it must not know.** The expander, terms, files.

mod bifs;
mod build;
mod comprehension;
mod control;
mod convert;
mod convert_bits;
mod convert_clauses;
mod convert_patterns;
mod core;
mod exceptions;
mod function;
mod guard;
mod info;
mod literals;
mod matching;
mod unit;

#[cfg(test)]
mod tests;

use std::fmt;

use jovial_atoms::Atom;
use jovial_bytecode::ir::{Arg, Export, Literal, Module, Op, Pos, Terminator};
use jovial_syntax::quoted::NodeId;

use crate::carried::Code;
use crate::env::{Kind, Var};
use crate::module::Definition;

use self::convert::Converter;
use self::core::{Clause, VarId};
use self::function::{Fun, run_tasks};
use self::unit::Unit;

pub use self::info::Info;

/// How the expander tells one binding from all others: by name, hygiene and version.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct VarKey {
    pub name: Atom,
    pub scope: VarScope,
    pub version: i64,
}

/// The hygiene of a variable: its meta's counter, or its context where there is none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VarScope {
    Context(Atom),
    Counter(i64),
    ModuleCounter(Atom, i64),
}

impl VarKey {
    /// The binding of an env's variable with that version.
    pub fn new(var: Var, version: i64) -> Self {
        let scope = match var.kind {
            Kind::Context(context) => VarScope::Context(context.atom()),
            Kind::Counter(counter) if counter.module() == jovial_atoms::known::NIL => VarScope::Counter(counter.number),
            Kind::Counter(counter) => VarScope::ModuleCounter(counter.module(), counter.number),
        };
        VarKey { name: var.name(), scope, version }
    }
}

/// Why code can't be lowered. Code from the expander meets the first three only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nested deeper than any program should be.
    TooDeep,
    /// More than 255 arguments and captured variables together.
    TooManyArguments,
    /// A value of the host that no literal can stand for.
    NoLiteral,
    UnboundVariable(Atom),
    /// A variable used before its binding ran.
    Unordered,
    /// No shape that the expander leaves.
    Malformed(&'static str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LowerError {
    /// 0 stands for none.
    pub line: u32,
    pub cause: Cause,
}

impl fmt::Display for LowerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::TooDeep => f.write_str("code is nested too deeply"),
            Cause::TooManyArguments => {
                f.write_str("a function can take at most 255 arguments and captured variables together")
            }
            Cause::NoLiteral => {
                f.write_str("a value of this kind (pid, port, reference, function) can't be part of compiled code")
            }
            Cause::UnboundVariable(name) => write!(f, "undefined variable \"{name}\""),
            Cause::Unordered => f.write_str("a variable is used where it may not be bound"),
            Cause::Malformed(form) => write!(f, "invalid expanded code in {form}"),
        }
    }
}

impl std::error::Error for LowerError {}

/// A clause that never matches, since an earlier one takes whatever it would.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hidden {
    pub file: u16,
    pub line: u32,
    /// 0 stands for none.
    pub column: u32,
    /// Where the earlier clause stands.
    pub by_line: u32,
    /// The definition, if the earlier of its clauses takes any arguments at all.
    pub function: Option<(Atom, u8)>,
}

impl fmt::Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this clause ")?;
        if let Some((name, arity)) = self.function {
            write!(f, "for {name}/{arity} ")?;
        }
        write!(f, "cannot match because a previous clause at line {} always matches", self.by_line)
    }
}

/// What lowering gives.
#[derive(Clone, Debug)]
pub struct Lowered {
    pub module: Module,
    /// To be warned about, in the order of the program.
    pub hidden: Vec<Hidden>,
}

/// Gives the literal for a value of the host by its number, if there is one.
pub type HostLiterals<'h> = &'h dyn Fn(u32) -> Option<Literal>;

/// An expression to be evaluated once.
pub struct Expression<'a> {
    pub code: &'a Code,
    pub root: NodeId,
    /// The module's name; its function is `__eval__`.
    pub module: Atom,
    pub file: &'a str,
    /// Outer variables that the code may use: the function's parameters, or the elements of its one parameter
    /// ([`takes_tuple`]).
    pub inputs: &'a [VarKey],
    /// Variables wanted afterwards. The function returns a tuple of the value and theirs; one that the code does
    /// not bind is `nil`.
    pub outputs: &'a [VarKey],
    pub host: HostLiterals<'a>,
}

/// A module whose definitions are complete.
pub struct ModuleUnit<'a> {
    pub name: Atom,
    pub file: &'a str,
    pub definitions: &'a [&'a Definition],
    pub info: Info,
    pub attributes: Literal,
    pub chunks: Vec<(String, Literal)>,
    pub host: HostLiterals<'a>,
}

fn macro_name(name: Atom) -> Atom {
    Atom::new(&format!("MACRO-{name}"))
}

/// Whether so many inputs of an expression come as one tuple, since a function can't take so many arguments.
pub fn takes_tuple(inputs: usize) -> bool {
    inputs > usize::from(u8::MAX)
}

/// Lowers an expression to a module with the one exported function `__eval__`.
pub fn expression(unit: &Expression) -> Result<Lowered, LowerError> {
    let count = unit.inputs.len();
    if u16::try_from(count).is_err() {
        return Err(LowerError { line: 0, cause: Cause::TooManyArguments });
    }
    let packed = takes_tuple(count);
    let arity = if packed { 1 } else { u8::try_from(count).unwrap_or(u8::MAX) };
    let mut converter = Converter::new(unit.code, unit.host);
    converter.alone = true;
    let inputs: Vec<VarId> = unit.inputs.iter().map(|&key| converter.bind_outer(key)).collect();
    let root = converter.expr(unit.root)?;
    let outputs: Vec<Option<VarId>> = unit.outputs.iter().map(|key| converter.output(key)).collect();
    let core = converter.core;

    let name = Atom::new("__eval__");
    let mut module = Unit::new(unit.module);
    let file = module.file(unit.file);
    let id = module.declare(name, arity);
    let base = format!("__eval__/{arity}");
    let mut tasks = Vec::new();
    let line = core.line(root).max(1);
    let (mut fun, args) = Fun::new(&mut module, &core, &mut tasks, u32::from(arity), Pos { file, line });
    if packed {
        for (var, place) in inputs.into_iter().zip(0u16..) {
            let element = fun.emit(Op::Element(args[0], place));
            fun.env.insert(var, element);
        }
    } else {
        fun.env.extend(inputs.into_iter().zip(args));
    }
    let value = fun.value(root);
    if fun.b.live() {
        let mut result = vec![value];
        for output in outputs {
            // A variable bound on some ways only is not visible outside of them.
            result
                .push(output.and_then(|var| fun.env.get(&var).copied()).unwrap_or(Arg::Atom(jovial_atoms::known::NIL)));
        }
        let result = fun.emit(Op::Tuple(result));
        let pos = fun.pos();
        fun.b.end(Terminator::Return(result), pos);
    }
    let function = fun.finish(name, arity, 0, line);
    module.define(id, function);
    run_tasks(&mut module, &core, &base, file, &mut tasks);
    let mut made = module.finish()?;
    made.module.exports = vec![Export { name, arity, function: id }];
    Ok(made)
}

/// Lowers a module's definitions, with `__info__/1` and `module_info/0,1` beside them.
pub fn module(unit: ModuleUnit) -> Result<Lowered, LowerError> {
    let mut made = Unit::new(unit.name);
    made.file(unit.file);
    let mut exports = Vec::new();
    let mut places = Vec::with_capacity(unit.definitions.len());
    for definition in unit.definitions {
        let (name, arity) = if definition.kind.is_macro() {
            (macro_name(definition.name), definition.arity.checked_add(1))
        } else {
            (definition.name, Some(definition.arity))
        };
        let Some(arity) = arity else {
            return Err(LowerError { line: definition.line, cause: Cause::TooManyArguments });
        };
        let function = made.declare(name, arity);
        if definition.kind.is_public() {
            exports.push(Export { name, arity, function });
        }
        places.push((name, arity, function));
    }
    for (definition, (name, arity, function)) in unit.definitions.iter().zip(places) {
        lower_definition(&mut made, definition, name, arity, function, unit.host)?;
    }
    exports.extend(info::functions(&mut made, &unit.info, unit.definitions));
    exports.sort_by(|a, b| (a.name.as_str(), a.arity).cmp(&(b.name.as_str(), b.arity)));
    let mut made = made.finish()?;
    made.module.exports = exports;
    made.module.attributes = unit.attributes;
    made.module.chunks = unit.chunks;
    Ok(made)
}

fn lower_definition<'a>(
    unit: &mut Unit,
    definition: &'a Definition,
    name: Atom,
    arity: u8,
    function: jovial_bytecode::ir::FunId,
    host: HostLiterals<'a>,
) -> Result<(), LowerError> {
    let nothing = Code::new();
    let first = definition.clauses.first().map_or(&nothing, |stored| &*stored.code);
    let mut converter = Converter::new(first, host);
    let caller = definition.kind.is_macro().then(|| converter.bind_caller());
    let mut clauses: Vec<Clause> = Vec::with_capacity(definition.clauses.len());
    for stored in &definition.clauses {
        converter.switch(&stored.code);
        let clause = &stored.clause;
        converter.line = clause.line;
        clauses.push(converter.clause_of(clause.meta, &clause.args, &clause.guards, clause.body)?);
    }
    let core = converter.core;
    let base = format!("{name}/{arity}");
    let file = unit.file(&definition.file);
    let mut tasks = Vec::new();
    let pos = Pos { file, line: definition.line };
    let (mut fun, args) = Fun::new(unit, &core, &mut tasks, u32::from(arity), pos);
    fun.definition(&clauses, &args, caller, (definition.name, definition.arity));
    let made = fun.finish(name, arity, 0, definition.line);
    unit.define(function, made);
    run_tasks(unit, &core, &base, file, &mut tasks);
    Ok(())
}
