//! What can happen at any instant: to the world, to the host, to the process, and what people say.

use std::sync::Arc;
use std::time::Duration;

use machine::signal::SignalKind;
use simulator::Answer;
use simulator::fault::Kind;

use crate::life::{Happens, Life};
use crate::people::say;

/// How long a pause lasts that somebody ends.
const PAUSE: Duration = Duration::from_secs(10);

/// How much a hold or a wait is extended, in milliseconds.
const EXTEND_MS: u64 = 90_000;

/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// It happens now.
pub(crate) fn strikes(life: &Arc<Life>, kind: Kind) {
    let mut state = life.state();
    match kind {
        Kind::InstanceDies => {
            let which = state.rng.usize(..64);
            state.left.world.instance_dies(which);
        }
        Kind::ProxyRestarts => state.left.world.proxies_restart(),
        Kind::RoutesForgotten => state.left.world.routers_forget(),
        Kind::ClockBack => state.stepped_ms -= DAY_MS,
        Kind::ClockForward => state.stepped_ms += DAY_MS,
        Kind::Reboot => {
            state.reboots();
            drop(state);
            life.tell(Happens::Dies);
        }
        Kind::Stopped => life.tell(Happens::Stops),
        other => {
            drop(state);
            if let Some(said) = said(other) {
                tokio::spawn(speak(Arc::clone(life), said));
            }
        }
    }
}

fn said(kind: Kind) -> Option<SignalKind> {
    Some(match kind {
        Kind::Pause => SignalKind::Pause,
        Kind::Abort => SignalKind::Abort,
        Kind::Rollback => SignalKind::Rollback,
        Kind::Retry => SignalKind::Retry { step: None },
        Kind::Skip => SignalKind::Skip { step: None },
        Kind::Extend => SignalKind::Extend { step: None, by_ms: EXTEND_MS },
        Kind::Steal => SignalKind::Steal,
        _ => return None,
    })
}

async fn speak(life: Arc<Life>, said: SignalKind) {
    let pauses = said == SignalKind::Pause && life.scene.schedule.people != Answer::Silent;
    say(&life, simulator::case::person(0, "ann", None), said).await;
    if pauses {
        tokio::time::sleep(PAUSE).await;
        say(&life, simulator::case::person(0, "ann", None), SignalKind::Resume).await;
    }
}
