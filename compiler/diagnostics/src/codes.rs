//! The registry of all diagnostic codes: one line each, and each has a page in `docs/errors/`.
//!
//! Ranges: E01xx syntax, E02xx names, E03xx types and units, E04xx stages, gates and proofs,
//! E05xx project and plan, W… warnings. A code is never given to another meaning.

use serde::{Serialize, Serializer};

/// A stable diagnostic code such as `E0101`, with the title of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    id: &'static str,
    title: &'static str,
}

impl Code {
    /// The code as users write it, for example `E0101`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.id
    }

    /// What the code stands for, in a few words.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.title
    }

    /// The registered code of that id, in any case of letters.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        ALL.iter().copied().find(|code| code.id.eq_ignore_ascii_case(id))
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

macro_rules! codes {
    ($($name:ident $id:literal $title:literal;)*) => {
        $(#[doc = concat!("`", $id, "`: ", $title, ".")] pub const $name: Code = Code { id: $id, title: $title };)*
        /// Every code, in the order of the registry.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    // E01xx: syntax.
    UNEXPECTED "E0101" "something else was expected here";
    NEVER_CLOSED "E0102" "a bracket that is never closed";
    STRAY_CLOSER "E0103" "a closing bracket that closes nothing";
    UNFINISHED_STRING "E0104" "a string without its closing quote";
    BAD_ESCAPE "E0105" "an escape or interpolation that cannot be read";
    BAD_NUMBER "E0106" "a number that cannot be read";
    UNKNOWN_CHARACTER "E0107" "a character that the language does not use";
    UNKNOWN_WORD "E0108" "a word that the language does not know here";
    MISSING_VALUE "E0109" "a field without its value";
    MISSING_EQUALS "E0110" "a field without its `=`";
    NESTED_TOO_DEEP "E0111" "nested too deep";
    NOT_AVAILABLE_YET "E0112" "a word that is reserved for a later edition";
    FILE_TOO_LARGE "E0113" "a file above the size limit";
    REPEATED_CLAUSE "E0114" "a clause that is written twice";

    // E02xx: names.

    // E03xx: types and units.

    // E04xx: stages, gates and proofs.

    // E05xx: project and plan.
    PROJECT_FILE "E0501" "a `deploy.toml` that cannot be read";
    PROJECT_KEY "E0502" "a key that `deploy.toml` does not have";
    PROJECT_EDITION "E0503" "an edition that is missing or not known";
    NOT_UTF8 "E0504" "a source file that is not UTF-8";
    UNREADABLE "E0505" "a source file that cannot be read";
    FAILURE_HANDLER "E0520" "`on failure`, which this edition cannot carry out";
    MODIFIER_NOT_TAKEN "E0521" "a modifier that the step does not take";
    NO_TRAFFIC_PROVIDER "E0522" "a stage below 100 % without a traffic provider";
    UNFIT_FOR_PLAN "E0523" "a value that a plan cannot hold";

    // W…: warnings.
}
