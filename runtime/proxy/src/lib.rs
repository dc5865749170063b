//! The embedded proxy: a process of its own that gives each release its share of a service's requests.
//!
//! User traffic must not depend on the runtime being alive, so the proxy is started as a separate process
//! ([`run`] with a [`Spec`]), told what to do through its control socket ([`protocol`]), and keeps serving when
//! the runtime is gone. Its last table is durable before it is in force, so that it also restarts with it.
//!
//! * **Routing.** Every request draws a release at random by weight, exact to 1/10 000 in the long run; within a release
//!   the backends take turns. A weight change replaces the table as a whole: requests in flight finish where they began.
//! * **Retries.** A request none of whose bytes went out (no connection, or a closed idle one) goes to the next backend,
//!   then to other releases with weight; then it is answered 502. A request without body and of an idempotent method is
//!   also sent again when an idle connection it was written to turns out to be closed.
//! * **Counting.** A request is counted once, when its response head has come, on the release *chosen first*: under the
//!   class of that head, or under `unanswered` when that release gave none, even if another then answered. This is
//!   the comparison a gate makes: between what was assigned to each release. A request whose client left earlier is
//!   `abandoned`, in no class. A snapshot of all counters is exact: one instant at which all values held.
//! * **Limits** are the constants of [`limits`].
//!
//! The time from a request's head to its response head is what the latency histogram holds; the in-flight gauge counts
//! to the end of the response body, so a release that left the table is drained when it is 0.

mod accepted;
mod backend;
mod boot;
mod chance;
mod client;
mod control;
mod counters;
mod error;
mod forward;
mod head;
pub mod limits;
mod listener;
mod process;
pub mod protocol;
mod reply;
mod router;
mod serve;
mod spec;
mod state;
mod upload;
mod upstream;

pub use boot::since_boot_us;
pub use error::Error;
pub use process::{Proxy, run};
pub use spec::{FORMAT, Spec};
