//! Compiling the library itself, when there is no library yet that could help: all files by one compilation, each when
//! its turn comes or when another needs one of its modules.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jovial_atoms::{Atom, known};
use jovial_compiler::carried::Code;
use jovial_compiler::env::Names;
use jovial_compiler::errors::{Halt, Result};
use jovial_compiler::host::Face;
use jovial_syntax::quoted::{Node, NodeId, Tree};
use jovial_term::{Fragment, Term};
use jovial_vm::{Ctx, Halt as NativeHalt};

use super::host::CompileHost;
use super::{Library, evaluate, session};
use crate::natives::Entry;

pub(crate) const TABLE: &[Entry] = &[("jovial_build", "run", 0, run)];

/// The state of a build.
#[derive(Default)]
pub struct Build {
    files: Vec<PathBuf>,
    /// Where modules are defined, by name.
    places: HashMap<Atom, usize>,
    begun: HashSet<usize>,
    made: Vec<(String, Vec<u8>)>,
    report: String,
    /// What `Kernel` will show, read from its source.
    kernel: Face,
}

/// A source file that can't be read or parsed.
#[derive(Debug)]
pub struct SourceError(String);

impl std::fmt::Display for SourceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SourceError {}

type Slot = Mutex<Option<Build>>;

fn lock(slot: &Slot) -> MutexGuard<'_, Option<Build>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

fn parse(path: &Path) -> std::result::Result<(Tree, NodeId), SourceError> {
    let source = std::fs::read_to_string(path).map_err(|error| SourceError(format!("{}: {error}", path.display())))?;
    let mut options =
        jovial_syntax::Options { columns: true, emit_warnings: false, ..jovial_syntax::Options::default() };
    let parsed = jovial_syntax::parse(&source, &mut options);
    match parsed.error() {
        Some(error) => Err(SourceError(format!("{}:{}: {}", path.display(), error.line, error.message))),
        None => Ok((parsed.tree, parsed.root)),
    }
}

/// The expressions of a block, or the one that it is.
fn expressions(tree: &Tree, root: NodeId) -> Vec<NodeId> {
    match tree.node(root) {
        Node::Call { name, args, .. } if name == known::DUNDER_BLOCK => tree.seq(args).to_vec(),
        _ => vec![root],
    }
}

/// The module that a top-level `defmodule` or `defprotocol` defines.
fn defined_name(tree: &Tree, node: NodeId) -> Option<(Atom, NodeId)> {
    let Node::Call { name, args, .. } = tree.node(node) else { return None };
    if !matches!(name.as_str(), "defmodule" | "defprotocol") {
        return None;
    }
    let &[target, body] = tree.seq(args) else { return None };
    match tree.node(target) {
        Node::Atom(atom) => Some((atom, body)),
        Node::Call { args, .. } => {
            let parts: Option<Vec<&str>> = tree
                .seq(args)
                .iter()
                .map(|part| match tree.node(*part) {
                    Node::Atom(atom) => Some(atom.as_str()),
                    _ => None,
                })
                .collect();
            Some((Atom::new(&format!("Elixir.{}", parts?.join("."))), body))
        }
        _ => None,
    }
}

/// The public functions and macros that a module's source defines.
fn scan_face(tree: &Tree, body: NodeId) -> Face {
    let (mut functions, mut macros) = (Vec::new(), Vec::new());
    let Node::List(pairs) = tree.node(body) else { return Face::default() };
    for pair in tree.seq(pairs) {
        let Node::Pair(_, block) = tree.node(*pair) else { continue };
        for expression in expressions(tree, block) {
            let Node::Call { name, args, .. } = tree.node(expression) else { continue };
            let kind = name.as_str();
            let (true, Some(&head)) = (matches!(kind, "def" | "defmacro"), tree.seq(args).first()) else { continue };
            let head = match tree.node(head) {
                Node::Call { name, args, .. } if name == known::WHEN => tree.seq(args).first().copied().unwrap_or(head),
                _ => head,
            };
            let (name, params) = match tree.node(head) {
                Node::Call { name, args, .. } => (name, tree.seq(args)),
                Node::Var { name, .. } => (name, &[][..]),
                _ => continue,
            };
            let defaults = params
                .iter()
                .filter(|param| matches!(tree.node(**param), Node::Call { name, .. } if name == known::OP_BACKSLASH2))
                .count();
            let into = if kind == "def" { &mut functions } else { &mut macros };
            for arity in params.len() - defaults..=params.len() {
                into.push((name, u8::try_from(arity).unwrap_or(u8::MAX)));
            }
        }
    }
    Face {
        functions: std::sync::Arc::new(Names::new(functions)),
        macros: std::sync::Arc::new(Names::new(macros)),
        deprecated: std::sync::Arc::default(),
        elixir: true,
    }
}

