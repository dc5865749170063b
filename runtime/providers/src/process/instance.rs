//! One instance as its folder shows it: started, found again, asked for its state, taken away.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use machine::ports::provider::Instance as Address;

use super::Subject;
use super::config::Config;
use crate::artifacts;
use crate::host::{files, identity, ports};
use crate::secrets;
use crate::supervisor::launch::{inherited, launch, relaunch};
use crate::supervisor::{self, SECRETS, SPEC, Spec, Status, output, strays};

/// Logs of stopped instances that are kept for each service and environment.
const LOGS_KEPT: usize = 20;
/// Time that ending takes beyond the declared one.
const END_MARGIN: Duration = Duration::from_secs(5);

/// One instance's folder.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    pub(super) number: u32,
    pub(super) folder: PathBuf,
}

/// The instances of a release, in order.
pub(super) fn list(folder: &Path) -> Result<Vec<Instance>, String> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(format!("cannot read {}: {e}", folder.display())),
    };
    let numbered = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.ok()?.path();
        Some(Instance { number: path.file_name()?.to_str()?.parse().ok()?, folder: path })
    };
    let mut all: Vec<Instance> = entries.filter_map(numbered).collect();
    all.sort_by_key(|instance| instance.number);
    Ok(all)
}

impl Instance {
    /// Starts a new instance under the lowest number that is free, on none of the ports to skip.
    pub(super) async fn start(subject: &Subject, skip: &[u16]) -> Result<Self, String> {
        let artifact = artifacts::resolve(&subject.layout, &subject.release, &subject.root).await?;
        let there = list(&subject.folder)?;
        let number = (1..).find(|n| there.iter().all(|i| i.number != *n)).unwrap_or(u32::MAX);
        let instance = Self { number, folder: subject.folder.join(number.to_string()) };
        files::private_dir(&instance.folder)?;
        let promised: Vec<u16> = there.iter().filter_map(Self::port).chain(skip.iter().copied()).collect();
        let port = ports::free_port(&promised)?;
        let handed = secrets::hand_over(&subject.config.secrets, &subject.root, &instance.folder.join(SECRETS))?;
        let text = |path: &Path| {
            path.to_str().map(str::to_owned).ok_or_else(|| format!("the path {} is not UTF-8", path.display()))
        };
        let argv = std::iter::once(text(&artifact)?).chain(subject.config.arguments.iter().cloned()).collect();
        let spec = Spec {
            format: supervisor::FORMAT,
            name: subject.name(),
            argv,
            environment: environment(subject, port, &handed)?,
            secrets: handed,
            folder: None,
            listen: None,
            port: Some(port),
            stop_within_ms: subject.config.stop_within,
        };
        launch(&subject.layout.program, &instance.folder, &spec).await?;
        Ok(instance)
    }

    /// Gives a living child whose supervisor was killed a new one. False when there is nothing to keep.
    pub(super) async fn revive(&self, subject: &Subject) -> Result<bool, String> {
        match supervisor::read_status(&self.folder)? {
            // A stop was begun, perhaps by a runtime that was killed: it is finished, not adopted.
            Some(status) if status.stopping => Ok(false),
            Some(status) if status.supervised() => Ok(true),
            Some(status) if status.living_child().is_some() => {
                relaunch(&subject.layout.program, &self.folder).await.map(|_| true)
            }
            Some(_) | None => Ok(false),
        }
    }

    /// What the supervisor says.
    pub(super) fn status(&self) -> Result<Status, String> {
        supervisor::read_status(&self.folder)?.ok_or_else(|| format!("{} has no status", self.folder.display()))
    }

    /// The port it was given.
    pub(super) fn port(&self) -> Option<u16> {
        files::read_json::<Spec>(&self.folder.join(SPEC)).ok().flatten()?.port
    }

