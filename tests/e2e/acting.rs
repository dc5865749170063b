//! The project of actions with its ledger, its runtime and its runs.

use std::process::Stdio;

use super::shop::{Runtime, Shop};
use crate::harness::command::{Said, run};
use crate::harness::ledger::{Entry, Ledger};
use crate::harness::site::Site;
use crate::harness::wait::until_true;

/// A project of actions of every class on a site of its own.
pub(super) struct Acting {
    pub(super) shop: Shop,
    pub(super) ledger: Ledger,
}

impl Acting {
    pub(super) fn new() -> Self {
        let shop = Shop { site: Site::of("tests/e2e/effects") };
        let ledger = Ledger::of(shop.site.project());
        Self { shop, ledger }
    }

    /// A runtime that finds the ledger.
    pub(super) fn serve(&self) -> Runtime {
        let mut command = self.shop.site.command("deployd", &["serve"]);
        Ledger::on_path(&mut command);
        Runtime::start(&self.shop, command)
    }

    /// Hands a workflow to the runtime that listens; the run's id.
    #[track_caller]
    pub(super) fn submit(&self, workflow: &str) -> String {
        self.submit_with(workflow, &[])
    }

    /// The same with parameters.
    #[track_caller]
    pub(super) fn submit_with(&self, workflow: &str, parameters: &[&str]) -> String {
        let plan = self.shop.build(workflow);
        let mut command = self.shop.site.command("deployd", &["run", "--detach", "--format", "json"]);
        let said = run(command.args(parameters).arg(plan).current_dir(self.shop.site.project())).with_code(0);
        said.json()["run"].as_str().expect("the answer names the run").to_owned()
    }

    /// Follows a run to its end, which must come: one that waits for a person fails the test.
    #[track_caller]
    pub(super) fn finish(&self, id: &str) -> Said {
        let mut watch = self.shop.site.command("deployd", &["watch", id]);
        let mut child = watch.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("deployd can be started");
        until_true("the run ends", || child.try_wait().expect("it is our child").is_some());
        self.shop.finish(id)
    }

    /// The keys under which something took effect, in order.
    pub(super) fn keys(&self) -> Vec<String> {
        self.ledger.effects().into_iter().map(|entry: Entry| entry.key).collect()
    }
}
