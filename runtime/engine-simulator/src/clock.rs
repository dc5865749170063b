//! The clock of a host whose time is invented.

use std::sync::Arc;
use std::time::Duration;

use machine::Moment;
use machine::ports::BoxFuture;
use machine::ports::clock::Clock;

use crate::life::Life;

pub(crate) struct VirtualClock(Arc<Life>);

impl VirtualClock {
    pub(crate) fn new(life: &Arc<Life>) -> Self {
        Self(Arc::clone(life))
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Moment {
        self.0.state().moment()
    }

    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(Duration::from_millis(ms)))
    }
}
