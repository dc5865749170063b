//! One run of one program: started in a group of its own, read up to a limit, ended with all it started.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use machine::ports::provider::Request;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::process::Child;

use super::config::Config;
use super::earlier::Earlier;
use super::mark::Mark;
use super::output::{Collected, Written};
use super::programs;
use crate::host::files;
use crate::host::identity::Identity;
use crate::secrets::scrub::Scrubber;
use crate::secrets::{hand_over, read_back};
use crate::supervisor::launch::inherited;

/// The idempotency key's variable.
const KEY: &str = "DEPLOYD_KEY";
/// Longest wait for output after the program itself has ended: a process it left behind may hold the pipe.
const OUTPUT_WITHIN: Duration = Duration::from_millis(500);

/// How a run ended.
pub(super) enum End {
    /// The program ended by itself, with this code.
    Exit(i32, Written),
    /// A signal ended it; which one, in words.
    Killed(String, Written),
    /// It was stopped because its time was over.
    TooLong(Written),
    /// It never ran.
    NotStarted(String),
    /// It ran and its end is not known.
    Lost(String),
}

/// A program about to run.
pub(super) struct Command {
    command: tokio::process::Command,
    folder: PathBuf,
    scrubber: Scrubber,
    output_max: usize,
    mark: Mark,
    _files: Files,
}

/// The folder of the run, with its secrets and the note of its process: both mean nothing after it.
struct Files(PathBuf);

impl Drop for Files {
    fn drop(&mut self) {
        // Nothing can be done about a failure here; the folder is private and removed by the next run.
        let _ = files::remove_dir(&self.0);
    }
}

/// Ends all that was started when the run is over, also when it is given up half way.
struct Started {
    group: Option<Pid>,
    mark: Mark,
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(group) = self.group {
            let _ = kill_process_group(group, Signal::KILL);
        }
        // What does not end is met again by the next attempt, which then refuses.
        let _ = self.mark.end();
    }
}

impl Command {
    /// Resolves program and secrets.
    pub(super) fn prepare(request: &Request, config: &Config, argv: &[String], folder: &Path) -> Result<Self, String> {
        let program = programs::find(argv, &request.root)?;
        files::private_dir(folder)?;
        let secrets = folder.join("secrets");
        let files = Files(folder.to_owned());
        let handed = hand_over(&config.secrets, &request.root, &secrets)?;
        let mut environment: BTreeMap<String, String> = inherited().collect();
        environment.extend(config.environment.clone());
        environment.insert(KEY.to_owned(), request.key.clone());
        let mark = Mark::of(folder);
        environment.extend([mark.variable()]);
        let mut command = tokio::process::Command::new(program);
        command
            .args(argv.get(1..).unwrap_or_default())
            .env_clear()
            .envs(environment)
            .envs(handed.iter().map(|(name, path)| (format!("{name}_FILE"), path)))
            .current_dir(&request.root)
            .process_group(0)
            .stdin(Stdio::null());
        let scrubber = Scrubber::new(&read_back(handed.values()));
        let (folder, output_max) = (folder.to_owned(), config.output_max());
        Ok(Self { command, folder, scrubber, output_max, mark, _files: files })
    }

    /// Runs it for at most this long.
    pub(super) async fn run(self, within: Duration) -> End {
        let (mut child, receiver) = match start(self.command) {
            Ok(started) => started,
            Err(e) => return End::NotStarted(format!("could not be started: {e}")),
        };
        let pid = child.id().unwrap_or_default();
        let started = Started { group: Pid::from_raw(pid.cast_signed()), mark: self.mark };
        if let Some(identity) = Identity::of(pid)
            && let Err(message) = Earlier::note(&self.folder, &identity)
        {
            return End::Lost(format!("it was started and stopped again: {message}"));
        }
        let mut output = Collected::new(self.output_max);
        let waited = tokio::time::timeout(within, wait(&mut child, receiver, &mut output)).await;
        drop(started);
        let written = output.written(&self.scrubber);
        match waited {
            Ok(Ok(status)) => match status.code() {
                Some(code) => End::Exit(code, written),
                None => End::Killed(signal(status), written),
            },
            Ok(Err(e)) => End::Lost(format!("its end could not be observed: {e}")),
            Err(_) => {
                let _ = child.wait().await;
                End::TooLong(written)
            }
        }
    }
}

/// One pipe for both streams keeps the order in which lines were written.
fn start(mut command: tokio::process::Command) -> std::io::Result<(Child, Receiver)> {
    let (reader, writer) = std::io::pipe()?;
    let receiver = Receiver::from_owned_fd(reader.into())?;
    let child = command.stdout(writer.try_clone()?).stderr(writer).spawn()?;
    // The command still holds the write ends, and with them the end of the output: it goes here.
    drop(command);
    Ok((child, receiver))
}

fn signal(status: ExitStatus) -> String {
    status.signal().map_or_else(|| status.to_string(), |signal| format!("killed by signal {signal}"))
}

async fn wait(child: &mut Child, receiver: Receiver, output: &mut Collected) -> std::io::Result<ExitStatus> {
    let reading = read(receiver, output);
    tokio::pin!(reading);
    let status = tokio::select! {
        status = child.wait() => status?,
        () = &mut reading => return child.wait().await,
    };
    let _ = tokio::time::timeout(OUTPUT_WITHIN, reading).await;
    Ok(status)
}

async fn read(mut receiver: Receiver, output: &mut Collected) {
    let mut buffer = vec![0; 1 << 13];
    while let Ok(read) = receiver.read(&mut buffer).await {
        if read == 0 {
            return;
        }
        output.add(buffer.get(..read).unwrap_or_default());
    }
}
