//! What is warned about when nobody reads the value of a call.
//!
//! **What it is for.** [`lost`] knows the functions of `:erlang`, `:lists`, `:maps` and `:math` that do nothing but give a value: calling
//! one for nothing is a mistake, most often a comparison where a match was meant. The sets are those that Erlang's compiler knows.
//!
//! **What it must not know.** Where a call stands, and whether anybody reads it.

use jovial_atoms::Atom;

/// The warning about a call whose value is lost, if the call is of no other use.
pub(super) fn lost(module: Atom, name: Atom, arity: usize) -> Option<String> {
    let name = name.as_str();
    let prefix = match module.as_str() {
        "erlang" => "",
        "lists" if matches!((name, arity), ("append" | "subtract", 2)) => "lists:",
        "maps" if matches!((name, arity), ("get" | "is_key", 2) | ("new", 0)) => "maps:",
        "math" => "math:",
        _ => return None,
    };
    if !prefix.is_empty() {
        return Some(result_of_call(prefix, name, arity));
    }
    if let (Some(operator), 2) = (comparison(name), arity) {
        return Some(format!("use of operator {operator} has no effect"));
    }
    if is_operator(name, arity) {
        return Some(format!("the result of evaluating operator '{name}'/{arity} {IGNORED}"));
    }
    if never_fails(name, arity) {
        return Some(format!("the call to {name}/{arity} has no effect"));
    }
    may_fail(name, arity).then(|| result_of_call(prefix, name, arity))
}

const IGNORED: &str = "is ignored (suppress the warning by assigning the expression to the _ variable)";

fn result_of_call(prefix: &str, name: &str, arity: usize) -> String {
    format!("the result of calling {prefix}{name}/{arity} {IGNORED}")
}

/// Elixir's name of a comparison.
fn comparison(erlang: &str) -> Option<&str> {
    Some(match erlang {
        "==" | "<" | ">" | ">=" => erlang,
        "/=" => "!=",
        "=:=" => "===",
        "=/=" => "!==",
        "=<" => "<=",
        _ => return None,
    })
}

fn is_operator(name: &str, arity: usize) -> bool {
    match arity {
        1 => matches!(name, "+" | "-" | "not" | "bnot"),
        2 => matches!(
            name,
            "+" | "-"
                | "*"
                | "/"
                | "++"
                | "--"
                | "div"
                | "rem"
                | "band"
                | "bor"
                | "bxor"
                | "bsl"
                | "bsr"
                | "and"
                | "or"
                | "xor"
        ),
        _ => false,
    }
}

fn never_fails(name: &str, arity: usize) -> bool {
    match arity {
        0 => matches!(
            name,
            "date"
                | "get"
                | "group_leader"
                | "is_alive"
                | "make_ref"
                | "node"
                | "nodes"
                | "processes"
                | "registered"
                | "self"
                | "time"
        ),
        1 => name.starts_with("is_") && name != "is_process_alive" || matches!(name, "get" | "term_to_binary"),
        2 => matches!(name, "max" | "min"),
        _ => false,
    }
}

fn may_fail(name: &str, arity: usize) -> bool {
    match arity {
        1 => matches!(
            name,
            "abs"
                | "atom_to_binary"
                | "atom_to_list"
                | "binary_to_atom"
                | "binary_to_float"
                | "binary_to_integer"
                | "binary_to_list"
                | "bit_size"
                | "byte_size"
                | "ceil"
                | "float"
                | "float_to_binary"
                | "float_to_list"
                | "floor"
                | "hd"
                | "integer_to_binary"
                | "integer_to_list"
                | "length"
                | "list_to_atom"
                | "list_to_binary"
                | "list_to_float"
                | "list_to_integer"
                | "list_to_pid"
                | "list_to_tuple"
                | "pid_to_list"
                | "round"
                | "size"
                | "tl"
                | "trunc"
                | "tuple_size"
                | "tuple_to_list"
        ),
        2 => matches!(
            name,
            "atom_to_binary"
                | "binary_part"
                | "binary_to_atom"
                | "element"
                | "is_function"
                | "is_map_key"
                | "is_record"
                | "list_to_integer"
                | "map_get"
                | "split_binary"
        ),
        3 => matches!(name, "binary_part" | "binary_to_list" | "is_record" | "setelement"),
        _ => false,
    }
}
