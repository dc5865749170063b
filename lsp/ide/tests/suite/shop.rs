//! A project of two files that the questions are asked about: the cursor is put behind a piece of its text.

use crate::fixture::{Fixture, fixture};

/// The project.
pub(crate) const SHOP: &str = "
//- shared.deploy
use std.process.{Process, Processes}

/// How long a stage of ours lasts.
pub let hold: Duration = 10m
/// Half as long.
let short: Duration = hold / 2
pub let image_of_today: Digest = \"sha256:0000000000000000000000000000000000000000000000000000000000000000\"

/// A port that programs listen on.
pub type Port = Int where 1..65535

pub type Place = { name: String, port: Port, tags: List<String> = [] }

pub type Kind = small | large(
  /// How many of them.
  count: Int)

/// Twice as much.
pub fn double(amount: Int) -> Int = amount * 2
//- main.deploy
use shared.{hold, Place, Kind, double as twice}
use std.exec.{Exec}
use std.process.{Process, Processes}
use std.proxy.{Proxy}
use std.strategies.{all_at_once}

environment local {
  compute = Processes {}
  traffic = Proxy { listen = \"127.0.0.1:8080\" }
  bind shop { replicas = 2, traffic = 800 req/s..1_000 req/s }
}

/// A small HTTP service.
service shop {
  artifact = files(\"releases\")
  runs = Process { ready = http(\"/ready\"), drain = 2s }
}

metric errors: Ratio { bad = responses([server_error]), total = responses(), usual = 0.2% }

slo availability for shop { errors keep 99% good over 30d }

/// No more failures than beside it.
gate healthy for canary against stable {
  at least 300 requests, confidence 95%
  errors(canary) <= errors(stable) + 2pp
  inconclusive: extend 10s then rollback
}

strategy careful(steps: List<Ratio>, guard: Gate<canary, stable>) while guard {
  for step in steps { step for hold }
  100% for 10s
}

let places: List<Place> = [Place { name = \"here\", port = 80 }]
let ports: List<Int> = places.filter(it => it.port > twice(20)).map(it => it.port)

let kind: Kind = large(2)
let count: Int = when kind { small => 1, large(many) => many }

action smoke(url: String, often: Int = 3) idempotent { runs = Exec { command = [\"curl\", url] } }

workflow release(image: Digest) {
  rollout shop@image to local using careful(steps = [5%, 50%], guard = healthy)
}
";

/// The project with the cursor behind the first place of `text`, which has `$0` in it.
pub(crate) fn at(text: &str) -> Fixture {
    let plain = text.replacen("$0", "", 1);
    assert!(SHOP.contains(&plain), "the project has no `{plain}`");
    fixture(&SHOP.replacen(&plain, text, 1))
}

/// The project with one piece of its text written anew; `$0` in it is the cursor.
pub(crate) fn with(old: &str, new: &str) -> Fixture {
    assert!(SHOP.contains(old), "the project has no `{old}`");
    fixture(&SHOP.replacen(old, new, 1))
}
