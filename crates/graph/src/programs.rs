//! What the programs of commands read besides what they are pointed at, what they make, and whether types matter to them.

use std::collections::{BTreeMap, BTreeSet};

use crate::detect::command::{self, CALLERS, COPIERS, LONGEST_READ, Program};

/// Programs that read what they are configured to read, and what that imports; and whether types may matter to what they
/// make. They do not to bundlers for browsers, nor to what changes no module.
const BUILDERS: [(&str, Types); 137] = [
    ("vite", Types::Unread),
    ("rolldown-vite", Types::Unread),
    ("next", Types::Checked),
    ("astro", Types::Unread),
    ("react-router", Types::Unread),
    ("remix", Types::Unread),
    ("nuxt", Types::Unread),
    ("nuxi", Types::Unread),
    ("svelte-kit", Types::Unread),
    ("vitepress", Types::Unread),
    ("docusaurus", Types::Unread),
    ("storybook", Types::Checked),
    ("build-storybook", Types::Checked),
    ("react-scripts", Types::Checked),
    ("craco", Types::Checked),
    ("gatsby", Types::Checked),
    ("ng", Types::Checked),
    ("nest", Types::Checked),
    ("vinxi", Types::Unread),
    ("nitro", Types::Unread),
    ("esbuild", Types::Checked),
    ("rollup", Types::Checked),
    ("rolldown", Types::Checked),
    ("webpack", Types::Unread),
    ("webpack-cli", Types::Unread),
    ("rspack", Types::Unread),
    ("rsbuild", Types::Unread),
    ("parcel", Types::Unread),
    ("tsup", Types::Checked),
    ("tsdown", Types::Checked),
    ("unbuild", Types::Checked),
    ("bunchee", Types::Checked),
    ("swc", Types::Checked),
    ("babel", Types::Checked),
    ("tsc", Types::Checked),
    ("vue-tsc", Types::Checked),
    ("tsc-alias", Types::Checked),
    ("svelte-check", Types::Checked),
    ("tailwindcss", Types::Unread),
    ("postcss", Types::Unread),
    ("sass", Types::Unread),
    ("rimraf", Types::Unread),
    ("rm", Types::Unread),
    ("mkdir", Types::Unread),
    ("echo", Types::Unread),
    ("true", Types::Checked),
    ("cross-env", Types::Unread),
    ("env", Types::Unread),
    ("eleventy", Types::Unread),
    ("lingui", Types::Unread),
    ("patch-package", Types::Unread),
    ("svelte-package", Types::Checked),
    ("prisma", Types::Unread),
    ("buf", Types::Unread),
    ("next-sitemap", Types::Unread),
    ("fumadocs-mdx", Types::Unread),
    ("contentlayer", Types::Unread),
    ("contentlayer2", Types::Unread),
    ("velite", Types::Unread),
    ("content-collections", Types::Unread),
    ("email", Types::Unread),
    ("react-email", Types::Unread),
    ("sentry-cli", Types::Unread),
    ("graphql-codegen", Types::Unread),
    ("graphql-code-generator", Types::Unread),
    ("gql-gen", Types::Unread),
    ("gql.tada", Types::Checked),
    ("openapi-typescript", Types::Unread),
    ("openapi", Types::Unread),
    ("orval", Types::Unread),
    ("kubb", Types::Unread),
    ("swagger-typescript-api", Types::Unread),
    ("tsr", Types::Unread),
    ("paraglide-js", Types::Unread),
    ("typesafe-i18n", Types::Unread),
    ("wrangler", Types::Unread),
    ("panda", Types::Unread),
    ("workbox", Types::Unread),
    ("husky", Types::Unread),
    ("lefthook", Types::Unread),
    ("simple-git-hooks", Types::Unread),
    ("is-ci", Types::Unread),
    ("eslint", Types::Unread),
    ("prettier", Types::Unread),
    ("biome", Types::Unread),
    ("stylelint", Types::Unread),
    ("oxlint", Types::Unread),
    ("rslib", Types::Checked),
    ("pkgroll", Types::Checked),
    ("microbundle", Types::Checked),
    ("vuepress", Types::Unread),
    ("vuepress-vite", Types::Unread),
    ("rspress", Types::Unread),
    ("slidev", Types::Unread),
    ("ladle", Types::Unread),
    ("histoire", Types::Checked),
    ("expo", Types::Checked),
    ("quasar", Types::Checked),
    ("umi", Types::Checked),
    ("max", Types::Checked),
    ("modern", Types::Checked),
    ("waku", Types::Unread),
    ("sanity", Types::Unread),
    ("typedoc", Types::Checked),
    ("react-app-rewired", Types::Checked),
    ("rescripts", Types::Checked),
    ("vue-cli-service", Types::Checked),
    ("vike", Types::Unread),
    ("farm", Types::Unread),
    ("electron-vite", Types::Unread),
    ("rspeedy", Types::Unread),
    ("wxt", Types::Unread),
    ("ncc", Types::Checked),
    ("ngc", Types::Checked),
    ("stencil", Types::Checked),
    ("styleguidist", Types::Checked),
    ("tsup-node", Types::Checked),
    ("obuild", Types::Checked),
    ("zshy", Types::Checked),
    ("tshy", Types::Checked),
    ("dts-bundle-generator", Types::Checked),
    ("pagefind", Types::Unread),
    ("size-limit", Types::Unread),
    ("bundlesize", Types::Unread),
    ("publint", Types::Unread),
    ("attw", Types::Unread),
    ("madge", Types::Unread),
    ("syncpack", Types::Unread),
    ("manypkg", Types::Unread),
    ("sort-package-json", Types::Unread),
    ("knip", Types::Unread),
    ("cspell", Types::Unread),
    ("tslint", Types::Unread),
    ("ls-lint", Types::Unread),
    ("gh-pages", Types::Unread),
    ("only-allow", Types::Unread),
    ("ts-patch", Types::Unread),
];

