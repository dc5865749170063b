//! Answers that are lost: what took effect is found out, done again or left to a person, as the effect's class says.
//! The ledger is the judge.

use std::process::Stdio;

use rustix::process::Signal;
use serde_json::Value;

use super::acting::Acting;
use super::shop::Runtime;
use crate::harness::command::Said;
use crate::harness::ledger::Ledger;
use crate::harness::processes::signal;
use crate::harness::wait::until_true;

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

/// Has an action's first answer lost; the runtime at work, and the run.
#[track_caller]
fn lose(acting: &Acting, workflow: &str, action: &str, loss: &Loss) -> (Runtime, String) {
    acting.ledger.tell(action, &[loss.told]);
    let runtime = acting.serve();
    let run = acting.submit(workflow);
    acting.ledger.until_asked(1);
    if !loss.killed {
        return (runtime, run);
    }
    if loss.told.starts_with("effect") {
        acting.ledger.until_effects(1);
    }
    runtime.kill();
    (acting.serve(), run)
}

/// The same, and follows the run to its good end.
#[track_caller]
fn lose_and_end(workflow: &str, action: &str, loss: &Loss) -> Acting {
    let acting = Acting::new();
    let (_runtime, run) = lose(&acting, workflow, action, loss);
    acting.finish(&run).with_code(0);
    acting
}

#[test]
fn an_idempotent_effect_is_done_again_under_the_same_key() {
    for loss in &LOSSES {
        let keys = lose_and_end("noting", "note", loss).keys();
        assert!(!keys.is_empty() && keys.iter().all(|key| *key == keys[0]), "{}: {keys:?}", loss.told);
    }
}

#[test]
fn a_probeable_effect_takes_place_once() {
    for loss in &LOSSES {
        let acting = lose_and_end("paying", "pay", loss);
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

#[test]
fn a_once_only_effect_waits_for_a_person_with_the_evidence() {
    // One that ends well before its time is over proves what it did: `orphans.rs`.
    for loss in LOSSES.iter().filter(|loss| !loss.told.starts_with("sleep")) {
        let acting = Acting::new();
        let (_runtime, run) = undecided(&acting, "mailing", "mail", loss);
        let effects = acting.keys().len();
        say(&acting, &["skip", &run]).with_code(1).saying("--reason");
        say(&acting, &["skip", &run, "--reason", "the mail server says so"]).with_code(0);
        acting.finish(&run).with_code(0);
        assert_eq!(acting.keys().len(), effects, "{}: it was not done again", loss.told);
    }
}

#[test]
fn a_once_only_effect_is_done_again_when_a_person_says_so() {
    let acting = Acting::new();
    // The lost attempt would still take effect, were it not ended first.
    let lost = Loss { told: "until=go effect", killed: true, took: false };
    let (_runtime, run) = undecided(&acting, "mailing", "mail", &lost);
    say(&acting, &["retry", &run, "--reason", "no trace of it"]).with_code(0);
    acting.ledger.release("go");
    acting.finish(&run).with_code(0);
    let keys = acting.keys();
    assert!(keys.len() == 1 && keys[0].ends_with("/2"), "{keys:?}");
}

#[test]
fn a_probe_that_cannot_tell_leaves_it_to_a_person() {
    for (told, known) in [("exit=4", "exit code 4"), ("die", "killed by signal"), ("until=never", "no answer in 25 s")]
    {
        let acting = Acting::new();
        acting.ledger.tell_probe("pay", &[told]);
        let lost = Loss { told: "effect die", killed: false, took: true };
        let (_runtime, run) = undecided(&acting, "paying", "pay", &lost);
        let view = acting.shop.view(&run).expect("it is there");
        assert!(view["waiting"][0].to_string().contains(known), "{view}");
        say(&acting, &["extend", &run, "--by", "1h"]).with_code(0);
        say(&acting, &["skip", &run, "--reason", "it is in the books"]).with_code(0);
        acting.finish(&run).with_code(0);
        assert_eq!(acting.keys().len(), 1);
    }
}

#[test]
fn who_watches_a_lost_answer_is_told_what_to_type() {
    let acting = Acting::new();
    acting.ledger.tell("mail", &["effect die"]);
    let plan = acting.shop.build("mailing");
    let mut command = acting.shop.site.command("deployd", &["run"]);
    Ledger::on_path(&mut command).arg(plan).current_dir(acting.shop.site.project());
    let _runtime = acting.serve();
    let log = acting.shop.site.folder().join("follows.log");
    let kept = std::fs::File::create(&log).expect("the site is ours");
    let mut follows = command.stdout(kept).stderr(Stdio::null()).spawn().expect("deployd can be started");
    let key = acting.ledger.until_asked(1).key;
    let run = acting.shop.newest();
    let shown = || std::fs::read_to_string(&log).unwrap_or_default();
    until_true("it is told until when", || shown().contains(" left, then the step fails as undecided"));
    let typed = ["skip", "retry", "reject", "extend"].map(|word| format!("type: deployd {word} {run}"));
    let facts = ["killed by signal", &key, "run mail", "--reason TEXT", "--by DURATION"];
    for told in facts.into_iter().chain(typed.iter().map(String::as_str)) {
        assert!(shown().contains(told), "nothing says {told:?}: {}", shown());
    }
    signal(follows.id().cast_signed(), Signal::INT);
    assert_eq!(follows.wait().expect("it is our child").code(), Some(21));
    say(&acting, &["abort", &run]).with_code(0);
    acting.finish(&run).with_code(22);
}

/// Loses the first answer of an action; the runtime at work, and the run, which waits for a person.
#[track_caller]
fn undecided(acting: &Acting, workflow: &str, action: &str, loss: &Loss) -> (Runtime, String) {
    let (runtime, run) = lose(acting, workflow, action, loss);
    let waits = |view: &Value| view["waiting"][0]["asked"].is_object();
    acting.shop.until_view(&run, "it waits for a person", waits);
    let acts = acting.ledger.asked().iter().filter(|entry| !entry.probe).count();
    assert_eq!(acts, 1, "{}: it was not done again by itself", loss.told);
    (runtime, run)
}

#[track_caller]
fn say(acting: &Acting, words: &[&str]) -> Said {
    acting.shop.site.run("deployd", words)
}
