//! A log in, one line an entry; the table that follows from it out, as a person reads it.

use expect_test::{Expect, expect};
use model::plan::configuration;
use model::{Actor, Artifact, BuildKey, CommitId, Digest, Entry, Event, InstanceId, Reason, ReasonKind, Version};

use super::*;

/// The table that follows from a log whose builds are called by letters:
///
/// - `add x for feat/x`, `wake x`, `sleep x`: an environment;
/// - `plan x home=a shop=b,/shop,/cart docs=c,~/docs default=home packages/ui!=library`: a change, its apps' routes and
///   base paths, and what is not served; an app called `mailer` is a worker (in build `a` a server), one called
///   `site` is static;
/// - `build shop=b`, `fail shop=b`, `error shop=b`, `begin shop=b`: what came of a build;
/// - `deploy x shop=b`, `live x shop=b`, `broken x shop=b`: a deployment that runs, went live or failed;
/// - `release x shop`: the one before is kept ready no longer;
/// - `end x shop`: every instance of what is live has ended;
/// - `refuse x problem`: a change that cannot be used;
/// - `pin shop=a`.
#[track_caller]
fn check(log: &str, expected: Expect) {
    expected.assert_eq(&World::after(log).show());
}

/// Of that table only the lines that hold `part`.
#[track_caller]
fn check_only(part: &str, log: &str, expected: Expect) {
    let shown = World::after(log).show();
    let lines: Vec<&str> = shown.lines().filter(|line| line.contains(part)).map(str::trim).collect();
    expected.assert_eq(&lines.join("; "));
}

/// Production with apps that are live.
const LIVE: &str = "
    add production for main
    plan production home=a shop=b,/shop default=home
    build home=a
    build shop=b
    live production home=a
    live production shop=b
";

#[derive(Default)]
struct World {
    state: State,
    targets: Targets,
    endings: Endings,
}

impl World {
    fn after(log: &str) -> World {
        let mut world = World::default();
        world.state.domain = "localhost".to_owned();
        for line in log.lines().map(str::trim).filter(|line| !line.is_empty()) {
            world.read(line);
        }
        world
    }

