//! One node in a few words, the same in every notation.

use plan::{Call, Expose, Hold, Node, People, Stage, Subject, Which, Work};
use serde_json::Value;

use crate::duration::shown;
use crate::words::counted;

/// The node's id without its workflow.
#[must_use]
pub fn name<'n>(node: &'n Node, workflow: &str) -> &'n str {
    node.id.0.strip_prefix(workflow).and_then(|rest| rest.strip_prefix('/')).unwrap_or(&node.id.0)
}

/// What a node does.
#[must_use]
pub fn work(work: &Work) -> String {
    match work {
        Work::Begin => "look up the running release".to_owned(),
        Work::Finish => "the incoming release is the running one".to_owned(),
        Work::Effect(effect) => call(&effect.call),
        Work::Hold(hold) => held(hold),
        Work::Approval(approval) => {
            let people = people(&approval.from);
            format!(
                "{} from {people} within {}",
                counted(approval.quorum as usize, "approval"),
                shown(approval.within_ms)
            ) + if approval.after_the_fact { ", after the fact" } else { "" }
        }
        Work::WaitUntil(until) => {
            format!("wait until {:02}:{:02} in {}", until.minutes / 60, until.minutes % 60, until.zone)
        }
        Work::Rollback(rollback) => format!("bring back {}", rollback.rollouts.join(", then ")),
        Work::Expose(expose) => exposed(expose),
        Work::Migrate(migrate) => {
            format!("{} of {} in {}", migrate.phase.word(), migrate.migration, migrate.environment)
        }
        Work::Mirror(mirror) => {
            let to = format!("{} in {}", mirror.service, mirror.environment);
            format!("copies of {} of the requests to {to} for {}", mirror.share, shown(mirror.duration_ms))
        }
    }
}

/// What is asked of a provider.
#[must_use]
pub fn call(call: &Call) -> String {
    match call {
        Call::Ensure { release, instances } => {
            format!("at least {} of the {} release", counted(*instances as usize, "instance"), which(*release))
        }
        Call::Stop { release, keep: 0 } => format!("stop the {} release", which(*release)),
        Call::Stop { release, keep } => format!("stop the {} release but {keep}", which(*release)),
        Call::Shift { weights, cohort, running_at_most: _ } => {
            let shares: Vec<_> =
                weights.iter().map(|(release, share)| format!("{share} {}", which(*release))).collect();
            let of = cohort.as_ref().map(|cohort| format!(" of {}", case(cohort))).unwrap_or_default();
            format!("traffic{of}: {}", shares.join(", "))
        }
        Call::Act { action, binding } => format!("{action}, by {}", binding.provider),
    }
}

/// What a stage has besides its weight: ", to header x-staff (yes)", ", sticky by cookie session".
#[must_use]
pub fn particulars(stage: &Stage) -> String {
    let mut found = Vec::new();
    found.extend(stage.mirror.map(|share| format!("copies of {share} of the requests")));
    found.extend(stage.cohort.as_ref().map(|cohort| format!("among {}", case(cohort))));
    found.extend(stage.sticky.as_ref().map(|key| format!("sticky {}", case(key))));
    found.extend(stage.pause.as_ref().map(|pause| format!("pause when {}", pause.text)));
    found.iter().map(|it| format!(", {it}")).collect()
}

/// A case of a union, with its payload: `header x-staff (yes, no)`, `by cookie session`.
fn case(value: &Value) -> String {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let values = value.get("values").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
    let values = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
    let words = [text("case").replace('_', " "), text("name"), values];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn exposed(expose: &Expose) -> String {
    let ring = expose.stage.cohort.as_ref().map(case);
    let cohort = expose.cohort.clone().or(ring).map(|cohort| format!(" of {cohort}")).unwrap_or_default();
    let hold = if expose.stage.hold_ms == 0 { String::new() } else { format!(" for {}", shown(expose.stage.hold_ms)) };
    let guard = expose.stage.guard.as_ref().map(|guard| format!(" while {}", guard.gate)).unwrap_or_default();
    format!("show {} to {}{cohort} in {}{hold}{guard}", expose.flag, expose.stage.share, expose.environment)
}

fn held(hold: &Hold) -> String {
    let of = match &hold.subject {
        Subject::Rollout => String::new(),
        Subject::Nothing => return format!("wait {}", shown(hold.duration_ms)),
        Subject::Service { environment, service } => format!(" of {service} in {environment}"),
    };
    match &hold.guard {
        None => format!("hold for {}{of}", shown(hold.duration_ms)),
        Some(guard) if guard.continuous => format!("hold for {}{of} while {}", shown(hold.duration_ms), guard.gate),
        Some(guard) => format!("check {}{of} over {}", guard.gate, shown(hold.duration_ms)),
    }
}

fn which(which: Which) -> &'static str {
    match which {
        Which::Incoming => "incoming",
        Which::Running => "running",
    }
}

fn people(people: &People) -> String {
    match people {
        People::Users { names } => names.join(", "),
        People::Group { name } => format!("group {name}"),
        People::Owner => "the owner".to_owned(),
    }
}
