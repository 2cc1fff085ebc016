//! `@`.

use std::sync::PoisonError;

use jovial_atoms::{Atom, known};
use jovial_bytecode::ir::Literal;
use jovial_syntax::quoted::{Meta, Node, NodeId};

use super::build::Kernel;
use super::definitions::{is_normal, module_scope};
use crate::errors::{Halt, Result};
use crate::expand::{Expander, text};
use crate::host::Datum;
use crate::module::Attribute;

fn is_typespec(name: Atom) -> bool {
    matches!(name, known::TYPE | known::TYPEP | known::OPAQUE | known::SPEC | known::CALLBACK | known::MACROCALLBACK)
}

fn is_doc(name: Atom) -> bool {
    matches!(name, known::MODULEDOC | known::TYPEDOC | known::DOC)
}

pub(super) fn at(e: &mut Expander<'_>, meta: Meta, args: &[NodeId]) -> Result<NodeId> {
    let (name, inner_meta, inner) = match e.code.node(args[0]) {
        Node::Call { name: known::DUNDER_ALIASES, .. } => {
            return Err(Halt::argument_error("module attributes set via @ cannot start with an uppercase letter"));
        }
        Node::Call { name, meta, args } => (name, meta, Some(e.code.tree.seq(args).to_vec())),
        Node::Var { name, meta, .. } => (name, meta, None),
        _ => {
            let shown = e.text(args[0]);
            return Err(Halt::argument_error(format!("expected 0 or 1 argument for @, got: {shown}")));
        }
    };
    module_scope(e, "@/1")?;
    let in_function = e.env.function.is_some();
    if !in_function && !is_normal(e) {
        return Err(Halt::argument_error(
            "invalid usage of module attributes. Module attributes cannot be used inside pattern matching (and guards) outside of a function. If you are trying to define an attribute, do not do this:\n\n    @foo = :value\n\nInstead, do this:\n\n    @foo :value\n",
        ));
    }
    let line = e.code.line(meta);
    match inner.as_deref() {
        Some([arg]) if is_typespec(name) => typespec(e, name, *arg, line),
        Some([arg]) => set(e, name, inner_meta, *arg, line),
        None => get(e, name, line),
        Some([]) => {
            e.warn_line(meta, format!("the @{name}() notation (with parentheses) is deprecated, please use @{name} (without parentheses) instead"));
            get(e, name, line)
        }
        Some(args) => Err(wrong_arguments(e, name, args)),
    }
}

fn wrong_arguments(e: &mut Expander<'_>, name: Atom, args: &[NodeId]) -> Halt {
    if let &[value, block] = args
        && e.code.keyword_get(block, known::DO).is_some()
        && matches!(e.code.node(value), Node::Var { .. } | Node::Call { .. })
    {
        let (called, meta, mut inner) = match e.code.node(value) {
            Node::Call { name, meta, args } => (name, meta, e.code.tree.seq(args).to_vec()),
            Node::Var { name, meta, .. } => (name, meta, Vec::new()),
            _ => (name, Meta::EMPTY, Vec::new()),
        };
        inner.push(block);
        let call = e.code.tree.call(called, meta, &inner);
        let shown = e.text(call);
        let shown = format!("\n@{name} ({shown})").replace('\n', "\n    ");
        return Halt::argument_error(format!(
            "expected 0 or 1 argument for @{name}, got 2.\n\nIt seems you are trying to use the do-syntax with @module attributes but the do-block binds to the attribute name. You probably want to wrap the argument value in parentheses, like this:\n{shown}\n"
        ));
    }
    Halt::argument_error(format!("expected 0 or 1 argument for @{name}, got: {}", args.len()))
}

/// A typespec is kept as it is written, with its env.
fn typespec(e: &mut Expander<'_>, name: Atom, arg: NodeId, line: u32) -> Result<NodeId> {
    let spec = e.escape(arg, false, true)?;
    let file = e.env.file.clone();
    let env = e.carry_env_for_definition(line);
    let module = e.env.module;
    let k = &mut Kernel::new(e.code);
    let name = k.atom(name);
    let line = k.int(line.into());
    let file = k.text(&file);
    let module = k.atom(module);
    Ok(k.remote(&["Kernel", "Typespec"], "deftypespec", &[name, spec, line, file, module, env]))
}

