//! Shifts traffic with the embedded proxy, a process of its own under a supervisor of its own: found again
//! by any later runtime, told the whole table every time, and asked what it made of it.

mod control;
mod observe;
mod running;
mod sample;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use ::proxy::protocol::{PROTOCOL, PutRoutes, RouteRelease, Routes};
use machine::ports::BoxFuture;
use machine::ports::provider::{Outcome, Outputs, Probe, Provider, Request, Route, Sample, SampleRequest, Task};
use serde::Deserialize;
use serde_json::Value;

use crate::layout::Layout;
pub(crate) use control::{Broken, hello};

/// The provider `proxy`.
pub(crate) struct Proxies {
    layout: Arc<Layout>,
    /// One start at a time.
    starting: tokio::sync::Mutex<()>,
}

/// The record `std.proxy.Proxy`.
#[derive(Deserialize)]
struct Config {
    listen: String,
}

/// One proxy: where it listens and where its files are.
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) listen: SocketAddr,
    pub(crate) folder: PathBuf,
}

/// A table as asked for.
struct Table {
    place: Place,
    service: String,
    releases: Vec<RouteRelease>,
}

impl Proxies {
    /// The provider over one state directory.
    pub(crate) fn new(layout: Arc<Layout>) -> Self {
        Self { layout, starting: tokio::sync::Mutex::new(()) }
    }

    fn place(&self, environment: &str, config: &Value) -> Result<Place, String> {
        let config: Config =
            serde_json::from_value(config.clone()).map_err(|e| format!("`traffic` is not a std.proxy.Proxy: {e}"))?;
        let listen = config.listen.parse().map_err(|_| {
            format!("environment {environment}: the proxy cannot listen on `{}`; write an IP address and a port, like `127.0.0.1:8080`", config.listen)
        })?;
        let folder = self.layout.proxy(environment, &config.listen)?;
        Ok(Place { name: format!("{environment} {listen}"), listen, folder })
    }

    fn table(&self, request: &Request) -> Result<Table, String> {
        match &request.task {
            Task::Shift { environment, config, service_id, routes } => Ok(Table {
                place: self.place(environment, config)?,
                service: service_id.clone(),
                releases: routes.iter().map(release).collect::<Result<_, _>>()?,
            }),
            Task::Ensure { .. } | Task::Stop { .. } | Task::Act { .. } => {
                Err("the proxy provider shifts traffic; it runs no instances and has no actions".to_owned())
            }
        }
    }

    async fn shift(&self, request: &Request) -> Outcome {
        let fatal = |message| Outcome::Failed { retryable: false, message };
        let retryable = |message| Outcome::Failed { retryable: true, message };
        let table = match self.table(request) {
            Ok(table) => table,
            Err(message) => return fatal(message),
        };
        if let Err(message) = self.layout.prepare() {
            return retryable(message);
        }
        let found = {
            let _one = self.starting.lock().await;
            running::ensure(&self.layout, &table.place).await
        };
        let protocol = match found.map(|hello| hello.common()) {
            Ok(common) => common.unwrap_or(PROTOCOL),
            Err(Broken::Refused { retryable, message }) => return Outcome::Failed { retryable, message },
            Err(broken) => return retryable(broken.message()),
        };
        let put = PutRoutes {
            protocol,
            epoch: request.epoch,
            sequence: request.sequence,
            key: request.key.clone(),
            service: table.service.clone(),
            releases: table.releases.clone(),
        };
        match control::put_routes(&table.place, &put).await {
            Ok(_) => {}
            Err(Broken::Refused { retryable, message }) => return Outcome::Failed { retryable, message },
            Err(Broken::NotThere(message)) => return retryable(message),
            Err(Broken::NoAnswer(message)) => return Outcome::Unknown { message },
        }
        match control::routes(&table.place).await {
            Ok(routes) if table.holds(&routes) => Outcome::Done(Outputs::None),
            Ok(routes) => retryable(format!(
                "the proxy {} took the table and now routes otherwise ({})",
                table.place.name,
                observe::weights(&routed(&routes))
            )),
            Err(broken) => Outcome::Unknown { message: broken.message() },
        }
    }

