//! Flags after names and types are settled.

use crate::core::Core;
use crate::types::DeclId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FlagBody {
    pub(crate) id: Option<Core>,
    pub(crate) owner: Option<Core>,
    pub(crate) expires: Option<Core>,
    pub(crate) service: Option<DeclId>,
    pub(crate) default: Option<Core>,
    pub(crate) cohorts: Option<Core>,
}
