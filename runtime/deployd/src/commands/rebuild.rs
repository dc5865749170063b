//! `deployd rebuild`: what is damaged and is a copy of what the journals say is made anew from them.

use clap::{Args, Subcommand};
use machine::ports::store::Target;
use server::Failure;
use server::protocol::{Anew, Rebuild as What, Said};

use super::say::fresh_key;
use crate::context::Context;
use crate::render::text::Line;

const EXAMPLES: &str = "\
Examples:
  deployd rebuild service shop prod --reason 'the disk flipped a bit'
  deployd rebuild service shop prod --run 01jd3v0kq8 --reason 'the host was rebooted, v7 is to run'
  deployd rebuild run 01jd3v0kq8 --reason 'the disk flipped a bit'";

/// Make a damaged row anew from the journals, where they say what it was
///
/// `deployd doctor` names what is damaged and which of these helps. Nothing is made up: what the journals do not say any
/// more takes a backup (`deployd restore`). That it was done, by whom and why is written into the journal.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Rebuild {
    #[command(subcommand)]
    what: Of,
}

#[derive(Debug, Subcommand)]
enum Of {
    /// What runs for a service: what the last run that changed it has recorded
    ///
    /// Every run since must be readable, and the world must show that release; or say with --run which run's word holds.
    Service {
        /// The service
        service: String,
        /// The environment
        environment: String,
        /// The run whose word holds, whatever the world shows: its release is brought back where it is missing
        #[arg(long)]
        run: Option<String>,
        #[command(flatten)]
        words: Words,
    },
    /// The state of a run that has ended
    Run {
        /// The run
        run: String,
        #[command(flatten)]
        words: Words,
    },
}

#[derive(Debug, Args)]
struct Words {
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Asking the same again with this key does nothing and gives the first answer [default: a fresh one]
    #[arg(long)]
    key: Option<String>,
}

impl Rebuild {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let (what, words) = match self.what {
            Of::Service { service, environment, run, words } => {
                let run = run.map(|run| run.to_lowercase());
                (What::Service { target: Target { environment, service }, run }, words)
            }
            Of::Run { run, words } => (What::Run { run: run.to_lowercase() }, words),
        };
        let anew = Anew { what, key: words.key.unwrap_or_else(fresh_key), reason: words.reason };
        let said = Said { message: context.source().await?.runtime()?.rebuild(&anew).await? };
        context.answer(&said, |said| vec![Line::plain(&said.message)])?;
        Ok(0)
    }
}
