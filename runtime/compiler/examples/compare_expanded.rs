//! Compares expansions with recorded ones: `cargo run -p jovial-compiler --example compare_expanded FILE [FILTER]`.
//!
//! Three lines a case: the source in hexadecimal; `ok` and the expanded tree, or `error` and the exception; diagnostics.
//! With `--module SOURCE FILE`, the definitions of a module are compared with recorded ones: two lines each, `name/arity` and
//! the clauses. Only what needs no running code is looked at: definitions, aliases, imports, plain attributes.
//!
//! With `--diagnostics FILE`, what is said about the bodies of modules: three lines each, the body, the exception or `ok`, and
//! the diagnostics between tabs.
//!
//! Trees are written with `[]` for tuples, `()` for lists, `:hex.` for atoms, `bhex.` for binaries; counters are numbered
//! in the order in which they appear.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for the people who work on the expander")]

use std::collections::HashMap;
use std::fmt::Write as _;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_compiler::fake_host::FakeHost;
use jovial_compiler::host::Datum;
use jovial_compiler::module::{Attribute, DefKind, store_definition};
use jovial_compiler::{Code, Env, Halt, Item, Severity, expand_expression};
use jovial_syntax::quoted::{Meta, MetaValue, Node, NodeId};

fn hex(text: &[u8]) -> String {
    text.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02X}");
        out
    })
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).unwrap()).collect()
}

struct Writer<'c> {
    code: &'c Code,
    out: String,
    counters: HashMap<String, usize>,
}

impl Writer<'_> {
    fn atom(&mut self, atom: Atom) {
        let _ = write!(self.out, ":{}.", hex(atom.as_str().as_bytes()));
    }

    fn each(&mut self, open: char, ids: &[NodeId], close: char) {
        self.out.push(open);
        for (at, &id) in ids.iter().enumerate() {
            if at > 0 {
                self.out.push(' ');
            }
            self.node(id);
        }
        self.out.push(close);
    }

    fn meta(&mut self, meta: Meta) {
        self.out.push('(');
        for (at, &(key, value)) in self.code.tree.meta(meta).iter().enumerate() {
            if at > 0 {
                self.out.push(' ');
            }
            self.out.push('[');
            self.atom(key);
            self.out.push(' ');
            if key == known::COUNTER {
                let mut inner = Writer { code: self.code, out: String::new(), counters: HashMap::new() };
                inner.value(value);
                let next = self.counters.len();
                let number = *self.counters.entry(inner.out).or_insert(next);
                let _ = write!(self.out, "i{number}");
            } else {
                self.value(value);
            }
            self.out.push(']');
        }
        self.out.push(')');
    }

    fn value(&mut self, value: MetaValue) {
        match value {
            MetaValue::Int(value) => {
                let _ = write!(self.out, "i{value}");
            }
            MetaValue::Atom(atom) => self.atom(atom),
            MetaValue::Node(id) => self.node(id),
        }
    }

    fn node(&mut self, id: NodeId) {
        let code = self.code;
        match code.tree.node(id) {
            Node::Int(value) => {
                let _ = write!(self.out, "i{value}");
            }
            Node::BigInt(digits) => {
                let _ = write!(self.out, "i{}", String::from_utf8_lossy(code.tree.bytes(digits)));
            }
            Node::Float(value) => {
                let _ = write!(self.out, "f{value:?}");
            }
            Node::Atom(atom) => self.atom(atom),
            Node::Binary(bytes) => {
                let _ = write!(self.out, "b{}.", hex(code.tree.bytes(bytes)));
            }
            Node::List(seq) => self.each('(', code.tree.seq(seq), ')'),
            Node::Tuple(seq) => self.each('[', code.tree.seq(seq), ']'),
            Node::Improper(seq) => self.each('<', code.tree.seq(seq), '>'),
            Node::Map(seq) => self.each('{', code.tree.seq(seq), '}'),
            Node::Pair(left, right) => {
                let both = match code.tree.node(left) {
                    Node::Atom(known::COUNTER) => {
                        self.out.push_str("[:636F756E746572. ");
                        let mut inner = Writer { code, out: String::new(), counters: HashMap::new() };
                        inner.node(right);
                        let next = self.counters.len();
                        let number = *self.counters.entry(inner.out).or_insert(next);
                        let _ = write!(self.out, "i{number}]");
                        return;
                    }
                    _ => [left, right],
                };
                self.each('[', &both, ']');
            }
            Node::Var { name, meta, context } => {
                self.out.push('[');
                self.atom(name);
                self.out.push(' ');
                self.meta(meta);
                self.out.push(' ');
                self.atom(context);
                self.out.push(']');
            }
            Node::Call { name, meta, args } => {
                self.out.push('[');
                self.atom(name);
                self.out.push(' ');
                self.meta(meta);
                self.out.push(' ');
                self.each('(', code.tree.seq(args), ')');
                self.out.push(']');
            }
            Node::Apply { callee, meta, args } => {
                self.out.push('[');
                self.node(callee);
                self.out.push(' ');
                self.meta(meta);
                self.out.push(' ');
                self.each('(', code.tree.seq(args), ')');
                self.out.push(']');
            }
            Node::Opaque(_) => self.out.push_str("?opaque"),
        }
    }
}

