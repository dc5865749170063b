//! `deployd watch`, and what follows when a run was followed.

use clap::Args;
use machine::view::RunView;
use server::Failure;
use server::source::Source;

use crate::cli::Format;
use crate::context::{Context, note, print};
use crate::follow::{Followed, follow};
use crate::interrupt::Interrupt;
use crate::render;

/// Exit code while a run has not ended.
pub(super) const WAITING: u8 = 21;

const EXAMPLES: &str = "\
Examples:
  deployd watch
  deployd watch 01jd3v0kq8
  deployd watch latest --format json | tail -1";

/// Follow a run until it has ended; exits as the run does
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Watch {
    /// The run; `latest` is the newest [default: the newest]
    run: Option<String>,
}

impl Watch {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let mut interrupt = Interrupt::listen()?;
        let source = context.source().await?;
        let run = context.run(&source, self.run.as_deref()).await?;
        let client = match source {
            Source::Runtime(client) => client,
            Source::Directory(_) => return ended_or_unreachable(context, source, &run).await,
        };
        tokio::select! {
            followed = follow(context, &client, &run) => finish(context, &run, followed?),
            () = interrupt.heard() => Ok(goes_on(context, &run)),
        }
    }
}

/// Without a runtime an ended run can be shown; one in flight needs a runtime.
async fn ended_or_unreachable(context: &Context, source: Source, run: &str) -> Result<u8, Failure> {
    let view = source.view(run).await?;
    if !view.status.ended() {
        return source.runtime().map(|_| WAITING);
    }
    if context.format == Format::Json {
        print(&crate::context::json(&view)?);
    }
    Ok(last(context, &view))
}

/// What is said after following.
pub(super) fn finish(context: &Context, run: &str, followed: Followed) -> Result<u8, Failure> {
    match followed {
        Followed::Ended(view) => Ok(last(context, &view)),
        Followed::RuntimeStopped => Ok(resumable(context, run)),
    }
}

/// Says what happened; the exit code is the run's.
fn last(context: &Context, view: &RunView) -> u8 {
    match context.format {
        Format::Human => {
            let lines = render::last::last(view, &context.program, &store::sqlite::database(&context.state));
            lines.iter().for_each(|line| print(&line.show(usize::MAX, context.live)));
        }
        // The last line was the final view already.
        Format::Json => {}
    }
    view.status.exit_code()
}

/// Says how a run goes on that nobody carries out now.
pub(super) fn resumable(context: &Context, run: &str) -> u8 {
    let program = &context.program;
    note(&format!("the runtime stopped; run {run} stays as it is and goes on with `{program} serve`"));
    WAITING
}

/// Says that only watching ended.
pub(super) fn goes_on(context: &Context, run: &str) -> u8 {
    let program = &context.program;
    note(&format!("run {run} goes on; `{program} watch {run}` shows it, `{program} abort {run}` ends it"));
    WAITING
}
