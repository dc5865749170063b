//! `textDocument/diagnostic` and `workspace/diagnostic`: findings for clients that ask for them. A result's id is a digest of
//! what it says, so that an id of any age is worth something.

use std::hash::{DefaultHasher, Hash, Hasher};

use diagnostics::FileId;
use ide::findings::findings;
use tower_lsp::jsonrpc::{Error, ErrorCode};
use tower_lsp::ls_types::{
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportResult, FullDocumentDiagnosticReport,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport,
    WorkspaceDiagnosticParams, WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult,
    WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
};

use crate::board::Report;
use crate::conversion::{Said, said};
use crate::view::Desk;
use crate::workers::reports;

/// `ServerCancelled` of the protocol.
const SERVER_CANCELLED: i64 = -32802;

/// What is found in one file.
pub(crate) fn of_file(
    desk: &Desk<'_>,
    file: FileId,
    params: &DocumentDiagnosticParams,
) -> DocumentDiagnosticReportResult {
    let mut items = said(desk, &desk.findings(file));
    items.extend(desk.base.reading.get(desk.snapshot.path(file)).into_iter().flatten().cloned());
    let id = id_of(&items);
    let report = if params.previous_result_id.as_ref() == Some(&id) {
        DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
        })
    } else {
        full(Some(id), items)
    };
    DocumentDiagnosticReportResult::Report(report)
}

/// What is found in a file that nobody knows.
pub(crate) fn nothing() -> DocumentDiagnosticReportResult {
    DocumentDiagnosticReportResult::Report(full(None, Vec::new()))
}

fn full(result_id: Option<String>, items: Said) -> DocumentDiagnosticReport {
    DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id, items },
    })
}

/// What is found in every file of a project of which something is found now, or was when the client asked before.
pub(crate) fn of_project(
    desk: &Desk<'_>,
    params: &WorkspaceDiagnosticParams,
) -> Vec<WorkspaceDocumentDiagnosticReport> {
    let found = findings(desk.snapshot, desk.base.readable);
    let mut reports = reports(desk, &found.of_files, &found.proved);
    for known in &params.previous_result_ids {
        let is_here = desk.file(&known.uri).is_some_and(|file| !desk.snapshot.model().is_library(file));
        if is_here && !reports.iter().any(|report| report.uri == known.uri) {
            reports.push(Report { uri: known.uri.clone(), version: None, said: Said::new() });
        }
    }
    reports.into_iter().map(|report| of_workspace(report, params)).collect()
}

fn of_workspace(report: Report, params: &WorkspaceDiagnosticParams) -> WorkspaceDocumentDiagnosticReport {
    let Report { uri, version, said } = report;
    let (id, version) = (id_of(&said), version.map(i64::from));
    let known = params.previous_result_ids.iter().find(|known| known.uri == uri);
    if known.is_some_and(|known| known.value == id) {
        let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id: id };
        return WorkspaceUnchangedDocumentDiagnosticReport { uri, version, unchanged_document_diagnostic_report }
            .into();
    }
    let full_document_diagnostic_report = FullDocumentDiagnosticReport { result_id: Some(id), items: said };
    WorkspaceFullDocumentDiagnosticReport { uri, version, full_document_diagnostic_report }.into()
}

/// The reports of all projects.
pub(crate) fn together(reports: Vec<Vec<WorkspaceDocumentDiagnosticReport>>) -> WorkspaceDiagnosticReportResult {
    let items = reports.into_iter().flatten().collect();
    WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items })
}

/// An edit that came between: the client may ask again at once.
pub(crate) fn ask_again(why: Error) -> Error {
    if why.code != ErrorCode::ContentModified {
        return why;
    }
    let data = Some(serde_json::json!({ "retriggerRequest": true }));
    Error { code: ErrorCode::ServerError(SERVER_CANCELLED), message: "the text changed meanwhile".into(), data }
}

fn id_of(said: &Said) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(said).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
