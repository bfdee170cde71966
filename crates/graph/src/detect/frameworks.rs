//! Rules for members that a framework, a site generator or a bundler with pages builds.

use model::Framework;

use super::command::{self, Program};
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

/// Generators of sites: what must be there, the program and word that build, and what that leaves.
struct Generator {
    framework: Framework,
    name: &'static str,
    /// Configuration files before their ending; one is enough.
    configurations: &'static [&'static str],
    /// Programs of a build script, each with its first word; one is enough.
    programs: &'static [(&'static str, &'static str)],
    /// What builds without a script.
    build: &'static str,
    output: &'static str,
    /// Options of the program that name another output.
    options: &'static [&'static str],
    /// Where its configuration holds the base path.
    base: &'static str,
}

#[rustfmt::skip]
const GENERATORS: [Generator; 10] = [
    Generator {
        framework: Framework::Docusaurus, name: "Docusaurus", configurations: &["docusaurus.config"],
        programs: &[("docusaurus", "build")], build: "docusaurus build", output: "build", options: &["--out-dir"], base: "baseUrl",
    },
    Generator {
        framework: Framework::VitePress, name: "VitePress", configurations: &[".vitepress/config"],
        programs: &[("vitepress", "build")], build: "vitepress build", output: ".vitepress/dist", options: &["--outDir"], base: "base",
    },
    Generator {
        framework: Framework::VitePress, name: "VuePress", configurations: &[".vuepress/config"],
        programs: &[("vuepress", "build")], build: "vuepress build", output: ".vuepress/dist", options: &["-d", "--dest"], base: "base",
    },
    Generator {
        framework: Framework::Gatsby, name: "Gatsby", configurations: &["gatsby-config"],
        programs: &[("gatsby", "build")], build: "gatsby build", output: "public", options: &[], base: "",
    },
    Generator {
        framework: Framework::CreateReactApp, name: "Create React App", configurations: &[],
        programs: &[("react-scripts", "build"), ("craco", "build"), ("react-app-rewired", "build")],
        build: "react-scripts build", output: "build", options: &[], base: "",
    },
    Generator {
        framework: Framework::Angular, name: "Angular", configurations: &[],
        programs: &[("ng", "build"), ("ng", "b")], build: "ng build", output: "", options: &["--output-path"], base: "",
    },
    Generator {
        framework: Framework::Eleventy, name: "Eleventy", configurations: &[".eleventy", "eleventy.config"],
        programs: &[("eleventy", "")], build: "eleventy", output: "_site", options: &["--output"], base: "",
    },
    Generator {
        framework: Framework::Bundler, name: "Vue CLI", configurations: &[],
        programs: &[("vue-cli-service", "build")], build: "vue-cli-service build", output: "dist", options: &["--dest"], base: "",
    },
    Generator {
        framework: Framework::Bundler, name: "Parcel", configurations: &[],
        programs: &[("parcel", "build")], build: "parcel build", output: "dist", options: &["--dist-dir", "-d"], base: "",
    },
    Generator {
        framework: Framework::Bundler, name: "Rspress", configurations: &["rspress.config"],
        programs: &[("rspress", "build")], build: "rspress build", output: "doc_build", options: &[], base: "base",
    },
];

