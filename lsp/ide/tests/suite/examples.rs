//! The projects under `examples`, as text.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ide::Snapshot;
use semantics::{Database, SourceText};

/// A project: its name, its sources and the schema files of its databases.
pub(crate) struct Example {
    /// Its folder.
    pub(crate) name: String,
    /// Path and text of every source file.
    pub(crate) sources: Vec<(String, String)>,
    schemas: Vec<(String, String)>,
}

impl Example {
    /// The project as it is, but for the text of one file.
    pub(crate) fn snapshot(&self, changed: &str, text: &str) -> Snapshot {
        let mut database = Database::default();
        let read = |(path, old): &(String, String)| {
            let text = if path == changed { text } else { old.as_str() };
            SourceText { path: path.clone(), text: Arc::from(text) }
        };
        database.set_sources("2026", self.sources.iter().map(read).collect());
        database.set_schemas(self.schemas.iter().map(read).collect());
        Snapshot::new(database)
    }
}

/// All of them, by name.
pub(crate) fn examples() -> Vec<Example> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut folders = folders(&root.join("scenarios"));
    folders.push(root.join("first-canary"));
    folders.sort();
    folders.iter().map(|folder| example(folder)).collect()
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).expect("the examples are there").filter_map(Result::ok);
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn example(folder: &Path) -> Example {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Example { name, sources: files(folder, "deploy"), schemas: files(folder, "sql") }
}

fn files(folder: &Path, ending: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).expect("the example is there").filter_map(Result::ok);
    let paths = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|it| it == ending));
    let mut found: Vec<(String, String)> = paths
        .map(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            (name, fs::read_to_string(&path).expect("examples can be read"))
        })
        .collect();
    found.sort();
    found
}
