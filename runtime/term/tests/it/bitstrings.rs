//! Segments against bit-by-bit models.

use jovial_term::{BitWriter, Bits, Endian, Heap, Int, SegmentError, Term};
use proptest::prelude::*;

fn bit_list(bits: Bits<'_>) -> Vec<bool> {
    (0..bits.size_bits()).map(|at| bits.read_uint(at, 1, Endian::Big) == Some(1)).collect()
}

/// The bits of an integer, most significant first.
fn int_bits(value: i128, size: usize) -> Vec<bool> {
    (0..size).rev().map(|bit| (value >> bit.min(127)) & 1 == 1).collect()
}

/// As little-endian segments have them: whole bytes from the least significant one, then the rest.
fn little(bits: &[bool]) -> Vec<bool> {
    let mut from_low = Vec::new();
    for chunk in bits.rchunks(8) {
        from_low.extend_from_slice(chunk);
    }
    from_low
}

fn endian() -> impl Strategy<Value = Endian> {
    prop_oneof![Just(Endian::Big), Just(Endian::Little)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn integers_of_any_size(value: i128, shift in 0u32..127, size in 0usize..150, pad in 0usize..17, endian in endian()) {
        let value = value >> shift;
        let heap = Heap::new();
        let mut writer = BitWriter::new();
        writer.push_uint(0x15555, pad, Endian::Big).expect("room");
        writer.push_int(heap.int128(value).as_int().expect("an integer"), size, endian).expect("room");
        writer.push_uint(5, 3, Endian::Big).expect("room");
        let bits = writer.bits();
        let big = int_bits(value, size);
        let expected = if endian == Endian::Big { big } else { little(&big) };
        prop_assert_eq!(bits.size_bits(), pad + size + 3);
        prop_assert_eq!(&bit_list(bits)[pad..pad + size], &expected[..]);
        prop_assert_eq!(bits.read_uint(pad + size, 3, Endian::Big), Some(5));
        let signed = heap.read_integer(bits, pad, size, true, endian).expect("enough bits");
        let unsigned = heap.read_integer(bits, pad, size, false, endian).expect("enough bits");
        if size > 0 && size <= 127 {
            let wrapped = (value << (128 - size)) >> (128 - size);
            prop_assert_eq!(signed.as_int().expect("an integer").to_text(10), wrapped.to_string());
            let wrapped = value & (i128::MAX >> (127 - size));
            prop_assert_eq!(unsigned.as_int().expect("an integer").to_text(10), wrapped.to_string());
        } else if size >= 128 {
            prop_assert_eq!(signed.as_int().expect("an integer").to_text(10), value.to_string());
        }
        prop_assert!(heap.read_integer(bits, pad, size + 4, false, endian).is_none());
    }

    #[test]
    fn parts_and_joints(bytes in proptest::collection::vec(any::<u8>(), 0..40), from in 0usize..64, to in 0usize..64) {
        let heap = Heap::new();
        let all = Bits::from(&bytes[..]);
        let (from, to) = (from.min(all.size_bits()), to.min(all.size_bits()));
        let (from, to) = (from.min(to), from.max(to));
        let term = heap.binary(&bytes);
        let part = heap.sub_binary(term, from, to - from).expect("within");
        let expected = bit_list(all)[from..to].to_vec();
        prop_assert_eq!(bit_list(part.as_bitstring().expect("bits")), expected.clone());
        let again = heap.bitstring(part.as_bitstring().expect("bits"));
        prop_assert!(again.same(part) && again.hash64() == part.hash64() && again.phash2(1 << 32) == part.phash2(1 << 32));
        // head, part and tail joined are the whole again, however they are appended.
        let head = heap.sub_binary(term, 0, from).expect("within");
        let tail = heap.sub_binary(term, to, all.size_bits() - to).expect("within");
        let mut joined = head;
        for piece in [part, tail] {
            joined = heap.append(joined, piece.as_bitstring().expect("bits")).expect("room");
        }
        prop_assert!(joined.same(term));
        prop_assert_eq!(joined.compare(part), bit_list(all).cmp(&expected));
    }

    #[test]
    fn floats_come_back(value in proptest::num::f64::NORMAL, pad in 0usize..9, endian in endian()) {
        let mut writer = BitWriter::new();
        writer.push_uint(0, pad, Endian::Big).expect("room");
        writer.push_float(value, 64, endian).expect("room");
        prop_assert_eq!(writer.bits().read_float(pad, 64, endian), Some(value));
        let narrow = value as f32;
        let mut writer = BitWriter::new();
        writer.push_float(value, 32, endian).expect("room");
        let expected = narrow.is_finite().then_some(f64::from(narrow));
        prop_assert_eq!(writer.bits().read_float(0, 32, endian), expected);
    }

    #[test]
    fn characters_come_back(char: char, pad in 0usize..9, endian in endian()) {
        let mut writer = BitWriter::new();
        writer.push_uint(0, pad, Endian::Big).expect("room");
        writer.push_utf8(char.into()).expect("room");
        writer.push_utf16(char.into(), endian).expect("room");
        writer.push_utf32(char.into(), endian).expect("room");
        let bits = writer.bits();
        let (first, size) = bits.read_utf8(pad).expect("a character");
        let (second, other) = bits.read_utf16(pad + size, endian).expect("a character");
        let third = bits.read_utf32(pad + size + other, endian);
        prop_assert_eq!((first, second, third), (char, char, Some((char, 32))));
    }
}

#[test]
fn what_is_no_character_does_not_match() {
    for bytes in [&b"\xc0\x80"[..], b"\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b""] {
        assert_eq!(Bits::from(bytes).read_utf8(0), None, "{bytes:?}");
    }
    assert_eq!(Bits::from(&b"\xd8\x00\x00\x41"[..]).read_utf16(0, Endian::Big), None);
    assert_eq!(Bits::from(&b"\x00\x11\x00\x00"[..]).read_utf32(0, Endian::Big), None);
    assert_eq!(BitWriter::new().push_utf8(0xd800), Err(SegmentError::BadArg));
    assert_eq!(Bits::from(&b"\x7f\xf0\0\0\0\0\0\0"[..]).read_float(0, 64, Endian::Big), None);
}

/// Recorded from OTP 25.
#[test]
fn narrow_floats_run_over_to_infinity() {
    for (value, single, half) in [
        (1.0e300, [127, 128, 0, 0], [124, 0]),
        (-1.0e300, [255, 128, 0, 0], [252, 0]),
        (65_519.0, [71, 127, 239, 0], [123, 255]),
        (65_520.0, [71, 127, 240, 0], [124, 0]),
        (1.0e-300, [0, 0, 0, 0], [0, 0]),
        (5.0e-8, [51, 86, 191, 149], [0, 1]),
        (2.980_232_238_769_531e-8, [51, 0, 0, 0], [0, 0]),
    ] {
        let mut writer = BitWriter::new();
        writer.push_float(value, 32, Endian::Big).expect("room");
        writer.push_float(value, 16, Endian::Big).expect("room");
        assert_eq!(writer.bits().as_bytes(), Some(&[&single[..], &half[..]].concat()[..]), "{value}");
    }
    let heap = Heap::new();
    let far = heap.bsl(Term::small32(1), Term::small32(2000)).expect("within limits");
    assert_eq!(BitWriter::new().push_number(far, 64, Endian::Big), Err(SegmentError::BadArg));
}

#[test]
fn wide_integers_keep_their_low_bits() {
    let heap = Heap::new();
    let value = heap.bsl(Term::small32(-1), Term::small32(500)).expect("within limits");
    let mut writer = BitWriter::new();
    writer.push_int(value.as_int().expect("an integer"), 600, Endian::Big).expect("room");
    writer.push_int(Int::Small(-2), 200, Endian::Little).expect("room");
    assert!(heap.read_integer(writer.bits(), 0, 600, true, Endian::Big).expect("enough").same(value));
    assert_eq!(heap.read_integer(writer.bits(), 600, 200, true, Endian::Little).and_then(Term::as_small), Some(-2));
    let mut writer = BitWriter::new();
    writer.push_int(value.as_int().expect("an integer"), 100, Endian::Big).expect("room");
    assert_eq!(heap.read_integer(writer.bits(), 0, 100, true, Endian::Big).and_then(Term::as_small), Some(0));
}
