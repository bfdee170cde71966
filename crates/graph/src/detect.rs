//! The rules that say what a member of a workspace is: an app, how it is built and started, or why it is not served.
//!
//! [`RULES`] is tried in order and the first that knows an answer ends it. A rule reads the member's manifest, its
//! files' names and a few files as data; it executes nothing, and takes what depends on the environment for unknown.
//! What a build leaves and a start does corrects the findings later.

use model::{Framework, RepoPath, Serving};

use crate::discover;
use crate::files::Files;
use crate::manifest::Manifest;

pub mod command;

pub mod container;

mod makefile;

pub mod nx;

mod member;

mod unserved;

mod frameworks;

mod sites;

mod servers;

use command::Program;
use member::Member;

/// What is known of a member before the rules are asked.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// Its folder, relative to the repository.
    pub path: &'a RepoPath,
    /// The folder of its workspace's root.
    pub root: &'a RepoPath,
    /// Its manifest; an empty one if it has none, as projects of Nx.
    pub manifest: &'a Manifest,
    /// The manifest of its workspace's root.
    pub root_manifest: &'a Manifest,
    /// The files of the commit.
    pub files: &'a dyn Files,
    /// Whether another member depends on it.
    pub is_needed: bool,
    /// Whether it is the root of a workspace with other members, and so an app only by a framework's own file.
    pub is_workspace_root: bool,
}

/// What the rules say of a member.
#[derive(Clone, Debug)]
pub struct Finding {
    /// How it is served, if it is.
    pub kind: Kind,
    /// The rule that said so.
    pub rule: &'static Rule,
    /// The framework. If it is known and there is no `start`, what the build leaves decides how it is started.
    pub framework: Option<Framework>,
    /// The shell command that builds it, in its folder.
    pub build: Option<String>,
    /// The shell command that starts it, in its folder.
    pub start: Option<String>,
    /// The folder that its build makes, relative to its own; with a leading `/` to the workspace's root.
    pub output: Option<String>,
    /// The port that its commands, its image or its own script fix.
    pub port: Option<u16>,
    /// The path prefix that is written literally in its configuration; with a leading and without a trailing `/`.
    pub base_path: Option<String>,
    /// Why, for a person: "`next.config.mjs`", "it is a library: nothing to start".
    pub because: String,
    /// Whether a person should be asked.
    pub is_guess: bool,
    /// Whether it runs on Bun.
    pub needs_bun: bool,
    /// Files of variables that its commands name, relative to its folder: an absent one must be there, if empty.
    pub env_files: Vec<String>,
    /// What a person should know besides.
    pub notes: Vec<String>,
}

/// How a member is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A process of its own answers requests.
    Server,
    /// The edge answers from its files.
    Static,
    /// A process of its own runs, and nobody sends it requests.
    Worker,
    /// It could be served from its files, if somebody wants that: a Storybook.
    OptionalStatic,
    /// It is not served.
    NotServed,
}

impl Kind {
    /// How it is served unless somebody says otherwise.
    pub fn serving(self) -> Option<Serving> {
        match self {
            Kind::Server => Some(Serving::Server),
            Kind::Static => Some(Serving::Static),
            Kind::Worker => Some(Serving::Worker),
            Kind::OptionalStatic | Kind::NotServed => None,
        }
    }
}

/// A rule.
pub struct Rule {
    /// Its place among the rules, from 1.
    pub number: u8,
    /// Its name.
    pub name: &'static str,
    /// What it looks at, for a person.
    pub says: &'static str,
    /// When it is asked.
    asked: Asked,
    ask: fn(&Member<'_>) -> Option<Answer>,
}

/// When a rule is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// Of every member.
    Always,
    /// Not of the root of a workspace, where scripts, images and dependencies are about all members, nor of a
    /// member that somebody declares an app: it says only that a member is not meant to be one.
    UnlessDeclared,
    /// Not of the root of a workspace.
    UnlessRoot,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.number, self.name)
    }
}