/// Atoms and texts readable again.
fn readable(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if (c == ':' || c == 'b')
            && let Some(end) = rest.find('.')
            && rest[..end].bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            let inner = String::from_utf8_lossy(&unhex(&rest[..end])).into_owned();
            if c == 'b' {
                let _ = write!(out, "{inner:?}");
            } else {
                let _ = write!(out, ":{inner}");
            }
            rest = &rest[end + 1..];
            continue;
        }
        out.push(c);
    }
    out
}

fn literal(code: &Code, id: NodeId) -> Option<Literal> {
    Some(match code.tree.node(id) {
        Node::Int(value) => Literal::Int(value),
        Node::Float(value) => Literal::Float(value),
        Node::Atom(atom) => Literal::Atom(atom),
        Node::Binary(bytes) => Literal::Binary(code.tree.bytes(bytes).to_vec()),
        Node::List(seq) => {
            Literal::List(code.tree.seq(seq).iter().map(|&id| literal(code, id)).collect::<Option<_>>()?)
        }
        Node::Pair(left, right) => Literal::Tuple(vec![literal(code, left)?, literal(code, right)?]),
        _ => return None,
    })
}

fn compare_module(source: &str, dump: &str, filter: Option<&str>) {
    let text = std::fs::read_to_string(source).unwrap();
    let options = &mut jovial_syntax::Options { columns: true, ..jovial_syntax::Options::default() };
    let parsed = jovial_syntax::parse(&text, options);
    assert!(parsed.ok(), "{:?}", parsed.error());
    let mut host = FakeHost::new().with_module("Elixir.Stream.Reducers", "", "").with_module(
        "Elixir.Bitwise",
        "band/2 &&&/2 bor/2 |||/2 bnot/1 ~~~/1 bsl/2 <<</2 bsr/2 >>>/2 bxor/2",
        "",
    );
    let tree = parsed.tree;
    let whole = match tree.node(parsed.root) {
        Node::Call { name: known::DUNDER_BLOCK, args, .. } => tree.seq(args).to_vec(),
        _ => vec![parsed.root],
    };
    let module = whole
        .into_iter()
        .find(|&id| matches!(tree.node(id), Node::Call { name: known::DEFMODULE, .. }))
        .expect("a module");
    let Node::Call { args, .. } = tree.node(module) else { return };
    let (alias, block) = (tree.seq(args)[0], tree.seq(args)[1]);
    let Node::Call { args: parts, .. } = tree.node(alias) else { return };
    let name: Vec<&str> = tree
        .seq(parts)
        .iter()
        .filter_map(|&id| match tree.node(id) {
            Node::Atom(atom) => Some(atom.as_str()),
            _ => None,
        })
        .collect();
    let name = format!("Elixir.{}", name.join("."));
    let mut env = host.module_env(&name);
    let Node::List(pairs) = tree.node(block) else { return };
    let Node::Pair(_, body) = tree.node(tree.seq(pairs)[0]) else { return };
    let statements = match tree.node(body) {
        Node::Call { name: known::DUNDER_BLOCK, args, .. } => tree.seq(args).to_vec(),
        _ => vec![body],
    };
    let base = Code::from(tree);
    let mut skipped = 0;
    for statement in statements {
        let mut code = jovial_compiler::carried::Quoted::extract(&base, statement);
        let expanded = match expand_expression(&mut code.code, code.root, &env, &mut host) {
            Ok(expanded) => expanded,
            Err(halt) => {
                println!("skipped: {halt:?} {:?}", host.diagnostics.pop().map(|d| (d.line, d.message)));
                skipped += 1;
                continue;
            }
        };
        env = expanded.env;
        let code = code.code;
        let Node::Apply { callee, args, .. } = code.tree.node(expanded.root) else { continue };
        let Node::Call { name: known::OP_DOT, args: dot, .. } = code.tree.node(callee) else { continue };
        let Node::Atom(function) = code.tree.node(code.tree.seq(dot)[1]) else { continue };
        let args = code.tree.seq(args).to_vec();
        if function.as_str() == "__put_attribute__" {
            if let (Node::Atom(name), Some(value)) = (code.tree.node(args[1]), literal(&code, args[2])) {
                let attribute = Attribute { values: vec![Datum::Literal(value)], ..Attribute::default() };
                host.modules[&env.module].lock().unwrap().attributes.insert(name, attribute);
            }
            continue;
        }
        if function != known::STORE_DEFINITION {
            continue;
        }
        let Node::Atom(kind) = code.tree.node(args[0]) else { continue };
        let (Some(Item::Quoted(quoted)), Some(Item::Env(def_env))) = (code.item(args[1]), code.item(args[2])) else {
            skipped += 1;
            continue;
        };
        let bytes = jovial_compiler::carried::encode(&Item::Quoted(quoted.clone()));
        let quoted = jovial_compiler::carried::decode_quoted(&bytes).unwrap();
        let Node::Pair(call, body) = quoted.code.tree.node(quoted.root) else { continue };
        let def_env = Env { module: env.module, ..(**def_env).clone() };
        let result = store_definition(
            quoted.code.clone(),
            DefKind::from_atom(kind).unwrap(),
            call,
            body,
            true,
            &def_env,
            &mut host,
        );
        if let Err(halt) = result {
            println!("skipped: {halt:?} {:?}", host.diagnostics.pop().map(|d| (d.line, d.message)));
            skipped += 1;
        }
    }
    for diagnostic in &host.diagnostics {
        println!("{:?} {}: {}", diagnostic.severity, diagnostic.line, diagnostic.message);
    }
    let build = host.modules[&env.module].lock().unwrap();
    let dump = std::fs::read_to_string(dump).unwrap();
    let lines: Vec<&str> = dump.lines().collect();
    let (mut good, mut all) = (0, 0);
    for case in lines.chunks(2) {
        let (name, arity) = case[0].rsplit_once('/').unwrap();
        if filter.is_some_and(|filter| filter != case[0]) {
            continue;
        }
        all += 1;
        let wanted = readable(case[1]);
        let found = match build.definition(Atom::new(name), arity.parse().unwrap()) {
            None => "nothing".to_owned(),
            Some(definition) => {
                let mut out = String::new();
                for stored in &definition.clauses {
                    let mut writer = Writer { code: &stored.code, out: String::new(), counters: HashMap::new() };
                    writer.out.push('[');
                    writer.meta(stored.clause.meta);
                    writer.out.push(' ');
                    writer.each('(', &stored.clause.args, ')');
                    writer.out.push(' ');
                    writer.each('(', &stored.clause.guards, ')');
                    writer.out.push(' ');
                    writer.node(stored.clause.body);
                    writer.out.push(']');
                    out.push_str(&readable(&writer.out));
                }
                out
            }
        };
        if wanted == found {
            good += 1;
        } else {
            println!("--- {}\n  want {wanted}\n  have {found}", case[0]);
        }
    }
    println!("{good} of {all}, {skipped} skipped");
}

