//! What all compilations of a runtime share: modules under construction, trackers, options.

use std::any::Any;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_compiler::Diagnostic;
use jovial_compiler::env::{Env, NameArity, Names};
use jovial_compiler::host::{Face, SharedModule};
use jovial_compiler::lexical::Trackers;
use jovial_term::Pid;
use jovial_vm::{Ctx, Machine, ModuleVersion};
use rustc_hash::{FxHashMap, FxHashSet};

use super::evaluate::UnitNames;
use super::host::Sink;
use super::report;
use super::verify::Unverified;

/// A module whose body is running, and the process that runs it.
pub(crate) struct Building {
    pub(crate) module: SharedModule,
    pub(crate) owner: Pid,
}

/// The compiler's driver could not be made or loaded: the compiler and the machine disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DriverError;

/// What a process finished and has not verified: by compilations within compilations, and what is ready.
#[derive(Default)]
struct Levels {
    open: Vec<Vec<Unverified>>,
    ready: Vec<Unverified>,
}

/// Undefined functions that nobody is warned of.
pub(crate) enum Excused {
    All,
    These(Vec<(Atom, Option<NameArity>)>),
}

/// The cell that runs: where its compiler's errors go, and its text for the reports.
struct Cell {
    file: Arc<str>,
    source: Arc<str>,
    faults: Sink,
}

/// One for each machine, kept as its extension.
pub struct Library {
    machine: Weak<Machine>,
    building: Mutex<FxHashMap<Atom, Building>>,
    faces: Mutex<FxHashMap<Atom, (Weak<ModuleVersion>, Face)>>,
    options: Mutex<FxHashMap<Atom, bool>>,
    trackers: Trackers,
    unique: AtomicI64,
    units: Mutex<UnitNames>,
    host: Box<dyn Any + Send + Sync>,
    pub(super) build: Mutex<Option<super::build::Build>>,
    /// Modules that processes want to hear of, a list for each compilation under way.
    defined: Mutex<FxHashMap<Pid, Vec<Vec<(Atom, Vec<u8>)>>>>,
    required: Mutex<FxHashSet<String>>,
    /// Finished modules that wait to be verified with what is compiled beside them, by the process that made them.
    unverified: Mutex<FxHashMap<Pid, Levels>>,
    /// What `Code.put_compiler_option(:no_warn_undefined, ...)` excuses.
    excused: Mutex<Excused>,
    /// Parallel compilations under way.
    parallel: AtomicUsize,
    cell: Mutex<Option<Cell>>,
    values: super::convert::Values,
    pub(crate) persistent: crate::natives::persistent::Persistent,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Library {
    /// Gives a machine the natives, the compiler and what both share. `host` is whatever natives of the host need.
    pub fn install(machine: &Arc<Machine>, host: Box<dyn Any + Send + Sync>) -> Result<(), DriverError> {
        crate::natives::register(machine);
        let driver = jovial_bytecode::emit(&super::session::driver_module()).map_err(|_| DriverError)?;
        machine.load(&driver).map_err(|_| DriverError)?;
        machine.set_extension(Box::new(Arc::new(Library {
            machine: Arc::downgrade(machine),
            building: Mutex::default(),
            faces: Mutex::default(),
            options: Mutex::default(),
            trackers: Trackers::default(),
            unique: AtomicI64::new(1),
            units: Mutex::default(),
            host,
            build: Mutex::new(None),
            defined: Mutex::default(),
            required: Mutex::default(),
            unverified: Mutex::default(),
            excused: Mutex::new(Excused::These(Vec::new())),
            parallel: AtomicUsize::new(0),
            cell: Mutex::default(),
            values: super::convert::Values::default(),
            persistent: crate::natives::persistent::Persistent::default(),
        })));
        Ok(())
    }

    /// What the host gave.
    pub fn host<T: Any>(&self) -> Option<&T> {
        self.host.downcast_ref()
    }

    pub fn of(machine: &Machine) -> Arc<Library> {
        let library: Option<&Arc<Library>> = machine.extension();
        Arc::clone(library.expect("natives run only on machines that the library was installed in"))
    }

    pub fn in_ctx(ctx: &Ctx<'_>) -> Arc<Library> {
        Library::of(ctx.machine())
    }

    pub(crate) fn machine(&self) -> Arc<Machine> {
        self.machine.upgrade().expect("the machine owns the library")
    }

    pub(crate) fn values(&self) -> &super::convert::Values {
        &self.values
    }

    pub(crate) fn trackers(&self) -> &Trackers {
        &self.trackers
    }

    pub(crate) fn unit_names(&self) -> MutexGuard<'_, UnitNames> {
        lock(&self.units)
    }

