//! The collector against copies as text.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jovial_term::raw::{self, WholeStack, Word};
use jovial_term::{Fragment, Heap, HeapOptions, LiteralArea, LiteralBuilder, Term};
use proptest::prelude::*;

use crate::gen_terms::{Plain, plain, show};

/// A process of the test: registers that are roots.
struct Mock {
    heap: Heap,
    registers: Vec<Word>,
}

impl Mock {
    fn new() -> Mock {
        // Verifies and poisons in release builds too.
        static STRESS: std::sync::Once = std::sync::Once::new();
        STRESS.call_once(|| jovial_term::stress::set_period(1));
        Mock { heap: Heap::new(), registers: Vec::new() }
    }

    fn keep(&mut self, plain: &Plain) {
        let word = plain.build(&self.heap).word();
        self.registers.push(word);
    }

    fn collect(&mut self, need: usize) {
        // SAFETY: all words in use are in the registers.
        unsafe { raw::collect(&mut self.heap, need, &mut WholeStack(&mut self.registers)) }.expect("memory");
        assert!(self.heap.free_words() >= need);
        jovial_term::verify::heap(&self.heap).expect("a sound heap");
    }

    fn major(&mut self) {
        // SAFETY: as above.
        unsafe { raw::collect_now(&mut self.heap, 0, &mut WholeStack(&mut self.registers)) }.expect("memory");
    }

    fn shown(&self) -> Vec<String> {
        // SAFETY: registers are kept up to date by `collect`.
        self.registers.iter().map(|word| show(unsafe { raw::term(&self.heap, *word) })).collect()
    }

    fn term(&self, register: usize) -> Term<'_> {
        // SAFETY: as above.
        unsafe { raw::term(&self.heap, self.registers[register]) }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn collections_keep_every_root(values in proptest::collection::vec((plain(), any::<u8>()), 1..24)) {
        let mut mock = Mock::new();
        let mut expected = Vec::new();
        for (value, action) in values {
            mock.keep(&value);
            expected.push(show(mock.term(mock.registers.len() - 1)));
            match action % 8 {
                0..4 => mock.collect(usize::from(action)),
                4 => mock.major(),
                5 => {
                    // Forgotten roots are garbage from here on.
                    let place = usize::from(action) % expected.len();
                    expected.remove(place);
                    mock.registers.remove(place);
                }
                _ => {}
            }
            prop_assert_eq!(mock.shown(), expected.clone());
        }
        // SAFETY: all words in use are in the registers.
        unsafe { raw::hibernate(&mut mock.heap, &mut WholeStack(&mut mock.registers)) }.expect("memory");
        prop_assert_eq!(mock.shown(), expected);
    }

    #[test]
    fn fragments_hold_the_whole_term(value in plain()) {
        let heap = Heap::new();
        let term = value.build(&heap);
        let expected = show(term);
        let fragment = Fragment::copy_of(term).expect("memory");
        prop_assert_eq!(fragment.words(), term.flat_size());
        drop(heap);
        prop_assert_eq!(show(fragment.root()), expected.clone());
        let mut mock = Mock::new();
        mock.registers.push(mock.heap.copy_in(fragment.root()).word());
        let word = mock.heap.adopt(fragment).word();
        mock.registers.push(word);
        prop_assert_eq!(mock.shown(), vec![expected.clone(), expected.clone()]);
        mock.collect(0);
        mock.collect(0);
        prop_assert_eq!(mock.shown(), vec![expected.clone(), expected]);
    }
}

#[test]
fn the_stack_moves_with_the_block() {
    let mut mock = Mock::new();
    let list = mock.heap.list((0..5).map(Term::small32)).word();
    // SAFETY: the fresh block has room for a few slots.
    unsafe {
        let sp = raw::sp(&mock.heap).sub(2);
        *sp = list;
        *sp.add(1) = Word::small(77);
        raw::set_sp(&mock.heap, sp);
    }
    for need in [10, 200, 3000] {
        mock.collect(need);
        // SAFETY: two slots were pushed.
        unsafe {
            let sp = raw::sp(&mock.heap);
            assert_eq!(*sp.add(1), Word::small(77));
            assert_eq!(show(raw::term(&mock.heap, *sp)), "[0,1,2,3,4]");
        }
    }
    assert_eq!(mock.heap.stats().stack_used, 2);
}

