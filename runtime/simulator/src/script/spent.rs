//! What a run cost its users: the share of an error budget that went beyond what is usual, and how many of them met the
//! incoming release at once.

use plan::{Objective, Share};

use super::counted::Counted;
use super::play::Part;
use crate::case::Case;
use crate::history::History;
use crate::world::What;

/// The share of an objective's budget that was spent beyond what is usual, in the environment where most of it was.
pub(super) fn spent(left: &History, objective: &Objective) -> f64 {
    let Some(play) = &left.world.play else { return 0.0 };
    let parts = play.parts.values().filter(|part| part.service == objective.service);
    let usual = play.usual.get(&objective.metric).copied().unwrap_or(0);
    parts.map(|part| in_one(part, objective, usual)).fold(0.0, f64::max)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a simulation stay far below 2^53")]
fn in_one(part: &Part, objective: &Objective, usual: u64) -> f64 {
    let beyond = |counted: &Counted| {
        let usual = counted.requests() as f64 * (usual as f64 / 1e9);
        counted.bad(&objective.metric) as f64 - usual
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

/// The largest share of a service's traffic that an incoming release had, with when and where.
pub(super) fn exposure(case: &Case, left: &History) -> Option<(Share, u64, String)> {
    let mut most: Option<(Share, u64, String)> = None;
    for entry in &left.world.book {
        let What::Landed { request, shows: Some(shows) } = &entry.what else { continue };
        for release in case.incoming.values() {
            let share = shows.share(&release.id);
            if share > most.as_ref().map_or(Share::NONE, |(share, ..)| *share) {
                most = Some((share, entry.at_ms, crate::oracle::node_of(request).to_owned()));
            }
        }
    }
    most
}
