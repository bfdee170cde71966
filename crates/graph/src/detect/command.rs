//! Shell commands of scripts, read as far as the rules need it: which programs they run, with what.

use std::collections::BTreeMap;

use crate::manifest::Manifest;

mod segments;

use segments::segments;

pub use segments::LONGEST_READ;

/// How often a script may call another one in a row.
const MOST_CALLS: usize = 8;

/// How deep `sh -c` is followed.
const DEEPEST: usize = 3;

/// How many programs may prepare the way for one.
const MOST_WRAPPERS: usize = 20;

/// The longest command that is made by putting scripts into each other.
const LONGEST: usize = 4000;

/// How many scripts are put in their places for one command: those that call each other several times double at each.
const MOST_EXPANDED: usize = 100;

/// Programs that copy files as they are.
pub const COPIERS: [&str; 6] = ["cp", "cpy", "copyfiles", "cpx", "cpx2", "ncp"];

/// Programs that only prepare the way for the one that follows `--` or their options.
const WRAPPERS: [&str; 36] = [
    "cross-env",
    "cross-env-shell",
    "env",
    "dotenv",
    "dotenvx",
    "dotenv-flow",
    "env-cmd",
    "npx",
    "bunx",
    "pnpx",
    "pnpm",
    "npm",
    "yarn",
    "bun",
    "exec",
    "time",
    "nice",
    "nohup",
    "setsid",
    "dumb-init",
    "tini",
    "infisical",
    "doppler",
    "op",
    "varlock",
    "command",
    "corepack",
    "shx",
    "if",
    "elif",
    "while",
    "until",
    "then",
    "else",
    "do",
    "!",
];

/// Programs that call scripts by their names, and an option of Node.js by which it does.
pub const CALLERS: [&str; 15] = [
    "npm",
    "pnpm",
    "yarn",
    "bun",
    "npm-run-all",
    "npm-run-all2",
    "run-s",
    "run-p",
    "concurrently",
    "conc",
    "turbo",
    "nx",
    "lerna",
    "wireit",
    "--run",
];

/// Options of runtimes that take the word after them.
const VALUED: [&str; 14] = [
    "-r",
    "--require",
    "--import",
    "--loader",
    "--experimental-loader",
    "--env-file",
    "--env-file-if-exists",
    "--conditions",
    "-C",
    "--tsconfig",
    "--preload",
    "--cwd",
    "--name",
    "-P",
];

/// Programs that start a file of JavaScript or TypeScript.
const RUNTIMES: [&str; 13] = [
    "node",
    "bun",
    "tsx",
    "ts-node",
    "ts-node-esm",
    "pm2",
    "pm2-runtime",
    "swc-node",
    "srvx",
    "vite-node",
    "babel-node",
    "jiti",
    "esno",
];

/// Programs that watch, or hand the task on to something that is not known, whatever they are told.
const WATCHERS: [&str; 11] = [
    "nodemon",
    "ts-node-dev",
    "tsnd",
    "tsc-watch",
    "node-dev",
    "watch",
    "chokidar",
    "webpack-dev-server",
    "encore",
    "turbo",
    "nx",
];

/// Programs with a word that makes them a development server; an empty one stands for no word at all.
const DEVELOPMENT: [(&str, &[&str]); 22] = [
    ("vite", &["", "dev", "serve"]),
    ("next", &["", "dev"]),
    ("astro", &["dev"]),
    ("nuxt", &["dev"]),
    ("nuxi", &["dev"]),
    ("remix", &["dev", "vite:dev"]),
    ("react-router", &["dev"]),
    ("vinxi", &["dev"]),
    ("nitro", &["dev"]),
    ("wrangler", &["dev", "pages"]),
    ("partykit", &["dev"]),
    ("expo", &["start"]),
    ("react-native", &["start"]),
    ("react-scripts", &["start"]),
    ("craco", &["start"]),
    ("ng", &["serve", "s"]),
    ("nest", &["start"]),
    ("webpack", &["serve", "server", "s"]),
    ("rspack", &["serve", "dev"]),
    ("rsbuild", &["dev"]),
    ("gatsby", &["develop"]),
    ("docusaurus", &["start"]),
];

