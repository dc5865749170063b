//! Runs that nobody takes up, and locks whose run should have moved by now.

use std::path::Path;
use std::sync::Arc;

use machine::Run;
use machine::ports::store::{Lock, Store, StoreError, StoredRun};
use plan::Plan;

use super::Finding;
use crate::render::units::utc;

pub(super) async fn look(state: &Path, holder: Option<u32>, program: &str, now_ms: i64) -> Vec<Finding> {
    match found(state, holder, program, now_ms).await {
        Ok(findings) => findings,
        Err(error) => {
            vec![Finding::new("runs", error.to_string(), format!("`{program} audit verify` says what is damaged"))]
        }
    }
}

async fn found(state: &Path, holder: Option<u32>, program: &str, now_ms: i64) -> Result<Vec<Finding>, StoreError> {
    let store = store::sqlite::look(state)?;
    let mut findings = Vec::new();
    for line in store.runs(true, u32::MAX).await? {
        let stored = store.load(&line.run).await?;
        findings.extend(left_alone(&line.run, stored, program));
    }
    let late = store.locks(u32::MAX).await?.into_iter().filter(|lock| lock.expires_ms < now_ms);
    findings.extend(late.map(|lock| expired(&lock, holder, program)));
    Ok(findings)
}

/// Why no runtime takes this run up by itself, if so. Damaged rows are not a reason: they are made anew from the journal.
fn left_alone(run: &str, stored: StoredRun, program: &str) -> Option<Finding> {
    if stored.restored {
        let what = format!(
            "run {run} was under way in the backup that this state comes from, and what it did since is not known"
        );
        let remedy = format!(
            "look what is there, then `{program} resume {run} --reason …` or `{program} abort {run} --reason …`"
        );
        return Some(Finding::new("left_alone", what, remedy));
    }
    let problem = match Plan::read(&stored.plan) {
        Err(error) => error.to_string(),
        Ok(_) if stored.damage.is_some() => return None,
        Ok(plan) => Run::restore(Arc::new(plan), stored.head, stored.nodes).err()?.to_string(),
    };
    let remedy = format!(
        "start the version of deployd that wrote it, or end it by `{program} lock steal SERVICE ENVIRONMENT --reason …`"
    );
    Some(Finding::new("left_alone", format!("run {run} cannot be taken up: {problem}"), remedy))
}

fn expired(lock: &Lock, holder: Option<u32>, program: &str) -> Finding {
    let what = format!(
        "run {} keeps `{}` in `{}` to itself since {} and should have moved by {}",
        lock.run,
        lock.service,
        lock.environment,
        utc(lock.since_ms),
        utc(lock.expires_ms)
    );
    let remedy = match holder {
        None => format!("no runtime carries it on: `{program} serve`"),
        Some(_) => format!(
            "`{program} watch {}`; if nothing is half-way, `{program} lock steal {} {} --reason …`",
            lock.run, lock.service, lock.environment
        ),
    };
    Finding::new("lock", what, remedy)
}
