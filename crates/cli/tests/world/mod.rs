//! A demo of its own for each test: a repository, a data directory, `frontage up` over them, and eyes on all three.

#![allow(dead_code, reason = "each test target uses a part of it")]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The apps of the academy.
pub const APPS: [&str; 9] =
    ["catalog", "course", "courses-api", "enterprise", "home", "learn", "profile", "search", "status"];

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(150);

/// A repository and what `frontage` makes of it.
pub struct World {
    folder: tempfile::TempDir,
    /// The port of the edge.
    pub port: u16,
    /// The user that `frontage` runs as, if not this process's own.
    pub user: Option<u32>,
    up: Option<Child>,
}

/// An answer over HTTP.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its head, in lower case.
    pub head: String,
    /// Where it leads, as it was written.
    pub location: Option<String>,
    /// Its body as text, chunks joined.
    pub body: String,
}

impl World {
    /// The academy, up, with every app live.
    pub fn demo() -> World {
        let mut world = World::empty();
        world.start(&["demo"]);
        world.wait_for_live(&APPS);
        world
    }

    /// Nothing yet.
    pub fn empty() -> World {
        let folder = tempfile::Builder::new().prefix("frontage-test-").tempdir().expect("a temporary folder");
        World { folder, port: free_port(), user: None, up: None }
    }

    /// The repository.
    pub fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Starts `demo` or `up` in the background, with more arguments.
    pub fn start(&mut self, arguments: &[&str]) {
        let mut command = self.command();
        command.args(arguments).arg(self.repository()).args(["--listen", &format!("127.0.0.1:{}", self.port)]);
        self.spawn(command);
    }

    /// Starts a command about this world in the background, in place of `up`.
    pub fn start_asking(&mut self, arguments: &[&str]) {
        let mut command = self.command();
        command.arg("-C").arg(self.repository()).args(arguments);
        self.spawn(command);
    }

    fn spawn(&mut self, mut command: Command) {
        let output = File::options().create(true).append(true).open(self.folder.path().join("up.log")).expect("a log");
        command.stdin(Stdio::null()).stdout(output.try_clone().expect("a descriptor")).stderr(output);
        self.up = Some(command.spawn().expect("frontage starts"));
    }

    /// What `up` printed so far.
    pub fn printed(&self) -> String {
        fs::read_to_string(self.folder.path().join("up.log")).unwrap_or_default()
    }

    /// The process of `up`.
    pub fn pid(&self) -> u32 {
        self.up.as_ref().expect("it was started").id()
    }

    /// Kills `up` where it stands.
    pub fn kill(&mut self) {
        let mut up = self.up.take().expect("it was started");
        up.kill().expect("it can be killed");
        up.wait().expect("it ends");
    }

