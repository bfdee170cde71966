//! `frontage init`: writes what was guessed into `frontage.toml`, and asks about what deserves a question.
//!
//! What is certain is written as comments, so that it stays a guess that a later commit may change. What was asked about
//! is written as lines. An app that the file names already, in a table or in a comment, is left as it is, so that a second
//! run changes nothing.

use std::fmt::Write as _;
use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use graph::Workspace;
use graph::detect::Finding;
use model::{App, Framework, RepoPath, Serving};

use crate::apps::shown;
use crate::place::Place;
use crate::report::Failure;

/// How files say that a build asks the network: Next.js fetches such fonts while it builds.
const FONTS: &str = "next/font/google";

/// The longest source that is looked into for [`FONTS`], in bytes.
const LONGEST_SOURCE: usize = 1 << 20;

/// Writes `frontage.toml`.
///
/// # Errors
/// If the working tree cannot be used, or the file cannot be written.
pub fn run(place: &Place, yes: bool, print_only: bool) -> Result<(), Failure> {
    let workspace = crate::apps::workspace(place, None)?;
    let path = place.repository.folder().join(graph::config::FILE);
    own_file(&path)?;
    let before = match fs::read_to_string(&path) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => {
            read.map_err(|cause| Failure::unusable(format!("`{}` cannot be read", path.display())).caused_by(&cause))?
        }
    };
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && !print_only;
    let mut ask =
        |question: &str, proposed: bool| if yes || !terminal { Ok(proposed) } else { asked(question, proposed) };
    let added = added(&workspace, &before, &mut ask)?;
    if added.is_empty() {
        crate::say(&format!("`{}` names every app already; nothing is changed", graph::config::FILE));
        return Ok(());
    }
    let whole = format!("{before}{}{added}", if before.is_empty() || before.ends_with("\n\n") { "" } else { "\n" });
    if print_only {
        crate::say(whole.trim_end());
        return Ok(());
    }
    fs::write(&path, whole)
        .map_err(|cause| Failure::failed(format!("`{}` cannot be written", path.display())).caused_by(&cause))
        .map_err(|failure| failure.hint("`frontage init --print` prints what it would hold"))?;
    crate::say(&format!("wrote `{}`; `frontage check` reads it, and commits that hold it obey it", path.display()));
    Ok(())
}

/// What a repository puts in the file's place must not lead to another one: that would be written.
fn own_file(path: &Path) -> Result<(), Failure> {
    let kind = match path.symlink_metadata() {
        Ok(metadata) if metadata.is_symlink() => "a symbolic link, which is not followed",
        Ok(metadata) if !metadata.is_file() => "not a file",
        Ok(_) | Err(_) => return Ok(()),
    };
    let failure = Failure::unusable(format!("`{}` cannot be used", path.display()));
    Err(failure.because(format!("it is {kind}")).hint("take it away, or put the file itself there"))
}

/// What is added to a file that holds `before`.
fn added(
    workspace: &Workspace,
    before: &str,
    ask: &mut dyn FnMut(&str, bool) -> Result<bool, Failure>,
) -> Result<String, Failure> {
    let mut text = String::new();
    if before.is_empty() {
        text.push_str("# What `frontage init` found. Lines that begin with `#` say what holds without them.\n");
    }
    if !before.contains("[site]") {
        text.push_str("\n# [site]\n");
        if let Some(default) = &workspace.default_app {
            writeln!(text, "# default = {:?}", default.as_str()).expect("writing to a string succeeds");
        }
    }
    let mut is_something_new = before.is_empty();
    for app in workspace.apps.values() {
        if names(before, app.name.as_str()) {
            continue;
        }
        is_something_new = true;
        text.push_str(&section(workspace, app, workspace.findings.get(&app.path), ask)?);
    }
    Ok(if is_something_new { text } else { String::new() })
}

/// Whether a file names an app, in a table or in a comment.
fn names(text: &str, app: &str) -> bool {
    let table = format!("[apps.{app}]");
    text.lines().any(|line| line.trim_start_matches(['#', ' ']).starts_with(&table))
}

fn section(
    workspace: &Workspace,
    app: &App,
    finding: Option<&Finding>,
    ask: &mut dyn FnMut(&str, bool) -> Result<bool, Failure>,
) -> Result<String, Failure> {
    let mut lines = vec![String::new()];
    let mut settings: Vec<(bool, String)> = vec![(false, format!("path = {}", quoted(shown(&app.path))))];
    let kind = match app.serving {
        Serving::Server => "a server",
        Serving::Static => "files",
        Serving::Worker => "a worker",
    };
    let by = finding.map_or_else(String::new, |finding| format!(": {}", finding.because));
    lines.push(format!("# {kind}{by}"));
    if finding.is_some_and(|finding| finding.is_guess) {
        let question = format!("`{}` may be {kind}{by}. Shall it be served?", shown(&app.path));
        let is_served = ask(&question, true)?;
        lines.push(format!("# Asked: {question}"));
        settings.push((true, format!("served = {is_served}")));
    }
    if uses_fonts(workspace, app)? {
        let question =
            format!("`{}` fetches fonts from Google while it builds. May its build use the network?", app.name);
        let may = ask(&question, true)?;
        lines.push(format!("# Asked: {question}"));
        settings.push((true, format!("build_network = {may}")));
    }
    settings.extend(app.build.iter().map(|build| (false, format!("build = {}", quoted(build)))));
    match (&app.start, app.serving) {
        (_, Serving::Static) => settings.push((false, "start = false".to_owned())),
        (Some(start), _) => settings.push((false, format!("start = {}", quoted(start)))),
        (None, _) => {
            let usual = app.framework.and_then(Framework::usual_start);
            lines.extend(
                usual.map(|start| format!("# What its build leaves decides how it is started: usually `{start}`.")),
            );
        }
    }
    let output = app.output.as_ref().or(app.output_guess.as_ref());
    settings.extend(output.map(|output| (false, format!("output = {}", quoted(output)))));
    let is_asked = settings.iter().any(|(is_asked, _)| *is_asked);
    settings[0].0 = is_asked;
    lines.push(format!("{}[apps.{}]", if is_asked { "" } else { "# " }, app.name));
    lines.extend(settings.into_iter().map(|(is_asked, line)| if is_asked { line } else { format!("# {line}") }));
    Ok(lines.join("\n") + "\n")
}

