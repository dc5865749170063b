//! `deployd run`: carries out a compiled plan, in the runtime that listens or else in this process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use plan::{ParameterType, Plan};
use server::client::Client;
use server::host::Host;
use server::protocol::{Submit, Submitted};
use server::{Code, Failure};

use super::say::fresh_key;
use super::{serve, watch};
use crate::context::{Context, note};
use crate::follow::follow;
use crate::interrupt::Interrupt;
use crate::render::text::Line;

const EXAMPLES: &str = "\
Examples:
  deployd run release.plan.json --set image=file:build/shop
  deployd run release.plan.json --set image=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
  deployd run release.plan.json --key build-1174 --detach --format json";

/// Carry out a compiled plan and follow it; exits as the run does
///
/// Where a runtime listens in the state directory it carries the run out, else this process does, until the run has
/// ended.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Run {
    /// The plan, as `deployc build` wrote it
    file: PathBuf,
    /// A parameter of the workflow; `file:PATH` gives the SHA-256 of a file where a digest is asked for
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// The project's root, against which the plan's paths are read [default: the current directory]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Submitting the same again with this key follows the same run [default: a fresh one]
    #[arg(long)]
    key: Option<String>,
    /// Where another run works on the same, wait for it to end, in the order of arrival, instead of being refused
    #[arg(long)]
    queue: bool,
    /// Do not follow; needs a runtime that listens
    #[arg(long)]
    detach: bool,
}

impl Run {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let submit = self.submission()?;
        let mut interrupt = Interrupt::listen()?;
        match Client::connect(&context.state).await {
            Ok(client) => there(context, &client, &submit, self.queue, self.detach, &mut interrupt).await,
            Err(failure) if failure.code == Code::Unreachable && !self.detach => {
                here(context, &submit, self.queue, &mut interrupt).await
            }
            Err(failure) => Err(failure),
        }
    }

    fn submission(&self) -> Result<Submit, Failure> {
        let unreadable =
            |error: std::io::Error| Failure::usage(format!("cannot read {}: {error}", self.file.display()));
        let file = std::fs::File::open(&self.file).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let refuse = |why: String| Failure::new(Code::Refused, format!("{}: {why}", self.file.display()));
        let bytes = Plan::take(length, file).map_err(|error| refuse(error.to_string()))?;
        let plan = Plan::read(&bytes).map_err(|error| refuse(error.to_string()))?;
        Ok(Submit {
            parameters: parameters(&plan, &self.set)?,
            plan: String::from_utf8(bytes).map_err(|error| refuse(error.to_string()))?,
            root: root(self.root.as_deref())?,
            key: self.key.clone().unwrap_or_else(fresh_key),
        })
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("write NAME=VALUE".to_owned()),
    }
}

