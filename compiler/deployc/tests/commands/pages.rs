//! The pages of the codes of project and plan: the failing example says exactly its code, the corrected one nothing.

use std::path::Path;

use diagnostics::codes;

use crate::site::{EDITION, Site};

/// The fenced blocks of a page: what stands behind the fence, and the text.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let fenced = page.split("\n```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n')).collect()
}

/// Paths and texts.
pub(crate) type Project<'p> = Vec<(&'p str, String)>;

/// Whole projects: each example with the files that stand beside it.
pub(crate) fn examples(page: &str) -> Vec<Project<'_>> {
    let mut beside = vec![("deploy.toml", EDITION.to_owned())];
    let mut examples = Vec::new();
    for (info, body) in blocks(page) {
        let text = format!("{body}\n");
        match info.split_once(' ') {
            Some(("deploy" | "sql", path)) => beside.push((path, text)),
            None if info == "deploy" => examples.push([beside.clone(), vec![("main.deploy", text)]].concat()),
            None if info == "toml" => examples.push(vec![("deploy.toml", text)]),
            None if info == "files" => examples.push(listed(body)),
            Some(_) | None => {}
        }
    }
    examples
}

/// A project of empty files with these paths.
fn listed(paths: &str) -> Project<'_> {
    let files = paths.lines().map(|path| (path, String::new()));
    std::iter::once(("deploy.toml", EDITION.to_owned())).chain(files).collect()
}

fn said(files: &[(&str, String)]) -> Vec<String> {
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let said = Site::with(&files).deployc(&["check", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let found = answer["diagnostics"].as_array().unwrap_or_else(|| panic!("{said}"));
    found.iter().map(|one| format!("{} {}", one["code"].as_str().unwrap(), one["message"].as_str().unwrap())).collect()
}

#[test]
fn pages_do_what_they_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    for code in codes::ALL.iter().filter(|code| code.id().starts_with("E05")) {
        let page = std::fs::read_to_string(folder.join(format!("{code}.md"))).unwrap();
        assert!(page.starts_with(&format!("# {code}: {}\n", code.title())), "the title of {code}");
        let examples = examples(&page);
        // A file that is not text, or that cannot be read, is no example on a page.
        let Some((mended, failing)) = examples.split_last() else { continue };
        if *code == codes::BAD_PACKAGE {
            // Stated well, a package is still to be fetched, and no page can be fetched from.
            assert!(said(mended).iter().all(|line| line.starts_with("E0510 ")), "{code}");
        } else {
            assert_eq!(said(mended), [""; 0], "{code}");
        }
        for example in failing {
            let found = said(example);
            assert!(!found.is_empty() && found.iter().all(|line| line.starts_with(code.id())), "{code}: {found:#?}");
        }
    }
}
