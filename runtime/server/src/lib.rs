//! The runtime as others talk to it: HTTP/1 and JSON over a unix socket in the state directory.
//!
//! Who calls is known from the socket's peer credentials, never from what the caller says. The same types serve
//! both ends ([`protocol`]), so that client and server cannot drift apart.

pub mod client;
mod failure;
pub mod host;
mod peer;
pub mod protocol;
mod routes;
mod service;
pub mod socket;
pub mod source;

pub use failure::{Code, Failure};
