//! `%Macro.Env{}` as a term, and an env from one.
//!
//! Each macro gets an env, and most of an env is what it imports, above all of `Kernel`. The lists of names that the library's modules
//! export are therefore made once, as literals: nothing copies them, and whoever hands an env back is not asked to read them again.
//!
//! **Invariants.**
//! 1. [`SHARED`] never forgets: terms anywhere may refer to its areas. Only modules of the library are in it.

use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use jovial_atoms::{Atom, known};
use jovial_compiler::env::{Context, Counter, Env, Import, Kind, Names, Scope, TrackerId, Var, Vars};
use jovial_term::{Heap, LiteralArea, LiteralBuilder, Term, Value};
use rustc_hash::FxHashMap;

fn keyword<'h>(heap: &'h Heap, pairs: &[(Atom, Atom)]) -> Term<'h> {
    heap.list(pairs.iter().map(|(key, value)| heap.tuple(&[Term::atom(*key), Term::atom(*value)])).collect::<Vec<_>>())
}

/// Names and their list.
struct Shared {
    names: Arc<Names>,
    list: LiteralArea,
}

/// By module: its functions, its macros.
static SHARED: LazyLock<RwLock<FxHashMap<Atom, Vec<Shared>>>> = LazyLock::new(RwLock::default);

fn names_list<'h>(heap: &'h Heap, names: &Names) -> Term<'h> {
    let pairs = names.as_slice().iter();
    heap.list(pairs.map(|(name, arity)| heap.tuple(&[Term::atom(*name), Term::small32(i32::from(*arity))])))
}

fn names_term<'h>(heap: &'h Heap, module: Atom, names: &Arc<Names>) -> Term<'h> {
    if !names.lasts() || names.is_empty() {
        return names_list(heap, names);
    }
    let find = |shared: &FxHashMap<Atom, Vec<Shared>>| {
        let known = shared.get(&module)?.iter().find(|known| Arc::ptr_eq(&known.names, names))?;
        Some(heap.copy_in(known.list.get(0)))
    };
    if let Some(list) = find(&SHARED.read().unwrap_or_else(PoisonError::into_inner)) {
        return list;
    }
    let mut shared = SHARED.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(list) = find(&shared) {
        return list;
    }
    let builder = LiteralBuilder::new();
    match LiteralArea::new(&[names_list(builder.heap(), names)]) {
        Ok(list) => {
            let term = heap.copy_in(list.get(0));
            shared.entry(module).or_default().push(Shared { names: Arc::clone(names), list });
            term
        }
        Err(_) => names_list(heap, names),
    }
}

/// The names that a list came from.
fn known_names(module: Atom, list: Term<'_>) -> Option<Arc<Names>> {
    let shared = SHARED.read().unwrap_or_else(PoisonError::into_inner);
    let known = shared.get(&module)?.iter().find(|known| known.list.get(0).same(list))?;
    Some(Arc::clone(&known.names))
}

fn imports<'h>(heap: &'h Heap, imports: &[Import]) -> Term<'h> {
    heap.list(
        imports.iter().map(|(module, names)| heap.tuple(&[Term::atom(*module), names_term(heap, *module, names)])),
    )
}

fn atoms<'h>(heap: &'h Heap, atoms: &[Atom]) -> Term<'h> {
    heap.list(atoms.iter().map(|atom| Term::atom(*atom)).collect::<Vec<_>>())
}

fn counter_term<'h>(heap: &'h Heap, counter: Counter) -> Term<'h> {
    let number = heap.int(counter.number);
    if counter.module() == known::NIL { number } else { heap.tuple(&[Term::atom(counter.module()), number]) }
}

/// The struct that macros get as `__CALLER__`.
pub fn to_term<'h>(heap: &'h Heap, env: &Env) -> Term<'h> {
    let scope = &*env.scope;
    let vars = env.versioned_vars.sorted().into_iter().map(|(var, version)| {
        let kind = match var.kind {
            Kind::Context(atom) => Term::atom(atom.atom()),
            Kind::Counter(counter) => counter_term(heap, counter),
        };
        (heap.tuple(&[Term::atom(var.name()), kind]), Term::count(version as usize))
    });
    let macro_aliases = scope.macro_aliases.iter().map(|(alias, (counter, module))| {
        let value = heap.tuple(&[counter_term(heap, *counter), Term::atom(*module)]);
        heap.tuple(&[Term::atom(*alias), value])
    });
    let function = match env.function {
        Some((name, arity)) => heap.tuple(&[Term::atom(name), Term::small32(i32::from(arity))]),
        None => Term::NIL,
    };
    let tracker = env.lexical_tracker.map_or(Term::NIL, |id| heap.uint(id.0));
    let fields = [
        (known::DUNDER_STRUCT, Term::atom(known::MOD_MACRO_ENV)),
        (known::ALIASES, keyword(heap, &scope.aliases)),
        (known::CONTEXT, Term::atom(env.context.atom())),
        (known::CONTEXT_MODULES, atoms(heap, &scope.context_modules)),
        (known::FILE, heap.binary(env.file.as_bytes())),
        (known::FUNCTION, function),
        (known::FUNCTIONS, imports(heap, &scope.functions)),
        (known::LEXICAL_TRACKER, tracker),
        (known::LINE, Term::count(env.line as usize)),
        (known::MACRO_ALIASES, heap.list(macro_aliases.collect::<Vec<_>>())),
        (known::MACROS, imports(heap, &scope.macros)),
        (known::MODULE, Term::atom(env.module)),
        (Atom::new("requires"), atoms(heap, &scope.requires)),
        (known::TRACERS, atoms(heap, &scope.tracers)),
        (known::VERSIONED_VARS, heap.map_from(vars.collect::<Vec<_>>())),
    ];
    heap.map_from(fields.into_iter().map(|(key, value)| (Term::atom(key), value)))
}

