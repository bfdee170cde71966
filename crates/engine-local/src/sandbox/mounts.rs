//! Lays out what a sandbox sees. Runs as the first process of the new namespaces, with every capability in
//! them and the data directory as working directory: sources below it are named relative to it, so that a
//! folder above it that others may not enter does not matter, and overlay's option string stays short.

use std::ffi::CString;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use api::sandbox::{Mount, Spec};
use model::NetworkAccess;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::statvfs::{FsFlags, statvfs};

/// Where the new root is put together, below the sandbox's folder.
pub const ROOT: &str = "root";

/// Folders of the machine that builds see, read-only, where they exist.
const MACHINE: [&str; 16] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/lib32",
    "/etc/ssl",
    "/etc/ca-certificates",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/opt/node",
];

/// Devices that every sandbox has.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// The size of `/tmp` in bytes.
const TEMPORARY: u64 = 1 << 30;

/// What went wrong, on what.
pub type Failed = (String, io::Error);

/// Puts the root together, enters it and leaves the old one behind.
pub fn enter(spec: &Spec) -> Result<(), Failed> {
    let root = spec.folder.join(ROOT);
    say(
        "could not make mounts private",
        mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_SLAVE, None::<&str>),
    )?;
    let has_layers =
        spec.mounts.iter().any(|it| matches!(it, Mount::Overlay { target, .. } if target == Path::new("/")));
    if !has_layers {
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
        say("could not mount the root", mount(Some("tmpfs"), &root, Some("tmpfs"), flags, Some("mode=0755,size=16m")))?;
    }
    for entry in &spec.mounts {
        one(spec, &root, entry)?;
    }
    essentials(spec, &root)?;
    change_root(&root, !has_layers)
}

fn one(spec: &Spec, root: &Path, entry: &Mount) -> Result<(), Failed> {
    match entry {
        Mount::Machine => MACHINE.iter().try_for_each(|path| machine(root, Path::new(path))),
        Mount::Overlay { lowers, upper, target } => overlay(spec, root, lowers, upper.as_deref(), target),
        Mount::Bind { source, target, writable } => {
            let place = below(root, target);
            say_on("could not make a place for", target, place_for(source, &place))?;
            bind(source, &place, !writable)
        }
        Mount::Memory { target, bytes } => {
            let place = below(root, target);
            say_on("could not make a place for", target, fs::create_dir_all(&place))?;
            memory(&place, *bytes)
        }
        Mount::File { target, content } => {
            let place = below(root, target);
            say_on("could not write", target, write(&place, content))
        }
    }
}

fn overlay(spec: &Spec, root: &Path, lowers: &[PathBuf], upper: Option<&Path>, target: &Path) -> Result<(), Failed> {
    let place = below(root, target);
    if target != Path::new("/") {
        say_on("could not make a place for", target, fs::create_dir_all(&place))?;
    }
    let mut lowers = lowers.to_vec();
    if target == Path::new("/") {
        // Places for what is mounted later, in case no layer has them.
        lowers.insert(0, spec.folder.join("skeleton"));
    }
    let upper = match upper {
        None => None,
        Some(upper) => {
            let work = upper.with_extension("work");
            say_on("could not make", upper, fs::create_dir_all(upper).and_then(|()| fs::create_dir_all(&work)))?;
            Some((upper.to_owned(), work))
        }
    };
    if let [only] = lowers.as_slice()
        && upper.is_none()
    {
        return bind(only, &place, true);
    }
    say_on("could not mount layers at", target, overlay_mount(&lowers, upper.as_ref(), &place))
}

/// Mounts an overlay by fsopen(2), which takes one lower folder at a time (Linux 6.5); by mount(2) where that is
/// refused.
fn overlay_mount(lowers: &[PathBuf], upper: Option<&(PathBuf, PathBuf)>, place: &Path) -> io::Result<()> {
    let names: Vec<String> = lowers.iter().map(|lower| lower.to_string_lossy().into_owned()).collect();
    let mut options = format!("userxattr,lowerdir={}", names.join(":"));
    if let Some((upper, work)) = upper {
        options.push_str(&format!(",upperdir={},workdir={},volatile", upper.display(), work.display()));
    }
    if options.len() < 4000 && !names.iter().any(|name| name.contains([':', ',', '\\'])) {
        return Ok(mount(Some("overlay"), place, Some("overlay"), MsFlags::MS_NODEV, Some(options.as_str()))?);
    }
    modern_overlay(&names, upper, place)
}

