//! `deployc lsp`: the language server, for editors to start.

use clap::Args;

use crate::console::Console;
use crate::failure::{Failure, NO};
use crate::pages::PAGES;

const EXAMPLES: &str = "\
Examples:
  deployc lsp
  deployc lsp --stdio";

/// Serve an editor: diagnostics and fixes while typing, formatting, symbols, the graph
///
/// Speaks the Language Server Protocol over its input and output until the editor takes its leave or is gone. Editors start
/// it; there is nothing to type.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Lsp {
    /// Over input and output, which is the only way; for editors that say so
    #[arg(long)]
    stdio: bool,
}

impl Lsp {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        if console.json() {
            let help = "leave `--format` out: what is said here is the protocol's";
            return Err(Failure::usage("the language server has no other format", help));
        }
        let served = language_server::serve_stdio(language_server::Setting::of_user(PAGES));
        let left = served
            .map_err(|error| Failure::refused(format!("there is no thread: {error}"), "end what runs too much"))?;
        Ok(if left { 0 } else { NO })
    }
}
