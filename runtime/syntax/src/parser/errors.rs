//! What the parser has to complain about, in Elixir's words.

use crate::diagnostics::{At as Place, Diagnostic, INVALID_DO};
use crate::quoted::{Meta, Node, NodeId};
use crate::token::{Kind, Token};

use super::{At, Failed, Parser};

impl Parser<'_, '_, '_> {
    fn place(&self, at: At) -> Place {
        let token = self.token(at);
        Place { line: token.line, column: Some(token.column), span: token.start as usize..token.end as usize }
    }

    /// A place that only a meta tells.
    fn meta_place(&self, meta: Meta) -> Place {
        let number = |name| self.tree.meta_int(meta, name).and_then(|value| u32::try_from(value).ok());
        let line = number(jovial_atoms::known::LINE).unwrap_or(0);
        let column = number(jovial_atoms::known::COLUMN);
        let token =
            self.tokens.iter().find(|token| token.line == line && column.is_none_or(|column| token.column == column));
        let span = token.map_or(0..0, |token| token.start as usize..token.end as usize);
        Place { line, column, span }
    }

    fn error(&self, at: At, before: &str, token: &str) -> Failed {
        Box::new(Diagnostic::error(self.place(at), before, token))
    }

    fn error_at_node(&self, node: NodeId, before: &str, token: &str) -> Failed {
        let meta = self.node_meta(node).unwrap_or(Meta::EMPTY);
        Box::new(Diagnostic::error(self.meta_place(meta), before, token))
    }

    fn warn(&mut self, at: At, message: impl Into<String>) {
        let place = self.place(at);
        self.warnings.push(Diagnostic::warning(place, message));
    }

    fn warn_line(&mut self, mut place: Place, message: String) {
        place.column = None;
        self.warnings.push(Diagnostic::warning(place, message));
    }

    /// The token at the cursor can't stand there.
    pub(super) fn unexpected(&self) -> Failed {
        let token = &self.tokens[self.cursor];
        let shown = self.shown(token);
        self.error(self.cursor as At, "syntax error before: ", &shown)
    }

    /// Whether the token at the cursor may stand behind some expression. If not, it is the first thing to report.
    pub(super) fn may_follow(&self) -> bool {
        let kind = self.kind();
        !kind.starts_operand() && !kind.is_keyword_key()
    }

    /// A token as the error message shows it.
    fn shown(&self, token: &Token) -> String {
        let source = &self.source[token.start as usize..token.end as usize];
        match token.kind {
            Kind::Eof => String::new(),
            Kind::Eol => "eol".to_owned(),
            Kind::Int | Kind::Float => format!("\"{source}\""),
            Kind::Char => shown_char(source, token),
            Kind::True | Kind::False | Kind::Nil | Kind::Fn | Kind::Do | Kind::End => shown_atom(source),
            Kind::MapOp => "'%{}'".to_owned(),
            Kind::DotCall | Kind::Dot => "'.'".to_owned(),
            Kind::InOp if token.atom() == jovial_atoms::known::NOT => "'not in'".to_owned(),
            Kind::Sigil => self.shown_sigil(token),
            Kind::BinString | Kind::ListString => self.shown_parts(token),
            Kind::BinHeredoc | Kind::ListHeredoc => {
                let name = if token.kind == Kind::BinHeredoc { "bin_heredoc" } else { "list_heredoc" };
                let indentation = self.texts.strings[token.string()].indentation.unwrap_or(0);
                let parts = self.shown_parts(token);
                format!("{{{name},{{{},{},nil}},{indentation},{parts}}}", token.line, token.column)
            }
            Kind::KwSafe | Kind::KwUnsafe | Kind::AtomSafe | Kind::AtomUnsafe => self.shown_parts(token),
            _ => match token.value {
                crate::token::Value::Atom(atom) => shown_atom(atom.as_str()),
                _ => format!("'{source}'"),
            },
        }
    }

    fn shown_parts(&self, token: &Token) -> String {
        let text = &self.texts.strings[token.string()];
        let range = text.parts.start as usize..text.parts.end as usize;
        let parts = self.texts.parts[range].iter().map(|part| match part {
            crate::token::Part::Text(range) => shown_binary(&self.texts.text[range.start as usize..range.end as usize]),
            crate::token::Part::Code { begin, end, .. } => {
                format!("{{{{{},{},nil}},{{{},{},nil}},[]}}", begin.0, begin.1, end.0, end.1)
            }
        });
        format!("[{}]", parts.collect::<Vec<_>>().join(","))
    }

    fn shown_sigil(&self, token: &Token) -> String {
        let text = &self.texts.strings[token.string()];
        let Some(sigil) = &text.sigil else { return String::new() };
        let modifiers = &self.source[sigil.modifiers.start as usize..sigil.modifiers.end as usize];
        let modifiers = if modifiers.is_empty() { "[]".to_owned() } else { format!("\"{modifiers}\"") };
        let indentation = text.indentation.map_or("nil".to_owned(), |count| count.to_string());
        format!(
            "{{sigil,{{{},{},nil}},{},{},{modifiers},{indentation},<<\"{}\">>}}",
            token.line,
            token.column,
            shown_atom(sigil.name.as_str()),
            self.shown_parts(token),
            sigil.delimiter.replace('"', "\\\"")
        )
    }

    pub(super) fn too_deep(&self) -> Failed {
        let token = &self.tokens[self.cursor];
        let source = &self.source[token.start as usize..token.end as usize];
        let source = if source.is_empty() { "end of input" } else { source };
        self.error(self.cursor as At, "nesting is limited to 100000 levels, which are exceeded before: ", source)
    }

    pub(super) fn keyword_after_operand(&self) -> Failed {
        let at = self.cursor as At;
        let name = self.token(at).atom().as_str();
        if name == "do" {
            return Box::new(Diagnostic::around(self.place(at), "unexpected keyword: ", INVALID_DO, "do:"));
        }
        self.error(at, "syntax error before: ", &format!("'{name}:'"))
    }

    pub(super) fn misplaced_step(&self, op: At) -> Failed {
        self.error(
            op,
            "the range step operator (//) must immediately follow the range definition operator (..), for example: 1..9//2. If you wanted to define a default argument, use (\\\\) instead. Syntax error before: ",
            "'//'",
        )
    }

    pub(super) fn alias_after_atom(&self, alias: At) -> Failed {
        self.error(
            alias,
            "atom cannot be followed by an alias. If the '.' was meant to be part of the atom's name, the atom name must be quoted. Syntax error before: ",
            "'.'",
        )
    }

    pub(super) fn unexpected_arrow(&self, meta: Meta) -> Failed {
        Box::new(Diagnostic::error(
            self.meta_place(meta),
            "unexpected operator ->. If you want to define multiple clauses, the first expression must use ->. Syntax error before: ",
            "'->'",
        ))
    }

    pub(super) fn no_clause_in_fn(&self, open: At) -> Failed {
        self.error(open, "expected anonymous functions to be defined with -> inside: ", "'fn'")
    }

    pub(super) fn keywords_inside(&self, open: At, what: &str, bracket: &str) -> Failed {
        let before = format!(
            "unexpected keyword list inside {what}. Did you mean to write a map (using %{{...}}) or a list (using [...]) instead? Syntax error after: "
        );
        self.error(open, &before, bracket)
    }

    pub(super) fn expression_after_keywords_in_call(&self, comma: At) -> Failed {
        self.error(
            comma,
            "unexpected expression after keyword list. Keyword lists must always come as the last argument. Therefore, this is not allowed:\n\n    function_call(1, some: :option, 2)\n\nInstead, wrap the keyword in brackets:\n\n    function_call(1, [some: :option], 2)\n\nSyntax error after: ",
            "','",
        )
    }

    pub(super) fn expression_after_keywords(&self, comma: At) -> Failed {
        self.error(
            comma,
            "unexpected expression after keyword list. Keyword lists must always come last in lists and maps. Therefore, this is not allowed:\n\n    [some: :value, :another]\n    %{some: :value, another => value}\n\nInstead, reorder it to be the last entry:\n\n    [:another, some: :value]\n    %{another => value, some: :value}\n\nSyntax error after: ",
            "','",
        )
    }

    pub(super) fn unexpected_parens(&self, open: At) -> Failed {
        self.error(
            open,
            "unexpected parentheses. If you are making a function call, do not insert spaces between the function name and the opening parentheses. Syntax error before: ",
            "'('",
        )
    }

    pub(super) fn ambiguous_nested_call(&self, node: NodeId) -> Failed {
        if !self.may_follow() {
            return self.unexpected();
        }
        self.error_at_node(
            node,
            "unexpected comma. Parentheses are required to solve ambiguity in nested calls.\n\nThis error happens when you have nested function calls without parentheses. For example:\n\n    parent_call a, nested_call b, c, d\n\nIn the example above, we don't know if the parameters \"c\" and \"d\" apply to the function \"parent_call\" or \"nested_call\". You can solve this by explicitly adding parentheses:\n\n    parent_call a, nested_call(b, c, d)\n\nOr by adding commas (in case a nested call is not intended):\n\n    parent_call a, nested_call, b, c, d\n\nElixir cannot compile otherwise. Syntax error before: ",
            "','",
        )
    }

    pub(super) fn ambiguous_in_container(&self, node: NodeId) -> Failed {
        if !self.may_follow() {
            return self.unexpected();
        }
        self.error_at_node(
            node,
            "unexpected comma. Parentheses are required to solve ambiguity inside containers.\n\nThis error may happen when you forget a comma in a list or other container:\n\n    [a, b c, d]\n\nOr when you have ambiguous calls:\n\n    [function a, b, c]\n\nIn the example above, we don't know if the values \"b\" and \"c\" belongs to the list or the function \"function\". You can solve this by explicitly adding parentheses:\n\n    [one, function(a, b, c)]\n\nElixir cannot compile otherwise. Syntax error before: ",
            "','",
        )
    }

    pub(super) fn too_many_to_access(&self, comma: At) -> Failed {
        self.error(
            comma,
            "too many arguments when accessing a value. The value[key] notation in Elixir expects either a single argument or a keyword list. The following examples are allowed:\n\n    value[one]\n    value[one: 1, two: 2]\n    value[[one, two, three]]\n\nThese are invalid:\n\n    value[1, 2, 3]\n    value[one, two, three]\n\nSyntax error after: ",
            "','",
        )
    }

    pub(super) fn refused_literal(&self, at: At, reason: &str) -> Failed {
        self.error(at, &format!("{reason}: "), "literal")
    }

    pub(super) fn invalid_encoding(&self, token: At, rest: &[u8]) -> Failed {
        let bytes: Vec<String> = rest.iter().map(u8::to_string).collect();
        self.error(token, "invalid encoding starting at ", &format!("<<{}>>", bytes.join(", ")))
    }

    pub(super) fn warn_trailing_comma(&mut self, comma: At) {
        self.warn(comma, "trailing commas are not allowed inside function/macro call arguments");
    }

    pub(super) fn warn_pipe(&mut self, op: At, right: NodeId) {
        let arguments = match self.tree.node(right) {
            Node::Call { args, .. } | Node::Apply { args, .. } => args.len(),
            _ => 0,
        };
        if arguments == 0 {
            return;
        }
        let name = self.token(op).atom();
        self.warn(
            op,
            format!(
                "parentheses are required when piping into a function call. For example:\n\n    foo 1 {name} bar 2 {name} baz 3\n\nis ambiguous and should be written as\n\n    foo(1) {name} bar(2) {name} baz(3)\n\nAmbiguous pipe found at:"
            ),
        );
    }

    pub(super) fn warn_no_parens_after_do(&mut self, op: At) {
        let name = self.token(op).atom();
        let place = self.place(op);
        self.warn_line(
            place,
            format!(
                "missing parentheses on expression following operator \"{name}\", you must add parentheses to avoid ambiguities"
            ),
        );
    }

    pub(super) fn warn_nested_keyword_call(&mut self, key: NodeId, value: NodeId) {
        let Node::Atom(key) = self.tree.node(key) else { return };
        let meta = self.node_meta(value).unwrap_or(Meta::EMPTY);
        let place = self.meta_place(meta);
        self.warn_line(
            place,
            format!(
                "missing parentheses for expression following \"{key}:\" keyword. Parentheses are required to solve ambiguity inside keywords.\n\nThis error happens when you have function calls without parentheses inside keywords. For example:\n\n    function(arg, one: nested_call a, b, c)\n    function(arg, one: if expr, do: :this, else: :that)\n\nIn the examples above, we don't know if the arguments \"b\" and \"c\" apply to the function \"function\" or \"nested_call\". Or if the keywords \"do\" and \"else\" apply to the function \"function\" or \"if\". You can solve this by explicitly adding parentheses:\n\n    function(arg, one: if(expr, do: :this, else: :that))\n    function(arg, one: nested_call(a, b, c))\n\nAmbiguity found at:"
            ),
        );
    }

    pub(super) fn warn_not_in(&mut self, op: At) {
        self.warn(op, "\"not expr1 in expr2\" is deprecated, use \"expr1 not in expr2\" instead");
    }

    pub(super) fn warn_empty_parens(&mut self, open: At) {
        self.warn(
            open,
            "invalid expression (). If you want to invoke or define a function, make sure there are no spaces between the function name and its arguments. If you wanted to pass an empty block or code, pass a value instead, such as a nil or an atom",
        );
    }

    pub(super) fn warn_empty_clause(&mut self, arrow: At) {
        self.warn(arrow, "an expression is always required on the right side of ->. Please provide a value after ->");
    }
}

