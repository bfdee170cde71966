//! What no build reads unless something imports or names it: tests, stories, documents, and what configures editors,
//! forges, linters and test runners. And what the programs of a build read besides what they are pointed at.

use std::collections::BTreeSet;

use model::{App, Framework};

use crate::detect::command::{self, CALLERS, COPIERS, Program};
use crate::modules::Language;

/// Folders, at any depth, that hold nothing of a build.
const FOLDERS: [&str; 13] = [
    "__tests__",
    "__mocks__",
    "__snapshots__",
    "__fixtures__",
    ".storybook",
    ".github",
    ".gitlab",
    ".vscode",
    ".idea",
    ".husky",
    ".changeset",
    ".circleci",
    ".devcontainer",
];

/// Folders at the top of a member or of the repository that hold nothing of a build. Deeper ones may be routes.
const TOP_FOLDERS: [&str; 8] = ["test", "tests", "spec", "e2e", "cypress", "playwright", ".buildkite", ".cursor"];

/// Folders whose files are served as they are.
const SERVED: [&str; 2] = ["public", "static"];

/// What stands before the ending of a module that is no part of a build.
const MARKS: [&str; 10] = ["test", "tests", "spec", "specs", "stories", "story", "cy", "e2e", "e2e-spec", "bench"];

/// Beginnings of the names of tools' configuration that changes nothing in what is built.
const TOOLS: [&str; 30] = [
    "eslint",
    "prettier",
    "stylelint",
    "biome",
    "oxlint",
    "dprint",
    "vitest",
    "jest",
    "playwright",
    "cypress",
    "karma",
    "mocharc",
    "nycrc",
    "c8rc",
    "codecov",
    "commitlint",
    "lintstaged",
    "lint-staged",
    "lefthook",
    "husky",
    "renovate",
    "knip",
    "cspell",
    "markdownlint",
    "release-please",
    "releaserc",
    "changelogrc",
    "czrc",
    "editorconfig",
    "coderabbit",
];

/// Files that tell people and machines about a repository.
const ABOUT: [&str; 23] = [
    ".gitignore",
    ".gitattributes",
    ".gitmodules",
    ".mailmap",
    ".git-blame-ignore-revs",
    ".dockerignore",
    ".prettierignore",
    ".eslintignore",
    ".vercelignore",
    "frontage.toml",
    "CODEOWNERS",
    "LICENSE",
    "LICENCE",
    "NOTICE",
    "AUTHORS",
    "Makefile",
    "Jenkinsfile",
    "Procfile",
    "Vagrantfile",
    "turbo.json",
    "turbo.jsonc",
    "lerna.json",
    // It counts by what the lockfile comes to.
    "pnpm-workspace.yaml",
];

/// Folders at the top of a member that hold what images of servers are made from, which no build reads.
const SERVING: [&str; 3] = ["nginx", "docker", ".docker"];

/// Configuration of servers, which stands at the top of a member or in such a folder.
const SERVERS: [&str; 3] = ["nginx.conf", "nginx.conf.template", "default.conf.template"];

/// Endings of documents.
const DOCUMENTS: [&str; 4] = ["md", "mdx", "txt", "rst"];

/// Endings of what pages are made of besides documents.
/// Source: 11ty.dev, "Template Languages".
const TEMPLATES: [&str; 7] = [".html", ".njk", ".liquid", ".hbs", ".ejs", ".pug", ".webc"];

/// Words in the names of packages that check or test, and change nothing in what is built.
const TOOL_PACKAGES: [&str; 26] = [
    "eslint",
    "prettier",
    "stylelint",
    "biome",
    "oxlint",
    "jest",
    "vitest",
    "playwright",
    "cypress",
    "storybook",
    "commitlint",
    "lint-staged",
    "husky",
    "testing",
    "turbo",
    "lerna",
    "changesets",
    "semantic-release",
    "release-it",
    "syncpack",
    "knip",
    "publint",
    "size-limit",
    "lefthook",
    "commitizen",
    "simple-git-hooks",
];

