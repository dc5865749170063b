//! Patterns: which arm a value chooses, and what its parts are called there.

use super::Evaluator;
use crate::core::{Core, CorePattern};
use crate::value::Value;

impl Evaluator<'_> {
    /// The arm that the value chooses.
    pub(super) fn when_expression(
        &mut self,
        of: &Core,
        arms: &[(CorePattern, Core)],
        otherwise: Option<&Core>,
    ) -> Value {
        let value = self.value(of);
        for (pattern, body) in arms {
            match self.has_case(of, &value, pattern) {
                Some(true) => return self.value(body),
                Some(false) => {}
                None => return Value::Error,
            }
        }
        otherwise.map_or(Value::Error, |body| self.value(body))
    }

    /// Whether the value has the case.
    pub(super) fn is(&mut self, of: &Core, pattern: &CorePattern) -> Value {
        let value = self.value(of);
        self.has_case(of, &value, pattern).map_or(Value::Error, Value::Bool)
    }

    /// Whether the value fits, its parts named; nothing where it is not known, which is reported.
    fn has_case(&mut self, of: &Core, value: &Value, pattern: &CorePattern) -> Option<bool> {
        match (pattern, value) {
            (CorePattern::Error, _) | (_, Value::Error) => None,
            (CorePattern::None, value) => Some(*value == Value::None),
            (CorePattern::Some(_), Value::None) => Some(false),
            (CorePattern::Some(name), value) => {
                if let Some(name) = name {
                    self.locals.insert(name.clone(), value.clone());
                }
                Some(true)
            }
            (CorePattern::Case(case, parts), Value::Case(_, known, fields)) => {
                if case != known {
                    return Some(false);
                }
                for (field, name) in parts {
                    let value = fields.get(field).cloned().unwrap_or(Value::Error);
                    self.locals.insert(name.clone(), value);
                }
                Some(true)
            }
            (CorePattern::Case(..), other) => {
                self.known(of.span, other);
                None
            }
        }
    }
}
