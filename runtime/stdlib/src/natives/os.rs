//! `:os`: the system below; and `:jovial_os`, which runs other programs for `System.cmd/3`.
//!
//! Changing the environment of a process with threads is not safe, so the machine has its own copy, which is what programs
//! that it starts get.

use std::any::Any;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{ErrorKind, PipeReader, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jovial_atoms::known;
use jovial_processes::of;
use jovial_term::{Fragment, Term};
use jovial_vm::{Ctx, Halt, Job, JobResult};

use super::Entry;
use super::files::reason;
use super::support::{Out, atom, badarg, bytes, list, need, option, word};

pub(crate) const TABLE: &[Entry] = &[
    ("os", "type", 0, |ctx, _| {
        let name = if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS };
        Ok(ctx.heap().tuple(&[word(std::env::consts::FAMILY), word(name)]))
    }),
    ("os", "version", 0, |ctx, _| {
        let uname = rustix::system::uname();
        let release = uname.release().to_string_lossy().into_owned();
        let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
        let mut next = || ctx.heap().uint(numbers.next().unwrap_or(0));
        Ok(ctx.heap().tuple(&[next(), next(), next()]))
    }),
    ("os", "getpid", 0, |ctx, _| Ok(ctx.heap().charlist(&std::process::id().to_string()))),
    ("os", "env", 0, |ctx, _| {
        let heap = ctx.heap();
        let pairs =
            variables(ctx).into_iter().map(|(name, value)| heap.tuple(&[chars(ctx, &name), chars(ctx, &value)]));
        Ok(heap.list(pairs.collect::<Vec<_>>()))
    }),
    ("os", "getenv", 0, |ctx, _| {
        let lines = variables(ctx)
            .into_iter()
            .map(|(name, value)| chars(ctx, &OsString::from_vec([name.as_bytes(), b"=", value.as_bytes()].concat())));
        Ok(ctx.heap().list(lines.collect::<Vec<_>>()))
    }),
    ("os", "getenv", 1, |ctx, args| get(ctx, args[0], Term::FALSE)),
    ("os", "getenv", 2, |ctx, args| get(ctx, args[0], args[1])),
    ("os", "putenv", 2, |ctx, args| {
        let (name, value) = (os_string(args[0])?, os_string(args[1])?);
        if name.is_empty() || name.as_bytes().contains(&b'=') {
            return badarg();
        }
        change(ctx, |variables| variables.insert(name, value));
        Ok(Term::TRUE)
    }),
    ("os", "unsetenv", 1, |ctx, args| {
        let name = os_string(args[0])?;
        change(ctx, |variables| variables.remove(&name));
        Ok(Term::TRUE)
    }),
    ("os", "find_executable", 1, |ctx, args| {
        let path = variables(ctx).remove(OsStr::new("PATH")).unwrap_or_default();
        find(args[0], path)
    }),
    ("os", "find_executable", 2, |_, args| find(args[0], os_string(args[1])?)),
    ("os", "cmd", 1, |ctx, args| shell(ctx, args[0])),
    ("os", "cmd", 2, |ctx, args| shell(ctx, args[0])),
    ("jovial_os", "open", 2, open),
    ("jovial_os", "next", 1, next),
    ("jovial_system", "get", 2, |ctx, args| {
        let settings = ctx.machine().shared::<Settings>();
        let settings = settings.0.read().unwrap_or_else(PoisonError::into_inner);
        Ok(settings.get(atom(args[0])?.as_str()).map_or(args[1], |value| ctx.heap().copy_in(value.root())))
    }),
    ("jovial_system", "put", 2, |ctx, args| {
        let value = Fragment::copy_of(args[1]).map_err(|_| Halt::system_limit())?;
        let settings = ctx.machine().shared::<Settings>();
        settings.0.write().unwrap_or_else(PoisonError::into_inner).insert(atom(args[0])?.as_str(), value);
        Ok(Term::OK)
    }),
];

