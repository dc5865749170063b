//! A runtime that is told to stop, with real signals: effects under way are waited for and recorded, and nothing is
//! done twice afterwards.

use std::os::unix::fs::OpenOptionsExt;
use std::process::Stdio;

use rustix::fs::OFlags;
use rustix::process::Signal;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use xtask::witness::traffic::total;

use super::acting::Acting;
use super::shop::{Runtime, Shop};
use super::survival::events;
use crate::harness::ledger::Ledger;
use crate::harness::processes::signal;
use crate::harness::wait::{until, until_true};

/// How often a storm repeats its signals.
const STORM: usize = 50;

fn storm(runtime: &Runtime) {
    let pid = runtime.pid();
    for _ in 0..STORM {
        signal(pid, Signal::TERM);
        signal(pid, Signal::INT);
    }
}

#[test]
fn a_storm_of_signals_waits_for_a_once_only_effect_and_it_is_done_once() {
    let acting = Acting::new();
    acting.ledger.tell("mail", &["until=go effect"]);
    let runtime = acting.serve();
    let run = acting.submit("mailing");
    acting.ledger.until_asked(1);
    storm(&runtime);
    until_true("the stop is in the journal", || events(&acting.shop.journal(&run), "stopping").count() == 1);
    acting.ledger.release("go");
    assert_eq!(runtime.ended(), 0);
    assert_eq!(acting.keys().len(), 1, "the effect was waited for");
    let journal = acting.shop.journal(&run);
    assert_eq!(events(&journal, "performed").count(), 1, "and its outcome recorded");

    let _runtime = acting.serve();
    acting.finish(&run).with_code(0);
    assert_eq!(acting.keys().len(), 1);
}

#[test]
fn a_run_in_its_own_process_stops_with_21_and_goes_on_elsewhere() {
    let acting = Acting::new();
    acting.ledger.tell("mail", &["until=go effect"]);
    let plan = acting.shop.build("mailing");
    let mut command = acting.shop.site.command("deployd", &["run"]);
    Ledger::on_path(command.arg(plan).current_dir(acting.shop.site.project()));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("deployd can be started");
    let pid = i32::try_from(child.id()).expect("a pid is small");
    acting.ledger.until_asked(1);
    let run = acting.shop.newest();
    signal(pid, Signal::TERM);
    until_true("the stop is in the journal", || events(&acting.shop.journal(&run), "stopping").count() == 1);
    acting.ledger.release("go");
    let ended = until("the process ends", || child.try_wait().expect("it is our child"));
    assert_eq!(ended.code(), Some(21));

    let _runtime = acting.serve();
    acting.finish(&run).with_code(0);
    assert_eq!(acting.keys().len(), 1);
}

#[test]
fn what_does_not_answer_is_not_waited_for_longer_than_the_grace() {
    let acting = Acting::new();
    acting.ledger.tell("mail", &["until=never"]);
    let mut command = acting.shop.site.command("deployd", &["serve", "--grace", "100ms"]);
    let runtime = Runtime::start(&acting.shop, {
        Ledger::on_path(&mut command);
        command
    });
    let run = acting.submit("mailing");
    acting.ledger.until_asked(1);
    signal(runtime.pid(), Signal::TERM);
    assert_eq!(runtime.ended(), 0);
    assert_eq!(events(&acting.shop.journal(&run), "performed").count(), 0);

    let _runtime = acting.serve();
    acting.shop.until_view(&run, "a person is asked", |view| view["waiting"][0].is_object());
    assert_eq!(acting.ledger.asked().len(), 1, "a once-only effect is not done again by itself");
}

#[test]
fn a_stop_in_the_middle_of_a_hold_costs_no_request() {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--errors", "0.2%"]);
    let runtime = shop.serve();
    let load = shop.load();
    let run = shop.submit("release_patiently", "v2");
    shop.until_holding(&run);
    storm(&runtime);
    assert_eq!(runtime.ended(), 0);
    load.more(500);

    let _runtime = shop.serve();
    shop.finish(&run).with_code(0);
    assert_eq!(total(&load.stop()).lost(), 0);
    assert!(shop.answer().contains("v2"));
}

#[test]
fn a_person_who_interrupts_again_is_not_kept_waiting() {
    let acting = Acting::new();
    acting.ledger.tell("mail", &["until=never"]);
    let (_terminal, its_end) = terminal();
    let log = acting.shop.site.folder().join("runtime.log");
    let said = || std::fs::read_to_string(&log).unwrap_or_default();
    let mut command = acting.shop.site.command("deployd", &["serve"]);
    Ledger::on_path(&mut command).stdin(its_end);
    command.stderr(std::fs::File::create(&log).expect("the site is ours")).stdout(Stdio::null());
    let mut runtime = command.spawn().expect("deployd can be started");
    let socket = acting.shop.site.state().join("deployd.sock");
    until_true("the runtime listens", || std::os::unix::net::UnixStream::connect(&socket).is_ok());
    let run = acting.submit("mailing");
    acting.ledger.until_asked(1);

    signal(runtime.id().cast_signed(), Signal::INT);
    until_true("it says how to stop at once", || said().contains("; Ctrl-C again stops at once"));
    until_true("the stop is in the journal", || events(&acting.shop.journal(&run), "stopping").count() == 1);
    assert!(runtime.try_wait().expect("it is our child").is_none(), "an effect is under way");
    let ended = until("the process ends", || {
        signal(runtime.id().cast_signed(), Signal::INT);
        runtime.try_wait().expect("it is our child")
    });
    assert!(ended.success(), "{ended}: {}", said());
    assert!(said().contains("stopped at once; effects under way are settled at the next start"), "{}", said());
    assert_eq!(events(&acting.shop.journal(&run), "performed").count(), 0, "nobody knows its outcome");
}

/// A terminal, and the end of it that a program sees.
fn terminal() -> (std::os::fd::OwnedFd, Stdio) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let terminal = openpt(flags).expect("this system has pseudo-terminals");
    grantpt(&terminal).and_then(|()| unlockpt(&terminal)).expect("the terminal is ours");
    let name = ptsname(&terminal, Vec::new()).expect("it has a name").into_string().expect("its name is a path");
    let mut options = std::fs::File::options();
    // It must not become the terminal of this test.
    options.read(true).write(true).custom_flags(OFlags::NOCTTY.bits().cast_signed());
    let end = options.open(name).expect("the terminal is ours");
    (terminal, Stdio::from(end))
}
