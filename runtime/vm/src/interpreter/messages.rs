//! Receiving.
#![expect(clippy::inline_always, reason = "op bodies are expanded into two dispatchers")]

use jovial_atoms::known;
use jovial_bytecode::opcode::{NO_SLOT, Opcode};
use jovial_term::raw::{self, Boxed, Word};

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

/// That a message is a tuple of a size, one element of which is an immediate: the usual way for a clause to begin.
struct Test {
    header: Word,
    place: usize,
    wanted: Word,
}

impl Test {
    /// # Safety
    /// `message` is alive.
    #[inline(always)]
    unsafe fn holds(&self, message: Word) -> bool {
        // SAFETY: a boxed object has its header in front, and a tuple of the size has the element.
        unsafe {
            message.is_boxed()
                && *message.address() == self.header
                && *message.address().add(1 + self.place) == self.wanted
        }
    }
}

/// What the receive around this `RecvSkip` asks of a message first, if a message for which that does not hold comes right back
/// here: then those can be passed without running the instructions in between.
#[inline(always)]
unsafe fn only_test(s: &State<'_>) -> Option<Test> {
    // SAFETY: as above: these are whole instructions, each read after its opcode was seen.
    unsafe {
        let opcode = |at: *const u32| *at as u8;
        let byte = |at: *const u32, n: usize| *at.cast::<i8>().add(n);
        let to = |at: *const u32, n: usize| at.offset((*at.add(n)).cast_signed() as isize);
        let mut head = s.pc.add(1);
        if opcode(head) == Opcode::Jump as u8 {
            head = to(head, 1);
        }
        if opcode(head) != Opcode::RecvPeek as u8 {
            return None;
        }
        let (message, arity, element) = (byte(head, 1), head.add(2), head.add(4));
        // The slots that the elements go to, the tuple's, where the elements are, and the next instruction.
        let ([first, second], tuple, places, same) = if opcode(arity) == Opcode::ArityElement as u8 {
            let place = u32::from(*element.cast::<u8>().add(3));
            ([byte(element, 1); 2], byte(element, 2), place | place << 16, element.add(1))
        } else if opcode(arity) == Opcode::ArityElement2 as u8 {
            ([byte(element, 1), byte(element, 2)], byte(element, 3), *element.add(1), element.add(2))
        } else {
            return None;
        };
        let fits = byte(arity, 1) == message
            && tuple == message
            && opcode(same) == Opcode::JumpNotSame as u8
            && (byte(same, 1) == first || byte(same, 1) == second)
            && to(arity, 1) == s.pc
            && to(same, 2) == s.pc;
        // If both go to one slot, the second is what is there.
        let place = if byte(same, 1) == second { places >> 16 } else { places & 0xffff };
        fits.then(|| Test {
            header: Word::header(Boxed::Tuple, *arity.cast::<u16>().add(1) as usize, 0),
            place: place as usize,
            wanted: Word(i64::from((*same.add(1)).cast_signed()).cast_unsigned()),
        })
    }
}

#[inline(always)]
pub(super) unsafe fn op_recv_skip<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let mailbox = s.process().messages();
        mailbox.skip();
        let passed = match only_test(s) {
            Some(test) => mailbox.skip_while(|message| !test.holds(message)),
            None => 0,
        };
        // A long mailbox is searched in one go, but not for free.
        s.reds = s.reds.min(1.max(s.reds - 1 - passed as i64));
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
        Some(Deadline::At(s.run.ctx.system.now_us().saturating_add(time.cast_unsigned() * 1_000)))
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
        // Among the signals may be one that asks where the process stands.
        process.resume.set(s.pc);
        process.live.set(s.pc.add(2));
        let drained = s.run.ctx.system.drain(process);
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
            Deadline::At(time) if time == 0 || (!begins && s.run.ctx.system.now_us() >= time) => {
                mailbox.borrow_mut().end_receive();
                s.jump(1)
            }
            Deadline::At(time) => s.suspend(s.pc, s.pc.add(2), Stop::Wait { deadline_us: Some(time) }),
            Deadline::Never | Deadline::Unset => s.suspend(s.pc, s.pc.add(2), Stop::Wait { deadline_us: None }),
        }
    }
}
