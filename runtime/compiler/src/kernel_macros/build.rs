//! Building quoted code the way `quote` inside `Kernel` leaves it.
//!
//! A call of an imported name carries `context` and the arities under which `Kernel` has the name, variables have
//! `Kernel` as context, aliases are marked as not expanded. [`Kernel`] is that `quote`, one method for each shape.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, NodeId};

use crate::carried::Code;

/// Names of `Kernel` that the macros use under several arities, or under one that is not 2.
const ARITIES: &[(&str, &[i64])] = &[
    ("+", &[1, 2]),
    ("-", &[1, 2]),
    ("not", &[1]),
    ("is_atom", &[1]),
    ("is_binary", &[1]),
    ("is_list", &[1]),
    ("is_map", &[1]),
    ("raise", &[1, 2]),
    ("binding", &[0, 1]),
    ("defstruct", &[1]),
    ("defoverridable", &[1]),
    ("struct", &[1, 2]),
    ("struct!", &[1, 2]),
    ("@", &[1]),
    ("inspect", &[1, 2]),
    ("is_exception", &[1, 2]),
    ("is_struct", &[1, 2]),
    ("function_exported?", &[3]),
    ("!", &[1]),
    ("length", &[1]),
    ("to_string", &[1]),
    ("use", &[1, 2]),
];

pub(crate) struct Kernel<'c> {
    pub(crate) code: &'c mut Code,
    generated: bool,
    /// The module whose `quote` it is.
    context: Atom,
}

impl<'c> Kernel<'c> {
    pub(crate) fn new(code: &'c mut Code) -> Self {
        Kernel { code, generated: false, context: known::MOD_KERNEL }
    }

    /// As `quote generated: true`.
    pub(crate) fn generated(code: &'c mut Code) -> Self {
        Kernel { code, generated: true, context: known::MOD_KERNEL }
    }

    /// `quote` in another module that imports `Kernel`.
    pub(crate) fn within(code: &'c mut Code, context: Atom) -> Self {
        Kernel { code, generated: false, context }
    }

    pub(crate) fn meta(&mut self, entries: &[(Atom, MetaValue)]) -> Meta {
        if !self.generated {
            return self.code.tree.add_meta(entries);
        }
        let mut all = vec![(known::GENERATED, MetaValue::Atom(known::TRUE))];
        all.extend_from_slice(entries);
        self.code.tree.add_meta(&all)
    }

    fn plain(&mut self) -> Meta {
        self.meta(&[])
    }

    /// `[context: Kernel, imports: …]`
    pub(crate) fn import_meta(&mut self, name: &str) -> Meta {
        let defining = matches!(name, "def" | "defp" | "defmacro" | "defmacrop");
        let bootstrapped = defining && self.context == known::MOD_KERNEL;
        let arities = if defining {
            &[1, 2][..]
        } else {
            ARITIES.iter().find(|entry| entry.0 == name).map_or(&[2][..], |entry| entry.1)
        };
        let module = if bootstrapped { known::ELIXIR_BOOTSTRAP } else { known::MOD_KERNEL };
        let entries: Vec<NodeId> = arities
            .iter()
            .map(|&arity| {
                let arity = self.code.tree.int(arity);
                let module = self.code.tree.atom(module);
                self.code.tree.pair(arity, module)
            })
            .collect();
        let list = self.code.tree.list(&entries);
        self.meta(&[(known::CONTEXT, MetaValue::Atom(self.context)), (known::IMPORTS, MetaValue::Node(list))])
    }

    /// A call of one of `Kernel`'s own names.
    pub(crate) fn import(&mut self, name: &str, args: &[NodeId]) -> NodeId {
        let meta = self.import_meta(name);
        self.code.tree.call(Atom::new(name), meta, args)
    }

    /// A special form, or a call of a name that is no import there.
    pub(crate) fn form(&mut self, name: Atom, args: &[NodeId]) -> NodeId {
        let meta = self.plain();
        self.code.tree.call(name, meta, args)
    }

