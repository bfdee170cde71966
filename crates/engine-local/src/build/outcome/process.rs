//! Apps that are started by a command of their own: whether what it runs is there, and what it needs.

use std::collections::BTreeSet;

use model::{Framework, Serving, Start, resolved};

use super::look::{Look, is_below, parent, repo_path};
use super::{Kept, Missing, Outcome, Public, pages, pages::join};

/// Programs whose package has another name.
const PACKAGES: [(&str, &str); 6] = [
    ("dotenv", "dotenv-cli"),
    ("react-router-serve", "@react-router/serve"),
    ("remix-serve", "@remix-run/serve"),
    ("nest", "@nestjs/cli"),
    ("pm2-runtime", "pm2"),
    ("babel-node", "@babel/node"),
];

/// Programs that run a file of JavaScript or TypeScript.
const RUNNERS: [&str; 8] = ["node", "tsx", "bun", "ts-node", "esno", "pm2-runtime", "nodemon", "babel-node"];

/// Options of these that are followed by a value.
const WITH_VALUE: [&str; 9] = [
    "-r",
    "--require",
    "--import",
    "--loader",
    "--experimental-loader",
    "-C",
    "--conditions",
    "--env-file",
    "--watch-path",
];

/// Endings that Node.js tries where a file is named without one.
const ENDINGS: [&str; 6] = ["", ".js", ".mjs", ".cjs", ".json", "/index.js"];

/// An app whose start command is said.
pub fn started(look: &Look<'_>, command: &str) -> Result<Outcome, Missing> {
    let mut outcome = look.process(command.to_owned());
    let mut besides = BTreeSet::new();
    if let Some(entry) = check(look, command)? {
        besides.extend(outside(look, &entry));
    }
    outcome.kept = Kept::Members { besides, runners: runners(look, command) };
    if look.app.serving == Serving::Worker {
        outcome.start = Start::Worker { command: command.to_owned() };
        return Ok(outcome);
    }
    if let Some(folder) = pages::beside_server(look)? {
        let (public, base, shell) = pages::of_server(look, &folder);
        (outcome.public, outcome.base_path, outcome.shell) = (vec![public], base, shell);
    }
    Ok(outcome)
}

/// NestJS: the file that `nest build` makes of `main.ts`, wherever its configuration puts it.
pub fn nest(look: &Look<'_>) -> Result<Outcome, Missing> {
    let name = look.app.path.as_str().rsplit('/').next().unwrap_or_default();
    let usual = [
        look.at("dist/main.js"),
        look.at("dist/src/main.js"),
        look.at(&format!("dist/apps/{name}/main.js")),
        look.at(&format!("dist/apps/{name}/src/main.js")),
        format!("dist/apps/{name}/main.js"),
        format!("dist/apps/{name}/src/main.js"),
        format!("dist/{}/main.js", look.app.path),
        format!("dist/{}/src/main.js", look.app.path),
    ];
    // With sources of other packages compiled along, the folders above them are kept.
    let others = || {
        let written = look.below(&look.at("dist")).filter(|file| file.rsplit('/').next() == Some("main.js"));
        let mut mains: Vec<String> = written.map(|file| look.at(&join("dist", file))).collect();
        mains.sort_by_key(|main| (!main.contains(&format!("/{name}/")), main.len(), main.clone()));
        mains
    };
    let there = usual.iter().find(|path| look.has(path)).cloned().or_else(|| others().into_iter().next());
    let Some(main) = there else {
        let mains = look.written(&|path| path.ends_with(".js") && path.contains("dist/"));
        return Err(look.missing("there is no `dist/main.js`".to_owned(), "start", &mains));
    };
    let mut outcome = started(look, &format!("node {}", look.named(&main)))?;
    if main != usual[0] {
        let words = format!("`start` was guessed as `node dist/main.js`; the build left `{}`", look.named(&main));
        outcome.corrections.push(words);
    }
    Ok(outcome)
}

