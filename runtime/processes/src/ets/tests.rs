//! Tables against a model, and match specifications case by case.

use std::collections::BTreeMap;
use std::sync::Arc;

use jovial_atoms::Atom;
use jovial_term::{Heap, Term};
use parking_lot::Mutex;

use super::{Chunk, Ets, Goal, Select};
use crate::Config;
use crate::random::Random;
use crate::tests::scripts::{LONG, Step, atom, finish, inline, next_message, show, start};

/// Runs a test inside of a process.
fn within(test: impl FnOnce(Ets<'_>) + Send + 'static) {
    let (runtime, scripts) = inline(1);
    let mut test = Some(test);
    let done = Arc::new(Mutex::new(false));
    let flag = done.clone();
    scripts.spawn(&runtime, move |local| {
        if let Some(test) = test.take() {
            test(local.ets());
            *flag.lock() = true;
        }
        Step::Done
    });
    finish(&runtime);
    assert!(*done.lock());
}

fn ok<T>(result: Result<T, jovial_vm::Halt<'_>>) -> T {
    match result {
        Ok(value) => value,
        Err(_) => panic!("a native raised"),
    }
}

fn table<'h>(ets: Ets<'h>, options: &[&str]) -> Term<'h> {
    let options: Vec<Term<'h>> = options.iter().map(|option| atom(option)).collect();
    ok(ets.new_table(Atom::new("t"), ets.heap().list_from_iter(options)))
}

/// All results, over as many chunks as it takes.
fn all<'h>(ets: Ets<'h>, handle: Term<'h>, select: Select<'h>, goal: Goal) -> (Vec<String>, usize) {
    let (mut results, mut count, mut from) = (Vec::new(), 0, Term::EMPTY_LIST);
    loop {
        let Chunk { results: more, count: taken, next } = ok(ets.select(handle, select, goal, from, 3));
        results.extend(more.into_iter().map(show));
        count += taken;
        match next {
            Some(next) => from = next,
            None => return (results, count),
        }
    }
}

/// Builds terms from a small text form: integers, atoms, `{}` tuples, `[]` lists, `%{k v}` maps.
fn read<'h>(heap: &'h Heap, text: &str) -> Term<'h> {
    fn item<'h>(heap: &'h Heap, rest: &mut &str) -> Term<'h> {
        *rest = rest.trim_start();
        let until = |heap: &'h Heap, rest: &mut &str, end: char| {
            let mut items = Vec::new();
            loop {
                *rest = rest.trim_start();
                if let Some(after) = rest.strip_prefix(end) {
                    *rest = after;
                    return items;
                }
                items.push(item(heap, rest));
            }
        };
        if let Some(after) = rest.strip_prefix("%{") {
            *rest = after;
            let items = until(heap, rest, '}');
            return heap.map_from(items.chunks(2).map(|pair| (pair[0], pair[1])));
        }
        if let Some(after) = rest.strip_prefix('{') {
            *rest = after;
            return heap.tuple(&until(heap, rest, '}'));
        }
        if let Some(after) = rest.strip_prefix('[') {
            *rest = after;
            return heap.list_from_iter(until(heap, rest, ']'));
        }
        let end = rest.find([' ', '}', ']']).unwrap_or(rest.len());
        let word = &rest[..end];
        *rest = &rest[end..];
        if let Ok(number) = word.parse::<i64>() {
            return heap.int(number);
        }
        if let Ok(number) = word.parse::<f64>() {
            return heap.float(number);
        }
        Term::atom(Atom::new(word))
    }
    item(heap, &mut &*text)
}

#[test]
fn the_kinds_of_tables() {
    within(|ets| {
        let heap = ets.heap();
        for (kind, expected) in [
            ("set", "{1,b} {1,c}"),
            ("ordered_set", "{1,c}"),
            ("bag", "{1,a} {1,b} {1,c}"),
            ("duplicate_bag", "{1,a} {1,b} {1,b} {1,c}"),
        ] {
            let handle = table(ets, &[kind]);
            for object in ["{1 a}", "{1 b}", "{1 b}", "{1.0 c}"] {
                assert!(ok(ets.insert(handle, read(heap, object), false)));
            }
            let (mut found, _) = all(ets, handle, Select::All, Goal::Results);
            found.iter_mut().for_each(|text| *text = text.replace('?', "1"));
            found.sort();
            assert_eq!(found.join(" "), expected, "{kind}");
            assert_eq!(ets.size(handle), Some(found.len()), "{kind}");
        }
    });
}