/// A program that a command runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// Its name, without its folder.
    pub name: String,
    /// What it is given.
    pub arguments: Vec<String>,
    /// Variables that are set for it alone.
    pub env: BTreeMap<String, String>,
    /// Files of variables that are read for it.
    pub env_files: Vec<String>,
    /// Whether Bun runs it, or runs what runs it.
    pub needs_bun: bool,
}

impl Program {
    /// Whether it is this program with this first word.
    pub fn is(&self, name: &str, word: &str) -> bool {
        self.name == name && self.word() == word
    }

    /// The first argument that is no option; empty if there is none.
    pub fn word(&self) -> &str {
        self.words().next().unwrap_or_default()
    }

    /// The arguments that are no options. The value of an option that stands apart is among them.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().map(String::as_str).filter(|argument| !argument.starts_with('-'))
    }

    /// The value of an option: `--outDir x` or `--outDir=x`.
    pub fn option(&self, names: &[&str]) -> Option<&str> {
        self.arguments.iter().enumerate().find_map(|(at, argument)| {
            if names.contains(&argument.as_str()) {
                return self.arguments.get(at + 1).map(String::as_str).filter(|value| !value.starts_with('-'));
            }
            let (name, value) = argument.split_once('=')?;
            names.contains(&name).then_some(value)
        })
    }

    /// The file that a runtime starts and does not watch: `dist/main.js` of `node -r x dist/main.js`.
    pub fn entry(&self) -> Option<&str> {
        if self.does_watch() { None } else { self.file() }
    }

    /// The file that a runtime, or what starts one again and again, starts.
    pub fn file(&self) -> Option<&str> {
        let is_restarter = ["nodemon", "ts-node-dev", "tsnd", "node-dev"].contains(&self.name.as_str());
        if !RUNTIMES.contains(&self.name.as_str()) && !is_restarter {
            return None;
        }
        let mut words = self.arguments.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            match word {
                "-e" | "--eval" | "-p" | "--print" | "--check" | "--test" => return None,
                "run" | "start" if matches!(self.name.as_str(), "bun" | "pm2" | "pm2-runtime") => {}
                "watch" if self.name == "tsx" => {}
                "-x" | "--exec" | "-w" | "--ext" if is_restarter => drop(words.next()),
                "serve" if self.name == "srvx" => {}
                _ if VALUED.contains(&word) => drop(words.next()),
                _ if word.starts_with('-') => {}
                _ => return is_file(word, &self.name).then_some(word),
            }
        }
        None
    }

    /// `node node_modules/vite/bin/vite.js build` is `vite build`.
    fn step_into_binary(&mut self) {
        let options = self.arguments.iter().take_while(|argument| argument.starts_with('-')).count();
        let Some(binary) = self.arguments.get(options).filter(|path| path.contains("node_modules/")) else { return };
        let (package, file) = binary.rsplit_once("node_modules/").map_or(("", ""), |(_, inside)| {
            inside.split_once('/').map_or((inside, inside), |(package, rest)| (package, rest))
        });
        let name = file.rsplit('/').next().unwrap_or(file);
        let name = name.split('.').next().unwrap_or(name);
        let is_anonymous = matches!(name, "cli" | "bin" | "index" | "main" | "start" | "run");
        self.name = if is_anonymous { package.trim_end_matches("-cli") } else { name }.to_owned();
        self.arguments.drain(..=options);
    }

    /// Whether it watches files, or is a server for development.
    pub fn does_watch(&self) -> bool {
        let has = |word: &str| self.arguments.iter().any(|argument| argument == word);
        let is_development = DEVELOPMENT.iter().any(|(name, words)| self.name == *name && words.contains(&self.word()));
        is_development
            || WATCHERS.contains(&self.name.as_str())
            || ["--watch", "--hot", "--watch-path"].into_iter().any(has)
            || (self.word() == "watch" && ["tsx", "esbuild", "rollup"].contains(&self.name.as_str()))
            || (has("-w") && ["tsc", "tsup", "rollup", "webpack", "tsdown"].contains(&self.name.as_str()))
    }

    /// The port that its options or variables fix.
    pub fn port(&self) -> Option<u16> {
        let is_runtime = self.name == "node";
        let option = self.option(&["--port"]).or_else(|| self.option(&["-p"]).filter(|_| !is_runtime));
        let listen = || self.option(&["-l", "--listen"]).filter(|_| self.name == "serve");
        let short = || {
            let glued = self.arguments.iter().find_map(|argument| argument.strip_prefix("-p"));
            glued.filter(|_| !is_runtime)
        };
        let text = option.or_else(listen).or_else(short).or_else(|| self.env.get("PORT").map(String::as_str))?;
        text.parse().ok().filter(|port| *port != 0)
    }
}

