//! What runs keep to themselves.

use machine::ports::store::Lock;
use server::protocol::Held;

use super::table::{Cell, cell, table};
use super::text::{Line, Paint};
use super::units::utc;

/// The locks at `now_ms`, UTC milliseconds.
pub(crate) fn locks(held: &[Held], now_ms: i64) -> Vec<Line> {
    if held.is_empty() {
        return vec![Line::plain("nothing is locked")];
    }
    let head = ["ENVIRONMENT", "SERVICE", "RUN", "BY", "SINCE", "MOVES BY", ""];
    table(&head, held.iter().map(|held| row(held, now_ms)).collect())
}

fn row(Held { lock, left_alone }: &Held, now_ms: i64) -> Vec<Cell> {
    let moves_by = match lock.expires_ms {
        Lock::UNBOUNDED => "-".to_owned(),
        expires_ms => utc(expires_ms),
    };
    let remark = match left_alone {
        Some(why) => (format!("left alone: {why}"), Paint::Bad),
        None if lock.expires_ms < now_ms => ("has not moved: what it guards may be half-way".to_owned(), Paint::Bad),
        None => cell(""),
    };
    vec![
        cell(&lock.environment),
        cell(&lock.service),
        cell(&lock.run),
        cell(&lock.actor),
        cell(utc(lock.since_ms)),
        cell(moves_by),
        remark,
    ]
}