#[test]
fn tables_agree_with_a_map() {
    within(|ets| {
        let heap = ets.heap();
        for (seed, kind) in ["set", "ordered_set"].iter().enumerate() {
            let handle = table(ets, &[kind]);
            let mut model: BTreeMap<i64, i64> = BTreeMap::new();
            let mut random = Random::new(seed as u64);
            for step in 0..4_000 {
                let key = random.below(200).cast_signed();
                let term = heap.int(key);
                match random.below(5) {
                    0 | 1 => {
                        let object = heap.tuple(&[term, heap.int(step)]);
                        let only_new = random.below(2) == 0;
                        let inserted = ok(ets.insert(handle, object, only_new));
                        assert_eq!(inserted, !only_new || !model.contains_key(&key));
                        if inserted {
                            model.insert(key, step);
                        }
                    }
                    2 => {
                        ok(ets.delete_key(handle, term));
                        model.remove(&key);
                    }
                    3 => {
                        let found = show(ok(ets.lookup(handle, term)));
                        let expected = model.get(&key).map_or("[]".into(), |value| format!("[{{{key},{value}}}]"));
                        assert_eq!(found, expected);
                    }
                    _ => {
                        let change = heap.tuple(&[heap.int(2), heap.int(-step)]);
                        assert_eq!(ok(ets.update_element(handle, term, change)), model.contains_key(&key));
                        model.entry(key).and_modify(|value| *value = -step);
                    }
                }
            }
            assert_eq!(ets.size(handle), Some(model.len()));
            // By keys, and by chunks.
            let mut keys = Vec::new();
            let mut at = ok(ets.end_key(handle, false));
            while let Some(key) = at {
                keys.push(key.as_i64().expect("an integer"));
                at = ok(ets.next_key(handle, key, false));
            }
            let (mut chunks, count) = all(ets, handle, Select::All, Goal::Results);
            if *kind == "ordered_set" {
                assert_eq!(keys, model.keys().copied().collect::<Vec<_>>());
                assert_eq!(ok(ets.end_key(handle, true)).and_then(Term::as_i64), model.keys().last().copied());
            }
            keys.sort_unstable();
            chunks.sort();
            let mut expected: Vec<String> = model.iter().map(|(key, value)| format!("{{{key},{value}}}")).collect();
            expected.sort();
            assert_eq!(keys, model.keys().copied().collect::<Vec<_>>(), "{kind}");
            assert_eq!((chunks, count), (expected, model.len()), "{kind}");
            let (_, deleted) = all(ets, handle, Select::Objects(atom("_")), Goal::Delete);
            assert_eq!((deleted, ets.size(handle)), (model.len(), Some(0)), "{kind}");
        }
    });
}

