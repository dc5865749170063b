//! Hand-made views for the snapshots.

use machine::evidence::{ArmSeen, ConditionEvidence, Evidence, Tested, Unit, Verdict};
use machine::reading::MetricReading;
use machine::signal::Actor;
use machine::view::{RolloutView, RunStatus, RunView, StageView, StepState, StepView, Waiting};
use plan::{Arm, Digest, MetricKind, Place, ReleaseId, Runbook, Share};

pub(super) const START: i64 = 1_795_000_000_000;

pub(super) fn evidence(verdict: Verdict, n: u64, bad: u64, at_ms: i64) -> Evidence {
    let arm = |arm, bad, n| ArmSeen { arm, n, requests: n, seen: Some(MetricReading::ratio(bad, n)) };
    let condition = ConditionEvidence {
        text: "error_rate of canary < error_rate of stable + 2 points".to_owned(),
        place: None,
        metric: "error_rate".to_owned(),
        kind: MetricKind::Ratio,
        unit: Unit::Share,
        advisory: false,
        judged: arm(Arm::Canary, bad, n),
        against: Some(arm(Arm::Stable, 6, 3000)),
        estimate: Some(if n == 0 { 0.0 } else { bad as f64 / n as f64 }),
        limit: Some(0.022),
        interval: (Some(0.0712), Some(0.1342)),
        tested: Some(Tested { ln_e_fail: 7.91, fail_at: 2.995_732, ln_e_pass: -3.2, pass_at: 2.995_732 }),
        verdict,
        statistic: "anytime-valid mixture".to_owned(),
    };
    Evidence {
        gate: "errors".to_owned(),
        place: Some(place(12)),
        node: "rollout.shop/stage.5".to_owned(),
        at_ms,
        sampled_ms: Some(at_ms),
        window_ms: u64::try_from(at_ms - START).unwrap(),
        verdict,
        cause: match verdict {
            Verdict::Pass => "every condition holds".to_owned(),
            Verdict::Fail => "error_rate of canary is 9.98%, over the limit of 2.20%".to_owned(),
            Verdict::Inconclusive => format!("n is {n}, and 200 are needed"),
        },
        n,
        at_least: 200,
        confidence: "95%".to_owned(),
        conditions: vec![condition],
        observed_share: Some(0.0512),
        runbooks: if verdict == Verdict::Fail { vec![runbook()] } else { Vec::new() },
    }
}

fn place(line: u32) -> Place {
    Place { file: "release.deploy".to_owned(), line, column: 3 }
}

fn stage(percent: u32, state: StepState, held_ms: u64, evidence: Option<Evidence>) -> StageView {
    StageView {
        label: format!("{percent}%"),
        asked: Share::from_basis_points(percent * 100).unwrap(),
        observed: evidence.as_ref().map(|_| f64::from(percent) / 100.0 + 0.0012),
        state,
        doing: None,
        hold_ms: 10_000,
        held_ms,
        evidence,
        place: Some(place(20)),
    }
}

fn rollout(state: StepState, stages: Vec<StageView>) -> RolloutView {
    RolloutView {
        key: "release/shop".to_owned(),
        service: "shop".to_owned(),
        environment: "production".to_owned(),
        strategy: "canary".to_owned(),
        incoming: Some(ReleaseId("r-3fa2b1c4d5e6".to_owned())),
        running: Some(ReleaseId("r-0a1b2c3d4e5f".to_owned())),
        state,
        stages,
    }
}

pub(super) fn runbook() -> Runbook {
    Runbook { of: "gate errors".to_owned(), url: "https://runbooks.example.com/errors".to_owned() }
}

pub(super) fn view(status: RunStatus, rollouts: Vec<RolloutView>) -> RunView {
    RunView {
        run: "01jd3v0kq8".to_owned(),
        workflow: "release".to_owned(),
        plan: Digest::of(b"plan"),
        status,
        paused: false,
        actor: Actor { uid: 1000, name: "ann".to_owned(), groups: Vec::new(), owner: true },
        started_ms: START,
        ended_ms: status.ended().then_some(START + 42_000),
        took_ms: status.ended().then_some(42_000),
        left_ms: 0,
        waiting: Vec::new(),
        rollouts,
        steps: Vec::new(),
        reason: None,
        runbooks: Vec::new(),
        seq: 17,
    }
}

/// Nothing done yet.
pub(super) fn begun() -> RunView {
    let stages = vec![stage(5, StepState::Pending, 0, None), stage(100, StepState::Pending, 0, None)];
    view(RunStatus::Advancing, vec![rollout(StepState::Pending, stages)])
}

/// In the middle of the second stage, paused, an approval waiting.
pub(super) fn holding() -> RunView {
    let mut second = stage(25, StepState::Active, 4_200, Some(evidence(Verdict::Inconclusive, 81, 0, START + 14_000)));
    second.doing = Some("holding".to_owned());
    let stages = vec![
        stage(5, StepState::Done, 10_000, Some(evidence(Verdict::Pass, 812, 2, START + 10_000))),
        second,
        stage(100, StepState::Pending, 0, None),
    ];
    let mut view = view(RunStatus::Advancing, vec![rollout(StepState::Active, stages)]);
    view.paused = true;
    view.left_ms = 15_800;
    view.waiting = vec![Waiting {
        step: "go-live".to_owned(),
        question: "approval from ann, bob: 0 of 1 so far".to_owned(),
        left_ms: Some(3_540_000),
        place: None,
        asked: None,
        answers: vec!["approve".to_owned(), "reject".to_owned()],
    }];
    view.steps = vec![
        StepView {
            id: "smoke".to_owned(),
            label: "run smoke".to_owned(),
            aside: None,
            state: StepState::Done,
            message: None,
            evidence: None,
            place: None,
        },
        StepView {
            id: "go-live".to_owned(),
            label: "approval from ann, bob".to_owned(),
            aside: None,
            state: StepState::Waiting,
            message: Some("odd\u{1b}[2J\nmessage".to_owned()),
            evidence: None,
            place: None,
        },
    ];
    view
}

/// Ended by a gate.
pub(super) fn rolled_back() -> RunView {
    let stages = vec![
        stage(5, StepState::Failed, 6_000, Some(evidence(Verdict::Fail, 541, 54, START + 31_000))),
        stage(25, StepState::Pending, 0, None),
    ];
    let mut view = view(RunStatus::RolledBack, vec![rollout(StepState::Returned, stages)]);
    view.reason = Some("gate `errors` failed: error_rate of canary is 9.98%, over the limit of 2.20%".to_owned());
    view.runbooks = vec![runbook()];
    view
}
