//! One world for a whole sweep: a project, a state directory, a service that users ask all the time.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::programs::Programs;
use super::runtime::Runtime;
use super::scenario;
use super::timeline::Timeline;
use super::users::{Seen, Users};
use crate::cleanup;

/// The address as the project's sources have it, replaced by a free one.
const WRITTEN: &str = "127.0.0.1:8080";

/// The world. Dropping it ends every process in it.
pub struct World {
    pub(crate) programs: Programs,
    pub(crate) folder: PathBuf,
    /// The proxy's address.
    pub(crate) listen: String,
    /// The version that all users are served by.
    pub(crate) standing: String,
    pub(crate) timeline: Timeline,
    /// The runtime that listens, if any.
    pub(crate) runtime: Option<Runtime>,
    /// How often the runtime was killed.
    pub(crate) kills: u64,
    /// How often something beside it was.
    pub(crate) raids: u64,
    pub(crate) rollouts: u64,
    plans: BTreeMap<&'static str, PathBuf>,
    users: Option<Users>,
    versions: u32,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// What it said, or an error when it ended with another code.
    pub(crate) fn with_code(self, code: i32) -> Result<Self, String> {
        if self.code == code { Ok(self) } else { Err(format!("exit code {}: {}{}", self.code, self.out, self.err)) }
    }
}

impl World {
    /// Sets a world in an empty folder: a first release serves, and users come.
    ///
    /// # Errors
    /// Something of it cannot be set up; the sentence says what.
    pub fn set(folder: &Path, programs: Programs) -> Result<Self, String> {
        let failed = |e: std::io::Error| format!("{}: {e}", folder.display());
        std::fs::create_dir_all(folder).map_err(failed)?;
        let folder = folder.canonicalize().map_err(failed)?;
        let listen = free_address().map_err(failed)?;
        copy_project(&folder.join("project"), &listen).map_err(failed)?;
        symlink(&programs.ledger, folder.join("project").join("ledger")).map_err(failed)?;
        let mut world = Self {
            programs,
            folder,
            listen,
            standing: String::new(),
            timeline: Timeline::default(),
            runtime: None,
            kills: 0,
            raids: 0,
            rollouts: 0,
            plans: BTreeMap::new(),
            users: None,
            versions: 0,
        };
        world.build()?;
        world.install()?;
        let load = Command::new(&world.programs.load);
        world.users = Some(Users::start(load, &world.listen, world.folder.join("load.jsonl"))?);
        Ok(world)
    }

    fn build(&mut self) -> Result<(), String> {
        for workflow in scenario::WORKFLOWS {
            let plan = self.folder.join(format!("{workflow}.plan.json"));
            let mut command = Command::new(&self.programs.deployc);
            command.args(["build", ".", "--workflow", workflow, "--output"]).arg(&plan).current_dir(self.project());
            run(&mut command)?.with_code(0)?;
            self.plans.insert(workflow, plan);
        }
        Ok(())
    }

    fn install(&mut self) -> Result<(), String> {
        let version = self.pack()?;
        let image = image(&version);
        let plan = self.plan("install");
        let plan = plan.to_str().ok_or("the folder's path is not UTF-8")?;
        run(&mut self.deployd(&["run", plan, "--set", &image]))?.with_code(0)?;
        self.standing = version;
        Ok(())
    }

    /// Makes the next release.
    pub(crate) fn pack(&mut self) -> Result<String, String> {
        let version = format!("v{}", self.versions);
        self.versions += 1;
        let mut command = Command::new(&self.programs.shop);
        command.args(["pack", "--thin", "--version", &version, "--diary"]).arg(self.diary());
        command.arg("--out").arg(self.project().join("releases").join(&version));
        run(&mut command)?.with_code(0)?;
        Ok(version)
    }

    /// Removes the file of a release that was rolled out: the runtime keeps a copy.
    pub(crate) fn unpack(&self, version: &str) {
        let _ = std::fs::remove_file(self.project().join("releases").join(version));
    }

    /// The compiled plan of a workflow.
    pub(crate) fn plan(&self, workflow: &str) -> PathBuf {
        self.plans.get(workflow).cloned().unwrap_or_default()
    }

    pub(crate) fn project(&self) -> PathBuf {
        self.folder.join("project")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// The effects ledger.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.project().join("ledger.jsonl")
    }

    /// The diary of the service's instances.
    pub(crate) fn diary(&self) -> PathBuf {
        self.folder.join("diary.jsonl")
    }

    /// The proxy's own folder.
    pub(crate) fn proxy(&self) -> PathBuf {
        self.state().join("proxies").join("local").join(self.listen.replace(':', "_"))
    }

    /// A command of the operator's program.
    pub(crate) fn deployd(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.programs.deployd);
        command.args(arguments).env("DEPLOYD_STATE", self.state()).env("NO_COLOR", "1");
        command.current_dir(self.project()).stdin(Stdio::null());
        command
    }

    /// What users saw until now.
    pub(crate) fn users(&mut self) -> Result<Seen, String> {
        self.users.as_mut().map_or(Ok(Seen::default()), Users::look)
    }

    /// Verifies everything that the runtime has ever recorded here; what does not hold is in the error.
    pub(crate) fn audit(&self) -> Result<(), String> {
        run(&mut self.deployd(&["audit", "verify"]))?.with_code(0).map(drop)
    }

    /// The records of a run's journal; an error when its chain is broken.
    pub(crate) fn journal(&self, run_id: &str) -> Result<Vec<serde_json::Value>, String> {
        let said = run(&mut self.deployd(&["debug", "journal", run_id, "--format", "json"]))?.with_code(0)?;
        let records = said.out.lines().map(serde_json::from_str).collect::<Result<_, _>>();
        records.map_err(|e| format!("the journal is no JSON: {e}"))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.users = None;
        self.runtime = None;
        cleanup::end_all(&self.folder);
    }
}

/// The parameter that names a version's artifact.
pub(crate) fn image(version: &str) -> String {
    format!("image=file:releases/{version}")
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Result<Said, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|e| format!("{command:?} could not be started: {e}"))?;
    Ok(said(&output))
}

pub(crate) fn said(output: &std::process::Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn free_address() -> std::io::Result<String> {
    TcpListener::bind("127.0.0.1:0")?.local_addr().map(|address| address.to_string())
}

fn copy_project(to: &Path, listen: &str) -> std::io::Result<()> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).join("killing").join("project");
    std::fs::create_dir_all(to.join("releases"))?;
    for name in ["deploy.toml", "shop.deploy"] {
        let text = std::fs::read_to_string(from.join(name))?;
        std::fs::write(to.join(name), text.replace(WRITTEN, listen))?;
    }
    Ok(())
}
