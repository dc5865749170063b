//! Keys in a plan: the source's own names, told apart by a number only where two things share one.

use std::collections::BTreeMap;

use diagnostics::Span;

/// Gives each use of a name its own key: `5%`, `5%#2`, `5%#3`.
#[derive(Default)]
pub(crate) struct Repeats(BTreeMap<String, u32>);

impl Repeats {
    /// The key that the next use of `name` will have.
    pub(crate) fn next(&self, name: &str) -> String {
        match self.0.get(name) {
            None => name.to_owned(),
            Some(uses) => format!("{name}#{}", uses + 1),
        }
    }

    /// The key for one more use of `name`.
    pub(crate) fn tell_apart(&mut self, name: &str) -> String {
        let uses = self.0.entry(name.to_owned()).or_default();
        *uses += 1;
        match *uses {
            1 => name.to_owned(),
            number => format!("{name}#{number}"),
        }
    }
}

/// Keys of declarations: one declaration has one key, also when another module declares the same name.
#[derive(Default)]
pub(crate) struct Declared {
    keys: BTreeMap<Span, String>,
    names: Repeats,
}

impl Declared {
    /// The key of the declaration at `span`, and whether it is new.
    pub(crate) fn key(&mut self, name: &str, span: Span) -> (String, bool) {
        if let Some(key) = self.keys.get(&span) {
            return (key.clone(), false);
        }
        let key = self.names.tell_apart(name);
        self.keys.insert(span, key.clone());
        (key, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::FileId;

    #[test]
    fn a_name_is_numbered_only_when_it_repeats() {
        let mut names = Repeats::default();
        assert_eq!([names.tell_apart("5%"), names.tell_apart("9%"), names.tell_apart("5%")], ["5%", "9%", "5%#2"]);
    }

    #[test]
    fn one_declaration_keeps_one_key() {
        let (here, there) = (Span::new(FileId(0), 1, 4), Span::new(FileId(1), 1, 4));
        let mut keys = Declared::default();
        assert_eq!(keys.key("shop", here), ("shop".to_owned(), true));
        assert_eq!(keys.key("shop", there), ("shop#2".to_owned(), true));
        assert_eq!(keys.key("shop", here), ("shop".to_owned(), false));
    }
}
