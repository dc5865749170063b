//! P3: what each condition of a gate can tell within a stage, at the lowest declared traffic.

use plan::{Arm, Bound, Condition, Gate, MetricKind, Plan, Reading};
use statistics::{
    Baseline, Margin, Question, fail_limit_within, fail_within, operating, requests_to_fail, requests_to_fail_limit,
    requests_to_pass, requests_to_pass_limit,
};

use crate::index::Index;
use crate::kept::{Kept, Key};
use crate::report::{Odds, Sight};
use crate::round::significant;
use crate::stages::{Facts, Guarded};

/// Halvings of the range of shares in which the least that is told lies.
const HALVINGS: u32 = 30;

/// What the stage's gate can tell, condition by condition.
pub(crate) fn sights(index: &Index<'_>, facts: &Facts<'_>) -> Vec<Sight> {
    let Some(guarded) = facts.guard else { return Vec::new() };
    let conditions = guarded.gate.conditions.iter().filter(|condition| !condition.advisory);
    conditions.map(|condition| sight(index, facts, guarded, condition)).collect()
}

fn sight(index: &Index<'_>, facts: &Facts<'_>, guarded: Guarded<'_>, condition: &Condition) -> Sight {
    let seen = facts.traffic.map_or(0, |traffic| counted(facts, guarded.gate, traffic.least.to_f64()));
    let blank = Sight {
        condition: condition.text.clone(),
        seen,
        usual: None,
        fails_from: None,
        needed_to_pass: None,
        least: None,
        odds: None,
        unknown: None,
    };
    let unknown = |why: &str| Sight { unknown: Some(why.to_owned()), ..blank.clone() };
    if facts.traffic.is_none() {
        return unknown("no traffic is declared");
    }
    match Test::of(index.plan, facts, guarded, condition) {
        Ok(test) => Sight {
            usual: test.usual.map(significant),
            fails_from: test.fails_from(&index.kept, seen).map(significant),
            needed_to_pass: test.needed_to_pass(&index.kept).map(|needed| needed.max(guarded.gate.at_least)),
            least: test.least(&index.kept),
            odds: test.odds(&index.kept, seen),
            ..blank
        },
        Err(why) => Sight { least: bounding(guarded.gate, condition), ..unknown(why) },
    }
}

/// The requests without which nothing bounds a quantile.
fn bounding(gate: &Gate, condition: &Condition) -> Option<u64> {
    let Some(Reading::Quantile(name)) = &condition.reading else { return None };
    let q = format!("0.{}", name.strip_prefix('p')?).parse().ok()?;
    Question::Quantile { q }.needed(1.0 - gate.confidence.to_f64()).map(statistics::Telling::least)
}

/// Requests of the judged arm that count, at so many requests a second.
fn counted(facts: &Facts<'_>, gate: &Gate, rate: f64) -> u64 {
    let counted_ms = facts.hold_ms.saturating_sub(gate.warm_up_ms).saturating_sub(gate.lag_ms);
    requests(facts.judged_share(gate.arm) * rate, counted_ms)
}

/// Whole requests at so many a second.
pub(crate) fn requests(rate: f64, ms: u64) -> u64 {
    #[expect(clippy::cast_precision_loss, reason = "holds are far shorter than 2^53 ms")]
    let expected = rate * ms as f64 / 1_000.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is never negative")]
    let whole = expected.max(0.0) as u64;
    whole
}

/// What is asked about a test, for [`Test::key`].
const TO_FAIL: u64 = 0;
const TO_PASS: u64 = 1;
const LEAST: u64 = 2;
const FAILS_FROM: u64 = 3;
const AT_LIMIT: u64 = 4;

/// How a condition is judged.
#[derive(Clone, Copy)]
pub(crate) struct Test {
    pub(crate) usual: Option<f64>,
    against: Against,
    alpha_fail: f64,
    alpha_pass: f64,
}

#[derive(Clone, Copy)]
enum Against {
    Limit(f64),
    /// Another arm, of which `usual` is supposed.
    Arm {
        margin: Margin,
        usual: f64,
        share: f64,
        other: Baseline,
    },
}

