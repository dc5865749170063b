//! Every fault hits every class of effect in every state of a run, but where that cannot be; and what cannot be is not.

use simulator::oracle::judge;
use simulator::timeline::timeline;
use simulator::{Case, Coverage, Depth, Passed, Schedule, plans, pure, sweep};

/// Schedules that may be tried for one cell on each plan.
const TRIES: u64 = 400;

/// Plans with steps of every class before, beside and behind what goes back.
const PLANS: [&str; 4] = ["cleaned", "beside", "actions", "asking"];

#[test]
fn no_cell_is_empty() {
    let cases: Vec<(Case, Passed)> = PLANS
        .iter()
        .map(|name| {
            let case = plans::case(name).unwrap();
            let passed = sweep::passed(&case);
            (case, passed)
        })
        .collect();
    let mut coverage = Coverage::default();
    for seed in 0..TRIES {
        let empty = coverage.empty();
        if empty.is_empty() {
            break;
        }
        for (kind, hit, phase) in empty {
            for (case, passed) in &cases {
                let schedule = Schedule::aimed(seed, passed, kind, hit, phase);
                let left = pure::run(case, &schedule, Depth::Ends);
                coverage.add(&left);
                let found = judge(case, &schedule, &left);
                assert!(found.is_empty(), "{}", timeline(case, &schedule, &left, &found));
            }
        }
    }
    let empty = coverage.empty();
    assert!(empty.is_empty(), "{coverage}\n{} cells are empty: {empty:?}", empty.len());
    assert_eq!(coverage.wonders(), vec![], "{coverage}");
}
