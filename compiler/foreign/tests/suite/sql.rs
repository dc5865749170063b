//! Schema files and statements as people write them, for each kind of database.

use foreign::sql::{BackfillPart, Dialect, Effect, Schema, Statement, backfill, schema, statement};

const LEDGER: &str = "\\restrict token
CREATE TABLE public.charges (
    id bigint NOT NULL,
    amount bigint NOT NULL,
    \"Odd Name\" text
);
ALTER TABLE ONLY public.charges ADD CONSTRAINT charges_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX amounts ON charges (amount) WHERE amount > 0;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.amount := 1; RETURN NEW; END $$;
";

fn read(dialect: Dialect, text: &str) -> Schema {
    let (schema, faults) = schema(dialect, text);
    assert_eq!(faults, []);
    schema
}

fn mentioned(statement: &Statement) -> Vec<String> {
    let full = |it: &foreign::sql::Mention| match &it.column {
        Some(column) => format!("{}.{column}", it.table),
        None => it.table.clone(),
    };
    statement.mentions.iter().map(full).collect()
}

#[test]
fn a_dump_of_postgres_is_read() {
    let schema = read(Dialect::Postgres, LEDGER);
    let charges = schema.table("charges").expect("it is declared");
    assert_eq!(charges.columns().collect::<Vec<_>>(), ["Odd Name", "amount", "id"]);
    assert!(charges.lacks("amout") && !charges.lacks("id") && schema.lacks("charge"));
    assert!(!charges.repeats("id") && charges.repeats("amount"), "a partial index makes nothing unique");
}

#[test]
fn what_cannot_be_read_makes_nothing_absent() {
    let (unread, faults) = schema(Dialect::Postgres, "CREATE TABLE a (id int);\nCREATE GIBBERISH;\n");
    assert!(!faults.is_empty() && faults[0].range.clone().is_some_and(|range| range.start >= 24), "{faults:?}");
    assert!(!unread.lacks("b") && !unread.table("a").is_some_and(|a| a.lacks("c") || a.repeats("id")));
    for text in ["CREATE TABLE b (LIKE a);", "CREATE TABLE b AS SELECT 1 AS x;", "CREATE VIEW b AS SELECT 1 AS x;"] {
        let schema = read(Dialect::Postgres, text);
        assert!(schema.table("b").is_some_and(|b| !b.lacks("y")), "{text}");
    }
    assert!(!read(Dialect::Postgres, "DO $$ BEGIN EXECUTE 'x'; END $$;").lacks("b"));
}