    fn read(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["add", environment, "for", branch] => {
                let (environment, branch) = (environment.parse().unwrap(), (*branch).to_owned());
                self.record(Event::EnvironmentAdded { environment, branch });
            }
            ["wake", environment] => self.record(Event::EnvironmentWoken { environment: environment.parse().unwrap() }),
            ["sleep", environment] => {
                let because = "nobody came".to_owned();
                self.record(Event::EnvironmentSlept { environment: environment.parse().unwrap(), because });
            }
            ["plan", environment, apps @ ..] => self.plan(environment.parse().unwrap(), apps),
            ["release", environment, app] => {
                let (environment, app) = (environment.parse().unwrap(), app.parse().unwrap());
                self.record(Event::FallbackReleased { environment, app });
            }
            ["end", environment, app] => {
                let production = &self.state.environments[&environment.parse::<EnvironmentName>().unwrap()];
                let live = production.apps[&app.parse::<AppName>().unwrap()].live.as_ref().expect("it is live");
                let label = live.release.label.clone();
                self.targets.remove(&label);
                let because = "exited with status 1".to_owned();
                self.endings.insert(label, Ending { because, last_lines: vec!["no-database".to_owned()] });
            }
            ["refuse", environment, problem] => {
                let environment: EnvironmentName = environment.parse().unwrap();
                let number = self.state.environments[&environment].head().map_or(0, |head| head.number) + 1;
                let (commit, subject) = (commit(), String::new());
                self.record(Event::HeadObserved { environment: environment.clone(), number, commit, subject });
                self.record(Event::ChangeRefused { environment, number, problems: vec![(*problem).to_owned()] });
            }
            ["pin", version] => self.record(Event::Pinned { version: self::version(version) }),
            [what, version] => self.build(what, self::version(version)),
            [what, environment, version] => self.deploy(what, environment.parse().unwrap(), self::version(version)),
            _ => panic!("`{line}` is no line of a log"),
        }
    }

    fn plan(&mut self, environment: EnvironmentName, apps: &[&str]) {
        let number = self.state.environments[&environment].head().map_or(0, |head| head.number) + 1;
        let (commit, subject) = (commit(), String::new());
        self.record(Event::HeadObserved { environment: environment.clone(), number, commit, subject });
        let (mut planned, mut default_app, mut not_served) = (BTreeMap::new(), None, BTreeMap::new());
        for text in apps {
            if let Some((folder, because)) = text.split_once("!=") {
                not_served.insert(folder.to_owned(), because.to_owned());
                continue;
            }
            if let Some(app) = text.strip_prefix("default=") {
                default_app = Some(app.parse().unwrap());
                continue;
            }
            let mut parts = text.split(',');
            let version = version(parts.next().unwrap());
            let mut app = app(&version.app);
            for part in parts {
                match part.strip_prefix('~') {
                    Some(base_path) => app.base_path = Some(base_path.to_owned()),
                    None => app.routes.push(part.to_owned()),
                }
            }
            let reason = Reason { kind: ReasonKind::New, path: String::new(), via: Vec::new(), detail: String::new() };
            planned.insert(version.app, PlannedApp { app, key: version.key, reasons: vec![reason] });
        }
        let warnings = Vec::new();
        self.record(Event::ChangePlanned { environment, number, apps: planned, default_app, not_served, warnings });
    }

    fn build(&mut self, what: &str, version: Version) {
        let key = version.key.clone();
        let (package, app) = (version.app.to_string(), Some(version.app.clone()));
        self.record(Event::BuildStarted { key: key.clone(), package, app, commit: commit(), shown: String::new() });
        let because = "`build` ended with status 2".to_owned();
        match what {
            "begin" => {}
            "build" => {
                let artifact = Some(Box::new(artifact(version)));
                self.record(Event::BuildSucceeded { key, duration_ms: 1, artifact });
            }
            "fail" => {
                let (hint, last_lines) = (None, vec!["\u{1b}[31mTS2322\u{1b}[0m".to_owned()]);
                self.record(Event::BuildFailed { key, outside: false, duration_ms: 1, because, hint, last_lines });
            }
            "error" => self.record(Event::BuildErrored { key, because: "the disk is full".to_owned() }),
            _ => panic!("`{what}` does not happen to builds"),
        }
    }

    fn deploy(&mut self, what: &str, environment: EnvironmentName, version: Version) {
        let start = &self.state.artifacts[&version.key].start;
        let configuration = configuration(&self.state, &environment, &app(&version.app), start);
        let app = version.app.clone();
        let release = model::Release::new(environment.clone(), version, configuration);
        let label = release.label.clone();
        let number = self.state.environments[&environment].head().expect("a change").number;
        self.record(Event::DeploymentStarted { number, release: Box::new(release) });
        match what {
            "deploy" => {}
            "live" => {
                let address = table::Address::Tcp("127.0.0.1:1".to_owned());
                let target = Target { instance: InstanceId::of(&label, 1), address };
                self.targets.insert(label, vec![target]);
                self.record(Event::DeploymentSwitched { environment, app });
            }
            "broken" => {
                let (because, last_lines) = ("exited with status 1".to_owned(), vec!["no-module".to_owned()]);
                self.record(Event::DeploymentFailed { environment, app, release: label, because, last_lines });
            }
            _ => panic!("`{what}` does not happen to deployments"),
        }
    }

    fn record(&mut self, event: Event) {
        let entry = Entry { sequence: self.state.sequence + 1, at_ms: 1, actor: Actor::Controller, event };
        self.state.apply(&entry);
    }

    fn show(&self) -> String {
        let table = table(&self.state, &self.targets, &self.endings);
        assert_eq!(labels(&table), table.releases.keys().cloned().collect());
        let mut lines = Vec::new();
        for (name, environment) in &table.environments {
            lines.push(format!("{name} at {}", environment.site));
            let hosts = environment.hosts.iter().map(|(host, app)| format!("{host} is {app}"));
            lines.extend(hosts.map(|host| format!("  host {host}")));
            let routes = environment.routes.iter().map(|route| format!("  route {} to {}", route.prefix, route.app));
            lines.extend(routes);
            lines.extend(environment.default_app.iter().map(|app| format!("  default {app}")));
            for (app, releases) in &environment.apps {
                let mut line = format!("  {app} {}", show_release(&table, &releases.live));
                if let Some(fallback) = &releases.fallback {
                    line += &format!(", before {}", show_release(&table, fallback));
                }
                if !releases.kept.is_empty() {
                    let kept: Vec<String> = releases.kept.iter().map(|digest| letter(&assets, digest)).collect();
                    line += &format!(", kept {}", kept.join(" "));
                }
                lines.push(line);
            }
            for (app, kind) in environment.kinds.iter().filter(|(_, kind)| **kind != Serving::Server) {
                lines.push(format!("  {app} is {}", if *kind == Serving::Worker { "a worker" } else { "static" }));
            }
            for (app, absence) in &environment.absent {
                let (because, lines_of) = (&absence.because, absence.last_lines.join(" "));
                let mends = if absence.is_passing { "" } else { ", for good" };
                let said = if lines_of.is_empty() { lines_of } else { format!(", said {lines_of}") };
                lines.push(format!("  {app} is absent: {because}{mends}{said}"));
            }
            let not_served = environment.not_served.iter();
            lines.extend(not_served.map(|(folder, because)| format!("  {folder} is not served: {because}")));
            lines.extend(environment.problems.iter().map(|problem| format!("  problem: {problem}")));
            lines.extend((!environment.is_known).then(|| "  it is not known".to_owned()));
        }
        lines.extend(table.sleeping.iter().map(|(host, environment)| format!("{host} wakes {environment}")));
        lines.into_iter().map(|line| line + "\n").collect()
    }
}

