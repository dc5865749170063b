//! What lives below the state directory, compared with what should.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use machine::Run;
use machine::ports::store::{Running, Store, StoreError};
use plan::Plan;
use providers::Layout;
use providers::inspect::{self, Answer, Instance, Living, Proxy};
use store::registry::known;
use store::texts::{Of, texts};

use super::Finding;
use crate::mentions::Mentions;

/// What the state says about the world.
#[derive(Default)]
struct Expected {
    running: Vec<Running>,
    /// Releases that run or that a run under way speaks of.
    explained: BTreeSet<String>,
    /// Releases that a run under way speaks of: they come and go.
    moving: BTreeSet<String>,
    /// Instances that the runs of what runs have brought, by release.
    brought: BTreeMap<String, BTreeSet<String>>,
    /// Environments in which it is not known what runs, so that nothing there is a stray.
    unknown: BTreeSet<String>,
    /// Whether nothing is known at all.
    nothing: bool,
}

/// Compares what lives with what the state says, where that can be read; else only what lives is looked at.
pub(super) async fn look(layout: &Layout, program: &str, readable: bool) -> Vec<Finding> {
    let nothing = || Expected { nothing: true, ..Expected::default() };
    let mut findings = Vec::new();
    let expected = match expected(layout).await {
        Ok(expected) if readable => expected,
        Ok(_) => nothing(),
        Err(error) => {
            // That there is no state that can be read is told already.
            findings.extend(readable.then(|| unread(&error, program)));
            nothing()
        }
    };
    let instances = inspect::instances(layout);
    findings.extend(instances.iter().filter_map(|instance| of_instance(instance, &instances, &expected, program)));
    findings.extend(expected.running.iter().filter_map(|entry| too_few(entry, &instances, &expected, program)));
    findings.extend(expected.running.iter().filter_map(|entry| artifact(layout, entry)));
    for proxy in inspect::proxies(layout).await {
        findings.extend(of_proxy(layout, &proxy, &expected, program));
    }
    findings
}

fn unread(error: &StoreError, program: &str) -> Finding {
    Finding::new("state", error.to_string(), format!("`{program} audit verify` says what is damaged"))
}

async fn expected(layout: &Layout) -> Result<Expected, StoreError> {
    let store = store::sqlite::look(&layout.state)?;
    let known = known(&store, u32::MAX).await?;
    let moving = Mentions::of(&layout.state, &[Of::Unended], &[])?.releases;
    let mut expected = Expected { explained: moving.clone(), moving, ..Expected::default() };
    for entry in &known.running {
        let Some(release) = &entry.release else { continue };
        expected.explained.insert(release.id.to_string());
        expected.brought.insert(release.id.to_string(), brought(&store, entry).await);
    }
    expected.unknown = known.damaged.into_iter().map(|(place, _)| place.environment).collect();
    expected.running = known.running;
    Ok(expected)
}

/// The instances that the run which made this so has brought; none where that cannot be read.
async fn brought(store: &dyn Store, entry: &Running) -> BTreeSet<String> {
    let Ok(stored) = store.load(&entry.run).await else { return BTreeSet::new() };
    let Ok(plan) = Plan::read(&stored.plan) else { return BTreeSet::new() };
    let Ok(run) = Run::restore(Arc::new(plan), stored.head, stored.nodes) else { return BTreeSet::new() };
    let instances = run.standing(entry).map(|standing| standing.instances().to_vec()).unwrap_or_default();
    instances.into_iter().map(|instance| instance.id).collect()
}

fn of_instance(instance: &Instance, all: &[Instance], expected: &Expected, program: &str) -> Option<Finding> {
    let Instance { environment, service, release, number, living, .. } = instance;
    let name = format!("instance {number} of {service} {release} in {environment}");
    if !expected.nothing && !expected.unknown.contains(environment) {
        if !expected.explained.contains(release) {
            return Some(stray(
                &format!("{name} is there, and neither what runs nor a run under way explains it"),
                instance,
            ));
        }
        if let Some(why) = left_over(instance, all, expected) {
            return Some(stray(&format!("{name} {why}"), instance));
        }
    }
    living_of(&name, living, program)
}

