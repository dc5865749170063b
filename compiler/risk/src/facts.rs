//! A report as named facts, so that two can be compared one by one.

use crate::duration::shown;
use crate::report::{Report, RolloutRisk, StageRisk, Wait};
use crate::text::{self, lets_through, limit, tells, way_back};

/// A fact: what it is about, and what is so.
pub(crate) type Fact = (String, String);

/// What a report says, in its order. No two facts have one name.
pub(crate) fn facts(report: &Report) -> Vec<Fact> {
    let mut found: Vec<Fact> = report.rollouts.iter().flat_map(rollout).collect();
    found.push(("the shortest time".to_owned(), shown(report.time.shortest_ms)));
    let longest = report.time.longest_ms.map_or("no limit".to_owned(), shown);
    found.push(("the longest time".to_owned(), longest));
    found.extend(report.time.waits.iter().map(wait));
    found.extend(report.irreversible.iter().map(|it| (format!("no way back from {}", it.node), it.why.clone())));
    found.extend(report.unchecked.iter().map(|it| (format!("not checked: {}: {}", it.proof, it.what), it.why.clone())));
    found
}

fn rollout(risk: &RolloutRisk) -> Vec<Fact> {
    let name = &risk.rollout;
    let mut found: Vec<Fact> = risk.stages.iter().flat_map(|it| stage(name, it)).collect();
    found.extend(risk.limits.iter().map(|it| (format!("{name} may spend of {}", it.objective), limit(it))));
    let through = risk.lets_through.iter();
    found.extend(through.map(|it| {
        let about = format!("{name} lets through, by `{}` of {} for {}", it.condition, it.gate, it.objective);
        (about, lets_through(it))
    }));
    found.push((format!("{name} way back"), way_back(&risk.back)));
    found
}

fn stage(rollout: &str, stage: &StageRisk) -> Vec<Fact> {
    let of = format!("{rollout} at {}", stage.stage);
    let mut found = vec![(of.clone(), text::stage(stage))];
    found.extend(stage.sights.iter().map(|it| (format!("{of} by `{}`", it.condition), tells(it))));
    found
}

fn wait(wait: &Wait) -> Fact {
    let most = wait.at_most_ms.map_or("no limit".to_owned(), |ms| format!("at most {}", shown(ms)));
    (format!("{} may wait: {}", wait.at, wait.why), most)
}