fn set(e: &mut Expander<'_>, name: Atom, inner_meta: Meta, arg: NodeId, line: u32) -> Result<NodeId> {
    if e.env.function.is_some() {
        return Err(Halt::argument_error(format!("cannot set attribute @{name} inside function/macro")));
    }
    if name.as_str() == "behavior" {
        return Err(Halt::argument_error("@behavior attribute is not supported, please use @behaviour instead"));
    }
    let quoted = e.code.meta_has(inner_meta, known::CONTEXT);
    let arg = if is_doc(name) {
        let line = e.code.tree.int(line.into());
        e.code.tree.pair(line, arg)
    } else if e.env.lexical_tracker.is_some()
        && !matches!(name, known::BEFORE_COMPILE | known::AFTER_COMPILE | known::AFTER_VERIFY | known::ON_DEFINITION)
    {
        literals(e, arg)?
    } else {
        arg
    };
    let k = &mut Kernel::new(e.code);
    let module = k.var("__MODULE__");
    let name = k.atom(name);
    let line = if quoted { k.atom(known::NIL) } else { k.int(line.into()) };
    let traces = k.list(&[]);
    Ok(k.remote(&["Module"], "__put_attribute__", &[module, name, arg, line, traces]))
}

/// Aliases in literal values make no compile-time dependency, so they are expanded as inside a function.
fn literals(e: &mut Expander<'_>, id: NodeId) -> Result<NodeId> {
    match e.code.node(id) {
        Node::Call { name: known::DUNDER_ALIASES, .. } => {
            let line = e.env.line;
            let function = e.env.function.replace((known::DUNDER_INFO, 1));
            let expanded = e.expand_fully(id, line);
            e.env.function = function;
            let expanded = expanded?.unwrap_or(id);
            Ok(if e.code.atom_of(expanded).is_some() { expanded } else { id })
        }
        Node::Call { name: name @ (known::OP_BRACES | known::OP_PERCENT_BRACES), meta, args } => {
            let elements = e.code.tree.seq(args).to_vec();
            let new = elements.iter().map(|&element| literals(e, element)).collect::<Result<Vec<_>>>()?;
            Ok(if new == elements { id } else { e.code.tree.call(name, meta, &new) })
        }
        Node::List(seq) => {
            let elements = e.code.tree.seq(seq).to_vec();
            let new = elements.iter().map(|&element| literals(e, element)).collect::<Result<Vec<_>>>()?;
            Ok(if new == elements { id } else { e.code.tree.list(&new) })
        }
        Node::Pair(left, right) => {
            let (new_left, new_right) = (literals(e, left)?, literals(e, right)?);
            Ok(if (new_left, new_right) == (left, right) { id } else { e.code.tree.pair(new_left, new_right) })
        }
        _ => Ok(id),
    }
}

fn get(e: &mut Expander<'_>, name: Atom, line: u32) -> Result<NodeId> {
    if e.env.function.is_some() {
        return inject(e, name, line);
    }
    let k = &mut Kernel::new(e.code);
    let module = k.var("__MODULE__");
    let name_node = k.atom(name);
    let line = k.int(line.into());
    let flag = k.atom(if is_doc(name) { known::FALSE } else { known::TRUE });
    let read = k.remote(&["Module"], "__get_attribute__", &[module, name_node, line, flag]);
    if !is_doc(name) {
        return Ok(read);
    }
    let any = k.underscore();
    let doc = k.var("doc");
    let pair = k.tuple(&[any, doc]);
    let with_line = k.arrow(&[pair], doc);
    let value = k.var("value");
    let plain = k.arrow(&[value], value);
    Ok(k.case(read, &[with_line, plain]))
}

/// The values of an attribute that is read now, each with whether it is one of a list that has to be built.
fn values_of(attribute: &mut Attribute) -> Vec<(Datum, bool)> {
    attribute.unread_line = None;
    if !attribute.accumulate {
        let nil = || Datum::Literal(Literal::Atom(known::NIL));
        return vec![(attribute.values.first().cloned().unwrap_or_else(nil), false)];
    }
    let literals: Option<Vec<Literal>> = attribute
        .values
        .iter()
        .map(|value| match value {
            Datum::Literal(literal) => Some(literal.clone()),
            Datum::Host(_) => None,
        })
        .collect();
    match literals {
        Some(all) => vec![(Datum::Literal(Literal::List(all)), true)],
        None => attribute.values.iter().map(|value| (value.clone(), true)).collect(),
    }
}

