//! Names that programs say in their complaints: packages, programs, hosts, files, versions.

use model::resolved;

/// A line without the colours of terminals.
pub fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\u{1b}' {
            text.push(letter);
            continue;
        }
        if letters.next_if_eq(&'[').is_some() {
            // Parameters, then one letter (ECMA-48, "control sequences").
            while letters.next_if(|next| !('@'..='~').contains(next)).is_some() {}
            letters.next();
        }
    }
    text
}

/// The first word in quotes.
pub fn quoted(line: &str) -> Option<String> {
    let at = line.find(['"', '\'', '`'])?;
    let quote = line[at..].chars().next()?;
    let rest = &line[at + 1..];
    rest.find(quote).map(|end| rest[..end].to_owned()).filter(|word| !word.is_empty())
}

/// The program that a shell or a package manager did not find.
pub fn missing_program(line: &str) -> Option<String> {
    // `sh: 1: turbo: not found`, `bash: line 1: tsc: command not found`, `node: .env: not found`.
    if let Some(before) = line.strip_suffix(": not found").or_else(|| line.strip_suffix(": command not found")) {
        let is_shell = ["sh:", "bash:", "node:", "/bin/sh:"]
            .iter()
            .any(|shell| before.starts_with(shell) || before.contains(&format!(" {shell}")));
        let program = before.rsplit([':', ' ']).next()?.trim();
        return (is_shell && !program.is_empty()).then(|| program.to_owned());
    }
    // yarn's own shell.
    if let Some((_, program)) = line.split_once("command not found: ") {
        return program.split_whitespace().next().map(str::to_owned);
    }
    // `Error: spawn git ENOENT`
    let (_, rest) = line.split_once("spawn ")?;
    let (program, rest) = rest.split_once(' ')?;
    (rest.starts_with("ENOENT") && !program.contains('/')).then(|| program.to_owned())
}

/// The package whose files are not there: `Failed to resolve entry for package "@x/y"`.
pub fn unbuilt_package(line: &str) -> Option<String> {
    let (_, rest) = line
        .split_once("Failed to resolve entry for package ")
        .or_else(|| line.split_once("No known conditions for "))?;
    quoted(rest).and_then(|name| package(&name))
}

/// The package that an import names and nobody has.
pub fn missing_package(line: &str) -> Option<String> {
    const SAYINGS: [&str; 9] = [
        "Cannot find module ",
        "Cannot find package ",
        "Failed to resolve import ",
        "failed to resolve import ",
        "Can't resolve ",
        "Could not resolve ",
        "Unable to resolve ",
        "Cannot resolve module ",
        "Could not find a declaration file for module ",
    ];
    let rest = SAYINGS.iter().find_map(|saying| line.split_once(saying).map(|(_, rest)| rest))?;
    quoted(rest).and_then(|name| package(&name))
}

/// The package that a specifier names; none if it names a file.
fn package(specifier: &str) -> Option<String> {
    if specifier.starts_with(['.', '/', '#', '~', '$'])
        || specifier.starts_with("@/")
        || specifier.contains([' ', ':', '\\'])
    {
        return None;
    }
    let mut parts = specifier.split('/');
    let first = parts.next().filter(|first| !first.is_empty())?;
    match first.starts_with('@') {
        true => parts.next().map(|second| format!("{first}/{second}")),
        false => Some(first.to_owned()),
    }
}

/// The host that a program did not reach.
pub fn host(line: &str) -> Option<String> {
    for before in
        ["getaddrinfo EAI_AGAIN ", "getaddrinfo ENOTFOUND ", "Could not resolve host: ", "https://", "http://"]
    {
        let Some((_, rest)) = line.split_once(before) else { continue };
        let end = rest
            .find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '.' || letter == '-'))
            .unwrap_or(rest.len());
        let host = rest[..end].trim_end_matches('.');
        let is_fault = super::NETWORK.iter().chain(&super::NETWORK_WORDS).any(|word| line.contains(word));
        if host.contains('.') && is_fault {
            return Some(host.to_owned());
        }
    }
    None
}

/// The file of the repository that a line says is missing.
pub fn missing_file(line: &str) -> Option<String> {
    let missing = ["ENOENT", "no such file", "Cannot find", "Could not resolve", "not found"];
    if !missing.iter().any(|word| line.contains(word)) {
        return None;
    }
    let (before, path) = line.split_once("/srv/repo/")?;
    let end = path.find(['\'', '"', '`', ' ', ')', ',']).unwrap_or(path.len());
    let path = path[..end].trim_end_matches([':', '.']);
    // webpack and its kin: `Can't resolve '../a' in '/srv/repo/apps/shop'`.
    if let Some(relative) = before.strip_suffix("' in '").and_then(|before| before.rsplit('\'').next()) {
        return relative.starts_with('.').then(|| resolved(path, relative))?;
    }
    (!path.is_empty() && !path.contains("node_modules")).then(|| path.to_owned())
}

/// The versions of Node.js that a line asks for: `>=20.9.0`, `22`, `v20.19`.
pub fn node_version(line: &str) -> Option<String> {
    let wanted = ["Expected version:", "Expected version", "required:", "\"node\":", "node:", "\"Node.js\":"];
    let after = |word: &str| line.split_once(word).map(|(_, rest)| rest);
    let given = wanted.iter().find_map(|word| after(word)).or_else(|| {
        let sayings = [
            "minimum Node.js version of ",
            "requires Node.js version ",
            "requires Node.js ",
            "to a supported version: ",
            "Node.js version ",
        ];
        sayings.iter().find_map(|word| after(word))
    })?;
    let given = given.trim_start_matches([' ', '"', '\'', '`', '{']);
    let end = given
        .find(|letter: char| !(letter.is_ascii_digit() || " .><=|^~vx*-+".contains(letter)))
        .unwrap_or(given.len());
    let range = given[..end].trim().trim_end_matches(['.', '+', ' ', '-']).trim_start_matches('v').to_owned();
    range.bytes().any(|byte| byte.is_ascii_digit()).then_some(range)
}
