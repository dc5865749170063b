//! The payment scenario as a plan, and what follows from writing parts of it otherwise.

use std::sync::Arc;

use plan::{Place, Plan};
use semantics::{Database, SemanticModel, SourceText};

use crate::text::{data, particulars, table};

const MAIN: &str = include_str!("../../../checks/tests/payment/main.deploy");
const PLATFORM: &str = include_str!("../../../checks/tests/payment/platform.deploy");
const LEDGER: &str = include_str!("../../../checks/tests/payment/ledger.sql");
const RELEASED: &str = r#"
use main.{ledger, payments, production}

released payments in production { release "2026-10-02.3", inserts ledger.charges { amount } }
"#;

fn planned(main: &str, released: &str) -> Plan {
    let file = |path: &str, text: &str| SourceText { path: path.to_owned(), text: Arc::from(text) };
    let mut db = Database::default();
    let sources = [("main.deploy", main), ("platform.deploy", PLATFORM), ("released.deploy", released)];
    db.set_sources("2026", sources.into_iter().map(|(path, text)| file(path, text)).collect());
    db.set_schemas(vec![file("ledger.sql", LEDGER)]);
    let model = SemanticModel::new(&db);
    let errors: Vec<String> = model.diagnostics().into_iter().filter(|it| it.is_error()).map(|it| it.message).collect();
    assert_eq!(errors, Vec::<String>::new());
    let workflow = model.workflow("release").unwrap();
    let place = |_| Place { file: "main.deploy".to_owned(), line: 1, column: 1 };
    let plan = lower::lower(&workflow, "2026", &place).unwrap_or_else(|found| panic!("{found:#?}"));
    assert_eq!(plan::validate::sound(&plan.body), Ok(()));
    assert_eq!(Plan::read(&plan.to_bytes()).unwrap(), plan);
    plan
}

/// What may be named from another file, and how else it is written.
fn written(changes: &[(&str, &str)]) -> String {
    let mut main = MAIN.to_owned();
    for (was, is) in [("service payments", "pub service payments"), ("database ledger", "pub database ledger")]
        .iter()
        .chain(&[("environment production", "pub environment production")])
        .chain(changes)
    {
        assert!(main.contains(was), "the example has no `{was}`");
        main = main.replacen(was, is, 1);
    }
    main
}

#[test]
fn the_payment_scenario() {
    let plan = planned(MAIN, "");
    insta::assert_snapshot!(format!("{}{}", particulars(&plan), table(&plan)));
}

#[test]
fn what_is_bound_recorded_and_renamed_is_in_the_plan() {
    let bound = "bind ledger { url = secret(\"file:/run/secrets/ledger\") }\n  protected";
    let main = written(&[
        ("  protected", bound),
        ("service payments {", "service payments formerly billing {"),
        ("environment production extends", "environment production formerly live extends"),
        ("migration add_provider on", "migration add_provider formerly provider on"),
        ("workflow release(", "workflow release formerly deploy("),
    ]);
    let plan = planned(&main, RELEASED);
    insta::assert_snapshot!(data(&plan));
    let asked: Vec<_> =
        plan.body.requires.iter().filter(|it| ["released", "former-names"].contains(&it.as_str())).collect();
    assert_eq!(asked, ["former-names", "released"]);
}

/// What runs is pinned by what it says, not by how it is written.
#[test]
fn a_record_is_pinned_by_its_content() {
    let record =
        |released: &str| planned(&written(&[]), released).body.environments["production"].released["payments"].clone();
    let plain = record(RELEASED);
    let laid_out = RELEASED.replace("{ release", "{\n  // What runs.\n  release").replace(", inserts", "\n  inserts");
    assert_eq!(record(&laid_out), plain);
    let more = RELEASED.replace("{ amount }", "{ amount, id }");
    assert_eq!(record(&more), record(&RELEASED.replace("{ amount }", "{ id, amount }")));
    assert_ne!(record(&more).record, plain.record);
    assert_ne!(record(&RELEASED.replace("02.3", "02.4")).record, plain.record);
}

/// Without what a step does not need, a plan says nothing of it.
#[test]
fn only_what_matters_is_pinned() {
    let away = |step: &str| (format!("  {step}\n"), String::new());
    let steps = [
        "migrate add_provider.expand, add_provider.backfill in production",
        "migrate add_provider.contract in production",
    ];
    let steps: Vec<_> = steps.into_iter().map(away).collect();
    let changes: Vec<(&str, &str)> = steps.iter().map(|(was, is)| (was.as_str(), is.as_str())).collect();
    let unrelated =
        "\nuse main.{ledger, other, payments, production}\nreleased other in production { release \"7\" }\n";
    let with_other =
        format!("{}\npub service other {{ artifact = oci(\"x\"), runs = Pods {{}} }}\n", written(&changes));
    let plan = planned(&with_other, unrelated);
    assert!(plan.body.environments["production"].released.is_empty());
    assert_eq!(plan.body.environments["staging"].databases["ledger"], serde_json::json!({ "$secret": "ledger.url" }));
    assert_eq!(plan.body.migrations["add_provider"].phases.len(), 3, "a migration is shown whole");
}

#[test]
fn a_database_of_a_provider_is_the_environments_own() {
    let main = written(&[
        (
            "metrics = Prometheus { url = \"https://prometheus.staging:9090\" }",
            "metrics = Prometheus { url = \"https://prometheus.staging:9090\", token = ledger.url }",
        ),
        ("  protected", "  protected\n  bind ledger { url = secret(\"file:/run/secrets/ledger\") }"),
    ]);
    let plan = planned(&main, "");
    let token = |name: &str| plan.body.environments[name].metrics.as_ref().unwrap().config["token"].clone();
    assert_eq!(token("staging"), serde_json::json!({ "$secret": "ledger.url" }));
    assert_eq!(token("production"), serde_json::json!({ "$secret": "file:/run/secrets/ledger" }));
}
