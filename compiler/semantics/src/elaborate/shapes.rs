//! What fixes write and take away: the shape of a value that is not there yet, a clause, an entry that is too much.

use diagnostics::{Applicability, Fix, Span};
use syntax::ast::{Fields, Range};

use super::Elaborator;
use super::names::listed;
use crate::core::Slot;
use crate::queries::signature::{Signature, signature_of};
use crate::types::Type;

/// How deep cases and records are filled.
pub(crate) const DEPTH_MAX: usize = 3;

impl Elaborator<'_> {
    /// A fix that writes these fields behind the ones that are there, if each of them has a shape.
    pub(super) fn filled(&self, fields: &Fields, missing: &[(&str, Type)]) -> Option<Fix> {
        let entries: Option<Vec<String>> =
            missing.iter().map(|(name, ty)| Some(format!("{name} = {}", self.shape(ty, DEPTH_MAX)?))).collect();
        let entries = entries?.join(", ");
        let (at, text) = match fields.list.last() {
            Some(last) => (last.value.range.end, format!(", {entries}")),
            None => (fields.range.start + 1, format!("\n  {entries}\n")),
        };
        let at: Span = self.span(Range::new(at, at));
        Some(Fix::replace(format!("write `{entries}`, to be filled in"), at, text, Applicability::Guess))
    }

    /// A fix that writes these clauses at the end of a body.
    pub(super) fn clauses_added(&self, body: Range, clauses: &[&str]) -> Fix {
        let at = self.span(Range::new(body.end.saturating_sub(1), body.end.saturating_sub(1)));
        let text = format!("\n  {}\n", clauses.join("\n  "));
        Fix::replace(format!("write {}", listed(clauses)), at, text, Applicability::Guess)
    }

    /// A fix that takes an entry out, with what separates it from the one before; nothing where more lies between.
    pub(super) fn entry_removed(&self, before: Range, entry: Range) -> Option<Fix> {
        let text = self.item.text(self.db);
        let between = text.get(before.end as usize..entry.start as usize)?;
        let plain = between.chars().all(|c| c.is_whitespace() || c == ',');
        let gone = self.span(Range::new(before.end, entry.end));
        plain.then(|| Fix::replace("remove it", gone, "", Applicability::Guess))
    }

    /// A value of that type, in the words of the language, records and cases filled so many levels deep; nothing where
    /// only its author can know one.
    pub(crate) fn shape(&self, ty: &Type, depth: usize) -> Option<String> {
        let left = depth.checked_sub(1)?;
        Some(match ty {
            Type::Int | Type::Count => "0".to_owned(),
            Type::String => "\"\"".to_owned(),
            Type::Bool => "false".to_owned(),
            Type::Duration => "1m".to_owned(),
            Type::Ratio => "1%".to_owned(),
            Type::Points => "1pp".to_owned(),
            Type::Factor => "1x".to_owned(),
            Type::Rate => "1 req/s".to_owned(),
            Type::Bytes => "1MiB".to_owned(),
            Type::List(_) => "[]".to_owned(),
            Type::Map(_) => "{}".to_owned(),
            Type::Optional(_) => "none".to_owned(),
            Type::Record(id) => {
                let Signature::Record { fields, .. } = signature_of(self.db, id) else { return None };
                let needed = fields.iter().filter(|slot| !slot.optional);
                let needed: Option<Vec<String>> =
                    needed.map(|slot| Some(format!("{} = {}", slot.name, self.shape(&slot.ty, left)?))).collect();
                format!("{{ {} }}", needed?.join(", "))
            }
            Type::Union(id) => {
                let Signature::Union { cases } = signature_of(self.db, id) else { return None };
                cases.iter().find_map(|(name, slots)| self.case(name, slots, left))?
            }
            Type::Money | Type::Digest | Type::PromQl | Type::Sql | Type::Date | Type::Time | Type::Window => {
                return None;
            }
            Type::Freeze | Type::Function(_) | Type::Secret(_) | Type::Range(_) | Type::Refined(_) => return None,
            Type::Environment | Type::Service | Type::Gate(_) | Type::Nothing | Type::Error => return None,
        })
    }

    fn case(&self, name: &str, slots: &[Slot], left: usize) -> Option<String> {
        let needed = slots.iter().filter(|slot| !slot.optional);
        let needed: Vec<String> = needed.map(|slot| self.shape(&slot.ty, left)).collect::<Option<_>>()?;
        Some(if needed.is_empty() { name.to_owned() } else { format!("{name}({})", needed.join(", ")) })
    }
}
