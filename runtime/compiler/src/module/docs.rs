//! What a definition takes of the attributes before it: `@doc`, `@impl`, `@deprecated`; and the documents of a module.
//!
//! **Invariants.**
//! 1. An entry of several clauses keeps the first line, merges the names of arguments and takes the newest text.
//! 2. Only public functions, macros, types and callbacks have entries.

use std::sync::PoisonError;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_syntax::quoted::{Node, NodeId};

use super::{DefKind, ModuleBuild, Stored};
use crate::carried::Code;
use crate::env::{Env, NameArity};
use crate::errors::{Diagnostic, Severity};
use crate::expand::text;
use crate::host::{Datum, Host};

/// A document's text.
#[derive(Clone, PartialEq, Debug)]
pub enum Doc {
    /// Nothing was said.
    None,
    /// `@doc false`
    Hidden,
    Text(Vec<u8>),
}

/// The name of an argument, as a signature shows it.
#[derive(Clone, Debug)]
struct Argument {
    name: String,
    /// It was given: as a variable, or beside a pattern (`x = %{}`). Such names win over what is guessed from a pattern
    /// or from a name with an underscore, the first over later ones.
    strong: bool,
    default: Option<String>,
}

/// The document of a function or macro.
#[derive(Clone, Debug)]
pub struct DocEntry {
    pub kind: DefKind,
    pub name: Atom,
    pub arity: u8,
    pub line: u32,
    arguments: Vec<Argument>,
    pub doc: Doc,
    /// Quoted by another module.
    context: bool,
    pub metadata: Vec<(Atom, Literal)>,
}

impl DocEntry {
    /// `name(a, b \\ 1)`
    pub fn signature(&self) -> String {
        let arguments: Vec<String> = self
            .arguments
            .iter()
            .map(|argument| match &argument.default {
                Some(default) => format!("{} \\\\ {default}", argument.name),
                None => argument.name.clone(),
            })
            .collect();
        format!("{}({})", self.name, arguments.join(", "))
    }
}

/// The document of a type or callback.
#[derive(Clone, Debug)]
pub(crate) struct SpecDoc {
    /// `:type`, `:opaque`, `:callback` or `:macrocallback`.
    kind: Atom,
    name: Atom,
    arity: u8,
    line: u32,
    doc: Doc,
    metadata: Vec<(Atom, Literal)>,
}

/// What `@impl` said of a definition.
#[derive(Clone, Debug)]
pub(crate) struct Impl {
    pub(crate) key: NameArity,
    pub(crate) defaults: usize,
    pub(crate) kind: DefKind,
    pub(crate) line: u32,
    pub(crate) context: Option<Atom>,
    /// `true`, `false` or a module.
    pub(crate) value: Atom,
}

fn take_one(build: &mut ModuleBuild, name: Atom) -> Option<Literal> {
    let attribute = build.attributes.get_mut(&name)?;
    attribute.unread_line = None;
    let value = if attribute.values.is_empty() { None } else { Some(attribute.values.remove(0)) };
    match value? {
        Datum::Literal(literal) => Some(literal),
        Datum::Host(_) => None,
    }
}

fn doc_of(literal: Option<Literal>) -> (Option<u32>, Doc) {
    let (line, value) = match literal {
        Some(Literal::Tuple(pair)) => match <[Literal; 2]>::try_from(pair) {
            Ok([Literal::Int(line), value]) => (u32::try_from(line).ok(), value),
            _ => return (None, Doc::None),
        },
        Some(other) => (None, other),
        None => return (None, Doc::None),
    };
    let doc = match value {
        Literal::Binary(text) => Doc::Text(text),
        Literal::Atom(known::FALSE) => Doc::Hidden,
        _ => Doc::None,
    };
    (line, doc)
}

fn merge_metadata(into: &mut Vec<(Atom, Literal)>, more: Vec<(Atom, Literal)>) {
    for (key, value) in more {
        match into.iter_mut().find(|entry| entry.0 == key) {
            Some(entry) => entry.1 = value,
            None => into.push((key, value)),
        }
    }
}

