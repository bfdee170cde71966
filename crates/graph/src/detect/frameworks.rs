//! Rules for members that a framework builds which has a server, or can have one.

use model::Framework;

use super::command;
use super::member::{self, Member};
use super::nx::Target;
use super::unserved;
use super::{Answer, Kind};
use crate::script::{Script, Value};

/// Libraries that answer HTTP requests.
pub(super) const HTTP: [&str; 25] = [
    "express",
    "fastify",
    "koa",
    "hono",
    "@hono/node-server",
    "@nestjs/core",
    "@nestjs/platform-express",
    "@nestjs/platform-fastify",
    "elysia",
    "@hocuspocus/server",
    "socket.io",
    "ws",
    "apollo-server",
    "apollo-server-express",
    "@apollo/server",
    "graphql-yoga",
    "mercurius",
    "@hapi/hapi",
    "polka",
    "h3",
    "restify",
    "@feathersjs/express",
    "@adonisjs/core",
    "@trpc/server/adapters/standalone",
    "@effect/platform-node",
];

pub(super) fn next(member: &Member<'_>) -> Option<Answer> {
    let configuration = member.configuration("next.config");
    let build = member.build();
    let is_built = build.as_deref().is_some_and(|build| command::runs(build, "next", "build"));
    let target = target_by(member, &["@nx/next"]);
    let because = match (&configuration, is_built && member.depends("next"), target) {
        (Some((name, _)), _, _) => format!("Next.js: `{name}`"),
        (None, true, _) => "Next.js: `next build`".to_owned(),
        (None, false, Some(target)) => format!("Next.js: `{}`", target.executor),
        (None, false, None) => return None,
    };
    let script = configuration.map_or_else(Script::absent, |(_, script)| script);
    let is_exported = script.text("output") == Some("export");
    let answer = Answer {
        framework: Some(Framework::Next),
        base_path: member::base_path(script.at("basePath")),
        output: is_exported.then(|| member.output(script.text("distDir").unwrap_or("out"))).flatten(),
        ..Answer::new(if is_exported { Kind::Static } else { Kind::Server }, because)
    };
    let answer = answer.built(build.unwrap_or_else(|| "next build".to_owned()));
    Some(if is_exported { answer } else { answer.started_by_framework(member, "next", &[".next/"]) })
}

pub(super) fn nuxt(member: &Member<'_>) -> Option<Answer> {
    let (name, script) = member.configuration("nuxt.config")?;
    if !["nuxt", "nuxt3", "nuxt-edge", "nuxt-nightly"].iter().any(|name| member.depends(name)) {
        return None;
    }
    // A layer has a configuration as well, and scripts for its developers, but others extend it.
    let main = member.manifest.text("main").unwrap_or_default();
    let is_started = member.start().is_some();
    if !is_started && (member.candidate.is_needed || main.contains("nuxt.config")) {
        return Some(Answer::unserved(format!("it is a layer of other Nuxt apps: `{name}`, and others depend on it")));
    }
    let build = member.build_or("nuxt build");
    let is_generated = command::programs(&build).iter().any(|program| {
        matches!(program.name.as_str(), "nuxt" | "nuxi")
            && (program.word() == "generate" || program.arguments.iter().any(|word| word == "--prerender"))
    });
    let answer = Answer {
        framework: Some(Framework::Nuxt),
        base_path: member::base_path(script.at("app.baseURL")),
        output: is_generated.then(|| ".output/public".to_owned()),
        ..Answer::new(if is_generated { Kind::Static } else { Kind::Server }, format!("Nuxt: `{name}`"))
    };
    let answer = answer.built(build);
    Some(if is_generated { answer } else { answer.started_by_framework(member, "nuxt", &[".output/"]) })
}

