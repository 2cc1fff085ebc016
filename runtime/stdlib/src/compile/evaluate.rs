//! Expressions that are compiled to be run once: cells, scripts, `Code.eval_*`, module bodies.

use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_bytecode::{Image, ir};
use jovial_compiler::carried::Code;
use jovial_compiler::env::{Counter, Env, Kind, Var, Vars};
use jovial_compiler::errors::{Diagnostic, Exception, Halt, Result, Severity};
use jovial_compiler::host::Host as _;
use jovial_compiler::lower::{self, Expression, LowerError, Lowered, VarKey};
use jovial_compiler::{Expanded, expand_expression};
use jovial_syntax::quoted::{MetaValue, Node, NodeId};
use jovial_term::{Heap, Term};
use rustc_hash::FxHashSet;

pub use jovial_compiler::lower::takes_tuple;

use super::Library;
use super::data;
use super::host::CompileHost;

/// Names for modules of single expressions that were made and never run are used again after so many.
const NAMES: u32 = 4096;

/// The names that are free.
#[derive(Default)]
pub(crate) struct UnitNames {
    free: Vec<Atom>,
    made: u32,
}

impl UnitNames {
    fn take(&mut self) -> Atom {
        self.free.pop().unwrap_or_else(|| {
            self.made = self.made % NAMES + 1;
            Atom::new(&format!("elixir_eval_{}", self.made))
        })
    }
}

/// What the names of units begin with that are no file's.
pub const EVALUATED: &str = "elixir_eval_";

/// What those of files begin with. They are never names of others, since errors tell the two apart.
pub const OF_FILES: &str = "elixir_eval_file_";

/// A loaded expression: a function of its inputs that gives a tuple of the value and the outputs.
pub struct Prepared {
    pub module: Atom,
    pub function: Atom,
    /// What the function takes: their values, or all of them in one tuple where [`takes_tuple`] says so.
    pub inputs: Vec<Var>,
    pub outputs: Vec<Var>,
    /// Behind the expression.
    pub env: Env,
}

/// Expands, lowers and loads an expression whose outer variables are those of `env`.
pub fn prepare(host: &mut CompileHost<'_>, code: &mut Code, root: NodeId, env: &Env) -> Result<Prepared> {
    let expanded = expand_expression(code, root, env, host)?;
    load_expanded(host, code, expanded, env, EVALUATED)
}

/// The second half of [`prepare`]. `prefix` is what the name of the made module begins with.
pub fn load_expanded(
    host: &mut CompileHost<'_>,
    code: &Code,
    expanded: Expanded,
    env: &Env,
    prefix: &str,
) -> Result<Prepared> {
    let after = expanded.env;
    let mut inputs = named(code, expanded.root, &env.versioned_vars);
    inputs.sort_unstable();
    inputs.dedup();
    let outputs = after.versioned_vars.changed_since(&env.versioned_vars);
    let keys = |vars: &[(Var, u32)]| -> Vec<VarKey> {
        vars.iter().map(|(var, version)| VarKey::new(*var, i64::from(*version))).collect()
    };
    let module = if prefix == EVALUATED {
        host.library.unit_names().take()
    } else {
        Atom::new(&format!("{prefix}{}", host.library.unique_integer() % i64::from(NAMES)))
    };
    let made = lower::expression(&Expression {
        code,
        root: expanded.root,
        module,
        file: &env.file,
        inputs: &keys(&inputs),
        outputs: &keys(&outputs),
        host: &|number| host.values.get(number).and_then(|value| data::literal_of(value.root())),
    });
    let made = made.map_err(|error| lower_failure(env, &error))?;
    warn_hidden(host, env, &made);
    let mut made = made.module;
    let function = made.exports.first().map_or(known::NIL, |export| export.name);
    emit(host, &mut made, env)?;
    Ok(Prepared {
        module,
        function,
        inputs: inputs.into_iter().map(|(var, _)| var).collect(),
        outputs: outputs.into_iter().map(|(var, _)| var).collect(),
        env: after,
    })
}

