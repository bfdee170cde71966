//! What a request must be before anything is decided: one host, one length, a path.

use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{Method, Request, Version};

/// The host that a request names: as sent, and in lower case without a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// As sent, with its port.
    pub sent: String,
    /// In lower case, without port and final dot.
    pub name: String,
}

impl Host {
    /// The port as it was sent, with its `:`; nothing if none was.
    pub fn port(&self) -> &str {
        match self.sent.rfind(':') {
            Some(colon) if !self.sent[colon..].contains(']') => &self.sent[colon..],
            _ => "",
        }
    }
}

/// The host of a request that may be served.
///
/// # Errors
/// Why it is refused (RFC 9112, sections 3.2, 6.1 and 6.3), in a sentence.
pub fn host<B>(request: &Request<B>) -> Result<Host, &'static str> {
    if request.method() == Method::CONNECT {
        return Err("CONNECT is not served");
    }
    let headers = request.headers();
    if headers.contains_key(CONTENT_LENGTH) && headers.contains_key(TRANSFER_ENCODING) {
        return Err("a request has a length or a transfer encoding, not both");
    }
    if request.version() == Version::HTTP_10 && headers.contains_key(TRANSFER_ENCODING) {
        return Err("HTTP/1.0 has no transfer encodings");
    }
    if headers.get_all(CONTENT_LENGTH).iter().count() > 1 {
        return Err("a request has one length");
    }
    if !request.uri().path().starts_with('/') {
        return Err("the path must begin with `/`");
    }
    let mut named = headers.get_all(HOST).iter();
    let in_header = match (named.next(), named.next()) {
        (Some(host), None) => Some(host.to_str().map_err(|_| "the host is not text")?),
        (None, _) => None,
        (Some(_), Some(_)) => return Err("a request names one host"),
    };
    let in_target = request.uri().authority().map(http::uri::Authority::as_str);
    let sent = match (in_target, in_header) {
        (Some(target), Some(header)) if !target.eq_ignore_ascii_case(header) => {
            return Err("the request's target and its host differ");
        }
        (Some(host), _) | (None, Some(host)) => host,
        (None, None) => return Err("the request names no host"),
    };
    Ok(Host { sent: sent.to_owned(), name: name(sent)? })
}

fn name(sent: &str) -> Result<String, &'static str> {
    let (name, port) = match sent.rfind(':') {
        Some(colon) if !sent[colon..].contains(']') => (&sent[..colon], Some(&sent[colon + 1..])),
        _ => (sent, None),
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err("the host's port is no port");
    }
    let is_strange = |byte: u8| !(byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte));
    if name.is_empty() || name.bytes().any(is_strange) {
        return Err("the host is no host");
    }
    Ok(name.trim_end_matches('.').to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&str, &str)], expected: Result<&str, &str>) {
        let mut request = Request::builder().uri("/x");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        assert_eq!(
            host(&request).map(|host| host.name).as_deref().map_err(|because| *because),
            expected,
            "{headers:?}"
        );
    }

    #[test]
    fn a_request_names_one_host() {
        check(&[("host", "Catalog.LocalHost:8080")], Ok("catalog.localhost"));
        check(&[("host", "localhost.")], Ok("localhost"));
        check(&[("host", "[::1]:8080")], Ok("[::1]"));
        check(&[("host", "127.0.0.1")], Ok("127.0.0.1"));
        check(&[], Err("the request names no host"));
        check(&[("host", "a"), ("host", "b")], Err("a request names one host"));
        check(&[("host", "a b")], Err("the host is no host"));
        check(&[("host", "user@a")], Err("the host is no host"));
        check(&[("host", "a:99999")], Err("the host's port is no port"));
        check(&[("host", "")], Err("the host is no host"));
    }

    #[test]
    fn a_request_has_one_length() {
        check(
            &[("host", "a"), ("content-length", "1"), ("transfer-encoding", "chunked")],
            Err("a request has a length or a transfer encoding, not both"),
        );
        check(&[("host", "a"), ("content-length", "1"), ("content-length", "2")], Err("a request has one length"));
    }
}
