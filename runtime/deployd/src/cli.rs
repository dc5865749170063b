//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::abort::Abort;
use crate::commands::approve::Approve;
use crate::commands::audit::Audit;
use crate::commands::backup::Backup;
use crate::commands::debug::Debug;
use crate::commands::doctor::Doctor;
use crate::commands::explain::Explain;
use crate::commands::extend::Extend;
use crate::commands::history::History;
use crate::commands::internal::Internal;
use crate::commands::lock::Lock;
use crate::commands::pause::Pause;
use crate::commands::prune::Prune;
use crate::commands::rebuild::Rebuild;
use crate::commands::reject::Reject;
use crate::commands::restore::Restore;
use crate::commands::resume::Resume;
use crate::commands::retry::Retry;
use crate::commands::rollback::Rollback;
use crate::commands::run::Run;
use crate::commands::serve::Serve;
use crate::commands::skip::Skip;
use crate::commands::status::Status;
use crate::commands::watch::Watch;

const EXAMPLES: &str = "\
Examples:
  deployd run release.plan.json --set image=file:build/shop
  deployd serve
  deployd watch
  deployd approve --reason 'checked the dashboards'
  deployd explain latest errors

Exit codes:
  0 ok · 1 no · 2 usage · 3 unreachable or locked · 4 not allowed
  20 rolled back · 21 waiting · 22 aborted · 30 unsafe end, a person is needed · 70 internal";

/// Carries out compiled deployments: step by step, with evidence, and back when the evidence says so.
#[derive(Debug, Parser)]
#[command(name = "deployd", version, about, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The state directory [default: $DEPLOYD_STATE, else $XDG_STATE_HOME/deployd, else ~/.local/state/deployd]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// For people, or for programs: one JSON value, or one JSON line per change
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Human,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(Run),
    Serve(Serve),
    Status(Status),
    Watch(Watch),
    History(History),
    Approve(Approve),
    Reject(Reject),
    Pause(Pause),
    Resume(Resume),
    Abort(Abort),
    Rollback(Rollback),
    Retry(Retry),
    Skip(Skip),
    Extend(Extend),
    Explain(Explain),
    Lock(Lock),
    Audit(Audit),
    Backup(Backup),
    Restore(Restore),
    Rebuild(Rebuild),
    Prune(Prune),
    Doctor(Doctor),
    Debug(Debug),
    #[command(hide = true)]
    Internal(Internal),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help() {
        let mut command = Cli::command().term_width(100);
        command.build();
        let mut text = command.render_long_help().to_string();
        let visible = command.get_subcommands_mut().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help");
        for sub in visible {
            let help = sub.render_long_help().to_string();
            assert!(help.contains("Examples:"), "{}", sub.get_name());
            text += &format!("\n===== {} =====\n{help}", sub.get_name());
        }
        insta::assert_snapshot!(text);
    }
}
