//! Whatever is said twice under one key is answered like the first time and done once, also by the next runtime.

use serde_json::Value;

use super::shop::Shop;
use crate::harness::command::{Said, run};
use crate::harness::wait::until;

/// A shop, and everything that was said to its runtime, with the answers.
struct Conversation {
    shop: Shop,
    said: Vec<(Vec<String>, String)>,
}

impl Conversation {
    /// Says it twice; the run's journal has it once.
    #[track_caller]
    fn twice(&mut self, of: &str, words: &[&str]) {
        let key = format!("key-{}", self.said.len());
        let words: Vec<String> = words.iter().chain(&["--key", key.as_str()]).map(|word| (*word).to_owned()).collect();
        // What fits only at times, such as a retry while the step waits, is refused without a trace until it fits.
        let first = until("it is taken", || Some(self.say(&words)).filter(|said| said.code == 0));
        self.said.push((words.clone(), first.out.clone()));
        assert_eq!(self.say(&words).with_code(0).out, first.out, "{words:?}");
        assert_eq!(self.records(of, &key), 1, "{words:?} is journalled once");
    }

    fn say(&self, words: &[String]) -> Said {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        run(self.shop.site.command("deployd", &words).current_dir(self.shop.site.project()))
    }

    fn records(&self, of: &str, key: &str) -> usize {
        // A steal is looked for in all runs, so that its key is kept apart from theirs.
        let is_it = |known: &Value| known == key || *known == format!("steal/{key}");
        self.shop.journal(of).iter().filter(|record| is_it(&record["body"]["key"])).count()
    }

    /// A run of a fresh release that waits for something.
    fn begin(&self, workflow: &str, look: impl Fn(&Value) -> bool) -> String {
        let version = format!("v{}", self.said.len());
        self.shop.script(&version, &format!("#!/bin/sh\n# {version}\nexec sleep 100000\n"));
        let run = self.shop.submit(workflow, &version);
        self.shop.until_view(&run, "it waits", |view| look(view));
        run
    }
}

fn asks(view: &Value) -> bool {
    view["waiting"][0].is_object()
}

fn holds(view: &Value) -> bool {
    view["rollouts"][0]["stages"][0]["state"] == "active"
}

#[test]
fn a_key_is_answered_once_and_for_all() {
    let shop = Shop::of("tests/e2e/people");
    let runtime = shop.serve();
    let mut to = Conversation { shop, said: Vec::new() };

    let run = to.begin("to_staging_when_the_owner_agrees", asks);
    to.twice(&run, &["pause", &run, "--reason", "lunch"]);
    to.twice(&run, &["resume", &run]);
    to.twice(&run, &["extend", &run, "--by", "5m"]);
    to.twice(&run, &["approve", &run, "--reason", "looked at it"]);
    to.shop.finish(&run).with_code(0);
    let run = to.begin("to_staging_when_the_owner_agrees", asks);
    to.twice(&run, &["reject", &run, "--reason", "no"]);
    let run = to.begin("to_staging_when_the_owner_agrees", asks);
    to.twice(&run, &["lock", "steal", "idle", "staging", "--reason", "it is mine"]);

    let run = to.begin("to_staging_slowly", holds);
    to.twice(&run, &["skip", &run, "--reason", "long enough"]);
    to.shop.finish(&run).with_code(0);
    let run = to.begin("to_staging_slowly", holds);
    to.twice(&run, &["rollback", &run]);
    to.shop.finish(&run).with_code(20);

    let run = submitted(&to.shop, "a");
    assert_eq!(submitted(&to.shop, "a"), run, "the same key names the same run");
    to.twice(&run, &["retry", &run]);
    to.twice(&run, &["abort", &run]);
    to.shop.finish(&run).with_code(22);

    runtime.kill();
    let _runtime = to.shop.serve();
    for (words, answer) in &to.said {
        assert_eq!(to.say(words).with_code(0).out, *answer, "{words:?}, said to the next runtime");
    }
    assert_eq!(submitted(&to.shop, "a"), run);
}

/// Hands the run that tries in vain over under a key.
fn submitted(shop: &Shop, key: &str) -> String {
    let plan = shop.build("trying").display().to_string();
    let said = shop.site.run("deployd", &["run", &plan, "--detach", "--format", "json", "--key", key]).with_code(0);
    said.json()["run"].as_str().expect("the run is named").to_owned()
}
