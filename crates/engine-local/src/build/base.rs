//! The base layer: Node.js, the libraries that it links, a shell, CA certificates; one for each Node.js version.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use api::layout::DataDirectory;
use model::{Layer, LayerKind, Toolchain};

use super::{Shared, blocking, image};
use crate::files::{self, Scratch};

/// Goes up when what is put into the layer changes.
const FORMAT: u32 = 2;

/// Programs besides Node.js and npm: what `sh -c`, `#!/usr/bin/env node` and everyday start scripts need.
const PROGRAMS: [&str; 31] = [
    "sh", "env", "basename", "cat", "chmod", "cp", "cut", "date", "dirname", "echo", "false", "grep", "head", "id",
    "ln", "ls", "mkdir", "mv", "printf", "pwd", "readlink", "rm", "sed", "sleep", "sort", "tail", "test", "touch",
    "tr", "true", "uname",
];

/// Libraries that prebuilt native addons link, or that the C library loads by itself.
const LIBRARIES: [&str; 10] = [
    "libstdc++.so.6",
    "libgcc_s.so.1",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libutil.so.1",
    "libresolv.so.2",
    "libnss_files.so.2",
    "libnss_dns.so.2",
];

/// Where CA certificates are found. Source: Go's `crypto/x509`, `root_linux.go`.
const CERTIFICATES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// Ensures that the base layer of a toolchain is there.
pub async fn ensure(shared: &Shared, toolchain: &Toolchain) -> io::Result<Layer> {
    let name = format!("base-{FORMAT}-{}-{}", toolchain.platform, toolchain.node);
    let _one_at_a_time = shared.once.lock(&name).await;
    let record = shared.data.layers().join(format!("{name}.json"));
    if let Some(layer) = recorded(&shared.data, &record) {
        return Ok(layer);
    }
    let (data, node) = (shared.data.clone(), shared.toolchains.node(toolchain)?);
    blocking(move || {
        let scratch = Scratch::new(&data, "base")?;
        write_base(&scratch.path().join("tree"), &node)?;
        let layer = image::keep_layer(&data, &scratch, "tree", LayerKind::Base)?;
        files::write_whole(&record, &serde_json::to_vec(&layer)?)?;
        Ok(layer)
    })
    .await
}

/// The layer that a record tells of, if it is there.
pub fn recorded(data: &DataDirectory, record: &Path) -> Option<Layer> {
    let layer: Layer = serde_json::from_slice(&fs::read(record).ok()?).ok()?;
    data.layers().join(layer.digest.hex()).is_dir().then_some(layer)
}

fn write_base(root: &Path, node: &Path) -> io::Result<()> {
    for folder in [
        "usr/bin",
        "usr/local/bin",
        "usr/lib",
        "usr/lib64",
        "usr/sbin",
        "etc/ssl/certs",
        "srv/repo",
        "proc",
        "dev",
        "tmp",
        "run",
        "var",
    ] {
        files::make_folder(&root.join(folder))?;
    }
    // As distributions do it: everything is below `/usr`, and the old names lead there.
    for name in ["bin", "sbin", "lib", "lib64"] {
        files::link(&Path::new("usr").join(name), &root.join(name))?;
    }
    copy(node, &root.join("usr/local/bin/node"), true)?;
    files::link(Path::new("../local/bin/node"), &root.join("usr/bin/node"))?;
    let mut needed = libraries(node)?;
    for name in PROGRAMS {
        let found = ["/usr/bin", "/bin"].iter().map(|folder| Path::new(folder).join(name)).find(|path| path.exists());
        let Some(program) = found else { continue };
        copy(&program, &root.join("usr/bin").join(name), true)?;
        needed.extend(libraries(&program)?);
    }
    copy_npm(root, node)?;
    let folders: Vec<PathBuf> = needed.iter().filter_map(|path| path.parent().map(Path::to_owned)).collect();
    for name in LIBRARIES {
        needed.extend(folders.iter().map(|folder| folder.join(name)).find(|path| path.exists()));
    }
    for library in needed {
        let target = place(root, &library);
        if !target.exists() {
            copy(&library, &target, true)?;
        }
    }
    if let Some(certificates) = CERTIFICATES.iter().find(|path| Path::new(path).exists()) {
        copy(Path::new(certificates), &root.join("etc/ssl/certs/ca-certificates.crt"), false)?;
    }
    let write = |name: &str, content: &str| files::write(&root.join(name), content.as_bytes(), false);
    write("etc/passwd", "root:x:0:0::/:/bin/sh\nfrontage:x:1000:1000::/tmp:/bin/sh\n")?;
    write("etc/group", "root:x:0:\nfrontage:x:1000:\n")?;
    write("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
}

/// npm as it lies beside Node.js: start scripts call it.
fn copy_npm(root: &Path, node: &Path) -> io::Result<()> {
    let beside = node.parent().and_then(Path::parent).map(|prefix| prefix.join("lib/node_modules/npm"));
    let Some(npm) = beside.filter(|npm| npm.is_dir()) else { return Ok(()) };
    let target = root.join("usr/local/lib/node_modules/npm");
    for path in files::walk(&npm)? {
        let (source, place) = (npm.join(&path), target.join(&path));
        if source.is_symlink() {
            files::link(&fs::read_link(&source)?, &place)?;
        } else {
            copy(&source, &place, path.starts_with("bin"))?;
        }
    }
    for name in ["npm", "npx"] {
        files::link(
            &Path::new("../lib/node_modules/npm/bin").join(format!("{name}-cli.js")),
            &root.join("usr/local/bin").join(name),
        )?;
    }
    Ok(())
}

/// Where a file of the machine is put: below `usr`, whichever of its names it was found by.
fn place(root: &Path, path: &Path) -> PathBuf {
    let below = path.strip_prefix("/").unwrap_or(path);
    if below.starts_with("usr") { root.join(below) } else { root.join("usr").join(below) }
}

/// The libraries that a program links, loader included, as the loader itself finds them (ldd(1)).
fn libraries(program: &Path) -> io::Result<Vec<PathBuf>> {
    let output = Command::new("ldd").arg(program).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let found = text.lines().filter_map(|line| {
        let path = line.split_once("=>").map_or(line, |(_, path)| path).trim();
        let path = path.split(' ').next()?;
        path.starts_with('/').then(|| PathBuf::from(path))
    });
    // A statically linked program links none, of which ldd complains.
    Ok(found.collect())
}

fn copy(source: &Path, target: &Path, executable: bool) -> io::Result<()> {
    files::write(target, &fs::read(source)?, executable)
}
