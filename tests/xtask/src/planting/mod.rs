//! Bugs planted in a copy of the machine, which the simulator must find. The product's own sources know nothing of them.

mod bugs;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub use bugs::{BUGS, Bug, Home};

/// What of the tree is copied.
const FOLDERS: &[&str] = &[
    "compiler/plan",
    "runtime/engine",
    "runtime/engine-simulator",
    "runtime/machine",
    "runtime/simulator",
    "runtime/statistics",
    "runtime/store",
];

/// Schedules within which a bug of the machine must show, and one of the engine, which is slower.
const SEEDS: &str = "20000";
const ENGINE_SEEDS: &str = "1500";

/// What switches a bug on in the copy, at the end of its crate.
const SWITCH: &str = "
/// Whether this bug is switched on.
pub(crate) fn planted(number: u32) -> bool {
    static ON: std::sync::OnceLock<Option<u32>> = std::sync::OnceLock::new();
    *ON.get_or_init(|| std::env::var(\"PLANTED\").ok()?.parse().ok()) == Some(number)
}
";

/// A copy of the machine and its simulator with every bug in it, each switched off.
pub struct Planted {
    programs: PathBuf,
}

/// What the simulator said of one bug, or of none.
pub struct Found {
    /// Whether a rule was broken.
    pub broken: bool,
    /// All it said.
    pub said: String,
}

impl Planted {
    /// Copies from `root`, plants and builds below its target folder.
    ///
    /// # Errors
    /// A bug's place is not in the sources any more, or the copy cannot be written or built.
    pub fn build(root: &Path) -> Result<Self, String> {
        let copy = root.join("target").join("planted");
        for folder in FOLDERS {
            copy_folder(&root.join(folder), &copy.join(folder))?;
        }
        write(&copy.join("Cargo.lock"), &read(&root.join("Cargo.lock"))?)?;
        write(&copy.join("Cargo.toml"), &manifest(&read(&root.join("Cargo.toml"))?)?)?;
        for home in [Home::Machine, Home::Engine] {
            let library = copy.join(home.folder()).join("src/lib.rs");
            write(&library, &(read(&library)? + SWITCH))?;
        }
        for (index, bug) in BUGS.iter().enumerate() {
            plant(&copy, index + 1, bug)?;
        }
        compile(&copy)?;
        Ok(Self { programs: copy.join("target/debug") })
    }

    /// Runs schedules with one bug switched on, from 1; 0 is none.
    ///
    /// # Errors
    /// The simulator cannot be started.
    pub fn simulate(&self, bug: usize) -> Result<Found, String> {
        let known = bug.checked_sub(1).and_then(|at| BUGS.get(at));
        let plan = known.map_or("all", |bug| bug.plan);
        let depth = if known.is_some_and(|bug| bug.whole) { "whole" } else { "ends" };
        let (program, arguments): (&str, &[&str]) = match known.map(|bug| bug.home) {
            Some(Home::Engine) => ("simulate-engine", &[plan, ENGINE_SEEDS, "0"]),
            Some(Home::Machine) | None => ("simulate", &[plan, SEEDS, "0", depth]),
        };
        let program = self.programs.join(program);
        let mut command = Command::new(&program);
        command.args(arguments).env("PLANTED", bug.to_string());
        let output = command.output().map_err(|e| format!("{} could not be started: {e}", program.display()))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(Found { broken: said.contains("BROKEN"), said })
    }
}

fn plant(copy: &Path, number: usize, bug: &Bug) -> Result<(), String> {
    let path = copy.join(bug.home.folder()).join("src").join(bug.file);
    let text = read(&path)?;
    if text.matches(bug.find).count() != 1 {
        let what = "is not there exactly once any more; say in tests/xtask/src/planting/bugs.rs where it is now";
        return Err(format!("the place of the bug \"{}\" in {} {what}", bug.what, bug.file));
    }
    let instead = bug.instead.replace("PLANTED", &format!("crate::planted({number})"));
    write(&path, &text.replace(bug.find, &instead))
}

/// The workspace's manifest with the copied members only.
fn manifest(text: &str) -> Result<String, String> {
    let members = text.lines().find(|line| line.starts_with("members = ")).ok_or("Cargo.toml names no members")?;
    let copied = FOLDERS.iter().map(|folder| format!("{folder:?}")).collect::<Vec<_>>().join(", ");
    // Debug assertions stay on, and a schedule is fast enough to run many.
    let faster = "\n[profile.dev.package.\"*\"]\nopt-level = 1\n";
    let text = text.replace(members, &format!("members = [{copied}]"));
    Ok(text
        .replace("\n[profile.dev.package.\"*\"]\n", faster)
        .replace("\n[profile.dev]\n", "\n[profile.dev]\nopt-level = 1\n"))
}

fn compile(copy: &Path) -> Result<(), String> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(copy).env_remove("RUSTFLAGS").env("CARGO_TARGET_DIR", copy.join("target"));
    command.args([
        "build",
        "--quiet",
        "--offline",
        "--package",
        "simulator",
        "--package",
        "engine-simulator",
        "--bins",
    ]);
    let output = command.output().map_err(|e| format!("cargo could not be started: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("the copy with the bugs does not compile:\n{}", String::from_utf8_lossy(&output.stderr)))
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), String> {
    let entries = fs::read_dir(from).map_err(|e| format!("{} cannot be read: {e}", from.display()))?;
    for entry in entries {
        let path = entry.map_err(|e| e.to_string())?.path();
        let Some(name) = path.file_name() else { continue };
        let target = to.join(name);
        if path.is_dir() {
            copy_folder(&path, &target)?;
        } else {
            let bytes = fs::read(&path).map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
            write_bytes(&target, &bytes)?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{} cannot be read: {e}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    write_bytes(path, text.as_bytes())
}

fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| format!("{} cannot be made: {e}", folder.display()))?;
    }
    fs::write(path, bytes).map_err(|e| format!("{} cannot be written: {e}", path.display()))
}
