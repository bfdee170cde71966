//! `Dockerfile`s, read for what the last stage runs and on which port.

/// Names of files that describe an image.
pub const FILES: [&str; 2] = ["Dockerfile", "Containerfile"];

/// What an image of a package says of how it runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Container {
    /// The command, in the folder of the image.
    pub command: Option<String>,
    /// The folder that the command runs in.
    pub folder: String,
    /// The port that it says it listens on: `ENV PORT`, else the first `EXPOSE`.
    pub port: Option<u16>,
    /// Whether it has an `EXPOSE`.
    pub is_exposed: bool,
}

/// Reads the last stage.
pub fn read(text: &str) -> Container {
    let mut container = Container::default();
    let (mut entrypoint, mut arguments) = (None::<Vec<String>>, None::<Vec<String>>);
    let mut variable = None;
    for line in instructions(text) {
        let Some((name, rest)) = line.split_once(char::is_whitespace) else { continue };
        let rest = rest.trim();
        match name.to_ascii_uppercase().as_str() {
            // Only what the last stage says holds, but a stage that stands on another keeps what that says.
            "FROM" if is_fresh(rest) => {
                (container, entrypoint, arguments, variable) = (Container::default(), None, None, None);
            }
            "WORKDIR" => container.folder = rest.trim_matches('"').to_owned(),
            "ENTRYPOINT" => (entrypoint, arguments) = (words(rest), None),
            "CMD" => arguments = words(rest),
            "EXPOSE" => {
                container.is_exposed = true;
                let port = rest.split_whitespace().next().and_then(|port| port.split('/').next()?.parse().ok());
                container.port = container.port.or(port);
            }
            "ENV" => {
                let value = rest.split_whitespace().find_map(|pair| pair.strip_prefix("PORT="));
                let value = value.or_else(|| rest.strip_prefix("PORT ").map(str::trim));
                variable = value.and_then(|value| value.trim_matches('"').parse().ok()).or(variable);
            }
            _ => {}
        }
    }
    container.port = variable.or(container.port);
    // A script as entry point prepares something and then runs what it is given.
    let is_script = |words: &Vec<String>| words.first().is_some_and(|word| word.ends_with(".sh"));
    let entrypoint = entrypoint.filter(|words| !is_script(words) || arguments.is_none());
    let all: Vec<String> = entrypoint.into_iter().chain(arguments).flatten().collect();
    container.command = (!all.is_empty()).then(|| all.join(" "));
    container
}

/// Whether a stage stands on an image from outside; one that stands on an earlier stage has no `/` or `:`.
fn is_fresh(from: &str) -> bool {
    let image = from.split_whitespace().find(|word| !word.starts_with("--")).unwrap_or_default();
    image.contains(['/', ':', '$'])
}

/// Lines without comments, those that go on joined.
fn instructions(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (line, continues) = match line.strip_suffix('\\') {
            Some(line) => (line.trim_end(), true),
            None => (line, false),
        };
        match lines.last_mut().filter(|_| goes_on) {
            Some(last) => {
                last.push(' ');
                last.push_str(line);
            }
            None => lines.push(line.to_owned()),
        }
        goes_on = continues;
    }
    lines
}

/// The words of `["node", "a.js"]`, or the text of the shell form as it is. Words that a shell would split are quoted.
fn words(text: &str) -> Option<Vec<String>> {
    if !text.starts_with('[') {
        return (!text.is_empty()).then(|| vec![text.to_owned()]);
    }
    let words: Vec<String> = serde_json::from_str(text).ok()?;
    let quoted = |word: &String| {
        let is_plain = |character: char| character.is_alphanumeric() || "-_./=:@,+%".contains(character);
        if !word.is_empty() && word.chars().all(is_plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    };
    match words.as_slice() {
        [shell, option, command, ..]
            if matches!(shell.as_str(), "sh" | "bash" | "/bin/sh" | "/bin/bash") && option == "-c" =>
        {
            Some(vec![command.clone()])
        }
        words => Some(words.iter().map(quoted).collect()),
    }
}