/// Packages that only run other programs, or stand in for a browser, and words by which commands call them. They get into
/// nothing otherwise.
const RUNNERS: [(&str, &[&str]); 14] = [
    ("jsdom", &[]),
    ("happy-dom", &[]),
    ("cross-env", &["cross-env"]),
    ("concurrently", &["concurrently", "conc"]),
    ("npm-run-all", &["npm-run-all", "run-s", "run-p"]),
    ("npm-run-all2", &["npm-run-all", "run-s", "run-p"]),
    ("rimraf", &["rimraf"]),
    ("del-cli", &["del"]),
    ("premove", &["premove"]),
    ("nodemon", &["nodemon"]),
    ("wait-on", &["wait-on"]),
    ("start-server-and-test", &["start-server-and-test", "start-test"]),
    ("only-allow", &["only-allow"]),
    ("npm-check-updates", &["ncu"]),
];

/// Words in the names of packages that hold configuration of bundlers, which others import.
const CONFIGURATIONS: [&str; 5] = ["vite-config", "rollup-config", "webpack-config", "tsup-config", "tsdown-config"];

/// Programs that read what they are configured to read, and what that imports; and whether types may matter to what they
/// make. They do not to bundlers for browsers, nor to what changes no module.
const BUILDERS: [(&str, Types); 107] = [
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
    ("cp", Types::Unread),
    ("cpy", Types::Checked),
    ("copyfiles", Types::Checked),
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
];

/// Programs that make modules of data alone, by their first word.
/// Source: buf.build, "buf generate"; prisma.io, "Generators"; openapi-ts.dev, "CLI"; lingui.dev, "CLI Reference"; inlang.com, "Paraglide JS".
const GENERATORS: [(&str, &[&str]); 5] = [
    ("buf", &["generate"]),
    ("prisma", &["generate", "format", "validate"]),
    ("openapi-typescript", &[]),
    ("lingui", &["compile"]),
    ("paraglide-js", &["compile"]),
];

/// Programs that a build may run beside others without making anything.
const IDLE: [&str; 6] = ["rimraf", "rm", "mkdir", "echo", "true", "husky"];

/// Programs that make something of every file that TypeScript's configuration names.
const COMPILERS: [&str; 7] = ["tsc", "vue-tsc", "tspc", "ttsc", "tsgo", "nest", "ngc"];

/// Programs that put together what browsers get, and to which types matter only as far as they are checked.
const BUNDLERS: [&str; 12] = [
    "vite",
    "rolldown-vite",
    "webpack",
    "webpack-cli",
    "rspack",
    "rsbuild",
    "parcel",
    "astro",
    "ng",
    "react-scripts",
    "craco",
    "svelte-kit",
];

/// Those of them that leave out whatever nobody uses of modules without side effects.
const DROPPING: [&str; 7] = ["webpack", "webpack-cli", "rspack", "rsbuild", "parcel", "react-scripts", "craco"];

/// Words in the names of packages that put versions of packages into what they make.
const VERSION_PACKAGES: [&str; 5] = ["version", "license", "banner", "federation", "release"];

/// Bundlers that have Module Federation built in, which tells who shares a package its version.
const FEDERATING: [&str; 3] = ["webpack", "@rspack/core", "@rsbuild/core"];

/// What a program makes of types.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Types {
    /// It may check them, or run all that is imported.
    Checked,
    /// It leaves them out.
    Unread,
}

/// Packages by which types matter all the same.
pub const CHECKERS: [&str; 11] = [
    // Vue makes properties of types while it compiles.
    "vue",
    "nuxt",
    "vite-plugin-checker",
    "fork-ts-checker-webpack-plugin",
    "ts-checker-rspack-plugin",
    "@rsbuild/plugin-type-check",
    "@rollup/plugin-typescript",
    "rollup-plugin-typescript2",
    "ts-loader",
    "awesome-typescript-loader",
    "vite-plugin-dts",
];

/// Packages that import what is only named, by rules that configuration has from wherever.
pub const FINDERS: [&str; 3] = ["unplugin-vue-components", "unplugin-auto-import", "unplugin-icons"];

/// Words in the names of packages that take styles out of every module that a bundler opens.
pub const EXTRACTORS: [&str; 5] = ["unocss", "stylex", "windicss", "linaria", "pandacss"];

