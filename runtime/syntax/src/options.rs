//! What a caller may ask of the parser: the options of `Code.string_to_quoted/2`, as Rust values.
//!
//! **What it must not know.** Where the text came from: whoever asked knows its file.

use jovial_atoms::Atom;

use crate::quoted::{Meta, NodeId, Tree};

/// Gives the node that stands for a literal; the hook behind `literal_encoder`. An error ends the parse with that message.
pub type EncodeLiteral<'h> = &'h mut dyn FnMut(&mut Tree, NodeId, Meta) -> Result<NodeId, String>;

/// Gives the atom for a name in the source, with its line and column; the hook behind `static_atoms_encoder`.
pub type EncodeAtom<'h> = &'h mut dyn FnMut(&str, u32, u32) -> Result<Atom, String>;

/// How to parse. [`Options::default`] is what `Code.string_to_quoted(text)` does.
#[allow(clippy::struct_excessive_bools, reason = "these are the switches that callers know")]
pub struct Options<'h> {
    /// Line of the first character.
    pub line: u32,
    /// Column of the first character.
    pub column: u32,
    /// Give each meta a `column`.
    pub columns: bool,
    /// Give metas `do`, `end`, `closing`, `end_of_expression`, `newlines`, `delimiter` and the like.
    pub token_metadata: bool,
    /// Replace escapes in strings, charlists, quoted atoms and sigils by what they mean.
    pub unescape: bool,
    /// Report warnings too.
    pub emit_warnings: bool,
    /// A name that is no atom yet is an error.
    pub existing_atoms_only: bool,
    /// Go on behind an error, with the next expression of the program, to find more.
    pub all_errors: bool,
    /// Collect comments.
    pub comments: bool,
    pub literal_encoder: Option<EncodeLiteral<'h>>,
    pub static_atoms_encoder: Option<EncodeAtom<'h>>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            line: 1,
            column: 1,
            columns: false,
            token_metadata: false,
            unescape: true,
            emit_warnings: true,
            existing_atoms_only: false,
            all_errors: false,
            comments: false,
            literal_encoder: None,
            static_atoms_encoder: None,
        }
    }
}

/// A comment, as `Code.string_to_quoted_with_comments/2` describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub line: u32,
    pub column: u32,
    /// Line breaks between the comment and the token before it.
    pub previous_eol_count: u32,
    /// Line breaks after it.
    pub next_eol_count: u32,
    /// With its `#`.
    pub text: String,
}
