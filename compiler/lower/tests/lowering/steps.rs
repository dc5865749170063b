//! Steps as plans: each source with the plan that it becomes.

use std::sync::Arc;

use plan::Plan;
use risk::graph::analyse;
use semantics::{Database, SemanticModel, SourceText};

use crate::models::place;
use crate::text::table;

const PLATFORM: &str = r#"
use std.exec.{Exec}
use std.process.{Process, Processes}

pub environment eu { compute = Processes {} }
pub environment us { compute = Processes {} }

pub service pricing { artifact = files("releases"), runs = Process {} }
pub service checkout { artifact = files("releases"), runs = Process {} }

pub type Build = { image: Digest }

pub strategy soaked { 100% for 1m }

pub action build(commit: String) -> Build idempotent { runs = Exec { command = ["build", commit] } }
pub action apply(part: String) idempotent { runs = Exec { command = ["apply", part] } }
pub action tell(text: String) idempotent { runs = Exec { command = ["tell", text] } }
"#;

fn compiled(workflow: &str) -> Result<Plan, Vec<String>> {
    let names = "apply, build, Build, checkout, eu, pricing, soaked, tell, us";
    let main = format!("use platform.{{{names}}}\nuse std.strategies.{{all_at_once}}\n{workflow}");
    let file = |path: &str, text: &str| SourceText { path: path.to_owned(), text: Arc::from(text) };
    let mut db = Database::default();
    db.set_sources("2026", vec![file("platform.deploy", PLATFORM), file("main.deploy", &main)]);
    let model = SemanticModel::new(&db);
    let said: Vec<String> =
        model.diagnostics().iter().filter(|it| it.is_error()).map(|it| it.message.clone()).collect();
    assert_eq!(said, Vec::<String>::new());
    let workflow = model.workflow("release").unwrap_or_else(|| panic!("it is declared"));
    let messages = |found: Vec<diagnostics::Diagnostic>| {
        found.into_iter().map(|it| format!("{} {}", it.code, it.message)).collect()
    };
    lower::lower(&workflow, "2026", &place).map_err(messages)
}

fn planned(workflow: &str) -> Plan {
    let plan = compiled(workflow).unwrap_or_else(|refused| panic!("{refused:#?}"));
    assert_eq!(plan::validate::sound(&plan.body), Ok(()));
    assert_eq!(Plan::read(&plan.to_bytes()).ok().as_ref(), Some(&plan));
    assert_eq!(analyse(&plan.body).map(|analysis| analysis.order.len()), Ok(plan.body.nodes.len()));
    plan
}

fn shape(workflow: &str) -> String {
    table(&planned(workflow))
}

#[test]
fn outputs_branches_and_deadlines() {
    insta::assert_snapshot!(shape(
        "workflow release(commit: String, wave: Int) {
  let built = run build(commit)
  parallel {
    rollout pricing@built.image to eu using all_at_once within 1h
    series {
      rollout checkout@running with { runs.drain = 3s } to us using all_at_once
      when wave > 2 and not (wave == 7) { run tell(\"${commit} is ${built.image}\") }
    }
  }
  wait until 09:30 in \"Europe/Berlin\"
  run tell(\"done\")
}"
    ));
}

#[test]
fn what_was_not_rolled_out_before_is_not_rolled_back() {
    let found = compiled(
        "workflow release(image: Digest) {
  rollback pricing in eu
  rollout pricing@image to eu using all_at_once
  rollback checkout
  rollback us
  rollback pricing in us
  rollback pricing
}",
    );
    let refused = |what: &str| format!("E0526 nothing was rolled out before that `rollback {what}` could bring back");
    assert_eq!(found.unwrap_err(), ["pricing in eu", "checkout", "us", "pricing in us"].map(refused));
}

/// Ids are paths in the source: what stands beside them changes none.
#[test]
fn unrelated_edits_keep_every_id() {
    let ids = |workflow: &str| -> Vec<String> {
        let mut ids: Vec<String> = planned(workflow).body.nodes.iter().map(|node| node.id.0.clone()).collect();
        ids.sort();
        ids
    };
    let whole = |before: &str, around: [&str; 2], list: &str| {
        format!(
            "workflow release(image: Digest, fast: Bool) {{\n{before}\n{}\nfor region in [{list}] {{ rollout pricing@image \
             to region using all_at_once }}\nrun apply(\"x\")\n{}\n}}",
            around[0], around[1]
        )
    };
    let plain = ids(&whole("", ["", ""], "eu, us"));
    let edits = [
        ("notify tell \"hello\"", ["", ""], "eu, us"),
        ("wait 5m", ["", ""], "eu, us"),
        ("", ["parallel {", "}"], "eu, us"),
        ("", ["series {", "}"], "eu, us"),
        ("", ["when fast {", "}"], "eu, us"),
        ("", ["", ""], "us, eu"),
        ("rollout checkout@image to eu using all_at_once", ["series {", "} within 5h"], "us, eu"),
    ];
    for (before, around, list) in edits {
        let edited = ids(&whole(before, around, list));
        let kept: Vec<&String> = edited.iter().filter(|id| plain.contains(id)).collect();
        assert_eq!(kept.len(), plain.len(), "{before} {around:?} {list}: {edited:#?}");
    }
}