/// Settings of the system, by name.
#[derive(Default)]
struct Settings(RwLock<BTreeMap<&'static str, Fragment>>);

type Variables = BTreeMap<OsString, OsString>;

/// The environment, as programs have changed it.
struct Environment(RwLock<Variables>);

impl Default for Environment {
    fn default() -> Environment {
        Environment(RwLock::new(std::env::vars_os().collect()))
    }
}

fn variables(ctx: &Ctx<'_>) -> Variables {
    let environment = ctx.machine().shared::<Environment>();
    environment.0.read().unwrap_or_else(PoisonError::into_inner).clone()
}

fn change<R>(ctx: &Ctx<'_>, with: impl FnOnce(&mut Variables) -> R) {
    let environment = ctx.machine().shared::<Environment>();
    with(&mut environment.0.write().unwrap_or_else(PoisonError::into_inner));
}

fn get<'h>(ctx: &Ctx<'h>, name: Term<'h>, default: Term<'h>) -> Out<'h> {
    let name = os_string(name)?;
    let environment = ctx.machine().shared::<Environment>();
    let environment = environment.0.read().unwrap_or_else(PoisonError::into_inner);
    Ok(environment.get(&name).map_or(default, |value| chars(ctx, value)))
}

fn chars<'h>(ctx: &Ctx<'h>, text: &OsStr) -> Term<'h> {
    ctx.heap().charlist(&text.to_string_lossy())
}

/// A string, charlist or nested list of them, for the system.
fn os_string<'h>(term: Term<'h>) -> Result<OsString, Halt<'h>> {
    let mut out = Vec::new();
    let mut left = vec![term];
    while let Some(part) = left.pop() {
        if let Some((head, tail)) = part.as_cons() {
            left.push(tail);
            left.push(head);
        } else if let Some(code) = part.as_small() {
            let c = need(u32::try_from(code).ok().and_then(char::from_u32))?;
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else if !part.is_nil_list() {
            out.extend_from_slice(&bytes(part)?);
        }
    }
    if out.contains(&0) { badarg() } else { Ok(OsString::from_vec(out)) }
}

fn is_executable(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

/// The absolute path of a program, as a charlist, or `false`.
fn find<'h>(program: Term<'h>, search: OsString) -> Out<'h> {
    let program = PathBuf::from(os_string(program)?);
    Err(Halt::Offload(Job(Box::new(move |_| {
        let direct = program.components().count() > 1 || program.is_absolute();
        let found = if direct {
            std::path::absolute(&program).ok().filter(|path| is_executable(path))
        } else if program.as_os_str().is_empty() {
            None
        } else {
            std::env::split_paths(&search).map(|folder| folder.join(&program)).find(|path| is_executable(path))
        };
        JobResult(Box::new(move |ctx| Ok(found.map_or(Term::FALSE, |path| chars(ctx, path.as_os_str())))))
    }))))
}

/// `:os.cmd/1`: what a line in the shell writes, errors included.
fn shell<'h>(ctx: &Ctx<'h>, line: Term<'h>) -> Out<'h> {
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(os_string(line)?).env_clear().envs(variables(ctx)).stdin(Stdio::null());
    Err(Halt::Offload(Job(Box::new(move |_| {
        let output = std::io::pipe().and_then(|(mut reader, writer)| {
            let mut child = command.stdout(writer.try_clone()?).stderr(writer).spawn()?;
            drop(command);
            let mut output = Vec::new();
            reader.read_to_end(&mut output)?;
            child.wait().map(|_| output)
        });
        JobResult(Box::new(move |ctx| match output {
            Ok(output) => Ok(match std::str::from_utf8(&output) {
                Ok(text) => ctx.heap().charlist(text),
                Err(_) => ctx.heap().list_from_iter(output.iter().map(|byte| Term::small32(i32::from(*byte)))),
            }),
            Err(problem) => Err(Halt::error(reason(&problem))),
        }))
    }))))
}

/// A program that runs.
struct Running {
    child: Child,
    output: Option<PipeReader>,
}

