//! What a gate can tell.

use proptest::prelude::*;
use risk::{Sight, assess};

use crate::fixture::{MINUTE, SECOND, Scene};

fn sight(scene: &Scene) -> Sight {
    assess(&scene.plan()).unwrap().rollouts[0].stages[0].sights[0].clone()
}

#[test]
fn requests_are_those_of_the_arm_at_the_lowest_traffic() {
    let scene = Scene { stages: vec![(100, 10 * MINUTE, true)], ..Scene::default() };
    assert_eq!(sight(&scene).seen, 60, "1 % of 10 a second for 10 min");
}

#[test]
fn what_few_requests_cannot_tell_is_said() {
    let scene = Scene { stages: vec![(100, 10 * SECOND, true)], ..Scene::default() };
    let blind = sight(&scene);
    assert_eq!((blind.seen, blind.fails_from), (1, None));
}

#[test]
fn what_is_not_declared_is_not_supposed() {
    let without = |scene: Scene| sight(&scene).unknown.unwrap();
    assert_eq!(without(Scene { traffic: None, ..Scene::default() }), "no traffic is declared");
    assert_eq!(without(Scene { usual: None, ..Scene::default() }), "the metric has no `usual`");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// More requests tell smaller differences, never below what the margin allows.
    #[test]
    fn longer_holds_tell_smaller_differences(minutes in 1_u64..600) {
        let at = |minutes: u64| {
            let scene = Scene { stages: vec![(1_000, minutes * MINUTE, true)], ..Scene::default() };
            sight(&scene).fails_from.unwrap_or(f64::INFINITY)
        };
        prop_assert!(at(minutes * 2) <= at(minutes));
        prop_assert!(at(minutes) > 0.01);
    }
}