fn show_release(table: &RouteTable, label: &Label) -> String {
    let release = &table.releases[label];
    assert_eq!(letter(&assets, &release.assets), letter(&BuildKey::over, &release.version.key));
    let targets = release.targets.len();
    let trouble = release.trouble.as_ref().map(|trouble| {
        assert!(trouble.is_passing, "it is started again");
        format!(", {}, said {}", trouble.because, trouble.last_lines.join(" "))
    });
    let (trouble, letter) = (trouble.unwrap_or_default(), letter(&BuildKey::over, &release.version.key));
    format!("{letter} ({targets} of {}{trouble})", release.environment)
}

/// The letter that something was made of.
fn letter<T: PartialEq>(made: &dyn Fn(&[u8]) -> T, of: &T) -> String {
    let found = (b'a'..=b'z').find(|letter| made(&[*letter]) == *of);
    char::from(found.expect("builds are called by letters")).to_string()
}

fn assets(content: &[u8]) -> Digest {
    Digest::of(content)
}

fn version(text: &str) -> Version {
    let (app, letter) = text.split_once('=').expect("app=letter");
    Version { app: app.parse().unwrap(), key: BuildKey::over(letter.as_bytes()) }
}

fn commit() -> CommitId {
    "0".repeat(40).parse().unwrap()
}

fn artifact(version: Version) -> Artifact {
    let letter = letter(&BuildKey::over, &version.key);
    let mut app = app(&version.app);
    app.routes = vec!["/as-built".to_owned()];
    let start = match version.app.as_str() {
        "mailer" if letter != "a" => Start::Worker { command: "start".to_owned() },
        "site" => Start::Static,
        _ => Start::Server { command: "start".to_owned() },
    };
    let not_found = (start == Start::Static).then(|| "/404.html".to_owned());
    Artifact {
        version,
        app,
        commit: commit(),
        image: None,
        layers: Vec::new(),
        assets: assets(letter.as_bytes()),
        start,
        base_path: String::new(),
        shell: None,
        not_found,
        corrections: Vec::new(),
    }
}

fn app(name: &AppName) -> App {
    let serving = match name.as_str() {
        "mailer" => Serving::Worker,
        "site" => Serving::Static,
        _ => Serving::Server,
    };
    App { serving, ..App::new(name.clone(), format!("apps/{name}").parse().unwrap()) }
}

#[test]
fn before_anything_is_known_there_is_a_site() {
    check("", expect![""]);
    check_only("", "add production for main", expect!["production at localhost; it is not known"]);
}

