//! Public assets: what of a build's output is served as it is, under which URL path, and precompressed.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use api::assets::{Asset, AssetIndex, Encoding};
use api::layout::DataDirectory;
use model::{App, Digest};

use crate::files;

/// Folders in which public assets are looked for if none is configured, the first that is there.
const OUTPUTS: [&str; 8] =
    ["dist/client", "build/client", ".output/public", "dist/public", "build/public", "dist", "build", "out"];

/// Of a server's app only these: `dist` would hold its server.
const SERVER_OUTPUTS: usize = 5;

/// Smaller files are not worth compressing, in bytes.
const COMPRESSED_FROM: usize = 1024;

/// What the assets of a build are.
pub struct Found {
    /// The digest of the kept index.
    pub index: Digest,
    /// The prefix of pages and assets; empty for `/`.
    pub base_path: String,
    /// The URL path of the client-rendered shell.
    pub shell: Option<String>,
}

/// Finds and keeps the public assets of an app; `root` holds its built folder in the repository's layout.
///
/// # Errors
/// If a file cannot be read or kept.
pub fn keep(data: &DataDirectory, app: &App, root: &Path) -> io::Result<Found> {
    let root = root.canonicalize()?;
    // A link that a build left may lead anywhere on this machine; what it leads to is not the build's to publish.
    let own = |path: &PathBuf| path.canonicalize().is_ok_and(|real| real.starts_with(&root) && real.is_file());
    let Some(output) = output(app, &root) else {
        let index = keep_index(data, &AssetIndex::default())?;
        return Ok(Found { index, base_path: app.base_path.clone().unwrap_or_default(), shell: None });
    };
    let mut paths = files::walk(&output)?;
    paths.retain(|path| is_public(path) && own(&output.join(path)));
    let page = Some(output.join("index.html")).filter(own).and_then(|page| fs::read_to_string(page).ok());
    let deduced = || page.as_deref().and_then(|page| deduce_base_path(page, &paths));
    let base_path = app.base_path.clone().or_else(deduced).unwrap_or_default();
    let mut index = AssetIndex::default();
    for path in &paths {
        let name = path.to_string_lossy().replace('\\', "/");
        index.assets.insert(format!("{base_path}/{name}"), keep_one(data, &output.join(path), &name)?);
    }
    let shell = page.map(|_| format!("{base_path}/index.html"));
    Ok(Found { index: keep_index(data, &index)?, base_path, shell })
}

/// The folder of public assets; with a leading `/` it is named from the workspace's root.
fn output(app: &App, root: &Path) -> Option<PathBuf> {
    let folder = root.join(app.path.as_str());
    if let Some(output) = &app.output {
        let named = output.strip_prefix('/').map_or_else(|| folder.join(output), |below| root.join(below));
        let real = named.canonicalize().ok()?;
        return (real.is_dir() && real.starts_with(root)).then_some(named);
    }
    let guesses = if app.start.is_some() { &OUTPUTS[..SERVER_OUTPUTS] } else { &OUTPUTS[..] };
    let is_own = |output: &PathBuf| output.canonicalize().is_ok_and(|real| real.is_dir() && real.starts_with(root));
    let there = |output: &PathBuf| is_own(output) && (app.start.is_some() || output.join("index.html").exists());
    guesses.iter().map(|guess| folder.join(guess)).find(there)
}

/// Hidden files are nobody's business, but for `.well-known` (RFC 8615).
fn is_public(path: &Path) -> bool {
    path.iter().all(|part| {
        let part = part.to_string_lossy();
        !part.starts_with('.') || part == ".well-known"
    })
}

/// What a page puts before the names of files that are in the output: `/x` for `src="/x/assets/a.js"`.
fn deduce_base_path(page: &str, paths: &[PathBuf]) -> Option<String> {
    let quoted = page.split(['"', '\'']).filter(|text| text.starts_with('/') && !text.starts_with("//"));
    quoted.into_iter().find_map(|url| {
        paths.iter().find_map(|path| {
            let prefix = url.strip_suffix(path.to_str()?)?.strip_suffix('/')?;
            Some(prefix.to_owned())
        })
    })
}

