//! `deployc test --watch`, on real files: what changed is run again, and only that.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::site::{Site, untested};

const TESTS: &str = r#"
fn half(share: Ratio) -> Ratio = share / 2

test "a share is halved" { expect half(4%) == 2% }

test "a good release is let through" {
  simulate release(image = any)
  expect completed
}
"#;

/// A watching program, and the lines that it says.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn of(site: &Site) -> Self {
        let mut command = site.command(Path::new(env!("CARGO_BIN_EXE_deployc")), &["test", "--watch"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let from: [Box<dyn BufRead + Send>; 2] = [Box::new(BufReader::new(out)), Box::new(BufReader::new(err))];
        for reader in from {
            let sender = sender.clone();
            std::thread::spawn(move || reader.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        }
        Self { child, lines }
    }

    /// The lines until it has told of a whole round: the totals, and that it waits.
    fn round(&self) -> Vec<String> {
        let mut said = Vec::new();
        let is_over = |said: &[String]| {
            let has = |part: &str| said.iter().any(|line| line.contains(part));
            has("waiting for a change") && (has(" tests: ") || has("errors"))
        };
        while !is_over(&said) {
            // A bound for a program that never says it, not a time that anything is expected in.
            match self.lines.recv_timeout(Duration::from_secs(120)) {
                Ok(line) => said.push(line),
                Err(error) => panic!("{error}: {said:#?}"),
            }
        }
        said
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn has(said: &[String], part: &str) -> bool {
    said.iter().any(|line| line.contains(part))
}

#[test]
fn only_what_changed_is_run_again() {
    let source = format!("{}{TESTS}", untested());
    let site = Site::of(&source);
    let mut watching = Watching::of(&site);
    let first = watching.round();
    assert!(has(&first, "passed   a share is halved") && has(&first, "passed   a good release"), "{first:#?}");
    assert!(has(&first, "2 tests: 2 passed") && !has(&first, "unchanged"), "{first:#?}");

    site.write("main.deploy", &source.replace("half(4%) == 2%", "half(4%) == 3%"));
    let second = watching.round();
    assert!(has(&second, "failed   a share is halved") && !has(&second, "a good release"), "{second:#?}");
    assert!(has(&second, "2 tests: 1 passed, 1 failed (1 unchanged, and not run again)"), "{second:#?}");

    // The plan changes, the function does not; and lines move, which changes neither.
    let strategy = source.replace("10s while steady", "20s while steady");
    site.write("main.deploy", &format!("// above\n{}", strategy.replace("half(4%) == 2%", "half(4%) == 3%")));
    let third = watching.round();
    assert!(has(&third, "passed   a good release") && !has(&third, "a share is halved"), "{third:#?}");

    site.write("main.deploy", "workflow {\n");
    let broken = watching.round();
    assert!(has(&broken, "error"), "{broken:#?}");

    // A file in a folder that was not there when it began.
    site.write("main.deploy", &source);
    assert!(has(&watching.round(), "2 tests: 2 passed"));
    site.write("more/further.deploy", "test \"further\" { expect 1 == 1 }\n");
    let mut further = watching.round();
    while !has(&further, "passed   further") {
        further = watching.round();
    }

    let interrupted = Command::new("kill").args(["-INT", &watching.child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert!(!watching.child.wait().unwrap().success(), "Ctrl-C ends it");
}
