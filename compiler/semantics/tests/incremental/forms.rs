//! What a declaration can declare: how it is written, and what it needs to be there.

/// The kinds of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Patience,
    Double,
    Limits,
    Held,
    Service,
    Environment,
    Metric,
    Slo,
    Gate,
    Strategy,
    Action,
    Workflow,
    Group,
    Flag,
    Policy,
    Database,
    Migration,
    Released,
    Test,
}

/// All of them; each stands behind those that it needs.
pub(crate) const FORMS: [Form; 19] = [
    Form::Patience,
    Form::Double,
    Form::Limits,
    Form::Database,
    Form::Metric,
    Form::Action,
    Form::Policy,
    Form::Held,
    Form::Migration,
    Form::Service,
    Form::Slo,
    Form::Gate,
    Form::Environment,
    Form::Group,
    Form::Flag,
    Form::Released,
    Form::Strategy,
    Form::Workflow,
    Form::Test,
];

impl Form {
    pub(crate) fn needs(self) -> &'static [Self] {
        match self {
            Self::Patience | Self::Double | Self::Limits | Self::Database => &[],
            Self::Metric | Self::Action | Self::Policy => &[],
            Self::Held => &[Self::Limits],
            Self::Migration => &[Self::Database],
            Self::Service => &[Self::Patience, Self::Database],
            Self::Slo => &[Self::Service, Self::Metric],
            Self::Gate => &[Self::Metric, Self::Double],
            Self::Environment | Self::Group | Self::Flag => &[Self::Service],
            Self::Released => &[Self::Service, Self::Environment, Self::Database],
            Self::Strategy => &[Self::Gate, Self::Patience],
            Self::Workflow => &[Self::Service, Self::Environment, Self::Strategy, Self::Action],
            Self::Test => &[Self::Double, Self::Workflow],
        }
    }

    /// What it is called, but for a number.
    pub(crate) fn word(self) -> String {
        if self == Self::Limits { "Limits".to_owned() } else { format!("{self:?}").to_lowercase() }
    }

    /// Whether others can name it.
    pub(crate) fn is_named(self) -> bool {
        !matches!(self, Self::Test | Self::Released)
    }

    /// What is written where it is used and has one of its two signatures.
    pub(crate) fn passed(self, shape: bool) -> &'static str {
        match (self, shape) {
            (Self::Double, true) => ", 2x",
            (Self::Limits, false) => "memory",
            (Self::Limits, true) => "room",
            (Self::Strategy, true) => "(20s)",
            (Self::Action, true) => ", 3",
            _ => "",
        }
    }

    /// Its text in one of two shapes: `§n` its name, `§v` a number of its body, `§0` … the names of what it needs, `§+0` …
    /// what is passed to those.
    pub(crate) fn template(self, shape: bool) -> &'static str {
        match (self, shape) {
            (Self::Patience, false) => "let §n: Duration = 1§vs",
            (Self::Patience, true) => "let §n: Duration = §vs + 1m",
            (Self::Double, false) => "fn §n(share: Ratio) -> Ratio = share * §v",
            (Self::Double, true) => "fn §n(share: Ratio, by: Factor) -> Ratio = share * by * §v",
            (Self::Limits, false) => "type §n = { memory: Bytes, spare: Bytes = §vMiB }",
            (Self::Limits, true) => "type §n = { room: Bytes, spare: Bytes = §vMiB }",
            (Self::Held, _) => "let §n: §0 = §0 { §+0 = §vMiB }",
            (Self::Database, false) => "database §n: Postgres {}",
            (Self::Database, true) => "database §n: Sqlite {}",
            (Self::Metric, false) => METRIC,
            (Self::Metric, true) => METRIC_WITH_USUAL,
            (Self::Policy, false) => "policy §n for rollout r { require r.replicas >= §v }",
            (Self::Policy, true) => {
                "policy §n for rollout r where r.environment.protected { require r.replicas >= §v }"
            }
            (Self::Migration, _) => MIGRATION,
            (Self::Service, false) => SERVICE,
            (Self::Service, true) => SERVICE_WITH_CONTRACT,
            (Self::Slo, _) => "slo §n for §0 { §1 keep 99% good over §vd }",
            (Self::Gate, false) => GATE,
            (Self::Gate, true) => GATE_OF_A_CANARY,
            (Self::Environment, false) => ENVIRONMENT,
            (Self::Environment, true) => PROTECTED_ENVIRONMENT,
            (Self::Group, _) => "group §n { §0 } // §v",
            (Self::Flag, false) => "flag §n { owner = \"team §v\", expires = 2027-03-31, service = §0 }",
            (Self::Flag, true) => {
                "flag §n { owner = \"§v\", expires = 2027-03-31, service = §0, cohorts = [\"staff\"] }"
            }
            (Self::Released, _) => RELEASED,
            (Self::Strategy, false) => "strategy §n { §v% for §1, 100% for 1m while §0 }",
            (Self::Strategy, true) => "strategy §n(hold: Duration) { §v% for hold, 100% for §1 while §0 }",
            (Self::Action, false) => ACTION,
            (Self::Action, true) => ACTION_WITH_NUMBER,
            (Self::Workflow, false) => WORKFLOW,
            (Self::Workflow, true) => WORKFLOW_WITH_CHOICE,
            (Self::Test, _) => TEST,
        }
    }
}

