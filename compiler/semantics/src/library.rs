//! The standard library: source in the language itself, part of the compiler, never changing while it runs.

/// Path and text of every file of the standard library, in the order of their paths.
pub(crate) const FILES: &[(&str, &str)] = &[
    ("std/alertmanager.deploy", include_str!("../../../stdlib/std/alertmanager.deploy")),
    ("std/database.deploy", include_str!("../../../stdlib/std/database.deploy")),
    ("std/edge.deploy", include_str!("../../../stdlib/std/edge.deploy")),
    ("std/environment.deploy", include_str!("../../../stdlib/std/environment.deploy")),
    ("std/exec.deploy", include_str!("../../../stdlib/std/exec.deploy")),
    ("std/function.deploy", include_str!("../../../stdlib/std/function.deploy")),
    ("std/haproxy.deploy", include_str!("../../../stdlib/std/haproxy.deploy")),
    ("std/kubernetes.deploy", include_str!("../../../stdlib/std/kubernetes.deploy")),
    ("std/metrics.deploy", include_str!("../../../stdlib/std/metrics.deploy")),
    ("std/people.deploy", include_str!("../../../stdlib/std/people.deploy")),
    ("std/plan.deploy", include_str!("../../../stdlib/std/plan.deploy")),
    ("std/policies.deploy", include_str!("../../../stdlib/std/policies.deploy")),
    ("std/prelude.deploy", include_str!("../../../stdlib/std/prelude.deploy")),
    ("std/process.deploy", include_str!("../../../stdlib/std/process.deploy")),
    ("std/prometheus.deploy", include_str!("../../../stdlib/std/prometheus.deploy")),
    ("std/proxy.deploy", include_str!("../../../stdlib/std/proxy.deploy")),
    ("std/strategies.deploy", include_str!("../../../stdlib/std/strategies.deploy")),
    ("std/traffic.deploy", include_str!("../../../stdlib/std/traffic.deploy")),
];
