//! What the machine's driver needs from the world. The traits are narrow so that a whole world can stand
//! behind them in memory.

pub mod clock;
pub mod provider;
pub mod store;

use std::future::Future;
use std::pin::Pin;

/// A boxed future that may cross threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
