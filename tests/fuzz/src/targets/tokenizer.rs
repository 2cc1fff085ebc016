//! Tokens stand in the text in their order, whatever the text is.

/// Whether the whole text is tokens.
///
/// # Panics
/// If a token lies outside of the text or before the token that it follows.
pub(super) fn check(text: &str) -> bool {
    let shown = jovial_syntax::show_tokens(text);
    let lines = text.split('\n').count();
    let mut before = (0, 0);
    // Tokens of interpolations follow, indented, and after those the error, which may have lines that look like anything.
    for token in shown.lines().take_while(|line| line.starts_with(|first: char| first.is_ascii_digit())) {
        let Some(((line, column), rest)) = token.split_once(' ').and_then(|(place, rest)| {
            let (line, column) = place.split_once(':')?;
            Some(((line.parse::<usize>().ok()?, column.parse::<usize>().ok()?), rest))
        }) else {
            panic!("no token: {token}");
        };
        assert!(line <= lines, "{token} is in none of the {lines} lines");
        assert!((line, column) >= before, "{token} stands before {before:?}");
        assert!(rest.contains(" \""), "{token} has no text");
        before = (line, column);
    }
    shown.lines().all(|line| line.trim_start().starts_with(|first: char| first.is_ascii_digit()))
}