    /// Waits until `up` has ended by itself; its exit status.
    pub fn ended(&mut self) -> i32 {
        let up = self.up.as_mut().expect("it was started");
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = up.try_wait().expect("it can be waited for") {
                self.up = None;
                return status.code().unwrap_or(-1);
            }
            pause();
        }
        panic!("`up` did not end:\n{}", self.printed());
    }

    /// Runs a command about this world to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, "")
    }

    /// The same, with a text on its standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command();
        command.arg("-C").arg(self.repository()).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("frontage starts");
        child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads");
        // What should have been refused and runs instead would run for ever.
        let (done, waiting) = std::sync::mpsc::channel::<()>();
        let pid = child.id().to_string();
        std::thread::spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                drop(Command::new("kill").args(["-INT", &pid]).status());
            }
        });
        let output = child.wait_with_output().expect("it ends");
        drop(done);
        output
    }

    /// What a query answers in JSON.
    pub fn ask(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?} answers JSON, not {output:?}"))
    }

    pub fn command(&self) -> Command {
        let program = env!("CARGO_BIN_EXE_frontage");
        let mut command = match self.user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("setpriv");
                let user = user.to_string();
                command
                    .args(["--reuid", &user, "--regid", &user, "--clear-groups"])
                    .arg(self.folder.path().join("frontage"));
                command.env("HOME", self.folder.path());
                command
            }
        };
        command.arg("--data").arg(self.data()).env("GIT_CONFIG_GLOBAL", "/dev/null");
        command
    }

    /// Gives everything to the user that `frontage` runs as, with a copy of the program where that user can read it.
    pub fn give_to_user(&self) {
        let user = self.user.expect("a user").to_string();
        fs::copy(env!("CARGO_BIN_EXE_frontage"), self.folder.path().join("frontage")).expect("a copy");
        let output = Command::new("chown").arg("-R").arg(format!("{user}:{user}")).arg(self.folder.path()).output();
        assert!(output.expect("chown starts").status.success(), "only root can become another user");
    }

    /// Runs git in the repository.
    pub fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        // It may belong to the user that `frontage` runs as.
        command.args(["-c", "safe.directory=*"]).env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = command.arg("-C").arg(self.repository()).args(arguments).output().expect("git starts");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Makes the repository of these files, in one commit.
    pub fn repository_of(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            self.write(path, text);
        }
        self.begin("sha1");
    }

    /// Commits all that is there in a new repository that names its objects in this way; the commit.
    pub fn begin(&self, object_format: &str) -> String {
        self.git(&["init", "--quiet", "--initial-branch=main", &format!("--object-format={object_format}")]);
        self.git(&["config", "user.name", "Test"]);
        self.git(&["config", "user.email", "test@frontage.invalid"]);
        self.commit("first")
    }

    /// Writes a file of the repository.
    pub fn write(&self, path: &str, text: &str) {
        let place = self.repository().join(path);
        fs::create_dir_all(place.parent().expect("a folder")).expect("it can be made");
        fs::write(place, text).expect("it can be written");
    }

    /// Adds to a file and commits that; the change's commit.
    pub fn add(&self, path: &str, text: &str) -> String {
        let mut file = File::options().create(true).append(true).open(self.repository().join(path)).expect("the file");
        writeln!(file, "{text}").expect("it can be written");
        self.commit(&format!("{path}: {text}"))
    }

    /// Replaces a text in a file and commits that.
    pub fn replace(&self, path: &str, old: &str, new: &str) -> String {
        let place = self.repository().join(path);
        let text = fs::read_to_string(&place).expect("the file");
        assert!(text.contains(old), "`{path}` contains `{old}`");
        fs::write(&place, text.replace(old, new)).expect("it can be written");
        self.commit(&format!("{path}: {new}"))
    }

    /// Commits all that is there.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Waits until something holds.
    pub fn wait<T>(&self, what: &str, look: impl FnMut(&World) -> Option<T>) -> T {
        self.wait_within(what, PATIENCE, look)
    }

    /// The same, for as long as is said.
    pub fn wait_within<T>(&self, what: &str, patience: Duration, mut look: impl FnMut(&World) -> Option<T>) -> T {
        let until = Instant::now() + patience;
        while Instant::now() < until {
            if let Some(found) = look(self) {
                return found;
            }
            pause();
        }
        let status = String::from_utf8_lossy(&self.run(&["status"]).stdout).into_owned();
        panic!("{what} did not happen within {} s:\n{status}\n{}", patience.as_secs(), self.printed());
    }

    /// Waits until these apps of production are live and nothing is under way.
    pub fn wait_for_live(&self, apps: &[&str]) {
        self.wait_for_live_within(apps, PATIENCE);
    }

    /// The same, for as long as is said.
    pub fn wait_for_live_within(&self, apps: &[&str], patience: Duration) {
        self.wait_within("every app being live", patience, |world| {
            let production = world.environment("production")?;
            let live = |app: &&str| {
                let state = production["apps"].as_array()?.iter().find(|it| it["name"] == **app)?.clone();
                (state["condition"] == "live").then_some(())
            };
            apps.iter().all(|app| live(app).is_some()).then_some(())
        });
    }

    /// Waits until a commit of an environment's branch is analysed, built and live as far as it can be.
    pub fn settled(&self, environment: &str, commit: &str) {
        // Log and report are two files: what both say has to hold for a while.
        let mut looks = 0;
        self.wait("the commit being dealt with", |world| {
            looks = if world.is_settled(environment, commit).is_some() { looks + 1 } else { 0 };
            (looks == 5).then_some(())
        });
    }

    fn is_settled(&self, environment: &str, commit: &str) -> Option<()> {
        let found = self.environment(environment).filter(|it| it["head"]["commit"] == commit)?;
        let report = self.try_ask(&["status"])?["report"].clone();
        let idle = report["building"] == 0 && report["queued"] == 0;
        let planned = self.planned(environment, commit).is_some();
        let still = found["apps"].as_array()?.iter().all(|app| app["deploying"].is_null());
        (idle && planned && still).then_some(())
    }

    /// What a change affects, by app, with its reasons; none if it is not known yet.
    pub fn planned(&self, environment: &str, commit: &str) -> Option<Vec<(String, Vec<String>)>> {
        let text = self.printed();
        let short = &commit[..10];
        let head = text.lines().find(|line| line.starts_with(environment) && line.contains(short))?;
        let change = head.split(": ").next()?;
        let at = text.find(&format!("{change}: no app is affected")).map(|at| (at, true));
        let at = at.or_else(|| {
            let one = text.find(&format!("{change}: 1 app is affected"));
            one.or_else(|| {
                let lines = text
                    .lines()
                    .find(|line| line.starts_with(&format!("{change}: ")) && line.ends_with("apps are affected"))?;
                text.find(lines)
            })
            .map(|at| (at, false))
        });
        let (at, nothing) = at?;
        if nothing {
            return Some(Vec::new());
        }
        let affected = text[at..].lines().skip(1).take_while(|line| line.starts_with("    "));
        Some(
            affected
                .filter_map(|line| line.trim().split_once(": "))
                .map(|(app, reasons)| (app.to_owned(), reasons.split("; ").map(str::to_owned).collect()))
                .collect(),
        )
    }

    /// Names of the apps that a change affects, after it was dealt with.
    pub fn affected(&self, environment: &str, commit: &str) -> Vec<String> {
        self.settled(environment, commit);
        self.planned(environment, commit).unwrap_or_default().into_iter().map(|(app, _)| app).collect()
    }

    /// How an environment is.
    pub fn environment(&self, name: &str) -> Option<Value> {
        let status = self.try_ask(&["status"])?;
        status["environments"].as_array()?.iter().find(|environment| environment["name"] == name).cloned()
    }

    fn try_ask(&self, arguments: &[&str]) -> Option<Value> {
        serde_json::from_slice(&self.run(&[arguments, &["--json"]].concat()).stdout).ok()
    }

    /// The live version of an app of production.
    pub fn version(&self, app: &str) -> String {
        let production = self.environment("production").expect("production");
        let apps = production["apps"].as_array().expect("apps").clone();
        let found = apps.iter().find(|it| it["name"] == app).expect("the app").clone();
        found["version"].as_str().unwrap_or_default().to_owned()
    }

    /// Asks the edge for a path at a host (without port).
    pub fn get(&self, host: &str, path: &str) -> Answer {
        self.try_get(host, path).unwrap_or_else(|cause| panic!("http://{host}{path}: {cause}"))
    }

    /// The same, where no answer is an answer too.
    pub fn try_get(&self, host: &str, path: &str) -> std::io::Result<Answer> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {host}:{}\r\naccept: text/html\r\nconnection: close\r\n\r\n",
            self.port
        );
        self.send(request.as_bytes())
    }

    /// Sends bytes to the edge, and reads until it closes.
    pub fn send(&self, bytes: &[u8]) -> std::io::Result<Answer> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.write_all(bytes)?;
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard)?;
        Answer::read(&heard)
            .ok_or_else(|| std::io::Error::other(format!("no answer but {:?}", String::from_utf8_lossy(&heard))))
    }

    /// How many lines the access log has.
    pub fn logged(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.data().join("logs/access.log")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("each line is an object")).collect()
    }

    /// Processes that belong to this world: their command line or folder names its data directory, or they are in a
    /// control group of its sandboxes, as everything inside of one is.
    pub fn processes(&self) -> Vec<String> {
        let data = self.data();
        let group = self.group();
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").expect("/proc").flatten() {
            let Ok(command) = fs::read(entry.path().join("cmdline")) else { continue };
            let working = fs::read_link(entry.path().join("cwd")).unwrap_or_default();
            let groups = fs::read_to_string(entry.path().join("cgroup")).unwrap_or_default();
            let text = String::from_utf8_lossy(&command).replace('\0', " ");
            let is_named = text.contains(data.to_str().expect("text")) || working.starts_with(&data);
            if !text.is_empty() && (is_named || groups.contains(&group)) {
                found.push(format!("{} {text}", entry.file_name().to_string_lossy()));
            }
        }
        found
    }

    /// Mounts of any process's namespace that name the data directory.
    pub fn mounts(&self) -> Vec<String> {
        let data = self.data();
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").expect("/proc").flatten() {
            let table = fs::read_to_string(entry.path().join("mountinfo")).unwrap_or_default();
            found.extend(table.lines().filter(|line| line.contains(data.to_str().expect("text"))).map(str::to_owned));
        }
        found
    }

    /// Control groups that this world's sandboxes have.
    pub fn control_groups(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        below(Path::new("/sys/fs/cgroup"), &self.group(), false, 0, &mut found);
        found
    }

    fn group(&self) -> String {
        format!("frontage-{}", &model::Digest::of(self.data().as_os_str().as_encoded_bytes()).hex()[..12])
    }

    /// Stops everything, and checks that nothing is left of it.
    pub fn down(&mut self) {
        let output = self.run(&["down"]);
        assert!(output.status.success(), "{output:?}\n{}", self.printed());
        if self.up.is_some() {
            assert_eq!(self.ended(), 0);
        }
        self.wait("every process ending", |world| world.processes().is_empty().then_some(()));
        assert_eq!(self.mounts(), Vec::<String>::new());
        assert_eq!(self.control_groups(), Vec::<PathBuf>::new());
        let instances = fs::read_dir(self.data().join("sandboxes/instances")).map_or(0, Iterator::count);
        let builds = fs::read_dir(self.data().join("sandboxes/builds")).map_or(0, Iterator::count);
        assert_eq!((instances, builds), (0, 0), "folders of sandboxes are left");
        assert!(TcpStream::connect(("127.0.0.1", self.port)).is_err(), "the port is still served");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // What it was like, for whoever reads the failure.
            let mut output = std::io::stderr().lock();
            drop(writeln!(output, "`up` printed:\n{}", self.printed()));
        }
        drop(self.run(&["down"]));
        if let Some(mut up) = self.up.take() {
            drop(up.kill());
            drop(up.wait());
            drop(self.run(&["down"]));
        }
    }
}

