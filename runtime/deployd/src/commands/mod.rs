//! One file per command.

pub(crate) mod abort;
pub(crate) mod approve;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod debug;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod extend;
pub(crate) mod history;
pub(crate) mod internal;
pub(crate) mod lock;
pub(crate) mod pause;
pub(crate) mod prune;
pub(crate) mod rebuild;
pub(crate) mod reject;
pub(crate) mod restore;
pub(crate) mod resume;
pub(crate) mod retry;
pub(crate) mod rollback;
pub(crate) mod run;
mod say;
pub(crate) mod serve;
pub(crate) mod skip;
pub(crate) mod status;
pub(crate) mod watch;

pub(crate) use say::fresh_key;

use server::Failure;

use crate::cli::Command;
use crate::context::Context;

/// Carries a command out; gives its exit code.
pub(crate) async fn execute(command: Command, context: &Context) -> Result<u8, Failure> {
    match command {
        Command::Run(command) => command.execute(context).await,
        Command::Serve(command) => command.execute(context).await,
        Command::Status(command) => command.execute(context).await,
        Command::Watch(command) => command.execute(context).await,
        Command::History(command) => command.execute(context).await,
        Command::Approve(command) => command.execute(context).await,
        Command::Reject(command) => command.execute(context).await,
        Command::Pause(command) => command.execute(context).await,
        Command::Resume(command) => command.execute(context).await,
        Command::Abort(command) => command.execute(context).await,
        Command::Rollback(command) => command.execute(context).await,
        Command::Retry(command) => command.execute(context).await,
        Command::Skip(command) => command.execute(context).await,
        Command::Extend(command) => command.execute(context).await,
        Command::Explain(command) => command.execute(context).await,
        Command::Lock(command) => command.execute(context).await,
        Command::Audit(command) => command.execute(context).await,
        Command::Backup(command) => command.execute(context).await,
        Command::Restore(command) => command.execute(context).await,
        Command::Rebuild(command) => command.execute(context).await,
        Command::Prune(command) => command.execute(context).await,
        Command::Doctor(command) => command.execute(context).await,
        Command::Debug(command) => command.execute(context).await,
        Command::Internal(command) => match command.execute() {
            Ok(code) => Ok(code),
            Err(held) => held.execute(context).await,
        },
    }
}
