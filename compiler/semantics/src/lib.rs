//! Names, types, units and values: from syntax trees to a model that checks and lowering can trust.

pub mod model;
pub mod value;
