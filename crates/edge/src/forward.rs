//! Carrying a request to an instance and its answer back: the edge's half, then the balancer's.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use api::table::{Address, Release};
use bytes::Bytes;
use http::header::{CONNECTION, HOST, HeaderName, TE, UPGRADE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use http_body::Body as _;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use model::{InstanceId, Label};

use crate::balancer::{self, Balancer, Seat};
use crate::index::Index;
use crate::pool::Pool;
use crate::{Body, whole};

/// How long an instance may take until its answer begins.
const PATIENCE: Duration = Duration::from_secs(60);

/// Headers that end at each hop (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [&str; 7] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authorization",
    "transfer-encoding",
    "upgrade",
];

/// Headers by which a client could pass for the edge.
const OURS: [&str; 8] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
    "x-request-id",
];

/// Where a request came from and what it was asked as.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The client's address.
    pub client: IpAddr,
    /// The Host that the app sees.
    pub host: String,
    /// The request's id.
    pub id: String,
}

/// What delivers.
#[derive(Clone, Debug, Default)]
pub struct Deliverer {
    /// Who is how busy.
    pub balancer: Arc<Balancer>,
    /// Kept connections.
    pub pool: Arc<Pool>,
}

/// An answer, and who gave it.
pub struct Delivered {
    /// The answer.
    pub response: Response<Body>,
    /// The release.
    pub release: Label,
    /// The instance.
    pub instance: InstanceId,
    /// Given back when the answer has been sent.
    pub seat: Seat,
    /// The two ends of a connection that becomes something else, if the instance agreed to that.
    pub upgrade: Option<(OnUpgrade, OnUpgrade)>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// No instance could be reached.
    NoTarget(String),
    /// The instance did not answer in time.
    Late(String),
    /// The instance broke off, and the request may have had its effect.
    BrokeOff(String),
}

/// Makes of a client's request what a release is asked: its Host is the release's, and the client's stands in
/// `X-Forwarded-Host`.
pub fn rewrite<B>(request: &mut Request<B>, index: &Index, release: &Label, origin: &Origin) {
    let upgrade = upgrade_of(request.headers());
    let headers = request.headers_mut();
    strip(headers);
    for name in OURS {
        headers.remove(name);
    }
    let forwarded = match origin.client {
        IpAddr::V4(client) => format!("for={client};host=\"{}\";proto=http", origin.host),
        IpAddr::V6(client) => format!("for=\"[{client}]\";host=\"{}\";proto=http", origin.host),
    };
    let client = origin.client.to_string();
    let values = [
        ("x-forwarded-port", port_of(&origin.host)),
        ("x-forwarded-for", client.as_str()),
        ("x-forwarded-host", &origin.host),
        ("x-forwarded-proto", "http"),
        ("forwarded", &forwarded),
        ("x-request-id", &origin.id),
        ("host", &balancer::rewritten(index, release)),
    ];
    for (name, value) in values {
        // Each of them is a host, an address or an id that was checked before.
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    if let Some(protocol) = upgrade {
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, protocol);
    }
    let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let relative = path.parse::<Uri>();
    if let Ok(relative) = relative {
        *request.uri_mut() = relative;
    }
    *request.version_mut() = Version::HTTP_11;
}

impl Deliverer {
    /// The balancer's half: from the rewritten Host to an instance, which sees the client's Host.
    ///
    /// # Errors
    /// If no instance answers.
    pub async fn deliver(
        &self,
        index: &Index,
        mut request: Request<Incoming>,
        fallback: Option<&Label>,
    ) -> Result<Delivered, Undelivered> {
        let header =
            |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let live = balancer::release_of(index, header(HOST));
        let releases = live.into_iter().chain(fallback.and_then(|label| index.releases.get_key_value(label)));
        let releases: Vec<(&Label, &Release)> = releases.collect();
        let client_host = request.headers().get("x-forwarded-host").cloned();
        if let Some(host) = client_host {
            request.headers_mut().insert(HOST, host);
        }
        let client_end = request.headers().contains_key(UPGRADE).then(|| hyper::upgrade::on(&mut request));
        let mut attempt = Attempt::of(request);
        let mut last = Undelivered::NoTarget("it has no instance that is ready".to_owned());
        for (label, release) in releases {
            let mut tried: Vec<InstanceId> = Vec::new();
            while let Some((target, seat)) = self.balancer.choose(&release.targets, &tried) {
                match self.ask(&target.address, &mut attempt).await {
                    Ok(mut response) => {
                        let upgrade = match client_end {
                            Some(end) if response.status() == StatusCode::SWITCHING_PROTOCOLS => {
                                Some((end, hyper::upgrade::on(&mut response)))
                            }
                            _ => None,
                        };
                        let mut response = response.map(|body| body.map_err(Into::into).boxed_unsync());
                        if upgrade.is_none() {
                            strip(response.headers_mut());
                        }
                        return Ok(Delivered {
                            response,
                            release: label.clone(),
                            instance: target.instance,
                            seat,
                            upgrade,
                        });
                    }
                    Err(Undelivered::NoTarget(because)) => {
                        last = Undelivered::NoTarget(because);
                    }
                    Err(other) => return Err(other),
                }
                tried.push(target.instance);
            }
        }
        Err(last)
    }

