//! Shows what happens while it happens: plain lines, and in a terminal a bar for each build under way.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use controller::Notice;
use engine::{Progress, Stage};
use engine_local::build::hints::{self, Failed, Moment};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use model::event::PlannedApp;
use model::state::{DeploymentResult, Outcome};
use model::{AppName, BuildKey, Entry, EnvironmentName, Event, Reason, State};

/// How many reasons of an app are shown before the rest is counted.
const REASONS: usize = 3;

/// Shows notices on standard output.
pub struct Show {
    state: State,
    bars: Option<MultiProgress>,
    builds: BTreeMap<BuildKey, ProgressBar>,
    /// Since when builds install packages for all.
    installs: BTreeMap<BuildKey, Instant>,
    port: String,
}

impl Show {
    /// Shows what follows `state`.
    pub fn new(state: State) -> Show {
        let terminal = std::io::stdout().is_terminal();
        let port = port(&state.listen);
        Show {
            state,
            bars: terminal.then(MultiProgress::new),
            builds: BTreeMap::new(),
            installs: BTreeMap::new(),
            port,
        }
    }

    /// Shows one notice.
    pub fn notice(&mut self, notice: &Notice) {
        match notice {
            Notice::Entry(entry) => {
                self.state.apply(entry);
                self.port = port(&self.state.listen);
                self.entry(entry);
            }
            Notice::Progress { key, package, progress } => self.progress(key, package, progress),
            Notice::Trouble(trouble) => self.line(&format!("trouble: {trouble}")),
            Notice::Serving(_) => {}
        }
    }

    /// Prints one line above the bars.
    pub fn line(&self, line: &str) {
        match &self.bars {
            // A terminal that is gone is no reason to stop serving.
            Some(bars) => drop(bars.println(line)),
            None => {
                let mut output = std::io::stdout().lock();
                drop(writeln!(output, "{line}").and_then(|()| output.flush()));
            }
        }
    }

    fn entry(&mut self, entry: &Entry) {
        match &entry.event {
            Event::HeadObserved { environment, number, commit, subject } => {
                self.line(&format!("{environment} #{number}: {} {subject}", commit.short()));
            }
            Event::ChangePlanned { environment, number, apps, warnings, .. } => {
                self.planned(environment, *number, apps, warnings);
            }
            Event::ChangeRefused { environment, number, problems } => {
                self.line(&format!("{environment} #{number} cannot be used; what is live stays live"));
                problems.iter().for_each(|problem| self.indented(problem));
            }
            Event::BuildStarted { key, package, .. } => self.build_started(key, package),
            Event::BuildSucceeded { .. } | Event::BuildFailed { .. } | Event::BuildErrored { .. } => {
                self.build_ended(&entry.event);
            }
            Event::DeploymentSwitched { environment, app } => self.switched(environment, app),
            Event::DeploymentFailed { environment, app, because, last_lines, .. } => {
                self.line(&format!("{environment}: deploying `{app}` failed: {because}"));
                self.lines(last_lines);
                if let Some(hint) = start_hint(&self.state, environment, app, last_lines) {
                    self.indented(&format!("hint: {hint}"));
                }
                let known = self.state.environments.get(environment).and_then(|known| known.apps.get(app));
                if known.is_some_and(|running| running.live.is_some()) {
                    self.indented("what was live stays live");
                }
            }
            Event::DeploymentReturned { environment, app, because, last_lines } => {
                self.line(&format!("{environment}: `{app}` failed after it went live: {because}"));
                self.lines(last_lines);
                self.indented("the version before it answers again");
            }
            Event::InstanceEnded { instance, because, last_lines } => {
                self.line(&format!("instance `{instance}` ended: {because}; another one is started"));
                self.lines(last_lines);
            }
            other => {
                if let Some(line) = small(other) {
                    self.line(&line);
                }
            }
        }
    }

    fn planned(
        &self,
        environment: &EnvironmentName,
        number: u64,
        apps: &BTreeMap<AppName, PlannedApp>,
        warnings: &[String],
    ) {
        let affected: Vec<_> = apps.iter().filter(|(_, planned)| !planned.reasons.is_empty()).collect();
        let count = match affected.len() {
            0 => "no app is affected".to_owned(),
            1 => "1 app is affected".to_owned(),
            several => format!("{several} apps are affected"),
        };
        self.line(&format!("{environment} #{number}: {count}"));
        for (app, planned) in affected {
            self.indented(&format!("{app}: {}", reasons(&planned.reasons)));
            let outcome = self.state.builds.get(&planned.key).map(|build| &build.outcome);
            if let Some(Outcome::Failed { outside: false, because, .. }) = outcome {
                self.indented(&format!(
                    "    its build failed before, and reads nothing that has changed since: {because}"
                ));
            }
        }
        warnings.iter().for_each(|warning| self.indented(&format!("note: {warning}")));
    }

    fn build_started(&mut self, key: &BuildKey, package: &str) {
        match &self.bars {
            None => self.line(&format!("building `{package}`")),
            Some(bars) => {
                let bar = bars.add(ProgressBar::new_spinner().with_style(
                    ProgressStyle::with_template("{spinner} {prefix} {msg} {elapsed}").expect("the template is valid"),
                ));
                bar.set_prefix(format!("building `{package}`"));
                bar.enable_steady_tick(Duration::from_millis(120));
                self.builds.insert(key.clone(), bar);
            }
        }
    }

