//! `deployd internal serve-until`: a runtime that comes to one point and no further, so that it can be killed there.
//!
//! Everything else is the runtime as it is: the barrier stands around store and providers, not in engine or machine.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use machine::ports::provider::Provider;
use server::Failure;
use server::host::Host;

use super::held::{HeldProvider, HeldStore};
use super::point::{Barrier, Point};
use crate::commands::serve::{self, Serve};
use crate::context::Context;

/// Serve until a point is reached, and wait there for ever
#[derive(Debug, Args)]
pub(crate) struct ServeUntil {
    /// The point, for example `before-append:performed@release/run-charge#1`
    point: Point,
    /// The file that is written when it is reached
    #[arg(long)]
    marker: PathBuf,
    #[command(flatten)]
    serve: Serve,
}

impl ServeUntil {
    pub(crate) async fn execute(self, context: &Context) -> Result<u8, Failure> {
        let barrier = Arc::new(Barrier::new(self.point, self.marker));
        let held = |inner| Arc::new(HeldProvider { inner, barrier: Arc::clone(&barrier) }) as Arc<dyn Provider>;
        let providers = serve::providers(context)?.into_iter().map(held).collect();
        let dress = |inner| Arc::new(HeldStore { inner, barrier: Arc::clone(&barrier) }) as _;
        self.serve.carry_out(context, Host::start_over(&context.state, providers, dress)).await
    }
}