/// Angular: pages, or a server in `dist/NAME/server`.
pub fn angular(look: &Look<'_>) -> Result<Outcome, Missing> {
    let mut servers = look.below(&look.at("dist")).filter(|name| name.ends_with("server/server.mjs"));
    let Some(server) = servers.next() else { return pages::outcome(look) };
    let server = look.at(&join("dist", server));
    let browser = join(parent(parent(&server)), "browser");
    let mut outcome = look.process(format!("node {}", look.named(&server)));
    // Since Angular 21 it answers no host that it was not told, and the edge lets none through but the app's own.
    outcome.env.insert("NG_ALLOWED_HOSTS".to_owned(), "*".to_owned());
    // Its own index would answer for every page.
    let page = look.has(&join(&browser, "index.csr.html"));
    let base = super::prefix::deduce(look, &browser).or_else(|| look.app.base_path.clone()).unwrap_or_default();
    outcome.shell = page.then(|| format!("{base}/index.csr.html"));
    let folder = repo_path(&browser).filter(|_| look.has_folder(&browser));
    outcome.public = folder.into_iter().map(|folder| Public { folder, prefix: base.clone() }).collect();
    outcome.base_path = base;
    if look.app.serving == Serving::Static {
        outcome.corrections.push("it was taken for a static app; the build left a server".to_owned());
    }
    Ok(outcome)
}

/// A server of an app of whose framework nothing is known, and for which no command is said.
pub fn unknown(look: &Look<'_>) -> Result<Outcome, Missing> {
    if look.app.framework == Some(Framework::Nest) {
        return nest(look);
    }
    let entries = [
        "dist/server/entry.mjs",
        "dist/server.js",
        "dist/index.js",
        "dist/main.js",
        "build/server.js",
        "build/index.js",
    ];
    let found = entries
        .iter()
        .map(|entry| look.at(entry))
        .find(|entry| look.wrote(entry) && look.tree.read(entry).is_some_and(|text| listens(&text)));
    if let Some(entry) = found {
        let command = format!("node {}", look.named(&entry));
        let mut outcome = started(look, &command)?;
        outcome
            .corrections
            .push(format!("no start command was known; the build left `{}`, which listens", look.named(&entry)));
        return Ok(outcome);
    }
    if let Ok(mut outcome) = pages::outcome(look) {
        outcome.corrections.push("it was taken for a server; the build left pages only".to_owned());
        return Ok(outcome);
    }
    let scripts = look.written(&|path| path.ends_with(".js") || path.ends_with(".mjs") || path.ends_with(".cjs"));
    Err(look.missing("no start command is known, and no file that it left listens".to_owned(), "start", &scripts))
}

/// Whether a program's text opens a socket for requests.
pub fn listens(text: &str) -> bool {
    [".listen(", "serve({", "Bun.serve(", "Deno.serve(", "startServer()"].iter().any(|word| text.contains(word))
}

/// The file that a command runs, from the repository's root. None if the command cannot be read so far.
///
/// # Errors
/// If it names a file that is not there.
pub fn check(look: &Look<'_>, command: &str) -> Result<Option<String>, Missing> {
    let Some(named) = entry(command) else { return Ok(None) };
    let Some(path) = resolved("", &look.at(&named)).filter(|_| !named.starts_with('/')) else { return Ok(None) };
    if let Some(found) = ENDINGS.iter().map(|ending| format!("{path}{ending}")).find(|file| is_file(look, file)) {
        return Ok(Some(found));
    }
    let manifest = look.json(&join(&path, "package.json"));
    let main = manifest["main"].as_str().unwrap_or("index.js");
    let main = resolved("", &join(&path, main)).unwrap_or_default();
    if let Some(found) = ENDINGS.iter().map(|ending| format!("{main}{ending}")).find(|file| is_file(look, file)) {
        return Ok(Some(found));
    }
    let file = named.rsplit('/').next().unwrap_or(&named).to_owned();
    let stem = file.split('.').next().unwrap_or(&file).to_owned();
    let is_program = |path: &str| [".js", ".mjs", ".cjs"].iter().any(|ending| path.ends_with(ending));
    let same = look.written(&|path| {
        is_program(path) && path.rsplit('/').next().is_some_and(|name| name.split('.').next() == Some(&stem))
    });
    let candidates = if same.is_empty() { look.written(&is_program) } else { same };
    Err(look.missing(format!("the start command `{command}` runs `{named}`, which is not there"), "start", &candidates))
}

/// Whether a file is there; of installed packages everything may be.
fn is_file(look: &Look<'_>, path: &str) -> bool {
    look.has(path) || path.split('/').any(|part| part == "node_modules") && look.tree.exists(path)
}

