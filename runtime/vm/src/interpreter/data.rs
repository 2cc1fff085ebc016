//! Lists, tuples, funs and maps: reading and making them.
#![expect(clippy::inline_always, reason = "op bodies are expanded into two dispatchers")]

use jovial_atoms::{Atom, known};
use jovial_term::raw::{self, Boxed, Word};
use jovial_term::{Term, stress};

use super::exceptions::{First, is_evaluated, raise};
use super::{Flow, NEXT, SLOW, State};
use crate::native::Class;

#[inline(always)]
pub(super) unsafe fn op_head<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: invariant 1 of the interpreter, as in all functions of this file; a test for a cons cell came before.
    unsafe {
        s.set(s.byte(1), raw::cons_slots(s.get(s.byte(2))).0);
        s.next(1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_tail<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        s.set(s.byte(1), raw::cons_slots(s.get(s.byte(2))).1);
        s.next(1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_head_tail<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (head, tail) = raw::cons_slots(s.get(s.byte(3)));
        s.set(s.byte(1), head);
        s.set(s.byte(2), tail);
        s.next(1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_uncons<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let list = s.get(s.byte(3));
        if !list.is_cons() {
            return s.jump(1);
        }
        let (head, tail) = raw::cons_slots(list);
        s.set(s.byte(1), head);
        s.set(s.byte(2), tail);
        s.next(2)
    }
}

#[inline(always)]
pub(super) unsafe fn op_element<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: a test for the tuple's size came before.
    unsafe {
        let element = raw::boxed_slot(s.get(s.byte(2)), 1 + s.count(3));
        s.set(s.byte(1), element);
        s.next(1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_element2<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let tuple = s.get(s.byte(3));
        let places = s.word(1);
        let (first, second) = ((places & 0xffff) as usize, (places >> 16) as usize);
        let (first, second) = (raw::boxed_slot(tuple, 1 + first), raw::boxed_slot(tuple, 1 + second));
        s.set(s.byte(1), first);
        s.set(s.byte(2), second);
        s.next(2)
    }
}

#[inline(always)]
pub(super) unsafe fn op_element_far<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let element = raw::boxed_slot(s.get(s.byte(2)), 1 + s.word(1) as usize);
        s.set(s.byte(1), element);
        s.next(2)
    }
}

/// Makes sure of room at an instruction whose live word is its `live`-th; gives whether it is there without collecting.
macro_rules! room {
    ($s:ident, $words:expr, $live:literal) => {
        if !$s.has_room($words) || (!FAST && stress::due($s.process().heap())) {
            if FAST {
                return SLOW;
            }
            let flow = $s.make_room($words, $s.pc.add($live));
            if flow != NEXT {
                return flow;
            }
        }
    };
}

#[inline(always)]
pub(super) unsafe fn op_room<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        room!(s, s.count16(), 1);
        s.next(2)
    }
}

#[inline(always)]
pub(super) unsafe fn op_stack_room<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        room!(s, s.count16(), 1);
        s.next(2)
    }
}

/// A cons cell at the heap top.
#[inline(always)]
unsafe fn put_cons(s: &mut State<'_>, head: Word, tail: Word) -> Word {
    // SAFETY: room was made sure of.
    unsafe {
        let at = s.hp;
        *at = head;
        *at.add(1) = tail;
        s.hp = at.add(2);
        Word::cons_at(at)
    }
}

#[inline(always)]
pub(super) unsafe fn op_cons<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        room!(s, 2, 1);
        let cell = put_cons(s, s.get(s.byte(2)), s.get(s.byte(3)));
        s.set(s.byte(1), cell);
        s.next(2)
    }
}

#[inline(always)]
pub(super) unsafe fn op_put_cons<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let cell = put_cons(s, s.get(s.byte(2)), s.get(s.byte(3)));
        s.set(s.byte(1), cell);
        s.next(1)
    }
}

#[inline(always)]
pub(super) unsafe fn op_tuple2<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        room!(s, 3, 1);
        let at = s.hp;
        *at = Word::header(Boxed::Tuple, 2, 0);
        *at.add(1) = s.get(s.byte(2));
        *at.add(2) = s.get(s.byte(3));
        s.hp = at.add(3);
        s.set(s.byte(1), Word::boxed_at(at));
        s.next(2)
    }
}

