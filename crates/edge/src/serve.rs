//! The edge at work: listeners in, each request decided, answered and logged.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use api::assets::{Asset, AssetIndex};
use api::layout::DataDirectory;
use api::nudge::ToController;
use api::table::RouteTable;
use bytes::Bytes;
use http::header::{ACCEPT, REFERER};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use model::{AppName, Digest, EnvironmentName, Label};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, broadcast, watch};

use crate::access_log::{AccessLog, Record};
use crate::balancer::{self, Seat, Ticket};
use crate::decide::{Asked, At, Decision, decide, own_host};
use crate::forward::{self, Deliverer, Origin, Undelivered};
use crate::index::{Index, Indexes};
use crate::internal::{self, Internals};
use crate::strict::{self, Host};
use crate::{Body, BodyError, assets, local, nudge, pages};

/// How long a client may take to send a request's head.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);

/// How long requests under way may take after the edge was told to stop.
const DRAIN: Duration = Duration::from_secs(30);

/// How often kept connections are looked through.
const TIDY_EVERY: Duration = Duration::from_secs(1);

/// The edge.
#[derive(Debug)]
pub struct Edge {
    /// Its data directory.
    pub data: DataDirectory,
    /// Previews that were asked for while they sleep.
    pub wakes: broadcast::Sender<EnvironmentName>,
    /// Told when it is to stop.
    pub stop: Notify,
    listening: SocketAddr,
    current: RwLock<Arc<Index>>,
    loader: Mutex<Loader>,
    deliverer: Deliverer,
    internals: Internals,
    log: AccessLog,
    /// Says to connections that the edge stops; each of them holds a receiver for as long as it lives.
    closing: watch::Sender<bool>,
    requests: AtomicU64,
}

/// Who asks.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Somebody outside, from this address.
    Client(IpAddr),
    /// An instance, by an `.internal` name.
    Instance {
        /// Its environment.
        environment: EnvironmentName,
        /// The app that its listener is for, if it is for one.
        app: Option<AppName>,
    },
}

/// Runs the edge of a data directory until it is told to stop.
///
/// # Errors
/// If it cannot listen.
pub async fn run(data: DataDirectory, listen: SocketAddr) -> io::Result<()> {
    fs::create_dir_all(data.edge())?;
    let listener = TcpListener::bind(listen).await?;
    let edge = Arc::new(Edge {
        log: AccessLog::at(data.access_log()),
        data,
        wakes: broadcast::channel(64).0,
        stop: Notify::new(),
        listening: listener.local_addr()?,
        current: RwLock::default(),
        loader: Mutex::default(),
        deliverer: Deliverer::default(),
        internals: Internals::default(),
        closing: watch::channel(false).0,
        requests: AtomicU64::new(0),
    });
    edge.read_table().await;
    nudge::listen(&edge)?;
    tracing::info!("listening on {}", edge.listening);
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let mut tidy = tokio::time::interval(TIDY_EVERY);
    loop {
        tokio::select! {
            () = edge.stop.notified() => break,
            _ = terminate.recv() => break,
            _ = tidy.tick() => edge.deliverer.pool.tidy(),
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => connection(&edge, stream, Caller::Client(peer.ip())),
                Err(cause) => {
                    // Out of descriptors, for example: those under way give some back.
                    tracing::warn!("a connection could not be accepted: {cause}");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }
    drop(listener);
    edge.drain().await;
    match fs::remove_file(edge.data.edge_socket()) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
        _ => Ok(()),
    }
}

/// Serves a connection to its end.
pub fn connection(edge: &Arc<Edge>, stream: TcpStream, caller: Caller) {
    // Answers are small and written whole: waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let service = {
        let edge = edge.clone();
        service_fn(move |request| {
            let (edge, caller) = (edge.clone(), caller.clone());
            async move { Ok::<_, Infallible>(answer(&edge, request, &caller).await) }
        })
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .preserve_header_case(true)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut closing = edge.closing.subscribe();
    tokio::spawn(async move {
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = &mut connection => ended,
            () = async { drop(closing.wait_for(|closing| *closing).await) } => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        // A client that goes away, or talks nonsense, was answered as far as it can be.
        if let Err(cause) = ended {
            tracing::debug!("a connection ended early: {cause}");
        }
        drop(closing);
    });
}

impl Edge {
    /// Reads the table file; the last good one stays if that cannot be used.
    pub async fn read_table(self: &Arc<Self>) {
        let edge = self.clone();
        let read = tokio::task::spawn_blocking(move || edge.load()).await;
        if let Ok(Some(table)) = read {
            self.internals.serve(self, &table.listeners);
        }
    }

    /// What the controller is told.
    pub fn serving(&self) -> ToController {
        let in_flight = self.deliverer.balancer.in_flight();
        ToController::Serving {
            generation: self.index().generation,
            in_flight,
            refused: self.loader.lock().unwrap_or_else(PoisonError::into_inner).refused.clone(),
            listening: vec![self.listening.to_string()],
            pid: std::process::id(),
        }
    }

    fn index(&self) -> Arc<Index> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn load(&self) -> Option<RouteTable> {
        let mut loader = self.loader.lock().unwrap_or_else(PoisonError::into_inner);
        let (table, index) = match loader.load(&self.data) {
            Ok(Some(loaded)) => loaded,
            Ok(None) => return None,
            Err(because) => {
                tracing::error!("the route table is refused, and the one before stays: {because}");
                loader.refused = Some(because);
                return None;
            }
        };
        loader.refused = None;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if index.generation < current.generation {
            return None;
        }
        *current = Arc::new(index);
        Some(table)
    }

    /// Lets requests under way end, then sees that all of them are in the log.
    async fn drain(&self) {
        self.closing.send_replace(true);
        if tokio::time::timeout(DRAIN, self.closing.closed()).await.is_err() {
            tracing::warn!("requests were still under way after {} s", DRAIN.as_secs());
        }
        self.log.flush().await;
    }

    /// Decides, and counts the request in before a newer table can say that nobody is under way.
    fn decide(&self, asked: Asked<'_>, caller: &Caller) -> (Arc<Index>, Decision, Option<Ticket>) {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let decision = match caller {
            Caller::Client(_) => decide(&current, asked),
            Caller::Instance { .. } => match internal::wanted(caller, asked.host) {
                Some((environment, app)) => own_host(&current, asked, &environment, &app),
                None => {
                    let because = format!("`{}` names no app: ask for `http://<app>.internal`", asked.host);
                    Decision::Nothing { environment: None, because }
                }
            },
        };
        let ticket = match &decision {
            Decision::Server { at, .. } => Some(self.deliverer.balancer.enter(&at.release)),
            _ => None,
        };
        (current.clone(), decision, ticket)
    }
}

