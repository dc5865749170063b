//! `cargo xtask bench`: every benchmark of the workspace in one table.
//!
//! A benchmark is a `[[bench]]` with `harness = false` that prints one line a measure: a name, two or more spaces, a
//! number, a unit. Figures of one machine mean little; compare the lines of one run with each other.

use std::process::ExitCode;

use serde_json::Value;

use crate::cargo::{cargo, metadata};

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only benchmarks whose `crate/name` contains this.
    filter: Option<String>,
    /// Handed to the benchmarks, after `--`.
    #[arg(last = true)]
    arguments: Vec<String>,
}

struct Row {
    bench: String,
    measure: String,
    figure: String,
}

/// Runs them one after the other and prints the table.
pub(crate) fn run(options: &Options) -> Result<ExitCode, String> {
    let mut rows = Vec::new();
    for (package, bench) in benches(&metadata()?) {
        let name = format!("{package}/{bench}");
        if options.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str())) {
            rows.extend(measure(&package, &bench, &options.arguments)?.lines().filter_map(|line| row(&name, line)));
        }
    }
    if rows.is_empty() {
        return Err("no benchmark has been run".to_owned());
    }
    print!("{}", table(&rows));
    Ok(ExitCode::SUCCESS)
}

fn benches(metadata: &Value) -> Vec<(String, String)> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let of = |package: &Value| -> Vec<(String, String)> {
        let name = package["name"].as_str().unwrap_or_default();
        let targets = package["targets"].as_array().into_iter().flatten();
        let benches = targets.filter(|t| t["kind"].as_array().is_some_and(|k| k.contains(&Value::from("bench"))));
        benches.filter_map(|t| Some((name.to_owned(), t["name"].as_str()?.to_owned()))).collect()
    };
    packages.flat_map(of).collect()
}

fn measure(package: &str, bench: &str, arguments: &[String]) -> Result<String, String> {
    let mut command = cargo();
    command.args(["bench", "--quiet", "--package", package, "--bench", bench, "--"]).args(arguments);
    let output = command.output().map_err(|e| format!("{command:?} could not be started: {e}"))?;
    if !output.status.success() {
        return Err(format!("{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn row(bench: &str, line: &str) -> Option<Row> {
    let (measure, figure) = line.trim().split_once("  ")?;
    let figure = figure.trim();
    let row = Row { bench: bench.to_owned(), measure: measure.to_owned(), figure: figure.to_owned() };
    figure.starts_with(|c: char| c.is_ascii_digit()).then_some(row)
}

fn table(rows: &[Row]) -> String {
    let width = |text: fn(&Row) -> &str| rows.iter().map(|row| text(row).len()).max().unwrap_or_default();
    let (first, second) = (width(|r| &r.bench), width(|r| &r.measure));
    let lines = rows.iter().map(|r| format!("{:<first$}  {:<second$}  {}\n", r.bench, r.measure, r.figure));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::{row, table};

    #[test]
    fn reads_measures_and_nothing_else() {
        let rows: Vec<_> = ["judge, 10^12      1234 per second", "a heading", "note  without a number"]
            .iter()
            .filter_map(|line| row("statistics/judgements", line))
            .collect();
        assert_eq!(table(&rows), "statistics/judgements  judge, 10^12  1234 per second\n");
    }
}