/// A program with the options of ports that say how it is started: `:arg0`, `:args`, `:cd` and `:env`.
pub(super) fn command<'h>(ctx: &Ctx<'h>, path: Term<'h>, options: Term<'h>) -> Result<Command, Halt<'h>> {
    let mut command = Command::new(os_string(path)?);
    command.env_clear().envs(variables(ctx));
    if let Some(name) = option(options, "arg0") {
        command.arg0(os_string(name)?);
    }
    if let Some(given) = option(options, "args") {
        for arg in list(given)? {
            command.arg(os_string(arg)?);
        }
    }
    if let Some(folder) = option(options, "cd") {
        command.current_dir(os_string(folder)?);
    }
    if let Some(changes) = option(options, "env") {
        for change in list(changes)? {
            let [name, value] = *need(change.as_tuple_of::<2>())?;
            let name = os_string(name)?;
            if value.is_atom(known::FALSE) {
                command.env_remove(name)
            } else {
                command.env(name, os_string(value)?)
            };
        }
    }
    Ok(command)
}

/// The number of a status as the shell tells it.
pub(super) fn status_number(status: ExitStatus) -> i32 {
    status.code().or(status.signal().map(|signal| 128 + signal)).unwrap_or(255)
}

/// `open({:spawn_executable, path}, options)` with the options of ports. The program reads nothing; its output comes through
/// `next/1`. Raises the reason when it can't be started.
fn open<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let [_, path] = *need(args[0].as_tuple_of::<2>())?;
    let mut command = command(ctx, path, args[1])?;
    command.stdin(Stdio::null());
    let together = option(args[1], "stderr_to_stdout").is_some();
    let silent = option(args[1], "nouse_stdio").is_some();
    Err(Halt::Offload(Job(Box::new(move |_| {
        let started = if silent {
            command.stdin(Stdio::inherit()).spawn().map(|child| Running { child, output: None })
        } else {
            std::io::pipe().and_then(|(reader, writer)| {
                if together {
                    command.stderr(writer.try_clone()?);
                }
                let child = command.stdout(writer).spawn()?;
                // The writing ends in it would keep the pipe open.
                drop(command);
                Ok(Running { child, output: Some(reader) })
            })
        };
        JobResult(Box::new(move |ctx| match started {
            Ok(running) => {
                let number = need(of(ctx)?.make_ref().as_ref())?.number;
                Ok(ctx.heap().magic_ref(number, Arc::new(Mutex::new(running))))
            }
            Err(problem) => Err(Halt::error(reason(&problem))),
        }))
    }))))
}

/// `next(program)`: the next piece of its output as a binary, or `{:exit_status, status}`.
fn next<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let resource: Arc<dyn Any + Send + Sync> = Arc::clone(need(need(args[0].as_ref())?.resource())?);
    let running: Arc<Mutex<Running>> = need(resource.downcast().ok())?;
    Err(Halt::Offload(Job(Box::new(move |_| {
        let mut running = running.lock().unwrap_or_else(PoisonError::into_inner);
        let mut piece = vec![0; 65_536];
        let len = running.output.as_mut().map_or(Ok(0), |output| {
            loop {
                match output.read(&mut piece) {
                    Err(problem) if problem.kind() == ErrorKind::Interrupted => {}
                    other => break other,
                }
            }
        });
        piece.truncate(*len.as_ref().unwrap_or(&0));
        let status = if piece.is_empty() { Some(running.child.wait()) } else { None };
        JobResult(Box::new(move |ctx| {
            let heap = ctx.heap();
            match (len, status) {
                (Err(problem), _) | (_, Some(Err(problem))) => Err(Halt::error(reason(&problem))),
                (Ok(_), None) => heap.try_binary(&piece).map_err(Halt::from),
                (Ok(_), Some(Ok(status))) => {
                    Ok(heap.tuple(&[word("exit_status"), Term::small32(status_number(status))]))
                }
            }
        }))
    }))))
}
