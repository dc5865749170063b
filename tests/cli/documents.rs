//! Every command in a `console` block of README and of the operations pages is executed, one document after the other,
//! and prints what the document says. `BLESS=1` writes the output of today into the documents instead.

use std::path::Path;
use std::process::{Command, Stdio};

use super::console::{Step, rewritten, steps};
use super::normal::normal;
use crate::harness::command::binary;
use crate::harness::site::{Site, root};
use crate::harness::wait::until_true;

/// Who runs the commands in the documents.
const ACTOR: &str = "olga";

/// The address that the example and the documents name; the site has one of its own.
const WRITTEN: &str = "127.0.0.1:8080";

const EXAMPLE: &str = "examples/first-canary";

#[test]
fn documents_show_what_commands_print() {
    let mut complaints = Vec::new();
    for document in documents() {
        let path = root().join(&document);
        let text = std::fs::read_to_string(&path).expect("the document is text");
        let steps = steps(&text);
        if steps.is_empty() {
            continue;
        }
        let site = Site::of(EXAMPLE);
        let printed: Vec<String> = steps.iter().map(|step| execute(&site, &step.command)).collect();
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, rewritten(&text, &printed)).expect("the document can be written");
        }
        complaints.extend(steps.iter().zip(&printed).filter_map(|(step, now)| complaint(&document, step, now)));
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn the_readmes_deployment_is_the_examples() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("there is a README");
    let shown = readme.split("```deploy\n").nth(1).and_then(|rest| rest.split("```").next()).expect("it shows one");
    let example = std::fs::read_to_string(root().join(EXAMPLE).join("first_canary.deploy")).expect("it is text");
    assert!(example.contains(shown), "README.md: copy the deployment from {EXAMPLE}/first_canary.deploy again");
}

fn documents() -> Vec<String> {
    let mut found = vec!["README.md".to_owned()];
    let operations = std::fs::read_dir(root().join("docs/operations")).into_iter().flatten().flatten();
    found.extend(operations.map(|entry| format!("docs/operations/{}", entry.file_name().to_string_lossy())));
    found.retain(|path| path.ends_with(".md") && root().join(path).exists());
    found.sort();
    found
}

fn complaint(document: &str, step: &Step, now: &str) -> Option<String> {
    (normal(&step.printed) != normal(now)).then(|| {
        format!(
            "{document}:{}: `{}` prints something else now; BLESS=1 writes it into the document\n--- document\n{}--- now\n{now}",
            step.line, step.command, step.printed
        )
    })
}

/// Runs one line as a shell would, in the copied checkout. A line that ends in `&` goes on in the background.
fn execute(site: &Site, line: &str) -> String {
    let mut shell = Command::new("sh");
    shell.args(["-c", &line.replace(WRITTEN, &site.listen)]).current_dir(site.folder()).stdin(Stdio::null());
    let bin = binary("deployc");
    let here = bin.parent().unwrap_or(Path::new("."));
    let path = std::env::var("PATH").unwrap_or_default();
    shell.env("PATH", format!("{}:{path}", here.display()));
    shell.env("DEPLOYD_STATE", site.state()).env("NO_COLOR", "1").env("COLUMNS", "100");
    if line.trim_end().ends_with('&') {
        background(site, &mut shell);
        return String::new();
    }
    let output = shell.output().expect("sh can be started");
    let mut printed = String::from_utf8_lossy(&output.stdout).into_owned();
    printed.push_str(&String::from_utf8_lossy(&output.stderr));
    match output.status.code() {
        Some(0) => {}
        Some(code) => printed.push_str(&format!("[exit code {code}]\n")),
        None => printed.push_str("[killed]\n"),
    }
    let printed = with_actor(&printed);
    printed.replace(&site.listen, WRITTEN).replace(&format!("{}/", site.folder().display()), "")
}

/// The name of the user who runs the tests, wherever it stands alone, replaced by the one in the documents.
fn with_actor(printed: &str) -> String {
    let me = Command::new("id").arg("-un").output().expect("every Linux has `id`");
    let me = String::from_utf8_lossy(&me.stdout).trim().to_owned();
    let named =
        |line: &str| line.split(' ').map(|word| if word == me { ACTOR } else { word }).collect::<Vec<_>>().join(" ");
    printed.lines().map(|line| named(line) + "\n").collect()
}

fn background(site: &Site, shell: &mut Command) {
    let status = shell.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("sh can be started");
    assert!(status.success());
    until_true("the runtime answers", || site.run("deployd", &["status"]).code == 0);
}
