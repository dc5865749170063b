//! What an edit makes run again, and that the answer is the one of a fresh database.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use semantics::{Database, SemanticModel, SourceText};

const PLATFORM: &str = r#"use std.process.{Process, Processes}
use std.proxy.{Proxy}

pub environment local {
  compute = Processes {}
  traffic = Proxy { listen = "127.0.0.1:8080" }
  bind shop { replicas = 4, traffic = 800 req/s..1_000 req/s }
}

pub service shop { artifact = files("releases"), runs = Process { drain = patience } }

pub let patience: Duration = 30s
"#;

const MAIN: &str = r#"use platform.{local, patience, shop}

metric errors: Ratio { bad = responses([server_error]), total = responses(), usual = 0.2% }

gate steady for service {
  at least 500 requests, confidence 95%
  errors(service) <= 3%
  inconclusive: extend 5s then rollback
}

strategy careful { 50% for patience, 100% for 1m while steady }

workflow release(image: Digest) { rollout shop@image to local using careful }
"#;

struct Project {
    db: Database,
    log: Arc<Mutex<Vec<String>>>,
}

impl Project {
    fn new() -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let mut project = Self { db: Database::logged(log.clone()), log };
        project.db.set_sources("2026", vec![file("main.deploy", MAIN), file("platform.deploy", PLATFORM)]);
        project.look();
        project
    }

    /// Asks everything; the queries that ran, counted by name.
    fn look(&mut self) -> BTreeMap<String, usize> {
        self.log.lock().unwrap().clear();
        let _ = answers(&self.db);
        let mut ran = BTreeMap::new();
        for query in self.log.lock().unwrap().iter() {
            *ran.entry(query.split('(').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
        ran
    }

    fn edit(&mut self, path: &str, text: &str) -> BTreeMap<String, usize> {
        self.db.set_text(path, text);
        self.look()
    }
}

fn file(path: &str, text: &str) -> SourceText {
    SourceText { path: path.to_owned(), text: Arc::from(text) }
}

fn answers(db: &Database) -> String {
    let model = SemanticModel::new(db);
    let workflows: Vec<_> = model.workflows().iter().map(|it| model.workflow(&it.name)).collect();
    // File numbers are those of one database.
    format!("{:?} {workflows:#?}", model.diagnostics())
}

fn ran(queries: &BTreeMap<String, usize>) -> String {
    queries.iter().map(|(name, times)| format!("{name} {times}")).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_start_is_clean() {
    let project = Project::new();
    assert_eq!(SemanticModel::new(&project.db).diagnostics(), []);
}

#[test]
fn asking_again_runs_nothing() {
    assert_eq!(ran(&Project::new().look()), "");
}

#[test]
fn a_comment_at_the_top_cuts_the_file_again_and_nothing_else() {
    let mut project = Project::new();
    assert_eq!(ran(&project.edit("platform.deploy", &format!("// hello\n\n{PLATFORM}"))), "items 1");
    assert_eq!(ran(&project.edit("main.deploy", &format!("// hello\n{MAIN}"))), "items 1");
}

#[test]
fn a_body_is_checked_again_alone() {
    let mut project = Project::new();
    let queries = project.edit("main.deploy", &MAIN.replace("<= 3%", "<= 4%"));
    assert_eq!(queries.get("check"), Some(&1), "{queries:?}");
    assert_eq!(queries.get("parsed"), Some(&1), "{queries:?}");
    // The gate and the workflow whose stages it guards.
    assert_eq!(queries.get("value"), Some(&2), "{queries:?}");
}

#[test]
fn a_value_reaches_those_that_use_it_and_no_check() {
    let mut project = Project::new();
    let queries = project.edit("platform.deploy", &PLATFORM.replace("30s", "40s"));
    assert_eq!(queries.get("check"), Some(&1), "{queries:?}");
    // The value, the service that drains by it and the workflow.
    assert_eq!(queries.get("value"), Some(&3), "{queries:?}");
}

#[test]
fn a_new_declaration_checks_itself() {
    let mut project = Project::new();
    let queries = project.edit("main.deploy", &format!("pub let more: Duration = patience\n{MAIN}"));
    assert_eq!(queries.get("check"), Some(&1), "{queries:?}");
    assert_eq!(queries.get("value"), Some(&1), "{queries:?}");
}

/// Small deterministic numbers, so that a failure can be repeated.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

/// Deletes, doubles or exchanges words.
fn spoilt(text: &str, numbers: &mut Numbers) -> String {
    let mut words: Vec<&str> = text.split_inclusive(|c: char| c.is_whitespace() || "(){}[],=.".contains(c)).collect();
    for _ in 0..=numbers.below(3) {
        let (at, other) = (numbers.below(words.len()), numbers.below(words.len()));
        match numbers.below(3) {
            0 => drop(words.remove(at)),
            1 => words.insert(at, words[other]),
            _ => words.swap(at, other),
        }
    }
    words.concat()
}

#[test]
fn after_any_edits_the_answer_is_that_of_a_fresh_start() {
    let mut numbers = Numbers(7);
    let mut project = Project::new();
    for round in 0..150 {
        let main = spoilt(MAIN, &mut numbers);
        let platform = if round % 3 == 0 { spoilt(PLATFORM, &mut numbers) } else { PLATFORM.to_owned() };
        project.db.set_text("main.deploy", main.as_str());
        project.db.set_text("platform.deploy", platform.as_str());
        let mut fresh = Database::default();
        fresh.set_sources("2026", vec![file("main.deploy", &main), file("platform.deploy", &platform)]);
        assert_eq!(answers(&project.db), answers(&fresh), "{main}\n----\n{platform}");
    }
}

#[test]
fn a_file_can_go_and_come_back() {
    let mut project = Project::new();
    project.db.remove("platform.deploy");
    assert!(!SemanticModel::new(&project.db).diagnostics().is_empty());
    project.db.set_text("platform.deploy", PLATFORM);
    assert_eq!(SemanticModel::new(&project.db).diagnostics(), []);
}
