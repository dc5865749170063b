//! Scripts: each thing that can happen, what comes of it, and expectations that can fail.

use std::sync::Arc;

use machine::view::RunStatus;
use plan::{Arm, Exact, Plan, Share};
use simulator::script::{Answer, Begins, Comparison, Event, Expected, Happens, Level, Script, beyond, judge};
use simulator::{Case, History, Schedule, plans, pure};

fn stage(percent: u32) -> Begins {
    Begins::Stage { weight: Share::from_basis_points(percent * 100).unwrap(), service: None, environment: None }
}

fn exact(text: &str) -> Exact {
    Exact::try_from(text.to_owned()).unwrap()
}

fn bad(share: &str) -> Happens {
    Happens::Reads { metric: "errors".to_owned(), arm: Arm::Canary, reading: None, level: Level::Share(exact(share)) }
}

fn event(happens: Happens, begins: Begins) -> Event {
    Event { text: format!("{happens:?}"), happens, begins, lasts_ms: None, place: None }
}

/// A plan with users.
fn plan(name: &str) -> Plan {
    let mut plan = plans::case(name).unwrap().plan.as_ref().clone();
    let least = if name == "first-canary" { "800" } else { "20000" };
    for rollout in plan.body.rollouts.values_mut() {
        rollout.traffic = Some(plan::Traffic { least: exact(least), most: exact("20000") });
    }
    Plan::new(plan.body, plan.source_map)
}

fn played(name: &str, events: Vec<Event>) -> (Case, History) {
    let case = Case::new(plan(name)).unwrap();
    let left = pure::play(&case, &Arc::new(Script { events }));
    (case, left)
}

fn outcome(status: RunStatus, at: Option<Begins>, within_ms: Option<u64>) -> Expected {
    Expected::Outcome { status, at, within_ms }
}

/// Whether an expectation holds, and what was found.
fn found(run: &(Case, History), expected: &Expected) -> (bool, String) {
    let finding = judge(&run.0, &Schedule::quiet(0), &run.1, expected);
    (finding.holds, finding.found)
}

fn story(run: &(Case, History)) -> String {
    simulator::timeline::timeline(&run.0, &Schedule::quiet(0), &run.1, &[])
}

#[test]
fn what_happens_decides_how_it_ends() {
    use RunStatus::{Completed, Failed, RolledBack};
    let fails = |times| Happens::Fails { action: "again".to_owned(), times };
    let answered = |answer, by: Option<&str>| Happens::Answered { answer, by: by.map(str::to_owned) };
    let given = |name| event(answered(Answer::Given, Some(name)), Begins::Start);
    let table: Vec<(&str, Vec<Event>, RunStatus, Option<Begins>)> = vec![
        ("first-canary", vec![], Completed, None),
        ("first-canary", vec![event(bad("0.1"), Begins::Start)], RolledBack, Some(stage(5))),
        ("first-canary", vec![event(bad("0.1"), stage(25))], RolledBack, Some(stage(25))),
        ("first-canary", vec![event(bad("0.1"), Begins::After(20_000))], RolledBack, Some(stage(25))),
        // Within what the gate allows.
        ("first-canary", vec![event(bad("0.004"), Begins::Start)], Completed, None),
        // What is written later holds.
        ("first-canary", vec![event(bad("0.1"), Begins::Start), event(bad("0.001"), Begins::Start)], Completed, None),
        // What is over does no harm any more.
        ("first-canary", vec![Event { lasts_ms: Some(1), ..event(bad("1"), Begins::Start) }], Completed, None),
        ("first-canary", vec![event(Happens::Silent, stage(5))], RolledBack, Some(stage(5))),
        ("first-canary", vec![event(Happens::Silent, stage(50))], RolledBack, Some(stage(50))),
        ("first-canary", vec![event(Happens::Unready(Arm::Canary), Begins::Start)], RolledBack, Some(stage(5))),
        ("first-canary", vec![event(Happens::Unready(Arm::Canary), stage(25))], RolledBack, Some(stage(25))),
        ("first-canary", vec![event(Happens::Crash, Begins::Start)], Completed, None),
        ("first-canary", vec![event(Happens::Crash, stage(25))], Completed, None),
        (
            "first-canary",
            vec![event(bad("0.1"), stage(25)), event(Happens::Crash, stage(25))],
            RolledBack,
            Some(stage(25)),
        ),
        ("actions", vec![event(fails(Some(1)), Begins::Start)], Completed, None),
        ("actions", vec![event(fails(None), Begins::Start)], Failed, None),
        ("approved", vec![], Completed, None),
        ("approved", vec![given("ann"), given("bob")], Completed, None),
        // One of two is not enough, and somebody else is none of them.
        ("approved", vec![given("ann")], Failed, None),
        ("approved", vec![given("ann"), given("mallory")], Failed, None),
        ("approved", vec![event(answered(Answer::Given, None), Begins::After(30_000))], Completed, None),
        ("approved", vec![event(answered(Answer::Given, None), Begins::After(70_000))], Failed, None),
        ("approved", vec![event(answered(Answer::Refused, Some("bob")), Begins::Start)], Failed, None),
        ("approved", vec![event(answered(Answer::Missing, None), Begins::Start)], Failed, None),
    ];
    for (plan, events, status, at) in table {
        let run = played(plan, events.clone());
        let (holds, what) = found(&run, &outcome(status, at, None));
        assert!(holds, "{plan} {events:#?}: {what}\n{}", story(&run));
        let others = [Completed, Failed, RolledBack, RunStatus::Aborted, RunStatus::Unsafe];
        for other in others.into_iter().filter(|other| *other != status) {
            assert!(!found(&run, &outcome(other, None, None)).0, "{plan} {events:#?}: {other:?} holds too");
        }
    }
}

