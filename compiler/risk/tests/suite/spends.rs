//! What a bad release costs.

use plan::Undecided;
use proptest::prelude::*;
use risk::{Broken, Report, Spend, assess, broken, remedy};

use crate::fixture::{MINUTE, SECOND, Scene};

fn report(scene: &Scene) -> Report {
    assess(&scene.plan()).unwrap()
}

fn spend(scene: &Scene, stage: usize) -> Spend {
    report(scene).rollouts[0].stages[stage].spends[0].clone()
}

/// 10 % for 10 minutes at 99.9 % over 30 days spend 2.3 % of the budget when all of it fails and nobody looks.
#[test]
fn a_stage_without_a_gate_costs_all_of_its_time() {
    let scene = Scene { stages: vec![(1_000, 10 * MINUTE, false)], ..Scene::default() };
    let spend = spend(&scene, 0);
    assert!((spend.outright - 0.02315).abs() < 1e-9, "{spend:?}");
    assert!(!spend.outright_ends && !spend.ends, "nothing ends it");
}

#[test]
fn a_gate_that_looks_makes_it_cheaper_by_orders() {
    let watched = spend(&Scene::default(), 0);
    assert!(watched.outright < 0.001 && watched.outright_ends, "{watched:?}");
    assert!(watched.worst >= watched.outright, "{watched:?}");
}

#[test]
fn the_way_back_costs_its_time() {
    let quick = spend(&Scene::default(), 0).outright;
    let slow = spend(&Scene { back_ms: 10 * MINUTE, ..Scene::default() }, 0).outright;
    assert!((slow - quick - 0.02315).abs() < 1e-5, "{quick} {slow}");
}

#[test]
fn a_gate_that_waits_for_a_person_has_no_end() {
    let few = Scene { traffic: Some(("0.01", "10")), then: Undecided::Ask, ..Scene::default() };
    let spend = spend(&few, 0);
    assert!(!spend.outright_ends, "{spend:?}");
    let back = Scene { then: Undecided::Rollback, ..few };
    assert!(self::spend(&back, 0).outright_ends);
}

/// A release within every margin stays: what it costs has no end, and is told as a rate.
#[test]
fn what_every_gate_allows_is_no_price_of_a_failure() {
    let scene = Scene { stages: vec![(1_000, 10 * MINUTE, true)], plus: "0.099", ..Scene::default() };
    assert!(spend(&scene, 0).worst_at > 0.1, "{:?}", spend(&scene, 0));
    assert!(report(&scene).rollouts[0].lets_through[0].burn > 99.0);
}

#[test]
fn without_declared_traffic_nothing_is_computed() {
    assert!(report(&Scene { traffic: None, ..Scene::default() }).rollouts[0].stages[0].spends.is_empty());
}

#[test]
fn an_objective_of_everything_has_no_budget_to_spend() {
    let all = Scene { good: "1", ..Scene::default() };
    assert!(report(&all).rollouts[0].stages[0].spends.is_empty());
}

#[test]
fn a_margin_wider_than_the_budget_is_named() {
    let through = &report(&Scene::default()).rollouts[0].lets_through;
    assert_eq!(through.len(), 1);
    assert!((through[0].allowed - 0.01).abs() < 1e-12 && (through[0].burn - 10.0).abs() < 1e-9, "{through:?}");
    let narrow = Scene { usual: Some("0.0001"), plus: "0.0005", ..Scene::default() };
    assert!(report(&narrow).rollouts[0].lets_through.is_empty());
}

/// 10 % for 10 minutes at 99.9 % over 30 days, as above, and the other nine tenths for as long.
#[test]
fn a_limit_is_of_the_sum_of_all_stages() {
    let stages = vec![(1_000, 10 * MINUTE, false), (10_000, 10 * MINUTE, false)];
    let scene = |may| Scene { stages: stages.clone(), may_spend: Some(may), ..Scene::default() };
    let limit = report(&scene("0.3")).rollouts[0].limits[0].clone();
    assert!((limit.spent - 0.2546).abs() < 1e-4, "{limit:?}");
    assert_eq!(limit.stages.iter().map(|stage| stage.lasts_ms).collect::<Vec<_>>(), [10 * MINUTE; 2]);
    assert_eq!(broken(&scene("0.3").plan()), []);
    let over = broken(&scene("0.25").plan());
    let [Broken::Overspent { limit, .. }] = over.as_slice() else { panic!("{over:?}") };
    assert_eq!(remedy(limit), "guard the stage `100%`: nothing tells that it fails; or allow at least 26%");
}

#[test]
fn a_limit_is_never_below_the_price_of_one_stage() {
    let scene = Scene { may_spend: Some("1"), back_ms: MINUTE, ..Scene::default() };
    let report = report(&scene);
    let sum = report.rollouts[0].limits[0].spent;
    for stage in &report.rollouts[0].stages {
        assert!(stage.spends[0].outright <= sum * 1.001, "{} {sum}", stage.spends[0].outright);
    }
}

#[test]
fn a_person_who_is_asked_has_a_day() {
    let few = Scene { traffic: None, then: Undecided::Ask, may_spend: Some("1"), ..Scene::default() };
    let limit = &report(&few).rollouts[0].limits[0];
    assert_eq!(limit.stages[0].lasts_ms, 10 * MINUTE + 24 * 60 * MINUTE);
    let back = Scene { then: Undecided::Rollback, ..few };
    assert_eq!(report(&back).rollouts[0].limits[0].stages[0].lasts_ms, 10 * MINUTE);
}

#[test]
fn without_a_budget_there_is_no_share_of_one() {
    let all = Scene { good: "1", may_spend: Some("0.5"), ..Scene::default() };
    assert!(matches!(broken(&all.plan()).as_slice(), [Broken::NoBudget { .. }]));
}

proptest! {
    /// Cost rises with the weight and with the time that nobody looks, and falls with a larger budget.
    #[test]
    fn cost_follows_what_causes_it(weight in 1_u32..9_000, hold in 1_u64..100) {
        let at = |weight, hold, good| {
            let scene = Scene { stages: vec![(weight, hold * SECOND, false)], good, ..Scene::default() };
            spend(&scene, 0).outright
        };
        prop_assert!(at(weight, hold, "0.999") <= at(weight + 500, hold, "0.999"));
        prop_assert!(at(weight, hold, "0.999") <= at(weight, hold + 1, "0.999"));
        prop_assert!(at(weight, hold, "0.999") <= at(weight, hold, "0.9999"));
    }
}
