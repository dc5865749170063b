//! What the compiler says and where: spans, codes, diagnostics, fixes, and the renderers that print them.
//!
//! A diagnostic is a plain value made by builder functions beside the rule that reports it; nothing here
//! knows the rules. Renderers turn diagnostics into text and never print by themselves.

pub mod codes;
mod diagnostic;
pub mod render;
mod source;
mod span;
mod suggest;

pub use codes::Code;
pub use diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, Severity};
pub use source::{LineCol, LineIndex, SourceMap, Sources};
pub use span::{FileId, Span};
pub use suggest::nearest;
