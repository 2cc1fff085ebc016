//! `:erlang` functions on processes: making, signalling, watching and asking them.

use jovial_atoms::{Atom, known};
use jovial_processes::{
    AliasMode, Call, Item, MaxHeap, MonitorOptions, Options as SpawnOptions, Priority, TimerAnswer, identity, named_by,
    of,
};
use jovial_term::{Pid, Term};
use jovial_vm::{Class, Ctx, Halt};

use super::Entry;
use super::support::{Out, atom, badarg, i64_of, list, need, option};

pub(crate) const TABLE: &[Entry] = &[
    ("erlang", "self", 0, |ctx, _| Ok(Term::pid(ctx.pid()))),
    ("erlang", "node", 0, |ctx, _| Ok(Term::atom(of(ctx)?.node()))),
    ("erlang", "node", 1, node_of),
    ("erlang", "nodes", 0, |_, _| Ok(Term::EMPTY_LIST)),
    ("erlang", "is_alive", 0, |_, _| Ok(Term::FALSE)),
    ("erlang", "spawn", 1, |ctx, args| spawn(ctx, fun(args[0])?, Term::EMPTY_LIST)),
    ("erlang", "spawn", 3, |ctx, args| spawn(ctx, mfa(&args[..3])?, Term::EMPTY_LIST)),
    ("erlang", "spawn_link", 1, |ctx, args| spawn(ctx, fun(args[0])?, word_list(ctx, "link"))),
    ("erlang", "spawn_link", 3, |ctx, args| spawn(ctx, mfa(&args[..3])?, word_list(ctx, "link"))),
    ("erlang", "spawn_monitor", 1, |ctx, args| spawn(ctx, fun(args[0])?, word_list(ctx, "monitor"))),
    ("erlang", "spawn_monitor", 3, |ctx, args| spawn(ctx, mfa(&args[..3])?, word_list(ctx, "monitor"))),
    ("erlang", "spawn_opt", 2, |ctx, args| spawn(ctx, fun(args[0])?, args[1])),
    ("erlang", "spawn_opt", 4, |ctx, args| spawn(ctx, mfa(&args[..3])?, args[3])),
    ("erlang", "send", 2, |ctx, args| of(ctx)?.send(args[0], args[1]).map(|()| args[1])),
    ("erlang", "send", 3, |ctx, args| of(ctx)?.send(args[0], args[1]).map(|()| Term::OK)),
    ("erlang", "!", 2, |ctx, args| of(ctx)?.send(args[0], args[1]).map(|()| args[1])),
    ("erlang", "link", 1, |ctx, args| of(ctx)?.link(need(named_by(args[0]))?).map(|()| Term::TRUE)),
    ("erlang", "unlink", 1, |ctx, args| {
        of(ctx)?.unlink(need(named_by(args[0]))?);
        Ok(Term::TRUE)
    }),
    ("erlang", "exit", 2, |ctx, args| match named_by(args[0]) {
        Some(pid) => of(ctx)?.exit(pid, args[1]).map(|()| Term::TRUE),
        None if args[0].is_pid() || args[0].is_port() => Ok(Term::TRUE),
        None => badarg(),
    }),
    ("erlang", "exit", 1, |_, args| Err(Halt::exit(args[0]))),
    ("erlang", "throw", 1, |_, args| Err(Halt::throw(args[0]))),
    ("erlang", "error", 1, |_, args| Err(Halt::error(args[0]))),
    ("erlang", "error", 2, |_, args| Err(Halt::error(args[0]))),
    ("erlang", "error", 3, |_, args| Err(Halt::error(args[0]))),
    ("erlang", "nif_error", 1, |_, args| Err(Halt::error(args[0]))),
    ("erlang", "nif_error", 2, |_, args| Err(Halt::error(args[0]))),
    ("erlang", "raise", 3, raise),
    ("erlang", "monitor", 2, |ctx, args| monitor(ctx, args[0], args[1], Term::EMPTY_LIST)),
    ("erlang", "monitor", 3, |ctx, args| monitor(ctx, args[0], args[1], args[2])),
    ("erlang", "demonitor", 1, |ctx, args| demonitor(ctx, args[0], Term::EMPTY_LIST)),
    ("erlang", "demonitor", 2, |ctx, args| demonitor(ctx, args[0], args[1])),
    ("erlang", "alias", 0, |ctx, _| Ok(of(ctx)?.alias(AliasMode::Explicit))),
    ("erlang", "alias", 1, |ctx, args| {
        let reply = list(args[0])?.iter().any(|option| option.is_atom(known::REPLY));
        Ok(of(ctx)?.alias(if reply { AliasMode::Reply } else { AliasMode::Explicit }))
    }),
    ("erlang", "unalias", 1, |ctx, args| Ok(Term::bool(of(ctx)?.unalias(need(args[0].as_ref())?.number)))),
    ("erlang", "register", 2, |ctx, args| {
        if of(ctx)?.register(atom(args[0])?, need(named_by(args[1]))?) { Ok(Term::TRUE) } else { badarg() }
    }),
    (
        "erlang",
        "unregister",
        1,
        |ctx, args| {
            if of(ctx)?.unregister(atom(args[0])?) { Ok(Term::TRUE) } else { badarg() }
        },
    ),
    ("erlang", "whereis", 1, |ctx, args| {
        Ok(of(ctx)?.whereis(atom(args[0])?).map_or(Term::atom(known::UNDEFINED), identity))
    }),
    ("erlang", "registered", 0, |ctx, _| {
        let names = of(ctx)?.registered();
        Ok(ctx.heap().list(names.into_iter().map(Term::atom).collect::<Vec<_>>()))
    }),
    ("erlang", "group_leader", 0, |ctx, _| Ok(ctx.group_leader())),
    ("erlang", "group_leader", 2, |ctx, args| of(ctx)?.set_group_leader(pid(args[1])?, args[0]).map(|()| Term::TRUE)),
    ("erlang", "process_flag", 2, |ctx, args| of(ctx)?.process_flag(atom(args[0])?, args[1])),
    ("erlang", "process_flag", 3, |ctx, args| of(ctx)?.process_flag_of(pid(args[0])?, atom(args[1])?, args[2])),
    ("erlang", "process_info", 1, |ctx, args| process_info(ctx, args[0], None)),
    ("erlang", "process_info", 2, |ctx, args| process_info(ctx, args[0], Some(args[1]))),
    ("erlang", "processes", 0, |ctx, _| {
        let pids = of(ctx)?.processes();
        super::support::charge(ctx, pids.len());
        Ok(ctx.heap().list(pids.into_iter().map(Term::pid).collect::<Vec<_>>()))
    }),
    ("erlang", "is_process_alive", 1, |ctx, args| of(ctx)?.is_process_alive(pid(args[0])?).map(Term::bool)),
    ("erlang", "suspend_process", 1, |ctx, args| of(ctx)?.suspend(pid(args[0])?).map(|()| Term::TRUE)),
    ("erlang", "resume_process", 1, |ctx, args| of(ctx)?.resume(pid(args[0])?).map(|()| Term::TRUE)),
    ("erlang", "garbage_collect", 0, |ctx, _| of(ctx)?.garbage_collect(ctx.pid()).map(Term::bool)),
    ("erlang", "garbage_collect", 1, |ctx, args| of(ctx)?.garbage_collect(pid(args[0])?).map(Term::bool)),
    ("erlang", "hibernate", 3, |_, args| {
        Err(Halt::Hibernate { module: atom(args[0])?, function: atom(args[1])?, args: list(args[2])? })
    }),
    ("erlang", "yield", 0, |ctx, _| {
        ctx.charge(jovial_processes::SLICE);
        Ok(Term::TRUE)
    }),
    ("erlang", "bump_reductions", 1, |ctx, args| {
        ctx.charge(u32::try_from(need(args[0].as_u64())?).unwrap_or(u32::MAX));
        Ok(Term::TRUE)
    }),
    ("erlang", "make_ref", 0, |ctx, _| Ok(of(ctx)?.make_ref())),
    ("erlang", "get", 0, dictionary),
    ("erlang", "get", 1, lookup),
    ("erlang", "put", 2, put),
    ("erlang", "erase", 0, |ctx, args| {
        let all = dictionary(ctx, args)?;
        ctx.process().clear_dictionary();
        Ok(all)
    }),
    ("erlang", "erase", 1, erase),
    ("erlang", "get_keys", 0, |ctx, _| Ok(ctx.heap().list(ctx.process().dictionary().into_iter().map(|(key, _)| key)))),
    ("erlang", "get_keys", 1, |ctx, args| {
        let pairs = ctx.process().dictionary();
        Ok(ctx.heap().list(pairs.into_iter().filter(|(_, value)| value.same(args[0])).map(|(key, _)| key)))
    }),
    ("erlang", "start_timer", 3, |ctx, args| timer(ctx, args, true, Term::EMPTY_LIST)),
    ("erlang", "start_timer", 4, |ctx, args| timer(ctx, args, true, args[3])),
    ("erlang", "send_after", 3, |ctx, args| timer(ctx, args, false, Term::EMPTY_LIST)),
    ("erlang", "send_after", 4, |ctx, args| timer(ctx, args, false, args[3])),
    ("erlang", "cancel_timer", 1, |ctx, args| {
        of(ctx)?.cancel_timer(args[0], false, true).map(|answer| left(ctx, answer))
    }),
    ("erlang", "cancel_timer", 2, |ctx, args| {
        let answer = of(ctx)?.cancel_timer(args[0], flag(args[1], "async", false), flag(args[1], "info", true))?;
        Ok(left(ctx, answer))
    }),
    ("erlang", "read_timer", 1, |ctx, args| of(ctx)?.read_timer(args[0], false).map(|answer| left(ctx, answer))),
    ("erlang", "read_timer", 2, |ctx, args| {
        of(ctx)?.read_timer(args[0], flag(args[1], "async", false)).map(|answer| left(ctx, answer))
    }),
    ("jovial_process", "set_label", 1, |ctx, args| of(ctx)?.set_label(args[0]).map(|()| Term::OK)),
];

