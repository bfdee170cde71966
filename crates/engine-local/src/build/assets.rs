//! Public assets: what of a build's public folders is served as it is, under which URL path, and precompressed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use api::assets::{Asset, AssetIndex, Encoding};
use api::layout::DataDirectory;
use model::Digest;
use sha2::Digest as _;

use super::outcome::Public;
use crate::files;

mod names;

use names::{content_type, has_hash, is_compressible};

/// Smaller files are not worth compressing, in bytes.
const COMPRESSED_FROM: u64 = 1024;

/// Text up to this size is looked at as a whole, for what its name does not say.
const LOOKED_AT: u64 = 1 << 20;

/// Sites of more than this many bytes are compressed with less effort.
const LARGE_SITE: u64 = 100 << 20;

/// How much processor time compressing may cost, as the levels of both formats.
#[derive(Clone, Copy)]
struct Effort {
    brotli: i32,
    gzip: u32,
}

impl Effort {
    /// Text becomes 5 % larger with the less of both, and is done in half of the time.
    fn of(files: &[(String, PathBuf)]) -> Effort {
        let bytes: u64 = files.iter().filter_map(|(_, path)| path.metadata().ok()).map(|metadata| metadata.len()).sum();
        if bytes > LARGE_SITE { Effort { brotli: 4, gzip: 4 } } else { Effort { brotli: 5, gzip: 6 } }
    }
}

/// Files at the top of a package's folder that are nobody's business if the folder itself is served.
const OF_PACKAGES: [&str; 14] = [
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "yarn.lock",
    "bun.lock",
    "bun.lockb",
    "frontage.toml",
    "turbo.json",
    "nx.json",
    "project.json",
    "tsconfig.json",
    "Dockerfile",
];

/// Keeps the files of public folders, and an index of them; its digest. `root` holds what the build left, in the
/// repository's layout. Where two folders have a file for one URL, the first one's is kept.
///
/// # Errors
/// If a file cannot be read or kept.
pub fn keep(data: &DataDirectory, public: &[Public], root: &Path) -> io::Result<Digest> {
    let root = root.canonicalize()?;
    let found = find(public, &root)?;
    let index = AssetIndex { assets: keep_all(data, found)? };
    let text = serde_json::to_vec(&index).map_err(io::Error::other)?;
    let digest = Digest::of(&text);
    let place = data.asset(&digest);
    if !place.exists() {
        files::write_whole(&place, &text)?;
    }
    Ok(digest)
}

/// Whether an index and all that it names are there. Files are not synced one by one, so a machine that lost its power
/// may have lost some.
pub fn are_whole(data: &DataDirectory, index: &Digest) -> bool {
    let text = fs::read(data.asset(index)).unwrap_or_default();
    let Ok(index) = serde_json::from_slice::<AssetIndex>(&text) else { return false };
    let length = |place: &Path| place.metadata().map_or(0, |metadata| metadata.len());
    index.assets.values().all(|asset| {
        let place = data.asset(&asset.digest);
        place.exists()
            && length(&place) == asset.bytes
            && asset.encodings.iter().all(|encoding| length(&compressed(&place, *encoding)) > 0)
    })
}

