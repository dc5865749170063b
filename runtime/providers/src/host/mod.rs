//! What is asked of the Linux host: files that are whole or absent, locks, processes that are who they claim to be,
//! ports and their holders.

pub(crate) mod files;
pub(crate) mod identity;
pub(crate) mod lock;
pub(crate) mod ports;
