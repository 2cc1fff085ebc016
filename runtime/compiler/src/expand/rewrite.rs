//! Calls that become other calls: functions of the library that are one of `:erlang`'s under another name, those whose
//! arguments stand in another order there, and what may be called in patterns and guards at all.
//!
//! These names are facts of the language: they show in stack traces, captures and guards.

use std::sync::LazyLock;

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, Node, NodeId};
use rustc_hash::FxHashMap;

use super::{Expander, text};
use crate::env::Context;
use crate::errors::Result;

/// Module, Erlang module, Erlang name (empty: the same), functions with their arities.
const INLINED: &[(&str, &str, &str, &str)] = &[
    ("Atom", "erlang", "atom_to_list", "to_charlist/1"),
    ("Atom", "erlang", "atom_to_binary", "to_string/1"),
    ("Bitwise", "erlang", "", "band/2 bnot/1 bor/2 bsl/2 bsr/2 bxor/2"),
    ("Bitwise", "erlang", "band", "&&&/2"),
    ("Bitwise", "erlang", "bsl", "<<</2"),
    ("Bitwise", "erlang", "bsr", ">>>/2"),
    ("Bitwise", "erlang", "bxor", "^^^/2"),
    ("Bitwise", "erlang", "bor", "|||/2"),
    ("Bitwise", "erlang", "bnot", "~~~/1"),
    ("Function", "erlang", "make_fun", "capture/3"),
    ("Function", "erlang", "fun_info", "info/1 info/2"),
    ("IO", "erlang", "iolist_size", "iodata_length/1"),
    ("IO", "erlang", "iolist_to_binary", "iodata_to_binary/1"),
    ("Integer", "erlang", "integer_to_list", "to_charlist/1 to_charlist/2"),
    ("Integer", "erlang", "integer_to_binary", "to_string/1 to_string/2"),
    (
        "Kernel",
        "erlang",
        "",
        "*/2 +/1 +/2 ++/2 -/1 -/2 --/2 //2 </2 ==/2 >/2 >=/2 abs/1 apply/2 apply/3 binary_part/3 bit_size/1 byte_size/1 ceil/1 div/2 exit/1 floor/1 hd/1 is_atom/1 is_binary/1 is_bitstring/1 is_boolean/1 is_float/1 is_function/1 is_function/2 is_integer/1 is_list/1 is_map/1 is_number/1 is_pid/1 is_port/1 is_reference/1 is_tuple/1 length/1 make_ref/0 map_size/1 max/2 min/2 node/0 node/1 not/1 rem/2 round/1 self/0 send/2 spawn/1 spawn/3 spawn_link/1 spawn_link/3 spawn_monitor/1 spawn_monitor/3 throw/1 tl/1 trunc/1 tuple_size/1",
    ),
    ("Kernel", "erlang", "/=", "!=/2"),
    ("Kernel", "erlang", "=/=", "!==/2"),
    ("Kernel", "erlang", "=<", "<=/2"),
    ("Kernel", "erlang", "=:=", "===/2"),
    ("Kernel", "erlang", "function_exported", "function_exported?/3"),
    ("List", "erlang", "list_to_atom", "to_atom/1"),
    ("List", "erlang", "list_to_existing_atom", "to_existing_atom/1"),
    ("List", "erlang", "list_to_float", "to_float/1"),
    ("List", "erlang", "list_to_integer", "to_integer/1 to_integer/2"),
    ("List", "erlang", "list_to_tuple", "to_tuple/1"),
    ("Map", "maps", "from_keys", "from_keys/2"),
    ("Map", "maps", "intersect", "intersect/2"),
    ("Map", "maps", "keys", "keys/1"),
    ("Map", "maps", "merge", "merge/2"),
    ("Map", "maps", "to_list", "to_list/1"),
    ("Map", "maps", "values", "values/1"),
    ("Node", "erlang", "", "spawn/2 spawn/4 spawn_link/2 spawn_link/4 spawn_monitor/2 spawn_monitor/4"),
    ("Node", "erlang", "nodes", "list/0 list/1"),
    ("Node", "erlang", "spawn_opt", "spawn/3 spawn/5"),
    ("Port", "erlang", "", "demonitor/1 demonitor/2"),
    ("Port", "erlang", "port_close", "close/1"),
    ("Port", "erlang", "port_command", "command/2 command/3"),
    ("Port", "erlang", "port_connect", "connect/2"),
    ("Port", "erlang", "ports", "list/0"),
    ("Port", "erlang", "open_port", "open/2"),
    (
        "Process",
        "erlang",
        "",
        "alias/0 alias/1 cancel_timer/1 cancel_timer/2 demonitor/1 demonitor/2 exit/2 get/0 get_keys/0 get_keys/1 group_leader/0 hibernate/3 link/1 read_timer/1 registered/0 send/3 unalias/1 unlink/1 unregister/1",
    ),
    ("Process", "erlang", "is_process_alive", "alive?/1"),
    ("Process", "erlang", "process_flag", "flag/2 flag/3"),
    ("Process", "erlang", "processes", "list/0"),
    ("Process", "erlang", "spawn_opt", "spawn/2 spawn/4"),
    ("String", "binary", "copy", "duplicate/2"),
    ("String", "erlang", "binary_to_atom", "to_atom/1"),
    ("String", "erlang", "binary_to_existing_atom", "to_existing_atom/1"),
    ("String", "erlang", "binary_to_float", "to_float/1"),
    ("String", "erlang", "binary_to_integer", "to_integer/1 to_integer/2"),
    ("System", "erlang", "", "monotonic_time/0 system_time/0 time_offset/0 unique_integer/0 unique_integer/1"),
    ("System", "os", "system_time", "os_time/0"),
    ("Tuple", "erlang", "tuple_to_list", "to_list/1"),
];

