//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::build::Build;
use crate::commands::check::Check;
use crate::commands::debug::Debug;
use crate::commands::diff::Diff;
use crate::commands::explain::Explain;
use crate::commands::fmt::Fmt;
use crate::commands::graph::Graph;
use crate::commands::lsp::Lsp;
use crate::commands::plan::Plan;
use crate::commands::run::Run;
use crate::commands::test::Test;
use crate::commands::vendor::Vendor;
use crate::commands::verify::Verify;

const EXAMPLES: &str = "\
Examples:
  deployc check
  deployc plan --workflow release
  deployc verify --workflow release
  deployc build --workflow release -o release.plan.json
  deployc run . release --set image=file:build/shop
  deployc explain E0503

Exit codes:
  0 ok · 1 no, with diagnostics · 2 usage · 10 `fmt --check` found changes
  11 `verify` found nothing wrong, and left a part out · 70 internal
  `run` ends as the run does: 20 rolled back · 21 waiting · 22 aborted · 30 unsafe end, a person is needed";

/// Checks deployments written as .deploy files and compiles them into plans
#[derive(Debug, Parser)]
#[command(name = "deployc", version, about, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// For people, one line each, for programs, or for hosts of code (those of `check` only)
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Colours [default: where they are seen; never when `NO_COLOR` is set]
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, hide_default_value = true)]
    pub(crate) color: Colour,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Human,
    Short,
    Json,
    Sarif,
    Github,
    Gitlab,
}

impl Format {
    /// Whether it is read by a host of code.
    pub(crate) fn is_a_hosts(self) -> bool {
        match self {
            Self::Human | Self::Short | Self::Json => false,
            Self::Sarif | Self::Github | Self::Gitlab => true,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(Check),
    Fmt(Fmt),
    Build(Build),
    Plan(Plan),
    Verify(Verify),
    Diff(Diff),
    Run(Run),
    Test(Test),
    Explain(Explain),
    Graph(Graph),
    Lsp(Lsp),
    Vendor(Vendor),
    Debug(Debug),
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
        for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
            let help = sub.render_long_help().to_string();
            assert!(help.contains("Examples:"), "{}", sub.get_name());
            text += &format!("\n===== {} =====\n{help}", sub.get_name());
        }
        insta::assert_snapshot!(text);
    }
}
