//! Match specifications: patterns, guards and results as terms, interpreted.
//!
//! **What it is for.** A [`Spec`] is made from `[{pattern, guards, body}]` once and asked about many objects. Patterns are matched
//! with a stack of pairs; expressions are turned into postfix code and run on a stack of values. So neither recurses,
//! however deep a term is.
//!
//! **Invariants.**
//! 1. A value taken out of an object is copied before it becomes part of a term of the caller's heap: objects live as long
//!    as their table's lock only.
//! 2. A guard that can't be computed fails its clause; a result that can't be computed is `:EXIT`.
//!
//! **What it must not know.** Tables, processes.

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Bif;
use jovial_term::{Heap, Pid, Term};

/// `$1` is variable 1.
fn variable(term: Term<'_>) -> Option<usize> {
    let digits = term.as_atom()?.as_str().strip_prefix('$')?;
    let plain = !digits.is_empty() && digits.len() <= 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

fn is_wildcard(term: Term<'_>) -> bool {
    term.as_atom().is_some_and(|atom| atom.as_str() == "_")
}

/// Values bound by a pattern, by number of the variable.
type Bindings<'t> = Vec<(usize, Term<'t>)>;

fn bound<'t>(bindings: &Bindings<'t>, number: usize) -> Option<Term<'t>> {
    bindings.iter().find(|(bound, _)| *bound == number).map(|(_, value)| *value)
}

/// Matches without recursion.
fn matches<'t>(pattern: Term<'t>, object: Term<'t>, bindings: &mut Bindings<'t>) -> bool {
    bindings.clear();
    let mut left = vec![(pattern, object)];
    while let Some((pattern, value)) = left.pop() {
        if is_wildcard(pattern) {
            continue;
        }
        if let Some(number) = variable(pattern) {
            match bound(bindings, number) {
                Some(old) if !old.same(value) => return false,
                Some(_) => {}
                None => bindings.push((number, value)),
            }
        } else if let Some(elements) = pattern.as_tuple() {
            match value.as_tuple() {
                Some(values) if values.len() == elements.len() => {
                    left.extend(elements.iter().copied().zip(values.iter().copied()));
                }
                _ => return false,
            }
        } else if let Some((head, tail)) = pattern.as_cons() {
            let Some((value_head, value_tail)) = value.as_cons() else { return false };
            left.push((tail, value_tail));
            left.push((head, value_head));
        } else if let Some(map) = pattern.as_map() {
            let Some(values) = value.as_map() else { return false };
            for (key, wanted) in map.iter() {
                let Some(found) = values.get(key) else { return false };
                left.push((wanted, found));
            }
        } else if !pattern.same(value) {
            return false;
        }
    }
    true
}

/// Whether a pattern holds no variable: then only a term the same as it can match.
pub(crate) fn is_ground(pattern: Term<'_>) -> bool {
    let mut left = vec![pattern];
    while let Some(pattern) = left.pop() {
        if is_wildcard(pattern) || variable(pattern).is_some() {
            return false;
        }
        if let Some(elements) = pattern.as_tuple() {
            left.extend(elements);
        } else if let Some((head, tail)) = pattern.as_cons() {
            left.push(tail);
            left.push(head);
        } else if pattern.as_map().is_some() {
            // Part of a map matches, so it is no constant.
            return false;
        }
    }
    true
}

enum Op<'t> {
    Constant(Term<'t>),
    Variable(usize),
    /// `$_`
    Object,
    /// `$$`
    All,
    /// `self`
    Own,
    Tuple(usize),
    Cons,
    /// This many keys and values.
    Map(usize),
    Call(Bif, usize),
    IsRecord(usize),
    Both(usize),
    Either(usize),
}

