//! Small models built by hand, as the semantics would evaluate the first example.

use std::sync::Arc;

use diagnostics::{FileId, Span};
use plan::{Place, Plan};
use rust_decimal::Decimal;
use semantics::model::{
    Approval, Arm, Artifact, Bind, Bound, Check, Condition, Drift, EffectClass, Environment, Gate, Inconclusive,
    Instances, Metric, MetricKind, Parameter, ParameterType, Provider, Reading, Release, Rollout, Run, Service, Stage,
    Step, StepKind, Strategy, Undecided, Workflow,
};
use semantics::value::{Fields, Piece, Value};

pub(crate) fn at(start: u32) -> Span {
    Span::new(FileId(0), start, start + 1)
}

pub(crate) fn place(span: Span) -> Place {
    Place { file: "first_canary.deploy".to_owned(), line: span.start, column: 1 }
}

pub(crate) fn lowered(steps: Vec<Step>) -> Plan {
    lower::lower(&workflow(steps), "2026", &place).unwrap_or_else(|found| panic!("{found:#?}"))
}

pub(crate) fn workflow(steps: Vec<Step>) -> Workflow {
    let parameter = |name: &str, r#type, default| Parameter { name: name.into(), r#type, default, span: at(2) };
    let parameters = vec![
        parameter("image", ParameterType::Digest, None),
        parameter("url", ParameterType::String, Some(text("http://here"))),
    ];
    Workflow {
        name: "release".into(),
        doc: None,
        span: at(1),
        formerly: None,
        emergency: None,
        during_freeze: false,
        runbook: None,
        parameters,
        steps,
        finally: vec![],
        incomplete: false,
    }
}

pub(crate) fn text(known: &str) -> Value {
    Value::Text(vec![Piece::Known(known.into())])
}

