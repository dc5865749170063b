//! Answers that are lost: what took effect is found out, done again or left to a person, as the effect's class says.
//! The ledger is the judge.

use super::acting::Acting;

/// How the first call of an action ends, as the ledger is told, and whether the runtime is killed meanwhile.
struct Loss {
    told: &'static str,
    killed: bool,
    /// Whether the first call took effect.
    took: bool,
}

const LOSSES: [Loss; 5] = [
    Loss { told: "until=never effect", killed: true, took: false },
    Loss { told: "effect until=never", killed: true, took: true },
    Loss { told: "sleep=1500 effect", killed: true, took: true },
    Loss { told: "effect die", killed: false, took: true },
    Loss { told: "effect until=never", killed: false, took: true },
];

/// Has an action's first answer lost, and follows the run to its end with this exit code.
#[track_caller]
fn lose(workflow: &str, action: &str, loss: &Loss, code: i32) -> Acting {
    let acting = Acting::new();
    acting.ledger.tell(action, &[loss.told]);
    let mut runtime = acting.serve();
    let run = acting.submit(workflow);
    acting.ledger.until_asked(1);
    if loss.killed {
        if loss.told.starts_with("effect") {
            acting.ledger.until_effects(1);
        }
        runtime.kill();
        runtime = acting.serve();
    }
    let said = acting.finish(&run);
    assert_eq!(said.code, code, "{}: {said:?}", loss.told);
    drop(runtime);
    acting
}

#[test]
fn an_idempotent_effect_is_done_again_under_the_same_key() {
    for loss in &LOSSES {
        let keys = lose("noting", "note", loss, 0).keys();
        assert!(!keys.is_empty() && keys.iter().all(|key| *key == keys[0]), "{}: {keys:?}", loss.told);
    }
}

#[test]
fn a_probeable_effect_takes_place_once() {
    for loss in &LOSSES {
        let acting = lose("paying", "pay", loss, 0);
        assert_eq!(acting.keys().len(), 1, "{}: {:?}", loss.told, acting.keys());
        let acts = acting.ledger.asked().iter().filter(|entry| !entry.probe).count();
        assert_eq!(acts, if loss.took { 1 } else { 2 }, "{}", loss.told);
    }
}

#[test]
fn a_slow_probe_is_waited_for_and_counts() {
    let acting = Acting::new();
    acting.ledger.tell("pay", &["effect die"]);
    acting.ledger.tell_probe("pay", &["until=answer tell"]);
    let _runtime = acting.serve();
    let run = acting.submit("paying");
    assert!(acting.ledger.until_asked(2).probe);
    acting.ledger.release("answer");
    acting.finish(&run).with_code(0);
    assert_eq!(acting.keys().len(), 1);
}