pub(super) fn storybook(member: &Member<'_>) -> Option<Answer> {
    let build = member.build()?;
    let programs = command::programs(&build);
    let program = programs.iter().find(|program| {
        program.is("storybook", "build") || program.is("sb", "build") || program.name == "build-storybook"
    })?;
    let output = program.option(&["-o", "--output-dir"]).unwrap_or("storybook-static").to_owned();
    Some(
        Answer {
            framework: Some(Framework::Storybook),
            output: member.output(&output),
            ..Answer::new(Kind::OptionalStatic, "it is a Storybook, served only if somebody wants it")
        }
        .built(build),
    )
}

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
    let script = configuration.map(|(_, script)| script).unwrap_or_default();
    let is_exported = script.text("output") == Some("export");
    let build = build.filter(|_| is_built || member.manifest.script("build").is_some());
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
    // What it extends has a configuration as well, but nothing that builds it.
    if !member.owns("nuxt") && member.manifest.script("build").is_none() && member.candidate.is_needed {
        return None;
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
    let script = configuration.map(|(_, script)| script).unwrap_or_default();
    let folder = script.text("buildDirectory").unwrap_or("build");
    let answer = Answer {
        framework: Some(Framework::ReactRouter),
        base_path: member::base_path(script.at("basename")),
        ..Answer::new(Kind::Server, because)
    };
    let answer = answer.built(build);
    match script.at("ssr").and_then(Value::as_bool) {
        Some(false) => {
            let output = member.output(&format!("{folder}/client"));
            return Some(Answer { kind: Kind::Static, output, ..answer }.because("without a server: `ssr: false`"));
        }
        None if script.at("ssr") == Some(&Value::Unknown) => {
            return Some(
                answer.noted("whether it has a server depends on its environment: `ssr`").started_by_framework(
                    member,
                    "react-router-serve",
                    &["build/server/"],
                ),
            );
        }
        _ => {}
    }
    if let Some(reason) = elsewhere(member, &["@react-router/node", "@react-router/serve", "@react-router/express"]) {
        return Some(Answer { kind: Kind::NotServed, ..answer }.because(reason));
    }
    Some(answer.started_by_framework(member, "react-router-serve", &["build/server/"]))
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
    let script = vite.map(|(_, script)| script).unwrap_or_default();
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
    let script = configuration.map(|(_, script)| script).unwrap_or_default();
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
            answer.started_by_framework(member, "astro", &["dist/server/", "server/entry"])
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
            let output = option("out").unwrap_or("build").to_owned();
            answer.started_by_framework(member, "vite", &[output.as_str()])
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

pub(super) fn site_generator(member: &Member<'_>) -> Option<Answer> {
    let build = member.build();
    let programs = build.as_deref().map(command::programs).unwrap_or_default();
    if let Some(target) = target_by(member, &["@angular-devkit/build-angular", "@angular/build", "@nx/angular"]) {
        return angular_of_nx(member, target);
    }
    GENERATORS.iter().find_map(|generator| {
        let script = build.as_deref().and_then(|_| {
            let is_own = |program: &&Program| {
                generator
                    .programs
                    .iter()
                    .any(|(name, word)| program.name == *name && (word.is_empty() || program.word() == *word))
            };
            programs.iter().find(is_own)
        });
        let folders = ["", "docs/", "src/"];
        let stems = generator.configurations.iter();
        let found = stems.flat_map(|stem| folders.map(|folder| (folder, format!("{folder}{stem}"))));
        let found = found.filter_map(|(folder, stem)| Some((folder, member.configuration(&stem)?))).next();
        // VitePress and others of a folder below are built only if a script says so.
        let is_found = found.as_ref().is_some_and(|(folder, _)| folder.is_empty() && build.is_none());
        if script.is_none() && !is_found && !(found.is_some() && generator.framework == Framework::Docusaurus) {
            return None;
        }
        let because = match (&found, script) {
            (Some((folder, (name, _))), _) => {
                format!("{}: `{folder}{}`", generator.name, name.trim_start_matches(folder))
            }
            (None, Some(program)) => format!("{}: `{} {}`", generator.name, program.name, program.word()),
            (None, None) => return None,
        };
        let settings = found.as_ref().map(|(_, (_, script))| script.clone()).unwrap_or_default();
        let folder = match (script, generator.framework) {
            (Some(program), Framework::VitePress) => vitepress_folder(program),
            _ => String::new(),
        };
        let chosen = script.and_then(|program| program.option(generator.options));
        let own = ["outDir", "outputPath"].iter().find_map(|key| settings.text(key));
        let output = match (chosen.or(own), generator.framework) {
            (Some(output), _) => member.output(output),
            (None, Framework::Angular) => angular_output(member),
            (None, _) => member.output(&format!("{folder}{}", generator.output)),
        };
        let base_path = match generator.framework {
            Framework::CreateReactApp => member.manifest.text("homepage").and_then(homepage),
            _ if generator.base.is_empty() => None,
            _ => member::base_path(settings.at(generator.base)),
        };
        let option =
            script.and_then(|program| program.option(&["--base", "--base-href"])).and_then(member::base_path_of);
        let answer = Answer {
            framework: Some(generator.framework),
            output,
            base_path: option.or(base_path),
            ..Answer::new(Kind::Static, because)
        };
        Some(answer.built(build.clone().unwrap_or_else(|| generator.build.to_owned())))
    })
}

pub(super) fn vite(member: &Member<'_>) -> Option<Answer> {
    let build = member.build();
    let programs = build.as_deref().map(command::programs).unwrap_or_default();
    let called = programs.iter().find(|program| program.name == "vite" && matches!(program.word(), "build" | ""));
    let called = called.or_else(|| {
        programs.iter().find(|program| program.name == "vite" && program.arguments.iter().any(|word| word == "build"))
    });
    let target = target_by(member, &["@nx/vite"]);
    let chosen = called
        .and_then(|program| program.option(&["-c", "--config"]))
        .map(|name| name.trim_start_matches("./").to_owned());
    let configuration = match chosen {
        Some(name) => member.script(&name).map(|script| (name, script)),
        None => member.configuration("vite.config"),
    };
    if called.is_none() && target.is_none() && !(build.is_none() && member.is_of_nx() && configuration.is_some()) {
        return None;
    }
    let script = configuration.as_ref().map(|(_, script)| script.clone()).unwrap_or_default();
    if matches!(script.at("build.lib"), Some(Value::Table(_)))
        || member.project.as_ref().is_some_and(|project| project.is_library)
    {
        return None;
    }
    let root = called.map(Program::word).filter(|word| *word != "build").filter(|word| !word.is_empty());
    let root = root.or_else(|| {
        called.and_then(|program| {
            program.arguments.iter().filter(|word| !word.starts_with('-')).nth(1).map(String::as_str)
        })
    });
    let root = script.text("root").or(root.filter(|root| member.has(&format!("{root}/index.html")))).unwrap_or(".");
    let page = page(member, root)?;
    let base = called.and_then(|program| program.option(&["--base"])).and_then(member::base_path_of);
    let answer = Answer {
        framework: Some(Framework::Vite),
        base_path: base.or_else(|| member::base_path(script.at("base"))),
        ..Answer::new(Kind::Static, format!("Vite: `{page}`"))
    };
    let output = called.and_then(|program| program.option(&["--outDir"])).or_else(|| script.text("build.outDir"));
    let inside = output.map_or_else(|| format!("{root}/dist"), |output| format!("{root}/{output}"));
    let (build, output) = match (build, target) {
        (Some(build), _) if called.is_some() => (build, member.output(&inside)),
        (_, Some(target)) => vite_of_nx(member, target, output.map(|_| inside.as_str())),
        (build, None) => (build.unwrap_or_else(|| "vite build".to_owned()), member.output(&inside)),
    };
    let answer = answer.built(build);
    // A server of its own serves the pages: then its start script runs a file.
    if let (Some((name, command, _)), Some(library)) = (member.start(), member.needs_any(&HTTP)) {
        let because = format!("Vite with a server of its own: `{library}` and the script `{name}`");
        let start = Some(command.clone());
        return Some(Answer { kind: Kind::Server, start, port: command::port(&command), because, ..answer });
    }
    Some(Answer { output, ..answer })
}

pub(super) fn bundler(member: &Member<'_>) -> Option<Answer> {
    let build = member.build()?;
    let programs = command::programs(&build);
    let program = programs
        .iter()
        .find(|program| ["rsbuild", "webpack", "rspack", "webpack-cli"].contains(&program.name.as_str()))?;
    let is_rsbuild = program.name == "rsbuild";
    let chosen = program.option(&["-c", "--config"]).map(|name| name.trim_start_matches("./").to_owned());
    let stems = ["rsbuild.config", "webpack.config", "rspack.config", "webpack.prod", "webpack.config.prod"];
    let name = chosen.or_else(|| stems.into_iter().find_map(|stem| member.configuration_name(stem)));
    let text = name.as_deref().and_then(|name| member.text(name)).unwrap_or_default();
    let makes_pages = ["HtmlWebpackPlugin", "HtmlRspackPlugin", "html-webpack-plugin", "HtmlBundlerPlugin"];
    let makes_pages =
        is_rsbuild || makes_pages.iter().any(|plugin| text.contains(plugin)) || member.owns("html-webpack-plugin");
    if !makes_pages || member.start().is_some() && member.needs_any(&HTTP).is_some() {
        return None;
    }
    let script = name.as_deref().and_then(|name| member.script(name)).unwrap_or_default();
    let output = program
        .option(&["--output-path"])
        .or_else(|| script.text("output.path"))
        .or_else(|| script.text("output.distPath.root"));
    let base = script.at("server.base").or_else(|| script.at("output.publicPath"));
    let because = name.map_or_else(|| format!("`{}`", program.name), |name| format!("pages by `{name}`"));
    let answer = Answer {
        framework: Some(Framework::Bundler),
        base_path: member::base_path(base),
        output: member.output(output.unwrap_or("dist")),
        ..Answer::new(Kind::Static, because)
    };
    Some(answer.built(build.clone()))
}

/// The page that Vite begins with.
fn page(member: &Member<'_>, root: &str) -> Option<String> {
    let root = root.trim_start_matches("./").trim_end_matches('/');
    let own = if matches!(root, "" | ".") { "index.html".to_owned() } else { format!("{root}/index.html") };
    member.has(&own).then_some(own)
}

/// The plain command that a target of Nx for Vite stands for, and where its files go.
fn vite_of_nx(member: &Member<'_>, target: &Target, configured: Option<&str>) -> (String, Option<String>) {
    let mut build = "vite build".to_owned();
    if let Some(mode) = target.option("mode") {
        build.push_str(&format!(" --mode {mode}"));
    }
    let Some(output) = target.option("outputPath") else {
        let output = configured.and_then(|output| member.output(output)).or_else(|| member.output("dist"));
        return (build, output);
    };
    let output = member.from_root(output);
    let relative = match output.strip_prefix('/') {
        Some(outside) => format!("{}{outside}", member.to_root()),
        None => output.clone(),
    };
    build.push_str(&format!(" --outDir {relative} --emptyOutDir"));
    (build, Some(output))
}

fn angular_of_nx(member: &Member<'_>, target: &Target) -> Option<Answer> {
    let project = member.project.as_ref()?;
    if !project.is_application {
        return None;
    }
    let name = project.name.clone().unwrap_or_else(|| member.folder_name().to_owned());
    let output = target.option("outputPath").map(|path| member.from_root(path));
    let answer = Answer {
        framework: Some(Framework::Angular),
        base_path: target.option("baseHref").and_then(member::base_path_of),
        output,
        ..Answer::new(Kind::Static, format!("Angular: `{}`", target.executor))
    };
    Some(answer.built(format!("nx run {name}:{}", target.name)))
}

fn angular_output(member: &Member<'_>) -> Option<String> {
    let script = member.script("angular.json")?;
    let (name, project) = script.at("projects")?.entries().next()?;
    let options = project.at("architect.build.options").or_else(|| project.at("targets.build.options"));
    let said = options.and_then(|options| options.at("outputPath"));
    let said = said.and_then(|said| said.as_text().or_else(|| said.at("base")?.as_text()));
    member.output(said.unwrap_or(&format!("dist/{name}")))
}

/// The folder that `vitepress build docs` names.
fn vitepress_folder(program: &Program) -> String {
    let words: Vec<&String> = program.arguments.iter().filter(|word| !word.starts_with('-')).collect();
    match words.get(1).map(|word| word.trim_matches('/').trim_start_matches("./")) {
        None | Some("." | "") => String::new(),
        Some(folder) => format!("{folder}/"),
    }
}

/// The path of `homepage`, of which Create React App takes what follows the host.
fn homepage(text: &str) -> Option<String> {
    let path = match text.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => text,
    };
    member::base_path_of(path).filter(|path| !path.is_empty())
}

