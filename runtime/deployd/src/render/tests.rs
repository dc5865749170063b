//! Snapshots of everything that people see.

use std::path::Path;

use machine::Moment;
use machine::evidence::Verdict;
use machine::journal::Record;
use machine::ports::store::Running;
use machine::view::{RunStatus, StepState};
use serde_json::json;
use server::protocol::{RunLine, Status};

use super::examples::{START, begun, evidence, holding, rolled_back, runbook, view};
use super::text::Line;
use super::{explain, history, journal, last, log, screen, status};

fn shown(lines: &[Line]) -> String {
    lines.iter().map(|line| line.show(usize::MAX, false) + "\n").collect()
}

#[test]
fn a_screen() {
    insta::assert_snapshot!(shown(&screen::screen(&holding(), START + 14_200)));
}

#[test]
fn a_narrow_coloured_screen() {
    let lines: Vec<String> = screen::screen(&holding(), START + 14_200).iter().map(|l| l.show(60, true)).collect();
    insta::assert_snapshot!(lines.join("\n").replace('\u{1b}', "ESC"));
}

#[test]
fn a_log() {
    let views = [begun(), holding(), holding(), rolled_back()];
    let mut text = String::new();
    let mut before = None;
    for view in &views {
        text += &log::changes(before, view).join("\n");
        text += "\n--\n";
        before = Some(view);
    }
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
    insta::assert_snapshot!(text);
}

#[test]
fn a_last_screen() {
    insta::assert_snapshot!(shown(&last::last(&rolled_back(), "deployd", Path::new("/state/state.sqlite"))));
}

#[test]
fn every_end_has_its_sentence() {
    let mut text = String::new();
    for (status, state) in [
        (RunStatus::Completed, StepState::Done),
        (RunStatus::Failed, StepState::Pending),
        (RunStatus::Aborted, StepState::Returned),
        (RunStatus::Unsafe, StepState::Failed),
    ] {
        let mut rollout = begun().rollouts.remove(0);
        rollout.state = state;
        rollout.stages.clear();
        text += &shown(&last::last(&view(status, vec![rollout]), "deployd --state x", Path::new("x/state.sqlite")));
        text += "--\n";
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_rollout_that_failed_before_it_began_changed_nothing() {
    let mut rollout = begun().rollouts.remove(0);
    (rollout.state, rollout.incoming, rollout.running) = (StepState::Failed, None, None);
    rollout.stages.clear();
    let text = shown(&last::last(&view(RunStatus::Failed, vec![rollout]), "deployd", Path::new("state.sqlite")));
    assert!(text.contains("nothing was changed") && !text.contains("left between"), "{text}");
}

#[test]
fn an_explanation() {
    let looks = [
        evidence(Verdict::Inconclusive, 0, 0, START + 1_000),
        evidence(Verdict::Inconclusive, 40, 3, START + 2_000),
        evidence(Verdict::Inconclusive, 90, 8, START + 3_000),
        evidence(Verdict::Fail, 541, 54, START + 31_000),
    ];
    insta::assert_snapshot!(shown(&explain::explain("errors", &looks)));
    insta::assert_snapshot!(shown(&explain::explain("errors", &[])), @"gate errors was not looked at yet");
    let many = vec![evidence(Verdict::Pass, 541, 0, START); engine::LOOKS_MAX];
    let told = shown(&explain::explain("errors", &many));
    assert!(
        told.starts_with("gate errors · release.deploy:12:3 · 2000 looks or more, of which these tell most\n"),
        "{told}"
    );
}

fn line(run: &str, status: RunStatus) -> RunLine {
    RunLine {
        run: run.to_owned(),
        workflow: "release".to_owned(),
        actor: "ann".to_owned(),
        created_ms: START,
        // The wall clock was set back meanwhile.
        ended_ms: status.ended().then_some(START - 3_600_000),
        took_ms: status.ended().then_some(61_000),
        status,
        paused: !status.ended(),
        reason: (status == RunStatus::RolledBack).then(|| "gate `errors` failed".to_owned()),
        runbooks: if status.ended() && status != RunStatus::RolledBack { Vec::new() } else { vec![runbook()] },
    }
}

#[test]
fn a_status() {
    let release = plan::Release::new("shop", plan::Digest::of(b"v1"), json!("files"), json!({}), 2);
    let running = |service: &str, release| Running {
        environment: "production".to_owned(),
        service: service.to_owned(),
        release,
        run: "01a".to_owned(),
        since_ms: START,
    };
    let status = Status {
        runs: vec![line("01b", RunStatus::Advancing)],
        running: vec![running("shop", Some(release)), running("mail", None)],
        notices: Vec::new(),
    };
    insta::assert_snapshot!(shown(&status::status(&status, START + 5_000)));
    let nothing =
        Status { runs: Vec::new(), running: Vec::new(), notices: vec!["roles.toml is not in force".to_owned()] };
    insta::assert_snapshot!(shown(&status::status(&nothing, START)), @r"
    no run is in flight

    nothing was deployed from here yet
    roles.toml is not in force
    ");
}

#[test]
fn a_history() {
    insta::assert_snapshot!(shown(&history::history(&[
        line("01c", RunStatus::Advancing),
        line("01b", RunStatus::RolledBack),
        line("01a", RunStatus::Completed),
    ])));
    insta::assert_snapshot!(shown(&history::history(&[])), @"no run was ever started here");
}

#[test]
fn a_record() {
    let at = Moment { wall_ms: START, boot: "b".to_owned(), boot_ms: 5 };
    let record = Record::seal("", 1, at, json!({ "started": { "run": "01a" } }));
    let text = shown(&[journal::record(&record)]);
    assert!(text.contains("2026-11-18T") && text.contains(r#"{"started":{"run":"01a"}}"#), "{text}");
}