/// Shells that run a script.
const SHELLS: [&str; 5] = ["sh", "bash", "dash", "zsh", "ksh"];

/// Words of a shell, and programs, that read no files; what stands in substitutions they are given is told by itself.
const IDLE_IN_SHELLS: [&str; 29] = [
    "[", "[[", "test", "ls", "exit", "export", "set", "unset", "sleep", "wait", "printf", "touch", "chmod", "mkdirp",
    "del", "del-cli", "pwd", "which", "type", "fi", "done", "for", "false", "date", "whoami", "hostname", "uname",
    "id", "nproc",
];

/// Programs that read what they are pointed at, and nothing else.
const TAKERS: [&str; 37] = [
    "mv",
    "cat",
    "ln",
    "find",
    "sed",
    "head",
    "tail",
    "sort",
    "cut",
    "tr",
    "wc",
    "tee",
    "grep",
    "jq",
    "tar",
    "gzip",
    "zip",
    "unzip",
    "rsync",
    "svgr",
    "svgo",
    "imagemin",
    "lessc",
    "stylus",
    "node-sass",
    "lightningcss",
    "unocss",
    "terser",
    "uglifyjs",
    "cleancss",
    "html-minifier-terser",
    "formatjs",
    "i18next",
    CHANGER,
    GIT,
    // Package managers' own, behind their names.
    "install",
    "prune",
];

/// Package managers, which tell their versions where they are given options alone.
const MANAGERS: [&str; 4] = ["npm", "pnpm", "yarn", "bun"];

/// The one that reads a repository's history, which no build is shown, and its files.
const GIT: &str = "git";

/// What it does without reading files.
/// Source: git-scm.com, "Reference".
const OF_HISTORY: [&str; 10] =
    ["rev-parse", "describe", "log", "status", "branch", "config", "symbolic-ref", "rev-list", "tag", "remote"];

/// The one that changes the folder.
const CHANGER: &str = "cd";

