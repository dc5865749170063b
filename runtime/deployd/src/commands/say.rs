//! What the signals share: which run, which key, why.

use clap::Args;
use machine::signal::SignalKind;
use server::Failure;
use server::client::Client;
use server::protocol::{Said, Say};
use server::source::Source;

use crate::context::Context;
use crate::render::text::Line;

#[derive(Debug, Args)]
pub(super) struct Words {
    /// The run; `latest` is the newest [default: the only one in flight]
    run: Option<String>,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Saying the same again with this key does nothing and gives the first answer [default: a fresh one]
    #[arg(long)]
    key: Option<String>,
}

/// A fresh key.
pub(crate) fn fresh_key() -> String {
    ulid::Ulid::generate().to_string().to_lowercase()
}

impl Words {
    /// The runtime, and the run that is meant.
    pub(super) async fn find(&self, context: &Context) -> Result<(Client, String), Failure> {
        let source = context.source().await?;
        if let Source::Runtime(client) = &source
            && let Some(run) = self.said_to(client).await?
        {
            return Ok((source.runtime()?, run));
        }
        let run = context.run_in_flight(&source, self.run.as_deref()).await?;
        Ok((source.runtime()?, run))
    }

    /// The run that is meant where none is named: that of the first time, whatever runs there are now.
    async fn said_to(&self, client: &Client) -> Result<Option<String>, Failure> {
        match (&self.key, self.run.as_deref()) {
            (Some(key), None | Some("latest")) => client.said_to(key).await,
            _ => Ok(None),
        }
    }

    /// Says it and shows the answer.
    pub(super) async fn say(
        self,
        context: &Context,
        client: &Client,
        run: &str,
        signal: SignalKind,
    ) -> Result<u8, Failure> {
        let say = Say { key: self.key.unwrap_or_else(fresh_key), signal, reason: self.reason };
        let said = Said { message: client.say(run, &say).await? };
        context.answer(&said, |said| vec![Line::plain(&said.message)])?;
        Ok(0)
    }

    /// Finds the run and says it.
    pub(super) async fn find_and_say(self, context: &Context, signal: SignalKind) -> Result<u8, Failure> {
        let (client, run) = self.find(context).await?;
        self.say(context, &client, &run, signal).await
    }
}