/// Answers a request, and logs it when its answer was sent.
async fn answer(edge: &Arc<Edge>, request: Request<Incoming>, caller: &Caller) -> Response<Body> {
    let mut work = Work::begin(edge, &request, caller);
    let response = match strict::host(&request) {
        Ok(host) => work.answer(request, host, caller).await,
        Err(because) => {
            work.record.because = Some(because.to_owned());
            pages::refused(because)
        }
    };
    work.finish(response)
}

/// A request under way.
struct Work {
    edge: Arc<Edge>,
    since: Instant,
    record: Record,
    ticket: Option<Ticket>,
    seat: Option<Seat>,
}

impl Work {
    fn begin(edge: &Arc<Edge>, request: &Request<Incoming>, caller: &Caller) -> Work {
        let number = edge.requests.fetch_add(1, Ordering::Relaxed);
        let now = jiff::Timestamp::now();
        let client = match caller {
            Caller::Client(address) => address.to_string(),
            Caller::Instance { .. } => "internal".to_owned(),
        };
        let record = Record {
            time: format!("{now:.3}"),
            id: format!("{:x}-{:x}-{number:x}", std::process::id(), now.as_millisecond()),
            client,
            method: request.method().to_string(),
            path: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
            host: request
                .headers()
                .get(http::header::HOST)
                .and_then(|host| host.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
            ..Record::default()
        };
        Work { edge: edge.clone(), since: Instant::now(), record, ticket: None, seat: None }
    }

    async fn answer(&mut self, request: Request<Incoming>, host: Host, caller: &Caller) -> Response<Body> {
        let uri = request.uri().clone();
        let referer = request.headers().get(REFERER).and_then(|value| value.to_str().ok()).and_then(path_of);
        let asked = Asked {
            host: &host.name,
            path: uri.path(),
            query: uri.query().unwrap_or_default(),
            referer: referer.as_deref(),
            reads: matches!(*request.method(), Method::GET | Method::HEAD),
        };
        let local = match caller {
            Caller::Client(client) => local::is_local(self.edge.listening, *client, &host, request.headers()),
            Caller::Instance { .. } => false,
        };
        let (index, decision, ticket) = self.edge.decide(asked, caller);
        self.ticket = ticket;
        self.record.generation = index.generation;
        match decision {
            Decision::Asset { at, asset, immutable } => {
                self.note(&index, &at);
                self.asset(&asset, assets::Answer::File { immutable }, request.method(), request.headers()).await
            }
            Decision::NotFound { at, asset } => {
                self.note(&index, &at);
                let answer = assets::Answer::Instead(StatusCode::NOT_FOUND);
                self.asset(&asset, answer, request.method(), request.headers()).await
            }
            Decision::NotAllowed { at } => {
                self.note(&index, &at);
                pages::not_allowed(at.app.as_str())
            }
            Decision::Server { at, fallback } => {
                self.note(&index, &at);
                self.record.rewritten_host = Some(balancer::rewritten(&index, &at.release));
                let client = match caller {
                    Caller::Client(client) => *client,
                    Caller::Instance { .. } => IpAddr::V4(Ipv4Addr::LOCALHOST),
                };
                let origin =
                    Origin { client, host: self.host_for(&index, &at, host, caller), id: self.record.id.clone() };
                self.forward(&index, request, &at, fallback.as_ref(), &origin, local).await
            }
            Decision::Redirect { at, path, permanent } => {
                self.note(&index, &at);
                let path = match uri.query() {
                    Some(query) => format!("{path}?{query}"),
                    None => path,
                };
                pages::redirect(&path, permanent)
            }
            Decision::Nothing { .. } if index.generation == 0 => {
                pages::soon("Not there yet", "everything is being started", 1)
            }
            Decision::List(environment) => {
                self.record.environment = Some(environment.to_string());
                match index.environments.get(&environment) {
                    None => pages::nothing("the environment is gone"),
                    Some(it) if !it.is_known && it.problems.is_empty() => {
                        pages::soon("Not there yet", "the first commit is being looked at", 1)
                    }
                    Some(it) => pages::list(&index, &environment, it, host.port()),
                }
            }
            Decision::Absent { environment, app, absence } => {
                (self.record.environment, self.record.app) = (Some(environment.to_string()), Some(app.to_string()));
                self.record.because = Some(absence.because.clone());
                pages::absent(app.as_str(), &absence, local)
            }
            Decision::Asleep(environment) => {
                self.record.environment = Some(environment.to_string());
                // Without a controller nobody hears it; the client asks again.
                let _ = self.edge.wakes.send(environment.clone());
                pages::soon("Waking up", &format!("the preview `{environment}` was asleep and is being built"), 2)
            }
            Decision::Nothing { environment, because } => {
                self.record.environment = environment.map(|environment| environment.to_string());
                self.record.because = Some(because.clone());
                pages::nothing(&because)
            }
        }
    }

    /// The Host that an app sees: the client's; an instance asks for the app's own host.
    fn host_for(&self, index: &Index, at: &At, host: Host, caller: &Caller) -> String {
        let own = index.environments.get(&at.environment).and_then(|environment| environment.hosts.get(&at.app));
        match (caller, own) {
            (Caller::Instance { .. }, Some(own)) => format!("{own}:{}", self.edge.listening.port()),
            _ => host.sent,
        }
    }

    async fn forward(
        &mut self,
        index: &Arc<Index>,
        mut request: Request<Incoming>,
        at: &At,
        fallback: Option<&Label>,
        origin: &Origin,
        local: bool,
    ) -> Response<Body> {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        forward::rewrite(&mut request, index, &at.release, origin);
        let wants_page = method == Method::GET
            && headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().windows(9).any(|part| part == b"text/html"));
        let shell = index.releases.get(&at.release).and_then(|release| release.shell.clone()).filter(|_| wants_page);
        let because = match self.edge.deliverer.deliver(index, request, fallback).await {
            Ok(delivered) => {
                self.record.instance = Some(delivered.instance.to_string());
                self.record.version = index.releases.get(&delivered.release).map(|release| release.version.to_string());
                self.seat = Some(delivered.seat);
                if let Some(ends) = delivered.upgrade {
                    let held = (self.ticket.take(), self.seat.take());
                    tokio::spawn(async move {
                        // Either end may close at any time.
                        let _ = forward::join(ends).await;
                        drop(held);
                    });
                }
                if !delivered.response.status().is_server_error() || shell.is_none() {
                    return delivered.response;
                }
                format!("it answered {}", delivered.response.status().as_u16())
            }
            Err(Undelivered::NoTarget(because) | Undelivered::Late(because) | Undelivered::BrokeOff(because))
                if shell.is_some() =>
            {
                because
            }
            Err(Undelivered::NoTarget(because)) => {
                let trouble = index.releases.get(&at.release).and_then(|release| release.trouble.as_ref());
                self.record.because = Some(trouble.map_or(because, |trouble| trouble.because.clone()));
                return pages::silent(at.app.as_str(), trouble, local);
            }
            Err(Undelivered::Late(because)) => {
                self.record.because = Some(because.clone());
                return pages::late(&format!("`{}`: {because}", at.app));
            }
            Err(Undelivered::BrokeOff(because)) => {
                self.record.because = Some(because);
                return pages::soon("Not available", &format!("`{}` broke off", at.app), 1);
            }
        };
        self.record.because = Some(because);
        self.shell(index, at, shell.as_deref().unwrap_or_default(), &method, &headers).await
    }

