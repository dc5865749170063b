//! The control protocol as data, shared with its client: versioned JSON over HTTP/1.1 on a unix socket.
//!
//! | request | body | answer |
//! |---|---|---|
//! | `GET /v1/hello` | | [`Hello`] |
//! | `PUT /v1/routes` | [`PutRoutes`] | [`Routes`], or [`Refusal`] with 400, 409 or 500 |
//! | `GET /v1/routes` | | [`Routes`] |
//! | `GET /v1/counters` | | [`Counters`] |
//! | `GET /metrics` | | Prometheus text, not part of this module |

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// The newest version of the control protocol spoken here. A version adds fields to the answers of the one before and
/// takes none away, so that an answer of version N is read by whoever speaks N − 1.
///
/// Version 2: [`Hello`] names the oldest version that is spoken too.
pub const PROTOCOL: u32 = 2;

/// The oldest version spoken here: a runtime and a proxy that are one version apart understand each other, whichever
/// of them is the older one.
pub const OLDEST: u32 = 1;

/// The sum of all weights of a table that routes anything: weights are in basis points, 1/10 000 of the requests.
pub const WEIGHT_SUM: u32 = 10_000;

/// Upper bounds of the latency buckets in microseconds, each inclusive. A last bucket, without bound, follows.
pub const LATENCY_BOUNDS_US: [u64; 24] = [
    500, 1_000, 2_000, 3_000, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000, 50_000, 75_000, 100_000, 150_000, 200_000,
    300_000, 500_000, 1_000_000, 2_000_000, 3_000_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000,
];

/// Who is at the other end of the socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The newest protocol version that the proxy speaks, [`PROTOCOL`].
    pub protocol: u32,
    /// The oldest one, [`OLDEST`]; a proxy that does not say speaks only one.
    #[serde(default)]
    pub oldest: Option<u32>,
    /// A random id of this process start; counters are monotone within it.
    pub incarnation: String,
    /// The proxy's process id.
    pub pid: u32,
    /// The proxy's program version.
    pub version: String,
    /// The proxy's name from its specification.
    pub name: String,
    /// Where requests are accepted.
    pub listen: SocketAddr,
}

impl Hello {
    /// The newest version that the proxy and a client of this library both speak.
    pub fn common(&self) -> Option<u32> {
        let oldest = self.oldest.unwrap_or(self.protocol).max(OLDEST);
        let newest = self.protocol.min(PROTOCOL);
        (oldest <= newest).then_some(newest)
    }
}

/// The whole routing table that shall hold from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutRoutes {
    /// The protocol version of this table, [`OLDEST`] to [`PROTOCOL`].
    pub protocol: u32,
    /// The fencing epoch of the writer. Lower than the last one seen is refused with 409.
    pub epoch: u64,
    /// The writer's request number, rising within its epoch. Lower than the last one seen in the same epoch is
    /// refused with 409: a table whose answer was lost must not replace a newer one by landing late.
    pub sequence: u64,
    /// The idempotency key, `run/node/attempt-group`. A repeated key is answered without being applied again.
    pub key: String,
    /// The service routed here. It stays the same for the life of the state file.
    pub service: String,
    /// The releases. None at all means that the proxy answers 503 by itself.
    pub releases: Vec<RouteRelease>,
}

/// One release of a routing table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteRelease {
    /// The release id, also the value of the `x-release` response header: visible ASCII.
    pub release: String,
    /// Its share of the requests in basis points, 0 to 10 000; the sum over the table is 10 000.
    pub weight: u32,
    /// Its backends, used in turn. May be empty only at weight 0.
    pub backends: Vec<SocketAddr>,
}

/// The routing table in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routes {
    /// The protocol version, [`PROTOCOL`].
    pub protocol: u32,
    /// The incarnation that answers.
    pub incarnation: String,
    /// The epoch last applied, 0 before the first.
    pub epoch: u64,
    /// The key last applied, empty before the first.
    pub key: String,
    /// The service routed, empty before the first table.
    pub service: String,
    /// The releases in the table.
    pub releases: Vec<RoutedRelease>,
    /// Releases that left the table and still finish requests they began.
    pub draining: Vec<DrainingRelease>,
}

