//! PostgreSQL's statements, from the tree of `squawk-syntax`.

use std::ops::Range;

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::ast::AstNode;
use squawk_syntax::{SourceFile, SyntaxNode};

use super::{Effect, Mention, Statement};
use crate::Fault;

/// All statements of the text, and what cannot be read.
pub(super) fn parse(text: &str) -> (Vec<Statement>, Vec<Fault>) {
    let parse = SourceFile::parse(text);
    let faults = parse.errors().into_iter().map(|error| {
        let range = usize::from(error.range().start())..usize::from(error.range().end());
        let expected = error.message();
        let left = left_over(text, &range).filter(|_| expected.starts_with("expected command"));
        let message = left.unwrap_or_else(|| lowered(expected));
        Fault::at(range, message)
    });
    let faults = faults.collect();
    let statements = parse.tree().syntax().children().map(|node| statement(&node)).collect();
    (statements, faults)
}

/// What stands behind the end of a statement: for the parser another one begins there.
fn left_over(text: &str, at: &Range<usize>) -> Option<String> {
    let (before, rest) = text.split_at_checked(at.start)?;
    let ended = before.trim_end();
    if ended.is_empty() || ended.ends_with(';') {
        return None;
    }
    let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    Some(format!("the statement ends before `{word}`")).filter(|_| !word.is_empty())
}

/// The clauses of an `UPDATE` besides its assignments.
pub(super) fn update_clauses(text: &str) -> Vec<&'static str> {
    let tree = crate::limits::with_stack(|| SourceFile::parse(text).tree());
    let clauses = tree.syntax().children().flat_map(|statement| statement.children().collect::<Vec<_>>());
    let clauses = clauses.filter_map(|clause| match clause.kind() {
        K::FROM_CLAUSE => Some("FROM"),
        K::WHERE_CLAUSE => Some("WHERE"),
        K::WHERE_CURRENT_OF => Some("WHERE CURRENT OF"),
        K::RETURNING_CLAUSE => Some("RETURNING"),
        _ => None,
    });
    clauses.collect()
}

