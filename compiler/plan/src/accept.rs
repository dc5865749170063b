//! What a plan stands under for a time: exceptions from proofs and policies, and the flags that it exposes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::body::Body;

/// A finding that people took upon them. Without it the plan would not have been made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The proof, such as `P3`, or the policy, by its name.
    pub proof: String,
    /// Why.
    pub because: String,
    /// The last day that it holds, in UTC: `2027-01-31`.
    pub until: String,
}

/// The exceptions of a plan that are past their last day on `day` (`2027-01-31`, UTC). None holds on a day that
/// cannot be read.
pub fn expired<'b>(body: &'b Body, day: &str) -> Vec<&'b Acceptance> {
    body.acceptances.iter().filter(|it| !is_day(&it.until) || it.until.as_str() < day).collect()
}

/// Whether days that are written so are in the order of their text.
fn is_day(text: &str) -> bool {
    let digits =
        |range: std::ops::Range<usize>| text.get(range).is_some_and(|it| it.bytes().all(|b| b.is_ascii_digit()));
    let dashes = text.as_bytes().get(4) == Some(&b'-') && text.as_bytes().get(7) == Some(&b'-');
    text.len() == 10 && dashes && digits(0..4) && digits(5..7) && digits(8..10)
}