/// What a rule answers.
#[derive(Clone, Debug)]
struct Answer {
    kind: Kind,
    framework: Option<Framework>,
    build: Option<String>,
    start: Option<String>,
    output: Option<String>,
    port: Option<u16>,
    base_path: Option<String>,
    because: String,
    is_guess: bool,
    notes: Vec<String>,
}

impl Answer {
    fn new(kind: Kind, because: impl Into<String>) -> Answer {
        Answer {
            kind,
            framework: None,
            build: None,
            start: None,
            output: None,
            port: None,
            base_path: None,
            because: because.into(),
            is_guess: false,
            notes: Vec::new(),
        }
    }

    fn unserved(because: impl Into<String>) -> Answer {
        Answer::new(Kind::NotServed, because)
    }

    /// Built by a command.
    fn built(self, build: String) -> Answer {
        Answer { build: Some(build), ..self }
    }

    /// Started by a command, with the port that it fixes.
    fn started(self, start: String) -> Answer {
        Answer { port: command::port(&start), start: Some(start), ..self }
    }

    /// With another reason behind its first.
    fn because(self, more: &str) -> Answer {
        Answer { because: format!("{}; {more}", self.because), ..self }
    }

    /// With a note.
    fn noted(mut self, note: impl Into<String>) -> Answer {
        self.notes.push(note.into());
        self
    }

    /// Started as its framework says, unless its start script runs a file that is not what the framework left.
    fn started_by_framework(self, member: &Member<'_>, runner: &str, left: &[&str]) -> Answer {
        let answer = Answer { port: member.fixed_port(), ..self };
        let Some((name, command, program)) = member.start() else { return answer };
        let programs = command::programs(&command);
        let is_framework = |program: &Program| program.name == runner || program.name == "serve";
        let entry = program.entry().unwrap_or_default().trim_start_matches("./");
        let is_left = |file: &&str| {
            entry == *file || entry.ends_with(&format!("/{file}")) || file.ends_with('/') && command.contains(*file)
        };
        if programs.iter().any(is_framework) || left.iter().any(is_left) {
            let does_more = programs.len() > 1;
            return if does_more {
                answer.noted(format!("its script `{name}` does more: `{command}`"))
            } else {
                answer
            };
        }
        let note = format!("it is started by its own script `{name}`, not by the framework");
        Answer { start: Some(command), ..answer }.noted(note)
    }
}

macro_rules! rules {
    ($(($number:literal, $name:literal, $asked:ident, $ask:path, $says:literal),)*) => {
        [$(Rule { number: $number, name: $name, says: $says, asked: Asked::$asked, ask: $ask },)*]
    };
}

/// The rules in order.
#[rustfmt::skip]
pub static RULES: [Rule; 24] = rules![
    (1, "test-or-tool", UnlessDeclared, unserved::test_or_tool_member,
        "a folder on its way, or a word of its own name, is of tests, examples or tools"),
    (2, "command-line", UnlessDeclared, unserved::command_line,
        "`bin` in a manifest that is not private; an editor's or a forge's extension"),
    (3, "desktop", UnlessRoot, unserved::desktop,
        "Electron; a `src-tauri` folder; the folder that a `tauri.conf.json` names"),
    (4, "mobile-or-extension", UnlessRoot, unserved::mobile_or_extension,
        "Expo or React Native without pages; a browser extension; documents that somebody else hosts"),
    (5, "storybook", UnlessRoot, sites::storybook,
        "`build` makes a Storybook"),
    (6, "next", Always, frameworks::next,
        "`next.config.*`, or Next.js and `next build`"),
    (7, "nuxt", Always, frameworks::nuxt,
        "`nuxt.config.*`"),
    (8, "react-router", Always, frameworks::react_router,
        "`react-router.config.*`, or `@react-router/dev` and `react-router build`"),
    (9, "remix", Always, frameworks::remix,
        "`@remix-run/dev`"),
    (10, "published-library", UnlessDeclared, unserved::published_library,
        "`exports` in a manifest that is not private"),
    (11, "nitro", Always, frameworks::nitro,
        "TanStack Start, Solid Start, Vinxi or Nitro"),
    (12, "astro", Always, frameworks::astro,
        "`astro.config.*`; the adapter says how it runs"),
    (13, "sveltekit", Always, frameworks::svelte_kit,
        "`svelte.config.*` and SvelteKit; the adapter says how it runs"),
    (14, "other-runtime", UnlessRoot, unserved::other_runtime,
        "the configuration of another host's runtime: Cloudflare, Deno, functions, infrastructure"),
    (15, "site-generator", Always, sites::site_generator,
        "Docusaurus, VitePress, Gatsby, Create React App, Angular, Eleventy and the like"),
    (16, "nest", UnlessRoot, servers::nest,
        "NestJS with `build` and a start script"),
    (17, "vite", Always, sites::vite,
        "an `index.html` that Vite builds, and that is no library"),
    (18, "bundler", Always, sites::bundler,
        "Rsbuild, or webpack or Rspack with a plugin that makes pages"),
    (19, "image-or-target", UnlessRoot, servers::image_or_target,
        "a `start` target of Nx, or an image in its folder that runs Node.js or Bun"),
    (20, "start-script", UnlessRoot, servers::start_script,
        "`start:prod`, else `start`, else `serve`, that runs a file and does not watch"),
    (21, "entry-file", UnlessRoot, servers::entry_file,
        "an HTTP library, or a place where processes are, and a file that developers start and nobody imports"),
    (22, "preview", UnlessRoot, servers::preview,
        "a private member with `build` and `preview` that nobody depends on"),
    (23, "static-folder", UnlessRoot, servers::static_folder,
        "an `index.html` that needs no build"),
    (24, "library", Always, unserved::library,
        "everything else"),
];

