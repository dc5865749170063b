//! P11: while a service is rolled out two releases of it run. Every release that may run answers what every release that
//! may run beside it calls.
//!
//! Each pair of services is looked at where one of the two is rolled out; no path through a workflow is enumerated: of a
//! service it is enough to know which of its two releases may run. What runs today is what `released` records; of what is
//! not recorded nothing is known, and the risk report says so.

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::{Diagnostic, Span, codes};
use semantics::model::{Artifact, ContractClause, Environment, Release, Service, Step, StepKind, Workflow};
use smol_str::SmolStr;

pub(crate) fn check(workflow: &Workflow) -> Vec<Diagnostic> {
    let mut seen = Seen::default();
    seen.steps(&workflow.steps);
    seen.found
}

/// One service that is rolled out.
#[derive(Clone, Copy)]
struct Member<'w> {
    service: &'w Service,
    release: &'w Release,
    environment: &'w Environment,
    at: Span,
}

/// A release that may run.
#[derive(Clone, Copy)]
struct Version<'w> {
    service: &'w str,
    contract: &'w [ContractClause],
    span: Span,
    /// What people call it, where it is the one that ran before.
    recorded: Option<&'w str>,
}

/// By environment and service, the releases that may run once what stands before is done.
type Running<'w> = BTreeMap<(SmolStr, SmolStr), Vec<Version<'w>>>;

#[derive(Default)]
struct Seen<'w> {
    running: Running<'w>,
    /// What ran of each before the workflow began.
    initial: Running<'w>,
    found: Vec<Diagnostic>,
    said: BTreeSet<String>,
}

impl<'w> Seen<'w> {
    fn steps(&mut self, steps: &'w [Step]) {
        steps.iter().for_each(|step| self.step(step));
    }

    fn step(&mut self, step: &'w Step) {
        match &step.kind {
            StepKind::Rollout(_) | StepKind::Together(_) | StepKind::Parallel(_) => self.at_once(&members(step)),
            StepKind::Series(steps) => self.steps(steps),
            StepKind::For(each) if each.at_once => {
                let all: Vec<Member<'w>> = each.rounds.iter().flat_map(|it| &it.steps).flat_map(members).collect();
                self.at_once(&all);
            }
            StepKind::For(each) => each.rounds.iter().for_each(|round| self.steps(&round.steps)),
            StepKind::When(when) => {
                let before = self.running.clone();
                self.steps(&when.then);
                let then = std::mem::replace(&mut self.running, before);
                self.steps(&when.otherwise);
                self.either(then);
            }
            StepKind::Run(_) | StepKind::Check(_) | StepKind::Approval(_) | StepKind::Wait(_) => {}
            StepKind::Expose(_) | StepKind::Mirror(_) | StepKind::Migrate(_) => {}
            StepKind::Notify(_) | StepKind::Rollback(_) => {}
        }
    }

