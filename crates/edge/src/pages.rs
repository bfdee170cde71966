//! Pages of the edge's own: what a person sees where no app answers. They need no script.

use std::fmt::Write;

use api::table::Absence;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use model::{AppName, EnvironmentName, Serving};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::index::{Environment, Index};
use crate::{Body, whole};

/// What a path in an address must not hold as it is. A `%` stays: paths come encoded.
const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'\\');

/// After how many seconds what is over by itself may be over.
const SOON: u32 = 2;

/// After how many seconds it is worth looking again at what somebody has to mend, or what somebody reads.
const LATER: u32 = 10;

const STYLE: &str = "\
:root{color-scheme:light dark;--quiet:#666;--line:#ddd;--good:#17632a;--bad:#a3180e;--wait:#7a5200}\
@media(prefers-color-scheme:dark){:root{--quiet:#a3a3a3;--line:#444;--good:#7fd394;--bad:#ff9d92;--wait:#f0c15c}}\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:min(12vh,6rem) 1rem 3rem}\
h1{font-size:1.6rem;margin:0 0 1rem}h2{font-size:1.1rem;margin:2.5rem 0 .5rem}\
table{border-collapse:collapse;width:100%}td{border-top:1px solid var(--line);padding:.35rem 1rem .35rem 0;\
vertical-align:top;overflow-wrap:anywhere}td:first-child{width:32%}td.kind{width:5rem;overflow-wrap:normal}\
.kind,.why,footer{color:var(--quiet)}.live{color:var(--good)}.failed{color:var(--bad)}.coming{color:var(--wait)}\
pre{overflow-x:auto;border:1px solid var(--line);padding:.75rem;font-size:.85rem;line-height:1.4}\
footer{margin-top:3rem;font-size:.8rem}";

/// What an environment serves and what it does not, for a site without a default app. `port` is as the client names
/// it: `:8080`, or nothing.
pub fn list(index: &Index, name: &EnvironmentName, environment: &Environment, port: &str) -> Response<Body> {
    let mut text = String::new();
    for problem in &environment.problems {
        push(&mut text, format_args!("<p class=\"failed\">The newest commit cannot be used: {}</p>", escape(problem)));
    }
    if !environment.hosts.is_empty() {
        text.push_str("<table>");
    }
    for (app, host) in &environment.hosts {
        let kind = environment.kinds.get(app);
        let (class, state) = state(index, name, environment, app);
        let called = match kind {
            Some(Serving::Worker) => escape(app.as_str()),
            _ => format!("<a href=\"http://{}{}/\">{}</a>", escape(host), escape(port), escape(app.as_str())),
        };
        let row = format_args!(
            "<tr><td>{called}</td><td class=\"kind\">{}</td><td class=\"{class}\">{}</td></tr>",
            kind.map_or("", |kind| word(*kind)),
            escape(&state)
        );
        push(&mut text, row);
    }
    if !environment.hosts.is_empty() {
        text.push_str("</table>");
    } else if environment.is_known {
        text.push_str("<p>No app was found.</p>");
    }
    if !environment.not_served.is_empty() {
        text.push_str("<h2>Not served</h2><table>");
        for (folder, because) in &environment.not_served {
            let row = format_args!("<tr><td>{}</td><td class=\"why\">{}</td></tr>", escape(folder), escape(because));
            push(&mut text, row);
        }
        text.push_str("</table>");
    }
    page(StatusCode::OK, &format!("Apps of {}", environment.site), &text, None)
}

/// How an app stands: a class for its colour, and a sentence.
fn state(index: &Index, name: &EnvironmentName, environment: &Environment, app: &AppName) -> (&'static str, String) {
    if let Some(absence) = environment.absent.get(app) {
        return (if absence.is_passing { "coming" } else { "failed" }, absence.because.clone());
    }
    if environment.kinds.get(app) == Some(&Serving::Worker) {
        return ("live", "runs".to_owned());
    }
    let live = environment.apps.get(app).and_then(|running| index.releases.get(&running.live));
    match live {
        None => ("coming", "it is not known yet".to_owned()),
        Some(release) if !release.is_static && release.targets.is_empty() => {
            let because = release.trouble.as_ref().map_or("no instance is ready", |trouble| &trouble.because);
            ("failed", format!("does not answer: {because}"))
        }
        Some(release) if release.environment != *name => ("live", format!("live, as in {}", release.environment)),
        Some(_) => ("live", "live".to_owned()),
    }
}

