//! Defining a module: its body run, its callbacks called, its image made and loaded.
//!
//! Source for the order of steps: the documentation of `Module` (compile callbacks). All of it runs as one compilation
//! of the process that reached the `defmodule`; each `def` in the body is a compilation of its own.

use std::sync::{Arc, Mutex, PoisonError};

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_compiler::carried::{Code, Item, Quoted};
use jovial_compiler::env::{Env, NameArity, Vars};
use jovial_compiler::errors::{Diagnostic, Exception, Halt, Result, Severity};
use jovial_compiler::host::{Datum, Host, MacroCall, SharedModule};
use jovial_compiler::lower::{self, Info, ModuleUnit};
use jovial_compiler::module::{self, DefKind, Definition};
use jovial_syntax::quoted::{MetaValue, NodeId};
use jovial_term::{Fragment, Pid, Term};

use super::host::CompileHost;
use super::{convert, data, env_term, evaluate, session, types, verify};

/// What `defmodule` hands over when it runs.
pub struct ModuleStart {
    pub name: Atom,
    pub line: u32,
    pub body: Arc<Quoted>,
    /// Values of the outer variables, in the order of the env's variables.
    pub values: Fragment,
    pub env: Arc<Env>,
    pub owner: Pid,
}

/// Modules within modules. Names end this far sooner, unless each starts anew with `Elixir.`; and each module keeps the
/// code of all those in it, so that memory goes by the square.
const NESTING_MAX: usize = 256;

/// Leaves a module's table entry when its definition ends, however it ends.
struct Entered<'a> {
    library: &'a super::Library,
    name: Atom,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.library.end(self.name);
    }
}

fn lock(module: &SharedModule) -> std::sync::MutexGuard<'_, jovial_compiler::module::ModuleBuild> {
    module.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a `defmodule`: gives `{:module, name, binary, value}`.
pub fn define(host: &mut CompileHost<'_>, start: &ModuleStart) -> Result<Fragment> {
    let outer = &*start.env;
    if host.library.nesting(start.owner) >= NESTING_MAX {
        return Err(Halt::exception(known::MOD_SYSTEMLIMITERROR, "a system limit has been reached"));
    }
    let build = module::begin(start.name, start.line, outer, host)?;
    let shared: SharedModule = Arc::new(Mutex::new(build));
    let library = Arc::clone(&host.library);
    library.begin(start.name, Arc::clone(&shared), start.owner);
    warn_redefined(host, start);
    let _entered = Entered { library: &library, name: start.name };
    // A file has one tracker for all its modules; elsewhere each module has its own.
    let own = if outer.lexical_tracker.is_some() && outer.function.is_none() {
        None
    } else {
        Some(library.trackers().start())
    };
    let lexical_tracker = own.or(outer.lexical_tracker);
    let mut env = Env { module: start.name, function: None, lexical_tracker, ..outer.clone() };
    if !env.scope.context_modules.contains(&start.name) {
        env.scope_mut().context_modules.insert(0, start.name);
    }
    let outcome = body(host, start, &shared, &mut env);
    if outcome.is_err() {
        library.forget_unverified(start.owner, start.name);
    }
    if let Some(tracker) = own.and_then(|id| library.trackers().stop(id))
        && outcome.is_ok()
    {
        for unused in tracker.unused() {
            host.diagnostic(unused.diagnostic(&outer.file));
        }
        host.flush()?;
    }
    outcome
}

