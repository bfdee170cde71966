//! Rules for members that run a process without a framework's build, and for folders that are served as they are.

use model::Framework;

use super::command::{self, Program};
use super::container::{self, Container};
use super::frameworks::HTTP;
use super::makefile;
use super::member::Member;
use super::nx::{self, Bundle, Target};
use super::unserved;
use super::{Answer, Kind};

/// What source text says where requests are answered without a library.
const LISTENING: [&str; 7] =
    ["createServer(", ".listen(", "Bun.serve(", "Deno.serve(", "serve({", "new WebSocketServer(", "@hono/node-server"];

/// What a module holds that is the default of it.
const EXPORTING: &str = "export default";

/// What a program of NestJS holds that serves, that takes commands, and that waits for messages.
const NEST_SERVERS: [&str; 3] = ["NestFactory.create(", "NestFactory.create<", ".listen("];
const NEST_COMMANDS: [&str; 3] = ["CommandFactory", "CommandModule", "nestjs-command"];
const NEST_WORKERS: [&str; 2] = ["createApplicationContext", "createMicroservice"];

/// Words of a path that say that what is there is started, and not imported.
const PROCESSES: [&str; 12] = [
    "app",
    "service",
    "server",
    "worker",
    "workflow",
    "backend",
    "bot",
    "cron",
    "queue",
    "consumer",
    "job",
    "scheduler",
];

/// Those of them that work through what waits, rather than answer.
const WORKERS: [&str; 7] = ["worker", "workflow", "cron", "queue", "consumer", "job", "scheduler"];

/// Ports of mail servers: who listens there is sent no requests.
const MAIL_PORTS: [u16; 4] = [25, 465, 587, 2525];

/// Programs, each with its first word, that start servers for production which are written for them.
const STARTERS: [(&str, &str); 12] = [
    ("strapi", "start"),
    ("medusa", "start"),
    ("keystone", "start"),
    ("directus", "start"),
    ("fastify", "start"),
    ("waku", "start"),
    ("blitz", "start"),
    ("moleculer-runner", ""),
    ("mastra", "start"),
    ("rw", "serve"),
    ("modern", "serve"),
    ("mesh", "start"),
];

/// Programs that serve a folder as it is.
const FOLDER_SERVERS: [&str; 4] = ["serve", "http-server", "sirv", "live-server"];

/// Programs that make files to be started of sources.
const COMPILERS: [&str; 6] = ["tsc", "tsup", "tsdown", "esbuild", "swc", "unbuild"];

/// Packages whose presence says that a member's own folder is made by something, and not served as it is.
const BUNDLERS: [&str; 7] = ["vite", "webpack", "parcel", "esbuild", "rollup", "@rspack/core", "@rsbuild/core"];

/// Plugins of Vite that make pages without an `index.html`.
const PAGE_MAKERS: [&str; 5] = ["vike", "vite-plugin-ssr", "vite-ssg", "vite-react-ssg", "vituum"];

/// Libraries that draw pages in a browser.
const RENDERERS: [&str; 8] = ["react-dom", "vue", "svelte", "preact", "solid-js", "@angular/core", "lit", "inferno"];

pub(super) fn nest(member: &Member<'_>) -> Option<Answer> {
    let has_nest = member.has("nest-cli.json") || member.owns("@nestjs/core");
    let starts = ["start:prod", "start", "start:dev", "dev"].iter().any(|name| member.manifest.script(name).is_some());
    let build = member.build().filter(|_| has_nest && starts)?;
    let main = main_text(member);
    let is_built = command::programs(&build).iter().any(|program| program.name == "nest");
    if !is_built && main.is_none() && member.start().is_none() {
        return None;
    }
    let because = if member.has("nest-cli.json") { "NestJS: `nest-cli.json`" } else { "NestJS: `@nestjs/core`" };
    let start = member.start().map_or_else(|| "node dist/main".to_owned(), |(_, command, _)| command);
    let answer = Answer { framework: Some(Framework::Nest), ..Answer::new(Kind::Server, because) };
    let answer = answer.built(build).started(start);
    // What is started may be no server: a program of commands, or one that waits for messages.
    let main = main.unwrap_or_default();
    let has_server = NEST_SERVERS.iter().any(|call| main.contains(call));
    let says = |words: &[&str]| !has_server && words.iter().any(|word| main.contains(word));
    if says(&NEST_COMMANDS) {
        return Some(Answer::unserved("it is a command-line program of NestJS"));
    }
    if says(&NEST_WORKERS) {
        return Some(Answer { kind: Kind::Worker, ..answer }.because("without HTTP"));
    }
    Some(answer)
}

