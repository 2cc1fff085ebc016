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
    use std::io::ErrorKind;
    let name = match problem.kind() {
        ErrorKind::NotFound => "enoent",
        ErrorKind::PermissionDenied => "eacces",
        ErrorKind::AlreadyExists => "eexist",
        ErrorKind::IsADirectory => "eisdir",
        ErrorKind::NotADirectory => "enotdir",
        ErrorKind::DirectoryNotEmpty => "eexist",
        ErrorKind::StorageFull => "enospc",
        ErrorKind::ReadOnlyFilesystem => "erofs",
        ErrorKind::InvalidInput => "einval",
        _ => "eio",
    };
    Term::atom(Atom::new(name))
}

/// Does the work elsewhere; the result becomes `{:ok, binary}` or `{:error, reason}`.
fn blocking<'h>(work: impl FnOnce() -> std::io::Result<Vec<u8>> + Send + 'static) -> Halt<'h> {
    Halt::Offload(Job(Box::new(move || {
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
