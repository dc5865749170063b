//! `cargo xtask fuzz`: the compiler's tests of bad input, for minutes instead of moments and on everything there is.

use std::process::ExitCode;

use crate::cargo::cargo;

/// What is fed to what, and for how long.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How long each phase is fed with mutated texts.
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
    /// The phase; all of them when it is left out.
    #[arg(long, value_enum)]
    target: Option<Target>,
    /// Repeats the random choices of an earlier call [default: another one each time]
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Target {
    Lexer,
    Parser,
    Formatter,
    Checker,
    /// The reader of plans.
    Plan,
    /// Every token taken out of every example and every text cut off everywhere, without chance.
    Removals,
}

impl Target {
    const ALL: [Self; 6] = [Self::Removals, Self::Lexer, Self::Parser, Self::Formatter, Self::Checker, Self::Plan];

    /// The tests that feed it, by the beginning of their names.
    fn tests(self) -> &'static str {
        match self {
            Self::Lexer => "fuzz::lexer",
            Self::Parser => "fuzz::parser",
            Self::Formatter => "fuzz::formatter",
            Self::Checker => "fuzz::checker",
            Self::Plan => "fuzz::plan",
            Self::Removals => "removals::",
        }
    }
}

/// Feeds one phase after the other; fails with the first that does.
pub(crate) fn run(options: &Options) -> Result<ExitCode, String> {
    let seed = options.seed.unwrap_or_else(fresh_seed);
    let chosen = Target::ALL.into_iter().filter(|target| options.target.is_none_or(|wanted| wanted == *target));
    for target in chosen {
        let mut command = cargo();
        command.args(["test", "--quiet", "--release", "--package", "deployc", "--test", "robustness", target.tests()]);
        command.args(["--", "--nocapture", "--test-threads=1"]);
        command
            .env("FUZZ_MINUTES", options.minutes.to_string())
            .env("FUZZ_SEED", seed.to_string())
            .env("FUZZ_ALL", "1");
        let status = command.status().map_err(|e| format!("{command:?} could not be started: {e}"))?;
        if !status.success() {
            return Err(format!(
                "something failed with seed {seed}; what made it fail lies in target/tmp/fuzz, or is shown above"
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn fresh_seed() -> u64 {
    fastrand::u64(..1 << 32)
}
