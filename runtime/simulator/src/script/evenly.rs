//! Values without chance: the requests of a release take their places in its distribution as the sequence of van der Corput
//! goes (1935, base 2), so that any number of them in a row is spread as the distribution says, to a few requests.

/// Digits of a place.
const BITS: u32 = 40;

/// The whole, of which places are parts.
pub(super) const ONE: u64 = 1 << BITS;

/// How many of the first `n` requests have a place below `share` of [`ONE`]. `n` is below 2^40.
pub(super) fn below(n: u64, share: u64) -> u64 {
    if share >= ONE {
        return n;
    }
    let (mut count, mut offset) = (0, 0);
    // The first `n` numbers are blocks, one for each binary digit that is set: the digits above are fixed, those below are free.
    for digit in (0..BITS).rev().filter(|digit| n >> digit & 1 == 1) {
        let apart = ONE >> digit;
        count += share.saturating_sub(offset).div_ceil(apart).min(1 << digit);
        offset += apart / 2;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(number: u64) -> u64 {
        number.reverse_bits() >> (64 - BITS)
    }

    #[test]
    fn counting_agrees_with_the_sequence_itself() {
        for n in [0, 1, 2, 3, 7, 100, 1_023, 1_024, 1_500] {
            for share in [0, 1, ONE / 3, ONE / 2, ONE / 20 * 19, ONE - 1, ONE] {
                let one_by_one = (0..n).filter(|number| place(*number) < share).count() as u64;
                assert_eq!(below(n, share), one_by_one, "{n} {share}");
            }
        }
    }

    #[test]
    fn any_stretch_is_spread_as_the_whole() {
        for from in [0, 17, 100_000] {
            let slow = below(from + 10_000, ONE / 20) - below(from, ONE / 20);
            assert!((490..=510).contains(&slow), "{slow}");
        }
    }
}