/// The value of the source in the `n`-th word.
#[inline(always)]
pub(super) unsafe fn source(s: &State<'_>, n: usize) -> Word {
    // SAFETY: as above.
    unsafe {
        let word = s.word(n);
        match word & 7 {
            7 => s.get((word.cast_signed() >> 16) as isize),
            1 => Word(s.wide(n + (word >> 3) as usize)),
            _ => s.imm(n),
        }
    }
}

/// Words that `count` sources from the `n`-th word on take, with the terms behind them.
#[inline(always)]
pub(super) unsafe fn sources_len(s: &State<'_>, n: usize, count: usize) -> usize {
    // SAFETY: as above.
    unsafe { count + 2 * (n..n + count).filter(|index| s.word(*index) & 7 == 1).count() }
}

#[inline(always)]
pub(super) unsafe fn op_put_tuple<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let count = s.count16();
        let at = s.hp;
        *at = Word::header(Boxed::Tuple, count, 0);
        // Pairs are what most tuples are, `{:ok, value}` and the like.
        if count == 2 && s.word(1) & 7 != 1 && s.word(2) & 7 != 1 {
            *at.add(1) = source(s, 1);
            *at.add(2) = source(s, 2);
            s.hp = at.add(3);
            s.set(s.byte(1), Word::boxed_at(at));
            return s.next(3);
        }
        let mut terms = 0;
        for index in 0..count {
            // Word by word: tuples are short, and the loop for long ones takes longer to begin than theirs takes.
            at.add(1 + index).write_volatile(source(s, 1 + index));
            terms += usize::from(s.word(1 + index) & 7 == 1);
        }
        s.hp = at.add(1 + count);
        s.set(s.byte(1), Word::boxed_at(at));
        s.next(1 + count + 2 * terms)
    }
}

#[inline(always)]
pub(super) unsafe fn op_put_fun<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above; the fun entry is one of the module's own.
    unsafe {
        let count = s.count16();
        let entry = s.wide(1);
        let at = s.hp;
        let arity = (*(entry as *const jovial_term::FunEntry)).arity;
        *at = Word::header(Boxed::Fun, 1 + count, u16::from(arity));
        *at.add(1) = Word(entry);
        let mut terms = 0;
        for index in 0..count {
            *at.add(2 + index) = source(s, 3 + index);
            terms += usize::from(s.word(3 + index) & 7 == 1);
        }
        s.hp = at.add(2 + count);
        s.set(s.byte(1), Word::boxed_at(at));
        s.next(3 + count + 2 * terms)
    }
}

/// The sources from the first word on, as terms.
unsafe fn source_terms<'a>(s: &State<'a>, count: usize) -> Vec<Term<'a>> {
    // SAFETY: as above.
    unsafe { (0..count).map(|index| s.term(source(s, 1 + index))).collect() }
}

#[inline(always)]
pub(super) unsafe fn op_make_map<const FAST: bool>(s: &mut State<'_>) -> Flow {
    if FAST {
        return SLOW;
    }
    // SAFETY: as above.
    unsafe {
        let count = s.count16();
        let terms = source_terms(s, count);
        let map = s.heap().map_from(terms.chunks_exact(2).map(|pair| (pair[0], pair[1]))).word();
        s.reload();
        s.set(s.byte(1), map);
        s.next(1 + sources_len(s, 1, count))
    }
}

/// `MapPut` and `MapUpdate`.
#[cold]
#[inline(never)]
unsafe fn put(s: &mut State<'_>, must_have: bool) -> Flow {
    // SAFETY: as above.
    unsafe {
        let count = s.count16();
        let terms = source_terms(s, count);
        s.want_room_for(source(s, 1));
        let heap = s.heap();
        let mut map = terms[0];
        let failed = if map.as_map().is_none() { Some((known::BADMAP, map)) } else { None };
        let failed = failed.or_else(|| {
            for pair in terms[1..].chunks_exact(2) {
                let Some(old) = map.as_map() else { return Some((known::BADMAP, map)) };
                if must_have {
                    match heap.map_update(old, pair[0], pair[1]) {
                        Some(new) => map = new,
                        None => return Some((known::BADKEY, pair[0])),
                    }
                } else {
                    map = heap.map_put(old, pair[0], pair[1]);
                }
            }
            None
        });
        if let Some((name, term)) = failed {
            let reason = heap.tuple(&[Term::atom(name), term]).word();
            let searched = must_have && name == known::BADKEY && is_evaluated(s);
            let value = terms[1..].chunks_exact(2).find(|pair| pair[0].word() == term.word()).map(|pair| pair[1]);
            let args = match value.filter(|_| searched) {
                Some(value) => heap.list([term, value, terms[0]]).word(),
                None => Word::NIL,
            };
            s.reload();
            if !searched {
                return raise(s, Class::Error, reason, &First::None);
            }
            // Code that is evaluated once says in which map it looked.
            let first = First::Call { module: known::MAPS, name: Atom::new("update"), args, explained: false };
            return raise(s, Class::Error, reason, &first);
        }
        let map = map.word();
        s.reload();
        s.set(s.byte(1), map);
        s.next(1 + sources_len(s, 1, count))
    }
}

