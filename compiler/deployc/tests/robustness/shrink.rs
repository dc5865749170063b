//! Makes an input that fails smaller, as long as it still fails.

/// The smallest of what is left after taking out ever smaller parts.
pub(crate) fn shrunk(input: &[u8], fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut smallest = input.to_vec();
    let mut part = smallest.len() / 2;
    while part > 0 {
        let mut at = 0;
        while at < smallest.len() {
            let mut without = smallest.clone();
            without.drain(at..(at + part).min(smallest.len()));
            if fails(&without) {
                smallest = without;
            } else {
                at += part;
            }
        }
        part /= 2;
    }
    smallest
}

#[test]
fn only_what_makes_it_fail_is_left() {
    let fails = |bytes: &[u8]| bytes.contains(&b'x') && bytes.contains(&b'y');
    assert_eq!(shrunk(b"aaaaaxbbbbbbbbbbbycc", fails), b"xy");
}
