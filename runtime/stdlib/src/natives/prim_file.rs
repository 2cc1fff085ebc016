//! `:prim_file`: files and folders, for `:file` and through it for `File`.
//!
//! Names are binaries of the bytes that the system knows. All work runs on the pool for blocking work and gives an
//! [`Answer`], which becomes a term back in the process. An open file is `{:file_descriptor, :prim_file, reference}`; it is
//! closed when the last copy of the reference is gone.

use std::any::Any;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jovial_atoms::known;
use jovial_processes::of;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt, Job, JobResult};

use super::Entry;
use super::files::reason;
use super::support::{Out, atom, badarg, bytes, error, i64_of, list, need, ok, option, size, word};
use super::zone::{self, Clock};

pub(crate) const TABLE: &[Entry] = &[
    ("prim_file", "set_cwd", 1, |_, args| on_path(args[0], |path| std::env::set_current_dir(path).map(done))),
    ("prim_file", "delete", 1, |_, args| {
        on_path(args[0], |path| match fs::remove_file(path) {
            Err(problem) if problem.kind() == ErrorKind::IsADirectory => Ok(Answer::Refused("eperm")),
            other => other.map(done),
        })
    }),
    ("prim_file", "rename", 2, |_, args| on_paths(args, |from, to| fs::rename(from, to).map(done))),
    ("prim_file", "make_dir", 1, |_, args| on_path(args[0], |path| fs::create_dir(path).map(done))),
    ("prim_file", "del_dir", 1, |_, args| on_path(args[0], |path| fs::remove_dir(path).map(done))),
    ("prim_file", "list_dir", 1, |_, args| on_path(args[0], |path| names(path, false))),
    ("prim_file", "list_dir_all", 1, |_, args| on_path(args[0], |path| names(path, true))),
    ("prim_file", "read_file_info", 1, |_, args| info(args[0], Term::EMPTY_LIST, true)),
    ("prim_file", "read_file_info", 2, |_, args| info(args[0], args[1], true)),
    ("prim_file", "read_link_info", 1, |_, args| info(args[0], Term::EMPTY_LIST, false)),
    ("prim_file", "read_link_info", 2, |_, args| info(args[0], args[1], false)),
    ("prim_file", "write_file_info", 2, |_, args| write_info(args[0], args[1], Term::EMPTY_LIST)),
    ("prim_file", "write_file_info", 3, |_, args| write_info(args[0], args[1], args[2])),
    ("prim_file", "read_link", 1, |_, args| {
        on_path(args[0], |path| fs::read_link(path).map(|path| Answer::Name(name_of(path))))
    }),
    ("prim_file", "read_link_all", 1, |_, args| {
        on_path(args[0], |path| fs::read_link(path).map(|path| Answer::Name(name_of(path))))
    }),
    ("prim_file", "make_link", 2, |_, args| on_paths(args, |from, to| fs::hard_link(from, to).map(done))),
    ("prim_file", "make_symlink", 2, |_, args| {
        on_paths(args, |from, to| std::os::unix::fs::symlink(from, to).map(done))
    }),
    ("prim_file", "read_file", 1, |_, args| on_path(args[0], |path| fs::read(path).map(Answer::Binary))),
    ("prim_file", "open", 2, open),
    ("prim_file", "close", 1, |_, args| on_file(args[0], OpenFile::close)),
    ("prim_file", "read", 2, |_, args| {
        let count = size(args[1])?;
        on_file(args[0], move |file| file.read(count))
    }),
    ("prim_file", "read_line", 1, |_, args| on_file(args[0], OpenFile::read_line)),
    ("prim_file", "write", 2, |_, args| {
        let bytes = super::conversions::iolist_bytes(args[1])?;
        on_file(args[0], move |file| file.write(&bytes))
    }),
    ("prim_file", "position", 2, |_, args| {
        let at = seek(args[1])?;
        on_file(args[0], move |file| file.seek(at).map(Answer::Number))
    }),
    ("prim_file", "pread", 3, |_, args| {
        let (at, count) = (need(args[1].as_u64())?, size(args[2])?);
        on_file(args[0], move |file| {
            let mut buffer = vec![0; count];
            let read = fill(&mut buffer, |part, done| file.plain()?.read_at(part, at + done as u64))?;
            buffer.truncate(read);
            Ok(file.data(buffer, count))
        })
    }),
    ("prim_file", "pwrite", 3, |_, args| {
        let at = need(args[1].as_u64())?;
        let bytes = super::conversions::iolist_bytes(args[2])?;
        on_file(args[0], move |file| file.plain()?.write_all_at(&bytes, at).map(done))
    }),
    ("prim_file", "truncate", 1, |_, args| {
        on_file(args[0], |file| {
            let at = file.seek(SeekFrom::Current(0))?;
            file.plain()?.set_len(at).map(done)
        })
    }),
    ("prim_file", "sync", 1, |_, args| on_file(args[0], |file| file.plain()?.sync_all().map(done))),
    ("prim_file", "datasync", 1, |_, args| on_file(args[0], |file| file.plain()?.sync_data().map(done))),
];