/// The types, specs and callbacks in the format that tools read, once what they name was found to be there, and the functions that have specs.
fn check_types(host: &mut CompileHost<'_>, shared: &SharedModule, env: &Env) -> Result<Option<Literal>> {
    const KINDS: [Atom; 6] =
        [known::TYPE, known::OPAQUE, known::TYPEP, known::SPEC, known::CALLBACK, known::MACROCALLBACK];
    let any = {
        let build = lock(shared);
        let declared = |kind| build.attributes.get(kind).is_some_and(|found| !found.values.is_empty());
        KINDS.iter().any(declared) || declared(&known::OPTIONAL_CALLBACKS)
    };
    if !any || host.library.is_building() {
        return Ok(None);
    }
    let (checker, function) = (Atom::new("Elixir.Kernel.Typespec"), Atom::new("check"));
    let answer = host.call(checker, function, |_, _| vec![Term::atom(env.module)])?;
    let Some(&[kind, second, third]) = answer.root().as_tuple_of::<3>() else { return Ok(None) };
    if kind.is_atom(known::TYPE) {
        return Err(Halt::Exception(Box::new(Exception {
            module: Atom::new("Elixir.Kernel.TypespecError"),
            message: text_of(third),
            file: Some(Arc::clone(&env.file)),
            line: Some(line_of(second)),
        })));
    }
    let mut failed = false;
    for found in third.list_to_vec().unwrap_or_default() {
        let Some(&[severity, line, text, place]) = found.as_tuple_of::<4>() else { continue };
        let severity = if severity.is_atom(known::ERROR) { Severity::Error } else { Severity::Warning };
        failed |= severity == Severity::Error;
        host.diagnostic(Diagnostic {
            severity,
            message: text_of(text),
            file: Arc::clone(&env.file),
            line: line_of(line),
            column: None,
            span: None,
            place: match place.as_atom() {
                Some(known::FILE) => Some((env.module, (Atom::new("__FILE__"), 1))),
                Some(known::MODULE) => Some((env.module, (known::DUNDER_MODULE, 0))),
                Some(_) | None => None,
            },
            snippet: true,
        });
    }
    if failed {
        return Err(Halt::compile_error(&Env { lexical_tracker: None, ..env.clone() }));
    }
    Ok(data::literal_of(second))
}

fn line_of(line: Term<'_>) -> u32 {
    line.as_small().and_then(|line| u32::try_from(line).ok()).unwrap_or(0)
}

fn text_of(text: Term<'_>) -> String {
    text.bytes().map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default()
}

/// A file that defines a module anew says so; in a session that is how one works.
fn warn_redefined(host: &mut CompileHost<'_>, start: &ModuleStart) {
    let library = Arc::clone(&host.library);
    if !library.defers(start.owner)
        || library.option(Atom::new("ignore_module_conflict"))
        || library.machine().module(start.name).is_none()
    {
        return;
    }
    let name = jovial_compiler::errors::inspect_module(start.name);
    host.diagnostic(Diagnostic {
        severity: Severity::Warning,
        message: format!("redefining module {name} (current version defined in memory)"),
        file: Arc::clone(&start.env.file),
        line: start.line,
        column: None,
        span: None,
        place: Some((start.name, (known::DUNDER_MODULE, 0))),
        snippet: true,
    });
}

