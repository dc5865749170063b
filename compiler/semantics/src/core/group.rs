//! Groups after names are settled.

use diagnostics::Span;
use smol_str::SmolStr;

use crate::types::DeclId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupBody {
    /// Each behind those it comes after; in the order of the text otherwise.
    pub(crate) members: Vec<GroupMemberBody>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupMemberBody {
    pub(crate) service: DeclId,
    /// Its name in this file.
    pub(crate) name: SmolStr,
    pub(crate) span: Span,
    /// Names of other members.
    pub(crate) after: Vec<SmolStr>,
}