/// What a build reads of all this, since it is about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Documents: it makes pages of them.
    pub documents: bool,
    /// Stories: it shows them.
    pub stories: bool,
    /// Everything: the folder is served as it is.
    pub all: bool,
    /// What `make` is run by.
    pub makes: bool,
    /// What images are made by.
    pub packs: bool,
}

impl Reads {
    /// What the build of an app reads.
    pub fn of(app: &App) -> Reads {
        let documents = [Framework::Docusaurus, Framework::VitePress, Framework::Eleventy, Framework::Gatsby];
        Reads {
            documents: app.framework.is_some_and(|framework| documents.contains(&framework)),
            stories: app.framework == Some(Framework::Storybook),
            all: app.build.is_none(),
            makes: false,
            packs: false,
        }
    }

    /// The same with what commands are run by; `anything` says that something is not known that they may run.
    #[must_use]
    pub fn with_recipes(self, commands: &[String], anything: bool) -> Reads {
        let runs = |names: &[&str]| {
            commands.iter().flat_map(|command| programs(command)).any(|program| names.contains(&program.name.as_str()))
        };
        let stories = self.stories || runs(&["ladle", "histoire", "storybook", "build-storybook"]);
        Reads { makes: anything, packs: runs(&["docker", "docker-compose", "podman"]), stories, ..self }
    }

    /// Whether a file says what such programs do.
    pub fn is_recipe(self, name: &str) -> bool {
        let is_of_images =
            name.starts_with("Dockerfile") || name.ends_with(".dockerfile") || name.starts_with("docker-compose");
        self.makes && name == "Makefile" || self.packs && is_of_images
    }

    /// Whether a file of a member is no part of such a build as long as nothing imports it, by its path below the member.
    pub fn leaves_out(self, below: &str) -> bool {
        if self.all {
            return false;
        }
        let (folders, name) = below.rsplit_once('/').unwrap_or(("", below));
        if self.documents && (is_document(name) || TEMPLATES.iter().any(|end| name.ends_with(end))) {
            return false;
        }
        let is_story = name.contains(".stories.") || name.contains(".story.") || folders.contains(".storybook");
        let is_document = folders.is_empty() && is_document_about(name);
        let is_servers = SERVERS.contains(&name) && (folders.is_empty() || SERVING.contains(&folders));
        let is_about = folders.is_empty() && is_about(name) && !self.is_recipe(name);
        (is_test(below) || is_document || is_servers || is_about) && !(self.stories && is_story)
    }
}

/// Whether a file in a folder is a test of what else is there, by its path below that.
pub fn is_test_in(below: &str) -> bool {
    let (folders, name) = below.rsplit_once('/').unwrap_or(("", below));
    let is_marked = name.split('.').skip(1).any(|mark| ["test", "tests", "spec", "specs", "cy", "e2e"].contains(&mark));
    is_marked && name.matches('.').count() > 1
        || folders.split('/').any(|part| part == "__tests__" || part == "__snapshots__")
}

/// Whether a file that no member owns is no part of any build as long as nothing imports it, by its path below the root.
pub fn is_unread(below: &str) -> bool {
    let is_top = !below.contains('/');
    let name = below.rsplit('/').next().unwrap_or(below);
    is_test(below)
        || below.starts_with("docs/")
        || ["CHANGELOG.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md"].contains(&name)
        || is_top && (is_about(below) || is_document(below))
}

fn is_test(below: &str) -> bool {
    let (folders, name) = below.rsplit_once('/').unwrap_or(("", below));
    // What is there is served, whatever it is called.
    if folders.split('/').any(|part| SERVED.contains(&part)) {
        return false;
    }
    let mut parts = folders.split('/').filter(|part| !part.is_empty());
    let top = folders.split('/').next().unwrap_or_default();
    // Descriptions of interfaces and the like may lie there, which builds read.
    let is_of_tests = TOP_FOLDERS.contains(&top) && Language::of(name).is_some();
    if is_of_tests || parts.any(|part| FOLDERS.contains(&part)) {
        return true;
    }
    // A page or a route is one whatever it is called.
    let is_page = folders.split('/').any(|part| part == "pages" || part == "routes");
    let is_marked = name.split('.').skip(1).any(|mark| MARKS.contains(&mark)) && name.matches('.').count() > 1;
    // Data and documents may be called so by chance, but for documents that show components.
    let is_told = || match Language::of(name) {
        Some(Language::Page) => [".stories.", ".story."].iter().any(|mark| name.contains(mark)),
        Some(language) => language.is_compiled() && !name.ends_with(".html"),
        None => false,
    };
    is_marked && !is_page && is_told()
}

