//! What happened is told line by line: in order, each with the step it is about and where the sources say it.

use simulator::timeline::{Kind as Line, story, timeline};
use simulator::{Depth, Fault, Kind, Schedule, plans, pure};

#[test]
fn a_fault_is_told_with_its_step_and_its_place() {
    let case = plans::case("first-canary").unwrap();
    let fault = Fault { kind: Kind::Refused, nth: 3, hit: None, phase: None };
    let schedule = Schedule { faults: vec![fault], ..Schedule::quiet(1) };
    let left = pure::run(&case, &schedule, Depth::Ends);
    let told = story(&case, &left, &[]);
    assert!(told.windows(2).all(|pair| pair[0].order <= pair[1].order));
    let hit = told.iter().find(|line| line.kind == Line::Fault).unwrap();
    assert_eq!(hit.node.as_deref(), Some("release/shop-to-local/5%/shift"));
    let place = hit.place(&case).unwrap();
    let text = timeline(&case, &schedule, &left, &[]);
    let wanted = format!("fault    refused at request 3  ({}:{})", place.file, place.line);
    assert!(text.contains(&wanted), "{wanted}\n{text}");
    assert_eq!(told.last().unwrap().kind, Line::End);
}
