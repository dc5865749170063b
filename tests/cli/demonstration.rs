//! README's first command, with the programs of this build: it ends well and prints what README shows of it.

use std::collections::BTreeSet;
use std::process::Command;

use super::normal::normal;
use crate::harness::command::{binary, run};
use crate::harness::site::root;

#[test]
fn the_demonstration_ends_well_and_prints_what_the_readme_shows() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = binary("xtask");
    let built = program.parent().expect("programs lie in a folder");
    let mut demo = Command::new(&program);
    demo.arg("demo").arg("--dir").arg(folder.path().join("demo")).arg("--built").arg(built);
    let said = run(demo.env("NO_COLOR", "1").env("COLUMNS", "110").current_dir(root())).with_code(0);
    let printed: BTreeSet<String> = lines(&said.out).collect();
    let readme = std::fs::read_to_string(root().join("README.md")).expect("there is a README");
    let shown = readme.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
    let missing: Vec<String> = shown.flat_map(lines).filter(|line| !printed.contains(line)).collect();
    assert!(missing.is_empty(), "README.md shows what is not printed: {missing:#?}\n--- printed\n{}", said.out);
}

/// Lines with what differs between two runs taken out: numbers, names, and who ran it.
fn lines(text: &str) -> impl Iterator<Item = String> {
    let normal = normal(text);
    let kept: Vec<String> = normal.lines().map(|line| line.split(" · by ").next().unwrap_or(line).to_owned()).collect();
    kept.into_iter()
}