fn body(host: &mut CompileHost<'_>, start: &ModuleStart, shared: &SharedModule, env: &mut Env) -> Result<Fragment> {
    host.tell_tracers(env, |_, _| Term::atom(known::DEFMODULE))?;
    let mut code = start.body.code.clone();
    let prepared = evaluate::prepare(host, &mut code, start.body.root, env)?;
    let sorted = start.env.versioned_vars.sorted();
    let inputs = prepared.inputs.clone();
    host.flush()?;
    let result = host.run(&prepared, |heap, _| {
        let values = start.values.root().list_to_vec().unwrap_or_default();
        let value_of = |var| {
            let at = sorted.iter().position(|(other, _)| *other == var);
            at.and_then(|at| values.get(at)).map_or(Term::NIL, |value| heap.copy_in(*value))
        };
        let values: Vec<Term<'_>> = inputs.into_iter().map(value_of).collect();
        if lower::takes_tuple(values.len()) { vec![heap.tuple(&values)] } else { values }
    });
    let result = result.map_err(|halt| host.in_body(halt, prepared.module, env))?;
    *env = Env { versioned_vars: Vars::default(), next_version: 0, ..prepared.env };
    module::settle_overridables(host, env)?;
    for (module, function) in callbacks(shared, known::BEFORE_COMPILE) {
        before_compile(host, env, start.line, module, function)?;
    }
    module::settle_overridables(host, env)?;
    let finished = module::finish(env, host)?;
    let types = check_types(host, shared, env)?;
    host.flush()?;
    let definitions: Vec<&Definition> = finished.definitions.iter().collect();
    let (attributes, chunks, deprecated) = {
        let build = lock(shared);
        let mut attributes: Vec<(&Atom, &module::Attribute)> =
            build.attributes.iter().filter(|(_, attribute)| attribute.persist).collect();
        attributes.sort_by_key(|(name, _)| name.as_str());
        // Each value is an entry of its own, and a list stands for itself.
        let entries = attributes.into_iter().flat_map(|(name, attribute)| {
            attribute.values.iter().rev().map(|value| {
                let list = match datum_literal(value) {
                    Literal::List(values) => Literal::List(values),
                    value => Literal::List(vec![value]),
                };
                Literal::Tuple(vec![Literal::Atom(*name), list])
            })
        });
        let mut entries: Vec<Literal> = entries.collect();
        entries.insert(0, version_attribute(start.name));
        let deprecated = build.deprecated().iter().map(|((name, arity), hint)| {
            let function = Literal::Tuple(vec![Literal::Atom(*name), Literal::Int(i64::from(*arity))]);
            Literal::Tuple(vec![function, Literal::Binary(hint.clone().into_bytes())])
        });
        let deprecated = deprecated.collect::<Vec<_>>();
        let mut chunks = chunks(&build);
        if let Some(heads) = heads(host, &finished.definitions) {
            chunks.push(("heads".to_string(), heads));
        }
        if let Some(types) = types {
            chunks.push(("types".to_string(), types));
        }
        if !deprecated.is_empty() {
            chunks.push(("deprecated".to_string(), Literal::List(deprecated.clone())));
        }
        (Literal::List(entries), chunks, Literal::List(deprecated))
    };
    let fields = struct_fields(host, env, &definitions)?;
    let unit = ModuleUnit {
        name: start.name,
        file: &env.file,
        definitions: &definitions,
        info: Info { fields, deprecated },
        attributes,
        chunks,
        host: &|number| host.values.get(number).and_then(|value| data::literal_of(value.root())),
    };
    let mut made = lower::module(unit).map_err(|error| evaluate::lower_failure(env, &error))?;
    evaluate::warn_hidden(host, env, &made);
    for diagnostic in finished.late {
        host.diagnostic(diagnostic);
    }
    let binary = evaluate::load(host, &mut made.module, env)?;
    host.library.defined(start.name, &binary);
    host.library.note_module(start.owner, start.name, &binary);
    host.tell_tracers(env, |heap, _| {
        heap.tuple(&[Term::atom(Atom::new("on_module")), heap.binary(&binary), Term::atom(Atom::new("none"))])
    })?;
    let on_load = module::on_load(&lock(shared));
    if let Some(function) = on_load {
        host.call(Atom::new("Elixir.Jovial.Compiling"), Atom::new("loaded"), |_, _| {
            vec![Term::atom(start.name), Term::atom(function)]
        })?;
    }
    lock(shared).read_only = true;
    for (module, function) in callbacks(shared, known::AFTER_COMPILE) {
        let binary = &binary;
        let env = &*env;
        if host.face(module)?.is_some_and(|face| face.macros.contains(function, 2)) {
            // The module is finished: the code that such a macro gives has nothing left to do.
            let function = Atom::new(&format!("MACRO-{function}"));
            host.call(module, function, |heap, _| {
                let term = env_term::to_term(heap, env);
                vec![term, term, heap.binary(binary)]
            })?;
        } else {
            host.call(module, function, |heap, _| vec![env_term::to_term(heap, env), heap.binary(binary)])?;
        }
    }
    if !host.library.is_building() {
        let mut calls = module::remote_calls(&finished.definitions);
        calls.extend(module::remote_calls(&finished.unreachable));
        let (hopeless, types): (Vec<_>, Vec<_>) =
            types::findings(host, env, &finished.definitions)?.into_iter().partition(|(rank, _)| *rank == 0);
        for (_, diagnostic) in hopeless {
            host.diagnostic(diagnostic);
        }
        let unverified = {
            let build = lock(shared);
            verify::Unverified {
                env: env.clone(),
                calls,
                types,
                behaviours: module::Behaviours::of(&build),
                unchecked: verify::unchecked(&build),
                after_verify: Vec::new(),
            }
        };
        let after_verify = callbacks(shared, known::AFTER_VERIFY);
        let unverified = verify::Unverified { after_verify, ..unverified };
        if host.library.is_parallel() {
            host.flush()?;
            let (module, function) = (Atom::new("Elixir.Jovial.Compiling"), Atom::new("defined"));
            let (name, binary) = (start.name, &binary);
            host.call(module, function, |heap, _| vec![Term::atom(name), heap.binary(binary)])?;
        }
        let ready = host.library.verifiable(start.owner, unverified);
        verify::verify(host, &ready)?;
    }
    Ok(session::answer(|heap| {
        let value = result.root().as_tuple().and_then(|parts| parts.first().copied()).unwrap_or(Term::NIL);
        heap.tuple(&[Term::atom(known::MODULE), Term::atom(start.name), heap.binary(&binary), heap.copy_in(value)])
    }))
}

