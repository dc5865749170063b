//! A plan as a table: one line a node, so that a golden plan reads like the runbook it is.

use plan::{Call, Effect, Expose, Guard, Plan, Subject, Which, Work};

pub(crate) fn table(plan: &Plan) -> String {
    let mut out = String::new();
    for node in &plan.body.nodes {
        let after: Vec<_> = node.after.iter().map(|id| id.0.as_str()).collect();
        let mark = if node.past_return { " (past return)" } else { "" };
        let mark = if node.during_freeze { format!("{mark} (also during a freeze)") } else { mark.to_owned() };
        out += &format!("{}: {}{mark}\n    after {}\n", node.id, work(&node.work), after.join(", "));
        node.when.iter().for_each(|when| out += &format!("    when {when:?}\n"));
        node.scope.iter().for_each(|scope| out += &format!("    in {scope}\n"));
    }
    for (key, scope) in &plan.body.scopes {
        let deadline = scope.deadline_ms.map(|ms| format!(" within {ms} ms")).unwrap_or_default();
        let goes_on = scope.goes_on.as_ref().map(|why| format!(" goes on because {why}")).unwrap_or_default();
        out += &format!("step {key}{deadline}{goes_on}, inside {:?}\n", scope.within);
        scope.on_failure.iter().for_each(|node| out += &format!("  on failure {}: {}\n", node.id, work(&node.work)));
    }
    plan.body.finally.iter().for_each(|node| out += &format!("finally {}: {}\n", node.id, work(&node.work)));
    for (key, together) in &plan.body.together {
        out += &format!("{key}: {}\n", together.rollouts.join(", "));
    }
    if !plan.body.requires.is_empty() {
        out += &format!("requires {}\n", plan.body.requires.join(", "));
    }
    for (key, rollout) in &plan.body.rollouts {
        let stages: Vec<_> = rollout.stages.iter().map(|s| format!("{} = {}", s.label, s.weight)).collect();
        out += &format!("{key}: needs running {}, stages {}\n", rollout.needs_running, stages.join(", "));
        for step in &rollout.recovery {
            out += &format!("{}: {}\n", step.id, effect(&step.effect));
        }
    }
    out
}

/// What the plan requires, and what each stage has besides its weight.
pub(crate) fn particulars(plan: &Plan) -> String {
    let mut out = if plan.body.emergency { "emergency\n".to_owned() } else { String::new() };
    let stages = plan.body.rollouts.iter().flat_map(|(key, rollout)| rollout.stages.iter().map(move |it| (key, it)));
    for (key, stage) in stages {
        let mut written = serde_json::to_value(stage).unwrap();
        let fields = written.as_object_mut().unwrap();
        fields.remove("label");
        fields.remove("weight");
        if !fields.is_empty() {
            out += &format!("{key}, stage {}: {written}\n", stage.label);
        }
    }
    for (name, environment) in &plan.body.environments {
        let drift = environment.drift.map(|drift| format!(", drift {drift:?}")).unwrap_or_default();
        let hours = environment.hours.as_ref().map(|hours| format!(", {}", serde_json::to_value(hours).unwrap()));
        let (protected, hours) = (if environment.protected { ", protected" } else { "" }, hours.unwrap_or_default());
        if !(drift.is_empty() && hours.is_empty() && protected.is_empty()) {
            out += &format!("environment {name}{protected}{drift}{hours}\n");
        }
        out += &computes(name, &environment.compute.config);
    }
    for (name, flag) in &plan.body.flags {
        out += &format!("flag {name}: {}\n", serde_json::to_value(flag).unwrap());
    }
    out += &data(plan);
    for (name, gate) in &plan.body.gates {
        let texts: Vec<_> = gate.conditions.iter().map(|condition| condition.text.as_str()).collect();
        out += &format!("gate {name} judges {}\n", texts.join(" and "));
    }
    out
}

/// Where an environment computes, if that is more than a type.
fn computes(name: &str, config: &serde_json::Value) -> String {
    match config.as_object() {
        Some(fields) if fields.len() > 1 => format!("{name} computes in {config}\n"),
        Some(_) | None => String::new(),
    }
}