/// What a stored definition takes. To be called once for each, after its callbacks.
pub fn take_attributes(stored: &Stored, kind: DefKind, host: &mut dyn Host) {
    let Some(shared) = host.module_build(stored.env.module) else { return };
    let mut warnings = Vec::new();
    {
        let mut build = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let (line, doc) = doc_of(take_one(&mut build, known::DOC));
        let mut metadata = std::mem::take(&mut build.doc_metadata);
        let defaults =
            stored.args.iter().filter(|&&arg| stored.code.call2(arg, known::OP_BACKSLASH2).is_some()).count();
        if let Some(Literal::Binary(reason)) = take_one(&mut build, known::DEPRECATED) {
            for arity in stored.arity - u8::try_from(defaults).unwrap_or(0)..=stored.arity {
                build.deprecated.push(((stored.name, arity), String::from_utf8_lossy(&reason).into_owned()));
            }
            merge_metadata(&mut metadata, vec![(known::DEPRECATED, Literal::Binary(reason))]);
        }
        if defaults > 0 {
            let count = i64::try_from(defaults).unwrap_or(i64::MAX);
            merge_metadata(&mut metadata, vec![(known::DEFAULTS, Literal::Int(count))]);
        }
        let implementation = match take_one(&mut build, known::IMPL) {
            Some(Literal::Atom(value)) => {
                build.impls.push(Impl {
                    key: (stored.name, stored.arity),
                    defaults,
                    kind,
                    line: stored.env.line,
                    context: stored.context,
                    value,
                });
                value != known::FALSE
            }
            _ => false,
        };
        let line = line.unwrap_or(stored.env.line);
        if kind.is_public() {
            let entry = DocEntry {
                kind,
                name: stored.name,
                arity: stored.arity,
                line,
                arguments: signature(&stored.code, &stored.args, &stored.env),
                doc,
                context: stored.context.is_some(),
                metadata,
            };
            warnings.extend(store(&mut build, entry, implementation, !stored.code.is_atom(stored.body, known::NIL)));
        } else if matches!(doc, Doc::Text(_)) {
            warnings.push((
                line,
                format!(
                    "{} {}/{} is private, @doc attribute is always discarded for private functions/macros/types",
                    kind.atom(),
                    stored.name,
                    stored.arity
                ),
            ));
        }
    }
    for (line, message) in warnings {
        let env = Env { function: Some((stored.name, stored.arity)), ..stored.env.clone() };
        warn(host, &env, line, message);
    }
}

pub(super) fn warn(host: &mut dyn Host, env: &Env, line: u32, message: String) {
    host.diagnostic(Diagnostic {
        severity: Severity::Warning,
        message,
        file: env.file.clone(),
        line,
        column: None,
        span: None,
        place: Some((env.module, env.function.unwrap_or((known::DUNDER_MODULE, 0)))),
        snippet: true,
    });
}

fn store(build: &mut ModuleBuild, entry: DocEntry, implementation: bool, has_body: bool) -> Option<(u32, String)> {
    let DocEntry { kind, name, arity, .. } = entry;
    let Some(known) =
        build.docs.iter_mut().find(|known| known.kind == kind && known.name == name && known.arity == arity)
    else {
        let mut entry = entry;
        if entry.doc == Doc::None && implementation {
            entry.doc = Doc::Hidden;
        }
        build.docs.push(entry);
        return None;
    };
    let mut warning = None;
    if matches!((&known.doc, &entry.doc), (Doc::Text(_), Doc::Text(_))) && has_body && !known.context {
        warning = Some((
            entry.line,
            format!(
                "redefining @doc attribute previously set at line {}.\n\nPlease remove the duplicate docs. If instead you want to override a previously defined @doc, attach the @doc attribute to a function head (the function signature not followed by any do-block). For example:\n\n    @doc \"\"\"\n    new docs\n    \"\"\"\n    def {name}(...)\n",
                known.line
            ),
        ));
    }
    for (at, (older, newer)) in known.arguments.iter_mut().zip(&entry.arguments).enumerate() {
        if older.strong || older.name == newer.name {
            continue;
        }
        if newer.strong {
            older.name.clone_from(&newer.name);
            older.strong = true;
        } else {
            older.name = format!("arg{}", at + 1);
        }
    }
    if entry.doc != Doc::None {
        known.doc = entry.doc;
    } else if known.doc == Doc::None && implementation {
        known.doc = Doc::Hidden;
    }
    merge_metadata(&mut known.metadata, entry.metadata);
    warning
}

