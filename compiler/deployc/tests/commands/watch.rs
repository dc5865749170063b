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
        // What runs these tests in the background may ignore Ctrl-C, and what it starts would inherit that.
        let program = ["--default-signal=INT", env!("CARGO_BIN_EXE_deployc"), "test", "--watch"];
        let mut command = site.command(Path::new("env"), &program);
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
            has("waiting for a change")
                && [" test: ", " tests: ", "no tests", " error,", " errors,"].into_iter().any(has)
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

    /// The first round that says this: what is saved may be seen half.
    fn until(&self, part: &str) -> Vec<String> {
        loop {
            let said = self.round();
            if has(&said, part) {
                return said;
            }
        }
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
    let first = watching.until("2 tests: 2 passed");
    assert!(has(&first, "passed   a share is halved") && has(&first, "passed   a good release"), "{first:#?}");
    assert!(!has(&first, "unchanged"), "{first:#?}");

    site.write("main.deploy", &source.replace("half(4%) == 2%", "half(4%) == 3%"));
    let second = watching.until("failed   a share is halved");
    assert!(has(&second, "2 tests: 1 passed, 1 failed (1 unchanged, and not run again)"), "{second:#?}");
    assert!(!has(&second, "a good release"), "{second:#?}");

    // The plan changes, the function does not; and lines move, which changes neither.
    let longer = source.replace("10s while steady", "20s while steady").replace("half(4%) == 2%", "half(4%) == 3%");
    site.write("main.deploy", &format!("// above\n{longer}"));
    let third = watching.until("passed   a good release");
    assert!(!has(&third, "failed   a share is halved") && has(&third, "1 unchanged"), "{third:#?}");

    site.write("main.deploy", "workflow {\n");
    watching.until("error");
    site.write("main.deploy", &source);
    watching.until("2 tests: 2 passed");

    // A folder that was not there when it began, and a file in it that is changed later.
    site.write("more/further.deploy", "test \"further\" { expect 1 == 1 }\n");
    watching.until("passed   further");
    site.write("more/further.deploy", "test \"further\" { expect 1 == 2 }\n");
    watching.until("failed   further");

    let interrupted = Command::new("kill").args(["-INT", &watching.child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert!(!watching.child.wait().unwrap().success(), "Ctrl-C ends it");
}