fn stray(what: &str, instance: &Instance) -> Finding {
    let remedy = format!(
        "its folder is {}: SIGTERM to the supervisor that its status.json names ends it, then remove the folder",
        instance.folder.display()
    );
    Finding::new("stray", what, remedy)
}

/// Why this one is more than what runs, though it is of the same release: another run has left it there.
fn left_over(instance: &Instance, all: &[Instance], expected: &Expected) -> Option<String> {
    let Instance { environment, service, release, number, living, .. } = instance;
    let of_it = |entry: &&Running| entry.environment == *environment && id_of(entry) == Some(release);
    let entry = expected.running.iter().find(of_it).filter(|_| !expected.moving.contains(release))?;
    let replicas = entry.release.as_ref()?.replicas as usize;
    let alike = |other: &&Instance| {
        (&other.environment, &other.service, &other.release) == (environment, service, release)
            && other.living != Living::Nothing
    };
    let many = all.iter().filter(alike).count() > replicas && *living != Living::Nothing;
    let brought = expected.brought.get(release).filter(|brought| !brought.is_empty());
    let ours = match brought {
        Some(brought) => brought.contains(&format!("{environment}/{service}/{release}/{number}")),
        None => number.parse::<usize>().is_ok_and(|number| number <= replicas),
    };
    (many && !ours)
        .then(|| format!("lives beside the {replicas} that run {} brought there: another run has left it", entry.run))
}

fn id_of(entry: &Running) -> Option<&String> {
    entry.release.as_ref().map(|release| &release.id.0)
}

fn living_of(name: &str, living: &Living, program: &str) -> Option<Finding> {
    match living {
        Living::Supervised | Living::Nothing => None,
        Living::Orphaned(child) => {
            let what = format!("the supervisor of {name} is dead, and {child} lives on: nobody would start it again");
            Some(Finding::new("supervisor", what, format!("`{program} serve` gives it a new one")))
        }
        Living::Unknown(problem) => Some(Finding::new(
            "supervisor",
            format!("{name}: {problem}"),
            "use the program that wrote it, or remove the file and restart it",
        )),
    }
}

/// Fewer instances than were brought there, while no run changes them.
fn too_few(entry: &Running, instances: &[Instance], expected: &Expected, program: &str) -> Option<Finding> {
    let release = entry.release.as_ref()?;
    if expected.moving.contains(&release.id.0) {
        return None;
    }
    let ours = |instance: &&Instance| instance.environment == entry.environment && instance.release == release.id.0;
    let living = instances.iter().filter(ours).filter(|instance| instance.living != Living::Nothing).count();
    (living < release.replicas as usize).then(|| {
        let what = format!(
            "{living} of {} instances of `{}` in `{}` ({}) live",
            release.replicas, entry.service, entry.environment, release.id
        );
        Finding::new("instances", what, format!("`{program} serve` brings them back"))
    })
}

fn artifact(layout: &Layout, entry: &Running) -> Option<Finding> {
    let release = entry.release.as_ref()?;
    let problem = inspect::damage(layout, &release.artifact)?;
    let what = format!(
        "the artifact {} of `{}`, which runs in `{}`, {problem}: an instance that dies cannot be started again from it",
        release.artifact, entry.service, entry.environment
    );
    let remedy =
        "put the file back into the folder that the service names, and deploy it again; or take it out of a backup";
    Some(Finding::new("artifact", what, remedy))
}

fn of_proxy(layout: &Layout, proxy: &Proxy, expected: &Expected, program: &str) -> Option<Finding> {
    let name = format!("the proxy on {} in {}", proxy.listen, proxy.environment);
    let explained = expected.nothing
        || expected.unknown.contains(&proxy.environment)
        || proxy.releases.iter().any(|release| expected.explained.contains(release))
        || is_named(layout, &proxy.listen);
    if !explained {
        let what = format!("{name} is there, and neither what runs nor a run under way explains it");
        let remedy = format!(
            "its folder is {}: SIGTERM to the supervisor that its status.json names ends it, then remove the folder",
            proxy.folder.display()
        );
        return Some(Finding::new("stray", what, remedy));
    }
    if let Some(finding) = living_of(&name, &proxy.living, program) {
        return Some(finding);
    }
    match (&proxy.living, &proxy.answer) {
        (_, Answer::Refused(problem)) => Some(Finding::new(
            "proxy",
            problem.clone(),
            "use the deployd that started it, or end its supervisor and run again",
        )),
        (Living::Nothing, _) => {
            Some(Finding::new("proxy", format!("{name} does not run"), format!("`{program} serve` brings it back")))
        }
        (_, Answer::None(problem)) => Some(Finding::new(
            "proxy",
            problem.clone(),
            format!("its log is {}", proxy.folder.join("output.log").display()),
        )),
        (_, Answer::Understood) => None,
    }
}