pub(super) fn image_or_target(member: &Member<'_>) -> Option<Answer> {
    let answer = target(member).or_else(|| node_of_nx(member)).or_else(|| image(member))?;
    // A start script that runs the same file leaves nothing to ask.
    let entry = |command: &str| Some(command::runtime(command)?.entry()?.trim_start_matches("./").to_owned());
    let says_same =
        member.start().and_then(|(_, command, _)| entry(&command)) == answer.start.as_deref().and_then(entry);
    Some(Answer { is_guess: !says_same, ..answer })
}

/// A `start` target of Nx whose command runs a file.
fn target(member: &Member<'_>) -> Option<Answer> {
    let project = member.project.as_ref()?;
    let target = project.target("start:prod").or_else(|| project.target("start"))?;
    let command = in_folder_of(member, target)?;
    if command::programs(&command).iter().any(Program::does_watch) || command::runtime(&command).is_none() {
        return None;
    }
    let image = read_image(member).map(|(_, image)| image).unwrap_or_default();
    let (kind, why) = serving(member, image.is_exposed);
    let answer = Answer::new(kind, format!("the target `{}` of Nx, and {why}", target.name)).started(command);
    Some(Answer { build: built(member), port: answer.port.or(image.port), ..answer })
}

/// A program that Nx builds and starts by its own executors, or bundles by a configuration that says so.
fn node_of_nx(member: &Member<'_>) -> Option<Answer> {
    let project = member.project.as_ref()?;
    let serve = project.target("serve").filter(|target| target.is_by(&["@nx/js", "@nx/node"]));
    let bundle = Bundle::of(member).filter(|bundle| bundle.is_for_node);
    let build = project.target("build");
    let said = build.and_then(|build| build.option("outputPath").or(build.output()).map(|path| member.of_root(path)));
    let bundled = || bundle.as_ref().and_then(|bundle| bundle.output.clone());
    let output = match serve {
        Some(_) => said.or_else(bundled)?,
        None => bundled()?,
    };
    let folder = match output.strip_prefix('/') {
        Some(outside) => format!("{}{outside}", member.to_root()),
        None if output.is_empty() => ".".to_owned(),
        None => output,
    };
    let entry = build.and_then(|build| {
        let main = || build.option("main")?.rsplit('/').next();
        let named = || main().map(|main| format!("{}.js", main.rsplit_once('.').map_or(main, |(stem, _)| stem)));
        build.option("outputFileName").map(str::to_owned).or_else(named)
    });
    let entry = entry.or(bundle.as_ref().map(|bundle| bundle.entry.clone())).unwrap_or_else(|| "main.js".to_owned());
    let (kind, why) = serving(member, false);
    let is_nest = main_text(member).is_some_and(|main| main.contains("NestFactory"));
    let by = match (serve, &bundle) {
        (Some(serve), _) => format!("the target `serve` of Nx by `{}`", serve.executor),
        (None, Some(bundle)) => format!("`{}` bundles it for Node.js", bundle.file),
        (None, None) => return None,
    };
    let answer = Answer::new(kind, format!("{by}, and {why}")).started(format!("node {folder}/{entry}"));
    let build = built(member).or_else(|| bundle.map(|_| nx::run_build(member)));
    Some(Answer { framework: is_nest.then_some(Framework::Nest), build, ..answer })
}

/// An image whose last stage runs a file.
fn image(member: &Member<'_>) -> Option<Answer> {
    let (name, image) = read_image(member)?;
    let command = command::expand(member.manifest, image.command.as_deref()?);
    let programs = command::programs(&command);
    let program = programs.iter().rev().find(|program| program.entry().is_some())?;
    let (kind, why) = serving(member, image.is_exposed);
    let answer = Answer::new(kind, format!("its `{name}` runs `{}`, and {why}", program.name));
    let answer = answer.started(in_own_folder(member, &image, program));
    let answer = if programs.len() > 1 { answer.noted(format!("its `{name}` runs more: `{command}`")) } else { answer };
    let answer = Answer { build: built(member), port: image.port.or(answer.port), ..answer };
    Some(if answer.build.is_none() { with_makefile(member, answer) } else { answer })
}

