//! Workflow commands, which GitHub Actions shows as annotations of lines.
//!
//! A step shows ten annotations of each severity, fifty a job; the rest is dropped without a word. So what does not
//! fit is written as plain lines of the log, and one notice says how much it is.

use crate::render::host::{Locator, Region, counted, ranked, told};
use crate::render::{Host, Report};
use crate::{Diagnostic, Severity};

/// Annotations of one severity that a step shows.
const OF_A_SEVERITY: usize = 10;

/// One workflow command a finding, errors first; then what did not fit, as lines of the log.
#[must_use]
pub fn github(diagnostics: &[Diagnostic], host: Host<'_>) -> Report {
    let locator = Locator::new(host);
    let (mut shown, mut left) = (Vec::new(), Vec::new());
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let of_it = ranked(diagnostics).into_iter().filter(|diagnostic| diagnostic.severity == severity);
        // The last notice is ours, when there is something to say.
        let most = OF_A_SEVERITY - usize::from(severity == Severity::Note);
        of_it.enumerate().for_each(|(at, one)| if at < most { shown.push(one) } else { left.push(one) });
    }
    let mut text: String = shown.iter().map(|diagnostic| command(diagnostic, &locator)).collect();
    let left_out = counted(left.iter().copied()).map(|count| {
        format!("{count} not annotated: a step shows {OF_A_SEVERITY} annotations of a severity; they are in the log")
    });
    if let Some(said) = &left_out {
        text += &format!("::notice title=deployc::{}\n", value(said));
    }
    text.extend(left.iter().map(|diagnostic| log_line(diagnostic, &locator)));
    Report { text, left_out: left_out.into_iter().collect() }
}

fn command(diagnostic: &Diagnostic, locator: &Locator<'_>) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let at = locator.primary(diagnostic);
    let title = format!("{}: {}", diagnostic.code, diagnostic.code.title());
    let message = told(diagnostic, &locator.also(diagnostic));
    format!("::{word} {},title={}::{}\n", place(&at), property(&title), value(&message))
}

/// Columns only within one line: with several the host refuses them.
fn place(at: &Region) -> String {
    let lines = format!("file={},line={},endLine={}", property(&at.path), at.start.line, at.end.line);
    if at.start.line == at.end.line {
        format!("{lines},col={},endColumn={}", at.start.column, at.end.column)
    } else {
        lines
    }
}

/// A line that the runner cannot take for a command, whatever a path or message says.
fn log_line(diagnostic: &Diagnostic, locator: &Locator<'_>) -> String {
    let (at, word) = (locator.primary(diagnostic), diagnostic.severity.word());
    let message = diagnostic.message.replace(['\n', '\r'], " ");
    let line = format!("{}:{}:{}: {word}[{}]: {message}", at.path, at.start.line, at.start.column, diagnostic.code);
    format!("not annotated: {}\n", line.replace(['\n', '\r'], " ").replace("##[", "# #["))
}

fn value(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    value(text).replace(':', "%3A").replace(',', "%2C")
}
