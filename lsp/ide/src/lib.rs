//! What editors ask of a project, answered by values that own themselves: spans, labels and edits.
//!
//! One file a question, named after it, with one function of that name: it takes a [`Snapshot`], a file and mostly an
//! offset in bytes, and returns its answer. Nothing here knows the editors' protocol, reads a file or waits; any offset
//! of any text has an answer, if only "nothing".

mod call_hierarchy;
mod completion;
mod definition;
pub mod findings;
pub mod fixes;
pub mod folding;
pub mod formatting;
pub mod graph;
mod hover;
mod imports;
mod inlay_hints;
mod lenses;
mod lines;
pub mod linked_editing;
pub mod links;
pub mod planning;
mod refactorings;
mod references;
mod rename;
mod risks;
pub mod selection;
pub mod semantic_tokens;
mod signature_help;
mod snapshot;
pub mod symbols;
mod text_edits;

pub use call_hierarchy::{Callable, Calls, incoming_calls, outgoing_calls, prepare_calls};
pub use completion::{Completion, completion, documentation};
pub use definition::{Place, definition, type_definition};
pub use hover::{Hover, hover};
pub use inlay_hints::{InlayHint, inlay_hints};
pub use lenses::{Act, Lens, lenses, references_of};
pub use lines::Lines;
pub use refactorings::{Change, Refactoring, refactorings};
pub use references::{highlights, references};
pub use rename::{Renamed, prepare_rename, rename, rename_file};
pub use risks::Risks;
pub use semantics::{Cancelled, Mention, Sort, Symbol, Withdrawal};
pub use signature_help::{Parameter, SignatureHelp, signature_help};
pub use snapshot::Snapshot;
pub use text_edits::TextEdit;
