//! What of the script began, to be told with the rest of the story.

use super::Event;
use crate::history::History;

/// The events that began, in order of time, with when.
#[must_use]
pub fn told(left: &History) -> Vec<(u64, Event)> {
    let Some(play) = &left.world.play else { return Vec::new() };
    let events = play.script().events.iter().enumerate();
    let mut begun: Vec<(u64, Event)> =
        events.filter_map(|(index, event)| Some((play.began(index)?, event.clone()))).collect();
    begun.sort_by_key(|(at_ms, _)| *at_ms);
    begun
}
