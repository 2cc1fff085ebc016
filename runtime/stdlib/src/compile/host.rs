//! The compiler's host: answers what a compilation asks, by tables where it can, else by having the process run Elixir code.

use std::any::Any;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jovial_atoms::{Atom, known};
use jovial_compiler::carried::Code;
use jovial_compiler::env::Env;
use jovial_compiler::errors::{Diagnostic, Halt, Result};
use jovial_compiler::host::{Compiled, Datum, Face, Host, MacroCall, OpaqueKind, SharedModule, TraceEvent};
use jovial_compiler::lexical::Trackers;
use jovial_syntax::quoted::{Meta, NodeId};
use jovial_term::{Fragment, Heap, Term, Value};

use super::convert::{self, Values};
use super::evaluate::Prepared;
use super::library::Library;
use super::session::{Answer, Asking, Raised, Request};
use super::{data, env_term, report};

/// Yields of the compiler that pass between two yields of the process.
const YIELDS: u32 = 16;

/// Where errors and warnings go instead of the standard error of the process.
pub type Sink = Arc<Mutex<Vec<Diagnostic>>>;

pub struct CompileHost<'a> {
    asking: &'a Asking<'a>,
    pub library: Arc<Library>,
    pub values: Values,
    /// Collects errors; warnings are printed all the same.
    errors: Option<Sink>,
    pending: Vec<Diagnostic>,
    yields: u32,
}

impl<'a> CompileHost<'a> {
    pub fn new(asking: &'a Asking<'a>, library: Arc<Library>, errors: Option<Sink>) -> Self {
        CompileHost { asking, values: library.values().clone(), library, errors, pending: Vec::new(), yields: 0 }
    }

