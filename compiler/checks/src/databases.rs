//! P9: where the url of a database stands, an environment says which one is meant; and no two have one name.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Span, codes};
use semantics::model::Run;
use semantics::{Declaration, SemanticModel};

use crate::places::Places;

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    places.runs.iter().filter_map(|(step, run)| without_place(step.span, run)).collect()
}

fn without_place(at: Span, run: &Run) -> Option<Diagnostic> {
    let database = *run.config.databases().first()?;
    let message = format!("`{}` is of no environment, so nobody knows which `{database}` it is to reach", run.action);
    let diagnostic = Diagnostic::error(codes::URL_WITHOUT_PLACE, at, message)
        .also(run.declared, format!("given `{database}.url` here"))
        .note("each environment says where its databases are; an action runs beside all of them")
        .help("give the action the secret itself: `secret(\"file:…\")`, or a parameter `Secret<String>`");
    Some(diagnostic)
}

/// Databases of one name: an environment's secrets know them by that name alone.
pub(crate) fn namesakes(model: &SemanticModel<'_>) -> Vec<Diagnostic> {
    let mut by_name: BTreeMap<_, Declaration> = BTreeMap::new();
    let mut found = Vec::new();
    for it in model.databases() {
        match by_name.get(&it.name) {
            Some(first) if first.span.file != it.span.file => found.push(another(first, &it)),
            Some(_) => {}
            None => {
                by_name.insert(it.name.clone(), it);
            }
        }
    }
    found
}

fn another(first: &Declaration, second: &Declaration) -> Diagnostic {
    let message = format!("another database is called `{}`", second.name);
    Diagnostic::error(codes::DUPLICATE_NAME, second.span, message)
        .also(first.span, "the first")
        .note("an environment that does not bind a database reaches it by the secret of that name")
        .help("rename one of them")
}
