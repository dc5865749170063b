//! The proxy's counters as the metrics of a plan: selectors name classes of answers.

use std::collections::BTreeMap;

use ::proxy::protocol::{Counters, ReleaseCounters};
use machine::ports::provider::{RatioReading, Reading, Sample, SampleRequest};
use plan::{Metric, ReleaseId};
use serde::Deserialize;

/// The union `std.proxy.Selector`.
#[derive(Deserialize)]
#[serde(tag = "case", rename_all = "snake_case")]
enum Selector {
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
enum Answer {
    Informational,
    Success,
    Redirect,
    ClientError,
    ServerError,
    Unanswered,
}

/// Reads the asked metrics of every release.
pub(super) fn read(request: &SampleRequest, counters: &Counters) -> Result<Sample, String> {
    if !counters.service.is_empty() && counters.service != request.service_id {
        return Err(format!("the proxy routes service {}, not {}", counters.service, request.service_id));
    }
    let metrics = request.metrics.iter().map(|(name, metric)| Ok((name.clone(), selectors(name, metric)?)));
    let metrics: BTreeMap<String, (Selector, Selector)> = metrics.collect::<Result<_, String>>()?;
    let reading = |counters: &ReleaseCounters| Reading {
        requests: counters.requests(),
        metrics: metrics
            .iter()
            .map(|(name, (bad, total))| {
                (name.clone(), RatioReading { bad: bad.count(counters), total: total.count(counters) })
            })
            .collect(),
    };
    let releases = counters.releases.iter().map(|(release, c)| (ReleaseId(release.clone()), reading(c))).collect();
    let at_ms = i64::try_from(counters.at_ms).unwrap_or(i64::MAX);
    Ok(Sample { incarnation: counters.incarnation.clone(), at_ms, releases })
}

fn selectors(name: &str, metric: &Metric) -> Result<(Selector, Selector), String> {
    let read = |value: &serde_json::Value| {
        serde_json::from_value(value.clone())
            .map_err(|e| format!("metric {name}: the proxy counts only `responses(…)`: {e}"))
    };
    Ok((read(&metric.bad)?, read(&metric.total)?))
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
            environment: "local".into(),
            config: json!({}),
            service_id: "shop".into(),
            metrics: BTreeMap::from([("errors".to_owned(), metric)]),
        }
    }

    fn counters() -> Counters {
        let release = ReleaseCounters { success: 90, server_error: 7, unanswered: 3, ..ReleaseCounters::default() };
        let releases = BTreeMap::from([("r-1".to_owned(), release)]);
        Counters { protocol: 1, incarnation: "i".into(), at_ms: 0, service: "shop".into(), releases }
    }

    #[test]
    fn classes_are_summed_each_once() {
        let twice = json!({"case": "responses", "of": [
            {"case": "server_error"}, {"case": "unanswered"}, {"case": "server_error"}]});
        let sample = read(&request(twice), &counters()).unwrap();
        let reading = &sample.releases[&ReleaseId("r-1".into())];
        assert_eq!(reading.requests, 100);
        assert_eq!(reading.metrics["errors"], RatioReading { bad: 10, total: 100 });
    }

    #[test]
    fn other_selectors_and_services_are_refused() {
        assert!(read(&request(json!({"case": "latency"})), &counters()).unwrap_err().contains("metric errors"));
        let other = Counters { service: "till".into(), ..counters() };
        let responses = json!({"case": "responses"});
        assert!(read(&request(responses), &other).unwrap_err().contains("routes service till"));
    }
}
