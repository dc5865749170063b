//! An examination of a state directory and of what lives below it: each finding with its remedy. Changes nothing, and
//! works beside a runtime as well as where none can start.

mod host;
mod runs;
mod state;
mod world;

use providers::Layout;
use serde::Serialize;

/// Findings of one kind that are told singly; the rest are counted.
const TOLD_MAX: usize = 20;

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// What was looked at, as one word for programs.
    pub(crate) check: &'static str,
    /// What is the matter.
    pub(crate) what: String,
    /// What helps.
    pub(crate) remedy: String,
}

/// What an examination gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Health {
    /// The process that holds the directory, if one does.
    pub(crate) holder: Option<u32>,
    /// The linked SQLite.
    pub(crate) sqlite: &'static str,
    /// What is not as it should be.
    pub(crate) findings: Vec<Finding>,
}

impl Finding {
    fn new(check: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, what: what.into(), remedy: remedy.into() }
    }
}

/// Looks at everything. `program` is how a remedy names this program.
pub(crate) async fn examine(layout: &Layout, program: &str, now_ms: i64) -> Health {
    let holder = store::health::holder(&layout.state);
    let mut findings = host::look(&layout.state, holder).await;
    let readable = state::look(&layout.state, program, now_ms, &mut findings);
    if readable {
        findings.extend(runs::look(&layout.state, holder, program, now_ms).await);
    }
    findings.extend(world::look(layout, program, readable).await);
    Health { holder, sqlite: store::health::library(), findings: shortened(findings) }
}

/// A thousand findings of one kind are one finding.
fn shortened(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    let mut left_out: std::collections::BTreeMap<&'static str, usize> = std::collections::BTreeMap::new();
    for finding in findings {
        if kept.iter().filter(|told| told.check == finding.check).count() < TOLD_MAX {
            kept.push(finding);
        } else {
            *left_out.entry(finding.check).or_default() += 1;
        }
    }
    let more = |(check, count)| Finding::new(check, format!("{count} more of this kind"), "begin with those above");
    kept.extend(left_out.into_iter().map(more));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_findings_of_one_kind_are_counted() {
        let many: Vec<Finding> = (0..25).map(|n| Finding::new("audit", n.to_string(), "")).collect();
        let told = shortened([many, vec![Finding::new("disk", "x", "y")]].concat());
        assert_eq!(told.len(), 22);
        assert_eq!(told[21].what, "5 more of this kind");
    }
}
