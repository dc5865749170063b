//! What editors ask, tried on texts with a cursor in them.

mod fixture;
mod snapshots;
