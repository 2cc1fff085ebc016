//! A tree as text, as `inspect(quoted, limit: :infinity, printable_limit: :infinity)` writes it.
//!
//! **What it is for.** [`print`] shows a node on one line, for `jovial show quoted` and for tests.
//!
//! **Invariants.** The walk keeps its own stack, so any depth prints.
//!
//! **What it must not know.** How to break lines, and what code the tree stands for.

use std::fmt::Write;

use jovial_atoms::{Atom, known};

use crate::lexer::is_plain_name;
use crate::quoted::{Meta, MetaValue, Node, NodeId, Seq, Tree};

/// What is still to be written, the next one last.
enum Todo {
    Text(&'static str),
    Charlist(String),
    Node(NodeId),
    Meta(Meta),
    Atom(Atom),
    Key(Atom),
    Value(MetaValue),
}

/// The text of a node, on one line.
pub fn print(tree: &Tree, root: NodeId) -> String {
    let mut printer = Printer { tree, out: String::new(), todo: vec![Todo::Node(root)] };
    while let Some(todo) = printer.todo.pop() {
        match todo {
            Todo::Text(text) => printer.out.push_str(text),
            Todo::Charlist(text) => printer.out.push_str(&text),
            Todo::Node(node) => printer.node(node),
            Todo::Meta(meta) => printer.meta(meta),
            Todo::Atom(atom) => atom_text(&mut printer.out, atom),
            Todo::Key(atom) => key_text(&mut printer.out, atom),
            Todo::Value(MetaValue::Int(value)) => printer.write(format_args!("{value}")),
            Todo::Value(MetaValue::Atom(atom)) => atom_text(&mut printer.out, atom),
            Todo::Value(MetaValue::Node(node)) => printer.node(node),
        }
    }
    printer.out
}

struct Printer<'t> {
    tree: &'t Tree,
    out: String,
    todo: Vec<Todo>,
}

