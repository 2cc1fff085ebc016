//! Integers against 128-bit arithmetic and the algebra of larger ones.

use std::cell::Cell;
use std::cmp::Ordering;

use jovial_term::{ArithError, GivenUp, Heap, Int, Term, Wanted};
use proptest::prelude::*;

/// Integers whose sums and products of halves fit 128 bits, with many near the borders.
fn value() -> impl Strategy<Value = i128> {
    prop_oneof![
        any::<i8>().prop_map(i128::from),
        any::<i64>().prop_map(i128::from),
        (-3i128..3, 60u32..66).prop_map(|(near, bits)| near + (1 << bits)),
        (-3i128..3, 60u32..66).prop_map(|(near, bits)| near - (1 << bits)),
        any::<i128>().prop_map(|value| value >> 2),
    ]
}

/// Digits of numbers of up to a few thousand bits.
fn digits() -> impl Strategy<Value = String> {
    prop_oneof!["-?[1-9][0-9]{0,40}", "-?[1-9][0-9]{30,900}", "-?[1-9][0-9]{900,2500}"]
}

fn text(term: Term<'_>) -> String {
    term.as_int().expect("an integer").to_text(10)
}

fn normal(term: Term<'_>) -> bool {
    match term.as_int() {
        Some(Int::Small(_)) => true,
        Some(Int::Big { limbs, negative }) => {
            limbs.last() != Some(&0) && (limbs.len() > 1 || limbs[0] > (1 << 62) - u64::from(!negative))
        }
        None => false,
    }
}

proptest! {
    #[test]
    fn agrees_with_128_bits(left in value(), right in value(), shift in 0u32..62) {
        let heap = Heap::new();
        let (a, b) = (heap.int128(left), heap.int128(right));
        let check = |result: Result<Term<'_>, ArithError>, expected: i128| {
            let result = result.expect("a result");
            assert!(normal(result));
            assert_eq!(text(result), expected.to_string());
        };
        check(heap.add(a, b), left + right);
        check(heap.sub(a, b), left - right);
        check(heap.band(a, b), left & right);
        check(heap.bor(a, b), left | right);
        check(heap.bxor(a, b), left ^ right);
        check(heap.bnot(a), !left);
        check(heap.negate(a), -left);
        check(heap.abs(a), left.abs());
        check(heap.bsr(a, Term::small32(shift as i32)), left >> shift);
        check(heap.bsl(a, Term::small32(-(shift as i32))), left >> shift);
        let (half, other) = (left >> 64, right >> 64);
        check(heap.mul(heap.int128(half), heap.int128(other)), half * other);
        check(heap.bsl(heap.int128(half), Term::small32(shift as i32)), half << shift);
        if right == 0 {
            prop_assert_eq!(heap.div(a, b).err(), Some(ArithError::BadArith));
            prop_assert_eq!(heap.rem(a, b).err(), Some(ArithError::BadArith));
        } else {
            check(heap.div(a, b), left / right);
            check(heap.rem(a, b), left % right);
        }
        prop_assert_eq!(a.compare(b), left.cmp(&right));
        prop_assert_eq!(a.same(b), left == right);
    }

    #[test]
    fn text_comes_back(digits in digits(), base in 2u32..=36) {
        let heap = Heap::new();
        let term = heap.parse_int(digits.as_bytes(), 10).expect("digits");
        prop_assert_eq!(text(term), digits);
        let other = term.as_int().expect("an integer").to_text(base);
        let again = heap.parse_int(other.as_bytes(), base).expect("digits");
        prop_assert!(again.same(term));
        prop_assert!(heap.parse_int(other.to_lowercase().as_bytes(), base).expect("digits").same(term));
    }

    #[test]
    fn algebra_holds_for_large_ones(a in digits(), b in digits(), c in digits(), shift in 0i32..300) {
        let heap = Heap::new();
        let [a, b, c] = [a, b, c].map(|digits| heap.parse_int(digits.as_bytes(), 10).expect("digits"));
        let ok = |result: Result<Term<'_>, ArithError>| result.expect("a result").word();
        // SAFETY: words of this heap, which does not collect.
        let term = |word| unsafe { Term::from_word(word) };
        let sum = term(ok(heap.add(a, b)));
        prop_assert!(term(ok(heap.sub(sum, b))).same(a));
        let product = term(ok(heap.mul(sum, c)));
        let parts = heap.add(term(ok(heap.mul(a, c))), term(ok(heap.mul(b, c)))).expect("a result");
        prop_assert!(product.same(parts));
        let (quotient, rest) = (term(ok(heap.div(product, b))), term(ok(heap.rem(product, b))));
        let whole = heap.add(term(ok(heap.mul(quotient, b))), rest).expect("a result");
        prop_assert!(whole.same(product));
        prop_assert!(heap.abs(rest).expect("a result").compare(heap.abs(b).expect("a result")) == Ordering::Less);
        let shifted = term(ok(heap.bsl(a, Term::small32(shift))));
        prop_assert!(heap.bsr(shifted, Term::small32(shift)).expect("a result").same(a));
        let both = heap.add(heap.band(a, b).expect("a result"), heap.bor(a, b).expect("a result")).expect("a result");
        prop_assert!(both.same(sum));
    }

    #[test]
    fn floats_and_integers_compare_exactly(value in value(), float in prop_oneof![
        any::<i64>().prop_map(|value| value as f64),
        proptest::num::f64::NORMAL,
        (-20i32..20).prop_map(|value| f64::from(value) / 4.0),
    ]) {
        let heap = Heap::new();
        let order = heap.int128(value).compare(heap.float(float));
        // Below 2^127 a float's whole part fits, and its fraction decides the rest.
        let expected = if float.abs() >= 2.0_f64.powi(126) {
            if float > 0.0 { Ordering::Less } else { Ordering::Greater }
        } else {
            value.cmp(&(float.trunc() as i128)).then(0.0.partial_cmp(&float.fract()).expect("numbers"))
        };
        prop_assert_eq!(order, expected);
        let nearest = heap.int128(value).as_int().expect("an integer").to_f64().expect("in range");
        prop_assert_eq!(nearest, value as f64);
        if float.abs() < 2.0_f64.powi(126) {
            prop_assert_eq!(text(heap.int_from_float(float).expect("finite")), (float as i128).to_string());
        }
    }
}

