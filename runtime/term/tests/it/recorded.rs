//! Facts recorded from OTP 25: portable hashes, the order of terms, float texts, the external format.

use std::cmp::Ordering;

use jovial_term::etf::{DecodeOptions, EncodeOptions, decode, encode};
use jovial_term::{Heap, Term, float};

use crate::gen_terms::show;

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().map(|char| char.to_digit(16).expect("hex digits")).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

fn lines(facts: &str) -> impl Iterator<Item = Vec<&str>> {
    facts.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(' ').collect())
}

fn read<'h>(heap: &'h Heap, hex: &str) -> Term<'h> {
    let bytes = unhex(hex);
    let (term, used) = decode(heap, &bytes, &DecodeOptions::default()).expect("a term");
    assert_eq!(used, bytes.len());
    term
}

#[test]
fn portable_hashes() {
    let heap = Heap::new();
    for line in lines(include_str!("facts/phash2.txt")) {
        let term = read(&heap, line[0]);
        let expected: u32 = line[1].parse().expect("a hash");
        assert_eq!(term.phash2(1 << 32), expected, "{}", show(term));
        assert_eq!(term.phash2(1 << 27), expected % (1 << 27));
        assert_eq!(term.phash2(1000), expected % 1000);
    }
}

#[test]
fn order_of_terms() {
    let heap = Heap::new();
    let terms: Vec<Term<'_>> = lines(include_str!("facts/order.txt")).map(|line| read(&heap, line[0])).collect();
    for (place, left) in terms.iter().enumerate() {
        for (other, right) in terms.iter().enumerate() {
            assert_eq!(left.compare(*right), place.cmp(&other), "{} against {}", show(*left), show(*right));
        }
    }
}

#[test]
fn float_texts() {
    for line in lines(include_str!("facts/floats.txt")) {
        let bits = u64::from_str_radix(line[0], 16).expect("bits");
        let value = f64::from_bits(bits);
        assert_eq!(float::short(value), line[1]);
        assert_eq!(float::scientific(value, 20), line[2]);
        assert_eq!(float::decimals(value, 4, false).as_deref().unwrap_or("none"), line[3], "{value}");
        assert_eq!(float::decimals(value, 4, true).as_deref().unwrap_or("none"), line[4], "{value}");
        assert_eq!(float::scientific(value, 3), line[5]);
        assert_eq!(float::parse(line[1].as_bytes()).map(f64::to_bits), Some(bits));
    }
    for (value, decimals, text) in [
        (0.125, 2, "0.13"),
        (0.135, 2, "0.14"),
        (2.675, 2, "2.67"),
        (1.005, 2, "1.00"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (0.35, 1, "0.4"),
        (999.995, 2, "1000.00"),
        (-0.001, 2, "-0.00"),
        (0.1, 18, "0.100000000000000000"),
        (0.1, 19, "0.1000000000000000056"),
        (0.7, 17, "0.69999999999999992"),
        (0.7, 21, "0.699999999999999955591"),
        (9_007_199_254_740_991.0, 2, "9007199254740991.00"),
        (4_503_599_627_370_495.5, 0, "4503599627370496"),
    ] {
        assert_eq!(float::decimals(value, decimals, false).as_deref(), Some(text));
    }
    for (text, value) in [("1.5E+3", Some(1500.0)), ("+1.0", Some(1.0)), ("1.0e-400", Some(0.0)), ("1.0e400", None)] {
        assert_eq!(float::parse(text.as_bytes()), value);
    }
    for text in [".5", "1.", "1e5", "1.0e", "", "-", "1.0 ", "inf", "1_0.0"] {
        assert_eq!(float::parse(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn external_format() {
    let heap = Heap::new();
    let mut compressed = false;
    for line in lines(include_str!("facts/etf.txt")) {
        if line.len() == 2 {
            // zlib implementations may pack differently; what counts is that both sides understand it.
            compressed = true;
            let term = read(&heap, line[0]);
            assert!(term.same(read(&heap, line[1])));
            let packed = encode(term, EncodeOptions { compressed: 6, ..EncodeOptions::default() }).expect("small");
            assert!(packed.len() < line[1].len() / 4);
            assert!(decode(&heap, &packed, &DecodeOptions::default()).expect("a term").0.same(term));
            continue;
        }
        for (hex, minor_version) in line.iter().zip([1, 2, 0]) {
            let term = read(&heap, hex);
            assert_eq!(term.compare_exact(read(&heap, line[0])), Ordering::Equal);
            let options = EncodeOptions { minor_version, ..EncodeOptions::default() };
            assert_eq!(encode(term, options).expect("small"), unhex(hex), "{} in version {minor_version}", show(term));
        }
    }
    assert!(compressed);
    // A pid, a reference and a port of nonode@nohost are local.
    let node = "64000d6e6f6e6f6465406e6f686f7374";
    let pid = read(&heap, &format!("8358{node}000000090000000000000000"));
    assert_eq!(pid.as_pid().map(|pid| (pid.id(), pid.serial())), Some((9, 0)));
    let reference = read(&heap, &format!("835a0003{node}0000000000038e7e0d8800015bf50390"));
    assert!(reference.as_external().is_some(), "a number that we never give out");
    assert!(read(&heap, &format!("835a0003{node}0000000000038e7e0d88000100000390")).as_ref().is_some());
    let port = read(&heap, &format!("8359{node}0000000700000000"));
    assert_eq!(port.as_port().map(jovial_term::Port::number), Some(7));
    for (term, hex) in [
        (pid, format!("8358{node}000000090000000000000000")),
        (reference, format!("835a0003{node}0000000000038e7e0d8800015bf50390")),
        (port, format!("8359{node}0000000700000000")),
    ] {
        assert_eq!(encode(term, EncodeOptions::default()).expect("small"), unhex(&hex));
    }
}