fn compare_diagnostics(file: &str, filter: Option<&str>) {
    let text = std::fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (mut good, mut all) = (0, 0);
    for case in lines.chunks(3) {
        if filter.is_some_and(|filter| !case[0].contains(filter)) {
            continue;
        }
        all += 1;
        let defined = jovial_compiler::fake_host::define(&case[0].replace("\\n", "\n"), true);
        let result = match &defined.halt {
            None => "ok".to_owned(),
            Some(Halt::Exception(exception)) => {
                let name = exception.module.as_str().trim_start_matches("Elixir.");
                let place = if name == "CompileError" { "nofile: " } else { "" };
                format!("** ({name}) {place}{}", exception.message.replace('\n', "\\n"))
            }
            Some(other) => format!("{other:?}"),
        };
        let said: Vec<String> = defined
            .diagnostics
            .iter()
            .map(|diagnostic| {
                let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
                let column = diagnostic.column.map_or_else(String::new, |column| format!(":{column}"));
                format!("{severity} {}{column}: {}", diagnostic.line, diagnostic.message.replace('\n', "\\n"))
            })
            .collect();
        let said = said.join("\t");
        if result == case[1] && said == case[2] {
            good += 1;
        } else {
            println!("--- {}", case[0]);
            for (want, have) in [(case[1], result.as_str()), (case[2], said.as_str())] {
                if want != have {
                    println!("  want {want}\n  have {have}");
                }
            }
        }
    }
    println!("{good} of {all}");
}