/// The programs that a command runs, in order.
pub fn programs(command: &str) -> Vec<Program> {
    let mut programs = Vec::new();
    for (words, _) in segments(command) {
        add_programs(&words, &mut programs, 0);
    }
    programs
}

/// The words of a command, of texts and substitutions in it as well, with the patterns and choices that a shell opens.
pub fn patterns(command: &str) -> impl Iterator<Item = &str> {
    let ends = |char: char| char.is_whitespace() || "\"'`()<>;|&=".contains(char);
    let words = command.split(ends).filter(|word| !word.is_empty());
    // Behind a colon stands what is made of a path.
    words.flat_map(|word| {
        let path = word.split_once(':').map(|(path, _)| path).filter(|path| path.contains('/'));
        std::iter::once(word).chain(path)
    })
}

/// The same with each choice by itself.
pub fn words(command: &str) -> impl Iterator<Item = &str> {
    patterns(command).flat_map(|word| word.split(['$', '{', '}', ','])).filter(|word| !word.is_empty())
}

/// Whether a command runs this program with this first word.
pub fn runs(command: &str, name: &str, word: &str) -> bool {
    programs(command).iter().any(|program| program.is(name, word))
}

/// The program of a command that starts a file and does not watch, if it has one.
pub fn runtime(command: &str) -> Option<Program> {
    programs(command).into_iter().find(|program| program.entry().is_some())
}

/// The port that a command fixes for the last program that has one.
pub fn port(command: &str) -> Option<u16> {
    programs(command).iter().rev().find_map(Program::port)
}

/// Files of variables that a command names.
pub fn env_files(command: &str) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for file in programs(command).into_iter().flat_map(|program| program.env_files) {
        if !files.contains(&file) {
            files.push(file);
        }
    }
    files
}

/// A script, with those that it calls by the package manager put in their places where that is plain.
pub fn expanded(manifest: &Manifest, name: &str) -> Option<String> {
    expand_script(manifest, name, &mut Calls::default())
}

/// A command, with the scripts that it calls put in their places where that is plain.
pub fn expand(manifest: &Manifest, command: &str) -> String {
    expand_command(manifest, command, &mut Calls::default())
}

/// The scripts that are being put in their places, each called by the one before it, and how many were so far.
#[derive(Default)]
struct Calls {
    names: Vec<String>,
    made: usize,
}

fn expand_script(manifest: &Manifest, name: &str, calls: &mut Calls) -> Option<String> {
    let Calls { names, made } = calls;
    if names.len() >= MOST_CALLS || *made >= MOST_EXPANDED || names.iter().any(|call| call == name) {
        return None;
    }
    let is_called = !names.is_empty();
    let script = manifest.script_with_hooks(name).filter(|script| !is_called || script.len() <= LONGEST)?;
    *made += 1;
    names.push(name.to_owned());
    let expanded = expand_command(manifest, &script, calls);
    calls.names.pop();
    Some(expanded)
}

