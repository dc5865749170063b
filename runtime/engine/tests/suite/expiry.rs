//! A plan that stands under an exception is refused once the exception is past its day, before anything happens.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::world::{Scene, submission};
use engine::{Submission, SubmitError};
use machine::ports::store::Store;
use plan::{Acceptance, Plan};

/// The clock of the scene begins on the first day of 1970.
fn accepting(until: &str) -> Submission {
    let mut asked = submission("canary");
    let mut body = Plan::read(&asked.plan).unwrap().body;
    let (proof, because) = ("P3".to_owned(), "little traffic".to_owned());
    body.acceptances.push(Acceptance { proof, because, until: until.to_owned() });
    asked.plan = Plan::new(body, BTreeMap::new()).to_bytes();
    asked
}

#[tokio::test(start_paused = true)]
async fn an_exception_that_has_ended_stops_the_run() {
    for until in ["1969-12-31", "soon"] {
        let scene = Scene::new(0).await;
        let engine = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
        let refused = engine.submit(accepting(until)).await.unwrap_err();
        assert!(matches!(refused, SubmitError::Preflight(_)), "{refused}");
        let expected = format!(
            "the exception from P3 (\"little traffic\") ended on {until}; mend what it accepts, or decide anew, and build the plan again"
        );
        assert_eq!(refused.to_string(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_exception_holds_on_its_last_day() {
    let scene = Scene::new(0).await;
    let engine = scene.engine(Arc::clone(&scene.store) as Arc<dyn Store>);
    engine.submit(accepting("1970-01-01")).await.unwrap();
}