/// How many substitutions of a command are looked at: one with more may read anything.
const MOST_SUBSTITUTED: usize = 100;

/// Ways to name the package's own folder.
const HERE: [&str; 4] = ["$PWD/", "${PWD}/", "$INIT_CWD/", "${INIT_CWD}/"];

/// Options by which some of these run others, follow links, or are pointed at what stands in a file.
const LEADING_ON: [&str; 14] = [
    "-exec",
    "-execdir",
    "-ok",
    "-okdir",
    "-L",
    "-H",
    "-follow",
    "-R",
    "--dereference-recursive",
    "-T",
    "--files-from",
    "-f",
    "--file",
    "-@",
];

/// Those of them that these options mean something else to.
const PLAIN: [&str; 4] = ["ln", "mv", "tee", "cut"];

/// Programs that make modules of data alone, by their first word.
/// Source: buf.build, "buf generate"; prisma.io, "Generators"; openapi-ts.dev, "CLI"; lingui.dev, "CLI Reference";
/// inlang.com, "Paraglide JS".
const GENERATORS: [(&str, &[&str]); 5] = [
    ("buf", &["generate"]),
    ("prisma", &["generate", "format", "validate"]),
    ("openapi-typescript", &[]),
    ("lingui", &["compile"]),
    ("paraglide-js", &["compile"]),
];

/// Programs that a build may run beside others without making anything.
const IDLE: [&str; 6] = ["rimraf", "rm", "mkdir", "echo", "true", "husky"];

/// Programs that have Vite put together what answers requests.
const ON_VITE: [&str; 8] =
    ["vite", "rolldown-vite", "astro", "react-router", "svelte-kit", "vinxi", "nitro", "nitropack"];

/// Programs that make something of every file that TypeScript's configuration names.
const COMPILERS: [&str; 7] = ["tsc", "vue-tsc", "tspc", "ttsc", "tsgo", "nest", "ngc"];

/// Programs that put together what browsers get, and to which types matter only as far as they are checked.
const BUNDLERS: [&str; 16] = [
    "vite",
    "rolldown-vite",
    "react-router",
    "webpack",
    "webpack-cli",
    "rspack",
    "rsbuild",
    "parcel",
    "astro",
    "ng",
    "react-scripts",
    "craco",
    "react-app-rewired",
    "rescripts",
    "vue-cli-service",
    "svelte-kit",
];

/// Those of them that leave out whatever nobody uses of modules without side effects.
const DROPPING: [&str; 10] = [
    "webpack",
    "webpack-cli",
    "rspack",
    "rsbuild",
    "parcel",
    "react-scripts",
    "craco",
    "react-app-rewired",
    "rescripts",
    "vue-cli-service",
];

/// What a program makes of types.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Types {
    /// It may check them, or run all that is imported.
    Checked,
    /// It leaves them out.
    Unread,
}

/// Whether a command may read anything in the repository, for all that can be told: it runs what is neither a known
/// program nor a module. What modules read they name.
/// So may not the programs of members: these count whole. What only calls scripts is asked for elsewhere, and scripts of shells
/// that are told are asked for by their own texts.
pub fn may_read_anything(command: &str, of_members: &BTreeSet<&str>, shells: &BTreeMap<String, bool>) -> bool {
    let is_module = |program: &Program| {
        program.file().is_some_and(|file| !from_here(file).contains(['$', '`']))
            || of_members.contains(program.name.as_str())
            || shell(program).is_some_and(|script| shells.get(script) == Some(&true))
    };
    let mut all: Vec<Program> = programs(command).collect();
    let substituted = substituted(command);
    // In what a program is given by the text itself quotes mean nothing.
    if substituted.len() > MOST_SUBSTITUTED || command.len() > LONGEST_READ || command.contains("<<") {
        return true;
    }
    all.extend(substituted.into_iter().flat_map(|inner| programs(inner).collect::<Vec<_>>()));
    // In another folder other files are meant, by commands and by modules that are run there.
    let changes = all.iter().any(|program| program.name == CHANGER);
    let means_others =
        |program: &Program| program.file().is_some() || program.arguments.iter().any(|word| word.contains("../"));
    let others = || all.iter().filter(|program| program.name != CHANGER);
    let is_elsewhere = changes && others().any(means_others);
    let is_unnamed = |word: &String| word.split('=').any(|path| is_unnamed(path, command));
    is_elsewhere
        || reads_by_variable(command)
        || all.iter().any(|program| program.arguments.iter().any(is_unnamed))
        || all.iter().any(|program| types(program).is_none() && !is_module(program))
}

