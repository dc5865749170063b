//! The schema in the reference is the one that the types have.

use std::path::Path;

/// `BLESS=1` writes the schema of today into the reference.
#[test]
fn the_reference_has_the_schema_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/plan.schema.json");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, plan::schema::text()).expect("the reference can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == plan::schema::text(),
        "docs/reference/plan.schema.json is not current: run this test with BLESS=1"
    );
}