fn version_attribute(name: Atom) -> Literal {
    let seed =
        name.as_str().bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    Literal::Tuple(vec![Literal::Atom(known::VSN), Literal::List(vec![Literal::Int(i64::from(seed))])])
}

fn datum_literal(datum: &Datum) -> Literal {
    match datum {
        Datum::Literal(literal) => literal.clone(),
        Datum::Host(_) => Literal::Atom(known::NIL),
    }
}

/// What is kept for tools: the documents, and the specifications as quoted code, a list of `{attribute, code, line}`.
fn chunks(build: &module::ModuleBuild) -> Vec<(String, Literal)> {
    let mut specs = Vec::new();
    for kind in [known::TYPE, known::OPAQUE, known::SPEC, known::CALLBACK, known::MACROCALLBACK] {
        let values = build.attributes.get(&kind).map_or(&[][..], |attribute| &attribute.values);
        for value in values.iter().rev() {
            if let Datum::Literal(Literal::Tuple(kept)) = value
                && let [_, code, Literal::Tuple(place)] = kept.as_slice()
                && let [_, line] = place.as_slice()
            {
                specs.push(Literal::Tuple(vec![Literal::Atom(kind), without_meta(code, 0), line.clone()]));
            }
        }
    }
    let mut chunks = vec![(String::from("docs"), build.docs_chunk())];
    if !specs.is_empty() {
        chunks.push((String::from("specs"), Literal::List(specs)));
    }
    chunks
}

/// What blame shows of functions: `{{name, arity}, [kind | clauses]}` for each of them, where a clause is `{patterns, guards}`.
fn heads(host: &CompileHost<'_>, definitions: &[Definition]) -> Option<Literal> {
    let values = &host.values;
    let all = session::answer(|heap| {
        let definitions = definitions.iter().map(|definition| {
            let key = heap.tuple(&[Term::atom(definition.name), Term::small32(i32::from(definition.arity))]);
            let clauses = definition.clauses.iter().map(|stored| {
                let term = |node: &NodeId| convert::to_term(heap, &stored.code, values, *node);
                let list = |nodes: &[NodeId]| heap.list(nodes.iter().map(term).collect::<Vec<_>>());
                heap.tuple(&[list(&stored.clause.args), list(&stored.clause.guards)])
            });
            let kind = Term::atom(definition.kind.atom());
            heap.tuple(&[key, heap.list(std::iter::once(kind).chain(clauses).collect::<Vec<_>>())])
        });
        heap.list(definitions.collect::<Vec<_>>())
    });
    data::literal_of(all.root()).map(|heads| without_meta(&heads, 0))
}

/// Nesting of a specification up to which places are left out of it.
const SPEC_DEPTH: u32 = 200;

