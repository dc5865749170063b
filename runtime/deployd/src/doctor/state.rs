//! The database: whether this program can read it, whether SQLite finds it sound, and whether what was recorded is there.

use std::path::Path;

use machine::ports::store::Target;
use store::{audit, health, sqlite};

use super::Finding;
use crate::render::units::utc;

/// A clock this far behind the last record is behind, in milliseconds; less is the turning of a clock's wheels.
const BEHIND_MS: i64 = 2_000;

/// Adds what is found; false when there is nothing to read further.
pub(super) fn look(state: &Path, program: &str, now_ms: i64, findings: &mut Vec<Finding>) -> bool {
    findings.extend(library());
    findings.extend(lost_log(state));
    match readable(state, program) {
        Err(finding) => {
            findings.push(finding);
            return false;
        }
        Ok(complaints) => findings.extend(complaints),
    }
    findings.extend(recorded(state, program));
    findings.extend(clock(state, now_ms));
    true
}

fn library() -> Option<Finding> {
    let problem = health::unsound_library()?;
    Some(Finding::new("sqlite", problem, "use a deployd that was built with a newer one"))
}

fn lost_log(state: &Path) -> Option<Finding> {
    let what = health::lost_log(state)?;
    Some(Finding::new("log", what, "keep a copy of the directory before anything else"))
}

fn readable(state: &Path, program: &str) -> Result<Vec<Finding>, Finding> {
    let database = sqlite::database(state);
    let place = database.display();
    let restore = format!("move it away, then `{program} restore BACKUP`");
    if !database.exists() {
        return Err(Finding::new(
            "state",
            format!("there is no {place}"),
            format!("`{program} serve` begins one, `{program} restore BACKUP` brings one back"),
        ));
    }
    let damaged = |what: String| Finding::new("integrity", format!("{place}: {what}"), restore.clone());
    let (found, known) = health::format(state).map_err(|error| damaged(error.to_string()))?;
    if found > known {
        let what = format!("the state has format {found}, and this program knows {known}");
        return Err(Finding::new("format", what, "use the newer deployd that wrote it"));
    }
    if found < known {
        let what = format!("the state has format {found}, and this program knows {known}");
        return Err(Finding::new("format", what, format!("`{program} serve` brings it there, and keeps a copy")));
    }
    let complaints = health::integrity(state).map_err(|error| damaged(error.to_string()))?;
    Ok(complaints.into_iter().map(damaged).collect())
}

fn recorded(state: &Path, program: &str) -> Vec<Finding> {
    let remedy = format!(
        "keep a copy of the directory; compare with an export by `{program} audit verify --against FILE`, or `{program} restore BACKUP`"
    );
    match audit::verify(state, None) {
        Err(error) => vec![Finding::new("audit", error.to_string(), remedy)],
        Ok(audit) => {
            let remedy = |problem: &audit::Problem| again(problem, program).unwrap_or_else(|| remedy.clone());
            audit.problems.iter().map(|problem| Finding::new("audit", words(problem), remedy(problem))).collect()
        }
    }
}

/// What makes this anew, where it is a copy of what the journals say.
fn again(problem: &audit::Problem, program: &str) -> Option<String> {
    match problem {
        audit::Problem { place: Some(Target { environment, service }), .. } => Some(format!(
            "`{program} rebuild service {service} {environment} --reason …` makes it anew from the journals, where a runtime listens"
        )),
        audit::Problem { run: Some(run), copy: true, .. } => Some(format!(
            "`{program} serve` makes it anew from its journal as it takes the run up; once the run has ended, `{program} rebuild run {run} --reason …` does"
        )),
        _ => None,
    }
}

fn words(problem: &audit::Problem) -> String {
    match (&problem.run, problem.record) {
        (Some(run), Some(record)) => format!("run {run}, record {record}: {}", problem.what),
        (Some(run), None) => format!("run {run}: {}", problem.what),
        (None, _) => problem.what.clone(),
    }
}

fn clock(state: &Path, now_ms: i64) -> Option<Finding> {
    let latest = health::latest_ms(state).ok().flatten()?;
    (latest > now_ms.saturating_add(BEHIND_MS)).then(|| {
        let what = format!("the wall clock says {}, and the last record was written at {}", utc(now_ms), utc(latest));
        Finding::new(
            "clock",
            what,
            "set the clock; holds do not depend on it, deadlines of people and times in journals do",
        )
    })
}
