//! What the compiler asks of the world, as one trait.
//!
//! **What it is for.** The library implements [`Host`] beside the natives of `Code` and `Module`; tests implement it
//! with a few tables. Any method may suspend the compiler for as long as it likes.
//!
//! **Invariants.**
//! 1. Nodes that a method adds to the tree are new or come from its arguments; it never changes existing ones.
//! 2. A method that runs Elixir code reports what that code raises as [`Halt::Raised`], untouched.
//!
//! **What it must not know.** How macros run, where modules are kept.

use std::any::Any;
use std::sync::{Arc, Mutex};

use jovial_atoms::Atom;
use jovial_bytecode::ir::Literal;
use jovial_syntax::quoted::{Meta, NodeId};

use crate::carried::Code;
use crate::env::{Env, NameArity, Names};
use crate::errors::{Diagnostic, Halt, Result};
use crate::lexical::Trackers;
use crate::module::ModuleBuild;

/// What a module shows to the compiler.
#[derive(Clone, Debug, Default)]
pub struct Face {
    /// Without macros. For an Erlang module all exports but `module_info`.
    pub functions: Arc<Names>,
    pub macros: Arc<Names>,
    /// What `__info__(:deprecated)` says, by name and arity.
    pub deprecated: Arc<Vec<(NameArity, String)>>,
    /// It has `__info__/1`.
    pub elixir: bool,
}

/// A module whose body is running.
pub type SharedModule = Arc<Mutex<ModuleBuild>>;

/// A call of a macro that is not native.
pub struct MacroCall<'a> {
    pub module: Atom,
    /// Without `MACRO-`.
    pub name: Atom,
    pub args: &'a [NodeId],
    /// The caller, with its line and variables.
    pub env: &'a Env,
    /// The macro is one of the module under construction: its clauses are in [`Host::module_build`].
    pub local: bool,
    /// Where the call stands, for the entry `expanding macro: Mod.name/1` of a stack trace.
    pub line: u32,
}

/// What became of waiting for a module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compiled {
    Available,
    NotFound,
    /// It is being defined right now by this very process.
    UnderConstruction,
    /// Who defines it waits for us.
    Deadlock,
}

/// A value that a tree can't spell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpaqueKind {
    Pid,
    Port,
    Reference,
    /// `&Mod.fun/arity`
    ExternalFun {
        module: Atom,
        name: Atom,
        arity: u8,
    },
    LocalFun,
    /// A bitstring whose bits don't fill bytes, a tuple or map with such values in it.
    Other,
}

/// A value of a module attribute.
#[derive(Clone)]
pub enum Datum {
    Literal(Literal),
    /// Something with a process, function or reference in it.
    Host(Arc<dyn Any + Send + Sync>),
}

impl std::fmt::Debug for Datum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Datum::Literal(literal) => literal.fmt(f),
            Datum::Host(_) => f.write_str("Host(..)"),
        }
    }
}

/// Something that compilation tracers hear of.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum TraceEvent {
    Import {
        module: Atom,
        options: NodeId,
    },
    Require {
        module: Atom,
        options: NodeId,
    },
    Alias {
        module: Atom,
        alias: Atom,
        options: NodeId,
    },
    AliasReference {
        module: Atom,
    },
    AliasExpansion {
        lookup: Atom,
        result: Atom,
    },
    /// `keys` is the list of those that are given.
    StructExpansion {
        module: Atom,
        keys: NodeId,
    },
    RemoteFunction {
        module: Atom,
        name: Atom,
        arity: u8,
    },
    RemoteMacro {
        module: Atom,
        name: Atom,
        arity: u8,
    },
    ImportedFunction {
        module: Atom,
        name: Atom,
        arity: u8,
    },
    ImportedMacro {
        module: Atom,
        name: Atom,
        arity: u8,
    },
    /// `arities` is a list.
    ImportedQuoted {
        module: Atom,
        name: Atom,
        arities: NodeId,
    },
    LocalFunction {
        name: Atom,
        arity: u8,
    },
    LocalMacro {
        name: Atom,
        arity: u8,
    },
}

pub trait Host {
    /// What a module that is (or can be) loaded shows; `None` if there is none.
    fn face(&mut self, module: Atom) -> Result<Option<Face>>;

    /// Waits until a module is there that may be defined elsewhere right now.
    /// `of` says what of it is needed: `module` or `struct`.
    fn ensure_compiled(&mut self, module: Atom, of: Atom) -> Result<Compiled>;

    /// The module of that name whose body is running in this session.
    fn module_build(&mut self, module: Atom) -> Option<SharedModule>;

    /// Runs a macro and gives the quoted code that it returns.
    fn call_macro(&mut self, code: &mut Code, call: &MacroCall<'_>) -> Result<NodeId>;

    /// What a macro of `Kernel` raised, with a trace that says where it was called.
    fn expanding(&mut self, halt: Halt, _call: (Atom, Atom, usize), _env: &Env, _line: u32) -> Halt {
        halt
    }

    /// Calls a function while compiling (`__struct__/1`, callbacks). Arguments are data nodes: an escaped list is
    /// [`Node::List`](jovial_syntax::quoted::Node::List), a tuple is a tuple node, maps are [`Node::Map`](jovial_syntax::quoted::Node::Map). The result is
    /// data too, not escaped code. `local` as in [`MacroCall::local`].
    fn call_function(
        &mut self,
        code: &mut Code,
        module: Atom,
        name: Atom,
        args: &[NodeId],
        env: &Env,
        local: bool,
    ) -> Result<NodeId>;

    /// Tells what a host value is.
    fn opaque_kind(&mut self, value: u32) -> OpaqueKind;

    /// How `inspect` shows a host value, where the host can tell.
    fn opaque_text(&mut self, _value: u32) -> Option<String> {
        None
    }

    /// Makes a tree of a term that was left unconverted; `None` if it is a value that no tree can spell.
    fn reveal(&mut self, code: &mut Code, value: u32) -> Result<Option<NodeId>>;

    /// A node (as data) for an attribute's value that is no plain data.
    fn datum_node(&mut self, code: &mut Code, value: &Arc<dyn Any + Send + Sync>) -> Result<NodeId>;

    /// The value of a data node, where it holds opaque values.
    fn node_datum(&mut self, code: &Code, node: NodeId) -> Result<Datum>;

    /// Prints a warning or an error, or collects it where diagnostics are being collected.
    fn diagnostic(&mut self, diagnostic: Diagnostic);

    /// Calls the tracers of an env. Only asked if it has some.
    fn trace(&mut self, code: &mut Code, event: &TraceEvent, meta: Meta, env: &Env) -> Result<()>;

    /// Where the use of aliases and imports is counted.
    fn trackers(&self) -> &Trackers;

    /// A number never given before in this session.
    fn unique_integer(&mut self) -> i64;

    /// Called every few hundred nodes: a place to be preempted or cancelled.
    fn yield_point(&mut self) -> Result<()>;

    /// How many bytes of native stack are left. Code that nests deeper than that allows is refused.
    fn stack_room(&self) -> usize;

    /// An option of the compiler (`Code.put_compiler_option/2`) that is on.
    fn option(&mut self, name: Atom) -> bool;

    /// A path from the root on.
    fn absolute_path(&self, file: &str) -> String {
        file.to_owned()
    }

    /// A path as messages show it: relative to the current directory where it lies below.
    fn relative_path(&self, file: &str) -> String {
        file.to_owned()
    }
}

/// Hosts raise through this too.
pub type HostResult<T> = std::result::Result<T, Halt>;