impl Printer<'_> {
    fn write(&mut self, arguments: std::fmt::Arguments) {
        // Writing to a string can't fail.
        let _ = self.out.write_fmt(arguments);
    }

    /// Plans to write these, the first one next.
    fn plan(&mut self, todo: impl DoubleEndedIterator<Item = Todo>) {
        self.todo.extend(todo.rev());
    }

    fn node(&mut self, id: NodeId) {
        match self.tree.node(id) {
            Node::Int(value) => self.write(format_args!("{value}")),
            Node::BigInt(digits) => {
                let digits = String::from_utf8_lossy(self.tree.bytes(digits));
                self.out.push_str(&digits);
            }
            Node::Float(value) => float_text(&mut self.out, value),
            Node::Atom(atom) => atom_text(&mut self.out, atom),
            Node::Binary(bytes) => binary_text(&mut self.out, self.tree.bytes(bytes)),
            Node::List(seq) => self.plan_list(seq),
            Node::Improper(seq) => {
                self.out.push('[');
                let (last, init) = self.tree.seq(seq).split_last().map_or((None, &[][..]), |(l, i)| (Some(*l), i));
                self.todo.push(Todo::Text("]"));
                if let Some(last) = last {
                    self.todo.push(Todo::Node(last));
                    self.todo.push(Todo::Text(" | "));
                }
                self.elements(init);
            }
            Node::Pair(left, right) => {
                self.out.push('{');
                let parts = [Todo::Node(left), Todo::Text(", "), Todo::Node(right), Todo::Text("}")];
                self.plan(parts.into_iter());
            }
            Node::Tuple(seq) => {
                self.out.push('{');
                self.todo.push(Todo::Text("}"));
                self.elements(self.tree.seq(seq));
            }
            Node::Map(seq) => self.map(seq),
            Node::Var { name, meta, context } => {
                self.out.push('{');
                let parts = [
                    Todo::Atom(name),
                    Todo::Text(", "),
                    Todo::Meta(meta),
                    Todo::Text(", "),
                    Todo::Atom(context),
                    Todo::Text("}"),
                ];
                self.plan(parts.into_iter());
            }
            Node::Call { name, meta, args } => self.call(Todo::Atom(name), meta, args),
            Node::Apply { callee, meta, args } => self.call(Todo::Node(callee), meta, args),
            Node::Opaque(handle) => self.write(format_args!("#Opaque<{}>", handle.0)),
        }
    }

    fn call(&mut self, callee: Todo, meta: Meta, args: Seq) {
        self.out.push('{');
        self.todo.push(Todo::Text("}"));
        self.plan_list(args);
        self.todo.push(Todo::Text(", "));
        self.todo.push(Todo::Meta(meta));
        self.todo.push(Todo::Text(", "));
        self.todo.push(callee);
    }

    /// Elements with commas between.
    fn elements(&mut self, nodes: &[NodeId]) {
        for (index, node) in nodes.iter().enumerate().rev() {
            self.todo.push(Todo::Node(*node));
            if index > 0 {
                self.todo.push(Todo::Text(", "));
            }
        }
    }

    /// Plans a list: keywords, a charlist, or elements.
    fn plan_list(&mut self, seq: Seq) {
        let nodes = self.tree.seq(seq);
        if let Some(text) = self.charlist(nodes) {
            self.todo.push(Todo::Charlist(text));
            return;
        }
        self.todo.push(Todo::Text("]"));
        if self.is_keyword(nodes) {
            self.pairs(nodes);
        } else {
            self.elements(nodes);
        }
        self.todo.push(Todo::Text("["));
    }

    /// `key: value` with commas between.
    fn pairs(&mut self, nodes: &[NodeId]) {
        for (index, node) in nodes.iter().enumerate().rev() {
            if let Node::Pair(key, value) = self.tree.node(*node)
                && let Node::Atom(key) = self.tree.node(key)
            {
                self.todo.push(Todo::Node(value));
                self.todo.push(Todo::Key(key));
            }
            if index > 0 {
                self.todo.push(Todo::Text(", "));
            }
        }
    }

    fn is_keyword(&self, nodes: &[NodeId]) -> bool {
        !nodes.is_empty()
            && nodes.iter().all(|node| match self.tree.node(*node) {
                Node::Pair(key, _) => {
                    matches!(self.tree.node(key), Node::Atom(atom) if !atom.as_str().starts_with("Elixir."))
                }
                _ => false,
            })
    }

    /// The text of a list of printable ASCII characters, as a sigil.
    fn charlist(&self, nodes: &[NodeId]) -> Option<String> {
        if nodes.is_empty() {
            return None;
        }
        let mut text = String::with_capacity(nodes.len());
        for node in nodes {
            let Node::Int(code) = self.tree.node(*node) else { return None };
            let byte = u8::try_from(code).ok()?;
            let printable = matches!(byte, 0x20..=0x7E | 0x07..=0x0D | 0x1B);
            text.push(printable.then_some(char::from(byte))?);
        }
        let mut out = String::from("~c");
        quoted_text(&mut out, &text);
        Some(out)
    }

    fn map(&mut self, seq: Seq) {
        let nodes = self.tree.seq(seq);
        self.out.push_str("%{");
        self.todo.push(Todo::Text("}"));
        let atoms = nodes.chunks(2).all(|pair| matches!(self.tree.node(pair[0]), Node::Atom(_)));
        for (index, pair) in nodes.chunks(2).enumerate().rev() {
            self.todo.extend(pair.get(1).map(|value| Todo::Node(*value)));
            match self.tree.node(pair[0]) {
                Node::Atom(key) if atoms => self.todo.push(Todo::Key(key)),
                _ => {
                    self.todo.push(Todo::Text(" => "));
                    self.todo.push(Todo::Node(pair[0]));
                }
            }
            if index > 0 {
                self.todo.push(Todo::Text(", "));
            }
        }
    }

    fn meta(&mut self, meta: Meta) {
        self.out.push('[');
        self.todo.push(Todo::Text("]"));
        for (index, (name, value)) in self.tree.meta(meta).iter().enumerate().rev() {
            self.todo.push(Todo::Value(*value));
            self.todo.push(Todo::Key(*name));
            if index > 0 {
                self.todo.push(Todo::Text(", "));
            }
        }
    }
}

/// How an atom is written.
enum Form {
    /// `nil`, `Foo.Bar`
    Bare(&'static str),
    /// `:foo`
    Plain,
    /// `:"foo bar"`
    Quoted,
}

fn form(atom: Atom) -> Form {
    let text = atom.as_str();
    match text {
        "nil" | "true" | "false" | "Elixir" => return Form::Bare(text),
        _ => {}
    }
    if let Some(alias) = text.strip_prefix("Elixir.") {
        let segment = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_uppercase())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        // `Elixir` alone, or in front of more, would be read as the root of all names.
        let shown = if alias.split('.').next() == Some("Elixir") { text } else { alias };
        return if alias.split('.').all(segment) { Form::Bare(shown) } else { Form::Quoted };
    }
    if is_operator(text) || is_plain_name(text) { Form::Plain } else { Form::Quoted }
}