impl Answer {
    /// Reads an answer that is complete.
    pub fn read(bytes: &[u8]) -> Option<Answer> {
        let end = bytes.windows(4).position(|part| part == b"\r\n\r\n")?;
        let written = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let named = written.lines().filter_map(|line| line.split_once(": "));
        let location = named.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("location"));
        let location = location.map(|(_, value)| value.to_owned());
        let head = written.to_ascii_lowercase();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let rest = &bytes[end + 4..];
        let body = if head.contains("transfer-encoding: chunked") { unchunked(rest)? } else { rest.to_vec() };
        Some(Answer { status, head, location, body: String::from_utf8_lossy(&body).into_owned() })
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The value of an attribute in its page, such as `data-version`.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("{name}=\""))?;
        rest.split('"').next()
    }
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|part| part == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + size)?);
        rest = rest.get(end + 2 + size + 2..)?;
    }
}

fn below(folder: &Path, name: &str, inside: bool, depth: usize, found: &mut Vec<PathBuf>) {
    if depth > 8 {
        return;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let is_it = entry.file_name().to_string_lossy() == name;
            if inside {
                found.push(entry.path());
            }
            below(&entry.path(), name, inside || is_it, depth + 1, found);
        }
    }
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

#[expect(clippy::disallowed_methods, reason = "the world outside has no clock of ours")]
fn pause() {
    std::thread::sleep(Duration::from_millis(100));
}