#[test]
fn limits_and_wrong_operands() {
    let heap = Heap::new();
    let one = Term::small32(1);
    let far = heap.int(1 << 40);
    assert_eq!(heap.bsl(one, far).err(), Some(ArithError::SystemLimit));
    assert_eq!(heap.bsl(Term::ZERO, far).ok().and_then(Term::as_small), Some(0));
    assert_eq!(heap.bsr(Term::small32(-5), far).ok().and_then(Term::as_small), Some(-1));
    assert_eq!(heap.add(one, Term::TRUE).err(), Some(ArithError::BadArith));
    assert_eq!(heap.band(one, heap.float(1.0)).err(), Some(ArithError::BadArith));
    assert_eq!(heap.divide(one, Term::ZERO).err(), Some(ArithError::BadArith));
    assert_eq!(heap.divide(one, heap.float(-0.0)).err(), Some(ArithError::BadArith));
    assert_eq!(heap.mul(heap.float(1e300), heap.float(1e300)).err(), Some(ArithError::BadArith));
    assert_eq!(heap.divide(Term::small32(7), Term::small32(2)).ok().and_then(Term::as_float), Some(3.5));
    let huge = heap.bsl(one, Term::small32(2000)).expect("within limits");
    assert_eq!(heap.add(huge, heap.float(1.0)).err(), Some(ArithError::BadArith));
    for text in ["", "-", "+", "12a", "1_0", " 1"] {
        assert!(heap.parse_int(text.as_bytes(), 10).is_none(), "{text:?}");
    }
}

#[test]
fn factorials_end_in_the_right_digits() {
    let heap = Heap::new();
    let product = (1..=500).try_fold(Term::small32(1), |product, n| heap.mul(product, Term::small32(n)));
    let text = text(product.expect("within limits"));
    assert_eq!(text.len(), 1135);
    assert!(text.starts_with("12201368259911100687012387854230469262535743428031928421924135883858"));
    assert_eq!(text.len() - text.trim_end_matches('0').len(), 124);
}

/// A number of so many limbs: not at all regular, or full of zeros and ones.
fn long<'h>(heap: &'h Heap, limbs: usize, seed: u64) -> Term<'h> {
    let mut state = seed.wrapping_mul(2) | 1;
    let mut next = || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(seed | 1);
        state ^ (state >> 29)
    };
    let mut limbs: Vec<u64> = (0..limbs)
        .map(|_| match seed % 3 {
            0 => next(),
            1 => u64::MAX,
            _ => {
                if next() % 4 == 0 {
                    u64::MAX
                } else {
                    0
                }
            }
        })
        .collect();
    if let Some(top) = limbs.last_mut() {
        *top |= if seed.is_multiple_of(2) { 1 } else { 1 << 63 };
    }
    heap.big(seed.is_multiple_of(5), &limbs)
}

/// What a number leaves when divided by small ones, limb by limb: another way than that of long division.
fn residues(term: Term<'_>) -> Vec<i128> {
    let mut buffer = [0];
    let (negative, limbs) = term.as_int().expect("an integer").magnitude(&mut buffer);
    let rest = |modulus: u128| limbs.iter().rev().fold(0, |rest, limb| ((rest << 64) | u128::from(*limb)) % modulus);
    [0xffff_ffff_ffff_ffc5, 0x1fff_ffff_ffff_ffff, 999_999_999_999_989]
        .map(|modulus| rest(modulus) as i128 * if negative { -1 } else { 1 })
        .to_vec()
}

