//! The checkout as the rules see it: its folders, its text files and its manifests.

use std::path::{Path, PathBuf};

use toml::Table;

/// The root of the checkout.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("`tests` lies in the root").to_path_buf()
}

/// A text file: its path from the root, with `/`, and its text.
pub(super) struct Text {
    pub(super) path: String,
    pub(super) text: String,
}

/// Every text file of one of these extensions, below a folder of the root.
pub(super) fn texts(folder: &str, extensions: &[&str]) -> Vec<Text> {
    let mut found = Vec::new();
    collect(&root().join(folder), extensions, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(folder: &Path, extensions: &[&str], found: &mut Vec<Text>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && name != ".git" {
                collect(&path, extensions, found);
            }
        } else if extensions.iter().any(|e| name.ends_with(&format!(".{e}")))
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            let path = path.strip_prefix(root()).expect("it was found below the root").to_string_lossy().into_owned();
            found.push(Text { path, text });
        }
    }
}

/// Every Rust source of the workspace.
pub(super) fn rust_sources() -> Vec<Text> {
    texts("", &["rs"])
}

/// A member of the workspace.
pub(super) struct Member {
    pub(super) name: String,
    /// Its folder from the root.
    pub(super) folder: String,
    manifest: Table,
}

impl Member {
    /// The names of its dependencies of one kind, such as `dev-dependencies`.
    pub(super) fn dependencies(&self, kind: &str) -> Vec<String> {
        let table = self.manifest.get(kind).and_then(toml::Value::as_table);
        table.map(|t| t.keys().cloned().collect()).unwrap_or_default()
    }
}

/// Every member of the workspace, by folder.
pub(super) fn members() -> Vec<Member> {
    let manifests = texts("", &["toml"]).into_iter().filter(|t| t.path.ends_with("/Cargo.toml"));
    manifests
        .map(|t| {
            let manifest: Table = t.text.parse().expect("cargo has read this manifest already");
            let name = manifest["package"]["name"].as_str().expect("every package has a name").to_owned();
            Member { name, folder: t.path.trim_end_matches("/Cargo.toml").to_owned(), manifest }
        })
        .collect()
}

/// Rust text without its comments and without its `#[cfg(test)]` part, which stands last in a file.
pub(super) fn code_of(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Whether a source is a test, a bench or an example rather than part of the product.
pub(super) fn is_test(path: &str) -> bool {
    path.starts_with("tests/")
        || path.starts_with("examples/")
        || path.split('/').any(|part| matches!(part, "tests" | "benches" | "tests.rs" | "build.rs"))
}