pub(super) fn react_router(member: &Member<'_>) -> Option<Answer> {
    let configuration = member.configuration("react-router.config");
    let build = member.build_or("react-router build");
    let is_built = command::runs(&build, "react-router", "build");
    let because = match &configuration {
        Some((name, _)) => format!("React Router: `{name}`"),
        None if member.owns("@react-router/dev") && is_built => "React Router: `@react-router/dev`".to_owned(),
        None => return None,
    };
    let script = configuration.map_or_else(Script::absent, |(_, script)| script);
    let folder = script.text("buildDirectory").unwrap_or("build");
    let answer = Answer {
        framework: Some(Framework::ReactRouter),
        base_path: member::base_path(script.at("basename")),
        ..Answer::new(Kind::Server, because)
    };
    let answer = answer.built(build);
    if script.at("ssr").and_then(Value::as_bool) == Some(false) {
        let output = member.output(&format!("{folder}/client"));
        return Some(Answer { kind: Kind::Static, output, ..answer }.because("without a server: `ssr: false`"));
    }
    if let Some(reason) = elsewhere(member, &["@react-router/node", "@react-router/serve", "@react-router/express"]) {
        return Some(Answer { kind: Kind::NotServed, ..answer }.because(reason));
    }
    let answer = match script.at("ssr") {
        Some(Value::Unknown) => answer.noted("whether it has a server depends on its environment: `ssr`"),
        _ => answer,
    };
    Some(answer.started_by_framework(member, "react-router-serve", &["build/server/index.js"]))
}

pub(super) fn remix(member: &Member<'_>) -> Option<Answer> {
    if !member.owns("@remix-run/dev") {
        return None;
    }
    let build = member.build();
    let is_built = build.as_deref().is_some_and(|build| {
        let mut programs = command::programs(build).into_iter();
        programs.any(|program| program.name == "remix" || program.name == "vite" || program.name == "remix-serve")
    });
    let vite = member.configuration("vite.config");
    let has_plugin = vite.as_ref().is_some_and(|(_, script)| script.does_import("@remix-run/dev"));
    if !is_built && !has_plugin && member.configuration_name("remix.config").is_none() {
        return None;
    }
    let script = vite.map_or_else(Script::absent, |(_, script)| script);
    let plugin = plugin(&script, "@remix-run/dev");
    let own = if has_plugin { "remix vite:build" } else { "remix build" };
    let answer = Answer {
        framework: Some(Framework::Remix),
        base_path: plugin.and_then(|plugin| member::base_path(plugin.at("basename"))),
        ..Answer::new(Kind::Server, "Remix: `@remix-run/dev`")
    };
    let answer = answer.built(build.unwrap_or_else(|| own.to_owned()));
    if plugin.and_then(|plugin| plugin.at("ssr")?.as_bool()) == Some(false) {
        let output = Some("build/client".to_owned());
        return Some(Answer { kind: Kind::Static, output, ..answer }.because("without a server: `ssr: false`"));
    }
    if let Some(reason) = elsewhere(member, &["@remix-run/node", "@remix-run/serve", "@remix-run/express"]) {
        return Some(Answer { kind: Kind::NotServed, ..answer }.because(reason));
    }
    Some(answer.started_by_framework(member, "remix-serve", &["build/index.js", "build/server/index.js"]))
}

