//! Rules for members that leave nothing but files: site generators, Vite and other bundlers, Storybook.

use model::Framework;

use super::command::{self, Program};
use super::frameworks::{HTTP, plugin, target_by};
use super::member::{self, Member};
use super::nx::{self, Bundle, Target};
use super::{Answer, Kind};
use crate::script::{Script, Value};

/// Plugins that make pages; a configuration that names one says that its output is no library.
const PAGE_PLUGINS: [&str; 4] = ["HtmlWebpackPlugin", "HtmlRspackPlugin", "html-webpack-plugin", "HtmlBundlerPlugin"];

/// Configuration files of bundlers, before their ending.
const BUNDLER_CONFIGURATIONS: [&str; 5] =
    ["rsbuild.config", "webpack.config", "rspack.config", "webpack.prod", "webpack.config.prod"];

/// Generators of sites: what must be there, the program and word that build, and what that leaves.
struct Generator {
    framework: Framework,
    name: &'static str,
    /// Configuration files before their ending; one is enough.
    configurations: &'static [&'static str],
    /// Programs of a build script, each with its first word; one is enough.
    programs: &'static [(&'static str, &'static str)],
    /// What builds where no script says it.
    build: &'static str,
    output: &'static str,
    /// Options of the program that name another output.
    options: &'static [&'static str],
    /// Where its configuration holds the base path.
    base: &'static str,
}

#[rustfmt::skip]
const GENERATORS: [Generator; 16] = [
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
    Generator {
        framework: Framework::Bundler, name: "Sanity", configurations: &[],
        programs: &[("sanity", "build")], build: "sanity build", output: "dist", options: &[], base: "",
    },
    Generator {
        framework: Framework::Bundler, name: "Umi", configurations: &[],
        programs: &[("umi", "build"), ("max", "build"), ("dumi", "build")], build: "umi build", output: "dist", options: &[], base: "",
    },
    Generator {
        framework: Framework::Bundler, name: "Ember", configurations: &[],
        programs: &[("ember", "build")], build: "ember build", output: "dist", options: &["--output-path", "-o"], base: "",
    },
    Generator {
        framework: Framework::Bundler, name: "Quasar", configurations: &[],
        programs: &[("quasar", "build")], build: "quasar build", output: "dist/spa", options: &[], base: "",
    },
    Generator {
        framework: Framework::Bundler, name: "Slidev", configurations: &[],
        programs: &[("slidev", "build")], build: "slidev build", output: "dist", options: &["--out", "-o"], base: "",
    },
    Generator {
        framework: Framework::Bundler, name: "Zudoku", configurations: &[],
        programs: &[("zudoku", "build")], build: "zudoku build", output: "dist", options: &[], base: "",
    },
];

