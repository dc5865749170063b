//! Generated projects: many files of real declarations, and the data that the peers are given in their languages.

use std::fmt::Write;
use std::path::Path;

/// A source by its path.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Writes a project into a folder.
pub(crate) fn write(folder: &Path, sources: &[Source]) {
    std::fs::write(folder.join("deploy.toml"), "edition = \"2026\"\n").unwrap();
    for source in sources {
        let path = folder.join(&source.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &source.text).unwrap();
    }
}

/// About a hundred lines a file: services with their metric, gates, strategy and workflow, and plain data.
pub(crate) fn workspace(files: usize) -> Vec<Source> {
    let mut sources = vec![Source { path: "base.deploy".to_owned(), text: BASE.to_owned() }];
    for file in 0..files {
        sources.push(Source { path: format!("team_{}/part_{file}.deploy", file % 20), text: part(file) });
    }
    sources
}

/// The same declarations in one file of about so many lines.
pub(crate) fn one_file(lines: usize) -> String {
    let mut text = header();
    let mut at = 0;
    while text.lines().count() < lines {
        (0..20).for_each(|_| {
            text.push_str(&declarations(at));
            at += 1;
        });
    }
    text
}

/// The peers' content: `resources` services × environments, a hundred a file.
pub(crate) fn content(resources: usize) -> Vec<Source> {
    let mut sources = vec![Source { path: "base.deploy".to_owned(), text: BASE.to_owned() }];
    for (file, first) in (0..resources).step_by(100).enumerate() {
        let mut text = "use base.{Limits, Resource, Rollout, Step, region, replicas, version}\n\n".to_owned();
        (first..resources.min(first + 100)).for_each(|at| text.push_str(&resource(at, at % 100 >= 3)));
        sources.push(Source { path: format!("part_{file}.deploy"), text });
    }
    sources
}

const BASE: &str = "\
// What every part of the project shares.

/// One step of a rollout.
pub type Step = { weight: Ratio, hold: Duration }

/// How a release comes in.
pub type Rollout = { steps: List<Step> }

/// What an instance may use.
pub type Limits = { cpu: Factor, memory: Bytes }

/// One service in one environment.
pub type Resource = {
  /// Unique.
  name: String
  image: String
  replicas: Int = 1
  memory: Bytes
  timeout: Duration = 30s
  enabled: Bool = true
  share: Ratio
  ports: List<Int>
  tags: List<String>
  env: Map<String, String>
  limits: Limits
  rollout: Rollout
  depends_on: List<String> = []
}

/// Where everything runs.
pub let region: String = \"eu-west-1\"

/// The version of all images.
pub let version: String = \"1.2\"

/// Instances by environment.
pub fn replicas(scale: Int) -> Int = scale * 2
";

fn header() -> String {
    "use base.{Limits, Resource, Rollout, Step, region, replicas, version}
use std.process.{Process, Processes}
use std.proxy.{Proxy}
use std.strategies.{all_at_once}

"
    .to_owned()
}

fn part(file: usize) -> String {
    let mut text = header();
    text.push_str(&declarations(file));
    text.push_str(&resource(2 * file, false));
    text.push_str(&resource(2 * file + 1, false));
    text
}

/// What one service needs to be rolled out.
fn declarations(at: usize) -> String {
    let (port, hold) = (10_000 + at % 50_000, 30 + at % 30);
    format!(
        "\
/// Where service {at} runs.
environment place_{at} {{
  compute = Processes {{}}
  traffic = Proxy {{ listen = \"127.0.0.1:{port}\" }}
  bind service_{at} {{ replicas = 4, traffic = 800 req/s..1_000 req/s }}
}}

/// Service {at}.
service service_{at} {{
  id = \"service-{at}\"
  artifact = files(\"releases/{at}\")
  runs = Process {{ ready = http(\"/ready\"), drain = 2s, environment = {{ REGION = region }} }}
}}

/// How many of its requests go wrong.
metric errors_{at}: Ratio {{
  bad = responses([server_error, unanswered])
  total = responses()
  usual = 0.2%
}}

/// Better than what ran before, but for two points.
gate healthy_{at} for canary against stable {{
  at least 300 requests, confidence 95%
  errors_{at}(canary) <= errors_{at}(stable) + 2pp
  inconclusive: extend 10s then rollback
}}

/// Rising weights.
strategy careful_{at} {{
  5% for {hold}s while healthy_{at}
  25% for {hold}s while healthy_{at}
  50% for {hold}s while healthy_{at}
  100%
}}

/// The first release, and every release after it.
workflow release_{at}(image: Digest, first: Digest) {{
  rollout service_{at}@first to place_{at} using all_at_once
  rollout service_{at}@image to place_{at} using careful_{at}
}}

"
    )
}

fn resource(at: usize, depends: bool) -> String {
    const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "prod"];
    let (service, environment) = (at / 3, ENVIRONMENTS[at % 3]);
    let before = if depends { format!("svc_{}_{environment}.name", service - 1) } else { String::new() };
    let (scale, memory, port) = (service % 4 + 1, 128 * (service % 8 + 1), 8_000 + service % 1_000);
    let (patch, group, hold) = (service % 40, service % 20, 10 + service % 20);
    let mut text = String::new();
    write!(
        text,
        "\
pub let svc_{service}_{environment}: Resource = Resource {{
  name = \"svc-{service}-{environment}\"
  image = \"registry.example.com/${{region}}/svc-{service}:${{version}}.{patch}\"
  replicas = replicas({scale})
  memory = {memory}MiB + 64MiB
  timeout = 1s + {}ms
  enabled = {}
  share = {}%
  ports = [80, 443, {port}]
  tags = [\"group-{group}\", \"{environment}\", \"svc-{service}\"]
  env = {{
    LOG_LEVEL = \"info\"
    GROUP = \"g{group}\"
    WORKERS = \"${{replicas({scale}) * 2}}\"
  }}
  limits = Limits {{
    cpu = 0.{}
    memory = 512MiB
  }}
  rollout = Rollout {{
    steps = [
      Step {{ weight = 5%, hold = {hold}m }},
      Step {{ weight = 25%, hold = 1h }},
      Step {{ weight = 100%, hold = 0s }},
    ]
  }}
  depends_on = [{before}]
}}

",
        250 + service % 500,
        service % 5 != 0,
        100 - service % 50,
        service % 9 + 1,
    )
    .unwrap();
    text
}