#[expect(unsafe_code, reason = "the new mount calls have no wrapper here; each argument outlives its call")]
fn modern_overlay(lowers: &[String], upper: Option<&(PathBuf, PathBuf)>, place: &Path) -> io::Result<()> {
    const SET_FLAG: libc::c_uint = 0;
    const SET_STRING: libc::c_uint = 1;
    const CREATE: libc::c_uint = 6;
    let checked = |result: libc::c_long| if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) };
    let text = |text: &str| CString::new(text).map_err(io::Error::other);
    let name = text("overlay")?;
    // SAFETY: the name is a string that outlives the call.
    let context = checked(unsafe { libc::syscall(libc::SYS_fsopen, name.as_ptr(), 1) })?;
    let set = |command: libc::c_uint, key: Option<&str>, value: Option<&str>| {
        let (key, value) = (key.map(text).transpose()?, value.map(text).transpose()?);
        let pointer = |text: &Option<CString>| text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr());
        // SAFETY: both strings outlive the call, or are null where the command takes none.
        checked(unsafe { libc::syscall(libc::SYS_fsconfig, context, command, pointer(&key), pointer(&value), 0) })
            .map(drop)
    };
    set(SET_FLAG, Some("userxattr"), None)?;
    for lower in lowers {
        set(SET_STRING, Some("lowerdir+"), Some(lower))?;
    }
    if let Some((upper, work)) = upper {
        set(SET_STRING, Some("upperdir"), Some(&upper.to_string_lossy()))?;
        set(SET_STRING, Some("workdir"), Some(&work.to_string_lossy()))?;
        set(SET_FLAG, Some("volatile"), None)?;
    }
    set(CREATE, None, None)?;
    // SAFETY: the descriptor is the context that was just made.
    let mounted = checked(unsafe { libc::syscall(libc::SYS_fsmount, context, 1, 0) })?;
    let (empty, place) = (text("")?, text(&place.to_string_lossy())?);
    // SAFETY: both strings outlive the call; the flag says that the source is the descriptor itself.
    let moved =
        unsafe { libc::syscall(libc::SYS_move_mount, mounted, empty.as_ptr(), libc::AT_FDCWD, place.as_ptr(), 4) };
    checked(moved).map(drop)
}

fn machine(root: &Path, path: &Path) -> Result<(), Failed> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(()) };
    let place = below(root, path);
    if metadata.file_type().is_symlink() {
        let target = say_on("could not read", path, fs::read_link(path))?;
        if let Some(parent) = place.parent() {
            say_on("could not make a place for", path, fs::create_dir_all(parent))?;
        }
        return say_on("could not link", path, symlink(target, &place));
    }
    say_on("could not make a place for", path, place_for(path, &place))?;
    bind(path, &place, true)
}

/// Everything that a program takes for granted.
fn essentials(spec: &Spec, root: &Path) -> Result<(), Failed> {
    let folder = |name: &str| {
        let place = root.join(name);
        say_on("could not make a place for", &place, fs::create_dir_all(&place)).map(|()| place)
    };
    let processes = folder("proc")?;
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    say("could not mount `/proc`", mount(Some("proc"), &processes, Some("proc"), flags, None::<&str>))?;
    devices(&folder("dev")?)?;
    memory(&folder("tmp")?, TEMPORARY)?;
    say("could not set the mode of `/tmp`", fs::set_permissions(root.join("tmp"), fs::Permissions::from_mode(0o1777)))?;
    let own =
        |name: &str| spec.mounts.iter().any(|it| matches!(it, Mount::File { target, .. } if target == Path::new(name)));
    if spec.network == NetworkAccess::Host && Path::new("/etc/resolv.conf").exists() && !own("/etc/resolv.conf") {
        let content = say("could not read `/etc/resolv.conf`", fs::read_to_string("/etc/resolv.conf"))?;
        say("could not write `/etc/resolv.conf`", write(&root.join("etc/resolv.conf"), &content))?;
    }
    Ok(())
}