pub(super) fn nitro(member: &Member<'_>) -> Option<Answer> {
    let names = [
        "@tanstack/react-start",
        "@tanstack/solid-start",
        "@tanstack/vue-start",
        "@tanstack/start",
        "@solidjs/start",
        "@analogjs/platform",
        "vinxi",
        "nitro",
        "nitropack",
    ];
    let name = member.owns_any(&names)?;
    let configuration =
        ["vite.config", "app.config", "nitro.config"].into_iter().find_map(|stem| member.configuration(stem));
    let build = member.build();
    let is_built = build.as_deref().is_some_and(|build| {
        let programs = command::programs(build);
        programs.iter().any(|program| ["vite", "vinxi", "nitro", "nitropack", "ng"].contains(&program.name.as_str()))
    });
    // Nitro needs no configuration.
    let is_nitro = |program: &command::Program| matches!(program.name.as_str(), "nitro" | "nitropack" | "vinxi");
    let configuration = configuration.or_else(|| {
        let programs = build.as_deref().map(command::programs)?;
        programs.iter().any(is_nitro).then(|| ("package.json".to_owned(), Script::default()))
    });
    // A library for one of these depends on it as well.
    let (file, script) = configuration.filter(|_| is_built || (build.is_none() && member.is_of_nx()))?;
    if script.at("build.lib").is_some_and(|library| matches!(library, Value::Table(_))) {
        return None;
    }
    let answer = Answer {
        framework: Some(Framework::Nitro),
        base_path: member::base_path(script.at("base")).or_else(|| member::base_path(script.at("server.baseURL"))),
        ..Answer::new(Kind::Server, format!("`{name}` and `{file}`"))
    };
    let answer = answer.built(build.unwrap_or_else(|| "vite build".to_owned()));
    let uses_nitro = script.does_import("nitro")
        || script.does_import("@tanstack/nitro")
        || name.starts_with("nitro")
        || member.owns("nitro");
    if script.does_import("@cloudflare/vite-plugin") || script.does_import("@netlify/vite-plugin") {
        if !uses_nitro {
            let because = "it is built for another host: its configuration imports that host's plugin";
            return Some(Answer { kind: Kind::NotServed, ..answer }.because(because));
        }
        let note = format!("`{file}` can also build for another host: a variable may have to say which");
        return Some(answer.noted(note).started_by_framework(member, "srvx", &[".output/"]));
    }
    Some(answer.started_by_framework(member, "srvx", &[".output/"]))
}

pub(super) fn astro(member: &Member<'_>) -> Option<Answer> {
    let configuration = member.configuration("astro.config");
    let build = member.build();
    let is_built = build.as_deref().is_some_and(|build| command::runs(build, "astro", "build"));
    let because = match &configuration {
        Some((name, _)) if member.depends("astro") => format!("Astro: `{name}`"),
        None if is_built => "Astro: `astro build`".to_owned(),
        _ => return None,
    };
    let script = configuration.map_or_else(Script::absent, |(_, script)| script);
    let answer = Answer {
        framework: Some(Framework::Astro),
        base_path: member::base_path(script.at("base")),
        ..Answer::new(Kind::Server, because)
    };
    let answer = answer.built(build.unwrap_or_else(|| "astro build".to_owned()));
    let output = member.output(script.text("outDir").unwrap_or("dist"));
    let adapter = match script.at("adapter") {
        None | Some(Value::Nothing) => None,
        Some(Value::Call { callee, .. }) => Some(script.module_of(callee).unwrap_or(callee).to_owned()),
        // Which one depends on the environment: Node.js can be it if it is there.
        Some(_) if script.does_import("@astrojs/node") => Some("@astrojs/node".to_owned()),
        Some(_) => script
            .imports
            .values()
            .find(|module| module.contains("adapter") || module.starts_with("@astrojs/"))
            .cloned(),
    };
    Some(match adapter.as_deref() {
        None => Answer { kind: Kind::Static, output, ..answer },
        Some(adapter) if adapter.contains("@astrojs/node") => {
            answer.started_by_framework(member, "astro", &["dist/server/entry.mjs"])
        }
        Some(adapter) => Answer { kind: Kind::NotServed, ..answer }
            .because(&format!("its adapter builds for another host: `{adapter}`")),
    })
}