/// A target that builds by one of these plugins.
fn target_by<'m>(member: &'m Member<'_>, plugins: &[&str]) -> Option<&'m Target> {
    let project = member.project.as_ref()?;
    project.target("build").filter(|target| target.is_by(plugins) && target.executor.ends_with(|_: char| true)).filter(
        |target| {
            let action = target.executor.rsplit(':').next().unwrap_or_default();
            matches!(
                action,
                "build" | "application" | "browser" | "browser-esbuild" | "webpack-browser" | "build-angular"
            )
        },
    )
}

/// A plugin of a Vite configuration, by the module that its function comes from: what it is given.
fn plugin<'s>(script: &'s Script, module: &str) -> Option<&'s Value> {
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

impl Answer {
    /// Built by a command.
    fn built(self, build: String) -> Answer {
        Answer { build: Some(build), ..self }
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
        let port = member.fixed_port();
        let answer = Answer { port, ..self };
        let Some((name, command, program)) = member.start() else { return answer };
        let programs = command::programs(&command);
        let is_framework =
            |program: &Program| program.name == runner || program.is("next", "start") || program.name == "serve";
        let entry = program.entry().unwrap_or_default();
        let is_left = left.iter().any(|folder| entry.trim_start_matches("./").contains(folder));
        if programs.iter().any(is_framework) || is_left {
            return answer;
        }
        let note = format!("it is started by its own script `{name}`, not by the framework");
        Answer { start: Some(command), ..answer }.noted(note)
    }
}
