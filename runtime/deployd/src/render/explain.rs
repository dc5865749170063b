//! Why a gate said what it said: its looks, and the deciding one in full.

use engine::LOOKS_MAX;
use machine::evidence::{ArmSeen, ConditionEvidence, Evidence, Verdict};

use super::table::{Cell, cell, table};
use super::text::{Line, Paint};
use super::units::{self, duration, rate, utc};
use super::words;

/// The looks at a gate, in order.
pub(crate) fn explain(gate: &str, looks: &[Evidence]) -> Vec<Line> {
    let Some(decided) = deciding(looks) else {
        return vec![Line::plain(&format!("gate {gate} was not looked at yet"))];
    };
    let mut lines = vec![heading(gate, looks.len(), decided)];
    let head = ["TIME", "STEP", "WINDOW", "VERDICT", "N", "ESTIMATE", "LIMIT", "WHY"];
    lines.extend(table(&head, telling(looks).into_iter().map(row).collect()));
    lines.push(Line::default());
    lines.push(conclusion(decided));
    decided.conditions.iter().for_each(|condition| lines.extend(detail(condition)));
    lines.extend(decided.runbooks.iter().map(|link| fact("read", &link.to_string())));
    lines.push(fact("confidence", &format!("{}, at all looks together", units::confidence(&decided.confidence))));
    lines
}

/// The last look with a verdict, else the last.
fn deciding(looks: &[Evidence]) -> Option<&Evidence> {
    looks.iter().rfind(|look| look.verdict != Verdict::Inconclusive).or_else(|| looks.last())
}

fn heading(gate: &str, count: usize, decided: &Evidence) -> Line {
    let place = decided.place.as_ref().map(|place| format!(" · {place}")).unwrap_or_default();
    let counted = match count {
        1 => "1 look".to_owned(),
        LOOKS_MAX.. => format!("{count} looks or more, of which these tell most"),
        _ => format!("{count} looks"),
    };
    Line::of(&format!("gate {gate}"), Paint::Strong).and(&format!("{place} · {counted}"), Paint::Plain)
}

/// The first look, the last, and every one that said something else, or stood elsewhere, than the one before.
fn telling(looks: &[Evidence]) -> Vec<&Evidence> {
    let changed = |at: usize| match (at.checked_sub(1).and_then(|before| looks.get(before)), looks.get(at)) {
        (Some(before), Some(now)) => before.verdict != now.verdict || before.node != now.node,
        (None, _) | (_, None) => true,
    };
    let last = looks.len().saturating_sub(1);
    looks.iter().enumerate().filter(|(at, _)| *at == last || changed(*at)).map(|(_, look)| look).collect()
}

fn row(look: &Evidence) -> Vec<Cell> {
    let (verdict, paint) = words::verdict(look.verdict);
    let condition = words::deciding(look);
    let of = |value: fn(&ConditionEvidence) -> Option<f64>| {
        condition.map_or_else(|| "-".to_owned(), |condition| words::amount(condition, value(condition)))
    };
    vec![
        cell(utc(look.at_ms)),
        cell(&look.node),
        cell(duration(look.window_ms)),
        (verdict.to_owned(), paint),
        cell(look.n.to_string()),
        cell(of(|condition| condition.estimate)),
        cell(of(|condition| condition.limit)),
        cell(&look.cause),
    ]
}

fn conclusion(look: &Evidence) -> Line {
    let (verdict, paint) = words::verdict(look.verdict);
    let share = look.observed_share.map(|share| format!(", {} of the traffic", rate(share))).unwrap_or_default();
    Line::of(verdict, paint).and(
        &format!(
            " at {} in {}, window {}, n {} (at least {}){share}: {}",
            utc(look.at_ms),
            look.node,
            duration(look.window_ms),
            look.n,
            look.at_least,
            look.cause
        ),
        Paint::Plain,
    )
}

fn detail(condition: &ConditionEvidence) -> Vec<Line> {
    let (verdict, paint) = words::verdict(condition.verdict);
    let against = condition.against.as_ref().map(|seen| format!(" against {}", arm(seen))).unwrap_or_default();
    let amount = |value| words::amount(condition, value);
    let (low, high) = condition.interval;
    let say = if condition.advisory { " (advisory: it has no say)" } else { "" };
    let place = condition.place.as_ref().map(|place| fact("written at", &place.to_string()));
    let mut lines = vec![
        Line::default(),
        Line::of("  ", Paint::Plain)
            .and(&condition.text, Paint::Strong)
            .and(": ", Paint::Plain)
            .and(verdict, paint)
            .and(say, Paint::Faint),
        fact("metric", &format!("{}: {}{against}", condition.metric, arm(&condition.judged))),
        fact("estimate", &format!("{} in [{}, {}]", amount(condition.estimate), amount(low), amount(high))),
        fact("limit", &amount(condition.limit)),
        fact("statistic", &condition.statistic),
    ];
    if let Some(tested) = condition.tested {
        lines.push(fact("to fail", &format!("ln e {:.2}, decides at {:.2}", tested.ln_e_fail, tested.fail_at)));
        lines.push(fact("to pass", &format!("ln e {:.2}, decides at {:.2}", tested.ln_e_pass, tested.pass_at)));
    }
    lines.extend(place);
    lines
}

fn arm(seen: &ArmSeen) -> String {
    format!("{} {}", seen.arm.word(), words::seen(seen))
}

fn fact(name: &str, text: &str) -> Line {
    Line::of(&format!("    {name:11}"), Paint::Faint).and(text, Paint::Plain)
}
