//! A share of requests as people write it, `0.2%`, kept exactly.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A share in millionths, 0 to 1 000 000: `0.2%` is 2 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Share {
    millionths: u32,
}

/// The whole, in millionths.
const WHOLE: u32 = 1_000_000;

/// The smallest share that can be written has this many decimals.
const DECIMALS: usize = 4;

/// Deals a share out evenly: of any number of requests in a row that share is hit, give or take one.
///
/// A die for each request would do worse by chance: one in three hundred of the example's canaries at 0.2% would look
/// so bad that its gate could not let it pass, and the example would show something else than it says.
#[derive(Debug)]
pub(crate) struct Dealer {
    share: Share,
    /// What is owed of the next hit, in millionths.
    owed: u32,
}

impl Dealer {
    /// Begins anywhere between two hits, so that the instances of a release do not fail in step.
    pub(crate) fn new(share: Share, dice: &mut fastrand::Rng) -> Self {
        Self { share, owed: dice.u32(0..WHOLE) }
    }

    /// Whether the next request is one of the share.
    pub(crate) fn hits(&mut self) -> bool {
        self.owed += self.share.millionths;
        let hit = self.owed >= WHOLE;
        self.owed -= if hit { WHOLE } else { 0 };
        hit
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || {
            format!(
                "`{text}` is not a share: write a percentage from 0% to 100% with at most {DECIMALS} decimals, like 0.2%"
            )
        };
        let number = text.strip_suffix('%').ok_or_else(bad)?;
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > DECIMALS {
            return Err(bad());
        }
        let millionths = format!("{whole}{decimals:0<DECIMALS$}").parse().map_err(|_| bad())?;
        if millionths <= WHOLE { Ok(Self { millionths }) } else { Err(bad()) }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_u32.pow(DECIMALS as u32);
        let decimals = format!("{:0DECIMALS$}", self.millionths % unit);
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{}%", self.millionths / unit),
            decimals => write!(f, "{}.{decimals}%", self.millionths / unit),
        }
    }
}

impl TryFrom<String> for Share {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Share> for String {
    fn from(share: Share) -> Self {
        share.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_exact_both_ways() {
        for (text, millionths) in [("0%", 0), ("0.2%", 2_000), ("0.0001%", 1), ("12.5%", 125_000), ("100%", WHOLE)] {
            let share: Share = text.parse().unwrap();
            assert_eq!((share.millionths, share.to_string().as_str()), (millionths, text));
        }
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for text in ["", "%", "1", "0.00001%", "100.1%", "-1%", "1e2%", ".5%", "99999999999%"] {
            assert!(text.parse::<Share>().unwrap_err().contains("is not a share"), "{text}");
        }
    }

    #[test]
    fn any_number_of_requests_is_hit_by_the_share_give_or_take_one() {
        for text in ["0%", "0.0001%", "0.2%", "12.5%", "99.9%", "100%"] {
            let share: Share = text.parse().unwrap();
            for seed in 0..50 {
                let mut dealer = Dealer::new(share, &mut fastrand::Rng::with_seed(seed));
                let mut hits = 0;
                for requests in 1..=2_000 {
                    hits += u64::from(dealer.hits());
                    let due = requests * u64::from(share.millionths);
                    assert!(hits * u64::from(WHOLE) < due + u64::from(WHOLE), "{text}: {hits} of {requests}");
                    assert!((hits + 1) * u64::from(WHOLE) > due, "{text}: {hits} of {requests}");
                }
            }
        }
    }
}
