//! `deployc diff`: what changes between two plans, or two revisions of a project, in what is done and in what is risked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use plan::Plan;
use risk::diff::{Diff as Difference, diff, markdown, text};
use serde_json::json;

use crate::compile::{compile_project, load};
use crate::console::{Console, VERSION};
use crate::failure::Failure;
use crate::{plan_file, revision};

/// As `fmt --check` has it: something differs.
const DIFFERS: u8 = 10;

const EXAMPLES: &str = "\
Examples:
  deployc diff --base main
  deployc diff --base main --workflow release --as markdown
  deployc diff old.plan.json new.plan.json
  deployc diff --base main --exit-code";

/// Show what changes between two plans, or between a revision and what lies there: what is done, settings, and risk
///
/// A change of layout or comments shows nothing.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Diff {
    /// Two plan files, older first; with `--base` a file or folder of the project [default: the current folder]
    #[arg(num_args = 0..=2, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The older revision of the project: a commit, branch or tag of its git repository
    #[arg(long, value_name = "REVISION")]
    base: Option<String>,
    /// Only this workflow [default: all]
    #[arg(long, value_name = "NAME", requires = "base")]
    workflow: Option<String>,
    /// The notation
    #[arg(long = "as", value_enum, default_value_t = Notation::Text)]
    notation: Notation,
    /// Exit with 10 where something differs
    #[arg(long)]
    exit_code: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Notation {
    /// Lines, for the terminal
    Text,
    /// Tables, for a pull request
    Markdown,
}

impl Diff {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        let found = match (&self.base, self.paths.as_slice()) {
            (Some(base), []) => self.revisions(console, Path::new("."), base)?,
            (Some(base), [path]) => self.revisions(console, path, base)?,
            (None, [old, new]) => vec![compared(Some(&read(old)?), Some(&read(new)?))?],
            (Some(_), _) => {
                return Err(Failure::usage(
                    "`--base` compares one project",
                    "name its folder, or two plan files without `--base`",
                ));
            }
            (None, _) => {
                return Err(Failure::usage(
                    "there is nothing to compare with",
                    "name two plan files, or a revision with `--base`",
                ));
            }
        };
        let found: Vec<Difference> = found.into_iter().filter(|it| !it.is_empty()).collect();
        if console.json() {
            console.answer(&json!({ "version": VERSION, "workflows": found }))?;
        } else {
            let shown = match self.notation {
                Notation::Text => text,
                Notation::Markdown => markdown,
            };
            let shown: Vec<String> = found.iter().map(shown).collect();
            console.print(shown.join("\n").as_bytes())?;
        }
        Ok(if self.exit_code && !found.is_empty() { DIFFERS } else { 0 })
    }

    fn revisions(&self, console: &Console, path: &Path, base: &str) -> Result<Vec<Difference>, Failure> {
        let now = load(Some(path))?;
        let before = revision::of(now.root(), base)?;
        let old = load(Some(&revision::tree(&before)))?;
        let names = |project: &project::Project| -> BTreeSet<String> {
            project.model().workflows().iter().map(|it| it.name.to_string()).collect()
        };
        let (was, is) = (names(&old), names(&now));
        let wanted = |name: &&String| self.workflow.as_ref().is_none_or(|only| only == *name);
        let workflows: Vec<&String> = was.union(&is).filter(wanted).collect();
        if let (Some(only), true) = (&self.workflow, workflows.is_empty()) {
            let help = format!("there are: {}", is.iter().cloned().collect::<Vec<_>>().join(", "));
            return Err(Failure::refused(format!("neither revision has a workflow `{only}`"), help));
        }
        let plans = |project: &project::Project, has: &BTreeSet<String>| -> Result<Vec<Option<Plan>>, Failure> {
            let own: Vec<&str> = workflows.iter().filter(|it| has.contains(**it)).map(|it| it.as_str()).collect();
            let mut compiled = compile_project(console, project, &own)?.into_iter();
            Ok(workflows.iter().map(|it| has.contains(*it).then(|| compiled.next()).flatten()).collect())
        };
        let (old, new) = (plans(&old, &was)?, plans(&now, &is)?);
        old.iter().zip(&new).map(|(old, new)| compared(old.as_ref(), new.as_ref())).collect()
    }
}

fn compared(old: Option<&Plan>, new: Option<&Plan>) -> Result<Difference, Failure> {
    diff(old, new).map_err(|node| Failure::internal(format!("the node `{node}` waits for itself")))
}

fn read(file: &Path) -> Result<Plan, Failure> {
    let opened = plan_file::open(file).map_err(|error| {
        let message = format!("the plan `{}` cannot be read: {error}", file.display());
        Failure::refused(message, "name a file that `deployc build` wrote; `--base` compares with a revision")
    })?;
    plan_file::read(opened).map_err(|error| Failure::refused(format!("{}: {error}", file.display()), "build it again"))
}
