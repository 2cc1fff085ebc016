//! Whether the library and its natives fit together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jovial_atoms::Atom;
use jovial_syntax::quoted::{Node, NodeId, Tree};

use super::TABLES;

/// Calls in the library that neither a native nor a module of the library answers, each for a reason.
const ELSEWHERE: &[&str] = &[
    // Of the machine itself.
    "erlang:apply/2",
    "erlang:apply/3",
    // Signals of the operating system are not there yet: `System.trap_signal/3`.
    "os:set_signal/2",
    // Made by names that are computed.
    "error_logger:warning_msg/2",
    "logger:error/2",
    "logger:error/3",
    "logger:info/2",
    "logger:warning/2",
    "queue:in/2",
];
/// Modules whose natives come from whoever embeds the library.
const HOSTS: &[&str] = &["jovial_host", "jovial_session"];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the library's folder can be read") {
        let path = entry.expect("as can its entries").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "ex") {
            found.push(path);
        }
    }
}

/// `:module.name` as the callee of a call.
fn remote(tree: &Tree, callee: NodeId) -> Option<(Atom, Atom)> {
    let Node::Call { name, args, .. } = tree.node(callee) else { return None };
    let &[module, function] = tree.seq(args) else { return None };
    match (name.as_str(), tree.node(module), tree.node(function)) {
        (".", Node::Atom(module), Node::Atom(function)) => Some((module, function)),
        _ => None,
    }
}

/// The remote calls and captures on atoms in a tree.
fn calls(tree: &Tree, ids: &[NodeId], found: &mut BTreeSet<(String, String, usize)>) {
    let (mut piped, mut captured) = (BTreeSet::new(), BTreeMap::new());
    for id in ids {
        let Node::Call { name, args, .. } = tree.node(*id) else { continue };
        match (name.as_str(), tree.seq(args)) {
            ("|>", &[_, right]) => {
                piped.insert(right);
            }
            ("/", &[function, arity]) => {
                if let Node::Int(arity) = tree.node(arity) {
                    captured.insert(function, usize::try_from(arity).unwrap_or(0));
                }
            }
            _ => {}
        }
    }
    for id in ids {
        let Node::Apply { callee, args, .. } = tree.node(*id) else { continue };
        let Some((module, function)) = remote(tree, callee) else { continue };
        let is_capture = args.is_empty() && captured.contains_key(id);
        let arity = if is_capture { captured[id] } else { args.len() + usize::from(piped.contains(id)) };
        found.insert((module.as_str().to_owned(), function.as_str().to_owned(), arity));
    }
}

fn children(tree: &Tree, id: NodeId) -> Vec<NodeId> {
    match tree.node(id) {
        Node::List(seq) | Node::Improper(seq) | Node::Tuple(seq) | Node::Map(seq) => tree.seq(seq).to_vec(),
        Node::Call { args, .. } => tree.seq(args).to_vec(),
        Node::Apply { callee, args, .. } => std::iter::once(callee).chain(tree.seq(args).iter().copied()).collect(),
        Node::Pair(left, right) => vec![left, right],
        _ => Vec::new(),
    }
}

fn is_type(tree: &Tree, attribute: NodeId) -> bool {
    const NAMES: [&str; 7] = ["type", "typep", "opaque", "spec", "callback", "macrocallback", "optional_callbacks"];
    matches!(tree.node(attribute), Node::Call { name, .. } if NAMES.contains(&name.as_str()))
}