type Table = FxHashMap<(Atom, Atom, usize), (Atom, Atom)>;

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    for &(module, target, renamed, functions) in INLINED {
        let module = Atom::new(&format!("Elixir.{module}"));
        for function in functions.split(' ') {
            let Some((name, arity)) = function.rsplit_once('/') else { continue };
            let Ok(arity) = arity.parse() else { continue };
            let target_name = if renamed.is_empty() { name } else { renamed };
            table.insert((module, Atom::new(name), arity), (Atom::new(target), Atom::new(target_name)));
        }
    }
    table
});

/// The function that a call of this one becomes.
pub(crate) fn inline(module: Atom, name: Atom, arity: usize) -> Option<(Atom, Atom)> {
    TABLE.get(&(module, name, arity)).copied()
}

/// A call whose arguments stand in another order at its target: their places, and constants before them.
struct Reorder {
    module: &'static str,
    name: &'static str,
    /// Indices of the arguments; `None` stands for `constant`.
    order: &'static [Option<usize>],
    constant: Option<&'static str>,
}

fn reorder(module: Atom, name: Atom, arity: usize) -> Option<Reorder> {
    const SWAP: &[Option<usize>] = &[Some(1), Some(0)];
    const LAST_TO_FRONT: &[Option<usize>] = &[Some(1), Some(2), Some(0)];
    let plain = |module, name, order| Some(Reorder { module, name, order, constant: None });
    match (module.as_str().strip_prefix("Elixir.")?, name.as_str(), arity) {
        ("Float", "to_charlist", 1) => Some(Reorder {
            module: "erlang",
            name: "float_to_list",
            order: &[Some(0), None],
            constant: Some("[short]"),
        }),
        ("Float", "to_string", 1) => Some(Reorder {
            module: "erlang",
            name: "float_to_binary",
            order: &[Some(0), None],
            constant: Some("[short]"),
        }),
        ("Kernel", "is_map_key", 2) => plain("erlang", "is_map_key", SWAP),
        ("Map", "delete", 2) => plain("maps", "remove", SWAP),
        ("Map", "fetch", 2) => plain("maps", "find", SWAP),
        ("Map", "fetch!", 2) => plain("maps", "get", SWAP),
        ("Map", "has_key?", 2) => plain("maps", "is_key", SWAP),
        ("Map", "put", 3) => plain("maps", "put", LAST_TO_FRONT),
        ("Map", "replace!", 3) => plain("maps", "update", LAST_TO_FRONT),
        ("Port", "monitor", 1) => {
            Some(Reorder { module: "erlang", name: "monitor", order: &[None, Some(0)], constant: Some("port") })
        }
        ("Process", "monitor", 1) => {
            Some(Reorder { module: "erlang", name: "monitor", order: &[None, Some(0)], constant: Some("process") })
        }
        ("Process", "monitor", 2) => Some(Reorder {
            module: "erlang",
            name: "monitor",
            order: &[None, Some(0), Some(1)],
            constant: Some("process"),
        }),
        ("Process", "group_leader", 2) => plain("erlang", "group_leader", SWAP),
        ("Process", "send_after", 3) => plain("erlang", "send_after", &[Some(2), Some(0), Some(1)]),
        ("Process", "send_after", 4) => plain("erlang", "send_after", &[Some(2), Some(0), Some(1), Some(3)]),
        ("Tuple", "duplicate", 2) => plain("erlang", "make_tuple", SWAP),
        _ => None,
    }
}

