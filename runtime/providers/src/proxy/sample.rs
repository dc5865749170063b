//! The proxy's counters as the metrics of a plan: selectors name classes of answers.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use ::proxy::protocol::{Counters, Latency, ReleaseCounters};
use ::proxy::since_boot_us;
use machine::ports::provider::{HistogramReading, MeanReading, MetricReading, Reading, Sample, SampleRequest};
use plan::{Metric, MetricKind, ReleaseId};
use serde::Deserialize;
use serde_json::Value;

/// The union `std.proxy.Selector`.
#[derive(Deserialize)]
#[serde(tag = "case", rename_all = "snake_case")]
pub(super) enum Selector {
    /// Requests by the class of their answer; all classes when none is named.
    Responses {
        /// The classes.
        #[serde(default)]
        of: Vec<Answer>,
    },
}

/// The union `std.proxy.Answer`.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(tag = "case", rename_all = "snake_case")]
pub(super) enum Answer {
    Informational,
    Success,
    Redirect,
    ClientError,
    ServerError,
    Unanswered,
}

/// The cases of `std.metrics.Standard` that a proxy sees.
#[derive(Deserialize)]
#[serde(tag = "case", rename_all = "snake_case")]
enum Standard {
    /// From a request's head to its answer's head.
    LatencyOfRequests,
}

/// What is read for one metric.
pub(super) enum Asked {
    /// Bad requests and all.
    Ratio(Selector, Selector),
    /// How long requests take, in milliseconds, by bucket.
    Latencies,
    /// How long they take on average, in milliseconds.
    MeanLatency,
}

/// What is to be read for each metric.
///
/// # Errors
/// The first metric, or arm, that a proxy cannot read.
pub(super) fn asked(request: &SampleRequest) -> Result<BTreeMap<String, Asked>, String> {
    if let Some(arm) = request.arms.first() {
        return Err(format!("the proxy counts releases, and knows no arm `{}`", arm.word()));
    }
    request.metrics.iter().map(|(name, metric)| Ok((name.clone(), one(name, metric)?))).collect()
}

/// Reads the asked metrics of every release.
pub(super) fn read(request: &SampleRequest, counters: &Counters) -> Result<Sample, String> {
    if !counters.service.is_empty() && counters.service != request.service_id {
        return Err(format!("the proxy routes service {}, not {}", counters.service, request.service_id));
    }
    let asked = asked(request)?;
    let reading = |counters: &ReleaseCounters| Reading {
        requests: counters.requests(),
        metrics: asked.iter().map(|(name, asked)| (name.clone(), asked.read(counters))).collect(),
    };
    let releases = counters.releases.iter().map(|(release, c)| (ReleaseId(release.clone()), reading(c))).collect();
    let at_ms = counters.at_boot_us.map_or(counters.at_ms, |at| in_this_clock(at, now_us(), since_boot_us()));
    let at_ms = i64::try_from(at_ms).unwrap_or(i64::MAX);
    Ok(Sample { incarnation: counters.incarnation.clone(), at_ms, releases, arms: BTreeMap::new() })
}

/// When a moment since boot was, or will be, by this program's clock, in milliseconds: the proxy's own may be another.
fn in_this_clock(at_boot_us: u64, now_us: u64, boot_us: u64) -> u64 {
    let then = match boot_us.checked_sub(at_boot_us) {
        Some(age) => now_us.saturating_sub(age),
        None => now_us.saturating_add(at_boot_us - boot_us),
    };
    then / 1_000
}

fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

fn one(name: &str, metric: &Metric) -> Result<Asked, String> {
    let selector = |value: &Value| {
        serde_json::from_value(value.clone())
            .map_err(|e| format!("metric {name}: the proxy counts only `responses(…)`: {e}"))
    };
    let latency = || match metric.value.clone().map(serde_json::from_value::<Standard>) {
        Some(Ok(Standard::LatencyOfRequests)) => Ok(()),
        Some(Err(_)) | None => Err(format!(
            "metric {name}: of values the proxy reads `latency_of_requests` only; bind `metrics` to a \
                         provider that reads this one"
        )),
    };
    match metric.kind {
        MetricKind::Ratio => Ok(Asked::Ratio(selector(&metric.bad)?, selector(&metric.total)?)),
        MetricKind::Distribution => latency().map(|()| Asked::Latencies),
        MetricKind::Mean => latency().map(|()| Asked::MeanLatency),
        MetricKind::Gauge | MetricKind::Counter => Err(format!(
            "metric {name}: the proxy reads no {}; bind `metrics` to a provider that does",
            metric.kind.word()
        )),
    }
}

impl Asked {
    fn read(&self, counters: &ReleaseCounters) -> MetricReading {
        match self {
            Self::Ratio(bad, total) => MetricReading::ratio(bad.count(counters), total.count(counters)),
            Self::Latencies => MetricReading::Distribution(histogram(&counters.latency)),
            Self::MeanLatency => MetricReading::Mean(mean(&counters.latency)),
        }
    }
}

/// In milliseconds, from the proxy's microseconds.
#[expect(
    clippy::cast_precision_loss,
    reason = "bounds are exact in binary, as far as they are eighths of a millisecond"
)]
fn histogram(latency: &Latency) -> HistogramReading {
    let bounds = latency.bounds_us.iter().map(|bound| *bound as f64 / 1_000.0).collect();
    HistogramReading { bounds, counts: latency.counts.clone() }
}

