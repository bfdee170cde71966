//! Who may read an app's last words: somebody who works on the machine that it runs on.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

use crate::strict::Host;

/// Headers that say that a request came from elsewhere and was only passed on here.
const PASSED_ON: [&str; 6] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "cf-connecting-ip"];

/// Whether a request was made on this machine, for a name that means nothing elsewhere.
///
/// A proxy in front, on the same machine, has a loopback address as well; but it keeps the host that its client asked
/// for, or says that it passes something on.
pub fn is_local(listening: SocketAddr, client: IpAddr, host: &Host, headers: &HeaderMap) -> bool {
    let is_name_of_here = host.name == "localhost" || host.name.ends_with(".localhost");
    listening.ip().is_loopback()
        && client.to_canonical().is_loopback()
        && is_name_of_here
        && PASSED_ON.iter().all(|header| !headers.contains_key(*header))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    /// A listener, a client, a host and headers that are there.
    #[track_caller]
    fn check(request: &str, expected: bool) {
        let mut words = request.split_whitespace();
        let listening = words.next().unwrap().parse().unwrap();
        let client = words.next().unwrap().parse().unwrap();
        let name = words.next().unwrap().to_owned();
        let headers = words.map(|word| (HeaderName::try_from(word).unwrap(), HeaderValue::from_static("x"))).collect();
        assert_eq!(is_local(listening, client, &Host { sent: name.clone(), name }, &headers), expected, "{request}");
    }

    #[test]
    fn only_who_is_here_and_asks_here() {
        check("127.0.0.1:8080 127.0.0.1 localhost cookie", true);
        check("127.0.0.1:8080 127.0.0.1 shop--feat-x.localhost", true);
        check("[::1]:8080 ::1 shop.localhost", true);
        // From another machine, or where others can ask.
        check("0.0.0.0:8080 127.0.0.1 localhost", false);
        check("192.0.2.1:8080 192.0.2.7 localhost", false);
        check("127.0.0.1:8080 192.0.2.7 localhost", false);
        // Passed on by a proxy on this machine.
        check("127.0.0.1:8080 127.0.0.1 shop.example.org", false);
        check("127.0.0.1:8080 127.0.0.1 127.0.0.1", false);
        check("127.0.0.1:8080 127.0.0.1 notlocalhost", false);
        check("127.0.0.1:8080 127.0.0.1 localhost x-forwarded-for", false);
        check("127.0.0.1:8080 127.0.0.1 localhost via", false);
    }
}
