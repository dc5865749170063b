//! Bugs planted in a copy of the machine are all found by the simulator, and without them it finds nothing.

use std::path::Path;

use xtask::planting::{BUGS, Planted};

#[test]
fn every_planted_bug_is_found() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are in the tree");
    let planted = Planted::build(root).unwrap_or_else(|why| panic!("{why}"));
    let sound = planted.simulate(0).unwrap_or_else(|why| panic!("{why}"));
    assert!(!sound.broken, "a rule is broken without any bug:\n{}", sound.said);
    for (index, bug) in BUGS.iter().enumerate() {
        let found = planted.simulate(index + 1).unwrap_or_else(|why| panic!("{why}"));
        assert!(found.broken, "\"{}\" is not found:\n{}", bug.what, found.said);
    }
}
