//! Quoted code to terms and back.
//!
//! **Invariants.**
//! 1. `from_term(to_term(node))` is the node again. A term that no tree can spell becomes an opaque node, and its
//!    value is kept in [`Values`].
//! 2. Both ways work on stacks of their own: code nested a million deep is no danger.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jovial_atoms::{Atom, known};
use jovial_compiler::{Code, Item};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};
use jovial_term::{Fragment, Heap, Term, Value};

/// The terms behind host handles. Definitions carry handles from the compilation that stored them to the one that finishes
/// their module, so all compilations share one table.
#[derive(Clone, Default)]
pub struct Values(Arc<Mutex<Vec<Arc<Fragment>>>>);

impl Values {
    fn table(&self) -> MutexGuard<'_, Vec<Arc<Fragment>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a copy of a term and gives its number.
    pub fn keep(&self, term: Term<'_>) -> u32 {
        let fragment = Fragment::copy_of(term).unwrap_or_else(|_| Fragment::immediate(Term::NIL));
        let mut table = self.table();
        table.push(Arc::new(fragment));
        u32::try_from(table.len() - 1).expect("fewer values than nodes, which are counted in 32 bits")
    }

    pub fn get(&self, number: u32) -> Option<Arc<Fragment>> {
        self.table().get(number as usize).cloned()
    }
}

enum Down {
    Visit(NodeId),
    Build(NodeId),
    /// A meta value that is no node.
    Plain(MetaValue),
    Entry(Atom),
    MetaList(usize),
}

/// The term that a node stands for.
pub fn to_term<'h>(heap: &'h Heap, code: &Code, values: &Values, root: NodeId) -> Term<'h> {
    let mut work = vec![Down::Visit(root)];
    let mut done: Vec<Term<'h>> = Vec::new();
    while let Some(step) = work.pop() {
        match step {
            Down::Visit(id) => visit(heap, code, values, id, &mut work, &mut done),
            Down::Plain(MetaValue::Int(value)) => done.push(heap.int(value)),
            Down::Plain(MetaValue::Atom(atom)) => done.push(Term::atom(atom)),
            Down::Plain(MetaValue::Node(node)) => work.push(Down::Visit(node)),
            Down::Entry(key) => {
                let value = done.pop().unwrap_or(Term::NIL);
                done.push(heap.tuple(&[Term::atom(key), value]));
            }
            Down::MetaList(len) => {
                let at = done.len().saturating_sub(len);
                let entries = heap.list(done.drain(at..));
                done.push(entries);
            }
            Down::Build(id) => build(heap, code, id, &mut done),
        }
    }
    done.pop().unwrap_or(Term::NIL)
}

/// The keyword list of a meta.
pub fn meta_to_term<'h>(heap: &'h Heap, code: &Code, values: &Values, meta: Meta) -> Term<'h> {
    heap.list(code.tree.meta(meta).iter().map(|&(key, value)| {
        let value = match value {
            MetaValue::Int(value) => heap.int(value),
            MetaValue::Atom(atom) => Term::atom(atom),
            MetaValue::Node(node) => to_term(heap, code, values, node),
        };
        heap.tuple(&[Term::atom(key), value])
    }))
}

fn visit<'h>(heap: &'h Heap, code: &Code, values: &Values, id: NodeId, work: &mut Vec<Down>, done: &mut Vec<Term<'h>>) {
    let tree = &code.tree;
    let children = |work: &mut Vec<Down>, ids: &[NodeId]| work.extend(ids.iter().rev().map(|id| Down::Visit(*id)));
    match tree.node(id) {
        Node::Int(value) => done.push(heap.int(value)),
        Node::BigInt(digits) => done.push(heap.parse_int(tree.bytes(digits), 10).unwrap_or(Term::ZERO)),
        Node::Float(value) => done.push(heap.float(value)),
        Node::Atom(atom) => done.push(Term::atom(atom)),
        Node::Binary(bytes) => done.push(heap.binary(tree.bytes(bytes))),
        Node::Opaque(handle) => done.push(match code.carried.get(handle) {
            Some(Item::Host(number)) => values.get(*number).map_or(Term::NIL, |value| heap.copy_in(value.root())),
            Some(Item::Env(env)) => super::env_term::to_term(heap, env),
            Some(item @ Item::Quoted(_)) => heap.binary(&jovial_compiler::carried::encode(item)),
            None => Term::NIL,
        }),
        Node::List(seq) | Node::Improper(seq) | Node::Tuple(seq) | Node::Map(seq) => {
            work.push(Down::Build(id));
            children(work, tree.seq(seq));
        }
        Node::Pair(left, right) => {
            work.push(Down::Build(id));
            children(work, &[left, right]);
        }
        Node::Var { meta, .. } => {
            work.push(Down::Build(id));
            push_meta(code, meta, work);
        }
        Node::Call { meta, args, .. } => {
            work.push(Down::Build(id));
            children(work, tree.seq(args));
            push_meta(code, meta, work);
        }
        Node::Apply { callee, meta, args } => {
            work.push(Down::Build(id));
            children(work, tree.seq(args));
            push_meta(code, meta, work);
            work.push(Down::Visit(callee));
        }
    }
}

