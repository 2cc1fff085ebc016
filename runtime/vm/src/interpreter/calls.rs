//! Calls and returns: local, imported, funs, apply, natives.
#![expect(clippy::inline_always, reason = "op bodies are expanded into two dispatchers")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

use jovial_atoms::{Atom, known};
use jovial_term::raw::{self, Boxed, Word};
use jovial_term::{FunEntry, Term, stress};

use super::exceptions::{First, raise, raise_native};
use super::{ALMOST_FULL, DIRECT, Flow, LIMIT, NEXT, SECOND, SLOW, State};
use crate::export::Export;
use crate::frames::{self, Top};
use crate::native::{Class, Halt};
use crate::system::Stop;

/// Environments up to this size are copied below the arguments without asking for room.
const SHORT_ENV: usize = 6;

/// Slots of the frame behind an entry word.
#[inline(always)]
unsafe fn frame_of(entry: *const u32) -> usize {
    // SAFETY: an entry word holds the frame size in its low half.
    unsafe { *entry.cast::<u16>() as usize }
}

/// Enters the function at `entry`, whose arguments and return address lie below `top`.
#[inline(always)]
unsafe fn enter<const FAST: bool>(s: &mut State<'_>, top: *mut Word, entry: *const u32) -> Flow {
    // SAFETY: invariants 1 and 4 of the interpreter, as in all functions of this file.
    unsafe {
        let fp = top.sub(frame_of(entry));
        if (s.hp as usize) + LIMIT * 8 > fp as usize || s.reds <= 0 {
            return if FAST { SLOW } else { enter_slowly(s, top, entry) };
        }
        if !FAST && stress::due(s.process().heap()) {
            return enter_slowly(s, top, entry);
        }
        s.reds -= 1;
        s.fp = fp;
        s.pc = entry.add(1);
        NEXT
    }
}

/// A call as a safepoint: makes room, collects, or ends the slice.
#[cold]
#[inline(never)]
unsafe fn enter_slowly(s: &mut State<'_>, mut top: *mut Word, entry: *const u32) -> Flow {
    // SAFETY: as above.
    unsafe {
        let process = s.process();
        let frame = frame_of(entry);
        let params = (*entry >> 16) as usize;
        let room = ALMOST_FULL.max(s.run.lacking.take());
        let lacks_room = (s.hp as usize) + (LIMIT + frame + room) * 8 > top as usize;
        if lacks_room || process.heap().wants_collection() || stress::period() != 0 {
            let args = top.sub(params + 1);
            s.fp = args;
            s.store();
            match frames::collect(process, args, Top::Arguments(params), frame + room, &mut []) {
                Ok(fp) => {
                    top = fp.add(params + 1);
                    s.hp = raw::hp(process.heap());
                }
                Err(error) => return s.killed(error),
            }
        }
        s.fp = top.sub(frame);
        s.pc = entry.add(1);
        if s.reds <= 0 {
            s.reds += process.withheld.replace(0);
        }
        if s.reds <= 0 {
            return s.suspend(s.pc, entry.sub(1), Stop::Yield);
        }
        s.reds -= 1;
        NEXT
    }
}

/// Gives a value back from a frame of this size.
#[inline(always)]
pub(super) unsafe fn give_back(s: &mut State<'_>, value: Word, frame: usize) -> Flow {
    // SAFETY: as above.
    unsafe {
        s.fp = s.fp.add(frame);
        let slot = s.fp.sub(1);
        s.pc = (*slot).0 as *const u32;
        *slot = value;
        NEXT
    }
}

/// Writes the return address of a call of so many words.
#[inline(always)]
unsafe fn leave_address(s: &mut State<'_>, words: usize) {
    // SAFETY: as above.
    unsafe { s.set(-1, Word(s.pc.add(words) as u64)) }
}

/// The entry word at the label in a further word.
#[inline(always)]
unsafe fn entry_at(s: &State<'_>, n: usize) -> *const u32 {
    // SAFETY: as above.
    unsafe { s.pc.offset(s.word(n).cast_signed() as isize) }
}