/// The functions that modules named by atoms define, and all nodes of the tree.
fn definitions(tree: &Tree, root: NodeId, found: &mut BTreeSet<(String, String, usize)>) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    let mut left: Vec<(NodeId, Option<Atom>)> = vec![(root, None)];
    while let Some((id, mut module)) = left.pop() {
        nodes.push(id);
        if let Node::Call { name, args, .. } = tree.node(id) {
            match (name.as_str(), tree.seq(args)) {
                // What looks like a call in a type is one of a type.
                ("@", &[attribute]) if is_type(tree, attribute) => continue,
                ("defmodule", &[named, ..]) => {
                    module = match tree.node(named) {
                        Node::Atom(module) => Some(module),
                        _ => None,
                    };
                }
                ("def" | "defmacro" | "defdelegate", &[head, ..]) => {
                    if let Some(module) = module {
                        let mut head = head;
                        while let Node::Call { name, args, .. } = tree.node(head)
                            && name.as_str() == "when"
                        {
                            head = tree.seq(args)[0];
                        }
                        let (name, args) = match tree.node(head) {
                            Node::Call { name, args, .. } => (name, tree.seq(args).to_vec()),
                            Node::Var { name, .. } => (name, Vec::new()),
                            _ => continue,
                        };
                        let defaults = args
                            .iter()
                            .filter(
                                |arg| matches!(tree.node(**arg), Node::Call { name, .. } if name.as_str() == "\\\\"),
                            )
                            .count();
                        for arity in args.len() - defaults..=args.len() {
                            found.insert((module.as_str().to_owned(), name.as_str().to_owned(), arity));
                        }
                    }
                }
                _ => {}
            }
        }
        left.extend(children(tree, id).into_iter().map(|child| (child, module)));
    }
    nodes
}

#[test]
fn each_native_stands_in_the_tables_once() {
    let mut seen = BTreeSet::new();
    let twice: Vec<String> = TABLES
        .iter()
        .copied()
        .flatten()
        .filter(|(module, name, arity, _)| !seen.insert((*module, *name, *arity)))
        .map(|(module, name, arity, _)| format!("{module}:{name}/{arity}"))
        .collect();
    assert_eq!(twice, [] as [String; 0]);
}

/// Hands the tree of each file of the library to `look`.
fn library(mut look: impl FnMut(&Path, &Tree, NodeId)) {
    let mut sources = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("lib"), &mut sources);
    for path in sources {
        let text = std::fs::read_to_string(&path).expect("a source is UTF-8");
        let parsed = jovial_syntax::parse(&text, &mut jovial_syntax::Options::default());
        assert!(parsed.ok(), "{}", path.display());
        look(&path, &parsed.tree, parsed.root);
    }
}

#[test]
fn no_function_of_the_library_hides_a_native() {
    let mut defined = BTreeSet::new();
    library(|_, tree, root| {
        definitions(tree, root, &mut defined);
    });
    let hidden: Vec<String> = TABLES
        .iter()
        .copied()
        .flatten()
        .filter(|(module, name, arity, _)| {
            defined.contains(&((*module).to_owned(), (*name).to_owned(), usize::from(*arity)))
        })
        .map(|(module, name, arity, _)| format!("{module}:{name}/{arity}"))
        .collect();
    assert_eq!(hidden, [] as [String; 0]);
}

#[test]
fn what_the_library_calls_is_there() {
    let (mut called, mut defined) = (BTreeMap::new(), BTreeSet::new());
    library(|path, tree, root| {
        let nodes = definitions(tree, root, &mut defined);
        let mut found = BTreeSet::new();
        calls(tree, &nodes, &mut found);
        for call in found {
            called.entry(call).or_insert_with(|| path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    });
    for (module, name, arity, _) in TABLES.iter().copied().flatten() {
        defined.insert(((*module).to_owned(), (*name).to_owned(), usize::from(*arity)));
    }
    let missing: Vec<String> = called
        .into_iter()
        .filter(|(call, _)| !defined.contains(call))
        .filter(|((module, ..), _)| !module.starts_with("Elixir.") && !HOSTS.contains(&module.as_str()))
        .map(|((module, name, arity), file)| format!("{module}:{name}/{arity} {}", file.unwrap_or_default()))
        .collect();
    let names: Vec<&str> = missing.iter().filter_map(|line| line.split(' ').next()).collect();
    let mut elsewhere = ELSEWHERE.to_vec();
    elsewhere.sort_unstable();
    assert_eq!(names, elsewhere, "{missing:#?}");
}
