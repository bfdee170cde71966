//! Targets of Nx: `project.json`, or `nx` in a `package.json`.

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

    /// A text among its options, that of its default configuration first.
    pub fn option(&self, name: &str) -> Option<&str> {
        let own = |value: &'_ Value| matches!(value, Value::Table(_));
        let configured = Some(&self.configured).filter(|value| own(value)).and_then(|value| value.at(name));
        let plain = || Some(&self.options).filter(|value| own(value)).and_then(|value| value.at(name));
        configured.or_else(plain)?.as_text()
    }
}

fn options_unknown(options: &Value) -> bool {
    *options == Value::Unknown
}
