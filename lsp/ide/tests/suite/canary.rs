//! A small project with something for every question.

/// Written so that its picture can be drawn.
pub(crate) const SHOP: &str = r#"
// Read https://runbooks.example/shop first; E0503 is what a gate without evidence says.
use std.process.{Process, Processes}
use std.proxy.{Proxy}

/// This machine.
environment local {
  compute = Processes {}
  traffic = Proxy { listen = "127.0.0.1:8080" }
  bind shop { replicas = 2, traffic = 800 req/s..1_000 req/s }
}

service shop {
  artifact = files("releases")
  runs = Process { ready = http("/ready"), drain = 2s }
}

/// How many requests go wrong.
metric errors: Ratio {
  bad = responses([server_error, unanswered])
  total = responses()
  usual = 0.2%
}

gate healthy for canary against stable {
  at least 300 requests, confidence 95%
  errors(canary) <= errors(stable) + 2pp
  inconclusive: extend 10s then rollback
}

strategy careful while healthy { 5% for 16s, 25% for 12s, 100% }

type Size = { width: Int, height: Int = 1 }

type Answer = yes | no(because: String)

fn twice(x: Int) -> Int = x + x

workflow release(image: Digest) {
  rollout shop@image to local using careful
  wait 2s
}
"#;
