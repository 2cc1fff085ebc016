//! `:re`: compiling regular expressions and running them.
//!
//! A compiled pattern is `{:re_pattern, groups, unicode, use_crlf, binary}`, where the binary holds the source and its
//! switches: so it is a literal like any other, in code and in messages. What that compiles to is kept in the machine.
//! A search that takes long is kept in a reference and goes on as a call of the hidden `:jovial_re.resume`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jovial_atoms::Atom;
use jovial_processes::of;
use jovial_term::Term;
use jovial_vm::{Ctx, Halt};

use super::Entry;
use super::support::{Out, atom, badarg, bytes, charge, error, list, need, ok, size, word};
use crate::regex::{Error, Flags, Found, Newline, Regex, Search, Start};

pub(crate) const TABLE: &[Entry] = &[
    ("re", "compile", 1, |ctx, args| compile(ctx, args[0], Term::EMPTY_LIST)),
    ("re", "compile", 2, |ctx, args| compile(ctx, args[0], args[1])),
    ("re", "run", 2, |ctx, args| run(ctx, args[0], args[1], Term::EMPTY_LIST)),
    ("re", "run", 3, |ctx, args| run(ctx, args[0], args[1], args[2])),
    ("re", "inspect", 2, inspect),
    ("re", "version", 0, |ctx, _| Ok(ctx.heap().binary(VERSION))),
    ("jovial_re", "resume", 3, resume),
];

/// Programs see which syntax to expect.
const VERSION: &[u8] = b"8.44 2020-02-12";
/// What the binary of a compiled pattern begins with.
const MAGIC: &[u8] = b"JRE1";
/// Steps of a search before others may run.
const STEPS: usize = 40_000;
/// Ways that a search may go back over before it gives up, unless told otherwise.
const MATCH_LIMIT: u64 = 10_000_000;
const CACHE_MAX: usize = 2_000;

/// Patterns that were compiled, by their binaries.
#[derive(Default)]
struct Cache(Mutex<HashMap<Vec<u8>, Arc<Regex>>>);

fn compiled(ctx: &Ctx<'_>, key: &[u8]) -> Option<Result<Arc<Regex>, Error>> {
    let cache = ctx.machine().shared::<Cache>();
    if let Some(regex) = cache.0.lock().unwrap_or_else(PoisonError::into_inner).get(key) {
        return Some(Ok(Arc::clone(regex)));
    }
    let rest = key.strip_prefix(MAGIC)?;
    let (flags, pattern) = rest.split_first_chunk::<4>()?;
    Some(Regex::new(pattern, Flags(u32::from_le_bytes(*flags))).map(|regex| {
        let regex = Arc::new(regex);
        let mut cache = cache.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= CACHE_MAX {
            cache.clear();
        }
        cache.insert(key.to_vec(), Arc::clone(&regex));
        regex
    }))
}

/// A subject or pattern: a binary, or an iolist (with `unicode`, characters too).
fn content<'h>(term: Term<'h>, unicode: bool) -> Result<Vec<u8>, Halt<'h>> {
    if !unicode {
        return super::conversions::iolist_bytes(term);
    }
    let mut out = Vec::new();
    let mut left = vec![term];
    while let Some(part) = left.pop() {
        if let Some((head, tail)) = part.as_cons() {
            left.push(tail);
            left.push(head);
        } else if let Some(code) = part.as_small() {
            let c = need(u32::try_from(code).ok().and_then(char::from_u32))?;
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else if !part.is_nil_list() {
            out.extend_from_slice(&bytes(part)?);
        }
    }
    if std::str::from_utf8(&out).is_ok() { Ok(out) } else { badarg() }
}

fn newline<'h>(value: Term<'h>) -> Result<Newline, Halt<'h>> {
    Ok(match atom(value)?.as_str() {
        "lf" => Newline::Lf,
        "cr" => Newline::Cr,
        "crlf" => Newline::CrLf,
        "anycrlf" => Newline::AnyCrLf,
        "any" => Newline::Any,
        _ => return badarg(),
    })
}

