//! Gates: arms in the header, mandatory clauses, conditions as upper limits on declared arms.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Condition, Expr, ExprKind, Gate, GateClause, GateClauseKind, Name};

use super::Elaborator;
use super::names::listed;
use super::notes::Wanted;
use crate::core::{Body, BoundBody, ConditionBody, Core, CoreKind, GateBody};
use crate::model::{Arm, Undecided};
use crate::queries::signature::{Signature, signature_of};
use crate::queries::source::Kind;
use crate::types::{Arms, Type, arm_word};

#[derive(Default)]
struct Clauses {
    at_least: Option<Core>,
    confidence: Option<Core>,
    conditions: Vec<ConditionBody>,
    condition_written: bool,
    inconclusive: Option<(Option<Core>, Undecided)>,
    inconclusive_written: bool,
    warm_up: Option<Core>,
    lag: Option<Core>,
    unreadable: bool,
}

impl Elaborator<'_> {
    /// The arms of a gate's header or type.
    pub(crate) fn arms(&mut self, subject: &Name, against: Option<&Name>) -> Option<Arms> {
        let subject = self.arm(subject, &[Arm::Canary, Arm::Shadow, Arm::Service])?;
        // A constant is no arm: the limits of such a gate are constants, as without the word.
        let against = against.filter(|against| against.text != "constant");
        let Some(against) = against else { return Some(Arms { subject, against: None }) };
        let other = self.arm(against, &[Arm::Stable, Arm::Baseline, Arm::Previous])?;
        if subject == Arm::Service {
            let message = "`service` is all of the service: it has no other arm";
            self.report(Diagnostic::error(codes::UNKNOWN_ARM, self.span(against.range), message));
            return None;
        }
        Some(Arms { subject, against: Some(other) })
    }

    fn arm(&mut self, name: &Name, allowed: &[Arm]) -> Option<Arm> {
        let found = allowed.iter().copied().find(|arm| arm_word(*arm) == name.text);
        if found.is_none() {
            let words: Vec<&str> = allowed.iter().map(|arm| arm_word(*arm)).collect();
            self.unknown_word(codes::UNKNOWN_ARM, name, "an arm that can stand here", &words);
        }
        found
    }

    pub(super) fn gate(&mut self, gate: &Gate) -> Body {
        // The signature has reported what is wrong with the header.
        let reported = self.diagnostics.len();
        let arms = self.arms(&gate.subject, gate.against.as_ref());
        self.diagnostics.truncate(reported);
        let mut clauses = Clauses::default();
        for clause in &gate.clauses {
            self.clause(&mut clauses, clause, arms);
        }
        let runbook = self.runbook(gate.runbook.as_ref());
        self.mandatory_clauses(gate, &clauses);
        let (Some(arms), false) = (arms, clauses.unreadable && clauses.conditions.is_empty()) else {
            return Body::Nothing;
        };
        let Clauses { at_least, confidence, conditions, inconclusive, warm_up, lag, .. } = clauses;
        let only_burns = only_burns(&conditions);
        if !only_burns && (at_least.is_none() || confidence.is_none() || inconclusive.is_none()) {
            return Body::Nothing;
        }
        let (extend, then) = inconclusive.unwrap_or((None, Undecided::Rollback));
        let (arm, against) = (arms.subject, arms.against);
        Body::Gate(GateBody { arm, against, at_least, confidence, conditions, extend, then, warm_up, lag, runbook })
    }

    fn clause(&mut self, clauses: &mut Clauses, clause: &GateClause, arms: Option<Arms>) {
        match &clause.kind {
            GateClauseKind::AtLeast(requests) => {
                clauses.at_least = Some(self.expect(requests, &Type::Count, "the number of requests"));
            }
            GateClauseKind::Confidence(share) => {
                clauses.confidence = Some(self.expect(share, &Type::Ratio, "`confidence`"));
            }
            GateClauseKind::WarmUp(time) => clauses.warm_up = Some(self.expect(time, &Type::Duration, "`warm up`")),
            GateClauseKind::Lag(time) => clauses.lag = Some(self.expect(time, &Type::Duration, "`lag`")),
            GateClauseKind::Inconclusive { extend, then } => {
                clauses.inconclusive_written = true;
                let extend = extend.as_ref().map(|time| self.expect(time, &Type::Duration, "the extension"));
                clauses.inconclusive = self.undecided(then).map(|then| (extend, then));
            }
            GateClauseKind::Condition(condition) => self.judged(clauses, clause, condition, false, arms),
            GateClauseKind::Advisory(condition) => self.judged(clauses, clause, condition, true, arms),
            GateClauseKind::Accept(_) => {}
            GateClauseKind::Error => clauses.unreadable = true,
        }
    }

    fn judged(
        &mut self,
        clauses: &mut Clauses,
        clause: &GateClause,
        condition: &Condition,
        advisory: bool,
        arms: Option<Arms>,
    ) {
        clauses.condition_written |= !advisory;
        let before = self.diagnostics.len();
        if let Some((bound, lower)) = arms.and_then(|arms| self.condition(condition, clause, arms)) {
            clauses.conditions.push(ConditionBody { span: self.span(clause.range), advisory, lower, bound });
        }
        clauses.unreadable |= self.diagnostics.len() > before;
    }

    fn undecided(&mut self, then: &Name) -> Option<Undecided> {
        match then.text.as_str() {
            "rollback" => Some(Undecided::Rollback),
            "hold" => Some(Undecided::Hold),
            "ask" => Some(Undecided::Ask),
            _ => {
                let words = ["rollback", "hold", "ask"];
                self.unknown_word(codes::UNKNOWN_NAME, then, "what can follow an open verdict", &words);
                None
            }
        }
    }

    fn mandatory_clauses(&mut self, gate: &Gate, clauses: &Clauses) {
        // What an error budget allows is a limit over a window of its own.
        let burns = only_burns(&clauses.conditions);
        let wanted = [
            (clauses.at_least.is_some() || burns, "at least 1_000 requests"),
            (clauses.confidence.is_some() || burns, "confidence 95%"),
            (clauses.condition_written, "a condition"),
            (clauses.inconclusive_written || burns, "inconclusive: extend 15m then rollback"),
        ];
        let missing: Vec<&str> = wanted.iter().filter(|(written, _)| !written).map(|(_, clause)| *clause).collect();
        if missing.is_empty() || clauses.unreadable {
            return;
        }
        let message = format!("gate `{}` does not say everything it must", gate.name.text);
        let mut diagnostic = Diagnostic::error(codes::MISSING_CLAUSE, self.span(gate.name.range), message)
            .help(format!("add {}", listed(&missing)));
        // What must hold, only its author knows.
        if clauses.condition_written {
            diagnostic = diagnostic.fix(self.clauses_added(gate.range, &missing));
        }
        self.report(diagnostic);
    }

    /// A gate named as an argument or a guard.
    pub(super) fn gate_value(&mut self, expr: &Expr, arms: Option<Arms>, what: &str) -> Core {
        let at = self.span(expr.range);
        let ExprKind::Name(word) = &expr.kind else {
            if !matches!(expr.kind, ExprKind::Error) {
                self.report(Diagnostic::error(codes::TYPE_MISMATCH, at, format!("{what} needs the name of a gate")));
            }
            return Core::error(at);
        };
        self.note_wanted(expr.range, || Wanted::Type(Type::Gate(arms)));
        self.note_name(word, expr.range);
        let (core, actual) = match self.local(word) {
            Some(Type::Gate(actual)) => (Core::new(at, CoreKind::Local(word.clone())), *actual),
            Some(Type::Error) => return Core::error(at),
            Some(other) => {
                let message = format!("{what} needs a gate, but `{word}` is {}", other.with_article());
                self.report(Diagnostic::error(codes::TYPE_MISMATCH, at, message));
                return Core::error(at);
            }
            None => {
                let name = Name { text: word.clone(), range: expr.range };
                let Some(id) = self.declared(&name, Kind::Gate) else { return Core::error(at) };
                let Signature::Gate(Some(actual)) = signature_of(self.db, &id) else { return Core::error(at) };
                (Core::new(at, CoreKind::Gate(id)), Some(*actual))
            }
        };
        match (arms, actual) {
            (Some(wanted), Some(actual)) if wanted != actual => {
                let message = format!("{what} needs a Gate<{wanted}>, but `{word}` is a Gate<{actual}>");
                self.report(Diagnostic::error(codes::ARMS_DO_NOT_FIT, at, message));
                Core::error(at)
            }
            _ => core,
        }
    }
}

fn only_burns(conditions: &[ConditionBody]) -> bool {
    !conditions.is_empty() && conditions.iter().all(|it| matches!(it.bound, BoundBody::Burn { .. }))
}
