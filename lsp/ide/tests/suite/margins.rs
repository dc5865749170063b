//! What is shown beside the text: hints, lenses, and changes that are offered.

use std::fmt::Write as _;

use diagnostics::{Edit, Span};
use ide::{Act, Refactoring, Risks};

use crate::fixture::{Fixture, drawn, fixture};
use crate::shop::{at, with};

#[test]
fn hints() {
    let asked = at("strategy $0careful");
    let risks = Risks::assess(&asked.snapshot);
    let end = u32::try_from(asked.snapshot.text(asked.file).len()).expect("the project is small");
    let found = ide::inlay_hints(&asked.snapshot, &risks, Span::new(asked.file, 0, end));
    let places = found.iter().map(|it| (Span::new(asked.file, it.at, it.at), it.label.as_str()));
    let none = ide::inlay_hints(&asked.snapshot, &risks, Span::new(asked.file, 0, 1));
    assert_eq!(none, Vec::new());
    insta::assert_snapshot!(drawn(&asked.snapshot, places));
}

#[test]
fn lenses() {
    let asked = with("workflow release", "test \"goes $0well\" {\n  expect 1 == 1\n}\n\nworkflow release");
    let found = ide::lenses(&asked.snapshot, asked.file);
    let label = |act: &Act| match act {
        Act::Plan(name) => format!("plan {name}"),
        Act::Graph(name) => format!("graph of {name}"),
        Act::Verify(name) => format!("verify {name}"),
        Act::Simulate(title) => format!("simulate {title}"),
        Act::References(symbol) => format!("{} references", ide::references_of(&asked.snapshot, symbol).len()),
    };
    let labels: Vec<(Span, String)> = found.iter().map(|it| (it.span, label(&it.act))).collect();
    insta::assert_snapshot!(drawn(&asked.snapshot, labels.iter().map(|(span, label)| (*span, label.as_str()))));
}

/// The file of the cursor after the edits.
fn applied(asked: &Fixture, edits: &[Edit]) -> String {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|it| std::cmp::Reverse(it.span.start));
    let mut text = asked.snapshot.text(asked.file).to_owned();
    for edit in sorted {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

fn offered(asked: &Fixture) -> Vec<Refactoring> {
    ide::refactorings(&asked.snapshot, Span::new(asked.file, asked.offset, asked.offset))
}

/// The lines that an edit brought.
fn brought(asked: &Fixture, edits: &[Edit]) -> String {
    let (before, after) = (asked.snapshot.text(asked.file), applied(asked, edits));
    let old: Vec<&str> = before.lines().collect();
    after.lines().filter(|line| !old.contains(line)).map(|line| format!("+ {line}\n")).collect()
}

#[test]
fn changes() {
    let cases = [
        with("Process { ready = http(\"/ready\"), drain = 2s }", "Process { $0drain = 2s }"),
        with("Place { name = \"here\", port = 80 }", "Place { $0 }"),
        with("Proxy { listen = \"127.0.0.1:8080\" }", "Proxy {$0}"),
        with(
            "  errors(canary) <= errors(stable) + 2pp\n",
            "  errors(canary) <= errors(stable) + 2pp\n  errors(canary) <$0= errors(stable) * 1.5x, lag 5s\n",
        ),
        at("using ca$0reful"),
        with(
            "workflow release(image: Digest) {\n  rollout shop@image",
            "released shop in local { release \"r7\"\n  artifact = \
             \"sha256:0000000000000000000000000000000000000000000000000000000000000000\" }\n\nworkflow release(image: Digest) {\n  \
             rollout shop@ima$0ge",
        ),
    ];
    let mut out = String::new();
    for asked in cases {
        let found = offered(&asked);
        assert!(!found.is_empty(), "nothing is offered at {}", asked.offset);
        for it in found {
            let _ = writeln!(out, "# {}\n{}", it.title, brought(&asked, &it.edits));
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn what_is_changed_can_be_read() {
    let cases = [at("using ca$0reful"), with("Place { name = \"here\", port = 80 }", "Place { $0 }")];
    for asked in cases {
        for it in offered(&asked) {
            let after = fixture(&format!(
                "//- shared.deploy\n{}//- main.deploy\n{}",
                asked.snapshot.text(asked.snapshot.file("shared.deploy").expect("it is there")),
                applied(&asked, &it.edits)
            ));
            let main = after.snapshot.file("main.deploy").expect("it is there");
            let wrong = after.snapshot.diagnostics(main).into_iter().filter(diagnostics::Diagnostic::is_error);
            assert_eq!(wrong.map(|it| it.message).collect::<Vec<_>>(), Vec::<String>::new(), "{}", it.title);
        }
    }
}