#[test]
fn match_specifications() {
    within(|ets| {
        let heap = ets.heap();
        let handle = table(ets, &["ordered_set"]);
        for object in ["{1 a {x 1}}", "{2 b {y 2}}", "{3 a {x 3}}", "{4 c %{k 1}}", "{5 d [1 2]}"] {
            ok(ets.insert(handle, read(heap, object), false));
        }
        for (spec, expected) in [
            ("[{{$1 a _} [] [$1]}]", "1 3"),
            ("[{{$1 $2 _} [{> $1 2} {not {== $2 c}}] [{{$2 $1}}]}]", "{a,3} {d,5}"),
            ("[{{$1 _ {x $1}} [] [$_]}]", "{1,a,{x,1}} {3,a,{x,3}}"),
            ("[{{$1 _ {$2 $1}} [] [$$]}]", "[1,x] [2,y] [3,x]"),
            ("[{{3 $1 _} [] [[$1 {const $1}]]}]", "[a,$1]"),
            ("[{{$1 _ %{k $2}} [] [$1]}]", "4"),
            ("[{{$1 _ $2} [{is_map_key k $2}] [$1]}]", "4"),
            ("[{{$1 _ [1 | $2]} [] [$1]}]", ""),
            ("[{{$1 _ [$2 2]} [] [{+ $1 $2}]}]", "6"),
            ("[{{$1 _ _} [{orelse {== $1 1} {== {hd $1} 1}}] [$1]}]", "1"),
            ("[{{1 _ _} [] [{hd 1}]}]", "EXIT"),
            ("[{{1 _ _} [] [one]} {{2 _ _} [] [two]}]", "one two"),
            ("[{{$1 _ _} [{andalso {> $1 1} {< $1 4}}] [a $1]}]", "2 3"),
            ("[{$1 [] [$1]}]", "{1,a,{x,1}} {2,b,{y,2}} {3,a,{x,3}} {4,c,?} {5,d,[1,2]}"),
        ] {
            let (found, _) = all(ets, handle, Select::Spec(read(heap, spec)), Goal::Results);
            assert_eq!(found.join(" "), expected, "{spec}");
        }
        for wrong in ["[]", "[{{$1}}]", "[{1 [] [$_]}]", "[{{$1} [] []}]", "[{{$1} [{nope $1}] [$1]}]", "x"] {
            let spec = Select::Spec(read(heap, wrong));
            assert!(ets.select(handle, spec, Goal::Results, Term::EMPTY_LIST, 10).is_err(), "{wrong}");
        }
        // The limit counts results, not the objects looked at.
        let late = Select::Spec(read(heap, "[{{$1 _ _} [{> $1 3}] [$1]}]"));
        let chunk = ok(ets.select(handle, late, Goal::Results, Term::EMPTY_LIST, 1));
        assert_eq!((show(chunk.results[0]), chunk.count), ("4".into(), 1));
        let chunk = ok(ets.select(handle, late, Goal::Results, chunk.next.expect("more"), 1));
        assert_eq!(show(chunk.results[0]), "5");
        let count = Select::Spec(read(heap, "[{{$1 _ _} [] [{> $1 3}]}]"));
        assert_eq!(all(ets, handle, count, Goal::Count).1, 2);
        assert_eq!(all(ets, handle, count, Goal::Delete).1, 2);
        assert_eq!(ets.size(handle), Some(3));
        let found = all(ets, handle, Select::Bindings(read(heap, "{$2 a {_ $1}}")), Goal::Results);
        assert_eq!(found.0, ["[1,1]", "[3,3]"]);
    });
}

#[test]
fn deep_patterns_and_objects() {
    within(|ets| {
        let heap = ets.heap();
        let handle = table(ets, &["set"]);
        let deep = |innermost: Term<'static>| {
            let mut term = heap.copy_in(innermost);
            for _ in 0..200_000 {
                term = heap.tuple(&[term]);
            }
            term
        };
        ok(ets.insert(handle, heap.tuple(&[Term::ZERO, deep(atom("bottom"))]), false));
        let pattern = heap.tuple(&[atom("_"), deep(atom("$1"))]);
        let found = all(ets, handle, Select::Bindings(pattern), Goal::Results);
        assert_eq!(found.0, ["[bottom]"]);
    });
}

#[test]
fn counters() {
    within(|ets| {
        let heap = ets.heap();
        let handle = table(ets, &["set"]);
        ok(ets.insert(handle, read(heap, "{k 1 5}"), false));
        let key = atom("k");
        let count = |operations: &str, default: Option<&str>| {
            let default = default.map(|default| read(heap, default));
            ets.update_counter(handle, key, read(heap, operations), default).ok().map(show)
        };
        assert_eq!(count("4", None).as_deref(), Some("5"));
        assert_eq!(count("[{2 1} {3 -1}]", None).as_deref(), Some("[6,4]"));
        assert_eq!(count("{2 10 8 0}", None).as_deref(), Some("0"));
        assert_eq!(count("{3 -10 0 7}", None).as_deref(), Some("7"));
        assert_eq!(count("{1 1}", None), None, "the key");
        assert_eq!(count("{9 1}", None), None);
        assert_eq!(count("x", None), None);
        assert_eq!(show(ok(ets.lookup(handle, key))), "[{k,0,7}]", "a failure changes nothing");
        ok(ets.delete_key(handle, key));
        assert_eq!(count("1", None), None);
        assert_eq!(count("1", Some("{other 41}")).as_deref(), Some("42"));
        assert_eq!(show(ok(ets.lookup(handle, key))), "[{k,42}]");
    });
}

