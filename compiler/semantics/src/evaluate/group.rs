//! Groups as values.

use std::sync::Arc;

use super::Evaluator;
use crate::core::GroupBody;
use crate::model::{Group, Member};
use crate::queries::value::{Entity, entity_of};
use crate::types::DeclId;

impl Evaluator<'_> {
    pub(super) fn group(&mut self, id: &DeclId, body: &GroupBody) -> Option<Entity> {
        let mut members = Vec::new();
        for member in &body.members {
            let Entity::Service(service, _) = entity_of(self.db, &member.service) else { return None };
            members.push(Member { service: service.clone(), span: member.span, after: member.after.clone() });
        }
        let group = Group { name: id.name.clone(), span: self.named_at(), members };
        Some(Entity::Group(Arc::new(group)))
    }
}
