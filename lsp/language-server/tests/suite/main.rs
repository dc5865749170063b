//! The protocol, spoken to the server over a socket as an editor does.

mod bad_clients;
mod client;
mod edits;
mod projects;
mod requests;
