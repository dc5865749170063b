//! Completions: what may be written, the most likely first.

use std::fmt::Write as _;

use ide::{Completion, Snapshot};

use crate::fixture::{Fixture, fixture};
use crate::shop::with;

/// Completions that are shown of each.
const SHOWN: usize = 7;

fn listed(asked: &Fixture) -> Vec<Completion> {
    ide::completion(&asked.snapshot, asked.file, asked.offset)
}

fn shown(found: &[Completion]) -> String {
    let line = |it: &Completion| {
        let insert = it.insert.replace('\n', "⏎");
        let import = if it.edits.is_empty() { "" } else { " +import" };
        format!("  {} | {} | {insert}{import}", it.label, it.detail)
    };
    found.iter().take(SHOWN).map(|it| line(it) + "\n").collect()
}

fn golden(table: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (old, new) in table {
        let found = listed(&with(old, new));
        assert!(!found.is_empty(), "nothing can stand at `{new}`");
        let _ = writeln!(out, "# {new}\n{}", shown(&found));
    }
    out
}

#[test]
fn words_of_the_language() {
    insta::assert_snapshot!(golden(&[
        ("slo availability for shop { errors keep 99% good over 30d }", "ga$0"),
        ("  rollout shop@image to local using", "  ro$0"),
        ("  rollout shop@image to local using", "  rollout shop@image $0"),
        ("guard = healthy)", "guard = healthy) wi$0"),
        ("  100% for 10s", "  100% $0"),
        ("  inconclusive: extend 10s then rollback", "  inc$0"),
        ("for canary against stable", "for ca$0"),
    ]));
}

#[test]
fn names_by_what_is_needed() {
    insta::assert_snapshot!(golden(&[
        ("rollout shop@image", "rollout $0"),
        ("rollout shop@image", "rollout shop@$0"),
        ("to local using", "to $0 using"),
        ("using careful(steps", "using $0(steps"),
        ("using careful(steps = [5%, 50%], guard = healthy)", "using $0"),
        ("guard = healthy)", "guard = $0)"),
        ("step for hold", "step for $0"),
        ("while guard {", "while $0 {"),
        ("errors(canary) <=", "$0 <="),
        ("errors keep", "$0 keep"),
        ("hold: Duration = 10m", "hold: $0 = 10m"),
        ("large(many) => many", "large(many) => $0"),
    ]));
}

#[test]
fn fields_cases_and_methods() {
    insta::assert_snapshot!(golden(&[
        ("port = 80 }", "port = 80, $0 }"),
        ("Place { name = \"here\", port = 80 }", "Place { $0 }"),
        ("http(\"/ready\")", "$0"),
        ("{ small =>", "{ $0 =>"),
        ("let kind: Kind = large(2)", "let kind: Kind = $0"),
        ("= places.filter", "= places.$0"),
        ("it.port > twice", "it.$0 > twice"),
        ("careful(steps = [5%, 50%], guard", "careful(steps = [5%, 50%], $0"),
        ("careful(steps = [5%, 50%], guard = healthy)", "careful($0)"),
        ("runs = Process { ready", "runs = $0 { ready"),
        ("  artifact = files", "  art$0 = files"),
        ("replicas = 2,", "rep$0,"),
        ("compute = Processes {}", "compute = $0"),
    ]));
}

#[test]
fn units_imports_and_modules() {
    insta::assert_snapshot!(golden(&[
        ("for 10s\n}", "for 10$0\n}"),
        ("+ 2pp", "+ 2$0"),
        ("800 req/s..1_000 req/s", "800$0"),
        ("use std.proxy.{Proxy}", "use std.$0"),
        ("use std.proxy.{Proxy}", "use std.proxy.{$0}"),
        ("use shared.{hold,", "use shared.{$0,"),
        ("traffic = Proxy {", "traffic = Hap$0 {"),
        ("using careful(steps = [5%, 50%], guard = healthy)", "using can$0"),
    ]));
}

const LEDGER: &str = "
//- main.deploy
database ledger: Postgres { schema = \"ledger.sql\" }
migration add on ledger {
  expand { sql \"ALTER TABLE charges ADD COLUMN provider text\" }
}
metric errors: Ratio { bad = promql \"failures_total\", total = promql \"requests_total\" }
metric slow: Ratio { bad = promql \"HERE\", total = promql \"requests_total\" }
service payments { artifact = oci(\"x\") }
workflow release(image: Digest) {
  migrate add.HERE in here
  accept P HERE
}
";

#[test]
fn inside_strings_and_of_databases() {
    let table = [
        ("promql \"HERE", "promql \"re$0"),
        ("promql \"HERE", "promql \"rate($0"),
        ("add.HERE", "add.$0"),
        ("accept P HERE", "accept $0"),
    ];
    let mut out = String::new();
    for (old, new) in table {
        let found = listed(&fixture(&LEDGER.replacen(old, new, 1)));
        assert!(!found.is_empty(), "nothing can stand at `{new}`");
        let _ = writeln!(out, "# {new}\n{}", shown(&found));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn what_is_imported_is_known_afterwards() {
    let asked = with("using careful(steps = [5%, 50%], guard = healthy)", "using can$0");
    let found = listed(&asked).into_iter().find(|it| !it.edits.is_empty()).expect("the library has strategies");
    let mut text = asked.snapshot.text(asked.file).to_owned();
    text.replace_range(found.replaced.start as usize..found.replaced.end as usize, &found.label);
    for edit in &found.edits {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    let after = fixture(&text);
    let unknown = |snapshot: &Snapshot| {
        let all = snapshot.diagnostics(after.file).into_iter();
        all.filter(|it| it.message.contains(found.label.as_str())).map(|it| it.message).collect::<Vec<_>>()
    };
    assert!(unknown(&after.snapshot).iter().all(|it| !it.contains("there is no")), "{:?}", unknown(&after.snapshot));
}
