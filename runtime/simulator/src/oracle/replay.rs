//! The journal alone gives the state again, byte for byte, and its chain holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use machine::Run;
use serde_json::Value;

use super::Trial;

const END: u64 = u64::MAX;

impl Trial<'_> {
    /// Only where records were kept.
    pub(crate) fn replays(&mut self) {
        if self.left.records.is_empty() {
            return;
        }
        self.chain_holds();
        match Run::replay(Arc::clone(&self.case.plan), &self.left.records) {
            Err(why) => self.broken("the journal replays", END, why.to_string()),
            Ok(mut run) => {
                let rows: BTreeMap<u32, Value> = run.take_touched().into_iter().collect();
                let head = serde_json::to_value(run.head()).unwrap_or(Value::Null);
                self.is_the_same(&rows, &head);
            }
        }
    }

    fn chain_holds(&mut self) {
        let mut previous = String::new();
        for (record, seq) in self.left.records.iter().zip(1..) {
            if let Err(broken) = record.verify(&previous, seq) {
                self.broken("the chain holds", END, broken.to_string());
            }
            previous.clone_from(&record.hash);
        }
    }

    fn is_the_same(&mut self, rows: &BTreeMap<u32, Value>, head: &Value) {
        if *rows != self.left.rows {
            let differs = |index: &&u32| rows.get(*index) != self.left.rows.get(*index);
            let row = rows.keys().chain(self.left.rows.keys()).find(differs);
            self.broken(
                "the journal replays",
                END,
                format!("row {row:?} is stored otherwise than the journal gives it"),
            );
        }
        if *head != self.left.head {
            let message = format!("the head is stored as {} and the journal gives {head}", self.left.head);
            self.broken("the journal replays", END, message);
        }
    }
}