/// Whether a path that leads out of the folder is none of the words by which a command names files: it is put together of quotes,
/// holds a space, or is a pattern of another kind than those with stars.
fn is_unnamed(path: &str, command: &str) -> bool {
    let is_split = || path.contains(char::is_whitespace) && !path.contains(['(', '`']);
    path.split('/').any(|part| part == "..") && (!command.contains(path) || path.contains(['?', '[']) || is_split())
}

/// Scripts of shells that a command runs, as it names them.
pub fn shells(command: &str) -> Vec<String> {
    programs(command).filter_map(|program| shell(&program).map(str::to_owned)).collect()
}

/// The script that a shell runs, or that is run by itself.
fn shell(program: &Program) -> Option<&str> {
    let is_script = |word: &&str| word.ends_with(".sh") || word.ends_with(".bash");
    let is_shell = SHELLS.contains(&program.name.as_str());
    let given = || program.arguments.iter().map(String::as_str).find(|word| !word.starts_with(['-', '+']));
    if is_shell { given().filter(is_script) } else { Some(program.name.as_str()).filter(is_script) }
}

/// Whether a command reads from a file that stands in a variable.
fn reads_by_variable(command: &str) -> bool {
    command.split('<').skip(1).any(|rest| {
        let word = rest.trim_start().split(|char: char| char.is_whitespace() || ";|&)".contains(char)).next();
        !rest.starts_with('(') && word.is_some_and(|word| word.contains(['$', '`']))
    })
}

/// Commands in substitutions of a command, however deep.
fn substituted(command: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut open = Vec::new();
    for (at, char) in command.char_indices() {
        match char {
            '(' => open.push((at, command[..at].ends_with('$'))),
            ')' => {
                if let Some((from, true)) = open.pop()
                    && found.len() <= MOST_SUBSTITUTED
                {
                    found.push(&command[from + 1..at]);
                }
            }
            _ => {}
        }
    }
    found.extend(command.split('`').skip(1).step_by(2).take(MOST_SUBSTITUTED + 1));
    found
}

/// Whether a command runs what calls scripts.
pub fn calls_scripts(command: &str) -> bool {
    let asks = |program: &Program| MANAGERS.contains(&program.name.as_str()) && program.words().next().is_none();
    programs(command).any(|program| CALLERS.contains(&program.name.as_str()) && !asks(&program))
}

/// Whether a command calls a script by a name, or in a folder, that stands in a variable.
pub fn calls_by_variable(command: &str) -> bool {
    let mut callers = programs(command).filter(|program| CALLERS.contains(&program.name.as_str()));
    callers.any(|program| {
        let mut words = program.words().skip_while(|word| ["run", "run-script", "workspace"].contains(word));
        words.next().is_some_and(|word| word.starts_with('$'))
    })
}

/// Whether a command runs `make`.
pub fn makes(command: &str) -> bool {
    programs(command).any(|program| program.name == "make")
}

