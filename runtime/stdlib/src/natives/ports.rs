//! `:jovial_port`: the outside of ports. A port is a process (`Jovial.Ports`) that owns one program; this gives it the program's
//! standard input and output.
//!
//! **What it is for.** Two threads for each program: one reads what it writes and waits for its end, and a second one, as soon as something
//! is written to it, writes. Both tell the process by messages: `{:jovial_port, :output, bytes}`, `{:jovial_port, :eof}`,
//! `{:jovial_port, :exit_status, number}`, `{:jovial_port, :drained}` and `{:jovial_port, :broken}`. They are threads of their own and no
//! jobs, since a program may run for days and there are only so many threads for jobs, and since no cell waits for it.
//!
//! **Invariants.**
//! 1. Output is read only when the piece before was taken, so that a program can't fill the memory of a port that is slow.
//! 2. The threads hold no process alive, nor does one of them hold the pipes open once the port is closed: [`Handle`] closes when it is
//!    dropped, with the heap that it is in.
//! 3. Each program that was started is waited for, so none stays behind as a zombie.
//!
//! **What it must not know.** Owners, links, lines and packets.

use std::any::Any;
use std::collections::VecDeque;
use std::io::{ErrorKind, PipeReader, PipeWriter, Read, Write};
use std::process::{Child, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jovial_processes::{Call, Courier, Options, build, identity, of};
use jovial_term::{Heap, Term};
use jovial_vm::{Ctx, Halt, Job, JobResult};
use rustix::event::{PollFd, PollFlags, poll};

use super::Entry;
use super::conversions::iolist_bytes;
use super::files::reason;
use super::os::{command, status_number};
use super::support::{Out, atom, list, need, option, word};

pub(crate) const TABLE: &[Entry] = &[
    // A process that is a port, linked to who makes it.
    ("jovial_port", "spawn", 3, |ctx, args| {
        let arguments = list(args[2])?;
        let call = Call::Mfa(atom(args[0])?, atom(args[1])?, &arguments);
        let options = Options { link: true, port: true, ..Options::default() };
        of(ctx)?.spawn(call, &options).map(identity)
    }),
    ("jovial_port", "own", 0, |ctx, _| Ok(identity(ctx.pid()))),
    ("jovial_port", "start", 2, start),
    ("jovial_port", "write", 2, write),
    ("jovial_port", "take", 1, |_, args| {
        let outside = outside(args[0])?;
        outside.state().may_read = true;
        outside.changed.notify_all();
        Ok(Term::OK)
    }),
    ("jovial_port", "close", 1, |_, args| {
        outside(args[0])?.close();
        Ok(Term::OK)
    }),
    ("erlang", "ports", 0, |ctx, _| {
        let ports = of(ctx)?.ports();
        super::support::charge(ctx, ports.len());
        Ok(ctx.heap().list(ports.into_iter().map(identity).collect::<Vec<_>>()))
    }),
];

/// Bytes that are read at once.
const PIECE: usize = 65_536;

/// How long the end of a program that has closed its output is waited for before it is looked at again.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));

#[derive(Default)]
struct State {
    /// The piece of output before was taken.
    may_read: bool,
    /// What waits to be written, and how many bytes that is with what is being written.
    queue: VecDeque<Vec<u8>>,
    queued: usize,
    /// Where to write, until there is a thread that does.
    input: Option<PipeWriter>,
    /// Nothing more comes from the port; what is queued is still written.
    closed: bool,
    /// Nobody reads what is written.
    broken: bool,
}

/// What the threads of a program share with its port.
struct Outside {
    state: Mutex<State>,
    changed: Condvar,
    /// Closed to wake who waits for output.
    waker: Mutex<Option<PipeWriter>>,
}

impl Outside {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.input = None;
        drop(state);
        self.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.changed.notify_all();
    }
}

