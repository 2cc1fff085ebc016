//! A host of a few tables, for tests of this crate: modules with faces, no Elixir code that runs.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Node, NodeId};

use crate::carried::Code;
use crate::env::{Env, NameArity, Names};
use crate::errors::{Diagnostic, Halt, Result};
use crate::host::{Compiled, Datum, Face, Host, MacroCall, OpaqueKind, SharedModule, TraceEvent};
use crate::lexical::Trackers;
use crate::module::ModuleBuild;

/// What `Kernel` exports besides its macros.
const KERNEL: &str = "!=/2 !==/2 */2 **/2 +/1 +/2 ++/2 -/1 -/2 --/2 //2 </2 <=/2 ==/2 ===/2 =~/2 >/2 >=/2 abs/1 apply/2 apply/3 \
    binary_part/3 binary_slice/2 binary_slice/3 bit_size/1 byte_size/1 ceil/1 div/2 elem/2 exit/1 floor/1 function_exported?/3 \
    get_and_update_in/3 get_in/2 hd/1 inspect/1 inspect/2 is_atom/1 is_binary/1 is_bitstring/1 is_boolean/1 is_float/1 is_function/1 \
    is_function/2 is_integer/1 is_list/1 is_map/1 is_map_key/2 is_number/1 is_pid/1 is_port/1 is_reference/1 is_tuple/1 length/1 \
    macro_exported?/3 make_ref/0 map_size/1 max/2 min/2 node/0 node/1 not/1 pop_in/2 put_elem/3 put_in/3 rem/2 round/1 self/0 send/2 \
    spawn/1 spawn/3 spawn_link/1 spawn_link/3 spawn_monitor/1 spawn_monitor/3 struct/1 struct/2 struct!/1 struct!/2 throw/1 tl/1 \
    to_timeout/1 trunc/1 tuple_size/1 update_in/3";

/// A macro of the fake: gets its arguments and gives code.
pub type FakeMacro = fn(&mut Code, &[NodeId]) -> NodeId;

#[derive(Default)]
pub struct FakeHost {
    faces: HashMap<Atom, Face>,
    macros: HashMap<(Atom, Atom, usize), FakeMacro>,
    pub modules: HashMap<Atom, SharedModule>,
    pub diagnostics: Vec<Diagnostic>,
    trackers: Trackers,
    next: i64,
}

fn names(list: &str) -> Vec<NameArity> {
    list.split_whitespace()
        .filter_map(|entry| {
            let (name, arity) = entry.rsplit_once('/')?;
            Some((Atom::new(name), arity.parse().ok()?))
        })
        .collect()
}

impl FakeHost {
    pub fn new() -> Self {
        let mut host = FakeHost::default();
        host.faces.insert(
            known::MOD_KERNEL,
            Face {
                functions: Arc::new(Names::new(names(KERNEL))),
                macros: Arc::new(Names::new(crate::kernel_macros::names())),
                elixir: true,
                ..Face::default()
            },
        );
        host
    }

    /// Adds a module: its functions and macros as `name/arity`.
    #[must_use]
    pub fn with_module(mut self, module: &str, functions: &str, macros: &str) -> Self {
        let face = Face {
            functions: Arc::new(Names::new(names(functions))),
            macros: Arc::new(Names::new(names(macros))),
            elixir: true,
            ..Face::default()
        };
        self.faces.insert(Atom::new(module), face);
        self
    }

    #[must_use]
    pub fn with_macro(mut self, module: &str, name: &str, arity: usize, code: FakeMacro) -> Self {
        self.macros.insert((Atom::new(module), Atom::new(name), arity), code);
        self
    }

    pub fn env(&self) -> Env {
        Env::new("nofile", &self.faces[&known::MOD_KERNEL])
    }

    /// An env inside a module of that name, which is entered as under construction.
    pub fn module_env(&mut self, module: &str) -> Env {
        let name = Atom::new(module);
        let build = ModuleBuild::new(name, Arc::from("nofile"), 1);
        self.modules.insert(name, Arc::new(Mutex::new(build)));
        Env { module: name, lexical_tracker: Some(self.trackers.start()), ..self.env() }
    }
}

impl Host for FakeHost {
    fn face(&mut self, module: Atom) -> Result<Option<Face>> {
        Ok(self.faces.get(&module).cloned())
    }

    fn ensure_compiled(&mut self, module: Atom, _env: &Env) -> Result<Compiled> {
        Ok(if self.modules.contains_key(&module) { Compiled::UnderConstruction } else { Compiled::NotFound })
    }

    fn module_build(&mut self, module: Atom) -> Option<SharedModule> {
        self.modules.get(&module).cloned()
    }

    fn call_macro(&mut self, code: &mut Code, call: &MacroCall<'_>) -> Result<NodeId> {
        match self.macros.get(&(call.module, call.name, call.args.len())) {
            Some(native) => Ok(native(code, call.args)),
            None => Err(Halt::exception(known::MOD_UNDEFINEDFUNCTIONERROR, format!("{}.{}", call.module, call.name))),
        }
    }

    fn call_function(&mut self, code: &mut Code, module: Atom, name: Atom, args: &[NodeId], _env: &Env, _local: bool) -> Result<NodeId> {
        // Any struct has two fields here, a and b.
        if name == known::DUNDER_STRUCT && args.len() == 1 {
            let mut entries = vec![(known::DUNDER_STRUCT, code.tree.atom(module))];
            for field in ["a", "b"] {
                entries.push((Atom::new(field), code.tree.atom(known::NIL)));
            }
            let flat: Vec<NodeId> = entries.into_iter().flat_map(|(key, value)| [code.tree.atom(key), value]).collect();
            let seq = code.tree.add_seq(&flat);
            return Ok(code.tree.add(Node::Map(seq)));
        }
        Err(Halt::exception(known::MOD_UNDEFINEDFUNCTIONERROR, format!("{module}.{name}/{}", args.len())))
    }

    fn opaque_kind(&mut self, _value: u32) -> OpaqueKind {
        OpaqueKind::Pid
    }

    fn reveal(&mut self, _code: &mut Code, _value: u32) -> Result<Option<NodeId>> {
        Ok(None)
    }

    fn datum_node(&mut self, code: &mut Code, _value: &Arc<dyn Any + Send + Sync>) -> Result<NodeId> {
        Ok(code.tree.atom(known::NIL))
    }

    fn node_datum(&mut self, _code: &Code, _node: NodeId) -> Result<Datum> {
        Ok(Datum::Literal(jovial_bytecode::ir::Literal::Atom(known::NIL)))
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn trace(&mut self, _code: &mut Code, _event: &TraceEvent, _line: u32, _env: &Env) -> Result<()> {
        Ok(())
    }

    fn trackers(&self) -> &Trackers {
        &self.trackers
    }

    fn unique_integer(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    fn yield_point(&mut self) -> Result<()> {
        Ok(())
    }

    fn option(&mut self, _name: Atom) -> bool {
        false
    }
}