    pub(crate) fn unique_integer(&self) -> i64 {
        self.unique.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn option(&self, name: Atom) -> bool {
        lock(&self.options).get(&name).copied().unwrap_or(matches!(name.as_str(), "docs" | "relative_paths"))
    }

    pub(crate) fn set_option(&self, name: Atom, value: bool) {
        lock(&self.options).insert(name, value);
    }

    /// From now on the modules that this process defines are noted.
    pub(crate) fn note_modules(&self, owner: Pid) {
        lock(&self.defined).entry(owner).or_default().push(Vec::new());
        lock(&self.unverified).entry(owner).or_default().open.push(Vec::new());
    }

    /// Notes a module.
    pub(crate) fn note_module(&self, owner: Pid, name: Atom, image: &[u8]) {
        if let Some(noted) = lock(&self.defined).get_mut(&owner).and_then(|stack| stack.last_mut()) {
            noted.push((name, image.to_vec()));
        }
    }

    /// Ends the newest list of this process and gives it.
    pub(crate) fn noted_modules(&self, owner: Pid) -> Vec<(Atom, Vec<u8>)> {
        if let Some(levels) = lock(&self.unverified).get_mut(&owner) {
            let finished = levels.open.pop().unwrap_or_default();
            levels.ready.extend(finished);
        }
        let mut defined = lock(&self.defined);
        let noted = defined.get_mut(&owner).and_then(Vec::pop).unwrap_or_default();
        if defined.get(&owner).is_some_and(Vec::is_empty) {
            defined.remove(&owner);
        }
        noted
    }

    /// Keeps a finished module for later if it belongs to a compilation or to a module that is not finished yet; else gives all
    /// that were kept.
    pub(crate) fn verifiable(&self, owner: Pid, module: Unverified) -> Vec<Unverified> {
        let nested =
            lock(&self.building).iter().any(|(name, building)| building.owner == owner && *name != module.env.module);
        let mut unverified = lock(&self.unverified);
        let levels = unverified.entry(owner).or_default();
        if let Some(level) = levels.open.last_mut() {
            level.push(module);
            return Vec::new();
        }
        levels.ready.push(module);
        if nested { Vec::new() } else { unverified.remove(&owner).map(|levels| levels.ready).unwrap_or_default() }
    }

    /// Whether a process is in the middle of a compilation at whose end its modules are verified.
    pub(crate) fn defers(&self, owner: Pid) -> bool {
        lock(&self.unverified).get(&owner).is_some_and(|levels| !levels.open.is_empty())
    }

    /// A module failed: the outermost one takes what was kept of those in it with it.
    pub(crate) fn forget_unverified(&self, owner: Pid, name: Atom) {
        let nested = lock(&self.building).iter().any(|(other, building)| building.owner == owner && *other != name);
        if let Some(levels) = lock(&self.unverified).get_mut(&owner)
            && !nested
            && levels.open.is_empty()
        {
            levels.ready.clear();
        }
    }

    /// The modules of a process that wait to be verified.
    pub(crate) fn take_unverified(&self, owner: Pid) -> Vec<Unverified> {
        let mut unverified = lock(&self.unverified);
        let Some(levels) = unverified.get_mut(&owner) else { return Vec::new() };
        let ready = std::mem::take(&mut levels.ready);
        if levels.open.is_empty() {
            unverified.remove(&owner);
        }
        ready
    }

    pub(crate) fn excuse(&self, excused: Excused) {
        *lock(&self.excused) = excused;
    }

    /// Whether nobody is warned that this function does not exist.
    pub(crate) fn never_warned(&self, module: Atom, function: NameArity) -> bool {
        match &*lock(&self.excused) {
            Excused::All => true,
            Excused::These(entries) => {
                entries.iter().any(|(other, wanted)| *other == module && wanted.is_none_or(|wanted| wanted == function))
            }
        }
    }

    /// Begins or ends a parallel compilation: modules are waited for then.
    pub(crate) fn parallel(&self, begins: bool) {
        let handler = (Atom::new("Elixir.Jovial.Compiling"), Atom::new("undefined"));
        if begins {
            // Loading on demand would come too late for the first call that has to wait. A library without it has no handler.
            let _ = self.machine().ensure_loaded(handler.0);
        }
        let before = if begins {
            self.parallel.fetch_add(1, Ordering::AcqRel)
        } else {
            self.parallel.fetch_sub(1, Ordering::AcqRel)
        };
        if begins || before == 1 {
            self.machine().set_undefined_handler(begins.then_some(handler));
        }
    }

    pub(crate) fn is_parallel(&self) -> bool {
        self.parallel.load(Ordering::Acquire) > 0
    }

    pub(crate) fn is_building(&self) -> bool {
        lock(&self.build).is_some()
    }

    /// Whether a file is required for the first time.
    pub(crate) fn claim_file(&self, path: &str) -> bool {
        lock(&self.required).insert(path.to_string())
    }

    pub(crate) fn forget_file(&self, path: &str) {
        lock(&self.required).remove(path);
    }

    /// The files that were required, sorted.
    pub(crate) fn required_files(&self) -> Vec<String> {
        let mut files: Vec<String> = lock(&self.required).iter().cloned().collect();
        files.sort();
        files
    }

    /// A cell begins: errors in code of this file are collected, and reports quote its text.
    pub fn begin_cell(&self, file: &Arc<str>, source: &Arc<str>) {
        let (file, source) = (Arc::clone(file), Arc::clone(source));
        *lock(&self.cell) = Some(Cell { file, source, faults: Sink::default() });
    }

    pub fn end_cell(&self) {
        *lock(&self.cell) = None;
    }

    /// Where the errors of the running cell go.
    pub fn cell_faults(&self) -> Option<Sink> {
        lock(&self.cell).as_ref().map(|cell| Arc::clone(&cell.faults))
    }

    /// Takes the errors that were found in the running cell's text.
    pub fn take_cell_faults(&self) -> Vec<Diagnostic> {
        self.cell_faults().map(|faults| std::mem::take(&mut *lock(&faults))).unwrap_or_default()
    }

    /// Collects an error if it is one in the running cell's text.
    pub(crate) fn collect(&self, diagnostic: Diagnostic) -> Option<Diagnostic> {
        let cell = lock(&self.cell);
        match cell.as_ref().filter(|cell| cell.file == diagnostic.file) {
            Some(cell) => lock(&cell.faults).push(diagnostic),
            None => return Some(diagnostic),
        }
        None
    }

    /// A line of the running cell or of a file.
    pub(crate) fn source_line(&self, file: &str, line: u32) -> Option<String> {
        let cell = lock(&self.cell);
        if let Some(cell) = cell.as_ref().filter(|cell| &*cell.file == file) {
            return cell.source.lines().nth((line as usize).checked_sub(1)?).map(str::to_string);
        }
        drop(cell);
        report::source_line(file, line)
    }

    /// A diagnostic as it is printed, with its line of the running cell or of its file.
    pub fn format(&self, diagnostic: &Diagnostic) -> String {
        let line = self.source_line(&diagnostic.file, diagnostic.line);
        report::format_with(diagnostic, line.as_deref())
    }

    /// The module of that name whose body is running.
    pub(crate) fn building(&self, name: Atom) -> Option<SharedModule> {
        lock(&self.building).get(&name).map(|building| Arc::clone(&building.module))
    }

    /// The modules whose bodies are running.
    pub(crate) fn all_building(&self) -> Vec<Atom> {
        let mut names: Vec<Atom> = lock(&self.building).keys().copied().collect();
        names.sort_by_key(|name| name.as_str());
        names
    }

    /// How many bodies of modules a process is in.
    pub(crate) fn nesting(&self, owner: Pid) -> usize {
        lock(&self.building).values().filter(|building| building.owner == owner).count()
    }

    pub(crate) fn builder_of(&self, name: Atom) -> Option<Pid> {
        lock(&self.building).get(&name).map(|building| building.owner)
    }

    /// Enters a module; false if one of that name is being defined already.
    pub(crate) fn begin(&self, name: Atom, module: SharedModule, owner: Pid) -> bool {
        let mut building = lock(&self.building);
        if building.contains_key(&name) {
            return false;
        }
        building.insert(name, Building { module, owner });
        true
    }

    pub(crate) fn end(&self, name: Atom) {
        lock(&self.building).remove(&name);
    }

    /// The env at the start of a file.
    pub fn new_env(&self, file: &str) -> Env {
        Env::new(file, &self.face(known::MOD_KERNEL).unwrap_or_default())
    }

    /// The env of the first cell: as at the start of a file, with the shell's helpers in scope.
    pub fn new_shell_env(&self, file: &str) -> Env {
        let mut env = self.new_env(file);
        let helpers = Atom::new("Elixir.IEx.Helpers");
        if let Some(face) = self.face(helpers) {
            let scope = env.scope_mut();
            scope.requires.push(helpers);
            scope.requires.sort_by_key(|module| module.as_str());
            scope.functions.insert(0, (helpers, Arc::clone(&face.functions)));
            if !face.macros.is_empty() {
                scope.macros.insert(0, (helpers, Arc::clone(&face.macros)));
            }
        }
        env
    }

    /// What a module shows, loading it if need be.
    pub(crate) fn face(&self, module: Atom) -> Option<Face> {
        let machine = self.machine();
        let version = machine.ensure_loaded(module).ok().flatten();
        if let Some(version) = &version
            && let Some((known, face)) = lock(&self.faces).get(&module)
            && known.upgrade().is_some_and(|known| Arc::ptr_eq(&known, version))
        {
            return Some(face.clone());
        }
        if version.is_none()
            && module == known::MOD_KERNEL
            && let Some(face) = self.scanned_kernel()
        {
            return Some(face);
        }
        let natives = machine.natives_of(module);
        // Natives of an Elixir module only stand in until its source is compiled.
        if version.is_none() && (natives.is_empty() || module.as_str().starts_with("Elixir.")) {
            return None;
        }
        let (mut functions, mut macros) = (natives, Vec::new());
        for export in version.iter().flat_map(|version| version.exports()) {
            match export.name.as_str().strip_prefix("MACRO-") {
                Some(name) => macros.push((Atom::new(name), export.arity.saturating_sub(1))),
                None => functions.push((export.name, export.arity)),
            }
        }
        if module == known::MOD_KERNEL {
            macros.extend(jovial_compiler::kernel_macros::names());
        }
        let elixir = functions.contains(&(known::DUNDER_INFO, 1));
        functions.retain(|(name, _)| *name != known::MODULE_INFO && !(elixir && *name == known::DUNDER_INFO));
        let lasts = machine.has_source(module);
        let face = Face {
            functions: Arc::new(Names::new(functions).lasting(lasts)),
            macros: Arc::new(Names::new(macros).lasting(lasts)),
            deprecated: Arc::new(version.as_deref().map(deprecated).unwrap_or_default()),
            elixir,
        };
        if let Some(version) = &version {
            lock(&self.faces).insert(module, (Arc::downgrade(version), face.clone()));
        }
        Some(face)
    }
}

/// What a module's image says of its deprecated functions.
fn deprecated(version: &ModuleVersion) -> Vec<(NameArity, String)> {
    let Some(Literal::List(entries)) = version.chunk("deprecated") else { return Vec::new() };
    let read = |entry: &Literal| {
        let Literal::Tuple(pair) = entry else { return None };
        let [Literal::Tuple(function), Literal::Binary(hint)] = pair.as_slice() else { return None };
        let [Literal::Atom(name), Literal::Int(arity)] = function.as_slice() else { return None };
        Some(((*name, u8::try_from(*arity).ok()?), String::from_utf8_lossy(hint).into_owned()))
    };
    entries.iter().filter_map(read).collect()
}