/// What blocking work found out.
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub(crate) enum Answer {
    Done,
    Eof,
    /// Another reason than the system gave.
    Refused(&'static str),
    Binary(Vec<u8>),
    /// Bytes, for a file that gives lists.
    Chars(Vec<u8>),
    Name(Vec<u8>),
    Names(Vec<Vec<u8>>),
    Number(u64),
    Info(Box<Info>),
    Open(OpenFile),
}

pub(crate) struct Info {
    data: Metadata,
    access: &'static str,
    clock: Clock,
}

fn done((): ()) -> Answer {
    Answer::Done
}

impl Answer {
    fn into_term<'h>(self, ctx: &Ctx<'h>) -> Out<'h> {
        let heap = ctx.heap();
        let name = |name: &[u8]| match std::str::from_utf8(name) {
            Ok(text) => heap.charlist(text),
            // A name that is no text stays bytes.
            Err(_) => heap.binary(name),
        };
        Ok(match self {
            Answer::Done => Term::OK,
            Answer::Eof => word("eof"),
            Answer::Refused(reason) => error(heap, word(reason)),
            Answer::Binary(bytes) => ok(heap, heap.try_binary(&bytes)?),
            Answer::Chars(bytes) => {
                ok(heap, heap.list_from_iter(bytes.iter().map(|byte| Term::small32(i32::from(*byte)))))
            }
            Answer::Name(bytes) => ok(heap, name(&bytes)),
            Answer::Names(names) => ok(heap, heap.list(names.iter().map(|bytes| name(bytes)).collect::<Vec<_>>())),
            Answer::Number(number) => ok(heap, heap.uint(number)),
            Answer::Info(info) => ok(heap, info.into_term(ctx)?),
            Answer::Open(file) => {
                let number = need(of(ctx)?.make_ref().as_ref())?.number;
                let reference = heap.magic_ref(number, Arc::new(Mutex::new(file)));
                ok(heap, heap.tuple(&[word("file_descriptor"), word("prim_file"), reference]))
            }
        })
    }
}

/// Has the work done elsewhere.
pub(crate) fn run<'h>(work: impl FnOnce() -> io::Result<Answer> + Send + 'static) -> Out<'h> {
    Err(Halt::Offload(Job(Box::new(move |_| {
        let outcome = work();
        JobResult(Box::new(move |ctx| match outcome {
            Ok(answer) => answer.into_term(ctx),
            Err(problem) => Ok(error(ctx.heap(), reason(&problem))),
        }))
    }))))
}

pub(crate) fn path_of<'h>(term: Term<'h>) -> Result<PathBuf, Halt<'h>> {
    Ok(PathBuf::from(OsStr::from_bytes(&bytes(term)?)))
}

