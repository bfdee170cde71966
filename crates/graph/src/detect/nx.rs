//! Targets of Nx: `project.json`, or `nx` in a `package.json`.

use super::member::{self, Member};
use crate::script::Value;

/// A project of Nx.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Its name.
    pub name: Option<String>,
    /// Whether it says that it is an application.
    pub is_application: bool,
    /// Whether it says that it is a library.
    pub is_library: bool,
    targets: Vec<Target>,
}

/// A target of a project.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// Its name: `build`.
    pub name: String,
    /// What carries it out: `@nx/vite:build`.
    pub executor: String,
    /// Its options.
    pub options: Value,
    /// The options that its default configuration lays over those.
    pub configured: Value,
    /// Its command, if it is one.
    pub command: Option<String>,
    /// What it says that it makes, from the workspace's root.
    pub outputs: Vec<String>,
}

impl Project {
    /// A project from its `project.json`, or the `nx` of its manifest.
    pub fn read(value: &Value) -> Project {
        let text = |key: &str| value.at(key).and_then(Value::as_text);
        let targets = value.at("targets").into_iter().flat_map(Value::entries);
        let targets = targets.map(|(name, target)| Target::read(name, target));
        Project {
            name: text("name").map(str::to_owned),
            is_application: text("projectType") == Some("application"),
            is_library: text("projectType") == Some("library"),
            targets: targets.collect(),
        }
    }

    /// A target by name.
    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.name == name)
    }
}

impl Target {
    fn read(name: &str, value: &Value) -> Target {
        let options = value.at("options").cloned().unwrap_or_default();
        let chosen = value.at("defaultConfiguration").and_then(Value::as_text).unwrap_or("production");
        let configured = value.at("configurations").and_then(|all| all.at(chosen)).cloned().unwrap_or_default();
        let executor = value.at("executor").and_then(Value::as_text).unwrap_or_default().to_owned();
        let command = value.at("command").or_else(|| options.at("command").filter(|_| !options_unknown(&options)));
        let command = command.and_then(Value::as_text).map(str::to_owned).or_else(|| {
            let commands = options.at("commands")?.as_list()?;
            let texts = commands.iter().map(|one| one.as_text().or_else(|| one.at("command")?.as_text()));
            Some(texts.collect::<Option<Vec<&str>>>()?.join(" && "))
        });
        let outputs = value.at("outputs").and_then(Value::as_list).unwrap_or_default();
        let outputs = outputs.iter().filter_map(Value::as_text).map(str::to_owned).collect();
        Target { name: name.to_owned(), executor, options, configured, command, outputs }
    }

    /// Whether one of these carries it out, whichever of its two publishers it comes from.
    pub fn is_by(&self, plugins: &[&str]) -> bool {
        let plugin = self.executor.replace("@nrwl/", "@nx/");
        plugins.contains(&plugin.split(':').next().unwrap_or_default())
    }

    /// The first place that it says it makes, if that is told whole.
    pub fn output(&self) -> Option<&str> {
        let whole = self.outputs.iter().find(|output| !output.contains("{options") && !output.contains('*'));
        whole.map(String::as_str)
    }

    /// A text among its options.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_text()
    }

    /// One of its options, that of its default configuration first.
    pub fn value(&self, name: &str) -> Option<&Value> {
        let own = |value: &'_ Value| matches!(value, Value::Table(_));
        let configured = Some(&self.configured).filter(|value| own(value)).and_then(|value| value.at(name));
        let plain = || Some(&self.options).filter(|value| own(value)).and_then(|value| value.at(name));
        configured.or_else(plain)
    }
}

fn options_unknown(options: &Value) -> bool {
    *options == Value::Unknown
}

/// The command by which Nx builds a member.
pub(super) fn run_build(member: &Member<'_>) -> String {
    let said = member.project.as_ref().and_then(|project| project.name.as_deref());
    let name = said.or_else(|| member.manifest.text("name")).unwrap_or(member.folder_name());
    format!("nx run {name}:build")
}

/// Whether Nx infers a target `build` from the configuration of a bundler: nothing else says how the member is built, and it is
/// no library.
/// Source: nx.dev, "Inferred Tasks".
pub(super) fn infers_build(member: &Member<'_>) -> bool {
    let is_left = |project: &Project| {
        let target = project.target("build");
        !project.is_library && target.is_none_or(|target| target.executor.is_empty() && target.command.is_none())
    };
    member.build().is_none() && member.is_of_nx() && member.project.as_ref().is_none_or(is_left)
}

/// What a configuration of webpack or Rspack with Nx's plugin says; Nx infers a target `build` from it.
pub struct Bundle {
    /// The configuration's name.
    pub file: String,
    /// Whether it makes a program of Node.js.
    pub is_for_node: bool,
    /// Whether it makes a page.
    pub makes_page: bool,
    /// The file that is started, in the folder of the output: Nx calls it `main.js`, whatever its source is called.
    pub entry: String,
    /// The folder of the output, as findings tell it.
    pub output: Option<String>,
    /// The base path that it says.
    pub base_path: Option<String>,
}

impl Bundle {
    /// What a member's configuration says, if it has one.
    pub(super) fn of(member: &Member<'_>) -> Option<Bundle> {
        let found = ["webpack.config", "rspack.config"].into_iter().find_map(|stem| member.configuration(stem));
        let (file, script) = found?;
        let plugins = script.at("plugins").and_then(Value::as_list).unwrap_or_default();
        let options = plugins.iter().find_map(|plugin| match plugin {
            Value::Call { callee, arguments } => {
                let name = callee.rsplit('.').next().unwrap_or(callee);
                ["NxAppWebpackPlugin", "NxWebpackPlugin", "NxAppRspackPlugin"]
                    .contains(&name)
                    .then(|| arguments.first())
            }
            _ => None,
        })??;
        let text = |key: &str| options.at(key).and_then(Value::as_text).map(str::to_owned);
        let whole = script.text("output.filename").filter(|name| !name.contains('[')).map(str::to_owned);
        let entry = whole.or_else(|| text("outputFileName")).unwrap_or_else(|| "main.js".to_owned());
        let output = script.text("output.path").and_then(|path| member.output(path)).or_else(|| {
            let said = text("outputPath")?;
            if said.starts_with('.') { member.output(&said) } else { Some(member.of_root(&said)) }
        });
        Some(Bundle {
            file,
            is_for_node: text("target").as_deref() == Some("node"),
            makes_page: text("index").is_some(),
            entry,
            output,
            base_path: member::base_path(options.at("baseHref")),
        })
    }
}
