//! Numbers that look random and are not: the same seed gives the same ones everywhere.

/// `SplitMix64` (Steele, Lea, Flood 2014), which takes any seed, also a small one.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers for one round of a run. Rounds don't depend on each other, so that any of them can be had alone.
    pub fn of_round(seed: u64, round: u64) -> Self {
        let mut random = Random(seed);
        Random(random.bits() ^ round.wrapping_mul(0xD6E8_FEB8_6659_FD93))
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below the bound; 0 if there is none.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = bound.max(1) as u64;
        usize::try_from(self.bits() % bound).unwrap_or(0)
    }

    /// Small numbers often, large ones seldom: each size below `2^bits` is as likely as any other.
    pub fn size(&mut self, bits: usize) -> usize {
        let bits = self.below(bits + 1);
        self.below(1 << bits)
    }

    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of them.
    ///
    /// # Panics
    /// If there are none.
    pub fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    pub fn byte(&mut self) -> u8 {
        self.bits().to_le_bytes()[7]
    }
}
