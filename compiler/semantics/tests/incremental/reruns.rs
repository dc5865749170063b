//! Which queries an edit makes run again: exactly these and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use diagnostics::FileId;
use semantics::{Database, SemanticModel};

use crate::answers::answers;
use crate::file;

const VALUES: &str = include_str!("data/values.deploy");
const PLATFORM: &str = include_str!("data/platform.deploy");
const MAIN: &str = include_str!("data/main.deploy");
const SCHEMA: &str = "CREATE TABLE charges (id bigint PRIMARY KEY, amount numeric NOT NULL);\n";
/// Library files have the first numbers; beyond this there is none.
const LIBRARY_MAX: u32 = 100;

struct Project {
    db: Database,
    log: Arc<Mutex<Vec<String>>>,
    /// The declarations of the standard library, as the log names them.
    library: BTreeSet<String>,
    /// Everything that ran before the edit.
    known: BTreeSet<String>,
}

impl Project {
    fn new() -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let mut project =
            Self { db: Database::logged(log.clone()), log, library: BTreeSet::new(), known: BTreeSet::new() };
        project.read_the_library();
        let sources = [("values.deploy", VALUES), ("platform.deploy", PLATFORM), ("main.deploy", MAIN)];
        project.db.set_sources("2026", sources.map(|(path, text)| file(path, text)).to_vec());
        project.db.set_schemas(vec![file("ledger.sql", SCHEMA)]);
        // As an editor would; what is known from here on is what an edit finds.
        sources.iter().for_each(|(path, _)| project.db.open(path));
        project.known = project.look().into_iter().collect();
        project
    }

    fn read_the_library(&mut self) {
        self.db.set_sources("2026", Vec::new());
        let model = SemanticModel::new(&self.db);
        (0..LIBRARY_MAX).for_each(|number| drop(model.declarations(FileId(number))));
        let ids =
            self.log.lock().unwrap().iter().filter_map(|query| Some(query.split_once('(')?.1.to_owned())).collect();
        self.library = ids;
        assert!(self.library.len() > 50, "{:?}", self.library);
    }

    /// Asks everything; the queries that ran.
    fn look(&mut self) -> Vec<String> {
        self.log.lock().unwrap().clear();
        let _ = answers(&self.db);
        std::mem::take(&mut self.log.lock().unwrap())
    }

    fn edit(&mut self, path: &str, text: &str) -> Vec<String> {
        self.db.set_text(path, text);
        self.look()
    }
}

/// The queries by name, and how often each ran.
fn counted(queries: &[String]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for query in queries {
        *counts.entry(query.split('(').next().unwrap_or_default()).or_default() += 1;
    }
    counts.iter().map(|(name, times)| format!("{name} {times}")).collect::<Vec<_>>().join(", ")
}

fn text_of(path: &str) -> &'static str {
    match path {
        "values.deploy" => VALUES,
        "platform.deploy" => PLATFORM,
        _ => MAIN,
    }
}

#[test]
fn the_start_is_clean() {
    let project = Project::new();
    let found = answers(&project.db);
    assert!(SemanticModel::new(&project.db).diagnostics().is_empty(), "{}", found.text);
}

#[test]
fn asking_again_runs_nothing() {
    assert_eq!(counted(&Project::new().look()), "");
}

#[test]
fn opening_a_file_runs_what_rests_on_it_once_and_changes_no_answer() {
    let mut project = Project::new();
    project.db.set_sources("2026", vec![file("values.deploy", VALUES), file("platform.deploy", PLATFORM)]);
    project.db.set_text("main.deploy", MAIN);
    let before = answers(&project.db).text;
    project.db.open("main.deploy");
    let ran = project.look();
    assert_eq!(answers(&project.db).text, before);
    assert_eq!(
        counted(&ran),
        "check 14, declared 14, definition 6, deprecated 1, homes 1, index 1, items 1, links 1, outline 1, releases 1, schema 1, scope 1, signature 3, signed 14, value 14"
    );
    assert_eq!(counted(&project.look()), "");
    project.db.open("nowhere.deploy");
    assert_eq!(answers(&project.db).text, before);
}

