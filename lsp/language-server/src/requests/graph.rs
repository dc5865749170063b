//! `deploy/graph` and `deploy/plan`: the workflow at a position as a picture and as a report, for what editors show beside the
//! text.

use diagnostics::FileId;
use ide::graph;
use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{Location, Position, TextDocumentIdentifier};

use crate::view::Desk;

/// Where somebody looks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Params {
    /// The file.
    pub(crate) text_document: TextDocumentIdentifier,
    /// The cursor.
    pub(crate) position: Position,
}

/// A picture.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Graph {
    /// The workflow's name.
    workflow: String,
    /// The picture; what shows a node has its id in `data-node`.
    svg: String,
    /// Where each node is written.
    nodes: Vec<Node>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    id: String,
    location: Location,
}

/// A report.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    /// The workflow's name.
    workflow: String,
    /// The lines that `deployc plan` prints.
    text: String,
}

/// The picture, or why there is none.
pub(crate) fn graph(desk: &Desk<'_>, file: FileId, at: Position) -> Result<Graph, String> {
    let drawn = graph::graph(desk.snapshot, file, desk.offset(file, at)).map_err(|why| why.to_string())?;
    let node = |(id, span)| Some(Node { id, location: desk.location(span)? });
    let nodes = drawn.nodes.into_iter().filter_map(node).collect();
    Ok(Graph { workflow: drawn.workflow, svg: drawn.svg, nodes })
}

/// The report, or why there is none.
pub(crate) fn report(desk: &Desk<'_>, file: FileId, at: Position) -> Result<Report, String> {
    let report = graph::risk_report(desk.snapshot, file, desk.offset(file, at)).map_err(|why| why.to_string())?;
    Ok(Report { workflow: report.workflow, text: report.text })
}
