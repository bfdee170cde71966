//! The one binary, `frontage`: commands for people, and the processes that it starts of itself.

mod affected;
mod apps;
mod arguments;
mod check;
mod demo;
mod env_file;
mod init;
mod inputs;
mod logs;
mod place;
mod queries;
mod reference;
mod report;
mod show;
mod up;
mod verify;
mod watch;
mod why;
mod write;

use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::arguments::{Arguments, Command, Secret};
use crate::place::Place;
use crate::report::Failure;

/// Whether something of the output could not be written.
static IS_LOST: AtomicBool = AtomicBool::new(false);

fn main() -> ExitCode {
    // A sandbox's helper is single-threaded: it is told apart before anything else is set up.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == "__sandbox") {
        return engine_local::sandbox::helper::main();
    }
    let arguments = Arguments::parse();
    log_to_standard_error();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(run(&arguments)),
        Err(cause) => Err(Failure::failed("the asynchronous runtime could not be started").caused_by(&cause)),
    };
    match result {
        Ok(_) if IS_LOST.load(Ordering::Relaxed) => ExitCode::FAILURE,
        Ok(status) => status,
        Err(failure) => {
            complain(&failure.to_string());
            failure.exit_code()
        }
    }
}

async fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let place = || Place::of(arguments, None);
    match &arguments.command {
        Command::Demo(demo) => {
            demo::prepare(&demo.folder)?;
            say(&format!("the academy is in `{}`: commit there and look", demo.folder.display()));
            up::run(Place::of(arguments, Some(&demo.folder))?, &demo.run).await?;
        }
        Command::Up(up) => up::run(Place::of(arguments, up.path.as_deref())?, &up.run).await?,
        Command::Check { path, json } => check::run(&Place::of(arguments, path.as_deref())?, *json)?,
        Command::Apps { path, head, json } => {
            apps::run(&Place::of(arguments, path.as_deref())?, head.as_deref(), *json)?;
        }
        Command::Affected(asked) if asked.verify => return verify::run(&place()?, asked).await,
        Command::Affected(asked) if asked.watch => watch::run(&place()?, asked)?,
        Command::Affected(asked) => affected::run(&place()?, asked)?,
        Command::Inputs { app, head, json } => inputs::run(&place()?, app, head.as_deref(), *json)?,
        Command::Init { path, yes, print } => init::run(&Place::of(arguments, path.as_deref())?, *yes, *print)?,
        Command::Status(query) => queries::status(&place()?, query.json)?,
        Command::Why(asked) if why::is_about_commits(asked) => why::run(&place()?, asked)?,
        Command::Why(asked) => queries::why(&place()?, &asked.app, &asked.environment, asked.json)?,
        Command::Logs(logs) => logs::run(&place()?, logs).await?,
        Command::Builds(query) => queries::builds(&place()?, query.json)?,
        Command::Deploys(query) => queries::deploys(&place()?, query.json)?,
        Command::Rollback { app, version, json } => write::rollback(&place()?, app, version.as_deref(), *json).await?,
        Command::Unpin { app, json } => write::unpin(&place()?, app, *json).await?,
        Command::Secret { command: Secret::Set { name, app, environment, json } } => {
            write::set_secret(&place()?, name, app.as_deref(), *environment, *json).await?;
        }
        Command::Down { json } => write::down(&place()?, *json).await?,
        Command::Edge { listen } => return up::edge(arguments, *listen).await,
        Command::Reference => say(&reference::markdown()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Our own log: warnings by default, `FRONTAGE_LOG` names more.
fn log_to_standard_error() {
    let filter = EnvFilter::try_from_env("FRONTAGE_LOG").unwrap_or_else(|_| EnvFilter::new("warn,edge=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}

/// Marks that change in which direction a text is written.
/// Source: unicode.org, UAX #9, "Directional Formatting Characters".
const MARKS: [char; 9] =
    ['\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'];

/// A line on standard output. One that nobody reads any more (`frontage builds | head`) is no error.
pub fn say(line: &str) {
    let mut output = std::io::stdout().lock();
    if let Err(cause) = writeln!(output, "{line}").and_then(|()| output.flush())
        && cause.kind() != std::io::ErrorKind::BrokenPipe
        && !IS_LOST.swap(true, Ordering::Relaxed)
    {
        complain(&format!("error: what was found could not be written\nbecause: {cause}"));
    }
}

/// A line on standard error.
pub fn complain(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "{}", plain(text)));
}

/// A text without what would control a terminal: names in a repository are anybody's.
pub fn plain(text: &str) -> String {
    let is_control = |char: char| char.is_control() && !['\n', '\t'].contains(&char) || MARKS.contains(&char);
    let shown = |char: char| if is_control(char) { char.escape_unicode().to_string() } else { char.to_string() };
    text.chars().map(shown).collect()
}

/// Now, in milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).expect("the clock is within aeons of 1970")
}
