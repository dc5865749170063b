//! Definitions, types, references, highlights, calls.

use std::fmt::Write as _;

use diagnostics::Span;
use ide::Snapshot;

use crate::fixture::drawn;
use crate::shop::at;

/// Answers one below the other, each under the text with the cursor in it.
fn answers(
    texts: &[&str],
    answer: impl Fn(&Snapshot, diagnostics::FileId, u32) -> Vec<(Span, &'static str)>,
) -> String {
    let mut out = String::new();
    for text in texts {
        let asked = at(text);
        let places = answer(&asked.snapshot, asked.file, asked.offset);
        assert!(!places.is_empty(), "nothing is answered at `{text}`");
        let _ = writeln!(out, "# {text}\n{}", drawn(&asked.snapshot, places));
    }
    out
}

#[test]
fn definitions() {
    let texts = [
        "step for ho$0ld }",
        "shop@im$0age",
        "rollout sh$0op",
        "using care$0ful",
        "(steps$0 =",
        "guard = heal$0thy",
        "it.po$0rt >",
        "it$0.port)",
        "twi$0ce(20)",
        "{ sm$0all =>",
        "=> ma$0ny }",
        "er$0rors(canary)",
        "use std.pro$0cess.{Process, Processes}\nuse std.proxy",
        "use shared.{ho$0ld",
        "traffic = Pro$0xy",
        "Proxy { lis$0ten",
        "for st$0ep in steps",
        "List<Pl$0ace>",
    ];
    insta::assert_snapshot!(answers(&texts, |snapshot, file, offset| {
        ide::definition(snapshot, file, offset).map(|it| (it.name, "here")).into_iter().collect()
    }));
}

#[test]
fn type_definitions() {
    let texts = ["= pla$0ces.filter", "when ki$0nd", "it$0.port)", "it.po$0rt >"];
    insta::assert_snapshot!(answers(&texts, |snapshot, file, offset| {
        ide::type_definition(snapshot, file, offset).map(|it| (it.name, "its type")).into_iter().collect()
    }));
}

#[test]
fn references() {
    let texts = [
        "pub let ho$0ld",
        "fn dou$0ble",
        "type Place = { name: String, po$0rt",
        "metric err$0ors",
        "steps$0: List",
        "sm$0all | large",
    ];
    insta::assert_snapshot!(answers(&texts, |snapshot, file, offset| {
        ide::references(snapshot, file, offset, true).into_iter().map(|it| (it, "")).collect()
    }));
}

#[test]
fn highlights() {
    let texts = ["errors(can$0ary", "err$0ors(canary)", "step$0 for hold"];
    let answer = |snapshot: &Snapshot, file, offset| {
        let found = ide::highlights(snapshot, file, offset).into_iter();
        found.map(|it| (it.span, if it.declares { "its name" } else { "named" })).collect::<Vec<_>>()
    };
    insta::assert_snapshot!(answers(&texts[1..], answer));
    let arm = at(texts[0]);
    assert!(answer(&arm.snapshot, arm.file, arm.offset).is_empty());
}

#[test]
fn calls() {
    let asked = at("fn dou$0ble");
    let item = ide::prepare_calls(&asked.snapshot, asked.file, asked.offset).expect("a function is called");
    let incoming = ide::incoming_calls(&asked.snapshot, &item.symbol);
    let places = incoming.iter().flat_map(|it| it.places.iter().map(|place| (*place, it.other.kind)));
    let incoming = drawn(&asked.snapshot, places);
    let asked = at("workflow rele$0ase");
    let item = ide::prepare_calls(&asked.snapshot, asked.file, asked.offset).expect("a workflow calls");
    let outgoing = ide::outgoing_calls(&asked.snapshot, &item.symbol);
    let places = outgoing.iter().flat_map(|it| it.places.iter().map(|place| (*place, it.other.name.as_str())));
    insta::assert_snapshot!(format!("incoming\n{incoming}\noutgoing\n{}", drawn(&asked.snapshot, places)));
}

#[test]
fn signatures() {
    let texts = ["twice(2$0", "using careful($0", "steps = [5%, 50%], guard =$0", "files($0"];
    let mut out = String::new();
    for text in texts {
        let asked = at(text);
        let help = ide::signature_help(&asked.snapshot, asked.file, asked.offset).expect(text);
        let active = help.active.and_then(|at| help.parameters.get(at));
        let marks = active.map_or(String::new(), |it| " ".repeat(it.start) + &"^".repeat(it.end - it.start));
        let _ = writeln!(out, "# {text}\n{}\n{marks}", help.label);
    }
    insta::assert_snapshot!(out);
}
