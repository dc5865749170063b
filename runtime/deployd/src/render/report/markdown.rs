//! The report as Markdown.

use std::fmt::Write;

use machine::event::Started;
use machine::evidence::Evidence;

use super::{Effect, Other, Report, Said};
use crate::render::units::{between, count, duration, utc};
use crate::render::words;

impl Report {
    /// For people: tables, in the order of the journal.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("# Run {}\n\n", self.run);
        self.head(&mut text);
        section(&mut text, "What people said", &["when", "who", "what", "why"], self.said.iter().map(said));
        let looked = ["when", "gate", "verdict", "requests", "why", "each condition"];
        section(&mut text, "Verdicts and their evidence", &looked, self.looks.iter().map(look));
        let done = ["when", "step", "asked of", "what", "attempt", "outcome", "after", "key"];
        section(&mut text, "Effects and their outcomes", &done, self.effects.iter().map(effect));
        section(&mut text, "Everything else", &["when", "what", "record"], self.others.iter().map(other));
        self.foot(&mut text);
        text
    }

    fn head(&self, text: &mut String) {
        let mut rows = self.started.as_ref().map(started).unwrap_or_default();
        rows.push(["from".to_owned(), utc(self.from_ms)]);
        rows.push(["to".to_owned(), format!("{} ({})", utc(self.to_ms), duration(between(self.from_ms, self.to_ms)))]);
        table(text, &["", ""], rows.into_iter());
    }

    fn foot(&self, text: &mut String) {
        let chain = match &self.broken {
            None => {
                format!("{}, the chain of hashes holds, its head is `{}`.", count(self.records, "record"), self.hash)
            }
            Some(broken) => format!("**The journal is damaged: {broken}.** What follows the damage proves nothing."),
        };
        // Writing to a string cannot fail.
        let _ = write!(text, "## The journal\n\n{chain}\n");
    }
}

fn started(started: &Started) -> Vec<[String; 2]> {
    let mut rows = vec![
        ["started by".to_owned(), format!("{} (uid {})", started.actor.name, started.actor.uid)],
        ["plan".to_owned(), format!("`{}`", String::from(started.plan.clone()))],
        ["project".to_owned(), started.root.display().to_string()],
        ["key".to_owned(), format!("`{}`", started.key)],
    ];
    rows.extend(started.parameters.iter().map(|(name, value)| [format!("parameter `{name}`"), format!("`{value}`")]));
    rows
}

fn said(said: &Said) -> [String; 4] {
    let signal = &said.signal;
    let who = format!("{} (uid {})", signal.actor.name, signal.actor.uid);
    [utc(said.at_ms), who, signal.kind.word().to_owned(), signal.reason.clone().unwrap_or_default()]
}

fn look(evidence: &Evidence) -> [String; 6] {
    let gate = if evidence.gate.is_empty() { "(no gate)" } else { &evidence.gate };
    let conditions: Vec<String> = evidence.conditions.iter().map(condition).collect();
    [
        utc(evidence.at_ms),
        gate.to_owned(),
        words::verdict(evidence.verdict).0.to_owned(),
        format!("{} of at least {}", evidence.n, evidence.at_least),
        evidence.cause.clone(),
        conditions.join("; "),
    ]
}

fn condition(condition: &machine::evidence::ConditionEvidence) -> String {
    let (low, high) = condition.interval;
    let amount = |value| words::amount(condition, value);
    let tested = condition.tested.map_or_else(String::new, |it| {
        let (fail, fail_at, pass, pass_at) = (it.ln_e_fail, it.fail_at, it.ln_e_pass, it.pass_at);
        format!(", ln e fail {fail:.2} of {fail_at:.2}, pass {pass:.2} of {pass_at:.2}")
    });
    format!(
        "`{}`: {}{} ({}, {} in [{}, {}], limit {}{tested}, {})",
        condition.text,
        words::verdict(condition.verdict).0,
        if condition.advisory { ", advisory" } else { "" },
        words::seen(&condition.judged),
        amount(condition.estimate),
        amount(low),
        amount(high),
        amount(condition.limit),
        condition.statistic
    )
}

fn effect(effect: &Effect) -> [String; 8] {
    let after = effect.settled_ms.map(|settled| duration(between(effect.at_ms, settled))).unwrap_or_default();
    [
        utc(effect.at_ms),
        effect.node.clone(),
        effect.provider.clone(),
        effect.asked(),
        effect.attempt.to_string(),
        effect.outcome.clone().unwrap_or_else(|| "**not known**".to_owned()),
        after,
        format!("`{}`", effect.key),
    ]
}

fn other(other: &Other) -> [String; 3] {
    [utc(other.at_ms), other.kind.clone(), format!("`{}`", other.body)]
}

fn section<const N: usize>(
    text: &mut String,
    title: &str,
    head: &[&str; N],
    rows: impl ExactSizeIterator<Item = [String; N]>,
) {
    if rows.len() > 0 {
        let _ = write!(text, "## {title}\n\n");
        table(text, head, rows);
    }
}

fn table<const N: usize>(text: &mut String, head: &[&str; N], rows: impl Iterator<Item = [String; N]>) {
    let _ = writeln!(text, "| {} |", head.join(" | "));
    let _ = writeln!(text, "|{}", "---|".repeat(N));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.map(|cell| escaped(&cell)).join(" | "));
    }
    text.push('\n');
}

/// A cell stays one cell, and what a provider or a person wrote does not become markup of the page.
fn escaped(cell: &str) -> String {
    let plain: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.replace('|', "\\|").replace('<', "&lt;")
}