/// Whether a plan that made what runs, or one under way, names this address.
fn is_named(layout: &Layout, listen: &str) -> bool {
    let needle = format!("\"{listen}\"");
    let mut found = false;
    let read = texts(&layout.state, &[Of::Makers, Of::Unended], &[], &mut |text| {
        found |= text.windows(needle.len()).any(|part| part == needle.as_bytes());
    });
    // A state that cannot be read is told elsewhere; nothing is called a stray because of it.
    found || read.is_err()
}

#[cfg(test)]
mod tests {
    use plan::{Digest, Release};
    use serde_json::Value;

    use super::*;

    fn instance(release: &str, number: u32, living: Living) -> Instance {
        Instance {
            environment: "local".to_owned(),
            service: "shop".to_owned(),
            release: release.to_owned(),
            number: number.to_string(),
            folder: "/state".into(),
            living,
        }
    }

    /// One replica runs; the run that brought it says which, or nothing can be read of it.
    fn expected(brought: &[&str]) -> (Expected, String) {
        let release = Release::new("shop", Digest::of(b"v1"), Value::Null, Value::Null, 1);
        let id = release.id.to_string();
        let entry = Running {
            environment: "local".to_owned(),
            service: "shop".to_owned(),
            release: Some(release),
            run: "maker".to_owned(),
            since_ms: 0,
        };
        let brought = brought.iter().map(|number| format!("local/shop/{id}/{number}")).collect();
        let expected = Expected {
            running: vec![entry],
            explained: [id.clone()].into(),
            brought: [(id.clone(), brought)].into(),
            ..Expected::default()
        };
        (expected, id)
    }

    fn strays(all: &[Instance], expected: &Expected) -> Vec<String> {
        let found = all.iter().filter_map(|one| of_instance(one, all, expected, "deployd"));
        found.filter(|finding| finding.check == "stray").map(|finding| finding.what).collect()
    }

    #[test]
    fn an_instance_of_the_running_release_that_another_run_left_is_a_stray() {
        for (brought, stray) in [(vec!["2"], "instance 1"), (vec!["1"], "instance 2"), (vec![], "instance 2")] {
            let (expected, id) = expected(&brought);
            let both = [1, 2].map(|number| instance(&id, number, Living::Supervised));
            let told = strays(&both, &expected);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].starts_with(stray) && told[0].contains("run maker brought there"), "{told:?}");
            assert!(strays(&both[..1], &expected).is_empty(), "no more than run, whatever their numbers");
            let dead = [instance(&id, 1, Living::Supervised), instance(&id, 2, Living::Nothing)];
            assert!(strays(&dead, &expected).is_empty());
            let moving = Expected { moving: [id].into(), ..expected };
            assert!(strays(&both, &moving).is_empty(), "a run under way may have it");
        }
    }

    #[test]
    fn nothing_is_a_stray_where_it_is_not_known_what_runs() {
        let (known, _) = expected(&["1"]);
        let other = [instance("r-other", 1, Living::Supervised)];
        assert_eq!(strays(&other, &known).len(), 1);
        let unknown = Expected { unknown: ["local".to_owned()].into(), ..known };
        assert!(strays(&other, &unknown).is_empty());
        assert!(strays(&other, &Expected { nothing: true, ..Expected::default() }).is_empty());
        let orphan = instance("r-other", 1, Living::Orphaned("pid 7".to_owned()));
        let found = of_instance(&orphan, &[], &Expected { nothing: true, ..Expected::default() }, "deployd");
        assert_eq!(found.map(|finding| finding.check), Some("supervisor"), "what lives is looked at all the same");
    }
}
