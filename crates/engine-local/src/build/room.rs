//! The room of a build: a sandbox over read-only layers, in which its steps run one after the other.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::sandbox::{Ending, Internal, Limits, Mount, PROTOCOL, Spec, State};
use model::task::{REPOSITORY_FOLDER, Step};
use model::{NetworkAccess, PackageManager, RepoPath, Toolchain};

use super::{EPOCH, Shared, managers};
use crate::sandbox::client;
use crate::{files, runtime, toolchain};

/// How many processes and threads a build may have.
pub const PROCESSES: u32 = 4096;

/// The share of processor time of a build beside an instance's 100: what serves does not wait for what is built.
const CPU_WEIGHT: u32 = 25;

/// The least memory that a build is given, in bytes.
const LEAST_MEMORY: u64 = 2 << 30;

/// Memory that no build is given, in bytes.
const LEFT_TO_MACHINE: u64 = 1 << 30;

/// What a build needs besides the heap that it asks for, in bytes.
const BESIDES_HEAP: u64 = 1 << 30;

/// Variables of ours that installs and builds with a network are given: how to reach it.
const NETWORK_VARIABLES: [&str; 11] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "npm_config_registry",
    "NPM_CONFIG_REGISTRY",
];

/// What builds and installs are told besides `CI`: no questions, no reports, and no checks of variables that are there
/// only when an app runs.
const USUAL: [(&str, &str); 16] = [
    ("CI", "1"),
    ("HOME", "/tmp"),
    ("LANG", "C.UTF-8"),
    ("SKIP_ENV_VALIDATION", "1"),
    ("SKIP_ENV_CHECK", "true"),
    ("DO_NOT_TRACK", "1"),
    ("NEXT_TELEMETRY_DISABLED", "1"),
    ("ASTRO_TELEMETRY_DISABLED", "1"),
    ("NUXT_TELEMETRY_DISABLED", "1"),
    ("TURBO_TELEMETRY_DISABLED", "1"),
    ("GATSBY_TELEMETRY_DISABLED", "1"),
    ("STORYBOOK_DISABLE_TELEMETRY", "1"),
    ("NG_CLI_ANALYTICS", "false"),
    ("CHECKPOINT_DISABLE", "1"),
    ("HUSKY", "0"),
    ("NX_DAEMON", "false"),
];

/// Where the user's `.npmrc` is inside, for installs.
const USER_CONFIG: &str = "/etc/npmrc";

/// Other settings of the user that package managers read, by where they are in a home, and where they are inside.
const USER_SETTINGS: [(&str, &str); 4] = [
    (".npmrc", USER_CONFIG),
    (".yarnrc", "/etc/yarnrc"),
    (".yarnrc.yml", "/etc/yarnrc.yml"),
    (".bunfig.toml", "/etc/bunfig.toml"),
];

/// A folder for one sandbox, and what it is made over.
pub struct Room<'a> {
    shared: &'a Shared,
    id: String,
    lowers: Vec<PathBuf>,
}

/// What runs in a room.
pub struct Run<'a> {
    /// The steps.
    pub steps: &'a [Step],
    /// Variables besides those that every build has.
    pub env: BTreeMap<String, String>,
    /// The member that is built.
    pub folder: &'a RepoPath,
    /// Whether the network may be used.
    pub network: bool,
    /// What of the package managers' caches and the user's settings is there.
    pub registry: Registry,
    /// Node.js and the package manager.
    pub toolchain: &'a Toolchain,
    /// Where Bun lies, if it is there besides; found by [`Room::run`].
    pub bun: Option<PathBuf>,
}

/// What a run may use of what installs share: others' builds trust the cache, and the settings may hold passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registry {
    /// Nothing.
    Absent,
    /// A cache of its own, for code of the repository or of packages.
    Own,
    /// The cache and the user's settings, for a package manager alone.
    Shared,
}

/// How a run ended.
pub struct Ended {
    /// How its shell ended.
    pub ending: Ending,
    /// The step that ran last.
    step: String,
}

impl Ended {
    /// Whether every step succeeded.
    pub fn succeeded(&self) -> bool {
        self.ending.code == Some(0)
    }

