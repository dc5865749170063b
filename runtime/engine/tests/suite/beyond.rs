//! A plan that asks for more than the runtime can do is refused before anything happens, with the capability and the
//! place that needs it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::world::{Scene, submission};
use engine::SubmitError;
use machine::ports::store::Store;
use plan::{Body, Plan};

async fn refusal(change: impl FnOnce(&mut Body)) -> String {
    let scene = Scene::new(0).await;
    let engine = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
    let mut asked = submission("canary");
    let mut body = Plan::read(&asked.plan).unwrap().body;
    change(&mut body);
    asked.plan = Plan::new(body, BTreeMap::new()).to_bytes();
    let refused = engine.submit(asked).await.unwrap_err();
    assert!(matches!(refused, SubmitError::Beyond(_)), "{refused}");
    assert_eq!(refused.exit_code(), 1);
    assert!(engine.runs(false, 9).await.unwrap().iter().all(|line| line.workflow == "earlier"), "a run was begun");
    refused.to_string()
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_not_there_is_named_with_its_place() {
    let message = refusal(|body| {
        let environment = body.environments.get_mut("local").unwrap();
        environment.traffic.as_mut().unwrap().provider = "haproxy".to_owned();
    });
    let expected = "this runtime cannot work with the provider `haproxy`, which `release/shop-to-local/5%/shift` needs \
        (`provider:haproxy`); take it out of the workflow, or run the plan with a runtime that can";
    assert_eq!(message.await, expected);
}

#[tokio::test(start_paused = true)]
async fn what_a_later_compiler_requires_is_not_passed_over() {
    let message = refusal(|body| body.requires = vec!["teleport".to_owned()]).await;
    assert_eq!(message, "the plan requires `teleport`, which this runtime does not know");
}