    /// Has the process call a function; `args` builds the arguments on a scratch heap.
    pub fn call(
        &mut self,
        module: Atom,
        function: Atom,
        args: impl for<'h> FnOnce(&'h Heap, &Values) -> Vec<Term<'h>>,
    ) -> Result<Fragment> {
        if self.library.face(module).is_none() {
            super::build::compile_needed(self, module)?;
        }
        self.ask_for(|heap, values| {
            heap.tuple(&[Term::atom(module), Term::atom(function), heap.list(args(heap, values))])
        })
    }

    /// Runs a prepared expression, which is possible once.
    pub fn run(
        &mut self,
        unit: &Prepared,
        args: impl for<'h> FnOnce(&'h Heap, &Values) -> Vec<Term<'h>>,
    ) -> Result<Fragment> {
        self.ask_for(|heap, values| {
            let unit = [Term::atom(unit.module), Term::atom(unit.function), heap.list(args(heap, values))];
            let (module, run) = (Term::atom(Atom::new("jovial_code")), Term::atom(Atom::new("run")));
            heap.tuple(&[module, run, heap.list(unit)])
        })
    }

    fn ask_for(&mut self, call: impl for<'h> FnOnce(&'h Heap, &Values) -> Term<'h>) -> Result<Fragment> {
        let call = {
            let heap = Heap::new();
            Fragment::copy_of(call(&heap, &self.values)).map_err(|_| out_of_memory())?
        };
        match self.asking.ask(Request::Call(call)) {
            Answer::Value(value) => Ok(value),
            Answer::Raised(raised) => Err(Halt::Raised(Arc::new(raised))),
            Answer::Start => Err(Halt::Cancelled),
        }
    }

    /// Prints what is to be printed. Called before the process does anything that could print, and at the end.
    pub fn flush(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let pending = std::mem::take(&mut self.pending);
        let text = || pending.iter().map(|found| self.library.format(found)).collect::<String>();
        if self.library.is_building() {
            self.library.report(&text());
            return Ok(());
        }
        let module = Atom::new("Elixir.Jovial.Diagnostics");
        if self.library.face(module).is_none() {
            let (module, function) = (Atom::new("io"), known::PUT_CHARS);
            let text = text();
            return self
                .call(module, function, |heap, _| vec![Term::atom(known::STANDARD_ERROR), heap.binary(text.as_bytes())])
                .map(drop);
        }
        self.call(module, Atom::new("emit"), |heap, _| {
            vec![heap.list(pending.iter().map(|diagnostic| report::term(heap, diagnostic)).collect::<Vec<_>>())]
        })
        .map(drop)
    }

    /// What was said since the last [`CompileHost::flush`], which will not be printed then.
    pub fn take_pending(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.pending)
    }

    /// Tells the tracers of an env of an event.
    pub fn tell_tracers(&mut self, env: &Env, event: impl for<'h> Fn(&'h Heap, &Values) -> Term<'h>) -> Result<()> {
        let tracers = env.scope.tracers.clone();
        for tracer in tracers {
            self.call(tracer, Atom::new("trace"), |heap, values| {
                vec![event(heap, values), env_term::to_term(heap, env)]
            })?;
        }
        Ok(())
    }

    /// What a macro, or a function that stands in for one, raised: the trace ends at it, and says who expanded it where.
    fn traced(&self, halt: Halt, called: (Atom, Atom), shown: (Atom, Atom, usize), env: &Env, line: u32) -> Halt {
        let Halt::Raised(raised) = halt else { return halt };
        let Some(raised) = raised.downcast_ref::<Raised>() else { return Halt::Raised(raised) };
        let what = if shown.1 == known::DUNDER_STRUCT { "expanding struct" } else { "expanding macro" };
        let (module, name, arity) = match (env.module, env.function) {
            (known::NIL, _) => (Atom::new("elixir_compiler"), Atom::new("__FILE__"), 1),
            (module, Some((name, arity))) => (module, name, usize::from(arity)),
            (module, None) => (module, known::DUNDER_MODULE, 0),
        };
        let entries = [
            Entry { module: shown.0, name: shown.1, arity: shown.2, file: what.to_string(), line: None },
            Entry { module, name, arity, file: relative_to_cwd(&env.file), line: Some(line) },
        ];
        // A local macro ran in a copy of its module.
        let renamed = (called.0 != shown.0).then_some((called.0, shown.0));
        Halt::Raised(Arc::new(retraced(raised, |module, name| (module, name) == called, renamed, &entries)))
    }

    /// What the body of a module raised: nobody asks how that came to run. `body` is the module that it was compiled to.
    pub fn in_body(&self, halt: Halt, body: Atom, env: &Env) -> Halt {
        let Halt::Raised(raised) = halt else { return halt };
        let Some(raised) = raised.downcast_ref::<Raised>() else { return Halt::Raised(raised) };
        let root = raised.reason_and_trace.root();
        let line = root.as_tuple_of::<2>().and_then(|[_, trace]| {
            trace.list_iter().find_map(|entry| {
                let [module, _, _, location] = *entry.as_tuple_of::<4>()?;
                let line = crate::natives::support::option(location, "line")?;
                (module.is_atom(body)).then(|| line.as_small().and_then(|line| u32::try_from(line).ok()))?
            })
        });
        let raised = &not_yet_there(raised, env.module).unwrap_or_else(|| copy_raised(raised));
        let Some(line) = line else { return Halt::Raised(Arc::new(copy_raised(raised))) };
        let entry = Entry {
            module: env.module,
            name: known::DUNDER_MODULE,
            arity: 1,
            file: relative_to_cwd(&env.file),
            line: Some(line),
        };
        Halt::Raised(Arc::new(retraced(raised, |module, _| module == body, None, &[entry])))
    }

    /// An error of the compiler's own that met a definition: the trace leads to the module's body.
    pub fn at_definition(&mut self, halt: Halt, env: &Env) -> Halt {
        if !matches!(halt, Halt::Exception(_)) {
            return halt;
        }
        let raised = self.raised(halt);
        let entry = Entry {
            module: env.module,
            name: known::DUNDER_MODULE,
            arity: 1,
            file: relative_to_cwd(&env.file),
            line: Some(env.line),
        };
        Halt::Raised(Arc::new(retraced(&raised, |_, _| true, None, &[entry])))
    }

    /// The exception that a halt is, as `{reason, trace}` with its class.
    pub fn raised(&mut self, halt: Halt) -> Raised {
        match halt {
            Halt::Raised(raised) => match Arc::downcast::<Raised>(raised) {
                Ok(raised) => match Arc::try_unwrap(raised) {
                    Ok(raised) => raised,
                    Err(shared) => copy_raised(&shared),
                },
                Err(_) => simple(Term::atom(known::BADARG)),
            },
            Halt::Cancelled => simple(Term::atom(known::KILLED)),
            Halt::Exception(exception) => {
                let heap = Heap::new();
                let message = heap.binary(exception.message.as_bytes());
                let mut fields =
                    vec![(known::DUNDER_STRUCT, Term::atom(exception.module)), (known::DUNDER_EXCEPTION, Term::TRUE)];
                let typespec = exception.module.as_str() == "Elixir.Kernel.TypespecError";
                if exception.module == known::MOD_COMPILEERROR || typespec {
                    let file = exception.file.as_ref().map_or(Term::NIL, |file| heap.binary(file.as_bytes()));
                    fields.push((Atom::new("description"), message));
                    fields.push((known::FILE, file));
                    fields.push((known::LINE, exception.line.map_or(Term::NIL, |line| Term::count(line as usize))));
                } else {
                    fields.push((known::MESSAGE, message));
                }
                let exception = heap.map_from(fields.into_iter().map(|(key, value)| (Term::atom(key), value)));
                simple(exception)
            }
        }
    }
}

