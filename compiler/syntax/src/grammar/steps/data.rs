//! Steps that change data.

use crate::ast::{Migrate, PhaseRef, StepKind};
use crate::grammar::{P, Problem, named, sign, word};
use crate::lex::TokenKind as T;
use chumsky::prelude::*;

/// `migrate M.expand, M.backfill in environment`
pub(super) fn migrate<'t, X: Problem<'t>>() -> P<'t, StepKind, X> {
    let phase = named("a migration").then(sign(T::Dot).ignore_then(named("a phase")));
    let phase = phase.map(|(migration, phase)| PhaseRef { migration, phase });
    word("`migrate`")
        .ignore_then(phase.separated_by(sign(T::Comma)).at_least(1).collect())
        .then(word("`in`").ignore_then(named("an environment")))
        .map(|(phases, environment)| StepKind::Migrate(Migrate { phases, environment }))
        .boxed()
}
