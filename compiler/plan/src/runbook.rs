//! Links to what to read when something goes wrong, and which of them are about a node.

use serde::{Deserialize, Serialize};

use crate::body::Body;
use crate::node::{Hold, Node, Subject, Work};

/// A link, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runbook {
    /// What it was written behind, in words: `gate healthy`.
    pub of: String,
    /// Where it is read.
    pub url: String,
}

impl std::fmt::Display for Runbook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (runbook of {})", self.url, self.of)
    }
}

impl Body {
    /// The links about a node, the closest first, each once: of its step and those around it, of its gate, of its service, and
    /// of the workflow.
    #[must_use]
    pub fn runbooks_of(&self, node: &Node) -> Vec<Runbook> {
        self.runbooks(node.scope.as_deref(), self.gate_at(node), self.service_at(node))
    }

    /// The links about a step, a gate and a service, by their keys, in this order; then that of the workflow. Each link once.
    #[must_use]
    pub fn runbooks(&self, scope: Option<&str>, gate: Option<&str>, service: Option<&str>) -> Vec<Runbook> {
        let mut links = Vec::new();
        for (key, scope) in self.outward(scope) {
            add(&mut links, "step", key, scope.runbook.as_ref());
        }
        if let Some((key, gate)) = gate.and_then(|key| self.gates.get_key_value(key)) {
            add(&mut links, "gate", key, gate.runbook.as_ref());
        }
        if let Some((key, service)) = service.and_then(|key| self.services.get_key_value(key)) {
            add(&mut links, "service", key, service.runbook.as_ref());
        }
        add(&mut links, "workflow", &self.workflow, self.runbook.as_ref());
        links
    }

    /// Every link of the plan, each once: of the workflow, of services, gates and steps.
    #[must_use]
    pub fn all_runbooks(&self) -> Vec<Runbook> {
        let mut links = self.runbooks(None, None, None);
        self.services.iter().for_each(|(key, it)| add(&mut links, "service", key, it.runbook.as_ref()));
        self.gates.iter().for_each(|(key, it)| add(&mut links, "gate", key, it.runbook.as_ref()));
        self.scopes.iter().for_each(|(key, it)| add(&mut links, "step", key, it.runbook.as_ref()));
        links
    }

    /// A step with modifiers and those around it. A sound plan has no circle of them; one that is not ends all the same.
    fn outward(&self, scope: Option<&str>) -> impl Iterator<Item = (&String, &crate::scope::Scope)> {
        let first = scope.and_then(|key| self.scopes.get_key_value(key));
        let around = |(_, scope): &(_, &crate::scope::Scope)| self.scopes.get_key_value(scope.within.as_ref()?);
        std::iter::successors(first, around).take(self.scopes.len())
    }

    fn gate_at<'b>(&self, node: &'b Node) -> Option<&'b str> {
        let guard = match &node.work {
            Work::Hold(hold) => hold.guard.as_ref(),
            Work::Expose(expose) => expose.stage.guard.as_ref(),
            Work::Mirror(mirror) => mirror.guard.as_ref(),
            Work::Begin | Work::Effect(_) | Work::Approval(_) | Work::Finish => None,
            Work::WaitUntil(_) | Work::Rollback(_) | Work::Migrate(_) => None,
        };
        guard.map(|guard| guard.gate.as_str())
    }

    fn service_at<'b>(&'b self, node: &'b Node) -> Option<&'b str> {
        let rolled_out = || Some(self.rollouts.get(node.rollout.as_ref()?)?.service.as_str());
        match &node.work {
            Work::Hold(Hold { subject: Subject::Service { service, .. }, .. }) => Some(service),
            Work::Mirror(mirror) => Some(&mirror.service),
            Work::Expose(expose) => self.flags.get(&expose.flag).map(|flag| flag.service.as_str()),
            Work::Hold(_) | Work::Begin | Work::Effect(_) | Work::Approval(_) | Work::Finish => rolled_out(),
            Work::WaitUntil(_) | Work::Rollback(_) | Work::Migrate(_) => rolled_out(),
        }
    }
}

fn add(links: &mut Vec<Runbook>, kind: &str, key: &str, url: Option<&String>) {
    if let Some(url) = url.filter(|url| links.iter().all(|known| known.url != **url)) {
        links.push(Runbook { of: format!("{kind} {key}"), url: url.clone() });
    }
}
