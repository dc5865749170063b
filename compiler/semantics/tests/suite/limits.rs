//! Nothing that can be written brings the compiler down.

use std::fmt::Write as _;
use std::sync::Arc;

use semantics::{Database, SemanticModel, SourceText};

fn codes(text: &str) -> Vec<&'static str> {
    let mut db = Database::default();
    db.set_sources("2026", vec![SourceText { path: "main.deploy".to_owned(), text: Arc::from(text) }]);
    let model = SemanticModel::new(&db);
    for workflow in model.workflows() {
        let _ = model.workflow(&workflow.name);
    }
    model.diagnostics().iter().map(|it| it.code.id()).collect()
}

#[test]
fn a_long_chain_of_values_is_followed() {
    let mut text = "pub let a0: Int = 1\n".to_owned();
    for n in 1..3_000 {
        let _ = writeln!(text, "pub let a{n}: Int = a{} + 1", n - 1);
    }
    assert_eq!(codes(&text), Vec::<&str>::new());
}

#[test]
fn a_long_chain_of_functions_is_followed() {
    let mut text = "fn f0(n: Int) -> Int = n\n".to_owned();
    for n in 1..3_000 {
        let _ = writeln!(text, "fn f{n}(n: Int) -> Int = f{}(n + 1)", n - 1);
    }
    text.push_str("pub let a: Int = f2999(0)\n");
    assert_eq!(codes(&text), Vec::<&str>::new());
}

#[test]
fn a_long_sum_is_an_answer_or_a_finding() {
    let text = format!("pub let a: Int = 1{}\n", " + 1".repeat(20_000));
    assert!(codes(&text).len() <= 1);
}

#[test]
fn a_strategy_has_an_end() {
    let list = vec!["10%"; 100].join(", ");
    let text = format!(
        "pub strategy s(ws: List<Ratio>) {{ for a in ws {{ for b in ws {{ b for 1m }} }} }}\n\
         let l: List<Ratio> = [{list}]\n\
         service shop {{ artifact = files(\"x\"), runs = Process {{}} }}\n\
         environment e {{ compute = Processes {{}} }}\n\
         use std.process.{{Process, Processes}}\n\
         workflow w(image: Digest) {{ rollout shop@image to e using s(l) }}\n"
    );
    assert_eq!(codes(&text), ["E0310"]);
}

#[test]
fn a_function_that_doubles_runs_out_of_fuel() {
    let mut text = "fn f0(n: Int) -> Int = n\n".to_owned();
    for n in 1..64 {
        let _ = writeln!(text, "fn f{n}(n: Int) -> Int = f{0}(n) + f{0}(n)", n - 1);
    }
    text.push_str("pub let a: Int = f63(1)\n");
    assert_eq!(codes(&text), ["E0310"]);
}