fn pid<'h>(term: Term<'h>) -> Result<Pid, Halt<'h>> {
    need(term.as_pid())
}

fn flag(options: Term<'_>, key: &str, default: bool) -> bool {
    option(options, key).and_then(Term::as_bool).unwrap_or(default)
}

fn word_list<'h>(ctx: &Ctx<'h>, text: &str) -> Term<'h> {
    ctx.heap().list([super::support::word(text)])
}

/// What a new process runs.
enum Work<'h> {
    Fun(Term<'h>),
    Mfa(Atom, Atom, Vec<Term<'h>>),
}

fn fun<'h>(term: Term<'h>) -> Result<Work<'h>, Halt<'h>> {
    if term.is_function() { Ok(Work::Fun(term)) } else { badarg() }
}

fn mfa<'h>(args: &[Term<'h>]) -> Result<Work<'h>, Halt<'h>> {
    Ok(Work::Mfa(atom(args[0])?, atom(args[1])?, list(args[2])?))
}

fn spawn<'h>(ctx: &Ctx<'h>, work: Work<'h>, given: Term<'h>) -> Out<'h> {
    let local = of(ctx)?;
    let mut options = SpawnOptions::default();
    let mut monitor = None;
    for entry in list(given)? {
        let (name, value) = match entry.as_tuple_of::<2>() {
            Some([name, value]) => (atom(*name)?, Some(*value)),
            None => (atom(entry)?, None),
        };
        let number = || need(value.and_then(Term::as_usize));
        match (name.as_str(), value) {
            ("link", None) => options.link = true,
            ("monitor", None) => monitor = Some(MonitorOptions::default()),
            ("monitor", Some(given)) => monitor = Some(monitor_options(given)?),
            ("priority", Some(value)) => options.priority = need(value.as_atom().and_then(Priority::from_atom))?,
            ("max_heap_size", Some(value)) => {
                options.max_heap = Some(need(MaxHeap::from_term(value, MaxHeap::default()))?);
            }
            ("min_heap_size", Some(_)) => options.min_heap = Some(number()?),
            ("fullsweep_after", Some(_)) => {
                options.fullsweep_after = Some(u32::try_from(number()?).map_err(|_| Halt::badarg())?);
            }
            ("message_queue_data", Some(value)) => options.off_heap_queue = atom(value)?.as_str() == "off_heap",
            ("min_bin_vheap_size" | "async_dist", Some(_)) => {}
            _ => return badarg(),
        }
    }
    let call = match &work {
        Work::Fun(fun) => Call::Fun(*fun, &[]),
        Work::Mfa(module, function, args) => Call::Mfa(*module, *function, args),
    };
    match monitor {
        Some(monitor) => {
            let (pid, reference) = local.spawn_monitor(call, &options, &monitor)?;
            Ok(ctx.heap().tuple(&[Term::pid(pid), reference]))
        }
        None => local.spawn(call, &options).map(Term::pid),
    }
}

