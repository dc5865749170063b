//! What people do in a rollout, and how it ends when nothing is killed.

/// The workflows of the project.
pub(crate) const WORKFLOWS: &[&str] = &["install", "release", "doubt", "linger", "late", "careless"];

/// A rollout as people carry it out.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// The workflow, which also names the scenario.
    pub(crate) workflow: &'static str,
    /// What is done after the submission.
    pub(crate) script: &'static [Step],
    /// The exit code of the run.
    pub(crate) code: i32,
    /// The actions, each of which takes effect once.
    pub(crate) actions: &'static [&'static str],
}

/// One thing that a person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Says this to the run.
    Say(&'static str),
    /// Waits until the first stage is held.
    Holding,
    /// Stops the runtime as an upgrade does, with SIGTERM, and starts it again.
    Restart,
}

/// Forward through an approval, a pause, and an effect of every class; back from a gate that fails; back by a
/// person, after a restart; back because a step took too long, with a handler and what is done at the end.
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario {
        workflow: "release",
        script: &[Step::Say("pause"), Step::Say("approve"), Step::Say("resume")],
        code: 0,
        actions: &["stamp", "charge", "announce"],
    },
    Scenario { workflow: "doubt", script: &[], code: 20, actions: &[] },
    Scenario {
        workflow: "linger",
        script: &[Step::Holding, Step::Restart, Step::Say("abort")],
        code: 22,
        actions: &[],
    },
    Scenario { workflow: "late", script: &[], code: 20, actions: &["stamp", "announce"] },
];

/// An action that says it may be repeated and may not: what a sweep must notice.
pub(crate) const CARELESS: &Scenario = &Scenario { workflow: "careless", script: &[], code: 0, actions: &["repeat"] };

impl Scenario {
    /// Whether its rollout stays.
    pub(crate) fn stays(&self) -> bool {
        self.code == 0
    }
}