pub(crate) fn record(name: &str, fields: Vec<(&str, Value)>) -> Value {
    Value::Record(name.into(), fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

fn case(of: &str, name: &str, fields: Vec<(&str, Value)>) -> Value {
    let fields: Fields = fields.into_iter().map(|(name, value)| (name.into(), value)).collect();
    Value::Case(of.into(), name.into(), fields)
}

pub(crate) fn environment(replicas: i64, routed: bool) -> Environment {
    let proxy = Provider {
        provider: "proxy".into(),
        config: record("std.proxy.Proxy", vec![("listen", text("127.0.0.1:8080"))]),
        span: at(11),
        roles: vec![],
        shared: false,
        finest: None,
    };
    let here = record("std.process.Processes", vec![]);
    Environment {
        name: "local".into(),
        span: at(10),
        formerly: None,
        protected: false,
        compute: Provider {
            provider: "process".into(),
            config: here,
            span: at(10),
            roles: vec![],
            shared: true,
            finest: None,
        },
        traffic: routed.then_some(proxy),
        metrics: None,
        windows: Vec::new(),
        freezes: Vec::new(),
        alerts: None,
        notify: Vec::new(),
        secrets: None,
        drift: Drift::Heal,
        binds: vec![Bind { service: "shop".into(), span: at(12), replicas, traffic: None }],
        databases: vec![],
        released: vec![],
    }
}

pub(crate) fn service() -> Service {
    let ready = case("std.process.Probe", "http", vec![("path", text("/ready"))]);
    Service {
        name: "shop".into(),
        id: "shop".into(),
        span: at(20),
        formerly: None,
        artifact: case("std.process.Artifact", "files", vec![("folder", text("releases"))]),
        runs: record(
            "std.process.Process",
            vec![
                ("ready", ready),
                ("ready_within", Value::Duration(30_000)),
                ("drain", Value::Duration(2_000)),
                ("stop_within", Value::Duration(10_000)),
            ],
        ),
        runbook: None,
        contract: vec![],
    }
}

pub(crate) fn gate(name: &str, start: u32, against: Option<Arm>) -> Gate {
    let answers = |cases: &[&str]| Value::List(cases.iter().map(|c| case("std.proxy.Answer", c, vec![])).collect());
    let selector = |cases: &[&str]| case("std.proxy.Selector", "responses", vec![("of", answers(cases))]);
    let metric = Arc::new(Metric {
        name: "errors".into(),
        span: at(30),
        kind: MetricKind::Ratio,
        value: Value::None,
        range: None,
        bad: selector(&["server_error", "unanswered"]),
        total: selector(&[]),
        usual: Some(Decimal::new(2, 3)),
    });
    let (condition, bound) = match against {
        Some(_) => (
            "errors(canary) <= errors(stable) + 2pp",
            Bound::Against { times: Decimal::ONE, plus: Decimal::new(200, 4) },
        ),
        None => ("errors(service) <= 3%", Bound::Constant(Decimal::new(3, 2))),
    };
    Gate {
        name: name.into(),
        span: at(start),
        arm: if against.is_some() { Arm::Canary } else { Arm::Service },
        against,
        at_least: 300,
        confidence: Decimal::new(95, 2),
        conditions: vec![Condition {
            span: at(start + 1),
            text: condition.into(),
            metric,
            reading: Reading::Whole,
            advisory: false,
            lower: false,
            bound,
        }],
        inconclusive: Inconclusive { extend_ms: 10_000, then: Undecided::Rollback },
        warm_up_ms: 0,
        lag_ms: 0,
        runbook: None,
    }
}

pub(crate) fn stage(hundredths: u32, hold_ms: i64, guard: Option<&Arc<Gate>>) -> Stage {
    Stage {
        span: at(50 + hundredths),
        weight: Decimal::new(i64::from(hundredths), 2),
        mirror: None,
        cohort: None,
        sticky: None,
        instances: Instances::ByWeight,
        surge: None,
        unavailable: None,
        after_stop: false,
        pause: None,
        keeping: None,
        hold_ms,
        guard: guard.cloned(),
    }
}

pub(crate) fn careful() -> Vec<Stage> {
    let healthy = Arc::new(gate("healthy", 40, Some(Arm::Stable)));
    let steady = Arc::new(gate("steady", 45, None));
    vec![
        stage(5, 9_000, Some(&healthy)),
        stage(25, 5_000, Some(&healthy)),
        stage(50, 4_000, Some(&healthy)),
        stage(100, 4_000, Some(&steady)),
    ]
}

pub(crate) fn step(start: u32, kind: StepKind) -> Step {
    Step::bare(at(start), kind)
}

pub(crate) fn rollout(environment: Environment, stages: Vec<Stage>) -> Step {
    let strategy = Strategy { name: "careful".into(), span: at(60), stages };
    let rollout = Rollout {
        service: Arc::new(service()),
        release: Release { artifact: Artifact::Given(Value::Parameter("image".into())), overrides: vec![] },
        environment: Arc::new(environment),
        strategy,
    };
    step(60, StepKind::Rollout(rollout))
}

pub(crate) fn run(class: EffectClass) -> Step {
    let command = Value::List(vec![text("smoke"), Value::Text(vec![Piece::Parameter("url".into())])]);
    let config = record("std.exec.Exec", vec![("command", command), ("within", Value::Duration(60_000))]);
    step(
        70,
        StepKind::Run(Run {
            action: "smoke".into(),
            declared: at(71),
            class,
            provider: "exec".into(),
            config,
            binding: None,
        }),
    )
}

pub(crate) fn check() -> Step {
    step(
        80,
        StepKind::Check(Check {
            gate: Arc::new(gate("steady", 45, None)),
            service: Arc::new(service()),
            environment: Arc::new(environment(2, true)),
            over_ms: 600_000,
        }),
    )
}

pub(crate) fn approval() -> Step {
    let from = case("std.people.People", "users", vec![("names", Value::List(vec![text("ada"), text("grace")]))]);
    step(90, StepKind::Approval(Approval { from, quorum: 2, within_ms: 28_800_000, after_the_fact: false }))
}
