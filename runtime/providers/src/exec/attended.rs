//! Hands an attempt over to an attendant and waits for it, on the runtime's side.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use machine::ports::provider::Request;
use tokio::process::{Child, Command};

use super::config::Config;
use super::mark::Mark;
use super::task::{End, Note, Task};
use super::{SECRETS, earlier, programs, settle};
use crate::host::files;
use crate::host::identity::boot_ms;
use crate::secrets::hand_over;
use crate::supervisor::launch::inherited;
use crate::supervisor::output::tail;

/// The idempotency key's variable.
const KEY: &str = "DEPLOYD_KEY";
/// What an attendant that could not begin says of it.
const LOG: &str = "attendant.log";

/// An attempt that is about to be carried out.
pub(super) struct Attended {
    folder: PathBuf,
    task: Task,
}

/// Ends what is at work when its answer is waited for no more.
struct Awaited<'a> {
    folder: &'a Path,
    answered: bool,
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        if !self.answered {
            // What does not end is met again by whoever asks for this step next, and refused there.
            let _ = earlier::end(self.folder);
        }
    }
}

impl Attended {
    /// Resolves program and secrets, and hands them over. Nothing of an earlier attempt may be at work any more.
    pub(super) fn prepare(
        request: &Request,
        config: &Config,
        argv: &[String],
        folder: &Path,
        within: Duration,
    ) -> Result<Self, String> {
        let program = programs::find(argv, &request.root)?;
        files::private_dir(folder)?;
        let handed = Self::hand_over(request, config, (program, argv), folder, within);
        // Nothing of it begins: what is there of secrets must not stay.
        handed.inspect_err(|_| drop(files::remove_dir(folder)))
    }

    fn hand_over(
        request: &Request,
        config: &Config,
        (program, argv): (PathBuf, &[String]),
        folder: &Path,
        within: Duration,
    ) -> Result<Self, String> {
        Note::remove(folder)?;
        let secrets = hand_over(&config.secrets, &request.root, &folder.join(SECRETS))?;
        let arguments = argv.get(1..).unwrap_or_default().to_vec();
        let environment = environment(request, config, &secrets, folder);
        let within_ms = u64::try_from(within.as_millis()).unwrap_or(u64::MAX);
        let output_max = config.output_max();
        let task = Task::new(token(), request, program, arguments, environment, secrets, output_max, within_ms);
        task.write(folder)?;
        Ok(Self { folder: folder.to_owned(), task })
    }

    /// Has it carried out, and says how it ended.
    pub(super) async fn carry_out(self, program: &Path) -> End {
        let mut awaited = Awaited { folder: &self.folder, answered: false };
        let waited = match self.start(program) {
            Ok(mut attendant) => attendant.wait().await,
            Err(message) => return End::NotStarted(message),
        };
        awaited.answered = true;
        if let Ok(Some(note)) = Note::of(&self.folder, &self.task.key, self.task.attempt) {
            return note.end;
        }
        // What an attendant leaves that was killed itself may still be at work.
        match settle::end(&self.folder).await {
            Ok(()) => End::Lost(self.how_it_was_lost(waited)),
            Err(message) => End::Lost(message),
        }
    }

    fn start(&self, program: &Path) -> Result<Child, String> {
        let path = self.folder.join(LOG);
        let log = File::options().create(true).write(true).truncate(true).mode(0o600).open(&path);
        let log = log.map_err(|e| format!("cannot open {}: {e}", path.display()))?;
        let mut command = Command::new(program);
        command.args(["internal", "attend", "--folder"]).arg(&self.folder).args(["--token", &self.task.token]);
        command.env_clear().envs(inherited()).current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).process_group(0);
        command.spawn().map_err(|e| format!("its attendant {} could not be started: {e}", program.display()))
    }

    fn how_it_was_lost(&self, waited: std::io::Result<ExitStatus>) -> String {
        let how = waited.map_or_else(|e| e.to_string(), |status| status.to_string());
        format!("its attendant ended ({how}) without a note of the end: {}", tail(&self.folder.join(LOG), 3))
    }
}

/// All that the program finds in its environment.
fn environment(
    request: &Request,
    config: &Config,
    secrets: &BTreeMap<String, PathBuf>,
    folder: &Path,
) -> BTreeMap<String, String> {
    let mut environment: BTreeMap<String, String> = inherited().collect();
    environment.extend(config.environment.clone());
    environment.insert(KEY.to_owned(), request.key.clone());
    environment.extend([Mark::of(folder).variable()]);
    environment.extend(secrets.iter().map(|(name, path)| (format!("{name}_FILE"), path.display().to_string())));
    environment
}

/// Never the same again on this host.
fn token() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{}-{}-{}", boot_ms(), std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