fn keep_one(data: &DataDirectory, path: &Path, name: &str) -> io::Result<Asset> {
    let content = fs::read(path)?;
    let digest = Digest::of(&content);
    let content_type = content_type(name);
    let place = data.asset(&digest);
    let compresses = content.len() >= COMPRESSED_FROM && is_text(content_type);
    if compresses {
        keep_form(&place, "br", || brotli(&content))?;
        keep_form(&place, "gz", || gzip(&content))?;
    }
    if !place.exists() {
        files::write_whole(&place, &content)?;
    }
    Ok(Asset {
        digest,
        bytes: content.len() as u64,
        content_type: content_type.to_owned(),
        hashed_name: has_hash(name),
        encodings: if compresses { vec![Encoding::Br, Encoding::Gzip] } else { Vec::new() },
    })
}

fn keep_form(place: &Path, ending: &str, make: impl FnOnce() -> io::Result<Vec<u8>>) -> io::Result<()> {
    let mut name = place.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    let place = PathBuf::from(name);
    if place.exists() { Ok(()) } else { files::write_whole(&place, &make()?) }
}

fn keep_index(data: &DataDirectory, index: &AssetIndex) -> io::Result<Digest> {
    let text = serde_json::to_vec(index).expect("an index serialises");
    let digest = Digest::of(&text);
    let place = data.asset(&digest);
    if !place.exists() {
        files::write_whole(&place, &text)?;
    }
    Ok(digest)
}

fn brotli(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
    writer.write_all(content)?;
    writer.flush()?;
    Ok(writer.into_inner())
}

fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    writer.write_all(content)?;
    writer.finish()
}

/// Whether a name holds a hash of its content, as bundlers write it: `index-B81d04e6.js`, `main.3f9a1c2b.css`,
/// everything below `_next/static/chunks`.
fn has_hash(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let after_dash = stem.len().checked_sub(9).filter(|at| stem.is_char_boundary(*at)).map(|at| stem.split_at(at).1);
    let is_hash = |text: &str| {
        let strange = |byte: u8| !(byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        let mixed =
            text.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase() || byte == b'_' || byte == b'-');
        !text.bytes().any(strange) && mixed
    };
    let vite = after_dash.and_then(|text| text.strip_prefix('-')).is_some_and(is_hash);
    let is_hex = |text: &str| {
        text.len() >= 8
            && text.bytes().all(|byte| byte.is_ascii_hexdigit())
            && text.bytes().any(|byte| byte.is_ascii_digit())
    };
    vite || stem.split(['.', '-']).skip(1).any(is_hex) || name.contains("_next/static/chunks/")
}

fn is_text(content_type: &str) -> bool {
    [
        "text/",
        "application/javascript",
        "application/json",
        "image/svg",
        "application/xml",
        "application/manifest",
        "application/wasm",
    ]
    .iter()
    .any(|kind| content_type.starts_with(kind))
}

/// `Content-Type` by ending. Source: IANA media types; RFC 9239 for JavaScript.
fn content_type(name: &str) -> &'static str {
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "js" | "mjs" | "cjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/vnd.microsoft.icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "otf" => "font/otf",
        "txt" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "wasm" => "application/wasm",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "mp3" => "audio/mpeg",
        "md" => "text/markdown; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_hash_are_told_from_others() {
        let hashed = [
            "assets/index-B81d04e6.js",
            "assets/a-Dj_2k3x-.css",
            "main.3f9a1c2b.css",
            "_next/static/chunks/app.js",
            "x-0a1b2c3d4e.png",
        ];
        for name in hashed {
            assert!(has_hash(name), "{name}");
        }
        for name in
            ["favicon.ico", "index.html", "robots.txt", "hero-background.png", "a.js", "logo.min.js", "my-component.js"]
        {
            assert!(!has_hash(name), "{name}");
        }
    }

    #[test]
    fn the_base_path_is_what_a_page_puts_before_its_files() {
        let paths = [PathBuf::from("assets/index-B81d04e6.js"), PathBuf::from("favicon.ico")];
        let base = |page: &str| deduce_base_path(page, &paths);
        assert_eq!(base(r#"<script src="/enterprise/assets/index-B81d04e6.js">"#).as_deref(), Some("/enterprise"));
        assert_eq!(base(r#"<script src="/assets/index-B81d04e6.js">"#).as_deref(), Some(""));
        assert_eq!(base(r#"<script src="https://cdn/x.js">"#), None);
    }

    #[test]
    fn hidden_files_are_not_public() {
        assert!(is_public(Path::new(".well-known/security.txt")));
        assert!(!is_public(Path::new(".env")));
        assert!(!is_public(Path::new(".vite/manifest.json")));
    }
}