fn word(kind: Serving) -> &'static str {
    match kind {
        Serving::Server => "server",
        Serving::Static => "static",
        Serving::Worker => "worker",
    }
}

/// The app cannot answer. Its own last words are for `local` readers alone.
pub fn absent(app: &str, absence: &Absence, local: bool) -> Response<Body> {
    let title = if absence.is_passing { "Not there yet" } else { "It cannot answer" };
    unavailable(title, &format!("`{app}` cannot answer: {}", absence.because), app, Some(absence), local)
}

/// The app is live, and no instance of it answers; `trouble` is why, if that is known.
pub fn silent(app: &str, trouble: Option<&Absence>, local: bool) -> Response<Body> {
    let because = match trouble {
        Some(trouble) => format!("`{app}` does not answer at the moment: {}", trouble.because),
        None => format!("`{app}` does not answer at the moment"),
    };
    unavailable("Not available", &because, app, trouble, local)
}

fn unavailable(title: &str, sentence: &str, app: &str, absence: Option<&Absence>, local: bool) -> Response<Body> {
    let mut text = format!("<p>{}</p>", escape(sentence));
    let retry_after = if absence.is_none_or(|absence| absence.is_passing) { SOON } else { LATER };
    let mut refresh = retry_after;
    match absence.map(|absence| absence.last_lines.as_slice()) {
        None | Some([]) => {}
        Some(lines) if local => {
            refresh = LATER;
            push(&mut text, format_args!("<h2>Its last lines</h2><pre>{}</pre>", escape(&lines.join("\n"))));
        }
        Some(_) => {
            let where_else = format_args!(
                "<p class=\"why\">Its last lines are shown where it runs: by <code>frontage status</code> and \
                 <code>frontage logs {}</code></p>",
                escape(app)
            );
            push(&mut text, where_else);
        }
    }
    later(title, &text, retry_after, refresh)
}

/// Nothing is there.
pub fn nothing(because: &str) -> Response<Body> {
    page(StatusCode::NOT_FOUND, "Not found", &format!("<p>{}</p>", escape(because)), None)
}

/// The request is refused.
pub fn refused(because: &str) -> Response<Body> {
    page(StatusCode::BAD_REQUEST, "Bad request", &format!("<p>{}</p>", escape(because)), None)
}

/// Only reading is possible here.
pub fn not_allowed(app: &str) -> Response<Body> {
    let text = format!("<p>`{}` is files alone: it can be read, and takes nothing</p>", escape(app));
    let mut response = page(StatusCode::METHOD_NOT_ALLOWED, "Not allowed", &text, None);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

/// Not now, but soon; a browser asks again by itself.
pub fn soon(title: &str, because: &str, seconds: u32) -> Response<Body> {
    later(title, &format!("<p>{}</p>", escape(because)), seconds, seconds)
}

fn later(title: &str, text: &str, retry_after: u32, refresh: u32) -> Response<Body> {
    let mut response = page(StatusCode::SERVICE_UNAVAILABLE, title, text, Some(refresh));
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after));
    response
}

/// Nobody answered in time.
pub fn late(because: &str) -> Response<Body> {
    page(StatusCode::GATEWAY_TIMEOUT, "No answer in time", &format!("<p>{}</p>", escape(because)), None)
}

/// The table names a file that is not on disk any more, or something else that is our fault.
pub fn broken(because: &str) -> Response<Body> {
    let text = format!("<p>{}</p>", escape(because));
    page(StatusCode::INTERNAL_SERVER_ERROR, "Something is broken here", &text, None)
}

/// Another path on the same host. Nothing remembers it: what is a folder now may be a page in the next version.
pub fn redirect(path: &str, permanent: bool) -> Response<Body> {
    let status = if permanent { StatusCode::PERMANENT_REDIRECT } else { StatusCode::TEMPORARY_REDIRECT };
    let mut response = page(status, "It is elsewhere", "", None);
    let path = utf8_percent_encode(path, PATH).to_string();
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(&path).expect("all else is encoded"));
    response
}

fn page(status: StatusCode, title: &str, content: &str, again: Option<u32>) -> Response<Body> {
    let again = again.map(|seconds| format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">")).unwrap_or_default();
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         {again}<title>{title}</title><style>{STYLE}</style>\
         <h1>{title}</h1>{content}<footer>Frontage, {}</footer></html>\n",
        status.as_u16(),
        title = escape(title),
    );
    let mut response = Response::new(whole(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
    text.write_fmt(more).expect("text takes more text");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests;
