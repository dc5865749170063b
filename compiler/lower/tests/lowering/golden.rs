//! Golden plans: every shape of rollout that the one stage model gives, and every other step.

use rust_decimal::Decimal;
use semantics::model::{EffectClass, Instances, Stage};

use crate::models::{approval, careful, check, environment, lowered, rollout, run, stage};
use crate::text::table;

#[test]
fn a_guarded_canary() {
    insta::assert_snapshot!(table(&lowered(vec![rollout(environment(2, true), careful())])));
}

#[test]
fn a_canary_as_the_document_that_is_written() {
    let plan = lowered(vec![rollout(environment(2, true), careful())]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&plan).unwrap());
}

#[test]
fn batches_that_replace_instances() {
    let batch = |hundredths: u32| {
        let share = Decimal::new(i64::from(hundredths), 2);
        Stage {
            instances: Instances::Share(share),
            keeping: Some(Decimal::ONE - share),
            ..stage(hundredths, 5_000, None)
        }
    };
    let stages = vec![batch(34), batch(67), batch(100)];
    insta::assert_snapshot!(table(&lowered(vec![rollout(environment(3, true), stages)])));
}

#[test]
fn a_preview_beside_the_running_release() {
    let preview = Stage { instances: Instances::Share(Decimal::ONE), ..stage(0, 60_000, None) };
    let stages = vec![preview, stage(100, 3_600_000, None)];
    insta::assert_snapshot!(table(&lowered(vec![rollout(environment(2, true), stages)])));
}

#[test]
fn everything_at_once_where_nothing_is_routed() {
    insta::assert_snapshot!(table(&lowered(vec![rollout(environment(2, false), vec![stage(100, 0, None)])])));
}

#[test]
fn repeated_stages_and_rollouts_are_told_apart() {
    let twice =
        || rollout(environment(2, true), vec![stage(50, 1_000, None), stage(50, 1_000, None), stage(100, 0, None)]);
    let plan = lowered(vec![twice(), twice()]);
    let ids: Vec<_> = plan.body.nodes.iter().map(|node| node.id.0.as_str()).collect();
    insta::assert_snapshot!(ids.join("\n"));
}

#[test]
fn the_other_steps_stand_in_line() {
    let mut bounded = run(EffectClass::Once);
    (bounded.within_ms, bounded.retry) = (Some(90_000), Some(2));
    let steps = vec![run(EffectClass::Idempotent), bounded, check(), check(), approval()];
    insta::assert_snapshot!(table(&lowered(steps)));
}
