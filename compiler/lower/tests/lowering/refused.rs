//! What lowering refuses, each with its code and remedy: nothing is dropped silently.

use diagnostics::Diagnostic;
use rust_decimal::Decimal;
use semantics::model::{EffectClass, Stage, Step, StepKind, Wait};
use semantics::value::Value;

use crate::models::{approval, check, environment, place, rollout, run, stage, step, workflow};

fn refusals(steps: Vec<Step>) -> Vec<Diagnostic> {
    lower::lower(&workflow(steps), "2026", &place).expect_err("it is refused")
}

fn said(steps: Vec<Step>) -> String {
    let lines = refusals(steps).into_iter().map(|d| format!("{} {}\n", d.code, d.message));
    lines.collect()
}

#[test]
fn modifiers_without_a_meaning() {
    let mut repeated = check();
    (repeated.retry, repeated.within_ms) = (Some(1), Some(1_000));
    let mut asked_again = approval();
    asked_again.retry = Some(1);
    let mut waits = step(95, StepKind::Wait(Wait::For(1_000)));
    (waits.retry, waits.within_ms) = (Some(1), Some(1_000));
    let mut group = step(96, StepKind::Parallel(vec![run(EffectClass::Idempotent)]));
    group.retry = Some(1);
    insta::assert_snapshot!(said(vec![repeated, asked_again, waits, group]), @"
    E0521 a `check` step does not take `retry`
    E0521 a `check` step does not take `within`
    E0521 a `approval` step does not take `retry`
    E0521 a `wait` step does not take `retry`
    E0521 a `wait` step does not take `within`
    E0521 a `parallel` step does not take `retry`
    ");
}

#[test]
fn numbers_that_do_not_fit() {
    let fine = Stage { weight: Decimal::new(12345, 6), ..stage(1, 0, None) };
    let endless = stage(50, i64::MAX, None);
    insta::assert_snapshot!(said(vec![rollout(environment(0, true), vec![fine, endless, stage(100, -1, None)])]), @"
    E0523 a plan cannot hold this value: 0 replicas: at least 1 and at most 4294967295 is meant
    E0523 a plan cannot hold this value: 1.2345 % is not a share between 0 % and 100 % in steps of 0.01 %
    E0523 a plan cannot hold this value: a duration of 9223372036854775807 ms is outside 0..9007199254740991 ms
    E0523 a plan cannot hold this value: a duration of -1 ms is outside 0..9007199254740991 ms
    ");
}

#[test]
fn a_divided_stage_where_nothing_divides() {
    insta::assert_snapshot!(said(vec![rollout(environment(2, false), vec![stage(50, 0, None), stage(100, 0, None)])]), @"E0522 `local` has no traffic provider, so no stage can have 50%");
}

#[test]
fn what_was_reported_before_is_not_said_again() {
    let mut step = run(EffectClass::Once);
    let semantics::model::StepKind::Run(run) = &mut step.kind else { unreachable!() };
    run.config = Value::Error;
    assert_eq!(refusals(vec![step]), vec![]);
}

#[test]
fn an_action_whose_limit_nobody_knows() {
    let mut step = run(EffectClass::Once);
    let semantics::model::StepKind::Run(run) = &mut step.kind else { unreachable!() };
    let Value::Record(_, fields) = &mut run.config else { unreachable!() };
    fields.insert("within".into(), Value::Parameter("patience".into()));
    insta::assert_snapshot!(said(vec![step]), @"E0523 a plan cannot hold this value: `within` of the action bounds it, so write it there, not as a parameter of the run");
}
