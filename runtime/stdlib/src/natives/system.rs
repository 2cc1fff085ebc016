//! `:erlang` functions on code, funs and the machine itself.

use jovial_atoms::known;
use jovial_processes::of;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, atom, badarg, need, size, word};

pub(crate) const TABLE: &[Entry] = &[
    ("erlang", "function_exported", 3, function_exported),
    ("erlang", "is_builtin", 3, |ctx, args| {
        let arity = need(args[2].as_small().and_then(|arity| u8::try_from(arity).ok()))?;
        Ok(Term::bool(ctx.machine().is_native(atom(args[0])?, atom(args[1])?, arity)))
    }),
    ("erlang", "module_loaded", 1, |ctx, args| Ok(Term::bool(ctx.machine().module(atom(args[0])?).is_some()))),
    ("erlang", "loaded", 0, |ctx, _| {
        Ok(ctx.heap().list(ctx.machine().loaded().into_iter().map(Term::atom).collect::<Vec<_>>()))
    }),
    ("erlang", "make_fun", 3, |ctx, args| {
        let arity = need(args[2].as_small().and_then(|arity| u8::try_from(arity).ok()))?;
        Ok(ctx.heap().external_fun(atom(args[0])?, atom(args[1])?, arity))
    }),
    ("erlang", "get_module_info", 1, get_module_info),
    ("erlang", "get_module_info", 2, |ctx, args| {
        let all = get_module_info(ctx, args)?;
        let found = all.list_iter().filter_map(Term::as_tuple_of::<2>).find(|pair| pair[0].same(args[1]));
        need(found).map(|pair| pair[1])
    }),
    ("erlang", "fun_info", 1, fun_info),
    ("erlang", "fun_info", 2, |ctx, args| {
        // What is asked for most is answered without building all.
        let item = atom(args[1])?;
        let quick = args[0].as_fun().and_then(|fun| match item.as_str() {
            "module" => Some(Term::atom(fun.entry.module)),
            "name" => Some(Term::atom(fun.entry.name)),
            "arity" => Some(Term::small32(i32::from(fun.arity))),
            _ => None,
        });
        if let Some(value) = quick {
            return Ok(ctx.heap().tuple(&[args[1], value]));
        }
        let all = fun_info(ctx, args)?;
        let found = all.list_iter().find(|entry| entry.as_tuple_of::<2>().is_some_and(|pair| pair[0].same(args[1])));
        // A function of a module has none of the rest.
        let absent = || {
            let of_closures = matches!(item.as_str(), "pid" | "new_index" | "new_uniq" | "index" | "uniq");
            of_closures.then(|| ctx.heap().tuple(&[args[1], word("undefined")]))
        };
        need(found.or_else(absent))
    }),
    ("erlang", "system_info", 1, system_info),
    ("erlang", "system_flag", 2, |ctx, args| match atom(args[0])?.as_str() {
        "schedulers_online" => of(ctx)?.set_schedulers_online(size(args[1])?).map(Term::count),
        _ => badarg(),
    }),
    ("erlang", "statistics", 1, statistics),
    // Words by process, bytes of atoms and code: what `erlang:memory/0` can't count itself.
    ("jovial_system", "memory", 0, |ctx, _| {
        let heap = ctx.heap();
        let processes = heap.uint(memory(ctx)?);
        let atoms = Term::count(jovial_atoms::memory());
        Ok(heap.tuple(&[processes, atoms, Term::count(ctx.machine().code_size())]))
    }),
    ("code", "ensure_loaded", 1, |ctx, args| {
        let module = atom(args[0])?;
        let found = ctx.machine().is_loaded(module)
            || ctx.machine().ensure_loaded(module).ok().flatten().is_some()
            || !ctx.machine().natives_of(module).is_empty();
        Ok(if found {
            ctx.heap().tuple(&[Term::atom(known::MODULE), args[0]])
        } else {
            ctx.heap().tuple(&[Term::atom(known::ERROR), word("nofile")])
        })
    }),
    ("code", "is_loaded", 1, |ctx, args| {
        Ok(match ctx.machine().module(atom(args[0])?) {
            Some(_) => ctx.heap().tuple(&[Term::atom(known::FILE), Term::EMPTY_LIST]),
            None => Term::FALSE,
        })
    }),
    ("code", "all_loaded", 0, |ctx, _| {
        let heap = ctx.heap();
        let entries = ctx.machine().loaded().into_iter().map(|name| heap.tuple(&[Term::atom(name), Term::EMPTY_LIST]));
        Ok(heap.list(entries.collect::<Vec<_>>()))
    }),
    ("code", "delete", 1, |ctx, args| Ok(Term::bool(ctx.machine().delete(atom(args[0])?)))),
    ("code", "purge", 1, |_, args| atom(args[0]).map(|_| Term::FALSE)),
    ("code", "soft_purge", 1, |_, args| atom(args[0]).map(|_| Term::TRUE)),
    // A module that is loaded came from no file.
    ("code", "which", 1, |ctx, args| {
        let loaded = ctx.machine().module(atom(args[0])?).is_some();
        Ok(if loaded { Term::EMPTY_LIST } else { word("non_existing") })
    }),
];

