//! Public folders on disk, and what of them is kept.

use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use api::assets::AssetIndex;
use api::layout::DataDirectory;
use expect_test::{Expect, expect};

use super::{Public, keep};

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(files: &[(&str, &str)]) -> Place {
        let place = Place { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(place.root()).unwrap();
        std::fs::create_dir_all(place.data().path()).unwrap();
        for (path, content) in files {
            let path = place.root().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        place
    }

    fn root(&self) -> std::path::PathBuf {
        self.folder.path().join("root")
    }

    fn data(&self) -> DataDirectory {
        DataDirectory::at(self.folder.path().join("data"))
    }

    fn keep(&self, public: &[(&str, &str)]) -> AssetIndex {
        let public = public.iter().map(|(folder, prefix)| Public {
            folder: if folder.is_empty() { model::RepoPath::root() } else { folder.parse().unwrap() },
            prefix: (*prefix).to_owned(),
        });
        let public: Vec<Public> = public.collect();
        let digest = keep(&self.data(), &public, &self.root()).unwrap();
        serde_json::from_slice(&std::fs::read(self.data().asset(&digest)).unwrap()).unwrap()
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what is expected is written where it is used, as everywhere")]
fn check(files: &[(&str, &str)], public: &[(&str, &str)], expected: Expect) {
    let index = Place::new(files).keep(public);
    let lines = index.assets.iter().map(|(url, asset)| {
        let hashed = if asset.hashed_name { " hashed" } else { "" };
        format!("{url} {} bytes, {}{hashed}\n", asset.bytes, asset.content_type)
    });
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn several_folders_are_public_each_below_its_prefix() {
    check(
        &[
            ("apps/web/.next/static/chunks/a.js", "one"),
            ("apps/web/.next/server/page.js", "secret"),
            ("apps/web/public/robots.txt", "all"),
            ("apps/web/public/_next/static/chunks/a.js", "another"),
        ],
        &[("apps/web/.next/static", "/shop/_next/static"), ("apps/web/public", "/shop")],
        expect![[r#"
            /shop/_next/static/chunks/a.js 3 bytes, text/javascript; charset=utf-8 hashed
            /shop/robots.txt 3 bytes, text/plain; charset=utf-8
        "#]],
    );
}

#[test]
fn what_is_hidden_or_the_package_s_own_is_not_public() {
    check(
        &[
            ("site/index.html", "page"),
            ("site/package.json", "{}"),
            ("site/vite.config.js", ""),
            ("site/.env", "SECRET=1"),
            ("site/.well-known/security.txt", "mail"),
            ("site/node_modules/x/index.js", ""),
            ("site/.vite/manifest.json", "{}"),
            ("site/js/app.config.js", ""),
        ],
        &[("site", "")],
        expect![[r#"
            /.well-known/security.txt 4 bytes, text/plain; charset=utf-8
            /index.html 4 bytes, text/html; charset=utf-8
            /js/app.config.js 0 bytes, text/javascript; charset=utf-8
        "#]],
    );
    // In a folder that is no package's, such a name means nothing.
    check(&[("dist/package.json", "{}")], &[("dist", "")], expect![""]);
    check(
        &[("public/schema/package.json", "{}")],
        &[("public", "")],
        expect![[r#"
        /schema/package.json 2 bytes, application/json
    "#]],
    );
}

#[test]
fn other_forms_of_a_file_are_not_files() {
    check(
        &[("c/a.js", "1"), ("c/a.js.br", "1"), ("c/a.js.gz", "1"), ("c/game.wasm.gz", "1")],
        &[("c", "")],
        expect![[r#"
            /a.js 1 bytes, text/javascript; charset=utf-8
            /game.wasm.gz 1 bytes, application/gzip
        "#]],
    );
}

#[test]
fn links_lead_to_the_build_s_own_files_or_nowhere() {
    let place = Place::new(&[("apps/web/dist/a.txt", "a"), ("packages/art/logo.svg", "<svg/>"), (".env", "SECRET=1")]);
    let dist = place.root().join("apps/web/dist");
    symlink("../../../packages/art/logo.svg", dist.join("logo.svg")).unwrap();
    symlink("../../../.env", dist.join("env.txt")).unwrap();
    symlink("/etc/passwd", dist.join("passwd.txt")).unwrap();
    symlink("/etc", dist.join("etc")).unwrap();
    symlink("nowhere", dist.join("nowhere.txt")).unwrap();
    let names: Vec<String> = place.keep(&[("apps/web/dist", "")]).assets.into_keys().collect();
    assert_eq!(names, ["/a.txt", "/logo.svg"]);
    // A whole folder that is a link is none of the build's.
    symlink("/etc", place.root().join("apps/web/out")).unwrap();
    assert!(place.keep(&[("apps/web/out", ""), ("apps/web/absent", "")]).assets.is_empty());
}

#[test]
fn text_is_kept_compressed_where_that_saves_something() {
    let text = "the same words again and again; ".repeat(200);
    let place = Place::new(&[("d/a.css", &text), ("d/b.png", &text), ("d/c.css", "short")]);
    let index = place.keep(&[("d", "")]);
    let forms = |url: &str| index.assets[url].encodings.len();
    assert_eq!((forms("/a.css"), forms("/b.png"), forms("/c.css")), (2, 0, 0));
    let kept = place.data().asset(&index.assets["/a.css"].digest);
    let read = |ending: &str| std::fs::read(format!("{}{ending}", kept.display())).unwrap();
    assert_eq!(read(""), text.as_bytes());
    let mut plain = Vec::new();
    brotli::BrotliDecompress(&mut read(".br").as_slice(), &mut plain).unwrap();
    assert_eq!(plain, text.as_bytes());
    let mut plain = Vec::new();
    std::io::copy(&mut flate2::read::GzDecoder::new(read(".gz").as_slice()), &mut plain).unwrap();
    assert_eq!(plain, text.as_bytes());
    assert_eq!(place.keep(&[("d", "")]), index);
    let digest = model::Digest::of(&serde_json::to_vec(&index).unwrap());
    assert!(super::are_whole(&place.data(), &digest));
    std::fs::write(format!("{}.br", kept.display()), "").unwrap();
    assert!(!super::are_whole(&place.data(), &digest));
    std::fs::write(format!("{}.br", kept.display()), "x").unwrap();
    let left = Path::new(&kept).parent().unwrap().read_dir().unwrap();
    assert!(left.flatten().all(|entry| !entry.file_name().to_string_lossy().contains(".new")));
}

/// `cargo test --release -p engine-local --lib -- --ignored a_large_site`
#[test]
#[ignore = "it takes a while, and 500 MB of disk"]
fn a_large_site_is_kept_within_two_minutes() {
    let place = Place::new(&[]);
    let folder = place.root().join("site");
    let mut seed = 7_u64;
    for number in 0..20_000 {
        let mut text = String::new();
        while text.len() < 25_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            write!(text, "<p class=\"word-{}\">{:x}</p> ", seed >> 60, seed >> 40).unwrap();
        }
        let path = folder.join(format!("page-{}/{number}.html", number % 100));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let started = std::time::Instant::now();
    let index = place.keep(&[("site", "")]);
    let peak = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = peak.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default().to_owned();
    let seconds = started.elapsed().as_secs();
    assert_eq!(index.assets.len(), 20_000);
    assert!(seconds < 120, "{seconds} s, {peak}");
    #[expect(clippy::print_stderr, reason = "a measurement is read by a person")]
    {
        eprintln!("{seconds} s, {peak}");
    }
}
