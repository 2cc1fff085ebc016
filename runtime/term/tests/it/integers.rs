//! Integers against 128-bit arithmetic and the algebra of larger ones.

use std::cmp::Ordering;

use jovial_term::{ArithError, Heap, Int, Term};
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