/// Whether a file at the top of a member or of the repository is about it, or configures what changes no build.
fn is_about(name: &str) -> bool {
    ABOUT.contains(&name)
        || ["LICENSE", "docker-compose", "Dockerfile"].iter().any(|begin| name.starts_with(begin))
        || name.ends_with(".dockerfile")
        || configures_checks(name)
}

/// Whether a file at the top of the repository configures what only checks, such as a linter.
pub fn configures_checks(below: &str) -> bool {
    let plain = below.trim_start_matches('.');
    !below.contains('/') && TOOLS.iter().any(|tool| plain.starts_with(tool))
}

fn is_document(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    DOCUMENTS.contains(&ending.as_str())
}

/// Whether a document at the top of a package is about the package, and no page.
fn is_document_about(name: &str) -> bool {
    is_document(name) && name.split('.').next().is_some_and(|stem| stem == stem.to_ascii_uppercase())
}

/// Whether a package from outside holds nothing but types.
/// Source: github.com/DefinitelyTyped/DefinitelyTyped, README.
pub fn is_of_types(package: &str) -> bool {
    package.starts_with("@types/")
}

/// Whether a file of a member is a script beside its sources, by its path below the member.
pub fn is_script(below: &str) -> bool {
    below.starts_with("scripts/")
}

/// Whether a package checks or tests, by its name.
pub fn is_tool(package: &str) -> bool {
    TOOL_PACKAGES.iter().any(|word| package.contains(word))
}

/// Whether a package has a bundler check what it bundles.
pub fn checks_while_bundling(package: &str) -> bool {
    let is_plugin = ["vite-plugin", "webpack-plugin", "rollup-plugin", "rsbuild/plugin"];
    is_tool(package) && is_plugin.iter().any(|word| package.contains(word))
}

/// Whether a package gets into nothing unless it is imported or called, and none of some commands calls it.
pub fn is_idle(package: &str, commands: &[String], reads_anything: bool) -> bool {
    let calls = |word: &&str| commands.iter().any(|command| command.contains(*word));
    let is_runner = RUNNERS.iter().any(|(runner, words)| *runner == package && !words.iter().any(calls));
    let is_configuration = || !reads_anything && CONFIGURATIONS.iter().any(|word| package.contains(word));
    is_runner || is_configuration() && !calls(&package)
}

/// Whether a command may read anything in the repository, for all that can be told: it runs what is neither a known
/// program nor a module. What modules read they name.
/// So may not the programs of members: these count whole. What only calls scripts is asked for elsewhere.
pub fn may_read_anything(command: &str, of_members: &BTreeSet<&str>) -> bool {
    let is_module = |program: &Program| program.file().is_some() || of_members.contains(program.name.as_str());
    programs(command).any(|program| types(&program).is_none() && !is_module(&program))
}

/// Whether a command runs what calls scripts.
pub fn calls_scripts(command: &str) -> bool {
    programs(command).any(|program| CALLERS.contains(&program.name.as_str()))
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
    let is_off = |words: &[String]| words[0] == "--noEmit" && words.get(1).is_none_or(|word| word != "false");
    let emits = |program: &Program| !(0..program.arguments.len()).any(|at| is_off(&program.arguments[at..]));
    programs(command).any(|program| is_compiler(&program) && emits(&program) || types(&program).is_none())
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

/// Whether a package is there to put versions into what is built, by its name.
pub fn may_read_versions(package: &str) -> bool {
    FEDERATING.contains(&package) || VERSION_PACKAGES.iter().any(|word| package.contains(word))
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
    // What these do is told by what they call.
    if CALLERS.contains(&program.name.as_str()) {
        return Some(Types::Unread);
    }
    BUILDERS.iter().find(|(name, _)| program.name == *name).map(|(_, types)| *types)
}

fn programs(command: &str) -> impl Iterator<Item = Program> {
    command::programs(command).into_iter()
}

#[cfg(test)]
mod tests;
