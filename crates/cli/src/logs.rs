//! `frontage logs`: what an app's instances wrote, or its newest build.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use model::{InstanceId, State};
use serde_json::json;

use crate::arguments::Logs;
use crate::place::Place;
use crate::queries;
use crate::report::Failure;

/// How often a followed log is looked at.
const EVERY: Duration = Duration::from_millis(200);

/// A log file and how far it was printed.
struct Source {
    name: String,
    path: PathBuf,
    printed: u64,
}

/// Prints the logs, and with `-f` what comes, until Ctrl-C.
///
/// # Errors
/// If there is no such app, or a log cannot be read.
pub async fn run(place: &Place, arguments: &Logs) -> Result<(), Failure> {
    let mut sources = sources(place, arguments, &queries::state(place)?)?;
    if sources.is_empty() && !arguments.follow {
        return Err(Failure::failed(format!("`{}` wrote nothing yet", arguments.app))
            .hint("`frontage status` shows how it stands"));
    }
    for source in &mut sources {
        print_last(source, arguments).map_err(|cause| unreadable(source, &cause))?;
    }
    if !arguments.follow {
        return Ok(());
    }
    loop {
        tokio::time::sleep(EVERY).await;
        for new in self::sources(place, arguments, &queries::state(place)?)? {
            if !sources.iter().any(|source| source.path == new.path) {
                sources.push(new);
            }
        }
        for source in &mut sources {
            print_new(source, arguments).map_err(|cause| unreadable(source, &cause))?;
        }
    }
}

fn sources(place: &Place, arguments: &Logs, state: &State) -> Result<Vec<Source>, Failure> {
    let (environment, app) = queries::find(state, &arguments.environment, &arguments.app)?;
    let known = &state.environments[&environment];
    if arguments.build {
        let newest = known.newest_known().and_then(|change| change.apps()?.get(&app));
        let log = newest.map(|planned| (format!("build {}", planned.key.short()), format!("{}.log", planned.key)));
        return Ok(log
            .into_iter()
            .filter_map(|(name, file)| source(name, place.data.build_logs().join(file)))
            .collect());
    }
    let releases = known.apps.get(&app).into_iter().flat_map(|running| {
        let live = running.live.iter().map(|live| &live.release.label);
        let fallback = running.fallback.iter().map(|fallback| &fallback.live.release.label);
        running
            .failed
            .iter()
            .chain(fallback)
            .chain(live)
            .chain(running.deploying.iter().map(|next| &next.release.label))
    });
    let mut sources = Vec::new();
    for label in releases {
        for number in 1..=state.instances.get(label).copied().unwrap_or(0) {
            let instance = InstanceId::of(label, number);
            let path = place.data.instance_logs().join(format!("{instance}.log"));
            sources.extend(source(instance.to_string(), path));
        }
    }
    Ok(sources)
}

fn source(name: String, path: PathBuf) -> Option<Source> {
    path.exists().then_some(Source { name, path, printed: 0 })
}

fn print_last(source: &mut Source, arguments: &Logs) -> std::io::Result<()> {
    let mut last: VecDeque<String> = VecDeque::new();
    source.printed = each_line(&source.path, 0, |line| {
        if last.len() == arguments.lines {
            last.pop_front();
        }
        last.push_back(line);
    })?;
    last.iter().for_each(|line| print(source, line, arguments.json));
    Ok(())
}

fn print_new(source: &mut Source, arguments: &Logs) -> std::io::Result<()> {
    let length = source.path.metadata()?.len();
    // A log that became shorter was rotated: it begins again.
    let from = if length < source.printed { 0 } else { source.printed };
    let mut lines = Vec::new();
    source.printed = each_line(&source.path, from, |line| lines.push(line))?;
    lines.iter().for_each(|line| print(source, line, arguments.json));
    Ok(())
}

/// Calls with each whole line from a place on; returns where the next line will begin.
fn each_line(path: &Path, from: u64, mut call: impl FnMut(String)) -> std::io::Result<u64> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut reader = BufReader::new(file);
    let mut at = from;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line)?;
        if read == 0 || line.last() != Some(&b'\n') {
            return Ok(at);
        }
        at += read as u64;
        call(String::from_utf8_lossy(&line).trim_end().to_owned());
    }
}

fn print(source: &Source, line: &str, json: bool) {
    if json {
        crate::say(&json!({"instance": source.name, "line": line}).to_string());
    } else {
        crate::say(&format!("{}  {line}", source.name));
    }
}

fn unreadable(source: &Source, cause: &std::io::Error) -> Failure {
    Failure::failed(format!("the log `{}` cannot be read", source.path.display())).caused_by(cause)
}
