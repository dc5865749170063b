//! What to read about what went wrong: the links that the plan has for steps that failed or wait for a person.

use plan::Runbook;

use crate::run::Run;
use crate::slots::{SlotIndex, SlotKind};
use crate::state::SlotState;

impl Run {
    /// The links for all that has failed or waits for a person, those of what came first at the front, each once.
    pub(crate) fn to_read(&self) -> Vec<Runbook> {
        let mut links = self.head.runbooks.clone();
        let slots = (0..self.states.len()).filter_map(|index| SlotIndex::try_from(index).ok());
        for slot in slots.filter(|&slot| needs_reading(self.state(slot))) {
            add(&mut links, self.runbooks_of(slot));
        }
        links
    }

    /// The links about a slot, the closest first. The way back of a rollout is about what its beginning is about.
    pub(crate) fn runbooks_of(&self, slot: SlotIndex) -> Vec<Runbook> {
        let node = match self.slots.slots[slot as usize].kind {
            SlotKind::Back(rollout, _) => self.slots.begins[rollout].and_then(|begin| self.node(begin)),
            SlotKind::Forward(_) | SlotKind::Handler(..) | SlotKind::Finally(_) => self.node(slot),
        };
        node.map(|node| self.plan.body.runbooks_of(node)).unwrap_or_default()
    }

    /// Keeps what to read about what failed: a node, or a step with modifiers, by its key.
    pub(crate) fn read_about(&mut self, failed: &str) {
        let links = match self.slots.find(failed) {
            Some(slot) => self.runbooks_of(slot),
            None => self.plan.body.runbooks(Some(failed), None, None),
        };
        add(&mut self.head.runbooks, links);
    }
}

/// Whether somebody has to know what to do about it.
fn needs_reading(state: &SlotState) -> bool {
    match state {
        SlotState::Failed { .. } | SlotState::Unknown { .. } => true,
        SlotState::Asking { .. } | SlotState::Approving { .. } => true,
        SlotState::Pending
        | SlotState::LookingUp
        | SlotState::Performing(_)
        | SlotState::Probing(_)
        | SlotState::BackingOff { .. }
        | SlotState::Opening { .. }
        | SlotState::Until { .. }
        | SlotState::BringingBack
        | SlotState::Holding(_)
        | SlotState::Done { .. }
        | SlotState::Mending(_)
        | SlotState::Skipped => false,
    }
}

fn add(links: &mut Vec<Runbook>, more: Vec<Runbook>) {
    for link in more {
        if links.iter().all(|known| known.url != link.url) {
            links.push(link);
        }
    }
}
