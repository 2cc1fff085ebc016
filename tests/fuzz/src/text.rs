//! Texts that are nearly code.
//!
//! **How.** A text is cut into words in a way that knows nothing of the lexer under test, and words are deleted, doubled, swapped,
//! replaced and wrapped in brackets; rarely single bytes are changed, or something is nested hundreds of times.

use crate::corpus::Corpus;
use crate::random::Random;

/// Texts end up below about this.
const TEXT_MAX: usize = 1 << 16;

const PIECES: &[&str] = &[
    " ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "%{",
    "%",
    "<<",
    ">>",
    "fn ",
    "end",
    " do ",
    "->",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "\"\"\"\n",
    "#{",
    "}",
    "\\",
    "\\\n",
    "\\x",
    "\\x{",
    "\\u{10FFFF}",
    "\\u",
    "~s(",
    "~S'",
    "~D[",
    "~s\"\"\"\n",
    ":",
    ":\"",
    "::",
    ",",
    ";",
    ".",
    "..",
    "...",
    "..//",
    "@",
    "&",
    "&1",
    "&&&",
    "|",
    "|>",
    "=",
    "=>",
    "//",
    "-",
    "+",
    " -",
    " +",
    "not ",
    " in ",
    " not in ",
    " when ",
    " and ",
    "a",
    "B",
    "c: ",
    "\"a\": ",
    "0x",
    "0b",
    "0o",
    "1_",
    "_1",
    "1.0e9",
    "1.0e999",
    "1.0e-999",
    "9999999999999999999999",
    "?",
    "?\\",
    "? ",
    "é",
    "日",
    "a\u{301}",
    "\u{301}",
    "\u{202e}",
    "\u{feff}",
    "\u{200d}",
    "\u{2028}",
    "😀",
    "µ",
    "#",
    "else ",
    "after ",
    "rescue ",
    "catch ",
    "<<<<<<<",
    ">>>>>>>",
    "=======",
    "\0",
    "\u{7f}",
    "__MODULE__",
    "nil",
    "true",
    "^",
    "!",
    "^^^",
    "~~~",
    "<>",
    "++",
    "--",
    "**",
    "\\\\",
    "<-",
    "=~",
    "@@",
    "{}",
    "()",
    "[]",
    "do: ",
    "unquote(",
    "quote do",
    "defmodule A do",
    "def f(",
    "_",
    "__aliases__",
    "::integer-size(",
    ".(",
    ".{",
    ".\"a\"",
    "!=",
    "===",
    "|||",
    "<|>",
    "<~>",
    "~>>",
    "&(",
    "&1.",
    "?a",
    "x!",
    "x?",
    "\u{a0}",
];

const BRACKETS: &[(&str, &str)] = &[
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("%{", "}"),
    ("<<", ">>"),
    ("fn -> ", " end"),
    ("do ", " end"),
    ("f(", ")"),
    ("\"#{", "}\""),
    ("~s(#{", "})"),
    ("a do ", " end"),
    ("[a: ", "]"),
    ("%{a => ", "}"),
    ("f ", ""),
    ("-", ""),
    ("not ", ""),
    ("@", ""),
    ("&", ""),
    ("^", ""),
    ("", "[0]"),
    ("", ".a"),
    ("", ".()"),
    ("1 + ", ""),
    ("a = ", ""),
    ("", " |> f"),
    ("x -> ", ""),
    ("", "; "),
    ("case ", " do _ -> 1 end"),
    ("if ", ", do: 1"),
    ("quote(do: ", ")"),
    ("unquote(", ")"),
    ("%A{", "}"),
    ("x when ", ""),
    ("'#{", "}'"),
    (":\"#{", "}\""),
    ("A.", ""),
    ("a.{", "}"),
    ("\"\"\"\n#{", "}\n\"\"\""),
    ("[", " | a]"),
    ("%{m | a: ", "}"),
    ("fn ", " -> 1 end"),
    ("a b, ", ""),
];

/// Code that was changed in a few places.
pub(crate) fn mutated(corpus: &Corpus, random: &mut Random) -> String {
    let mut text = corpus.piece(random).to_owned();
    while random.one_in(3) && text.len() < TEXT_MAX / 4 {
        text.push_str("\n\n");
        text.push_str(corpus.piece(random));
    }
    change(&text, corpus, random)
}

/// A text changed in a few places, or in none.
pub(crate) fn change(text: &str, corpus: &Corpus, random: &mut Random) -> String {
    let mut words = cut(text);
    for _ in 0..random.below(6) {
        words = mutate(words, corpus, random);
        if words.iter().map(String::len).sum::<usize>() > TEXT_MAX {
            break;
        }
    }
    let text = words.concat();
    if random.one_in(12) { flipped(text, random) } else { text }
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Class {
    Name,
    Space,
    Other,
}

fn class(character: char) -> Class {
    if character.is_alphanumeric() || character == '_' {
        Class::Name
    } else if character.is_whitespace() {
        Class::Space
    } else {
        Class::Other
    }
}

/// Names, runs of spaces, and any other character alone.
fn cut(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = Class::Other;
    for character in text.chars() {
        let class = class(character);
        match words.last_mut() {
            Some(word) if class == before && class != Class::Other => word.push(character),
            _ => words.push(character.to_string()),
        }
        before = class;
    }
    words
}

fn range(words: &[String], random: &mut Random) -> std::ops::Range<usize> {
    let from = random.below(words.len() + 1);
    let len = 1 + random.size(6);
    from..(from + len).min(words.len())
}

fn foreign(corpus: &Corpus, random: &mut Random) -> Vec<String> {
    let words = cut(corpus.piece(random));
    let range = range(&words, random);
    words[range].to_vec()
}

fn mutate(mut words: Vec<String>, corpus: &Corpus, random: &mut Random) -> Vec<String> {
    let place = range(&words, random);
    match random.below(9) {
        0 => drop(words.drain(place)),
        1 => {
            let copy = words[place].to_vec();
            let at = random.below(words.len() + 1);
            words.splice(at..at, copy);
        }
        2 => {
            let at = random.below(words.len() + 1);
            words.insert(at, (*random.of(PIECES)).to_owned());
        }
        3 => drop(words.splice(place, [(*random.of(PIECES)).to_owned()])),
        4 => {
            let at = random.below(words.len() + 1);
            words.splice(at..at, foreign(corpus, random));
        }
        5 => drop(words.splice(place, foreign(corpus, random))),
        6 => {
            let (open, close) = random.of(BRACKETS);
            let depth = if random.one_in(30) { random.size(13) } else { 1 };
            words.insert(place.end, close.repeat(depth));
            words.insert(place.start, open.repeat(depth));
        }
        7 => {
            // The head of this one and the tail of another one.
            let other = cut(corpus.piece(random));
            words.truncate(place.start);
            words.extend_from_slice(&other[random.below(other.len() + 1)..]);
        }
        _ => {
            let other = range(&words, random);
            if place.end <= other.start {
                let (first, second) = (words[place.clone()].to_vec(), words[other.clone()].to_vec());
                words.splice(other, first);
                words.splice(place, second);
            }
        }
    }
    words
}

/// Bytes changed without a look at what they mean; what is no UTF-8 then is replaced.
fn flipped(text: String, random: &mut Random) -> String {
    let mut bytes = text.into_bytes();
    for _ in 0..=random.below(4) {
        if !bytes.is_empty() {
            let at = random.below(bytes.len());
            match random.below(3) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = random.byte(),
                _ => drop(bytes.remove(at)),
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