    /// Rollouts of which each may be at any stage while another is.
    fn at_once(&mut self, members: &[Member<'w>]) {
        for member in members {
            let key = key(member);
            let before = self.before(member);
            self.initial.entry(key.clone()).or_insert_with(|| before.clone());
            let both = before.into_iter().chain(incoming(member)).collect();
            self.running.insert(key, both);
        }
        members.iter().for_each(|member| self.beside(member));
        for member in members {
            self.running.insert(key(member), incoming(member).into_iter().collect());
        }
    }

    fn before(&self, member: &Member<'w>) -> Vec<Version<'w>> {
        match self.running.get(&key(member)) {
            Some(known) => known.clone(),
            None => recorded(member.environment, &member.service.name).into_iter().collect(),
        }
    }

    /// What may run behind a decision: what either side leaves, or left as it was.
    fn either(&mut self, other: Running<'w>) {
        for (key, before) in &self.initial {
            let left = |side: &Running<'w>| side.get(key).unwrap_or(before).clone();
            let mut both = left(&self.running);
            both.extend(left(&other));
            let mut known = BTreeSet::new();
            both.retain(|version| known.insert((version.span.file, version.span.start)));
            self.running.insert(key.clone(), both);
        }
    }

    /// The member against every other service of its environment.
    fn beside(&mut self, member: &Member<'w>) {
        let environment = member.environment;
        let own = self.running.get(&key(member)).cloned().unwrap_or_default();
        let mut others: BTreeMap<SmolStr, Vec<Version<'w>>> = BTreeMap::new();
        for released in environment.released.iter().filter(|it| it.service != member.service.name) {
            others.insert(released.service.clone(), recorded(environment, &released.service).into_iter().collect());
        }
        for ((place, service), versions) in &self.running {
            if *place == environment.name && *service != member.service.name {
                others.insert(service.clone(), versions.clone());
            }
        }
        for one in &own {
            for other in others.values().flatten() {
                self.pair(*one, *other, member.at);
                self.pair(*other, *one, member.at);
            }
        }
    }

    fn pair(&mut self, caller: Version<'w>, callee: Version<'w>, at: Span) {
        // Both ran before anybody rolled anything out.
        if caller.recorded.is_some() && callee.recorded.is_some() {
            return;
        }
        for clause in caller.contract {
            let ContractClause::Calls { service, interface, version } = clause else { continue };
            if service != callee.service || answers(callee, interface, *version) {
                continue;
            }
            let message = format!(
                "{} calls `{service}.{interface}` {version}, but {}, which may run beside it, {}",
                name(caller),
                name(callee),
                answered(callee, interface)
            );
            if !self.said.insert(message.clone()) {
                continue;
            }
            let diagnostic = Diagnostic::error(codes::CALL_UNANSWERED, at, message)
                .also(caller.span, format!("calls version {version}"))
                .also(callee.span, "does not answer it")
                .help(remedy(caller, callee));
            self.found.push(diagnostic);
        }
    }
}

fn remedy(caller: Version<'_>, callee: Version<'_>) -> String {
    let (caller_name, callee_name) = (caller.service, callee.service);
    match callee.recorded {
        Some(_) => format!(
            "roll `{callee_name}` out in a step of its own before `{caller_name}`, or let `{caller_name}` call what is answered already"
        ),
        None => format!("let `{callee_name}` go on answering it until every `{caller_name}` that calls it is gone"),
    }
}

fn key(member: &Member<'_>) -> (SmolStr, SmolStr) {
    (member.environment.name.clone(), member.service.name.clone())
}

/// The rollouts in a step, whichever of them it comes to.
fn members(step: &Step) -> Vec<Member<'_>> {
    match &step.kind {
        StepKind::Rollout(it) => vec![Member {
            service: &it.service,
            release: &it.release,
            environment: &it.environment,
            at: it.strategy.span,
        }],
        StepKind::Together(it) => {
            let each = it.members.iter().map(|member| Member {
                service: &member.service,
                release: &member.release,
                environment: &it.environment,
                at: member.span,
            });
            each.collect()
        }
        StepKind::Parallel(steps) | StepKind::Series(steps) => steps.iter().flat_map(members).collect(),
        StepKind::For(each) => each.rounds.iter().flat_map(|round| &round.steps).flat_map(members).collect(),
        StepKind::When(when) => when.then.iter().chain(&when.otherwise).flat_map(members).collect(),
        StepKind::Run(_) | StepKind::Check(_) | StepKind::Approval(_) | StepKind::Wait(_) => Vec::new(),
        StepKind::Expose(_) | StepKind::Mirror(_) | StepKind::Migrate(_) => Vec::new(),
        StepKind::Notify(_) | StepKind::Rollback(_) => Vec::new(),
    }
}

/// The release that comes: what is declared, where it is an artifact of the sources; of an older one nothing is known.
fn incoming<'w>(member: &Member<'w>) -> Option<Version<'w>> {
    match &member.release.artifact {
        Artifact::Given(_) => Some(Version {
            service: &member.service.name,
            contract: &member.service.contract,
            span: member.service.span,
            recorded: None,
        }),
        Artifact::Running => recorded(member.environment, &member.service.name),
        Artifact::Previous => None,
    }
}

fn recorded<'w>(environment: &'w Environment, service: &str) -> Option<Version<'w>> {
    let released = environment.released.iter().find(|it| it.service == service)?;
    Some(Version {
        service: &released.service,
        contract: &released.contract,
        span: released.span,
        recorded: Some(&released.release),
    })
}

fn provided<'v>(of: Version<'v>, name: &str) -> Option<&'v (i64, i64)> {
    of.contract.iter().find_map(|clause| match clause {
        ContractClause::Provides { interface, versions } if interface == name => Some(versions),
        ContractClause::Provides { .. } | ContractClause::Calls { .. } => None,
        ContractClause::Access { .. } | ContractClause::Index { .. } => None,
    })
}

fn answers(callee: Version<'_>, interface: &str, version: i64) -> bool {
    provided(callee, interface).is_some_and(|(low, high)| (*low..=*high).contains(&version))
}

fn answered(callee: Version<'_>, interface: &str) -> String {
    match provided(callee, interface) {
        None => "provides no such interface".to_owned(),
        Some((low, high)) if low == high => format!("answers {low} only"),
        Some((low, high)) => format!("answers {low}..{high}"),
    }
}

fn name(of: Version<'_>) -> String {
    match of.recorded {
        Some(release) => format!("release {release} of `{}`", of.service),
        None => format!("the new `{}`", of.service),
    }
}
