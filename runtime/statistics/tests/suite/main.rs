//! The judges: against published numbers, exact enumeration, and relations that hold.

mod bits;
mod exact;
mod levels;
mod numbers;
mod properties;
mod published;
mod quantiles;
mod relations;
mod share;
mod sums;
mod totality;
