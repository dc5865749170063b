//! What every provider keeps, whatever it does.

use machine::ports::provider::{Outcome, Probe, Provider, Request};

/// Doing a task twice under one key leaves the same world, says so when probed, and looking ahead, probing or
/// observing changes nothing. `world` shows the part of the world that the task is about.
pub(crate) async fn idempotent<W: PartialEq + std::fmt::Debug>(
    provider: &dyn Provider,
    request: &Request,
    world: impl Fn() -> W,
) {
    let before = world();
    assert_eq!(provider.preflight(request.clone()).await, Ok(()));
    assert_eq!(provider.probe(request.clone()).await, Probe::DidNot);
    assert!(provider.observe(request.clone()).await.is_ok());
    assert_eq!(world(), before, "looking changed the world");
    let first = provider.perform(request.clone()).await;
    let Outcome::Done(outputs) = first.clone() else { panic!("not done: {first:?}") };
    let after = world();
    assert_ne!(after, before, "nothing happened");
    assert_eq!(provider.perform(request.clone()).await, first, "the second time is not the first");
    assert_eq!(provider.probe(request.clone()).await, Probe::Took(outputs));
    assert_eq!(provider.observe(request.clone()).await, Ok(None), "it is as it was left");
    assert_eq!(world(), after, "the second time changed the world");
}