/// The names of arguments; those that a pattern gives no name to are called by its kind.
fn signature(code: &Code, args: &[NodeId], env: &Env) -> Vec<Argument> {
    let mut arguments: Vec<(Argument, bool)> = args.iter().map(|&arg| argument(code, arg, env)).collect();
    let made: Vec<String> = arguments.iter().filter(|entry| entry.1).map(|entry| entry.0.name.clone()).collect();
    let mut counts = std::collections::HashMap::new();
    for (argument, generated) in &mut arguments {
        if *generated && made.iter().filter(|name| **name == argument.name).count() > 1 {
            let count = counts.entry(argument.name.clone()).or_insert(0);
            *count += 1;
            argument.name = format!("{}{count}", argument.name);
        }
    }
    arguments.into_iter().map(|entry| entry.0).collect()
}

fn plain_name(name: Atom) -> String {
    let text = name.as_str();
    match text.strip_prefix('_') {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => text.to_owned(),
    }
}

fn argument(code: &Code, arg: NodeId, env: &Env) -> (Argument, bool) {
    if let Some((_, inner, default)) = code.call2(arg, known::OP_BACKSLASH2) {
        let (argument, generated) = argument(code, inner, env);
        return (Argument { default: Some(text::source(code, default)), ..argument }, generated);
    }
    let named = |name: Atom, strong| (Argument { name: plain_name(name), strong, default: None }, false);
    let generated = |name: &str| (Argument { name: name.to_owned(), strong: false, default: None }, true);
    if let Some((_, left, right)) = code.call2(arg, known::OP_EQ)
        && let Some((name, ..)) = code.var_of(left).or_else(|| code.var_of(right))
    {
        return named(name, true);
    }
    match code.node(arg) {
        Node::Var { name, .. } => named(name, !name.as_str().starts_with('_')),
        Node::Call { name: known::OP_PERCENT, args, .. } => {
            let module = code.tree.seq(args).first().copied();
            match module.and_then(|module| alias_name(code, module, env)) {
                Some(name) => generated(&name),
                None => generated("struct"),
            }
        }
        Node::Call { name: known::OP_PERCENT_BRACES, .. } => generated("map"),
        Node::Call { name: known::VAR_BANG, args, .. } => {
            match code.tree.seq(args).first().and_then(|&inner| code.var_of(inner)) {
                Some((name, ..)) => named(name, false),
                None => generated("arg"),
            }
        }
        Node::Int(_) | Node::BigInt(_) => generated("int"),
        Node::Atom(known::TRUE | known::FALSE) => generated("bool"),
        Node::Atom(_) => generated("atom"),
        Node::List(_) => generated("list"),
        Node::Float(_) => generated("float"),
        Node::Binary(_) => generated("binary"),
        _ => generated("arg"),
    }
}

/// `%Foo.BarBaz{}` is called `bar_baz`.
fn alias_name(code: &Code, id: NodeId, env: &Env) -> Option<String> {
    let last = match code.node(id) {
        Node::Atom(atom) => atom.as_str().rsplit('.').next()?.to_owned(),
        Node::Var { name: known::DUNDER_MODULE, .. } => env.module.as_str().rsplit('.').next()?.to_owned(),
        _ => {
            let (_, parts) = code.call_of(id, known::DUNDER_ALIASES)?;
            code.atom_of(*parts.last()?)?.as_str().to_owned()
        }
    };
    let mut name = String::new();
    let mut lower = false;
    for c in last.chars() {
        if c.is_uppercase() && lower {
            name.push('_');
        }
        lower = c.is_lowercase() || c.is_ascii_digit();
        name.extend(c.to_lowercase());
    }
    Some(name)
}

