//! Exposures of flags and mirrored requests as the rollouts that they resemble: one stage model, one set of proofs.

use rust_decimal::Decimal;
use semantics::model::{Artifact, Expose, Mirror, Release, Rollout, Stage, Step, Strategy};

/// An exposure of a flag: who sees its feature is what the incoming release is in a rollout.
pub(crate) fn exposed(step: &Step, expose: &Expose) -> Rollout {
    let raised = expose.strategy.as_ref();
    let strategy = Strategy {
        name: raised.map_or_else(|| "expose".into(), |strategy| strategy.name.clone()),
        span: raised.map_or(step.span, |strategy| strategy.span),
        stages: expose.stages(step.span),
    };
    let release = Release { artifact: Artifact::Running, overrides: Vec::new() };
    Rollout { service: expose.flag.service.clone(), release, environment: expose.environment.clone(), strategy }
}

/// Copies of requests: a stage without a weight.
pub(crate) fn mirrored(step: &Step, mirror: &Mirror) -> Rollout {
    let stage = Stage {
        mirror: Some(mirror.share),
        hold_ms: mirror.hold_ms,
        guard: mirror.guard.clone(),
        ..Stage::bare(step.span, Decimal::ZERO)
    };
    Rollout {
        service: mirror.service.clone(),
        release: mirror.release.clone(),
        environment: mirror.environment.clone(),
        strategy: Strategy { name: "mirror".into(), span: step.span, stages: vec![stage] },
    }
}