#[inline(always)]
pub(super) unsafe fn op_call<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        leave_address(s, 3);
        enter::<FAST>(s, s.fp, entry_at(s, 1))
    }
}

/// The export entry whose address lies in further words.
#[inline(always)]
unsafe fn export_at<'a>(s: &State<'_>, n: usize) -> &'a Export {
    // SAFETY: the loader put the address of an entry there; entries live for ever.
    unsafe { &*(s.wide(n) as *const Export) }
}

#[inline(always)]
pub(super) unsafe fn op_call_import<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        leave_address(s, 4);
        enter::<FAST>(s, s.fp, export_at(s, 1).entry())
    }
}

#[inline(always)]
pub(super) unsafe fn op_tail_call<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe { enter::<FAST>(s, s.fp.add(s.count16()), entry_at(s, 1)) }
}

#[inline(always)]
pub(super) unsafe fn op_tail_call_import<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe { enter::<FAST>(s, s.fp.add(s.count16()), export_at(s, 1).entry()) }
}

#[inline(always)]
pub(super) unsafe fn op_loop<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let entry = entry_at(s, 1);
        if s.reds <= 0 || (!FAST && stress::due(s.process().heap())) {
            return if FAST { SLOW } else { enter_slowly(s, s.fp.add(frame_of(entry)), entry) };
        }
        s.reds -= 1;
        s.pc = entry.add(1);
        NEXT
    }
}

#[inline(always)]
pub(super) unsafe fn op_loop_not_same<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        if s.reds <= 0 || (!FAST && stress::due(s.process().heap())) {
            let entry = entry_at(s, 3);
            return if FAST { SLOW } else { enter_slowly(s, s.fp.add(frame_of(entry)), entry) };
        }
        s.reds -= 1;
        if s.get(s.byte(1)) != s.imm(1) {
            return s.jump(2);
        }
        s.pc = entry_at(s, 3).add(1);
        NEXT
    }
}

#[inline(always)]
pub(super) unsafe fn op_loop_same<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above; the function's first instruction is a `JumpSame` of three words.
    unsafe {
        if s.reds <= 0 || (!FAST && stress::due(s.process().heap())) {
            let entry = entry_at(s, 3);
            return if FAST { SLOW } else { enter_slowly(s, s.fp.add(frame_of(entry)), entry) };
        }
        s.reds -= 1;
        if s.get(s.byte(1)) == s.imm(1) {
            return s.jump(2);
        }
        s.pc = entry_at(s, 3).add(4);
        NEXT
    }
}

#[inline(always)]
pub(super) unsafe fn op_loop_uncons<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above; the function's first instruction is an `Uncons` of two words.
    unsafe {
        let list = s.get(s.byte(3));
        if s.reds <= 0 || (!FAST && stress::due(s.process().heap())) {
            let entry = entry_at(s, 1);
            return if FAST { SLOW } else { enter_slowly(s, s.fp.add(frame_of(entry)), entry) };
        }
        s.reds -= 1;
        if !list.is_cons() {
            s.pc = entry_at(s, 1).add(1);
            return NEXT;
        }
        let (head, tail) = raw::cons_slots(list);
        s.set(s.byte(1), head);
        s.set(s.byte(2), tail);
        s.pc = entry_at(s, 1).add(3);
        NEXT
    }
}

#[inline(always)]
pub(super) unsafe fn op_return<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe { give_back(s, s.get(s.byte(1)), s.count16()) }
}

#[inline(always)]
pub(super) unsafe fn op_return_const<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe { give_back(s, s.imm(1), s.count16()) }
}

/// Enters a fun without free variables, or with one: what is most common needs few registers.
#[inline(always)]
unsafe fn enter_light_fun(s: &mut State<'_>, top: *mut Word, fun: Word, count: usize) -> Flow {
    // SAFETY: as above.
    unsafe {
        let header = raw::boxed_slot(fun, 0);
        if header == Word::header(Boxed::Fun, 2, count as u16) {
            *top.sub(count + 2) = raw::boxed_slot(fun, 2);
        } else if header != Word::header(Boxed::Fun, 1, count as u16) {
            return SECOND;
        }
        let entry = &*(raw::boxed_slot(fun, 1).0 as *const FunEntry);
        enter::<true>(s, top, entry.code.load(Ordering::Acquire) as *const u32)
    }
}

