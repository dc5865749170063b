//! The counters as Prometheus text (exposition format 0.0.4).

use std::fmt::Write;

use crate::protocol::{Counters, ReleaseCounters, Routes, WEIGHT_SUM};
use crate::router::Router;

pub(super) fn render(router: &Router) -> String {
    let (routes, counters) = (router.routes(), router.counters());
    let mut page = Page { text: String::with_capacity(8 * 1024), service: escape(&counters.service) };
    page.requests(&counters);
    page.each(
        &counters,
        "abandoned_total",
        "counter",
        "Requests whose client left before the response head.",
        |seen| seen.abandoned,
    );
    page.each(&counters, "rescued_total", "counter", "Requests answered for another release that could not.", |seen| {
        seen.rescued
    });
    page.each(&counters, "in_flight", "gauge", "Requests being served now.", |seen| seen.in_flight);
    page.durations(&counters);
    page.weights(&routes, &counters);
    page.head("epoch", "gauge", "The highest fencing epoch seen.");
    page.line("epoch", "", routes.epoch);
    page.text
}

struct Page {
    text: String,
    service: String,
}

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "# HELP deployc_proxy_{name} {help}\n# TYPE deployc_proxy_{name} {kind}\n");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let service = &self.service;
        let _ = writeln!(self.text, "deployc_proxy_{name}{{service=\"{service}\"{labels}}} {value}");
    }

    fn requests(&mut self, counters: &Counters) {
        self.head("requests_total", "counter", "Requests by the release chosen first and the class of its response.");
        for (release, seen) in &counters.releases {
            for (class, count) in classes(seen) {
                self.line("requests_total", &format!("{},class=\"{class}\"", label(release)), count);
            }
        }
    }

    fn each(&mut self, counters: &Counters, name: &str, kind: &str, help: &str, value: fn(&ReleaseCounters) -> u64) {
        self.head(name, kind, help);
        for (release, seen) in &counters.releases {
            self.line(name, &label(release), value(seen));
        }
    }

    fn durations(&mut self, counters: &Counters) {
        let name = "request_duration_seconds";
        self.head(name, "histogram", "Time from a request's head to its response head.");
        for (release, seen) in &counters.releases {
            let bounds = seen.latency.bounds_us.iter().map(|bound| seconds(*bound).to_string());
            let mut sum = 0;
            for (bound, count) in bounds.chain(["+Inf".to_owned()]).zip(&seen.latency.counts) {
                sum += count;
                self.line(&format!("{name}_bucket"), &format!("{},le=\"{bound}\"", label(release)), sum);
            }
            self.line(&format!("{name}_sum"), &label(release), seconds(seen.latency.sum_us));
            self.line(&format!("{name}_count"), &label(release), sum);
        }
    }

    /// A release that left the table has weight 0, so that a graph of it ends there instead of stopping short.
    fn weights(&mut self, routes: &Routes, counters: &Counters) {
        self.head("weight_ratio", "gauge", "Share of the requests a release is given.");
        for release in counters.releases.keys() {
            let weight = routes.releases.iter().find(|one| one.release == *release).map_or(0, |one| one.weight);
            self.line("weight_ratio", &label(release), f64::from(weight) / f64::from(WEIGHT_SUM));
        }
    }
}

fn classes(seen: &ReleaseCounters) -> [(&'static str, u64); 6] {
    [
        ("informational", seen.informational),
        ("success", seen.success),
        ("redirect", seen.redirect),
        ("client_error", seen.client_error),
        ("server_error", seen.server_error),
        ("unanswered", seen.unanswered),
    ]
}

fn label(release: &str) -> String {
    format!(",release=\"{}\"", escape(release))
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}
