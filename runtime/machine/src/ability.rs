//! What this machine carries out of what a plan may require.
//!
//! What is done by a provider is here as soon as the machine asks a provider for it; whether a provider is there that
//! does it is for the runtime to say.

use plan::Capability;

/// Whether this machine carries it out, provided that whoever it asks does their part.
pub fn can(capability: &Capability) -> bool {
    match capability {
        // The provider's affair: the machine hands on what the plan says.
        Capability::Provider(_) | Capability::Artifact(_) | Capability::Query(_) => true,
        Capability::OnFailure | Capability::Finally | Capability::GoesOn | Capability::Deadlines => true,
        Capability::Windows | Capability::WaitUntil | Capability::Rollback => true,
        // What a source reads of them is the provider's affair.
        Capability::Arm(_) | Capability::Advisory | Capability::Lag | Capability::Metric(_) => true,
        Capability::Cohort | Capability::Mirror | Capability::Sticky | Capability::Pause => false,
        Capability::DriftReport => false,
        Capability::Outputs | Capability::EarlierReleases | Capability::Overrides => true,
        Capability::Flags | Capability::Migrations | Capability::Released => false,
        Capability::FormerNames | Capability::Alerts | Capability::Silences => false,
    }
}
