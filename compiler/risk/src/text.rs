//! The report for people: the same lines in a terminal, in a pull request and in an editor. The summary stands last.

use std::fmt::Write as _;

use plan::Place;

use crate::duration::shown;
use crate::report::{LetsThrough, Limit, Odds, Report, RolloutRisk, Sight, Spend, StageRisk, Time, WayBack};
use crate::words::{counted, digits, percent};

/// A report as lines.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut out = format!("{} {}\n", report.workflow, report.digest);
    for risk in &report.rollouts {
        rollout(&mut out, risk);
    }
    time(&mut out, &report.time);
    section(
        &mut out,
        "no way back",
        report.irreversible.iter().map(|it| format!("{}{}: {}", it.node, at(it.place.as_ref()), it.why)),
    );
    section(
        &mut out,
        "accepted",
        report.acceptances.iter().map(|it| format!("{} until {}: {}", it.proof, it.until, it.because)),
    );
    section(&mut out, "runbooks", report.runbooks.iter().map(|it| format!("{}: {}", it.of, it.url)));
    section(
        &mut out,
        "not checked",
        report.unchecked.iter().map(|it| format!("{}: {}; {}", it.proof, it.what, it.why)),
    );
    out += &summary(report);
    out
}

/// The last line: what a reviewer looks at first.
#[must_use]
pub fn summary(report: &Report) -> String {
    let worst = report.rollouts.iter().flat_map(|it| &it.stages).flat_map(|it| &it.spends);
    let worst = worst.max_by(|a, b| a.worst.total_cmp(&b.worst));
    let endless = report.rollouts.iter().flat_map(|it| &it.stages).flat_map(|it| &it.spends).any(|it| !it.ends);
    let cost = match worst {
        None => "cost unknown".to_owned(),
        Some(_) if endless => "no limit to what it may cost".to_owned(),
        Some(spend) => format!("at worst {} of the budget of {}", percent(spend.worst), spend.objective),
    };
    let longest = report.time.longest_ms.map_or("no limit".to_owned(), |ms| format!("at most {}", shown(ms)));
    let blind = report.rollouts.iter().flat_map(|it| &it.stages).flat_map(|it| &it.sights);
    let blind = blind.filter(|it| it.unknown.is_some() || it.fails_from.is_none()).count();
    format!(
        "\nsummary: {cost}; {} to {longest}; {} without a way back; {} of a gate blind; {} not checked\n",
        shown(report.time.shortest_ms),
        counted(report.irreversible.len(), "step"),
        counted(blind, "condition"),
        counted(report.unchecked.len(), "proof"),
    )
}

fn rollout(out: &mut String, risk: &RolloutRisk) {
    let traffic = risk.traffic.map_or("traffic unknown".to_owned(), |it| format!("{}..{} req/s", it.least, it.most));
    let _ = writeln!(out, "\n{} by {}{}: {traffic}", risk.rollout, risk.strategy, at(risk.place.as_ref()));
    out.push_str(&stages(&risk.stages));
    let sights = risk.stages.iter().flat_map(|stage| stage.sights.iter().map(move |it| sight(stage, it)));
    section_at(out, "  what the gates can tell", "    ", sights);
    section_at(out, "  what it may spend", "    ", risk.limits.iter().map(limit));
    section_at(out, "  what they let through", "    ", risk.lets_through.iter().map(lets_through));
    section_at(out, "  way back", "    ", std::iter::once(way_back(&risk.back)));
}

