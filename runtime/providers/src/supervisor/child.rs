//! One child process: started or adopted, waited for through a pid file descriptor, ended with its group.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use tokio::sync::watch;
use tokio::time::Instant;

use super::spec::Spec;
use crate::host::identity::{Identity, group_runs};

/// Times that a program which is still being written is tried again.
const BUSY_RETRIES: u32 = 50;
/// Time between two looks at a process group that is ending.
const LOOK: Duration = Duration::from_millis(20);

/// A running child.
pub(crate) struct Child {
    identity: Identity,
    group: Pid,
    handle: Arc<OwnedFd>,
    ended: watch::Receiver<bool>,
    /// None for an adopted child, whose exit status belongs to another parent.
    own: Option<std::process::Child>,
}

impl Child {
    /// Starts the program in a group of its own with nothing but the specified environment.
    pub(crate) fn start(
        spec: &Spec,
        folder: &Path,
        output: &OwnedFd,
        listener: Option<&TcpListener>,
    ) -> Result<Self, String> {
        let (program, arguments) = spec.argv.split_first().ok_or("there is no program to start")?;
        let broken = |e: std::io::Error| format!("could not be started: {e}");
        let mut command = Command::new(program);
        command.args(arguments).env_clear().envs(&spec.environment).current_dir(folder).process_group(0);
        let mut tries = 0;
        let own = loop {
            let stdin = match listener {
                Some(listener) => Stdio::from(OwnedFd::from(listener.try_clone().map_err(broken)?)),
                None => Stdio::null(),
            };
            let stdout = output.try_clone().map_err(broken)?;
            let stderr = output.try_clone().map_err(broken)?;
            match command.stdin(stdin).stdout(stdout).stderr(stderr).spawn() {
                // Another process of this host forked while the file was open for writing and has not
                // executed yet: over in an instant.
                Err(e) if e.kind() == std::io::ErrorKind::ExecutableFileBusy && tries < BUSY_RETRIES => {
                    tries += 1;
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(e) => return Err(broken(e)),
                Ok(own) => break own,
            }
        };
        // Not yet waited for, so its pid is its own even when it has ended already.
        let pid = i32::try_from(own.id()).map_err(|e| e.to_string())?;
        let start = crate::host::identity::Stat::of(pid).map_or(0, |stat| stat.start);
        let boot = crate::host::identity::boot_id().to_owned();
        Self::hold(Identity { pid, start, boot }, Some(own))
    }

    /// Takes over a child whose supervisor is gone; `None` when it is gone too.
    pub(crate) fn adopt(identity: &Identity) -> Option<Self> {
        let child = Self::hold(identity.clone(), None).ok()?;
        identity.alive().then_some(child)
    }

    fn hold(identity: Identity, own: Option<std::process::Child>) -> Result<Self, String> {
        let group = Pid::from_raw(identity.pid).ok_or("a process without a pid")?;
        let broken = |e: std::io::Error| format!("cannot watch pid {group}: {e}");
        let handle = Arc::new(pidfd_open(group, PidfdFlags::empty()).map_err(|e| broken(e.into()))?);
        let (tell, ended) = watch::channel(false);
        let watched = Arc::clone(&handle);
        let thread = std::thread::Builder::new().name("end of child".to_owned());
        thread
            .spawn(move || {
                wait_for_end(&watched);
                // Nobody listens any more when the supervisor itself is about to end.
                let _ = tell.send(true);
            })
            .map_err(broken)?;
        Ok(Self { identity, group, handle, ended, own })
    }

    /// Who it is.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The listening socket that an adopted child holds as its standard input, where the host allows it.
    pub(crate) fn listener(&self) -> Option<TcpListener> {
        let socket = rustix::process::pidfd_getfd(&self.handle, 0, rustix::process::PidfdGetfdFlags::empty()).ok()?;
        let listener = TcpListener::from(socket);
        listener.local_addr().ok().map(|_| listener)
    }

    /// Resolves when the child has ended; it is not reaped, so that its group's id stays taken.
    pub(crate) async fn ended(&self) {
        // An error means that the watching thread is gone, and it goes only after the child.
        let _ = self.ended.clone().wait_for(|ended| *ended).await;
    }

    /// Ends what the dead child left in its group, reaps it and says how it ended.
    pub(crate) fn bury(mut self) -> String {
        let _ = kill_process_group(self.group, Signal::KILL);
        self.reap(false)
    }

    /// SIGTERM to the group, SIGKILL after `within`, until nothing of it is left.
    pub(crate) async fn stop(mut self, within: Duration) -> String {
        let end = Instant::now() + within;
        let _ = kill_process_group(self.group, Signal::TERM);
        let in_time = tokio::time::timeout_at(end, self.ended()).await.is_ok();
        if !in_time {
            let _ = kill_process_group(self.group, Signal::KILL);
            self.ended().await;
        }
        let how = self.reap(true);
        // What the leader left behind gets the rest of the time.
        while in_time && Instant::now() < end && group_runs(self.identity.pid) {
            tokio::time::sleep(LOOK).await;
        }
        let _ = kill_process_group(self.group, Signal::KILL);
        if in_time { how } else { format!("{how} after it ignored SIGTERM for {} s", within.as_secs_f32()) }
    }

    fn reap(&mut self, asked: bool) -> String {
        match self.own.as_mut().map(std::process::Child::wait) {
            Some(Ok(status)) => describe(status, asked),
            Some(Err(e)) => format!("ended, its status cannot be had: {e}"),
            None => "ended; its exit status went to the supervisor before this one".to_owned(),
        }
    }
}

/// A pid file descriptor becomes readable when its process ends (pidfd_open(2)).
fn wait_for_end(handle: &OwnedFd) {
    let mut polled = [PollFd::new(handle, PollFlags::IN)];
    while poll(&mut polled, None) == Err(Errno::INTR) {}
}

/// An exit status in words; ending well without having been asked is an end all the same.
pub(crate) fn describe(status: ExitStatus, asked: bool) -> String {
    match (status.code(), status.signal()) {
        (Some(0), _) if !asked => "exit code 0 (a service must stay in the foreground)".to_owned(),
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("killed by signal {}", signal_name(signal)),
        (None, None) => status.to_string(),
    }
}

fn signal_name(number: i32) -> String {
    let name = match number {
        1 => "HUP",
        2 => "INT",
        3 => "QUIT",
        4 => "ILL",
        6 => "ABRT",
        7 => "BUS",
        8 => "FPE",
        9 => "KILL",
        11 => "SEGV",
        13 => "PIPE",
        15 => "TERM",
        _ => return number.to_string(),
    };
    format!("{number} (SIG{name})")
}
