//! P2: a gate compares arms that serve.

use diagnostics::{Diagnostic, codes};
use rust_decimal::Decimal;
use semantics::model::{Arm, Check, Gate, Rollout, Stage, Step};

use crate::places::{Places, used};

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    let stages = places.guarded().filter_map(|(rollout, stage, gate)| stage_arms(rollout, stage, gate));
    let checks = places.checks.iter().filter_map(|(step, check)| check_arms(step, check));
    stages.chain(checks).collect()
}

fn stage_arms(rollout: &Rollout, stage: &Stage, gate: &Gate) -> Option<Diagnostic> {
    if gate.arm == Arm::Shadow && stage.mirror.is_none() {
        let message = format!("this stage sends no copies, so `{}` can never pass", gate.name);
        let diagnostic = Diagnostic::error(codes::ARM_NOT_SERVING, stage.span, message)
            .also(gate.span, format!("compares {}", header(gate)))
            .help("send some: `mirror 10%` instead of a weight, or guard it with a gate of another arm");
        return Some(used(diagnostic, rollout));
    }
    if stage.mirror.is_some() && gate.arm == Arm::Canary {
        let message = format!("copies of requests are seen by the arm `shadow`, so `{}` can never pass", gate.name);
        let diagnostic = Diagnostic::error(codes::ARM_NOT_SERVING, stage.span, message)
            .also(gate.span, format!("compares {}", header(gate)))
            .help("guard it with a gate `for shadow`");
        return Some(used(diagnostic, rollout));
    }
    let beside = matches!(gate.against, Some(Arm::Stable | Arm::Baseline));
    let whole = stage.weight == Decimal::ONE && stage.cohort.is_none();
    let other = if gate.against == Some(Arm::Baseline) { "baseline" } else { "stable" };
    let (silent, weight) = if whole && beside {
        (other, "100%")
    } else if stage.weight.is_zero() && gate.arm == Arm::Canary {
        ("canary", "0%")
    } else {
        return None;
    };
    let message = format!("at {weight}, `{silent}` serves nothing, so `{}` can never pass", gate.name);
    let diagnostic = Diagnostic::error(codes::ARM_NOT_SERVING, stage.span, message)
        .also(gate.span, format!("compares {}", header(gate)))
        .help("guard this stage with a gate `for service`, which needs no other arm");
    Some(used(diagnostic, rollout))
}

fn check_arms(step: &Step, check: &Check) -> Option<Diagnostic> {
    if check.gate.arm == Arm::Service {
        return None;
    }
    let message = format!("outside of a rollout there is no canary, so `{}` has nothing to judge", check.gate.name);
    let diagnostic = Diagnostic::error(codes::ARM_NOT_SERVING, step.span, message)
        .also(check.gate.span, format!("compares {}", header(&check.gate)))
        .help("check a gate `for service`");
    Some(diagnostic)
}

fn header(gate: &Gate) -> String {
    let word = |arm| match arm {
        Arm::Canary => "canary",
        Arm::Stable => "stable",
        Arm::Baseline => "baseline",
        Arm::Previous => "previous",
        Arm::Shadow => "shadow",
        Arm::Service => "service",
    };
    match gate.against {
        Some(against) => format!("{} against {}", word(gate.arm), word(against)),
        None => word(gate.arm).to_owned(),
    }
}
