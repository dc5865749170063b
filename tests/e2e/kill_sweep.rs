//! The runtime killed at every point of a rollout: nothing is lost, nothing is done twice, and users do not notice.
//!
//! `KILL_POINT=TEXT` tries the points whose names contain the text, and no others. `KILL_RUNTIME=PATH` names the
//! runtime that is killed; without it, it is the one of this build. `cargo xtask test` gives the one built for release.

use std::env;

use tempfile::TempDir;
use xtask::killing::{Programs, World, sweep};

use crate::harness::command::binary;

#[test]
fn a_runtime_that_is_killed_at_any_point_loses_nothing_and_repeats_nothing() {
    let (_folder, mut world) = world();
    let report = sweep::sweep(&mut world, env::var("KILL_POINT").ok().as_deref()).expect("nothing breaks the sweep");
    println!("{report}");
    assert!(report.good(), "{report}");
}

#[test]
fn an_effect_that_is_done_twice_is_seen() {
    let (_folder, mut world) = world();
    let report = sweep::careless(&mut world).expect("nothing breaks the world");
    assert!(report.doubled() > 0 && !report.good(), "{report}");
}

/// The folder goes after the world's processes have ended.
fn world() -> (TempDir, World) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let built = binary("deployd").parent().expect("programs lie in a folder").to_owned();
    let mut programs = Programs::of(&built).expect("everything is built");
    if let Some(runtime) = env::var_os("KILL_RUNTIME") {
        println!("the runtime that is killed: {}", runtime.display());
        programs = programs.with_runtime(runtime.into());
    }
    let world = World::set(folder.path(), programs).expect("the world can be set");
    (folder, world)
}
