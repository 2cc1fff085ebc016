//! What all processes share: functions by name, loaded modules, natives.
//!
//! **What it is for.** One [`Machine`] for each runtime. It resolves calls, loads modules (also when a call needs one
//! that is not loaded) and finds out what a code address stands for.
//!
//! **Invariants.**
//! 1. Export entries are never freed; the code of a module version is when nothing refers to it (see `versions`).
//! 2. The exports of a module change under the lock of `modules`; calls see each one atomically.
//! 3. A native stands in front of nothing: a loaded module's function of the same name replaces it until the module goes.
//!
//! **What it must not know.** Schedulers, where modules come from.

use std::any::{Any, TypeId};
use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use jovial_atoms::{Atom, known};
use jovial_bytecode::Image;
use jovial_bytecode::ir::Literal;
use jovial_term::{Heap, Term};
use rustc_hash::FxHashMap;

use crate::export::Export;
use crate::module::{Code, Lives, LoadError, ModuleVersion};
use crate::native::NativeFn;
use crate::process::Process;
use crate::versions::Versions;

/// Finds the image of a module that is called and not loaded.
pub trait CodeSource: Send + Sync {
    fn find(&self, module: Atom) -> Option<Image>;

    /// Whether it has that module.
    fn has(&self, module: Atom) -> bool {
        self.find(module).is_some()
    }

    /// What belongs to a module and is not needed to run it, such as its documents, where that is kept apart from its image.
    fn chunks(&self, _module: Atom) -> Vec<(String, Literal)> {
        Vec::new()
    }

    /// The names of all modules that can be found, sorted.
    fn modules(&self) -> Vec<&str> {
        Vec::new()
    }
}

/// How instructions are dispatched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dispatch {
    /// A loop with a match: works everywhere.
    Loop,
    /// Handlers that end in a sibling call of the next one; falls back to the loop where the compiler made none.
    Threaded,
}

type Mfa = (Atom, Atom, u8);

/// Spreads the numbers of atoms, which nobody outside can choose.
#[derive(Default)]
struct AtomHasher(u64);

impl Hasher for AtomHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0.rotate_left(5) ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(20)
    }
}