/// Takes an option of compiling into the flags. Whether it is one.
fn compile_option<'h>(option: Term<'h>, flags: &mut Flags) -> Result<bool, Halt<'h>> {
    if let Some([name, value]) = option.as_tuple_of::<2>() {
        if name.same(word("newline")) {
            flags.set_newline(newline(*value)?);
            return Ok(true);
        }
        return Ok(false);
    }
    let flag = match atom(option)?.as_str() {
        "unicode" => Flags::UNICODE,
        "ucp" => Flags::UCP,
        "anchored" => Flags::ANCHORED,
        "caseless" => Flags::CASELESS,
        "dollar_endonly" => Flags::DOLLAR_ENDONLY,
        "dotall" => Flags::DOTALL,
        "extended" => Flags::EXTENDED,
        "firstline" => Flags::FIRSTLINE,
        "multiline" => Flags::MULTILINE,
        "no_auto_capture" => Flags::NO_AUTO_CAPTURE,
        "dupnames" => Flags::DUPNAMES,
        "ungreedy" => Flags::UNGREEDY,
        "bsr_anycrlf" => Flags::BSR_ANYCRLF,
        "bsr_unicode" | "no_start_optimize" | "never_utf" => return Ok(true),
        _ => return Ok(false),
    };
    flags.set(flag, true);
    Ok(true)
}

/// The binary of a pattern.
fn key<'h>(pattern: Term<'h>, flags: Flags) -> Result<Vec<u8>, Halt<'h>> {
    let source = content(pattern, flags.has(Flags::UNICODE))?;
    Ok([MAGIC, &flags.0.to_le_bytes(), &source].concat())
}

fn compile<'h>(ctx: &Ctx<'h>, pattern: Term<'h>, options: Term<'h>) -> Out<'h> {
    let heap = ctx.heap();
    let mut flags = Flags::default();
    for option in list(options)? {
        if !compile_option(option, &mut flags)? {
            return badarg();
        }
    }
    let key = key(pattern, flags)?;
    charge(ctx, key.len() * 16);
    Ok(match need(compiled(ctx, &key))? {
        Ok(regex) => {
            let crlf = matches!(regex.flags.newline(), Newline::CrLf | Newline::Any | Newline::AnyCrLf);
            ok(
                heap,
                heap.tuple(&[
                    word("re_pattern"),
                    Term::count(regex.groups),
                    Term::count(usize::from(regex.flags.has(Flags::UNICODE))),
                    Term::count(usize::from(crlf)),
                    heap.try_binary(&key)?,
                ]),
            )
        }
        Err(problem) => error(heap, compile_error(ctx, &problem)),
    })
}

fn compile_error<'h>(ctx: &Ctx<'h>, problem: &Error) -> Term<'h> {
    ctx.heap().tuple(&[ctx.heap().charlist(problem.message), Term::count(problem.position)])
}

fn of_pattern<'h>(ctx: &Ctx<'h>, pattern: Term<'h>) -> Option<Arc<Regex>> {
    let [tag, _, _, _, binary] = pattern.as_tuple_of::<5>()?;
    if !tag.same(word("re_pattern")) {
        return None;
    }
    compiled(ctx, &binary.bytes()?)?.ok()
}

/// What a run was asked for, beside captures.
struct Request {
    global: bool,
    report: bool,
    start: Start,
    flags: Flags,
}

fn request<'h>(options: Term<'h>) -> Result<Request, Halt<'h>> {
    let start = Start {
        offset: 0,
        anchored: false,
        not_empty: false,
        not_empty_at_start: false,
        not_bol: false,
        not_eol: false,
        limit: MATCH_LIMIT,
    };
    let mut request = Request { global: false, report: false, start, flags: Flags::default() };
    let start = &mut request.start;
    for option in list(options)? {
        if let Some((name, values)) = option.as_tuple().and_then(|parts| parts.split_first()) {
            match (atom(*name)?.as_str(), values) {
                ("offset", [offset]) => start.offset = size(*offset)?,
                ("match_limit", [limit]) => start.limit = need(limit.as_u64())?,
                ("match_limit_recursion", [limit]) => {
                    size(*limit)?;
                }
                ("capture", [_] | [_, _]) => {}
                _ if compile_option(option, &mut request.flags)? => {}
                _ => return badarg(),
            }
            continue;
        }
        match atom(option)?.as_str() {
            "global" => request.global = true,
            "report_errors" => request.report = true,
            "anchored" => start.anchored = true,
            "notbol" => start.not_bol = true,
            "noteol" => start.not_eol = true,
            "notempty" => start.not_empty = true,
            "notempty_atstart" => start.not_empty_at_start = true,
            _ if compile_option(option, &mut request.flags)? => {}
            _ => return badarg(),
        }
    }
    Ok(request)
}

/// A run that may take several slices.
struct Run {
    regex: Arc<Regex>,
    request: Request,
    search: Search,
    /// Looking for a match at the place of the empty one before.
    again: bool,
    /// Where the search at hand began.
    offset: usize,
    matches: Vec<Vec<Option<(usize, usize)>>>,
}

/// A run between two slices.
struct Paused(Mutex<Option<Run>>);

