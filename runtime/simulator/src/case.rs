//! A plan made ready to be run very often: what it is started with, what runs before it, and of which class each step is.

use std::collections::BTreeMap;
use std::sync::Arc;

use machine::bind::{self, Earlier, Known};
use machine::event::Started;
use machine::signal::Actor;
use plan::{Approval, Digest, EffectClass, Node, ParameterType, People, Plan, Release, Rollout, Work};
use serde_json::{Value, json};

use crate::schedule::{Schedule, USUAL_BAD};
use crate::world::{Traffic, World};

/// A plan with everything that its schedules share.
#[derive(Clone, Debug)]
pub struct Case {
    /// The plan.
    pub plan: Arc<Plan>,
    /// What its runs are started with.
    pub started: Started,
    /// What runs before, by environment and service.
    pub running: BTreeMap<(String, String), Release>,
    /// What ran before that, in the same order.
    pub previous: BTreeMap<(String, String), Release>,
    /// Whether every rollout can be the first of its service.
    pub can_be_first: bool,
    /// The release that each rollout brings, by the rollout's key.
    pub incoming: BTreeMap<String, Release>,
    /// Every step by its id: nodes in order, then the ways back, then handlers and what is done at the end.
    pub steps: BTreeMap<String, Step>,
    /// The class of each step's effect, in the same order; none where a step has no effect.
    classes: Vec<Option<EffectClass>>,
    /// The ids of the slots, in the same order.
    ids: Vec<String>,
}

/// What a step is, by the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The node of the way forward, by its index; none for every other step.
    pub node: Option<usize>,
    /// The class of its effect, if it has one.
    pub class: Option<EffectClass>,
    /// How often its effect is tried.
    pub attempts: u32,
    /// Whether nothing goes back any more when it fails.
    pub is_last_resort: bool,
}

impl Case {
    /// Makes a plan ready.
    ///
    /// # Errors
    /// A parameter for which no value can be invented.
    pub fn new(plan: Plan) -> Result<Self, String> {
        Self::answering(plan, true)
    }