    pub(crate) fn form_with(&mut self, name: Atom, entries: &[(Atom, MetaValue)], args: &[NodeId]) -> NodeId {
        let meta = self.meta(entries);
        self.code.tree.call(name, meta, args)
    }

    pub(crate) fn var(&mut self, name: &str) -> NodeId {
        let meta = self.plain();
        self.code.tree.var(Atom::new(name), meta, self.context)
    }

    /// A variable whose name is also one of `Kernel`'s functions.
    pub(crate) fn import_var(&mut self, name: &str) -> NodeId {
        let meta = self.import_meta(name);
        self.code.tree.var(Atom::new(name), meta, self.context)
    }

    pub(crate) fn underscore(&mut self) -> NodeId {
        self.var("_")
    }

    pub(crate) fn atom(&mut self, atom: Atom) -> NodeId {
        self.code.tree.atom(atom)
    }

    pub(crate) fn name(&mut self, text: &str) -> NodeId {
        self.code.tree.atom(Atom::new(text))
    }

    pub(crate) fn int(&mut self, value: i64) -> NodeId {
        self.code.tree.int(value)
    }

    pub(crate) fn text(&mut self, text: &str) -> NodeId {
        self.code.tree.binary(text.as_bytes())
    }

    pub(crate) fn list(&mut self, elements: &[NodeId]) -> NodeId {
        self.code.tree.list(elements)
    }

    pub(crate) fn keyword(&mut self, entries: &[(Atom, NodeId)]) -> NodeId {
        self.code.keyword(entries)
    }

    /// An alias as `quote` leaves it where none is defined.
    pub(crate) fn alias(&mut self, parts: &[&str]) -> NodeId {
        let meta = self.meta(&[(known::ALIAS, MetaValue::Atom(known::FALSE))]);
        let parts: Vec<NodeId> = parts.iter().map(|part| self.code.tree.atom(Atom::new(part))).collect();
        self.code.tree.call(known::DUNDER_ALIASES, meta, &parts)
    }

    /// `Elixir.Enum` and the like, which nothing can hide.
    pub(crate) fn full_alias(&mut self, part: &str) -> NodeId {
        let meta = self.plain();
        let elixir = self.code.tree.atom(known::ELIXIR);
        let part = self.code.tree.atom(Atom::new(part));
        self.code.tree.call(known::DUNDER_ALIASES, meta, &[elixir, part])
    }

    pub(crate) fn call(&mut self, receiver: NodeId, name: &str, args: &[NodeId]) -> NodeId {
        let meta = self.plain();
        let name = self.code.tree.atom(Atom::new(name));
        let dot = self.code.tree.call(known::OP_DOT, meta, &[receiver, name]);
        self.code.tree.apply(dot, meta, args)
    }

    /// `Alias.name(args)`
    pub(crate) fn remote(&mut self, alias: &[&str], name: &str, args: &[NodeId]) -> NodeId {
        let module = self.alias(alias);
        self.call(module, name, args)
    }

    pub(crate) fn erlang(&mut self, name: &str, args: &[NodeId]) -> NodeId {
        let module = self.code.tree.atom(known::ERLANG);
        self.call(module, name, args)
    }

    /// `fun.(args)`
    pub(crate) fn apply(&mut self, function: NodeId, args: &[NodeId]) -> NodeId {
        let meta = self.plain();
        let dot = self.code.tree.call(known::OP_DOT, meta, &[function]);
        self.code.tree.apply(dot, meta, args)
    }

    pub(crate) fn arrow(&mut self, left: &[NodeId], right: NodeId) -> NodeId {
        let left = self.code.tree.list(left);
        self.form(known::OP_ARROW, &[left, right])
    }

    pub(crate) fn block(&mut self, statements: &[NodeId]) -> NodeId {
        self.form(known::DUNDER_BLOCK, statements)
    }