/// One release of the table in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutedRelease {
    /// The release id.
    pub release: String,
    /// Its share in basis points.
    pub weight: u32,
    /// Its backends.
    pub backends: Vec<SocketAddr>,
    /// Requests being served by it now, up to the end of their response bodies.
    pub in_flight: u64,
}

/// A release that left the table with requests still in flight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrainingRelease {
    /// The release id.
    pub release: String,
    /// Requests it still serves.
    pub in_flight: u64,
}

/// One exact snapshot of all counters: there was an instant at which all of these values held together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// The protocol version, [`PROTOCOL`].
    pub protocol: u32,
    /// The incarnation within which the values are monotone.
    pub incarnation: String,
    /// Wall-clock time of the snapshot, milliseconds since 1970 (UTC).
    pub at_ms: u64,
    /// Time of the snapshot since the host's boot, sleep included, in microseconds: no step of a clock moves it. Absent in
    /// answers of proxies from before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_boot_us: Option<u64>,
    /// The service, empty before the first table.
    pub service: String,
    /// By release id: the releases in the table and the latest ones that left it.
    pub releases: BTreeMap<String, ReleaseCounters>,
}

/// The counters of one release since the incarnation began, or since it was first routed.
///
/// A request is counted once, when its response head has come from the backend, on the release that was *chosen first*:
/// under the class of that head, or under `unanswered` when that release gave none, even if another release
/// then answered for it (that one adds to its `rescued` only). `latency` takes the same requests at the same moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseCounters {
    /// Responses 1xx. A final one is a protocol error of the backend; interim ones are not requests and not counted.
    pub informational: u64,
    /// Responses 2xx.
    pub success: u64,
    /// Responses 3xx.
    pub redirect: u64,
    /// Responses 4xx.
    pub client_error: u64,
    /// Responses 5xx, and codes beyond.
    pub server_error: u64,
    /// Requests to which the release gave no response: no connection, reset, time-out.
    pub unanswered: u64,
    /// Requests whose client went away before the response head came. Of no class and not in `latency`.
    #[serde(default)]
    pub abandoned: u64,
    /// Requests answered here after the release chosen first had not: they are counted as `unanswered` there.
    #[serde(default)]
    pub rescued: u64,
    /// Requests being served now, up to the end of their response bodies. A gauge.
    pub in_flight: u64,
    /// Time from a request's head to its response head (or to its failure).
    pub latency: Latency,
}

impl ReleaseCounters {
    /// The requests counted: the sum of all classes, which is also the sum of `latency.counts`.
    pub fn requests(&self) -> u64 {
        self.informational + self.success + self.redirect + self.client_error + self.server_error + self.unanswered
    }
}

/// A latency histogram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// Upper bounds of the buckets in microseconds, inclusive, ascending.
    pub bounds_us: Vec<u64>,
    /// Requests in each bucket (not cumulative); one more than bounds, the last for everything above.
    pub counts: Vec<u64>,
    /// Sum of all times in microseconds.
    pub sum_us: u64,
}

impl Default for Latency {
    fn default() -> Self {
        Self { bounds_us: LATENCY_BOUNDS_US.to_vec(), counts: vec![0; LATENCY_BOUNDS_US.len() + 1], sum_us: 0 }
    }
}

/// Why a control request was not followed. Comes with a 4xx or 5xx status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The protocol version, [`PROTOCOL`].
    pub protocol: u32,
    /// A sentence that names the place and the remedy.
    pub error: String,
    /// With 409 for an old epoch or sequence: the epoch that was offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch_offered: Option<u64>,
    /// With 409 for an old epoch or sequence: the highest epoch seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch_seen: Option<u64>,
}
