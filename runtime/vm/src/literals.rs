//! From literals as plain data to terms.
//!
//! **What it is for.** The loader builds a module's literals with [`build`] in a heap of its own before they move to the
//! literal area.
//!
//! **Invariants.** Nothing recurses over a literal: generated code holds deeply nested ones.
//!
//! **What it must not know.** Modules, where literals end up.

use jovial_bytecode::ir::Literal;
use jovial_term::{Bits, Heap, SystemLimit, Term};

enum Step<'a> {
    Build(&'a Literal),
    List(usize, bool),
    Tuple(usize),
    Map(usize),
}

/// The term that a literal stands for.
pub fn build<'h>(heap: &'h Heap, literal: &Literal) -> Result<Term<'h>, SystemLimit> {
    let mut steps = vec![Step::Build(literal)];
    let mut terms: Vec<Term<'h>> = Vec::new();
    while let Some(step) = steps.pop() {
        let term = match step {
            Step::Build(Literal::Int(value)) => heap.int(*value),
            Step::Build(Literal::BigInt(digits)) => heap.parse_int(digits.as_bytes(), 10).ok_or(SystemLimit)?,
            Step::Build(Literal::Float(value)) => heap.float(*value),
            Step::Build(Literal::Atom(atom)) => Term::atom(*atom),
            Step::Build(Literal::Binary(bytes)) => heap.try_binary(bytes)?,
            Step::Build(Literal::Bitstring(bytes, bits)) => {
                let bits = usize::try_from(*bits).ok().filter(|bits| bits.div_ceil(8) <= bytes.len());
                heap.bitstring(Bits::new(bytes, 0, bits.ok_or(SystemLimit)?))
            }
            Step::Build(Literal::Fun(module, name, arity)) => heap.external_fun(*module, *name, *arity),
            Step::Build(Literal::List(items)) => {
                steps.push(Step::List(items.len(), false));
                steps.extend(items.iter().rev().map(Step::Build));
                continue;
            }
            Step::Build(Literal::Improper(items)) => {
                steps.push(Step::List(items.len(), true));
                steps.extend(items.iter().rev().map(Step::Build));
                continue;
            }
            Step::Build(Literal::Tuple(items)) => {
                steps.push(Step::Tuple(items.len()));
                steps.extend(items.iter().rev().map(Step::Build));
                continue;
            }
            Step::Build(Literal::Map(pairs)) => {
                steps.push(Step::Map(pairs.len()));
                for (key, value) in pairs.iter().rev() {
                    steps.push(Step::Build(value));
                    steps.push(Step::Build(key));
                }
                continue;
            }
            Step::List(len, improper) => {
                let mut items = terms.split_off(terms.len() - len);
                let tail = if improper { items.pop().unwrap_or(Term::EMPTY_LIST) } else { Term::EMPTY_LIST };
                heap.list_with_tail(items, tail)
            }
            Step::Tuple(len) => {
                let items = terms.split_off(terms.len() - len);
                heap.try_tuple(&items)?
            }
            Step::Map(len) => {
                let items = terms.split_off(terms.len() - 2 * len);
                heap.map_from(items.chunks_exact(2).map(|pair| (pair[0], pair[1])))
            }
        };
        terms.push(term);
    }
    Ok(terms.pop().unwrap_or(Term::EMPTY_LIST))
}
