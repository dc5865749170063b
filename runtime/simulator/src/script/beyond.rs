//! What of a plan cannot be simulated: said by step, so that no test pretends. The world stands for every provider and counts
//! every kind of metric; nobody in it sees copies of requests.

use plan::{Arm, Capability, Place, Plan};

/// Something in a plan that the machine does not carry out, or the world of a script does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beyond {
    /// What it is, to follow "a simulated run cannot".
    pub what: String,
    /// The step that needs it first.
    pub step: String,
    /// Where the step stands in the sources.
    pub place: Option<Place>,
}

/// Everything of a plan that cannot be simulated.
#[must_use]
pub fn beyond(plan: &Plan) -> Vec<Beyond> {
    let asked = plan::requires::asked(&plan.body);
    let beyond = asked.into_iter().filter(|(capability, _)| !(machine::can(capability) && is_played(capability)));
    let told = beyond.map(|(capability, step)| {
        let place = plan.source_map.get(&step).cloned();
        Beyond { what: capability.described(), step, place }
    });
    told.collect()
}

/// Whether the world of a script has what the machine would ask it for.
fn is_played(capability: &Capability) -> bool {
    *capability != Capability::Arm(Arm::Shadow)
}
