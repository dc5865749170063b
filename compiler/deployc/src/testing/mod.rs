//! Tests carried out: functions looked at, runs simulated on the machine that production runs.

pub(crate) mod arguments;
pub(crate) mod expected;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod known;
pub(crate) mod script;
pub(crate) mod simulated;
pub(crate) mod story;
pub(crate) mod text;
pub(crate) mod tried;
pub(crate) mod watch;
