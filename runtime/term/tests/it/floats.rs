//! Floats as text, against Rust's own reading and writing of them.

use jovial_term::float;
use proptest::prelude::*;

/// Any finite float, many of them whole, short or near a power of two.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits),
        any::<i32>().prop_map(f64::from),
        any::<i64>().prop_map(|whole| whole as f64),
        (-9999i32..9999, -12i32..12).prop_map(|(digits, power)| f64::from(digits) * 10f64.powi(power)),
        (-1074i32..1023, -2i64..3).prop_map(|(power, near)| {
            let bits = 2f64.powi(power).to_bits();
            f64::from_bits(bits.saturating_add_signed(near))
        }),
    ]
    .prop_filter("finite", |value| value.is_finite())
}

fn digits(text: &str) -> String {
    let mantissa = text.split('e').next().unwrap_or("");
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_matches('0');
    digits.to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_shortest_text_reads_as_the_same_float(value in value()) {
        let text = float::short(value);
        prop_assert_eq!(float::parse(text.as_bytes()).map(f64::to_bits), Some(value.to_bits()), "{}", text);
        prop_assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()), "{}", text);
        // Rust writes as few digits as tell the float from its neighbours.
        prop_assert_eq!(digits(&text), digits(&format!("{value:e}")), "{}", text);
    }

    #[test]
    fn long_texts_are_rounded_exactly(value in value(), decimals in 0usize..30) {
        let text = float::scientific(value, decimals);
        let (mantissa, exponent) = text.split_once('e').expect("an exponent");
        let expected = format!("{value:.decimals$e}");
        let (wanted, power) = expected.split_once('e').expect("an exponent");
        prop_assert_eq!(mantissa, wanted);
        prop_assert_eq!(exponent.parse::<i32>(), power.parse::<i32>());
        if decimals >= 17 {
            prop_assert_eq!(float::parse(text.as_bytes()).map(f64::to_bits), Some(value.to_bits()), "{}", text);
        }
    }

    #[test]
    fn what_reads_as_a_float_reads_so_in_rust(text in "-?[0-9]{1,20}\\.[0-9]{1,20}(e[-+]?[0-9]{1,3})?") {
        let expected = text.parse::<f64>().ok().filter(|value| value.is_finite());
        prop_assert_eq!(float::parse(text.as_bytes()).map(f64::to_bits), expected.map(f64::to_bits), "{}", text);
    }
}
