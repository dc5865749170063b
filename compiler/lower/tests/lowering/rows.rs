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

/// No strategy is special: a copy of the library's, under another name, gives the same plan but for that name.
#[test]
fn a_copy_under_another_name_does_the_same() {
    let library = include_str!("../../../../stdlib/std/strategies.deploy");
    let start = library.find("pub strategy canary(").unwrap();
    let copy = &library[start..start + library[start..].find("\n}").unwrap() + 2];
    let row = include_str!("../rows/B3.md");
    let source = block(row, "deploy").1;
    let own = source.replace("use std.strategies.{canary}\n", "").replace("using canary(", "using mine(")
        + &copy.replace("pub strategy canary(", "strategy mine(");
    assert_ne!(own, source);
    let (library, mut own) = (compiled(source).body, compiled(&own).body);
    for rollout in own.rollouts.values_mut() {
        assert_eq!(rollout.strategy, "mine");
        rollout.strategy = "canary".to_owned();
    }
    assert_eq!(library, own);
}