/// A halt in a line, for reports that are made without the library.
pub fn describe(halt: &Halt) -> String {
    match halt {
        Halt::Exception(exception) => exception.message.clone(),
        Halt::Raised(raised) => match raised.downcast_ref::<Raised>() {
            Some(raised) => format!("{:?} {}", raised.class, super::data::debug(raised.reason_and_trace.root())),
            None => "raised".to_string(),
        },
        Halt::Cancelled => "cancelled".to_string(),
    }
}

fn simple(reason: Term<'_>) -> Raised {
    let heap = Heap::new();
    let reason = heap.copy_in(reason);
    let both = heap.tuple(&[reason, Term::EMPTY_LIST]);
    let reason_and_trace = Fragment::copy_of(both).unwrap_or_else(|_| Fragment::immediate(Term::NIL));
    Raised { class: jovial_vm::Class::Error, reason_and_trace }
}

/// An entry of a stack trace that the compiler adds.
struct Entry {
    module: Atom,
    name: Atom,
    arity: usize,
    file: String,
    line: Option<u32>,
}

/// The same exception with the trace up to the first entry that `ends` it, and these entries in its place.
fn retraced(
    raised: &Raised,
    ends: impl Fn(Atom, Atom) -> bool,
    renamed: Option<(Atom, Atom)>,
    entries: &[Entry],
) -> Raised {
    let heap = Heap::new();
    let Some([reason, trace]) = raised.reason_and_trace.root().as_tuple_of::<2>() else { return copy_raised(raised) };
    let kept = trace.list_iter().take_while(|entry| {
        let Some([module, name, _, _]) = entry.as_tuple_of::<4>() else { return true };
        match (module.as_atom(), name.as_atom()) {
            (Some(module), Some(name)) => !ends(module, name) && module.as_str() != "jovial_compiler",
            _ => true,
        }
    });
    let kept = kept.map(|entry| {
        let entry = heap.copy_in(entry);
        match (entry.as_tuple_of::<4>(), renamed) {
            (Some([module, name, args, location]), Some((from, to))) if module.is_atom(from) => {
                heap.tuple(&[Term::atom(to), *name, *args, *location])
            }
            _ => entry,
        }
    });
    let mut trace: Vec<Term<'_>> = kept.collect();
    for entry in entries {
        let pair = |key: &str, value| heap.tuple(&[Term::atom(Atom::new(key)), value]);
        let mut location = vec![pair("file", heap.charlist(&entry.file))];
        location.extend(entry.line.map(|line| pair("line", Term::count(line as usize))));
        let location = heap.list(location);
        trace.push(heap.tuple(&[Term::atom(entry.module), Term::atom(entry.name), Term::count(entry.arity), location]));
    }
    let both = heap.tuple(&[heap.copy_in(*reason), heap.list(trace)]);
    let reason_and_trace = Fragment::copy_of(both).unwrap_or_else(|_| Fragment::immediate(Term::NIL));
    Raised { class: raised.class, reason_and_trace }
}

