//! A once-only action goes on when its runtime is killed. It is left its time, its true end counts where it is proved,
//! and it never acts after a person has decided. The ledger is the judge.

use rustix::process::Signal;
use serde_json::Value;

use super::acting::Acting;
use super::shop::Runtime;
use super::survival::events;
use crate::harness::ledger::Entry;
use crate::harness::processes::signal;
use crate::harness::wait::until_true;

/// An action that does this, whose runtime is killed while it does; the next runtime, the run, and the action.
#[track_caller]
fn orphan(acting: &Acting, told: &str, kills: impl FnOnce(&Acting)) -> (Runtime, String, Entry) {
    acting.ledger.tell("mail", &[told]);
    let runtime = acting.serve();
    let run = acting.submit("mailing");
    let asked = acting.ledger.until_asked(1);
    runtime.kill();
    kills(acting);
    (acting.serve(), run, asked)
}

fn kill_attendants(acting: &Acting) {
    let attendants = acting.shop.processes("attend");
    assert_eq!(attendants.len(), 1, "{attendants:?}");
    attendants[0].kill();
}

fn runs(pid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[track_caller]
fn until_asked_for(acting: &Acting, run: &str) -> Value {
    acting.shop.until_view(run, "it waits for a person", |view| view["waiting"][0]["asked"].is_object());
    acting.shop.view(run).expect("it is there")["waiting"][0].clone()
}

#[test]
fn nobody_decides_while_it_may_still_act_and_it_never_acts_after_a_decision() {
    for (decision, code) in [("skip", 0), ("retry", 0), ("reject", 1)] {
        let acting = Acting::new();
        let (_runtime, run, orphan) = orphan(&acting, "until=go effect", |_| ());
        assert!(runs(orphan.pid), "it was ended before its time was over");
        let early = acting.shop.site.run("deployd", &[decision, &run, "--reason", "it is time"]);
        assert_eq!(early.code, 1, "{decision} was taken while it could act: {}{}", early.out, early.err);
        let waiting = until_asked_for(&acting, &run);
        assert!(!runs(orphan.pid), "a person is asked while it can still act");
        assert!(waiting.to_string().contains("stopped after 3 s"), "{waiting}");
        acting.shop.site.run("deployd", &[decision, &run, "--reason", "looked it up"]).with_code(0);
        acting.ledger.release("go");
        acting.finish(&run).with_code(code);
        let by_it = acting.ledger.effects().into_iter().filter(|entry| entry.pid == orphan.pid).count();
        assert_eq!(by_it, 0, "{decision}: it acted after it");
        acting.shop.site.run("deployd", &["history"]).with_code(0).saying(&run);
    }
}

#[test]
fn one_that_finishes_meanwhile_has_its_true_outcome() {
    for (told, code, effects) in [("until=go effect", 0, 1), ("until=go exit=3", 1, 0)] {
        let acting = Acting::new();
        // Its further attempts end as the first one.
        acting.ledger.tell("mail", &[told, told, told]);
        let runtime = acting.serve();
        let run = acting.submit("mailing");
        acting.ledger.until_asked(1);
        runtime.kill();
        acting.ledger.release("go");
        let _runtime = acting.serve();
        acting.finish(&run).with_code(code);
        assert_eq!(acting.keys().len(), effects, "{told}");
        let journal = acting.shop.journal(&run);
        let first = events(&journal, "performed").next().expect("it has an outcome").clone();
        let proved = first["outcome"].to_string();
        assert!(proved.contains(if code == 0 { "done" } else { "exit code 3" }), "{proved}");
    }
}

#[test]
fn an_answer_that_was_lost_after_the_end_is_found() {
    let acting = Acting::new();
    let (_runtime, run, orphan) = orphan(&acting, "effect", |_| ());
    until_true("it has ended", || !runs(orphan.pid));
    acting.finish(&run).with_code(0);
    assert_eq!(acting.keys().len(), 1);
    let kept = acting.shop.site.state().join("actions");
    until_true("nothing is kept of it", || std::fs::read_dir(&kept).is_ok_and(|mut folders| folders.next().is_none()));
}

#[test]
fn without_its_attendant_it_is_left_its_time_and_then_ended() {
    let acting = Acting::new();
    let (_runtime, run, orphan) = orphan(&acting, "until=go effect", kill_attendants);
    assert!(runs(orphan.pid), "it was ended before its time was over");
    let waiting = until_asked_for(&acting, &run);
    assert!(!runs(orphan.pid), "a person is asked while it can still act");
    assert!(waiting.to_string().contains("still ran when its time was over"), "{waiting}");
    acting.ledger.release("go");
    acting.shop.site.run("deployd", &["skip", &run, "--reason", "looked it up"]).with_code(0);
    acting.finish(&run).with_code(0);
    assert_eq!(acting.keys().len(), 0);
}

#[test]
fn an_abort_waits_until_it_cannot_act_any_more() {
    let acting = Acting::new();
    let (_runtime, run, orphan) = orphan(&acting, "until=go effect", |_| ());
    acting.shop.site.run("deployd", &["abort", &run, "--reason", "enough"]).with_code(0);
    acting.finish(&run).with_code(22);
    assert!(!runs(orphan.pid));
    acting.ledger.release("go");
    assert_eq!(acting.keys().len(), 0);
}

#[test]
fn a_frozen_attendant_keeps_nothing_alive() {
    let acting = Acting::new();
    let freeze = |acting: &Acting| acting.shop.processes("attend").iter().for_each(|p| signal(p.pid, Signal::STOP));
    let (_runtime, run, orphan) = orphan(&acting, "until=go effect", freeze);
    until_asked_for(&acting, &run);
    assert!(!runs(orphan.pid) && acting.shop.processes("attend").is_empty());
    acting.shop.site.run("deployd", &["reject", &run]).with_code(0);
    acting.finish(&run).with_code(1);
    assert_eq!(acting.keys().len(), 0);
}
