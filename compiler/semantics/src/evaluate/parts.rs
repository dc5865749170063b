//! Why a condition does not hold: the values of its parts, in the words of the source.

use smol_str::SmolStr;
use syntax::ast::{BinaryOp, UnaryOp};

use super::{Evaluator, display};
use crate::core::{Core, CoreKind};
use crate::methods::Method;
use crate::queries::place::file_of;
use crate::value::Value;

/// More parts than anyone reads.
const PARTS_MAX: usize = 8;
/// Characters of one part that are shown.
const TEXT_MAX: usize = 60;

impl Evaluator<'_> {
    /// `s.weight` is 25 %, `s.guard` is none: what decided that the condition does not hold.
    pub(super) fn parts(&mut self, condition: &Core) -> Vec<String> {
        let reported = self.diagnostics.len();
        let mut parts = Vec::new();
        self.decided(condition, &mut parts);
        // What can go wrong was said when the condition was evaluated.
        self.diagnostics.truncate(reported);
        let mut seen = std::collections::BTreeSet::new();
        parts.retain(|part: &String| seen.insert(part.clone()));
        parts.truncate(PARTS_MAX);
        parts
    }

    fn decided(&mut self, condition: &Core, parts: &mut Vec<String>) {
        match &condition.kind {
            CoreKind::Binary(BinaryOp::And, left, right) => {
                for side in [left, right] {
                    if self.value(side) == Value::Bool(false) {
                        self.decided(side, parts);
                    }
                }
            }
            CoreKind::Binary(BinaryOp::Or, left, right) => {
                [left, right].into_iter().for_each(|it| self.decided(it, parts))
            }
            CoreKind::Unary(UnaryOp::Not, of) => self.decided(of, parts),
            CoreKind::Binary(_, left, right) => [left, right].into_iter().for_each(|it| self.part(it, parts)),
            CoreKind::If(chosen, then, otherwise) => {
                self.decided(chosen, parts);
                let side = if self.value(chosen) == Value::Bool(true) { then } else { otherwise };
                self.decided(side, parts);
            }
            CoreKind::Method(Method::All, list, args) => match args.as_slice() {
                [Core { kind: CoreKind::Lambda(params, body), .. }] if params.len() == 1 => {
                    self.of_the_first_that_fails(list, &params[0], body, parts);
                }
                _ => self.part(condition, parts),
            },
            _ => self.part(condition, parts),
        }
    }

    /// Which element does not hold, and why.
    fn of_the_first_that_fails(&mut self, list: &Core, param: &SmolStr, body: &Core, parts: &mut Vec<String>) {
        let Value::List(elements) = self.value(list) else { return };
        let (number, outer) = (elements.len(), self.locals.get(param).cloned());
        for (place, element) in elements.into_iter().enumerate() {
            self.locals.insert(param.clone(), element);
            if self.value(body) == Value::Bool(false) {
                let of = self.written(list).unwrap_or_default();
                parts.push(format!("`{param}` is number {} of {number} in `{of}`", place + 1));
                self.decided(body, parts);
                break;
            }
        }
        match outer {
            Some(value) => self.locals.insert(param.clone(), value),
            None => self.locals.remove(param),
        };
    }

    fn part(&mut self, core: &Core, parts: &mut Vec<String>) {
        if matches!(core.kind, CoreKind::Constant(_) | CoreKind::Case(..)) {
            return;
        }
        let value = self.value(core);
        if let (Some(text), Some(shown)) = (self.written(core), display::shown(&value)) {
            parts.push(format!("`{text}` is {shown}"));
        }
    }

    /// The part as it is written, if it stands in the declaration at hand.
    fn written(&self, core: &Core) -> Option<SmolStr> {
        if core.span.file != file_of(self.item) {
            return None;
        }
        let text = self.item.text(self.db).get(core.span.start as usize..core.span.end as usize)?;
        let words: Vec<&str> = text.split_whitespace().collect();
        Some(shortened(&words.join(" ")))
    }
}

fn shortened(text: &str) -> SmolStr {
    match text.char_indices().nth(TEXT_MAX) {
        Some((end, _)) => smol_str::format_smolstr!("{}…", &text[..end]),
        None => text.into(),
    }
}
