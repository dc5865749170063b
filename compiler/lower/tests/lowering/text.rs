//! A plan as a table: one line a node, so that a golden plan reads like the runbook it is.

use plan::{Call, Effect, Guard, Plan, Subject, Which, Work};

pub(crate) fn table(plan: &Plan) -> String {
    let mut out = String::new();
    for node in &plan.body.nodes {
        let after: Vec<_> = node.after.iter().map(|id| id.0.as_str()).collect();
        let mark = if node.past_return { " (past return)" } else { "" };
        out += &format!("{}: {}{mark}\n    after {}\n", node.id, work(&node.work), after.join(", "));
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
    let mut out = String::new();
    if !plan.body.requires.is_empty() {
        out += &format!("requires {}\n", plan.body.requires.join(", "));
    }
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
    for (name, gate) in &plan.body.gates {
        let texts: Vec<_> = gate.conditions.iter().map(|condition| condition.text.as_str()).collect();
        out += &format!("gate {name} judges {}\n", texts.join(" and "));
    }
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
                Subject::Service { environment, service } => format!(" of {service} in {environment}"),
            };
            format!("hold {} ms{about}{}", hold.duration_ms, hold.guard.as_ref().map(guard).unwrap_or_default())
        }
        Work::Approval(a) => format!("approval {} from {:?} within {} ms", a.quorum, a.from, a.within_ms),
    }
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
        Call::Shift { weights, running_at_most } => {
            let weights: Vec<_> = weights.iter().map(|(r, share)| format!("{} {share}", which(r))).collect();
            let at_most = running_at_most.map(|most| format!(" on {most} instances")).unwrap_or_default();
            format!("shift {}{at_most}", weights.join(", "))
        }
        Call::Act { action, binding } => format!("act {action} by {} {}", binding.provider, binding.config),
    };
    let retry = effect.retry;
    format!(
        "{call} [{:?}, {} ms, {} attempts, {}..{} ms]",
        effect.class, effect.timeout_ms, retry.attempts, retry.backoff_ms, retry.backoff_max_ms
    )
}
