//! Which cards stand beside each other: each below all that it waits for, and those that wait for one another in one row.

use petgraph::algo::{condensation, toposort};
use petgraph::graph::{DiGraph, NodeIndex};

/// Cards by row from top to bottom, and the edges between them without repetition.
pub(super) struct Layers {
    pub(super) rows: Vec<Vec<usize>>,
    pub(super) edges: Vec<(usize, usize)>,
}

/// Arranges so many cards.
pub(super) fn layers(cards: usize, edges: impl Iterator<Item = (usize, usize)>) -> Layers {
    let mut edges: Vec<(usize, usize)> = edges.filter(|(from, to)| from != to).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut graph: DiGraph<usize, ()> = DiGraph::with_capacity(cards, edges.len());
    (0..cards).for_each(|card| {
        graph.add_node(card);
    });
    edges.iter().for_each(|(from, to)| {
        graph.add_edge(NodeIndex::new(*from), NodeIndex::new(*to), ());
    });
    // Rollouts that go together wait for each other stage by stage.
    let joint = condensation(graph, true);
    let mut depth = vec![0; joint.node_count()];
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for at in toposort(&joint, None).unwrap_or_default() {
        let above = joint.neighbors_directed(at, petgraph::Direction::Incoming);
        depth[at.index()] = above.map(|above| depth[above.index()] + 1).max().unwrap_or(0);
        rows.resize_with(rows.len().max(depth[at.index()] + 1), Vec::new);
        rows[depth[at.index()]].extend(&joint[at]);
    }
    rows.iter_mut().for_each(|row| row.sort_unstable());
    Layers { rows, edges }
}

#[cfg(test)]
mod tests {
    use super::layers;

    #[test]
    fn a_card_stands_below_all_that_it_waits_for() {
        let found = layers(4, [(0, 1), (0, 2), (1, 3), (2, 3), (0, 3), (0, 1)].into_iter());
        assert_eq!(found.rows, [vec![0], vec![1, 2], vec![3]]);
        assert_eq!(found.edges.len(), 5);
    }

    #[test]
    fn those_that_wait_for_each_other_stand_beside_each_other() {
        assert_eq!(
            layers(4, [(0, 1), (1, 2), (2, 1), (2, 3), (3, 3)].into_iter()).rows,
            [vec![0], vec![1, 2], vec![3]]
        );
        assert!(layers(0, std::iter::empty()).rows.is_empty());
    }
}
