//! What the library says about texts, lists and sets, against Rust's standard library and its Unicode crates.
//!
//! Inputs come from a fixed seed. They go into one script, each with what is asked of it; the script writes a line of answers for each,
//! and those are compared with what Rust says.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jovial_embed::{Input, LibraryImage, Options, Output, Stream, System};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Linear congruential; good enough to choose.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(bound)).expect("below a bound of 32 bits")
    }
}

/// Code points of scripts that all versions of Unicode in use know.
const RANGES: &[(u32, u32)] = &[
    (0x20, 0x7E),
    (0x20, 0x7E),
    (0x09, 0x0D),
    (0x80, 0x17F),
    (0x300, 0x33F),
    (0x391, 0x3A1),
    (0x3B1, 0x3C9),
    (0x410, 0x44F),
    (0x5D0, 0x5EA),
    (0x627, 0x64A),
    (0x905, 0x94D),
    (0x1100, 0x1112),
    (0x1161, 0x1175),
    (0x11A8, 0x11C2),
    (0x1E00, 0x1EFF),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x3041, 0x3096),
    (0x4E00, 0x4F00),
    (0xAC00, 0xAD00),
    (0xFB00, 0xFB06),
    (0xFE0F, 0xFE0F),
    (0xFF21, 0xFF5A),
    (0x1F1E6, 0x1F1FF),
    (0x1F3FB, 0x1F3FF),
    (0x1F466, 0x1F469),
    (0x1F600, 0x1F64F),
];

fn text(random: &mut Random, max: u32) -> String {
    let len = random.below(max + 1);
    (0..len)
        .filter_map(|_| {
            let (first, last) = RANGES[random.below(u32::try_from(RANGES.len()).expect("few")) as usize];
            char::from_u32(first + random.below(last - first + 1))
        })
        .collect()
}

#[derive(Default)]
struct Written(Mutex<String>);

impl Output for Written {
    fn write(&self, _cell: u64, _stream: Stream, text: &str) -> Duration {
        self.0.lock().expect("no writer panics").push_str(text);
        Duration::ZERO
    }

    fn read_line(&self, _cell: u64, _prompt: &str, _password: bool) -> Input {
        Input::End
    }
}

/// What a script writes.
fn run(script: &str) -> String {
    let written = Arc::new(Written::default());
    let library = Box::new(LibraryImage::new(jovial_image::LIBRARY).expect("the library"));
    let options = Options { library, output: written.clone(), argv: Vec::new(), seed: Some(1), events: false };
    let status = System::boot(options).expect("a system").eval(script);
    let text = written.0.lock().expect("no writer panics").clone();
    assert_eq!(status, 0, "{text}");
    text
}

/// Elixir source of bytes.
fn bytes(bytes: &[u8]) -> String {
    let list: Vec<String> = bytes.iter().map(u8::to_string).collect();
    format!("<<{}>>", list.join(","))
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02X}");
        hex
    })
}

fn joined<'t>(parts: impl IntoIterator<Item = &'t str>) -> String {
    parts.into_iter().map(hex).collect::<Vec<_>>().join(",")
}

/// Runs `body`, a function of one argument that gives a list of texts, on each input, and compares line by line.
fn compare<T>(inputs: &[T], source: impl Fn(&T) -> String, body: &str, expected: impl Fn(&T) -> Vec<String>) {
    let listed: Vec<String> = inputs.iter().map(&source).collect();
    let script = format!(
        "hex = &Base.encode16/1\nhexes = fn parts -> Enum.map_join(parts, \",\", hex) end\n_ = {{hex, hexes}}\n\
         answers = {body}\nEnum.each([{}], fn input -> IO.puts(Enum.join(answers.(input), \" \")) end)\n",
        listed.join(",\n")
    );
    let written = run(&script);
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines.len(), inputs.len(), "{written}");
    for (input, line) in inputs.iter().zip(lines) {
        assert_eq!(line, expected(input).join(" "), "{}", source(input));
    }
}