fn bif(name: &str, arity: usize) -> Option<Bif> {
    Some(match (name, arity) {
        ("is_atom", 1) => Bif::IsAtom,
        ("is_float", 1) => Bif::IsFloat,
        ("is_integer", 1) => Bif::IsInteger,
        ("is_list", 1) => Bif::IsList,
        ("is_number", 1) => Bif::IsNumber,
        ("is_pid", 1) => Bif::IsPid,
        ("is_port", 1) => Bif::IsPort,
        ("is_reference", 1) => Bif::IsReference,
        ("is_tuple", 1) => Bif::IsTuple,
        ("is_map", 1) => Bif::IsMap,
        ("is_binary", 1) => Bif::IsBinary,
        ("is_bitstring", 1) => Bif::IsBitstring,
        ("is_boolean", 1) => Bif::IsBoolean,
        ("is_function", 1) => Bif::IsFunction,
        ("is_function", 2) => Bif::IsFunction2,
        ("is_map_key", 2) => Bif::IsMapKey,
        ("abs", 1) => Bif::Abs,
        ("ceil", 1) => Bif::Ceil,
        ("floor", 1) => Bif::Floor,
        ("round", 1) => Bif::Round,
        ("trunc", 1) => Bif::Trunc,
        ("float", 1) => Bif::ToFloat,
        ("hd", 1) => Bif::Hd,
        ("tl", 1) => Bif::Tl,
        ("length", 1) => Bif::Length,
        ("element", 2) => Bif::Element,
        ("tuple_size", 1) => Bif::TupleSize,
        ("map_size", 1) => Bif::MapSize,
        ("byte_size", 1) => Bif::ByteSize,
        ("bit_size", 1) => Bif::BitSize,
        ("size", 1) => Bif::Size,
        ("map_get", 2) => Bif::MapGet,
        ("binary_part", 3) => Bif::BinaryPart,
        ("min", 2) => Bif::Min,
        ("max", 2) => Bif::Max,
        ("node", 0 | 1) => Bif::Node,
        ("+", 1) => Bif::Plus,
        ("-", 1) => Bif::Neg,
        ("+", 2) => Bif::Add,
        ("-", 2) => Bif::Sub,
        ("*", 2) => Bif::Mul,
        ("/", 2) => Bif::Div,
        ("div", 2) => Bif::IntDiv,
        ("rem", 2) => Bif::Rem,
        ("band", 2) => Bif::BAnd,
        ("bor", 2) => Bif::BOr,
        ("bxor", 2) => Bif::BXor,
        ("bnot", 1) => Bif::BNot,
        ("bsl", 2) => Bif::Shl,
        ("bsr", 2) => Bif::Shr,
        ("==", 2) => Bif::NumEq,
        ("/=", 2) => Bif::NumNe,
        ("=:=", 2) => Bif::Eq,
        ("=/=", 2) => Bif::Ne,
        ("<", 2) => Bif::Lt,
        ("=<", 2) => Bif::Le,
        (">", 2) => Bif::Gt,
        (">=", 2) => Bif::Ge,
        ("not", 1) => Bif::Not,
        ("and", 2) => Bif::And,
        ("or", 2) => Bif::Or,
        ("xor", 2) => Bif::Xor,
        _ => return None,
    })
}

/// Turns an expression into postfix code. `None` when it is none.
fn compile<'t>(expression: Term<'t>, code: &mut Vec<Op<'t>>) -> Option<()> {
    enum Task<'t> {
        Expression(Term<'t>),
        Emit(Op<'t>),
    }
    let mut left = vec![Task::Expression(expression)];
    while let Some(task) = left.pop() {
        let term = match task {
            Task::Emit(op) => {
                code.push(op);
                continue;
            }
            Task::Expression(term) => term,
        };
        if let Some(number) = variable(term) {
            code.push(Op::Variable(number));
        } else if let Some(atom) = term.as_atom() {
            code.push(match atom.as_str() {
                "$_" => Op::Object,
                "$$" => Op::All,
                _ => Op::Constant(term),
            });
        } else if let Some((head, tail)) = term.as_cons() {
            left.push(Task::Emit(Op::Cons));
            left.push(Task::Expression(tail));
            left.push(Task::Expression(head));
        } else if let Some(map) = term.as_map() {
            left.push(Task::Emit(Op::Map(map.len())));
            for (key, value) in map.iter() {
                left.push(Task::Expression(value));
                left.push(Task::Expression(key));
            }
        } else if let Some(elements) = term.as_tuple() {
            if let [only] = elements
                && let Some(inner) = only.as_tuple()
            {
                left.push(Task::Emit(Op::Tuple(inner.len())));
                left.extend(inner.iter().rev().map(|element| Task::Expression(*element)));
                continue;
            }
            let (function, args) = elements.split_first()?;
            let name = function.as_atom()?.as_str();
            let op = match (name, args.len()) {
                ("const", 1) => {
                    code.push(Op::Constant(args[0]));
                    continue;
                }
                ("self", 0) => Op::Own,
                ("is_record", 2 | 3) => Op::IsRecord(args.len()),
                ("and" | "andalso", count) if count > 0 => Op::Both(count),
                ("or" | "orelse", count) if count > 0 => Op::Either(count),
                (name, arity) => Op::Call(bif(name, arity)?, arity),
            };
            left.push(Task::Emit(op));
            left.extend(args.iter().rev().map(|arg| Task::Expression(*arg)));
        } else {
            code.push(Op::Constant(term));
        }
    }
    Some(())
}