    /// Makes a plan ready whose yes-or-no parameters are all given this answer.
    ///
    /// # Errors
    /// A parameter for which no value can be invented.
    pub fn answering(plan: Plan, yes: bool) -> Result<Self, String> {
        let given = plan.body.parameters.iter().map(|(name, declared)| (name.clone(), invented(declared.r#type, yes)));
        let given = given.collect();
        Self::started_with(plan, &given)
    }

    /// Makes a plan ready, to be started with these values, as a person would write them.
    ///
    /// # Errors
    /// A value that is missing, too much, or not of the declared type.
    pub fn started_with(plan: Plan, given: &BTreeMap<String, String>) -> Result<Self, String> {
        let parameters = bind::parameters(&plan.body, given)?;
        let started = Started {
            run: "run".to_owned(),
            plan: plan.digest.clone(),
            root: "/project".into(),
            actor: person(0, "ann", None),
            key: "key".to_owned(),
            parameters,
        };
        let before = |name: &str| -> Places {
            let of = |rollout| Some((place(rollout), earlier(&plan, rollout, name)?));
            plan.body.rollouts.values().filter_map(of).collect()
        };
        let (running, previous) = (before("old"), before("older"));
        Ok(Self {
            can_be_first: plan.body.rollouts.values().all(|rollout| !rollout.needs_running),
            incoming: incoming(&plan, &started.parameters, &running, &previous)?,
            running,
            previous,
            steps: steps(&plan).map(|(id, step)| (id.to_owned(), step)).collect(),
            classes: steps(&plan).map(|(_, step)| step.class).collect(),
            ids: steps(&plan).map(|(id, _)| id.to_owned()).collect(),
            started,
            plan: Arc::new(plan),
        })
    }

    /// Whether nothing runs before in this schedule.
    #[must_use]
    pub fn is_first(&self, schedule: &Schedule) -> bool {
        schedule.first && self.can_be_first
    }

    /// The class of a slot's effect.
    #[must_use]
    pub fn class(&self, slot: u32) -> Option<EffectClass> {
        self.classes.get(slot as usize).copied().flatten()
    }

    /// The id of a slot.
    #[must_use]
    pub fn id(&self, slot: u32) -> &str {
        self.ids.get(slot as usize).map_or("", String::as_str)
    }

    /// How many slots there are.
    #[must_use]
    pub fn slots(&self) -> u32 {
        u32::try_from(self.ids.len()).unwrap_or(u32::MAX)
    }

    /// The node of a slot; none for a step of a way back.
    #[must_use]
    pub fn node(&self, slot: u32) -> Option<&Node> {
        let index = self.steps.get(self.id(slot))?.node?;
        self.plan.body.nodes.get(index)
    }

    /// How late the answers come that the gate of a slot is judged by, in milliseconds.
    #[must_use]
    pub fn lag_ms(&self, slot: u32) -> u64 {
        let guard = self.node(slot).and_then(|node| match &node.work {
            Work::Hold(hold) => hold.guard.as_ref(),
            _ => None,
        });
        guard.and_then(|guard| self.plan.body.gates.get(&guard.gate)).map_or(0, |gate| gate.lag_ms)
    }

    /// The world as a schedule finds it.
    #[must_use]
    pub fn world(&self, schedule: &Schedule) -> World {
        let mut world = World::new();
        for rollout in self.plan.body.rollouts.values() {
            let running = self.running.get(&place(rollout));
            let traffic = Traffic {
                rate: schedule.rate,
                shape: schedule.shape,
                sound: running.map(|release| release.id.clone()),
                usual: USUAL_BAD,
                bad: schedule.bad,
                seed: schedule.seed,
            };
            let running = running.filter(|_| !self.is_first(schedule));
            world.add(self.outside(rollout), running, self.routes(rollout), traffic);
        }
        world
    }

    /// What its runs are started with, as a person would write it, where the values were invented.
    #[must_use]
    pub fn given(&self) -> BTreeMap<String, String> {
        let parameters = self.plan.body.parameters.iter();
        parameters.map(|(name, declared)| (name.clone(), invented(declared.r#type, true))).collect()
    }

    /// Where a rollout's service is in the world.
    #[must_use]
    pub fn outside(&self, rollout: &Rollout) -> (String, String) {
        let id = self.plan.body.services.get(&rollout.service).map(|service| service.id.clone());
        (rollout.environment.clone(), id.unwrap_or_default())
    }

    /// Whether a rollout's traffic is routed.
    #[must_use]
    pub fn routes(&self, rollout: &Rollout) -> bool {
        self.plan.body.environments.get(&rollout.environment).is_some_and(|place| place.traffic.is_some())
    }
}

/// Where a rollout's service is in the registry.
#[must_use]
pub fn place(rollout: &Rollout) -> (String, String) {
    (rollout.environment.clone(), rollout.service.clone())
}

/// Somebody.
#[must_use]
pub fn person(uid: u32, name: &str, group: Option<&str>) -> Actor {
    let groups = group.iter().map(|group| (*group).to_owned()).collect();
    Actor { uid, name: name.to_owned(), groups, owner: true }
}

/// The `number`th of those who are asked, from 0.
#[must_use]
pub fn asked_person(approval: &Approval, number: u32) -> Actor {
    match &approval.from {
        People::Users { names } => person(number, names.get(number as usize).map_or("nobody", String::as_str), None),
        People::Group { name } => person(number, &format!("member {number}"), Some(name)),
        People::Owner => person(number, "owner", None),
    }
}

fn invented(r#type: ParameterType, yes: bool) -> String {
    match r#type {
        ParameterType::Digest => Digest::of(b"new").into(),
        ParameterType::String => "text".to_owned(),
        ParameterType::Int => "1".to_owned(),
        ParameterType::Bool => yes.to_string(),
        ParameterType::Duration => "1s".to_owned(),
    }
}

fn earlier(plan: &Plan, rollout: &Rollout, name: &str) -> Option<Release> {
    let service = plan.body.services.get(&rollout.service)?;
    let (source, runs) = (service.artifact.clone(), service.runs.clone());
    Some(Release::new(&rollout.service, Digest::of(name.as_bytes()), source, runs, rollout.replicas))
}

type Places = BTreeMap<(String, String), Release>;

/// What each rollout brings, given what runs, what ran before and what actions bring out.
fn incoming(
    plan: &Plan,
    parameters: &BTreeMap<String, Value>,
    running: &Places,
    previous: &Places,
) -> Result<BTreeMap<String, Release>, String> {
    let built = brought_out();
    let known = Known { parameters, output: Box::new(|_, path| part(&built, path)) };
    let brought = |(key, rollout): (&String, &Rollout)| {
        let place = place(rollout);
        let earlier = Earlier { running: running.get(&place), previous: previous.get(&place) };
        Ok((key.clone(), bind::incoming(&plan.body, rollout, &known, earlier)?))
    };
    plan.body.rollouts.iter().map(brought).collect()
}

/// What every action of the world brings out.
#[must_use]
pub fn brought_out() -> Value {
    json!({ "image": String::from(Digest::of(b"new")), "count": 2, "url": "http://build" })
}

fn part(whole: &Value, path: &[String]) -> Option<Value> {
    path.iter().try_fold(whole, |value, field| value.get(field)).cloned()
}

fn steps(plan: &Plan) -> impl Iterator<Item = (&str, Step)> {
    let step = |node, effect: Option<&plan::Effect>, is_last_resort| Step {
        node,
        class: effect.map(|effect| effect.class),
        attempts: effect.map_or(1, |effect| effect.retry.attempts),
        is_last_resort,
    };
    let effect = |node: &'_ plan::Node| match &node.work {
        Work::Effect(effect) => Some(effect.clone()),
        _ => None,
    };
    let forward = plan
        .body
        .nodes
        .iter()
        .enumerate()
        .map(move |(index, node)| (node.id.0.as_str(), step(Some(index), effect(node).as_ref(), node.past_return)));
    let recovery = plan.body.rollouts.values().flat_map(|rollout| &rollout.recovery);
    let handlers = plan.body.scopes.values().flat_map(|scope| &scope.on_failure);
    let asides = handlers.chain(&plan.body.finally);
    let asides = asides.map(move |node| (node.id.0.as_str(), step(None, effect(node).as_ref(), false)));
    let back = recovery.map(move |back| (back.id.0.as_str(), step(None, Some(&back.effect), true)));
    forward.chain(back).chain(asides)
}
