//! Findings as the protocol has them.

use diagnostics::{Diagnostic as Finding, Severity, codes};
use tower_lsp::ls_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, NumberOrString,
};

use crate::view::Desk;

/// What the server signs with.
pub(crate) const SOURCE: &str = "deployc";

/// Findings of one file in the protocol's form.
pub(crate) type Said = Vec<Diagnostic>;

/// Findings that are all of one file.
pub(crate) fn said(desk: &Desk<'_>, found: &[Finding]) -> Said {
    found.iter().map(|finding| one(desk, finding)).collect()
}

fn one(desk: &Desk<'_>, finding: &Finding) -> Diagnostic {
    let other = |label: &diagnostics::Label| {
        Some(DiagnosticRelatedInformation { location: desk.location(label.span)?, message: label.text.clone() })
    };
    let related: Vec<_> = finding.secondary.iter().filter_map(other).collect();
    let code_description = desk.shared.page(finding.code.id()).map(|href| CodeDescription { href });
    Diagnostic {
        range: desk.range(finding.primary.span),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(finding.code.id().to_owned())),
        code_description,
        source: Some(SOURCE.to_owned()),
        message: message(finding),
        related_information: (!related.is_empty()).then_some(related),
        tags: tag(finding).map(|tag| vec![tag]),
        data: None,
    }
}

/// What is wrong, what is there, and what can be done, as lines.
fn message(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    if !finding.primary.text.is_empty() {
        text += &format!("\n{}", finding.primary.text);
    }
    finding.notes.iter().for_each(|note| text += &format!("\nnote: {note}"));
    finding.help.iter().for_each(|help| text += &format!("\nhelp: {help}"));
    text
}

fn tag(finding: &Finding) -> Option<DiagnosticTag> {
    let unused = [codes::UNUSED_IMPORT, codes::UNUSED_DECLARATION, codes::IDLE_EXCEPTION];
    if unused.contains(&finding.code) {
        return Some(DiagnosticTag::UNNECESSARY);
    }
    (finding.code == codes::DEPRECATED).then_some(DiagnosticTag::DEPRECATED)
}