fn name_of(path: PathBuf) -> Vec<u8> {
    path.into_os_string().into_vec()
}

fn on_path<'h>(path: Term<'h>, work: impl FnOnce(&Path) -> io::Result<Answer> + Send + 'static) -> Out<'h> {
    let path = path_of(path)?;
    run(move || work(&path))
}

fn on_paths<'h>(args: &[Term<'h>], work: impl FnOnce(&Path, &Path) -> io::Result<Answer> + Send + 'static) -> Out<'h> {
    let (from, to) = (path_of(args[0])?, path_of(args[1])?);
    run(move || work(&from, &to))
}

fn names(path: &Path, raw: bool) -> io::Result<Answer> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name().into_vec();
        if raw || std::str::from_utf8(&name).is_ok() {
            names.push(name);
        }
    }
    Ok(Answer::Names(names))
}

// ---- infos ----

fn clock<'h>(options: Term<'h>) -> Result<Clock, Halt<'h>> {
    match option(options, "time") {
        None => Ok(Clock::Local),
        Some(clock) => match atom(clock)?.as_str() {
            "local" => Ok(Clock::Local),
            "universal" => Ok(Clock::Universal),
            "posix" => Ok(Clock::Posix),
            _ => badarg(),
        },
    }
}

fn info<'h>(path: Term<'h>, options: Term<'h>, follow: bool) -> Out<'h> {
    let clock = clock(options)?;
    on_path(path, move |path| {
        use rustix::fs::Access;
        let data = if follow { fs::metadata(path) } else { fs::symlink_metadata(path) }?;
        let may = |access| rustix::fs::access(path, access).is_ok();
        let access = match (may(Access::READ_OK), may(Access::WRITE_OK)) {
            (true, true) => "read_write",
            (true, false) => "read",
            (false, true) => "write",
            (false, false) => "none",
        };
        Ok(Answer::Info(Box::new(Info { data, access, clock })))
    })
}

impl Info {
    fn into_term<'h>(self, ctx: &Ctx<'h>) -> Out<'h> {
        let (heap, data) = (ctx.heap(), &self.data);
        let kind = data.file_type();
        let kind = if kind.is_file() {
            "regular"
        } else if kind.is_dir() {
            "directory"
        } else if kind.is_symlink() {
            "symlink"
        } else if kind.is_char_device() || kind.is_block_device() {
            "device"
        } else {
            "other"
        };
        let time = |seconds| zone::shown(ctx, seconds, self.clock);
        Ok(heap.tuple(&[
            word("file_info"),
            heap.uint(data.len()),
            word(kind),
            word(self.access),
            time(data.atime()),
            time(data.mtime()),
            time(data.ctime()),
            heap.uint(u64::from(data.mode())),
            heap.uint(data.nlink()),
            heap.uint(data.dev()),
            heap.uint(data.rdev()),
            heap.uint(data.ino()),
            heap.uint(u64::from(data.uid())),
            heap.uint(u64::from(data.gid())),
        ]))
    }
}

fn write_info<'h>(path: Term<'h>, info: Term<'h>, options: Term<'h>) -> Out<'h> {
    let clock = clock(options)?;
    let fields = *need(info.as_tuple_of::<14>())?;
    let given = |at: usize| Some(fields[at]).filter(|field| !field.is_atom(known::UNDEFINED));
    let number =
        |at: usize| given(at).map(|field| need(field.as_u64().and_then(|value| u32::try_from(value).ok()))).transpose();
    let time = |at: usize| given(at).map(|field| zone::read(field, clock)).transpose();
    let (mode, uid, gid) = (number(7)?, number(12)?, number(13)?);
    let (accessed, modified) = (time(4)?, time(5)?);
    on_path(path, move |path| {
        if let Some(mode) = mode {
            fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o7777))?;
        }
        if uid.is_some() || gid.is_some() {
            std::os::unix::fs::chown(path, uid, gid)?;
        }
        if accessed.is_some() || modified.is_some() {
            use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_OMIT, utimensat};
            let at = |time: Option<i64>| match time {
                Some(seconds) => Timespec { tv_sec: seconds, tv_nsec: 0 },
                None => Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
            };
            let times = Timestamps { last_access: at(accessed.or(modified)), last_modification: at(modified) };
            utimensat(CWD, path, &times, AtFlags::empty())?;
        }
        Ok(Answer::Done)
    })
}

