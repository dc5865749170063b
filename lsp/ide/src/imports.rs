//! Where the import of a name is written.

use diagnostics::{Edit, FileId, Span};
use syntax::ast::{DeclKind, Use};

use crate::Snapshot;

/// The edit that imports `name` from `module`, as the file writes it: into the import that there is, or as a new line in
/// the order of the modules.
pub(crate) fn imported(snapshot: &Snapshot, file: FileId, module: &str, name: &str) -> Option<Edit> {
    let trees = snapshot.trees(file);
    let imports = trees.iter().filter_map(|tree| match &tree.parsed.decl.kind {
        DeclKind::Use(import) => Some((tree, import, path(import))),
        _ => None,
    });
    let imports: Vec<_> = imports.collect();
    if let Some((tree, import, _)) = imports.iter().find(|(_, _, path)| path == module)
        && let Some(last) = import.imports.last()
    {
        let at = tree.start + last.local().range.end;
        return Some(Edit { span: Span::new(file, at, at), text: format!(", {name}") });
    }
    let line = format!("use {module}.{{{name}}}");
    let later = imports.iter().find(|(_, _, path)| path.as_str() > module);
    if let Some((tree, _, _)) = later {
        return Some(Edit { span: Span::new(file, tree.start, tree.start), text: format!("{line}\n") });
    }
    if let Some((tree, _, _)) = imports.last() {
        let end = tree.start + u32::try_from(tree.text.len()).ok()?;
        return Some(Edit { span: Span::new(file, end, end), text: format!("\n{line}") });
    }
    let top = trees.first().map_or(0, |tree| tree.start);
    Some(Edit { span: Span::new(file, top, top), text: format!("{line}\n\n") })
}

fn path(import: &Use) -> String {
    import.path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
}