/// `CallFun` and `TailCallFun` of a fun with some free variables.
#[inline(always)]
pub(super) unsafe fn call_closure(s: &mut State<'_>, leaves: bool) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (fun, count) = (s.get(s.half()), s.count(1));
        if leaves {
            return enter_fun::<true>(s, s.fp.add(s.word(1) as usize), fun, count);
        }
        let before = s.get(-1);
        leave_address(s, 2);
        let flow = enter_fun::<true>(s, s.fp, fun, count);
        if flow == SLOW {
            s.set(-1, before);
        }
        flow
    }
}

/// Enters a fun whose arguments and return address lie below `top`.
#[inline(always)]
unsafe fn enter_fun<const FAST: bool>(s: &mut State<'_>, top: *mut Word, fun: Word, count: usize) -> Flow {
    // SAFETY: as above.
    unsafe {
        if fun.is_boxed() {
            let header = raw::boxed_slot(fun, 0);
            let size = header.header_size();
            if header == Word::header(Boxed::Fun, size, count as u16) && size <= 1 + SHORT_ENV {
                let entry = &*(raw::boxed_slot(fun, 1).0 as *const FunEntry);
                let env = top.sub(count + size);
                for index in 0..size - 1 {
                    *env.add(index) = raw::boxed_slot(fun, 2 + index);
                }
                return enter::<FAST>(s, top, entry.code.load(Ordering::Acquire) as *const u32);
            }
            if let Some(external) = s.term(fun).as_external_fun()
                && usize::from(external.arity) == count
            {
                let export = s.run.ctx.machine.export(external.module, external.name, external.arity);
                return enter::<FAST>(s, top, export.entry());
            }
        }
        if FAST { SLOW } else { enter_fun_slowly(s, top, fun, count) }
    }
}

#[cold]
#[inline(never)]
unsafe fn enter_fun_slowly(s: &mut State<'_>, mut top: *mut Word, fun: Word, count: usize) -> Flow {
    // SAFETY: as above.
    unsafe {
        let mut fun = [fun];
        if let Some(closure) = s.term(fun[0]).as_fun()
            && usize::from(closure.arity) == count
        {
            let env = closure.env.len();
            if (s.hp as usize) + (LIMIT + env + count) * 8 > top as usize {
                let args = top.sub(count + 1);
                s.fp = args;
                s.store();
                match frames::collect(s.process(), args, Top::Arguments(count), env + LIMIT, &mut fun) {
                    Ok(fp) => {
                        top = fp.add(count + 1);
                        s.hp = raw::hp(s.process().heap());
                    }
                    Err(error) => return s.killed(error),
                }
            }
            for index in 0..env {
                *top.sub(1 + count + env).add(index) = raw::boxed_slot(fun[0], 2 + index);
            }
            let entry = &*(raw::boxed_slot(fun[0], 1).0 as *const FunEntry);
            return enter::<false>(s, top, entry.code.load(Ordering::Acquire) as *const u32);
        }
        let args = std::slice::from_raw_parts(top.sub(1 + count).cast::<Term<'_>>(), count);
        let reason = if s.term(fun[0]).is_function() {
            let heap = s.heap();
            let call = heap.tuple(&[s.term(fun[0]), heap.list(args.iter().copied())]);
            heap.tuple(&[Term::atom(known::BADARITY), call])
        } else {
            s.heap().tuple(&[Term::atom(known::BADFUN), s.term(fun[0])])
        };
        let reason = reason.word();
        s.reload();
        raise(s, Class::Error, reason, &First::None)
    }
}

#[inline(always)]
pub(super) unsafe fn op_call_fun<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let fun = s.get(s.half());
        if FAST && !fun.is_boxed() {
            return SLOW;
        }
        let count = s.count(1);
        if FAST {
            // The return address comes last: the other forms read the fun again, and it may lie there.
            let address = s.pc.add(2);
            let top = s.fp;
            let flow = enter_light_fun(s, top, fun, count);
            if flow == NEXT {
                *top.sub(1) = Word(address as u64);
            }
            return flow;
        }
        leave_address(s, 2);
        enter_fun::<false>(s, s.fp, fun, count)
    }
}