    /// Where it answers.
    pub(super) fn socket(&self) -> Result<SocketAddr, String> {
        let port = self.port().ok_or_else(|| format!("{} names no port", self.folder.join(SPEC).display()))?;
        Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    }

    /// Its name and its address for the rest of the world.
    pub(super) fn address(&self, subject: &Subject) -> Result<Address, String> {
        Ok(Address {
            id: format!("{}/{}/{}/{}", subject.environment, subject.service, subject.release.id, self.number),
            address: self.socket()?.to_string(),
        })
    }

    /// The last lines it wrote.
    pub(super) fn last_lines(&self) -> String {
        output::tail(&self.folder.join(supervisor::OUTPUT), 5)
    }

    /// Ends supervisor and child, keeps the logs, removes the folder; answers where the newest log is.
    pub(super) async fn end(&self, subject: &Subject) -> Result<Option<PathBuf>, String> {
        if let Some(status) = supervisor::read_status(&self.folder)? {
            end_processes(&status, &subject.config).await?;
        }
        strays::end(&self.folder);
        let log = self.keep_logs(subject)?;
        files::remove_dir(&self.folder)?;
        // Fails while other instances are there, which is what is wanted.
        let _ = fs::remove_dir(&subject.folder);
        Ok(log)
    }

    fn keep_logs(&self, subject: &Subject) -> Result<Option<PathBuf>, String> {
        let to = subject.layout.logs(&subject.environment, &subject.service)?;
        files::private_dir(&to)?;
        let mut newest = None;
        for (age, log) in output::logs(&self.folder).into_iter().enumerate() {
            let name = format!("{:016}-{}-{}-{age}.log", identity_time(), subject.release.id, self.number);
            let kept = to.join(name);
            fs::rename(&log, &kept).map_err(|e| format!("cannot keep the log {}: {e}", log.display()))?;
            newest.get_or_insert(kept);
        }
        prune(&to);
        Ok(newest)
    }
}

/// Wall-clock milliseconds, so that kept logs sort by age also across boots.
fn identity_time() -> u128 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_millis())
}

fn prune(folder: &Path) {
    let mut kept: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().filter_map(|e| Some(e.ok()?.path())).collect();
    kept.sort();
    for old in kept.iter().take(kept.len().saturating_sub(LOGS_KEPT)) {
        let _ = fs::remove_file(old);
    }
}

async fn end_processes(status: &Status, config: &Config) -> Result<(), String> {
    let within = Duration::from_millis(config.stop_within) + END_MARGIN;
    if let Some(supervisor) = &status.supervisor {
        supervisor.signal(rustix::process::Signal::TERM);
        if !identity::gone(supervisor, within).await {
            supervisor.signal(rustix::process::Signal::KILL);
            identity::gone(supervisor, END_MARGIN).await;
        }
    }
    // Left only by a supervisor that was killed.
    if let Some(child) = &status.child {
        child.signal_group(rustix::process::Signal::TERM);
        if !identity::gone(child, within).await {
            child.signal_group(rustix::process::Signal::KILL);
            if !identity::gone(child, END_MARGIN).await {
                return Err(format!("{} does not end, not even by SIGKILL", identity::describe(child.pid)));
            }
        }
    }
    Ok(())
}

fn environment(
    subject: &Subject,
    port: u16,
    handed: &BTreeMap<String, PathBuf>,
) -> Result<BTreeMap<String, String>, String> {
    let mut all: BTreeMap<String, String> = inherited().collect();
    all.extend(subject.config.environment.clone());
    for (name, path) in handed {
        let path = path.to_str().ok_or_else(|| format!("the path {} is not UTF-8", path.display()))?;
        all.insert(format!("{name}_FILE"), path.to_owned());
    }
    all.insert("PORT".into(), port.to_string());
    all.insert("SERVICE".into(), subject.service.clone());
    all.insert("ENVIRONMENT".into(), subject.environment.clone());
    all.insert("RELEASE_ID".into(), subject.release.id.to_string());
    Ok(all)
}
