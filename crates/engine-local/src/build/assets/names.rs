//! What the name of an asset says: its type, and whether it holds a hash of its content.

/// Types that the table of types has otherwise than browsers and their servers now do. Sources: RFC 9239
/// (JavaScript), RFC 8081 (fonts), RFC 7303 (XML), the source map specification (ECMA-426).
const TYPES: [(&str, &str); 14] = [
    ("js", "text/javascript"),
    ("mjs", "text/javascript"),
    ("cjs", "text/javascript"),
    ("map", "application/json"),
    ("woff", "font/woff"),
    ("otf", "font/otf"),
    ("xml", "application/xml"),
    ("ico", "image/vnd.microsoft.icon"),
    ("m4a", "audio/mp4"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("usdz", "model/vnd.usdz+zip"),
    ("wgsl", "text/wgsl"),
    ("rsc", "text/x-component"),
    ("yml", "text/yaml"),
];

/// Types that are text by their nature though not by their name.
const COMPRESSIBLE: [&str; 18] = [
    "application/atom+xml",
    "application/geo+json",
    "application/json",
    "application/json5",
    "application/ld+json",
    "application/manifest+json",
    "application/rss+xml",
    "application/vnd.apple.mpegurl",
    "application/vnd.ms-fontobject",
    "application/wasm",
    "application/xhtml+xml",
    "application/xml",
    "font/otf",
    "font/ttf",
    "image/bmp",
    "image/svg+xml",
    "image/vnd.microsoft.icon",
    "model/gltf+json",
];

/// `Content-Type` by ending, and by content where there is none. Text is called UTF-8 if it is.
pub fn content_type(name: &str, content: Option<&[u8]>) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let ending =
        file.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, ending)| ending.to_ascii_lowercase());
    let known = ending.as_deref().and_then(|ending| {
        let own = TYPES.iter().find(|(one, _)| *one == ending).map(|(_, kind)| *kind);
        own.or_else(|| mime_guess::from_ext(ending).first_raw())
    });
    let kind = match known {
        Some(kind) => kind,
        // Source: developer.apple.com, "Supporting associated domains".
        None if file == "apple-app-site-association" => "application/json",
        None if ending.is_none() => of_content(content.unwrap_or_default()),
        None => "application/octet-stream",
    };
    let is_utf8 = content.is_none_or(|content| std::str::from_utf8(content).is_ok());
    if kind.starts_with("text/") && is_utf8 { format!("{kind}; charset=utf-8") } else { kind.to_owned() }
}

/// The type of a file whose name has no ending.
fn of_content(content: &[u8]) -> &'static str {
    match std::str::from_utf8(content) {
        Ok("") | Err(_) => "application/octet-stream",
        Ok(text) if text.contains('\0') => "application/octet-stream",
        Ok(text) => {
            let start: String = text.trim_start().chars().take(15).collect::<String>().to_ascii_lowercase();
            if start.starts_with("<!doctype html") || start.starts_with("<html") { "text/html" } else { "text/plain" }
        }
    }
}

/// Whether content of a type becomes much smaller.
pub fn is_compressible(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or(content_type);
    kind.starts_with("text/") || COMPRESSIBLE.contains(&kind)
}

/// Whether a name holds a hash of its content, as bundlers write it: `index-B81d04e6.js`, `main.3f9a1c2b.chunk.css`,
/// everything below `_next/static/chunks`.
pub fn has_hash(name: &str) -> bool {
    let name = name.trim_start_matches('/');
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let is_in = |wanted: &str| format!("/{folder}/").contains(&format!("/{wanted}/"));
    if is_in("_app/immutable") || ["chunks", "css", "media"].iter().any(|one| is_in(&format!("_next/static/{one}"))) {
        return true;
    }
    if let Some((_, build)) = folder.split_once("_next/static/") {
        // A build's own id: 21 random letters, unless the app has it made otherwise.
        return build.len() >= 20;
    }
    let Some((stem, _)) = file.split_once('.') else { return false };
    // Where a bundler puts what it wrote, letters alone may be a hash too.
    let is_bundled =
        ["assets", "_astro", "_nuxt", "static/js", "static/css", "static/media", "build"].into_iter().any(is_in);
    if is_in("_nuxt") && stem.len() == 8 && is_hash(stem, true) {
        return true;
    }
    let parts: Vec<&str> = file.split('.').collect();
    let (_, named) = parts.split_last().unwrap_or((&"", &[]));
    let after_dot = named.iter().skip(1).any(|part| is_hash(part, is_bundled));
    // Of what stands after a dash, eight letters may have dashes in them.
    let after_dash = named.iter().any(|part| {
        let eight = part.len().checked_sub(9).filter(|at| part.is_char_boundary(*at)).map(|at| part.split_at(at).1);
        let eight = eight.and_then(|text| text.strip_prefix('-')).is_some_and(|text| is_hash(text, is_bundled));
        eight || part.split('-').skip(1).any(|text| is_hash(text, is_bundled))
    });
    after_dot || after_dash || stem.len() >= 16 && is_hex(stem)
}

