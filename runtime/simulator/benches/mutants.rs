//! All verdicts on all mutants of all plans, by operator (docs/decisions/0040).

use simulator::mutants::{Operator, mutants};
use simulator::plans;
use simulator::verify::{Wanted, verify};

fn main() {
    let wanted = Wanted { pairs: 0, first: 0, instants_at_most: Wanted::INSTANTS, threads: 2 };
    let cases = plans::names().filter_map(|name| Some((name, plans::case(name).ok()?)));
    let all: Vec<_> =
        cases.flat_map(|(name, case)| mutants(&case.plan).into_iter().map(move |it| (name, it))).collect();
    for operator in Operator::ALL {
        let own = all.iter().filter(|(_, mutant)| mutant.operator == operator);
        let verdicts: Vec<_> = own.map(|(name, it)| (*name, it, verify(&it.plan, &wanted))).collect();
        let rejected = verdicts.iter().filter(|it| matches!(&it.2, Ok(verified) if !verified.is_safe())).count();
        println!("{operator}, mutants  {}", verdicts.len());
        println!("{operator}, rejected  {rejected}");
        for (name, mutant, verdict) in &verdicts {
            let safe = matches!(verdict, Ok(verified) if verified.is_safe());
            if safe == operator.is_to_be_rejected() {
                println!("  against what was said: {operator} of {} in {name}", mutant.place);
            }
        }
    }
}