/// What the port's heap holds.
struct Handle {
    outside: Arc<Outside>,
    courier: Arc<Courier>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.outside.close();
    }
}

fn handle<'h>(term: Term<'h>) -> Result<Arc<Handle>, Halt<'h>> {
    let resource: Arc<dyn Any + Send + Sync> = Arc::clone(need(need(term.as_ref())?.resource())?);
    need(resource.downcast().ok())
}

fn outside<'h>(term: Term<'h>) -> Result<Arc<Outside>, Halt<'h>> {
    Ok(Arc::clone(&handle(term)?.outside))
}

fn tell(courier: &Courier, make: impl for<'h> FnOnce(&'h Heap, Vec<Term<'h>>) -> Vec<Term<'h>>) -> bool {
    courier.send(build(|heap| {
        let parts = make(heap, vec![word("jovial_port")]);
        heap.tuple(&parts)
    }))
}

fn tell_word(courier: &Courier, what: &str) -> bool {
    tell(courier, |_, mut parts| {
        parts.push(word(what));
        parts
    })
}

/// A program with pipes for the ends that the port wants: what it writes, and what it reads.
struct Program {
    child: Child,
    output: Option<PipeReader>,
    input: Option<PipeWriter>,
}

/// `start(path, options)`: starts a program for the port that calls; `{handle, os_pid}`. Besides the options of programs there are
/// `:stderr_to_stdout`, `:in` (it is only read from) and `:out` (it is only written to). Raises the reason when it can't be started.
fn start<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    // Where all time is made up, nothing comes from outside.
    let Some(courier) = of(ctx)?.courier() else { return Err(Halt::error(word("notsup"))) };
    let mut command = command(ctx, args[0], args[1])?;
    let given = |name: &str| option(args[1], name).is_some();
    let together = given("stderr_to_stdout");
    let (reads, writes) = (given("in") || !given("out"), given("out") || !given("in"));
    Err(Halt::Offload(Job(Box::new(move |_| {
        let started = (|| {
            let (mut output, mut input) = (None, None);
            if reads {
                let (reader, writer) = std::io::pipe()?;
                if together {
                    command.stderr(writer.try_clone()?);
                }
                command.stdout(writer);
                output = Some(reader);
            }
            if writes {
                let (reader, writer) = std::io::pipe()?;
                command.stdin(reader);
                input = Some(writer);
            } else {
                command.stdin(Stdio::null());
            }
            let child = command.spawn()?;
            // The program's ends of the pipes would stay open in it.
            drop(command);
            std::io::pipe().map(|wake| (Program { child, output, input }, wake))
        })();
        JobResult(Box::new(move |ctx| match started {
            Ok((program, wake)) => serve(ctx, program, wake, courier),
            Err(problem) => Err(Halt::error(reason(&problem))),
        }))
    }))))
}

fn serve<'h>(ctx: &Ctx<'h>, program: Program, wake: (PipeReader, PipeWriter), courier: Courier) -> Out<'h> {
    let Program { child, output, input } = program;
    let state = State { may_read: true, input, ..State::default() };
    let outside =
        Arc::new(Outside { state: Mutex::new(state), changed: Condvar::new(), waker: Mutex::new(Some(wake.1)) });
    let (courier, os_pid) = (Arc::new(courier), child.id());
    let watcher = Watcher { outside: Arc::clone(&outside), courier: Arc::clone(&courier), woken: wake.0 };
    let thread = std::thread::Builder::new().name("jovial-port".to_owned());
    thread.spawn(move || watcher.watch(child, output)).map_err(|_| Halt::system_limit())?;
    let number = need(of(ctx)?.make_ref().as_ref())?.number;
    let heap = ctx.heap();
    Ok(heap.tuple(&[heap.magic_ref(number, Arc::new(Handle { outside, courier })), heap.uint(os_pid.into())]))
}

/// Reads what a program writes and waits for its end.
struct Watcher {
    outside: Arc<Outside>,
    courier: Arc<Courier>,
    woken: PipeReader,
}

