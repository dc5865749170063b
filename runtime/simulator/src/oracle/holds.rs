//! No hold is shorter than the plan says, in true time: whatever clocks, crashes and reboots do.

use machine::signal::SignalKind;
use machine::view::RunStatus;
use plan::Work;

use super::Trial;

impl Trial<'_> {
    pub(crate) fn holds(&mut self) {
        if self.left.held.is_empty() || self.blind_skip {
            return;
        }
        let began = self.began_after();
        let completed = self.left.status == Some(RunStatus::Completed);
        for node in &self.case.plan.body.nodes {
            let Work::Hold(hold) = &node.work else { continue };
            let id = node.id.0.as_str();
            let Some(since_ms) = self.left.held.get(id) else { continue };
            let whole = completed && !self.may_be_gone_on_behind(node);
            let end = whole.then_some((u64::MAX, self.left.ended_ms));
            let Some((order, until_ms)) = began.get(id).copied().or(end) else { continue };
            let held_ms = until_ms.saturating_sub(*since_ms);
            if held_ms < hold.duration_ms && !self.was_skipped(id) {
                let message = format!("`{id}` held {held_ms} ms of {} ms", hold.duration_ms);
                self.broken("holds are whole", order, message);
            }
        }
    }

    pub(crate) fn was_skipped(&self, node: &str) -> bool {
        self.signals().any(|(_, signal)| match &signal.kind {
            SignalKind::Skip { step } | SignalKind::Approve { step, .. } => step.as_deref() == Some(node),
            _ => false,
        })
    }
}
