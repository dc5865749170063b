//! Following a run: a screen that is redrawn, a plain log, or JSON lines.

use std::time::Duration;

use machine::view::RunView;
use server::Failure;
use server::client::{Client, Views};

use crate::cli::Format;
use crate::context::{Context, json, print};
use crate::render::{log, screen, units};
use crate::screen::Screen;

/// How often a screen is redrawn when nothing changes but time.
const REDRAW: Duration = Duration::from_millis(250);

/// How following ended.
pub(crate) enum Followed {
    /// The run has ended.
    Ended(Box<RunView>),
    /// The runtime stopped; the run has not ended.
    RuntimeStopped,
}

/// Shows a run until it has ended or the runtime stops. May be dropped at any await.
pub(crate) async fn follow(context: &Context, client: &Client, run: &str) -> Result<Followed, Failure> {
    let mut views = client.watch(run).await?;
    let mut show = Show::new(context);
    loop {
        match next(&mut views, &mut show).await? {
            None => return Ok(Followed::RuntimeStopped),
            Some(view) if view.status.ended() => {
                show.change(&view)?;
                return Ok(Followed::Ended(Box::new(view)));
            }
            Some(view) => show.change(&view)?,
        }
    }
}

async fn next(views: &mut Views, show: &mut Show) -> Result<Option<RunView>, Failure> {
    loop {
        tokio::select! {
            view = views.next() => return view,
            () = tokio::time::sleep(REDRAW) => show.redraw(),
        }
    }
}

/// Milliseconds since 1970, UTC.
pub(crate) fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

enum Show {
    Live { screen: Screen, view: Option<Box<RunView>> },
    Log { before: Option<Box<RunView>> },
    Json,
}

impl Show {
    fn new(context: &Context) -> Self {
        match context.format {
            Format::Json => Self::Json,
            Format::Human if context.live => Self::Live { screen: Screen::new(), view: None },
            Format::Human => Self::Log { before: None },
        }
    }

    fn change(&mut self, now: &RunView) -> Result<(), Failure> {
        match self {
            Self::Live { view, .. } => *view = Some(Box::new(now.clone())),
            Self::Log { before } => {
                let time = units::utc(now_ms());
                log::changes(before.as_deref(), now).iter().for_each(|line| print(&format!("{time} {line}")));
                *before = Some(Box::new(now.clone()));
            }
            Self::Json => print(&json(now)?),
        }
        self.redraw();
        Ok(())
    }

    fn redraw(&mut self) {
        match self {
            Self::Live { screen, view: Some(view) } => screen.draw(&screen::screen(view, now_ms())),
            Self::Live { view: None, .. } | Self::Log { .. } | Self::Json => {}
        }
    }
}