/// Built as its makefile says it, and started so if that says it as well.
fn with_makefile(member: &Member<'_>, answer: Answer) -> Answer {
    let files = makefile::FILES.into_iter();
    let Some((name, text)) = files.filter_map(|name| Some((name, member.text(name)?))).next() else { return answer };
    let Some(build) = makefile::recipe(text, "build") else { return answer };
    let start = ["start", "prod", "production", "serve", "run"].into_iter().find_map(|target| {
        let commands = makefile::recipe(text, target)?;
        commands.lines().find(|command| command::runtime(command).is_some()).map(str::to_owned)
    });
    let is_plain = !build.contains(['$', '%', '<']) && !build.is_empty();
    let build = if is_plain { build.lines().collect::<Vec<_>>().join(" && ") } else { "make build".to_owned() };
    let answer = answer.built(build).noted(format!("only `{name}` says how it is built"));
    match start {
        Some(start) => Answer { port: command::port(&start).or(answer.port), start: Some(start), ..answer },
        None => answer,
    }
}

pub(super) fn start_script(member: &Member<'_>) -> Option<Answer> {
    if let Some(answer) = started_by_program(member) {
        return Some(answer);
    }
    let (name, command, _) = member.start()?;
    let (kind, why) = serving(member, false);
    // Where a member is imported by others, starting it as well is for its developers, unless it says "production".
    let is_library = member.candidate.is_needed || member.is_publishable() && member.is_imported();
    if kind == Kind::Worker && is_library && !name.contains(":prod") {
        return None;
    }
    let answer = Answer::new(kind, format!("its script `{name}` runs a file, and {why}")).started(command);
    Some(Answer { build: built(member), ..answer })
}

/// A server that a program of its own starts: `strapi start`.
fn started_by_program(member: &Member<'_>) -> Option<Answer> {
    let name = ["start:prod", "start", "serve"].into_iter().find(|name| member.manifest.script(name).is_some())?;
    let command = member.expanded(name)?;
    let is_starter = |program: &Program| {
        STARTERS.iter().any(|(name, word)| program.name == *name && (word.is_empty() || program.word() == *word))
    };
    let program = command::programs(&command).into_iter().find(is_starter)?;
    let answer = Answer::new(Kind::Server, format!("its script `{name}` runs `{}`", program.name)).started(command);
    Some(Answer { build: built(member), ..answer })
}

pub(super) fn entry_file(member: &Member<'_>) -> Option<Answer> {
    let is_for_another = unserved::purpose(member).is_some();
    if is_for_another || member.is_imported() || member.is_publishable() && member.needs_any(&HTTP).is_none() {
        return None;
    }
    let dev = ["dev", "start:dev", "start"].into_iter().find_map(|name| member.expanded(name)).unwrap_or_default();
    let dev_programs = command::programs(&dev);
    let on_bun = dev_programs.iter().any(|program| program.name == "bun");
    let on_srvx = member.owns("srvx");
    // What is only exported is for a host that calls it. Bun and srvx do.
    let exports = |text: &str| (on_bun || on_srvx) && text.contains(EXPORTING);
    let library = member.needs_any(&HTTP);
    let found = || member.entries().find(|(_, text)| library.is_some() && (does_listen(text) || exports(text)));
    // What developers start is what runs; else a file of a usual name that listens.
    let started = dev_programs.iter().find_map(Program::file).map(|file| file.trim_start_matches("./").to_owned());
    let started = started.filter(|file| unserved::test_or_tool(file).is_none());
    let entry = started.or_else(|| found().map(|(entry, _)| entry))?;
    let text = member.text(&entry).unwrap_or_default();
    let (kind, why) = match library {
        Some(library) => (Kind::Server, format!("`{library}`")),
        None if does_listen(text) => (Kind::Server, "it listens".to_owned()),
        None if is_process(member) && member.needs_any(&RENDERERS).is_none() => {
            (Kind::Worker, "its path is one of processes".to_owned())
        }
        None => return None,
    };
    let build = built(member);
    let programs = build.as_deref().map(command::programs).unwrap_or_default();
    let is_compiled = programs.iter().any(|program| COMPILERS.contains(&program.name.as_str()));
    let stem = entry.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("index", |(stem, _)| stem);
    let runner = ["tsx", "ts-node"].into_iter().find(|runner| member.depends(runner)).unwrap_or("node");
    let start = match (on_bun, is_compiled, entry.ends_with("js")) {
        (true, ..) => format!("bun {entry}"),
        _ if on_srvx && !does_listen(text) => format!("srvx --prod --entry {entry}"),
        (_, true, false) => format!("node dist/{stem}.js"),
        (_, _, true) => format!("node {entry}"),
        _ => format!("{runner} {entry}"),
    };
    let answer = Answer::new(kind, format!("`{entry}`, which nobody imports, and {why}")).started(start);
    Some(Answer { build, port: command::port(&dev), is_guess: true, ..answer })
}

