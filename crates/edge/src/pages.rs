//! Pages of the edge's own: what a person sees where no app answers.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

use crate::index::Environment;
use crate::{Body, whole};

/// The apps of an environment, where a site has neither a default app nor routes.
pub fn list(environment: &Environment, port: &str) -> Response<Body> {
    let mut items = String::new();
    for (app, host) in &environment.hosts {
        let state = match environment.absent.get(app) {
            Some(because) => format!(" <small>{}</small>", escape(because)),
            None => String::new(),
        };
        items.push_str(&format!(
            "<li><a href=\"http://{0}{port}/\">{1}</a>{state}</li>",
            escape(host),
            escape(app.as_str())
        ));
    }
    page(StatusCode::OK, "Apps", &format!("<ul>{items}</ul>"))
}

/// Nothing is there.
pub fn nothing(because: &str) -> Response<Body> {
    page(StatusCode::NOT_FOUND, "Not found", &format!("<p>{}</p>", escape(because)))
}

/// The request is refused.
pub fn refused(because: &str) -> Response<Body> {
    page(StatusCode::BAD_REQUEST, "Bad request", &format!("<p>{}</p>", escape(because)))
}

/// Not now, but soon; a browser asks again by itself.
pub fn soon(title: &str, because: &str, seconds: u32) -> Response<Body> {
    let text =
        format!("<p>{}</p><script>setTimeout(() => location.reload(), {})</script>", escape(because), seconds * 1000);
    let mut response = page(StatusCode::SERVICE_UNAVAILABLE, title, &text);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Nobody answered in time.
pub fn late(because: &str) -> Response<Body> {
    page(StatusCode::GATEWAY_TIMEOUT, "No answer in time", &format!("<p>{}</p>", escape(because)))
}

/// The table names a file that is not on disk any more, or something else that is our fault.
pub fn broken(because: &str) -> Response<Body> {
    page(StatusCode::INTERNAL_SERVER_ERROR, "Something is broken here", &format!("<p>{}</p>", escape(because)))
}

/// Another path on the same host.
pub fn redirect(path: &str) -> Response<Body> {
    let mut response = page(StatusCode::TEMPORARY_REDIRECT, "It is elsewhere", "");
    match HeaderValue::from_str(path) {
        Ok(path) => {
            response.headers_mut().insert(LOCATION, path);
            response
        }
        Err(_) => broken("the app's base path cannot be written into an address"),
    }
}

fn page(status: StatusCode, title: &str, content: &str) -> Response<Body> {
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>body{{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem;color:#222}}\
         small{{color:#777}}footer{{margin-top:3rem;color:#999;font-size:.8rem}}</style>\
         <h1>{title}</h1>{content}<footer>Frontage, {}</footer></html>\n",
        status.as_u16()
    );
    let mut response = Response::new(whole(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
