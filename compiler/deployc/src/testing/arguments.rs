//! What a simulated run is started with, as a person would type it.

use std::collections::BTreeMap;

use semantics::value::{Piece, Value};
use smol_str::SmolStr;

/// The arguments by name.
///
/// # Errors
/// A value that no parameter can have; the compiler has told its type before.
pub(crate) fn given(arguments: &[(SmolStr, Value)]) -> Result<BTreeMap<String, String>, String> {
    arguments.iter().map(|(name, value)| Ok((name.to_string(), typed(name, value)?))).collect()
}

fn typed(name: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::Digest(digest) => Ok(digest.to_string()),
        Value::Text(pieces) => pieces.iter().map(|piece| known(name, piece)).collect(),
        Value::Int(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Duration(ms) => Ok(format!("{ms}ms")),
        _ => Err(format!("no run can be started with the value of `{name}`")),
    }
}

fn known(name: &str, piece: &Piece) -> Result<String, String> {
    match piece {
        Piece::Known(text) => Ok(text.to_string()),
        Piece::Parameter(_) | Piece::Output(..) => Err(format!("`{name}` is not known when the run starts")),
    }
}
