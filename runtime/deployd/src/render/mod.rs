//! How things look: pure functions from what is known to text.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod history;
pub(crate) mod journal;
pub(crate) mod last;
pub(crate) mod locks;
pub(crate) mod log;
pub(crate) mod prune;
pub(crate) mod report;
mod runbooks;
pub(crate) mod screen;
pub(crate) mod status;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod units;
mod waiting;
pub(crate) mod words;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
