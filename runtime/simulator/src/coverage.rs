//! Which faults hit which effects while runs stood where; and which of that cannot be, with the reason.

use std::collections::BTreeMap;
use std::fmt;

use crate::fault::{Door, Hit, Kind, Phase};
use crate::history::History;

/// Counts by fault, effect class and state.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    cells: BTreeMap<(Kind, Hit, Phase), u64>,
}

impl Coverage {
    /// Counts what a schedule's faults hit.
    pub fn add(&mut self, left: &History) {
        for cell in &left.felt {
            *self.cells.entry(*cell).or_default() += 1;
        }
    }

    /// Adds another table.
    pub fn merge(&mut self, other: &Self) {
        for (cell, count) in &other.cells {
            *self.cells.entry(*cell).or_default() += count;
        }
    }

    /// How often a fault hit something there.
    #[must_use]
    pub fn count(&self, kind: Kind, hit: Hit, phase: Phase) -> u64 {
        self.cells.get(&(kind, hit, phase)).copied().unwrap_or(0)
    }

    /// Cells that can be, and were not.
    #[must_use]
    pub fn empty(&self) -> Vec<(Kind, Hit, Phase)> {
        every_cell().filter(|(k, h, p)| impossible(*k, *h, *p).is_none() && self.count(*k, *h, *p) == 0).collect()
    }

    /// Cells that cannot be, and were.
    #[must_use]
    pub fn wonders(&self) -> Vec<(Kind, Hit, Phase)> {
        every_cell().filter(|(k, h, p)| impossible(*k, *h, *p).is_some() && self.count(*k, *h, *p) > 0).collect()
    }

    /// Faults in all.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.cells.values().sum()
    }
}

fn every_cell() -> impl Iterator<Item = (Kind, Hit, Phase)> {
    Kind::ALL.into_iter().flat_map(|kind| {
        Hit::ALL.into_iter().flat_map(move |hit| Phase::ALL.into_iter().map(move |phase| (kind, hit, phase)))
    })
}

/// Why a fault cannot hit that there; none where it can.
#[must_use]
pub fn impossible(kind: Kind, hit: Hit, phase: Phase) -> Option<&'static str> {
    match (kind.door(), hit, phase) {
        (Door::Request | Door::Question, Hit::Wait, _) => Some("no provider is asked for a step that waits"),
        (Door::LookUp | Door::Sample, Hit::Idempotent | Hit::Probeable | Hit::Once, _) => {
            Some("neither the registry nor counters are read for an effect")
        }
        (_, Hit::Probeable | Hit::Once, Phase::Paused)
            if matches!(kind, Kind::CrashBeforeEffect | Kind::CrashLateEffect) =>
        {
            Some("a request that cannot be repeated never leaves while a run is paused")
        }
        (Door::Question, Hit::Idempotent, _) => Some("nobody asks about an effect that may be done again"),
        _ => None,
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(text, "{:<26}", "")?;
        for hit in Hit::ALL {
            write!(text, "{:>30}", format!("{hit:?}"))?;
        }
        writeln!(text, "\n{:<26}{}", "", "   forward    paused returning".repeat(Hit::ALL.len()))?;
        for kind in Kind::ALL {
            write!(text, "{:<26}", kind.word())?;
            for hit in Hit::ALL {
                for phase in Phase::ALL {
                    match (self.count(kind, hit, phase), impossible(kind, hit, phase)) {
                        (0, Some(_)) => write!(text, "{:>10}", "–")?,
                        (count, _) => write!(text, "{count:>10}")?,
                    }
                }
            }
            writeln!(text)?;
        }
        Ok(())
    }
}