fn stages(stages: &[StageRisk]) -> String {
    let head = ["stage", "hold", "requests", "gate", "costs, if all of its requests fail", "at worst"];
    let rows = stages.iter().map(|stage| {
        [
            stage.stage.clone(),
            shown(stage.hold_ms),
            stage.requests.map_or("unknown".to_owned(), |(least, most)| format!("{least}..{most}")),
            stage.gate.clone().unwrap_or_else(|| "none".to_owned()),
            joined(&stage.spends, outright),
            joined(&stage.spends, worst),
        ]
    });
    let rows: Vec<[String; 6]> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("  {}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn joined(spends: &[Spend], text: impl Fn(&Spend) -> String) -> String {
    match spends {
        [] => "unknown".to_owned(),
        several => several.iter().map(text).collect::<Vec<_>>().join(", "),
    }
}

/// What it costs when every request of the release fails.
#[must_use]
pub fn outright(spend: &Spend) -> String {
    match (spend.outright_ends, spend.outright > 0.0) {
        (true, _) => format!("{} of {}", percent(spend.outright), spend.objective),
        (false, true) => format!("{} of {}, and more", percent(spend.outright), spend.objective),
        (false, false) => "no limit: nobody looks".to_owned(),
    }
}

/// What it costs at worst.
#[must_use]
pub fn worst(spend: &Spend) -> String {
    match (spend.ends, spend.worst > 0.0) {
        (true, _) => format!("{} when {} fail", percent(spend.worst), percent(spend.worst_at)),
        (false, true) => {
            format!("{} when {} fail, and on until a person ends it", percent(spend.worst), percent(spend.worst_at))
        }
        (false, false) => "no limit".to_owned(),
    }
}

fn sight(stage: &StageRisk, sight: &Sight) -> String {
    let gate = stage.gate.as_deref().unwrap_or_default();
    format!("{gate} at {}: `{}` {}", stage.stage, sight.condition, tells(sight))
}

/// What a condition can tell.
#[must_use]
pub fn tells(sight: &Sight) -> String {
    let least = sight.least.map(|least| format!("; no test tells it with fewer than {least}")).unwrap_or_default();
    if let Some(why) = &sight.unknown {
        return format!("is not computed, {why}{least}");
    }
    let usual = sight.usual.map(|usual| format!(" (usual {})", percent(usual))).unwrap_or_default();
    let tells = match sight.fails_from {
        Some(rate) => format!("fails from {} bad on{usual}", percent(rate)),
        None => format!("cannot fail within the stage, whatever happens{usual}"),
    };
    let passes = match sight.needed_to_pass {
        Some(needed) => format!("an unchanged release passes with {needed}"),
        None => "an unchanged release never passes".to_owned(),
    };
    let odds = sight.odds.as_ref().map(odds).unwrap_or_default();
    let seen = counted(usize::try_from(sight.seen).unwrap_or(usize::MAX), "request");
    format!("sees {seen}; {tells}; {passes}{least}{odds}")
}

/// What becomes of releases under a limit.
fn odds(odds: &Odds) -> String {
    let edge = format!("{} and {} of those at the limit", percent(odds.limit_passes), percent(odds.limit_fails));
    match (odds.usual_passes, odds.usual_fails) {
        (Some(passes), Some(fails)) => {
            format!("; by its end it passes {} and fails {} of usual releases, {edge}", percent(passes), percent(fails))
        }
        _ => format!("; by its end it passes and fails {edge}"),
    }
}

/// A limit and what comes of it, stage by stage.
#[must_use]
pub fn limit(limit: &Limit) -> String {
    let stages = limit.stages.iter().map(|it| {
        let until = if it.told { "" } else { ", nothing tells it" };
        format!("{} for {} {}{until}", it.stage, shown(it.lasts_ms), percent(it.spent))
    });
    let stages: Vec<String> = stages.collect();
    let (spent, allowed) = (percent(limit.spent), percent(limit.allowed));
    format!("{spent} of {}, of {allowed} that it may: {}", limit.objective, stages.join(" + "))
}

/// What a gate passes although it breaks an objective.
#[must_use]
pub fn lets_through(it: &LetsThrough) -> String {
    let (allowed, burn) = (percent(it.allowed), digits(it.burn));
    format!(
        "{} passes up to {allowed} bad by `{}`: {} then burns {burn} times too fast",
        it.gate, it.condition, it.objective
    )
}

/// What brings a rollout back, and until when.
#[must_use]
pub fn way_back(back: &WayBack) -> String {
    let until = back.until.as_ref().map_or("at any time".to_owned(), |node| format!("until {node}"));
    let (traffic, longest) = (shown(back.traffic_ms), shown(back.longest_ms));
    format!("{until}, in {}: traffic within {traffic}, all within {longest}", counted(back.steps.len(), "step"))
}

/// How long a stage is held, who watches it, what it gets, and what it can cost.
#[must_use]
pub fn stage(stage: &StageRisk) -> String {
    let requests =
        stage.requests.map_or("requests unknown".to_owned(), |(least, most)| format!("{least}..{most} requests"));
    let watched = stage.gate.as_ref().map_or("unwatched".to_owned(), |gate| format!("while {gate}"));
    let costs = stage.spends.iter().map(|it| format!("; if all fail {}, at worst {}", outright(it), worst(it)));
    let costs: String = costs.collect();
    format!("{} {watched}, {requests}{costs}", shown(stage.hold_ms))
}

/// How long a plan takes: at least, and at most.
#[must_use]
pub fn times(time: &Time) -> String {
    let longest = time.longest_ms.map_or("without a limit".to_owned(), |ms| format!("at most {}", shown(ms)));
    format!("at least {}, {longest}", shown(time.shortest_ms))
}

fn time(out: &mut String, time: &Time) {
    let _ = writeln!(out, "\ntime: {}", times(time));
    for wait in &time.waits {
        let most = wait.at_most_ms.map_or(String::new(), |ms| format!(", at most {}", shown(ms)));
        let _ = writeln!(out, "  {}: {}{most}", wait.at, wait.why);
    }
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        out.push('\n');
        section_at(out, title, "  ", lines.into_iter());
    }
}

fn section_at(out: &mut String, title: &str, indent: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        let _ = writeln!(out, "{title}");
    }
    for line in lines {
        let _ = writeln!(out, "{indent}{line}");
    }
}

fn at(place: Option<&Place>) -> String {
    place.map(|place| format!(" ({place})")).unwrap_or_default()
}