fn expand_command(manifest: &Manifest, command: &str, calls: &mut Calls) -> String {
    let segments = segments(command);
    // After a change of folder, other scripts are meant; and what stands in texts or substitutions stays.
    if segments.iter().any(|(words, _)| matches!(words.first().map(String::as_str), Some("cd" | "pushd"))) {
        return command.trim().to_owned();
    }
    let is_only = segments.len() == 1;
    let (mut result, mut at) = (String::new(), 0);
    for (words, range) in &segments {
        // What is redirected is so as it is written.
        let may_be_put_in = result.len() < LONGEST && !command[range.clone()].contains(['>', '<']);
        let called = may_be_put_in.then(|| called_script(words, manifest)).flatten().and_then(|(env, name, rest)| {
            let script = expand_script(manifest, &name, calls)?;
            let is_simple = self::segments(&script).len() == 1 && !script.starts_with('(');
            let stands_in_brackets =
                command[..range.start].trim_end().ends_with('(') && command[range.end..].trim_start().starts_with(')');
            let text = match (is_simple, rest.is_empty(), env.is_empty()) {
                (true, _, true) => [vec![script], rest].concat().join(" "),
                (true, _, false) => [env, vec![script], rest].concat().join(" "),
                (false, true, true) if is_only || stands_in_brackets => script,
                (false, true, true) => format!("( {script} )"),
                // Variables would hold for the first program only, arguments for the last.
                _ => return None,
            };
            (text.len() + result.len() <= LONGEST).then_some(text)
        });
        if let Some(text) = called {
            result.push_str(&command[at..range.start]);
            result.push_str(&text);
            at = range.end;
        }
    }
    result.push_str(&command[at..]);
    result.trim().to_owned()
}

/// The script of the same package that a segment calls: variables before it, its name, arguments after it.
fn called_script(words: &[String], manifest: &Manifest) -> Option<(Vec<String>, String, Vec<String>)> {
    let env: Vec<String> = words.iter().take_while(|word| assignment(word).is_some()).cloned().collect();
    let mut rest = words[env.len()..].iter().map(String::as_str).peekable();
    let manager = rest.next()?;
    let name = match (manager, rest.next()?) {
        ("npm" | "pnpm" | "yarn" | "bun", "run" | "run-script") => {
            let mut name = rest.next()?;
            while matches!(name, "-s" | "--silent" | "--bun") {
                name = rest.next()?;
            }
            name
        }
        ("npm" | "pnpm", name @ ("start" | "test")) => name,
        ("pnpm" | "yarn", name) if !matches!(name, "exec" | "dlx" | "node" | "install" | "add" | "build-deps") => name,
        ("turbo", "run") | ("nx", "run") => return None,
        _ => return None,
    };
    manifest.script(name)?;
    let mut arguments: Vec<String> = rest.map(str::to_owned).collect();
    // npm takes options for itself that stand before two dashes; by some it means another folder.
    let own = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    if manager == "npm" {
        let is_elsewhere = |option: &String| {
            ["-w", "--workspace", "--prefix", "-C"].contains(&option.split('=').next().unwrap_or(option))
        };
        if arguments[..own].iter().any(is_elsewhere) {
            return None;
        }
        let (before, behind) = arguments.split_at(own);
        arguments = before.iter().filter(|argument| !argument.starts_with('-')).chain(behind).cloned().collect();
    }
    let arguments = match arguments.split_first() {
        Some((first, others)) if first == "--" => others.to_vec(),
        _ => arguments,
    };
    let is_plain = arguments.iter().all(|argument| !argument.contains([' ', '$', '`', '"', '\'', '*', '>', '<']));
    is_plain.then(|| (env, name.to_owned(), arguments))
}