fn parameters(plan: &Plan, set: &[(String, String)]) -> Result<BTreeMap<String, String>, Failure> {
    let mut parameters = BTreeMap::new();
    for (name, value) in set {
        let digest = plan.body.parameters.get(name).is_some_and(|known| known.r#type == ParameterType::Digest);
        let value = match value.strip_prefix("file:").filter(|_| digest) {
            Some(path) => providers::digest_of_file(Path::new(path))
                .map_err(|error| Failure::usage(format!("--set {name}={value}: {error}")))?
                .to_string(),
            None => value.clone(),
        };
        if parameters.insert(name.clone(), value).is_some() {
            return Err(Failure::usage(format!("`{name}` is set twice")));
        }
    }
    Ok(parameters)
}

fn root(given: Option<&Path>) -> Result<PathBuf, Failure> {
    let root = given.unwrap_or(Path::new("."));
    let refuse = |why: &str| Failure::usage(format!("--root {}: {why}", root.display()));
    let root = std::fs::canonicalize(root).map_err(|error| refuse(&error.to_string()))?;
    if root.is_dir() { Ok(root) } else { Err(refuse("it is not a directory")) }
}

/// In the runtime that listens: it goes on when this process ends.
async fn there(
    context: &Context,
    client: &Client,
    submit: &Submit,
    queue: bool,
    detach: bool,
    interrupt: &mut Interrupt,
) -> Result<u8, Failure> {
    let run = tokio::select! {
        run = begin(client, submit, queue) => run?,
        () = interrupt.heard() => return Err(left(context, &submit.key)),
    };
    if detach {
        context.answer(&Submitted { run }, |submitted| vec![Line::plain(&submitted.run)])?;
        return Ok(0);
    }
    tokio::select! {
        followed = follow(context, client, &run) => watch::finish(context, &run, followed?),
        () = interrupt.heard() => Ok(watch::goes_on(context, &run)),
    }
}

/// Submits, and tells what it waits for.
async fn begin(client: &Client, submit: &Submit, queue: bool) -> Result<String, Failure> {
    if queue {
        client.submit_queued(submit, |waits| note(&format!("waiting: {}", waits.message))).await
    } else {
        client.submit(submit).await
    }
}

/// Whoever stops before the runtime has answered may be too late.
fn left(context: &Context, key: &str) -> Failure {
    let message = format!(
        "stopped before the run began; should it have begun after all, `{} run` with `--key {key}` follows it",
        context.program
    );
    Failure::new(Code::Refused, message)
}

/// In this process: it ends with the run, or leaves it resumable.
async fn here(context: &Context, submit: &Submit, queue: bool, interrupt: &mut Interrupt) -> Result<u8, Failure> {
    let mut host = serve::start(context).await?;
    host.resumed().iter().for_each(|run| note(&format!("run {run} had not ended and goes on")));
    match hosted(context, &mut host, submit, queue, interrupt).await {
        Ok(Hosted::Followed(code)) => {
            host.stop().await;
            Ok(code)
        }
        Ok(Hosted::Interrupted(run)) => {
            serve::come_to_rest(host, engine::GRACE, interrupt).await;
            Ok(stopped(context, &run, &submit.key))
        }
        Err(failure) => {
            host.stop().await;
            Err(failure)
        }
    }
}

/// How a stay in this process ended.
enum Hosted {
    /// With the run, whose exit code this is, or with the runtime.
    Followed(u8),
    /// With a signal; this run goes on another time.
    Interrupted(String),
}

/// The run that is in the way ends its stay here with this process.
fn unfinished(context: &Context, failure: Failure) -> Failure {
    match failure.code {
        Code::Locked => Failure {
            message: format!(
                "{}; no other runtime is there to carry it on: start `{} serve`",
                failure.message, context.program
            ),
            ..failure
        },
        Code::Refused | Code::Missing | Code::Usage | Code::Unreachable | Code::NotAllowed | Code::Internal => failure,
    }
}

async fn hosted(
    context: &Context,
    host: &mut Host,
    submit: &Submit,
    queue: bool,
    interrupt: &mut Interrupt,
) -> Result<Hosted, Failure> {
    let client = Client::connect(&context.state).await?;
    let mut begun = std::pin::pin!(begin(&client, submit, queue));
    let run = tokio::select! {
        run = &mut begun => run.map_err(|failure| unfinished(context, failure))?,
        failure = host.failed() => return Err(failure),
        () = interrupt.heard() => {
            // The submission is answered now: with a run, where one has just begun.
            host.engine().stop().await;
            let begun = begun.await.map_err(|_| Failure::new(Code::Refused, "stopped before the run began"));
            return begun.map(Hosted::Interrupted);
        }
    };
    tokio::select! {
        followed = follow(context, &client, &run) => watch::finish(context, &run, followed?).map(Hosted::Followed),
        failure = host.failed() => Err(failure),
        () = interrupt.heard() => Ok(Hosted::Interrupted(run)),
    }
}

/// Says how the run goes on: here again, or in a long-lived runtime.
fn stopped(context: &Context, run: &str, key: &str) -> u8 {
    let code = watch::resumable(context, run);
    note(&format!("the same `{} run` with `--key {key}` also goes on with it", context.program));
    code
}
