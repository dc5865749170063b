//! Every single fault at every instant of every plan, and pairs of them: each run ends safe.

use simulator::plans;
use simulator::timeline::timeline;
use simulator::verify::{Verified, Wanted, verify};

/// What is tried here.
const WANTED: Wanted = Wanted { pairs: 100, first: 0, instants_at_most: Wanted::INSTANTS, threads: 2 };

/// The story of what did not end safe.
fn told(verified: &Verified) -> String {
    let of = verified.failing.as_ref();
    of.map(|it| timeline(&it.case, &it.schedule, &it.left, &it.found)).unwrap_or_default()
}

#[test]
fn every_plan_ends_safe() {
    for name in plans::names() {
        let verified = verify(&plans::case(name).unwrap().plan, &WANTED).unwrap();
        assert!(verified.is_safe(), "{name}: {}", told(&verified));
        // What that plan measures is made for the sweeps' own world; of other plans' metrics a world knows shares only.
        let named = verified.left_out.iter().all(|it| it.requires.starts_with("metric:"));
        let whole = if name == "measured" { !verified.is_whole() && named } else { verified.is_whole() };
        assert!(whole, "{name}: {:?}", verified.left_out);
    }
}
