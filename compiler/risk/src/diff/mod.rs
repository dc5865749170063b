//! Two plans compared: in what is done, in the settings behind it, and in what is risked. Equal digests have no
//! difference, so a change of layout or of comments has none either.

mod markdown;
mod settings;
mod steps;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use plan::{Digest, NodeId, Plan};
use serde::Serialize;

use crate::assess;
use crate::facts::{Fact, facts};
pub use markdown::markdown;
pub use text::text;

/// What differs between two plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// The workflow of the newer one.
    pub workflow: String,
    /// The older plan; none where the workflow is new.
    pub old: Option<Digest>,
    /// The newer plan; none where the workflow is gone.
    pub new: Option<Digest>,
    /// Nodes and steps of ways back, by id, in the order of the newer plan.
    pub steps: Vec<Change>,
    /// Everything else that the digest covers, by its path in the plan.
    pub settings: Vec<Change>,
    /// What the risk report says, fact by fact.
    pub risk: Vec<Change>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Of what.
    pub of: String,
    /// What it was; none where it was not there.
    pub old: Option<String>,
    /// What it is; none where it is not there any more.
    pub new: Option<String>,
}

impl Diff {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
            && self.settings.is_empty()
            && self.risk.is_empty()
            && self.old.is_some() == self.new.is_some()
    }
}

/// Compares two plans; either may be missing, where a workflow is new or gone.
///
/// # Errors
/// A node that waits for itself, directly or over others.
pub fn diff(old: Option<&Plan>, new: Option<&Plan>) -> Result<Diff, NodeId> {
    let told = |plan: Option<&Plan>| Ok(plan.map(assess).transpose()?.map(|report| facts(&report)).unwrap_or_default());
    let (before, after) = (steps::of(old), steps::of(new));
    let ids = |facts: &'_ [Fact]| facts.iter().map(|(id, _)| id.clone()).collect::<BTreeSet<String>>();
    let kept: Vec<String> = ids(&before).intersection(&ids(&after)).cloned().collect();
    let kept: BTreeSet<&str> = kept.iter().map(String::as_str).collect();
    Ok(Diff {
        workflow: new.or(old).map(|plan| plan.body.workflow.clone()).unwrap_or_default(),
        old: old.map(|plan| plan.digest.clone()),
        new: new.map(|plan| plan.digest.clone()),
        steps: changes(&before, &after),
        settings: changes(&settings::of(old, &kept), &settings::of(new, &kept)),
        risk: changes(&told(old)?, &told(new)?),
    })
}

/// What is new or other, in the order of `new`; then what is gone, in the order of `old`.
fn changes(old: &[Fact], new: &[Fact]) -> Vec<Change> {
    let known = |facts: &[Fact]| facts.iter().cloned().collect::<BTreeMap<_, _>>();
    let (before, after) = (known(old), known(new));
    let other = new.iter().filter(|(of, now)| before.get(of) != Some(now)).map(|(of, now)| Change {
        of: of.clone(),
        old: before.get(of).cloned(),
        new: Some(now.clone()),
    });
    let gone = old.iter().filter(|(of, _)| !after.contains_key(of));
    other.chain(gone.map(|(of, was)| Change { of: of.clone(), old: Some(was.clone()), new: None })).collect()
}