#[test]
fn an_end_is_counted_from_what_happened() {
    let run = played("first-canary", vec![event(bad("0.1"), stage(25))]);
    let within = |ms| found(&run, &outcome(RunStatus::RolledBack, Some(stage(25)), Some(ms)));
    assert!(within(2_000).0, "{}", within(2_000).1);
    assert!(!within(100).0);
    assert!(within(100).1.contains("at stage 25% of `shop` in `local`"), "{}", within(100).1);
    assert!(!found(&run, &outcome(RunStatus::RolledBack, Some(stage(5)), None)).0);
}

#[test]
fn exposure_budget_and_what_ran_are_read_from_the_world() {
    let run = played("first-canary", vec![event(bad("0.1"), stage(25))]);
    let exposed = |comparison, limit| found(&run, &Expected::Exposure { comparison, limit: exact(limit) });
    assert!(exposed(Comparison::AtMost, "0.25").0 && exposed(Comparison::Equal, "0.25").0);
    assert!(!exposed(Comparison::AtMost, "0.24").0 && !exposed(Comparison::Less, "0.25").0);
    assert!(exposed(Comparison::AtMost, "0.05").1.starts_with("the new release had 25% of the traffic at 16s"));

    let ran = |never, what: &str| {
        let run =
            played("actions", vec![event(Happens::Fails { action: "asked".to_owned(), times: None }, Begins::Start)]);
        found(&run, &Expected::Ran { never, what: what.to_owned(), phase: None })
    };
    assert!(ran(false, "again").0 && !ran(true, "again").0);
    // What was tried and failed was neither carried out nor left alone.
    assert!(!ran(false, "asked").0 && !ran(true, "asked").0);
    assert!(ran(false, "asked").1.contains("was tried at"), "{}", ran(false, "asked").1);
    assert!(!ran(false, "once").0 && ran(true, "once").0);
}

#[test]
fn budgets_count_what_is_beyond_the_usual() {
    let promised = plan::Objective {
        service: "shop".to_owned(),
        metric: "errors".to_owned(),
        under_ms: None,
        good: exact("0.99"),
        period_ms: 30 * 86_400_000,
    };
    let spent = |events: Vec<Event>, limit: &str| {
        let mut plan = plan("first-canary");
        plan.body.objectives.insert("availability".to_owned(), promised.clone());
        let plan = Plan::new(plan.body, plan.source_map);
        let case = Case::new(plan).unwrap();
        let left = pure::play(&case, &Arc::new(Script { events }));
        let expected = Expected::Budget { objective: None, comparison: Comparison::AtMost, limit: exact(limit) };
        found(&(case, left), &expected)
    };
    assert_eq!(spent(vec![], "0"), (true, "the run spent 0% of the budget of `availability`".to_owned()));
    // A twentieth of the traffic, all of it bad, for a second of thirty days of which a hundredth may be.
    let all = spent(vec![event(bad("1"), Begins::Start)], "0.0001");
    assert!(all.0 && all.1 != "the run spent 0% of the budget of `availability`", "{}", all.1);
    assert!(!spent(vec![event(bad("1"), Begins::Start)], "0").0);
    let run = played("first-canary", vec![]);
    let none = Expected::Budget { objective: None, comparison: Comparison::AtMost, limit: exact("1") };
    assert!(!found(&run, &none).0, "nothing is promised in this plan");
}

#[test]
fn a_script_is_played_the_same_each_time() {
    let events = || vec![event(bad("0.1"), stage(25)), event(Happens::Crash, Begins::After(3_000))];
    assert_eq!(story(&played("first-canary", events())), story(&played("first-canary", events())));
}

#[test]
fn whoever_looks_changes_no_count() {
    let counts = |events: Vec<Event>| {
        let (case, left) = played("first-canary", events);
        let requests = left.world.book.iter().filter_map(|entry| match &entry.what {
            simulator::world::What::Sampled { counts, .. } => Some((entry.at_ms, counts.clone())),
            _ => None,
        });
        (case.plan.body.nodes.len(), requests.collect::<Vec<_>>())
    };
    // Two events that change nothing have the world looked at more often.
    let idle = |ms| event(Happens::Fails { action: "none".to_owned(), times: None }, Begins::After(ms));
    let (plain, more) = (counts(vec![]).1, counts(vec![idle(5_000), idle(11_000)]).1);
    assert!(more.len() > plain.len());
    let same = plain.iter().filter(|(at_ms, _)| more.iter().any(|(other, _)| other == at_ms));
    assert!(same.clone().count() > 3);
    assert!(same.into_iter().all(|it| more.contains(it)));
}

#[test]
fn what_cannot_be_simulated_is_told_by_step() {
    assert_eq!(beyond(&plan("first-canary")), vec![]);
    let mut plan = plan("first-canary");
    for environment in plan.body.environments.values_mut() {
        environment.drift = Some(plan::Drift::Report);
    }
    let asked = plan::requires::asked(&plan.body);
    let told = beyond(&plan);
    let expected: Vec<String> =
        asked.iter().filter(|(capability, _)| !machine::can(capability)).map(|(_, step)| step.clone()).collect();
    assert_eq!(told.iter().map(|it| it.step.clone()).collect::<Vec<_>>(), expected);
    assert!(told.iter().all(|it| it.place.is_some()));
}
