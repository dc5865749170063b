//! The commands, one file each: its arguments, its help, and what it does.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod debug;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod graph;
pub(crate) mod lsp;
pub(crate) mod plan;
pub(crate) mod run;
pub(crate) mod test;
pub(crate) mod vendor;
pub(crate) mod verify;

use crate::cli::Command;
use crate::console::Console;
use crate::failure::Failure;

/// Carries out a command and returns the exit code.
pub(crate) fn execute(command: Command, console: &Console) -> Result<u8, Failure> {
    if console.format.is_a_hosts() && !matches!(command, Command::Check(_)) {
        let help = "ask for human, short or json";
        return Err(Failure::usage("the formats of hosts are those of `deployc check`", help));
    }
    match command {
        Command::Check(check) => check.execute(console),
        Command::Fmt(fmt) => fmt.execute(console),
        Command::Build(build) => build.execute(console),
        Command::Plan(plan) => plan.execute(console),
        Command::Verify(verify) => verify.execute(console),
        Command::Diff(diff) => diff.execute(console),
        Command::Run(run) => run.execute(console),
        Command::Test(test) => test.execute(console),
        Command::Explain(explain) => explain.execute(console),
        Command::Graph(graph) => graph.execute(console),
        Command::Lsp(lsp) => lsp.execute(console),
        Command::Vendor(vendor) => vendor.execute(console),
        Command::Debug(debug) => debug.execute(console),
    }
}