impl Library {
    /// Begins to compile the library from these files.
    pub fn begin_build(&self, files: &[PathBuf]) -> std::result::Result<(), SourceError> {
        let mut build = Build { files: files.to_vec(), ..Build::default() };
        for (at, path) in files.iter().enumerate() {
            let (tree, root) = parse(path)?;
            for expression in expressions(&tree, root) {
                if let Some((name, body)) = defined_name(&tree, expression) {
                    build.places.insert(name, at);
                    if name == known::MOD_KERNEL {
                        build.kernel = scan_face(&tree, body);
                    }
                }
            }
        }
        *lock(&self.build) = Some(build);
        Ok(())
    }

    /// Ends the build: images by module name, and what was reported.
    pub fn end_build(&self) -> (Vec<(String, Vec<u8>)>, String) {
        lock(&self.build).take().map(|build| (build.made, build.report)).unwrap_or_default()
    }

    /// Notes the image of a module that was defined during a build.
    pub(crate) fn defined(&self, name: Atom, image: &[u8]) {
        if let Some(build) = &mut *lock(&self.build) {
            let name = name.as_str().to_string();
            build.made.retain(|(other, _)| *other != name);
            build.made.push((name, image.to_vec()));
        }
    }

    /// Adds to the report of a build; false outside of one.
    pub(crate) fn report(&self, text: &str) -> bool {
        match &mut *lock(&self.build) {
            Some(build) => {
                build.report.push_str(text);
                true
            }
            None => false,
        }
    }

    /// `Kernel`, while its own source is not compiled yet.
    pub(crate) fn scanned_kernel(&self) -> Option<Face> {
        lock(&self.build).as_ref().map(|build| build.kernel.clone())
    }

    /// The file that defines a module, if its turn has not come; it has now.
    fn claim(&self, module: Atom) -> Option<PathBuf> {
        let mut slot = lock(&self.build);
        let build = slot.as_mut()?;
        let at = *build.places.get(&module)?;
        build.begun.insert(at).then(|| build.files[at].clone())
    }

    fn claim_next(&self) -> Option<PathBuf> {
        let mut slot = lock(&self.build);
        let build = slot.as_mut()?;
        let at = (0..build.files.len()).find(|at| !build.begun.contains(at))?;
        build.begun.insert(at);
        Some(build.files[at].clone())
    }
}

/// Compiles the file of a module that is needed now. Whether there was one.
pub(crate) fn compile_needed(host: &mut CompileHost<'_>, module: Atom) -> Result<bool> {
    match host.library.claim(module) {
        Some(path) => compile_file(host, &path).map(|()| true),
        None => Ok(false),
    }
}

fn compile_file(host: &mut CompileHost<'_>, path: &Path) -> Result<()> {
    let (tree, root) = parse(path).map_err(|error| Halt::exception(known::MOD_SYNTAXERROR, error.to_string()))?;
    let shown = path.iter().skip_while(|part| *part != "lib").collect::<PathBuf>();
    let mut env = host.library.new_env(&shown.to_string_lossy());
    let roots = expressions(&tree, root);
    let mut code = Code::from(tree);
    for root in roots {
        let prepared = evaluate::prepare(host, &mut code, root, &env).map_err(|halt| located(host, path, halt))?;
        host.run(&prepared, |_, _| Vec::new()).map_err(|halt| located(host, path, halt))?;
        env = prepared.env;
    }
    Ok(())
}

/// Says which file it was before an error goes on.
fn located(host: &CompileHost<'_>, path: &Path, halt: Halt) -> Halt {
    host.library.report(&format!("in {}: {}\n", path.display(), super::host::describe(&halt)));
    halt
}

fn run<'h>(ctx: &Ctx<'h>, _: &[Term<'h>]) -> std::result::Result<Term<'h>, NativeHalt<'h>> {
    let library = Library::in_ctx(ctx);
    Err(session::start(ctx, move |asking| {
        let mut host = CompileHost::new(asking, std::sync::Arc::clone(&library), None);
        let mut outcome = Ok(Fragment::immediate(Term::OK));
        while let Some(path) = library.claim_next() {
            if let Err(halt) = compile_file(&mut host, &path) {
                // One broken file should not hide the next; what depends on it fails too and says so.
                outcome = Err(halt);
            }
            let _ = host.flush();
        }
        session::conclude(&mut host, outcome)
    })?)
}
