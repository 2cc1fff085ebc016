//! A part of a hash table: objects in the order of their keys' hashes.
//!
//! **What it is for.** [`Shard`] finds the objects of a hash and those of the next one. Objects that share a hash form a *run*, in
//! the order in which they came.
//!
//! **How.** Buckets divide the range of hashes evenly, by their top bits. So all objects lie in the order of their hashes,
//! whatever the number of buckets is, and a bucket that is split or joined changes nothing for who walks over them. There are
//! about as many buckets as objects.
//!
//! **Invariants.**
//! 1. An entry lies in the bucket that its hash names; within a bucket entries are sorted by hash, and those with the same hash are
//!    in the order of their coming.
//! 2. The number of buckets is 0 or a power of two.
//!
//! **What it must not know.** Keys: what it is asked for are hashes.

use jovial_term::Fragment;
use smallvec::SmallVec;

/// Bits of a hash that chose the shard: the same for all that is in it.
pub(super) const SHARD_BITS: u32 = 4;

/// Buckets are joined when there are so many for each object.
const SPARSE: usize = 8;

/// Entries of a bucket that are looked through from the first on; more are searched by halves.
const LOOKED_THROUGH: usize = 8;

/// An object, with the hash of its key.
pub(super) struct Entry {
    pub(super) hash: u64,
    pub(super) object: Fragment,
}

type Bucket = SmallVec<[Entry; 1]>;

#[derive(Default)]
pub(super) struct Shard {
    buckets: Vec<Bucket>,
    /// Entries in all of them.
    len: usize,
}

impl Shard {
    /// The bucket of a hash, if there are any.
    #[inline]
    fn place(&self, hash: u64) -> usize {
        // A shift by all bits is not defined, so one of them goes before.
        let bits = self.buckets.len().trailing_zeros();
        ((hash << SHARD_BITS >> 1) >> (63 - bits)) as usize
    }

    /// Where the run of a hash lies in its bucket.
    #[inline]
    fn bounds(bucket: &[Entry], hash: u64) -> std::ops::Range<usize> {
        if bucket.len() <= LOOKED_THROUGH {
            let start = bucket.iter().position(|entry| entry.hash >= hash).unwrap_or(bucket.len());
            let len = bucket[start..].iter().take_while(|entry| entry.hash == hash).count();
            return start..start + len;
        }
        // In a bag a key may have any number of objects.
        bucket.partition_point(|entry| entry.hash < hash)..bucket.partition_point(|entry| entry.hash <= hash)
    }

    /// The objects with this hash.
    #[inline]
    pub(super) fn run(&self, hash: u64) -> &[Entry] {
        if self.buckets.is_empty() {
            return &[];
        }
        let bucket = &self.buckets[self.place(hash)];
        &bucket[Shard::bounds(bucket, hash)]
    }

    /// The same to be changed. Hashes stay.
    #[inline]
    pub(super) fn run_mut(&mut self, hash: u64) -> &mut [Entry] {
        if self.buckets.is_empty() {
            return &mut [];
        }
        let place = self.place(hash);
        let bucket = &mut self.buckets[place];
        let bounds = Shard::bounds(bucket, hash);
        &mut bucket[bounds]
    }

    /// The objects with the hash that comes after this one, or with the first of all. None are left when it is empty.
    #[inline]
    pub(super) fn after(&self, hash: Option<u64>) -> &[Entry] {
        if self.len == 0 {
            return &[];
        }
        let start = hash.map_or(0, |hash| self.place(hash));
        for bucket in &self.buckets[start..] {
            let first = hash.map_or(0, |hash| Shard::bounds(bucket, hash).end);
            if let Some(entry) = bucket.get(first) {
                return &bucket[Shard::bounds(bucket, entry.hash)];
            }
        }
        &[]
    }