    fn progress(&mut self, key: &BuildKey, package: &str, progress: &Progress) {
        let stage = match &progress.stage {
            Stage::Toolchain => "getting Node.js".to_owned(),
            Stage::Install => "installing packages".to_owned(),
            Stage::Checkout => "laying out files".to_owned(),
            Stage::Step(step) => format!("running `{step}`"),
            Stage::Pack => "packing".to_owned(),
        };
        match (&progress.stage, self.installs.remove(key)) {
            (Stage::Install, _) if !progress.reused => drop(self.installs.insert(key.clone(), Instant::now())),
            (_, Some(since)) => {
                let took_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
                self.line(&format!("`{package}`: installed packages in {}", seconds(took_ms)));
            }
            (_, None) => {}
        }
        match self.builds.get(key) {
            Some(bar) => bar.set_message(stage),
            // In plain lines only what takes long and is done once for all is worth saying.
            None if matches!(progress.stage, Stage::Toolchain | Stage::Install) && !progress.reused => {
                self.line(&format!("`{package}`: {stage}"));
            }
            None => {}
        }
    }

    fn build_ended(&mut self, event: &Event) {
        let (Event::BuildSucceeded { key, .. } | Event::BuildFailed { key, .. } | Event::BuildErrored { key, .. }) =
            event
        else {
            return;
        };
        if let Some(bar) = self.builds.remove(key) {
            bar.finish_and_clear();
        }
        let package = self.state.builds.get(key).map_or("?", |build| build.package.as_str()).to_owned();
        match event {
            Event::BuildSucceeded { duration_ms, artifact, .. } => {
                self.line(&format!("built `{package}` in {}", seconds(*duration_ms)));
                let corrections = artifact.iter().flat_map(|artifact| &artifact.corrections);
                corrections.for_each(|correction| self.indented(&format!("note: {correction}")));
            }
            Event::BuildFailed { duration_ms, because, hint, last_lines, .. } => {
                self.line(&format!("building `{package}` failed after {}: {because}", seconds(*duration_ms)));
                self.lines(last_lines);
                hint.iter().for_each(|hint| self.indented(&format!("hint: {hint}")));
            }
            Event::BuildErrored { because, .. } => {
                self.line(&format!("building `{package}` could not be done, and is tried again: {because}"));
            }
            _ => {}
        }
    }

    fn switched(&self, environment: &EnvironmentName, app: &AppName) {
        let of_app = |deployment: &&model::state::Deployment| {
            &deployment.environment == environment
                && &deployment.version.app == app
                && deployment.result == DeploymentResult::Live
        };
        let Some(deployment) = self.state.deployments.iter().rev().find(of_app) else { return };
        let host = controller::table::app_host(&self.state, environment, app);
        let took = match deployment.commit_to_live_ms {
            Some(took_ms) => format!(", {} after its commit was seen", seconds(took_ms)),
            None => String::new(),
        };
        let live = self.state.environments.get(environment).and_then(|known| known.apps.get(app)?.live.as_ref());
        if live.is_some_and(|live| self.state.is_worker(&live.release)) {
            self.line(&format!("{environment}: `{}` runs, as a worker{took}", deployment.version));
            return;
        }
        self.line(&format!("{environment}: `{}` is live at http://{host}{}{took}", deployment.version, self.port));
    }

    fn lines(&self, lines: &[String]) {
        lines.iter().for_each(|line| self.indented(&format!("| {line}")));
    }

    fn indented(&self, text: &str) {
        text.lines().for_each(|line| self.line(&format!("    {line}")));
    }
}

/// What a person can do about a start that failed, as far as its last lines tell.
pub fn start_hint(
    state: &State,
    environment: &EnvironmentName,
    app: &AppName,
    last_lines: &[String],
) -> Option<String> {
    let planned = state.environments.get(environment)?.newest_known()?.apps()?.get(app)?;
    let shows = |_: &str| true;
    let app = Some(&planned.app);
    hints::hint(&Failed { moment: Moment::Start, app, network: false, ending: None, last_lines, shows: &shows })
}

/// Entries that are told in one line, or not at all.
fn small(event: &Event) -> Option<String> {
    match event {
        Event::EnvironmentWoken { environment } => Some(format!("{environment}: woken")),
        Event::EnvironmentSlept { environment, because } => Some(format!("{environment}: put to sleep: {because}")),
        Event::EnvironmentRemoved { environment } => Some(format!("{environment}: removed")),
        Event::ChangeSkipped { environment, app, number, overtaken_by } => {
            Some(format!("{environment}: `{app}` of #{number} is skipped, #{overtaken_by} overtook it"))
        }
        Event::AppRemoved { environment, app } => Some(format!("{environment}: `{app}` is no longer part of it")),
        Event::Pinned { version } => Some(format!("production: pinned to `{version}`")),
        Event::Unpinned { app } => Some(format!("production: `{app}` follows its branch again")),
        Event::SecretSet { name, .. } => Some(format!("secret `{name}` is set")),
        Event::Noticed { environment, app, what } => Some(format!("{environment}: `{app}`: {what}")),
        _ => None,
    }
}

/// Reasons on one line, the rest counted.
pub fn reasons(reasons: &[Reason]) -> String {
    let shown: Vec<String> = reasons.iter().take(REASONS).map(Reason::to_string).collect();
    match reasons.len().saturating_sub(REASONS) {
        0 => shown.join("; "),
        more => format!("{}; and {more} more", shown.join("; ")),
    }
}

/// A duration as people read it.
pub fn seconds(duration_ms: u64) -> String {
    match duration_ms {
        0..1_000 => format!("{duration_ms} ms"),
        1_000..60_000 => format!("{}.{} s", duration_ms / 1000, duration_ms % 1000 / 100),
        _ => format!("{} min {} s", duration_ms / 60_000, duration_ms % 60_000 / 1000),
    }
}

/// `:8080` of an address, nothing for port 80.
pub fn port(listen: &str) -> String {
    match listen.rsplit_once(':') {
        Some((_, "80")) | None => String::new(),
        Some((_, port)) => format!(":{port}"),
    }
}
