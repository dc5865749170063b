//! P2: a flag is raised by stages that a flag can have.

use diagnostics::{Diagnostic, codes};
use rust_decimal::Decimal;
use semantics::model::{Expose, Instances, Stage, Step, Strategy};
use semantics::units::percent_text;

use crate::asides::exposed;
use crate::places::{Places, used};

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    places.exposures.iter().flat_map(|(step, expose)| exposure(step, expose)).collect()
}

fn exposure(step: &Step, expose: &Expose) -> Vec<Diagnostic> {
    let as_rollout = exposed(step, expose);
    let stages = expose.strategy.iter().flat_map(|strategy| &strategy.stages);
    let mut found: Vec<_> = stages.filter_map(|stage| unfit(stage, expose)).collect();
    found.extend(expose.strategy.as_ref().and_then(ends_full));
    let found = found.into_iter().map(|it| used(it, &as_rollout));
    found.chain(shown_already(step, expose)).collect()
}

/// A flag is a question that a release answers: nothing of it is started, stopped or sent requests.
fn unfit(stage: &Stage, expose: &Expose) -> Option<Diagnostic> {
    let clause = if stage.mirror.is_some() {
        "mirror"
    } else if stage.surge.is_some() {
        "surge"
    } else if stage.unavailable.is_some() {
        "unavailable"
    } else if stage.after_stop {
        "after stop"
    } else if stage.keeping.is_some() {
        "keeping"
    } else if stage.instances != Instances::ByWeight {
        "on"
    } else {
        return two_audiences(stage, expose);
    };
    let message = format!("a flag has no instances, so `{clause}` says nothing of it");
    let diagnostic = Diagnostic::error(codes::UNFIT_EXPOSURE, stage.span, message);
    Some(diagnostic.help("raise it by a strategy of weights, holds and guards alone"))
}

fn two_audiences(stage: &Stage, expose: &Expose) -> Option<Diagnostic> {
    let named = expose.cohort.as_ref().filter(|_| stage.cohort.is_some())?;
    let message = format!("this stage names users of its own, but the step is about `{named}`");
    let diagnostic = Diagnostic::error(codes::UNFIT_EXPOSURE, stage.span, message);
    Some(diagnostic.help("name them in one place"))
}

fn ends_full(strategy: &Strategy) -> Option<Diagnostic> {
    let last = strategy.stages.last()?;
    if last.weight == Decimal::ONE {
        return None;
    }
    let message = format!("`{}` ends at {}, not at 100%", strategy.name, percent_text(last.weight));
    let diagnostic = Diagnostic::error(codes::NOT_TO_FULL, last.span, message)
        .note("of a flag, 100% is all that the step raises it to: `expose … to 50%` ends with half of the users")
        .help("add a last stage: `100%`");
    Some(diagnostic)
}

fn shown_already(step: &Step, expose: &Expose) -> Option<Diagnostic> {
    let flag = &expose.flag;
    if !flag.default {
        return None;
    }
    let message = format!("everybody sees `{}` already, so nothing can be exposed", flag.name);
    let diagnostic = Diagnostic::error(codes::UNFIT_EXPOSURE, step.span, message)
        .also(flag.span, "`default` is `true` here: those see it to whom it is not exposed")
        .help("take `default` out of the flag");
    Some(diagnostic)
}
