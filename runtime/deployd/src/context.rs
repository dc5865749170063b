//! What every command needs: where the state is, how to speak, and how a run is named.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use machine::journal::Record;
use providers::Layout;
use serde::Serialize;
use server::source::Source;
use server::{Code, Failure, protocol};

use crate::cli::{Format, Options};
use crate::render::text::Line;
use crate::state;

/// Where and how.
pub(crate) struct Context {
    /// The state directory, absolute.
    pub(crate) state: PathBuf,
    /// For people or for programs.
    pub(crate) format: Format,
    /// How hints name this program: with the state directory where it is not the default one.
    pub(crate) program: String,
    /// Whether standard output is a terminal that may be redrawn and coloured.
    pub(crate) live: bool,
}

impl Context {
    pub(crate) fn new(options: &Options) -> Result<Self, Failure> {
        let root = rustix::process::geteuid().is_root();
        let state = state::directory(options.state.as_deref(), &|name| std::env::var_os(name), root)?;
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let live = options.format == Format::Human && std::io::stdout().is_terminal() && !set("NO_COLOR") && !dumb;
        let program = match &options.state {
            Some(state) => format!("deployd --state {}", quoted(&state.display().to_string())),
            None => "deployd".to_owned(),
        };
        Ok(Self { state, format: options.format, program, live })
    }

    /// Shows an answer: as JSON, or as people read it.
    pub(crate) fn answer<T: Serialize>(&self, value: &T, human: impl FnOnce(&T) -> Vec<Line>) -> Result<(), Failure> {
        match self.format {
            Format::Json => print(&json(value)?),
            Format::Human => human(value).iter().for_each(|line| print(&line.show(usize::MAX, self.live))),
        }
        Ok(())
    }

    /// The state directory, where there is a state that this user may read.
    pub(crate) fn there(&self) -> Result<PathBuf, Failure> {
        Source::check(&self.state).map(|()| self.state.clone())
    }

    /// Where the providers keep what.
    pub(crate) fn layout(&self) -> Result<Layout, Failure> {
        let program = std::env::current_exe()
            .map_err(|error| Failure::internal(format!("cannot find this program's own file: {error}")))?;
        Ok(Layout { state: self.state.clone(), program })
    }

    /// Work that waits for the disk, apart from the runtime's own threads.
    pub(crate) async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| Failure::internal(format!("the work broke off: {error}")))?
    }

    /// Where answers come from.
    pub(crate) async fn source(&self) -> Result<Source, Failure> {
        Source::open(&self.state).await
    }

    /// A page of a run's records; from the directory, where the runtime that gave the earlier pages has stopped.
    pub(crate) async fn records(
        &self,
        source: &mut Source,
        run: &str,
        from: u64,
        limit: u32,
    ) -> Result<Vec<Record>, Failure> {
        match source.journal(run, from, limit).await {
            Err(gone) if gone.code == Code::Unreachable => {
                *source = self.source().await?;
                source.journal(run, from, limit).await
            }
            read => read,
        }
    }

    /// The run that is meant: the one named, or the newest for `latest` and when none is named.
    pub(crate) async fn run(&self, source: &Source, named: Option<&str>) -> Result<String, Failure> {
        match named {
            Some("latest") | None => {
                let newest = source.runs(false, 1).await?.into_iter().next().map(|line| line.run);
                newest.ok_or_else(|| {
                    Failure::new(Code::Missing, format!("no run was ever started in {}", self.state.display()))
                })
            }
            // Ids are lower case; people paste what they have.
            Some(run) => Ok(run.to_lowercase()),
        }
    }

    /// The run that something is said to: the one named, or the only one in flight.
    pub(crate) async fn run_in_flight(&self, source: &Source, named: Option<&str>) -> Result<String, Failure> {
        if named.is_some() {
            return self.run(source, named).await;
        }
        let runs: Vec<protocol::RunLine> = source.runs(true, 2).await?;
        match runs.as_slice() {
            [one] => Ok(one.run.clone()),
            [] => Err(Failure::new(Code::Refused, "no run is in flight; `deployd history` lists past ones")),
            _ => Err(Failure::usage("several runs are in flight; say which, `deployd status` lists them")),
        }
    }
}

/// A word as a shell reads it back.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// One JSON line.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::internal(format!("cannot write JSON: {error}")))
}

/// Writes a line to standard output. That nobody reads it any more does not end a deployment.
pub(crate) fn print(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Says something beside the answer, to standard error.
pub(crate) fn note(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Tells why a command did not do as asked; gives its exit code.
pub(crate) fn tell(format: Format, failure: &Failure) -> u8 {
    match format {
        Format::Human => note(&format!("error: {}", failure.message)),
        Format::Json => {
            let body = protocol::ErrorBody { error: failure.clone() };
            print(&json(&body).unwrap_or_else(|failure| failure.message));
        }
    }
    failure.exit
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

    use server::host::Host;

    use super::*;

    #[test]
    fn hints_can_be_pasted_into_a_shell() {
        assert_eq!(quoted("/var/lib/deployd"), "/var/lib/deployd");
        assert_eq!(quoted("my state/it's"), r"'my state/it'\''s'");
    }

    #[tokio::test]
    async fn a_runtime_that_stops_between_two_pages_is_replaced_by_its_directory() {
        let state = tempfile::tempdir().unwrap();
        let (format, program) = (Format::Json, "deployd".to_owned());
        let context = Context { state: state.path().to_owned(), format, program, live: false };
        let host = Host::start(state.path(), Vec::new()).await.unwrap();
        let mut source = context.source().await.unwrap();
        assert!(matches!(source, Source::Runtime(_)));
        host.stop().await;
        let missing = context.records(&mut source, "none", 1, 1).await.map(|records| records.len());
        assert!(matches!(source, Source::Directory(_)), "{missing:?}");
        assert_ne!(missing.err().map(|failure| failure.code), Some(Code::Unreachable));
    }
}
