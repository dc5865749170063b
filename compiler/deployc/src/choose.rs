//! Which workflow is meant.

use semantics::SemanticModel;

use crate::failure::Failure;

/// The workflow of that name, or the only one of the project.
pub(crate) fn workflow(model: &SemanticModel<'_>, named: Option<&str>) -> Result<String, Failure> {
    let names: Vec<String> = model.workflows().into_iter().map(|workflow| workflow.name.to_string()).collect();
    let list = || format!("the project has: {}", names.join(", "));
    match (named, names.as_slice()) {
        (_, []) => Err(Failure::usage(
            "the project has no workflow",
            "write one: `workflow release(image: Digest) { rollout shop@image to local using careful }`",
        )),
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err(Failure::usage("the project has several workflows; say which", list())),
        (Some(name), _) if names.iter().any(|known| known == name) => Ok(name.to_owned()),
        (Some(name), _) => {
            let help = diagnostics::nearest(name, names.iter().map(String::as_str))
                .map_or_else(list, |near| format!("did you mean `{near}`?"));
            Err(Failure::usage(format!("the project has no workflow `{name}`"), help))
        }
    }
}
