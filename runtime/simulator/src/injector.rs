//! Decides where a schedule's faults happen.

use crate::fault::{Door, Fault, Hit, Phase};

/// Faults that have not happened yet, each with how often something that fits must still come by.
#[derive(Clone, Debug)]
pub struct Injector {
    waiting: Vec<(Fault, u32)>,
}

impl Injector {
    /// All of these are still to come.
    #[must_use]
    pub fn new(faults: &[Fault]) -> Self {
        Self { waiting: faults.iter().map(|fault| (*fault, fault.nth.max(1))).collect() }
    }

    /// Something passes a door: the fault that happens there, once.
    pub fn passes(&mut self, door: Door, hit: Hit, phase: Phase) -> Option<Fault> {
        let mut due = None;
        for (index, (fault, left)) in self.waiting.iter_mut().enumerate() {
            let fits = fault.kind.door() == door
                && fault.hit.is_none_or(|wanted| wanted == hit)
                && fault.phase.is_none_or(|wanted| wanted == phase);
            if fits {
                *left = left.saturating_sub(1);
                if *left == 0 && due.is_none() {
                    due = Some(index);
                }
            }
        }
        due.map(|index| self.waiting.remove(index).0)
    }
}
