//! Runs of nothing but steps, timed from the first effect to the end.

use std::time::{Duration, Instant};

use machine::view::RunStatus;

use crate::figures::Steps;
use crate::{plans, world};

/// So many runs at once with so many steps each. A step lasts from one effect of its run to the next.
pub(crate) fn runs(runs: usize, steps: usize) -> Steps {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let provider = world::Steps::parking_after(usize::MAX);
    let plan = plans::steps(steps);
    let (begun, ended) = runtime.block_on(async {
        let engine = world::engine(folder.path(), &provider);
        let mut views = Vec::with_capacity(runs);
        let begun = Instant::now();
        for key in 0..runs {
            let run = world::submit(&engine, &plan, key).await;
            views.push(engine.watch(&run).await.unwrap());
        }
        for view in &mut views {
            let last = view.wait_for(|view| view.status.ended()).await.unwrap();
            assert_eq!(last.status, RunStatus::Completed);
        }
        let ended = Instant::now();
        engine.stop().await;
        (begun, ended)
    });
    let asked = provider.asked.lock().unwrap();
    let mut each: Vec<Duration> = Vec::with_capacity(runs * steps);
    for times in asked.values() {
        each.extend(times.windows(2).map(|pair| pair[1] - pair[0]));
        each.extend(times.last().map(|last| ended - *last));
    }
    Steps::new(ended - begun, each)
}