/// What expressions may ask for beside the object.
#[derive(Clone, Copy)]
pub(crate) struct World<'h> {
    pub(crate) heap: &'h Heap,
    pub(crate) own: Pid,
    pub(crate) node: Atom,
}

/// Runs postfix code. With `copies`, values of the object are copied where they are taken; without, the result is for
/// looking at only.
fn run<'t>(
    code: &[Op<'t>],
    object: Term<'t>,
    bindings: &Bindings<'t>,
    world: World<'t>,
    copies: bool,
) -> Option<Term<'t>> {
    let heap = world.heap;
    let own = |term: Term<'t>| heap.copy_in(term);
    let take = |term: Term<'t>| if copies { heap.copy_in(term) } else { term };
    // `None` is a value that could not be computed.
    let mut stack: Vec<Option<Term<'t>>> = Vec::new();
    for op in code {
        let value = match op {
            Op::Constant(term) => Some(*term),
            Op::Variable(number) => bound(bindings, *number).map(take),
            Op::Object => Some(take(object)),
            Op::All => {
                let mut sorted = bindings.clone();
                sorted.sort_unstable_by_key(|(number, _)| *number);
                Some(heap.list_from_iter(sorted.into_iter().map(|(_, value)| own(value))))
            }
            Op::Own => Some(Term::pid(world.own)),
            Op::Tuple(count) => {
                let elements: Option<Vec<_>> = stack.drain(stack.len() - count..).collect();
                elements.map(|elements| heap.tuple(&elements.into_iter().map(own).collect::<Vec<_>>()))
            }
            Op::Cons => {
                let (tail, head) = (stack.pop().flatten(), stack.pop().flatten());
                head.zip(tail).map(|(head, tail)| heap.cons(own(head), own(tail)))
            }
            Op::Map(count) => {
                let pairs: Option<Vec<_>> = stack.drain(stack.len() - 2 * count..).collect();
                pairs.map(|pairs| heap.map_from(pairs.chunks(2).map(|pair| (own(pair[0]), own(pair[1])))))
            }
            Op::Call(bif, arity) => {
                let args: Option<Vec<_>> = stack.drain(stack.len() - arity..).collect();
                args.and_then(|mut args| {
                    if *bif == Bif::BinaryPart {
                        // Its result refers to its argument.
                        args[0] = own(args[0]);
                    }
                    jovial_vm::guard_bif(heap, world.node, *bif, &args)
                })
            }
            Op::IsRecord(arity) => {
                let args: Option<Vec<_>> = stack.drain(stack.len() - arity..).collect();
                args.map(|args| {
                    let is = args[0].as_tuple().is_some_and(|elements| {
                        elements.first().is_some_and(|first| first.is_same(args[1]))
                            && args.get(2).is_none_or(|size| size.as_usize() == Some(elements.len()))
                    });
                    Term::bool(is)
                })
            }
            Op::Both(count) => decide(stack.drain(stack.len() - count..), false),
            Op::Either(count) => decide(stack.drain(stack.len() - count..), true),
        };
        stack.push(value);
    }
    stack.pop().flatten()
}