/// A call that takes an index from 0 where its target counts from 1.
fn indexed(module: Atom, name: Atom, arity: usize) -> Option<&'static str> {
    match (module.as_str().strip_prefix("Elixir.")?, name.as_str(), arity) {
        ("Tuple", "delete_at", 2) => Some("delete_element"),
        ("Tuple", "insert_at", 3) => Some("insert_element"),
        ("Kernel", "elem", 2) => Some("element"),
        ("Kernel", "put_elem", 3) => Some("setelement"),
        _ => None,
    }
}

/// What a call always gives text, so that interpolation needs no conversion.
fn gives_string(module: Atom, name: Atom) -> bool {
    matches!(
        (module.as_str(), name.as_str()),
        ("Elixir.Enum", "join" | "map_join")
            | ("Elixir.Kernel", "inspect")
            | ("Elixir.Macro" | "Elixir.String.Chars", "to_string")
            | ("Elixir.Path", "join")
    )
}

/// `:erlang` functions and operators that guards may use.
fn is_guard(name: Atom, arity: usize) -> bool {
    match name.as_str() {
        "+" | "-" => arity == 1 || arity == 2,
        "*" | "/" | "div" | "rem" | "band" | "bor" | "bxor" | "bsl" | "bsr" | "==" | "/=" | "=<" | "<" | ">=" | ">"
        | "=:=" | "=/=" | "and" | "or" | "xor" | "andalso" | "orelse" | "element" | "is_map_key" | "map_get" => {
            arity == 2
        }
        "bnot" | "not" | "abs" | "bit_size" | "byte_size" | "ceil" | "float" | "floor" | "hd" | "length"
        | "map_size" | "round" | "size" | "tl" | "trunc" | "tuple_size" | "is_atom" | "is_binary" | "is_bitstring"
        | "is_boolean" | "is_float" | "is_integer" | "is_list" | "is_map" | "is_number" | "is_pid" | "is_port"
        | "is_reference" | "is_tuple" => arity == 1,
        "is_function" => arity == 1 || arity == 2,
        "binary_part" => arity == 2 || arity == 3,
        "node" => arity <= 1,
        "self" => arity == 0,
        _ => false,
    }
}

/// A call's target after rewriting.
struct Target {
    module: NodeId,
    name: Atom,
    args: Vec<NodeId>,
}