fn devices(place: &Path) -> Result<(), Failed> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
    say("could not mount `/dev`", mount(Some("tmpfs"), place, Some("tmpfs"), flags, Some("mode=0755,size=64m")))?;
    for name in DEVICES {
        let (source, target) = (Path::new("/dev").join(name), place.join(name));
        say_on("could not make a place for", &source, File::create(&target).map(drop))?;
        let bound = mount(Some(&source), &target, None::<&str>, MsFlags::MS_BIND, None::<&str>);
        say_on("could not bind", &source, bound)?;
    }
    for (name, target) in [
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ] {
        say_on("could not link", Path::new(name), symlink(target, place.join(name)))?;
    }
    let shared = place.join("shm");
    say("could not make `/dev/shm`", fs::create_dir(&shared))?;
    say("could not set the mode of `/dev/shm`", fs::set_permissions(&shared, fs::Permissions::from_mode(0o1777)))
}

fn change_root(root: &Path, seal: bool) -> Result<(), Failed> {
    say("could not enter the root", nix::unistd::chdir(root))?;
    say("could not change the root", nix::unistd::pivot_root(".", "."))?;
    say("could not leave the old root", umount2(".", MntFlags::MNT_DETACH))?;
    say("could not enter the root", nix::unistd::chdir("/"))?;
    if seal {
        let flags =
            MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY | MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
        say("could not seal the root", mount(None::<&str>, "/", None::<&str>, flags, None::<&str>))?;
    }
    Ok(())
}

fn bind(source: &Path, place: &Path, read_only: bool) -> Result<(), Failed> {
    let bound = mount(Some(source), place, None::<&str>, MsFlags::MS_BIND | MsFlags::MS_REC, None::<&str>);
    say_on("could not bind", source, bound)?;
    if !read_only {
        return Ok(());
    }
    // Flags of the source are locked in a user namespace; a remount must repeat them.
    let kept = say_on("could not examine", place, statvfs(place).map(|it| kept(it.flags())))?;
    let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY | kept;
    say_on("could not make read-only", source, mount(None::<&str>, place, None::<&str>, flags, None::<&str>))
}

fn kept(flags: FsFlags) -> MsFlags {
    let pairs = [
        (FsFlags::ST_NOSUID, MsFlags::MS_NOSUID),
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ];
    pairs.into_iter().filter(|(had, _)| flags.contains(*had)).fold(MsFlags::empty(), |all, (_, keep)| all | keep)
}

fn memory(place: &Path, bytes: u64) -> Result<(), Failed> {
    let options = format!("mode=0755,size={bytes}");
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    say_on(
        "could not mount memory at",
        place,
        mount(Some("tmpfs"), place, Some("tmpfs"), flags, Some(options.as_str())),
    )
}

/// A folder or an empty file, as the source is.
fn place_for(source: &Path, place: &Path) -> io::Result<()> {
    if fs::metadata(source)?.is_dir() {
        return fs::create_dir_all(place);
    }
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent)?;
    }
    if place.exists() { Ok(()) } else { File::create(place).map(drop) }
}

/// Writes a file; on a read-only root the helper has put it into the skeleton already.
fn write(place: &Path, content: &str) -> io::Result<()> {
    if fs::read_to_string(place).is_ok_and(|there| there == content) {
        return Ok(());
    }
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(place, content)
}

fn below(root: &Path, target: &Path) -> PathBuf {
    root.join(target.strip_prefix("/").unwrap_or(target))
}

fn say<T, E: Into<io::Error>>(what: &str, result: Result<T, E>) -> Result<T, Failed> {
    result.map_err(|cause| (what.to_owned(), cause.into()))
}

fn say_on<T, E: Into<io::Error>>(what: &str, on: &Path, result: Result<T, E>) -> Result<T, Failed> {
    result.map_err(|cause| (format!("{what} `{}`", on.display()), cause.into()))
}