    pub(crate) fn assign(&mut self, left: NodeId, right: NodeId) -> NodeId {
        self.form(known::OP_EQ, &[left, right])
    }

    pub(crate) fn tuple(&mut self, elements: &[NodeId]) -> NodeId {
        match *elements {
            [left, right] => self.code.tree.pair(left, right),
            _ => self.form(known::OP_BRACES, elements),
        }
    }

    pub(crate) fn map(&mut self, pairs: &[(Atom, NodeId)]) -> NodeId {
        let pairs: Vec<NodeId> = pairs.iter().map(|&(key, value)| self.code.keyword_entry(key, value)).collect();
        self.form(known::OP_PERCENT_BRACES, &pairs)
    }

    /// `case subject do clauses end`
    pub(crate) fn case(&mut self, subject: NodeId, clauses: &[NodeId]) -> NodeId {
        self.case_with(&[], subject, clauses)
    }

    pub(crate) fn case_with(&mut self, entries: &[(Atom, MetaValue)], subject: NodeId, clauses: &[NodeId]) -> NodeId {
        let clauses = self.code.tree.list(clauses);
        let body = self.code.keyword(&[(known::DO, clauses)]);
        self.form_with(known::CASE, entries, &[subject, body])
    }

    /// `fn args -> body end`
    pub(crate) fn lambda(&mut self, args: &[NodeId], body: NodeId) -> NodeId {
        let clause = self.arrow(args, body);
        self.form(known::FN, &[clause])
    }

    /// The inner part of `@name value`.
    pub(crate) fn attribute(&mut self, name: &str, value: NodeId) -> NodeId {
        let meta = self.meta(&[(known::CONTEXT, MetaValue::Atom(self.context))]);
        self.code.tree.call(Atom::new(name), meta, &[value])
    }

    /// `@name value` as a macro of `Kernel` writes it: `Kernel.@`.
    pub(crate) fn kernel_attribute(&mut self, name: &str, value: NodeId) -> NodeId {
        let inner = self.attribute(name, value);
        let kernel = self.full_alias("Kernel");
        self.call(kernel, "@", &[inner])
    }

    /// `@name value` under the imported `@`.
    pub(crate) fn set_attribute(&mut self, name: &str, value: NodeId) -> NodeId {
        let inner = self.attribute(name, value);
        self.import("@", &[inner])
    }

    /// `@name`
    pub(crate) fn get_attribute(&mut self, name: &str) -> NodeId {
        let meta = self.meta(&[(known::CONTEXT, MetaValue::Atom(self.context))]);
        let inner = self.code.tree.var(Atom::new(name), meta, self.context);
        self.import("@", &[inner])
    }

    /// `form target, key: value`, for `import`.
    pub(crate) fn import_form(&mut self, alias: &[&str], key: Atom, names: &[(&str, i64)]) -> NodeId {
        let target = self.alias(alias);
        let entries: Vec<(Atom, NodeId)> =
            names.iter().map(|&(name, arity)| (Atom::new(name), self.code.tree.int(arity))).collect();
        let names = self.keyword(&entries);
        let options = self.keyword(&[(key, names)]);
        self.form_with(known::IMPORT, &[(known::CONTEXT, MetaValue::Atom(self.context))], &[target, options])
    }

    /// `def head, do: body`
    pub(crate) fn def(&mut self, kind: &str, head: NodeId, body: NodeId) -> NodeId {
        let options = self.keyword(&[(known::DO, body)]);
        self.import(kind, &[head, options])
    }

    /// The head of a `def`: remembers its context.
    pub(crate) fn head(&mut self, name: &str, args: &[NodeId]) -> NodeId {
        let meta = self.meta(&[(known::CONTEXT, MetaValue::Atom(self.context))]);
        self.code.tree.call(Atom::new(name), meta, args)
    }
}
