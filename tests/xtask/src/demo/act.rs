//! The play: v1 serves, v2 comes, v3 comes, all the time under load.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::Options;
use super::scene::Scene;

/// Requests a second: within what the example declares.
const RATE: u32 = 900;
/// Share of errors of v1, in percent.
pub(crate) const STABLE_ERRORS: f64 = 0.2;
/// Longest wait for the load generator.
const DEADLINE: Duration = Duration::from_secs(20);

/// One run and what came of it.
pub(crate) struct Run {
    pub(crate) version: &'static str,
    /// Share of errors of its release, in percent.
    pub(crate) errors: f64,
    pub(crate) id: String,
    pub(crate) code: i32,
    /// Its journal.
    pub(crate) records: Vec<Value>,
}

/// Everything that was played.
pub(crate) struct Played {
    pub(crate) install: Run,
    pub(crate) releases: Vec<Run>,
}

/// Plays it to the end.
pub(crate) fn play(scene: &Scene, options: &Options) -> Result<Played, String> {
    let versions = [("v2", options.v2_errors), ("v3", options.v3_errors)];
    scene.pack("v1", STABLE_ERRORS)?;
    for (version, errors) in versions {
        scene.pack(version, errors)?;
    }
    println!("The example, its state and its logs are in {}", scene.project.display());
    let install = run(scene, "install", "v1", STABLE_ERRORS)?;
    if install.code != 0 {
        return Err("the first release could not be installed; see above".to_owned());
    }
    println!("\nSteady load: {RATE} requests a second on http://{}/", scene.listen);
    let load = Load::start(scene)?;
    let releases = versions.iter().map(|(version, errors)| run(scene, "release", version, *errors));
    let releases = releases.collect::<Result<_, _>>()?;
    if !options.keep {
        load.stop()?;
    }
    Ok(Played { install, releases })
}

fn run(scene: &Scene, workflow: &str, version: &'static str, errors: f64) -> Result<Run, String> {
    let image = format!("image=file:releases/shop-{version}");
    println!("\n$ deployc run . {workflow} --set {image}      # fails {errors} % of its requests");
    let mut command = scene.command(&scene.tools.deployc, &["run", ".", workflow, "--set", &image]);
    // `deployc` starts the `deployd` beside it.
    let status = command.status().map_err(|e| format!("deployc could not be started: {e}"))?;
    let id = newest_run(scene)?;
    let records = journal(scene, &id)?;
    Ok(Run { version, errors, id, code: status.code().unwrap_or(-1), records })
}

fn newest_run(scene: &Scene) -> Result<String, String> {
    let history = lines(scene, &["history", "--limit", "1", "--format", "json"])?;
    let id = history.first().and_then(|runs| runs[0]["run"].as_str()).map(str::to_owned);
    id.ok_or_else(|| "the history has no run".to_owned())
}

fn journal(scene: &Scene, run: &str) -> Result<Vec<Value>, String> {
    lines(scene, &["debug", "journal", run, "--format", "json"])
}

/// One JSON value a line.
fn lines(scene: &Scene, arguments: &[&str]) -> Result<Vec<Value>, String> {
    let mut command: Command = scene.command(&scene.tools.deployd, arguments);
    let output = command.output().map_err(|e| format!("deployd could not be started: {e}"))?;
    if !output.status.success() {
        return Err(format!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let parsed = text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
    parsed.map_err(|e| format!("{command:?} printed no JSON: {e}"))
}

/// The load generator while it runs.
struct Load(Child);

impl Load {
    fn start(scene: &Scene) -> Result<Self, String> {
        let mut command = Command::new(&scene.tools.load);
        command.args(["--url", &format!("http://{}/", scene.listen), "--rate", &RATE.to_string(), "--log"]);
        command.arg(&scene.log).stdin(Stdio::null()).stdout(Stdio::null());
        let mut child = command.spawn().map_err(|e| format!("load could not be started: {e}"))?;
        let end = Instant::now() + DEADLINE;
        while !written(&scene.log) {
            if let Ok(Some(status)) = child.try_wait() {
                return Err(format!("load ended with {status}"));
            }
            if Instant::now() > end {
                return Err("load has sent nothing".to_owned());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(Self(child))
    }

    /// SIGTERM: the generator writes the rest of its log and ends.
    fn stop(mut self) -> Result<(), String> {
        let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
        self.0.wait().map(drop).map_err(|e| format!("load was lost: {e}"))
    }
}

fn written(log: &Path) -> bool {
    std::fs::metadata(log).is_ok_and(|file| file.len() > 0)
}