#[inline(always)]
pub(super) unsafe fn op_tail_call_fun<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (top, fun, count) = (s.fp.add(s.word(1) as usize), s.get(s.half()), s.count(1));
        if !FAST {
            return enter_fun::<false>(s, top, fun, count);
        }
        if fun.is_boxed() { enter_light_fun(s, top, fun, count) } else { SLOW }
    }
}

/// The entry of a function named by two terms.
unsafe fn applied(s: &State<'_>, module: Word, name: Word, count: usize) -> Option<&'static Export> {
    // SAFETY: as above.
    unsafe {
        let (module, name) = (s.term(module).as_atom()?, s.term(name).as_atom()?);
        Some(s.run.ctx.machine.export(module, name, u8::try_from(count).ok()?))
    }
}

/// `:badarg` as `:erlang.apply(module, name, args)` raises it.
unsafe fn raise_apply(s: &mut State<'_>, module: Word, name: Word, top: *mut Word, count: usize) -> Flow {
    // SAFETY: as above.
    unsafe {
        let args = std::slice::from_raw_parts(top.sub(1 + count).cast::<Term<'_>>(), count);
        let heap = s.heap();
        let args = heap.list(args.iter().copied());
        let args = heap.list([s.term(module), s.term(name), args]).word();
        s.reload();
        let first = First::Call { module: known::ERLANG, name: crate::start::apply_name(), args, explained: true };
        raise(s, Class::Error, Word::atom(known::BADARG), &first)
    }
}

/// `Apply` and `TailApply` of a function whose name is one.
#[inline(always)]
pub(super) unsafe fn apply_known(s: &mut State<'_>, leaves: bool) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (module, name) = s.pair(1);
        let (module, name, count) = (s.get(module), s.get(name), s.count(1));
        let Some(export) = applied(s, module, name, count) else { return SLOW };
        if leaves {
            return enter::<true>(s, s.fp.add(s.word(2) as usize), export.entry());
        }
        let before = s.get(-1);
        leave_address(s, 3);
        let flow = enter::<true>(s, s.fp, export.entry());
        if flow == SLOW {
            s.set(-1, before);
        }
        flow
    }
}

#[inline(always)]
pub(super) unsafe fn op_apply<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SECOND;
    }
    // SAFETY: as above.
    unsafe {
        let (module, name) = s.pair(1);
        let (module, name, count) = (s.get(module), s.get(name), s.count(1));
        match applied(s, module, name, count) {
            Some(export) => {
                leave_address(s, 3);
                enter::<false>(s, s.fp, export.entry())
            }
            None => raise_apply(s, module, name, s.fp, count),
        }
    }
}

#[inline(always)]
pub(super) unsafe fn op_tail_apply<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SECOND;
    }
    // SAFETY: as above.
    unsafe {
        let (module, name) = s.pair(1);
        let (module, name, count) = (s.get(module), s.get(name), s.count(1));
        let top = s.fp.add(s.word(2) as usize);
        match applied(s, module, name, count) {
            Some(export) => enter::<false>(s, top, export.entry()),
            None => raise_apply(s, module, name, top, count),
        }
    }
}

#[inline(always)]
pub(super) unsafe fn op_halt<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: the lowest frame has just returned: its value lies below the stack's end.
    unsafe {
        s.process().reason.set(s.get(-1));
        s.store();
        s.stop(Stop::Done)
    }
}

#[inline(always)]
pub(super) unsafe fn op_undefined<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as `undefined`.
    if FAST { SLOW } else { unsafe { undefined(s) } }
}

