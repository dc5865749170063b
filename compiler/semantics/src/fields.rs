//! Named values, by name: the fields of records and cases, the entries of maps.

use std::fmt;

use smol_str::SmolStr;

use crate::value::Value;

/// Values by name. Most are few and never change, so they stand side by side in the order of their names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(SmolStr, Value)>);

impl Fields {
    /// No fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }

    /// The value of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.place(name).ok().map(|at| &self.0[at].1)
    }

    /// Whether there is a value of that name.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Sets a value; the one that it replaces.
    pub fn insert(&mut self, name: SmolStr, value: Value) -> Option<Value> {
        match self.place(&name) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (name, value));
                None
            }
        }
    }

    /// Takes a value out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.place(name).ok().map(|at| self.0.remove(at).1)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&SmolStr, &Value)> + ExactSizeIterator {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// The names, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &SmolStr> + ExactSizeIterator {
        self.0.iter().map(|(name, _)| name)
    }

    /// The values, in the order of their names.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.0.iter().map(|(_, value)| value)
    }

    /// The names alone.
    pub fn into_keys(self) -> impl Iterator<Item = SmolStr> {
        self.0.into_iter().map(|(name, _)| name)
    }

    /// The values alone.
    pub fn into_values(self) -> impl Iterator<Item = Value> {
        self.0.into_iter().map(|(_, value)| value)
    }

    /// The values, to be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Value> + ExactSizeIterator {
        self.0.iter_mut().map(|(_, value)| value)
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Of two values of one name the later counts.
impl FromIterator<(SmolStr, Value)> for Fields {
    fn from_iter<I: IntoIterator<Item = (SmolStr, Value)>>(fields: I) -> Self {
        let mut fields: Vec<(SmolStr, Value)> = fields.into_iter().collect();
        fields.reverse();
        fields.sort_by(|(one, _), (other, _)| one.cmp(other));
        fields.dedup_by(|(again, _), (first, _)| again == first);
        fields.shrink_to_fit();
        Self(fields)
    }
}

impl<const N: usize> From<[(SmolStr, Value); N]> for Fields {
    fn from(fields: [(SmolStr, Value); N]) -> Self {
        fields.into_iter().collect()
    }
}

impl Extend<(SmolStr, Value)> for Fields {
    fn extend<I: IntoIterator<Item = (SmolStr, Value)>>(&mut self, fields: I) {
        fields.into_iter().for_each(|(name, value)| drop(self.insert(name, value)));
    }
}

impl IntoIterator for Fields {
    type Item = (SmolStr, Value);
    type IntoIter = std::vec::IntoIter<(SmolStr, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'f> IntoIterator for &'f Fields {
    type Item = (&'f SmolStr, &'f Value);
    type IntoIter = std::iter::Map<std::slice::Iter<'f, (SmolStr, Value)>, fn(&'f (SmolStr, Value)) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(name, value)| (name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_of_one_name_counts() {
        let fields: Fields = [("b", 1), ("a", 2), ("b", 3)].map(|(name, n)| (name.into(), Value::Int(n))).into();
        assert_eq!(format!("{fields:?}"), r#"{"a": Int(2), "b": Int(3)}"#);
        assert_eq!((fields.get("b"), fields.get("c")), (Some(&Value::Int(3)), None));
    }
}