/// Entries that a thread remembers.
const LATELY: usize = 256;
/// A remembered entry, with the machine that it belongs to.
type Found = Cell<Option<((u32, Atom, Atom, u8), &'static Export)>>;

thread_local! {
    static FOUND: [Found; LATELY] = const { [const { Cell::new(None) }; LATELY] };
}

/// Numbers for machines, which tell their entries apart in what threads remember.
static MACHINES: AtomicU32 = AtomicU32::new(1);

/// See the module documentation.
pub struct Machine {
    id: u32,
    exports: RwLock<FxHashMap<Mfa, &'static Export>>,
    /// The functions that Rust implements, by module: compilers ask for them again and again.
    natives: RwLock<FxHashMap<Atom, Vec<(Atom, u8)>>>,
    modules: RwLock<HashMap<Atom, Arc<ModuleVersion>, BuildHasherDefault<AtomHasher>>>,
    pub(crate) versions: Versions,
    source: OnceLock<Box<dyn CodeSource>>,
    loading: Mutex<()>,
    extension: OnceLock<Box<dyn std::any::Any + Send + Sync>>,
    shared: Mutex<FxHashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    threaded: AtomicBool,
    undefined: Mutex<Option<(Atom, Atom)>>,
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Machine {
    fn default() -> Machine {
        Machine::new()
    }
}

impl Machine {
    /// A machine that knows no function but those that it needs itself.
    pub fn new() -> Machine {
        let machine = Machine {
            id: MACHINES.fetch_add(1, Ordering::Relaxed),
            exports: RwLock::default(),
            natives: RwLock::default(),
            modules: RwLock::default(),
            versions: Versions::default(),
            source: OnceLock::new(),
            loading: Mutex::new(()),
            extension: OnceLock::new(),
            shared: Mutex::default(),
            threaded: AtomicBool::new(true),
            undefined: Mutex::default(),
        };
        machine.register(known::ERLANG, crate::start::apply_name(), 2, crate::start::apply2);
        machine.register(known::ERLANG, crate::start::apply_name(), 3, crate::start::apply3);
        machine
    }

    /// Chooses how instructions are dispatched; the default is [`Dispatch::Threaded`] where it works.
    pub fn set_dispatch(&self, dispatch: Dispatch) {
        self.threaded.store(dispatch == Dispatch::Threaded, Ordering::Relaxed);
    }

    pub fn dispatch(&self) -> Dispatch {
        if self.threaded.load(Ordering::Relaxed) { Dispatch::Threaded } else { Dispatch::Loop }
    }

    /// Where modules that are called and not loaded come from; set once.
    pub fn set_code_source(&self, source: Box<dyn CodeSource>) {
        let _ = self.source.set(source);
    }

    /// Keeps something for the natives that were registered with it; set once.
    pub fn set_extension(&self, extension: Box<dyn std::any::Any + Send + Sync>) {
        let _ = self.extension.set(extension);
    }

    /// What [`Machine::set_extension`] was given, as the type that it has.
    pub fn extension<T: std::any::Any>(&self) -> Option<&T> {
        self.extension.get()?.downcast_ref()
    }

    /// What natives keep for all processes, one of each type, made when it is first asked for.
    pub fn shared<T: Any + Send + Sync + Default>(&self) -> Arc<T> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let value = shared.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        // The key says the type, so this never makes a second one.
        Arc::clone(value).downcast().unwrap_or_default()
    }

    /// Has calls into modules that are not there end in a call of this function with module, name and arguments, which may
    /// wait for the module to come. `None`: they raise.
    pub fn set_undefined_handler(&self, handler: Option<(Atom, Atom)>) {
        *self.undefined.lock().unwrap_or_else(PoisonError::into_inner) = handler;
    }

    /// What a call that found no code goes on as: the module's own `$handle_undefined_function/2`, or the handler for modules that are
    /// not there. Whether the module goes with the arguments is the second part.
    pub(crate) fn undefined_handler(&self, module: Atom) -> Option<(&'static Export, bool)> {
        let own = Atom::new("$handle_undefined_function");
        if self.is_defined(module, own, 2) {
            return Some((self.export(module, own, 2), false));
        }
        let (target, name) = (*self.undefined.lock().unwrap_or_else(PoisonError::into_inner))?;
        (self.module(module).is_none() && self.is_defined(target, name, 3))
            .then(|| (self.export(target, name, 3), true))
    }

    /// Makes a Rust function callable.
    pub fn register(&self, module: Atom, name: Atom, arity: u8, native: NativeFn) {
        self.export(module, name, arity).define_native(native);
        let mut natives = write(&self.natives);
        let names = natives.entry(module).or_default();
        if !names.contains(&(name, arity)) {
            names.push((name, arity));
        }
    }

    /// The entry of a function, made if need be. Dynamic calls come here, so each thread remembers what it found lately.
    pub(crate) fn export(&self, module: Atom, name: Atom, arity: u8) -> &'static Export {
        let wanted = (self.id, module, name, arity);
        let mixed =
            module.index().wrapping_mul(0x9e37_79b1) ^ name.index().wrapping_mul(0x85eb_ca6b) ^ u32::from(arity);
        let place = (mixed >> 8) as usize % LATELY;
        FOUND.with(|found| {
            if let Some((known, export)) = found[place].get()
                && known == wanted
            {
                return export;
            }
            let export = self.find_export(module, name, arity);
            found[place].set(Some((wanted, export)));
            export
        })
    }

    fn find_export(&self, module: Atom, name: Atom, arity: u8) -> &'static Export {
        let mfa = (module, name, arity);
        if let Some(export) = read(&self.exports).get(&mfa) {
            return export;
        }
        write(&self.exports).entry(mfa).or_insert_with(|| Export::new(module, name, arity))
    }

    /// Whether a call of this function would find code now; modules are not loaded for the question.
    pub fn is_defined(&self, module: Atom, name: Atom, arity: u8) -> bool {
        read(&self.exports).get(&(module, name, arity)).is_some_and(|export| export.is_defined())
    }

    /// Whether a Rust function stands behind this name.
    pub fn is_native(&self, module: Atom, name: Atom, arity: u8) -> bool {
        read(&self.exports).get(&(module, name, arity)).is_some_and(|export| export.has_native())
    }

    /// The functions of a module that Rust implements, sorted by name and arity.
    pub fn natives_of(&self, module: Atom) -> Vec<(Atom, u8)> {
        let mut found = read(&self.natives).get(&module).cloned().unwrap_or_default();
        found.sort_by_key(|(name, arity)| (name.as_str(), *arity));
        found
    }

    /// Modules that have natives, sorted.
    pub fn native_modules(&self) -> Vec<Atom> {
        let exports = read(&self.exports);
        let mut names: Vec<Atom> =
            exports.iter().filter(|(_, export)| export.has_native()).map(|((module, ..), _)| *module).collect();
        names.sort_by_key(|name| name.as_str());
        names.dedup();
        names
    }

    /// Loads a module from an image in the container format.
    pub fn load_bytes(&self, bytes: &[u8]) -> Result<Atom, LoadError> {
        let image = jovial_bytecode::image::read(bytes).map_err(LoadError::Image)?;
        self.load(&image)
    }

    /// Loads a module; calls from now on go to this version.
    pub fn load(&self, image: &Image) -> Result<Atom, LoadError> {
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        self.load_locked(image, Lives::Passing)
    }

    fn load_locked(&self, image: &Image, lives: Lives) -> Result<Atom, LoadError> {
        let version = ModuleVersion::load(image, lives, &mut |module, name, arity| self.export(module, name, arity))?;
        let version = Arc::new(version);
        self.versions.add(version.code());
        let mut modules = write(&self.modules);
        let old = modules.insert(image.name, Arc::clone(&version));
        for export in version.exports() {
            let entry = version.functions()[export.function.0 as usize].entry();
            self.export(image.name, export.name, export.arity).define(version.code().address(entry));
        }
        for export in old.iter().flat_map(|old| old.exports()) {
            let kept = version.exports().iter().any(|new| (new.name, new.arity) == (export.name, export.arity));
            if !kept {
                self.export(image.name, export.name, export.arity).undefine();
            }
        }
        if let Some(old) = old {
            self.versions.retire(old.code());
        }
        Ok(image.name)
    }

    /// Whether the source of code has a module of that name, loaded or not.
    pub fn has_source(&self, module: Atom) -> bool {
        self.source.get().is_some_and(|source| source.has(module))
    }

    /// Makes calls find nothing of this module any more. Running code of it goes on. Whether there was one.
    pub fn delete(&self, module: Atom) -> bool {
        let mut modules = write(&self.modules);
        let Some(old) = modules.remove(&module) else { return false };
        for export in old.exports() {
            self.export(module, export.name, export.arity).undefine();
        }
        self.versions.retire(old.code());
        true
    }

    /// The current version of a module, if it is loaded.
    pub fn module(&self, module: Atom) -> Option<Arc<ModuleVersion>> {
        read(&self.modules).get(&module).cloned()
    }

    /// Whether a module is loaded. Protocols ask that at each call.
    pub fn is_loaded(&self, module: Atom) -> bool {
        read(&self.modules).contains_key(&module)
    }

    /// Names of all loaded modules, sorted.
    pub fn loaded(&self) -> Vec<Atom> {
        let mut names: Vec<Atom> = read(&self.modules).keys().copied().collect();
        names.sort_by_key(|name| name.as_str());
        names
    }

    /// Where modules come from, once that is set.
    pub fn code_source(&self) -> Option<&dyn CodeSource> {
        self.source.get().map(AsRef::as_ref)
    }

    /// Further data of a module by name, as the compiler stored it: of the loaded version, else of the code source.
    pub fn chunk(&self, module: Atom, name: &str) -> Option<Literal> {
        let version = self.ensure_loaded(module).ok().flatten()?;
        if let Some(data) = version.chunk(name) {
            return Some(data.clone());
        }
        let chunks = self.code_source()?.chunks(module);
        chunks.into_iter().find(|(chunk, _)| chunk == name).map(|(_, data)| data)
    }

    /// The module, loaded from the code source if need be.
    pub fn ensure_loaded(&self, module: Atom) -> Result<Option<Arc<ModuleVersion>>, LoadError> {
        if let Some(version) = self.module(module) {
            return Ok(Some(version));
        }
        let Some(source) = self.source.get() else { return Ok(None) };
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(version) = self.module(module) {
            return Ok(Some(version));
        }
        let Some(image) = source.find(module) else { return Ok(None) };
        self.load_locked(&image, Lives::Lasting)?;
        Ok(self.module(module))
    }

    /// The list that a raw stack trace stands for, as a handler's third parameter or [`Process::raised_trace`](crate::Process::raised_trace) give it.
    pub fn stacktrace<'h>(&self, heap: &'h Heap, raw: Term<'h>) -> Term<'h> {
        crate::interpreter::stacktrace(self, heap, raw)
    }

    /// Where a process stands that does not run, or that runs a native: up to eight entries like those of a stack trace.
    pub fn current_stacktrace<'h>(&self, process: &Process, heap: &'h Heap) -> Term<'h> {
        crate::interpreter::current_stacktrace(self, process, heap)
    }

    /// The version whose code covers an address.
    pub(crate) fn version_at(&self, address: usize) -> Option<Arc<Code>> {
        self.versions.at(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "module :replaced
export :one/0 = f0
function f0 :one/0 free 0
b0():
  return 1
end";

    #[test]
    fn a_version_that_was_replaced_leaves_its_code_alone() {
        let machine = Machine::new();
        let image = jovial_bytecode::text::read(PROGRAM).expect("it is well-formed");
        let image = jovial_bytecode::emit(&image).expect("it is emitted");
        let name = Atom::new("replaced");
        let current = || Arc::downgrade(&machine.module(name).expect("it is loaded"));
        machine.load(&image).expect("it loads");
        let first = current();
        let code = first.upgrade().expect("the current version").code().range().0;
        machine.load(&image).expect("it loads again");
        assert!(first.upgrade().is_none(), "what belongs to a current version alone is freed");
        assert!(machine.version_at(code).is_some(), "frames may lead to the old code");
        let second = current();
        assert!(machine.delete(name));
        assert!(second.upgrade().is_none());
    }
}