/// The first value that is `decisive`, else the other one; nothing once a value is no boolean.
fn decide<'t>(values: impl Iterator<Item = Option<Term<'t>>>, decisive: bool) -> Option<Term<'t>> {
    for value in values {
        if value?.as_bool()? == decisive {
            return Some(Term::bool(decisive));
        }
    }
    Some(Term::bool(!decisive))
}

struct Clause<'t> {
    pattern: Term<'t>,
    guards: Vec<Vec<Op<'t>>>,
    /// All but the last are computed for nothing, as there are no effects; only the last counts.
    body: Vec<Op<'t>>,
}

pub(crate) struct Spec<'t> {
    clauses: Vec<Clause<'t>>,
}

impl<'t> Spec<'t> {
    /// `None` for what is no match specification.
    pub(crate) fn new(spec: Term<'t>) -> Option<Spec<'t>> {
        let clauses: Option<Vec<Clause<'t>>> = spec
            .list_to_vec()?
            .into_iter()
            .map(|clause| {
                let &[pattern, guards, body] = clause.as_tuple_of::<3>()?;
                if !(pattern.as_tuple().is_some() || is_wildcard(pattern) || variable(pattern).is_some()) {
                    return None;
                }
                let guards: Option<Vec<Vec<Op<'t>>>> = guards
                    .list_to_vec()?
                    .into_iter()
                    .map(|guard| {
                        let mut code = Vec::new();
                        compile(guard, &mut code).map(|()| code)
                    })
                    .collect();
                let mut code = Vec::new();
                for expression in body.list_to_vec()? {
                    code.clear();
                    compile(expression, &mut code)?;
                }
                (!code.is_empty()).then_some(Clause { pattern, guards: guards?, body: code })
            })
            .collect();
        clauses.filter(|clauses| !clauses.is_empty()).map(|clauses| Spec { clauses })
    }

    /// One clause without guards that gives `result` (`$$` for `match`, `$_` for `match_object`).
    pub(crate) fn pattern(pattern: Term<'t>, whole: bool) -> Spec<'t> {
        let body = vec![if whole { Op::Object } else { Op::All }];
        Spec { clauses: vec![Clause { pattern, guards: Vec::new(), body }] }
    }

    /// The key that all objects in question have, when the patterns say so.
    pub(crate) fn key(&self, keypos: usize) -> Option<Term<'t>> {
        let [clause] = &self.clauses[..] else { return None };
        let key = *clause.pattern.as_tuple()?.get(keypos - 1)?;
        is_ground(key).then_some(key)
    }

    /// The result for an object, in the world's heap; `None` when no clause takes it.
    pub(crate) fn apply<'h>(&self, object: Term<'_>, world: World<'h>) -> Option<Term<'h>> {
        let mut bindings = Vec::new();
        let clause = self.find(object, world, &mut bindings)?;
        if let [Op::Object] = clause.body[..] {
            return Some(world.heap.copy_in(object));
        }
        // The result was built by copies and so is of the heap alone; one more copy says that in the types.
        let result = run(&clause.body, object, &bindings, world, true);
        Some(result.map_or(Term::atom(known::UPPER_EXIT), |result| world.heap.copy_in(result)))
    }

    /// Whether a clause takes the object.
    pub(crate) fn takes(&self, object: Term<'_>, world: World<'_>) -> bool {
        self.find(object, world, &mut Vec::new()).is_some()
    }

    /// Whether the result for an object is `true`, as counting and deleting want it.
    pub(crate) fn is_true(&self, object: Term<'_>, world: World<'_>) -> bool {
        let mut bindings = Vec::new();
        let clause = self.find(object, world, &mut bindings);
        clause.is_some_and(|clause| {
            run(&clause.body, object, &bindings, world, false).and_then(Term::as_bool) == Some(true)
        })
    }

    fn find<'a, 's>(&'a self, object: Term<'s>, world: World<'s>, bindings: &mut Bindings<'s>) -> Option<&'a Clause<'s>>
    where
        't: 's,
        'a: 's,
    {
        self.clauses.iter().find(|clause| {
            matches(clause.pattern, object, bindings)
                && clause
                    .guards
                    .iter()
                    .all(|guard| run(guard, object, bindings, world, false).and_then(Term::as_bool) == Some(true))
        })
    }
}