/// Spaces that `String.split/1` does not part at.
fn parts_words(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\u{A0}' | '\u{2007}' | '\u{202F}')
}

#[test]
fn texts() {
    let mut random = Random(2026);
    let inputs: Vec<String> = (0..1200).map(|_| text(&mut random, 24)).collect();
    let body = r#"fn text ->
        [hexes.(String.graphemes(text)), to_string(String.length(text)), hexes.(String.codepoints(text)),
         hex.(String.reverse(text)), hex.(String.upcase(text)), hex.(String.downcase(text)),
         hex.(String.normalize(text, :nfc)), hex.(String.normalize(text, :nfd)),
         hex.(String.normalize(text, :nfkc)), hex.(String.normalize(text, :nfkd)),
         hex.(String.trim(text)), hex.(String.trim_leading(text)), hexes.(String.split(text)),
         hex.(String.slice(text, 2, 3)), hex.(String.at(text, -1) || "")]
      end"#;
    compare(
        &inputs,
        |text| bytes(text.as_bytes()),
        body,
        |text| {
            let graphemes: Vec<&str> = text.graphemes(true).collect();
            let points: Vec<String> = text.chars().map(String::from).collect();
            // One by one: the last sigma of a word is nothing special unless one asks for Greek.
            let lower: String = text.chars().flat_map(char::to_lowercase).collect();
            let words = text.split(parts_words).filter(|word| !word.is_empty());
            vec![
                joined(graphemes.iter().copied()),
                graphemes.len().to_string(),
                joined(points.iter().map(String::as_str)),
                hex(&graphemes.iter().rev().copied().collect::<String>()),
                hex(&text.to_uppercase()),
                hex(&lower),
                hex(&text.nfc().collect::<String>()),
                hex(&text.nfd().collect::<String>()),
                hex(&text.nfkc().collect::<String>()),
                hex(&text.nfkd().collect::<String>()),
                hex(text.trim()),
                hex(text.trim_start()),
                joined(words),
                hex(&graphemes.iter().skip(2).take(3).copied().collect::<String>()),
                hex(graphemes.last().unwrap_or(&"")),
            ]
        },
    );
}

#[test]
fn searching_in_texts() {
    let mut random = Random(7);
    let inputs: Vec<(String, String)> = (0..800)
        .map(|_| {
            let whole: String =
                (0..random.below(20)).map(|_| ["a", "b", "ab", "é", "日"][random.below(5) as usize]).collect();
            let part = ["a", "b", "ab", "aa", "ba", "é", "日a", "x"][random.below(8) as usize];
            (whole, part.to_string())
        })
        .collect();
    let source =
        |(whole, part): &(String, String)| format!("{{{}, {}}}", bytes(whole.as_bytes()), bytes(part.as_bytes()));
    let body = r#"fn {whole, part} ->
        found = case :binary.match(whole, part) do {at, _} -> to_string(at); :nomatch -> "-" end
        [hexes.(String.split(whole, part)), hex.(String.replace(whole, part, "-")), found,
         to_string(String.contains?(whole, part)), to_string(String.starts_with?(whole, part)),
         to_string(String.ends_with?(whole, part)), to_string(length(:binary.matches(whole, part)))]
      end"#;
    compare(&inputs, source, body, |(whole, part)| {
        vec![
            joined(whole.split(part.as_str())),
            hex(&whole.replace(part.as_str(), "-")),
            whole.find(part.as_str()).map_or("-".to_string(), |at| at.to_string()),
            whole.contains(part.as_str()).to_string(),
            whole.starts_with(part.as_str()).to_string(),
            whole.ends_with(part.as_str()).to_string(),
            whole.matches(part.as_str()).count().to_string(),
        ]
    });
}

