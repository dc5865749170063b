//! Looks at a gate: what passes, what fails, and what is never a pass.

mod fresh;
mod held;
mod kinds;
mod never;
mod spending;
