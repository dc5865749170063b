//! What a word can stand for, told without the database.

use diagnostics::Span;
use smol_str::SmolStr;

use crate::elaborate::notes::Whose;
use crate::types::DeclId;

/// What a word stands for: the same wherever it is named.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Symbol {
    /// A declaration, by its module and its name there.
    Declaration {
        /// The module that declares it.
        module: SmolStr,
        /// Its name there.
        name: SmolStr,
    },
    /// A field of a record, a part of a case, or a parameter.
    Part {
        /// The module of the declaration that has it.
        module: SmolStr,
        /// That declaration.
        owner: SmolStr,
        /// The case that has it, in a union.
        case: Option<SmolStr>,
        /// Its name.
        name: SmolStr,
    },
    /// A case of a union.
    Case {
        /// The module of the union.
        module: SmolStr,
        /// The union.
        owner: SmolStr,
        /// Its name.
        name: SmolStr,
    },
    /// A name that holds for a part of a declaration.
    Local {
        /// Its name.
        name: SmolStr,
        /// Where it is given.
        declared: Span,
    },
    /// A file that is imported from, by its module.
    Module(SmolStr),
    /// A type or value that needs no import.
    Builtin(SmolStr),
    /// A method of a built-in type.
    Method {
        /// The type, as users read it.
        of: SmolStr,
        /// Its name.
        name: SmolStr,
    },
}

/// A word that stands for something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mention {
    /// Where it stands.
    pub span: Span,
    /// What it stands for.
    pub symbol: Symbol,
    /// Whether this is where it gets its name.
    pub declares: bool,
}

impl Symbol {
    pub(crate) fn declaration(id: &DeclId) -> Self {
        Self::Declaration { module: id.module.clone(), name: id.name.clone() }
    }

    pub(crate) fn part(whose: &Whose, name: &SmolStr) -> Self {
        let Whose { id, case } = whose;
        Self::Part { module: id.module.clone(), owner: id.name.clone(), case: case.clone(), name: name.clone() }
    }

    pub(crate) fn case(id: &DeclId, name: &SmolStr) -> Self {
        Self::Case { module: id.module.clone(), owner: id.name.clone(), name: name.clone() }
    }

    /// The declaration that it is, or is a part of.
    pub(crate) fn owner(&self) -> Option<DeclId> {
        match self {
            Self::Declaration { module, name }
            | Self::Part { module, owner: name, .. }
            | Self::Case { module, owner: name, .. } => Some(DeclId { module: module.clone(), name: name.clone() }),
            Self::Local { .. } | Self::Module(_) | Self::Builtin(_) | Self::Method { .. } => None,
        }
    }

    /// Its name, as it is declared.
    #[must_use]
    pub fn name(&self) -> &SmolStr {
        match self {
            Self::Declaration { name, .. } | Self::Part { name, .. } | Self::Case { name, .. } => name,
            Self::Local { name, .. } | Self::Method { name, .. } => name,
            Self::Module(name) | Self::Builtin(name) => name,
        }
    }
}
