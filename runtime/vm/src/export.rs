//! Export entries: what a call by module, name and arity goes through.
//!
//! **What it is for.** Each [`Export`] has one atomic address that calls load. Until a module is loaded it leads to a stub
//! inside the entry, whose instruction finds the entry from its own address; the same goes for natives.
//!
//! **Invariants.**
//! 1. An entry, once made, stays where it is for ever.
//! 2. `code` always leads to the entry word of some function of the right arity: frame size in the low half,
//!    parameters above it, preceded by a live word and followed by instructions.
//! 3. The instruction of a stub is its third word.
//!
//! **What it must not know.** Modules, instructions' meaning.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_ptr_alignment,
    reason = "operands and addresses of checked code"
)]

use std::mem::offset_of;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use jovial_atoms::Atom;
use jovial_bytecode::code::LiveSet;
use jovial_bytecode::opcode::Opcode;

use crate::native::NativeFn;

/// Longest stub: live word in long form (frame of 256 slots), entry word, instruction.
const STUB_WORDS: usize = 16;

/// A function by module, name and arity.
#[repr(C)]
pub(crate) struct Export {
    code: AtomicPtr<u32>,
    native: AtomicUsize,
    pub(crate) module: Atom,
    pub(crate) name: Atom,
    pub(crate) arity: u8,
    undefined: [u32; STUB_WORDS],
    native_stub: [u32; STUB_WORDS],
}

/// Place of the instruction in a stub.
const INSTRUCTION: usize = 2;

fn stub(opcode: Opcode, arity: u8) -> [u32; STUB_WORDS] {
    let frame = u16::from(arity) + 1;
    let live = LiveSet { frame, slots: (0..i16::from(arity)).collect() };
    let mut words = [0; STUB_WORDS];
    words[1] = u32::from(frame) | u32::from(arity) << 16;
    words[INSTRUCTION] = opcode as u32;
    if let Some(live) = live.inline() {
        words[0] = live;
    } else {
        let long = live.long();
        words[0] = 2 * (INSTRUCTION as u32 + 1);
        words[INSTRUCTION + 1..INSTRUCTION + 1 + long.len()].copy_from_slice(&long);
    }
    words
}

impl Export {
    pub(crate) fn new(module: Atom, name: Atom, arity: u8) -> &'static Export {
        let export = Box::leak(Box::new(Export {
            code: AtomicPtr::new(std::ptr::null_mut()),
            native: AtomicUsize::new(0),
            module,
            name,
            arity,
            undefined: stub(Opcode::Undefined, arity),
            native_stub: stub(Opcode::Native, arity),
        }));
        export.undefine();
        export
    }

    /// Address of the entry word that a call goes to now.
    #[inline]
    pub(crate) fn entry(&self) -> *const u32 {
        self.code.load(Ordering::Acquire)
    }

    /// Leads calls to the entry word of a loaded function.
    pub(crate) fn define(&self, entry: *const u32) {
        self.code.store(entry.cast_mut(), Ordering::Release);
    }

    /// Leads calls to Rust code.
    pub(crate) fn define_native(&self, native: NativeFn) {
        self.native.store(native as usize, Ordering::Release);
        self.code.store(std::ptr::from_ref(&self.native_stub[1]).cast_mut(), Ordering::Release);
    }

    /// Leads calls to the native if there is one, else to what loads the module or raises.
    pub(crate) fn undefine(&self) {
        let stub = if self.native.load(Ordering::Acquire) == 0 { &self.undefined[1] } else { &self.native_stub[1] };
        self.code.store(std::ptr::from_ref(stub).cast_mut(), Ordering::Release);
    }

    /// Live word of the stub that leads to Rust code.
    pub(crate) fn native_live(&self) -> *const u32 {
        &raw const self.native_stub[0]
    }

    /// Entry word of that stub.
    pub(crate) fn native_entry(&self) -> *const u32 {
        &raw const self.native_stub[1]
    }

    pub(crate) fn is_defined(&self) -> bool {
        !std::ptr::eq(self.entry(), &raw const self.undefined[1])
    }

    pub(crate) fn has_native(&self) -> bool {
        self.native.load(Ordering::Acquire) != 0
    }

    pub(crate) fn native(&self) -> Option<NativeFn> {
        let address = self.native.load(Ordering::Acquire);
        if address == 0 {
            return None;
        }
        // SAFETY: only `define_native` writes here, and it writes a function of this type.
        Some(unsafe { std::mem::transmute::<usize, NativeFn>(address) })
    }

    /// The entry whose stub for natives has its instruction at `pc`.
    ///
    /// # Safety
    /// `pc` is the address of the `Native` instruction of an entry's stub.
    pub(crate) unsafe fn of_native_stub(pc: *const u32) -> &'static Export {
        // SAFETY: by contract and invariant 3; entries live for ever.
        unsafe { &*pc.byte_sub(offset_of!(Export, native_stub) + INSTRUCTION * 4).cast::<Export>() }
    }

    /// As [`of_native_stub`](Export::of_native_stub) for the other stub.
    ///
    /// # Safety
    /// `pc` is the address of the `Undefined` instruction of an entry's stub.
    pub(crate) unsafe fn of_undefined_stub(pc: *const u32) -> &'static Export {
        // SAFETY: as above.
        unsafe { &*pc.byte_sub(offset_of!(Export, undefined) + INSTRUCTION * 4).cast::<Export>() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stubs_lead_back_to_their_entry() {
        for arity in [0, 3, 25, 26, 255] {
            let export = Export::new(Atom::new("m"), Atom::new("f"), arity);
            let entry = export.entry();
            // SAFETY: the entry word and what surrounds it lie in the stub.
            unsafe {
                assert_eq!(*entry & 0xffff, u32::from(arity) + 1);
                assert_eq!(*entry.add(1), Opcode::Undefined as u32);
                assert!(std::ptr::eq(Export::of_undefined_stub(entry.add(1)), export));
            }
            let live = LiveSet::read(&export.undefined, 0).expect("a live word");
            assert_eq!(live.slots.len(), usize::from(arity));
            assert!(!export.is_defined());
        }
    }
}