// ---- open files ----

enum Stream {
    Plain(File),
    Unpacked(flate2::read::MultiGzDecoder<File>),
    Packed(flate2::write::GzEncoder<File>),
    Closed,
}

/// A file that is open. What was read and not asked for yet waits in `ahead`.
pub(crate) struct OpenFile {
    stream: Stream,
    ahead: Vec<u8>,
    binary: bool,
    append: bool,
}

fn open<'h>(_: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (mut read, mut write, mut append, mut exclusive, mut binary, mut compressed, mut folder) =
        (false, false, false, false, false, false, false);
    for mode in list(args[1])? {
        if mode.as_tuple().is_some() {
            continue;
        }
        match atom(mode)?.as_str() {
            "read" => read = true,
            "write" => write = true,
            "append" => append = true,
            "exclusive" => exclusive = true,
            "binary" => binary = true,
            "compressed" => compressed = true,
            "directory" => folder = true,
            "raw" | "read_ahead" | "delayed_write" | "sync" | "ram" => {}
            _ => return badarg(),
        }
    }
    let writes = write || append || exclusive;
    let reads = read || !writes;
    on_path(args[0], move |path| {
        let mut options = File::options();
        options.read(reads).write(writes).append(append).create(writes).create_new(exclusive);
        options.truncate(write && !read && !append);
        let file = options.open(path)?;
        if !folder && file.metadata()?.is_dir() {
            return Ok(Answer::Refused("eisdir"));
        }
        let stream = match (compressed, writes) {
            (false, _) => Stream::Plain(file),
            (true, false) => Stream::Unpacked(flate2::read::MultiGzDecoder::new(file)),
            (true, true) => Stream::Packed(flate2::write::GzEncoder::new(file, flate2::Compression::default())),
        };
        Ok(Answer::Open(OpenFile { stream, ahead: Vec::new(), binary, append }))
    })
}

fn on_file<'h>(file: Term<'h>, work: impl FnOnce(&mut OpenFile) -> io::Result<Answer> + Send + 'static) -> Out<'h> {
    let [_, _, reference] = *need(file.as_tuple_of::<3>())?;
    let resource: Arc<dyn Any + Send + Sync> = Arc::clone(need(need(reference.as_ref())?.resource())?);
    let file: Arc<Mutex<OpenFile>> = need(resource.downcast().ok())?;
    run(move || work(&mut file.lock().unwrap_or_else(PoisonError::into_inner)))
}

/// Where to: a number of bytes, `:bof`, `:cur`, `:eof`, or one of these with an offset.
fn seek<'h>(term: Term<'h>) -> Result<SeekFrom, Halt<'h>> {
    if let Some(at) = term.as_u64() {
        return Ok(SeekFrom::Start(at));
    }
    let (from, offset) = match term.as_tuple_of::<2>() {
        Some([from, offset]) => (*from, i64_of(*offset)?),
        None => (term, 0),
    };
    match atom(from)?.as_str() {
        "bof" => u64::try_from(offset).map(SeekFrom::Start).map_err(|_| Halt::badarg()),
        "cur" => Ok(SeekFrom::Current(offset)),
        "eof" => Ok(SeekFrom::End(offset)),
        _ => badarg(),
    }
}

