//! Which files the client is asked to watch.

use tower_lsp::ls_types::{DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, Registration};

/// Sources, what marks a project, what says which packages it has, and schemas of databases.
const WATCHED: [&str; 4] = ["**/*.deploy", "**/deploy.toml", "**/deploy.lock", "**/*.sql"];

/// What the client is asked for.
pub(crate) fn registrations() -> Vec<Registration> {
    let watcher = |glob: &str| FileSystemWatcher { glob_pattern: GlobPattern::String(glob.to_owned()), kind: None };
    let options = DidChangeWatchedFilesRegistrationOptions { watchers: WATCHED.map(watcher).into() };
    vec![Registration {
        id: "deployc/watched".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    }]
}
