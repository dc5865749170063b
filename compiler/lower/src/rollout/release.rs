//! Which release is rolled out: its artifact, and what differs from the service's declaration.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Span, codes};
use plan::Input;
use semantics::model::{Artifact, Release};
use semantics::value::Value;
use serde_json::Value as Json;

use crate::lowering::Lowering;

impl Lowering<'_> {
    /// The artifact, and fields that differ by their paths.
    pub(crate) fn release(&mut self, release: &Release, span: Span) -> (Input, BTreeMap<String, Json>) {
        let overrides = release.overrides.iter().map(|(path, value)| (path.to_string(), self.json(value, span)));
        let overrides = overrides.collect();
        let artifact = match &release.artifact {
            Artifact::Previous => Input::Previous,
            Artifact::Running => Input::Running,
            Artifact::Given(value) => self.artifact(value, span),
        };
        (artifact, overrides)
    }

    fn artifact(&mut self, value: &Value, span: Span) -> Input {
        match value {
            Value::Parameter(name) => return Input::Parameter(name.to_string()),
            Value::Output(name, path) => {
                if let Some(node) = self.outputs.get(name) {
                    let path = path.iter().map(ToString::to_string).collect();
                    return Input::Output { node: node.clone(), path };
                }
                self.stays_silent();
            }
            Value::Digest(text) => match plan::Digest::parse(text) {
                Ok(digest) => return Input::Digest(digest),
                Err(error) => self.report(Diagnostic::error(codes::UNFIT_FOR_PLAN, span, error.to_string())),
            },
            Value::Error => self.stays_silent(),
            // The checker lets nothing else stand there.
            _ => self.unfit(span, "what is rolled out is a digest or a parameter of type `Digest`"),
        }
        Input::Running
    }
}