/// Reads until the buffer is full or nothing more comes.
fn fill(buffer: &mut [u8], mut read: impl FnMut(&mut [u8], usize) -> io::Result<usize>) -> io::Result<usize> {
    let mut have = 0;
    while have < buffer.len() {
        match read(&mut buffer[have..], have) {
            Ok(0) => break,
            Ok(count) => have += count,
            Err(problem) if problem.kind() == ErrorKind::Interrupted => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(have)
}

/// Bytes that are asked for in one go; nobody gets more memory by asking for more than a file has.
const PIECE: usize = 1 << 20;

impl OpenFile {
    fn plain(&mut self) -> io::Result<&mut File> {
        match &mut self.stream {
            Stream::Plain(file) => Ok(file),
            Stream::Closed => Err(ErrorKind::InvalidInput.into()),
            Stream::Unpacked(_) | Stream::Packed(_) => Err(ErrorKind::InvalidInput.into()),
        }
    }

    fn close(&mut self) -> io::Result<Answer> {
        match std::mem::replace(&mut self.stream, Stream::Closed) {
            Stream::Closed => Ok(Answer::Refused("einval")),
            Stream::Packed(packed) => packed.finish().map(|_| Answer::Done),
            Stream::Plain(_) | Stream::Unpacked(_) => Ok(Answer::Done),
        }
    }

    fn pull(&mut self, count: usize) -> io::Result<usize> {
        let before = self.ahead.len();
        self.ahead.resize(before + count, 0);
        let buffer = &mut self.ahead[before..];
        let read = match &mut self.stream {
            Stream::Plain(file) => fill(buffer, |part, _| file.read(part)),
            Stream::Unpacked(unpacked) => fill(buffer, |part, _| unpacked.read(part)),
            Stream::Packed(_) => Err(rustix::io::Errno::BADF.into()),
            Stream::Closed => Err(ErrorKind::InvalidInput.into()),
        };
        self.ahead.truncate(before + *read.as_ref().unwrap_or(&0));
        read
    }

    fn data(&self, bytes: Vec<u8>, wanted: usize) -> Answer {
        if bytes.is_empty() && wanted > 0 {
            Answer::Eof
        } else if self.binary {
            Answer::Binary(bytes)
        } else {
            Answer::Chars(bytes)
        }
    }

    fn read(&mut self, count: usize) -> io::Result<Answer> {
        while self.ahead.len() < count {
            let missing = count - self.ahead.len();
            if self.pull(missing.min(PIECE))? < missing.min(PIECE) {
                break;
            }
        }
        let rest = self.ahead.split_off(count.min(self.ahead.len()));
        let bytes = std::mem::replace(&mut self.ahead, rest);
        Ok(self.data(bytes, count))
    }

    fn read_line(&mut self) -> io::Result<Answer> {
        let mut seen = 0;
        let len = loop {
            if let Some(at) = memchr::memchr(b'\n', &self.ahead[seen..]) {
                break seen + at + 1;
            }
            seen = self.ahead.len();
            if self.pull(4096)? == 0 {
                break seen;
            }
        };
        let rest = self.ahead.split_off(len);
        let mut line = std::mem::replace(&mut self.ahead, rest);
        if line.ends_with(b"\r\n") {
            line.truncate(line.len() - 2);
            line.push(b'\n');
        }
        Ok(self.data(line, 1))
    }

    /// Moves; what was read ahead does not count.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let ahead = i64::try_from(std::mem::take(&mut self.ahead).len()).unwrap_or(0);
        let to = match to {
            SeekFrom::Current(offset) => SeekFrom::Current(offset - ahead),
            other => other,
        };
        self.plain()?.seek(to)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<Answer> {
        if !self.ahead.is_empty() && !self.append {
            self.seek(SeekFrom::Current(0))?;
        }
        match &mut self.stream {
            Stream::Plain(file) => file.write_all(bytes)?,
            Stream::Packed(packed) => packed.write_all(bytes)?,
            Stream::Unpacked(_) => return Err(rustix::io::Errno::BADF.into()),
            Stream::Closed => return Err(ErrorKind::InvalidInput.into()),
        }
        Ok(Answer::Done)
    }
}
