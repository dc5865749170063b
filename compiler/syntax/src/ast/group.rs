//! Groups: services that change together, and in which order.

use super::{Name, Range};

/// `group name { a, b after a }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// Its members, in order.
    pub members: Vec<Member>,
    /// An entry could not be read.
    pub incomplete: bool,
    /// The braces and what is between them.
    pub range: Range,
}

/// `b after a and c`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Member {
    /// The service.
    pub service: Name,
    /// Services of the group that come before it.
    pub after: Vec<Name>,
    /// Where it stands.
    pub range: Range,
}
