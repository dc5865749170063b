//! The picture of a plan: well-formed whatever things are called, and nothing on top of something else.

use std::collections::BTreeSet;

use plan::{Node, NodeId, Place, Plan, Work};
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use risk::picture::svg;

use crate::fixture::{MINUTE, Scene};

/// The elements of a picture with their attributes, in order; every text must be readable too.
fn elements(svg: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut reader = Reader::from_str(svg);
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => found.push(read(&element)),
            Event::Text(text) => drop(text.decode().unwrap()),
            Event::Eof => return found,
            Event::End(_) | Event::CData(_) | Event::Comment(_) | Event::Decl(_) => {}
            Event::PI(_) | Event::DocType(_) | Event::GeneralRef(_) => {}
        }
    }
}

fn read(element: &BytesStart<'_>) -> (String, Vec<(String, String)>) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let attribute = |it: quick_xml::events::attributes::Attribute<'_>| {
        (text(it.key.as_ref()), it.normalized_value(quick_xml::XmlVersion::Explicit1_0).unwrap().into_owned())
    };
    (text(element.name().as_ref()), element.attributes().map(|it| attribute(it.unwrap())).collect())
}

/// The values of one attribute.
fn values(svg: &str, wanted: &str) -> Vec<String> {
    let all = elements(svg).into_iter().flat_map(|(_, attributes)| attributes);
    all.filter(|(name, _)| name == wanted).map(|(_, value)| value).collect()
}

/// The corners of all cards: left, top, right, bottom.
fn cards(svg: &str) -> Vec<[i64; 4]> {
    let class = |attributes: &[(String, String)]| {
        attributes.iter().any(|(name, value)| name == "class" && value.starts_with("card"))
    };
    let number = |attributes: &[(String, String)], wanted: &str| -> i64 {
        attributes.iter().find(|(name, _)| name == wanted).unwrap().1.parse().unwrap()
    };
    let rectangles = elements(svg).into_iter().filter(|(name, attributes)| name == "rect" && class(attributes));
    let corners = rectangles.map(|(_, it)| {
        let [x, y, width, height] = ["x", "y", "width", "height"].map(|name| number(&it, name));
        [x, y, x + width, y + height]
    });
    corners.collect()
}

fn apart(svg: &str) -> bool {
    let cards = cards(svg);
    let overlap = |a: &[i64; 4], b: &[i64; 4]| a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
    cards.iter().enumerate().all(|(at, card)| cards[..at].iter().all(|other| !overlap(card, other)))
}

/// A plan whose further steps wait for others by their numbers.
fn with_steps(named: &str, steps: &[Vec<usize>]) -> Plan {
    let Plan { mut body, mut source_map, .. } = Scene::default().plan();
    body.workflow = named.to_owned();
    let first = body.nodes.len();
    for (number, after) in steps.iter().enumerate() {
        let id = format!("{named}/{number}");
        source_map.insert(id.clone(), Place { file: format!("{named}.deploy"), line: 1, column: 1 });
        let after =
            after.iter().filter(|before| **before < number).map(|at| body.nodes[first + at].id.clone()).collect();
        let wait = body.nodes.iter().find(|node| matches!(node.work, Work::Hold(_))).unwrap().work.clone();
        let node = Node {
            id: NodeId(id),
            after,
            rollout: None,
            stage: None,
            work: wait,
            past_return: false,
            scope: None,
            when: None,
            during_freeze: false,
        };
        body.nodes.push(node);
    }
    Plan::new(body, source_map)
}

#[test]
fn every_stage_has_a_bar_and_says_where_it_is_written() {
    let scene =
        Scene { stages: vec![(500, MINUTE, true), (5_000, MINUTE, true), (10_000, MINUTE, false)], ..Scene::default() };
    let drawn = svg(&scene.plan()).unwrap();
    assert_eq!(drawn.matches("class=\"share\"").count(), 3);
    for (share, width) in [("5%", 5), ("50%", 50), ("100%", 100)] {
        assert!(drawn.contains(&format!(">{share}</text>")), "{drawn}");
        assert!(drawn.contains(&format!("width=\"{width}\" height=\"12\"")), "{drawn}");
    }
}

#[test]
fn one_that_waits_for_itself_has_no_picture() {
    let mut plan = with_steps("w", &[vec![], vec![0]]);
    let last = plan.body.nodes.last().unwrap().id.clone();
    let at = plan.body.nodes.len() - 2;
    plan.body.nodes[at].after = vec![last];
    assert!(svg(&plan).is_err());
}

proptest! {
    #[test]
    fn every_step_is_drawn_once_and_on_top_of_no_other(
        named in "[a-z\"<>&'\u{0}-\u{1f}ß✓]{1,12}",
        steps in prop::collection::vec(prop::collection::vec(0_usize..12, 0..3), 0..12),
    ) {
        let plan = with_steps(&named, &steps);
        let drawn = svg(&plan).unwrap();
        let nodes: BTreeSet<String> = values(&drawn, "data-node").into_iter().collect();
        // Control characters cannot be written in XML.
        if !named.chars().any(char::is_control) {
            for node in plan.body.nodes.iter().filter(|node| node.rollout.is_none()) {
                prop_assert!(nodes.contains(&node.id.0), "{} is missing", node.id);
            }
        }
        prop_assert_eq!(cards(&drawn).len(), steps.len() + 1);
        prop_assert!(apart(&drawn), "{}", drawn);
    }
}
