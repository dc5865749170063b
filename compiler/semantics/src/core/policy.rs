//! Policies after names and types are settled.

use diagnostics::Span;
use smol_str::SmolStr;

use crate::core::Core;
use crate::model::Subject;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PolicyBody {
    pub(crate) subject: Subject,
    pub(crate) binder: SmolStr,
    pub(crate) condition: Option<Core>,
    pub(crate) requirements: Vec<RequirementBody>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequirementBody {
    pub(crate) span: Span,
    pub(crate) condition: Core,
    pub(crate) because: Option<Core>,
}
