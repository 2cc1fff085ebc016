//! Telling the user: warnings, errors that end the expansion, errors that it goes on from.

use std::sync::Arc;

use jovial_atoms::{Atom, known};
use jovial_syntax::quoted::{Meta, MetaValue, NodeId};

use super::{Expander, text};
use crate::carried::Item;
use crate::errors::{Diagnostic, Halt, Result, Severity};

impl Expander<'_> {
    fn diagnostic(&mut self, severity: Severity, meta: Meta, span: Option<(u32, u32)>, message: String) -> Diagnostic {
        let keep = match self.code.tree.meta_get(meta, known::KEEP) {
            Some(MetaValue::Node(pair)) => self.code.pair_of(pair).and_then(|(file, line)| {
                let file = self.code.text_of(file)?.to_owned();
                Some((file, u32::try_from(self.code.int_of(line)?).ok()?))
            }),
            _ => None,
        };
        let (file, line, column) = if let Some((file, line)) = keep {
            (Arc::from(file), line, None)
        } else {
            let column = self.code.tree.meta_int(meta, known::COLUMN).and_then(|column| u32::try_from(column).ok());
            (self.env.file.clone(), self.code.line(meta), column)
        };
        let place = match self.env.function {
            Some(function) => Some((self.env.module, function)),
            None if self.env.module != known::NIL => Some((self.env.module, (known::DUNDER_MODULE, 0))),
            None => None,
        };
        Diagnostic { severity, message, file, line, column, span, place, snippet: true }
    }

    pub(crate) fn warn(&mut self, meta: Meta, message: impl Into<String>) {
        let diagnostic = self.diagnostic(Severity::Warning, meta, None, message.into());
        self.host.diagnostic(diagnostic);
    }

    /// The same for warnings that Elixir gives by their file alone.
    pub(crate) fn warn_file(&mut self, meta: Meta, message: String) {
        let diagnostic = self.file_warning(meta, message);
        self.host.diagnostic(diagnostic);
    }

    pub(crate) fn file_warning(&mut self, meta: Meta, message: String) -> Diagnostic {
        Diagnostic { place: None, ..self.diagnostic(Severity::Warning, meta, None, message) }
    }

    /// About a name at a known column.
    pub(crate) fn warn_spanned(&mut self, meta: Meta, name: Atom, message: String) {
        let span = self.span(meta, name);
        let diagnostic = self.diagnostic(Severity::Warning, meta, span, message);
        self.host.diagnostic(diagnostic);
    }

    fn span(&self, meta: Meta, name: Atom) -> Option<(u32, u32)> {
        let column = self.code.tree.meta_int(meta, known::COLUMN)?;
        let length = i64::try_from(name.as_str().chars().count()).ok()?;
        Some((self.code.line(meta), u32::try_from(column + length).ok()?))
    }

    /// Reports an error and gives what ends the expansion.
    pub(crate) fn error(&mut self, meta: Meta, message: impl Into<String>) -> Halt {
        let diagnostic = self.diagnostic(Severity::Error, meta, None, message.into());
        self.host.diagnostic(diagnostic);
        Halt::compile_error(&self.env)
    }

    /// The same for errors that Elixir reports by their file alone.
    pub(crate) fn file_error(&mut self, meta: Meta, message: impl Into<String>) -> Halt {
        let diagnostic = Diagnostic { place: None, ..self.diagnostic(Severity::Error, meta, None, message.into()) };
        self.host.diagnostic(diagnostic);
        Halt::compile_error(&crate::env::Env { lexical_tracker: None, ..self.env.clone() })
    }

    /// A warning that a macro gives at its caller: it knows no column.
    pub(crate) fn warn_line(&mut self, meta: Meta, message: impl Into<String>) {
        let line = self.code.line(meta);
        let meta = self.code.tree.add_meta(&[(known::LINE, MetaValue::Int(line.into()))]);
        self.warn(meta, message);
    }

    /// An error after which the rest of a module is still looked at.
    pub(crate) fn module_error(&mut self, meta: Meta, message: impl Into<String>) -> Result<()> {
        let diagnostic = self.diagnostic(Severity::Error, meta, None, message.into());
        self.go_on(diagnostic)
    }

    fn go_on(&mut self, diagnostic: Diagnostic) -> Result<()> {
        self.host.diagnostic(diagnostic);
        if self.env.module != known::NIL
            && let Some(build) = self.host.module_build(self.env.module)
        {
            build.lock().unwrap_or_else(std::sync::PoisonError::into_inner).tainted = true;
            return Ok(());
        }
        Err(Halt::compile_error(&self.env))
    }

    /// An error after which the rest of a function is still looked at.
    pub(crate) fn function_error(&mut self, meta: Meta, message: impl Into<String>) -> Result<()> {
        if self.env.function.is_some() { self.module_error(meta, message) } else { Err(self.error(meta, message)) }
    }

    pub(crate) fn function_error_spanned(&mut self, meta: Meta, name: Atom, message: String) -> Result<()> {
        let span = self.span(meta, name);
        let diagnostic = self.diagnostic(Severity::Error, meta, span, message);
        if self.env.function.is_some() {
            return self.go_on(diagnostic);
        }
        self.host.diagnostic(diagnostic);
        Err(Halt::compile_error(&self.env))
    }

    /// Code as source text, for messages.
    pub(crate) fn text(&self, id: NodeId) -> String {
        text::source(self.code, id)
    }

    /// The same for a node that may be a value of the host's.
    pub(crate) fn inspect_value(&mut self, id: NodeId) -> String {
        if let Some(&Item::Host(value)) = self.code.item(id)
            && let Some(shown) = self.host.opaque_text(value)
        {
            return shown;
        }
        self.inspect(id)
    }

    /// A node as `inspect` shows the term.
    pub(crate) fn inspect(&self, id: NodeId) -> String {
        text::inspect(self.code, id)
    }
}