/// A call that found no code: loads the module and tries again.
#[inline(never)]
unsafe fn undefined(s: &mut State<'_>) -> Flow {
    // SAFETY: this instruction only stands in the stubs of export entries.
    unsafe {
        let export = Export::of_undefined_stub(s.pc);
        let count = usize::from(export.arity);
        if s.run.ctx.machine.ensure_loaded(export.module).is_ok() && export.is_defined() {
            return enter::<false>(s, s.fp.add(count + 1), export.entry());
        }
        let args = std::slice::from_raw_parts(s.fp.cast::<Term<'_>>(), count);
        let args = s.heap().list(args.iter().copied()).word();
        s.reload();
        if let Some((handler, with_module)) = s.run.ctx.machine.undefined_handler(export.module) {
            let mut words = [Word::atom(export.module), Word::atom(export.name), args];
            let words = if with_module { &mut words[..] } else { &mut words[1..] };
            return match place(s, count + 1, words) {
                Ok(top) => enter::<false>(s, top, handler.entry()),
                Err(flow) => flow,
            };
        }
        // The module may have come between the two questions.
        if export.is_defined() {
            return enter::<false>(s, s.fp.add(count + 1), export.entry());
        }
        let first = First::Call { module: export.module, name: export.name, args, explained: false };
        raise_native(s, count + 1, Class::Error, Word::atom(known::UNDEF), &first)
    }
}

#[inline(always)]
pub(super) unsafe fn op_native<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as `native`.
    if FAST { DIRECT } else { unsafe { native(s) } }
}

