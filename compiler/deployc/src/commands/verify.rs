//! `deployc verify`: every single fault at every instant of a plan, and random pairs, on the machine that carries it out.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use simulator::timeline::{Told, story, timeline};
use simulator::verify::{Counterexample, LeftOut, Verified, Wanted, verify};

use crate::compile::compile;
use crate::console::{Console, VERSION, counted};
use crate::failure::{Failure, NO, NOT_RUN};
use crate::plan_file;

const EXAMPLES: &str = "\
Examples:
  deployc verify --workflow release
  deployc verify --plan release.plan.json
  deployc verify --workflow release --seeds 100000 --seed 10000
  deployc verify --workflow release --format json

Exit codes:
  0 every run ended safe · 1 one did not, or the project has errors · 11 every run ended safe, and a part of the plan
  or of its faults was not tried";

/// Try a workflow against every single fault at every instant, and against random pairs of faults
///
/// The plan is carried out by the runtime's own machine in simulated time, again and again: each time something else goes
/// wrong, in providers, gates, approvals, the store, the clock or the runtime, or somebody aborts. What is left behind is
/// read from the simulated world, not from the machine. Nothing is deployed.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// A file or folder of the project [default: the current folder]
    #[arg(conflicts_with = "plan")]
    path: Option<PathBuf>,
    /// The workflow [default: the only one]
    #[arg(long, value_name = "NAME", conflicts_with = "plan")]
    workflow: Option<String>,
    /// A plan that `deployc build` has written, instead of a project
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// How many random pairs of faults
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    seeds: u64,
    /// The number of the first pair
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Every fault at every instant, however large the plan is
    #[arg(long)]
    exhaustive: bool,
}

impl Verify {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        let plan = match &self.plan {
            Some(file) => read(file)?,
            None => compile(console, self.path.as_deref(), self.workflow.as_deref())?.plan,
        };
        let verified = verify(&plan, &self.wanted()).map_err(|why| {
            Failure::refused(format!("the plan cannot be verified: {why}"), "build it with this version of deployc")
        })?;
        if console.json() {
            console.answer(&json!({ "version": VERSION, "verified": answer(&plan, &verified) }))?;
        } else {
            console.print(text(&plan, &verified).as_bytes())?;
        }
        Ok(match (verified.is_safe(), verified.is_whole()) {
            (false, _) => NO,
            (true, false) => NOT_RUN,
            (true, true) => 0,
        })
    }

    fn wanted(&self) -> Wanted {
        Wanted {
            pairs: self.seeds,
            first: self.seed,
            instants_at_most: if self.exhaustive { u64::MAX } else { Wanted::INSTANTS },
            threads: std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX),
        }
    }
}

/// Threads beyond which a laptop has something better to do.
const THREADS_MAX: usize = 8;

fn read(file: &Path) -> Result<plan::Plan, Failure> {
    let opened = plan_file::open(file).map_err(|error| {
        let message = format!("the plan `{}` cannot be read: {error}", file.display());
        Failure::usage(message, "name a file that `deployc build` has written")
    })?;
    plan_file::read(opened).map_err(|why| {
        let help = "build it again; who wants to see what a change by hand does takes its digest anew";
        Failure::refused(format!("`{}`: {why}", file.display()), help)
    })
}

fn text(plan: &plan::Plan, verified: &Verified) -> String {
    let steps = counted(usize::try_from(verified.steps).unwrap_or(usize::MAX), "step");
    let mut text = format!("{}: {steps}, {}\n\n", plan.body.workflow, plan.digest);
    if let Some(failing) = &verified.failing {
        text += &counterexample(failing);
        text += "\n";
    }
    text += &format!("{:<28}{:>10} schedules\n", "single faults", grouped(verified.singles));
    for (fault, schedules) in &verified.by_fault {
        text += &format!("  {fault:<26}{:>10}\n", grouped(*schedules));
    }
    text += &format!("{:<28}{:>10} schedules\n", "random pairs of faults", grouped(verified.pairs));
    text += &not_tried(plan, verified);
    text + "\n" + verdict(verified) + "\n"
}