    /// The release's client-rendered shell in place of a page that its server could not make.
    async fn shell(
        &self,
        index: &Index,
        at: &At,
        shell: &str,
        method: &Method,
        headers: &http::HeaderMap,
    ) -> Response<Body> {
        let candidates = index.environments.get(&at.environment).and_then(|environment| environment.assets.get(shell));
        let own = candidates.into_iter().flatten().find(|candidate| candidate.app == at.app && candidate.age == 0);
        let Some(candidate) = own else {
            return pages::silent(at.app.as_str(), None, false);
        };
        self.asset(&candidate.asset, assets::Answer::Instead(StatusCode::OK), method, headers).await
    }

    async fn asset(
        &self,
        asset: &Asset,
        answer: assets::Answer,
        method: &Method,
        headers: &http::HeaderMap,
    ) -> Response<Body> {
        let answered = assets::answer(&self.edge.data, asset, answer, method, headers).await;
        answered.unwrap_or_else(|cause| self.broken(&format!("the asset cannot be read: {cause}")))
    }

    fn broken(&self, because: &str) -> Response<Body> {
        tracing::error!("{} {}: {because}", self.record.host, self.record.path);
        pages::broken(because)
    }

    fn note(&mut self, index: &Index, at: &At) {
        self.record.environment = Some(at.environment.to_string());
        self.record.rule = Some(at.rule.clone());
        self.record.app = Some(at.app.to_string());
        self.record.version = index.releases.get(&at.release).map(|release| release.version.to_string());
    }

