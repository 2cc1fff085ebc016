//! What patterns match, against recorded answers of Erlang's engine.

use super::{Error, Flags, Found, Regex, Search, Start};

fn start(offset: usize) -> Start {
    Start {
        offset,
        anchored: false,
        not_empty: false,
        not_empty_at_start: false,
        not_bol: false,
        not_eol: false,
        limit: 1_000_000,
    }
}

/// The match and its groups, with `None` for those that took no part; or the error.
fn find(pattern: &str, flags: u32, text: &[u8]) -> Result<Option<Vec<Option<String>>>, Error> {
    let regex = Regex::new(pattern.as_bytes(), Flags(flags))?;
    let mut search = Search::new(&regex, start(0));
    loop {
        // Few steps at a time, so that going on is tested everywhere.
        match search.run(&regex, text, &mut 7) {
            Found::Match(groups) => {
                let part = |(from, to): (usize, usize)| String::from_utf8_lossy(&text[from..to]).into_owned();
                return Ok(Some(groups.into_iter().map(|group| group.map(part)).collect()));
            }
            Found::Nothing | Found::Limit => return Ok(None),
            Found::More => {}
        }
    }
}

fn check(pattern: &str, text: &str, expected: Option<&[&str]>) {
    check_with(pattern, 0, text, expected);
}

fn check_with(pattern: &str, flags: u32, text: &str, expected: Option<&[&str]>) {
    let found = find(pattern, flags, text.as_bytes());
    let found = found.map(|found| found.map(|all| all.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>()));
    let expected = expected.map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(found, Ok(expected), "{pattern} on {text}");
}

fn check_error(pattern: &str, message: &'static str, position: usize) {
    let error = Regex::new(pattern.as_bytes(), Flags(0)).err();
    assert_eq!(error, Some(Error { message, position }), "{pattern}");
}

#[test]
fn the_first_way_wins() {
    check("a|ab", "ab", Some(&["a"]));
    check("(a+)(a*)", "aaa", Some(&["aaa", "aaa", ""]));
    check("(a+?)(a*)", "aaa", Some(&["aaa", "a", "aa"]));
    check("a{2,3}", "aaaa", Some(&["aaa"]));
    check("(?:ab){2,}", "xababab", Some(&["ababab"]));
    check("(?:(?:ab){20}){20}c", &("ab".repeat(400) + "c"), Some(&[&("ab".repeat(400) + "c")]));
    check("(a|b)*c", "abac", Some(&["abac", "a"]));
    check("(a*)*", "b", Some(&["", ""]));
    check("(a|(b))+", "ba", Some(&["ba", "a", "b"]));
    check("x*y", "xxz", None);
}

#[test]
fn atomic_possessive_and_looks() {
    check("(?>a+)ab", "aaab", None);
    check("a++b", "aab", Some(&["aab"]));
    check("(?:ab|a)++b", "ab", None);
    check("foo(?=bar)", "foobaz foobar", Some(&["foo"]));
    check("foo(?!bar).", "foobar foobaz", Some(&["foob"]));
    check("(?<=a|bc)d", "xd bcd", Some(&["d"]));
    check("(?<!a)b", "ab bb", Some(&["b"]));
    check("(?=(a+))a*b\\1", "baaabac", Some(&["aba", "a"]));
    check("foo\\Kbar", "foobar", Some(&["bar"]));
}

#[test]
fn references_calls_and_conditions() {
    check("(\\w)\\1", "abccd", Some(&["cc", "c"]));
    check("(?<q>['\"]).*?\\k<q>", "say 'it' now", Some(&["'it'", "'"]));
    check("(?i)(a)\\1", "xAa", Some(&["Aa", "A"]));
    check("\\((?:[^()]|(?R))*\\)", "x(a(b)c)d", Some(&["(a(b)c)"]));
    check("^(?<n>\\d|\\((?&n)\\+(?&n)\\))$", "(1+(2+3))", Some(&["(1+(2+3))", "(1+(2+3))"]));
    check("^(<)?a(?(1)>|!)$", "<a>", Some(&["<a>", "<"]));
    check("^(<)?a(?(1)>|!)$", "a!", Some(&["a!", ""]));
    check("(?(DEFINE)(?<d>\\d+))x(?&d)", "x42", Some(&["x42", ""]));
    check("(?|(a)|(b))\\1", "bb", Some(&["bb", "b"]));
    check("a(*SKIP)(*FAIL)|.", "ab", Some(&["b"]));
    check("a+(*COMMIT)b", "aac aab", None);
}

