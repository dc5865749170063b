//! A diagnostic: one finding in the user's words, its places, its remedies.

use crate::{Code, Span};
use serde::Serialize;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No plan is made.
    Error,
    /// A plan is made; the finding deserves attention.
    Warning,
    /// Information only.
    Note,
}

impl Severity {
    /// The word that renderers print.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A place and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there, in a few words; may be empty for the primary label.
    pub text: String,
}

/// Whether a tool may apply a fix without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Applicability {
    /// The fix certainly does what the user meant.
    Certain,
    /// The fix is a good guess; show it before applying it.
    Guess,
}

/// One replacement of text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edit {
    /// The bytes to replace; empty to insert.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// A remedy that a tool can apply: edits that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fix {
    /// What the fix does, for a menu: "write `service`".
    pub title: String,
    /// The edits, none overlapping.
    pub edits: Vec<Edit>,
    /// Whether it may be applied unseen.
    pub applicability: Applicability,
}

impl Fix {
    /// A fix of one edit that replaces `span` by `text`.
    pub fn replace(
        title: impl Into<String>,
        span: Span,
        text: impl Into<String>,
        applicability: Applicability,
    ) -> Self {
        Self { title: title.into(), edits: vec![Edit { span, text: text.into() }], applicability }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in the user's words, without a full stop.
    pub message: String,
    /// The place where it is wrong.
    pub primary: Label,
    /// Other places that take part, such as the declaration that disagrees.
    pub secondary: Vec<Label>,
    /// What the user can do about it.
    pub help: Vec<String>,
    /// Facts that explain it.
    pub notes: Vec<String>,
    /// Remedies that a tool can apply.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, span, message)
    }

    /// A warning at `span`.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, span, message)
    }

    fn new(code: Code, severity: Severity, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            primary: Label { span, text: String::new() },
            secondary: Vec::new(),
            help: Vec::new(),
            notes: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Says something at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds what the user can do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds a fact that explains.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds a remedy.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// Whether this stops a plan from being made.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The same finding with every place `by` bytes further: from item-relative to file offsets.
    #[must_use]
    pub fn moved(mut self, by: u32) -> Self {
        let edits = self.fixes.iter_mut().flat_map(|fix| &mut fix.edits).map(|edit| &mut edit.span);
        let labels = self.secondary.iter_mut().map(|label| &mut label.span);
        for span in edits.chain(labels).chain(std::iter::once(&mut self.primary.span)) {
            *span = span.moved(by);
        }
        self
    }

    /// The order in which findings are shown: by file, place, then code.
    #[must_use]
    pub fn sort_key(&self) -> (Span, Code) {
        (self.primary.span, self.code)
    }
}
