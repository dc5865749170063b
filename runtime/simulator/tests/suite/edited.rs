//! A way back that somebody changed by hand, sealed again: each change is found, and told as a story.

use plan::{Body, Call, Plan, RecoveryStep, Share, Which};
use simulator::plans;
use simulator::timeline::timeline;
use simulator::verify::{Wanted, verify};

/// Single faults are enough.
const WANTED: Wanted = Wanted { pairs: 0, first: 0, instants_at_most: Wanted::INSTANTS, threads: 2 };

/// The rules that a changed plan breaks, with the story.
fn broken(name: &str, change: impl FnOnce(&mut Vec<RecoveryStep>)) -> (Vec<&'static str>, String) {
    let case = plans::case(name).unwrap();
    let mut body: Body = case.plan.body.clone();
    change(&mut body.rollouts.values_mut().next().unwrap().recovery);
    plan::validate::sound(&body).unwrap();
    let plan = Plan::new(body, case.plan.source_map.clone());
    let verified = verify(&plan, &WANTED).unwrap();
    let failing = verified.failing.unwrap_or_else(|| panic!("nothing is wrong with {name}"));
    let story = timeline(&failing.case, &failing.schedule, &failing.left, &failing.found);
    let faults = failing.schedule.faults.len() + failing.schedule.lasting.len();
    assert!(faults <= 1, "it is made small: {story}");
    assert!(story.contains("BROKEN") && story.contains(".deploy:"), "{story}");
    (failing.found.iter().map(|it| it.rule).collect(), story)
}

#[test]
fn a_way_back_without_a_step() {
    let (rules, story) = broken("in-batches", |back| _ = back.remove(0));
    assert!(rules.contains(&"traffic is served"), "nobody looks for what still runs: {story}");
    let (rules, story) = broken("first-canary", |back| _ = back.remove(1));
    assert!(rules.contains(&"traffic is served") && rules.contains(&"the old release serves"), "{story}");
    let (rules, story) = broken("first-canary", |back| _ = back.remove(2));
    assert_eq!(rules, ["nothing is left behind"], "{story}");
    let (rules, story) = broken("first-canary", Vec::clear);
    assert!(rules.contains(&"nothing is left behind"), "{story}");
}

#[test]
fn a_way_back_in_another_order() {
    let (rules, story) = broken("in-batches", |back| back.swap(0, 1));
    assert!(rules.contains(&"traffic is served"), "traffic is shifted before its instances are known: {story}");
    let (rules, story) = broken("first-canary", |back| back.swap(1, 2));
    assert!(rules.contains(&"traffic is served"), "the new release is stopped under its traffic: {story}");
}

#[test]
fn a_way_back_to_other_weights() {
    let (rules, story) = broken("first-canary", |back| {
        for step in back {
            if let Call::Shift { weights, .. } = &mut step.effect.call {
                let most = Share::from_basis_points(9_500).unwrap();
                let rest = Share::from_basis_points(500).unwrap();
                *weights = vec![(Which::Running, most), (Which::Incoming, rest)];
            }
        }
    });
    assert!(rules.contains(&"the old release serves"), "{story}");
}

#[test]
fn a_way_back_to_fewer_instances() {
    let (rules, story) = broken("in-batches", |back| {
        for step in back {
            if let Call::Ensure { instances, .. } = &mut step.effect.call {
                *instances = 1;
            }
        }
    });
    assert!(rules.contains(&"the old release stands") || rules.contains(&"capacity"), "{story}");
}
