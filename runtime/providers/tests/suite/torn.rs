//! Files that were torn while nothing could mend them: noticed by name, and never taken for something else.

use machine::ports::provider::Outcome;
use serde_json::json;

use crate::harness::{World, failure, instances, kill, pid, runs, until};
use crate::proxy::{Traffic, backend};

const SLEEPER: &str = "exec sleep 1000";

/// Lengths to which a file is cut, from nothing to all but its last byte.
fn cuts(length: usize) -> [usize; 3] {
    [0, length / 2, length - 1]
}

#[tokio::test]
async fn a_living_instance_whose_specification_is_torn_is_named_and_left_alone() {
    let world = World::new();
    let release = world.release(SLEEPER, json!({"ready": {"case": "none_needed"}, "drain": 0, "stop_within": 2000}));
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    let (child, supervisor) = (pid(&folder, "child"), pid(&folder, "supervisor"));
    kill(supervisor, "KILL");
    until("the supervisor is gone", || !runs(supervisor)).await;
    let spec = folder.join("spec.json");
    let whole = std::fs::read(&spec).unwrap();
    for cut in cuts(whole.len()) {
        std::fs::write(&spec, &whole[..cut]).unwrap();
        let message = failure(provider.perform(world.ensure(&release, 1)).await);
        assert!(message.contains("spec.json is not what this program wrote"), "{message}");
        assert!(runs(child), "what serves was ended for a file that nobody needs now");
    }
    std::fs::write(&spec, &whole).unwrap();
    instances(provider.perform(world.ensure(&release, 1)).await);
    assert_eq!(pid(&folder, "child"), child);
}

#[tokio::test]
async fn a_dead_instance_whose_specification_is_torn_is_replaced() {
    for part in 0..3 {
        let world = World::new();
        let release =
            world.release(SLEEPER, json!({"ready": {"case": "none_needed"}, "drain": 0, "stop_within": 2000}));
        let provider = world.provider("process");
        instances(provider.perform(world.ensure(&release, 1)).await);
        let folder = world.instance(&release, 1);
        let (child, supervisor) = (pid(&folder, "child"), pid(&folder, "supervisor"));
        kill(supervisor, "KILL");
        kill(child, "KILL");
        until("both are gone", || !runs(supervisor) && !runs(child)).await;
        let spec = folder.join("spec.json");
        let whole = std::fs::read(&spec).unwrap();
        std::fs::write(&spec, &whole[..cuts(whole.len())[part]]).unwrap();
        assert_eq!(instances(provider.perform(world.ensure(&release, 1)).await).len(), 1);
    }
}

#[tokio::test]
async fn a_proxy_whose_state_is_torn_says_so_and_routes_nothing() {
    let traffic = Traffic::new();
    let provider = traffic.world.provider("proxy");
    let request = traffic.shift("run/a/1", 1, &[("r-1", 10_000, backend(200).await)]);
    assert_eq!(provider.perform(request).await, Outcome::Done(machine::ports::provider::Outputs::None));
    let (child, supervisor) = (pid(&traffic.folder(), "child"), pid(&traffic.folder(), "supervisor"));
    kill(supervisor, "KILL");
    kill(child, "KILL");
    until("both are gone", || !runs(supervisor) && !runs(child)).await;
    let state = traffic.folder().join("state.json");
    let whole = std::fs::read(&state).unwrap();
    std::fs::write(&state, &whole[..whole.len() / 2]).unwrap();
    let next = traffic.shift("run/b/1", 1, &[("r-2", 10_000, backend(404).await)]);
    let message = failure(provider.perform(next.clone()).await);
    assert!(message.contains("keeps dying") && message.contains("state.json"), "{message}");
    assert_eq!(std::fs::read(&state).unwrap(), &whole[..whole.len() / 2], "what is left of it was overwritten");
}
