//! The queries: few, acyclic, and each a firewall for what reads it.
//!
//! `items` cuts a file; `declared` reads one declaration and sets its head apart, which a listing of names needs; `outline`
//! lists what is asked of all files; `index`, `scope`, `resolve` and `definition` settle names; `signature` is what other
//! declarations may know; `check` settles its body; `links` and `cycles` find what leads back to itself; `value` evaluates.
//! `schema` is what is known of a database, `releases` what runs today.
//!
//! Spans inside carry the number of their declaration instead of a file (see [`place`]), so that text above a
//! declaration changes nothing.

pub(crate) mod body;
pub(crate) mod cycles;
pub(crate) mod deprecated;
pub(crate) mod module;
pub(crate) mod place;
pub(crate) mod releases;
pub(crate) mod schema;
pub(crate) mod scope;
pub(crate) mod signature;
pub(crate) mod source;
pub(crate) mod unused;
pub(crate) mod value;