pub(super) fn preview(member: &Member<'_>) -> Option<Answer> {
    let build = member.build().filter(|_| !member.is_imported() && unserved::purpose(member).is_none())?;
    // Of what Vite builds another rule knows the pages; what is left has none, unless a plugin makes them.
    let by_vite = command::programs(&build).iter().any(|program| program.name == "vite");
    let has_no_pages = by_vite && member.owns_any(&PAGE_MAKERS).is_none();
    let answer = served_folder(member).or_else(|| {
        let is_for_browsers = || member.needs_any(&RENDERERS).is_some() && member.entries().next().is_some();
        let because = match member.expanded("preview") {
            _ if has_no_pages || member.is_publishable() => return None,
            Some(preview) => format!("it has `build` and `preview` (`{preview}`), and nobody depends on it"),
            None if is_for_browsers() => "it builds something for a browser, and nobody depends on it".to_owned(),
            None => return None,
        };
        Some(Answer::new(Kind::Static, because))
    })?;
    Some(Answer { is_guess: true, ..answer.built(build) })
}

/// A folder that a script serves as it is: `serve -s build`.
fn served_folder(member: &Member<'_>) -> Option<Answer> {
    let (name, program) = ["start:prod", "start", "serve", "preview"].into_iter().find_map(|name| {
        let programs = command::programs(&member.expanded(name)?);
        let program = programs.into_iter().find(|program| FOLDER_SERVERS.contains(&program.name.as_str()))?;
        Some((name, program))
    })?;
    let is_folder = |word: &&&String| !word.starts_with('-') && !word.contains(':') && word.parse::<u16>().is_err();
    let folder = program.arguments.iter().find(|word| is_folder(&word)).map_or(".", String::as_str);
    let answer = Answer::new(Kind::Static, format!("its script `{name}` serves the folder `{folder}`"));
    Some(Answer { output: member.output(folder), port: program.port(), ..answer })
}

pub(super) fn static_folder(member: &Member<'_>) -> Option<Answer> {
    let is_built = member.manifest.script("build").is_some()
        || member.owns_any(&BUNDLERS).is_some()
        || member.configuration_name("vite.config").is_some()
        || member.project.as_ref().is_some_and(|project| project.target("build").is_some());
    if is_built || member.candidate.is_needed {
        return None;
    }
    let page = |folder: &str| if folder.is_empty() { "index.html".to_owned() } else { format!("{folder}/index.html") };
    let folder = ["", "public", "site", "www", "static"].into_iter().find(|folder| member.has(&page(folder)))?;
    let output = if folder.is_empty() { "." } else { folder }.to_owned();
    let answer = Answer::new(Kind::Static, format!("`{}`, and nothing to build", page(folder)));
    Some(Answer { output: Some(output), is_guess: true, ..answer })
}

