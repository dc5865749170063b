//! What to read about what went wrong is in every message about it.

use serde_json::json;

use super::acting::Acting;
use super::shop::executable;
use crate::harness::wait::until_true;

const SCRIPT: &str = "read https://runbooks.example.com/script (runbook of step reading/run-script)";
const MAIL: &str = "read https://runbooks.example.com/mail (runbook of step asking/run-mail)";

#[test]
fn a_step_that_failed_says_what_to_read() {
    let acting = Acting::new();
    executable(&acting.shop.site.project().join("script"), "exit 3");
    let _runtime = acting.serve();
    let run = acting.submit("reading");
    let said = acting.finish(&run).with_code(1).saying(SCRIPT);
    said.saying("read https://runbooks.example.com/reading (runbook of workflow reading)");
    acting.shop.site.run("deployd", &["history"]).with_code(0).saying(SCRIPT);
    let line = acting.shop.site.run("deployd", &["history", "--format", "json"]).with_code(0).json();
    let links = json!([
        { "of": "step reading/run-script", "url": "https://runbooks.example.com/script" },
        { "of": "workflow reading", "url": "https://runbooks.example.com/reading" },
    ]);
    assert_eq!(line[0]["runbooks"], links, "{line}");
}

#[test]
fn a_step_of_which_nobody_knows_says_what_to_read() {
    let acting = Acting::new();
    acting.ledger.tell("mail", &["effect die"]);
    let _runtime = acting.serve();
    let run = acting.submit("asking");
    let status = || acting.shop.site.run("deployd", &["status"]).with_code(0);
    until_true("the run asks", || status().out.contains("waits for a person"));
    status().saying(&format!("run {run}: {MAIL}"));
    acting.shop.site.run("deployd", &["reject", &run]).with_code(0);
    acting.finish(&run).with_code(1).saying(MAIL);
}