    /// Which step ended how.
    pub fn words(&self) -> String {
        format!("`{}` {}", self.step, runtime::words(&self.ending))
    }
}

impl<'a> Room<'a> {
    /// A room under `name` over these folders, uppermost first, relative to the data directory.
    pub fn make(shared: &'a Shared, name: &str, mut lowers: Vec<PathBuf>) -> io::Result<Room<'a>> {
        let room = Room { shared, id: name.to_owned(), lowers: Vec::new() };
        client::make_folder(&room.folder())?;
        files::make_folder(&room.upper())?;
        if lowers.is_empty() {
            files::make_folder(&room.folder().join("empty"))?;
            lowers.push(room.below().join("empty"));
        }
        fs::create_dir_all(shared.data.build_logs())?;
        // What an earlier attempt wrote tells nothing of this one.
        fs::write(room.log(), "")?;
        Ok(Room { lowers, ..room })
    }

    /// Where all goes that is written in it.
    pub fn upper(&self) -> PathBuf {
        self.folder().join("upper")
    }

    /// Its log.
    pub fn log(&self) -> PathBuf {
        self.shared.data.build_logs().join(format!("{}.log", self.id))
    }

    /// Runs the steps to their end.
    pub async fn run(&self, mut run: Run<'_>) -> io::Result<Ended> {
        if names_bun(run.steps) && !run.toolchain.package_manager.starts_with("bun@") {
            run.bun = self.bun(run.toolchain).await?;
        }
        // A room may be used again: what the run before left of itself goes, what it wrote stays.
        client::remove_tree(&self.folder().join("upper.work"))?;
        match fs::remove_file(self.folder().join("record.json")) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
            _ => {}
        }
        let spec = self.spec(&run)?;
        let handle = client::start(&self.shared.program, &spec).await?;
        let status = match handle.status.state {
            State::Ended(_) | State::Refused { .. } => handle.status.clone(),
            State::Starting | State::Running => client::wait(&handle.folder).await?,
        };
        match status.state {
            State::Ended(ending) => Ok(Ended { ending, step: self.last_step(run.steps) }),
            State::Refused { because } => Err(io::Error::other(because)),
            State::Starting | State::Running => Err(io::Error::other("its helper is gone")),
        }
    }

    /// Removes it.
    pub async fn remove(&self) -> io::Result<()> {
        client::remove(&self.folder(), Duration::ZERO).await
    }

    /// Bun, where it is called but not the package manager.
    async fn bun(&self, toolchain: &Toolchain) -> io::Result<Option<PathBuf>> {
        let (toolchains, toolchain) = (self.shared.toolchains.clone(), toolchain.clone());
        let fetched = super::blocking(move || Ok(toolchains.bun(&toolchain))).await?;
        // Without it the step says what it lacks.
        Ok(fetched.map(|(place, _)| place).ok())
    }

    fn below(&self) -> PathBuf {
        Path::new("sandboxes/builds").join(&self.id[..self.id.len().min(20)])
    }

    fn folder(&self) -> PathBuf {
        self.shared.data.path().join(self.below())
    }

    /// The step whose beginning was noted last.
    fn last_step(&self, steps: &[Step]) -> String {
        let note = self.upper().join(NOTE);
        // The build may have put anything in its place.
        let is_file = note.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        let noted = if is_file { fs::read_to_string(note).unwrap_or_default() } else { String::new() };
        let index: usize = noted.trim().parse().unwrap_or(0);
        steps.get(index).map(|step| step.name.clone()).unwrap_or_default()
    }

