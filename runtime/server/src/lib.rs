//! The runtime as others talk to it: HTTP/1 and JSON over a unix socket in the state directory.
//!
//! Who calls is known from the socket's peer credentials, never from what the caller says; what they may do is in the
//! role file ([`roles`]). The same types serve both ends ([`protocol`]), so that client and server cannot drift apart.

pub mod client;
mod door;
mod failure;
pub mod group_socket;
pub mod host;
pub mod keeping;
mod peer;
mod people;
mod places;
pub mod protocol;
mod retention;
pub mod role_file;
pub mod roles;
mod routes;
mod service;
pub mod socket;
pub mod source;
pub mod verb;

pub use failure::{Code, Failure};