/// Takes a prepared expression out of the machine, for the one run that it is made for: its code lives as long as that lasts and as
/// anything refers to it. Gives its function.
pub(crate) fn take<'h>(library: &Library, heap: &'h Heap, module: Atom, function: Atom, arity: u8) -> Option<Term<'h>> {
    let fun = library.machine().take_function(heap, module, function, arity)?;
    let mut names = library.unit_names();
    let reusable = !module.as_str().starts_with(OF_FILES);
    if reusable && names.free.len() < NAMES as usize && !names.free.contains(&module) {
        names.free.push(module);
    }
    Some(fun)
}

/// Makes bytecode of a module and loads it; gives the image as bytes.
pub fn load(host: &CompileHost<'_>, module: &mut ir::Module, env: &Env) -> Result<Vec<u8>> {
    emit(host, module, env).map(|image| jovial_bytecode::image::write(&image))
}

fn emit(host: &CompileHost<'_>, module: &mut ir::Module, env: &Env) -> Result<Image> {
    if host.library.option(Atom::new("relative_paths")) {
        for file in &mut module.files {
            *file = super::host::relative_to_cwd(file);
        }
    }
    let module = &*module;
    let image = jovial_bytecode::emit(module).map_err(|error| failure(env, 0, format!("{error:?}")))?;
    host.library.machine().load(&image).map_err(|error| failure(env, 0, format!("{error:?}")))?;
    Ok(image)
}

/// Reports clauses that never match.
pub fn warn_hidden(host: &mut CompileHost<'_>, env: &Env, made: &Lowered) {
    for hidden in &made.hidden {
        let file = made
            .module
            .files
            .get(usize::from(hidden.file))
            .map_or_else(|| Arc::clone(&env.file), |file| Arc::from(file.as_str()));
        host.diagnostic(Diagnostic {
            severity: Severity::Warning,
            message: hidden.to_string(),
            file,
            line: hidden.line,
            column: (hidden.column > 0).then_some(hidden.column),
            span: None,
            place: None,
            snippet: true,
        });
    }
}

fn failure(env: &Env, line: u32, message: String) -> Halt {
    Halt::Exception(Box::new(Exception {
        module: known::MOD_COMPILEERROR,
        message,
        file: Some(Arc::clone(&env.file)),
        line: (line > 0).then_some(line),
    }))
}

pub fn lower_failure(env: &Env, error: &LowerError) -> Halt {
    failure(env, error.line, error.to_string())
}

/// The outer variables that expanded code names, with their versions.
fn named(code: &Code, root: NodeId, outer: &Vars) -> Vec<(Var, u32)> {
    let mut found = Vec::new();
    if outer.is_empty() {
        return found;
    }
    let tree = &code.tree;
    let mut seen = FxHashSet::default();
    let mut work = vec![root];
    while let Some(id) = work.pop() {
        if !seen.insert(id) {
            continue;
        }
        match tree.node(id) {
            Node::Var { name, meta, context } => {
                let Some(version) = tree.meta_int(meta, known::VERSION) else { continue };
                let context = Kind::context(context);
                let kind = match tree.meta_get(meta, known::COUNTER) {
                    Some(MetaValue::Int(number)) => Kind::Counter(Counter::new(known::NIL, number)),
                    Some(MetaValue::Node(pair)) => match tree.node(pair) {
                        Node::Pair(module, number) => match (tree.node(module), tree.node(number)) {
                            (Node::Atom(module), Node::Int(number)) => Kind::Counter(Counter::new(module, number)),
                            _ => context,
                        },
                        _ => context,
                    },
                    Some(MetaValue::Atom(_)) | None => context,
                };
                let (var, version) = (Var::new(name, kind), u32::try_from(version).unwrap_or(u32::MAX));
                if outer.get(var) == Some(version) {
                    found.push((var, version));
                }
            }
            Node::List(seq) | Node::Improper(seq) | Node::Tuple(seq) | Node::Map(seq) => {
                work.extend_from_slice(tree.seq(seq));
            }
            Node::Pair(left, right) => work.extend([left, right]),
            Node::Call { args, .. } => work.extend_from_slice(tree.seq(args)),
            Node::Apply { callee, args, .. } => {
                work.push(callee);
                work.extend_from_slice(tree.seq(args));
            }
            Node::Int(_) | Node::BigInt(_) | Node::Float(_) | Node::Atom(_) | Node::Binary(_) | Node::Opaque(_) => {}
        }
    }
    found
}
