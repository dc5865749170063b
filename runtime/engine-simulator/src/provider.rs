//! The world as a provider: effects take their time, and what a schedule says goes wrong does.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use machine::ports::BoxFuture;
use machine::ports::provider::{Outcome, Probe, Provider, Request, Sample, SampleRequest};
use plan::Plan;
use serde_json::Value;
use simulator::fault::{Door, Hit, Kind};
use simulator::oracle::node_of;
use simulator::world::What;
use tokio::time::sleep;

use crate::life::{Happens, Life};
use crate::way::leaves;

/// A provider of the world under one of its names.
pub(crate) struct InWorld {
    name: &'static str,
    life: Arc<Life>,
}

/// The names of the providers that a plan asks.
pub(crate) fn names(plan: &Plan) -> Vec<&'static str> {
    fn collect(value: &Value, all: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                all.extend(fields.get("provider").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|inner| collect(inner, all));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, all)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut all = BTreeSet::new();
    collect(&serde_json::to_value(&plan.body).unwrap_or(Value::Null), &mut all);
    all.iter().map(|name| known(name)).collect()
}

/// A name that lasts as long as the program: plans have few.
fn known(name: &str) -> &'static str {
    static NAMES: std::sync::Mutex<BTreeSet<&'static str>> = std::sync::Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let new: &'static str = String::leak(name.to_owned());
    names.insert(new);
    new
}

impl InWorld {
    pub(crate) fn new(name: &'static str, life: &Arc<Life>) -> Self {
        Self { name, life: Arc::clone(life) }
    }

    async fn dies<T>(&self) -> T {
        self.life.tell(Happens::Dies);
        std::future::pending().await
    }

    /// How long a request takes to land, and its answer to come after that: both well within its time.
    fn latency(&self, request: &Request) -> (u64, u64) {
        let quarter = (request.timeout_ms / 4).max(2);
        let mut state = self.life.state();
        (state.rng.u64(1..=quarter.min(40)), state.rng.u64(1..=quarter.min(20)))
    }

    async fn carry_out(&self, request: Request) -> Outcome {
        let hit = self.life.scene.hit(node_of(&request));
        let fault = self.life.state().passes(Door::Request, hit);
        if fault == Some(Kind::CrashBeforeEffect) {
            return self.dies().await;
        }
        let (request, (lands_ms, answers_ms)) = (Arc::new(request.clone()), self.latency(&request));
        if !self.life.state().left.world.arrives(&request) {
            return Outcome::Failed { retryable: false, message: "a newer runtime was here".to_owned() };
        }
        let late_ms = request.timeout_ms.saturating_sub(1);
        match fault {
            Some(kind @ (Kind::Refused | Kind::Failed)) => {
                self.life.state().left.world.note(What::Failed { request });
                sleep(Duration::from_millis(answers_ms)).await;
                Outcome::Failed { retryable: kind == Kind::Failed, message: kind.word().to_owned() }
            }
            Some(Kind::Hung) => {
                self.life.state().left.world.note(What::Failed { request });
                std::future::pending().await
            }
            Some(Kind::AnswerLost) => self.unheard(request, lands_ms).await,
            Some(Kind::LateEffect) => self.unheard(request, late_ms).await,
            Some(Kind::CrashLateEffect) => {
                drop(leaves(&self.life, request, late_ms));
                self.dies().await
            }
            other => {
                let landed = leaves(&self.life, request, lands_ms).await;
                if other == Some(Kind::CrashAfterEffect) {
                    return self.dies().await;
                }
                sleep(Duration::from_millis(answers_ms)).await;
                landed.unwrap_or(Outcome::Unknown { message: "the process ended".to_owned() })
            }
        }
    }

    /// It takes effect, and nobody hears of it.
    async fn unheard(&self, request: Arc<Request>, lands_ms: u64) -> Outcome {
        drop(leaves(&self.life, request, lands_ms));
        std::future::pending().await
    }

    fn cannot_tell(&self, request: &Request) -> bool {
        let hit = self.life.scene.hit(node_of(request));
        self.life.state().passes(Door::Question, hit) == Some(Kind::CannotTell)
    }

    fn counted(&self, request: &SampleRequest) -> Result<Sample, String> {
        let mut state = self.life.state();
        let fault = state.passes(Door::Sample, Hit::Wait);
        let place = (request.environment.clone(), request.service_id.clone());
        // Counters that cannot be are told apart by the machine's own driver; here nobody answers instead.
        if matches!(fault, Some(Kind::NoData | Kind::Foreign | Kind::Impossible)) {
            return Err("the source does not answer".to_owned());
        }
        let before = state.sampled.get(&place).cloned();
        let real = state.left.world.sample(request, 0)?;
        state.sampled.insert(place, real.clone());
        Ok(before.filter(|_| fault == Some(Kind::Stale)).unwrap_or(real))
    }
}

impl Provider for InWorld {
    fn name(&self) -> &'static str {
        self.name
    }

    fn preflight(&self, _: Request) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }

    fn perform(&self, request: Request) -> BoxFuture<'_, Outcome> {
        Box::pin(self.carry_out(request))
    }

    fn settle(&self, request: Request) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            if self.cannot_tell(&request) {
                return Outcome::Unknown { message: "the provider could not tell".to_owned() };
            }
            self.life.state().left.world.settle(&request)
        })
    }

    fn end(&self, _: String) -> BoxFuture<'_, Result<(), String>> {
        self.life.state().left.world.end_run();
        Box::pin(async { Ok(()) })
    }

    fn probe(&self, request: Request) -> BoxFuture<'_, Probe> {
        Box::pin(async move {
            if self.cannot_tell(&request) {
                return Probe::CannotTell("the provider did not answer the probe".to_owned());
            }
            self.life.state().left.world.probe(&request)
        })
    }

    fn observe(&self, request: Request) -> BoxFuture<'_, Result<Option<String>, String>> {
        let drift = self.life.state().left.world.observe(&request.task);
        Box::pin(async { Ok(drift) })
    }

    fn reads(&self, _: &SampleRequest) -> Result<(), String> {
        Ok(())
    }

    fn sample(&self, request: SampleRequest) -> BoxFuture<'_, Result<Sample, String>> {
        Box::pin(async move { self.counted(&request) })
    }
}