/// Whether a word is a hash: hexadecimal digits, or eight letters and digits as no word has them.
fn is_hash(text: &str, is_bundled: bool) -> bool {
    if is_hex(text) {
        return true;
    }
    let is_encoded = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    let upper = text.bytes().filter(u8::is_ascii_uppercase).count();
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let inner_upper = text.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    match text.len() {
        8 if is_encoded && is_bundled => {
            inner_upper || has_digit && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        }
        8 if is_encoded => inner_upper && (has_digit || upper == 8 || upper >= 3),
        9..=32 if is_encoded && !text.contains('-') => inner_upper && has_digit,
        _ => false,
    }
}

/// Whether a word is eight or more hexadecimal digits, of which some are letters: a date has none.
fn is_hex(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) && digits > 0 && digits < text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_hash_are_told_from_others() {
        let hashed = [
            "assets/index-B81d04e6.js",
            "assets/a-Dj_2k3x-.css",
            "assets/manifest-cf655449.js",
            "assets/home-l7hDHabl.js",
            "assets/app.C_Xhz7D9.js",
            "assets/index.md.ChAtj-SH.lean.js",
            "assets/js/17896441.ca213063.js",
            "static/js/main.3f9a1c2b.chunk.js",
            "static/css/main.3f9a1c2b.css",
            "static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg",
            "main.3f9a1c2b.css",
            "main-AB12CD34.js",
            "chunk-QWERTZUI.js",
            "component---src-pages-index-js-8b1e1d2c3f4a5b6c7d8e.js",
            "3f9a1c2b4d5e6f708192.js",
            "build/root-EHGMQX3U.js",
            "_next/static/chunks/app.js",
            "_next/static/media/a.woff2",
            "_next/static/MozLYZl-l_T72nyIPSEYt/_buildManifest.js",
            "shop/_next/static/css/x.css",
            "_app/immutable/entry/start.js",
            "_nuxt/B9usaUrb.js",
            "_nuxt/error-404.Bb87HomL.css",
            "_astro/a.B81d04e6.css",
            "_astro/hero.DkX2fj_x_Z1abcd.webp",
            "x-0a1b2c3d4e.png",
        ];
        for name in hashed {
            assert!(has_hash(&format!("/{name}")), "{name}");
        }
        let plain = [
            "favicon.ico",
            "index.html",
            "robots.txt",
            "hero-background.png",
            "hero-1920x1080.png",
            "report-20240115.pdf",
            "icon-HomePage.svg",
            "about-Overview.html",
            "a.js",
            "logo.min.js",
            "my-component.js",
            "inter-regular.woff2",
            "_app/version.json",
            "_nuxt/builds/latest.json",
            "_next/static/v1/_buildManifest.js",
            "page-data/index/page-data.json",
            "assets/js/runtime.js",
            "vp-icons.css",
            "CNAME",
        ];
        for name in plain {
            assert!(!has_hash(&format!("/{name}")), "{name}");
        }
    }

    #[test]
    fn types_are_as_browsers_expect_them() {
        let table = [
            ("/index.html", "text/html; charset=utf-8"),
            ("/a.js", "text/javascript; charset=utf-8"),
            ("/a.mjs", "text/javascript; charset=utf-8"),
            ("/A.CSS", "text/css; charset=utf-8"),
            ("/a.js.map", "application/json"),
            ("/a.webmanifest", "application/manifest+json"),
            ("/a.svg", "image/svg+xml"),
            ("/a.avif", "image/avif"),
            ("/a.woff2", "font/woff2"),
            ("/a.woff", "font/woff"),
            ("/a.wasm", "application/wasm"),
            ("/sitemap.xml", "application/xml"),
            ("/feed.rss", "application/rss+xml"),
            ("/a.pdf", "application/pdf"),
            ("/a.mp4", "video/mp4"),
            ("/a.unknown-ending", "application/octet-stream"),
            ("/.well-known/apple-app-site-association", "application/json"),
            ("/LICENSE", "text/plain; charset=utf-8"),
        ];
        for (name, expected) in table {
            assert_eq!(content_type(name, Some(b"some text")), expected, "{name}");
        }
        assert_eq!(content_type("/about", Some(b"<!DOCTYPE html><p>")), "text/html; charset=utf-8");
        assert_eq!(content_type("/old.html", Some(b"<p>caf\xe9</p>")), "text/html");
        assert_eq!(content_type("/data", Some(b"\x00\x01")), "application/octet-stream");
        assert_eq!(content_type("/large.css", None), "text/css; charset=utf-8");
    }
}