/// `raise(class, reason, stacktrace)`: gives `:badarg` instead of raising it when the arguments are wrong.
fn raise<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    match args[0].as_atom().and_then(Class::from_atom) {
        Some(class) if args[2].list_len().is_some() => {
            Err(Halt::Raise { class, reason: args[1], trace: Some(args[2]) })
        }
        Some(_) | None => Ok(Term::atom(known::BADARG)),
    }
}

fn node_of<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    if let Some(external) = args[0].as_external() {
        return Ok(Term::atom(external.node));
    }
    let local = args[0].is_pid() || args[0].is_port() || args[0].is_reference();
    if local { Ok(Term::atom(of(ctx)?.node())) } else { badarg() }
}

fn monitor_options<'h>(given: Term<'h>) -> Result<MonitorOptions<'h>, Halt<'h>> {
    let mut options = MonitorOptions::default();
    for entry in list(given)? {
        let [name, value] = *need(entry.as_tuple_of::<2>())?;
        match atom(name)? {
            known::ALIAS => {
                options.alias = Some(match atom(value)? {
                    known::EXPLICIT_UNALIAS => AliasMode::Explicit,
                    known::DEMONITOR => AliasMode::Demonitor,
                    known::REPLY_DEMONITOR => AliasMode::ReplyDemonitor,
                    _ => return badarg(),
                });
            }
            known::TAG => options.tag = Some(value),
            _ => return badarg(),
        }
    }
    Ok(options)
}

