//! Receiving.
#![expect(clippy::inline_always, reason = "op bodies are expanded into two dispatchers")]

use jovial_atoms::known;
use jovial_bytecode::opcode::NO_SLOT;
use jovial_term::raw::{self, Word};

use super::exceptions::{First, raise};
use super::{Flow, SLOW, State};
use crate::mailbox::{Deadline, Peeked};
use crate::native::Class;
use crate::system::{Drained, Stop};

/// Longest timeout in milliseconds.
const TIMEOUT_MAX: i64 = 0xffff_ffff;

#[inline(always)]
pub(super) unsafe fn op_recv_peek<const FAST: bool>(s: &mut State<'_>) -> Flow {
    let process = s.process();
    if FAST {
        // SAFETY: as below; each function of this file has the mailbox for itself.
        return unsafe {
            match process.messages().peek_in_place() {
                Peeked::Message(word) => {
                    s.set(s.byte(1), word);
                    s.next(2)
                }
                Peeked::Nothing => s.jump(1),
                Peeked::Unsure => SLOW,
            }
        };
    }
    s.store();
    let message = process.peek();
    // At most what there is room for in the block was taken, so no safepoint is due.
    s.hp = raw::hp(process.heap());
    // SAFETY: invariant 1 of the interpreter, as in all functions of this file. The message stays where it is until it is
    // accepted, skipped or adopted before a collection.
    unsafe {
        match message {
            Some(word) => {
                s.set(s.byte(1), word);
                s.next(2)
            }
            // What has arrived meanwhile is looked for by the wait.
            None => s.jump(1),
        }
    }
}

#[inline(always)]
pub(super) unsafe fn op_recv_accept<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        // SAFETY: as above.
        let Some(cause) = (unsafe { s.process().messages().accept_adopted() }) else { return SLOW };
        s.process().adopt_cause(cause);
    } else {
        s.store();
        s.process().accept();
        s.reload();
    }
    // SAFETY: as above.
    unsafe { s.next(1) }
}

#[inline(always)]
pub(super) unsafe fn op_recv_skip<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // A long mailbox is searched in one go, but not for free.
    s.reds -= i64::from(s.reds > 1);
    // SAFETY: as above.
    unsafe {
        s.process().messages().skip();
        s.next(1)
    }
}

/// What has arrived but was not drained lies behind the mark: a look at a little more costs less than to drain here.
#[inline(always)]
pub(super) unsafe fn op_recv_mark<const FAST: bool>(s: &mut State<'_>) -> Flow {
    s.process().mailbox().borrow_mut().set_mark();
    // SAFETY: as above.
    unsafe { s.next(1) }
}

#[inline(always)]
pub(super) unsafe fn op_recv_bind<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        if let Some(reference) = s.get_term(s.byte(1)).as_ref() {
            s.process().mailbox().borrow_mut().bind_mark(reference.number);
        }
        s.next(1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_recv_use<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        if let Some(reference) = s.get_term(s.byte(1)).as_ref() {
            s.process().mailbox().borrow_mut().use_mark(reference.number);
        }
        s.next(1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_recv_wait<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as `wait`.
    unsafe {
        if !FAST {
            return wait(s);
        }
        if s.process().messages().has_unseen() { s.next(3) } else { SLOW }
    }
}

/// When a receive gives up, from its time operand.
unsafe fn deadline(s: &State<'_>) -> Option<Deadline> {
    // SAFETY: as above.
    unsafe {
        let slot = s.half();
        if slot == isize::from(NO_SLOT) {
            return Some(Deadline::Never);
        }
        let time = s.get_term(slot);
        if time.is_atom(known::INFINITY) {
            return Some(Deadline::Never);
        }
        let time = time.as_small().filter(|time| (0..=TIMEOUT_MAX).contains(time))?;
        if time == 0 {
            // Past at any time, so the clock need not be asked.
            return Some(Deadline::At(0));
        }
        Some(Deadline::At(s.run.system.now_us().saturating_add(time.cast_unsigned() * 1_000)))
    }
}

#[inline(never)]
unsafe fn wait(s: &mut State<'_>) -> Flow {
    let process = s.process();
    let mailbox = process.mailbox();
    // SAFETY: as above.
    unsafe {
        if mailbox.borrow().has_unseen() {
            return s.next(3);
        }
        // A time that is yet to come when it is computed is not compared with the clock at once.
        let begins = mailbox.borrow().deadline == Deadline::Unset;
        if begins {
            let Some(deadline) = deadline(s) else {
                mailbox.borrow_mut().end_receive();
                return raise(s, Class::Error, Word::atom(known::TIMEOUT_VALUE), &First::None);
            };
            mailbox.borrow_mut().deadline = deadline;
        }
        s.store();
        let drained = s.run.system.drain(process);
        // A message may have moved into the block.
        s.reload();
        if mailbox.borrow().has_unseen() {
            return s.next(3);
        }
        if drained == Drained::Interrupt {
            return s.suspend(s.pc, s.pc.add(2), Stop::Yield);
        }
        let deadline = mailbox.borrow().deadline;
        match deadline {
            Deadline::At(time) if time == 0 || (!begins && s.run.system.now_us() >= time) => {
                mailbox.borrow_mut().end_receive();
                s.jump(1)
            }
            Deadline::At(time) => s.suspend(s.pc, s.pc.add(2), Stop::Wait { deadline_us: Some(time) }),
            Deadline::Never | Deadline::Unset => s.suspend(s.pc, s.pc.add(2), Stop::Wait { deadline_us: None }),
        }
    }
}
