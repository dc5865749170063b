//! The commands as their users see them: every command that the documents show is executed, and says what they say.

mod console;
mod demonstration;
mod documents;
mod normal;