/// An edit: what it is, its file, what is replaced by what, and all that runs.
type Edit = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// Values of the language reach those that use them, bodies reach nobody's check, signatures those that name them.
const EDITS: [Edit; 24] = [
    ("a comment at the top", "values.deploy", "", "// hello\n\n", "items 1"),
    ("a newline at the top", "main.deploy", "", "\n", "items 1"),
    ("a comment between declarations", "platform.deploy", "pub service shop", "// hello\npub service shop", "items 1"),
    (
        "a comment in a body",
        "main.deploy",
        "{ 50%",
        "{ // half\n  50%",
        "check 1, declared 1, items 1, signed 1, value 2",
    ),
    ("documentation", "main.deploy", "/// Half", "/// A half", "check 1, declared 1, items 1, signed 1, value 2"),
    (
        "a value that others use",
        "values.deploy",
        "30s",
        "40s",
        "check 1, declared 1, items 1, links 1, signed 1, value 5",
    ),
    (
        "the body of a function",
        "values.deploy",
        "share * 2",
        "share * 3",
        "check 1, declared 1, items 1, links 1, signed 1, value 4",
    ),
    (
        "the signature of a function",
        "values.deploy",
        "(share: Ratio)",
        "(share: Ratio, by: Int = 1)",
        "check 3, declared 1, items 1, links 1, resolve 2, signature 1, signed 1, value 3",
    ),
    (
        "a default of a type",
        "values.deploy",
        "64MiB",
        "65MiB",
        "check 1, declared 1, items 1, links 1, signed 1, value 2",
    ),
    (
        "a field of a type",
        "values.deploy",
        "spare: Bytes = 64MiB",
        "spare: Bytes = 64MiB, more: Bytes?",
        "check 2, declared 1, items 1, links 1, signature 1, signed 1, value 1",
    ),
    (
        "a bound of a gate",
        "main.deploy",
        "<= double(1%)",
        "<= double(2%)",
        "check 1, declared 1, items 1, signed 1, value 2",
    ),
    (
        "the arms of a gate",
        "main.deploy",
        "gate steady for service",
        "gate steady for canary",
        "check 2, declared 1, items 1, signature 1, signed 1, value 2",
    ),
    (
        "a hold of a stage",
        "main.deploy",
        "100% for 1m",
        "100% for 2m",
        "check 1, declared 1, items 1, signed 1, value 2",
    ),
    (
        "a parameter of a strategy",
        "main.deploy",
        "strategy careful",
        "strategy careful(hold: Duration = 1s)",
        "check 2, declared 1, items 1, resolve 2, signature 1, signed 1, value 2",
    ),
    (
        "a replica",
        "platform.deploy",
        "replicas = 4",
        "replicas = 5",
        "check 1, declared 1, items 1, links 1, signed 1, value 2",
    ),
    ("a line of a schema", "ledger.sql", "amount numeric", "amount numeric, note text", "check 4, schema 1, value 2"),
    (
        "a statement of a migration",
        "platform.deploy",
        "provider text",
        "provider varchar",
        "check 1, declared 1, items 1, schema 1, signed 1, value 1",
    ),
    (
        "a database's kind",
        "platform.deploy",
        "Postgres",
        "Sqlite",
        "check 5, declared 1, definition 1, items 1, resolve 1, schema 1, signature 1, signed 2, value 3",
    ),
    ("a condition of a policy", "main.deploy", ">= 1", ">= 2", "check 1, declared 1, items 1, signed 1, value 1"),
    (
        "a member of a group",
        "main.deploy",
        "{ shop }",
        "{ shop, cart }",
        "check 1, declared 1, items 1, signed 1, value 1",
    ),
    ("an owner of a flag", "main.deploy", "team a", "team b", "check 1, declared 1, items 1, signed 1, value 1"),
    ("a step", "main.deploy", "wait 1m", "wait 2m", "check 1, declared 1, items 1, signed 1, value 1"),
    ("an expectation", "main.deploy", "== 4%", "> 3%", "check 1, declared 1, items 1, signed 1, value 1"),
    (
        "what runs",
        "platform.deploy",
        "2026-10-02.3",
        "2026-10-02.4",
        "check 1, declared 1, items 1, releases 1, signed 1, value 3",
    ),
];

#[test]
fn an_edit_runs_what_depends_on_it_and_nothing_else() {
    let mut wrong = Vec::new();
    for (what, path, from, to, expected) in EDITS {
        let mut project = Project::new();
        let ran = change(&mut project, path, from, to);
        if counted(&ran) != expected {
            wrong.push(format!("{what}: {}", counted(&ran)));
        }
        let library = project.of_the_library(&ran);
        assert!(library.is_empty(), "{what}: {library:?} of the standard library ran again");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn change(project: &mut Project, path: &str, from: &str, to: &str) -> Vec<String> {
    if path == "ledger.sql" {
        assert!(SCHEMA.contains(from));
        project.db.set_schemas(vec![file(path, &SCHEMA.replacen(from, to, 1))]);
        return project.look();
    }
    let text = text_of(path);
    assert!(text.contains(from), "{path} has no {from}");
    project.edit(path, &text.replacen(from, to, 1))
}

impl Project {
    /// Those of the queries that knew a declaration of the standard library before.
    fn of_the_library<'q>(&self, ran: &'q [String]) -> Vec<&'q String> {
        let of_it = |query: &str| query.split_once('(').is_some_and(|(_, id)| self.library.contains(id));
        ran.iter().filter(|query| self.known.contains(*query) && of_it(query)).collect()
    }
}

#[test]
fn a_new_declaration_checks_itself() {
    let mut project = Project::new();
    let ran = project.edit("main.deploy", &format!("pub let more: Duration = patience\n{MAIN}"));
    assert_eq!(
        counted(&ran),
        "check 1, cycles 1, declared 1, definition 7, homes 1, index 1, items 1, links 1, outline 1, resolve 19, scope 1, signature 1, signed 1, value 1"
    );
}

#[test]
fn a_word_that_is_not_finished_runs_its_declaration_and_back() {
    let mut project = Project::new();
    let broken = MAIN.replacen("100% for 1m", "100% fo 1m", 1);
    let names = "check 1, declared 1, index 1, items 1, links 1, outline 1, scope 1, signed 1";
    assert_eq!(counted(&project.edit("main.deploy", &broken)), format!("{names}, value 1"));
    // The workflow that is released by it, too.
    assert_eq!(counted(&project.edit("main.deploy", MAIN)), format!("{names}, value 2"));
}

#[test]
fn a_file_can_go_and_come_back() {
    let mut project = Project::new();
    project.db.remove("platform.deploy");
    assert!(!SemanticModel::new(&project.db).diagnostics().is_empty());
    project.db.set_text("platform.deploy", PLATFORM);
    assert_eq!(SemanticModel::new(&project.db).diagnostics(), []);
}
