//! New names: where they are written, and when there are none.

use std::fmt::Write as _;

use diagnostics::Edit;
use ide::Snapshot;

use crate::fixture::{drawn, fixture};
use crate::shop::at;

/// The files after the edits, checked anew.
fn applied(snapshot: &Snapshot, edits: &[Edit]) -> String {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|it| (it.span.file, std::cmp::Reverse(it.span.start)));
    let mut out = String::new();
    for file in snapshot.model().files() {
        let mut text = snapshot.text(file).to_owned();
        for edit in sorted.iter().filter(|it| it.span.file == file) {
            text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        }
        let _ = write!(out, "//- {}\n{text}", snapshot.path(file));
    }
    out
}

fn errors(snapshot: &Snapshot) -> Vec<String> {
    let files = snapshot.model().files().into_iter();
    let found = files.flat_map(|file| snapshot.diagnostics(file));
    found.filter(diagnostics::Diagnostic::is_error).map(|it| it.message).collect()
}

#[test]
fn a_new_name_is_written_everywhere_and_means_the_same() {
    let table = [
        ("pub let ho$0ld", "pause", 4),
        ("step for ho$0ld", "pause", 4),
        ("fn dou$0ble", "times_two", 2),
        ("twi$0ce(20)", "doubled", 2),
        ("it.po$0rt >", "number", 4),
        ("(steps$0 =", "rises", 3),
        ("sm$0all =>", "tiny", 2),
        ("=> ma$0ny }", "those", 2),
        ("filter(it$0", "place", 2),
        ("type Pla$0ce", "Spot", 4),
        ("rollout sh$0op", "store", 4),
        ("heal$0thy for", "sound", 2),
    ];
    for (text, name, places) in table {
        let asked = at(text);
        let before = errors(&asked.snapshot);
        let renamed = ide::rename(&asked.snapshot, asked.file, asked.offset, name).expect(text);
        assert_eq!(renamed.edits.len(), places, "{text}: {:?}", renamed.edits);
        let after = fixture(&applied(&asked.snapshot, &renamed.edits));
        assert_eq!(errors(&after.snapshot), before, "{text}");
    }
}

#[test]
fn some_things_keep_their_names() {
    let table = [
        ("step for ho$0ld", "Hold"),
        ("step for ho$0ld", "not"),
        ("step for ho$0ld", "9 lives"),
        ("pub let ho$0ld", "short"),
        ("pub let ho$0ld", "places"),
        ("it.po$0rt >", "name"),
        ("{ st$0ep for", "steps"),
        ("traffic = Pro$0xy", "Gateway"),
        ("List<Rat$0io>", "Share"),
        ("places.fil$0ter", "select"),
        ("use sha$0red", "common"),
        ("at lea$0st", "most"),
    ];
    let mut out = String::new();
    for (text, name) in table {
        let asked = at(text);
        let refused = ide::rename(&asked.snapshot, asked.file, asked.offset, name);
        let _ = writeln!(out, "{text} → {name}: {}", refused.expect_err(text));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn what_a_runtime_remembers_is_known_by_its_former_name() {
    let asked = at("service sh$0op");
    let renamed = ide::rename(&asked.snapshot, asked.file, asked.offset, "store").expect("a service is renamed");
    let formerly = renamed.formerly.expect("a runtime knows it by name");
    insta::assert_snapshot!(drawn(&asked.snapshot, [(formerly.span, formerly.text.as_str())]));
    let gate = at("heal$0thy for");
    let renamed = ide::rename(&gate.snapshot, gate.file, gate.offset, "sound").expect("a gate is renamed");
    assert_eq!(renamed.formerly, None);
}

#[test]
fn imports_follow_a_file() {
    let asked = at("pub let ho$0ld");
    let edits = ide::rename_file(&asked.snapshot, asked.file, "parts/common.deploy");
    let places = edits.iter().map(|it| (it.span, it.text.as_str()));
    insta::assert_snapshot!(drawn(&asked.snapshot, places));
    let moved = applied(&asked.snapshot, &edits).replace("//- shared.deploy", "//- parts/common.deploy");
    assert_eq!(errors(&fixture(&moved).snapshot), errors(&asked.snapshot));
}
