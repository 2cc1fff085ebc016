//! Values of numbers and characters.

use std::fmt::Write;

use jovial_atoms::known;

use crate::lexer::parse_float;
use crate::quoted::{MetaValue, Node, NodeId};
use crate::token::{Kind, Value};

use super::{At, Failed, Parser};

impl Parser<'_, '_, '_> {
    pub(super) fn number(&mut self, at: At) -> Result<NodeId, Failed> {
        let token = *self.token(at);
        let source = self.source;
        let text = &source[token.start as usize..token.end as usize];
        let node = match (token.kind, token.value) {
            (Kind::Char, Value::Char(code)) => self.tree.int(i64::from(code)),
            (Kind::Float, _) => {
                let value = parse_float(text).unwrap_or(0.0);
                self.tree.add(Node::Float(value))
            }
            _ => self.integer(at),
        };
        if self.encode_literal.is_none() {
            return Ok(node);
        }
        if !self.token_metadata {
            return self.literal(node, at, &[]);
        }
        let original = self.tree.binary(text.as_bytes());
        self.literal(node, at, &[(known::TOKEN, MetaValue::Node(original))])
    }

    pub(super) fn integer(&mut self, at: At) -> NodeId {
        let token = *self.token(at);
        let source = self.source;
        let text = &source[token.start as usize..token.end as usize];
        let (radix, digits) = match text.as_bytes() {
            [b'0', b'x', ..] => (16, &text[2..]),
            [b'0', b'o', ..] => (8, &text[2..]),
            [b'0', b'b', ..] => (2, &text[2..]),
            _ => (10, text),
        };
        if let Some(value) = small(digits, radix) {
            return self.tree.int(value);
        }
        let decimal = if radix == 10 { plain_decimal(digits) } else { to_decimal(digits, radix) };
        let bytes = self.tree.add_bytes(decimal.as_bytes());
        self.tree.add(Node::BigInt(bytes))
    }
}

fn small(digits: &str, radix: u32) -> Option<i64> {
    let mut value: i64 = 0;
    for byte in digits.bytes().filter(|byte| *byte != b'_') {
        let digit = char::from(byte).to_digit(radix)?;
        value = value.checked_mul(i64::from(radix))?.checked_add(i64::from(digit))?;
    }
    Some(value)
}

fn plain_decimal(digits: &str) -> String {
    let plain: String = digits.chars().filter(|character| *character != '_').collect();
    plain.trim_start_matches('0').to_owned()
}

/// Decimal digits of a number in a base that is a power of two, by limbs of nine decimal digits.
fn to_decimal(digits: &str, radix: u32) -> String {
    const LIMB: u64 = 1_000_000_000;
    let per_step = if radix == 16 {
        7
    } else if radix == 8 {
        9
    } else {
        28
    };
    let plain: Vec<u32> = digits.chars().filter_map(|character| character.to_digit(radix)).collect();
    let mut limbs: Vec<u32> = vec![0];
    for chunk in plain.chunks(per_step) {
        let (mut factor, mut add) = (1u64, 0u64);
        for digit in chunk {
            factor *= u64::from(radix);
            add = add * u64::from(radix) + u64::from(*digit);
        }
        let mut carry = add;
        for limb in &mut limbs {
            let value = u64::from(*limb) * factor + carry;
            *limb = (value % LIMB) as u32;
            carry = value / LIMB;
        }
        while carry > 0 {
            limbs.push((carry % LIMB) as u32);
            carry /= LIMB;
        }
    }
    let mut text = limbs.pop().map_or(String::new(), |limb| limb.to_string());
    for limb in limbs.iter().rev() {
        // Writing to a string can't fail.
        let _ = write!(text, "{limb:09}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::to_decimal;

    #[test]
    fn large_numbers_of_any_base() {
        assert_eq!(to_decimal("FFFFFFFFFFFFFFFFFFFF", 16), "1208925819614629174706175");
        assert_eq!(to_decimal(&"1".repeat(70), 2), "1180591620717411303423");
        assert_eq!(to_decimal("1_000000000000000000000_000", 8), "4722366482869645213696");
    }
}
