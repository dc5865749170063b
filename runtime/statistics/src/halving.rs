//! Where refusing ends: a bracket is halved until no number lies between its ends.

/// Enough for any bracket at most 1 wide, down to the smallest number there is.
pub(crate) const HALVINGS: u32 = 1_100;

/// The last of the numbers from `refused` towards `kept` that is refused, after so many halvings at most. `refused` itself
/// must be; between the two it changes once.
pub(crate) fn boundary(mut refused: f64, mut kept: f64, halvings: u32, is_refused: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..halvings {
        let middle = 0.5 * (refused + kept);
        if middle == refused || middle == kept {
            break;
        }
        if is_refused(middle) {
            refused = middle;
        } else {
            kept = middle;
        }
    }
    refused
}

/// The same from `outer` on, which is the answer where it is not refused.
pub(crate) fn end(outer: f64, inner: f64, halvings: u32, is_refused: impl Fn(f64) -> bool) -> f64 {
    if is_refused(outer) { boundary(outer, inner, halvings, is_refused) } else { outer }
}
