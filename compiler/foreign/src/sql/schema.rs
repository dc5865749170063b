//! What is known of a database: tables, columns, what is unique. Nothing is held for absent where something is unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::Effect;

/// The tables and views of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    tables: BTreeMap<String, Table>,
    /// There are no other tables.
    whole: bool,
}

/// What is known of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    columns: BTreeSet<String>,
    unique: BTreeSet<Vec<String>>,
    /// There are no other columns, and nothing else is unique.
    whole: bool,
}

impl Default for Schema {
    fn default() -> Self {
        Self { tables: BTreeMap::new(), whole: true }
    }
}

impl Schema {
    /// A schema of which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self { tables: BTreeMap::new(), whole: false }
    }

    /// The table, if it is known to exist.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// Whether the table is known not to exist.
    #[must_use]
    pub fn lacks(&self, name: &str) -> bool {
        self.whole && !self.tables.contains_key(name)
    }

    /// The tables that are known to exist.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    /// Changes the schema.
    pub fn apply(&mut self, effects: &[Effect]) {
        effects.iter().for_each(|effect| self.change(effect));
    }

    /// Adds what the changes bring, in whatever order, and takes nothing away: what is there before, during or after
    /// them.
    pub fn widen(&mut self, effects: &[Effect]) {
        effects.iter().for_each(|effect| self.widen_tables(effect));
        for effect in effects {
            match effect {
                Effect::AddColumn { .. } | Effect::Unique { .. } | Effect::Blurred { .. } => self.change(effect),
                Effect::AddTable { .. } | Effect::RenameTable { .. } | Effect::Anything => {}
                Effect::DropColumn { .. } | Effect::DropTable { .. } => {}
            }
        }
    }

    fn widen_tables(&mut self, effect: &Effect) {
        match effect {
            Effect::AddTable { .. } | Effect::Anything => self.change(effect),
            // Columns that are added to the one name are there under the other.
            Effect::RenameTable { table, to } => {
                for name in [table, to] {
                    self.tables.entry(name.clone()).or_insert_with(Table::unknown).whole = false;
                }
            }
            Effect::AddColumn { .. } | Effect::Unique { .. } | Effect::Blurred { .. } => {}
            Effect::DropColumn { .. } | Effect::DropTable { .. } => {}
        }
    }

    fn change(&mut self, effect: &Effect) {
        match effect {
            Effect::AddTable { table, columns, whole } => self.add(table, columns, *whole),
            Effect::AddColumn { table, column } => self.alter(table, |table| {
                table.columns.insert(column.clone());
            }),
            Effect::DropColumn { table, column } => self.alter(table, |table| {
                table.columns.remove(column);
                table.unique.retain(|key| !key.contains(column));
            }),
            Effect::DropTable { table } => {
                self.tables.remove(table);
            }
            Effect::RenameTable { table, to } => {
                let known = self.tables.remove(table).unwrap_or_else(Table::unknown);
                self.tables.insert(to.clone(), known);
            }
            Effect::Unique { table, columns } => {
                let mut key = columns.clone();
                key.sort();
                self.alter(table, |table| {
                    table.unique.insert(key);
                });
            }
            Effect::Blurred { table } => self.alter(table, |table| table.whole = false),
            Effect::Anything => {
                self.whole = false;
                self.tables.values_mut().for_each(|table| table.whole = false);
            }
        }
    }

    /// Two schemas of one database may each have a table of that name.
    fn add(&mut self, table: &str, columns: &[String], whole: bool) {
        let again = self.tables.contains_key(table);
        let known = self.tables.entry(table.to_owned()).or_insert_with(Table::empty);
        known.columns.extend(columns.iter().cloned());
        known.whole &= whole && !again;
    }

    /// Changes a table; one that is known not to exist does not come to be by that.
    fn alter(&mut self, table: &str, change: impl FnOnce(&mut Table)) {
        if !self.lacks(table) {
            change(self.tables.entry(table.to_owned()).or_insert_with(Table::unknown));
        }
    }
}

impl Table {
    fn empty() -> Self {
        Self { columns: BTreeSet::new(), unique: BTreeSet::new(), whole: true }
    }

    fn unknown() -> Self {
        Self { whole: false, ..Self::empty() }
    }

    /// Whether the column is known not to exist.
    #[must_use]
    pub fn lacks(&self, column: &str) -> bool {
        self.whole && !self.columns.contains(column)
    }

    /// The columns that are known to exist.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(String::as_str)
    }

    /// Whether two rows may have the same value of the column, as far as is known.
    #[must_use]
    pub fn repeats(&self, column: &str) -> bool {
        self.whole && self.columns.contains(column) && !self.unique.contains(&vec![column.to_owned()])
    }
}
