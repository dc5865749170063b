//! Runs that nobody takes up, and locks whose run should have moved by now.

use std::path::Path;
use std::sync::Arc;

use machine::Run;
use machine::ports::store::{Lock, Running, Store, StoreError, StoredRun};
use plan::Plan;
use store::registry::known;

use super::Finding;
use crate::render::units::utc;

pub(super) async fn look(state: &Path, holder: Option<u32>, program: &str, now_ms: i64) -> Vec<Finding> {
    let store = match store::sqlite::look(state) {
        Ok(store) => store,
        Err(error) => return vec![unread(&error, program)],
    };
    let told = |found: Result<Vec<Finding>, StoreError>| found.unwrap_or_else(|error| vec![unread(&error, program)]);
    [
        told(unended(&store, holder, program).await),
        told(from_a_backup(&store, program).await),
        told(late(&store, holder, program, now_ms).await),
    ]
    .concat()
}

/// What cannot be read keeps nothing else from being looked at.
fn unread(error: &StoreError, program: &str) -> Finding {
    Finding::new("runs", error.to_string(), format!("`{program} audit verify` says what is damaged"))
}

async fn unended(store: &dyn Store, holder: Option<u32>, program: &str) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for line in store.runs(true, u32::MAX).await? {
        let nobody = holder.is_none().then(|| carried_by_nobody(&line.run, program));
        match store.load(&line.run).await {
            Ok(stored) => findings.extend(left_alone(&line.run, stored, program).or(nobody)),
            Err(error) => findings.push(unread(&error, program)),
        }
    }
    Ok(findings)
}

async fn from_a_backup(store: &dyn Store, program: &str) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for entry in known(store, u32::MAX).await?.running {
        let only_known = store.load(&entry.run).await.is_ok_and(|stored| stored.restored);
        findings.extend((entry.release.is_some() && only_known).then(|| unvouched(&entry, program)));
    }
    Ok(findings)
}

async fn late(store: &dyn Store, holder: Option<u32>, program: &str, now_ms: i64) -> Result<Vec<Finding>, StoreError> {
    let late = store.locks(u32::MAX).await?.into_iter().filter(|lock| lock.expires_ms < now_ms);
    Ok(late.map(|lock| expired(&lock, holder, program)).collect())
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

/// A run that a runtime would take up, if there were one.
fn carried_by_nobody(run: &str, program: &str) -> Finding {
    let what = format!("run {run} has not ended, and no runtime is there to carry it on");
    Finding::new("runtime", what, format!("`{program} serve`; what is half-way stays so until then"))
}

/// What a backup says that runs may have been replaced since.
fn unvouched(entry: &Running, program: &str) -> Finding {
    let Running { environment, service, run, .. } = entry;
    let what = format!("only a backup says what runs of `{service}` in `{environment}`, so nobody looks after it");
    let remedy = format!("if that is what is to run, `{program} resume {run} --reason …`; else deploy what is");
    Finding::new("left_alone", what, remedy)
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