/// What a call of the module that is being defined raises: the module is there, its functions are not.
fn not_yet_there(raised: &Raised, defined: Atom) -> Option<Raised> {
    let [reason, trace] = *raised.reason_and_trace.root().as_tuple_of::<2>()?;
    let [module, function, args, _] = *trace.list_iter().next()?.as_tuple_of::<4>()?;
    if !reason.is_atom(known::UNDEF) || !module.is_atom(defined) {
        return None;
    }
    let arity = args.as_small().or_else(|| i64::try_from(args.list_to_vec()?.len()).ok())?;
    let heap = Heap::new();
    let fields = [
        (known::DUNDER_STRUCT, Term::atom(known::MOD_UNDEFINEDFUNCTIONERROR)),
        (known::DUNDER_EXCEPTION, Term::TRUE),
        (known::MODULE, module),
        (Atom::new("function"), function),
        (known::ARITY, Term::small32(i32::try_from(arity).ok()?)),
        (known::REASON, Term::atom(Atom::new("function not available"))),
        (known::MESSAGE, Term::NIL),
    ];
    let exception = heap.map_from(fields.into_iter().map(|(key, value)| (Term::atom(key), heap.copy_in(value))));
    let both = heap.tuple(&[exception, heap.copy_in(trace)]);
    Some(Raised { class: raised.class, reason_and_trace: Fragment::copy_of(both).ok()? })
}

fn copy_raised(raised: &Raised) -> Raised {
    let root = raised.reason_and_trace.root();
    let reason_and_trace = Fragment::copy_of(root).unwrap_or_else(|_| Fragment::immediate(Term::NIL));
    Raised { class: raised.class, reason_and_trace }
}

fn out_of_memory() -> Halt {
    Halt::exception(known::MOD_SYSTEMLIMITERROR, "a system limit has been reached")
}

