//! Crowds: as many processes as the design promises, on the real interpreter and real schedulers.

use jovial_term::{Term, raw};

use super::programs::World;
use super::scripts::LONG;

/// A crowd's size: the promised one where the code is optimised and nothing checks each step.
fn size(promised: usize) -> usize {
    if cfg!(debug_assertions) || raw::stress::period() > 0 { promised / 100 } else { promised }
}

fn count(number: usize) -> [Term<'static>; 1] {
    [Term::count(number)]
}

#[test]
fn a_million_live_processes() {
    let crowd = size(1_000_000);
    let world = World::threads(2);
    world.spawn(1, "free_crowd", &count(crowd));
    assert_eq!(world.await_notes(1), ["spawned"]);
    assert_eq!(world.runtime.process_count(), crowd + 1);
    assert!(world.runtime.settle(1, LONG), "all wait");
    // Each has its first block and nothing else; what is beyond a process's own struct is its slot in the table.
    let words = usize::try_from(world.runtime.total_heap_words()).expect("fits") / crowd;
    assert!(words <= 65, "{words} words of heap each");
    assert_eq!(world.runtime.kill_tag(1), crowd + 1);
    assert!(world.runtime.settle(1, LONG));
    assert_eq!((world.runtime.process_count(), world.runtime.total_heap_words()), (0, 0));
}

#[test]
fn a_cascade_through_a_hundred_thousand_links() {
    let length = size(100_000);
    let world = World::threads(2);
    let first = world.spawn(2, "chain", &count(length));
    assert_eq!(world.await_notes(1), ["spawned"]);
    assert_eq!(world.runtime.process_count(), length + 1);
    assert!(world.runtime.kill(first));
    assert!(world.runtime.settle(2, LONG));
    assert_eq!(world.runtime.process_count(), 0);
}

#[test]
fn a_thousand_tight_loops_are_killed() {
    let world = World::threads(2);
    let loops: Vec<_> = (0..1_000).map(|_| world.spawn(3, "loop", &[])).collect();
    // They hold up nobody who comes later.
    let late = world.spawn(4, "timeout", &[Term::ZERO]);
    assert!(world.runtime.await_exit(late, LONG).is_some());
    assert_eq!(world.runtime.kill_tag(3), loops.len());
    // The late one has told of its end before it is off the table.
    assert!(world.runtime.settle(3, LONG) && world.runtime.settle(4, LONG));
    assert_eq!(world.runtime.process_count(), 0);
}