/// Lengths on both sides of every change of method, and of the lengths of transforms.
#[test]
fn long_products_and_quotients_are_exact() {
    let moduli = [0xffff_ffff_ffff_ffc5_i128, 0x1fff_ffff_ffff_ffff, 999_999_999_999_989];
    let lengths = [1, 31, 33, 200, 2047, 2048, 2049, 2600, 4095, 4097, 5500, 9001, 16_400, 33_000];
    for (number, left_len) in lengths.into_iter().enumerate() {
        for right_len in lengths {
            if left_len + right_len > 40_000 {
                continue;
            }
            let heap = Heap::new();
            let seed = number as u64 * 31 + right_len as u64;
            let (left, right) = (long(&heap, left_len, seed), long(&heap, right_len, seed + 1));
            let extra = long(&heap, right_len.saturating_sub(1), seed + 2);
            let product = heap.mul(left, right).expect("within limits");
            let (a, b) = (residues(left), residues(right));
            for (place, found) in residues(product).into_iter().enumerate() {
                // Two factors of 64 bits need 128, so one of them is taken apart.
                let (high, low) = (a[place] >> 32, a[place] & 0xffff_ffff);
                let step = (high * b[place] % moduli[place]) << 32;
                assert_eq!((step + low * b[place] - found) % moduli[place], 0, "{left_len} * {right_len}");
            }
            let sum = heap.add(heap.abs(product).expect("a number"), heap.abs(extra).expect("a number"));
            let sum = sum.expect("within limits");
            let quotient = heap.div(sum, right).expect("no zero");
            let rest = heap.rem(sum, right).expect("no zero");
            let size = |term| heap.abs(term).expect("a number");
            assert!(size(quotient).same(size(left)), "{left_len} / {right_len}");
            assert!(rest.same(size(extra)), "{left_len} rem {right_len}");
        }
    }
}

#[test]
fn the_longest_integers() {
    let heap = Heap::new();
    let (left, right) = (long(&heap, 1 << 18, 3), long(&heap, (1 << 18) - 1, 9));
    let product = heap.mul(left, right).expect("within limits");
    assert!(heap.div(product, right).expect("no zero").same(left));
    assert!(heap.rem(product, left).expect("no zero").same(Term::ZERO));
    assert_eq!(heap.mul(product, heap.int(i64::MAX)).err(), Some(ArithError::SystemLimit));
}

#[test]
fn long_texts_come_back() {
    for (digits, base) in [(40_000, 10), (130_000, 10), (300_001, 10), (60_000, 3), (45_000, 36), (200_000, 2)] {
        let heap = Heap::new();
        let text: String = (0_u64..digits)
            .map(|place| char::from_digit((place * place / 7 + 1) as u32 % base, base).expect("a digit"))
            .collect::<String>()
            .to_uppercase();
        let term = heap.parse_int(text.as_bytes(), base).expect("digits");
        assert!(term.as_int().expect("an integer").to_text(base) == text, "{digits} digits in base {base}");
        let zeros = format!("-{}{text}", "0".repeat(70_000));
        let negated = heap.parse_int(zeros.as_bytes(), base).expect("digits");
        assert!(negated.same(heap.negate(term).expect("a number")));
    }
    let heap = Heap::new();
    let nines = heap.parse_int("9".repeat(100_000).as_bytes(), 10).expect("digits");
    let power = heap.add(nines, Term::small32(1)).expect("within limits");
    let text = text(power);
    assert!(text.starts_with('1') && text[1..].bytes().all(|digit| digit == b'0') && text.len() == 100_001);
    assert!(heap.parse_int("0".repeat(100_000).as_bytes(), 10).is_some_and(|zero| zero.same(Term::ZERO)));
}

/// Each piece of long work asks once, so the questions tell how much was done after the answer was no.
#[test]
fn what_nobody_wants_any_more_is_given_up_at_the_next_piece() {
    let heap = Heap::new();
    let (left, right) = (long(&heap, 40_000, 4), long(&heap, 20_000, 7));
    let digits = "7".repeat(300_000);
    type Work<'a> = dyn Fn(Wanted<'_>) -> Result<(), ArithError> + 'a;
    let given_up = |_: GivenUp| ArithError::GivenUp;
    let works: [(&str, &Work<'_>); 5] = [
        ("product", &|wanted| heap.mul_while(left, right, wanted).map(|_| ())),
        ("quotient", &|wanted| heap.div_while(left, right, wanted).map(|_| ())),
        ("remainder", &|wanted| heap.rem_while(left, right, wanted).map(|_| ())),
        ("text", &|wanted| left.as_int().expect("one").to_text_while(10, wanted).map(|_| ()).map_err(given_up)),
        ("digits", &|wanted| heap.parse_int_while(digits.as_bytes(), 10, wanted).map(|_| ()).map_err(given_up)),
    ];
    for (name, work) in works {
        let asked = Cell::new(0_usize);
        let run = |most: usize| {
            asked.set(0);
            let answer = || {
                asked.set(asked.get() + 1);
                asked.get() <= most
            };
            work(Wanted::while_true(&answer))
        };
        assert_eq!(run(usize::MAX), Ok(()), "{name}");
        let pieces = asked.get();
        assert!(pieces >= 8, "{name} has only {pieces} pieces");
        for most in [0, 1, pieces / 2, pieces - 1] {
            assert_eq!(run(most), Err(ArithError::GivenUp), "{name} after {most} pieces");
            assert_eq!(asked.get(), most + 1, "{name} goes on after a no");
        }
    }
}
