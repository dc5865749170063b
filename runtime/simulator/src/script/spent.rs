//! What a run cost its users: the share of an error budget that went beyond what is usual, and how many of them met the
//! incoming release at once.

use std::collections::BTreeSet;

use plan::{Objective, Share};

use super::counted::Counted;
use super::evenly::ONE;
use super::play::{Outside, Part};
use super::usual::Usual;
use crate::case::Case;
use crate::history::History;
use crate::world::{What, place_of};

/// The share of an objective's budget that was spent beyond what is usual, in the environment where most of it was.
pub(super) fn spent(left: &History, objective: &Objective) -> f64 {
    let Some(play) = &left.world.play else { return 0.0 };
    let parts = play.parts.values().filter(|part| part.service == objective.service);
    parts.map(|part| in_one(part, objective, play.usual.get(&objective.metric))).fold(0.0, f64::max)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a simulation stay far below 2^53")]
fn in_one(part: &Part, objective: &Objective, usual: Option<&Usual>) -> f64 {
    let beyond = |counted: &Counted| {
        let (bad, usual) = bad(counted, objective, usual);
        bad as f64 - counted.requests() as f64 * usual
    };
    let bad: f64 = part.counted.values().map(beyond).sum();
    let all = part.rate as f64 / 1_000.0 * (objective.period_ms as f64 / 1_000.0);
    let budget = all * (1.0 - objective.good.to_f64());
    if bad <= 0.0 {
        0.0
    } else {
        // A budget of nothing is spent by the first bad request.
        bad / budget
    }
}

/// The requests that do not keep a promise, and the share of all that usually do not.
#[expect(clippy::cast_precision_loss, reason = "shares of 2^40 parts")]
fn bad(counted: &Counted, objective: &Objective, usual: Option<&Usual>) -> (u64, f64) {
    match (usual, objective.under_ms) {
        (Some(Usual::Spread(spread, bounds)), Some(ms)) => {
            let us = ms.saturating_mul(1_000);
            let usual = (ONE - spread.below(us)) as f64 / ONE as f64;
            (counted.slower(&objective.metric, bounds, us), usual)
        }
        (Some(Usual::Share(share)), _) => (counted.bad(&objective.metric), *share as f64 / 1e9),
        _ => (0, 0.0),
    }
}

/// The largest share of a service's traffic that an incoming release had, with when and where. Where users ask only: what has
/// all of the traffic of an environment without users is met by nobody. Without users anywhere, every environment counts.
pub(super) fn exposure(case: &Case, left: &History) -> Option<(Share, u64, String)> {
    let parts = left.world.play.iter().flat_map(|play| &play.parts);
    let asked: BTreeSet<&Outside> = parts.filter(|(_, part)| part.rate > 0).map(|(place, _)| place).collect();
    let mut most: Option<(Share, u64, String)> = None;
    for entry in &left.world.book {
        let What::Landed { request, shows: Some(shows) } = &entry.what else { continue };
        if !asked.is_empty() && place_of(&request.task).is_some_and(|place| !asked.contains(&place)) {
            continue;
        }
        for release in case.incoming.values() {
            let share = shows.share(&release.id);
            if share > most.as_ref().map_or(Share::NONE, |(share, ..)| *share) {
                most = Some((share, entry.at_ms, crate::oracle::node_of(request).to_owned()));
            }
        }
    }
    most
}
