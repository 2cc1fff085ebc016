//! What is left of an output when all is taken away that differs from one run to the next: numbers of processes, references and
//! functions, times of the day, lines of the library, the code of modules, colours.

/// The shape of a text. Two outputs that mean the same have the same shape.
pub(crate) fn shape(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (written, taken) = varying(rest, result.chars().next_back()).unwrap_or(("", 0));
        if taken > 0 {
            result.push_str(written);
            rest = &rest[taken..];
        } else {
            result.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    result.trim_end_matches('\n').to_string()
}

/// What stands for the beginning of a text if that varies, and how many bytes it replaces.
fn varying(text: &str, before: Option<char>) -> Option<(&'static str, usize)> {
    if let Some(rest) = text.strip_prefix("\x1b[") {
        return Some(("", 2 + span(rest, |byte| byte.is_ascii_digit() || byte == b';') + 1));
    }
    for (opening, kept) in
        [("#PID<", "#PID<"), ("#PID&lt;", "#PID<"), ("#Reference<", "#Reference<"), ("#Port<", "#Port<")]
    {
        if let Some(rest) = text.strip_prefix(opening) {
            return Some((kept, opening.len() + numbers(rest)));
        }
    }
    if let Some(rest) = text.strip_prefix("#Function<") {
        return Some(("#Function<", 10 + numbers(rest)));
    }
    if let Some(rest) = text.strip_prefix("elixir_eval_") {
        return Some(("elixir_eval_", 12 + numbers(rest)));
    }
    if text.starts_with("<<70, 79, 82, 49,")
        && let Some(end) = text.find("...>>")
    {
        return Some(("<<70, 79, 82, 49, ...>>", end + 5));
    }
    if before.is_none_or(|before| !before.is_ascii_digit())
        && let Some(length) = time_of_day(text)
    {
        return Some(("00:00:00.000", length));
    }
    if let Some(rest) = text.strip_prefix(".ex:") {
        let digits = span(rest, |byte| byte.is_ascii_digit());
        return rest[digits..].starts_with(':').then_some((".ex:", 5 + digits));
    }
    None
}

fn span(text: &str, part: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| part(*byte)).count()
}

/// Digits with dots between them.
fn numbers(text: &str) -> usize {
    span(text, |byte| byte.is_ascii_digit() || byte == b'.')
}

/// `20:15:59.123`
fn time_of_day(text: &str) -> Option<usize> {
    let form = b"00:00:00.000";
    let bytes = text.as_bytes().get(..form.len())?;
    let fits =
        bytes.iter().zip(form).all(|(byte, form)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form });
    fits.then_some(form.len())
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn what_varies_is_taken_away() {
        assert_eq!(shape("{:ok, #PID<0.123.0>}"), shape("{:ok, #PID<0.9.1>}"));
        assert_eq!(shape("&lt;"), "&lt;");
        assert_eq!(shape("\x1b[31m** (A) b\x1b[0m"), "** (A) b");
        assert_eq!(shape("#Function<1.43282470/2 in :erl_eval.expr/6>"), shape("#Function<7.1/2 in :erl_eval.expr/6>"));
        assert_ne!(shape("#Function<1.4/2 in :a.b/6>"), shape("#Function<1.4/1 in :a.b/6>"));
        assert_eq!(shape("\n20:15:59.123 [error] x"), shape("\n01:15:59.999 [error] x"));
        assert_eq!(shape("(elixir 1.18.4) lib/enum.ex:12: Enum"), shape("(elixir 1.18.4) lib/enum.ex:13: Enum"));
        assert_eq!(shape("{:module, A, <<70, 79, 82, 49, 0, 1, ...>>, 1}"), "{:module, A, <<70, 79, 82, 49, ...>>, 1}");
        assert_eq!(shape("é 12.5\n"), "é 12.5");
    }

    #[test]
    fn what_does_not_vary_stays() {
        for text in ["1 + 1 = 2", "cell[3]:1: (file)", "#PID", "<<70, 79>>", "20:15", "120:15:59.123", "\x1b"] {
            assert_eq!(shape(text), text);
        }
    }
}