#[test]
fn what_is_live_is_named() {
    check(
        LIVE,
        expect![[r#"
        production at localhost
          host home.localhost is home
          host shop.localhost is shop
          route /shop to shop
          default home
          home a (1 of production)
          shop b (1 of production)
    "#]],
    );
}

#[test]
fn the_release_before_is_kept_ready_and_its_files_stay() {
    let second = format!("{LIVE} plan production home=a shop=c,/shop\n build shop=c\n live production shop=c\n");
    check_only(" shop ", &second, expect!["shop c (1 of production), before b (1 of production), kept b"]);
    let released = format!("{second} release production shop\n");
    check_only(" shop ", &released, expect!["shop c (1 of production), kept b"]);
    let back = format!("{released} live production shop=b\n release production shop");
    check_only(" shop ", &back, expect!["shop b (1 of production), kept c b"]);
}

#[test]
fn routes_are_those_that_the_live_build_declares() {
    // They move when the new build is live, not when it is known.
    let planned = format!("{LIVE} plan production home=a shop=c,/store,/cart\n");
    check_only("route", &planned, expect!["route /shop to shop"]);
    check_only(
        "route",
        &format!("{planned} build shop=c\n live production shop=c"),
        expect!["route /store to shop; route /cart to shop"],
    );
    // The same build under another route.
    check_only("route", &format!("{LIVE} plan production home=a shop=b,/store"), expect!["route /store to shop"]);
    check_only("route", &format!("{LIVE} plan production home=a shop=b"), expect![""]);
    // A version that no change runs that is remembered.
    check_only(
        "route",
        &format!("{LIVE} build shop=x\n pin shop=x\n live production shop=x"),
        expect!["route /as-built to shop"],
    );
}

#[test]
fn a_base_path_is_a_route_where_none_is_declared() {
    let check = |plan: &str, expected: Expect| {
        let known = format!("add production for main\n plan production {plan}\n build docs=a\n build shop=b\n");
        check_only("route", &format!("{known} live production docs=a\n live production shop=b"), expected);
    };
    check("docs=a,~/docs shop=b", expect!["route /docs to docs"]);
    check("docs=a,~/docs,/handbook shop=b", expect!["route /handbook to docs"]);
    check("docs=a,~/docs shop=b,/docs", expect!["route /docs to shop"]);
}

#[test]
fn what_cannot_answer_says_why() {
    let check = |log: &str, expected: Expect| {
        let known = "add production for main\n plan production shop=b,/shop default=shop\n";
        check_only("absent", &format!("{known} {log}"), expected);
    };
    check("", expect!["shop is absent: its build waits"]);
    check("begin shop=b", expect!["shop is absent: it is being built"]);
    check(
        "fail shop=b",
        expect!["shop is absent: its build failed: `build` ended with status 2, for good, said TS2322"],
    );
    check("error shop=b", expect!["shop is absent: its build could not be made: the disk is full"]);
    check("build shop=b", expect!["shop is absent: it is about to be started"]);
    check("build shop=b\n deploy production shop=b", expect!["shop is absent: it is being started"]);
    check(
        "build shop=b\n broken production shop=b",
        expect!["shop is absent: it could not be started: exited with status 1, for good, said no-module"],
    );
    check("build shop=b\n live production shop=b", expect![""]);
    // That it failed in a preview says nothing of production.
    check(
        "add x for x\n wake x\n plan x shop=b\n build shop=b\n broken x shop=b",
        expect![
            "shop is absent: it is about to be started; shop is absent: it could not be started: exited with status 1, for good, said no-module"
        ],
    );
}

#[test]
fn what_answers_no_more_says_what_it_said() {
    check_only(
        " shop ",
        &format!("{LIVE} end production shop"),
        expect!["shop b (0 of production, it ended and is started again: exited with status 1, said no-database)"],
    );
    let world = World::after(&format!("{LIVE} end production shop"));
    let silent = silent(&world.state, &world.targets, &world.endings);
    let said = silent.iter().map(|it| format!("{} in {}: {}", it.app, it.environment, it.absence.last_lines.join(" ")));
    assert_eq!(said.collect::<Vec<_>>(), ["shop in production: no-database"]);
}

#[test]
fn a_worker_is_named_and_never_asked() {
    let known = "add production for main\n plan production mailer=b,/mail default=mailer\n";
    check(
        &format!("{known} build mailer=b\n live production mailer=b"),
        expect![[r#"
            production at localhost
              host mailer.localhost is mailer
              mailer is a worker
        "#]],
    );
    check_only("absent", known, expect!["mailer is absent: its build waits"]);
    let live = format!("{known} build mailer=b\n live production mailer=b\n");
    check_only(
        "absent",
        &format!("{live} end production mailer"),
        expect!["mailer is absent: it ended and is started again: exited with status 1, said no-database"],
    );
    check_only(
        "absent",
        &format!("{known} build mailer=b\n broken production mailer=b"),
        expect!["mailer is absent: it could not be started: exited with status 1, for good, said no-module"],
    );
    // Nor is the server before it; a server after it is, and the worker is nothing to fall back to.
    let before =
        "add production for main\n plan production mailer=a,/mail\n build mailer=a\n live production mailer=a\n";
    let second = format!("{before} plan production mailer=b,/mail\n build mailer=b\n live production mailer=b\n");
    check_only("mail", &second, expect!["host mailer.localhost is mailer; mailer is a worker"]);
    let third = format!("{second} live production mailer=a");
    check_only(
        "mail",
        &third,
        expect!["host mailer.localhost is mailer; route /mail to mailer; mailer a (1 of production), kept b a"],
    );
}

#[test]
fn instances_may_call_what_answers() {
    let log = format!(
        "{LIVE} plan production home=a shop=b,/shop mailer=m add-on=n\n build mailer=m\n live production mailer=m\n add x for x\n wake x\n plan x blog=d mailer=e"
    );
    let world = World::after(&log);
    let called = |environment: &str| {
        let apps = callable(&world.state, &environment.parse().unwrap());
        apps.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(called("production"), "add-on home shop");
    assert_eq!(called("x"), "add-on blog home shop");
}

#[test]
fn what_is_not_served_says_why() {
    let known = "add production for main\n plan production site=b packages/ui!=library apps/phone!=Expo\n build site=b\n live production site=b\n";
    check(
        known,
        expect![[r#"
        production at localhost
          host site.localhost is site
          site b (1 of production)
          site is static
          apps/phone is not served: Expo
          packages/ui is not served: library
    "#]],
    );
    check_only("problem", &format!("{known} refuse production lockfile"), expect!["problem: lockfile"]);
    check_only(
        "",
        "add production for main\n refuse production lockfile",
        expect!["production at localhost; problem: lockfile; it is not known"],
    );
    let world = World::after(known);
    let table = table(&world.state, &world.targets, &world.endings);
    let release = table.releases.values().next().unwrap();
    assert_eq!((release.is_static, release.not_found.as_deref()), (true, Some("/404.html")));
}

#[test]
fn a_preview_holds_only_what_it_affects() {
    let preview = "add feat-x for feat/x\n wake feat-x\n plan feat-x shop=c,/shop blog=d,/blog default=home";
    check(
        &format!("{LIVE} {preview}\n build shop=c\n live feat-x shop=c"),
        expect![[r#"
        feat-x at feat-x.localhost
          host blog--feat-x.localhost is blog
          host home--feat-x.localhost is home
          host shop--feat-x.localhost is shop
          route /shop to shop
          default home
          shop c (1 of feat-x)
          blog is absent: its build waits
        production at localhost
          host home.localhost is home
          host shop.localhost is shop
          route /shop to shop
          default home
          home a (1 of production)
          shop b (1 of production)
    "#]],
    );
}

#[test]
fn hosts_of_a_preview_that_sleeps_or_was_never_looked_at_wake_it() {
    check_only(
        "wakes",
        &format!("{LIVE} add feat-x for feat/x"),
        expect![
            "feat-x.localhost wakes feat-x; home--feat-x.localhost wakes feat-x; shop--feat-x.localhost wakes feat-x"
        ],
    );
    check_only(
        "feat-x",
        &format!("{LIVE} add feat-x for feat/x\n wake feat-x"),
        expect![
            "feat-x.localhost wakes feat-x; home--feat-x.localhost wakes feat-x; shop--feat-x.localhost wakes feat-x"
        ],
    );
    let known = format!("{LIVE} add feat-x for feat/x\n wake feat-x\n plan feat-x blog=d\n");
    check_only("wakes", &known, expect![""]);
    check_only(
        "wakes",
        &format!("{known} sleep feat-x"),
        expect![
            "blog--feat-x.localhost wakes feat-x; feat-x.localhost wakes feat-x; home--feat-x.localhost wakes feat-x; shop--feat-x.localhost wakes feat-x"
        ],
    );
}
