//! Snapshots: what they hold, and how long.

use std::sync::mpsc::channel;

use ide::{Cancelled, Snapshot};
use semantics::Database;

use crate::fixture::{drawn, fixture};

const TWO: &str = "
//- one.deploy
let a: Int = 1
let b: Text = a$0
//- two.deploy
let c: Int = nowhere
";

#[test]
fn a_snapshot_holds_files_trees_and_what_is_wrong() {
    let asked = fixture(TWO);
    let tree = asked.snapshot.tree_at(asked.file, asked.offset).expect("the cursor is in a declaration");
    assert_eq!(tree.text, "let b: Text = a");
    let files = asked.snapshot.model().files();
    let found = files.iter().flat_map(|file| asked.snapshot.diagnostics(*file)).collect::<Vec<_>>();
    let places = found.iter().map(|it| (it.primary.span, it.message.as_str()));
    insta::assert_snapshot!(drawn(&asked.snapshot, places));
}

#[test]
fn a_question_about_what_is_no_more_is_given_up() {
    let mut database = Database::default();
    database.set_text("main.deploy", "let a: Int = 1\n");
    let snapshot = Snapshot::new(database.clone());
    let (begun, has_begun) = channel();
    let asked = std::thread::spawn(move || {
        snapshot.ask(|snapshot| {
            begun.send(()).expect("the test waits for it");
            loop {
                snapshot.stop_if_cancelled();
                std::thread::yield_now();
            }
        })
    });
    has_begun.recv().expect("the question begins");
    database.set_text("main.deploy", "let a: Int = 2\n");
    let answer: Result<(), Cancelled> = asked.join().expect("giving up is no panic");
    assert_eq!(answer, Err(Cancelled::Edited));
}

#[test]
fn a_question_can_be_withdrawn() {
    let asked = fixture(TWO);
    asked.snapshot.withdrawal().withdraw();
    let file = asked.file;
    assert_eq!(asked.snapshot.ask(|snapshot| snapshot.diagnostics(file)), Err(Cancelled::Withdrawn));
}