#[test]
fn survivors_grow_old_and_garbage_goes() {
    let mut mock = Mock::new();
    mock.keep(&Plain::List((0..100).map(Plain::Int).collect()));
    mock.collect(0);
    assert_eq!(mock.heap.stats().old_used, 0);
    mock.collect(0);
    assert_eq!(mock.heap.stats().old_used, 200);
    assert_eq!(mock.heap.stats().heap_used, 0);
    mock.registers.clear();
    mock.major();
    assert_eq!(mock.heap.stats().old_words, 0);
    assert_eq!(mock.heap.stats().heap_used, 0);
    assert_eq!(
        mock.heap.stats().block_words,
        Heap::new().stats().block_words,
        "an empty heap shrinks to its smallest block"
    );
}

#[test]
fn a_million_deep_list_is_copied_compared_and_hashed() {
    let mut mock = Mock::new();
    let mut term = Term::EMPTY_LIST;
    for _ in 0..1_000_000 {
        term = mock.heap.cons(term, Term::EMPTY_LIST);
    }
    let word = term.word();
    mock.registers.push(word);
    mock.collect(0);
    mock.collect(0);
    let term = mock.term(0);
    assert_eq!(term.flat_size(), 2_000_000);
    let fragment = Fragment::copy_of(term).expect("memory");
    assert!(fragment.root().same(term) && fragment.root().equals(term));
    assert!(fragment.root().compare(term).is_eq());
    assert_eq!(fragment.root().hash64(), term.hash64());
    assert_ne!(mock.heap.cons(term, term).hash64(), term.hash64());
}

struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn resources_are_dropped_once_when_nothing_holds_them() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let mut mock = Mock::new();
    let word = mock.heap.magic_ref(1, Arc::new(Counted(dropped.clone()))).word();
    mock.registers.push(word);
    mock.collect(0);
    mock.collect(0);
    let fragment = Fragment::copy_of(mock.term(0)).expect("memory");
    assert!(mock.term(0).as_ref().and_then(|magic| magic.downcast::<Counted>().map(|_| ())).is_some());
    mock.registers.clear();
    mock.major();
    assert_eq!(dropped.load(Ordering::Relaxed), 0, "the fragment holds it");
    drop(fragment);
    assert_eq!(dropped.load(Ordering::Relaxed), 1);
    let word = mock.heap.magic_ref(2, Arc::new(Counted(dropped.clone()))).word();
    mock.registers.push(word);
    drop(mock);
    assert_eq!(dropped.load(Ordering::Relaxed), 2);
}

#[test]
fn literals_stay_where_they_are() {
    let builder = LiteralBuilder::new();
    let area = LiteralArea::new(&[builder.heap().tuple(&[Term::OK, builder.heap().binary(&[1; 300])])]).expect("room");
    let mut mock = Mock::new();
    let word = mock.heap.cons(area.get(0), Term::EMPTY_LIST).word();
    mock.registers.push(word);
    mock.collect(0);
    let (head, _) = mock.term(0).as_cons().expect("a cell");
    assert!(head.is_same(area.get(0)));
    assert_eq!(mock.term(0).flat_size(), 2);
}

#[test]
fn the_limit_leaves_the_heap_as_it_was() {
    let mut heap = Heap::with_options(HeapOptions { max_words: 5_000, ..HeapOptions::default() }).expect("memory");
    let word = heap.list((0..4_000).map(Term::small32)).word();
    let mut registers = [word];
    // SAFETY: the only word in use is in the registers.
    let result = unsafe { raw::collect(&mut heap, 0, &mut WholeStack(&mut registers)) };
    assert!(matches!(result, Err(raw::CollectError::HeapLimit { max: 5_000, .. })));
    // SAFETY: nothing moved.
    assert_eq!(unsafe { raw::term(&heap, registers[0]) }.list_len(), Some(4_000));
}