#[inline(always)]
unsafe fn native(s: &mut State<'_>) -> Flow {
    // SAFETY: this instruction only stands in the stubs of export entries. The frame holds the arguments in order.
    unsafe {
        let export = Export::of_native_stub(s.pc);
        let Some(native) = export.native() else { return undefined_native(s, export) };
        let count = usize::from(export.arity);
        let process = s.process();
        s.store();
        // So that a native can ask where its process stands.
        process.resume.set(s.pc);
        process.live.set(stub_live(export));
        let args = std::slice::from_raw_parts(s.fp.cast::<Term<'_>>(), count);
        let job = process.job_result.take();
        let result = catch_unwind(AssertUnwindSafe(|| match job {
            Some(job) => job.0(&s.run.ctx),
            None => native(&s.run.ctx, args),
        }));
        s.reload();
        s.reds -= process.charged.replace(0);
        match result {
            Ok(Ok(value)) => give_back(s, value.word(), count + 1),
            result => halted(s, export, result),
        }
    }
}

/// Goes on after a native that had no value.
#[inline(never)]
unsafe fn halted<'a>(
    s: &mut State<'a>,
    export: &Export,
    result: std::thread::Result<Result<Term<'a>, Halt<'a>>>,
) -> Flow {
    // SAFETY: as above.
    unsafe {
        let count = usize::from(export.arity);
        let args = std::slice::from_raw_parts(s.fp.cast::<Term<'_>>(), count);
        let halt = match result {
            Ok(Ok(value)) => return give_back(s, value.word(), count + 1),
            Ok(Err(halt)) => halt,
            Err(panic) => {
                // The process dies of it, and says which rule was broken.
                let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
                let heap = s.heap();
                let text = heap.binary(text.unwrap_or("a fault in a native function").as_bytes());
                let reason = heap.tuple(&[Term::atom(Atom::new("internal_error")), text]);
                s.reload();
                Halt::error(reason)
            }
        };
        match halt {
            Halt::Raise { class, reason, trace } => native_raised(s, export, args, class, reason, trace),
            Halt::TailCall { module, function, args } => {
                let Ok(arity) = u8::try_from(args.len()) else { return too_many(s, count + 1) };
                let entry = s.run.ctx.machine.export(module, function, arity).entry();
                let mut words: Vec<Word> = args.into_iter().map(Term::word).collect();
                match place(s, count + 1, &mut words) {
                    Ok(top) => enter::<false>(s, top, entry),
                    Err(flow) => flow,
                }
            }
            Halt::Apply { fun, args } => {
                if args.len() > 255 {
                    return too_many(s, count + 1);
                }
                let mut words: Vec<Word> = args.into_iter().chain([fun]).map(Term::word).collect();
                let count_args = words.len() - 1;
                // The fun goes with the arguments while they move, and is left below them.
                words.rotate_right(1);
                match place(s, count + 1, &mut words) {
                    Ok(top) => {
                        let fun = *top.sub(2 + count_args);
                        // Errors count as the caller's, whose frame is whole.
                        s.fp = top.sub(count_args + 1);
                        apply_fun(s, top, fun, count_args)
                    }
                    Err(flow) => flow,
                }
            }
            Halt::Wait => wait(s, export, None),
            Halt::WaitUntil(time) => wait(s, export, Some(time)),
            Halt::Offload(job) => s.suspend(s.pc, stub_live(export), Stop::Offload(job)),
            Halt::Hibernate { module, function, args } => {
                let Ok(arity) = u8::try_from(args.len()) else { return too_many(s, count + 1) };
                let words: Vec<Word> = args.into_iter().map(Term::word).collect();
                let entry = s.run.ctx.machine.export(module, function, arity).entry();
                hibernate(s, entry, words)
            }
        }
    }
}

/// The live word of the stub that calls of a native run.
fn stub_live(export: &Export) -> *const u32 {
    export.native_live()
}

unsafe fn wait(s: &mut State<'_>, export: &Export, until_us: Option<u64>) -> Flow {
    s.suspend(s.pc, stub_live(export), Stop::Wait { deadline_us: until_us })
}

/// A fun that a native ends in: errors have no instruction of compiled code to blame but the caller's.
unsafe fn apply_fun(s: &mut State<'_>, top: *mut Word, fun: Word, count: usize) -> Flow {
    // SAFETY: as above.
    unsafe {
        let callable = s.term(fun).fun_arity().map(usize::from) == Some(count);
        if callable {
            return enter_fun::<false>(s, top, fun, count);
        }
        let args = std::slice::from_raw_parts(top.sub(1 + count).cast::<Term<'_>>(), count);
        let heap = s.heap();
        let reason = if s.term(fun).is_function() {
            let call = heap.tuple(&[s.term(fun), heap.list(args.iter().copied())]);
            heap.tuple(&[Term::atom(known::BADARITY), call])
        } else {
            heap.tuple(&[Term::atom(known::BADFUN), s.term(fun)])
        };
        let reason = reason.word();
        s.reload();
        raise_native(s, count + 1, Class::Error, reason, &First::None)
    }
}

unsafe fn too_many(s: &mut State<'_>, frame: usize) -> Flow {
    // SAFETY: as above.
    unsafe { raise_native(s, frame, Class::Error, Word::atom(known::SYSTEM_LIMIT), &First::None) }
}

/// A native was taken away while a call was on its way to it.
unsafe fn undefined_native(s: &mut State<'_>, export: &Export) -> Flow {
    let frame = usize::from(export.arity) + 1;
    let first = First::Call { module: export.module, name: export.name, args: Word::NIL, explained: false };
    // SAFETY: as above.
    unsafe { raise_native(s, frame, Class::Error, Word::atom(known::UNDEF), &first) }
}

/// Puts arguments below the return address of a frame of this size, which goes. Gives the place above that address.
unsafe fn place(s: &mut State<'_>, frame: usize, args: &mut [Word]) -> Result<*mut Word, Flow> {
    // SAFETY: as above.
    unsafe {
        let mut top = s.fp.add(frame);
        let count = args.len();
        if (s.hp as usize) + (LIMIT + count + 1) * 8 > top as usize {
            s.fp = top.sub(1);
            s.store();
            match frames::collect(s.process(), s.fp, Top::Arguments(0), count + LIMIT, args) {
                Ok(fp) => {
                    top = fp.add(1);
                    s.hp = raw::hp(s.process().heap());
                }
                Err(error) => return Err(s.killed(error)),
            }
        }
        top.sub(1 + count).copy_from_nonoverlapping(args.as_ptr(), count);
        Ok(top)
    }
}

/// Leaves only the lowest frame, shrinks the heap, and goes on with a call when there is a message.
unsafe fn hibernate(s: &mut State<'_>, entry: *const u32, mut args: Vec<Word>) -> Flow {
    // SAFETY: as above. The lowest frame's return address lies at the end of the stack.
    unsafe {
        let process = s.process();
        let end = raw::stack_end(process.heap());
        end.sub(1).write(Word(frames::halt() as u64));
        s.fp = end.sub(1);
        match place(s, 1, &mut args) {
            Ok(top) => s.fp = top.sub(args.len() + 1),
            Err(flow) => return flow,
        }
        s.store();
        let frame = match frames::hibernate(process, s.fp, Top::Arguments(args.len())) {
            Ok(fp) => fp,
            Err(error) => return s.killed(error),
        };
        s.hp = raw::hp(process.heap());
        let top = frame.add(args.len() + 1);
        s.fp = frame;
        process.mailbox().borrow_mut().end_receive();
        // Room for the frame is made before the process sleeps, so that it can go on at the function's first instruction.
        let size = frame_of(entry);
        if (s.hp as usize) + (LIMIT + size) * 8 > top as usize {
            s.store();
            match frames::collect(process, s.fp, Top::Arguments(args.len()), size + LIMIT, &mut []) {
                Ok(fp) => {
                    s.fp = fp;
                    s.hp = raw::hp(process.heap());
                }
                Err(error) => return s.killed(error),
            }
        }
        s.fp = s.fp.add(args.len() + 1).sub(size);
        s.suspend(entry.add(1), entry.sub(1), Stop::Hibernate)
    }
}

/// Natives that raise on behalf of their caller leave no entry of their own in a stack trace.
fn raises_for_caller(export: &Export) -> bool {
    export.module == known::ERLANG
        && match export.name.as_str() {
            "error" | "throw" | "raise" | "nif_error" => true,
            // With two arguments it sends a signal.
            "exit" => export.arity == 1,
            _ => false,
        }
}

/// The map behind `error_info` in the options of `:erlang.error/3`.
fn told<'h>(options: Term<'h>) -> Option<Term<'h>> {
    options.list_iter().find_map(|option| match option.as_tuple_of::<2>()? {
        [key, value] if key.as_atom().is_some_and(|key| key.as_str() == "error_info") => {
            value.as_map().is_some().then_some(*value)
        }
        _ => None,
    })
}

