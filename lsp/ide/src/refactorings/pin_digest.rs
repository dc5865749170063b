//! Names the artifact of a release by its content, where the sources record what runs.

use diagnostics::{Edit, Span};
use syntax::ast::{DeclKind, Expr, ExprKind, Name, Released, Step, StepKind, StrPart};
use syntax::walk::{self, Visitor};

use super::{Change, Refactoring, before, free_name};
use crate::Snapshot;

/// The release behind `service@` at the selection, as the digest that is recorded for the environment.
pub(super) fn pin_digest(snapshot: &Snapshot, selected: Span) -> Option<Refactoring> {
    let tree = snapshot.tree_at(selected.file, selected.start)?;
    let mut named = Named { at: selected.start.checked_sub(tree.start)?, found: None };
    walk::decl(&tree.parsed.decl, &mut named);
    let Target { service, release, environment } = named.found?;
    let (recorded, digest) = snapshot.model().files().into_iter().find_map(|file| {
        let trees = snapshot.trees(file);
        trees.iter().find_map(|tree| match &tree.parsed.decl.kind {
            DeclKind::Released(it) if it.service.text == service && it.environment.text == environment => recorded(it),
            _ => None,
        })
    })?;
    let name = free_name(snapshot, selected.file, &format!("{service}_of_record"));
    let new = format!("/// {recorded}, as it runs in {environment}.\nlet {name}: Digest = \"{digest}\"");
    let edits = vec![
        before(selected.file, tree.start, &new),
        Edit { span: release.range.at(selected.file, tree.start), text: name.to_string() },
    ];
    let title = format!("pin `{service}` to {recorded}, which is recorded for `{environment}`");
    Some(Refactoring { title, sort: Change::Rewrite, edits })
}

/// The name of the release and its digest.
fn recorded(it: &Released) -> Option<(String, String)> {
    Some((plain(it.release.as_ref()?)?, plain(&it.fields.get("artifact")?.value)?))
}

fn plain(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Str(parts) => match parts.as_slice() {
            [StrPart::Text(text)] => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// A release that is named by a step.
struct Target {
    service: String,
    release: Name,
    environment: String,
}

struct Named {
    at: u32,
    found: Option<Target>,
}

impl Visitor for Named {
    fn step(&mut self, step: &Step) {
        let (service, release, environment) = match &step.kind {
            StepKind::Rollout(it) => (&it.service, &it.release, &it.environment),
            StepKind::Mirror(it) => (&it.service, &it.release, &it.environment),
            _ => return,
        };
        let range = release.name.range;
        if range.start <= self.at && self.at <= range.end && release.fields.is_empty() {
            let (service, environment) = (service.text.to_string(), environment.text.to_string());
            self.found = Some(Target { service, release: release.name.clone(), environment });
        }
    }
}