/// A small map with new values under keys that it has. Keys that are pointers go the long way.
#[inline(always)]
unsafe fn replace_values(s: &mut State<'_>) -> Flow {
    // SAFETY: as above; the copy lies in memory that is free, and counts only when all keys were found.
    unsafe {
        let count = s.count16();
        let map = source(s, 1);
        if !map.is_boxed() {
            return SLOW;
        }
        let header = raw::boxed_slot(map, 0);
        let size = header.header_size();
        if header.header_kind() != Boxed::FlatMap || !s.has_room(size + 1) {
            return SLOW;
        }
        let (keys, copy) = (raw::boxed_slot(map, 1), s.hp);
        let words = size + 1;
        for slot in 0..words {
            // Word by word: a call of a copying function would cost every handler its registers.
            copy.add(slot).write_volatile(raw::boxed_slot(map, slot));
        }
        let mut pair = 2;
        let mut terms = usize::from(s.word(1) & 7 == 1);
        while pair <= count {
            let (key, value) = (source(s, pair), source(s, pair + 1));
            // Keys that are immediates lie in the instruction.
            if key.is_pointer() || s.word(pair) & 7 == 1 {
                return SLOW;
            }
            let mut place = 1;
            while place < size && raw::boxed_slot(keys, place) != key {
                place += 1;
            }
            if place == size {
                return SLOW;
            }
            *copy.add(1 + place) = value;
            terms += usize::from(s.word(pair + 1) & 7 == 1);
            pair += 2;
        }
        s.hp = copy.add(words);
        s.set(s.byte(1), Word::boxed_at(copy));
        s.next(1 + count + 2 * terms)
    }
}

#[inline(always)]
pub(super) unsafe fn op_map_put<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe { if FAST { replace_values(s) } else { put(s, false) } }
}

#[inline(always)]
pub(super) unsafe fn op_map_update<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe { if FAST { replace_values(s) } else { put(s, true) } }
}

#[inline(always)]
pub(super) unsafe fn op_fetch<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        let (map, key) = (s.get(s.byte(2)), s.get(s.byte(3)));
        if FAST {
            // A small map has its sorted keys in a tuple; anything but a pointer is equal only to the same word.
            if key.is_pointer() || !map.is_boxed() || raw::boxed_slot(map, 0).header_kind() != Boxed::FlatMap {
                return SLOW;
            }
            let keys = raw::boxed_slot(map, 1);
            let mut place = raw::boxed_slot(keys, 0).header_size();
            while place != 0 {
                if raw::boxed_slot(keys, place) == key {
                    s.set(s.byte(1), raw::boxed_slot(map, 1 + place));
                    return s.next(2);
                }
                place -= 1;
            }
            return s.jump(1);
        }
        match s.term(map).as_map().and_then(|map| map.get(s.term(key))) {
            Some(value) => {
                s.set(s.byte(1), value.word());
                s.next(2)
            }
            None => s.jump(1),
        }
    }
}

#[inline(always)]
pub(super) unsafe fn op_jump_no_key<const FAST: bool>(s: &mut State<'_>) -> Flow {
    // SAFETY: as above.
    unsafe {
        if FAST {
            let (map, key) = (s.get(s.byte(1)), s.get(s.byte(2)));
            if key.is_pointer() || !map.is_boxed() || raw::boxed_slot(map, 0).header_kind() != Boxed::FlatMap {
                return SLOW;
            }
            let keys = raw::boxed_slot(map, 1);
            let mut place = raw::boxed_slot(keys, 0).header_size();
            while place != 0 && raw::boxed_slot(keys, place) != key {
                place -= 1;
            }
            return s.test(place != 0, 1);
        }
        let (map, key) = (s.get_term(s.byte(1)), s.get_term(s.byte(2)));
        s.test(map.as_map().is_some_and(|map| map.contains_key(key)), 1)
    }
}
