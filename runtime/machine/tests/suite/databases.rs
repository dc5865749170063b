//! Each environment has its own url of a database: a release is given that of the environment that it comes to.

use std::collections::BTreeMap;

use machine::bind;
use machine::ports::provider::Task;
use plan::Input;
use serde_json::json;

use crate::fixture;

#[test]
fn a_release_is_given_the_url_of_its_environment() {
    let mut body = fixture::plan("canary").body;
    let rollout = body.rollouts.values_mut().next().unwrap();
    rollout.artifact = Input::Digest(plan::Digest::of(b"x"));
    let (service, environment) = (rollout.service.clone(), rollout.environment.clone());
    let mentioned = json!({ "secrets": { "LEDGER": { "$secret": "database:ledger.url" } } });
    body.services.get_mut(&service).unwrap().runs = mentioned;
    let place = json!({ "$secret": "file:ledger" });
    body.environments.get_mut(&environment).unwrap().databases.insert("ledger".to_owned(), place.clone());
    let questions = bind::preflight(&body, &BTreeMap::new()).unwrap();
    let given = questions.into_iter().find_map(|(_, task)| match task {
        Task::Ensure { release, .. } => Some(release.runs),
        Task::Stop { .. } | Task::Shift { .. } | Task::Act { .. } => None,
    });
    assert_eq!(given, Some(json!({ "secrets": { "LEDGER": place } })));
}
