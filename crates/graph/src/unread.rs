//! Files that no build reads unless something imports or names them: tests, stories, documents, and what configures editors,
//! forges, linters and test runners.

use model::{App, Framework};

use crate::detect::command::programs;
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

/// Folders at the top of the repository that tell programs which write code about it.
const AGENTS: [&str; 7] = [".agents", ".claude", ".codex", ".cursor", ".gemini", ".kiro", ".windsurf"];

/// Folders whose files are served as they are.
const SERVED: [&str; 2] = ["public", "static"];

/// What stands before the ending of a module that is no part of a build.
const MARKS: [&str; 10] =
    [".test", ".tests", ".spec", ".specs", ".stories", ".story", ".cy", ".e2e", ".e2e-spec", ".bench"];

/// Beginnings of the names of tools' configuration that changes nothing in what is built.
const TOOLS: [&str; 42] = [
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
    "lighthouserc",
    "size-limit",
    "dependency-cruiser",
    "jscpd",
    "ncurc",
    "syncpackrc",
    "oxfmtrc",
    "chromatic.config",
    "typedoc",
    "all-contributorsrc",
    "pre-commit-config",
    "attw",
];

/// Files that tell people and machines about a repository.
const ABOUT: [&str; 38] = [
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
    ".npmignore",
    ".nxignore",
    ".snyk",
    ".gitleaks.toml",
    ".hadolint.yaml",
    ".yamllint",
    ".sops.yaml",
    ".gitpod.yml",
    ".gitlab-ci.yml",
    ".travis.yml",
    ".envrc",
    ".mcp.json",
    ".cursorrules",
    ".windsurfrules",
    // It has versions of other tools as well, and counts by what the toolchain comes to.
    ".tool-versions",
    // It counts by what the lockfile comes to.
    "pnpm-workspace.yaml",
];

/// How the names of files end that show which variables there may be.
const EXAMPLES: [&str; 4] = [".example", ".sample", ".template", ".dist"];

/// Folders at the top of a member that hold what images of servers are made from, which no build reads.
const SERVING: [&str; 3] = ["nginx", "docker", ".docker"];

/// Configuration of servers, which stands at the top of a member or in such a folder.
const SERVERS: [&str; 3] = ["nginx.conf", "nginx.conf.template", "default.conf.template"];

/// The folder at the top of a repository that tells people about it.
const DOCUMENTATION: &str = "docs";

/// Endings of documents.
const DOCUMENTS: [&str; 4] = ["md", "mdx", "txt", "rst"];

/// Endings of what pages are made of besides documents.
/// Source: 11ty.dev, "Template Languages".
const TEMPLATES: [&str; 7] = [".html", ".njk", ".liquid", ".hbs", ".ejs", ".pug", ".webc"];

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
        || is_documentation(below)
        || ["CHANGELOG.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md"].contains(&name)
        || is_top && (is_about(below) || is_document(below))
}

/// Whether a file that no member owns tells programs that write code about the repository, and is read by no build that is not
/// told of it.
pub fn is_of_agents(below: &str) -> bool {
    let top = below.split('/').next().unwrap_or(below);
    AGENTS.contains(&top) || ["AGENTS.md", "CLAUDE.md"].contains(&below.rsplit('/').next().unwrap_or(below))
}

fn is_test(below: &str) -> bool {
    let (folders, name) = below.rsplit_once('/').unwrap_or(("", below));
    let top = folders.split('/').next().unwrap_or_default();
    // Descriptions of interfaces and the like may lie there, which builds read.
    let is_of_tests = TOP_FOLDERS.contains(&top) && Language::of(name).is_some() && !is_served(folders);
    is_of_tests || marked(below).is_some()
}

/// Whether what lies in a folder is served, whatever it is called.
fn is_served(folders: &str) -> bool {
    folders.split('/').any(|part| SERVED.contains(&part))
}

/// The marks that a text holds.
pub fn marks_in(text: &str) -> impl Iterator<Item = &'static str> {
    let all = || FOLDERS.into_iter().chain(MARKS);
    let rests = text.match_indices(['.', '_']).map(|(at, _)| &text[at..]);
    // Behind such a mark the name ends, or an ending follows.
    let is_whole = |rest: &str| !rest.starts_with(|char: char| char.is_alphanumeric() || "_-".contains(char));
    let is_held = move |rest: &str, mark: &str| rest.strip_prefix(mark).is_some_and(is_whole);
    let held = rests.flat_map(move |rest| all().filter(move |mark| is_held(rest, mark)));
    let names_documentation = text.contains(DOCUMENTATION) && text.split('/').any(|part| part == DOCUMENTATION);
    held.chain(names_documentation.then_some(DOCUMENTATION))
}

/// The mark of a file that no member owns, by its path below the root.
pub fn marked_of_nobody(below: &str) -> Option<&'static str> {
    marked(below).or_else(|| is_documentation(below).then_some(DOCUMENTATION))
}

/// Whether a file that no member owns is a part of the repository's documentation.
fn is_documentation(below: &str) -> bool {
    below.strip_prefix(DOCUMENTATION).is_some_and(|rest| rest.starts_with('/'))
}

/// What stands in the path of a file and tells by itself that no build reads it, by its path below what owns it.
pub fn marked(below: &str) -> Option<&'static str> {
    let (folders, name) = below.rsplit_once('/').unwrap_or(("", below));
    if is_served(folders) {
        return None;
    }
    if let Some(folder) = FOLDERS.into_iter().find(|folder| folders.split('/').any(|part| part == *folder)) {
        return Some(folder);
    }
    // A page or a route is one whatever it is called.
    let is_page = folders.split('/').any(|part| part == "pages" || part == "routes");
    let is_in = |mark: &str| name.split('.').skip(1).any(|part| part == &mark[1..]);
    let mark = MARKS.into_iter().find(|mark| is_in(mark)).filter(|_| name.matches('.').count() > 1);
    // Data and documents may be called so by chance, but for documents that show components.
    let is_told = || match Language::of(name) {
        Some(Language::Page) => [".stories.", ".story."].iter().any(|mark| name.contains(mark)),
        Some(language) => language.is_compiled() && !name.ends_with(".html"),
        None => false,
    };
    mark.filter(|_| !is_page && is_told())
}

/// Whether a file at the top of a member or of the repository is about it, or configures what changes no build.
fn is_about(name: &str) -> bool {
    ABOUT.contains(&name)
        || ["LICENSE", "docker-compose", "Dockerfile"].iter().any(|begin| name.starts_with(begin))
        || name.ends_with(".dockerfile")
        || is_example(name)
        || configures_checks(name)
}

/// Whether a file at the top of the repository configures what only checks, such as a linter.
pub fn configures_checks(below: &str) -> bool {
    let plain = below.trim_start_matches('.');
    // A linter's may be linked to under a name that says where it lies.
    !below.contains('/') && (TOOLS.iter().any(|tool| plain.starts_with(tool)) || below.contains(".eslint.config."))
}

/// Whether a file shows which variables there may be, with none of their values.
pub fn is_example(name: &str) -> bool {
    name.starts_with(".env") && EXAMPLES.iter().any(|end| name.ends_with(end))
}

fn is_document(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    DOCUMENTS.contains(&ending.as_str())
}

/// Whether a document at the top of a package is about the package, and no page.
fn is_document_about(name: &str) -> bool {
    is_document(name) && name.split('.').next().is_some_and(|stem| stem == stem.to_ascii_uppercase())
}

/// Whether a file of a member is a script beside its sources, by its path below the member.
pub fn is_script(below: &str) -> bool {
    below.starts_with("scripts/")
}

#[cfg(test)]
mod tests;
