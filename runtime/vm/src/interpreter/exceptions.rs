//! Raising, finding the handler, stack traces.
//!
//! A raw trace is a tuple: what the first entry shows, then code addresses. Code is aligned, so addresses scan as small
//! integers and the tuple is a term like any other. What the first entry shows is `[]`, or `{args}` for the arguments
//! of the function at the first address, or `{module, name, args, explained}` for a call that is no code of ours and comes
//! before the first address, or `{:bitstring, cause}` for what explains a bitstring that could not be built. A trace that the program gave is just that list.
#![expect(clippy::inline_always, reason = "op bodies are expanded into two dispatchers")]

use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Bif;
use jovial_term::raw::Word;
use jovial_term::{Heap, Term};

use super::data::{source, sources_len};
use super::{Flow, NEXT, SLOW, State};
use crate::bifs::BifError;
use crate::frames;
use crate::machine::Machine;
use crate::module::Code;
use crate::native::Class;
use crate::process::Process;
use crate::system::Stop;

/// Entries of a trace.
const DEPTH: usize = 8;

/// What a trace begins with.
pub(super) enum First {
    None,
    /// Arguments of the function that raises: a list.
    Args(Word),
    /// What `:erlang.error/3` says of itself, a map, and the arguments if it gives them.
    Info {
        info: Word,
        args: Option<Word>,
    },
    /// Why a bitstring can't be built: the cause that OTP's explanation starts from.
    Bits(Word),
    /// A call with a list of arguments, and whether OTP has a module that explains its errors.
    Call {
        module: Atom,
        name: Atom,
        args: Word,
        explained: bool,
    },
    /// The whole trace.
    Given(Word),
}

/// Where a walk over the frames starts.
#[derive(Clone, Copy)]
enum From {
    /// At an instruction of compiled code.
    Code,
    /// In a frame of this size that is no compiled code's.
    Stub(usize),
}

/// Finds the version for an address, mostly the one that the last address belonged to.
struct Finder<'a> {
    machine: &'a Machine,
    last: Option<Arc<Code>>,
}

impl Finder<'_> {
    fn find(&mut self, address: usize) -> Option<(&Code, u32)> {
        if self.last.as_ref().is_none_or(|version| version.offset(address).is_none()) {
            self.last = self.machine.version_at(address);
        }
        let version = self.last.as_deref()?;
        Some((version, version.offset(address)?))
    }
}

/// Calls `visit` with each address that belongs to code, and its frame.
unsafe fn walk(s: &State<'_>, from: From, visit: impl FnMut(&mut Finder<'_>, usize, *mut Word) -> bool) {
    // Most raises of a slice come from the same modules.
    let mut finder = Finder { machine: s.run.ctx.machine, last: s.run.version.take() };
    // SAFETY: passed on.
    unsafe { walk_with(s, from, &mut finder, visit) };
    s.run.version.set(finder.last);
}