/// `[module:, exports:, attributes:, compile:, md5:]` of a loaded module. A module of natives alone has nothing but exports.
fn get_module_info<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let heap = ctx.heap();
    let entry = |name: &str, value: Term<'h>| heap.tuple(&[word(name), value]);
    let version = ctx.machine().ensure_loaded(atom(args[0])?).ok().flatten();
    // A module may be written in both languages.
    let mut exports = ctx.machine().natives_of(atom(args[0])?);
    if let Some(version) = &version {
        let natives: std::collections::HashSet<_> = exports.iter().copied().collect();
        let compiled = version.exports().iter().map(|export| (export.name, export.arity));
        exports.extend(compiled.filter(|export| !natives.contains(export)));
    } else if exports.is_empty() {
        return badarg();
    }
    let exports = heap.list(
        exports.into_iter().map(|(name, arity)| heap.tuple(&[Term::atom(name), Term::small32(i32::from(arity))])),
    );
    let Some(version) = version else {
        return Ok(heap.list([
            entry("module", args[0]),
            entry("exports", exports),
            entry("attributes", Term::EMPTY_LIST),
        ]));
    };
    let source = version.files().first().map_or("nofile", String::as_str);
    // Frames name files as one would from the current folder; where that is, the module doesn't say.
    let source = match std::fs::canonicalize(source) {
        Ok(_) => {
            std::path::absolute(source).map_or_else(|_| source.to_string(), |path| path.to_string_lossy().into_owned())
        }
        Err(_) => source.to_string(),
    };
    let compile = heap.list([
        entry("version", heap.charlist("8.0")),
        entry("options", Term::EMPTY_LIST),
        entry("source", heap.charlist(&source)),
    ]);
    Ok(heap.list([
        entry("module", args[0]),
        entry("exports", exports),
        entry("attributes", crate::compile::data::literal_term(heap, version.attributes())),
        entry("compile", compile),
        entry("md5", heap.binary(version.digest())),
    ]))
}

fn function_exported<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (module, name) = (atom(args[0])?, atom(args[1])?);
    let arity = need(args[2].as_usize())?;
    let Ok(arity) = u8::try_from(arity) else { return Ok(Term::FALSE) };
    Ok(Term::bool(ctx.machine().is_defined(module, name, arity)))
}

