//! `deployd prune`.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use machine::ports::store::{Answered, Pruned};
use providers::inspect::Artifact;
use serde::{Deserialize, Serialize};
use serde_json::json;
use server::Failure;
use server::keeping::Keeping;
use server::protocol::Forget;

use crate::context::Context;
use crate::follow::now_ms;
use crate::keyed::{self, read, written};
use crate::{artifacts, render};

const EXAMPLES: &str = "\
Examples:
  deployd prune --older-than 90d --dry-run
  deployd prune --older-than 90d
  deployd prune --older-than 90d --key prune-2026-11-21";

/// Forget runs that ended long ago, and artifacts that nothing needs any more
///
/// Their anchors stay, so that `deployd audit verify` still knows that they were and how they ended. A run that has not
/// ended, and the one that made what now runs, always stay; where what runs cannot be read, every run that may have made it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Prune {
    /// How long ago they ended at least: such as `90d`, `12h`
    #[arg(long, value_name = "DURATION", value_parser = age)]
    older_than: Duration,
    /// Only say what would go
    #[arg(long)]
    dry_run: bool,
    /// Asking the same again with this key does nothing more and gives the first answer [default: a fresh one]
    #[arg(long)]
    key: Option<String>,
}

/// What went, or would go.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Gone {
    pub(crate) dry_run: bool,
    /// The runs, the oldest ends first.
    pub(crate) runs: Vec<String>,
    /// Records in their journals.
    pub(crate) records: u64,
    /// Artifacts, by digest.
    pub(crate) artifacts: Vec<String>,
    /// Their size.
    pub(crate) bytes: u64,
    /// Why other old runs stay, as sentences.
    pub(crate) kept: Vec<String>,
}

/// What is noted of a prune while it is done.
#[derive(Debug, Serialize, Deserialize)]
struct Progress {
    /// Runs that ended before this go, whenever it is gone on with.
    ended_before_ms: i64,
    /// What went.
    #[serde(default)]
    runs: Vec<String>,
    #[serde(default)]
    records: u64,
    /// Artifacts that go or went, with their sizes.
    #[serde(default)]
    artifacts: BTreeMap<String, u64>,
}

impl Prune {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        context.there()?;
        let keeping = Keeping::open(&context.state).await?;
        let gone = if self.dry_run { self.would(context, &keeping).await? } else { self.go(context, &keeping).await? };
        context.answer(&gone, render::prune::gone)?;
        Ok(0)
    }

    fn ended_before_ms(&self) -> i64 {
        now_ms().saturating_sub(i64::try_from(self.older_than.as_millis()).unwrap_or(i64::MAX))
    }

    async fn would(&self, context: &Context, keeping: &Keeping) -> Result<Gone, Failure> {
        let ask = Forget { ended_before_ms: self.ended_before_ms(), dry_run: true, key: None };
        let Pruned { runs, records, kept } = keeping.forget(&ask).await?;
        let old = self.unneeded(context, runs.clone()).await?;
        let bytes = old.iter().map(|artifact| artifact.bytes).sum();
        let artifacts = old.into_iter().map(|artifact| artifact.digits).collect();
        Ok(Gone { dry_run: true, runs, records, artifacts, bytes, kept })
    }

    async fn go(&self, context: &Context, keeping: &Keeping) -> Result<Gone, Failure> {
        let begun = keeping.begin(self.asked()?).await?;
        if begun.done {
            return read(begun.answer);
        }
        let ended_before_ms = read::<Progress>(begun.answer.clone())?.ended_before_ms;
        let ask = Forget { ended_before_ms, dry_run: false, key: Some(begun.key.clone()) };
        let kept = keeping.forget(&ask).await?.kept;
        let old = self.unneeded(context, Vec::new()).await?;
        // Said before they go: who asks again after a crash is told of all that went.
        let known = keeping.noted(&begun.key).await?.unwrap_or(begun);
        let mut progress: Progress = read(known.answer.clone())?;
        progress.artifacts.extend(old.iter().map(|artifact| (artifact.digits.clone(), artifact.bytes)));
        let known = keeping.note(Answered { answer: written(&progress)?, ..known }).await?;
        let layout = context.layout()?;
        let gone = context.apart(move || {
            artifacts::forget(&old)?;
            progress.artifacts.retain(|digits, _| !layout.artifacts().join(digits).exists());
            Ok(progress)
        });
        let Progress { runs, records, artifacts, .. } = gone.await?;
        let bytes = artifacts.values().sum();
        let gone = Gone { dry_run: false, runs, records, artifacts: artifacts.into_keys().collect(), bytes, kept };
        read(keeping.note(Answered { answer: written(&gone)?, done: true, ..known }).await?.answer)
    }

    fn asked(&self) -> Result<Answered, Failure> {
        let older_than_ms = u64::try_from(self.older_than.as_millis()).unwrap_or(u64::MAX);
        let progress = Progress {
            ended_before_ms: self.ended_before_ms(),
            runs: Vec::new(),
            records: 0,
            artifacts: BTreeMap::new(),
        };
        let of = json!({ "older_than_ms": older_than_ms });
        Ok(Answered { answer: written(&progress)?, ..keyed::asked(self.key.clone(), "prune", of) })
    }

    async fn unneeded(&self, context: &Context, forgotten: Vec<String>) -> Result<Vec<Artifact>, Failure> {
        let (layout, older_than) = (context.layout()?, self.older_than);
        context.apart(move || artifacts::unneeded(&layout, &forgotten, older_than)).await
    }
}

/// A whole number with its unit.
fn age(text: &str) -> Result<Duration, String> {
    let wrong = || "write a number with a unit, such as `90d`, `12h`, `30m` or `45s`".to_owned();
    let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(split);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_a_unit() {
        assert_eq!(age("90d"), Ok(Duration::from_secs(7_776_000)));
        assert_eq!(age("0s"), Ok(Duration::ZERO));
        for wrong in ["", "90", "d", "-1d", "1.5h", "1w", "99999999999999999999d", "18446744073709551615d"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }
}
