//! The formatter.
use diagnostics::Diagnostic;

/// Formats.
///
/// # Errors
/// The syntax errors of the text.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    Ok(text.to_owned())
}
