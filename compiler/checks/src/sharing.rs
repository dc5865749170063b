//! P10: what two services or environments would both have, though only one can.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use diagnostics::{Diagnostic, Span, codes};
use semantics::model::{Environment, Rollout, Service, Workflow};

use crate::places::Places;

/// Environments and services that a runtime cannot tell apart: it knows them by the name of the one and the `id` of
/// the other, in all runs of a project.
pub(crate) fn identities(workflows: &[Arc<Workflow>]) -> Vec<Diagnostic> {
    let mut known: BTreeMap<(&str, &str), Placed<'_>> = BTreeMap::new();
    let mut found = Vec::new();
    let all: Vec<Places<'_>> = workflows.iter().map(|workflow| Places::of(workflow)).collect();
    for places in &all {
        let mut named: BTreeMap<&str, &Environment> = BTreeMap::new();
        for placed in placements(places) {
            let (environment, service) = placed;
            let first = *named.entry(&environment.name).or_insert(environment);
            match known.entry((&environment.name, &service.id)) {
                Entry::Vacant(entry) => {
                    entry.insert(placed);
                    found.extend(environments(first, environment));
                }
                Entry::Occupied(entry) => {
                    let (before, namesake) = *entry.get();
                    found
                        .extend(environments(before, environment).or_else(|| services(namesake, service, environment)));
                }
            }
        }
    }
    found
}

type Placed<'w> = (&'w Environment, &'w Service);

fn placements<'p>(places: &'p Places<'_>) -> Vec<Placed<'p>> {
    let rollouts = places.rollouts.iter().map(|it| (&*it.environment, &*it.service));
    rollouts.chain(places.checks.iter().map(|(_, it)| (&*it.environment, &*it.service))).collect()
}

fn environments(first: &Environment, second: &Environment) -> Option<Diagnostic> {
    if first.span == second.span {
        return None;
    }
    let message = format!("another environment is called `{}`", second.name);
    Some(same(second.span, first.span, message, "rename one of them"))
}

fn services(first: &Service, second: &Service, environment: &Environment) -> Option<Diagnostic> {
    if first.span == second.span {
        return None;
    }
    let message = format!("another service is `{}` in `{}`", second.id, environment.name);
    Some(same(second.span, first.span, message, "give one of them an `id` of its own"))
}

fn same(second: Span, first: Span, message: String, help: &str) -> Diagnostic {
    Diagnostic::error(codes::SAME_IDENTITY, second, message)
        .also(first, "the first")
        .note("a rollout of the one would replace the other")
        .help(help)
}

/// Two services of one workflow behind what carries the traffic of one: the second rollout could only fail, with the
/// first already done.
pub(crate) fn traffic(places: &Places<'_>) -> Vec<Diagnostic> {
    let mut carried: Vec<&Rollout> = Vec::new();
    let mut found = Vec::new();
    for rollout in &places.rollouts {
        match carried.iter().find(|first| same_traffic(first, rollout)) {
            None => carried.push(rollout),
            Some(first) if carries_the_same(first, rollout) => {}
            Some(first) => found.extend(not_shared(first, rollout)),
        }
    }
    found
}

fn same_traffic(first: &Rollout, second: &Rollout) -> bool {
    let (Some(first), Some(second)) = (&first.environment.traffic, &second.environment.traffic) else { return false };
    !second.shared && first.provider == second.provider && first.config == second.config
}

fn carries_the_same(first: &Rollout, second: &Rollout) -> bool {
    first.service.id == second.service.id && first.environment.name == second.environment.name
}

fn not_shared(first: &Rollout, second: &Rollout) -> Option<Diagnostic> {
    let traffic = second.environment.traffic.as_ref()?;
    let message = format!(
        "the `traffic` of `{}` carries `{}` in `{}` already, so it cannot carry `{}`",
        second.environment.name, first.service.name, first.environment.name, second.service.name
    );
    let diagnostic = Diagnostic::error(codes::TRAFFIC_NOT_SHARED, second.strategy.span, message)
        .also(traffic.span, "carries one service in one environment")
        .also(first.strategy.span, "rolled out first here")
        .help("roll it out to an environment that listens elsewhere: `environment … extends … { traffic = … }`");
    Some(diagnostic)
}
