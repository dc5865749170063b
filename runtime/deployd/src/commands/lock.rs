//! `deployd lock`: what runs keep to themselves.

use clap::{Args, Subcommand};
use server::Failure;
use server::protocol::{Said, Steal};

use super::say::fresh_key;
use crate::context::Context;
use crate::follow::now_ms;
use crate::render;
use crate::render::text::Line;

const EXAMPLES: &str = "\
Examples:
  deployd lock list
  deployd lock list --format json
  deployd lock steal shop prod --reason 'its runtime is gone for good'";

/// See what runs keep to themselves, or take it away from them
///
/// A run keeps every service that it changes, in that environment, from its beginning to its end; another one is
/// refused meanwhile, or waits with `deployd run --queue`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Lock {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the locks: who holds them, since when, and until when the run moves at the latest
    List,
    /// Take a lock away from the run that holds it
    ///
    /// That run ends where it stands, without another effect: what is half-way stays half-way, and a person has to
    /// look at it. For a run that is carried out, `abort` is the better word.
    Steal {
        /// The service
        service: String,
        /// The environment
        environment: String,
        /// Why, for the journal of the run that loses its lock
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Asking the same again with this key does nothing and gives the first answer [default: a fresh one]
        #[arg(long)]
        key: Option<String>,
    },
}

impl Lock {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        match self.what {
            What::List => list(context).await,
            What::Steal { service, environment, reason, key } => {
                let key = key.unwrap_or_else(fresh_key);
                steal(context, &Steal { environment, service, key, reason }).await
            }
        }
    }
}

async fn steal(context: &Context, steal: &Steal) -> Result<u8, Failure> {
    let said = Said { message: context.source().await?.runtime()?.steal(steal).await? };
    context.answer(&said, |said| vec![Line::plain(&said.message)])?;
    Ok(0)
}

async fn list(context: &Context) -> Result<u8, Failure> {
    let held = context.source().await?.locks().await?;
    context.answer(&held, |held| render::locks::locks(held, now_ms()))?;
    Ok(0)
}
