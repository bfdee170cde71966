//! Rules for members that run a process without a framework's build, and for folders that are served as they are.

use model::Framework;

use super::command::{self, Program};
use super::container::{self, Container};
use super::frameworks::HTTP;
use super::member::Member;
use super::{Answer, Kind};

/// What source text says where requests are answered without a library.
const LISTENING: [&str; 6] = ["createServer(", ".listen(", "Bun.serve(", "Deno.serve(", "serve({", "WebSocketServer("];

pub(super) fn nest(member: &Member<'_>) -> Option<Answer> {
    let has_nest = member.has("nest-cli.json") || member.owns("@nestjs/core");
    let build = member.build()?;
    let starts = ["start:prod", "start", "start:dev", "dev"].iter().any(|name| member.manifest.script(name).is_some());
    if !has_nest || !starts {
        return None;
    }
    let is_built = command::programs(&build).iter().any(|program| program.name == "nest");
    let main = main_text(member);
    if !is_built && main.is_none() && member.start().is_none() {
        return None;
    }
    let because = if member.has("nest-cli.json") { "NestJS: `nest-cli.json`" } else { "NestJS: `@nestjs/core`" };
    let (start, port) = match member.start() {
        Some((_, command, _)) => (command.clone(), command::port(&command)),
        None => ("node dist/main".to_owned(), None),
    };
    let answer = Answer {
        framework: Some(Framework::Nest),
        build: Some(build),
        start: Some(start),
        port,
        ..Answer::new(Kind::Server, because)
    };
    let Some(main) = main else { return Some(answer) };
    let has_server =
        main.contains("NestFactory.create(") || main.contains("NestFactory.create<") || main.contains(".listen(");
    Some(match (has_server, main) {
        (false, main)
            if main.contains("CommandFactory") || main.contains("CommandModule") || main.contains("nestjs-command") =>
        {
            let because = "it is a command-line program of NestJS";
            Answer { kind: Kind::NotServed, because: because.to_owned(), ..answer }
        }
        (false, main) if main.contains("createApplicationContext") || main.contains("createMicroservice") => {
            Answer { kind: Kind::Worker, because: format!("{because}, without HTTP"), ..answer }
        }
        _ => answer,
    })
}

pub(super) fn image_or_target(member: &Member<'_>) -> Option<Answer> {
    target(member).or_else(|| node_of_nx(member)).or_else(|| image(member))
}

/// A `start` target whose command runs a file.
fn target(member: &Member<'_>) -> Option<Answer> {
    let project = member.project.as_ref()?;
    let target = project.target("start").or_else(|| project.target("start:prod"))?;
    let command = target.command.as_deref()?;
    if command::programs(command).iter().any(Program::does_watch) || command::runtime(command).is_none() {
        return None;
    }
    let folder = target.option("cwd").map_or_else(|| format!("/{}", String::new()), |folder| member.from_root(folder));
    let start = match folder.as_str() {
        _ if folder.trim_matches('/') == member.from_workspace() => command.to_owned(),
        outside if outside.starts_with('/') => format!("cd {}. && {command}", member.to_root()),
        inside => format!("cd {inside} && {command}"),
    };
    let image = read_image(member);
    let port = command::port(command).or_else(|| image.as_ref().and_then(|(_, image)| image.port));
    let is_exposed = image.is_some_and(|(_, image)| image.is_exposed);
    let (kind, why) = serving(member, is_exposed);
    let because = format!("the target `{}` of Nx, and {why}", target.name);
    Some(Answer { build: built(member), start: Some(start), port, is_guess: true, ..Answer::new(kind, because) })
}

/// A program that Nx builds and starts by its own executors.
fn node_of_nx(member: &Member<'_>) -> Option<Answer> {
    let project = member.project.as_ref()?;
    let serve = project.target("serve").filter(|target| target.is_by(&["@nx/js", "@nx/node"]))?;
    let build = project.target("build")?;
    let name = project.name.clone().unwrap_or_else(|| member.folder_name().to_owned());
    let output = member.from_root(build.option("outputPath")?);
    let entry = build.option("outputFileName").map(str::to_owned).unwrap_or_else(|| {
        let main = build.option("main").and_then(|main| main.rsplit('/').next()).unwrap_or("main.ts");
        format!("{}.js", main.rsplit_once('.').map_or(main, |(stem, _)| stem))
    });
    let folder = match output.strip_prefix('/') {
        Some(outside) => format!("{}{outside}", member.to_root()),
        None => output,
    };
    let (kind, why) = serving(member, false);
    let because = format!("the target `serve` of Nx by `{}`, and {why}", serve.executor);
    let start = Some(format!("node {folder}/{entry}"));
    let build = Some(format!("nx run {name}:build"));
    Some(Answer { build, start, is_guess: true, ..Answer::new(kind, because) })
}

fn image(member: &Member<'_>) -> Option<Answer> {
    let (name, image) = read_image(member)?;
    let command = image.command.as_deref()?;
    let command = command::expand(member.manifest, command);
    let program = command::programs(&command).into_iter().rev().find(|program| program.entry().is_some())?;
    let (kind, why) = serving(member, image.is_exposed);
    let because = format!("its `{name}` runs `{}`, and {why}", program.name);
    let start = Some(in_folder(member, &image, &program));
    let answer = Answer { build: built(member), start, port: image.port, is_guess: true, ..Answer::new(kind, because) };
    Some(match makefile(member) {
        Some(makefile) if answer.build.is_none() => {
            let note = format!("only `{makefile}` builds it: `build` may have to say how");
            Answer { build: Some("make build".to_owned()), notes: vec![note], ..answer }
        }
        _ => answer,
    })
}

