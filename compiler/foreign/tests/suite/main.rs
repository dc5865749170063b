//! Texts in other languages: SQL and PromQL.

mod promql;
mod sql;