#[test]
fn lines_and_edges() {
    check("^b", "a\nb", None);
    check_with("^b$", Flags::MULTILINE, "a\nb\nc", Some(&["b"]));
    check("a$", "a\n", Some(&["a"]));
    check("a\\z", "a\n", None);
    check("a.b", "a\nb", None);
    check_with("a.b", Flags::DOTALL, "a\nb", Some(&["a\nb"]));
    check("\\bfoo\\b", "afoo foo", Some(&["foo"]));
    check("a\\Rb", "a\r\nb", Some(&["a\r\nb"]));
    check_with(" a b # c", Flags::EXTENDED, "ab", Some(&["ab"]));
    check_with("a+", Flags::UNGREEDY, "aaa", Some(&["a"]));
}

#[test]
fn bytes_or_characters() {
    assert_eq!(find(".", 0, "é".as_bytes()), Ok(Some(vec![Some("\u{fffd}".into())])));
    check_with("^.$", Flags::UNICODE, "é", Some(&["é"]));
    check_with("(?i)ÄÖ", Flags::UNICODE, "äö", Some(&["äö"]));
    check_with("\\w+", Flags::UNICODE | Flags::UCP, "żółć!", Some(&["żółć"]));
    check_with("\\p{Lu}\\p{^Lu}", Flags::UNICODE, "aBc", Some(&["Bc"]));
    check_with("[^a-z]+", Flags::UNICODE, "ab→c", Some(&["→"]));
    check_with("[а-я]+", Flags::UNICODE | Flags::CASELESS, "ПРИВЕТ", Some(&["ПРИВЕТ"]));
    check("[[:alpha:]_]+[^[:space:]]", "1ab_c2 ", Some(&["ab_c2"]));
    check_with("^\\X$", Flags::UNICODE, "e\u{301}", Some(&["e\u{301}"]));
}

#[test]
fn errors_are_those_of_pcre() {
    check_error("*a", "nothing to repeat", 0);
    check_error("(a", "missing )", 2);
    check_error("a)", "unmatched parentheses", 1);
    check_error("[a", "missing terminating ] for character class", 2);
    check_error("[z-a]", "range out of order in character class", 3);
    check_error("a{3,2}", "numbers out of order in {} quantifier", 5);
    check_error("(?<=a*)b", "lookbehind assertion is not fixed length", 6);
    check_error("(a)\\2", "reference to non-existent subpattern", 5);
    check_error("\\p{Foo}", "unknown property name after \\P or \\p", 6);
    check_error("(?<n>a)(?<n>b)", "two named subpatterns have the same name", 11);
    check_error(&"(".repeat(300), "parentheses are too deeply nested", 251);
}

#[test]
fn a_search_without_end_is_stopped() {
    let regex = Regex::new(b"(a+)+c", Flags(0)).expect("valid");
    let mut search = Search::new(&regex, start(0));
    let text = [b"c".to_vec(), b"a".repeat(40), b"bc".to_vec()].concat();
    let mut budget = usize::MAX;
    assert!(matches!(search.run(&regex, &text, &mut budget), Found::Limit));
}

#[test]
fn errors_stand_where_pcre_says() {
    let recursion = "recursive call could loop indefinitely";
    for (pattern, position) in [
        ("(?R)", 3),
        ("(a|(?R))", 6),
        ("(a?(?1))", 6),
        ("(?<n>x*(?&n))", 11),
        ("(?:(?R))?", 6),
        ("((?=a)(?1))", 9),
        ("(\\2(?1))(a)", 6),
        ("((?(1)a)(?1))", 11),
        ("(\\g<1>)", 5),
        ("((?2)(a?)(?1))", 12),
    ] {
        check_error(pattern, recursion, position);
    }
    for pattern in ["a(?R)", "((a)?(?2)(?1))", "((?(1)a|b)(?1))", "(?1)(a?)"] {
        assert!(Regex::new(pattern.as_bytes(), Flags(0)).is_ok(), "{pattern}");
    }
    check_error("\\B{1,2}?", "nothing to repeat", 6);
    check_error("{3,1}", "numbers out of order in {} quantifier", 4);
    check_error("a\\2(b)c", "reference to non-existent subpattern", 7);
    check_error("[a-\\pL]", "invalid range in character class", 4);
    check_error("x[a-[:digit:]]", "invalid range in character class", 4);
    check_error("x[=a=]", "POSIX collating elements are not supported", 1);
    check_error("[b-y.z[.(.]", "POSIX collating elements are not supported", 6);
    check_error("[[:^di+git:]]", "unknown POSIX class name", 4);
    check_error("(?(?i)a|b)", "assertion expected after (?( or (?(?C)", 3);
}

#[test]
fn no_match_begins_within_a_line_end() {
    let any = "(*ANYCRLF)";
    check(&format!("{any}[^x]b"), "a\r\nb", None);
    check(&format!("{any}[^x]b"), "a\nb", Some(&["\nb"]));
    // A pattern that speaks of line ends looks everywhere.
    check(&format!("{any}[^x\\r]b"), "a\r\nb", Some(&["\nb"]));
    check("[^x]b", "a\r\nb", Some(&["\nb"]));
    check("\\X", "\r\nb", Some(&["\r\n"]));
}