/// Quoted code without the places of its nodes, which nobody asks a specification for.
fn without_meta(code: &Literal, depth: u32) -> Literal {
    let inner = |code: &Literal| without_meta(code, depth + 1);
    match code {
        _ if depth == SPEC_DEPTH => code.clone(),
        Literal::Tuple(node) if node.len() == 3 => {
            Literal::Tuple(vec![inner(&node[0]), Literal::List(Vec::new()), inner(&node[2])])
        }
        Literal::Tuple(items) => Literal::Tuple(items.iter().map(inner).collect()),
        Literal::List(items) => Literal::List(items.iter().map(inner).collect()),
        other => other.clone(),
    }
}

/// Pairs of module and function that an attribute like `@before_compile` holds, oldest first.
fn callbacks(shared: &SharedModule, attribute: Atom) -> Vec<(Atom, Atom)> {
    let build = lock(shared);
    let Some(attribute_state) = build.attributes.get(&attribute) else { return Vec::new() };
    let default = Atom::new(&format!("__{attribute}__"));
    attribute_state
        .values
        .iter()
        .rev()
        .filter_map(|value| match value {
            Datum::Literal(Literal::Atom(module)) => Some((*module, default)),
            Datum::Literal(Literal::Tuple(pair)) => match pair.as_slice() {
                [Literal::Atom(module), Literal::Atom(function)] => Some((*module, *function)),
                _ => None,
            },
            Datum::Literal(_) | Datum::Host(_) => None,
        })
        .collect()
}

/// Calls a `@before_compile` callback of a module that begins at `line`: a macro whose code then runs in the module, or a function.
fn before_compile(host: &mut CompileHost<'_>, env: &mut Env, line: u32, module: Atom, function: Atom) -> Result<()> {
    let face = host.face(module)?;
    let own = module == env.module;
    let is_macro = face.is_some_and(|face| face.macros.contains(function, 1));
    let mut code = Code::new();
    let env_node = code.carry(Item::Env(Arc::new(env.clone())));
    if !is_macro && !own {
        let env = env.clone();
        host.call(module, function, move |heap, _| vec![env_term::to_term(heap, &env)])?;
        return Ok(());
    }
    let prepared = if own {
        let call = MacroCall { module, name: function, args: &[env_node], env, local: true, line };
        let root = host.call_macro(&mut code, &call)?;
        evaluate::prepare(host, &mut code, root, env)?
    } else {
        // As a call in the module's body, so that the names which the macro makes are its own.
        // What the macro makes counts as written where the module begins.
        let meta = code.tree.add_meta(&[(known::LINE, MetaValue::Int(line.into()))]);
        let root = code.remote(module, function, meta, &[env_node]);
        let mut caller = env.clone();
        if !caller.requires(module) {
            let requires = &mut caller.scope_mut().requires;
            requires.push(module);
            requires.sort_by_key(|module| module.as_str());
        }
        evaluate::prepare(host, &mut code, root, &caller)?
    };
    host.run(&prepared, |_, _| Vec::new())?;
    *env = Env { versioned_vars: Vars::default(), next_version: 0, ..prepared.env };
    Ok(())
}

/// What `__info__(:struct)` gives: a map for each field of a module that defines `__struct__/0`.
fn struct_fields(host: &mut CompileHost<'_>, env: &Env, definitions: &[&Definition]) -> Result<Literal> {
    let nil = Literal::Atom(known::NIL);
    if !definitions.iter().any(|definition| definition.name == known::DUNDER_STRUCT && definition.arity == 0) {
        return Ok(nil);
    }
    let module = load_some(host, env.module, Some((known::DUNDER_STRUCT, 0)))?;
    let value = host.call(module, known::DUNDER_STRUCT, |_, _| Vec::new())?;
    let Some(map) = value.root().as_map() else { return Ok(nil) };
    // The order is that of the definition, where there is one.
    let declared = host.library.building(env.module).and_then(|build| lock(&build).struct_fields.clone());
    let pairs: Vec<(Atom, Term<'_>)> = match &declared {
        Some(names) => names.iter().filter_map(|name| Some((*name, map.get(Term::atom(*name))?))).collect(),
        None => map.iter().filter_map(|(key, default)| Some((key.as_atom()?, default))).collect(),
    };
    let fields = pairs.into_iter().filter(|(key, _)| *key != known::DUNDER_STRUCT).map(|(key, default)| {
        Literal::Map(vec![
            (Literal::Atom(Atom::new("field")), Literal::Atom(key)),
            (Literal::Atom(known::DEFAULT), data::literal_of(default).unwrap_or_else(|| nil.clone())),
        ])
    });
    Ok(Literal::List(fields.collect()))
}

