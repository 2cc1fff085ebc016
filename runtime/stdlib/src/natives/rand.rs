//! Numbers of the default generator of `:rand`, `:exsss`, where its state stands in the process dictionary.
//!
//! **How.** One step takes a dozen operations on two words, and everything around it in Elixir takes ten times as long. Any other
//! generator, and a process that has none yet, gets `none`, and `:rand` goes on by itself. The generator is Xorshift116 with the
//! scrambler of Xoroshiro's family (Vigna and Blackman), as `rand.ex` describes it.
//!
//! **Invariants.** The numbers, and the state that is left, are those of the steps in `rand.ex`.

use jovial_atoms::known;
use jovial_term::Term;
use jovial_vm::Ctx;

use super::Entry;
use super::support::{Out, need};

pub(crate) const TABLE: &[Entry] = &[
    ("jovial_rand", "uniform", 0, |ctx, _| {
        let Some(mut state) = State::of(ctx) else { return Ok(Term::atom(known::NONE)) };
        let word = state.next();
        state.keep(ctx);
        // The upper 53 bits.
        #[expect(clippy::cast_precision_loss, reason = "so many a float has")]
        Ok(ctx.heap().float((word >> 5) as f64 * (0.5 * f64::EPSILON)))
    }),
    ("jovial_rand", "uniform", 1, uniform),
];

const BITS: u32 = 58;
const MASK: u64 = (1 << BITS) - 1;

struct State<'h> {
    /// What `:rand` knows of the generator.
    handler: Term<'h>,
    newer: u64,
    older: u64,
}

impl<'h> State<'h> {
    fn of(ctx: &Ctx<'h>) -> Option<State<'h>> {
        let [handler, words] = *ctx.process().dictionary_get(Term::atom(known::RAND_SEED))?.as_tuple_of::<2>()?;
        handler.as_map()?.get(Term::atom(known::TYPE)).filter(|kind| kind.is_atom(known::EXSSS))?;
        let (newer, older) = words.as_cons()?;
        let word = |term: Term<'h>| term.as_u64().filter(|word| *word <= MASK);
        Some(State { handler, newer: word(newer)?, older: word(older)? })
    }

    fn next(&mut self) -> u64 {
        let fivefold = (self.older * 5) & MASK;
        let turned = (fivefold << 7) & MASK | fivefold >> (BITS - 7);
        let mixed = self.newer ^ (self.newer << 24) & MASK;
        let next = mixed ^ self.older ^ (mixed >> 11) ^ (self.older >> 41);
        (self.newer, self.older) = (self.older, next);
        (turned * 9) & MASK
    }

    fn keep(&self, ctx: &Ctx<'h>) {
        let heap = ctx.heap();
        let words = heap.cons(heap.uint(self.newer), heap.uint(self.older));
        ctx.process().dictionary_put(Term::atom(known::RAND_SEED), heap.tuple(&[self.handler, words]));
    }
}

/// `uniform(n)`: an integer from 1 to `n`.
fn uniform<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let (Some(count), Some(mut state)) =
        (args[0].as_u64().filter(|count| (1..=1 << BITS).contains(count)), State::of(ctx))
    else {
        return Ok(Term::atom(known::NONE));
    };
    // Words at the top, where `count` does not fit any more, are thrown away.
    let rest = loop {
        let word = state.next();
        let rest = word % count;
        if word - rest <= (1 << BITS) - count {
            break rest;
        }
    };
    state.keep(ctx);
    need(i64::try_from(rest + 1).ok()).map(|number| ctx.heap().int(number))
}