fn read_atoms(term: Term<'_>) -> Option<Vec<Atom>> {
    term.list_to_vec()?.into_iter().map(Term::as_atom).collect()
}

fn read_imports(term: Term<'_>) -> Option<Vec<Import>> {
    let mut found = Vec::new();
    for entry in term.list_to_vec()? {
        let [module, names] = *entry.as_tuple_of::<2>()?;
        let module = module.as_atom()?;
        if let Some(names) = known_names(module, names) {
            found.push((module, names));
            continue;
        }
        let names: Option<Vec<(Atom, u8)>> = names
            .list_to_vec()?
            .into_iter()
            .map(|name| {
                let [name, arity] = *name.as_tuple_of::<2>()?;
                Some((name.as_atom()?, u8::try_from(arity.as_small()?).ok()?))
            })
            .collect();
        found.push((module, Arc::new(Names::new(names?))));
    }
    Some(found)
}

fn read_counter(term: Term<'_>) -> Option<Counter> {
    match term.value() {
        Value::Int(number) => Some(Counter::new(known::NIL, number.to_i64()?)),
        Value::Tuple(&[module, number]) => Some(Counter::new(module.as_atom()?, number.as_i64()?)),
        _ => None,
    }
}

fn read_kind(term: Term<'_>) -> Option<Kind> {
    term.as_atom().map(Kind::context).or_else(|| read_counter(term).map(Kind::Counter))
}

/// The env that a `%Macro.Env{}` describes; `None` if it is none.
pub fn from_term(term: Term<'_>) -> Option<Env> {
    let map = term.as_map()?;
    let field = |name: Atom| map.get(Term::atom(name));
    if !field(known::DUNDER_STRUCT)?.is_atom(known::MOD_MACRO_ENV) {
        return None;
    }
    let mut aliases = Vec::new();
    for entry in field(known::ALIASES)?.list_to_vec()? {
        let [alias, module] = *entry.as_tuple_of::<2>()?;
        aliases.push((alias.as_atom()?, module.as_atom()?));
    }
    let mut macro_aliases = Vec::new();
    for entry in field(known::MACRO_ALIASES)?.list_to_vec()? {
        let [alias, value] = *entry.as_tuple_of::<2>()?;
        let [counter, module] = *value.as_tuple_of::<2>()?;
        macro_aliases.push((alias.as_atom()?, (read_counter(counter)?, module.as_atom()?)));
    }
    let mut vars = Vec::new();
    for (key, version) in field(known::VERSIONED_VARS)?.as_map()?.iter() {
        let [name, kind] = *key.as_tuple_of::<2>()?;
        vars.push((Var::new(name.as_atom()?, read_kind(kind)?), u32::try_from(version.as_small()?).ok()?));
    }
    let function = match field(known::FUNCTION)?.as_tuple_of::<2>() {
        Some([name, arity]) => Some((name.as_atom()?, u8::try_from(arity.as_small()?).ok()?)),
        None => None,
    };
    let context = match field(known::CONTEXT)?.as_atom()? {
        atom if atom == known::MATCH => Context::Match,
        atom if atom == known::GUARD => Context::Guard,
        _ => Context::Normal,
    };
    let file = field(known::FILE)?.bytes()?;
    let next_version = vars.iter().map(|(_, version)| version + 1).max().unwrap_or(0);
    Some(Env {
        module: field(known::MODULE)?.as_atom()?,
        function,
        file: Arc::from(String::from_utf8_lossy(&file)),
        line: u32::try_from(field(known::LINE)?.as_small()?).ok()?,
        context,
        scope: Arc::new(Scope {
            context_modules: read_atoms(field(known::CONTEXT_MODULES)?)?,
            aliases,
            macro_aliases,
            requires: read_atoms(field(Atom::new("requires"))?)?,
            functions: read_imports(field(known::FUNCTIONS)?)?,
            macros: read_imports(field(known::MACROS)?)?,
            tracers: read_atoms(field(known::TRACERS)?)?,
        }),
        versioned_vars: Vars::new(vars),
        next_version,
        lexical_tracker: field(known::LEXICAL_TRACKER).and_then(Term::as_u64).map(TrackerId),
    })
}
