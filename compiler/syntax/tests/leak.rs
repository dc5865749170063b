//! Building parsers does not leak. Alone in its process, because it measures the process.

use diagnostics::FileId;

fn findings(text: &str) -> usize {
    syntax::parse(text, FileId(0)).diagnostics.len()
}

fn resident_pages() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux has it");
    statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("the second field is a number")
}

/// A parser that holds itself alive costs about 2 KiB a build; ten thousand builds would show.
#[test]
fn parsers_do_not_leak() {
    let text = "strategy s(p: List<Int>) { for w in p { w for 1s } }\nworkflow w() { run x() on failure { run = } }\n";
    (0..500).for_each(|_| assert!(findings(text) > 0));
    let before = resident_pages();
    (0..5_000).for_each(|_| assert!(findings(text) > 0));
    let grown = (resident_pages().saturating_sub(before)) * 4096;
    assert!(grown < 8 << 20, "{grown} bytes");
}