/// Whether a process answers requests, and what says so.
fn serving(member: &Member<'_>, is_exposed: bool) -> (Kind, String) {
    if is_exposed {
        return (Kind::Server, "its image exposes a port".to_owned());
    }
    if let Some(library) = member.needs_any(&HTTP) {
        return (Kind::Server, format!("it needs `{library}`"));
    }
    // Who takes mail listens as well, but not for requests.
    let takes_mail = member.needs_any(&["smtp-server"]).is_some();
    match member.entries().find(|(_, text)| !takes_mail && does_listen(text)) {
        Some((entry, _)) => (Kind::Server, format!("`{entry}` listens")),
        // Its requests may be answered by a package of the workspace; pages are made for somebody.
        None => match member.needs_any(&RENDERERS).filter(|_| !takes_mail && !is_called(member, &WORKERS)) {
            Some(renderer) => (Kind::Server, format!("it makes pages with `{renderer}`")),
            None => (Kind::Worker, "nothing in it answers requests".to_owned()),
        },
    }
}

/// Whether the last two folders of its path are those of something that runs.
fn is_process(member: &Member<'_>) -> bool {
    is_called(member, &PROCESSES)
}

/// Whether the last two folders of its path hold one of these words, or its plural.
fn is_called(member: &Member<'_>, names: &[&str]) -> bool {
    let path = member.folder();
    let mut words = path.rsplit('/').take(2).flat_map(|part| part.split(['-', '_', '.']));
    words.any(|word| names.contains(&word) || word.strip_suffix('s').is_some_and(|word| names.contains(&word)))
}

/// Which words a text holds by which the rules tell what begins in it.
pub(super) fn words_of_entry(text: &str) -> Vec<bool> {
    let words = LISTENING.iter().chain(&NEST_SERVERS).chain(&NEST_COMMANDS).chain(&NEST_WORKERS).chain([&EXPORTING]);
    words.map(|word| text.contains(word)).collect()
}

fn does_listen(text: &str) -> bool {
    LISTENING.iter().any(|word| text.contains(word))
}

/// Its build script, else what Nx builds it by.
fn built(member: &Member<'_>) -> Option<String> {
    member.build().or_else(|| {
        let project = member.project.as_ref()?;
        let target = project.target("build")?;
        in_folder_of(member, target).or_else(|| Some(nx::run_build(member)))
    })
}

/// The command of a target as it is run from the member's folder: Nx runs it in `cwd`, else in the workspace's root.
fn in_folder_of(member: &Member<'_>, target: &Target) -> Option<String> {
    let command = target.command.as_deref()?;
    let folder = target.option("cwd").map_or_else(|| "/".to_owned(), |folder| member.of_root(folder));
    Some(match folder.strip_prefix('/') {
        Some(outside) if outside == member.folder() => command.to_owned(),
        Some(outside) => match format!("{}{outside}", member.to_root()).trim_end_matches('/') {
            "" => command.to_owned(),
            folder => format!("cd {folder} && {command}"),
        },
        None => format!("cd {folder} && {command}"),
    })
}

fn read_image(member: &Member<'_>) -> Option<(&'static str, Container)> {
    let (name, text) = container::FILES.into_iter().find_map(|name| Some((name, member.text(name)?)))?;
    let image = container::read(text);
    let is_mail = image.port.is_some_and(|port| MAIL_PORTS.contains(&port));
    Some((name, if is_mail { Container { is_exposed: false, ..image } } else { image }))
}

/// The command of an image as it is run in the member's folder, which is somewhere below the image's.
fn in_own_folder(member: &Member<'_>, image: &Container, program: &Program) -> String {
    let own = format!("{}/", member.folder());
    let folder = format!("{}/", image.folder.trim_end_matches('/'));
    let inside = |word: &String| {
        let own_at = word.find(&own).filter(|at| own.len() > 1 && (*at == 0 || word[..*at].ends_with('/')));
        match (own_at, word.strip_prefix(&folder)) {
            (Some(at), _) => word[at + own.len()..].to_owned(),
            (None, Some(rest)) if folder.len() > 1 => rest.to_owned(),
            _ => word.clone(),
        }
    };
    let words: Vec<String> =
        std::iter::once(program.name.clone()).chain(program.arguments.iter().map(inside)).collect();
    words.join(" ")
}

/// The text of the file that a program of NestJS begins with.
fn main_text<'m>(member: &'m Member<'_>) -> Option<&'m str> {
    ["src/main.ts", "main.ts", "src/main.js"].into_iter().find_map(|name| member.text(name))
}
