//! Answering from artifacts: whole files and ranges of them, precompressed where the client can read that.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use api::assets::{Asset, Encoding};
use api::layout::DataDirectory;
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, IF_RANGE, RANGE, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use http_body::Frame;
use http_body_util::BodyExt;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncSeekExt, ReadBuf};

use crate::{Body, BodyError, whole};

/// How much of a file is read at once, in bytes.
const CHUNK: usize = 64 << 10;

/// As what an asset answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// As what was asked for.
    File {
        /// Whether its path never meant anything else.
        immutable: bool,
    },
    /// In place of what was asked for, with this status. It answers no condition and has no ranges: whoever kept it
    /// did not keep what was asked for.
    Instead(StatusCode),
}

/// Answers with an asset.
///
/// # Errors
/// If its file cannot be read.
pub async fn answer(
    data: &DataDirectory,
    asset: &Asset,
    answer: Answer,
    method: &Method,
    headers: &HeaderMap,
) -> io::Result<Response<Body>> {
    let encoding = asset.encodings.iter().copied().find(|encoding| accepts(headers, *encoding));
    let path = form(&data.asset(&asset.digest), encoding);
    let etag = format!("\"{}{}\"", &asset.digest.hex()[..20], encoding.map_or("", name));
    let mut response = Response::new(whole(Bytes::new()));
    let put = |response: &mut Response<Body>, name: http::HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    if !asset.encodings.is_empty() {
        put(&mut response, VARY, "accept-encoding");
    }
    match answer {
        Answer::File { immutable } => {
            let kept =
                if immutable { "public, max-age=31536000, immutable" } else { "public, max-age=0, must-revalidate" };
            put(&mut response, CACHE_CONTROL, kept);
            put(&mut response, ETAG, &etag);
            if matches(headers.get(IF_NONE_MATCH), &etag) {
                *response.status_mut() = StatusCode::NOT_MODIFIED;
                return Ok(response);
            }
            put(&mut response, ACCEPT_RANGES, "bytes");
        }
        Answer::Instead(status) => {
            *response.status_mut() = status;
            put(&mut response, CACHE_CONTROL, "no-store");
        }
    }
    put(&mut response, CONTENT_TYPE, &asset.content_type);
    put(&mut response, http::header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if let Some(encoding) = encoding {
        put(&mut response, CONTENT_ENCODING, name(encoding));
    }
    let mut file = File::open(&path).await?;
    let length = file.metadata().await?.len();
    let asked = headers
        .get(RANGE)
        // Of a file that is asked for by GET, and of nothing else (RFC 9110, section 14.2).
        .filter(|_| method == Method::GET && matches!(answer, Answer::File { .. }))
        .filter(|_| headers.get(IF_RANGE).is_none_or(|condition| condition.as_bytes() == etag.as_bytes()));
    let (from, count) = match asked.map_or(Range::Whole, |range| range_of(range, length)) {
        Range::Whole => (0, length),
        Range::Part(from, count) => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            put(&mut response, CONTENT_RANGE, &format!("bytes {from}-{}/{length}", from + count - 1));
            (from, count)
        }
        Range::Beyond => {
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            put(&mut response, CONTENT_RANGE, &format!("bytes */{length}"));
            return Ok(response);
        }
    };
    put(&mut response, CONTENT_LENGTH, &count.to_string());
    if method != Method::HEAD {
        file.seek(io::SeekFrom::Start(from)).await?;
        *response.body_mut() = FileBody { file, left: count }.boxed_unsync();
    }
    Ok(response)
}

/// What of a file is asked for (RFC 9110, section 14).
#[derive(Debug, PartialEq, Eq)]
enum Range {
    Whole,
    /// From a byte, so many.
    Part(u64, u64),
    Beyond,
}

/// One range; several, and what cannot be read, mean the whole.
fn range_of(header: &HeaderValue, length: u64) -> Range {
    let parse = || {
        let (from, to) = header.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
        let (from, to) = match (from.trim(), to.trim()) {
            ("", last) => (length.saturating_sub(last.parse().ok()?), length.saturating_sub(1)),
            (from, "") => (from.parse().ok()?, length.saturating_sub(1)),
            (from, to) => (from.parse().ok()?, to.parse::<u64>().ok()?.min(length.saturating_sub(1))),
        };
        Some((from, to))
    };
    match parse() {
        None => Range::Whole,
        Some((from, _)) if from >= length => Range::Beyond,
        Some((from, to)) if to < from => Range::Whole,
        Some((from, to)) => Range::Part(from, to - from + 1),
    }
}

fn accepts(headers: &HeaderMap, encoding: Encoding) -> bool {
    let accepted = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|part| {
        let (coding, weight) = part.split_once(';').unwrap_or((part, ""));
        let refused = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok()) == Some(0.0);
        coding.trim().eq_ignore_ascii_case(name(encoding)) && !refused
    })
}

fn name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Br => "br",
        Encoding::Gzip => "gzip",
    }
}

fn form(plain: &Path, encoding: Option<Encoding>) -> PathBuf {
    let mut name = plain.as_os_str().to_owned();
    name.push(match encoding {
        None => "",
        Some(Encoding::Br) => ".br",
        Some(Encoding::Gzip) => ".gz",
    });
    PathBuf::from(name)
}

fn matches(condition: Option<&HeaderValue>, etag: &str) -> bool {
    let Some(condition) = condition.and_then(|value| value.to_str().ok()) else { return false };
    condition.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == etag || one == "*")
}

/// A part of a file, read while it is sent.
struct FileBody {
    file: File,
    left: u64,
}

impl http_body::Body for FileBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let size = usize::try_from(self.left).unwrap_or(CHUNK).min(CHUNK);
        let mut buffer = vec![0; size];
        let mut read = ReadBuf::new(&mut buffer);
        match ready!(Pin::new(&mut self.file).poll_read(context, &mut read)) {
            Err(cause) => return Poll::Ready(Some(Err(cause.into()))),
            Ok(()) if read.filled().is_empty() => {
                return Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())));
            }
            Ok(()) => {}
        }
        let count = read.filled().len();
        buffer.truncate(count);
        self.left -= count as u64;
        Poll::Ready(Some(Ok(Frame::data(buffer.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_what_rfc_9110_says() {
        let check = |text: &str, expected: Range| {
            assert_eq!(range_of(&HeaderValue::from_str(text).unwrap(), 10), expected, "{text}")
        };
        check("bytes=0-3", Range::Part(0, 4));
        check("bytes=8-", Range::Part(8, 2));
        check("bytes=-3", Range::Part(7, 3));
        check("bytes=-30", Range::Part(0, 10));
        check("bytes=5-100", Range::Part(5, 5));
        check("bytes=10-", Range::Beyond);
        check("bytes=3-1", Range::Whole);
        check("bytes=0-1,3-4", Range::Whole);
        check("lines=1-2", Range::Whole);
    }

    #[test]
    fn encodings_are_what_the_client_reads() {
        let check = |accepted: &str, br: bool| {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_str(accepted).unwrap())]);
            assert_eq!(accepts(&headers, Encoding::Br), br, "{accepted}");
        };
        check("gzip, deflate, br, zstd", true);
        check("gzip, br;q=0.5", true);
        check("br;q=0", false);
        check("gzip", false);
    }
}