fn is_operator(text: &str) -> bool {
    matches!(
        text,
        "+" | "-"
            | "*"
            | "/"
            | "="
            | "|"
            | "|>"
            | "->"
            | "<-"
            | "=="
            | "!="
            | "==="
            | "!=="
            | "=~"
            | "<"
            | ">"
            | "<="
            | ">="
            | "&&"
            | "||"
            | "&&&"
            | "|||"
            | "<<<"
            | ">>>"
            | "~>>"
            | "<<~"
            | "<~>"
            | "<~"
            | "~>"
            | "+++"
            | "---"
            | "++"
            | "--"
            | "<>"
            | ".."
            | "..."
            | "..//"
            | "**"
            | "."
            | "%"
            | "%{}"
            | "{}"
            | "<<>>"
            | "@"
            | "&"
            | "!"
            | "^"
            | "\\\\"
    )
}

fn atom_text(out: &mut String, atom: Atom) {
    match form(atom) {
        Form::Bare(text) => out.push_str(text),
        Form::Plain => {
            out.push(':');
            out.push_str(atom.as_str());
        }
        Form::Quoted => {
            out.push(':');
            quoted_text(out, atom.as_str());
        }
    }
}

fn key_text(out: &mut String, atom: Atom) {
    match form(atom) {
        Form::Bare(text) if atom != known::ELIXIR => out.push_str(text),
        Form::Plain => out.push_str(atom.as_str()),
        Form::Bare(_) | Form::Quoted => quoted_text(out, atom.as_str()),
    }
    out.push_str(": ");
}

/// Shortest digits that read back as the same float; with an exponent where Erlang uses one.
fn float_text(out: &mut String, value: f64) {
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let plain = format!("{value}");
    let plain = if plain.contains('.') { plain } else { plain + ".0" };
    let mantissa = if digits.contains('.') { digits.to_owned() } else { format!("{digits}.0") };
    let with_exponent = format!("{mantissa}e{exponent}");
    let size = value.abs();
    let scientific = size >= 9_007_199_254_740_992.0 || size < 1.0 && with_exponent.len() < plain.len();
    out.push_str(if scientific && size > 0.0 { &with_exponent } else { &plain });
}

fn is_printable(character: char) -> bool {
    matches!(
        u32::from(character),
        0x20..=0x7E | 0x07..=0x0D | 0x1B | 0x7F | 0xA0..=0xD7FF | 0xE000..=0xFFFD | 0x1_0000..=0x10_FFFF
    )
}

fn binary_text(out: &mut String, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.chars().all(is_printable) => quoted_text(out, text),
        _ => {
            out.push_str("<<");
            for (index, byte) in bytes.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                let _ = write!(out, "{byte}");
            }
            out.push_str(">>");
        }
    }
}

/// A text in double quotes with escapes.
fn quoted_text(out: &mut String, text: &str) {
    out.push('"');
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let code = u32::from(character);
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '#' if characters.peek() == Some(&'{') => out.push_str("\\#"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{7F}' => out.push_str("\\d"),
            '\u{1B}' => out.push_str("\\e"),
            '\u{C}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{B}' => out.push_str("\\v"),
            _ if is_invisible(code) => {
                let _ = write!(out, "\\u{code:04X}");
            }
            _ if is_printable(character) => out.push(character),
            _ if code <= 0xFF => {
                let _ = write!(out, "\\x{code:02X}");
            }
            _ => {
                let _ = write!(out, "\\x{{{code:X}}}");
            }
        }
    }
    out.push('"');
}

/// Code points that a reader could not see.
fn is_invisible(code: u32) -> bool {
    matches!(
        code,
        0xFEFF | 0x2061..=0x2064 | 0x061C | 0x200B..=0x200F | 0x202A..=0x202E | 0x2066..=0x2069 | 0xFFF9..=0xFFFC
            | 0x034F | 0x00A0 | 0x2060 | 0x2028 | 0x2029 | 0x2000..=0x200A | 0x205F
    )
}