pub(super) fn start_script(member: &Member<'_>) -> Option<Answer> {
    let (name, command, _) = member.start()?;
    // Where a member is imported by others, starting it as well is for its developers.
    let (kind, why) = serving(member, false);
    if kind == Kind::Worker
        && (member.candidate.is_needed || !member.is_private() && member.manifest.field("main").is_some())
    {
        return None;
    }
    let because = format!("its script `{name}` runs a file, and {why}");
    let port = command::port(&command);
    Some(Answer { build: built(member), start: Some(command), port, ..Answer::new(kind, because) })
}

pub(super) fn http_entry(member: &Member<'_>) -> Option<Answer> {
    let library = member.needs_any(&HTTP)?;
    let has_exports = ["main", "exports"].iter().any(|field| member.manifest.field(field).is_some());
    if has_exports || member.candidate.is_needed || member.manifest.field("bin").is_some() {
        return None;
    }
    let (entry, _) = member
        .entries()
        .find(|(_, text)| LISTENING.iter().any(|word| text.contains(word)) || text.contains("export default"))?;
    let dev = ["dev", "start:dev", "start"].into_iter().find_map(|name| member.expanded(name));
    let runs_on_bun =
        dev.as_deref().is_some_and(|dev| command::programs(dev).iter().any(|program| program.name == "bun"));
    let start = format!("{} {entry}", if runs_on_bun { "bun" } else { "tsx" });
    let start = if entry.ends_with("js") && !runs_on_bun { format!("node {entry}") } else { start };
    let port = dev.as_deref().and_then(command::port);
    let because = format!("`{library}`, and `{entry}` that nobody imports");
    Some(Answer {
        build: built(member),
        start: Some(start),
        port,
        is_guess: true,
        ..Answer::new(Kind::Server, because)
    })
}

pub(super) fn preview(member: &Member<'_>) -> Option<Answer> {
    let (build, preview) = (member.build()?, member.expanded("preview")?);
    let has_exports = ["main", "exports", "module", "types"].iter().any(|field| member.manifest.field(field).is_some());
    if !member.is_private() || member.candidate.is_needed || has_exports {
        return None;
    }
    let because = format!("it has `build` and `preview` (`{preview}`), and nobody depends on it");
    Some(Answer { build: Some(build), is_guess: true, ..Answer::new(Kind::Static, because) })
}

pub(super) fn static_folder(member: &Member<'_>) -> Option<Answer> {
    if member.manifest.script("build").is_some() || member.candidate.is_needed {
        return None;
    }
    let folder = ["", "public", "site", "www", "static"].into_iter().find(|folder| {
        let page = if folder.is_empty() { "index.html".to_owned() } else { format!("{folder}/index.html") };
        member.has(&page)
    })?;
    let output = if folder.is_empty() { "." } else { folder };
    let page = if folder.is_empty() { "index.html".to_owned() } else { format!("{folder}/index.html") };
    let because = format!("`{page}`, and nothing to build");
    Some(Answer { output: Some(output.to_owned()), is_guess: true, ..Answer::new(Kind::Static, because) })
}

/// Whether a process answers requests, and what says so.
fn serving(member: &Member<'_>, is_exposed: bool) -> (Kind, String) {
    if is_exposed {
        return (Kind::Server, "its image exposes a port".to_owned());
    }
    if let Some(library) = member.needs_any(&HTTP) {
        return (Kind::Server, format!("it needs `{library}`"));
    }
    match member.entries().find(|(_, text)| LISTENING.iter().any(|word| text.contains(word))) {
        Some((entry, _)) => (Kind::Server, format!("`{entry}` listens")),
        None => (Kind::Worker, "nothing in it answers requests".to_owned()),
    }
}

/// Its build script, else what Nx builds it by.
fn built(member: &Member<'_>) -> Option<String> {
    member.build().or_else(|| {
        let project = member.project.as_ref()?;
        let target = project.target("build")?;
        let name = project.name.as_deref().or_else(|| member.manifest.text("name")).unwrap_or(member.folder_name());
        Some(target.command.clone().unwrap_or_else(|| format!("nx run {name}:build")))
    })
}

fn read_image(member: &Member<'_>) -> Option<(&'static str, Container)> {
    container::FILES.into_iter().find_map(|name| Some((name, container::read(member.text(name)?))))
}

/// The command of an image as it is run in the member's folder.
fn in_folder(member: &Member<'_>, image: &Container, program: &Program) -> String {
    let own = format!("{}/", member.from_workspace());
    let folder = format!("{}/", image.folder.trim_end_matches('/'));
    let inside = |word: &String| {
        if let Some(at) = word.find(&own).filter(|at| own.len() > 1 && (*at == 0 || word[..*at].ends_with('/'))) {
            return word[at + own.len()..].to_owned();
        }
        match word.strip_prefix(&folder) {
            Some(rest) if folder.len() > 1 => rest.to_owned(),
            _ => word.clone(),
        }
    };
    std::iter::once(program.name.clone()).chain(program.arguments.iter().map(inside)).collect::<Vec<_>>().join(" ")
}

fn makefile(member: &Member<'_>) -> Option<&'static str> {
    ["makefile", "Makefile", "GNUmakefile"].into_iter().find(|name| member.has(name))
}

/// The text of the file that a program of NestJS begins with.
fn main_text<'m>(member: &'m Member<'_>) -> Option<&'m str> {
    ["src/main.ts", "main.ts", "src/main.js"].into_iter().find_map(|name| member.text(name))
}