impl Watcher {
    fn watch(self, mut child: Child, output: Option<PipeReader>) {
        if let Some(output) = output {
            self.read(output);
        }
        if let Some(number) = self.end_of(&mut child) {
            tell(&self.courier, |_, mut parts| {
                parts.extend([word("exit_status"), Term::small32(number)]);
                parts
            });
        }
    }

    /// Ends when there is no more output or the port is closed.
    fn read(&self, mut output: PipeReader) {
        let mut piece = vec![0; PIECE];
        loop {
            let mut state = self.outside.state();
            while !state.may_read && !state.closed {
                state = self.outside.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.closed {
                return;
            }
            state.may_read = false;
            drop(state);
            let mut ends = [PollFd::new(&output, PollFlags::IN), PollFd::new(&self.woken, PollFlags::IN)];
            match poll(&mut ends, None) {
                Err(rustix::io::Errno::INTR) => {
                    self.outside.state().may_read = true;
                    continue;
                }
                Err(_) => return,
                Ok(_) if !ends[1].revents().is_empty() => return,
                Ok(_) => {}
            }
            match output.read(&mut piece) {
                Err(problem) if problem.kind() == ErrorKind::Interrupted => self.outside.state().may_read = true,
                Ok(0) | Err(_) => {
                    tell_word(&self.courier, "eof");
                    return;
                }
                Ok(len) => {
                    let told = tell(&self.courier, |heap, mut parts| {
                        parts.extend([word("output"), heap.binary(&piece[..len])]);
                        parts
                    });
                    if !told {
                        return;
                    }
                }
            }
        }
    }

    /// The program's status, if the port still wants to know it.
    fn end_of(&self, child: &mut Child) -> Option<i32> {
        let mut pause = LOOK_AGAIN.0;
        let mut state = self.outside.state();
        while !state.closed {
            match child.try_wait() {
                Ok(Some(status)) => return Some(status_number(status)),
                Err(_) => return None,
                Ok(None) => {}
            }
            let waited = self.outside.changed.wait_timeout(state, pause);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            pause = (pause * 2).min(LOOK_AGAIN.1);
        }
        drop(state);
        let _ = child.wait();
        None
    }
}

/// `write(handle, data)`: queues data for the program; gives how many bytes wait. Raises `:epipe` when nobody reads them.
fn write<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let handle = handle(args[0])?;
    let data = iolist_bytes(args[1])?;
    let mut state = handle.outside.state();
    if state.broken || state.closed {
        return Err(Halt::error(word("epipe")));
    }
    state.queued += data.len();
    state.queue.push_back(data);
    let waiting = state.queued;
    let input = state.input.take();
    drop(state);
    if let Some(input) = input {
        let (outside, courier) = (Arc::clone(&handle.outside), Arc::clone(&handle.courier));
        let thread = std::thread::Builder::new().name("jovial-port".to_owned());
        thread.spawn(move || write_all(&outside, &courier, input)).map_err(|_| Halt::system_limit())?;
    }
    handle.outside.changed.notify_all();
    Ok(Term::count(waiting))
}

/// Writes what is queued, until the port is closed and all is written, or nobody reads it.
fn write_all(outside: &Outside, courier: &Courier, mut input: PipeWriter) {
    loop {
        let mut state = outside.state();
        let data = loop {
            if let Some(data) = state.queue.pop_front() {
                break data;
            }
            if state.closed {
                return;
            }
            state = outside.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        };
        drop(state);
        let written = input.write_all(&data);
        let mut state = outside.state();
        state.queued -= data.len();
        if written.is_err() {
            state.broken = true;
            state.queue.clear();
            drop(state);
            tell_word(courier, "broken");
            return;
        }
        if state.queued == 0 {
            drop(state);
            tell_word(courier, "drained");
        }
    }
}
