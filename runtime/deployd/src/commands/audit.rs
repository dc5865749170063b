//! `deployd audit`: whether what was recorded is still there, for keeping elsewhere, and for reading.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use machine::journal::Record;
use server::{Code, Failure};
use store::audit;

use crate::context::{Context, note, print};
use crate::render;
use crate::render::units::count;

/// Records asked for at a time.
const PAGE: u32 = 500;

const EXAMPLES: &str = "\
Examples:
  deployd audit verify
  deployd audit verify latest
  deployd audit export --output journals.ndjson
  deployd audit verify --against journals.ndjson
  deployd audit report latest > report.md";

/// Verify what was recorded, export it, or render a run's report
///
/// Reads the state directory itself, beside a runtime or without one.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Verify every journal's chain of hashes, each state's end and the anchors; exit code 1 when something does not fit
    Verify {
        /// The run; `latest` is the newest [default: all]
        run: Option<String>,
        /// Also compare with an earlier export, which must be a beginning of what is there now
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
    },
    /// Write journals and anchors as lines of JSON, to be kept elsewhere
    Export {
        /// The run; `latest` is the newest [default: all]
        run: Option<String>,
        /// Where to [default: standard output]
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Render what a run did, from its journal alone, as Markdown
    Report {
        /// The run; `latest` is the newest
        run: String,
    },
}

impl Audit {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        match self.what {
            What::Verify { run, against } => verify(context, run.as_deref(), against).await,
            What::Export { run, output } => export(context, run.as_deref(), output).await,
            What::Report { run } => report(context, &run).await,
        }
    }
}

/// The run that is meant; all of them when none is named.
async fn named(context: &Context, run: Option<&str>) -> Result<Option<String>, Failure> {
    match run {
        Some("latest") => context.run(&context.source().await?, run).await.map(Some),
        Some(run) => Ok(Some(run.to_lowercase())),
        None => Ok(None),
    }
}

async fn verify(context: &Context, run: Option<&str>, against: Option<PathBuf>) -> Result<u8, Failure> {
    let (state, run) = (context.there()?, named(context, run).await?);
    let found = context.apart(move || look(&state, run.as_deref(), against.as_deref())).await?;
    context.answer(&found, render::audit::audit)?;
    Ok(u8::from(!found.problems.is_empty()))
}

fn look(state: &Path, run: Option<&str>, against: Option<&Path>) -> Result<audit::Audit, Failure> {
    let mut found = audit::verify(state, run)?;
    if let Some(export) = against {
        let file =
            File::open(export).map_err(|error| Failure::usage(format!("cannot read {}: {error}", export.display())))?;
        let compared = audit::against(state, &mut BufReader::new(file));
        let refuse = |error| Failure::new(Code::Refused, format!("{}: {error}", export.display()));
        found.problems.extend(compared.map_err(refuse)?);
    }
    Ok(found)
}

async fn export(context: &Context, run: Option<&str>, output: Option<PathBuf>) -> Result<u8, Failure> {
    let (state, run) = (context.there()?, named(context, run).await?);
    let records = context.apart(move || write(&state, run.as_deref(), output.as_deref())).await?;
    let records = count(records, "record");
    note(&format!("{records} exported; `deployd audit verify --against FILE` compares them later"));
    Ok(0)
}

fn write(state: &Path, run: Option<&str>, output: Option<&Path>) -> Result<u64, Failure> {
    let Some(path) = output else {
        return Ok(audit::export(state, run, &mut BufWriter::new(std::io::stdout().lock()))?);
    };
    let failed = |error: std::io::Error| Failure::usage(format!("cannot write {}: {error}", path.display()));
    // An earlier export is what later ones are compared with: it is never written over.
    let file = File::options().write(true).create_new(true).open(path).map_err(failed)?;
    let mut out = BufWriter::new(file);
    let records = audit::export(state, run, &mut out)?;
    out.flush().map_err(failed)?;
    out.get_ref().sync_all().map_err(failed)?;
    Ok(records)
}

async fn report(context: &Context, run: &str) -> Result<u8, Failure> {
    let mut source = context.source().await?;
    let run = context.run(&source, Some(run)).await?;
    let mut records: Vec<Record> = Vec::new();
    loop {
        let from = records.last().map_or(1, |record| record.seq + 1);
        let page = context.records(&mut source, &run, from, PAGE).await?;
        if page.is_empty() {
            break;
        }
        records.extend(page);
    }
    let report = render::report::Report::of(&run, &records);
    match context.format {
        crate::cli::Format::Json => context.answer(&report, |_| Vec::new())?,
        crate::cli::Format::Human => print(report.markdown().trim_end()),
    }
    Ok(u8::from(report.broken.is_some()))
}
