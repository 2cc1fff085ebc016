//! `:jovial_file`: files, as `File` and `:file` need them. Reading and writing run on the pool for blocking work.

use std::path::PathBuf;

use jovial_atoms::Atom;
use jovial_term::Term;
use jovial_vm::{Halt, Job, JobResult};

use super::Entry;
use super::support::{bytes, error, ok};

pub(crate) const TABLE: &[Entry] = &[
    ("jovial_file", "read", 1, |_, args| {
        let path = path(args[0])?;
        Err(blocking(move || std::fs::read(path)))
    }),
    ("prim_file", "get_cwd", 0, |ctx, _| {
        let heap = ctx.heap();
        Ok(match std::env::current_dir() {
            Ok(folder) => ok(heap, heap.charlist(&folder.to_string_lossy())),
            Err(problem) => error(heap, reason(&problem)),
        })
    }),
    ("jovial_file", "cwd", 0, |ctx, _| {
        let heap = ctx.heap();
        Ok(match std::env::current_dir() {
            Ok(folder) => ok(heap, heap.binary(folder.to_string_lossy().as_bytes())),
            Err(problem) => error(heap, reason(&problem)),
        })
    }),
];

fn path<'h>(term: Term<'h>) -> Result<PathBuf, Halt<'h>> {
    Ok(PathBuf::from(String::from_utf8_lossy(&bytes(term)?).into_owned()))
}

/// The POSIX name of an error.
pub(crate) fn reason<'h>(problem: &std::io::Error) -> Term<'h> {
    use rustix::io::Errno;
    const NAMES: &[(Errno, &str)] = &[
        (Errno::PERM, "eperm"),
        (Errno::NOENT, "enoent"),
        (Errno::SRCH, "esrch"),
        (Errno::INTR, "eintr"),
        (Errno::NXIO, "enxio"),
        (Errno::TOOBIG, "e2big"),
        (Errno::BADF, "ebadf"),
        (Errno::AGAIN, "eagain"),
        (Errno::NOMEM, "enomem"),
        (Errno::ACCESS, "eacces"),
        (Errno::FAULT, "efault"),
        (Errno::BUSY, "ebusy"),
        (Errno::EXIST, "eexist"),
        (Errno::XDEV, "exdev"),
        (Errno::NODEV, "enodev"),
        (Errno::NOTDIR, "enotdir"),
        (Errno::ISDIR, "eisdir"),
        (Errno::INVAL, "einval"),
        (Errno::NFILE, "enfile"),
        (Errno::MFILE, "emfile"),
        (Errno::FBIG, "efbig"),
        (Errno::NOSPC, "enospc"),
        (Errno::SPIPE, "espipe"),
        (Errno::ROFS, "erofs"),
        (Errno::MLINK, "emlink"),
        (Errno::PIPE, "epipe"),
        (Errno::NAMETOOLONG, "enametoolong"),
        // As Erlang says it of a folder that is not empty.
        (Errno::NOTEMPTY, "eexist"),
        (Errno::LOOP, "eloop"),
        (Errno::NOTSUP, "enotsup"),
        (Errno::DQUOT, "edquot"),
        (Errno::STALE, "estale"),
        (Errno::NOEXEC, "enoexec"),
        (Errno::TXTBSY, "etxtbsy"),
    ];
    let errno = Errno::from_io_error(problem);
    let name = NAMES.iter().find(|(known, _)| Some(*known) == errno).map(|(_, name)| *name);
    Term::atom(Atom::new(name.unwrap_or(match problem.kind() {
        // A name with a zero byte never reaches the operating system.
        std::io::ErrorKind::InvalidInput => "badarg",
        std::io::ErrorKind::InvalidData => "einval",
        _ => "eio",
    })))
}

/// Does the work elsewhere; the result becomes `{:ok, binary}` or `{:error, reason}`.
fn blocking<'h>(work: impl FnOnce() -> std::io::Result<Vec<u8>> + Send + 'static) -> Halt<'h> {
    Halt::Offload(Job(Box::new(move |_| {
        let outcome = work();
        JobResult(Box::new(move |ctx| {
            let heap = ctx.heap();
            Ok(match outcome {
                Ok(bytes) => ok(heap, heap.try_binary(&bytes)?),
                Err(problem) => error(heap, reason(&problem)),
            })
        }))
    })))
}
