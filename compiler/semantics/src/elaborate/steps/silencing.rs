//! Alerts that nobody gets while a step is done.

use syntax::ast::Silencing;

use super::Elaborator;
use crate::core::SilencingBody;
use crate::types::Type;

impl Elaborator<'_> {
    pub(super) fn silencing(&mut self, silencing: &Silencing) -> SilencingBody {
        let labels = Type::Map(Box::new(Type::String));
        SilencingBody {
            span: self.span(silencing.range),
            matching: self.expect(&silencing.matching, &labels, "`silencing`"),
            at_most: self.expect(&silencing.at_most, &Type::Duration, "`for at most`"),
        }
    }
}