fn run<'h>(ctx: &Ctx<'h>, subject: Term<'h>, pattern: Term<'h>, options: Term<'h>) -> Out<'h> {
    let heap = ctx.heap();
    let request = request(options)?;
    let regex = if pattern.as_tuple().is_some() {
        need(of_pattern(ctx, pattern))?
    } else {
        match need(compiled(ctx, &key(pattern, request.flags)?))? {
            Ok(regex) => regex,
            Err(problem) if request.report => {
                return Ok(error(heap, heap.tuple(&[word("compile"), compile_error(ctx, &problem)])));
            }
            Err(_) => return badarg(),
        }
    };
    let unicode = regex.flags.has(Flags::UNICODE);
    let subject = if subject.as_binary().is_some() { subject } else { heap.try_binary(&content(subject, unicode)?)? };
    let text = bytes(subject)?;
    let offset = request.start.offset;
    if offset > text.len() {
        return badarg();
    }
    if unicode {
        charge(ctx, text.len() / 32);
        let valid = std::str::from_utf8(&text).map_err(|_| Halt::badarg())?;
        if !valid.is_char_boundary(offset) {
            return badarg();
        }
    }
    let search = Search::new(&regex, request.start);
    go_on(ctx, subject, options, Run { regex, request, search, again: false, offset, matches: Vec::new() })
}

/// `resume(subject, options, run)`
fn resume<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let paused: &Paused = need(args[2].as_ref().and_then(|reference| reference.downcast()))?;
    let run = paused.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    go_on(ctx, args[0], args[1], need(run)?)
}

fn go_on<'h>(ctx: &Ctx<'h>, subject: Term<'h>, options: Term<'h>, mut run: Run) -> Out<'h> {
    let text = bytes(subject)?;
    let mut budget = STEPS;
    loop {
        match run.search.run(&run.regex, &text, &mut budget) {
            Found::More => {
                charge(ctx, STEPS);
                let number = need(of(ctx)?.make_ref().as_ref())?.number;
                let paused = Arc::new(Paused(Mutex::new(Some(run))));
                let state = ctx.heap().magic_ref(number, paused);
                let (module, function) = (Atom::new("jovial_re"), Atom::new("resume"));
                return Err(Halt::TailCall { module, function, args: vec![subject, options, state] });
            }
            Found::Limit => {
                charge(ctx, STEPS - budget);
                let reason = word("match_limit");
                return Ok(if run.request.report { error(ctx.heap(), reason) } else { word("nomatch") });
            }
            Found::Match(groups) => {
                let (from, to) = groups.first().copied().flatten().unwrap_or((0, 0));
                run.matches.push(groups);
                let at_end = to >= text.len() && to <= from;
                if !run.request.global || at_end {
                    break;
                }
                if to > from.max(run.offset) {
                    run.start_at(to, false);
                } else if to == from && to >= run.offset {
                    run.start_at(to, true);
                } else {
                    // A match that was moved back by what its look contains.
                    let next = run.step(&text);
                    run.start_at(next, false);
                }
            }
            Found::Nothing if run.again => {
                let next = run.step(&text);
                if next > text.len() {
                    break;
                }
                run.start_at(next, false);
            }
            Found::Nothing => break,
        }
    }
    charge(ctx, STEPS - budget);
    present(ctx, subject, options, &run)
}

impl Run {
    fn start_at(&mut self, offset: usize, again: bool) {
        let mut start = Start { offset, ..self.request.start };
        if again {
            (start.anchored, start.not_empty_at_start) = (true, true);
        }
        (self.offset, self.again) = (offset, again);
        self.search = Search::new(&self.regex, start);
    }

