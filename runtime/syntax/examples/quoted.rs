//! Prints the quoted tree of files, one line for each, or what is wrong with them.
//!
//! `quoted [--columns] [--tokens] [--encode] FILE…` prints trees; `--lines` takes each line of a file as a text of its own, with
//! `⏎` for a line break; `--time` prints how long each file took instead.
#![allow(clippy::cast_precision_loss, reason = "sizes of files are small")]
#![allow(clippy::print_stdout, reason = "printing is what this program is for")]

use std::time::Instant;

use jovial_atoms::known;
use jovial_syntax::quoted::{Meta, NodeId, Tree};
use jovial_syntax::{Options, Parsed, parse, print};

fn options<'h>(columns: bool, tokens: bool) -> Options<'h> {
    Options { columns, token_metadata: tokens, ..Options::default() }
}

/// Parses; `encode` does as the formatter does, which keeps escapes and wraps each literal in a block.
fn parsed(source: &str, columns: bool, tokens: bool, encode: bool) -> Parsed {
    let mut wrap = |tree: &mut Tree, literal: NodeId, meta: Meta| Ok(tree.call(known::DUNDER_BLOCK, meta, &[literal]));
    let mut options = options(columns, tokens);
    if encode {
        options.literal_encoder = Some(&mut wrap);
        options.unescape = false;
    }
    parse(source, &mut options)
}

fn show(parsed: &Parsed) -> String {
    match parsed.error() {
        None => format!("{{:ok, {}}}", print::print(&parsed.tree, parsed.root)),
        Some(error) => {
            let column = error.column.map_or(String::new(), |column| format!(":{column}"));
            let end = error.end.map_or(String::new(), |(line, column)| format!("-{line}:{column}"));
            let delimiters = [error.opening_delimiter, error.expected_delimiter, error.closing_delimiter];
            let delimiters: Vec<&str> = delimiters.into_iter().flatten().collect();
            format!("{} {}{column}{end} {} {:?}", error.kind.name(), error.line, delimiters.join(" "), error.message)
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let (columns, tokens, lines, time) = (has("--columns"), has("--tokens"), has("--lines"), has("--time"));
    for file in arguments.iter().filter(|argument| !argument.starts_with("--")) {
        let source = match std::fs::read_to_string(file) {
            Ok(source) => source,
            Err(error) => {
                println!("{file}: {error}");
                continue;
            }
        };
        if lines {
            for (number, line) in source.lines().filter(|line| !line.is_empty()).enumerate() {
                let text = line.replace('⏎', "\n").replace('␍', "\r").replace('␉', "\t");
                let parsed = parsed(&text, columns, tokens, has("--encode"));
                println!("{} {line}\n    {}", number + 1, show(&parsed));
                if has("--warnings") {
                    for warning in parsed.diagnostics.iter().filter(|warning| warning.kind.name() == "warning") {
                        println!("    {}:{:?} {:?}", warning.line, warning.column, warning.message);
                    }
                }
            }
        } else if time {
            let mut best = f64::MAX;
            for _ in 0..5 {
                let start = Instant::now();
                let parsed = parse(&source, &mut options(columns, tokens));
                best = best.min(start.elapsed().as_secs_f64());
                drop(parsed);
            }
            println!(
                "{file}: {} bytes, {:.3} ms, {:.1} MB/s",
                source.len(),
                best * 1e3,
                source.len() as f64 / best / 1e6
            );
        } else {
            println!("{}", show(&parsed(&source, columns, tokens, has("--encode"))));
        }
    }
}
