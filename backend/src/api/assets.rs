//! The web page, inside the binary. Paths that are no file get index.html, whose router knows what to show.
use super::problem::Problem;
use axum::{
    http::{HeaderValue, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../frontend/dist"]
#[allow_missing = true]
struct Dist;

/// Shown when the binary was built without the page.
const PLACEHOLDER: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Polity</title></head>\
<body><h1>Polity is running</h1><p>This binary was built without the web page. Build it with <code>make build</code> \
and start again. The API is at <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>.</p></body></html>\n";

/// A file of the page, or index.html.
pub async fn serve_asset(method: Method, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Problem::not_found(format!("endpoint {}", uri.path())).into_response();
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        let detail = format!("{} answers GET only.", uri.path());
        return Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail).into_response();
    }
    match Dist::get(path) {
        Some(file) if !path.is_empty() => respond(file, path),
        // A missing script must not be answered with HTML.
        _ if path.starts_with("assets/") => Problem::not_found(format!("file {path}")).into_response(),
        _ => Dist::get("index.html")
            .map_or_else(|| Html(PLACEHOLDER).into_response(), |index| respond(index, "index.html")),
    }
}

fn respond(file: EmbeddedFile, path: &str) -> Response {
    // The bundler puts the hash of the contents into the names below assets/.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = file.data.into_owned().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(kind) = HeaderValue::from_str(file.metadata.mimetype()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    response
}