/// `[module:, name:, arity:, env:, type:]`, as `:erlang.fun_info/1`.
fn fun_info<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let heap = ctx.heap();
    let entry = |name: &str, value: Term<'h>| heap.tuple(&[word(name), value]);
    if let Some(fun) = args[0].as_external_fun() {
        return Ok(heap.list([
            entry("module", Term::atom(fun.module)),
            entry("name", Term::atom(fun.name)),
            entry("arity", Term::small32(i32::from(fun.arity))),
            entry("env", Term::EMPTY_LIST),
            entry("type", word("external")),
        ]));
    }
    let fun = need(args[0].as_fun())?;
    Ok(heap.list([
        entry("pid", Term::pid(ctx.pid())),
        entry("module", Term::atom(fun.entry.module)),
        entry("new_index", Term::count(fun.entry.index as usize)),
        entry("new_uniq", heap.binary(&fun.entry.uniq)),
        entry("index", Term::count(fun.entry.index as usize)),
        entry("uniq", Term::count(fun.entry.old_uniq as usize)),
        entry("name", Term::atom(fun.entry.name)),
        entry("arity", Term::small32(i32::from(fun.arity))),
        entry("env", heap.list(fun.env.to_vec())),
        entry("type", word("local")),
    ]))
}

fn memory<'h>(ctx: &Ctx<'h>) -> Result<u64, Halt<'h>> {
    Ok(of(ctx)?.total_heap_words() * 8)
}

fn system_info<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (heap, local) = (ctx.heap(), of(ctx)?);
    let Some(item) = args[0].as_atom() else { return badarg() };
    Ok(match item.as_str() {
        "otp_release" => heap.charlist("25"),
        "version" => heap.charlist(env!("CARGO_PKG_VERSION")),
        "machine" => heap.charlist("JOVIAL"),
        "system_architecture" => heap.charlist(&format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)),
        "schedulers_online" => Term::count(local.schedulers_online()),
        "schedulers"
        | "logical_processors"
        | "logical_processors_online"
        | "logical_processors_available"
        | "dirty_cpu_schedulers"
        | "dirty_cpu_schedulers_online" => Term::count(local.schedulers()),
        "process_count" => Term::count(local.process_count()),
        "process_limit" => Term::count(local.process_limit()),
        "port_count" => Term::count(local.ports().len()),
        "ets_count" => Term::count(local.ets().all().len()),
        "port_limit" => Term::count(65_536),
        "atom_count" => Term::count(jovial_atoms::count() as usize),
        "atom_limit" => Term::count(jovial_atoms::MAX as usize),
        "ets_limit" => Term::count(8192),
        "wordsize" => Term::small32(8),
        "threads" | "smp_support" | "dist" => Term::TRUE,
        "multi_scheduling" => word("enabled"),
        "emu_flavor" => word("jovial"),
        "endian" => word(if cfg!(target_endian = "big") { "big" } else { "little" }),
        "emu_type" => word("opt"),
        "creation" => Term::ZERO,
        "heap_type" => word("private"),
        "start_time" => Term::ZERO,
        "time_offset" => word("final"),
        "os_monotonic_time_source" | "os_system_time_source" => Term::EMPTY_LIST,
        "scheduler_id" => Term::small32(1),
        "fullsweep_after" => heap.tuple(&[word("fullsweep_after"), Term::count(65_535)]),
        "min_heap_size" => heap.tuple(&[word("min_heap_size"), Term::count(64)]),
        _ => return badarg(),
    })
}

fn statistics<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (heap, local) = (ctx.heap(), of(ctx)?);
    let pair = |total: Term<'h>| heap.tuple(&[total, Term::ZERO]);
    Ok(match atom(args[0])?.as_str() {
        "wall_clock" | "runtime" => pair(heap.uint(local.monotonic_ns() / 1_000_000)),
        "reductions" | "exact_reductions" => pair(heap.uint(ctx.process().reductions())),
        "run_queue" | "total_run_queue_lengths" | "total_active_tasks" => Term::count(local.run_queue_len()),
        "context_switches" => pair(Term::ZERO),
        "garbage_collection" => heap.tuple(&[Term::ZERO, Term::ZERO, Term::ZERO]),
        "io" => {
            let entry = |name: &str| heap.tuple(&[word(name), Term::ZERO]);
            heap.tuple(&[entry("input"), entry("output")])
        }
        _ => return badarg(),
    })
}
