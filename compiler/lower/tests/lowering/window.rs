//! An environment's windows and freezes, as the plan shows them and asks for them.

use jiff::civil::date;
use plan::Plan;
use plan::window::zones_version;
use semantics::value::{Freeze, Window};

use crate::models::{careful, environment, lowered, rollout};

#[test]
fn the_plan_shows_when_things_may_change_and_asks_for_a_runtime_that_keeps_it() {
    let mut guarded = environment(2, true);
    let except = vec![(date(2026, 12, 24), date(2026, 12, 26))];
    guarded.windows = vec![Window { days: 0b000_1111, from: 540, to: 960, zone: "Europe/Berlin".into(), except }];
    guarded.freezes =
        vec![Freeze { first: date(2026, 12, 20), last: date(2027, 1, 2), zone: "UTC".into(), because: "rest".into() }];
    let plan = lowered(vec![rollout(guarded, careful())]);
    assert_eq!(plan.body.requires, ["windows"]);
    assert_eq!(
        serde_json::to_value(&plan.body.environments["local"].hours).unwrap(),
        serde_json::json!({
            "windows": [{
                "days": ["mon", "tue", "wed", "thu"], "from": "09:00", "to": "16:00", "zone": "Europe/Berlin",
                "except": [{ "first": "2026-12-24", "last": "2026-12-26" }],
            }],
            "freezes": [{
                "days": { "first": "2026-12-20", "last": "2027-01-02" }, "zone": "UTC", "because": "rest",
            }],
            "time_zones": zones_version(),
        })
    );
    assert_eq!(Plan::read(&plan.to_bytes()).unwrap(), plan);
    assert_eq!(lowered(vec![rollout(environment(2, true), careful())]).body.requires, Vec::<String>::new());
}