    /// Asks one target. A kept connection that was closed meanwhile costs nothing: it is asked again by a new one.
    async fn ask(&self, address: &Address, attempt: &mut Attempt) -> Result<Response<Incoming>, Undelivered> {
        loop {
            let (mut sender, was_kept) = match self.pool.take(address).await {
                Ok(taken) => taken,
                Err(cause) => return Err(Undelivered::NoTarget(cause.to_string())),
            };
            let Some(request) = attempt.request() else {
                return Err(Undelivered::BrokeOff("it broke off, and the request cannot be sent twice".to_owned()));
            };
            let asked = tokio::time::timeout(PATIENCE, sender.try_send_request(request)).await;
            match asked {
                Err(_) => return Err(Undelivered::Late(format!("it gave no answer within {} s", PATIENCE.as_secs()))),
                Ok(Ok(response)) => {
                    self.pool.keep(address.clone(), sender);
                    return Ok(response);
                }
                Ok(Err(mut failed)) => {
                    let unsent = failed.take_message();
                    let cause = failed.into_error();
                    let was_unsent = unsent.is_some();
                    attempt.give_back(unsent);
                    if was_kept && (was_unsent || attempt.repeatable()) {
                        continue;
                    }
                    if was_unsent || attempt.repeatable() {
                        return Err(Undelivered::NoTarget(cause.to_string()));
                    }
                    return Err(Undelivered::BrokeOff(cause.to_string()));
                }
            }
        }
    }
}

/// A request that may have to be sent again.
struct Attempt {
    /// Its head, if it has no body and only reads: then it can be made anew.
    head: Option<(Method, Uri, HeaderMap)>,
    request: Option<Request<Body>>,
}

impl Attempt {
    fn of(request: Request<Incoming>) -> Attempt {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        let plain = request.body().is_end_stream() && !request.headers().contains_key(UPGRADE);
        let head =
            (reads && plain).then(|| (request.method().clone(), request.uri().clone(), request.headers().clone()));
        let is_empty = request.body().is_end_stream();
        let request =
            request.map(|body| if is_empty { whole(Bytes::new()) } else { body.map_err(Into::into).boxed_unsync() });
        Attempt { head, request: Some(request) }
    }

    fn repeatable(&self) -> bool {
        self.head.is_some()
    }

    fn request(&mut self) -> Option<Request<Body>> {
        self.request.take().or_else(|| {
            let (method, uri, headers) = self.head.clone()?;
            let mut request = Request::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
            (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, uri, headers);
            Some(request)
        })
    }

    fn give_back(&mut self, unsent: Option<Request<Body>>) {
        self.request = unsent;
    }
}

/// Joins the two ends of an upgraded connection until one of them closes.
pub async fn join((client, instance): (OnUpgrade, OnUpgrade)) -> std::io::Result<()> {
    let (client, instance) = tokio::try_join!(client, instance).map_err(std::io::Error::other)?;
    tokio::io::copy_bidirectional(&mut TokioIo::new(client), &mut TokioIo::new(instance)).await.map(drop)
}

/// The port that a client asked, which is 80 where its host names none.
fn port_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((_, port)) if !port.contains(']') => port,
        _ => "80",
    }
}

/// The protocol that a request wants to go on with.
fn upgrade_of(headers: &HeaderMap) -> Option<HeaderValue> {
    let asked = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let wants = asked.flat_map(|value| value.split(',')).any(|option| option.trim().eq_ignore_ascii_case("upgrade"));
    headers.get(UPGRADE).filter(|_| wants).cloned()
}

fn strip(headers: &mut HeaderMap) {
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| name != "host" && name != "content-length")
        .collect();
    for name in named.iter().map(String::as_str).chain(HOP_BY_HOP) {
        headers.remove(name);
    }
    if headers.get(TE).is_some_and(|value| value != "trailers") {
        headers.remove(TE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_the_host_and_the_client_is_told() {
        let index = Index { internal_domain: "release.internal".to_owned(), ..Index::default() };
        let origin = Origin {
            client: "192.0.2.7".parse().unwrap(),
            host: "catalog.localhost:8080".to_owned(),
            id: "1".to_owned(),
        };
        let mut request = Request::builder()
            .uri("http://catalog.localhost:8080/x?y=1")
            .header("host", "catalog.localhost:8080")
            .header("x-forwarded-for", "10.0.0.1")
            .header("connection", "keep-alive, x-secret")
            .header("x-secret", "hop")
            .header("cookie", "a=b")
            .body(())
            .unwrap();
        rewrite(&mut request, &index, &"catalog-b81d04e6".parse().unwrap(), &origin);
        let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header("host"), Some("catalog-b81d04e6.release.internal"));
        assert_eq!(header("x-forwarded-host"), Some("catalog.localhost:8080"));
        assert_eq!(header("x-forwarded-port"), Some("8080"));
        assert_eq!(header("x-forwarded-for"), Some("192.0.2.7"));
        assert_eq!(header("x-secret"), None);
        assert_eq!(header("cookie"), Some("a=b"));
        assert_eq!(request.uri(), "/x?y=1");
    }

    #[test]
    fn an_upgrade_goes_along() {
        let origin = Origin { client: "::1".parse().unwrap(), host: "a".to_owned(), id: "1".to_owned() };
        let mut request = Request::builder()
            .uri("/")
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .body(())
            .unwrap();
        rewrite(&mut request, &Index::default(), &"a-1".parse().unwrap(), &origin);
        assert_eq!(request.headers()["connection"], "upgrade");
        assert_eq!(request.headers()["upgrade"], "websocket");
    }
}