impl ModuleBuild {
    /// Sets an attribute as `Module.__put_attribute__/5` does: documents take keyword lists as metadata.
    pub fn put_attribute(&mut self, key: Atom, value: Datum, line: Option<u32>) {
        if matches!(key, known::DOC | known::TYPEDOC | known::MODULEDOC)
            && let Datum::Literal(Literal::Tuple(pair)) = &value
            && let [_, Literal::List(entries)] = pair.as_slice()
        {
            let metadata = entries
                .iter()
                .filter_map(|entry| match entry {
                    Literal::Tuple(pair) => match pair.as_slice() {
                        [Literal::Atom(key), value] => Some((*key, value.clone())),
                        _ => None,
                    },
                    _ => None,
                })
                .collect();
            let into = match key {
                known::MODULEDOC => &mut self.module_metadata,
                _ => &mut self.doc_metadata,
            };
            merge_metadata(into, metadata);
            return;
        }
        // Types and callbacks take the document before them.
        match key {
            known::TYPE | known::TYPEP | known::OPAQUE => self.document_spec(key, known::TYPEDOC, &value),
            known::CALLBACK | known::MACROCALLBACK => self.document_spec(key, known::DOC, &value),
            _ => {}
        }
        let attribute = self.attributes.entry(key).or_default();
        if !attribute.accumulate {
            attribute.values.clear();
        }
        attribute.values.insert(0, value);
        attribute.unread_line = line;
    }

    fn document_spec(&mut self, kind: Atom, attribute: Atom, value: &Datum) {
        let (line, doc) = doc_of(take_one(self, attribute));
        let metadata = std::mem::take(&mut self.doc_metadata);
        if kind == known::TYPEP {
            return;
        }
        let Some((name, arity)) = super::callbacks::declared(value) else { return };
        self.spec_docs.push(SpecDoc { kind, name, arity, line: line.unwrap_or(self.line), doc, metadata });
    }

    /// Functions that `@deprecated` was said of, with its hint.
    pub fn deprecated(&self) -> &[(NameArity, String)] {
        &self.deprecated
    }

    /// The documents as `Code.fetch_docs/1` gives them: `{:docs_v1, line, :elixir, "text/markdown", moduledoc, metadata, docs}`.
    pub fn docs_chunk(&self) -> Literal {
        let atom = |text: &str| Literal::Atom(Atom::new(text));
        let map = |entries: &[(Atom, Literal)]| {
            Literal::Map(entries.iter().map(|(key, value)| (Literal::Atom(*key), value.clone())).collect())
        };
        let text = |doc: &Doc| match doc {
            Doc::None => Literal::Atom(known::NONE),
            Doc::Hidden => Literal::Atom(known::HIDDEN),
            Doc::Text(text) => Literal::Map(vec![(Literal::Binary(b"en".to_vec()), Literal::Binary(text.clone()))]),
        };
        let moduledoc = match self.attributes.get(&known::MODULEDOC).and_then(|attribute| attribute.values.first()) {
            Some(Datum::Literal(literal)) => doc_of(Some(literal.clone())),
            _ => (None, Doc::None),
        };
        let mut entries: Vec<&DocEntry> =
            self.docs.iter().filter(|entry| self.definitions.contains_key(&(entry.name, entry.arity))).collect();
        entries.sort_by_key(|entry| (entry.kind.is_macro(), entry.name.as_str(), entry.arity));
        let entry =
            |kind: Atom, name: Atom, arity: u8, line: u32, signature: Vec<Literal>, doc: &Doc, metadata: &[_]| {
                let key = Literal::Tuple(vec![Literal::Atom(kind), Literal::Atom(name), Literal::Int(arity.into())]);
                Literal::Tuple(vec![key, Literal::Int(line.into()), Literal::List(signature), text(doc), map(metadata)])
            };
        let mut docs: Vec<Literal> = entries
            .into_iter()
            .map(|known| {
                let kind = Atom::new(if known.kind.is_macro() { "macro" } else { "function" });
                let signature = vec![Literal::Binary(known.signature().into_bytes())];
                entry(kind, known.name, known.arity, known.line, signature, &known.doc, &known.metadata)
            })
            .collect();
        docs.extend(self.spec_docs.iter().map(|known| {
            let opaque = [(known::OPAQUE, Literal::Atom(known::TRUE))];
            let (kind, metadata) = match known.kind {
                known::OPAQUE => (known::TYPE, [known.metadata.as_slice(), &opaque].concat()),
                kind => (kind, known.metadata.clone()),
            };
            entry(kind, known.name, known.arity, known.line, Vec::new(), &known.doc, &metadata)
        }));
        Literal::Tuple(vec![
            atom("docs_v1"),
            Literal::Int(moduledoc.0.unwrap_or(self.line).into()),
            Literal::Atom(known::LOWER_ELIXIR),
            Literal::Binary(b"text/markdown".to_vec()),
            text(&moduledoc.1),
            map(&self.module_metadata),
            Literal::List(docs),
        ])
    }
}