/// Stores a clause of a definition and gives `{name, arity}`.
pub fn store(
    host: &mut CompileHost<'_>,
    code: Code,
    kind: DefKind,
    head: NodeId,
    body: NodeId,
    plain: bool,
    env: &Env,
) -> Result<Fragment> {
    let stored = module::store_definition(code, kind, head, body, plain, env, host)?;
    on_definition(host, &stored, kind)?;
    module::take_attributes(&stored, kind, host);
    Ok(crate::natives::elixir::stored(&stored))
}

/// Calls the `@on_definition` callbacks, the newest first, with the definition as it was written. It is stored by then, and its
/// documents are still attributes of the module.
fn on_definition(host: &mut CompileHost<'_>, stored: &module::Stored, kind: DefKind) -> Result<()> {
    let Some(shared) = host.library.building(stored.env.module) else { return Ok(()) };
    let callbacks = callbacks(&shared, known::ON_DEFINITION);
    let env = Env { function: Some((stored.name, stored.arity)), ..stored.env.clone() };
    for (module, function) in callbacks.into_iter().rev() {
        host.flush()?;
        host.call(module, function, |heap, values| {
            let term = |node: &NodeId| convert::to_term(heap, &stored.code, values, *node);
            let list = |nodes: &[NodeId]| heap.list(nodes.iter().map(term).collect::<Vec<_>>());
            vec![
                env_term::to_term(heap, &env),
                Term::atom(kind.atom()),
                Term::atom(stored.name),
                list(&stored.args),
                list(&stored.guards),
                term(&stored.body),
            ]
        })?;
    }
    Ok(())
}

/// Loads the definitions that a module under construction has so far, as a module of another name, and gives that name.
pub fn load_local(host: &mut CompileHost<'_>, name: Atom) -> Result<Atom> {
    load_some(host, name, None)
}

/// The same with those definitions only that one of them can reach.
fn load_some(host: &mut CompileHost<'_>, name: Atom, wanted: Option<NameArity>) -> Result<Atom> {
    let Some(shared) = host.library.building(name) else { return Ok(name) };
    let (definitions, file) = {
        let build = lock(&shared);
        (
            match wanted {
                Some((name, arity)) => build.reachable(name, arity),
                None => build.definitions().collect(),
            }
            .into_iter()
            .filter(|definition| !definition.clauses.is_empty())
            .cloned()
            .collect::<Vec<_>>(),
            Arc::clone(&build.file),
        )
    };
    let env = Env { module: name, ..host.library.new_env(&file) };
    // Private ones are called from outside here.
    let open: Vec<Definition> = definitions
        .into_iter()
        .map(|mut definition| {
            definition.kind = match definition.kind {
                module::DefKind::Defp => module::DefKind::Def,
                module::DefKind::Defmacrop => module::DefKind::Defmacro,
                kind => kind,
            };
            definition
        })
        .collect();
    let made_name = Atom::new(&format!("{name}-{}", host.library.unique_integer() % 64));
    let unit = ModuleUnit {
        name: made_name,
        file: &file,
        definitions: &open.iter().collect::<Vec<_>>(),
        info: Info::default(),
        attributes: Literal::List(Vec::new()),
        chunks: Vec::new(),
        host: &|number| host.values.get(number).and_then(|value| data::literal_of(value.root())),
    };
    let mut made = lower::module(unit).map_err(|error| evaluate::lower_failure(&env, &error))?;
    evaluate::load(host, &mut made.module, &env)?;
    Ok(made_name)
}
