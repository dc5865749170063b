//! The compiler knows no provider: what it must know of one stands in its signature.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
}

fn providers() -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root().join("stdlib/std")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let found = text.split("@provider(\"").skip(1).filter_map(|rest| rest.split('"').next());
        names.extend(found.map(str::to_owned));
    }
    names
}

#[test]
fn no_provider_is_known_by_name() {
    let providers = providers();
    assert!(!providers.is_empty());
    let mut files = Vec::new();
    for part in ["semantics", "checks", "lower"] {
        sources(&root().join("compiler").join(part).join("src"), &mut files);
    }
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        // Tests make models by hand and may name what they like.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for provider in &providers {
            assert!(!code.contains(&format!("\"{provider}\"")), "{} names `{provider}`", file.display());
        }
    }
}
