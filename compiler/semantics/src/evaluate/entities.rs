//! What is known of an environment or service by its name alone, so that nothing that leads back to it is evaluated.

use super::Evaluator;
use crate::core::Body;
use crate::queries::body::body_of;
use crate::queries::cycles::goes_round;
use crate::types::DeclId;
use crate::value::{Piece, Value};

impl Evaluator<'_> {
    pub(super) fn entity_field(&self, full: &str, field: &str) -> Value {
        let id = DeclId::of_full(full);
        match field {
            "name" => Value::Text(vec![Piece::Known(id.name)]),
            "protected" => Value::Bool(self.is_protected(id)),
            _ => Value::Error,
        }
    }

    /// An environment is protected when it says so, or one that it extends does.
    fn is_protected(&self, mut id: DeclId) -> bool {
        loop {
            if goes_round(self.db, &id) {
                return false;
            }
            let Body::Environment(body) = body_of(self.db, &id) else { return false };
            match (&body.extends, body.protected) {
                (_, true) => return true,
                (Some(base), false) => id = base.clone(),
                (None, false) => return false,
            }
        }
    }
}