/// The squares are at most those of the buckets' bounds; nothing bounds those above the last.
#[expect(clippy::cast_precision_loss, reason = "sums stay far below 2^53 microseconds, which is 285 years")]
fn mean(latency: &Latency) -> MeanReading {
    let count = latency.counts.iter().sum();
    let above = latency.counts.get(latency.bounds_us.len()).copied().unwrap_or(0);
    let square = |(bound, count): (&u64, &u64)| (*bound as f64 / 1_000.0).powi(2) * *count as f64;
    let squares: f64 = latency.bounds_us.iter().zip(&latency.counts).map(square).sum();
    MeanReading { count, sum: latency.sum_us as f64 / 1_000.0, squares: (above == 0).then_some(squares) }
}

impl Selector {
    fn count(&self, counters: &ReleaseCounters) -> u64 {
        let Self::Responses { of } = self;
        let classes = [
            (Answer::Informational, counters.informational),
            (Answer::Success, counters.success),
            (Answer::Redirect, counters.redirect),
            (Answer::ClientError, counters.client_error),
            (Answer::ServerError, counters.server_error),
            (Answer::Unanswered, counters.unanswered),
        ];
        classes.iter().filter(|(class, _)| of.is_empty() || of.contains(class)).map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(bad: serde_json::Value) -> SampleRequest {
        let metric = Metric::ratio(bad, json!({"case": "responses", "of": []}), None);
        SampleRequest {
            asked_ms: 0,
            arms: vec![],
            environment: "local".into(),
            config: json!({}),
            service_id: "shop".into(),
            metrics: BTreeMap::from([("errors".to_owned(), metric)]),
        }
    }

    fn counters() -> Counters {
        let release = ReleaseCounters { success: 90, server_error: 7, unanswered: 3, ..ReleaseCounters::default() };
        let releases = BTreeMap::from([("r-1".to_owned(), release)]);
        Counters { protocol: 1, incarnation: "i".into(), at_ms: 7, at_boot_us: None, service: "shop".into(), releases }
    }

    #[test]
    fn classes_are_summed_each_once() {
        let twice = json!({"case": "responses", "of": [
            {"case": "server_error"}, {"case": "unanswered"}, {"case": "server_error"}]});
        let sample = read(&request(twice), &counters()).unwrap();
        let reading = &sample.releases[&ReleaseId("r-1".into())];
        assert_eq!(reading.requests, 100);
        assert_eq!(reading.metrics["errors"], MetricReading::ratio(10, 100));
    }

    #[test]
    fn a_sample_is_as_old_as_it_is_whatever_the_clocks_say() {
        let responses = json!({"case": "responses", "of": []});
        assert_eq!(read(&request(responses.clone()), &counters()).unwrap().at_ms, 7);
        let before_ms = i64::try_from(now_us() / 1_000).unwrap();
        let counters = Counters { at_boot_us: Some(since_boot_us()), ..counters() };
        let sample = read(&request(responses), &counters).unwrap();
        assert!((before_ms - 1..=i64::try_from(now_us() / 1_000).unwrap()).contains(&sample.at_ms), "{sample:?}");
        assert_eq!(in_this_clock(4_000, 9_000_500, 6_400), 8_998);
        assert_eq!(in_this_clock(6_400, 9_000_500, 4_000), 9_002);
    }

    fn of_latency(kind: MetricKind) -> SampleRequest {
        let value = Some(json!({"case": "latency_of_requests"}));
        let metric = Metric { kind, value, ..Metric::ratio(json!(null), json!(null), None) };
        SampleRequest { metrics: BTreeMap::from([("latency".to_owned(), metric)]), ..request(json!({})) }
    }

    #[test]
    fn latencies_are_read_by_bucket_and_on_average() {
        let latency = Latency { bounds_us: vec![500, 1_000], counts: vec![2, 1, 0], sum_us: 1_700 };
        let release = ReleaseCounters { success: 3, latency, ..ReleaseCounters::default() };
        let counters = Counters { releases: BTreeMap::from([("r-1".to_owned(), release)]), ..counters() };
        let seen = |kind| {
            read(&of_latency(kind), &counters).unwrap().releases[&ReleaseId("r-1".into())].metrics["latency"].clone()
        };
        let bounds = vec![0.5, 1.0];
        let histogram = HistogramReading { bounds, counts: vec![2, 1, 0] };
        assert_eq!(seen(MetricKind::Distribution), MetricReading::Distribution(histogram));
        let mean = MeanReading { count: 3, sum: 1.7, squares: Some(1.5) };
        assert_eq!(seen(MetricKind::Mean), MetricReading::Mean(mean));
    }

    #[test]
    fn what_a_proxy_does_not_see_is_refused_before_it_is_asked() {
        for kind in [MetricKind::Gauge, MetricKind::Counter] {
            let refused = asked(&of_latency(kind)).map(drop).unwrap_err();
            assert!(refused.starts_with("metric latency: the proxy reads no "), "{refused}");
        }
        let mut other = of_latency(MetricKind::Mean);
        other.metrics.values_mut().for_each(|metric| metric.value = Some(json!({"case": "cost_of_requests"})));
        assert!(asked(&other).map(drop).unwrap_err().contains("`latency_of_requests` only"));
        let shadow = SampleRequest { arms: vec![plan::Arm::Shadow], ..of_latency(MetricKind::Mean) };
        assert_eq!(asked(&shadow).map(drop).unwrap_err(), "the proxy counts releases, and knows no arm `shadow`");
    }

    #[test]
    fn other_selectors_and_services_are_refused() {
        assert!(read(&request(json!({"case": "latency"})), &counters()).unwrap_err().contains("metric errors"));
        let other = Counters { service: "till".into(), ..counters() };
        let responses = json!({"case": "responses"});
        assert!(read(&request(responses), &other).unwrap_err().contains("routes service till"));
    }
}
