//! Exceptions: a proof's finding that people take upon them until a day.

use super::{Expr, Name, Range};

/// `accept P3 because "…" until 2027-01-31`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Accept {
    /// The proof, such as `P3`, or a policy.
    pub proof: Name,
    /// Why it is accepted.
    pub because: Expr,
    /// The last day that it holds.
    pub until: Expr,
    /// Where it stands.
    pub range: Range,
}