impl Host for CompileHost<'_> {
    fn expanding(&mut self, halt: Halt, call: (Atom, Atom, usize), env: &Env, line: u32) -> Halt {
        match &halt {
            Halt::Exception(exception) if exception.module != known::MOD_COMPILEERROR => {
                let raised = self.raised(halt);
                self.traced(Halt::Raised(Arc::new(raised)), (call.0, call.1), call, env, line)
            }
            _ => halt,
        }
    }

    fn face(&mut self, module: Atom) -> Result<Option<Face>> {
        let face = self.library.face(module);
        if face.is_none() && super::build::compile_needed(self, module)? {
            return Ok(self.library.face(module));
        }
        Ok(face)
    }

    fn ensure_compiled(&mut self, module: Atom, of: Atom) -> Result<Compiled> {
        if self.face(module)?.is_some() {
            return Ok(Compiled::Available);
        }
        if self.library.is_parallel() {
            self.flush()?;
            let (waiter, function) = (Atom::new("Elixir.Jovial.Compiling"), Atom::new("wait"));
            let answer = self.call(waiter, function, |_, _| vec![Term::atom(module), Term::atom(of)])?;
            let answer = answer.root().as_atom();
            if answer == Some(known::OK) {
                return Ok(Compiled::Available);
            }
            if answer == Some(Atom::new("deadlock")) {
                return Ok(Compiled::Deadlock);
            }
        }
        Ok(if self.library.building(module).is_some() { Compiled::UnderConstruction } else { Compiled::NotFound })
    }

    fn module_build(&mut self, module: Atom) -> Option<SharedModule> {
        self.library.building(module)
    }

    fn call_macro(&mut self, code: &mut Code, call: &MacroCall<'_>) -> Result<NodeId> {
        self.flush()?;
        let module = if call.local { super::definition::load_local(self, call.module)? } else { call.module };
        let function = Atom::new(&format!("MACRO-{}", call.name));
        let result = self.call(module, function, |heap, values| {
            let env = env_term::to_term(heap, call.env);
            let args = call.args.iter().map(|arg| convert::to_term(heap, code, values, *arg));
            std::iter::once(env).chain(args).collect()
        });
        let result = result.map_err(|halt| {
            let shown = (call.module, call.name, call.args.len());
            self.traced(halt, (module, function), shown, call.env, call.line)
        })?;
        Ok(convert::from_term(code, &self.values, result.root()))
    }

    fn call_function(
        &mut self,
        code: &mut Code,
        module: Atom,
        name: Atom,
        args: &[NodeId],
        env: &Env,
        local: bool,
    ) -> Result<NodeId> {
        self.flush()?;
        let shown = (module, name, args.len());
        let module = if local { super::definition::load_local(self, module)? } else { module };
        let result = self.call(module, name, |heap, values| {
            args.iter().map(|arg| convert::to_term(heap, code, values, *arg)).collect()
        });
        let result = result.map_err(|halt| match name {
            known::DUNDER_STRUCT => self.traced(halt, (module, name), shown, env, env.line),
            _ => halt,
        })?;
        Ok(convert::from_term(code, &self.values, result.root()))
    }

    fn opaque_kind(&mut self, value: u32) -> OpaqueKind {
        match self.values.get(value).as_ref().map(|value| value.root().value()) {
            Some(Value::Pid(_) | Value::ExternalPid(_)) => OpaqueKind::Pid,
            Some(Value::Port(_) | Value::ExternalPort(_)) => OpaqueKind::Port,
            Some(Value::Ref(_) | Value::ExternalRef(_)) => OpaqueKind::Reference,
            Some(Value::ExternalFun(fun)) => {
                OpaqueKind::ExternalFun { module: fun.module, name: fun.name, arity: fun.arity }
            }
            Some(Value::Fun(_)) => OpaqueKind::LocalFun,
            Some(_) | None => OpaqueKind::Other,
        }
    }

    fn opaque_text(&mut self, value: u32) -> Option<String> {
        let shown = self.call(known::MOD_KERNEL, Atom::new("inspect"), |heap, values| {
            vec![values.get(value).map_or(Term::NIL, |value| heap.copy_in(value.root()))]
        });
        shown.ok()?.root().bytes().map(|shown| String::from_utf8_lossy(&shown).into_owned())
    }

    fn reveal(&mut self, _code: &mut Code, _value: u32) -> Result<Option<NodeId>> {
        // Terms are turned into trees whole, so whatever is still opaque can't be spelled.
        Ok(None)
    }

    fn datum_node(&mut self, code: &mut Code, value: &Arc<dyn Any + Send + Sync>) -> Result<NodeId> {
        let heap = Heap::new();
        let term = data::host_term(&heap, value);
        Ok(convert::from_term(code, &self.values, term))
    }

    fn node_datum(&mut self, code: &Code, node: NodeId) -> Result<Datum> {
        let heap = Heap::new();
        Ok(data::datum(convert::to_term(&heap, code, &self.values, node)))
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        match &self.errors {
            Some(sink) if diagnostic.severity == jovial_compiler::Severity::Error => {
                sink.lock().unwrap_or_else(PoisonError::into_inner).push(diagnostic);
            }
            None if diagnostic.severity == jovial_compiler::Severity::Error => {
                self.pending.extend(self.library.collect(diagnostic));
            }
            Some(_) | None => self.pending.push(diagnostic),
        }
    }

    fn trace(&mut self, code: &mut Code, event: &TraceEvent, meta: Meta, env: &Env) -> Result<()> {
        self.tell_tracers(env, |heap, values| trace_term(heap, code, values, event, meta))
    }

    fn trackers(&self) -> &Trackers {
        self.library.trackers()
    }

    fn unique_integer(&mut self) -> i64 {
        self.library.unique_integer()
    }

    fn absolute_path(&self, file: &str) -> String {
        let absolute = std::path::absolute(file).ok().and_then(|path| path.to_str().map(str::to_owned));
        absolute.unwrap_or_else(|| file.to_owned())
    }

    fn relative_path(&self, file: &str) -> String {
        relative_to_cwd(file)
    }

    fn yield_point(&mut self) -> Result<()> {
        self.yields += 1;
        if self.yields < YIELDS {
            return Ok(());
        }
        self.yields = 0;
        match self.asking.ask(Request::Yield) {
            Answer::Start => Ok(()),
            Answer::Value(_) | Answer::Raised(_) => Err(Halt::Cancelled),
        }
    }

    fn stack_room(&self) -> usize {
        self.asking.room()
    }

    fn option(&mut self, name: Atom) -> bool {
        self.library.option(name)
    }
}

