//! What is said of the types of a finished module's code. The library's `Jovial.Types` looks at it; here the code becomes terms,
//! and what comes back diagnostics.
//!
//! **Invariants.** Findings are remarks: no module is refused for one, and code of the library itself is not looked at.

use jovial_atoms::Atom;
use jovial_compiler::Diagnostic;
use jovial_compiler::env::Env;
use jovial_compiler::errors::{Result, Severity};
use jovial_compiler::module::{DefKind, Definition};
use jovial_term::{Heap, Term};

use super::convert::{self, Values};
use super::host::CompileHost;

/// The clauses of a definition in expanded code: a list of `{meta, args, guards, body}`.
pub(crate) fn clauses<'h>(heap: &'h Heap, values: &Values, definition: &Definition) -> Term<'h> {
    let clauses = definition.clauses.iter().map(|stored| {
        let term = |node| convert::to_term(heap, &stored.code, values, node);
        let list = |nodes: &[_]| heap.list(nodes.iter().map(|node| term(*node)).collect::<Vec<_>>());
        let clause = &stored.clause;
        heap.tuple(&[
            convert::meta_to_term(heap, &stored.code, values, clause.meta),
            list(&clause.args),
            list(&clause.guards),
            term(clause.body),
        ])
    });
    heap.list(clauses.collect::<Vec<_>>())
}

/// A diagnostic behind those of lower rank, whatever their lines.
pub(crate) type Ranked = (u32, Diagnostic);

/// What is to be said of the functions of a module.
pub(crate) fn findings(host: &mut CompileHost<'_>, env: &Env, definitions: &[Definition]) -> Result<Vec<Ranked>> {
    let functions: Vec<&Definition> =
        definitions.iter().filter(|definition| matches!(definition.kind, DefKind::Def | DefKind::Defp)).collect();
    if functions.is_empty() {
        return Ok(Vec::new());
    }
    let (module, function) = (Atom::new("Elixir.Jovial.Types"), Atom::new("check"));
    let found = host.call(module, function, |heap, values| {
        let functions = functions.iter().map(|definition| {
            let key = heap.tuple(&[Term::atom(definition.name), Term::small32(i32::from(definition.arity))]);
            heap.tuple(&[key, Term::atom(definition.kind.atom()), clauses(heap, values, definition)])
        });
        let functions = heap.list(functions.collect::<Vec<_>>());
        vec![Term::atom(env.module), heap.binary(env.file.as_bytes()), functions]
    })?;
    let found = found.root().list_to_vec().unwrap_or_default();
    Ok(found.into_iter().filter_map(|finding| diagnostic(env, finding)).collect())
}

/// `{rank, line, column | nil, end column | nil, {name, arity} | nil, message}`.
fn diagnostic(env: &Env, finding: Term<'_>) -> Option<Ranked> {
    let [rank, line, column, until, place, message] = *finding.as_tuple_of::<6>()?;
    let number = |term: Term<'_>| term.as_small().and_then(|value| u32::try_from(value).ok());
    let line = number(line)?;
    let place = place.as_tuple_of::<2>().and_then(|[name, arity]| {
        let arity = u8::try_from(number(*arity)?).ok()?;
        Some((env.module, (name.as_atom()?, arity)))
    });
    let diagnostic = Diagnostic {
        severity: Severity::Warning,
        message: String::from_utf8_lossy(&message.bytes()?).into_owned(),
        file: env.file.clone(),
        line,
        column: number(column),
        span: number(until).map(|until| (line, until)),
        place,
        snippet: true,
    };
    Some((number(rank)?, diagnostic))
}
