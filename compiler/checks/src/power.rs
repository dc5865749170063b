//! P3: a gate can tell what it asks for: detect a release that is just too bad, and pass an ordinary one.
//!
//! The bounds are those of [`statistics::Question`], which hold for every test; the risk report asks the same function.

use diagnostics::{Diagnostic, codes};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use semantics::model::{Arm, Bind, Condition};
use semantics::units::percent_text;
use statistics::{Question, Telling};

use crate::asked::{Asked, seen};
use crate::places::Places;
use crate::questions::{level, question};
use crate::spoken::{percent, spoken};

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    Asked::all(places).filter_map(|asked| Some(asked.located(asked.finding()?))).collect()
}

/// The steps in which traffic is shared: 0.01 %.
const FINEST: Decimal = Decimal::from_parts(1, 0, 0, false, 4);

/// A condition that no ordinary release meets, however many requests there are.
pub(crate) fn never(asked: &Asked<'_>) -> Option<Diagnostic> {
    let (condition, question) = questions(asked, asked.weight).find(|(_, question)| !question.can_pass())?;
    let (usual, allowed) = question.rates()?;
    let declared = condition.metric.usual.is_some();
    let message = match question {
        Question::Limit { .. } | Question::Quantile { .. } => format!(
            "`{}` never passes an ordinary release: {} of its requests are bad, and at most {} may be",
            asked.gate.name,
            percent(usual),
            percent(allowed)
        ),
        Question::Beside { .. } => format!(
            "`{}` never passes a release that is as good as the other arm: it asks for a better one",
            asked.gate.name
        ),
    };
    let diagnostic = Diagnostic::error(codes::NEVER_PASSES, asked.at, message).also(condition.span, "the condition");
    let diagnostic =
        if declared { diagnostic.also(condition.metric.span, "`usual` says what is ordinary") } else { diagnostic };
    Some(diagnostic.help("allow more than what is usual: a margin such as `+ 0.5pp`, or a higher limit"))
}

/// Without declared traffic only the gate itself can see to it that it has seen enough.
pub(crate) fn undeclared(asked: &Asked<'_>) -> Option<Diagnostic> {
    let enough = |question: &Question| question.told_by(asked.gate.at_least, level(asked.gate));
    let (condition, question) = questions(asked, asked.weight).find(|(_, question)| !enough(question))?;
    let told = question.needed(level(asked.gate))?;
    let (name, least) = (&asked.gate.name, asked.gate.at_least);
    let why = match asked.cohort {
        true => "of a part of the users nobody declares the traffic",
        false => "no traffic is declared",
    };
    let message = format!("{why}, and {least} requests do not settle `{name}`: {}", needs(question, told));
    let diagnostic = Diagnostic::error(codes::TOO_LITTLE_ASKED, asked.at, message)
        .also(condition.span, "this cannot be told with fewer")
        .also(asked.gate.span, "the gate")
        .help(format!("write `at least {} requests` in the gate, or declare the traffic", told.least()));
    Some(diagnostic)
}

/// A condition that no test settles with the requests of the hold at this traffic.
pub(crate) fn blind(asked: &Asked<'_>, bind: &Bind, rate: Decimal, ceiling: bool) -> Option<Diagnostic> {
    let sees = asked.seen(rate, asked.counted_ms()?)?;
    let count = sees.to_u64()?;
    let hidden = |question: &Question| !question.told_by(count, level(asked.gate));
    let (condition, question) = questions(asked, asked.weight).find(|(_, question)| hidden(question))?;
    let told = question.needed(level(asked.gate));
    let (share, traffic) = (percent_text(asked.share().normalize()), rate.normalize());
    let hold = spoken(asked.hold_ms);
    let needed = told.map_or_else(|| "no number of requests tells it".to_owned(), |told| needs(question, told));
    let remedy = told.map_or_else(String::new, |told| remedy(asked, condition, told, rate));
    let message =
        format!("`{}` is blind: {share} of {traffic} req/s for {hold} sees {sees}; {needed}{remedy}", asked.gate.name);
    let (code, which) = match ceiling {
        true => (codes::BLIND_GATE, "even the highest traffic"),
        false => (codes::BLIND_AT_LEAST, "the lowest traffic"),
    };
    let diagnostic = match ceiling {
        true => Diagnostic::error(code, asked.at, message),
        false => Diagnostic::warning(code, asked.at, format!("{message}, at the lowest traffic")),
    };
    let diagnostic = diagnostic
        .also(condition.span, "this is to be told")
        .also(bind.span, format!("{which} is {traffic} req/s"))
        .note("no test tells it with fewer requests, whatever its kind and however often it looks")
        .help("hold longer, begin at a larger weight, or allow a larger margin");
    Some(diagnostic)
}

fn questions<'a>(asked: &'a Asked<'_>, weight: Decimal) -> impl Iterator<Item = (&'a Condition, Question)> {
    let conditions = asked.gate.conditions.iter();
    conditions.filter_map(move |condition| Some((condition, question(asked, condition, weight)?)))
}

/// What it takes, in a sentence.
fn needs(question: Question, told: Telling) -> String {
    let least = told.least();
    match question.rates() {
        Some((usual, allowed)) => format!(
            "telling {} from {} takes {} requests to detect and {} to pass",
            percent(usual),
            percent(allowed),
            told.detect,
            told.pass
        ),
        None => format!("bounding this quantile takes {least} requests"),
    }
}

/// The hold that would do, or the weight.
fn remedy(asked: &Asked<'_>, condition: &Condition, told: Telling, rate: Decimal) -> String {
    let hold = asked.hold_for(Decimal::from(told.least()), rate).filter(|_| !rate.is_zero());
    let weight = lightest(asked, condition, rate).map(|weight| format!("begin at {}", percent_text(weight)));
    let hold = hold.map(|hold| format!("{} {}", asked.verb, spoken(hold)));
    let either: Vec<String> = hold.into_iter().chain(weight).collect();
    if either.is_empty() { String::new() } else { format!(": {}", either.join(", or ")) }
}

/// The least weight at which the hold is long enough. An arm beside it loses what the judged one gains, so that beyond one
/// half nothing is won.
fn lightest(asked: &Asked<'_>, condition: &Condition, rate: Decimal) -> Option<Decimal> {
    if !matches!(asked.gate.arm, Arm::Canary | Arm::Shadow) {
        return None;
    }
    let counted = asked.counted_ms()?;
    let enough = |steps: i64| {
        let weight = Decimal::from(steps).checked_mul(FINEST)?;
        let count = seen(rate, asked.share_at(weight), counted)?.to_u64()?;
        Some(question(asked, condition, weight)?.told_by(count, level(asked.gate)))
    };
    let most = if asked.gate.against.is_some() { 5_000 } else { 10_000 };
    let (mut low, mut high) = ((asked.weight / FINEST).floor().to_i64()?, most);
    if low >= high || !enough(high)? {
        return None;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if enough(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
    // A tenth of a percent is as fine as people write weights.
    let readable = if high > 100 { (high + 9) / 10 * 10 } else { high };
    Decimal::from(readable).checked_mul(FINEST).map(|weight| weight.normalize())
}
