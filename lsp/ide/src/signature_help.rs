//! What the call around a place may be given.

use diagnostics::FileId;
use smol_str::SmolStr;

use crate::Snapshot;

/// A call as it may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHelp {
    /// `canary(steps: List<Ratio>, hold: Duration = …)`
    pub label: String,
    /// Its doc comment.
    pub doc: Option<SmolStr>,
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
    /// Which of them stands at the place.
    pub active: Option<usize>,
}

/// A parameter within the label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Where it stands in the label, in bytes.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// Its doc comment.
    pub doc: Option<SmolStr>,
}

/// The call around an offset.
#[must_use]
pub fn signature_help(snapshot: &Snapshot, file: FileId, offset: u32) -> Option<SignatureHelp> {
    let call = snapshot.model().call_at(file, offset)?;
    let doc = snapshot.model().define(&call.symbol).and_then(|it| it.doc);
    let mut label = format!("{}(", call.symbol.name());
    let mut parameters = Vec::new();
    for (at, param) in call.params.iter().enumerate() {
        label.push_str(if at == 0 { "" } else { ", " });
        let start = label.len();
        label.push_str(&format!("{}: {}", param.name, param.ty));
        label.push_str(if param.optional { " = …" } else { "" });
        parameters.push(Parameter { start, end: label.len(), doc: param.doc.clone() });
    }
    label.push(')');
    Some(SignatureHelp { label, doc, parameters, active: call.active })
}