pub(super) fn storybook(member: &Member<'_>) -> Option<Answer> {
    let is_named = member.folder_name().contains("storybook");
    let build = member.build();
    let other =
        || ["build-storybook", "storybook:build"].iter().find_map(|name| member.expanded(name)).filter(|_| is_named);
    let build = build.or_else(other)?;
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

pub(super) fn site_generator(member: &Member<'_>) -> Option<Answer> {
    if let Some(target) = target_by(member, &["@angular-devkit/build-angular", "@angular/build", "@nx/angular"]) {
        return angular_of_nx(member, target);
    }
    let build = member.build();
    let programs = build.as_deref().map(command::programs).unwrap_or_default();
    let answer = GENERATORS.iter().find_map(|generator| generator.answer(member, &programs))?;
    if is_part(member) {
        return Some(Answer::unserved("it is a part of another page: `main`, and peers that it is loaded with"));
    }
    Some(Answer { build: build.or(answer.build.clone()), ..answer })
}

impl Generator {
    fn answer(&self, member: &Member<'_>, programs: &[Program]) -> Option<Answer> {
        let is_own = |program: &&Program| {
            let mut own = self.programs.iter();
            own.any(|(name, word)| program.name == *name && (word.is_empty() || program.word() == *word))
        };
        let program = programs.iter().find(is_own);
        let found = self.configuration(member);
        // A build script that does something else uses the configuration for something else. Docusaurus' is its own.
        let has_script = member.manifest.script("build").is_some();
        let is_enough = |folder: &str| folder.is_empty() && (!has_script || self.framework == Framework::Docusaurus);
        let because = match (&found, program) {
            (Some((folder, name, _)), program) if program.is_some() || is_enough(folder) => {
                format!("{}: `{folder}{name}`", self.name)
            }
            (_, Some(program)) => format!("{}: `{}`", self.name, format!("{} {}", program.name, program.word()).trim()),
            _ => return None,
        };
        let settings = found.map_or_else(Script::absent, |(_, _, script)| script);
        let answer = Answer {
            framework: Some(self.framework),
            base_path: self.base_path(member, program, &settings),
            output: self.output(member, program, &settings),
            ..Answer::new(Kind::Static, because)
        };
        Some(answer.built(self.build.to_owned()))
    }

    /// Its configuration: the folder below the member's, the file's name and what it says.
    fn configuration(&self, member: &Member<'_>) -> Option<(&'static str, String, Script)> {
        // At a workspace's root the folders below are members of their own.
        let folders: &[&'static str] = if member.candidate.is_workspace_root { &[""] } else { &["", "docs/", "src/"] };
        folders.iter().find_map(|folder| {
            let mut stems = self.configurations.iter();
            let (name, script) = stems.find_map(|stem| member.configuration(&format!("{folder}{stem}")))?;
            Some((*folder, name.trim_start_matches(folder).to_owned(), script))
        })
    }

    fn output(&self, member: &Member<'_>, program: Option<&Program>, settings: &Script) -> Option<String> {
        let chosen = program.and_then(|program| program.option(self.options));
        let own = || ["outDir", "outputPath"].iter().find_map(|key| settings.text(key));
        match (chosen.or_else(own), self.framework) {
            (Some(output), _) => member.output(output),
            (None, Framework::Angular) => angular_output(member),
            (None, Framework::VitePress) => {
                let folder = program.and_then(|program| program.words().nth(1)).unwrap_or(".");
                member.output(&format!("{folder}/{}", self.output))
            }
            _ => member.output(self.output),
        }
    }

    fn base_path(&self, member: &Member<'_>, program: Option<&Program>, settings: &Script) -> Option<String> {
        let option = program.and_then(|program| program.option(&["--base", "--base-href"]));
        option.and_then(member::base_path_of).or_else(|| match self.framework {
            Framework::CreateReactApp => member.manifest.text("homepage").and_then(homepage),
            _ if self.base.is_empty() => None,
            _ => member::base_path(settings.at(self.base)),
        })
    }
}

pub(super) fn vite(member: &Member<'_>) -> Option<Answer> {
    let build = member.build();
    let programs = build.as_deref().map(command::programs).unwrap_or_default();
    let is_build = |program: &&Program| program.name == "vite" && program.arguments.iter().any(|word| word == "build");
    let makes_server =
        |program: &Program| program.arguments.iter().any(|word| word == "--ssr" || word.starts_with("--ssr="));
    let called = programs.iter().filter(is_build).find(|program| !makes_server(program));
    let target = target_by(member, &["@nx/vite"]);
    let script = match called.and_then(|program| program.option(&["-c", "--config"])) {
        Some(name) => member.script(name.trim_start_matches("./")),
        None => member.configuration("vite.config").map(|(_, script)| script),
    };
    // Nx infers a target from a configuration; elsewhere what no script builds is for developers.
    let is_inferred = build.is_none() && member.is_of_nx() && script.is_some();
    let is_library = member.project.as_ref().is_some_and(|project| project.is_library);
    if called.is_none() && target.is_none() && !is_inferred || is_library {
        return None;
    }
    let script = script.unwrap_or_else(Script::absent);
    if matches!(script.at("build.lib"), Some(Value::Table(_))) {
        return None;
    }
    let root = vite_root(member, called, &script);
    let page = if root == "." { "index.html".to_owned() } else { format!("{root}/index.html") };
    if !member.has(&page) {
        return None;
    }
    if is_part(member) {
        return Some(Answer::unserved("it is a part of another page: `main`, and peers that it is loaded with"));
    }
    let base = called.and_then(|program| program.option(&["--base"])).and_then(member::base_path_of);
    let base = base.or_else(|| member::base_path(script.at("base"))).or_else(|| {
        let part = plugin(&script, "@vercel/microfrontends/experimental/vite")?;
        member::base_path(part.at("basePath"))
    });
    let answer = Answer {
        framework: Some(Framework::Vite),
        base_path: base,
        ..Answer::new(Kind::Static, format!("Vite: `{page}`"))
    };
    let said = called.and_then(|program| program.option(&["--outDir"])).or_else(|| script.text("build.outDir"));
    let inside = member.output(&format!("{root}/{}", said.unwrap_or("dist")));
    let answer = match (build, target) {
        (Some(build), _) if called.is_some() => Answer { output: inside, ..answer.built(build) },
        (_, Some(target)) => vite_of_nx(member, target, inside, answer),
        _ => Answer { output: inside, ..answer.built("vite build".to_owned()) },
    };
    Some(with_own_server(member, programs.iter().filter(is_build).any(makes_server), answer))
}

/// The folder that Vite begins in.
fn vite_root(member: &Member<'_>, called: Option<&Program>, script: &Script) -> String {
    let argument = called.and_then(|program| program.words().nth(1));
    let argument = argument.filter(|folder| member.has(&format!("{}/index.html", folder.trim_matches('/'))));
    let root = script.text("root").or(argument).unwrap_or(".");
    let root = root.trim_start_matches("./").trim_end_matches('/');
    if root.is_empty() { ".".to_owned() } else { root.to_owned() }
}

/// A server of its own hands out what Vite built, if a script for production runs a file. Templates call that script
/// `preview`, where they build for a server.
fn with_own_server(member: &Member<'_>, is_built_for_server: bool, answer: Answer) -> Answer {
    let preview = || {
        let command = member.expanded("preview").filter(|_| is_built_for_server)?;
        let program = command::runtime(&command)?;
        Some(("preview", command, program))
    };
    let library = member.needs_any(&HTTP).or(is_built_for_server.then_some("--ssr"));
    match (member.start().or_else(preview), library) {
        (Some((name, command, _)), Some(library)) => {
            let because = format!("with a server of its own: `{library}` and the script `{name}`");
            Answer { kind: Kind::Server, output: None, ..answer }.because(&because).started(command)
        }
        _ => answer,
    }
}

pub(super) fn bundler(member: &Member<'_>) -> Option<Answer> {
    if let Some(answer) = webpack_of_nx(member).or_else(|| page_of_nx(member)) {
        return Some(answer);
    }
    let is_inferred = || nx::infers_build(member) && member.configuration_name("rsbuild.config").is_some();
    let build = member.build().or_else(|| is_inferred().then(|| "rsbuild build".to_owned()))?;
    let programs = command::programs(&build);
    let names = ["rsbuild", "webpack", "rspack", "webpack-cli"];
    let program = programs.iter().find(|program| names.contains(&program.name.as_str()))?;
    let chosen = program.option(&["-c", "--config"]).map(|name| name.trim_start_matches("./").to_owned());
    let name = chosen.or_else(|| BUNDLER_CONFIGURATIONS.into_iter().find_map(|stem| member.configuration_name(stem)));
    let text = name.as_deref().and_then(|name| member.text(name)).unwrap_or_default();
    let makes_pages = program.name == "rsbuild"
        || PAGE_PLUGINS.iter().any(|plugin| text.contains(plugin))
        || member.owns("html-webpack-plugin");
    // What starts a server of its own is that server.
    let is_server = member.start().is_some() && member.needs_any(&HTTP).is_some();
    if !makes_pages || is_server || is_part(member) {
        return None;
    }
    let script = name.as_deref().and_then(|name| member.script(name)).unwrap_or_default();
    let said = ["output.path", "output.distPath.root"].into_iter().find_map(|key| script.text(key));
    let output = program.option(&["--output-path"]).or(said).and_then(|path| member.output(path));
    // What the configuration puts together Nx is told, since it keeps it.
    let told = || Some(member.of_root(member.project.as_ref()?.target("build")?.output()?));
    let base = script.at("server.base").or_else(|| script.at("output.publicPath"));
    let because = name.map_or_else(|| format!("`{}`", program.name), |name| format!("pages by `{name}`"));
    let answer = Answer {
        framework: Some(Framework::Bundler),
        base_path: member::base_path(base),
        output: output.or_else(told).or_else(|| member.output("dist")),
        ..Answer::new(Kind::Static, because)
    };
    Some(answer.built(build))
}

/// The plain command that a target of Nx for Vite stands for, and where its files go.
fn vite_of_nx(member: &Member<'_>, target: &Target, inside: Option<String>, answer: Answer) -> Answer {
    let mode = target.option("mode").map(|mode| format!(" --mode {mode}")).unwrap_or_default();
    let Some(output) = target.option("outputPath") else {
        return Answer { output: inside, ..answer.built(format!("vite build{mode}")) };
    };
    let output = member.of_root(output);
    let folder = match output.strip_prefix('/') {
        Some(outside) => format!("{}{outside}", member.to_root()),
        None => output.clone(),
    };
    Answer { output: Some(output), ..answer.built(format!("vite build{mode} --outDir {folder} --emptyOutDir")) }
}

/// A target of Nx that makes pages by webpack or Rspack: it names their `index`.
fn webpack_of_nx(member: &Member<'_>) -> Option<Answer> {
    let project = member.project.as_ref()?;
    let target = project.target("build").filter(|target| target.is_by(&["@nx/webpack", "@nx/rspack"]))?;
    target.option("index")?;
    Some(of_nx(member, target, Framework::Bundler, format!("pages by `{}`", target.executor)))
}

/// What Nx infers from a configuration of webpack or Rspack with its plugin, where that names a page.
fn page_of_nx(member: &Member<'_>) -> Option<Answer> {
    let bundle = Bundle::of(member).filter(|bundle| bundle.makes_page && !bundle.is_for_node)?;
    if !nx::infers_build(member) || is_part(member) {
        return None;
    }
    let answer = Answer {
        framework: Some(Framework::Bundler),
        base_path: bundle.base_path,
        output: bundle.output.or_else(|| Some(format!("/dist/{}", member.folder()))),
        ..Answer::new(Kind::Static, format!("pages by `{}`", bundle.file))
    };
    Some(answer.built(nx::run_build(member)))
}

fn angular_of_nx(member: &Member<'_>, target: &Target) -> Option<Answer> {
    member.project.as_ref().filter(|project| project.is_application)?;
    Some(of_nx(member, target, Framework::Angular, format!("Angular: `{}`", target.executor)))
}

/// What only Nx knows how to build.
fn of_nx(member: &Member<'_>, target: &Target, framework: Framework, because: String) -> Answer {
    let output = target.value("outputPath").and_then(|said| angular_folder(said, Some(&target.executor)));
    let output = output.map(|folder| member.of_root(&folder));
    let base_path = target.option("baseHref").and_then(member::base_path_of);
    let answer = Answer { framework: Some(framework), output, base_path, ..Answer::new(Kind::Static, because) };
    answer.built(member.build_or(&nx::run_build(member)))
}

fn angular_output(member: &Member<'_>) -> Option<String> {
    let script = member.script("angular.json")?;
    let (name, project) = script.at("projects")?.entries().next()?;
    let options = project.at("architect.build.options").or_else(|| project.at("targets.build.options"));
    let said = options.and_then(|options| options.at("outputPath"));
    let builder = project.at("architect.build.builder").or_else(|| project.at("targets.build.executor"));
    let own = Value::Text(format!("dist/{name}"));
    member.output(&angular_folder(said.unwrap_or(&own), builder.and_then(Value::as_text))?)
}

/// Where Angular puts what is for browsers: its builder of applications has a folder of its own for it, which may be called
/// otherwise.
/// Source: angular.dev, "Angular workspace configuration", "Output path configuration".
fn angular_folder(said: &Value, builder: Option<&str>) -> Option<String> {
    let is_application = builder.is_some_and(|builder| builder.ends_with(":application"));
    let (folder, own) = match said.as_text() {
        Some(folder) => (folder, "browser"),
        None => (said.at("base")?.as_text()?, said.at("browser").and_then(Value::as_text).unwrap_or("browser")),
    };
    Some(if is_application && !own.is_empty() { format!("{folder}/{own}") } else { folder.to_owned() })
}

/// Whether a member is loaded by another page: its `main` is among its sources, and it asks for peers.
fn is_part(member: &Member<'_>) -> bool {
    let main = member.manifest.text("main").unwrap_or_default();
    main.trim_start_matches("./").starts_with("src/") && !member.manifest.dependencies("peerDependencies").is_empty()
}

/// The path of `homepage`, of which Create React App takes what follows the host.
fn homepage(text: &str) -> Option<String> {
    let path = match text.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => text,
    };
    member::base_path_of(path)
}