impl Test {
    /// Why not, where nothing is computed for a condition.
    pub(crate) fn of(
        plan: &Plan,
        facts: &Facts<'_>,
        guarded: Guarded<'_>,
        condition: &Condition,
    ) -> Result<Self, &'static str> {
        let metric = plan.body.metrics.get(&condition.metric).ok_or("its metric is not in the plan")?;
        let usual = match (&condition.reading, metric.kind) {
            (None, MetricKind::Ratio) => metric.usual.map(plan::Exact::to_f64),
            (Some(Reading::OverMs(_)), _) => None,
            (None | Some(Reading::Quantile(_)), _) => return Err("it compares no share of requests"),
        };
        let against = match &condition.bound {
            Bound::Constant(limit) => Against::Limit(limit.to_f64()),
            Bound::Against { times, plus } => {
                let margin = Margin::new(plus.to_f64(), times.to_f64()).map_err(|_| "its margin is no share")?;
                let (share, other) = beside(facts, guarded.gate).ok_or("there is no other arm in this stage")?;
                let usual = usual.ok_or("the metric has no `usual`")?;
                Against::Arm { margin, usual, share, other }
            }
            Bound::Beside { .. } | Bound::Limit(_) => return Err("it compares no share of requests"),
        };
        let alpha_pass = 1.0 - guarded.gate.confidence.to_f64();
        let alpha_fail = alpha_pass / f64::from(guarded.guard.shares.max(1));
        Ok(Self { usual, against, alpha_fail, alpha_pass })
    }

    /// The greatest share of bad requests that is allowed beside a usual release.
    pub(crate) fn allowed(&self) -> f64 {
        match self.against {
            Against::Limit(limit) => limit,
            Against::Arm { margin, usual, .. } => margin.allowed(usual).clamp(0.0, 1.0),
        }
    }

    /// What an answer about this test depends on: the test itself, which question, and at what.
    fn key(&self, question: u64, at: u64) -> Key {
        let levels = [self.alpha_fail, self.alpha_pass, self.usual.unwrap_or(-1.0)].map(f64::to_bits);
        let [fail, pass, usual] = levels;
        let other = match self.against {
            Against::Limit(limit) => [limit.to_bits(), 0, 0, 0, 0],
            Against::Arm { margin, share, other, .. } => {
                let beside = match other {
                    Baseline::Known => -1.0,
                    Baseline::Requests(requests) => -2.0 - requests as f64,
                    Baseline::PerCanary(ratio) => ratio,
                };
                let [share, beside] = [share, beside].map(f64::to_bits);
                let [plus, times] = [margin.plus(), margin.times()].map(f64::to_bits);
                [plus, times, share, beside, 1]
            }
        };
        let [a, b, c, d, e] = other;
        [question, at, fail, pass, usual, a, b, c, d, e]
    }

    /// Requests with which a release that is bad at `rate` is expected to fail.
    pub(crate) fn needed_to_fail(&self, kept: &Kept, rate: f64) -> Option<u64> {
        kept.count(self.key(TO_FAIL, rate.to_bits()), || match self.against {
            Against::Limit(limit) => requests_to_fail_limit(rate, limit, self.alpha_fail),
            Against::Arm { margin, usual, share, .. } => requests_to_fail(rate, usual, margin, share, self.alpha_fail),
        })
    }

    /// Whether a release that is bad at `rate` is expected to fail with so many requests.
    fn fails_with(&self, requests: u64, rate: f64) -> bool {
        match self.against {
            Against::Limit(limit) => fail_limit_within(requests, rate, limit, self.alpha_fail),
            Against::Arm { margin, usual, share, .. } => {
                fail_within(requests, rate, usual, margin, share, self.alpha_fail)
            }
        }
    }

    /// Requests with which a release as good as usual is expected to pass.
    fn needed_to_pass(&self, kept: &Kept) -> Option<u64> {
        kept.count(self.key(TO_PASS, 0), || match self.against {
            Against::Limit(limit) => requests_to_pass_limit(self.usual.unwrap_or(0.0), limit, self.alpha_pass),
            Against::Arm { margin, usual, share, .. } => requests_to_pass(usual, margin, share, self.alpha_pass),
        })
    }

    /// Requests with fewer of which no test tells it.
    fn least(&self, kept: &Kept) -> Option<u64> {
        let least = || self.question().needed(self.alpha_pass).map(statistics::Telling::least);
        kept.count(self.key(LEAST, 0), least)
    }

    /// What the condition asks, of whatever test.
    pub(crate) fn question(&self) -> Question {
        match self.against {
            Against::Limit(limit) => Question::Limit { usual: self.usual.unwrap_or(0.0), limit },
            Against::Arm { margin, usual, other, .. } => Question::Beside { usual, margin, other },
        }
    }

    /// What becomes of releases under a limit by the end of the stage.
    fn odds(&self, kept: &Kept, seen: u64) -> Option<Odds> {
        let Against::Limit(limit) = self.against else { return None };
        Some(kept.odds(self.key(AT_LIMIT, seen), || self.weighed(limit, seen)))
    }

    fn weighed(&self, limit: f64, seen: u64) -> Odds {
        let at = |rate| operating(seen, limit, rate, self.alpha_fail, self.alpha_pass);
        let (usual, edge) = (self.usual.map(at), at(limit));
        Odds {
            usual_fails: usual.map(|it| significant(it.fails)),
            usual_passes: usual.map(|it| significant(it.passes)),
            limit_fails: significant(edge.fails),
            limit_passes: significant(edge.passes),
        }
    }

    /// The least share that is told by so many requests.
    fn fails_from(&self, kept: &Kept, seen: u64) -> Option<f64> {
        kept.share(self.key(FAILS_FROM, seen), || self.searched(seen))
    }

    fn searched(&self, seen: u64) -> Option<f64> {
        let told = |rate: f64| self.fails_with(seen, rate);
        if !told(1.0) {
            return None;
        }
        let (mut hidden, mut shown) = (self.allowed(), 1.0);
        for _ in 0..HALVINGS {
            // Shares range over powers of ten: the middle is the geometric one.
            let middle = if hidden > 0.0 { (hidden * shown).sqrt() } else { shown / 10.0 };
            if told(middle) {
                shown = middle;
            } else {
                hidden = middle;
            }
        }
        Some(shown)
    }
}

/// The judged arm's share of the requests of both arms, and how much of the other is seen beside it. Nothing where there is
/// no other arm.
fn beside(facts: &Facts<'_>, gate: &Gate) -> Option<(f64, Baseline)> {
    let judged = facts.judged_share(gate.arm);
    let other = match (gate.arm, gate.against?) {
        (Arm::Service, _) => return None,
        (Arm::Canary, Arm::Baseline) => judged,
        (Arm::Shadow, Arm::Stable) => 1.0,
        (Arm::Canary | Arm::Stable | Arm::Shadow | Arm::Baseline | Arm::Previous, Arm::Previous) => {
            return Some((0.5, Baseline::Known)).filter(|_| judged > 0.0);
        }
        (Arm::Canary | Arm::Stable | Arm::Shadow | Arm::Baseline | Arm::Previous, _) => 1.0 - judged,
    };
    (judged > 0.0 && other > 0.0).then(|| (judged / (judged + other), Baseline::PerCanary(other / judged)))
}