    async fn look_ahead(&self, request: &Request) -> Result<(), String> {
        let table = self.table(request)?;
        match hello(&table.place).await {
            Ok(_) => table.check_service(&control::routes(&table.place).await.map_err(Broken::message)?),
            Err(Broken::NotThere(_)) => running::check_port(&table.place),
            Err(broken @ (Broken::Refused { .. } | Broken::NoAnswer(_))) => Err(broken.message()),
        }
    }

    async fn look_back(&self, request: &Request) -> Probe {
        let table = match self.table(request) {
            Ok(table) => table,
            Err(message) => return Probe::CannotTell(message),
        };
        match control::routes(&table.place).await {
            Ok(routes) if table.holds(&routes) => Probe::Took(Outputs::None),
            Ok(_) | Err(Broken::NotThere(_)) => Probe::DidNot,
            Err(broken @ (Broken::Refused { .. } | Broken::NoAnswer(_))) => Probe::CannotTell(broken.message()),
        }
    }
}

impl Table {
    /// Whether this is what the proxy does.
    fn holds(&self, routes: &Routes) -> bool {
        let mut asked = self.releases.clone();
        let mut there = routed(routes);
        for release in asked.iter_mut().chain(&mut there) {
            release.backends.sort_unstable();
        }
        asked.sort_by(|a, b| a.release.cmp(&b.release));
        there.sort_by(|a, b| a.release.cmp(&b.release));
        routes.service == self.service && asked == there
    }

    fn check_service(&self, routes: &Routes) -> Result<(), String> {
        if routes.service.is_empty() || routes.service == self.service {
            return Ok(());
        }
        Err(format!(
            "the proxy on {} routes service {} already; give service {} an address of its own",
            self.place.listen, routes.service, self.service
        ))
    }
}

fn release(route: &Route) -> Result<RouteRelease, String> {
    let backends = route.backends.iter().map(|backend| {
        backend
            .parse()
            .map_err(|_| format!("the backend `{backend}` of {} is not an IP address and a port", route.release))
    });
    Ok(RouteRelease {
        release: route.release.to_string(),
        weight: route.share.basis_points(),
        backends: backends.collect::<Result<_, String>>()?,
    })
}

/// The table in force as one that could be asked for.
fn routed(routes: &Routes) -> Vec<RouteRelease> {
    let release = |r: &::proxy::protocol::RoutedRelease| RouteRelease {
        release: r.release.clone(),
        weight: r.weight,
        backends: r.backends.clone(),
    };
    routes.releases.iter().map(release).collect()
}

impl Provider for Proxies {
    fn name(&self) -> &'static str {
        "proxy"
    }

    fn preflight(&self, request: Request) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move { self.look_ahead(&request).await })
    }

    fn perform(&self, request: Request) -> BoxFuture<'_, Outcome> {
        Box::pin(async move { self.shift(&request).await })
    }

    fn probe(&self, request: Request) -> BoxFuture<'_, Probe> {
        Box::pin(async move { self.look_back(&request).await })
    }

    fn observe(&self, request: Request) -> BoxFuture<'_, Result<Option<String>, String>> {
        Box::pin(async move { observe::observe(&self.table(&request)?, request.epoch).await })
    }

    fn reads(&self, request: &SampleRequest) -> Result<(), String> {
        sample::asked(request).map(drop)
    }

    fn sample(&self, request: SampleRequest) -> BoxFuture<'_, Result<Sample, String>> {
        Box::pin(async move {
            let place = self.place(&request.environment, &request.config)?;
            let counters = control::counters(&place).await.map_err(Broken::message)?;
            sample::read(&request, &counters)
        })
    }
}