    fn finish(mut self, mut response: Response<Body>) -> Response<Body> {
        self.record.status = response.status().as_u16();
        if let Ok(id) = HeaderValue::from_str(&self.record.id) {
            response.headers_mut().insert("x-request-id", id);
        }
        let has_body = self.record.method != "HEAD" && response.status() != StatusCode::NOT_MODIFIED;
        if !has_body || response.body().is_end_stream() {
            // Nothing of a body is asked for: the work ends, and is logged, here.
            return response;
        }
        response.map(|body| Logged { body, work: self }.boxed_unsync())
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.record.duration_ms = (self.since.elapsed().as_secs_f64() * 1e5).round() / 100.0;
        self.edge.log.add(&self.record);
    }
}

/// A body whose end is the end of the work.
struct Logged {
    body: Body,
    work: Work,
}

impl http_body::Body for Logged {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.work.record.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            Poll::Ready(Some(Err(cause))) => self.work.record.because = Some(format!("the answer broke off: {cause}")),
            Poll::Ready(None) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

/// The path of an absolute address.
fn path_of(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    rest.find('/').map(|at| rest[at..].split(['?', '#']).next().unwrap_or("/").to_owned())
}

/// Reads table and asset indexes; what was read once is kept.
#[derive(Debug, Default)]
struct Loader {
    refused: Option<String>,
    indexes: HashMap<Digest, AssetIndex>,
}

impl Loader {
    /// The table and what it becomes; none if there is no table yet.
    fn load(&mut self, data: &DataDirectory) -> Result<Option<(RouteTable, Index)>, String> {
        let path = data.table();
        let text = match fs::read(&path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|cause| format!("`{}` cannot be read: {cause}", path.display()))?,
        };
        let table: RouteTable = serde_json::from_slice(&text)
            .map_err(|cause| format!("`{}` is no route table: {cause}", path.display()))?;
        let mut reading = Reading { data, known: &self.indexes, read: HashMap::new() };
        let index = Index::of(&table, &mut reading)?;
        self.indexes = reading.read;
        Ok(Some((table, index)))
    }
}

struct Reading<'a> {
    data: &'a DataDirectory,
    known: &'a HashMap<Digest, AssetIndex>,
    read: HashMap<Digest, AssetIndex>,
}

impl Indexes for Reading<'_> {
    fn read(&mut self, digest: &Digest) -> Result<AssetIndex, String> {
        let index = match self.read.get(digest).or_else(|| self.known.get(digest)) {
            Some(index) => index.clone(),
            None => {
                let text = fs::read(self.data.asset(digest)).map_err(|cause| cause.to_string())?;
                serde_json::from_slice(&text).map_err(|cause| cause.to_string())?
            }
        };
        self.read.insert(digest.clone(), index.clone());
        Ok(index)
    }
}