const METRIC: &str = "metric §n: Ratio { // §v
  bad = responses([server_error])
  total = responses()
}";
const METRIC_WITH_USUAL: &str = "metric §n: Ratio {
  bad = responses([server_error])
  total = responses()
  usual = 0.§v%
}";
const MIGRATION: &str = "migration §n on §0 {
  expand { sql \"ALTER TABLE charges ADD COLUMN more_§v text\" }
}";
const SERVICE: &str = "service §n {
  artifact = files(\"releases/§v\")
  runs = Process { drain = §0 }
}";
const SERVICE_WITH_CONTRACT: &str = "service §n {
  artifact = files(\"releases/§v\")
  runs = Process { drain = §0 }
  reads §1.charges { id }
}";
const GATE: &str = "gate §n for service {
  at least §v00 requests, confidence 95%
  §0(service) <= §1(1%§+1)
  inconclusive: extend 5s then rollback
}";
const GATE_OF_A_CANARY: &str = "gate §n for canary against stable {
  at least §v00 requests, confidence 95%
  §0(canary) <= §0(stable) + 1pp
  §0(canary) <= §1(1%§+1)
  inconclusive: hold
}";
const ENVIRONMENT: &str = "environment §n {
  compute = Processes {}
  traffic = Proxy { listen = \"127.0.0.1:80§v\" }
  bind §0 { replicas = 4, traffic = 800 req/s..1_000 req/s }
}";
const PROTECTED_ENVIRONMENT: &str = "environment §n {
  protected
  compute = Processes {}
  bind §0 { replicas = §v }
}";
const RELEASED: &str = "released §0 in §1 {
  release \"2026-10-02.§v\"
  artifact = \"sha256:0000000000000000000000000000000000000000000000000000000000000000\"
  reads §2.charges { id }
}";
const ACTION: &str = "action §n(target: String) idempotent {
  runs = Exec { command = [\"true\", target], within = §vm }
}";
const ACTION_WITH_NUMBER: &str = "action §n(target: String, times: Int) idempotent {
  runs = Exec { command = [\"true\", target, \"${times}\"], within = §vm }
}";
const WORKFLOW: &str = "workflow §n(image: Digest) {
  run §3(\"a\"§+3) within §vm
  rollout §0@image to §1 using §2§+2
}";
const WORKFLOW_WITH_CHOICE: &str = "workflow §n(image: Digest, careful: Bool = true) {
  when careful { wait §vm }
  rollout §0@image to §1 using §2§+2
  run §3(\"a\"§+3)
}";
const TEST: &str = "test \"§n\" {
  simulate §1(image = any)
  expect completed, §0(§v%§+0) > 0%
}";

/// The names of the standard library that a form needs.
pub(crate) fn library(form: Form) -> &'static [(&'static str, &'static str)] {
    match form {
        Form::Service => &[("std.process", "Process")],
        Form::Environment => &[("std.process", "Processes"), ("std.proxy", "Proxy")],
        Form::Action => &[("std.exec", "Exec")],
        _ => &[],
    }
}
