//! Whatever a text looks like, the parser comes back with a tree, and its spans lie inside the text.
//!
//! Texts are made from the cases by cutting, doubling and splicing, with a fixed generator, so that a failure repeats.
//! `JOVIAL_FUZZ_SECONDS` asks for a longer run, `JOVIAL_FUZZ_SEED` for another one.

use std::path::Path;
use std::time::{Duration, Instant};

use jovial_syntax::span::Lines;
use jovial_syntax::{Completeness, Options, completeness, parse, print};

/// Linear congruential; good enough to choose places.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

const PIECES: &[&str] = &[
    " ", "\n", "\r\n", "\t", "(", ")", "[", "]", "{", "}", "%{", "%", "<<", ">>", "fn ", "end", " do ", "->", "\"",
    "'", "\"\"\"", "#{", "}", "\\", "~s(", "~S'", ":", "::", ",", ";", ".", "..", "...", "@", "&", "&1", "|", "|>",
    "=", "=>", "//", "-", "+", " -", "not ", " in ", " when ", "a", "B", "c: ", "0x", "1_", "1.0e9", "?", "é", "日",
    "\u{301}", "\u{202e}", "\u{feff}", "😀", "#", "else ", "after ", "<<<<<<<", "\0",
];

fn boundary(text: &str, random: &mut Random) -> usize {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn mutate(seed: &str, random: &mut Random) -> String {
    let mut text = seed.to_owned();
    for _ in 0..=random.below(4) {
        let (a, b) = (boundary(&text, random), boundary(&text, random));
        let (from, to) = (a.min(b), a.max(b));
        match random.below(4) {
            0 => text.replace_range(from..to, ""),
            1 => text.insert_str(from, PIECES[random.below(PIECES.len())]),
            2 => text.replace_range(from..to, PIECES[random.below(PIECES.len())]),
            _ => {
                let copy = text[from..to].to_owned();
                let at = boundary(&text, random);
                text.insert_str(at, &copy);
            }
        }
    }
    text
}

fn check(text: &str, detailed: bool) {
    let mut options = Options { columns: detailed, token_metadata: detailed, comments: detailed, ..Options::default() };
    let parsed = parse(text, &mut options);
    assert!(!print::print(&parsed.tree, parsed.root).is_empty());
    let lines = Lines::new(text);
    for diagnostic in &parsed.diagnostics {
        assert!(diagnostic.span.start <= diagnostic.span.end && diagnostic.span.end <= text.len(), "{text:?}");
        assert!(diagnostic.line as usize <= text.split('\n').count(), "{text:?}");
        let _ = lines.position(diagnostic.span.start);
    }
    let all = parse(text, &mut Options { all_errors: true, ..Options::default() });
    assert_eq!(parsed.error().map(|error| &error.message), all.error().map(|error| &error.message), "{text:?}");
    assert_eq!(parsed.ok(), completeness(text) == Completeness::Complete, "{text:?}");
}

#[test]
fn any_text_is_survived() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quoted");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let asked = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let limit = Duration::from_secs(asked("JOVIAL_FUZZ_SECONDS").unwrap_or(0));
    let mut random = Random(asked("JOVIAL_FUZZ_SEED").unwrap_or(2024));
    let begin = Instant::now();
    loop {
        for path in &paths {
            let text = std::fs::read_to_string(path).unwrap();
            for block in text.split("\n========\n") {
                let seed = block.split("\n--------\n").next().unwrap();
                for round in 0..40 {
                    let text = mutate(seed, &mut random);
                    let before = Instant::now();
                    check(&text, round % 2 == 0);
                    assert!(before.elapsed() < Duration::from_secs(20), "{text:?} took {:?}", before.elapsed());
                }
            }
        }
        if begin.elapsed() >= limit {
            break;
        }
    }
}