impl Expander<'_> {
    /// A remote call with expanded arguments, in ordinary code.
    pub(crate) fn rewrite(
        &mut self,
        receiver: NodeId,
        dot_meta: Meta,
        name: Atom,
        meta: Meta,
        args: &[NodeId],
    ) -> NodeId {
        if let Some(module) = self.code.atom_of(receiver) {
            if module == known::MOD_STRING_CHARS
                && name == known::TO_STRING
                && let &[arg] = args
                && self.is_string(arg)
            {
                return arg;
            }
            if let Some(number) = self.signed(module, name, args) {
                return number;
            }
        }
        let target = self.retarget(receiver, dot_meta, name, args);
        self.remote(target.module, target.name, dot_meta, meta, &target.args)
    }

    fn remote(&mut self, module: NodeId, name: Atom, dot_meta: Meta, meta: Meta, args: &[NodeId]) -> NodeId {
        let name = self.code.tree.atom(name);
        let dot = self.code.tree.call(known::OP_DOT, dot_meta, &[module, name]);
        self.code.tree.apply(dot, meta, args)
    }

    fn is_string(&self, id: NodeId) -> bool {
        match self.code.remote_of(id) {
            Some(remote) => self.code.atom_of(remote.left).is_some_and(|module| gives_string(module, remote.name)),
            None => matches!(self.code.node(id), Node::Binary(_)),
        }
    }

    /// `+1` and `-1` are numbers.
    pub(crate) fn signed(&mut self, module: Atom, name: Atom, args: &[NodeId]) -> Option<NodeId> {
        let &[arg] = args else { return None };
        if module != known::ERLANG || (name != known::OP_PLUS && name != known::OP_MINUS) {
            return None;
        }
        let negate = name == known::OP_MINUS;
        match self.code.node(arg) {
            Node::Int(value) if negate => Some(if let Some(value) = value.checked_neg() {
                self.code.tree.int(value)
            } else {
                let digits = self.code.tree.add_bytes(b"9223372036854775808");
                self.code.tree.add(Node::BigInt(digits))
            }),
            Node::Float(value) if negate => Some(self.code.tree.add(Node::Float(-value))),
            Node::BigInt(bytes) if negate => {
                let digits = self.code.tree.bytes(bytes).to_vec();
                let digits = match digits.strip_prefix(b"-") {
                    Some(rest) => rest.to_vec(),
                    None => [b"-".as_slice(), &digits].concat(),
                };
                Some(self.code.integer(&digits))
            }
            Node::Int(_) | Node::Float(_) | Node::BigInt(_) => Some(arg),
            _ => None,
        }
    }

    fn retarget(&mut self, receiver: NodeId, dot_meta: Meta, name: Atom, args: &[NodeId]) -> Target {
        let unchanged = |args: &[NodeId]| Target { module: receiver, name, args: args.to_vec() };
        let Some(module) = self.code.atom_of(receiver) else { return unchanged(args) };
        if let Some(target) = reorder(module, name, args.len()) {
            let constant = match target.constant {
                Some("[short]") => {
                    let short = self.code.tree.atom(Atom::new("short"));
                    Some(self.code.tree.list(&[short]))
                }
                Some(atom) => Some(self.code.tree.atom(Atom::new(atom))),
                None => None,
            };
            let args = target.order.iter().filter_map(|place| place.map(|at| args[at]).or(constant)).collect();
            return Target {
                module: self.code.tree.atom(Atom::new(target.module)),
                name: Atom::new(target.name),
                args,
            };
        }
        if let Some(target) = indexed(module, name, args.len()) {
            let index = match self.code.node(args[1]) {
                Node::Int(index) if index < i64::MAX => self.code.tree.int(index + 1),
                _ => {
                    let one = self.code.tree.int(1);
                    self.code.remote(known::ERLANG, known::OP_PLUS, dot_meta, &[args[1], one])
                }
            };
            let mut all = vec![index, args[0]];
            all.extend_from_slice(&args[2..]);
            return Target { module: self.code.tree.atom(known::ERLANG), name: Atom::new(target), args: all };
        }
        unchanged(args)
    }

    /// A remote call with expanded arguments, in a pattern or guard.
    pub(crate) fn rewrite_limited(
        &mut self,
        receiver: NodeId,
        dot_meta: Meta,
        name: Atom,
        meta: Meta,
        args: &[NodeId],
    ) -> Result<NodeId> {
        let module = self.code.atom_of(receiver);
        let shown = |expander: &Self| module.map_or_else(|| expander.text(receiver), text::inspect_atom);
        if self.env.context == Context::Match {
            if module == Some(known::ERLANG)
                && name == known::OP_PLUS_PLUS
                && let &[left, right] = args
            {
                return if let Some(list) = self.append(left, right, meta) {
                    Ok(list)
                } else {
                    let left = self.text(left);
                    Err(self.error(meta, format!("invalid argument for ++ operator inside a match, expected a literal proper list, got: {left}")))
                };
            }
            let shown = shown(self);
            return Err(
                self.error(meta, format!("cannot invoke remote function {shown}.{name}/{} inside a match", args.len()))
            );
        }
        let target = self.retarget(receiver, dot_meta, name, args);
        if self.code.is_atom(target.module, known::ERLANG) && is_guard(target.name, target.args.len()) {
            return Ok(self.remote(target.module, target.name, dot_meta, meta, &target.args));
        }
        let (shown, place) = (shown(self), self.guard_info());
        Err(self.error(meta, format!("cannot invoke remote function {shown}.{name}/{} inside a {place}", args.len())))
    }

    /// `[a, b] ++ tail` in a pattern is `[a, b | tail]`.
    fn append(&mut self, left: NodeId, right: NodeId, meta: Meta) -> Option<NodeId> {
        let mut elements = self.code.list_of(left)?;
        let Some(last) = elements.pop() else { return Some(right) };
        let joined = match self.code.call2(last, known::OP_PIPE) {
            Some((bar_meta, head, tail)) => {
                let tail = self.append(tail, right, meta)?;
                self.code.tree.call(known::OP_PIPE, bar_meta, &[head, tail])
            }
            None => self.code.tree.call(known::OP_PIPE, meta, &[last, right]),
        };
        elements.push(joined);
        Some(self.code.tree.list(&elements))
    }
}

impl crate::carried::Code {
    /// An integer from its digits, in the smallest node that holds it.
    pub(crate) fn integer(&mut self, digits: &[u8]) -> NodeId {
        if let Some(value) = std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok()) {
            self.tree.int(value)
        } else {
            let digits = self.tree.add_bytes(digits);
            self.tree.add(Node::BigInt(digits))
        }
    }
}
