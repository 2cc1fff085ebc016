//! The inputs and outputs of this session, for `history_request`.

use jovial_wire::content::HistoryRequest;
use serde_json::{Value, json};

/// Entries kept; the oldest go first.
const ENTRIES_MAX: usize = 10_000;

struct Entry {
    line: u32,
    input: String,
    output: Option<String>,
}

#[derive(Default)]
pub(crate) struct History {
    entries: Vec<Entry>,
}

impl History {
    pub(crate) fn add(&mut self, line: u32, input: &str, output: Option<String>) {
        if self.entries.len() == ENTRIES_MAX {
            self.entries.remove(0);
        }
        self.entries.push(Entry { line, input: input.to_string(), output });
    }

    /// The `history` list of the reply: `[session, line, input]` with the output beside the input if asked for.
    pub(crate) fn find(&self, request: &HistoryRequest) -> Value {
        let chosen: Vec<&Entry> = match request.hist_access_type.as_str() {
            // 0 is this session, which calls itself 1; others have left nothing.
            "range" if !(0..=1).contains(&request.session) => Vec::new(),
            "range" => {
                let start = request.start.unwrap_or(0);
                let stop = request.stop.unwrap_or(i64::MAX);
                self.entries.iter().filter(|entry| (start..stop).contains(&i64::from(entry.line))).collect()
            }
            "search" => {
                let pattern = request.pattern.as_deref().unwrap_or("*");
                let mut found: Vec<&Entry> = Vec::new();
                for entry in self.entries.iter().filter(|entry| glob(pattern, &entry.input)) {
                    if request.unique {
                        found.retain(|other| other.input != entry.input);
                    }
                    found.push(entry);
                }
                last(found, request.n)
            }
            _ => last(self.entries.iter().collect(), request.n),
        };
        chosen
            .into_iter()
            .map(|entry| {
                if request.output {
                    json!([1, entry.line, [entry.input, entry.output]])
                } else {
                    json!([1, entry.line, entry.input])
                }
            })
            .collect()
    }
}

fn last(mut entries: Vec<&Entry>, n: Option<usize>) -> Vec<&Entry> {
    if let Some(n) = n {
        let over = entries.len().saturating_sub(n);
        entries.drain(..over);
    }
    entries
}

/// `*` stands for any text, `?` for one character. Goes back only to the last star, so the cost is bounded by the
/// product of the lengths.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut here, mut star) = (0, 0, None);
    while here < text.len() {
        if at < pattern.len() && pattern[at] == '*' {
            star = Some((at, here));
            at += 1;
        } else if at < pattern.len() && (pattern[at] == '?' || pattern[at] == text[here]) {
            at += 1;
            here += 1;
        } else if let Some((star_at, star_here)) = star {
            at = star_at + 1;
            here = star_here + 1;
            star = Some((star_at, here));
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(kind: &str, change: impl Fn(&mut HistoryRequest)) -> Value {
        let mut history = History::default();
        for (line, input) in [(1, "a = 1"), (2, "b = 2"), (3, "a = 1"), (4, "c")] {
            history.add(line, input, None);
        }
        let mut request = HistoryRequest {
            output: false,
            hist_access_type: kind.into(),
            session: 0,
            start: None,
            stop: None,
            n: None,
            pattern: None,
            unique: false,
        };
        change(&mut request);
        history.find(&request)
    }

    #[test]
    fn tail_range_and_search() {
        assert_eq!(ask("tail", |r| r.n = Some(2)), json!([[1, 3, "a = 1"], [1, 4, "c"]]));
        assert_eq!(ask("range", |r| (r.start, r.stop) = (Some(2), Some(3))), json!([[1, 2, "b = 2"]]));
        assert_eq!(ask("search", |r| r.pattern = Some("? = *".into())).as_array().map(Vec::len), Some(3));
        let unique = ask("search", |r| (r.pattern, r.unique) = (Some("*=*".into()), true));
        assert_eq!(unique, json!([[1, 2, "b = 2"], [1, 3, "a = 1"]]));
        assert_eq!(ask("tail", |r| (r.n, r.output) = (Some(1), true)), json!([[1, 4, ["c", null]]]));
    }
}
