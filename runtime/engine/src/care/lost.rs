//! Mendings whose answers were lost with an earlier runtime: their intents get an honest outcome before anything is
//! looked at again.

use std::collections::{BTreeMap, BTreeSet};

use machine::care::Care;
use machine::ports::provider::Outcome;
use machine::ports::store::{StoreError, Target};

use super::journal::append;
use crate::take_up::of_one_run;
use crate::{Engine, Inner};

/// Records read at a time, from the end.
const PAGE: u32 = 100;

/// What is known of such a mending.
const LOST: &str = "the runtime was stopped before the answer came; what runs is looked at again";

impl Engine {
    /// Closes every intent of care that an earlier runtime left open, for all that runs.
    pub(crate) async fn close_lost_care(&self) -> Result<(), StoreError> {
        let mut closed = BTreeSet::new();
        for place in self.inner.store.places().await? {
            match close_at(&self.inner, &place, &mut closed).await {
                // What is wrong with one place or its run is told where it is looked after.
                Err(error) if !of_one_run(&error) => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }
}

/// One run may have brought what runs in several places.
async fn close_at(inner: &Inner, place: &Target, closed: &mut BTreeSet<String>) -> Result<(), StoreError> {
    match inner.store.running(&place.environment, &place.service).await? {
        Some(running) if closed.insert(running.run.clone()) => close(inner, &running.run).await,
        Some(_) | None => Ok(()),
    }
}

async fn close(inner: &Inner, run: &str) -> Result<(), StoreError> {
    let open = open_intents(inner, run).await?;
    if open.is_empty() {
        return Ok(());
    }
    let lost = |key| Care::Outcome { key, outcome: Outcome::Unknown { message: LOST.to_owned() } };
    append(inner, run, |_| open.into_iter().map(lost).collect()).await
}

/// The keys of intents without an outcome, in order. Records of care are the last of a run, behind its end.
async fn open_intents(inner: &Inner, run: &str) -> Result<Vec<String>, StoreError> {
    let mut end = inner.store.load(run).await?.last_seq;
    let (mut intended, mut answered) = (BTreeMap::new(), BTreeSet::new());
    while end > 0 {
        let from = end.saturating_sub(u64::from(PAGE)).saturating_add(1);
        let page = inner.store.journal(run, from, PAGE).await?;
        let care: Vec<(u64, Care)> = page.iter().filter_map(|r| Some((r.seq, Care::of_body(&r.body)?))).collect();
        let all = care.len() == page.len();
        for (seq, care) in care {
            match care {
                Care::Intent { request, .. } => drop(intended.insert(seq, request.key)),
                Care::Outcome { key, .. } => drop(answered.insert(key)),
                Care::Observed { .. } => {}
            }
        }
        if !all || page.is_empty() {
            break;
        }
        end = from.saturating_sub(1);
    }
    Ok(intended.into_values().filter(|key| !answered.contains(key)).collect())
}
