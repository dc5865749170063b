//! `deployd prune`.

use std::time::Duration;

use clap::Args;
use serde::Serialize;
use server::protocol::Forget;
use server::{Failure, retention};

use crate::artifacts;
use crate::context::Context;
use crate::follow::now_ms;
use crate::render;

const EXAMPLES: &str = "\
Examples:
  deployd prune --older-than 90d --dry-run
  deployd prune --older-than 90d";

/// Forget runs that ended long ago, and artifacts that nothing needs any more
///
/// Their anchors stay, so that `deployd audit verify` still knows that they were and how they ended. A run that has not
/// ended, and the one that made what now runs, always stay. Doing it again does nothing more.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Prune {
    /// How long ago they ended at least: such as `90d`, `12h`
    #[arg(long, value_name = "DURATION", value_parser = age)]
    older_than: Duration,
    /// Only say what would go
    #[arg(long)]
    dry_run: bool,
}

/// What went, or would go.
#[derive(Debug, Serialize)]
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
}

impl Prune {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        context.there()?;
        let age_ms = i64::try_from(self.older_than.as_millis()).unwrap_or(i64::MAX);
        let ask = Forget { ended_before_ms: now_ms().saturating_sub(age_ms), dry_run: self.dry_run };
        let pruned = retention::forget(&context.state, &ask).await?;
        let (layout, runs, older_than) = (context.layout()?, pruned.runs.clone(), self.older_than);
        let dry_run = self.dry_run;
        let gone = context.apart(move || artifacts::prune(&layout, &runs, older_than, dry_run)).await?;
        let gone = Gone {
            dry_run,
            runs: pruned.runs,
            records: pruned.records,
            bytes: gone.iter().map(|artifact| artifact.bytes).sum(),
            artifacts: gone.into_iter().map(|artifact| artifact.digits).collect(),
        };
        context.answer(&gone, render::prune::gone)?;
        Ok(0)
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
