//! The SSA form as text, to read and to print: what `show ir` prints and what tests of the machine are written in.
//!
//! **What it is for.** [`print`] and [`read`] are each other's inverse. A file looks like this:
//!
//! ```text
//! module :sums
//! literal 0 = {1, 2.5, "bytes"}
//! export :sum/2 = f0
//! function f0 :sum/2 free 0 @ 0:1
//! b0(v0, v1):
//!   branch eq v0, 0 then b1 else b2
//! b1():
//!   return v1
//! b2():
//!   v2 = add v1, v0 @ 0:3
//!   v3 = sub v0, 1
//!   tail_call f0(v3, v2)
//! end
//! ```
//!
//! Positions follow `@` as file and line; `#` starts a comment. A block's handler stands behind its parameters: `b1() handler b4:`.
//!
//! **Invariants.** Reading never panics; nested literals deeper than [`DEPTH_MAX`] are refused, printing has no such limit.
//!
//! **What it must not know.** What the operations do.

mod print;
mod read;
mod token;

pub use print::{print, print_function, print_literal};
pub use read::{ReadError, read};

/// Deepest nesting of literals that is read.
pub const DEPTH_MAX: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYTHING: &str = include_str!("text/everything.ir");

    #[test]
    fn what_is_printed_reads_back() {
        let module = read(EVERYTHING).expect("the sample is well-formed");
        let printed = print(&module);
        let again = read(&printed).expect("what is printed is well-formed");
        assert_eq!(printed, print(&again));
        crate::verify::verify(&module).expect("the sample obeys the rules");
    }

    #[test]
    fn mistakes_have_a_line() {
        let check = |text: &str, line: u32| assert_eq!(read(text).expect_err(text).line, line, "{text}");
        check("modul :a", 1);
        check("module :a\nfunction f0 :a/0 free 0\nb0():\n  v0 = nothing 1\nend", 4);
        check("module :a\nliteral 0 = {1", 2);
        check("module :a\nliteral 0 = \"abc", 2);
        check(&format!("module :a\nliteral 0 = {}", "[".repeat(100_000)), 2);
    }
}