#[test]
fn statements_name_their_tables_and_columns() {
    let table = [
        ("ALTER TABLE charges ADD COLUMN provider text", "charges"),
        ("ALTER TABLE charges ADD CONSTRAINT p CHECK (provider IS NOT NULL) NOT VALID", "charges charges.provider"),
        ("ALTER TABLE charges VALIDATE CONSTRAINT p", "charges"),
        ("ALTER TABLE charges ALTER COLUMN provider SET NOT NULL", "charges charges.provider"),
        ("ALTER TABLE charges DROP COLUMN a, RENAME COLUMN b TO c", "charges charges.a charges.b"),
        ("CREATE INDEX CONCURRENTLY i ON charges (a, lower(b)) WHERE c > 1", "charges charges.a charges.b charges.c"),
        (
            "UPDATE charges SET a = upper(charges.b) WHERE c IN (SELECT d FROM e)",
            "charges charges.a charges.b charges.c",
        ),
        ("UPDATE charges SET a = other.b FROM other WHERE c = 1", "charges"),
        ("DELETE FROM charges WHERE a = CURRENT_DATE AND ctid IS NULL", "charges charges.a"),
        ("INSERT INTO charges (a, \"B\") VALUES (1, 2) ON CONFLICT DO NOTHING", "charges charges.a charges.B"),
        ("DROP TABLE a, public.b", "a b"),
        ("DROP TABLE IF EXISTS a", ""),
        ("SET lock_timeout = '2s'", ""),
        ("SELECT a FROM b", ""),
    ];
    for (text, expected) in table {
        let read = statement(Dialect::Postgres, text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        assert_eq!(mentioned(&read).join(" "), expected, "{text}");
        for mention in &read.mentions {
            let name = mention.column.as_ref().unwrap_or(&mention.table);
            assert_eq!(text[mention.range.clone()].trim_matches('"'), name, "{text}");
        }
    }
}

#[test]
fn statements_change_the_schema() {
    let mut known = read(Dialect::Postgres, LEDGER);
    let changes = [
        "ALTER TABLE charges ADD COLUMN provider text UNIQUE",
        "ALTER TABLE charges RENAME COLUMN amount TO cents",
        "ALTER TABLE charges RENAME TO payments",
    ];
    let before = known.clone();
    for text in changes {
        known.apply(&statement(Dialect::Postgres, text).expect(text).effects);
    }
    let payments = known.table("payments").expect("it was renamed");
    assert!(known.lacks("charges") && payments.lacks("amount") && !payments.lacks("cents"));
    assert!(!payments.repeats("provider"));
    let mut wide = before.clone();
    let effects = |text: &str| statement(Dialect::Postgres, text).expect(text).effects;
    wide.widen(&[effects("ALTER TABLE new ADD COLUMN b int"), effects("CREATE TABLE new (a int)")].concat());
    assert!(wide.table("new").is_some_and(|it| it.lacks("c") && !it.lacks("b")), "in whatever order");
    wide.widen(&effects("ALTER TABLE gone ADD COLUMN b int"));
    assert!(wide.lacks("gone"), "a table that is not there does not come to be");
    let mut wide = before;
    for text in changes {
        wide.widen(&statement(Dialect::Postgres, text).expect(text).effects);
    }
    assert!(wide.table("charges").is_some_and(|it| !it.lacks("amount") && !it.lacks("cents")));
}

#[test]
fn errors_stand_where_the_parser_stumbles() {
    let table = [
        (Dialect::Postgres, "ALTER TABLE charges ADD COLUM provider text NUL", 0),
        (Dialect::Postgres, "UPDATE charges SET WHERE", 18),
        (Dialect::Sqlite, "ALTER TABLE charges FROB x", 20),
        (Dialect::Mysql, "UPDATE charges SET = 1", 19),
    ];
    for (dialect, text, at) in table {
        let fault = statement(dialect, text).expect_err(text);
        assert!(
            fault.range.clone().is_some_and(|range| range.start >= at && range.end <= text.len()),
            "{text}: {fault:?}"
        );
    }
    for text in ["", "-- nothing", "SELECT 1; SELECT 2"] {
        assert!(statement(Dialect::Postgres, text).is_err_and(|fault| fault.range.is_none()), "{text}");
    }
}

#[test]
fn a_backfill_has_two_parts() {
    let read = |set, filter| backfill(Dialect::Postgres, "charges", set, filter);
    let mentions = read("provider = 'legacy'", Some("provider IS NULL AND amount > 1")).expect("it is sound");
    let found: Vec<_> = mentions.iter().map(|(part, it)| (*part, it.column.as_deref(), it.range.start)).collect();
    let (set, filter) = (BackfillPart::Set, BackfillPart::Where);
    assert_eq!(found, [(set, Some("provider"), 0), (filter, Some("provider"), 0), (filter, Some("amount"), 21)]);
    for (set, filter, part) in [
        ("provider = 'x' WHERE id = 1", None, BackfillPart::Set),
        ("provider = 'x' RETURNING id", None, BackfillPart::Set),
        ("provider = 'x'; DROP TABLE charges", None, BackfillPart::Set),
        ("provider", None, BackfillPart::Set),
        ("provider = 'x'", Some("id = 1 RETURNING id"), BackfillPart::Where),
        ("provider = 'x'", Some("id ="), BackfillPart::Where),
    ] {
        assert!(read(set, filter).is_err_and(|(found, _)| found == part), "{set} {filter:?}");
    }
    assert!(backfill(Dialect::Mysql, "charges", "a = 1", Some("b IS NULL")).is_ok());
    assert!(backfill(Dialect::Mysql, "charges", "a = 1 LIMIT 3", None).is_err());
}

#[test]
fn sqlite_and_mysql_are_read() {
    let text = "CREATE TABLE Charges (id INTEGER PRIMARY KEY AUTOINCREMENT, Amount INT NOT NULL);";
    let lite = read(Dialect::Sqlite, text);
    assert!(lite.table("charges").is_some_and(|it| it.lacks("amout") && !it.lacks("amount") && !it.repeats("id")));
    let text =
        "CREATE TABLE `charges` (`id` bigint NOT NULL AUTO_INCREMENT, `a` int, PRIMARY KEY (`id`)) ENGINE=InnoDB;";
    let my = read(Dialect::Mysql, text);
    assert!(my.table("charges").is_some_and(|it| it.lacks("b") && !it.repeats("id") && it.repeats("a")));
    let read = statement(Dialect::Mysql, "ALTER TABLE charges DROP COLUMN a").expect("it is read");
    assert_eq!(mentioned(&read).join(" "), "charges charges.a");
    assert_eq!(read.effects, [Effect::DropColumn { table: "charges".to_owned(), column: "a".to_owned() }]);
}

#[test]
fn depth_and_size_are_limited_before_a_parser_runs() {
    let parens = format!("SELECT {}1{}", "(".repeat(30_000), ")".repeat(30_000));
    let quoted = format!("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT {}1'", "(".repeat(30_000));
    let texts = [
        parens,
        quoted,
        format!("SELECT {} 1", "NOT ".repeat(15_000)),
        format!("SELECT {}1", "- ".repeat(30_000)),
        format!("SELECT 1{}", "+1".repeat(30_000)),
        format!("SELECT {} 1", "CASE WHEN ".repeat(5_000)),
        format!("SELECT 1{}", " UNION SELECT 1".repeat(4_000)),
        "x".repeat(1 << 20),
    ];
    for text in texts {
        for dialect in [Dialect::Postgres, Dialect::Sqlite, Dialect::Mysql] {
            assert!(statement(dialect, &text).is_err(), "{dialect:?}: {}", &text[..40]);
        }
    }
    let deepest = format!("SELECT {}1{}", "(".repeat(250), ")".repeat(250));
    assert!(statement(Dialect::Postgres, &deepest).is_ok());
    let wide = format!("INSERT INTO t (a) VALUES {}(1)", "(1), ".repeat(5_000));
    assert!(statement(Dialect::Postgres, &wide).is_ok());
}

mod anything {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn is_survived(text in "\\PC{0,60}", sql in "(ALTER |TABLE |a |\"|'|\\$\\$|\\(|\\)|,|;|ADD |COLUMN |x |CHECK |=|é|--|/\\*){0,20}") {
            for dialect in [Dialect::Postgres, Dialect::Sqlite, Dialect::Mysql] {
                for text in [&text, &sql] {
                    let fault = statement(dialect, text).err();
                    let inside = fault.and_then(|it| it.range).is_none_or(|range| range.start <= range.end);
                    prop_assert!(inside);
                    let _ = schema(dialect, text);
                    let _ = backfill(dialect, text, text, Some(text));
                    let _ = foreign::promql::query(text);
                }
            }
        }
    }
}