/// Whether a meta has only plain values, as nearly all have: such a list is made when its node is.
fn is_plain(code: &Code, meta: Meta) -> bool {
    code.tree.meta(meta).iter().all(|(_, value)| !matches!(value, MetaValue::Node(_)))
}

/// Has the list of a meta made, entries first, if there is more to it than plain values.
fn push_meta(code: &Code, meta: Meta, work: &mut Vec<Down>) {
    if is_plain(code, meta) {
        return;
    }
    let entries = code.tree.meta(meta);
    work.push(Down::MetaList(entries.len()));
    for (key, value) in entries.iter().rev() {
        work.push(Down::Entry(*key));
        if let MetaValue::Node(node) = value {
            work.push(Down::Visit(*node));
        } else {
            work.push(Down::Plain(*value));
        }
    }
}

/// The list of a meta: made now if it is plain, else the last of what was made.
fn take_meta<'h>(heap: &'h Heap, code: &Code, meta: Meta, done: &mut Vec<Term<'h>>) -> Term<'h> {
    if !is_plain(code, meta) {
        return done.pop().unwrap_or(Term::EMPTY_LIST);
    }
    heap.list(code.tree.meta(meta).iter().map(|&(key, value)| {
        let value = match value {
            MetaValue::Int(value) => heap.int(value),
            MetaValue::Atom(atom) => Term::atom(atom),
            MetaValue::Node(_) => Term::NIL,
        };
        heap.tuple(&[Term::atom(key), value])
    }))
}

fn build<'h>(heap: &'h Heap, code: &Code, id: NodeId, done: &mut Vec<Term<'h>>) {
    let tree = &code.tree;
    let from = |done: &Vec<Term<'h>>, len: usize| done.len().saturating_sub(len);
    let tuple = |done: &mut Vec<Term<'h>>, len: usize| {
        let at = from(done, len);
        let tuple = heap.tuple(&done[at..]);
        done.truncate(at);
        tuple
    };
    let list = |done: &mut Vec<Term<'h>>, len: usize| {
        let at = from(done, len);
        heap.list(done.drain(at..))
    };
    let term = match tree.node(id) {
        Node::List(seq) => list(done, seq.len()),
        Node::Improper(seq) => {
            let tail = done.pop().unwrap_or(Term::EMPTY_LIST);
            let at = from(done, seq.len().saturating_sub(1));
            heap.list_with_tail(done.drain(at..), tail)
        }
        Node::Tuple(seq) => tuple(done, seq.len()),
        Node::Map(seq) => {
            let at = from(done, seq.len());
            let map = heap.map_from(done[at..].chunks_exact(2).map(|pair| (pair[0], pair[1])));
            done.truncate(at);
            map
        }
        Node::Pair(..) => tuple(done, 2),
        Node::Var { name, meta, context } => {
            let meta = take_meta(heap, code, meta, done);
            heap.tuple(&[Term::atom(name), meta, Term::atom(context)])
        }
        Node::Call { name, meta, args } => {
            let args = list(done, args.len());
            let meta = take_meta(heap, code, meta, done);
            heap.tuple(&[Term::atom(name), meta, args])
        }
        Node::Apply { meta, args, .. } => {
            let args = list(done, args.len());
            let meta = take_meta(heap, code, meta, done);
            let callee = done.pop().unwrap_or(Term::NIL);
            heap.tuple(&[callee, meta, args])
        }
        Node::Int(_) | Node::BigInt(_) | Node::Float(_) | Node::Atom(_) | Node::Binary(_) | Node::Opaque(_) => return,
    };
    done.push(term);
}

/// A meta entry whose value may still be to be made.
type Entry = (Atom, Option<MetaValue>);

/// A meta that is there, or one of which some values are still to be made.
enum Metas {
    Made(Meta),
    Open(Vec<Entry>),
}

enum Up<'h> {
    Visit(Term<'h>),
    List(usize),
    Improper(usize),
    Pair,
    Tuple(usize),
    Map(usize),
    Var(Atom, Metas, Atom),
    Call(Atom, Metas, usize),
    Apply(Metas, usize),
}

/// The node for a term.
pub fn from_term(code: &mut Code, values: &Values, root: Term<'_>) -> NodeId {
    from_term_at(code, values, root, 0)
}