/// A name as Erlang writes atoms: in quotes unless it is a plain lower-case word that is not reserved there.
fn shown_atom(name: &str) -> String {
    const RESERVED: [&str; 28] = [
        "after", "and", "andalso", "band", "begin", "bnot", "bor", "bsl", "bsr", "bxor", "case", "catch", "cond",
        "div", "end", "fun", "if", "let", "maybe", "not", "of", "or", "orelse", "receive", "rem", "try", "when", "xor",
    ];
    let mut characters = name.chars();
    let plain = characters.next().is_some_and(|first| first.is_lowercase() && u32::from(first) <= 0xFF)
        && characters.all(|character| {
            (character.is_alphanumeric() && u32::from(character) <= 0xFF) || matches!(character, '_' | '@')
        });
    if plain && (!RESERVED.contains(&name) || name == "maybe") {
        return name.to_owned();
    }
    format!(
        "'{}'",
        name.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n").replace('\t', "\\t").replace('\r', "\\r")
    )
}

/// A binary as Erlang shows it: as text if all of it is Latin-1, else as bytes.
fn shown_binary(bytes: &[u8]) -> String {
    let printable = |character: char| matches!(u32::from(character), 0x08..=0x0D | 0x1B | 0x20..=0x7E | 0xA0..=0xFF);
    match std::str::from_utf8(bytes) {
        Ok("") => "<<>>".to_owned(),
        Ok(text) if text.chars().all(printable) => {
            let mark = if text.is_ascii() { "" } else { "/utf8" };
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            format!("<<\"{escaped}\"{mark}>>")
        }
        _ => {
            let bytes: Vec<String> = bytes.iter().map(u8::to_string).collect();
            format!("<<{}>>", bytes.join(","))
        }
    }
}

fn shown_char(source: &str, token: &Token) -> String {
    match token.value {
        crate::token::Value::Char(code) => match code {
            0x08 => "$\\b".to_owned(),
            0x09 => "$\\t".to_owned(),
            0x0A => "$\\n".to_owned(),
            0x0B => "$\\v".to_owned(),
            0x0C => "$\\f".to_owned(),
            0x0D => "$\\r".to_owned(),
            0x1B => "$\\e".to_owned(),
            0x20 => "$\\s".to_owned(),
            0x5C => "$\\\\".to_owned(),
            0x7F => "$\\d".to_owned(),
            0..=0x1F => format!("$\\{code:03o}"),
            _ => format!("${}", char::from_u32(code).unwrap_or('?')),
        },
        _ => source.to_owned(),
    }
}