    fn spec(&self, run: &Run<'_>) -> io::Result<Spec> {
        let mut mounts = vec![
            Mount::Machine,
            Mount::Overlay {
                lowers: self.lowers.clone(),
                upper: Some(self.below().join("upper")),
                target: REPOSITORY_FOLDER.into(),
            },
            Mount::File { target: "/etc/passwd".into(), content: "frontage:x:1000:1000::/tmp:/bin/sh\n".to_owned() },
            Mount::File { target: "/etc/group".into(), content: "frontage:x:1000:\n".to_owned() },
        ];
        let mut folders = self.shared.toolchains.folders(run.toolchain);
        let mut outside = self.shared.toolchains.outside(run.toolchain);
        folders.extend(run.bun.as_ref().map(|place| place.join(toolchain::SHIMS)));
        outside.extend(run.bun.clone());
        let inside = |path: &PathBuf| self.shared.toolchains.inside(path);
        for folder in outside {
            let target = inside(&folder);
            // From the data directory on: whom sandboxes run as may not enter the folders above it, such as root's home.
            let source = folder.strip_prefix(self.shared.data.path()).map_or(folder.clone(), Path::to_owned);
            mounts.push(Mount::Bind { source, target, writable: false });
        }
        let folders: Vec<PathBuf> = folders.iter().map(inside).collect();
        let mut env = self.env(run, &folders);
        let hosts = if run.network { fs::read_to_string("/etc/hosts").ok() } else { None };
        let hosts = hosts.unwrap_or_else(|| "127.0.0.1 localhost frontage\n::1 localhost\n".to_owned());
        mounts.push(Mount::File { target: "/etc/hosts".into(), content: hosts });
        if run.network {
            with_network(&mut mounts, &mut env);
        }
        if run.registry != Registry::Absent {
            self.with_cache(run.registry, run.toolchain, &mut mounts, &mut env)?;
        }
        if run.registry == Registry::Shared {
            with_user_settings(&mut mounts, &mut env);
        }
        let memory = Memory::of(machine_memory(), run.steps, run.env.get("NODE_OPTIONS").map(String::as_str));
        Ok(Spec {
            protocol: PROTOCOL,
            id: self.id.clone(),
            data: self.shared.data.path().to_owned(),
            folder: self.below(),
            log: Path::new("logs/builds").join(format!("{}.log", self.id)),
            mounts,
            command: ["/bin/sh", "-c", &(memory.note() + &before(run) + &script(run.steps, run.folder, &folders))]
                .map(str::to_owned)
                .to_vec(),
            folder_inside: REPOSITORY_FOLDER.into(),
            env,
            network: if run.network { NetworkAccess::Host } else { NetworkAccess::None },
            internal: Internal::Absent,
            port: None,
            limits: Limits { memory_bytes: memory.bytes, cpu_millis: 0, cpu_weight: CPU_WEIGHT, processes: PROCESSES },
            lifeline: true,
            time_limit_ms: Some(u64::try_from(self.shared.time_limit.as_millis()).unwrap_or(u64::MAX)),
            required: self.shared.required,
        })
    }