/// What was left out, step by step; nothing where nothing was.
fn not_tried(plan: &plan::Plan, verified: &Verified) -> String {
    let mut lines = left_out(plan, &verified.left_out);
    if verified.is_safe() && verified.singles < verified.possible {
        let (singles, possible) = (grouped(verified.singles), grouped(verified.possible));
        lines.push(format!("  {singles} of {possible} single faults, spread evenly; `--exhaustive` tries all"));
    }
    if verified.is_safe() && verified.pairs < verified.pairs_wanted {
        let wanted = grouped(verified.pairs_wanted);
        lines.push(format!("  {} of {wanted} pairs; `--exhaustive` tries all", grouped(verified.pairs)));
    }
    if lines.is_empty() { String::new() } else { format!("\nnot verified\n{}\n", lines.join("\n")) }
}

/// What the machine cannot do, each with the steps that need it.
fn left_out(plan: &plan::Plan, all: &[LeftOut]) -> Vec<String> {
    let mut lines = Vec::new();
    for of_one in all.chunk_by(|one, other| one.requires == other.requires) {
        let LeftOut { what, requires, .. } = &of_one[0];
        lines.push(format!("  the machine cannot {what} (`{requires}`)"));
        lines.extend(of_one.iter().map(|it| {
            let at = place_of(plan, &it.step).map(|at| format!(" ({}:{})", at.file, at.line)).unwrap_or_default();
            format!("    {}{at}", it.step)
        }));
    }
    lines
}

/// Where the sources say a step; of a whole rollout or step with modifiers, where its first node stands.
fn place_of<'p>(plan: &'p plan::Plan, step: &str) -> Option<&'p plan::Place> {
    let is_of = |node: &&plan::Node| node.rollout.as_deref() == Some(step) || node.scope.as_deref() == Some(step);
    let first = || plan.body.nodes.iter().find(is_of).and_then(|node| plan.source_map.get(&node.id.0));
    plan.source_map.get(step).or_else(first)
}

fn verdict(verified: &Verified) -> &'static str {
    match (verified.is_safe(), verified.is_whole()) {
        (false, _) => "a run did not end safe",
        (true, false) => "every run ended safe, of what was verified",
        (true, true) => "every run ended safe",
    }
}

fn counterexample(failing: &Counterexample) -> String {
    let Counterexample { case, schedule, left, found, .. } = failing;
    timeline(case, schedule, left, found)
}

fn answer(plan: &plan::Plan, verified: &Verified) -> Value {
    let by_fault = verified.by_fault.iter().map(|(fault, schedules)| json!({ "fault": fault, "schedules": schedules }));
    let left_out = verified.left_out.iter().map(|it| {
        let place = place_of(plan, &it.step);
        let (file, line) = (place.map(|at| at.file.as_str()), place.map(|at| at.line));
        json!({ "step": it.step, "requires": it.requires, "what": it.what, "file": file, "line": line })
    });
    json!({
        "workflow": plan.body.workflow,
        "plan": plan.digest,
        "steps": verified.steps,
        "single_faults": {
            "schedules": verified.singles,
            "possible": verified.possible,
            "by_fault": by_fault.collect::<Vec<_>>(),
        },
        "pairs": { "schedules": verified.pairs, "wanted": verified.pairs_wanted },
        "not_verified": left_out.collect::<Vec<_>>(),
        "safe": verified.is_safe(),
        "whole": verified.is_whole(),
        "counterexample": verified.failing.as_deref().map(shown),
    })
}

fn shown(failing: &Counterexample) -> Value {
    let Counterexample { case, schedule, left, found, pair } = failing;
    let broken = found.iter().map(|it| json!({ "rule": it.rule, "message": it.message }));
    let lines = story(case, left, found);
    json!({
        "pair": pair,
        "broken": broken.collect::<Vec<_>>(),
        "faults": schedule.faults_in_words(case),
        "timeline": lines.iter().map(|line| line_of(line, case)).collect::<Vec<_>>(),
    })
}

fn line_of(line: &Told, case: &simulator::Case) -> Value {
    let place = line.place(case);
    json!({
        "at_ms": line.at_ms,
        "kind": line.kind.word().to_lowercase(),
        "text": line.text,
        "step": line.node,
        "file": place.map(|at| at.file.as_str()),
        "line": place.map(|at| at.line),
    })
}

/// `12,345`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_have_their_thousands_apart() {
        let numbers = [0, 7, 999, 1_000, 12_345, 1_234_567].map(super::grouped);
        assert_eq!(numbers, ["0", "7", "999", "1,000", "12,345", "1,234,567"]);
    }
}
