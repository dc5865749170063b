//! `deployd debug`: internal forms as text.

use clap::{Args, Subcommand};
use server::{Code, Failure};

use crate::context::{Context, note};
use crate::render;
use crate::render::units::count;

/// Records asked for at a time.
const PAGE: u32 = 500;

const EXAMPLES: &str = "\
Examples:
  deployd debug journal latest
  deployd debug journal 01jd3v0kq8 --format json";

/// Show internal forms
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Debug {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print a run's journal and verify its chain of hashes
    Journal {
        /// The run [default: the newest]
        run: Option<String>,
    },
}

impl Debug {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        match self.what {
            What::Journal { run } => journal(context, run.as_deref()).await,
        }
    }
}

async fn journal(context: &Context, run: Option<&str>) -> Result<u8, Failure> {
    let mut source = context.source().await?;
    let run = context.run(&source, run).await?;
    let (mut seq, mut hash) = (0, String::new());
    loop {
        let page = context.records(&mut source, &run, seq + 1, PAGE).await?;
        if page.is_empty() {
            break;
        }
        for record in page {
            seq += 1;
            let broken = |error: machine::journal::Broken| Failure::new(Code::Refused, format!("run {run}: {error}"));
            record.verify(&hash, seq).map_err(broken)?;
            context.answer(&record, |record| vec![render::journal::record(record)])?;
            hash = record.hash;
        }
    }
    note(&format!("{}, the chain holds, its head is {hash}", count(seq, "record")));
    Ok(0)
}