/// Public files by URL path: each under its real place, which lies in `root`.
fn find(public: &[Public], root: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found: BTreeMap<String, PathBuf> = BTreeMap::new();
    for Public { folder, prefix } in public {
        let below = root.join(folder.as_str());
        if !files::is_real_folder(root, Path::new(folder.as_str())) && !folder.is_root() {
            continue;
        }
        let is_package = below.join("package.json").exists();
        let names = files::walk(&below)?;
        let is_there = |name: &str| names.binary_search(&PathBuf::from(name)).is_ok();
        for path in &names {
            let Some(name) = path.to_str() else { continue };
            if !is_public(path) || is_package && is_of_package(path) || is_precompressed(name, &is_there) {
                continue;
            }
            if let Some(real) = own(&below.join(path), root) {
                found.entry(format!("{prefix}/{name}")).or_insert(real);
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// The real place of a file. A link that a build left may lead anywhere on this machine, and within the build to what
/// is not public; what it leads to there is not the build's to publish.
fn own(path: &Path, root: &Path) -> Option<PathBuf> {
    let is_link = path.symlink_metadata().ok()?.is_symlink();
    let real = path.canonicalize().ok()?;
    let below = real.strip_prefix(root).ok().filter(|_| real.is_file())?;
    let is_secret = |part: &std::ffi::OsStr| {
        let part = part.to_string_lossy();
        part.starts_with(".env") || part == ".git" || part == "node_modules"
    };
    (!is_link || !below.iter().any(is_secret)).then_some(real)
}

/// Hidden files are nobody's business, but for `.well-known` (RFC 8615).
fn is_public(path: &Path) -> bool {
    path.iter().all(|part| {
        let part = part.to_string_lossy();
        (!part.starts_with('.') || part == ".well-known") && part != "node_modules"
    })
}

/// Whether a path of a package's folder belongs to the package, not to a site that lies in it.
fn is_of_package(path: &Path) -> bool {
    let name = path.to_string_lossy();
    let is_config = ["js", "mjs", "cjs", "ts", "mts"].iter().any(|ending| name.ends_with(&format!(".config.{ending}")));
    OF_PACKAGES.contains(&name.as_ref()) || is_config && !name.contains('/')
}

/// Whether a file is another one's compressed form, as some builds leave both forms beside each. Browsers never name
/// them, and forms of our own are kept anyway.
fn is_precompressed(name: &str, is_there: &dyn Fn(&str) -> bool) -> bool {
    let plain = name.strip_suffix(".br").or_else(|| name.strip_suffix(".gz"));
    plain.is_some_and(|plain| is_there(plain) && is_there(&format!("{plain}.br")) && is_there(&format!("{plain}.gz")))
}

/// Keeps files, as many at once as there are processors. No file is in memory as a whole.
fn keep_all(data: &DataDirectory, found: Vec<(String, PathBuf)>) -> io::Result<BTreeMap<String, Asset>> {
    let effort = Effort::of(&found);
    let next = AtomicUsize::new(0);
    let kept: Mutex<io::Result<BTreeMap<String, Asset>>> = Mutex::new(Ok(BTreeMap::new()));
    let work = || {
        while let Some((url, path)) = found.get(next.fetch_add(1, Ordering::Relaxed)) {
            let asset = keep_one(data, path, url, effort);
            let mut kept = kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            match (kept.as_mut(), asset) {
                (Ok(assets), Ok(asset)) => drop(assets.insert(url.clone(), asset)),
                (Ok(_), Err(cause)) => *kept = Err(cause),
                (Err(_), _) => return,
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(found.len());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    kept.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn keep_one(data: &DataDirectory, path: &Path, url: &str, effort: Effort) -> io::Result<Asset> {
    let mut file = File::open(path)?;
    let bytes = file.metadata()?.len();
    let mut hash = sha2::Sha256::new();
    let content = if bytes <= LOOKED_AT {
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        hash.update(&content);
        Some(content)
    } else {
        let mut buffer = vec![0; 64 << 10];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                length => hash.update(&buffer[..length]),
            }
        }
        None
    };
    let digest: Digest = format!("sha256:{}", hex::encode(hash.finalize())).parse().map_err(io::Error::other)?;
    let content_type = content_type(url, content.as_deref());
    let place = data.asset(&digest);
    if !place.exists() {
        write_new(&place, &mut |target| io::copy(&mut File::open(path)?, target).map(drop))?;
    }
    let compresses = bytes >= COMPRESSED_FROM && is_compressible(&content_type);
    let mut encodings = Vec::new();
    if compresses {
        for encoding in [Encoding::Br, Encoding::Gzip] {
            if keep_form(&place, encoding, effort, path, bytes)? {
                encodings.push(encoding);
            }
        }
    }
    Ok(Asset { digest, bytes, content_type, hashed_name: has_hash(url), encodings })
}

/// Keeps a compressed form beside the plain one; whether it is there, since one that saves nothing is not kept.
fn keep_form(place: &Path, encoding: Encoding, effort: Effort, source: &Path, bytes: u64) -> io::Result<bool> {
    let place = compressed(place, encoding);
    if place.exists() {
        return Ok(true);
    }
    let mut size = 0;
    write_new(&place, &mut |target| {
        let mut source = BufReader::new(File::open(source)?);
        let mut counted = Counted { inner: target, bytes: 0 };
        match encoding {
            Encoding::Br => {
                let params = brotli::enc::BrotliEncoderParams {
                    quality: effort.brotli,
                    size_hint: usize::try_from(bytes).unwrap_or_default(),
                    ..Default::default()
                };
                let mut writer = brotli::CompressorWriter::with_params(&mut counted, 64 << 10, &params);
                io::copy(&mut source, &mut writer)?;
                writer.flush()?;
            }
            Encoding::Gzip => {
                let mut writer = flate2::write::GzEncoder::new(&mut counted, flate2::Compression::new(effort.gzip));
                io::copy(&mut source, &mut writer)?;
                writer.finish()?;
            }
        }
        size = counted.bytes;
        Ok(())
    })?;
    if size < bytes {
        return Ok(true);
    }
    fs::remove_file(&place)?;
    Ok(false)
}

/// Where a compressed form is.
fn compressed(place: &Path, encoding: Encoding) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(match encoding {
        Encoding::Br => ".br",
        Encoding::Gzip => ".gz",
    });
    PathBuf::from(name)
}

/// Counts what is written.
struct Counted<'a> {
    inner: &'a mut dyn Write,
    bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Writes a file under a name of its own first; several may write the same at once, here and in other builds.
fn write_new(place: &Path, write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut temporary = place.as_os_str().to_owned();
    temporary.push(format!(".new{}", files::unique()));
    let temporary = PathBuf::from(temporary);
    let mut target = BufWriter::with_capacity(64 << 10, File::create(&temporary)?);
    let written = write(&mut target).and_then(|()| target.flush());
    if let Err(cause) = written.and_then(|()| fs::rename(&temporary, place)) {
        drop(fs::remove_file(&temporary));
        return Err(cause);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
