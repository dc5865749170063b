//! The registry of all diagnostic codes: one line each, and each has a page in `docs/errors/`.
//!
//! Ranges: E01xx syntax, E02xx names, E03xx types and units, E04xx stages, gates and proofs,
//! E05xx project and plan, E06xx databases and other languages, E07xx what people set beside it, W… warnings. A code is
//! never given to another meaning.

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
    HIDDEN_CHARACTER "E0115" "a character that cannot be seen";

    // E02xx: names.
    UNKNOWN_NAME "E0201" "a name that stands for nothing";
    UNKNOWN_MODULE "E0202" "a module that does not exist";
    PRIVATE_NAME "E0203" "an import of something private";
    DUPLICATE_NAME "E0204" "a name that is declared twice";
    IMPORT_CYCLE "E0205" "files that import each other";
    DEFINITION_CYCLE "E0206" "a declaration that leads back to itself";
    WRONG_KIND "E0207" "a name of another kind than is needed";
    UNKNOWN_FIELD "E0208" "a field that does not exist";
    MISSING_FIELD "E0209" "a field that must be given";
    DUPLICATE_FIELD "E0210" "a field that is given twice";
    ARGUMENTS "E0211" "arguments that do not fit the parameters";
    UNKNOWN_ANNOTATION "E0212" "an annotation that cannot be read";
    NAME_STYLE "E0213" "a name that is written like another kind of thing";

    // E03xx: types and units.
    TYPE_MISMATCH "E0301" "a value of another type than is needed";
    UNITS_DO_NOT_FIT "E0302" "units that do not go together";
    RATIO_PLUS_RATIO "E0303" "a percentage added to a percentage";
    NOT_A_DIGEST "E0304" "a tag or text where a digest is needed";
    SECRET_OUTSIDE "E0305" "a secret where others could see it";
    OUT_OF_RANGE "E0306" "a number that cannot be represented";
    OUTSIDE_TYPE "E0307" "a value outside the range of its type";
    NO_EXACT_RESULT "E0308" "a division without an exact result";
    KNOWN_AT_RUN "E0309" "a value that is known only when a run starts";
    OUT_OF_FUEL "E0310" "a computation that is too long";
    BAD_TYPE "E0311" "a type that cannot stand here";
    BAD_SECRET "E0312" "a secret that names no place";
    BACKWARD_RANGE "E0313" "a range that ends before it begins";
    IMPOSSIBLE_VALUE "E0314" "a value that makes no sense in its place";
    NOT_A_PROVIDER "E0315" "a record that no provider carries out";
    BAD_PATTERN "E0320" "a pattern that does not fit the value";
    MISSING_CASE "E0321" "a `when` that leaves cases out";
    UNREACHABLE_ARM "E0322" "an arm that is never reached";
    UNKNOWN_METHOD "E0323" "a method that the type does not have";
    FUNCTION_KEPT "E0324" "a function where values are kept";
    UNKNOWN_ZONE "E0325" "a time zone that does not exist";
    NEVER_OPENS "E0326" "a window that never opens";

    // E04xx: stages, gates and proofs.
    WEIGHTS_DO_NOT_RISE "E0401" "weights that do not rise";
    NOT_TO_FULL "E0402" "a strategy that does not end at 100 %";
    WEIGHT_TOO_FINE "E0403" "a weight finer than 0.01 %";
    TOO_FEW_INSTANCES "E0404" "too few instances for the weight";
    KEEPS_TOO_FEW "E0405" "too few instances kept for the rest of the traffic";
    ARM_NOT_SERVING "E0406" "a comparison with an arm that serves nothing";
    WINDOW_TOO_LONG "E0407" "a window longer than the hold";
    WARM_UP_TOO_LONG "E0408" "a warm-up that leaves nothing of the hold";
    TOO_FEW_REQUESTS "E0409" "a hold too short for the requests a gate needs";
    UNGUARDED "E0410" "an unguarded stage in a protected environment";
    QUORUM "E0411" "more approvals than people";
    MISSING_CLAUSE "E0412" "a clause that must be written";
    UNKNOWN_ARM "E0413" "an arm that cannot stand here";
    BAD_CONDITION "E0414" "a condition that no judge can decide";
    NEVER_FIRES "E0415" "a burn rate that can never be reached";
    ARMS_DO_NOT_FIT "E0416" "a gate of other arms than are needed";
    WITHOUT_DEADLINE "E0417" "a wait without a deadline";
    CANNOT_RUN_THERE "E0418" "a service that its environment cannot run";
    NO_METRICS "E0419" "a gate where nobody counts";
    SAME_IDENTITY "E0420" "two things that a run cannot tell apart";
    TRAFFIC_NOT_SHARED "E0421" "traffic of two services by what carries one";
    NO_PROBE "E0422" "a probeable action without a probe";
    NOT_A_LINK "E0423" "a runbook that is no link";
    UNBOUND_SILENCE "E0424" "a silence that covers too much";

    PUT_TOGETHER "E0430" "a query that is put together";
    NOT_COMPARABLE "E0431" "a comparison that this kind of metric does not allow";
    OTHER_OBJECTIVE "E0432" "an objective of another service";
    COHORTS_OVERLAP "E0433" "users whose share is given twice";
    NO_BATCH "E0434" "batches that replace nothing";
    STAGE_CONTRADICTS "E0435" "clauses of a stage that contradict each other";
    BLIND_GATE "E0441" "a gate that cannot tell what it asks for";
    TOO_LITTLE_ASKED "E0442" "a gate that asks for too few requests where no traffic is declared";
    NEVER_PASSES "E0443" "a gate that no ordinary release passes";
    MEASURES_ANOTHER "E0444" "a query that does not measure the release that is judged";
    ROUTER_TOO_COARSE "E0445" "a share that the traffic provider cannot give";

    // E05xx: project and plan. E0520 is not used any more.
    PROJECT_FILE "E0501" "a `deploy.toml` that cannot be read";
    PROJECT_KEY "E0502" "a key that `deploy.toml` does not have";
    PROJECT_EDITION "E0503" "an edition that is missing or not known";
    NOT_UTF8 "E0504" "a source file that is not UTF-8";
    UNREADABLE "E0505" "a source file that cannot be read";
    MODULE_TWICE "E0506" "two sources that one name stands for";
    CASE_ONLY "E0507" "paths that differ only in the case of letters";
    TAKEN_NAME "E0508" "a source under the name of a library";
    BAD_PACKAGE "E0509" "a package that is not stated as it must be";
    NOT_VENDORED "E0510" "packages that are not vendored as they are stated";
    VENDORED_DIFFERS "E0511" "a vendored file that is not as it was locked";
    MODIFIER_NOT_TAKEN "E0521" "a modifier that the step does not take";
    NO_TRAFFIC_PROVIDER "E0522" "a stage below 100 % without a traffic provider";
    UNFIT_FOR_PLAN "E0523" "a value that a plan cannot hold";
    MISPLACED_FINALLY "E0524" "a `finally` that is not the end of its workflow";
    UNFIT_HANDLER "E0525" "a step that cannot stand in a handler";
    NOTHING_TO_ROLL_BACK "E0526" "a rollback of what was not rolled out before";
    RACE "E0527" "two branches that change the same thing";
    MEMBERS "E0528" "services that cannot be rolled out together";
    MEMBER_CYCLE "E0529" "services that come after each other";
    NO_OVERRIDE "E0530" "a change that no release can have";
    KNOWN_DURING_RUN "E0531" "a value that is known only during the run";
    TWICE_IN_LOOP "E0532" "an element that a loop has twice";
    NOBODY_ANSWERS "E0533" "an emergency that nobody answers for";
    NO_EMERGENCY "E0534" "an approval after the fact without an emergency";
    NO_OUTPUTS "E0535" "a name for outputs that an action does not have";
    NO_CHANNEL "E0536" "a channel that does not take one text";
    NO_SUCH_COHORT "E0537" "a cohort that the flag does not have";
    UNFIT_EXPOSURE "E0538" "an exposure that means nothing of a flag";
    OVERSPENT "E0540" "a rollout that could cost more of a budget than it may";
    NO_BUDGET "E0541" "a share of a budget that nobody declared";
    DEADLINE_TOO_SHORT "E0542" "a deadline that is shorter than what it bounds";
    OPENING_TOO_SHORT "E0543" "increases that do not fit into one opening";
    NOBODY_KEEPS_ALERTS "E0544" "a silence where nobody keeps alerts";

    // E06xx: databases, contracts and texts in other languages.
    SCHEMA_FILE "E0601" "a schema file that is not named by its path in the project";
    UNKNOWN_COLUMN "E0602" "a table or column that the database does not have";
    PHASES "E0603" "phases of a migration that are out of order";
    BAD_SQL "E0604" "SQL that cannot be read";
    BAD_PROMQL "E0605" "PromQL that cannot be read";
    BACKFILL_KEY "E0606" "a backfill by a column that is not unique";
    RELEASED_TWICE "E0607" "two records of what runs in one place";
    NOT_PROVIDED "E0608" "a call of an interface that nobody provides";
    FORMER_NAME "E0609" "a former name that something else has now";
    UNKNOWN_PHASE "E0610" "a phase that the migration does not have";
    MIGRATE_ORDER "E0611" "phases of a migration that a workflow carries out of order";
    URL_WITHOUT_PLACE "E0612" "the url of a database where no environment is known";
    CALL_UNANSWERED "E0613" "a call that a release beside it does not answer";

    // E07xx: groups, flags, policies, tests and exceptions.
    GROUP_MEMBER "E0701" "a member that a group cannot have";
    GROUP_CYCLE "E0702" "a member of a group that comes after itself";
    FLAG_WITHOUT_OWNER "E0703" "a flag that nobody will remove";
    POLICY_SUBJECT "E0704" "a policy about something that has none";
    UNKNOWN_PROOF "E0705" "an exception from a proof that does not exist";
    UNCLEAR_EXCEPTION "E0706" "an exception without a plain reason or day";
    EXPIRED "E0707" "a flag or an exception that is past its day";
    POLICY_BROKEN "E0710" "a policy that is broken";
    TEST_ENTRY "E0715" "an entry that means nothing in its test";
    NO_SUCH_STAGE "E0716" "a moment of a test that never comes";
    NOT_AS_EXPECTED "E0717" "an expectation that does not hold";
    RUN_NOT_AS_EXPECTED "E0718" "a simulated run that came out otherwise than expected";

    // W…: warnings.
    UNUSED_IMPORT "W0201" "an import that nothing uses";
    UNUSED_DECLARATION "W0202" "a declaration that nothing uses";
    SHADOWED "W0203" "a name that hides another";
    FEW_REQUESTS_AT_LEAST "W0401" "a hold that may be too short at the lowest traffic";
    HARDLY_PASSES "W0402" "a gate that hardly passes within its hold";
    LONG_EXTENSION "W0403" "an extension much longer than the hold";
    BLIND_AT_LEAST "W0404" "a gate that cannot tell what it asks for at the lowest traffic";
    COIN_FLIP "W0405" "a limit at the objective itself";
    SCHEMA_UNREAD "W0601" "a schema file that is not understood";
    DEPRECATED "W0701" "a use of what is deprecated";
    IDLE_EXCEPTION "W0702" "an exception that accepts nothing";
}