/// Whether a command names a package, by itself or by where it is installed.
pub fn names(command: &str, package: &str) -> bool {
    let words = command.split(|char: char| char.is_whitespace() || "\"'=:,;()".contains(char));
    let mut words = words.map(|word| word.rsplit_once("node_modules/").map_or(word, |(_, installed)| installed));
    words.any(|word| word.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// What a command copies.
pub fn copied(command: &str) -> Vec<String> {
    let copies = programs(command).filter(|program| COPIERS.contains(&program.name.as_str()));
    copies.flat_map(|program| program.words().map(str::to_owned).collect::<Vec<String>>()).collect()
}

/// Whether a command runs a compiler on all that its configuration names, if only to check it.
pub fn runs_compiler(command: &str) -> bool {
    programs(command).any(|program| COMPILERS.contains(&program.name.as_str()))
}

/// Whether a command may compile whatever a compiler's configuration names; what is not known, and what runs a module,
/// may.
pub fn compiles(command: &str) -> bool {
    let is_compiler = |program: &Program| COMPILERS.contains(&program.name.as_str());
    programs(command).any(|program| is_compiler(&program) && emits(&program) || types(&program).is_none())
}

/// Whether a command compiles the projects that a compiler's configuration refers to as well.
/// Source: typescriptlang.org, "Project References".
pub fn builds_projects(command: &str) -> bool {
    let is_build = |argument: &String| ["-b", "--build"].contains(&argument.as_str());
    // Another option has that letter.
    let refers = |name: &str| COMPILERS.contains(&name) && !["nest", "ngc"].contains(&name);
    programs(command).any(|program| refers(&program.name) && program.arguments.iter().any(is_build))
}

/// Whether a compiler writes what it makes.
fn emits(program: &Program) -> bool {
    let is_off = |words: &[String]| words[0] == "--noEmit" && words.get(1).is_none_or(|word| word != "false");
    !(0..program.arguments.len()).any(|at| is_off(&program.arguments[at..]))
}

/// Whether a command leaves nothing that runs but what Vite puts together, by the configuration that it finds itself.
pub fn leaves_what_vite_makes(command: &str) -> bool {
    programs(command).all(|program| {
        let name = program.name.as_str();
        let finds_configuration = program.option(&["-c", "--config"]).is_none();
        let only_checks = name == "svelte-check" || COMPILERS.contains(&name) && !emits(&program);
        ON_VITE.contains(&name) && finds_configuration || only_checks || IDLE.contains(&name) || CALLERS.contains(&name)
    })
}

/// Whether all that commands do is to make modules of data, or nothing at all.
pub fn makes_of_data(commands: &[String]) -> bool {
    let is_idle = |program: &Program| IDLE.contains(&program.name.as_str());
    let mut programs = commands.iter().flat_map(|command| programs(command));
    !commands.is_empty() && programs.all(|program| is_generator(&program) || is_idle(&program))
}

/// Whether a command makes modules of data, among other things.
pub fn runs_generator(command: &str) -> bool {
    programs(command).any(|program| is_generator(&program))
}

fn is_generator(program: &Program) -> bool {
    let words = GENERATORS.iter().find(|(name, _)| program.name == *name).map(|(_, words)| *words);
    words.is_some_and(|words| words.is_empty() || words.contains(&program.word()))
}

/// Whether a command puts together what browsers get.
pub fn bundles(command: &str) -> bool {
    programs(command).any(|program| BUNDLERS.contains(&program.name.as_str()))
}

/// Whether what puts together what browsers get leaves out what nobody uses of what is passed on by a star, whatever else the
/// module does: webpack, Rspack, Parcel and Rollup do, by which Vite before 8 bundles, of which `vites` are the versions.
pub fn drops_stars<'v>(commands: &[String], vites: impl Fn() -> BTreeSet<&'v str>) -> bool {
    let bundlers = commands.iter().flat_map(|command| programs(command)).map(|program| program.name);
    let bundlers: Vec<String> = bundlers.filter(|name| BUNDLERS.contains(&name.as_str())).collect();
    let is_by_rollup = || {
        let versions = vites();
        let major = |version: &&str| version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        !versions.is_empty() && versions.iter().all(|version| major(version).is_some_and(|major| major < 8))
    };
    let drops = |name: &String| match name.as_str() {
        "vite" | "astro" | "svelte-kit" => is_by_rollup(),
        name => DROPPING.contains(&name),
    };
    !bundlers.is_empty() && bundlers.iter().all(drops)
}

/// Whether a command may check types, where Next.js is configured to ignore them or not; if it does, all that is imported
/// counts.
pub fn may_check_types(command: &str, ignores: bool) -> bool {
    programs(command).any(|program| {
        let checks = program.name == "astro" && program.word() == "check";
        let is_told_not_to = ignores && program.name == "next";
        checks || types(&program) != Some(Types::Unread) && !is_told_not_to
    })
}

/// Whether a command that starts what is not built checks types before.
pub fn checks_when_started(command: &str) -> bool {
    runs_compiler(command) || command.contains("ts-node")
}

/// Whether types matter to a program; none if it is not known.
fn types(program: &Program) -> Option<Types> {
    let name = program.name.as_str();
    // What these do is told by what they call.
    if CALLERS.contains(&name) || IDLE_IN_SHELLS.contains(&name) || TAKERS.contains(&name) && is_pointed(program) {
        return Some(Types::Unread);
    }
    let is_version = |argument: &String| ["-v", "--version"].contains(&argument.as_str());
    if name == "node" && !program.arguments.is_empty() && program.arguments.iter().all(is_version) {
        return Some(Types::Unread);
    }
    if COPIERS.contains(&name) {
        return is_told_what_to_copy(program).then_some(Types::Unread);
    }
    BUILDERS.iter().find(|(name, _)| program.name == *name).map(|(_, types)| *types)
}

/// Whether it can be told what a program of a shell is pointed at: no folder that may hold the package itself, nothing that
/// stands in a variable, and no program besides.
fn is_pointed(program: &Program) -> bool {
    let is_file = |word: &str| {
        word.contains('*') || word.rsplit('/').next().is_some_and(|name| name.trim_start_matches('.').contains('.'))
    };
    let leaves = |word: &str| word.starts_with("..") && (program.name == CHANGER || !is_file(word));
    let arguments = program.arguments.iter().map(String::as_str);
    let mut words = arguments.map(|argument| argument.trim_start_matches("./"));
    let is_far =
        program.name == CHANGER && program.arguments.first().is_none_or(|folder| folder.starts_with(['/', '~', '-']));
    // A commit is shown with its message alone, a file behind a colon.
    let shows = || program.word() == "show" && !program.words().any(|word| word.contains([':', '/']));
    let is_plain = PLAIN.contains(&program.name.as_str());
    // Where packages are installed, members are linked, as they are from the package's folder.
    let leads_on = |word: &str| {
        !is_plain && LEADING_ON.contains(&word) || word.is_empty() || word == "." || word.contains("node_modules")
    };
    let reads = program.name == GIT && !OF_HISTORY.contains(&program.word()) && !shows();
    !is_far && !reads && !words.any(|word| leaves(word) || word.contains(['$', '`']) || leads_on(word))
}

/// Whether what is copied stands in no variable but in those that lead to the package itself, and is no folder above.
fn is_told_what_to_copy(program: &Program) -> bool {
    let words: Vec<&str> = program.words().collect();
    let has_target = program.arguments.iter().any(|it| it == "-t" || it.starts_with("--target-directory"));
    let copied = words.split_last().map_or(&[][..], |(_, copied)| if has_target { &words } else { copied });
    let is_above = |word: &str| word.starts_with("..") && word.split('/').all(|part| ["", ".", ".."].contains(&part));
    copied.iter().map(|word| from_here(word)).all(|word| !word.contains(['$', '`']) && !is_above(word))
}

/// A word without the variable in front that leads to the package itself.
pub fn from_here(word: &str) -> &str {
    HERE.iter().find_map(|here| word.strip_prefix(here)).unwrap_or(word)
}

fn programs(command: &str) -> impl Iterator<Item = Program> {
    command::programs(command).into_iter()
}

#[cfg(test)]
mod tests;
