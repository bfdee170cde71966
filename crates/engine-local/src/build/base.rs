//! The base layer: Node.js, the libraries that it links, a shell, CA certificates; one for each Node.js version. Where
//! an app is started by a package manager, that is there too.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use api::layout::DataDirectory;
use model::{Layer, LayerKind, PackageManager, Toolchain};

use super::{Shared, blocking, dependencies, image, managers};
use crate::files::{self, Scratch};
use crate::toolchain::{self, Program};

/// Goes up when what is put into the layer changes.
const FORMAT: u32 = 3;

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

/// Where package managers are in an image.
const MANAGERS: &str = "usr/local/lib/package-managers";

/// What stands for Yarn 2 and newer in an image. Yarn itself runs a script only where the lockfile and every member of
/// the workspace are; an image holds one app.
const YARN: &str = r#"#!/bin/sh
[ "$1" = run ] && shift
name="$1"
[ -n "$name" ] && shift
if node -e 'const all = require(`${process.cwd()}/package.json`).scripts ?? {}; process.exit(process.argv[1] in all ? 0 : 1)' "$name"; then
  exec npm run --silent "$name" -- "$@"
fi
exec "$name" "$@"
"#;

/// A package manager that goes into a base layer: its folder and its programs.
type Manager = (PathBuf, Vec<Program>);

/// The variables that it is started with.
type Said = Vec<(String, String)>;

/// Ensures that the base layer of a toolchain is there, with the package managers that commands name.
pub async fn ensure(shared: &Shared, toolchain: &Toolchain, commands: &[String]) -> io::Result<Layer> {
    let managers = managers(shared, toolchain, commands).await?;
    let named: Vec<String> =
        managers.iter().filter_map(|((place, _), _)| Some(place.file_name()?.to_str()?.to_owned())).collect();
    let with: String = named.iter().map(|name| format!("+{name}")).collect();
    let name = format!("base-{FORMAT}-{}-{}{with}", toolchain.platform, toolchain.node);
    let _one_at_a_time = shared.once.lock(&name).await;
    let record = shared.data.layers().join(format!("{name}.json"));
    if let Some(layer) = recorded(&shared.data, &record) {
        return Ok(layer);
    }
    let (data, node, npm) = (shared.data.clone(), shared.toolchains.node(toolchain)?, shared.toolchains.npm(toolchain));
    blocking(move || {
        let scratch = Scratch::new(&data, "base")?;
        write_base(&scratch.path().join("tree"), &node, npm.as_deref(), &managers)?;
        let layer = image::keep_layer(&data, &scratch, "tree", LayerKind::Base)?;
        files::write_whole(&record, &serde_json::to_vec(&layer)?)?;
        Ok(layer)
    })
    .await
}

/// The package managers that commands name. npm is always there.
async fn managers(shared: &Shared, toolchain: &Toolchain, commands: &[String]) -> io::Result<Vec<(Manager, Said)>> {
    let names = |programs: &[&str]| {
        commands.iter().any(|command| dependencies::words(command).any(|word| programs.contains(&word)))
    };
    let mut found = Vec::new();
    let own = match toolchain::manager(toolchain) {
        Some((PackageManager::Pnpm, _)) => names(&["pnpm", "pnpx"]),
        Some((PackageManager::YarnClassic | PackageManager::YarnBerry, _)) => names(&["yarn", "yarnpkg"]),
        Some((PackageManager::Bun, _)) => names(&["bun", "bunx"]),
        Some((PackageManager::Npm, _)) | None => false,
    };
    if own {
        let said = toolchain::manager(toolchain).map(|(manager, version)| managers::always(manager, &version));
        found.extend(shared.toolchains.programs(toolchain)?.map(|manager| (manager, said.unwrap_or_default())));
    } else if names(&["bun", "bunx"]) {
        let (toolchains, toolchain) = (shared.toolchains.clone(), toolchain.clone());
        let bun = blocking(move || toolchains.bun(&toolchain).map_err(io::Error::other)).await?;
        found.push((bun, Said::new()));
    }
    Ok(found)
}

/// The layer that a record tells of, if it is there.
pub fn recorded(data: &DataDirectory, record: &Path) -> Option<Layer> {
    let layer: Layer = serde_json::from_slice(&fs::read(record).ok()?).ok()?;
    data.layers().join(layer.digest.hex()).is_dir().then_some(layer)
}

fn write_base(root: &Path, node: &Path, npm: Option<&Path>, managers: &[(Manager, Said)]) -> io::Result<()> {
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
    if let Some(npm) = npm {
        copy_npm(root, npm)?;
    }
    for (manager, said) in managers {
        needed.extend(copy_manager(root, manager, said)?);
    }
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

/// npm: start scripts call it.
fn copy_npm(root: &Path, npm: &Path) -> io::Result<()> {
    copy_tree(npm, &root.join("usr/local/lib/node_modules/npm"))?;
    for name in ["npm", "npx"] {
        files::link(
            &Path::new("../lib/node_modules/npm/bin").join(format!("{name}-cli.js")),
            &root.join("usr/local/bin").join(name),
        )?;
    }
    Ok(())
}

/// A package manager, and the libraries that its programs link.
fn copy_manager(root: &Path, (place, programs): &Manager, said: &Said) -> io::Result<Vec<PathBuf>> {
    let name = place.file_name().unwrap_or_default();
    let folder = root.join(MANAGERS).join(name);
    let seen = format!("../lib/package-managers/{}", name.to_string_lossy());
    let is_berry = programs.iter().any(|program| program.file.starts_with("node_modules/@yarnpkg"));
    if !is_berry {
        copy_tree(&place.join("node_modules"), &folder.join("node_modules"))?;
    }
    let mut needed = Vec::new();
    for program in programs {
        let shim = if is_berry { YARN.to_owned() } else { with_variables(&program.shim(&seen), said) };
        files::write(&root.join("usr/local/bin").join(&program.name), shim.as_bytes(), true)?;
        if !program.by_node {
            needed.extend(libraries(&place.join(&program.file))?);
        }
    }
    Ok(needed)
}

/// A script that also says that nothing is to be fetched or installed.
fn with_variables(shim: &str, said: &Said) -> String {
    let said: String = said.iter().map(|(name, value)| format!("export {name}='{value}'\n")).collect();
    shim.replacen('\n', &format!("\n{said}"), 1)
}

/// A folder as it is, but programs stay programs.
fn copy_tree(source: &Path, target: &Path) -> io::Result<()> {
    for path in files::walk(source)? {
        let (from, to) = (source.join(&path), target.join(&path));
        if from.is_symlink() {
            files::link(&fs::read_link(&from)?, &to)?;
        } else {
            let is_executable = fs::metadata(&from)?.permissions().mode() & 0o111 != 0;
            copy(&from, &to, is_executable)?;
        }
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
