//! P2: what a gate reads of an arm is of that arm.

use diagnostics::{Diagnostic, codes};
use semantics::model::{Arm, Condition, Mixed};

use crate::asked::Asked;
use crate::places::Places;

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    let asked = Asked::all(places).filter(|asked| asked.gate.arm != Arm::Service);
    asked.filter_map(|asked| Some(asked.located(mixed(&asked)?))).collect()
}

/// A condition whose query says the same of every arm.
fn mixed(asked: &Asked<'_>) -> Option<Diagnostic> {
    let conditions = asked.gate.conditions.iter();
    let (condition, mixed): (&Condition, Mixed) =
        conditions.filter_map(|it| Some((it, it.metric.mixes_releases()?))).next()?;
    let (gate, metric) = (&asked.gate.name, &condition.metric.name);
    let (message, help) = match mixed {
        Mixed::Whole => (
            format!("`{metric}` is computed of all releases together, so `{gate}` does not see the one that it judges"),
            "select the series alone, `promql \"http_requests_total{code=~'5..'}\"`, or say which: `{version=$release}`",
        ),
        Mixed::Pinned(label) => (
            format!("`{metric}` selects `{label}` itself, whichever release `{gate}` judges"),
            "leave the label out: the runtime adds the one of the release that is judged",
        ),
    };
    let diagnostic = Diagnostic::error(codes::MEASURES_ANOTHER, asked.at, message)
        .also(condition.span, "read here")
        .also(condition.metric.span, "the metric")
        .help(help);
    Some(diagnostic)
}