/// Migrations with all that they do, and what each environment says of its databases and of what runs there.
pub(crate) fn data(plan: &Plan) -> String {
    let mut out = String::new();
    let json = |value: serde_json::Value| value.to_string();
    for (key, database) in &plan.body.databases {
        out += &format!("database {key}: {}\n", json(serde_json::to_value(database).unwrap()));
    }
    for (key, migration) in &plan.body.migrations {
        out += &format!("migration {key} on {}\n", migration.database);
        migration.phases.iter().for_each(|it| out += &format!("  {}\n", json(serde_json::to_value(it).unwrap())));
    }
    for (key, environment) in &plan.body.environments {
        environment.databases.iter().for_each(|(name, url)| out += &format!("{key} reaches {name} by {url}\n"));
        let released = environment.released.iter();
        released.for_each(|(name, it)| out += &format!("{key} runs {} of {name}: {}\n", it.release, it.record));
    }
    plan.body.formerly.iter().for_each(|(what, name)| out += &format!("{what} was {name}\n"));
    out
}

fn work(work: &Work) -> String {
    match work {
        Work::Begin => "begin".to_owned(),
        Work::Finish => "finish".to_owned(),
        Work::Effect(of) => effect(of),
        Work::Hold(hold) => {
            let about = match &hold.subject {
                Subject::Rollout => String::new(),
                Subject::Nothing => " of time".to_owned(),
                Subject::Service { environment, service } => format!(" of {service} in {environment}"),
            };
            format!("hold {} ms{about}{}", hold.duration_ms, hold.guard.as_ref().map(guard).unwrap_or_default())
        }
        Work::Approval(a) => {
            let late = if a.after_the_fact { " after the fact" } else { "" };
            format!("approval {} from {:?} within {} ms{late}", a.quorum, a.from, a.within_ms)
        }
        Work::WaitUntil(until) => format!("wait until minute {} in {}", until.minutes, until.zone),
        Work::Rollback(rollback) => format!("roll back {}", rollback.rollouts.join(", ")),
        Work::Expose(it) => exposed(it),
        Work::Migrate(it) => format!(
            "migrate {}.{} in {} [{} attempts]",
            it.migration,
            it.phase.word(),
            it.environment,
            it.retry.attempts
        ),
        Work::Mirror(it) => {
            format!("mirror {} of {} in {} for {} ms", it.share, it.service, it.environment, it.duration_ms)
        }
    }
}

fn exposed(expose: &Expose) -> String {
    let stage = &expose.stage;
    let of = expose.cohort.as_ref().map(|cohort| format!(" of {cohort}")).unwrap_or_default();
    let ring = stage.cohort.as_ref().map(|cohort| format!(" of {cohort}")).unwrap_or_default();
    let key = stage.sticky.as_ref().map(|key| format!(" sticky by {key}")).unwrap_or_default();
    let pause = stage.pause.as_ref().map(|pause| format!(" pause when {}", pause.text)).unwrap_or_default();
    let guard = stage.guard.as_ref().map(guard).unwrap_or_default();
    let what = format!("{} to {}{of}{ring}{key} in {}", expose.flag, stage.share, expose.environment);
    format!("expose {what} for {} ms{guard}{pause} (of {})", stage.hold_ms, expose.step)
}

fn guard(guard: &Guard) -> String {
    let word = if guard.continuous { "while" } else { "check" };
    format!(" {word} {} (1/{} of its level)", guard.gate, guard.shares)
}

fn effect(effect: &Effect) -> String {
    let which = |which: &Which| match which {
        Which::Incoming => "incoming",
        Which::Running => "running",
    };
    let call = match &effect.call {
        Call::Ensure { release, instances } => format!("ensure {instances} of {}", which(release)),
        Call::Stop { release, keep } => format!("stop {} but {keep}", which(release)),
        Call::Shift { weights, running_at_most, cohort } => {
            let weights: Vec<_> = weights.iter().map(|(r, share)| format!("{} {share}", which(r))).collect();
            let at_most = running_at_most.map(|most| format!(" on {most} instances")).unwrap_or_default();
            let cohort = cohort.as_ref().map(|cohort| format!(" of {cohort}")).unwrap_or_default();
            format!("shift {}{cohort}{at_most}", weights.join(", "))
        }
        Call::Act { action, binding } => format!("act {action} by {} {}", binding.provider, binding.config),
    };
    let retry = effect.retry;
    format!(
        "{call} [{:?}, {} ms, {} attempts, {}..{} ms]",
        effect.class, effect.timeout_ms, retry.attempts, retry.backoff_ms, retry.backoff_max_ms
    )
}
