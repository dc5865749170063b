//! A plan as a picture, the way it is drawn on a whiteboard: a card for each step from top to bottom, in a rollout's a bar
//! for each share of the traffic, and what brings it back below.

mod blocks;
mod canvas;
mod layers;
mod sheet;

use plan::{NodeId, Plan};

use crate::graph::analyse;

/// A plan as SVG that stands alone: no script, no font and nothing from elsewhere; light or dark as the reader's surroundings are.
/// Each card and each bar says which node it shows (`data-node`) and where that stands in the sources (`data-place`).
///
/// # Errors
/// A node that waits for itself, directly or over others.
pub fn svg(plan: &Plan) -> Result<String, NodeId> {
    let analysis = analyse(&plan.body)?;
    let drawn = sheet::drawn(plan, &analysis);
    // A text in memory always has room.
    Ok(drawn.map(|bytes| String::from_utf8_lossy(&bytes).into_owned() + "\n").unwrap_or_default())
}
