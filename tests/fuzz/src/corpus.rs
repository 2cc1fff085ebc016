//! What texts are made of: the project's own code, in pieces of a few lines.
//!
//! **What it is for.** [`Corpus::read`] collects the library, the language cases and the cases of parser and expander. A piece is
//! what stands between blank lines and is code, which is mostly one definition.
//!
//! **Invariants.** The same tree of files gives the same pieces in the same order.

use std::path::{Path, PathBuf};

use jovial_syntax::{Options, parse};

use crate::random::Random;

/// Longer pieces are left out: mutations would seldom meet two places that belong together.
const PIECE_MAX: usize = 4096;

/// Pieces of code.
pub struct Corpus {
    /// Any code, as it stands.
    pub pieces: Vec<String>,
    /// Expressions of one line.
    pub expressions: Vec<String>,
}

impl Corpus {
    /// # Panics
    /// If the tree around this crate can't be read.
    pub fn read() -> Corpus {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut pieces = Vec::new();
        for (folder, ending) in [("runtime/stdlib/lib", "ex"), ("tests/language", "exs"), ("tests/concurrency", "exs")]
        {
            for path in files(&root.join(folder), ending) {
                pieces.extend(definitions(&text(&path)));
            }
        }
        for path in files(&root.join("runtime/syntax/tests/quoted"), "txt") {
            let text = text(&path);
            let sources = text.split("\n========\n").filter_map(|block| block.split("\n--------\n").next());
            pieces.extend(sources.map(str::to_owned));
        }
        let mut expressions = Vec::new();
        for path in files(&root.join("tests/stages/expanded"), "txt") {
            let text = text(&path);
            expressions.extend(text.lines().filter_map(|line| line.strip_prefix("> ")).map(str::to_owned));
        }
        assert!(pieces.len() > 1000 && expressions.len() > 100, "the corpus is not where it was");
        Corpus { pieces, expressions }
    }

    pub fn piece(&self, random: &mut Random) -> &str {
        random.of::<String>(&self.pieces)
    }
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// As few paragraphs together as are code, over and over: a definition with its document, mostly. What is none with those that
/// follow it, such as the head of a module, is left out.
fn definitions(text: &str) -> Vec<String> {
    let paragraphs: Vec<&str> =
        text.split("\n\n").map(|part| part.trim_matches('\n')).filter(|part| !part.is_empty()).collect();
    let mut found = Vec::new();
    let mut rest = &paragraphs[..];
    while !rest.is_empty() {
        let mut piece = String::new();
        let taken = rest.iter().position(|paragraph| {
            piece.push_str(paragraph);
            let closed = is_code(&piece);
            piece.push_str("\n\n");
            closed || piece.len() > PIECE_MAX
        });
        let whole = taken.is_some() && piece.len() <= PIECE_MAX;
        rest = &rest[if whole { taken.map_or(1, |last| last + 1) } else { 1 }..];
        if whole {
            piece.truncate(piece.trim_end().len());
            found.push(piece);
        }
    }
    found
}

fn is_code(text: &str) -> bool {
    parse(text, &mut Options { emit_warnings: false, ..Options::default() }).ok()
}