unsafe fn walk_with(
    s: &State<'_>,
    from: From,
    finder: &mut Finder<'_>,
    mut visit: impl FnMut(&mut Finder<'_>, usize, *mut Word) -> bool,
) {
    let size = match from {
        From::Stub(size) => size,
        From::Code => {
            let address = s.pc as usize;
            let Some(size) =
                finder.find(address).and_then(|(version, word)| version.function_at(word)).map(|f| f.frame)
            else {
                return;
            };
            if !visit(finder, address, s.fp) {
                return;
            }
            usize::from(size)
        }
    };
    // SAFETY: the state's frame has this size.
    unsafe { frames::walk(s.fp, size, |back, fp| visit(finder, back.sub(1) as usize, fp)) }
}

/// Whether the instruction belongs to code that was made for one evaluation, not for a file.
pub(super) fn is_evaluated(s: &State<'_>) -> bool {
    let mut finder = Finder { machine: s.run.ctx.machine, last: None };
    let Some((version, _)) = finder.find(s.pc as usize) else { return false };
    let number = version.name().as_str().strip_prefix("elixir_eval_");
    number.is_some_and(|number| number.starts_with(|character: char| character.is_ascii_digit()))
}

unsafe fn take_trace(s: &mut State<'_>, from: From, first: &First) -> Word {
    // SAFETY: words in `first` are terms of this process; addresses of code scan as small integers.
    unsafe {
        if let First::Given(list) = first {
            return *list;
        }
        let mut addresses = Vec::with_capacity(DEPTH + 1);
        addresses.push(Term::EMPTY_LIST);
        walk(s, from, |_, address, _| {
            addresses.push(Term::from_word(Word(address as u64)));
            addresses.len() <= DEPTH
        });
        let heap = s.heap();
        addresses[0] = match first {
            First::None | First::Given(_) => Term::EMPTY_LIST,
            First::Args(args) => heap.tuple(&[s.term(*args)]),
            First::Info { info, args } => {
                heap.tuple(&[s.term(*info), args.map_or(Term::NIL, |args| s.term(args)), Term::NIL])
            }
            First::Bits(cause) => heap.tuple(&[Term::atom(known::BITSTRING), s.term(*cause)]),
            First::Call { module, name, args, explained } => {
                heap.tuple(&[Term::atom(*module), Term::atom(*name), s.term(*args), Term::bool(*explained)])
            }
        };
        let trace = heap.tuple(&addresses).word();
        s.reload();
        trace
    }
}

/// Raises at the state's instruction.
#[cold]
#[inline(never)]
pub(super) unsafe fn raise(s: &mut State<'_>, class: Class, reason: Word, first: &First) -> Flow {
    // SAFETY: the state stands at an instruction of compiled code.
    unsafe {
        let trace = take_trace(s, From::Code, first);
        deliver(s, From::Code, class, reason, trace)
    }
}

/// Raises in a frame of this size that is no compiled code's, on behalf of the caller.
#[cold]
#[inline(never)]
pub(super) unsafe fn raise_native(s: &mut State<'_>, frame: usize, class: Class, reason: Word, first: &First) -> Flow {
    // SAFETY: the state's frame is the stub's.
    unsafe {
        let trace = take_trace(s, From::Stub(frame), first);
        deliver(s, From::Stub(frame), class, reason, trace)
    }
}

/// Goes on at the nearest handler, or ends the process.
unsafe fn deliver(s: &mut State<'_>, from: From, class: Class, reason: Word, trace: Word) -> Flow {
    let process = s.process();
    process.class.set(class);
    process.reason.set(reason);
    process.trace.set(trace);
    // A raise within a receive ends it.
    process.mailbox().borrow_mut().end_receive();
    let mut found = None;
    // SAFETY: as `walk`.
    unsafe {
        walk(s, from, |finder, address, fp| {
            if let Some((version, word)) = finder.find(address)
                && let Some(target) = version.handler_at(word)
            {
                found = Some((version.address(target), fp));
            }
            found.is_none()
        });
    }
    if let Some((pc, fp)) = found {
        s.pc = pc;
        s.fp = fp;
        NEXT
    } else {
        s.store();
        s.stop(Stop::Exit { class })
    }
}

/// Raises what an operation without call raises.
#[cold]
#[inline(never)]
pub(super) unsafe fn raise_bif(s: &mut State<'_>, bif: Bif, args: &[Word], error: BifError<'_>) -> Flow {
    // SAFETY: operands are terms in slots.
    unsafe {
        let heap = s.heap();
        let list = heap.list(args.iter().map(|word| s.term(*word))).word();
        let reason = match error {
            BifError::BadArith => Word::atom(known::BADARITH),
            BifError::BadArg => Word::atom(known::BADARG),
            BifError::SystemLimit => Word::atom(known::SYSTEM_LIMIT),
            BifError::BadMap(map) => heap.tuple(&[Term::atom(known::BADMAP), s.term(map.word())]).word(),
            BifError::BadKey(key) => heap.tuple(&[Term::atom(known::BADKEY), s.term(key.word())]).word(),
        };
        s.reload();
        let first =
            First::Call { module: known::ERLANG, name: Atom::new(bif.erlang_name()), args: list, explained: true };
        raise(s, Class::Error, reason, &first)
    }
}

#[inline(always)]
pub(super) unsafe fn op_catch<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    let process = s.process();
    // SAFETY: invariant 1 of the interpreter, as in all functions below.
    unsafe {
        s.set(s.byte(1), Word::atom(process.class.get().atom()));
        s.set(s.byte(2), process.reason.replace(Word::ZERO));
        s.set(s.byte(3), process.trace.replace(Word::NIL));
        s.next(1)
    }
}

/// The class in a slot; anything else counts as an error.
unsafe fn class_at(s: &State<'_>, n: usize) -> Class {
    // SAFETY: as above.
    unsafe {
        let class = s.get_term(s.byte(n)).as_atom();
        // An interrupt is raised again by handlers, but no program may begin one.
        let passed_on = class.filter(|class| *class == known::INTERRUPT).map(|_| Class::Interrupt);
        passed_on.or_else(|| class.and_then(Class::from_atom)).unwrap_or(Class::Error)
    }
}

#[inline(always)]
pub(super) unsafe fn op_raise<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe { raise(s, class_at(s, 1), s.get(s.byte(2)), &First::None) }
}

#[inline(always)]
pub(super) unsafe fn op_raise_raw<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe { deliver(s, From::Code, class_at(s, 1), s.get(s.byte(2)), s.get(s.byte(3))) }
}

#[inline(always)]
pub(super) unsafe fn op_raise_given<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe {
        let trace = s.get(s.byte(3));
        let trace = if s.term(trace).is_list() { trace } else { Word::NIL };
        deliver(s, From::Code, class_at(s, 1), s.get(s.byte(2)), trace)
    }
}