#[test]
fn bytes_that_are_no_text() {
    let mut random = Random(99);
    let inputs: Vec<Vec<u8>> = (0..1500)
        .map(|_| {
            let mut bytes = text(&mut random, 6).into_bytes();
            for _ in 0..random.below(4) {
                let at = random.below(u32::try_from(bytes.len()).expect("short") + 1) as usize;
                let byte =
                    [0x80, 0xBF, 0xC2, 0xE0, 0xED, 0xA0, 0xF0, 0x90, 0xF4, 0xFF, 0x61][random.below(11) as usize];
                bytes.insert(at, byte);
            }
            bytes
        })
        .collect();
    let body = "fn bytes -> [to_string(String.valid?(bytes)), hex.(String.replace_invalid(bytes))] end";
    compare(
        &inputs,
        |input| bytes(input),
        body,
        |input| vec![std::str::from_utf8(input).is_ok().to_string(), hex(&String::from_utf8_lossy(input))],
    );
}

fn shown<'n>(numbers: impl IntoIterator<Item = &'n i64>) -> String {
    format!("[{}]", numbers.into_iter().map(i64::to_string).collect::<Vec<_>>().join(","))
}

#[test]
fn sorted_lists_and_sets() {
    let mut random = Random(5);
    let mut list = |max: u32, bound: u32| -> Vec<i64> {
        let len = random.below(max);
        (0..len).map(|_| i64::from(random.below(bound)) - i64::from(bound / 2)).collect()
    };
    let inputs: Vec<(Vec<i64>, Vec<i64>)> = (0..600)
        .map(|round| if round % 3 == 0 { (list(400, 5000), list(90, 5000)) } else { (list(40, 60), list(40, 60)) })
        .collect();
    let source = |(one, other): &(Vec<i64>, Vec<i64>)| format!("{{{}, {}}}", shown(one), shown(other));
    let body = r#"fn {one, other} ->
        show = fn list -> "[" <> Enum.join(list, ",") <> "]" end
        ordered = fn set -> set |> MapSet.to_list() |> Enum.sort() |> show.() end
        {left, right} = {MapSet.new(one), MapSet.new(other)}
        [show.(Enum.sort(one)), show.(Enum.sort(one, :desc)), show.(Enum.sort_by(one, &rem(&1, 7))),
         show.(Enum.uniq(one)), show.(Enum.dedup(one)), ordered.(MapSet.union(left, right)),
         ordered.(MapSet.intersection(left, right)), ordered.(MapSet.difference(left, right)),
         ordered.(MapSet.symmetric_difference(left, right)), to_string(MapSet.subset?(left, right)),
         to_string(MapSet.disjoint?(left, right)), to_string(MapSet.size(left)),
         to_string(Enum.sum(one)), show.(Enum.reverse(one)), show.(:lists.usort(one)), show.(:ordsets.union(:lists.usort(one), :lists.usort(other)))]
      end"#;
    compare(&inputs, source, body, |(one, other)| {
        let (left, right): (BTreeSet<i64>, BTreeSet<i64>) =
            (one.iter().copied().collect(), other.iter().copied().collect());
        let mut up = one.clone();
        up.sort_unstable();
        let down: Vec<i64> = up.iter().rev().copied().collect();
        let mut by = one.clone();
        by.sort_by_key(|number| number % 7);
        let mut seen = BTreeSet::new();
        let unique: Vec<i64> = one.iter().copied().filter(|number| seen.insert(*number)).collect();
        let mut runs = one.clone();
        runs.dedup();
        vec![
            shown(&up),
            shown(&down),
            shown(&by),
            shown(&unique),
            shown(&runs),
            shown(left.union(&right)),
            shown(left.intersection(&right)),
            shown(left.difference(&right)),
            shown(left.symmetric_difference(&right)),
            left.is_subset(&right).to_string(),
            left.is_disjoint(&right).to_string(),
            left.len().to_string(),
            one.iter().sum::<i64>().to_string(),
            shown(one.iter().rev()),
            shown(&left),
            shown(left.union(&right)),
        ]
    });
}