    fn env(&self, run: &Run<'_>, folders: &[PathBuf]) -> BTreeMap<String, String> {
        let mut env: BTreeMap<String, String> =
            USUAL.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        if let Some((manager, version)) = toolchain::manager(run.toolchain) {
            env.extend(managers::always(manager, &version));
            if !run.network {
                env.extend(managers::offline(manager, &version));
            }
        }
        // Addons are compiled by installs. npm warns of it elsewhere, as it is node-gyp's alone.
        let is_install = run.registry != Registry::Absent;
        let headers = self.shared.toolchains.headers(run.toolchain).filter(|_| is_install);
        let more = [
            ("PATH", Some(path(RepoPath::root().as_str(), folders))),
            ("SOURCE_DATE_EPOCH", Some(EPOCH.to_string())),
            ("npm_config_user_agent", Some(user_agent(run.toolchain))),
            ("npm_config_nodedir", headers.map(|it| self.inside(&it))),
            ("npm_execpath", self.execpath(run.toolchain)),
            ("INIT_CWD", Some(format!("{REPOSITORY_FOLDER}/{}", run.folder))),
        ];
        env.extend(more.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        env.extend(run.env.clone());
        env
    }

    fn inside(&self, path: &Path) -> String {
        self.shared.toolchains.inside(path).display().to_string()
    }

    /// What scripts start to call the package manager again; none if it is the machine's own.
    fn execpath(&self, toolchain: &Toolchain) -> Option<String> {
        let (place, programs) = self.shared.toolchains.programs(toolchain).ok()??;
        let (name, _) = toolchain.package_manager.split_once('@')?;
        let program = programs.iter().find(|program| program.name == name)?;
        Some(self.inside(&place.join(&program.file)))
    }

    /// The cache of the package managers: the one that all share, or an empty one of this room's own.
    fn with_cache(
        &self,
        registry: Registry,
        toolchain: &Toolchain,
        mounts: &mut Vec<Mount>,
        env: &mut BTreeMap<String, String>,
    ) -> io::Result<()> {
        let name = toolchain.package_manager.split('@').next().unwrap_or_default();
        let place = match registry {
            Registry::Shared => self.shared.data.package_cache(name),
            Registry::Own | Registry::Absent => self.folder().join("cache"),
        };
        files::make_folder(&place)?;
        let source = place.strip_prefix(self.shared.data.path()).map_err(io::Error::other)?.to_owned();
        mounts.push(Mount::Bind { source, target: managers::CACHE.into(), writable: true });
        let cache = if name == "npm" { managers::CACHE.to_owned() } else { format!("{}/npm", managers::CACHE) };
        env.insert("npm_config_cache".to_owned(), cache);
        Ok(())
    }
}

/// How a package manager tells a registry and scripts who it is.
fn user_agent(toolchain: &Toolchain) -> String {
    let named = toolchain.package_manager.replace('@', "/");
    let (node, os, processor) = (&toolchain.node, env::consts::OS, toolchain::architecture());
    if named.starts_with("npm/") {
        format!("{named} node/v{node} {os} {processor} workspaces/false")
    } else {
        format!("{named} npm/? node/v{node} {os} {processor}")
    }
}

/// Whether a step starts Bun.
fn names_bun(steps: &[Step]) -> bool {
    let is_bun = |word: &str| word == "bun" || word == "bunx";
    steps.iter().any(|step| step.command.split([' ', ';', '&', '|', '(', '\n', '"', '\'']).any(is_bun))
}

fn with_network(mounts: &mut Vec<Mount>, env: &mut BTreeMap<String, String>) {
    for name in NETWORK_VARIABLES {
        let Ok(value) = env::var(name) else { continue };
        let file = Path::new(&value);
        if file.is_absolute() && file.exists() && !file.starts_with("/etc/ssl") {
            mounts.push(Mount::Bind { source: file.to_owned(), target: file.to_owned(), writable: false });
        }
        env.insert(name.to_owned(), value);
    }
    let settings = user_settings();
    let harmless = settings.lines().filter(|line| !is_secret(line)).collect::<Vec<_>>().join("\n");
    user_config(mounts, env, harmless);
}

/// Everything that the user says to package managers.
fn with_user_settings(mounts: &mut Vec<Mount>, env: &mut BTreeMap<String, String>) {
    mounts.retain(|mount| !matches!(mount, Mount::File { target, .. } if target == Path::new(USER_CONFIG)));
    env.insert("npm_config_userconfig".to_owned(), USER_CONFIG.to_owned());
    // Yarn 2 and newer read none of npm's settings; where the registry and the way to it are is the machine's to say.
    let line = user_settings().lines().find_map(|line| line.trim().strip_prefix("registry=").map(str::to_owned));
    let registry =
        ["npm_config_registry", "NPM_CONFIG_REGISTRY"].iter().find_map(|name| env.get(*name).cloned()).or(line);
    let proxy = |names: [&str; 2]| names.iter().find_map(|name| env.get(*name).cloned());
    let of_yarn = [
        ("YARN_NPM_REGISTRY_SERVER", registry),
        ("YARN_HTTP_PROXY", proxy(["http_proxy", "HTTP_PROXY"])),
        ("YARN_HTTPS_PROXY", proxy(["https_proxy", "HTTPS_PROXY"])),
    ];
    env.extend(of_yarn.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    for (name, inside) in USER_SETTINGS {
        let content = user_file(name);
        if !content.is_empty() || inside == USER_CONFIG {
            mounts.push(Mount::File { target: inside.into(), content });
        }
    }
}

/// The user's `.npmrc`; empty if there is none.
fn user_settings() -> String {
    user_file(".npmrc")
}

/// A file of the user's home; empty if there is none.
fn user_file(name: &str) -> String {
    let home = env::var_os("HOME").map(|home| Path::new(&home).join(name));
    home.and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default()
}

/// Whether a line of `.npmrc` may hold what nobody else should know. Source: docs.npmjs.com, "npmrc", auth settings.
fn is_secret(line: &str) -> bool {
    let name = line.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
    let words = ["auth", "password", "username", "email", "cert", "key", "token"];
    name.starts_with("//") || words.iter().any(|word| name.contains(word))
}

fn user_config(mounts: &mut Vec<Mount>, env: &mut BTreeMap<String, String>, content: String) {
    mounts.push(Mount::File { target: USER_CONFIG.into(), content });
    env.insert("npm_config_userconfig".to_owned(), USER_CONFIG.to_owned());
}

/// Where the shell notes which step it runs.
pub const NOTE: &str = ".frontage-step";

/// What comes before the steps. Where the user's settings are, they stand in the home, since not every package manager
/// can be told another place; and what Plug'n'Play loads is out of sight, since bundlers would believe it.
fn before(run: &Run<'_>) -> String {
    let mut text = String::new();
    if run.registry == Registry::Shared {
        for (name, inside) in USER_SETTINGS {
            text.push_str(&format!("[ ! -e {inside} ] || ln -sf {inside} \"$HOME/{name}\"\n"));
        }
    }
    if matches!(toolchain::manager(run.toolchain), Some((PackageManager::YarnBerry, _))) {
        let above = Path::new(run.folder.as_str()).ancestors();
        for folder in above.map(|folder| Path::new(REPOSITORY_FOLDER).join(folder)) {
            let names =
                [".pnp.cjs", ".pnp.js", ".pnp.loader.mjs"].map(|name| quoted(&folder.join(name).to_string_lossy()));
            text.push_str(&format!("rm -f {}\n", names.join(" ")));
        }
    }
    text
}

/// One shell text for all steps: each is noted, announced and run in its folder.
fn script(steps: &[Step], member: &RepoPath, folders: &[PathBuf]) -> String {
    let mut text = String::new();
    for (index, step) in steps.iter().enumerate() {
        let place = format!("{REPOSITORY_FOLDER}/{}", step.folder);
        let announced = format!("> {} {}", step.name, step.command.replace('\n', " "));
        text.push_str(&format!(
            "echo {index} > {REPOSITORY_FOLDER}/{NOTE}; echo {}; (cd {} && export npm_lifecycle_event={} PATH={} && {{ {}\n}}) || exit $?\n",
            quoted(&announced),
            quoted(&place),
            quoted(&step.name),
            quoted(&path(if step.folder.is_root() { member.as_str() } else { step.folder.as_str() }, folders)),
            step.command,
        ));
    }
    text.push_str(&format!("rm -f {REPOSITORY_FOLDER}/{NOTE}\n"));
    text
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// `node_modules/.bin` from a folder upwards, then the toolchain, then the machine.
fn path(folder: &str, folders: &[PathBuf]) -> String {
    let mut path: Vec<String> = Vec::new();
    let mut at = Some(folder).filter(|folder| !folder.is_empty());
    while let Some(folder) = at {
        path.push(format!("{REPOSITORY_FOLDER}/{folder}/node_modules/.bin"));
        at = folder.rsplit_once('/').map(|(parent, _)| parent);
    }
    path.push(format!("{REPOSITORY_FOLDER}/node_modules/.bin"));
    path.extend(folders.iter().map(|folder| folder.display().to_string()));
    path.push("/usr/local/bin:/usr/bin:/bin".to_owned());
    path.join(":")
}

/// How much memory a build may use.
#[derive(Debug, PartialEq, Eq)]
struct Memory {
    bytes: u64,
    /// How much heap its commands ask for, if the machine does not have that.
    cut: Option<u64>,
}

impl Memory {
    /// Half of the machine's, but never so little that no bundler could work; more where a command or `NODE_OPTIONS` asks
    /// for a larger heap, as far as the machine has it.
    fn of(machine: u64, steps: &[Step], node_options: Option<&str>) -> Memory {
        let texts = steps.iter().map(|step| step.command.as_str()).chain(node_options);
        let heap = texts.filter_map(asked_heap).max().unwrap_or(0);
        let most = machine.saturating_sub(LEFT_TO_MACHINE).max(LEAST_MEMORY);
        let wanted = (machine / 2).max(LEAST_MEMORY).max(if heap > 0 { heap.saturating_add(BESIDES_HEAP) } else { 0 });
        Memory { bytes: wanted.min(most), cut: (wanted > most).then_some(heap) }
    }

    /// What its log says before anything runs.
    fn note(&self) -> String {
        let Some(asked) = self.cut else { return String::new() };
        let (asked, given) = (asked >> 20, self.bytes >> 20);
        let text = format!("it asks for a heap of {asked} MiB; this machine can give it {given} MiB");
        format!("echo {}\n", quoted(&text))
    }
}

/// The heap in bytes that a command asks Node.js for: `--max-old-space-size=8192`, in megabytes (nodejs.org, "Command-line
/// API"); V8 takes `_` for `-`.
fn asked_heap(command: &str) -> Option<u64> {
    let plain = command.replace('_', "-");
    let asked = plain.split("--max-old-space-size").skip(1).filter_map(|rest| {
        let digits = rest.trim_start_matches(['=', ' ']);
        let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
        digits[..end].parse::<u64>().ok()
    });
    asked.max().and_then(|megabytes| megabytes.checked_mul(1 << 20))
}

/// The machine's memory in bytes.
fn machine_memory() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes =
        text.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_gets_the_heap_that_it_asks_for_as_far_as_there_is_one() {
        const GIB: u64 = 1 << 30;
        let memory = |machine: u64, command: &str, options: Option<&str>| {
            let step = Step { name: "build".to_owned(), folder: RepoPath::root(), command: command.to_owned() };
            let Memory { bytes, cut } = Memory::of(machine * GIB, &[step], options);
            (bytes / GIB, cut.map(|asked| asked / GIB))
        };
        assert_eq!(memory(24, "vite build", None), (12, None));
        assert_eq!(memory(24, "node --max_old_space_size=16384 ./vite.js build", None), (17, None));
        assert_eq!(memory(24, "vite build", Some("--max-old-space-size=4096")), (12, None));
        assert_eq!(memory(24, "NODE_OPTIONS='--max-old-space-size=32768' next build", None), (23, Some(32)));
        assert_eq!(memory(24, "node --max-old-space-size 99999999999999999999 x", None), (12, None));
        assert_eq!(memory(1, "vite build", None), (2, None));
    }

    #[test]
    fn a_step_that_fails_ends_the_script_with_its_status() {
        let step = |name: &str, command: &str| Step {
            name: name.to_owned(),
            folder: RepoPath::root(),
            command: command.to_owned(),
        };
        let root = tempfile::tempdir().unwrap();
        let text = script(
            &[step("prepare", "echo 'one'"), step("build", "exit 3 # it's"), step("late", "echo late")],
            &RepoPath::root(),
            &[],
        );
        let text = text.replace(REPOSITORY_FOLDER, root.path().to_str().unwrap());
        let output = std::process::Command::new("sh").arg("-c").arg(text).output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said, "> prepare echo 'one'\none\n> build exit 3 # it's\n");
        assert_eq!(fs::read_to_string(root.path().join(NOTE)).unwrap(), "1\n");
    }

    #[test]
    fn passwords_are_told_from_other_settings() {
        for line in ["//registry.example/:_authToken=x", "_auth = x", "_password=x", "keyfile=/x", "email=x"] {
            assert!(is_secret(line), "{line}");
        }
        for line in ["registry=https://registry.example/", "nodedir=/usr", "# a comment", ""] {
            assert!(!is_secret(line), "{line}");
        }
    }

    #[test]
    fn programs_are_looked_for_from_the_folder_upwards() {
        let path = path("apps/shop", &[PathBuf::from("/data/toolchains/node-22/bin")]);
        assert_eq!(
            path,
            "/srv/repo/apps/shop/node_modules/.bin:/srv/repo/apps/node_modules/.bin:/srv/repo/node_modules/.bin:/data/toolchains/node-22/bin:/usr/local/bin:/usr/bin:/bin"
        );
    }
}