/// A text as TOML writes it: as JSON does.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether an app or a package that it needs has fonts fetched while it is built.
fn uses_fonts(workspace: &Workspace, app: &App) -> Result<bool, Failure> {
    if app.framework != Some(Framework::Next) {
        return Ok(false);
    }
    let folders: Vec<RepoPath> =
        workspace.closure(&app.path, true).members().cloned().chain([app.path.clone()]).collect();
    let is_source = |path: &&str| [".ts", ".tsx", ".js", ".jsx", ".mjs"].iter().any(|ending| path.ends_with(ending));
    let paths = folders.iter().flat_map(|folder| workspace.files_of(folder)).map(|file| file.path.as_str());
    let contents = workspace
        .snapshot
        .read(paths.filter(is_source))
        .map_err(|cause| Failure::failed("the sources cannot be read").caused_by(&cause))?;
    let names_fonts = |content: &&Vec<u8>| {
        content.len() <= LONGEST_SOURCE && content.windows(FONTS.len()).any(|window| window == FONTS.as_bytes())
    };
    Ok(contents.values().any(|content| names_fonts(&content)))
}

/// Asks in the terminal.
fn asked(question: &str, proposed: bool) -> Result<bool, Failure> {
    let failed = |cause: std::io::Error| Failure::failed("the terminal cannot be read").caused_by(&cause);
    loop {
        let mut output = std::io::stdout().lock();
        write!(output, "{question} [{}] ", if proposed { "Y/n" } else { "y/N" }).map_err(failed)?;
        output.flush().map_err(failed)?;
        let mut answer = String::new();
        if std::io::stdin().read_line(&mut answer).map_err(failed)? == 0 {
            return Ok(proposed);
        }
        match answer.trim().to_ascii_lowercase().as_str() {
            "" => return Ok(proposed),
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use graph::Snapshot;

    use super::*;

    fn workspace(files: &[(&str, &str)]) -> Workspace {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), ("100644", text.as_bytes().to_vec())));
        Workspace::read(Snapshot::in_memory(&files.collect::<BTreeMap<_, _>>())).expect("it can be read")
    }

    /// A site with two apps, one of which is a guess.
    fn site() -> Workspace {
        workspace(&[
            ("package.json", r#"{"name": "site", "workspaces": ["apps/*", "services/*"]}"#),
            ("apps/web/package.json", r#"{"name": "web", "private": true, "scripts": {"build": "next build"}}"#),
            ("apps/web/next.config.mjs", "export default {}"),
            ("apps/web/app/layout.tsx", "import { Inter } from 'next/font/google'"),
            (
                "services/mail/package.json",
                r#"{"name": "mail", "private": true, "scripts": {"dev": "node --watch index.js"}}"#,
            ),
            ("services/mail/index.js", "require('http').createServer().listen(80)"),
        ])
    }

    fn written(before: &str, answer: bool) -> (String, usize) {
        let mut asked = 0;
        let text = added(&site(), before, &mut |_, _| {
            asked += 1;
            Ok(answer)
        });
        (text.expect("it can be written"), asked)
    }

    #[test]
    fn what_is_certain_is_a_comment_and_what_was_asked_is_a_line() {
        let (text, asked) = written("", true);
        assert_eq!(asked, 2, "{text}");
        assert!(
            text.contains("\n[apps.web]\npath = \"apps/web\"\nbuild_network = true\n# build = \"next build\"\n"),
            "{text}"
        );
        assert!(text.contains("\n[apps.mail]\npath = \"services/mail\"\nserved = true\n"), "{text}");
        let (config, problems) = graph::config::read(text.as_bytes());
        assert_eq!(problems, []);
        assert_eq!(config.apps["web"].build_network, Some(true));
    }

    #[test]
    fn what_is_written_can_be_read() {
        for files in [
            vec![("index.html", "<h1>here</h1>")],
            vec![
                ("package.json", "{\"scripts\": {\"start\": \"node \u{200b} 'server.js' \\\"x\\\"\"}}"),
                ("server.js", "createServer()"),
            ],
        ] {
            let workspace = workspace(&files);
            let text = added(&workspace, "", &mut |_, _| Ok(true)).expect("it can be written");
            let lines: String = text.lines().map(|line| format!("{}\n", line.trim_start_matches("# "))).collect();
            let settings = lines.split_once("[apps.").expect("an app").1;
            let (config, problems) = graph::config::read(format!("[apps.{settings}").as_bytes());
            assert_eq!(problems, [], "{text}");
            assert_eq!(config.apps["app"].path.as_deref(), Some(""));
        }
    }

    #[test]
    fn an_answer_is_kept() {
        let (text, _) = written("", false);
        assert!(text.contains("served = false"), "{text}");
    }

    #[test]
    fn a_second_run_adds_nothing() {
        let (first, _) = written("", true);
        assert_eq!(written(&first, true), (String::new(), 0));
        let (more, _) = written("[site]\ndefault = \"web\"\n\n# [apps.web]\n", true);
        assert!(!more.contains("apps.web") && !more.contains("[site]") && more.contains("[apps.mail]"), "{more}");
    }
}