fn monitor<'h>(ctx: &Ctx<'h>, kind: Term<'h>, target: Term<'h>, given: Term<'h>) -> Out<'h> {
    match atom(kind)? {
        kind if kind.as_str() == "port" && (target.is_port() || target.as_atom().is_some()) => {
            of(ctx)?.monitor(target, &monitor_options(given)?)
        }
        known::PROCESS if target.is_port() => badarg(),
        known::PROCESS if given.is_nil_list() => of(ctx)?.monitor(target, &MonitorOptions::default()),
        known::PROCESS => of(ctx)?.monitor(target, &monitor_options(given)?),
        // Watches for changes of the clock's offset, which never changes here.
        known::TIME_OFFSET => Ok(of(ctx)?.make_ref()),
        _ => badarg(),
    }
}

fn demonitor<'h>(ctx: &Ctx<'h>, reference: Term<'h>, options: Term<'h>) -> Out<'h> {
    let number = need(reference.as_ref())?.number;
    if options.is_nil_list() {
        of(ctx)?.demonitor(number, false);
        return Ok(Term::TRUE);
    }
    let given = |name: Atom| options.list_iter().any(|option| option.is_atom(name));
    let was = of(ctx)?.demonitor(number, given(known::FLUSH));
    Ok(Term::bool(was || !given(known::INFO)))
}

fn process_info<'h>(ctx: &Ctx<'h>, target: Term<'h>, wanted: Option<Term<'h>>) -> Out<'h> {
    let (local, pid, heap) = (of(ctx)?, pid(target)?, ctx.heap());
    if wanted.is_some_and(|wanted| wanted.is_atom(known::REGISTERED_NAME)) && pid == local.self_pid() {
        // What every process that is made by another asks of itself.
        let name = local.own_name().map(|name| heap.tuple(&[Term::atom(known::REGISTERED_NAME), Term::atom(name)]));
        return Ok(name.unwrap_or(Term::EMPTY_LIST));
    }
    let pair = |item: Item, value: Term<'h>| heap.tuple(&[Term::atom(item.atom()), value]);
    let item = |term: Term<'h>| need(term.as_atom().and_then(Item::from_atom));
    let items: Vec<Item> = match wanted {
        None => Item::usual().to_vec(),
        Some(one) if one.as_atom().is_some() => vec![item(one)?],
        Some(several) => list(several)?.into_iter().map(item).collect::<Result<_, _>>()?,
    };
    let Some(values) = local.process_info(pid, &items)? else { return Ok(Term::atom(known::UNDEFINED)) };
    match wanted {
        Some(one) if one.as_atom().is_some() => {
            let (item, value) = need(values.into_iter().next())?;
            // A process without a name has no entry at all.
            let nameless = item == Item::RegisteredName && value.is_nil_list();
            Ok(if nameless { value } else { pair(item, value) })
        }
        _ => {
            let shown = values
                .into_iter()
                .filter(|(item, value)| wanted.is_some() || *item != Item::RegisteredName || !value.is_nil_list());
            Ok(heap.list(shown.map(|(item, value)| pair(item, value)).collect::<Vec<_>>()))
        }
    }
}

fn dictionary<'h>(ctx: &Ctx<'h>, _: &[Term<'h>]) -> Out<'h> {
    let heap = ctx.heap();
    Ok(heap.list(ctx.process().dictionary().into_iter().map(|(key, value)| heap.tuple(&[key, value]))))
}

fn lookup<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    Ok(ctx.process().dictionary_get(args[0]).unwrap_or(Term::atom(known::UNDEFINED)))
}

fn put<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    Ok(ctx.process().dictionary_put(args[0], args[1]).unwrap_or(Term::atom(known::UNDEFINED)))
}

fn erase<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    Ok(ctx.process().dictionary_erase(args[0]).unwrap_or(Term::atom(known::UNDEFINED)))
}

/// `send_after(time, to, message)` and `start_timer/3`.
fn timer<'h>(ctx: &Ctx<'h>, args: &[Term<'h>], wrap: bool, options: Term<'h>) -> Out<'h> {
    of(ctx)?.start_timer(i64_of(args[0])?, args[1], args[2], wrap, flag(options, "abs", false))
}

fn left<'h>(ctx: &Ctx<'h>, answer: TimerAnswer) -> Term<'h> {
    match answer {
        TimerAnswer::Left(time) => ctx.heap().uint(time),
        TimerAnswer::Gone => Term::FALSE,
        TimerAnswer::Later | TimerAnswer::Done => Term::OK,
    }
}
