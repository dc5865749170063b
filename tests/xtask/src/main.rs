//! `cargo xtask …`: the project's own commands. Two do all set-up: `cargo xtask demo` and `cargo xtask test`.

mod bench;
mod cargo;
mod demo;
mod fuzz;
mod kill;
mod simulate;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what the tests need, build the binaries, run every test, print one last line with the sums.
    Test(test::Options),
    /// Show the product: a good release promoted, a bad one rolled back, under real traffic.
    Demo(demo::Options),
    /// Kill the runtime at every point of a rollout, then at random, and hold what it did against other books.
    Kill(kill::Options),
    /// Run fault schedules by number on virtual time, and hold what they leave behind against the world's own book.
    Simulate(simulate::Options),
    /// Run the benchmarks and print one table.
    Bench(bench::Options),
    /// Feed the compiler mutated texts, for minutes, and every example with every token forgotten.
    Fuzz(fuzz::Options),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Test(options) => test::run(&options),
        Command::Demo(options) => demo::run(&options),
        Command::Kill(options) => kill::run(&options),
        Command::Simulate(options) => simulate::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
    };
    done.unwrap_or_else(|message| {
        eprintln!("error: {message}");
        ExitCode::FAILURE
    })
}
