//! The fixes of the pages of the codes: each page says whether one exists, and each fix mends the page's example.
//!
//! `BLESS=1` writes what is so into the pages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use diagnostics::{Code, codes};
use serde_json::Value;

use crate::pages::{Project, examples};
use crate::site::Site;

/// What a page says of its fix, by what the fix is.
const SENTENCES: [(Fix, &str); 3] = [
    (Fix::Certain, "**Fix:** `deployc check --fix`."),
    (Fix::Guess, "**Fix:** `deployc check --fix=all`, a guess."),
    (Fix::None, "**Fix:** by hand."),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fix {
    None,
    Guess,
    Certain,
}

#[test]
fn every_page_says_whether_a_fix_exists_and_each_fix_mends() {
    let mut wrong = Vec::new();
    for code in codes::ALL {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/errors/{code}.md"));
        let page = std::fs::read_to_string(&path).unwrap();
        let found = best(*code, &page, &mut wrong);
        let (_, sentence) = SENTENCES.iter().find(|(fix, _)| *fix == found).unwrap();
        if page.lines().filter(|line| line.starts_with("**Fix:**")).ne([*sentence])
            || !page.ends_with(&format!("\n\n{sentence}\n"))
        {
            wrong.push(format!("{code}: the page ends with `{sentence}`; BLESS=1 writes it"));
            blessed(&path, &page, sentence);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn blessed(path: &PathBuf, page: &str, sentence: &str) {
    if std::env::var_os("BLESS").is_some() {
        let kept: Vec<&str> = page.lines().filter(|line| !line.starts_with("**Fix:**")).collect();
        std::fs::write(path, format!("{}\n\n{sentence}\n", kept.join("\n").trim_end())).unwrap();
    }
}

/// The surest fix of the page's failing examples; what a fix does not mend is wrong.
fn best(code: Code, page: &str, wrong: &mut Vec<String>) -> Fix {
    let examples = examples(page);
    let Some((_, failing)) = examples.split_last() else { return Fix::None };
    let mut best = Fix::None;
    for example in failing {
        let before = found(example);
        for (fix, mended) in before.iter().filter(|it| it["code"] == code.id()).flat_map(|it| mended(example, it)) {
            best = best.max(fix);
            let after = found(&mended);
            let count = |list: &[Value], start: &str| {
                list.iter().filter(|it| it["code"].as_str().unwrap().starts_with(start)).count()
            };
            if count(&after, code.id()) >= count(&before, code.id()) || count(&after, "E01") > count(&before, "E01") {
                wrong.push(format!("{code}: after its fix there is {after:#?}"));
            }
        }
    }
    best
}

/// Everything that is said about a project.
fn found(files: &Project<'_>) -> Vec<Value> {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let said = Site::with(&files).deployc(&["check", "--format", "json"]);
    let answer: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said}"));
    answer["diagnostics"].as_array().unwrap_or_else(|| panic!("{said}")).clone()
}

/// The project as each fix of a finding makes it.
fn mended<'p>(files: &Project<'p>, finding: &Value) -> Vec<(Fix, Project<'p>)> {
    let fixes = finding["fixes"].as_array().unwrap().iter();
    fixes.map(|fix| (how(fix), edited(files, fix["edits"].as_array().unwrap()))).collect()
}

fn how(fix: &Value) -> Fix {
    match fix["applicability"].as_str() {
        Some("certain") => Fix::Certain,
        Some("guess") => Fix::Guess,
        other => panic!("{other:?}"),
    }
}

fn edited<'p>(files: &Project<'p>, edits: &[Value]) -> Project<'p> {
    let byte = |edit: &Value, end: &str| usize::try_from(edit[end]["byte"].as_u64().unwrap()).unwrap();
    let mut by_path: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    edits.iter().for_each(|edit| by_path.entry(edit["path"].as_str().unwrap()).or_default().push(edit));
    let mut files = files.clone();
    for (path, mut edits) in by_path {
        let (_, text) = files.iter_mut().find(|(known, _)| *known == path).unwrap_or_else(|| panic!("{path}"));
        edits.sort_by_key(|edit| std::cmp::Reverse(byte(edit, "start")));
        for edit in edits {
            text.replace_range(byte(edit, "start")..byte(edit, "end"), edit["text"].as_str().unwrap());
        }
    }
    files
}