pub(super) fn svelte_kit(member: &Member<'_>) -> Option<Answer> {
    let (name, script) = member.configuration("svelte.config").or_else(|| member.configuration("vite.config"))?;
    let has_pages = member.has("src/app.html") || member.below().any(|path| path.starts_with("src/routes/"));
    if !member.depends("@sveltejs/kit") || !has_pages {
        return None;
    }
    let build = member.build_or("vite build");
    if !command::programs(&build).iter().any(|program| program.name == "vite" || program.name == "svelte-kit") {
        return None;
    }
    let answer = Answer {
        framework: Some(Framework::SvelteKit),
        base_path: member::base_path(script.at("kit.paths.base")),
        ..Answer::new(Kind::Server, format!("SvelteKit: `{name}`"))
    };
    let answer = answer.built(build);
    let call = match script.at("kit.adapter") {
        Some(Value::Call { callee, arguments }) => Some((script.module_of(callee).unwrap_or(callee), arguments)),
        _ => None,
    };
    let adapter = call.map(|(module, _)| module.to_owned()).or_else(|| {
        let mut modules = script.imports.values().filter(|module| module.contains("adapter-"));
        modules
            .find(|module| module.contains("adapter-node"))
            .or_else(|| script.imports.values().find(|module| module.contains("adapter-")))
            .cloned()
    });
    let option = |key: &str| {
        let arguments = call.map(|(_, arguments)| arguments)?;
        arguments.first()?.at(key)?.as_text()
    };
    Some(match adapter.as_deref().unwrap_or_default() {
        adapter if adapter.contains("adapter-static") => {
            let output = member.output(option("pages").unwrap_or("build"));
            Answer { kind: Kind::Static, output, ..answer }.because("its adapter makes files")
        }
        adapter if adapter.contains("adapter-node") => {
            let output = option("out").unwrap_or("build").trim_start_matches("./").trim_end_matches('/');
            answer.started_by_framework(member, "vite", &[output, &format!("{output}/index.js")])
        }
        adapter if adapter.contains("adapter-cloudflare") || adapter.contains("adapter-netlify") => {
            let because = format!("its adapter builds for another host: `{adapter}`");
            Answer { kind: Kind::NotServed, ..answer }.because(&because)
        }
        adapter => {
            let note = if adapter.is_empty() {
                "it names no adapter".to_owned()
            } else {
                format!("its adapter `{adapter}` leaves no server")
            };
            let answer =
                answer.noted(format!("{note}: it is started by `vite preview`; `@sveltejs/adapter-node` is faster"));
            Answer { is_guess: true, ..answer }
        }
    })
}

/// A `build` target of Nx that makes an application by one of these plugins.
pub(super) fn target_by<'m>(member: &'m Member<'_>, plugins: &[&str]) -> Option<&'m Target> {
    let actions = ["build", "application", "browser", "browser-esbuild", "webpack-browser"];
    let target = member.project.as_ref()?.target("build").filter(|target| target.is_by(plugins))?;
    target.executor.rsplit(':').next().is_some_and(|action| actions.contains(&action)).then_some(target)
}

/// A plugin of a Vite configuration, by the module that its function comes from: what it is given.
pub(super) fn plugin<'s>(script: &'s Script, module: &str) -> Option<&'s Value> {
    let plugins = script.at("plugins")?.as_list()?;
    plugins.iter().find_map(|plugin| match plugin {
        Value::Call { callee, arguments } if script.module_of(callee) == Some(module) => arguments.first(),
        _ => None,
    })
}

/// Why a member that could have a server of Node.js has none: it is written for another runtime only.
fn elsewhere(member: &Member<'_>, node: &[&'static str]) -> Option<&'static str> {
    let is_for_node = member.owns_any(node).is_some() || member.start().is_some();
    let other = [
        "@react-router/cloudflare",
        "@remix-run/cloudflare",
        "@remix-run/deno",
        "@react-router/architect",
        "@remix-run/architect",
    ];
    let imports =
        |stem: &str, module: &str| member.configuration(stem).is_some_and(|(_, script)| script.does_import(module));
    if imports("vite.config", "@cloudflare/vite-plugin") || (unserved::cloudflare(member).is_some() && !is_for_node) {
        return Some("its server runs on Cloudflare Workers");
    }
    member.owns_any(&other).filter(|_| !is_for_node).map(|_| "its server is written for another host only")
}
