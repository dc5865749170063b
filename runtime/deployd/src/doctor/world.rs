//! What lives below the state directory, compared with what should.

use std::collections::BTreeSet;

use machine::ports::store::{Running, Store, StoreError};
use providers::Layout;
use providers::inspect::{self, Answer, Instance, Living, Proxy};
use store::texts::{Of, texts};

use super::Finding;
use crate::mentions::Mentions;

/// What the state says about the world.
struct Expected {
    running: Vec<Running>,
    /// Releases that run or that a run under way speaks of.
    explained: BTreeSet<String>,
    /// Releases that a run under way speaks of: they come and go.
    moving: BTreeSet<String>,
}

pub(super) async fn look(layout: &Layout, program: &str) -> Vec<Finding> {
    let expected = match expected(layout).await {
        Ok(expected) => expected,
        Err(error) => {
            return vec![Finding::new(
                "state",
                error.to_string(),
                format!("`{program} audit verify` says what is damaged"),
            )];
        }
    };
    let instances = inspect::instances(layout);
    let mut findings: Vec<Finding> =
        instances.iter().filter_map(|instance| of_instance(instance, &expected, program)).collect();
    findings.extend(expected.running.iter().filter_map(|entry| too_few(entry, &instances, &expected, program)));
    findings.extend(expected.running.iter().filter_map(|entry| artifact(layout, entry)));
    for proxy in inspect::proxies(layout).await {
        findings.extend(of_proxy(layout, &proxy, &expected, program));
    }
    findings
}

async fn expected(layout: &Layout) -> Result<Expected, StoreError> {
    let running = store::sqlite::look(&layout.state)?.registry(u32::MAX).await?;
    let moving = Mentions::of(&layout.state, &[Of::Unended], &[])?.releases;
    let mut explained = moving.clone();
    explained.extend(running.iter().filter_map(|entry| entry.release.as_ref()).map(|release| release.id.to_string()));
    Ok(Expected { running, explained, moving })
}

fn of_instance(instance: &Instance, expected: &Expected, program: &str) -> Option<Finding> {
    let Instance { environment, service, release, number, folder, living } = instance;
    let name = format!("instance {number} of {service} {release} in {environment}");
    if !expected.explained.contains(release) {
        let what = format!("{name} is there, and neither what runs nor a run under way explains it");
        let remedy = format!(
            "its folder is {}: SIGTERM to the supervisor that its status.json names ends it, then remove the folder",
            folder.display()
        );
        return Some(Finding::new("stray", what, remedy));
    }
    living_of(&name, living, program)
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
    let explained =
        proxy.releases.iter().any(|release| expected.explained.contains(release)) || is_named(layout, &proxy.listen);
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