/// Says what a member is.
pub fn detect(candidate: &Candidate<'_>) -> Finding {
    ask(candidate, |rule| rule.asked == Asked::Always || !candidate.is_workspace_root)
}

/// Says how a member is built and started that somebody declares an app.
pub fn detect_declared(candidate: &Candidate<'_>) -> Finding {
    ask(candidate, |rule| rule.asked != Asked::UnlessDeclared)
}

/// Whether the rules, or the finder of workspaces, read a file's text; `holds` says whether there is another file.
pub fn is_read(path: &str, holds: impl Fn(&str) -> bool) -> bool {
    discover::is_read(path) || member::is_read(path, holds)
}

/// Whether a program of a member may begin in a file of this name. The rules read nothing of such a file but the words that
/// [`words_of_entry`] tells.
pub fn is_entry(name: &str) -> bool {
    member::is_entry(name)
}

/// Which words a text holds by which the rules tell what begins in it.
pub fn words_of_entry(text: &str) -> Vec<bool> {
    servers::words_of_entry(text)
}

/// The word of a path that says that what is there tests, shows or makes something: `examples` of `examples/shop`,
/// `e2e` of `apps/shop-e2e`.
pub fn test_or_tool(path: &str) -> Option<&str> {
    unserved::test_or_tool(path)
}

fn ask(candidate: &Candidate<'_>, is_asked: impl Fn(&Rule) -> bool) -> Finding {
    let member = Member::of(candidate);
    let answered = RULES.iter().filter(|rule| is_asked(rule)).find_map(|rule| Some((rule, (rule.ask)(&member)?)));
    let (rule, answer) = answered.expect("the last rule is about everything");
    let commands = || answer.build.iter().chain(&answer.start);
    let mut env_files: Vec<String> = Vec::new();
    for file in commands().flat_map(|command| command::env_files(command)) {
        if !env_files.contains(&file) {
            env_files.push(file);
        }
    }
    let needs_bun = |command: &String| command::programs(command).iter().any(|program| program.needs_bun);
    Finding {
        needs_bun: answer.kind.serving().is_some() && commands().any(needs_bun),
        env_files,
        kind: answer.kind,
        rule,
        framework: answer.framework,
        build: answer.build,
        start: answer.start,
        output: answer.output,
        port: answer.port,
        base_path: answer.base_path.or_else(|| member.literal_base_path()),
        because: answer.because,
        is_guess: answer.is_guess,
        notes: answer.notes,
    }
}

#[cfg(test)]
mod tests;
