//! Completing a text that is being written, so that the parser can tell where in it the cursor stands.
//!
//! **What it is for.** [`with_cursor`] puts `__cursor__()` where the next expression would go and closes whatever is open. The
//! expression at hand, which may be anything yet, is left out; what it will be an argument, an element or an operand of stays.
//!
//! **Invariants.**
//! 1. What is kept is kept as written: lines and columns before the cursor are those of the text.
//! 2. A text that no continuation can save comes back as it is, so that parsing it tells what is wrong.
//!
//! **What it must not know.** The grammar: all is decided by tokens.

use crate::lexer::{Partial, lex_partial};
use crate::token::{Kind, Token};

const CURSOR: &str = "__cursor__()";

/// The text before a cursor, completed. What stands behind the cursor, `after`, only counts where it holds the `->` that
/// makes a clause of what comes before.
pub fn with_cursor(before: &str, after: &str) -> String {
    let partial = lex_partial(before);
    if !can_go_on(before, &partial) {
        return before.to_owned();
    }
    let mut text = before[..cut(before, &partial)].to_owned();
    if needs_space(&text, &partial) {
        text.push(' ');
    }
    text.push_str(CURSOR);
    if let Some(rest) = rest_of_clause(&text, after, wants_operand(&partial)) {
        if rest.starts_with("->") {
            // An arrow may follow a line break, and says on which line it stands.
            let dropped = &after[..after.len() - rest.len()];
            text.extend(dropped.matches('\n'));
        }
        text.push_str(rest);
        close(&mut text);
        return text;
    }
    if let Some(start) = function_without_arrow(&partial) {
        text.truncate(start);
        text.push_str(CURSOR);
    }
    close(&mut text);
    text
}

/// Whether more text could mend what stopped the lexer: an end that lacks, or a token of which only the beginning is there.
fn can_go_on(text: &str, partial: &Partial) -> bool {
    let Some(error) = &partial.error else { return true };
    let rest = text.get(error.span.start..).unwrap_or("").trim_end();
    let sigil = rest.len() == 2 && rest.starts_with('~');
    error.incomplete || sigil || matches!(rest, ":" | "~" | "0x" | "0o" | "0b" | ".")
}

/// The tokens of the innermost code, and the bytes before it.
fn innermost(partial: &Partial) -> (&[Token], usize) {
    match partial.interpolations.last() {
        Some(interpolation) => (&partial.tokens[interpolation.token..], interpolation.start),
        None => (&partial.tokens, 0),
    }
}

/// How many bytes stay: all but the expression at hand.
fn cut(text: &str, partial: &Partial) -> usize {
    let (tokens, start) = innermost(partial);
    let mut kept = tokens.len();
    let mut depth = 0_usize;
    while let Some(token) = tokens[..kept].last() {
        let whole = kept == tokens.len() && ends_text(&text[token.end as usize..]);
        match token.kind {
            kind if closes(kind) => depth += 1,
            kind if depth > 0 => depth -= usize::from(opens(kind)),
            Kind::Identifier | Kind::OpIdentifier if !whole => break,
            kind if stays(kind) => break,
            _ => {}
        }
        kept -= 1;
    }
    if let Some(dropped) = tokens.get(kept) {
        return dropped.start as usize;
    }
    let mut end = tokens.last().map_or(start, |token| token.end as usize);
    if tokens.last().is_some_and(|token| token.kind.is_keyword_key()) && text[end..].starts_with(':') {
        end += 1;
    }
    let space = text[end..].bytes().take_while(u8::is_ascii_whitespace).count();
    end + space
}

/// Nothing stands behind a name that would make it a call: the text ends, or goes on with a comment or half a key.
fn ends_text(rest: &str) -> bool {
    rest.is_empty() || rest == ":" || rest.trim_start().starts_with('#')
}

/// What an expression stands behind, but for names of calls without parentheses.
fn stays(kind: Kind) -> bool {
    opens(kind)
        || kind.is_keyword_key()
        || kind.binary().is_some()
        || kind.prefix().is_some()
        || matches!(
            kind,
            Kind::BlockIdentifier | Kind::Comma | Kind::Semicolon | Kind::Eol | Kind::StabOp | Kind::AssocOp
        )
}

fn opens(kind: Kind) -> bool {
    matches!(kind, Kind::OpenParen | Kind::OpenBracket | Kind::OpenBrace | Kind::OpenBits | Kind::Do | Kind::Fn)
}

fn closes(kind: Kind) -> bool {
    matches!(kind, Kind::CloseParen | Kind::CloseBracket | Kind::CloseBrace | Kind::CloseBits | Kind::End)
}

/// The cursor would run into a word, or make a sign of what is an operator.
fn needs_space(text: &str, partial: &Partial) -> bool {
    let word = text.ends_with(|last: char| last.is_alphanumeric() || matches!(last, '_' | '?' | '!' | '@'));
    let bang = text.ends_with(['!', '@']) && partial.tokens.last().is_some_and(|token| token.kind.prefix().is_some());
    let operator =
        innermost(partial).0.last().is_some_and(|token| token.kind == Kind::DualOp && token.end as usize == text.len());
    word && !bang || operator
}

