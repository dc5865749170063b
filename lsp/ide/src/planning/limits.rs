//! P12: limits of what a rollout may spend that do not hold, as findings at their places in the sources.

use diagnostics::{Diagnostic, Span, codes};
use plan::Plan;
use risk::{Broken, Limit, broken as broken_limits, remedy, text};

use super::Places;

/// The limits of a plan that do not hold; the places are those with which the plan was made.
pub(crate) fn broken(plan: &Plan, places: &Places<'_>) -> Vec<Diagnostic> {
    let at = |key: String| plan.source_map.get(&key).and_then(|place| places.shown(place));
    let found = broken_limits(plan).into_iter().filter_map(|it| match it {
        Broken::NoBudget { rollout, service } => {
            Some(without_budget(at(format!("spend:{rollout}"))?, &service, at(format!("service:{service}"))))
        }
        Broken::Overspent { rollout, limit } => {
            let objective = at(format!("slo:{}", limit.objective));
            Some(overspent(at(format!("spend:{rollout}"))?, &limit, objective, places))
        }
    });
    found.collect()
}

fn without_budget(at: Span, service: &str, declared: Option<Span>) -> Diagnostic {
    let message = format!("`{service}` has no error budget of which a share could be spent");
    let diagnostic = Diagnostic::error(codes::NO_BUDGET, at, message)
        .help(format!("declare what its users were promised: `slo availability for {service} {{ … }}`"));
    match declared {
        Some(span) => diagnostic.also(span, "the service"),
        None => diagnostic,
    }
}

fn overspent(at: Span, limit: &Limit, objective: Option<Span>, places: &Places<'_>) -> Diagnostic {
    let message = format!("if all requests of a release fail, this rollout could spend {}", text::limit(limit));
    let mut diagnostic = Diagnostic::error(codes::OVERSPENT, at, message);
    if let Some(span) = objective {
        diagnostic = diagnostic.also(span, "the budget");
    }
    let dearest = limit.stages.iter().max_by(|a, b| a.spent.total_cmp(&b.spent));
    if let Some(span) = dearest.and_then(|stage| places.shown(stage.place.as_ref()?)) {
        diagnostic = diagnostic.also(span, "this stage costs most");
    }
    diagnostic.help(remedy(limit))
}