#[test]
fn owners_heirs_and_rights() {
    let (runtime, scripts) = inline(2);
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = seen.clone();
    let heir = scripts.spawn(&runtime, move |local| {
        while let Some(message) = next_message(&local) {
            let named = local.ets().info(atom("named"), Atom::new("owner"));
            let mine = named.ok().flatten().and_then(Term::as_pid) == Some(local.self_pid());
            log.lock().push(format!("{message} {mine}"));
        }
        Step::Wait
    });
    let log = seen.clone();
    let mut begun = false;
    let owner = scripts.spawn(&runtime, move |local| {
        if !begun {
            begun = true;
            let ets = local.ets();
            let heap = local.heap();
            let option = heap.tuple(&[atom("heir"), Term::pid(heir), atom("data")]);
            let options = heap.list_from_iter([atom("named_table"), option]);
            ok(ets.new_table(Atom::new("named"), options));
            assert!(ets.new_table(Atom::new("named"), options).is_err(), "taken");
            ok(ets.new_table(Atom::new("private"), heap.list_from_iter([atom("named_table"), atom("private")])));
            ok(ets.insert(atom("private"), read(heap, "{1}"), false));
        }
        Step::Wait
    });
    finish(&runtime);
    let stranger = move |local: crate::Local<'_>| {
        let ets = local.ets();
        log.lock().push(format!("read {}", ets.lookup(atom("named"), Term::ZERO).is_ok()));
        log.lock().push(format!("write {}", ets.insert(atom("named"), read(local.heap(), "{1}"), false).is_ok()));
        log.lock().push(format!("private {}", ets.lookup(atom("private"), Term::ZERO).is_ok()));
        log.lock().push(format!("size {:?}", ets.size(atom("private"))));
        Step::Done
    };
    scripts.spawn(&runtime, stranger.clone());
    finish(&runtime);
    runtime.kill(owner);
    finish(&runtime);
    scripts.spawn(&runtime, stranger);
    finish(&runtime);
    let transfer = format!("{{ETS-TRANSFER,named,<{}>,data}} true", owner.number());
    assert_eq!(
        *seen.lock(),
        [
            "read true",
            "write false",
            "private false",
            "size Some(1)",
            &transfer,
            "read true",
            "write false",
            "private false",
            "size None",
        ]
    );
}

/// Many processes on real schedulers count in the same objects while others walk and insert.
#[test]
fn counters_are_not_lost_among_schedulers() {
    const WRITERS: i32 = 8;
    const ROUNDS: i32 = 500;
    for kind in ["set", "ordered_set"] {
        let (runtime, scripts) = start(Config { schedulers: 3, ..Config::default() });
        let owner = scripts.spawn(&runtime, move |local| {
            let heap = local.heap();
            let options = heap.list_from_iter([atom("named_table"), atom("public"), atom(kind)]);
            if local.ets().whereis(Atom::new("shared")).is_none() {
                ok(local.ets().new_table(Atom::new("shared"), options));
            }
            Step::Wait
        });
        assert!(runtime.settle(0, LONG));
        for writer in 0..WRITERS {
            let mut left = ROUNDS;
            scripts.spawn_tagged(&runtime, 1, move |local| {
                let (heap, ets, shared) = (local.heap(), local.ets(), atom("shared"));
                for key in 0..4 {
                    let default = heap.tuple(&[heap.int(key), Term::ZERO]);
                    ok(ets.update_counter(shared, heap.int(key), heap.int(1), Some(default)));
                }
                let own = heap.tuple(&[heap.int(1_000 + i64::from(writer)), heap.int(i64::from(left))]);
                ok(ets.insert(shared, own, false));
                if left % 50 == 0 {
                    ok(ets.select(shared, Select::All, Goal::Results, Term::EMPTY_LIST, 100));
                }
                left -= 1;
                if left == 0 { Step::Done } else { Step::Again }
            });
        }
        assert!(runtime.settle(1, LONG));
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = seen.clone();
        scripts.spawn_tagged(&runtime, 2, move |local| {
            for key in 0..4 {
                log.lock().push(show(ok(local.ets().lookup(atom("shared"), local.heap().int(key)))));
            }
            log.lock().push(format!("{:?}", local.ets().size(atom("shared"))));
            Step::Done
        });
        assert!(runtime.settle(2, LONG));
        let total = WRITERS * ROUNDS;
        let mut expected: Vec<String> = (0..4).map(|key| format!("[{{{key},{total}}}]")).collect();
        expected.push(format!("Some({})", 4 + WRITERS));
        assert_eq!(*seen.lock(), expected, "{kind}");
        assert!(runtime.is_alive(owner));
    }
}
