//! One run of one program, in its attendant: started in a group of its own, read up to a limit, ended with all it
//! started.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};

use super::earlier;
use super::mark::Mark;
use super::output::Collected;
use super::task::{End, Task};
use crate::host::identity::Identity;
use crate::secrets::read_back;
use crate::secrets::scrub::Scrubber;

/// Longest wait for output after the program itself has ended: a process it left behind may hold the pipe.
const OUTPUT_WITHIN: Duration = Duration::from_millis(500);
/// What a program whose time is over is given after SIGTERM, before SIGKILL.
const TERM_WITHIN: Duration = Duration::from_secs(1);

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

/// Runs what the task says for at most its time. `own` is told which process it is, so that nobody else waits for it.
pub(super) async fn run(folder: &Path, task: &Task, own: &Arc<AtomicI32>) -> End {
    let (mut child, receiver) = match start(command(task)) {
        Ok(started) => started,
        Err(e) => return End::NotStarted(format!("could not be started: {e}")),
    };
    let pid = child.id().unwrap_or_default();
    own.store(pid.cast_signed(), Ordering::Relaxed);
    let started = Started { group: Pid::from_raw(pid.cast_signed()), mark: Mark::of(folder) };
    if let Some(identity) = Identity::of(pid)
        && let Err(message) = earlier::note_program(folder, &identity)
    {
        return End::Lost(format!("it was started and stopped again: {message}"));
    }
    let scrubber = Scrubber::new(&read_back(task.secrets.values()));
    let mut output = Collected::new(task.output_max);
    let within = Duration::from_millis(task.within_ms);
    let waited = wait_within(within, &mut child, receiver, &mut output, started.group).await;
    drop(started);
    let written = output.written(&scrubber);
    match waited {
        Some(Ok(status)) => match status.code() {
            Some(code) => End::Exit(code, written),
            None => End::Killed(signal(status), written),
        },
        Some(Err(e)) => End::Lost(format!("its end could not be observed: {e}")),
        None => {
            let _ = child.wait().await;
            End::TooLong(written)
        }
    }
}

/// How it ended; none when its time was over. Then it was asked to end, and has or has not.
async fn wait_within(
    within: Duration,
    child: &mut Child,
    receiver: Receiver,
    output: &mut Collected,
    group: Option<Pid>,
) -> Option<std::io::Result<ExitStatus>> {
    let ends = wait(child, receiver, output);
    tokio::pin!(ends);
    if let Ok(ended) = tokio::time::timeout(within, &mut ends).await {
        return Some(ended);
    }
    if let Some(group) = group {
        let _ = kill_process_group(group, Signal::TERM);
    }
    let _ = tokio::time::timeout(TERM_WITHIN, ends).await;
    None
}

fn command(task: &Task) -> Command {
    let mut command = Command::new(&task.program);
    command
        .args(&task.arguments)
        .env_clear()
        .envs(&task.environment)
        .current_dir(&task.root)
        .process_group(0)
        .stdin(Stdio::null());
    command
}

/// One pipe for both streams keeps the order in which lines were written.
fn start(mut command: Command) -> std::io::Result<(Child, Receiver)> {
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
