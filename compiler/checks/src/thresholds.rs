//! P3: a limit is not the objective itself.

use std::ops::RangeInclusive;

use diagnostics::{Diagnostic, codes};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use semantics::model::{Bound, Condition, Objective, Reading, Slo};
use statistics::{Threshold, operating};

use crate::asked::Asked;
use crate::places::Places;
use crate::questions::{exact, level};
use crate::spoken::percent;

/// The chances at which a line is crossed as by the flip of a coin.
const COIN: RangeInclusive<f64> = 0.25..=0.75;

pub(crate) fn check(places: &Places<'_>, objectives: &[Slo]) -> Vec<Diagnostic> {
    Asked::all(places).filter_map(|asked| Some(asked.located(coin_flip(&asked, objectives)?))).collect()
}

/// A limit that a release which just keeps an objective crosses by chance.
fn coin_flip(asked: &Asked<'_>, objectives: &[Slo]) -> Option<Diagnostic> {
    let (_, _, high) = asked.traffic()?;
    let n = asked.seen(high, asked.counted_ms()?)?.to_u64().filter(|n| *n > 0)?;
    let own = objectives.iter().filter(|slo| slo.service == asked.service.name);
    let mut pairs = own.flat_map(|slo| slo.objectives.iter().map(move |objective| (slo, objective)));
    let (slo, condition, kept, limit) = pairs.find_map(|(slo, objective)| {
        let kept = exact(Decimal::ONE - objective.objective);
        let (condition, limit) = asked.gate.conditions.iter().find_map(|condition| {
            let limit = limit_of(condition, objective)?;
            let over = Threshold { limit, in_a_row: 1 }.one_interval(n, kept);
            COIN.contains(&over).then_some((condition, limit))
        })?;
        Some((slo, condition, kept, limit))
    })?;
    let alpha = level(asked.gate);
    let becomes = operating(n, limit, kept, alpha, alpha);
    let message = format!(
        "`{}` allows what `{}` promises: of releases that just keep it, with {n} requests each, {} pass, {} fail, and the \
         rest stay undecided",
        asked.gate.name,
        slo.name,
        percent(becomes.passes),
        percent(becomes.fails)
    );
    let diagnostic = Diagnostic::warning(codes::COIN_FLIP, asked.at, message)
        .also(condition.span, format!("a limit of {}", percent(limit)))
        .also(slo.span, format!("{} may be bad", percent(kept)))
        .note("a plain threshold there flips a coin")
        .help("set the limit apart from the objective, or compare with another arm");
    Some(diagnostic)
}

/// The limit of a condition that reads what the objective is about.
fn limit_of(condition: &Condition, objective: &Objective) -> Option<f64> {
    let same = match (&condition.reading, objective.under_ms) {
        (Reading::Whole, None) => true,
        (Reading::Over(ms), Some(under)) => *ms == under,
        (Reading::Whole | Reading::Over(_) | Reading::Quantile(_), _) => false,
    };
    if !same || condition.advisory || condition.metric.name != objective.metric.name {
        return None;
    }
    match &condition.bound {
        Bound::Constant(limit) | Bound::Burn { limit, .. } => Some(exact(*limit)),
        Bound::Against { .. } | Bound::Beside { .. } | Bound::Limit(_) => None,
    }
}