fn main() {
    let mut args = std::env::args().skip(1).peekable();
    if args.next_if_eq("--module").is_some() {
        let (source, dump) = (args.next().unwrap(), args.next().unwrap());
        let filter = args.next();
        let work = move || compare_module(&source, &dump, filter.as_deref());
        std::thread::Builder::new().stack_size(256 << 20).spawn(work).unwrap().join().unwrap();
        return;
    }
    if args.next_if_eq("--diagnostics").is_some() {
        let file = args.next().unwrap();
        return compare_diagnostics(&file, args.next().as_deref());
    }
    let file = std::fs::read_to_string(args.next().expect("a file")).unwrap();
    let filter = args.next();
    let lines: Vec<&str> = file.lines().collect();
    let (mut good, mut all) = (0, 0);
    for case in lines.chunks(3) {
        let source = String::from_utf8(unhex(case[0])).unwrap();
        if filter.as_ref().is_some_and(|filter| !source.contains(filter.as_str())) {
            continue;
        }
        all += 1;
        let mut host = FakeHost::new()
            .with_module("Elixir.List", "flatten/1 flatten/2 to_charlist/1", "")
            .with_module("Elixir.Bitwise", "band/2 &&&/2 bor/2 |||/2 bnot/1 ~~~/1 bsl/2 <<</2 bsr/2 >>>/2 bxor/2", "")
            .with_module("Elixir.Enum", "map/2 sum/1 sort/1 member?/2", "");
        let parsed = jovial_syntax::parse(&source, &mut jovial_syntax::Options::default());
        let mut code = Code::from(parsed.tree.clone());
        let env = host.env();
        let result = if parsed.ok() {
            match expand_expression(&mut code, parsed.root, &env, &mut host) {
                Ok(expanded) => {
                    let mut writer = Writer { code: &code, out: String::new(), counters: HashMap::new() };
                    writer.node(expanded.root);
                    format!("ok {}", writer.out)
                }
                Err(Halt::Exception(exception)) => {
                    let name = exception.module.as_str().trim_start_matches("Elixir.");
                    let place = if name == "CompileError" { "nofile: " } else { "" };
                    format!("error b{}.", hex(format!("** ({name}) {place}{}", exception.message).as_bytes()))
                }
                Err(other) => format!("halt {other:?}"),
            }
        } else {
            "syntax".to_owned()
        };
        let diagnostics: Vec<String> = host
            .diagnostics
            .iter()
            .map(|diagnostic| {
                let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
                format!("{severity}:[i{} b{}.]", diagnostic.line, hex(diagnostic.message.as_bytes()))
            })
            .collect();
        let wanted = readable(case[1]);
        let found = readable(&result);
        let wanted_diagnostics = readable(case[2]);
        let found_diagnostics = readable(&diagnostics.join(" "));
        if wanted == found && wanted_diagnostics == found_diagnostics {
            good += 1;
            continue;
        }
        println!("--- {source}");
        if wanted != found {
            println!("  want {wanted}\n  have {found}");
        }
        if wanted_diagnostics != found_diagnostics {
            println!("  want {wanted_diagnostics}\n  have {found_diagnostics}");
        }
    }
    println!("{good} of {all}");
}