/// A tracer's event: its name, the meta, and what it is about.
fn trace_term<'h>(heap: &'h Heap, code: &Code, values: &Values, event: &TraceEvent, meta: Meta) -> Term<'h> {
    let word = |text: &str| Term::atom(Atom::new(text));
    let data = |node| convert::to_term(heap, code, values, node);
    let meta = convert::meta_to_term(heap, code, values, meta);
    let arity = |arity: u8| Term::small32(i32::from(arity));
    let called = |name: &str, module: Atom, function: Atom, count: u8| {
        heap.tuple(&[word(name), meta, Term::atom(module), Term::atom(function), arity(count)])
    };
    match *event {
        TraceEvent::Import { module, options } => {
            heap.tuple(&[word("import"), meta, Term::atom(module), data(options)])
        }
        TraceEvent::Require { module, options } => {
            heap.tuple(&[word("require"), meta, Term::atom(module), data(options)])
        }
        TraceEvent::Alias { module, alias, options } => {
            heap.tuple(&[word("alias"), meta, Term::atom(module), Term::atom(alias), data(options)])
        }
        TraceEvent::AliasReference { module } => heap.tuple(&[word("alias_reference"), meta, Term::atom(module)]),
        TraceEvent::AliasExpansion { lookup, result } => {
            heap.tuple(&[word("alias_expansion"), meta, Term::atom(lookup), Term::atom(result)])
        }
        TraceEvent::StructExpansion { module, keys } => {
            heap.tuple(&[word("struct_expansion"), meta, Term::atom(module), data(keys)])
        }
        TraceEvent::RemoteFunction { module, name, arity } => called("remote_function", module, name, arity),
        TraceEvent::RemoteMacro { module, name, arity } => called("remote_macro", module, name, arity),
        TraceEvent::ImportedFunction { module, name, arity } => called("imported_function", module, name, arity),
        TraceEvent::ImportedMacro { module, name, arity } => called("imported_macro", module, name, arity),
        TraceEvent::ImportedQuoted { module, name, arities } => {
            heap.tuple(&[word("imported_quoted"), meta, Term::atom(module), Term::atom(name), data(arities)])
        }
        TraceEvent::LocalFunction { name, arity: count } => {
            heap.tuple(&[word("local_function"), meta, Term::atom(name), arity(count)])
        }
        TraceEvent::LocalMacro { name, arity: count } => {
            heap.tuple(&[word("local_macro"), meta, Term::atom(name), arity(count)])
        }
    }
}

/// A path as traces and messages show it: relative to the current directory where it lies below.
pub(super) fn relative_to_cwd(file: &str) -> String {
    let below = std::env::current_dir()
        .ok()
        .and_then(|cwd| Path::new(file).strip_prefix(cwd).ok()?.to_str().map(str::to_owned));
    below.filter(|path| !path.is_empty()).unwrap_or_else(|| file.to_owned())
}