unsafe fn native_raised(
    s: &mut State<'_>,
    export: &Export,
    args: &[Term<'_>],
    class: Class,
    reason: Term<'_>,
    trace: Option<Term<'_>>,
) -> Flow {
    // SAFETY: as above.
    unsafe {
        let frame = usize::from(export.arity) + 1;
        let reason = reason.word();
        if let Some(trace) = trace {
            return raise_native(s, frame, class, reason, &First::Given(trace.word()));
        }
        if raises_for_caller(export) {
            // `:erlang.error(reason, args)` shows the caller's arguments.
            let shown = args.get(1).filter(|args| export.name == known::ERROR && args.list_len().is_some());
            let info = args.get(2).filter(|_| export.name == known::ERROR).and_then(|options| told(*options));
            let first = match (shown, info) {
                (args, Some(info)) => First::Info { info: info.word(), args: args.map(|args| args.word()) },
                (Some(args), None) => First::Args(args.word()),
                (None, None) => First::None,
            };
            return raise_native(s, frame, class, reason, &first);
        }
        let list = s.heap().list(args.iter().map(|arg| Term::from_word(arg.word()))).word();
        s.reload();
        let explained =
            class == Class::Error && reason != Word::atom(known::FUNCTION_CLAUSE) && reason != Word::atom(known::UNDEF);
        let first = First::Call { module: export.module, name: export.name, args: list, explained };
        raise_native(s, frame, class, reason, &first)
    }
}
