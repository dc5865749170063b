//! A sample of the mutants of docs/decisions/0040, and plans far larger than anybody writes.

use plan::{Node, NodeId, Plan};
use simulator::mutants::mutants;
use simulator::plans;
use simulator::verify::{Wanted, verify};

#[test]
fn changed_plans_are_judged_as_was_said_before() {
    let wanted = Wanted { pairs: 0, first: 0, instants_at_most: Wanted::INSTANTS, threads: 2 };
    let all = mutants(&plans::case("in-batches").unwrap().plan);
    let rejected = all.iter().filter(|mutant| mutant.operator.is_to_be_rejected()).count();
    assert!(rejected >= 15 && all.len() > rejected, "{rejected} of {}", all.len());
    for mutant in all {
        let verified = verify(&mutant.plan, &wanted).unwrap();
        let (operator, place) = (mutant.operator, &mutant.place);
        assert_eq!(verified.is_safe(), !operator.is_to_be_rejected(), "{operator} of {place}");
    }
}

#[test]
fn a_plan_of_very_many_steps_is_tried_in_part_and_says_so() {
    let mut body = plans::case("twenty").unwrap().plan.body.clone();
    let pattern = body.nodes[0].clone();
    let id = |number: usize| NodeId(format!("release/step-{number}"));
    let node = |number: usize| {
        let after = number.checked_sub(1).map(id).into_iter().collect();
        Node { id: id(number), after, ..pattern.clone() }
    };
    body.nodes = (0..2_000).map(node).collect();
    let plan = Plan::new(body, std::collections::BTreeMap::new());
    let wanted = Wanted { pairs: 10_000, first: 0, instants_at_most: 1, threads: 2 };
    let verified = verify(&plan, &wanted).unwrap();
    assert!(verified.is_safe() && !verified.is_whole());
    assert_eq!((verified.steps, verified.singles, verified.pairs), (2_000, 1, 1));
    assert!(verified.possible > 40_000, "{}", verified.possible);
}
