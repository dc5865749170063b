//! Exceptions: findings that people take upon them, within a scope and until a day.

use diagnostics::{Applicability, Code, Diagnostic, Fix, Span, codes};
use jiff::civil::Date;
use semantics::SemanticModel;
use semantics::model::{Acceptance, Proof};
use smol_str::SmolStr;

/// The findings of each proof that can be accepted. What a plan cannot be made without (weights that rise, arms that
/// fit) is not among them.
const ACCEPTED: &[(&str, &[Code])] = &[
    (
        "P2",
        &[
            codes::TOO_FEW_INSTANCES,
            codes::KEEPS_TOO_FEW,
            codes::UNGUARDED,
            codes::WINDOW_TOO_LONG,
            codes::WARM_UP_TOO_LONG,
            codes::LONG_EXTENSION,
        ],
    ),
    (
        "P3",
        &[
            codes::TOO_FEW_REQUESTS,
            codes::NEVER_FIRES,
            codes::FEW_REQUESTS_AT_LEAST,
            codes::HARDLY_PASSES,
            codes::BLIND_GATE,
            codes::BLIND_AT_LEAST,
            codes::TOO_LITTLE_ASKED,
            codes::NEVER_PASSES,
            codes::COIN_FLIP,
        ],
    ),
    ("P4", &[]),
    ("P5", &[]),
    ("P6", &[codes::DEADLINE_TOO_SHORT, codes::OPENING_TOO_SHORT]),
    ("P7", &[codes::POLICY_BROKEN]),
    ("P10", &[]),
    ("P11", &[codes::CALL_UNANSWERED]),
    ("P12", &[codes::OVERSPENT]),
    ("P13", &[]),
    ("P14", &[codes::QUORUM]),
];

/// A finding of a proof.
pub(crate) struct Found {
    pub(crate) finding: Diagnostic,
    /// The policy that it is about, by its full name.
    pub(crate) policy: Option<SmolStr>,
    /// Declarations that it is about, beyond its own places: their exceptions hold for it.
    pub(crate) about: Vec<Span>,
}

impl Found {
    /// One that is about nothing but its own places.
    pub(crate) fn alone(finding: Diagnostic) -> Self {
        Self { finding, policy: None, about: Vec::new() }
    }

    fn accepted_by(&self, it: &Acceptance) -> bool {
        let about = match &it.proof {
            Proof::Numbered(name) => codes_of(name).contains(&self.finding.code),
            Proof::Policy(name) => self.policy.as_ref() == Some(name),
            Proof::Unreadable => ACCEPTED.iter().any(|(_, codes)| codes.contains(&self.finding.code)),
        };
        let labels = self.finding.secondary.iter().map(|label| label.span);
        let declared = self.about.iter().copied();
        about && labels.chain(declared).chain([self.finding.primary.span]).any(|span| lies_in(span, it.scope))
    }
}

fn codes_of(proof: &str) -> &'static [Code] {
    ACCEPTED.iter().find(|(name, _)| *name == proof).map_or(&[], |(_, codes)| codes)
}

fn lies_in(span: Span, scope: Span) -> bool {
    span.file == scope.file && scope.start <= span.start && span.end <= scope.end
}

/// The findings that nobody accepts, and the places in `acceptances` of those that accepted one.
pub(crate) fn apply(found: Vec<Found>, acceptances: &[Acceptance]) -> (Vec<Diagnostic>, Vec<usize>) {
    let mut used = Vec::new();
    let mut left = Vec::new();
    for it in found {
        let by: Vec<usize> = (0..acceptances.len()).filter(|at| it.accepted_by(&acceptances[*at])).collect();
        if by.is_empty() {
            left.push(it.finding);
        }
        used.extend(by);
    }
    used.sort_unstable();
    used.dedup();
    (left, used)
}

/// Findings about the limits of a project's plans without those that people accept, with a warning for each of their exceptions that
/// accepts nothing. They are told apart from what [`crate::check_all`] finds because only a plan shows them.
#[must_use]
pub fn limits(model: &SemanticModel<'_>, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let acceptances = model.acceptances();
    let (mut left, used) = apply(found.into_iter().map(Found::alone).collect(), &acceptances);
    left.extend(idle_among(&acceptances, |at, it| is_of_limits(it) && !used.contains(&at)));
    left
}

/// The exceptions without which these limits of a plan would not hold.
#[must_use]
pub fn accepted_limits(model: &SemanticModel<'_>, found: Vec<Diagnostic>) -> Vec<Acceptance> {
    let acceptances = model.acceptances();
    let (_, used) = apply(found.into_iter().map(Found::alone).collect(), &acceptances);
    used.into_iter().map(|at| acceptances[at].clone()).collect()
}

/// Whether an exception is from what only plans show.
fn is_of_limits(it: &Acceptance) -> bool {
    matches!(&it.proof, Proof::Numbered(name) if codes_of(name).contains(&codes::OVERSPENT))
}

/// A warning for every exception that accepts nothing, apart from those of limits.
pub(crate) fn idle(acceptances: &[Acceptance], used: &[usize]) -> Vec<Diagnostic> {
    idle_among(acceptances, |at, it| !is_of_limits(it) && !used.contains(&at))
}

fn idle_among(acceptances: &[Acceptance], is_idle: impl Fn(usize, &Acceptance) -> bool) -> Vec<Diagnostic> {
    let idle = acceptances.iter().enumerate().filter(|(at, it)| is_idle(*at, it));
    idle.map(|(_, it)| {
        let message = format!("this exception accepts nothing: {} finds nothing here", it.proof.name());
        let fix = Fix::replace("remove it", it.span, "", Applicability::Guess);
        Diagnostic::warning(codes::IDLE_EXCEPTION, it.span, message).help("remove it").fix(fix)
    })
    .collect()
}

/// Flags and exceptions that are past their last day on `day`.
#[must_use]
pub fn expired(model: &SemanticModel<'_>, day: Date) -> Vec<Diagnostic> {
    let exceptions = model.acceptances().into_iter().filter(|it| it.until < day).map(|it| {
        let message = format!("the exception from {} ended on {}", it.proof.name(), it.until);
        Diagnostic::error(codes::EXPIRED, it.span, message)
            .note(format!("because {}", it.because))
            .help("mend what it accepts and remove it, or decide anew")
    });
    let flags = model.flags().into_iter().filter(|flag| flag.expires < day).map(|flag| {
        let message = format!("the flag `{}` of {} expired on {}", flag.name, flag.owner, flag.expires);
        Diagnostic::error(codes::EXPIRED, flag.span, message)
            .help("remove the flag and the code that reads it, or decide anew how long it stays")
    });
    let mut found: Vec<Diagnostic> = exceptions.chain(flags).collect();
    found.sort_by_key(Diagnostic::sort_key);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_proof_that_can_be_accepted_has_its_line() {
        let lines: Vec<&str> = ACCEPTED.iter().map(|(name, _)| *name).collect();
        assert_eq!(lines, Proof::NUMBERED);
    }

    #[test]
    fn no_finding_belongs_to_two_proofs() {
        let mut all: Vec<Code> = ACCEPTED.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
        let number = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), number);
    }
}
