//! All verdicts on all mutants of sources, by operator (docs/decisions/0051).
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on ends here")]
#![allow(dead_code, reason = "shared with tests that need another part")]

#[path = "../tests/robustness/corpus.rs"]
mod corpus;
#[path = "../tests/robustness/proving/mod.rs"]
mod proving;

use std::collections::BTreeMap;

use proving::{OPERATORS, Verdict, mutants, sound, verdict};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let detailed = std::env::args().any(|argument| argument == "--accepted");
    let sources = sound();
    println!("sources without an error  {}", sources[0].len());
    println!("of them under the policies of the library  {}", sources[1].len());
    let mut of_proofs: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for operator in OPERATORS {
        let mut counts = [0; 3];
        for mutant in mutants(&sources, operator) {
            let (verdict, codes) = verdict(&mutant, operator);
            counts[verdict as usize] += 1;
            if operator.certain && verdict == Verdict::Accepted {
                println!("accepted against what was said: {} {}", operator.proof, operator.name);
            }
            if detailed && verdict != Verdict::Expected {
                println!("--- {} {} {verdict:?} {codes:?}\n{}", operator.proof, operator.name, mutant.files[0].1);
            }
        }
        let [expected, other, accepted] = counts;
        let name = format!("{} {}", operator.proof, operator.name);
        println!("{name}: expected · another · accepted  {expected} · {other} · {accepted}");
        of_proofs.entry(operator.proof).or_default().iter_mut().zip(counts).for_each(|(sum, own)| *sum += own);
    }
    for (proof, [expected, other, accepted]) in of_proofs {
        let all = expected + other + accepted;
        println!("{proof}, mutants  {all}: {expected} expected, {other} another, {accepted} accepted");
    }
}
