//! Everything that is to be said about a project, in two parts: what each file says, and what is proved of them all.

use diagnostics::{Diagnostic, FileId};

use crate::{Snapshot, planning};

/// What is to be said about a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What syntax and meaning say, file by file.
    pub of_files: Vec<(FileId, Vec<Diagnostic>)>,
    /// What is known only of all together: the proofs, schemas, and limits of plans.
    pub proved: Vec<Diagnostic>,
}

/// Everything that is to be said; `readable` tells that all files of the project could be read.
#[must_use]
pub fn findings(snapshot: &Snapshot, readable: bool) -> Findings {
    let model = snapshot.model();
    let files = model.files().into_iter();
    let of_files: Vec<_> = files.map(|file| (file, snapshot.diagnostics(file))).collect();
    let packaged = model.packaged_diagnostics();
    let mut proved = model.schema_diagnostics();
    let all = of_files.iter().flat_map(|(_, found)| found).chain(&packaged).chain(&proved);
    let errors = !readable || all.into_iter().any(Diagnostic::is_error);
    snapshot.stop_if_cancelled();
    proved.extend(checks::beyond(&model, errors));
    if !errors && !proved.iter().any(Diagnostic::is_error) {
        // What contradicts itself here is the compiler's mistake, which `deployc check` reports as one.
        proved.extend(planning::limits(&model).unwrap_or_default());
    }
    proved.extend(packaged);
    proved.sort_by_key(Diagnostic::sort_key);
    Findings { of_files, proved }
}