/// The parser's message as a part of a sentence, with its names of tokens as people write them.
fn lowered(message: &str) -> String {
    let word = |word: &str| match word.strip_suffix("_KW") {
        Some(keyword) => format!("`{keyword}`"),
        None if word == "EOF" => "the end".to_owned(),
        None if word == "command," => "a statement,".to_owned(),
        None => word.to_owned(),
    };
    let message = message.split(' ').map(word).collect::<Vec<_>>().join(" ");
    let mut chars = message.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn statement(node: &SyntaxNode) -> Statement {
    let mut it = Reader { out: Statement::default() };
    match node.kind() {
        K::CREATE_TABLE => it.create_table(node),
        K::CREATE_TABLE_AS | K::CREATE_VIEW | K::CREATE_MATERIALIZED_VIEW | K::CREATE_FOREIGN_TABLE => it.opaque(node),
        K::SELECT_INTO | K::DO | K::CALL | K::EXECUTE => it.out.effects.push(Effect::Anything),
        K::ALTER_TABLE => it.alter_table(node),
        K::CREATE_INDEX => it.create_index(node),
        K::DROP_TABLE | K::DROP_VIEW | K::DROP_MATERIALIZED_VIEW => it.drop(node),
        K::UPDATE | K::DELETE => it.changes(node),
        K::INSERT => it.insert(node),
        _ => {}
    }
    it.out
}

struct Reader {
    out: Statement,
}

impl Reader {
    fn create_table(&mut self, node: &SyntaxNode) {
        let Some(table) = child(node, K::TABLE_NAME).and_then(|name| last_segment(&name)) else { return };
        let arguments = child(node, K::TABLE_ARG_LIST);
        let columns = arguments.iter().flat_map(|list| list.children()).filter(|it| it.kind() == K::COLUMN);
        let columns: Vec<SyntaxNode> = columns.collect();
        let named = columns.iter().filter_map(|column| child(column, K::COLUMN_NAME)).map(|name| text(&name)).collect();
        let elsewhere = [K::INHERITS, K::PARTITION_OF, K::OF_TYPE, K::LIKE_CLAUSE];
        let whole = arguments.is_some() && !node.descendants().any(|it| elsewhere.contains(&it.kind()));
        self.out.effects.push(Effect::AddTable { table: table.clone(), columns: named, whole });
        for column in &columns {
            self.column_keys(&table, column);
        }
        let constraints = arguments.iter().flat_map(|list| list.children());
        constraints.for_each(|constraint| self.table_key(&table, &constraint));
    }

    /// `id bigint PRIMARY KEY`
    fn column_keys(&mut self, table: &str, column: &SyntaxNode) {
        let is_key = column.children().any(|it| matches!(it.kind(), K::PRIMARY_KEY_CONSTRAINT | K::UNIQUE_CONSTRAINT));
        if let (true, Some(name)) = (is_key, child(column, K::COLUMN_NAME)) {
            self.out.effects.push(Effect::Unique { table: table.to_owned(), columns: vec![text(&name)] });
        }
    }

    /// `UNIQUE (a, b)`
    fn table_key(&mut self, table: &str, constraint: &SyntaxNode) {
        if !matches!(constraint.kind(), K::PRIMARY_KEY_CONSTRAINT | K::UNIQUE_CONSTRAINT) {
            return;
        }
        let named = constraint.descendants().find(|it| it.kind() == K::CONSTRAINT_COLUMN_REF_LIST);
        match named {
            Some(list) => {
                let columns = list.children().filter(|it| it.kind() == K::COLUMN_NAME_REF).map(|name| text(&name));
                self.out.effects.push(Effect::Unique { table: table.to_owned(), columns: columns.collect() });
            }
            // `USING INDEX`
            None => self.out.effects.push(Effect::Blurred { table: table.to_owned() }),
        }
    }

    /// A relation whose columns are made of others.
    fn opaque(&mut self, node: &SyntaxNode) {
        let name = node.children().find(|it| matches!(it.kind(), K::TABLE_NAME | K::VIEW));
        match name.and_then(|name| last_segment(&name)) {
            Some(table) => self.out.effects.push(Effect::AddTable { table, columns: Vec::new(), whole: false }),
            None => self.out.effects.push(Effect::Anything),
        }
    }

    fn alter_table(&mut self, node: &SyntaxNode) {
        let Some(relation) = child(node, K::TABLE_RELATION_NAME) else { return };
        let Some(table) = self.mention(&relation) else { return };
        for action in node.children().filter(|it| it.kind() != K::TABLE_RELATION_NAME) {
            self.action(&table, &action);
        }
    }

    fn action(&mut self, table: &str, action: &SyntaxNode) {
        let column = |kind| child(action, kind).map(|name| text(&name));
        let owned = table.to_owned();
        match action.kind() {
            K::ADD_COLUMN => {
                if let Some(column) = column(K::COLUMN_NAME) {
                    self.out.effects.push(Effect::AddColumn { table: owned, column });
                    self.column_keys(table, action);
                }
            }
            K::DROP_COLUMN => {
                self.columns(table, action);
                if let Some(column) = column(K::COLUMN_NAME_REF) {
                    self.out.effects.push(Effect::DropColumn { table: owned, column });
                }
            }
            K::RENAME_COLUMN => {
                self.columns(table, action);
                if let (Some(old), Some(new)) = (column(K::COLUMN_NAME_REF), column(K::COLUMN_NAME)) {
                    self.out.effects.push(Effect::AddColumn { table: owned.clone(), column: new });
                    self.out.effects.push(Effect::DropColumn { table: owned, column: old });
                }
            }
            K::TABLE_RENAME_TO => match child(action, K::TABLE_NAME).and_then(|name| last_segment(&name)) {
                Some(to) => self.out.effects.push(Effect::RenameTable { table: owned, to }),
                None => self.out.effects.push(Effect::Anything),
            },
            K::ADD_CONSTRAINT => {
                self.columns(table, action);
                action.children().for_each(|constraint| self.table_key(table, &constraint));
            }
            K::ALTER_COLUMN => self.columns(table, action),
            K::INHERIT_TABLE | K::ATTACH_PARTITION | K::NO_INHERIT_TABLE | K::DETACH_PARTITION | K::OF_TYPE => {
                self.out.effects.push(Effect::Blurred { table: owned });
            }
            _ => {}
        }
    }

    fn create_index(&mut self, node: &SyntaxNode) {
        let Some(relation) = child(node, K::TABLE_RELATION_NAME) else { return };
        let Some(table) = self.mention(&relation) else { return };
        let before = self.out.mentions.len();
        for part in node.children().filter(|it| matches!(it.kind(), K::PARTITION_ITEM_LIST | K::WHERE_CLAUSE)) {
            self.columns(&table, &part);
        }
        let unique = node.children_with_tokens().any(|it| it.kind() == K::UNIQUE_KW);
        let partial = child(node, K::WHERE_CLAUSE).is_some();
        let plain = child(node, K::PARTITION_ITEM_LIST)
            .is_some_and(|list| list.children().all(|item| item.children().all(|it| it.kind() == K::NAME_REF)));
        if unique && !partial && plain {
            let columns = self.out.mentions[before..].iter().filter_map(|it| it.column.clone()).collect();
            self.out.effects.push(Effect::Unique { table, columns });
        }
    }

    fn drop(&mut self, node: &SyntaxNode) {
        let tolerant = child(node, K::IF_EXISTS).is_some();
        for name in node.children() {
            let Some(table) = last_segment(&name) else { continue };
            if !tolerant {
                self.mention(&name);
            }
            self.out.effects.push(Effect::DropTable { table });
        }
    }

    /// `UPDATE` and `DELETE`: with other tables beside it, a bare name may be of any of them.
    fn changes(&mut self, node: &SyntaxNode) {
        let Some(relation) = child(node, K::RELATION_NAME) else { return };
        let Some(table) = self.mention(&relation) else { return };
        let others = [K::FROM_CLAUSE, K::USING_CLAUSE, K::WITH_CLAUSE];
        if node.children().any(|it| others.contains(&it.kind())) {
            return;
        }
        for part in node.children().filter(|it| matches!(it.kind(), K::SET_CLAUSE | K::WHERE_CLAUSE)) {
            self.columns(&table, &part);
        }
    }

    fn insert(&mut self, node: &SyntaxNode) {
        let Some(relation) = child(node, K::RELATION_NAME_REF) else { return };
        let Some(table) = self.mention(&relation) else { return };
        if let Some(targets) = child(node, K::COLUMN_TARGET_LIST) {
            self.columns(&table, &targets);
        }
    }

    fn mention(&mut self, relation: &SyntaxNode) -> Option<String> {
        let table = last_segment(relation)?;
        let range = segments(relation).last().map(|it| range(&it))?;
        self.out.mentions.push(Mention { table: table.clone(), column: None, range });
        Some(table)
    }

    /// Columns that are named below `node` and can only be those of `table`.
    fn columns(&mut self, table: &str, node: &SyntaxNode) {
        for child in node.children() {
            match child.kind() {
                // Inside, names may be those of other tables.
                K::SELECT | K::PAREN_SELECT | K::COMPOUND_SELECT | K::WITH_CLAUSE | K::FOREIGN_KEY_COLUMN_LIST => {}
                K::FIELD_EXPR => self.qualified(table, &child),
                K::COLUMN_NAME_REF => self.column(table, &child),
                K::NAME_REF if is_column(&child, table) => self.column(table, &child),
                _ => self.columns(table, &child),
            }
        }
    }

    fn qualified(&mut self, table: &str, node: &SyntaxNode) {
        let names: Vec<SyntaxNode> = node.children().collect();
        if let [owner, column] = names.as_slice()
            && owner.kind() == K::NAME_REF
            && text(owner) == table
        {
            self.column(table, column);
        }
    }

    fn column(&mut self, table: &str, node: &SyntaxNode) {
        let column = text(node);
        if SYSTEM_COLUMNS.contains(&column.as_str()) {
            return;
        }
        self.out.mentions.push(Mention { table: table.to_owned(), column: Some(column), range: range(node) });
    }
}

/// Columns that every table has.
const SYSTEM_COLUMNS: &[&str] = &["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"];

/// Whether the name can only be a column: no function, no value of the session, not the row itself.
fn is_column(node: &SyntaxNode, table: &str) -> bool {
    let called = node.parent().is_some_and(|parent| {
        parent.kind() == K::CALL_EXPR && parent.first_child().is_some_and(|first| first == *node)
    });
    let plain = node.first_token().is_some_and(|token| matches!(token.kind(), K::IDENT | K::NAME_KW | K::TYPE_KW));
    plain && !called && text(node) != table
}

fn child(node: &SyntaxNode, kind: K) -> Option<SyntaxNode> {
    node.children().find(|it| it.kind() == kind)
}

fn segments(node: &SyntaxNode) -> impl Iterator<Item = SyntaxNode> {
    node.descendants().filter(|it| matches!(it.kind(), K::PATH_SEGMENT | K::PATH_SEGMENT_REF))
}

/// The name of a relation without its schema.
fn last_segment(node: &SyntaxNode) -> Option<String> {
    segments(node).last().map(|it| text(&it))
}

/// A name as the catalogue holds it.
fn text(node: &SyntaxNode) -> String {
    let written = node.text().to_string();
    let written = written.trim();
    match written.strip_prefix('"').and_then(|inside| inside.strip_suffix('"')) {
        Some(inside) => inside.replace("\"\"", "\""),
        None => written.to_lowercase(),
    }
}

fn range(node: &SyntaxNode) -> std::ops::Range<usize> {
    usize::from(node.text_range().start())..usize::from(node.text_range().end())
}
