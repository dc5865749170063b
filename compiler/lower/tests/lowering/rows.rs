//! The rows of strategies, each in a file of its own: what is written, and the plan that comes of it. `BLESS=1` writes
//! the plans into the files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plan::{Place, Plan};
use semantics::{Database, SemanticModel, SourceText};

use crate::text::{particulars, table};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rows");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The text between a fence of that language and the next, and where it stands.
fn block<'t>(text: &'t str, language: &str) -> (usize, &'t str) {
    let opening = format!("```{language}\n");
    let start = text.find(&opening).unwrap_or_else(|| panic!("no `{language}` block in {text}")) + opening.len();
    let length = text[start..].find("```").unwrap();
    (start, &text[start..start + length])
}

/// The plan of the first workflow of a source that nothing is wrong with.
pub(crate) fn compiled(source: &str) -> Plan {
    let mut db = Database::default();
    db.set_sources("2026", vec![SourceText { path: "main.deploy".to_owned(), text: Arc::from(source) }]);
    let model = SemanticModel::new(&db);
    assert_eq!(model.diagnostics(), [], "{source}");
    let workflow = model.workflow_of(&model.workflows()[0]).unwrap();
    let place = |_| Place { file: "main.deploy".to_owned(), line: 1, column: 1 };
    lower::lower(&workflow, "2026", &place).unwrap_or_else(|found| panic!("{source}\n{found:#?}"))
}

#[test]
fn every_row_has_its_plan() {
    let mut wrong = Vec::new();
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let plan = compiled(block(&text, "deploy").1);
        plan::validate::sound(&plan.body).unwrap();
        let found = format!("{}{}", particulars(&plan), table(&plan));
        let (start, written) = block(&text, "plan");
        if found == written {
            continue;
        }
        wrong.push(format!("{}\n{found}", path.display()));
        if std::env::var_os("BLESS").is_some() {
            let blessed = format!("{}{found}{}", &text[..start], &text[start + written.len()..]);
            std::fs::write(&path, blessed).unwrap();
        }
    }
    assert!(wrong.is_empty(), "run with BLESS=1 and review:\n{}", wrong.join("\n"));
}

/// How each strategy of the library is used; a new one is added here.
const USES: [(&str, &str); 11] = [
    ("all_at_once", ""),
    ("canary", "([5%, 25%], 30m, healthy)"),
    ("rolling", "(surge = 25%, unavailable = 25%)"),
    ("rolling_in_steps", "([25%, 50%], 25%, 25%, 1m)"),
    ("blue_green", "(preview = 5m, keep_old = 1h)"),
    ("recreate", "()"),
    ("shadow", "(10%, 1h, faithful)"),
    ("ab", "(50%, by_cookie(\"session\"), 1h, healthy)"),
    ("rings", "([header(\"x-ring\", [\"staff\"])], 1h, healthy)"),
    ("progressive", "([5%, 25%], by_address, 1h, healthy)"),
    ("alias_weights", "(10%, 1h, healthy)"),
];

const AROUND: &str = r#"
use std.process.{Process, Processes}
use std.proxy.{Proxy}
use std.traffic.{Cohort, Key}

environment local {
  compute = Processes {}
  traffic = Proxy { listen = "127.0.0.1:8080" }
  bind shop { replicas = 4, traffic = 800 req/s..1_000 req/s }
}
service shop { artifact = files("releases"), runs = Process {} }
metric errors: Ratio { bad = responses([server_error, unanswered]), total = responses(), usual = 0.2% }
pub gate healthy for canary against stable {
  at least 300 requests, confidence 95%
  errors(canary) <= errors(stable) + 2pp
  inconclusive: extend 15m then rollback
}
pub gate faithful for shadow {
  at least 300 requests, confidence 95%
  errors(shadow) <= 1%
  inconclusive: extend 15m then rollback
}
pub let staff: Cohort = header("x-ring", ["staff"])
pub let address: Key = by_address
"#;

/// The text of a declared strategy, without its `pub`.
fn declared<'l>(library: &'l str, name: &str) -> &'l str {
    let mut found = library
        .split("pub strategy ")
        .skip(1)
        .filter(|text| text.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '('])));
    let text = found.next().unwrap_or_else(|| panic!("`{name}` is in the library"));
    let end = if text.lines().next().unwrap().ends_with('}') { "\n" } else { "\n}" };
    &text[..text.find(end).unwrap() + end.len()]
}

/// No strategy is special: a copy of the library's, under another name, gives the same plan but for that name.
#[test]
fn a_copy_under_another_name_does_the_same() {
    let library = include_str!("../../../../stdlib/std/strategies.deploy");
    let there: Vec<&str> =
        library.split("\npub strategy ").skip(1).map(|text| text.split([' ', '(']).next().unwrap()).collect();
    assert_eq!(there, USES.map(|(name, _)| name), "the table names every strategy of the library");
    for (name, arguments) in USES {
        let workflow = |strategy: &str| {
            format!("workflow release(image: Digest) {{ rollout shop@image to local using {strategy}{arguments} }}\n")
        };
        let imported = format!("use std.strategies.{{{name}}}\n{AROUND}{}", workflow(name));
        let copied =
            format!("{AROUND}{}strategy {}", workflow("mine"), declared(library, name).replacen(name, "mine", 1));
        let (library, mut own) = (compiled(&imported).body, compiled(&copied).body);
        for rollout in own.rollouts.values_mut() {
            assert_eq!(rollout.strategy, "mine");
            rollout.strategy = name.to_owned();
        }
        assert_eq!(library, own, "{name}");
    }
}
