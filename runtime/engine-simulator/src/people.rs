//! People: they come to look at what waits for them, and say what the schedule has them say.

use std::sync::Arc;
use std::time::Duration;

use machine::signal::{Actor, Signal, SignalKind};
use machine::view::{RunView, Waiting};
use plan::{Approval, Work};
use simulator::Answer;
use simulator::case::{asked_person, person};
use tokio::time::sleep;

use crate::life::Life;

/// How often people look.
const LOOK: Duration = Duration::from_secs(1);

/// How often somebody has a step done again whose outcome nobody knows.
const TRIES: u32 = 3;

/// Comes to look as long as the process lives.
pub(crate) async fn come(life: Arc<Life>) {
    for round in 0.. {
        sleep(LOOK).await;
        if life.scene.schedule.people == Answer::Silent {
            return;
        }
        let Some((run, engine)) = life.working() else { continue };
        let Ok(view) = engine.view(&run).await else { continue };
        resume_what_was_left(&life, &view, round).await;
        for waiting in &view.waiting {
            answer(&life, waiting, round).await;
        }
    }
}

/// A run that is paused although who paused it has gone with the process.
async fn resume_what_was_left(life: &Arc<Life>, view: &RunView, round: u32) {
    if view.paused && round % 15 == 14 {
        say(life, person(0, "ann", None), SignalKind::Resume).await;
    }
}

async fn answer(life: &Arc<Life>, waiting: &Waiting, round: u32) {
    let scene = &life.scene;
    let step = Some(waiting.step.clone());
    let index = scene.case.steps.get(&waiting.step).and_then(|step| step.node);
    let approval = index.and_then(|index| match &scene.case.plan.body.nodes[index].work {
        Work::Approval(approval) => Some(approval),
        _ => None,
    });
    let kind = match (&waiting.asked, scene.schedule.people) {
        (_, Answer::Refuse) => SignalKind::Reject { step },
        (Some(asked), _) => decided(life, step, &asked.key),
        (None, _) => SignalKind::Approve { step, plan: scene.case.plan.digest.clone() },
    };
    say(life, actor(approval, round), kind).await;
}

fn actor(approval: Option<&Approval>, round: u32) -> Actor {
    approval.map_or_else(|| person(0, "ann", None), |asked| asked_person(asked, round % asked.quorum.max(1)))
}

/// A person looks whether an effect took place, and says what follows from that.
fn decided(life: &Arc<Life>, step: Option<String>, key: &str) -> SignalKind {
    let group: u32 = key.rsplit('/').next().and_then(|group| group.parse().ok()).unwrap_or(1);
    match life.state().left.world.took(key) {
        true => SignalKind::Skip { step },
        false if group > TRIES => SignalKind::Reject { step },
        false => SignalKind::Retry { step },
    }
}

/// Says something to the run, if somebody works on it.
pub(crate) async fn say(life: &Arc<Life>, actor: Actor, kind: SignalKind) {
    let Some((run, engine)) = life.working() else { return };
    let number = {
        let mut state = life.state();
        state.said += 1;
        state.said
    };
    let key = format!("said-{number}");
    let signal = Signal { key: key.clone(), actor, kind, reason: Some("so".to_owned()) };
    if engine.signal(&run, signal).await.is_ok() {
        life.state().left.answered.push(key);
    }
}
