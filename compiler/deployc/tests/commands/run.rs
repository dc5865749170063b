//! `deployc run`, with a program in the place of `deployd` that says what it was given.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::site::{Said, Site};

const STAND_IN: &str = "#!/bin/sh
for word in \"$@\"; do echo \"<$word>\"; case \"$word\" in *.plan.json) stat -c %a \"$word\" \"$(dirname \"$word\")\"; esac; done
echo \"NO_COLOR=$NO_COLOR\"
exit 20
";

/// A copy of the program in a folder of its own, beside a stand-in or beside nothing.
fn installed(site: &Site, with_runtime: bool) -> PathBuf {
    let folder = site.path().join("bin");
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join("deployc");
    install(Path::new(env!("CARGO_BIN_EXE_deployc")), &program);
    if with_runtime {
        let text = folder.join("stand-in.txt");
        fs::write(&text, STAND_IN).unwrap();
        install(&text, &folder.join("deployd"));
    }
    program
}

/// Copies by a process of its own: a file that this one has open for writing while another test starts a program
/// could not be executed.
fn install(from: &Path, to: &Path) {
    let done = Command::new("install").args(["-m", "755"]).args([from, to]).status().unwrap();
    assert!(done.success());
}

fn run(site: &Site, with_runtime: bool, arguments: &[&str]) -> Said {
    let program = installed(site, with_runtime);
    let path = if with_runtime { std::env::var("PATH").unwrap() } else { String::new() };
    let said = site.said(site.command(&program, arguments).env("PATH", path).output().unwrap());
    let folder = format!("deployc-{}", rustix::process::geteuid().as_raw());
    Said { out: said.out.replace(&folder, "deployc-UID"), ..said }
}

#[test]
fn the_runtime_beside_it_gets_the_plan_and_its_exit_code_is_ours() {
    let site = Site::example();
    insta::assert_snapshot!(run(
        &site,
        true,
        &["run", ".", "install", "--set", "image=file:a b", "--state", "some where"]
    ));
    let said = run(&site, true, &["run", ".", "install", "--format", "json", "--color", "never"]);
    assert!(said.out.contains("<--format>\n<json>\n<run>") && said.out.contains("NO_COLOR=1"), "{said}");
    assert_eq!(fs::read_dir(site.path().join("tmp")).unwrap().count(), 1);
}

#[test]
fn without_a_runtime_it_says_where_to_put_one() {
    insta::assert_snapshot!(run(&Site::example(), false, &["run", ".", "install"]));
}

#[test]
fn a_folder_that_others_can_enter_gets_no_plan() {
    let site = Site::example();
    let folder = site.path().join(format!("tmp/deployc-{}", rustix::process::geteuid().as_raw()));
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    let said = run(&site, true, &["run", ".", "install"]);
    assert!(said.code == 1 && said.err.contains("not this user's alone"), "{said}");
}

#[test]
fn a_workflow_in_the_place_of_the_project_is_recognised() {
    insta::assert_snapshot!(run(&Site::example(), true, &["run", "install"]));
    assert_eq!(run(&Site::example(), true, &["run", ".", "install", "--set", "image"]).code, 2);
}
