//! How the program speaks: findings to the error output, results to the output, JSON for programs.

use std::io::{self, ErrorKind, IsTerminal, Write};

use diagnostics::{Diagnostic, Severity, SourceMap, render};
use miette::{GraphicalReportHandler, GraphicalTheme};
use serde_json::{Value, json};

use crate::cli::{Colour, Format, Options};
use crate::failure::Failure;

/// The version of every JSON answer of this program.
pub(crate) const VERSION: u32 = 1;

/// Format and colours, as asked for.
pub(crate) struct Console {
    /// For whom.
    pub(crate) format: Format,
    /// Whether the error output has colours.
    pub(crate) colour: bool,
    /// Whether colours were switched off for every output.
    pub(crate) plain: bool,
}

impl Console {
    pub(crate) fn new(options: &Options) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = match options.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => io::stderr().is_terminal() && !set("NO_COLOR") && !dumb,
        };
        Self { format: options.format, colour, plain: options.color == Colour::Never }
    }

    /// Whether answers are JSON.
    pub(crate) fn json(&self) -> bool {
        match self.format {
            Format::Json => true,
            Format::Human | Format::Short | Format::Sarif | Format::Github | Format::Gitlab => false,
        }
    }

    /// Shows findings to people. In JSON and for hosts they are the command's answer, so nothing is shown here.
    pub(crate) fn findings(&self, found: &[Diagnostic], sources: &dyn SourceMap) {
        let text = match self.format {
            Format::Json | Format::Sarif | Format::Github | Format::Gitlab => return,
            Format::Human => render::human(found, sources, self.colour),
            Format::Short => render::short(found, sources),
        };
        self.tell(&text);
    }

    /// Says something to people, on the error output; nothing when answers are JSON.
    pub(crate) fn tell(&self, text: &str) {
        if !self.json() {
            // Without an error output there is nobody to tell.
            let _ = io::stderr().write_all(text.as_bytes());
        }
    }

    /// Writes a result to the output. A reader that has gone away has seen enough.
    pub(crate) fn print(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::refused(format!("the output cannot be written: {error}"), "look at what reads it"))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Writes a JSON answer.
    pub(crate) fn answer(&self, value: &Value) -> Result<(), Failure> {
        let mut text = serde_json::to_string_pretty(value).map_err(|error| Failure::internal(error.to_string()))?;
        text.push('\n');
        self.print(text.as_bytes())
    }

    /// Ends a command that failed, and returns its exit code.
    pub(crate) fn failed(&self, failure: &Failure) -> u8 {
        if failure.message.is_empty() {
            return failure.code;
        }
        if self.json() {
            let error = json!({ "message": failure.message, "help": failure.help, "exit_code": failure.code });
            // The exit code says it too.
            let _ = self.answer(&json!({ "version": VERSION, "error": error }));
        } else {
            let theme = if self.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
            let mut text = String::new();
            let drawn = GraphicalReportHandler::new_themed(theme).with_width(100).render_report(&mut text, failure);
            self.tell(if drawn.is_ok() { &text } else { &failure.message });
        }
        failure.code
    }
}

/// Findings as a value, to be put into an answer.
pub(crate) fn as_json(found: &[Diagnostic], sources: &dyn SourceMap) -> Value {
    let document: Value = serde_json::from_str(&render::json(found, sources)).unwrap_or_default();
    document.get("diagnostics").cloned().unwrap_or_default()
}

/// `2 errors, 1 warning in 3 files`.
pub(crate) fn summary(found: &[Diagnostic], files: usize) -> String {
    let count = |severity| found.iter().filter(|one| one.severity == severity).count();
    let errors = counted(count(Severity::Error), "error");
    let warnings = counted(count(Severity::Warning), "warning");
    format!("{errors}, {warnings} in {}\n", counted(files, "file"))
}

/// `no errors`, `1 error`, `2 errors`.
pub(crate) fn counted(number: usize, what: &str) -> String {
    match number {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}