    /// All objects.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.buckets.iter().flatten()
    }

    /// Adds an object behind those with its hash.
    pub(super) fn push(&mut self, hash: u64, object: Fragment) {
        if self.len >= self.buckets.len() {
            self.split();
        }
        let place = self.place(hash);
        let bucket = &mut self.buckets[place];
        let end = Shard::bounds(bucket, hash).end;
        bucket.insert(end, Entry { hash, object });
        self.len += 1;
    }

    /// Keeps of the objects with this hash those that `keep` wants.
    pub(super) fn retain(&mut self, hash: u64, mut keep: impl FnMut(&Entry) -> bool) {
        if self.buckets.is_empty() {
            return;
        }
        let place = self.place(hash);
        let bucket = &mut self.buckets[place];
        let before = bucket.len();
        bucket.retain(|entry| entry.hash != hash || keep(entry));
        self.len -= before - bucket.len();
        if self.len * SPARSE < self.buckets.len() {
            self.join();
        }
    }

    /// Twice as many buckets.
    #[cold]
    fn split(&mut self) {
        let old = std::mem::take(&mut self.buckets);
        let len = (old.len() * 2).max(1);
        self.buckets.reserve_exact(len);
        if old.is_empty() {
            self.buckets.push(Bucket::new());
            return;
        }
        // The bit of a hash that decides between the two halves of its bucket.
        let bit = 1u64 << (63 - SHARD_BITS - old.len().trailing_zeros());
        for mut bucket in old {
            let middle = bucket.partition_point(|entry| entry.hash & bit == 0);
            let upper: Bucket = bucket.drain(middle..).collect();
            bucket.shrink_to_fit();
            self.buckets.push(bucket);
            self.buckets.push(upper);
        }
    }

    /// Half as many buckets, or none.
    #[cold]
    fn join(&mut self) {
        let old = std::mem::take(&mut self.buckets);
        if self.len == 0 {
            return;
        }
        self.buckets.reserve_exact(old.len() / 2);
        let mut old = old.into_iter();
        while let (Some(mut lower), Some(upper)) = (old.next(), old.next()) {
            lower.extend(upper);
            self.buckets.push(lower);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jovial_term::Term;

    use super::*;

    fn number(entry: &Entry) -> i64 {
        entry.object.root().as_small().expect("all objects are small integers")
    }

    /// Against a map of lists, with hashes of which many differ in their last bits only.
    #[test]
    fn a_shard_agrees_with_a_map() {
        let mut random = crate::random::Random::new(7);
        let (mut shard, mut model) = (Shard::default(), BTreeMap::<u64, Vec<i64>>::new());
        for step in 0..40_000 {
            let hash = match random.next() % 3 {
                0 => random.next() % 8,
                1 => (random.next() % 32) << (59 - SHARD_BITS),
                _ => (random.next() % 4_000).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> SHARD_BITS,
            };
            // Grows at first, then shrinks to nothing.
            if random.next() % 40_000 > step {
                let value = random.next() % 1_000;
                shard.push(hash, Fragment::immediate(Term::small32(value as i32)));
                model.entry(hash).or_default().push(value.cast_signed());
            } else {
                let odd = random.next() % 2 == 1;
                shard.retain(hash, |entry| odd && number(entry) % 2 == 1);
                if let Some(values) = model.get_mut(&hash) {
                    values.retain(|value| odd && value % 2 == 1);
                    if values.is_empty() {
                        model.remove(&hash);
                    }
                }
            }
            let run = |entries: &[Entry]| entries.iter().map(number).collect::<Vec<_>>();
            assert_eq!(run(shard.run(hash)), model.get(&hash).cloned().unwrap_or_default());
            let next = model.range(hash + 1..).next();
            assert_eq!(shard.after(Some(hash)).first().map(|entry| entry.hash), next.map(|(hash, _)| *hash));
        }
        let mut walked = Vec::new();
        let mut at = None;
        while let Some(entry) = shard.after(at).first() {
            at = Some(entry.hash);
            walked.push((entry.hash, shard.run(entry.hash).iter().map(number).collect::<Vec<_>>()));
        }
        assert_eq!(walked, model.into_iter().collect::<Vec<_>>());
        assert_eq!(walked.iter().map(|(_, values)| values.len()).sum::<usize>(), shard.iter().count());
        for (hash, _) in walked {
            shard.retain(hash, |_| false);
        }
        assert!(shard.buckets.is_empty());
    }
}
