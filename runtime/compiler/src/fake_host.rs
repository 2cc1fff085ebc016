//! A host of a few tables, for tests of this crate: modules with faces, no Elixir code that runs.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_syntax::quoted::{Meta, Node, NodeId};

use crate::carried::Code;
use crate::env::{Env, NameArity, Names};
use crate::errors::{Diagnostic, Halt, Result};
use crate::host::{Compiled, Datum, Face, Host, MacroCall, OpaqueKind, SharedModule, TraceEvent};
use crate::lexical::Trackers;
use crate::module::{self, DefKind, Definition, ModuleBuild};

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
    /// Where the stack began when it was given, and its size.
    stack: Option<(usize, usize)>,
}

fn stack_address() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
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

    /// Says how much of the native stack may be used from here on.
    #[must_use]
    pub fn with_stack(mut self, size: usize) -> Self {
        self.stack = Some((stack_address(), size));
        self
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

    fn ensure_compiled(&mut self, module: Atom, _of: Atom) -> Result<Compiled> {
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

    fn call_function(
        &mut self,
        code: &mut Code,
        module: Atom,
        name: Atom,
        args: &[NodeId],
        _env: &Env,
        _local: bool,
    ) -> Result<NodeId> {
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
        Ok(Datum::Literal(Literal::Atom(known::NIL)))
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn trace(&mut self, _code: &mut Code, _event: &TraceEvent, _meta: Meta, _env: &Env) -> Result<()> {
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

    fn stack_room(&self) -> usize {
        self.stack.map_or(usize::MAX, |(top, size)| size.saturating_sub(top.saturating_sub(stack_address())))
    }

    fn option(&mut self, _name: Atom) -> bool {
        false
    }
}

/// What became of a module's source.
#[derive(Debug)]
pub struct Defined {
    pub definitions: Vec<Definition>,
    pub diagnostics: Vec<Diagnostic>,
    pub halt: Option<Halt>,
}

/// The calls of natives that an expanded body makes, in order.
fn natives(code: &Code, root: NodeId) -> Vec<(Atom, Vec<NodeId>)> {
    let statements = match code.call_of(root, known::DUNDER_BLOCK) {
        Some((_, statements)) => statements,
        None => vec![root],
    };
    statements.into_iter().filter_map(|id| code.remote_of(id)).map(|remote| (remote.name, remote.args)).collect()
}

/// Defines the module `M` with that body: runs its definitions as the machine would, and finishes it. Attributes
/// are only those with plain values.
pub fn define(body: &str, columns: bool) -> Defined {
    let mut host = FakeHost::new()
        .with_module("Elixir.List", "flatten/1 flatten/2 first/1 first/2 to_charlist/1", "")
        .with_module("Elixir.Enum", "map/2 reduce/3", "");
    let env = host.module_env("Elixir.M");
    let options = &mut jovial_syntax::Options { columns, ..jovial_syntax::Options::default() };
    let parsed = jovial_syntax::parse(body, options);
    let mut code = Code::from(parsed.tree);
    let mut definitions = Vec::new();
    let halt = host.run(&mut code, parsed.root, &env, &mut definitions).err();
    if halt.is_none()
        && let Some(tracker) = env.lexical_tracker.and_then(|id| host.trackers.stop(id))
    {
        for unused in tracker.unused() {
            host.diagnostics.push(unused.diagnostic(&env.file));
        }
    }
    Defined { definitions, diagnostics: host.diagnostics, halt }
}

impl FakeHost {
    fn run(&mut self, code: &mut Code, root: NodeId, env: &Env, definitions: &mut Vec<Definition>) -> Result<()> {
        let expanded = crate::expand_expression(code, root, env, self)?;
        for (name, args) in natives(code, expanded.root) {
            match name.as_str() {
                "make_overridable" => self.overridable(code, env, args[1])?,
                "__put_attribute__" => self.put_attribute(code, env, &args),
                "store_definition" => {
                    let kind = code.atom_of(args[0]).and_then(DefKind::from_atom);
                    let number = code.int_of(args[2]).and_then(|number| usize::try_from(number).ok());
                    let waiting = self.modules.get(&env.module).and_then(|build| {
                        let build = build.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                        build.waiting(number?).cloned()
                    });
                    let (Some(kind), Some(module::Waiting { env: def_env, quoted: Some(quoted) })) = (kind, waiting)
                    else {
                        continue;
                    };
                    let Some((call, body)) = quoted.code.pair_of(quoted.root) else { continue };
                    let stored = module::store_definition(quoted.code.clone(), kind, call, body, true, &def_env, self)?;
                    module::take_attributes(&stored, kind, self);
                }
                _ => {}
            }
        }
        module::settle_overridables(self, env)?;
        *definitions = module::finish(env, self)?.definitions;
        let behaviours = self
            .modules
            .get(&env.module)
            .and_then(|build| module::Behaviours::of(&build.lock().unwrap_or_else(std::sync::PoisonError::into_inner)));
        behaviours.map_or(Ok(()), |behaviours| behaviours.check(env, self))
    }

    fn overridable(&mut self, code: &Code, env: &Env, list: NodeId) -> Result<()> {
        for (name, arity) in code.keyword_of(list).unwrap_or_default() {
            let arity = code.int_of(arity).and_then(|arity| u8::try_from(arity).ok()).unwrap_or_default();
            if !module::make_overridable(self, env, (name, arity))? {
                let module = crate::errors::inspect_module(env.module);
                return Err(Halt::argument_error(format!(
                    "cannot make function {name}/{arity} overridable because it was not defined in module {module}"
                )));
            }
        }
        Ok(())
    }

    fn put_attribute(&mut self, code: &Code, env: &Env, args: &[NodeId]) {
        let (Some(name), Some(value)) = (code.atom_of(args[1]), literal(code, args[2])) else { return };
        let Some(build) = self.modules.get(&env.module) else { return };
        let line = code.int_of(args[3]).and_then(|line| u32::try_from(line).ok());
        build.lock().unwrap_or_else(std::sync::PoisonError::into_inner).put_attribute(
            name,
            Datum::Literal(value),
            line,
        );
    }
}

/// A plain value.
fn literal(code: &Code, id: NodeId) -> Option<Literal> {
    Some(match code.node(id) {
        Node::Int(value) => Literal::Int(value),
        Node::Float(value) => Literal::Float(value),
        Node::Atom(atom) => Literal::Atom(atom),
        Node::Binary(bytes) => Literal::Binary(code.tree.bytes(bytes).to_vec()),
        Node::List(seq) => {
            Literal::List(code.tree.seq(seq).iter().map(|&id| literal(code, id)).collect::<Option<_>>()?)
        }
        Node::Pair(left, right) => Literal::Tuple(vec![literal(code, left)?, literal(code, right)?]),
        _ => return None,
    })
}
