//! `deployc run`: compile, and let the runtime beside this program carry it out.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::compile::compile;
use crate::console::Console;
use crate::failure::Failure;
use crate::launch;

const EXAMPLES: &str = "\
Examples:
  deployc run . release --set image=file:build/shop
  deployc run examples/first-canary install --set image=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
  deployc run . release --set image=file:build/shop --state /srv/deploy";

/// Compile a workflow and carry it out here; exits as the run does
///
/// The same as `deployc build` and `deployd run`: this program becomes the `deployd` beside it, or the one in `PATH`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Run {
    /// A file or folder of the project [default: the current folder]
    path: Option<PathBuf>,
    /// The workflow [default: the only one]
    workflow: Option<String>,
    /// A parameter of the workflow; `file:PATH` gives the SHA-256 of a file where a digest is asked for
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<String>,
    /// Running again with the same key follows the same run [default: a fresh one]
    #[arg(long)]
    key: Option<String>,
    /// The runtime's state directory [default: as `deployd` has it]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

impl Run {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        let compiled =
            compile(console, self.path.as_deref(), self.workflow.as_deref()).map_err(|failure| self.meant(failure))?;
        let plan = launch::written(&compiled.plan)?;
        let mut arguments: Vec<OsString> = Vec::new();
        if let Some(state) = self.state {
            arguments.extend(["--state".into(), state.into_os_string()]);
        }
        if console.json() {
            arguments.extend(["--format".into(), "json".into()]);
        }
        arguments.extend(["run".into(), plan.into_os_string(), "--root".into(), compiled.project.root().into()]);
        if let Some(key) = self.key {
            arguments.extend(["--key".into(), key.into()]);
        }
        for pair in self.set {
            arguments.extend(["--set".into(), pair.into()]);
        }
        Err(launch::deployd(&arguments, console.plain))
    }

    /// `deployc run release` names a path that is not there; most often a workflow was meant.
    fn meant(&self, failure: Failure) -> Failure {
        match (&self.path, &self.workflow) {
            (Some(path), None) if !path.exists() => {
                let help = format!("the project comes first: `deployc run . {}`", path.display());
                Failure { help: Some(help), ..failure }
            }
            (Some(_) | None, Some(_) | None) => failure,
        }
    }
}

fn pair(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((name, _)) if !name.is_empty() => Ok(text.to_owned()),
        Some(_) | None => Err("write NAME=VALUE".to_owned()),
    }
}