/// Where the outermost `fn` begins whose `->` is still to come.
fn function_without_arrow(partial: &Partial) -> Option<usize> {
    let floor = partial.interpolations.last().map_or(0, |interpolation| interpolation.opened);
    let (tokens, _) = innermost(partial);
    let open = &partial.opened[floor..];
    open.iter().find(|(kind, start)| *kind == Kind::Fn && !has_arrow(tokens, *start)).map(|(_, start)| *start)
}

fn has_arrow(tokens: &[Token], function: usize) -> bool {
    let mut depth = 0_usize;
    for token in tokens.iter().skip_while(|token| token.start as usize <= function) {
        match token.kind {
            Kind::StabOp if depth == 0 => return true,
            kind if opens(kind) => depth += 1,
            kind if closes(kind) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// Line breaks say nothing before the expression at the cursor, since a comma or an operator stands there.
fn wants_operand(partial: &Partial) -> bool {
    let kinds = innermost(partial).0.last().map(|token| token.kind);
    kinds.is_some_and(|kind| kind == Kind::Comma || kind.binary().is_some())
}

/// What follows the expression at the cursor, if a `->` is there that belongs to what is open before.
fn rest_of_clause<'a>(text: &str, after: &'a str, skip_lines: bool) -> Option<&'a str> {
    if after.is_empty() {
        return None;
    }
    let joined = format!("{text} {after}");
    let partial = lex_partial(&joined);
    let first = |token: &Token| token.start as usize > text.len() && !(skip_lines && token.kind == Kind::Eol);
    let behind = partial.tokens.iter().position(first)?;
    let tokens = &partial.tokens[behind..];
    let mut depth = 0_usize;
    let rest = tokens.iter().position(|token| {
        let ends = depth == 0 && (closes(token.kind) || stays(token.kind) && !opens(token.kind));
        if opens(token.kind) {
            depth += 1;
        } else if closes(token.kind) {
            depth = depth.saturating_sub(1);
        }
        ends
    })?;
    let (mut depth, mut least) = (0_i64, 0_i64);
    for token in &tokens[rest..] {
        match token.kind {
            Kind::StabOp if depth <= least => return after.get(tokens[rest].start as usize - text.len() - 1..),
            kind if opens(kind) => depth += 1,
            kind if closes(kind) => depth -= 1,
            _ => {}
        }
        least = least.min(depth);
    }
    None
}

/// Closes all that is open, the innermost first.
fn close(text: &mut String) {
    let partial = lex_partial(text);
    let mut until = partial.opened.len();
    for interpolation in partial.interpolations.iter().rev() {
        close_brackets(text, &partial.opened[interpolation.opened..until]);
        until = interpolation.opened;
        text.push('}');
        text.push_str(&interpolation.close);
    }
    close_brackets(text, &partial.opened[..until]);
}

fn close_brackets(text: &mut String, opened: &[(Kind, usize)]) {
    for (kind, _) in opened.iter().rev() {
        text.push_str(match kind {
            Kind::OpenParen => ")",
            Kind::OpenBracket => "]",
            Kind::OpenBrace => "}",
            Kind::OpenBits => ">>",
            _ => "end",
        });
    }
}

#[cfg(test)]
mod tests {
    use super::with_cursor;

    fn check(before: &str, expected: &str) {
        check_with(before, "", expected);
    }

    fn check_with(before: &str, after: &str, expected: &str) {
        assert_eq!(with_cursor(before, after), expected, "{before:?} {after:?}");
    }

    #[test]
    fn the_expression_at_hand_goes() {
        check("sum(one, tw", "sum(one, __cursor__())");
        check("sum(one, two(3)", "sum(one, __cursor__())");
        check("one + two", "one + __cursor__()");
        check("sum(1, :", "sum(1, __cursor__())");
        check("sum(1, \"open", "sum(1, __cursor__())");
        check("x = # why", "x = __cursor__()");
        check("%{key:", "%{__cursor__()}");
        check("", "__cursor__()");
    }

    #[test]
    fn what_it_belongs_to_stays() {
        check("sum one, ", "sum one, __cursor__()");
        check("import ", "import __cursor__()");
        check("import", "__cursor__()");
        check("%Point{x: 1, ", "%Point{x: 1, __cursor__()}");
        check("if ready do", "if ready do __cursor__()end");
        check("left -", "left - __cursor__()");
        check("not", "not __cursor__()");
        check("\"a #{sum(1, ", "\"a #{sum(1, __cursor__())}\"");
    }

    #[test]
    fn functions_need_their_arrow() {
        check("f(fn x, ", "f(__cursor__())");
        check("f(fn x -> ", "f(fn x -> __cursor__()end)");
        check_with("f(fn x", ", y -> x end)", "f(fn __cursor__(), y -> x end)");
        check_with("f(fn x,", "\ny -> x end)", "f(fn x,__cursor__()\n-> x end)");
        check_with("f(fn x -> ", "y end)", "f(fn x -> __cursor__()end)");
        check_with("f(fn {a, ", "b} -> a end", "f(fn {a, __cursor__()} -> a end)");
    }

    #[test]
    fn what_nothing_can_save_stays_as_it_is() {
        check("sum(1]", "sum(1]");
        check("end", "end");
    }
}