#[test]
fn appending_is_linear() {
    let mut mock = Mock::new();
    let word = mock.heap.binary(b"").word();
    mock.registers.push(word);
    for round in 0..20_000u32 {
        let longer = mock.heap.append(mock.term(0), jovial_term::Bits::from(&b"0123456789"[..])).expect("room");
        let word = longer.word();
        mock.registers[0] = word;
        if round % 100 == 0 || mock.heap.wants_collection() {
            mock.collect(0);
        }
    }
    let bytes = mock.term(0).bytes().expect("a binary");
    assert_eq!(bytes.len(), 200_000);
    assert!(bytes.chunks(10).all(|chunk| chunk == b"0123456789"));
}

#[test]
fn stress_mode_asks_at_every_nth_safepoint() {
    let heap = Heap::new();
    let _ = Mock::new();
    raw::stress::set_period(3);
    let asked: Vec<bool> = (0..7).map(|_| raw::stress::due(&heap)).collect();
    raw::stress::set_period(1);
    assert_eq!(asked.iter().filter(|due| **due).count(), 3);
    assert!(raw::stress::due(&heap));
}

#[test]
fn stress_mode_asks_less_often_of_large_heaps() {
    let heap = Heap::new();
    let _ = Mock::new();
    let _list = heap.list((0..3_000).map(Term::small32));
    let asked = (0..100).filter(|_| raw::stress::due(&heap)).count();
    assert!((10..=50).contains(&asked), "6,000 words were asked {asked} times in 100");
}

#[cfg(debug_assertions)]
#[test]
fn a_pointer_into_another_heap_is_found() {
    let other = Heap::new();
    let mut mock = Mock::new();
    mock.registers.push(other.list([Term::OK]).word());
    let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| mock.collect(0)));
    assert!(found.is_err(), "debug builds look where every pointer leads");
    // The half-moved heap is given up.
    std::mem::forget(mock);
}

#[test]
fn binaries_count_towards_the_limit() {
    let mut heap = Heap::with_options(HeapOptions { max_words: 1 << 20, ..HeapOptions::default() }).expect("memory");
    let mut registers = [Word::NIL];
    let mut refused = false;
    for round in 0..100 {
        if heap.wants_collection() {
            // SAFETY: the register is the only word in use.
            refused = unsafe { raw::collect(&mut heap, 0, &mut WholeStack(&mut registers)) }.is_err();
            if refused {
                assert!((8..=14).contains(&round), "about eight megabytes, in round {round}");
                break;
            }
        }
        // SAFETY: kept up to date by the collections.
        let kept = unsafe { Term::from_word(registers[0]) };
        let binary = heap.binary(&vec![7; 1 << 20]);
        // Two handles on the same storage count once.
        let copy = heap.copy_in(binary);
        registers[0] = heap.list_with_tail([binary, copy], kept).word();
    }
    assert!(refused, "one hundred megabytes are too many");
}

#[test]
fn a_deep_stack_is_walked_few_times() {
    let mut heap = Heap::new();
    let mut collections = 0;
    for depth in 0..1 << 22 {
        if heap.free_words() < 8 {
            // SAFETY: all words in use are on the stack.
            unsafe { raw::collect(&mut heap, 8, &mut WholeStack(&mut [])) }.expect("memory");
            collections += 1;
        }
        // SAFETY: a word is free, see above.
        unsafe {
            let sp = raw::sp(&heap).sub(1);
            *sp = Word::small(depth);
            raw::set_sp(&heap, sp);
        }
    }
    assert_eq!(heap.stats().stack_used, 1 << 22);
    // From the first block to the depth by doubling; by fifths, as other data grows, it would be eight more.
    assert!(collections <= 18, "{collections} collections");
}
