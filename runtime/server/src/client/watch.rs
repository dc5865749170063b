//! The stream of a run's views.

use machine::view::RunView;

use super::lines::Lines;
use crate::Failure;

/// Views of a run, in the order of its changes.
pub struct Views(pub(super) Lines);

impl Views {
    /// The next view; none when the stream has ended, which it does after the view of an ended run or when the
    /// runtime stops.
    ///
    /// # Errors
    /// When the runtime goes away or says nothing for 20 s.
    pub async fn next(&mut self) -> Result<Option<RunView>, Failure> {
        self.0.next().await
    }
}
