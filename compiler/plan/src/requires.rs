//! What a plan asks of a runtime beyond what every runtime can do: said in the plan, refused before the first effect.
//!
//! A construct that is checked and planned before a runtime carries it out has a capability here. Nothing of a plan
//! is ever passed over in silence.

use std::collections::BTreeMap;
use std::fmt;

use crate::body::{Binding, Body};
use crate::node::{Call, Node, Subject, Work};

/// Providers that every runtime has.
const PROVIDERS: [&str; 3] = ["exec", "process", "proxy"];

/// Something that not every runtime can do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Asks a provider of that name.
    Provider(String),
    /// Lets things change only when windows and freezes let it.
    Windows,
}

impl Capability {
    /// What it does, to follow "this runtime cannot".
    pub fn described(&self) -> String {
        match self {
            Self::Windows => "keep windows and freezes".to_owned(),
            Self::Provider(name) => format!("work with the provider `{name}`"),
        }
    }
}

/// The capability as `body.requires` writes it.
impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Windows => f.write_str("windows"),
            Self::Provider(name) => write!(f, "provider:{name}"),
        }
    }
}

/// Every capability that a body asks for, and the node that asks for it first.
pub fn asked(body: &Body) -> BTreeMap<Capability, String> {
    let mut asked = Asked::default();
    body.nodes.iter().for_each(|node| asked.node(body, node));
    asked.0
}

/// What `body.requires` says of this body.
pub fn requires(body: &Body) -> Vec<String> {
    let mut names: Vec<String> = asked(body).keys().map(Capability::to_string).collect();
    names.sort();
    names
}

#[derive(Default)]
struct Asked(BTreeMap<Capability, String>);

impl Asked {
    fn add(&mut self, capability: Capability, place: &str) {
        self.0.entry(capability).or_insert_with(|| place.to_owned());
    }

    fn node(&mut self, body: &Body, node: &Node) {
        let place = &node.id.0;
        let rollout = node.rollout.as_ref().and_then(|rollout| body.rollouts.get(rollout));
        let own = rollout.and_then(|rollout| body.environments.get(&rollout.environment));
        if own.is_some_and(|environment| environment.hours.is_some()) {
            self.add(Capability::Windows, place);
        }
        match &node.work {
            Work::Effect(effect) => match &effect.call {
                Call::Act { binding, .. } => self.provider(binding, place),
                Call::Ensure { .. } | Call::Stop { .. } => self.providers(own.map(|it| &it.compute), place),
                Call::Shift { .. } => self.providers(own.and_then(|it| it.traffic.as_ref()), place),
            },
            Work::Hold(hold) => {
                let watched = match &hold.subject {
                    Subject::Rollout => own,
                    Subject::Service { environment, .. } => body.environments.get(environment),
                };
                let counts = watched.filter(|_| hold.guard.is_some());
                self.providers(counts.and_then(|it| it.metrics.as_ref().or(it.traffic.as_ref())), place);
            }
            Work::Begin | Work::Approval(_) | Work::Finish => {}
        }
    }

    fn providers(&mut self, bindings: Option<&Binding>, place: &str) {
        bindings.into_iter().for_each(|binding| self.provider(binding, place));
    }

    fn provider(&mut self, binding: &Binding, place: &str) {
        if !PROVIDERS.contains(&binding.provider.as_str()) {
            self.add(Capability::Provider(binding.provider.clone()), place);
        }
    }
}