/// The file that a command names, as it names it. None if that cannot be told by its words, or if the command makes
/// the file itself.
fn entry(command: &str) -> Option<String> {
    if ["build", "tsc", "tsup", "esbuild", "webpack", "swc", "rollup"].iter().any(|word| command.contains(word)) {
        // `node build/index.js` only names a folder so; anything else may be a build of its own.
        let is_step = |part: &str| !RUNNERS.contains(&program(part).unwrap_or_default());
        if command.split("&&").any(|part| is_step(part.trim())) {
            return None;
        }
    }
    if command.contains(['$', '`', '|', ';', '(', '*']) && !command.contains("$PORT") {
        return None;
    }
    let mut folder = String::new();
    let mut named = None;
    for part in command.split("&&").map(str::trim) {
        if let Some(into) = part.strip_prefix("cd ") {
            folder = join(&folder, into.trim().trim_matches(['"', '\'']));
            continue;
        }
        let words: Vec<&str> = words(part).collect();
        let Some(at) = words.iter().position(|word| RUNNERS.contains(word)) else { continue };
        named = file_of(words[at], &words[at + 1..])
            .map(|file| if folder.is_empty() { file } else { join(&folder, &file) });
    }
    named
}

/// The words of a command without variables before it.
fn words(part: &str) -> impl Iterator<Item = &str> {
    part.split_whitespace().map(|word| word.trim_matches(['"', '\''])).skip_while(|word| {
        word.split_once('=').is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
    })
}

fn program(part: &str) -> Option<&str> {
    words(part).find(|word| !["exec", "npx", "cross-env"].contains(word) && !word.contains('='))
}

/// The first argument of a runner that is neither an option nor an option's value.
fn file_of(runner: &str, arguments: &[&str]) -> Option<String> {
    let mut arguments = arguments.iter().peekable();
    while let Some(argument) = arguments.next() {
        match *argument {
            "-e" | "--eval" | "-p" | "--print" | "--test" => return None,
            "run" if runner == "bun" => {}
            "start" if runner.starts_with("pm2") => {}
            "watch" if runner == "tsx" => {}
            option if WITH_VALUE.contains(&option) => drop(arguments.next()),
            option if option.starts_with('-') => {}
            // `bun run start` names a script.
            name if runner == "bun" && !name.contains(['.', '/']) => return None,
            name => return Some(name.to_owned()),
        }
    }
    None
}

/// Installed packages whose programs a command runs, development dependencies among them.
fn runners(look: &Look<'_>, command: &str) -> BTreeSet<String> {
    let words = command.split("&&").flat_map(|part| part.split_whitespace());
    let names = words.map(|word| word.trim_matches(['"', '\'']));
    let packages = names
        .filter(|name| !name.starts_with(['-', '.', '/']) && !name.is_empty())
        .map(|name| PACKAGES.iter().find(|(program, _)| *program == name).map_or(name, |(_, package)| package));
    packages.filter(|package| *package != "node" && look.installed(package)).map(str::to_owned).collect()
}

/// The folder of an entry that lies outside of the app's: its nearest named after the app, else the file's.
fn outside(look: &Look<'_>, entry: &str) -> Option<model::RepoPath> {
    if is_below(look.app.path.as_str(), entry) || entry.contains("node_modules/") {
        return None;
    }
    let name = look.app.path.as_str().rsplit('/').next().unwrap_or_default();
    let mut folder = parent(entry);
    while !folder.is_empty() && folder.rsplit('/').next() != Some(name) {
        folder = parent(folder);
    }
    repo_path(if folder.is_empty() { parent(entry) } else { folder }).filter(|folder| !folder.is_root())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_the_file_that_it_runs() {
        let table = [
            ("node dist/index.js", Some("dist/index.js")),
            ("node .", Some(".")),
            ("node dist/main", Some("dist/main")),
            ("node build/index.js", Some("build/index.js")),
            ("NODE_ENV=production node --max-old-space-size=512 server.js --port 3000", Some("server.js")),
            ("node --env-file=.env .", Some(".")),
            ("node --env-file .env -r dotenv/config ./dist/server.js", Some("./dist/server.js")),
            ("cross-env NODE_ENV=production node server.mjs", Some("server.mjs")),
            ("dotenv -e ../../.env -- node dist/index.js", Some("dist/index.js")),
            ("cd dist && node server.js", Some("dist/server.js")),
            ("prisma migrate deploy && node dist/index.js", Some("dist/index.js")),
            ("tsx index.ts", Some("index.ts")),
            ("bun run src/index.ts", Some("src/index.ts")),
            ("bun run start:prod", None),
            ("pm2-runtime start dist/index.js", Some("dist/index.js")),
            ("npm run build && node dist/index.js", None),
            ("tsc && node dist/index.js", None),
            ("next start", None),
            ("node -e 'require(\"./x\")'", None),
            ("node $ENTRY", None),
            ("node dist/index.js -p $PORT", Some("dist/index.js")),
        ];
        for (command, expected) in table {
            assert_eq!(entry(command).as_deref(), expected, "{command}");
        }
    }
}
