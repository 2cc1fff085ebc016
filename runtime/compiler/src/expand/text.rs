//! Atoms and modules as text, for messages.

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Node, NodeId};

use crate::carried::Code;

/// An atom as `inspect` shows it.
pub fn inspect_atom(atom: Atom) -> String {
    let text = atom.as_str();
    if [known::NIL, known::TRUE, known::FALSE].contains(&atom) {
        return text.to_owned();
    }
    if let Some(rest) = text.strip_prefix("Elixir.")
        && rest.split('.').all(is_alias_part)
    {
        // `Elixir` alone, or in front of more, would be read as the root of all names.
        return if rest.split('.').next() == Some("Elixir") { text } else { rest }.to_owned();
    }
    if text == "Elixir" {
        return text.to_owned();
    }
    if is_plain_atom(text) { format!(":{text}") } else { format!(":{}", inspect_string(text)) }
}

fn is_alias_part(part: &str) -> bool {
    part.starts_with(|c: char| c.is_ascii_uppercase()) && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A number as the formatter writes it: six digits before the point and more in groups of three.
fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let whole = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    if whole < 6 {
        return number.to_owned();
    }
    let mut out = String::from(sign);
    for (at, digit) in digits[..whole].char_indices() {
        if at > 0 && (whole - at).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out.push_str(&digits[whole..]);
    out
}

const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "**", "++", "--", "+++", "---", "<>", "|>", "=", "==", "!=", "===", "!==", "<", ">", "<=",
    ">=", "&", "&&", "&&&", "|", "||", "|||", "!", "^", "^^^", "~~~", "<<<", ">>>", ".", "..", "...", "..//", "@", "%",
    "%{}", "{}", "<<>>", "->", "<-", "::", "\\\\", "=~", "<~", "~>", "<~>", "<<~", "~>>", "<|>", "//",
];

fn is_plain_atom(text: &str) -> bool {
    if OPERATORS.contains(&text) {
        return true;
    }
    let body = text.strip_suffix(['?', '!']).unwrap_or(text);
    body.starts_with(|c: char| c == '_' || c.is_alphabetic())
        && body.chars().all(|c| c == '_' || c == '@' || c.is_alphanumeric())
}

