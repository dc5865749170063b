//! What a workflow comes to: defaults filled in, strategies unrolled, units exact, parameters left open.

use std::sync::Arc;

use diagnostics::SourceMap;
use semantics::model::{Artifact, Bound, Instances, StepKind, Workflow};
use semantics::value::{Piece, Value};
use semantics::{Database, SemanticModel, SourceText};

const SOURCE: &str = r#"// Not counted.
use std.exec.{Exec}
use std.process.{Process, Processes}
use std.proxy.{Proxy}
use std.strategies.{canary}

environment local {
  compute = Processes {}
  traffic = Proxy { listen = "127.0.0.1:8080" }
  bind shop { replicas = 2 + 2, traffic = 800 req/s..1_000 req/s }
}

service shop { artifact = files("releases"), runs = Process { drain = 2s } }

metric errors: Ratio { good = responses([success, redirect]), total = responses() }

slo availability for shop { errors keep 99% good over 30d }

gate healthy for canary against stable {
  at least 300 requests, confidence 95%
  errors(canary)  <=  errors(stable) * 1.5 - 0.1pp
  availability burns at most 5% of budget in 1d
  inconclusive: extend 10s then hold
}

action tell(whom: String, times: Int = 1 + 1) once { runs = Exec { command = ["tell", "to ${whom} ${times}"] } }

/// Releases it.
workflow release(image: Digest, who: String = "all") {
  run tell(who)
  rollout shop@image to local using canary([5%, 50%], 90s, healthy)
}
"#;

fn model(text: &str) -> (Database, Arc<Workflow>) {
    let mut db = Database::default();
    db.set_sources("2026", vec![SourceText { path: "main.deploy".to_owned(), text: Arc::from(text) }]);
    let workflow = SemanticModel::new(&db).workflow("release").unwrap();
    (db, workflow)
}

fn text(value: &str) -> Value {
    Value::Text(vec![Piece::Known(value.into())])
}

#[test]
fn parameters_are_left_open_and_defaults_filled_in() {
    let (db, release) = model(SOURCE);
    assert_eq!(SemanticModel::new(&db).diagnostics(), []);
    assert_eq!(release.doc.as_deref(), Some("Releases it."));
    assert_eq!(release.parameters[1].default, Some(text("all")));
    let StepKind::Run(run) = &release.steps[0].kind else { panic!("{:?}", release.steps[0]) };
    let Value::Record(of, fields) = &run.config else { panic!("{:?}", run.config) };
    assert_eq!(of, "std.exec.Exec");
    let said = vec![Piece::Known("to ".into()), Piece::Parameter("who".into()), Piece::Known(" 2".into())];
    assert_eq!(fields.get("command"), Some(&Value::List(vec![text("tell"), Value::Text(said)])));
    assert_eq!(fields.get("within"), Some(&Value::Duration(60_000)));
    assert_eq!(fields.get("output_max"), Some(&Value::Bytes(65_536)));
    assert_eq!(fields.get("probe"), Some(&Value::None));
}

#[test]
fn strategies_are_unrolled_and_limits_are_exact() {
    let (_, release) = model(SOURCE);
    let StepKind::Rollout(rollout) = &release.steps[1].kind else { panic!("{:?}", release.steps[1]) };
    assert_eq!(rollout.release.artifact, Artifact::Given(Value::Parameter("image".into())));
    assert_eq!(rollout.environment.binds[0].replicas, 4);
    let stages: Vec<_> = rollout.strategy.stages.iter().map(|it| (it.weight.to_string(), it.hold_ms)).collect();
    assert_eq!(stages, [("0.05".to_owned(), 90_000), ("0.5".to_owned(), 90_000), ("1".to_owned(), 0)]);
    assert_eq!(rollout.strategy.stages[0].instances, Instances::ByWeight);
    let gate = rollout.strategy.stages[0].guard.as_ref().unwrap();
    assert_eq!(gate.conditions[0].text, "errors(canary) <= errors(stable) * 1.5 - 0.1pp");
    let expected = Bound::Against { times: "1.5".parse().unwrap(), plus: "-0.001".parse().unwrap() };
    assert_eq!(gate.conditions[0].bound, expected);
    // 5 % of a budget of 1 % over 30 days, within one day.
    let Bound::Burn { limit, .. } = &gate.conditions[1].bound else { panic!("{gate:?}") };
    assert_eq!(limit.to_string(), "0.015");
}

#[test]
fn what_is_bad_is_what_is_not_good() {
    let (_, release) = model(SOURCE);
    let StepKind::Rollout(rollout) = &release.steps[1].kind else { panic!("{:?}", release.steps[1]) };
    let gate = rollout.strategy.stages[0].guard.as_ref().unwrap();
    let Value::Case(_, case, fields) = &gate.conditions[0].metric.bad else { panic!("{gate:?}") };
    let Some(Value::List(answers)) = fields.get("of") else { panic!("{fields:?}") };
    let names: Vec<&str> = answers
        .iter()
        .map(|answer| match answer {
            Value::Case(_, name, _) => name.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(case, "responses");
    assert_eq!(names, ["informational", "client_error", "server_error", "unanswered"]);
}

#[test]
fn places_are_places_in_files() {
    let (db, release) = model(SOURCE);
    let sources = SemanticModel::new(&db);
    let at = |span: diagnostics::Span| sources.text(span.file)[span.start as usize..span.end as usize].to_owned();
    let StepKind::Rollout(rollout) = &release.steps[1].kind else { panic!("{:?}", release.steps[1]) };
    assert_eq!(at(release.span), "release");
    assert_eq!(at(rollout.service.span), "shop");
    assert_eq!(at(rollout.strategy.span), "canary([5%, 50%], 90s, healthy)");
    assert_eq!(at(rollout.strategy.stages[0].span), "w");
    assert_eq!(sources.path(rollout.strategy.stages[0].span.file), "std/strategies.deploy");
}