/// In a function, the value of this moment becomes part of the code.
fn inject(e: &mut Expander<'_>, name: Atom, line: u32) -> Result<NodeId> {
    let Some(build) = e.host.module_build(e.env.module) else {
        let module = text::inspect_atom(e.env.module);
        return Err(Halt::argument_error(format!(
            "could not call Module.get_attribute/2 because the module {module} is already compiled. Use the Module.__info__/1 callback or Code.fetch_docs/1 instead"
        )));
    };
    let found = {
        let mut build = build.lock().unwrap_or_else(PoisonError::into_inner);
        build.attributes.get_mut(&name).map(values_of)
    };
    let Some(values) = found else {
        let meta = e.code.tree.add_meta(&[(known::LINE, jovial_syntax::quoted::MetaValue::Int(line.into()))]);
        // It is a fault of the module, not of the function that reads it.
        let function = e.env.function.take();
        e.warn(
            meta,
            format!(
                "undefined module attribute @{name}, please remove access to @{name} or explicitly set it before access"
            ),
        );
        e.env.function = function;
        return Ok(e.code.nil());
    };
    let mut nodes = Vec::with_capacity(values.len());
    let mut list = false;
    for (value, accumulated) in &values {
        let node = match value {
            Datum::Literal(literal) => e.code.literal(literal),
            Datum::Host(value) => {
                list |= *accumulated;
                let data = e.host.datum_node(e.code, value)?;
                e.escape_value(data).map_err(|halt| match halt {
                    Halt::Exception(exception) if exception.module == known::MOD_ARGUMENTERROR => Halt::argument_error(
                        format!("cannot inject attribute @{name} into function/macro because {}", exception.message),
                    ),
                    other => other,
                })?
            }
        };
        nodes.push(node);
    }
    let node = if list { e.code.tree.list(&nodes) } else { nodes[0] };
    Ok(match e.code.pair_of(node) {
        Some((_, doc)) if is_doc(name) => doc,
        _ => node,
    })
}

impl crate::carried::Code {
    /// Code that gives a literal.
    pub(crate) fn literal(&mut self, literal: &Literal) -> NodeId {
        match literal {
            Literal::Int(value) => self.tree.int(*value),
            Literal::BigInt(digits) => self.integer(digits.as_bytes()),
            Literal::Float(value) => self.tree.add(Node::Float(*value)),
            Literal::Atom(atom) => self.tree.atom(*atom),
            Literal::Binary(bytes) => self.tree.binary(bytes),
            Literal::Bitstring(bytes, bits) => self.bitstring(bytes, *bits),
            Literal::List(elements) => {
                let ids: Vec<NodeId> = elements.iter().map(|element| self.literal(element)).collect();
                self.tree.list(&ids)
            }
            Literal::Improper(elements) => {
                let mut ids: Vec<NodeId> = elements.iter().map(|element| self.literal(element)).collect();
                if let (Some(tail), Some(last)) = (ids.pop(), ids.pop()) {
                    ids.push(self.tree.call(known::OP_PIPE, Meta::EMPTY, &[last, tail]));
                }
                self.tree.list(&ids)
            }
            Literal::Tuple(elements) => {
                let ids: Vec<NodeId> = elements.iter().map(|element| self.literal(element)).collect();
                match *ids {
                    [left, right] => self.tree.pair(left, right),
                    _ => self.braces(&ids),
                }
            }
            Literal::Map(entries) => {
                let pairs: Vec<NodeId> = entries
                    .iter()
                    .map(|(key, value)| {
                        let (key, value) = (self.literal(key), self.literal(value));
                        self.tree.pair(key, value)
                    })
                    .collect();
                self.tree.call(known::OP_PERCENT_BRACES, Meta::EMPTY, &pairs)
            }
            Literal::Fun(module, name, arity) => {
                let arity = self.tree.int((*arity).into());
                let meta =
                    self.tree.add_meta(&[(known::NO_PARENS, jovial_syntax::quoted::MetaValue::Atom(known::TRUE))]);
                let module = self.tree.atom(*module);
                let name = self.tree.atom(*name);
                let dot = self.tree.call(known::OP_DOT, Meta::EMPTY, &[module, name]);
                let call = self.tree.apply(dot, meta, &[]);
                let slash = self.tree.call(known::OP_SLASH, Meta::EMPTY, &[call, arity]);
                self.tree.call(known::OP_AMP, Meta::EMPTY, &[slash])
            }
        }
    }

    /// Code that gives bits that fill no bytes.
    fn bitstring(&mut self, bytes: &[u8], bits: u64) -> NodeId {
        let segments: Vec<NodeId> = bytes
            .iter()
            .enumerate()
            .map(|(at, &byte)| {
                let left = bits.saturating_sub(8 * at as u64).min(8);
                let value = self.tree.int(i64::from(byte) >> (8 - left));
                let size = self.tree.int(i64::try_from(left).unwrap_or(8));
                let size = self.tree.call(known::SIZE, Meta::EMPTY, &[size]);
                self.tree.call(known::OP_DOUBLE_COLON, Meta::EMPTY, &[value, size])
            })
            .collect();
        self.tree.call(known::OP_BITS, Meta::EMPTY, &segments)
    }
}