/// The programs of the words of one segment: behind variables, wrappers and `sh -c`.
fn add_programs(words: &[String], programs: &mut Vec<Program>, depth: usize) {
    let mut program = Program::default();
    let mut rest = words;
    let mut wrappers = 0;
    while let Some((word, following)) = rest.split_first() {
        if let Some((name, value)) = assignment(word) {
            program.env.insert(name.to_owned(), value.to_owned());
            rest = following;
            continue;
        }
        let name = word.rsplit('/').next().unwrap_or(word);
        program.needs_bun |= matches!(name, "bun" | "bunx");
        let command = || following.iter().position(|word| word == "-c" || word == "-lc");
        if let Some(at) = (matches!(name, "sh" | "bash") && depth < DEEPEST).then(command).flatten() {
            let inner = following.get(at + 1).map_or("", String::as_str);
            for (words, _) in segments(inner) {
                add_programs(&words, programs, depth + 1);
            }
            return;
        }
        let is_wrapper = WRAPPERS.contains(&name) && wrappers < MOST_WRAPPERS;
        let Some(after) = is_wrapper.then(|| unwrapped(name, following, &mut program)).flatten() else {
            program.name = name.to_owned();
            program.arguments = following.to_vec();
            if RUNTIMES.contains(&name) {
                add_env_files(following, &["--env-file"], &mut program.env_files);
                program.step_into_binary();
            }
            programs.push(program);
            return;
        };
        wrappers += 1;
        rest = after;
    }
}

/// The words after a wrapper and its options; none if it stands for itself.
fn unwrapped<'a>(name: &str, words: &'a [String], program: &mut Program) -> Option<&'a [String]> {
    let after_dashes = || words.iter().position(|word| word == "--").map(|at| &words[at + 1..]);
    let first = words.first().map_or("", String::as_str);
    match name {
        "dotenv" | "dotenvx" | "dotenv-flow" | "env-cmd" => {
            let after = after_dashes().or_else(|| {
                let mut rest = words;
                while let Some((word, following)) = rest.split_first() {
                    match word.as_str() {
                        "-e" | "-f" | "--env-file" | "--file" | "-v" => rest = following.get(1..)?,
                        "run" => rest = following,
                        _ if word.starts_with('-') => rest = following,
                        _ => return Some(rest),
                    }
                }
                None
            });
            let own = &words[..words.len() - after.map_or(0, <[String]>::len)];
            add_env_files(own, &["-e", "-f", "--env-file", "--file"], &mut program.env_files);
            if program.env_files.is_empty() && name == "dotenv" {
                program.env_files.push(".env".to_owned());
            }
            after
        }
        "infisical" | "doppler" | "op" | "varlock" | "dumb-init" | "tini" => after_dashes(),
        // A manager stands before a binary, unless it is told to do something of its own.
        "pnpm" | "npm" | "yarn" => match first {
            "exec" | "dlx" | "x" => words.get(1..).map(without_options),
            "workspace" => words.get(2..),
            "run" if words.get(1).is_some_and(|word| matches!(word.as_str(), "-T" | "-B")) => words.get(2..),
            "node" => Some(words),
            _ if name != "npm" && !first.is_empty() && !first.starts_with('-') && first != "run" => Some(words),
            _ => None,
        },
        "bun" => match first {
            "x" | "--bun" => words.get(1..).map(without_options),
            "run" if words.get(1).is_some_and(|word| word == "--bun") => words.get(2..),
            _ => None,
        },
        "command" | "npx" | "bunx" | "pnpx" | "env" | "nice" | "time" | "cross-env" | "cross-env-shell" => {
            Some(without_options(words))
        }
        _ => Some(words),
    }
    .filter(|rest| !rest.is_empty())
}

fn without_options(words: &[String]) -> &[String] {
    let options = words.iter().take_while(|word| word.starts_with('-')).count();
    &words[options..]
}

fn add_env_files(words: &[String], options: &[&str], files: &mut Vec<String>) {
    for (at, word) in words.iter().enumerate() {
        let glued = word.split_once('=').filter(|(name, _)| options.contains(name)).map(|(_, value)| value.to_owned());
        let apart = options.contains(&word.as_str()).then(|| words.get(at + 1).cloned()).flatten();
        files.extend(glued.or(apart).filter(|file| !file.is_empty() && !file.contains('$')));
    }
}

/// `NAME=value`.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let starts_well = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    (starts_well && name.bytes().all(is_name)).then_some((name, value))
}

fn is_file(word: &str, program: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    let has_ending =
        [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx"].iter().any(|end| name.ends_with(end));
    has_ending || word == "." || (program != "pm2" && word.contains('/')) || program == "node"
}
