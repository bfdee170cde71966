//! Makefiles, read for the commands of a target.

/// Names of makefiles.
pub const FILES: [&str; 3] = ["makefile", "Makefile", "GNUmakefile"];

/// The commands of a target, one a line, without those that only speak; none if there is no such target.
pub fn recipe(text: &str, target: &str) -> Option<String> {
    let is_target = |line: &&str| {
        let heads = line.split_once(':').filter(|(_, rest)| !rest.starts_with('=')).map(|(heads, _)| heads);
        !line.starts_with(['\t', ' ', '#'])
            && heads.is_some_and(|heads| heads.split_whitespace().any(|head| head == target))
    };
    let mut lines = text.lines().skip_while(|line| !is_target(line));
    lines.next()?;
    let commands = lines.take_while(|line| line.starts_with('\t') || line.trim().is_empty());
    let commands = commands.map(|line| line.trim().trim_start_matches(['@', '-']).trim_start());
    let speaks =
        |command: &&str| command.starts_with("echo ") || command.starts_with("$(call") || command.starts_with('#');
    let commands: Vec<&str> = commands.filter(|command| !command.is_empty() && !speaks(command)).collect();
    Some(commands.join("\n"))
}
