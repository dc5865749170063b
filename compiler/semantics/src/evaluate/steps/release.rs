//! Releases: artifacts, and what differs from the service's declaration.

use super::Evaluator;
use crate::core::{ArtifactBody, ReleaseBody};
use crate::model::{Artifact, Release};
use crate::value::Value;

impl Evaluator<'_> {
    pub(super) fn release(&mut self, body: &ReleaseBody) -> Option<Release> {
        let artifact = match &body.artifact {
            ArtifactBody::Previous => Artifact::Previous,
            ArtifactBody::Running => Artifact::Running,
            ArtifactBody::Given(core) => match self.value(core) {
                Value::Error => return None,
                value => Artifact::Given(value),
            },
        };
        let overrides = body.overrides.iter().map(|(path, core)| (path.clone(), self.value(core))).collect();
        Some(Release { artifact, overrides })
    }
}