/// A string as `inspect` shows it.
pub fn inspect_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0b' => out.push_str("\\v"),
            '\x0c' => out.push_str("\\f"),
            '\x1b' => out.push_str("\\e"),
            '\x7f' => out.push_str("\\d"),
            '\0' => out.push_str("\\0"),
            '#' if chars.peek() == Some(&'{') => out.push_str("\\#"),
            c if c.is_control() => out.push_str(&format!("\\x{{{:X}}}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

// Code.

/// A node as `inspect` shows the term.
pub(crate) fn inspect(code: &Code, id: NodeId) -> String {
    jovial_syntax::print::print(&code.tree, id)
}

/// Code as source text, on one line where that is possible: what `Macro.to_string/1` gives for short code.
pub(crate) fn source(code: &Code, id: NodeId) -> String {
    let mut printer = Printer { code, out: String::new(), depth: 0, indent: 0 };
    printer.expr(id, 0);
    printer.out
}

/// A list of printable code points.
fn charlist(code: &Code, elements: &[NodeId]) -> Option<String> {
    let printable = |c: &char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\x07'..='\x0d' | '\x1b');
    if elements.is_empty() {
        return None;
    }
    elements.iter().map(|&id| u32::try_from(code.int_of(id)?).ok().and_then(char::from_u32).filter(printable)).collect()
}

/// How tightly a binary operator binds, and whether it groups to the left.
fn binary_operator(name: Atom) -> Option<(u8, bool)> {
    Some(match name.as_str() {
        "<-" | "\\\\" => (1, true),
        "when" => (2, false),
        "::" => (3, false),
        "|" => (4, false),
        "=>" => (5, false),
        "=" => (8, false),
        "||" | "|||" | "or" => (9, true),
        "&&" | "&&&" | "and" => (10, true),
        "==" | "!=" | "=~" | "===" | "!==" => (11, true),
        "<" | ">" | "<=" | ">=" => (12, true),
        "|>" | "<<<" | ">>>" | "<<~" | "~>>" | "<~" | "~>" | "<~>" | "<|>" => (13, true),
        "in" => (14, true),
        "^^^" => (15, true),
        "++" | "--" | "+++" | "---" | ".." | "<>" => (17, false),
        "+" | "-" => (18, true),
        "*" | "/" => (19, true),
        "**" => (20, true),
        _ => return None,
    })
}

/// Operators whose operands stand in parentheses where they are operators themselves.
fn stands_apart(operator: Atom) -> bool {
    matches!(
        operator.as_str(),
        "|>" | "<<<"
            | ">>>"
            | "<~"
            | "~>"
            | "<<~"
            | "~>>"
            | "<~>"
            | "<|>"
            | "^^^"
            | "+++"
            | "---"
            | "++"
            | "--"
            | "in"
            | ".."
            | "<>"
    )
}

fn is_logical(operator: Atom) -> bool {
    matches!(operator.as_str(), "||" | "|||" | "or" | "&&" | "&&&" | "and")
}

fn unary_operator(name: Atom) -> Option<u8> {
    Some(match name.as_str() {
        "&" => 7,
        "!" | "^" | "not" | "+" | "-" | "~~~" => 21,
        "@" => 23,
        _ => return None,
    })
}

const CALL: u8 = 22;

/// Levels that are shown. Each takes native stack, and each block moves all that it holds to the right.
const DEEPEST: u32 = 200;

/// Where an operand of a binary operator stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

struct Printer<'c> {
    code: &'c Code,
    out: String,
    depth: u32,
    /// Spaces in front of a new line.
    indent: usize,
}

impl Printer<'_> {
    /// Prints a node; one that binds less tightly than `outer` goes in parentheses.
    fn expr(&mut self, id: NodeId, outer: u8) {
        if self.depth > DEEPEST {
            self.out.push_str("...");
            return;
        }
        self.depth += 1;
        self.node(id, outer);
        self.depth -= 1;
    }

    fn node(&mut self, id: NodeId, outer: u8) {
        let code = self.code;
        match code.node(id) {
            Node::Atom(atom) => self.out.push_str(&inspect_atom(atom)),
            Node::Binary(_) => match code.text_of(id) {
                Some(text) => self.out.push_str(&inspect_string(text)),
                None => self.out.push_str(&inspect(code, id)),
            },
            Node::Int(_) | Node::BigInt(_) | Node::Float(_) => self.out.push_str(&grouped(&inspect(code, id))),
            Node::Map(_) | Node::Tuple(_) | Node::Improper(_) | Node::Opaque(_) => {
                self.out.push_str(&inspect(code, id));
            }
            Node::List(seq) => match charlist(code, code.tree.seq(seq)) {
                Some(text) => {
                    self.out.push_str("~c");
                    self.out.push_str(&inspect_string(&text));
                }
                None => self.bracketed("[", code.tree.seq(seq), "]"),
            },
            Node::Pair(left, right) => self.bracketed("{", &[left, right], "}"),
            Node::Var { name, .. } => self.out.push_str(name.as_str()),
            Node::Call { name, args, .. } => {
                let args = code.tree.seq(args).to_vec();
                self.call(name, &args, outer);
            }
            Node::Apply { callee, meta, args } => {
                let args = code.tree.seq(args).to_vec();
                self.apply(callee, code.meta_true(meta, known::NO_PARENS), &args);
            }
        }
    }

    fn bracketed(&mut self, open: &str, elements: &[NodeId], close: &str) {
        self.out.push_str(open);
        self.arguments(elements);
        self.out.push_str(close);
    }

    fn separated(&mut self, elements: &[NodeId]) {
        for (at, &element) in elements.iter().enumerate() {
            if at > 0 {
                self.out.push_str(", ");
            }
            self.expr(element, 0);
        }
    }

    /// Elements; pairs with atoms at the end are keywords.
    fn arguments(&mut self, elements: &[NodeId]) {
        let keywords = elements
            .iter()
            .rposition(|&element| self.code.pair_of(element).and_then(|pair| self.code.atom_of(pair.0)).is_none())
            .map_or(0, |at| at + 1);
        self.separated(&elements[..keywords]);
        for (at, &entry) in elements[keywords..].iter().enumerate() {
            if at > 0 || keywords > 0 {
                self.out.push_str(", ");
            }
            if let Some((key, value)) = self.code.pair_of(entry)
                && let Some(key) = self.code.atom_of(key)
            {
                self.key(key);
                self.expr(value, 0);
            }
        }
    }

    fn key(&mut self, key: Atom) {
        let shown = inspect_atom(key);
        match shown.strip_prefix(':') {
            Some(name) => self.out.push_str(name),
            None if key.as_str().starts_with("Elixir.") => self.out.push_str(&inspect_string(key.as_str())),
            None => self.out.push_str(&shown),
        }
        self.out.push_str(": ");
    }

    /// Arguments of a call: the last list of keywords needs no brackets.
    fn call_arguments(&mut self, args: &[NodeId]) {
        match args.split_last() {
            Some((&last, before)) if self.code.keyword_of(last).is_some_and(|entries| !entries.is_empty()) => {
                let mut all = before.to_vec();
                all.extend(self.code.list_of(last).unwrap_or_default());
                if before.is_empty() || before.iter().all(|&id| self.code.pair_of(id).is_none()) {
                    self.arguments(&all);
                } else {
                    self.separated(args);
                }
            }
            _ => self.separated(args),
        }
    }

    fn call(&mut self, name: Atom, args: &[NodeId], outer: u8) {
        let code = self.code;
        match (name, args) {
            (known::OP_BRACES, _) => return self.bracketed("{", args, "}"),
            (known::OP_PERCENT_BRACES, _) => return self.map("%{", args),
            (known::OP_PERCENT, &[module, map]) => {
                self.out.push('%');
                self.expr(module, CALL);
                if let Some((_, fields)) = code.call_of(map, known::OP_PERCENT_BRACES) {
                    return self.map("{", &fields);
                }
                return self.expr(map, 0);
            }
            (known::OP_BITS, _) => return self.binary(args),
            (known::DUNDER_ALIASES, _) => {
                for (at, &part) in args.iter().enumerate() {
                    if at > 0 {
                        self.out.push('.');
                    }
                    match code.atom_of(part) {
                        Some(atom) => self.out.push_str(atom.as_str().strip_prefix("Elixir.").unwrap_or(atom.as_str())),
                        None => self.expr(part, CALL),
                    }
                }
                return;
            }
            (known::DUNDER_BLOCK, &[one]) => return self.expr(one, outer),
            (known::DUNDER_BLOCK, _) => {
                self.out.push('(');
                for (at, &statement) in args.iter().enumerate() {
                    if at > 0 {
                        self.out.push_str("; ");
                    }
                    self.expr(statement, 0);
                }
                self.out.push(')');
                return;
            }
            (known::FN, _) => {
                self.out.push_str("fn ");
                self.clauses(args, |printer| printer.out.push_str("; "));
                self.out.push_str(" end");
                return;
            }
            (known::OP_AMP, &[arg]) if code.int_of(arg).is_some() => {
                self.out.push('&');
                return self.expr(arg, 0);
            }
            (known::NOT, &[arg]) => {
                if let Some((_, left, right)) = code.call2(arg, known::IN) {
                    self.expr(left, 14);
                    self.out.push_str(" not in ");
                    return self.expr(right, 15);
                }
                self.out.push_str("not ");
                return self.expr(arg, 21);
            }
            (known::OP_DOT_DOT_SLASH, &[first, last, step]) => {
                self.operand(first, known::OP_DOT_DOT, Side::Left, 18);
                self.out.push_str("..");
                self.operand(last, known::OP_DOT_DOT, Side::Right, 18);
                self.out.push_str("//");
                return self.operand(step, known::OP_DOT_DOT, Side::Right, 18);
            }
            _ => {}
        }
        if let &[arg] = args
            && name == known::OP_AMP
            && let Some((_, function, arity)) = code.call2(arg, known::OP_SLASH)
            && code.int_of(arity).is_some()
        {
            self.out.push('&');
            self.expr(function, CALL);
            self.out.push('/');
            return self.expr(arity, CALL);
        }
        if let &[left, right] = args
            && let Some((binding, left_grouped)) = binary_operator(name)
        {
            let parenthesized = binding < outer;
            if parenthesized {
                self.out.push('(');
            }
            self.operand(left, name, Side::Left, if left_grouped { binding } else { binding + 1 });
            if name == known::OP_DOT_DOT {
                self.out.push_str(name.as_str());
            } else {
                self.out.push(' ');
                self.out.push_str(name.as_str());
                self.out.push(' ');
            }
            self.operand(right, name, Side::Right, if left_grouped { binding + 1 } else { binding });
            if parenthesized {
                self.out.push(')');
            }
            return;
        }
        if let &[attribute] = args
            && name == known::OP_AT
            && let Node::Call { name, args, .. } = code.node(attribute)
            && let &[value] = code.tree.seq(args)
            && unary_operator(name).is_none()
        {
            self.out.push('@');
            self.out.push_str(name.as_str());
            self.out.push(' ');
            return self.expr(value, 0);
        }
        if let &[arg] = args
            && let Some(binding) = unary_operator(name)
        {
            let parenthesized = binding < outer;
            if parenthesized {
                self.out.push('(');
            }
            self.out.push_str(name.as_str());
            if name == known::OP_AMP && code.call_of(arg, known::OP_AMP).is_some() {
                self.out.push(' ');
            }
            let same = name != known::OP_AT
                && matches!(code.node(arg), Node::Call { name: inner, args, .. } if args.len() == 1 && inner == name);
            // The operators of a captured expression stand in parentheses, but for the one between name and arity.
            let operator = match code.node(arg) {
                Node::Call { name: inner, args, .. } if args.len() == 2 => {
                    inner != known::OP_SLASH && binary_operator(inner).is_some()
                }
                _ => false,
            };
            self.expr(arg, if (name == known::OP_AMP && operator) || same { u8::MAX } else { binding });
            if parenthesized {
                self.out.push(')');
            }
            return;
        }
        self.out.push_str(name.as_str());
        self.rest_of_call(args);
    }

    /// What stands beside a binary operator. Parentheses are written between some operators though they need none.
    fn operand(&mut self, id: NodeId, operator: Atom, side: Side, outer: u8) {
        let outer = match self.code.node(id) {
            Node::Call { name: known::OP_AMP, .. } => {
                let last =
                    side == Side::Right && binary_operator(operator).is_some_and(|(_, left_grouped)| !left_grouped);
                if last { 0 } else { u8::MAX }
            }
            Node::Call { name, args, .. } if args.len() == 2 && binary_operator(name).is_some() => {
                let apart = if name == operator {
                    side == Side::Right && matches!(name.as_str(), "--" | "---")
                } else {
                    (stands_apart(operator) && name != known::OP_DOT_DOT) || (is_logical(name) && is_logical(operator))
                };
                if apart { u8::MAX } else { outer }
            }
            _ => outer,
        };
        self.expr(id, outer);
    }

    fn rest_of_call(&mut self, args: &[NodeId]) {
        if let Some((&last, before)) = args.split_last()
            && let Some(entries) = self.code.keyword_of(last)
            && entries.first().is_some_and(|entry| entry.0 == known::DO)
            && entries
                .iter()
                .all(|entry| [known::DO, known::ELSE, known::RESCUE, known::CATCH, known::AFTER].contains(&entry.0))
        {
            if before.is_empty() {
                self.out.push(' ');
            } else {
                self.out.push('(');
                self.call_arguments(before);
                self.out.push_str(") ");
            }
            for (key, body) in entries {
                self.out.push_str(key.as_str());
                self.indent += 2;
                self.new_line();
                match self.code.list_of(body) {
                    Some(clauses)
                        if clauses
                            .first()
                            .is_some_and(|&first| self.code.call_of(first, known::OP_ARROW).is_some()) =>
                    {
                        self.clauses(&clauses, Self::new_line);
                    }
                    _ => {
                        let statements =
                            self.code.call_of(body, known::DUNDER_BLOCK).map_or_else(|| vec![body], |(_, args)| args);
                        for (at, &statement) in statements.iter().enumerate() {
                            if at > 0 {
                                self.new_line();
                            }
                            self.expr(statement, 0);
                        }
                    }
                }
                self.indent -= 2;
                self.new_line();
            }
            self.out.push_str("end");
            return;
        }
        self.out.push('(');
        self.call_arguments(args);
        self.out.push(')');
    }

    fn new_line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', self.indent));
    }

    fn clauses(&mut self, clauses: &[NodeId], between: fn(&mut Self)) {
        for (at, &clause) in clauses.iter().enumerate() {
            if at > 0 {
                between(self);
            }
            let Some((_, left, right)) = self.code.call2(clause, known::OP_ARROW) else {
                self.expr(clause, 0);
                continue;
            };
            let left = self.code.list_of(left).unwrap_or_default();
            if let &[only] = left.as_slice()
                && let Some((_, parts)) = self.code.call_of(only, known::WHEN)
                && let Some((&guard, patterns)) = parts.split_last()
            {
                self.separated(patterns);
                self.out.push_str(" when ");
                self.expr(guard, 0);
                self.out.push(' ');
            } else if !left.is_empty() {
                self.separated(&left);
                self.out.push(' ');
            }
            self.out.push_str("-> ");
            self.expr(right, 0);
        }
    }

    fn map(&mut self, open: &str, args: &[NodeId]) {
        self.out.push_str(open);
        if let &[only] = args
            && let Some((_, map, pairs)) = self.code.call2(only, known::OP_PIPE)
        {
            self.expr(map, 5);
            self.out.push_str(" | ");
            let pairs = self.code.list_of(pairs).unwrap_or_default();
            self.map_pairs(&pairs);
        } else {
            self.map_pairs(args);
        }
        self.out.push('}');
    }

    fn map_pairs(&mut self, pairs: &[NodeId]) {
        let keywords = pairs
            .iter()
            .rposition(|&pair| self.code.pair_of(pair).and_then(|pair| self.code.atom_of(pair.0)).is_none())
            .map_or(0, |at| at + 1);
        for (at, &pair) in pairs[..keywords].iter().enumerate() {
            if at > 0 {
                self.out.push_str(", ");
            }
            match self.code.pair_of(pair) {
                Some((key, value)) => {
                    self.expr(key, 0);
                    self.out.push_str(" => ");
                    self.expr(value, 0);
                }
                None => self.expr(pair, 0),
            }
        }
        if keywords > 0 && keywords < pairs.len() {
            self.out.push_str(", ");
        }
        self.arguments(&pairs[keywords..]);
    }

    /// A string with interpolations, or segments.
    fn binary(&mut self, parts: &[NodeId]) {
        let interpolation = |code: &Code, id: NodeId| {
            let (_, inner, kind) = code.call2(id, known::OP_DOUBLE_COLON)?;
            let remote = code.remote_of(inner)?;
            let text =
                code.var_of(kind)?.0 == known::BINARY && remote.name == known::TO_STRING && remote.args.len() == 1;
            text.then(|| remote.args[0])
        };
        let string = !parts.is_empty()
            && parts.iter().any(|&part| interpolation(self.code, part).is_some())
            && parts.iter().all(|&part| interpolation(self.code, part).is_some() || self.code.text_of(part).is_some());
        if !string {
            return self.segments(parts);
        }
        self.out.push('"');
        for &part in parts {
            if let Some(text) = self.code.text_of(part) {
                let shown = inspect_string(text);
                self.out.push_str(&shown[1..shown.len() - 1]);
            } else if let Some(inner) = interpolation(self.code, part) {
                self.out.push_str("#{");
                self.expr(inner, 0);
                self.out.push('}');
            }
        }
        self.out.push('"');
    }

    fn segments(&mut self, parts: &[NodeId]) {
        self.out.push_str("<<");
        for (at, &part) in parts.iter().enumerate() {
            if at > 0 {
                self.out.push_str(", ");
            }
            match self.code.call2(part, known::OP_DOUBLE_COLON) {
                Some((_, value, kind)) => {
                    self.expr(value, 4);
                    self.out.push_str("::");
                    self.specifier(kind);
                }
                None => self.expr(part, 0),
            }
        }
        self.out.push_str(">>");
    }

    fn specifier(&mut self, id: NodeId) {
        match self.code.call2(id, known::OP_MINUS) {
            Some((_, left, right)) => {
                self.specifier(left);
                self.out.push('-');
                self.specifier(right);
            }
            None => self.expr(id, CALL),
        }
    }

    fn apply(&mut self, callee: NodeId, no_parens: bool, args: &[NodeId]) {
        let Some((_, parts)) = self.code.call_of(callee, known::OP_DOT) else {
            self.expr(callee, CALL);
            return self.rest_of_call(args);
        };
        match *parts.as_slice() {
            [left, right] => {
                let access = self.code.is_atom(left, known::MOD_ACCESS)
                    && self.code.atom_of(right).is_some_and(|name| name.as_str() == "get");
                if access && args.len() == 2 {
                    self.expr(args[0], CALL);
                    self.out.push('[');
                    self.expr(args[1], 0);
                    self.out.push(']');
                    return;
                }
                self.expr(left, CALL);
                self.out.push('.');
                if let Some(name) = self.code.atom_of(right) {
                    let shown = inspect_atom(name);
                    let shown = shown.strip_prefix(':').unwrap_or(&shown);
                    self.out.push_str(shown);
                    if name == known::OP_BRACES {
                        self.out.truncate(self.out.len() - shown.len());
                        return self.bracketed("{", args, "}");
                    }
                } else {
                    self.expr(right, CALL);
                }
                // A function of a module is called; a field is not.
                if no_parens && args.is_empty() && !self.code.names_module(left) {
                    return;
                }
            }
            [function] => {
                self.expr(function, CALL);
                self.out.push('.');
            }
            _ => self.expr(callee, CALL),
        }
        self.rest_of_call(args);
    }
}