#[inline(always)]
pub(super) unsafe fn op_function_clause<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe {
        let count = s.count16();
        debug_assert!(sources_len(s, 1, count) >= count);
        let args: Vec<Term<'_>> = (0..count).map(|index| s.term(source(s, 1 + index))).collect();
        let list = s.heap().list(args).word();
        s.reload();
        raise(s, Class::Error, Word::atom(known::FUNCTION_CLAUSE), &First::Args(list))
    }
}

#[inline(always)]
pub(super) unsafe fn op_stacktrace<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe {
        let raw = s.get_term(s.byte(2));
        let list = stacktrace(s.run.ctx.machine, s.heap(), raw).word();
        s.reload();
        s.set(s.byte(1), list);
        s.next(1)
    }
}

/// The list that stands for a raw trace.
pub(crate) fn stacktrace<'h>(machine: &Machine, heap: &'h Heap, raw: Term<'h>) -> Term<'h> {
    let Some([first, addresses @ ..]) = raw.as_tuple() else { return raw };
    let mut finder = Finder { machine, last: None };
    let mut entries = Vec::with_capacity(addresses.len() + 1);
    let mut shown_args = None;
    let mut info = None;
    match first.as_tuple() {
        Some([args]) => shown_args = Some(*args),
        Some([_, cause]) => info = Some(bits_info(heap, *cause)),
        Some([given, args, _]) => {
            info = Some(heap.tuple(&[Term::atom(Atom::new("error_info")), *given]));
            shown_args = Some(*args).filter(|args| args.is_list());
        }
        Some([module, name, args, explained]) => {
            let module_name = module.as_atom().filter(|_| explained.as_bool() == Some(true));
            let info = module_name.map_or(Term::EMPTY_LIST, |module| error_info(heap, module));
            entries.push(heap.tuple(&[*module, *name, *args, info]));
        }
        _ => {}
    }
    for address in addresses {
        let Some((version, word)) = finder.find(address.word().0 as usize) else { continue };
        let Some(function) = version.function_at(word) else { continue };
        let arity = Term::small32(i32::from(function.arity) + i32::from(function.free - function.hidden));
        let pos = version.position_at(word);
        let location = match version.files().get(usize::from(pos.file)).filter(|_| pos.line > 0) {
            Some(file) => vec![
                heap.tuple(&[Term::atom(known::FILE), heap.charlist(file)]),
                heap.tuple(&[Term::atom(known::LINE), Term::count(pos.line as usize)]),
            ],
            None => Vec::new(),
        };
        let location = heap.list(location.into_iter().chain(info.take()));
        entries.push(heap.tuple(&[
            Term::atom(version.name()),
            Term::atom(function.name),
            shown_args.take().unwrap_or(arity),
            location,
        ]));
    }
    heap.list(entries)
}

/// What OTP adds to entries of functions that are no compiled code: which module explains their errors.
fn error_info(heap: &Heap, module: Atom) -> Term<'_> {
    let explainer = match module.as_str() {
        "erlang" | "atomics" | "counters" | "persistent_term" => "erl_erts_errors",
        "binary" | "ets" | "io" | "lists" | "maps" | "math" | "re" | "unicode" => "erl_stdlib_errors",
        "os" => "erl_kernel_errors",
        _ => return Term::EMPTY_LIST,
    };
    let info = heap.map_from([(Term::atom(known::MODULE), Term::atom(Atom::new(explainer)))]);
    heap.list([heap.tuple(&[Term::atom(Atom::new("error_info")), info])])
}

/// What leads from a failed construction to the words that explain it.
fn bits_info<'h>(heap: &'h Heap, cause: Term<'h>) -> Term<'h> {
    let pair = |key: &str, value| (Term::atom(Atom::new(key)), value);
    let info = heap.map_from([
        pair("cause", cause),
        pair("function", Term::atom(Atom::new("format_bs_fail"))),
        pair("module", Term::atom(Atom::new("erl_erts_errors"))),
    ]);
    heap.tuple(&[Term::atom(Atom::new("error_info")), info])
}

/// Where a process that is not running stands, or one that is in a native: a list like a stack trace.
pub(crate) fn current_stacktrace<'h>(machine: &Machine, process: &Process, heap: &'h Heap) -> Term<'h> {
    let pc = process.resume.get();
    if pc.is_null() {
        return Term::EMPTY_LIST;
    }
    let mut addresses = vec![Term::EMPTY_LIST];
    // SAFETY: `process`, invariant 2; addresses of code scan as small integers.
    unsafe {
        addresses.push(Term::from_word(Word(pc as u64)));
        let fp = jovial_term::raw::sp(process.heap()).add(1);
        let size = if process.live.get().is_null() {
            let mut finder = Finder { machine, last: None };
            let function = finder.find(pc as usize).and_then(|(version, word)| version.function_at(word));
            function.map_or(0, |function| usize::from(function.frame))
        } else {
            frames::frame_size(process.live.get())
        };
        frames::walk(fp, size, |back, _| {
            addresses.push(Term::from_word(Word(back.sub(1) as u64)));
            addresses.len() <= DEPTH
        });
    }
    stacktrace(machine, heap, heap.tuple(&addresses))
}