/// The same, where code that has no line gets this one, unless it is 0.
pub fn from_term_at(code: &mut Code, values: &Values, root: Term<'_>, line: u32) -> NodeId {
    let mut work = vec![Up::Visit(root)];
    let mut done: Vec<NodeId> = Vec::new();
    while let Some(step) = work.pop() {
        let seq = |code: &mut Code, done: &mut Vec<NodeId>, len: usize| {
            let at = done.len() - len;
            let seq = code.tree.add_seq(&done[at..]);
            done.truncate(at);
            seq
        };
        let node = match step {
            Up::Visit(term) => match leaf(code, values, term, line, &mut work) {
                Some(node) => node,
                None => continue,
            },
            Up::List(len) => Node::List(seq(code, &mut done, len)),
            Up::Improper(len) => Node::Improper(seq(code, &mut done, len)),
            Up::Pair => {
                let right = done.pop().expect("both were made before the pair");
                Node::Pair(done.pop().expect("both were made before the pair"), right)
            }
            Up::Tuple(len) => Node::Tuple(seq(code, &mut done, len)),
            Up::Map(len) => Node::Map(seq(code, &mut done, len)),
            Up::Var(name, metas, context) => {
                let meta = close_meta(code, metas, &mut done);
                Node::Var { name, meta, context }
            }
            Up::Call(name, metas, len) => {
                let args = seq(code, &mut done, len);
                let meta = close_meta(code, metas, &mut done);
                Node::Call { name, meta, args }
            }
            Up::Apply(metas, len) => {
                let args = seq(code, &mut done, len);
                let callee = done.pop().expect("the callee was made before the arguments");
                let meta = close_meta(code, metas, &mut done);
                Node::Apply { callee, meta, args }
            }
        };
        done.push(code.tree.add(node));
    }
    done.pop().expect("the root was made last")
}

/// Has the elements of a list visited in order, below a step that takes as many nodes. Gives their number and the tail, which is
/// for the caller to judge.
fn visit_list<'h>(list: Term<'h>, work: &mut Vec<Up<'h>>) -> (usize, Term<'h>) {
    let at = work.len();
    let mut iter = list.list_iter();
    work.extend(iter.by_ref().map(Up::Visit));
    work[at..].reverse();
    (work.len() - at, iter.tail())
}

/// A term that needs no other node, or the steps to make one that does.
fn leaf<'h>(code: &mut Code, values: &Values, term: Term<'h>, line: u32, work: &mut Vec<Up<'h>>) -> Option<Node> {
    Some(match term.value() {
        Value::Int(int) => match int.to_i64() {
            Some(value) => Node::Int(value),
            None => Node::BigInt(code.tree.add_bytes(int.to_text(10).as_bytes())),
        },
        Value::Float(value) => Node::Float(value),
        Value::Atom(atom) => Node::Atom(atom),
        Value::Bits(bits) if bits.is_binary() => Node::Binary(code.tree.add_bytes(&bits.to_bytes())),
        Value::Nil => Node::List(code.tree.add_seq(&[])),
        Value::Cons(..) => {
            let at = work.len();
            work.push(Up::List(0));
            let (len, tail) = visit_list(term, work);
            if tail.is_nil_list() {
                work[at] = Up::List(len);
            } else {
                work[at] = Up::Improper(len + 1);
                work.insert(at + 1, Up::Visit(tail));
            }
            return None;
        }
        Value::Tuple(&[left, right]) => {
            work.extend([Up::Pair, Up::Visit(right), Up::Visit(left)]);
            return None;
        }
        Value::Tuple(elements) => {
            if let &[head, meta, third] = elements
                && quoted(code, [head, meta, third], line, work).is_some()
            {
                return None;
            }
            work.push(Up::Tuple(elements.len()));
            work.extend(elements.iter().rev().map(|element| Up::Visit(*element)));
            return None;
        }
        Value::Map(map) => {
            let pairs: Vec<_> = map.iter().collect();
            work.push(Up::Map(pairs.len() * 2));
            work.extend(pairs.into_iter().rev().flat_map(|(key, value)| [Up::Visit(value), Up::Visit(key)]));
            return None;
        }
        Value::Bits(_)
        | Value::Ref(_)
        | Value::ExternalRef(_)
        | Value::Fun(_)
        | Value::ExternalFun(_)
        | Value::Port(_)
        | Value::ExternalPort(_)
        | Value::Pid(_)
        | Value::ExternalPid(_) => {
            let number = values.keep(term);
            Node::Opaque(code.carried.add(Item::Host(number)))
        }
    })
}