    /// The place one character, or one line end, further on.
    fn step(&self, text: &[u8]) -> usize {
        let at = self.offset;
        let crlf = self.regex.flags.newline() != Newline::Lf && self.regex.flags.newline() != Newline::Cr;
        if crlf && text[at.min(text.len())..].starts_with(b"\r\n") {
            return at + 2;
        }
        let mut next = at + 1;
        while self.regex.flags.has(Flags::UNICODE) && text.get(next).is_some_and(|byte| byte & 0xc0 == 0x80) {
            next += 1;
        }
        next
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Index,
    List,
    Binary,
}

/// The groups that are wanted, with names that several may have; `None` for all, from this one on.
enum Wanted {
    From(usize),
    These(Vec<Vec<usize>>),
}

fn named(regex: &Regex, name: &[u8]) -> Vec<usize> {
    regex.names.iter().filter(|(other, _)| other == name).map(|(_, group)| *group).collect()
}

fn names(regex: &Regex) -> Vec<&[u8]> {
    let mut names: Vec<&[u8]> = regex.names.iter().map(|(name, _)| &name[..]).collect();
    names.dedup();
    names
}

fn captures<'h>(options: Term<'h>, regex: &Regex) -> Result<(Wanted, Form), Halt<'h>> {
    let given = options.list_iter().find_map(|option| {
        let (name, values) = option.as_tuple()?.split_first()?;
        name.same(word("capture")).then_some(values)
    });
    let (what, form) = match given {
        None => return Ok((Wanted::From(0), Form::Index)),
        Some([what]) => (*what, Form::Index),
        Some([what, form]) => {
            let form = match atom(*form)?.as_str() {
                "index" => Form::Index,
                "list" => Form::List,
                "binary" => Form::Binary,
                _ => return badarg(),
            };
            (*what, form)
        }
        Some(_) => return badarg(),
    };
    if let Some(name) = what.as_atom() {
        let wanted = match name.as_str() {
            "all" => Wanted::From(0),
            "all_but_first" => Wanted::From(1),
            "first" => Wanted::These(vec![vec![0]]),
            "none" => Wanted::These(Vec::new()),
            "all_names" => Wanted::These(names(regex).into_iter().map(|name| named(regex, name)).collect()),
            _ => return badarg(),
        };
        return Ok((wanted, form));
    }
    let mut these = Vec::new();
    for item in list(what)? {
        these.push(if let Some(number) = item.as_usize() {
            vec![number]
        } else if let Some(name) = item.as_atom() {
            named(regex, name.as_str().as_bytes())
        } else if item.is_integer() {
            return badarg();
        } else {
            named(regex, &super::conversions::iolist_bytes(item)?)
        });
    }
    Ok((Wanted::These(these), form))
}

fn present<'h>(ctx: &Ctx<'h>, subject: Term<'h>, options: Term<'h>, run: &Run) -> Out<'h> {
    let heap = ctx.heap();
    let (wanted, form) = captures(options, &run.regex)?;
    if run.matches.is_empty() {
        return Ok(word("nomatch"));
    }
    if matches!(&wanted, Wanted::These(these) if these.is_empty()) {
        return Ok(word("match"));
    }
    let text = bytes(subject)?;
    let one = |range: Option<(usize, usize)>| -> Out<'h> {
        let range = range.map(|(from, to)| (from, to.saturating_sub(from)));
        match (form, range) {
            (Form::Index, None) => Ok(heap.tuple(&[Term::small32(-1), Term::ZERO])),
            (Form::Index, Some((from, len))) => Ok(heap.tuple(&[Term::count(from), Term::count(len)])),
            (Form::Binary, None) => Ok(heap.binary(&[])),
            (Form::Binary, Some((from, len))) => need(heap.sub_binary(subject, from * 8, len * 8)),
            (Form::List, None) => Ok(Term::EMPTY_LIST),
            (Form::List, Some((from, len))) => {
                let part = &text[from..from + len];
                Ok(match std::str::from_utf8(part) {
                    Ok(text) if run.regex.flags.has(Flags::UNICODE) => heap.charlist(text),
                    _ => heap.list_from_iter(part.iter().map(|byte| Term::small32(i32::from(*byte)))),
                })
            }
        }
    };
    let all = |groups: &[Option<(usize, usize)>]| -> Out<'h> {
        let terms: Result<Vec<_>, Halt<'h>> = match &wanted {
            Wanted::From(first) => {
                let last = groups.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
                groups[(*first).min(last)..last].iter().map(|range| one(*range)).collect()
            }
            Wanted::These(these) => these
                .iter()
                .map(|group| one(group.iter().find_map(|group| groups.get(*group).copied().flatten())))
                .collect(),
        };
        Ok(heap.list(terms?))
    };
    let results = if run.request.global {
        let lists: Result<Vec<_>, Halt<'h>> = run.matches.iter().map(|groups| all(groups)).collect();
        heap.list(lists?)
    } else {
        all(&run.matches[0])?
    };
    Ok(heap.tuple(&[word("match"), results]))
}

fn inspect<'h>(ctx: &Ctx<'h>, args: &[Term<'h>]) -> Out<'h> {
    let regex = need(of_pattern(ctx, args[0]))?;
    if !args[1].same(word("namelist")) {
        return badarg();
    }
    let heap = ctx.heap();
    let names: Vec<Term<'h>> = names(&regex).into_iter().map(|name| heap.binary(name)).collect();
    Ok(heap.tuple(&[word("namelist"), heap.list(names)]))
}
