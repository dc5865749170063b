//! Every limit of the proxy in one place, because a limit that is not written down is not kept.

use std::time::Duration;

/// Most client connections served at once; further ones wait in the kernel's backlog.
pub const CONNECTIONS_MAX: usize = 10_000;

/// Length of the kernel's queue of connections not yet accepted.
pub const BACKLOG: u32 = 4_096;

/// Largest request or response head in bytes (a longer request head is answered 431).
pub const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Most header fields of one head. This is hyper's own limit: setting any other makes it allocate for every head it parses.
pub const HEADERS_MAX: usize = 100;

/// Largest piece of a body held for one direction of one connection, in bytes. Bodies are streamed, never collected.
pub const STREAM_BUFFER_BYTES: usize = 128 * 1024;

/// Idle keep-alive connections kept for each backend.
pub const IDLE_PER_BACKEND: usize = 1_024;

/// How long an idle backend connection is kept. Below the five seconds after which common servers close theirs.
pub const IDLE_BACKEND: Duration = Duration::from_secs(4);

/// A request that must not be sent twice only takes a pooled connection that was in use this recently.
pub const IDLE_UNREPEATABLE: Duration = Duration::from_secs(1);

/// Time to establish a connection to a backend.
pub const CONNECT: Duration = Duration::from_secs(1);

/// Time without any progress a backend has for its response head.
pub const RESPONSE_HEAD: Duration = Duration::from_secs(30);

/// Longest silence within a response body.
pub const RESPONSE_BODY_SILENCE: Duration = Duration::from_secs(300);

/// A client connection without a request for one to two of these periods is closed.
pub const CLIENT_IDLE: Duration = Duration::from_secs(60);

/// Longest time sent bytes may stay unacknowledged by a client before its connection is given up.
pub const CLIENT_UNACKNOWLEDGED: Duration = Duration::from_secs(60);

/// Time in-flight requests have to finish after SIGTERM.
pub const DRAIN: Duration = Duration::from_secs(10);

/// Backends tried for one request, over all releases.
pub const BACKENDS_TRIED_MAX: usize = 8;

/// Releases in one routing table.
pub const RELEASES_MAX: usize = 64;

/// Backends of one release.
pub const BACKENDS_MAX: usize = 256;

/// Releases that left the table and whose counters are still shown; the oldest are forgotten first.
pub const RETIRED_RELEASES_MAX: usize = 256;

/// Longest release, service or key name in bytes.
pub const NAME_BYTES_MAX: usize = 256;

/// Largest body of a control request in bytes.
pub const CONTROL_BODY_BYTES_MAX: usize = 1024 * 1024;

/// Control connections served at once.
pub const CONTROL_CONNECTIONS_MAX: usize = 64;

/// Time a control client has for one request, head to body's end.
pub const CONTROL_REQUEST: Duration = Duration::from_secs(10);

/// Idempotency keys remembered, latest last.
pub const KEYS_REMEMBERED: usize = 256;

/// Largest state file read at start, in bytes.
pub const STATE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Length after which the log of accepted tables is begun anew, in bytes; the one before it is kept.
pub const ACCEPTED_BYTES_MAX: u64 = 4 * 1024 * 1024;