/// The steps for a tuple that has the shape of quoted code: a keyword list in the middle, and arguments or a context
/// behind it. Any other tuple gives `None` and no steps.
fn quoted<'h>(code: &mut Code, [head, meta, third]: [Term<'h>; 3], line: u32, work: &mut Vec<Up<'h>>) -> Option<()> {
    let mut plain = true;
    let mut line = (line > 0).then_some((known::LINE, i64::from(line)));
    let mut iter = meta.list_iter();
    for entry in iter.by_ref() {
        let [key, value] = *entry.as_tuple_of::<2>()?;
        if key.as_atom()? == known::LINE {
            line = None;
        }
        plain &= simple(value).is_some();
    }
    if !iter.tail().is_nil_list() {
        return None;
    }
    let pairs = || {
        meta.list_iter().filter_map(|entry| {
            let [key, value] = *entry.as_tuple_of::<2>()?;
            Some((key.as_atom()?, value))
        })
    };
    let metas = |code: &mut Code| {
        if plain {
            let line = line.into_iter().map(|(key, line)| (key, MetaValue::Int(line)));
            let entries = pairs().filter_map(|(key, value)| Some((key, simple(value)?)));
            Metas::Made(code.tree.add_meta_from(line.chain(entries)))
        } else {
            let line = line.into_iter().map(|(key, line)| (key, Some(MetaValue::Int(line))));
            Metas::Open(line.chain(pairs().map(|(key, value)| (key, simple(value)))).collect())
        }
    };
    if third.is_list() {
        let at = work.len();
        work.push(Up::Pair);
        let (len, tail) = visit_list(third, work);
        if !tail.is_nil_list() {
            work.truncate(at);
            return None;
        }
        work[at] = match head.as_atom() {
            Some(name) => Up::Call(name, metas(code), len),
            None => Up::Apply(metas(code), len),
        };
        if head.as_atom().is_none() {
            work.push(Up::Visit(head));
        }
    } else {
        let (name, context) = (head.as_atom()?, third.as_atom()?);
        work.push(Up::Var(name, metas(code), context));
    }
    if !plain {
        let at = work.len();
        work.extend(pairs().filter(|(_, value)| simple(*value).is_none()).map(|(_, value)| Up::Visit(value)));
        work[at..].reverse();
    }
    Some(())
}

/// A meta value that is no node.
fn simple(value: Term<'_>) -> Option<MetaValue> {
    value.as_i64().map(MetaValue::Int).or_else(|| value.as_atom().map(MetaValue::Atom))
}

/// The meta of these entries; the nodes of those that were made before lie on top of `done`.
fn close_meta(code: &mut Code, metas: Metas, done: &mut Vec<NodeId>) -> Meta {
    let entries = match metas {
        Metas::Made(meta) => return meta,
        Metas::Open(entries) => entries,
    };
    let count = entries.iter().filter(|(_, value)| value.is_none()).count();
    let mut nodes = done.split_off(done.len() - count).into_iter();
    let entries: Vec<(Atom, MetaValue)> = entries
        .into_iter()
        .map(|(key, value)| {
            let value = value.or_else(|| nodes.next().map(MetaValue::Node));
            (key, value.unwrap_or(MetaValue::Atom(known::NIL)))
        })
        .collect();
    code.tree.add_meta(&entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Turns source into a term and back, and compares what both trees print.
    fn check(source: &str) {
        let parsed = jovial_syntax::parse(source, &mut jovial_syntax::Options::default());
        let mut code = Code::from(parsed.tree);
        let root = parsed.root;
        let values = Values::default();
        let heap = Heap::new();
        let term = to_term(&heap, &code, &values, root);
        let back = from_term(&mut code, &values, term);
        let again = to_term(&heap, &code, &values, back);
        assert!(term.same(again), "{source}");
    }

    #[test]
    fn code_survives_both_ways() {
        check("x = foo(1, 2.5, \"a\", :b, [c: 1], {1, 2}, {1, 2, 3}, %{a: 1})");
        check("def f(x) when x > 0 do\n  a.b(c).(d)\nend");
        check("fn -> 123456789012345678901234567890 end");
        check("[]");
    }

    #[test]
    fn data_that_only_looks_like_code_stays_a_tuple() {
        let heap = Heap::new();
        let (mut code, values) = (Code::new(), Values::default());
        let one = Term::small32(1);
        let pid = Term::pid(jovial_term::Pid::new(7));
        for term in [heap.tuple(&[one, one, one]), heap.tuple(&[Term::OK, Term::EMPTY_LIST, one]), pid] {
            let node = from_term(&mut code, &values, term);
            assert!(to_term(&heap, &code, &values, node).same(term));
        }
    }

    #[test]
    fn depth_is_no_danger() {
        let heap = Heap::new();
        let mut term = Term::EMPTY_LIST;
        for _ in 0..300_000 {
            term = heap.list([term]);
        }
        let (mut code, values) = (Code::new(), Values::default());
        let node = from_term(&mut code, &values, term);
        assert!(to_term(&heap, &code, &values, node).as_cons().is_some());
    }
}
