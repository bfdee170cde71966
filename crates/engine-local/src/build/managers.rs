//! How each package manager is told to install what a lockfile says, and nothing else.
//!
//! Variables win over a repository's own settings. Those here keep a package manager from fetching another version of
//! itself, from installing when it is only to run a script, from reporting to anybody, and from linking files across
//! mounts. Sources: docs.npmjs.com "config"; pnpm.io "Settings"; classic.yarnpkg.com "CLI"; yarnpkg.com "Settings";
//! bun.com "bun install".

use std::path::Path;

use model::PackageManager;
use semver::Version;

/// Where a package manager's cache is inside; a folder of it for each of its kinds.
pub const CACHE: &str = "/var/cache/packages";

/// The file in the installed folder in which a package manager's answers are noted.
pub const ANSWERS: &str = ".frontage-answers";

/// The variables for everything that runs beside a package manager, installs, builds and images alike: scripts call it
/// again. Each is told only what it knows: npm warns of other settings, Yarn refuses them.
pub fn always(manager: PackageManager, version: &Version) -> Vec<(String, String)> {
    let mut variables = owned(&[
        ("COREPACK_ENABLE_STRICT", "0"),
        ("COREPACK_ENABLE_DOWNLOAD_PROMPT", "0"),
        ("COREPACK_ENABLE_AUTO_PIN", "0"),
        ("npm_config_update_notifier", "false"),
    ]);
    match manager {
        PackageManager::Npm | PackageManager::Bun => {}
        PackageManager::Pnpm => {
            let prefix = pnpm_prefix(version);
            let settings: &[(&str, &str)] = match version.major {
                ..=10 => &[("manage_package_manager_versions", "false"), ("package_manager_strict", "false")],
                _ => &[("pm_on_fail", "ignore"), ("update_notifier", "false")],
            };
            let settings = settings.iter().chain(&[("verify_deps_before_run", "false")]);
            variables.extend(settings.map(|(name, value)| (format!("{prefix}{name}"), (*value).to_owned())));
        }
        PackageManager::YarnClassic => variables.extend(owned(&[("YARN_IGNORE_PATH", "1")])),
        PackageManager::YarnBerry => variables.extend(owned(&[
            ("YARN_IGNORE_PATH", "1"),
            ("YARN_NODE_LINKER", "node-modules"),
            ("YARN_ENABLE_TELEMETRY", "0"),
            ("YARN_ENABLE_PROGRESS_BARS", "false"),
        ])),
    }
    variables
}

/// The variables for what has no network: whoever asks for it all the same is told so at once, and not after minutes.
pub fn offline(manager: PackageManager, version: &Version) -> Option<(String, String)> {
    let name = match manager {
        PackageManager::Npm => "npm_config_fetch_retries".to_owned(),
        PackageManager::Pnpm => format!("{}fetch_retries", pnpm_prefix(version)),
        PackageManager::YarnBerry => "YARN_HTTP_RETRY".to_owned(),
        PackageManager::YarnClassic | PackageManager::Bun => return None,
    };
    Some((name, "0".to_owned()))
}

/// What stands before the names of pnpm's settings in the environment.
fn pnpm_prefix(version: &Version) -> &'static str {
    if version.major <= 10 { "npm_config_" } else { "pnpm_config_" }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The variables for installs. Yarn 2 and newer refuse settings that they do not know.
pub fn variables(manager: PackageManager, version: &Version) -> Vec<(String, String)> {
    // What npm runs must not be named by a repository's `.npmrc`. pnpm reads the same names until version 10.
    let mut variables = owned(&[
        ("npm_config_git", "/usr/bin/git"),
        ("npm_config_script_shell", "/bin/sh"),
        ("npm_config_node_options", ""),
        ("npm_config_audit", "false"),
        ("npm_config_fund", "false"),
    ]);
    match manager {
        // From version 12 on it lets scripts run by where a package came from, which its record of the install tells.
        PackageManager::Npm => variables.extend(owned(&[("npm_config_omit_lockfile_registry_resolved", "false")])),
        PackageManager::Pnpm => {
            let settings = [
                ("store_dir", format!("{CACHE}/store")),
                ("cache_dir", format!("{CACHE}/metadata")),
                ("package_import_method", "copy".to_owned()),
                ("side_effects_cache", "false".to_owned()),
                ("enable_global_virtual_store", "false".to_owned()),
                // Scripts that a repository does not allow are left out, as they always were.
                ("strict_dep_builds", "false".to_owned()),
                ("script_shell", "/bin/sh".to_owned()),
                ("node_options", String::new()),
                ("confirm_modules_purge", "false".to_owned()),
            ];
            let prefix = pnpm_prefix(version);
            variables.extend(settings.into_iter().map(|(name, value)| (format!("{prefix}{name}"), value)));
        }
        PackageManager::YarnClassic => {
            variables.push(("YARN_CACHE_FOLDER".to_owned(), format!("{CACHE}/classic")));
        }
        PackageManager::YarnBerry => {
            variables.extend(owned(&[("YARN_ENABLE_GLOBAL_CACHE", "true")]));
            if version.major >= 3 {
                variables.extend(owned(&[("YARN_NM_MODE", "classic")]));
            }
            if version.major >= 4 {
                // They run code of the repository.
                variables.extend(owned(&[("YARN_ENABLE_CONSTRAINTS_CHECKS", "false")]));
            }
            variables.push(("YARN_GLOBAL_FOLDER".to_owned(), format!("{CACHE}/berry")));
        }
        PackageManager::Bun => variables.push(("BUN_INSTALL_CACHE_DIR".to_owned(), format!("{CACHE}/bun"))),
    }
    variables
}

/// The command that installs exactly what the lockfile says, and runs no script; `program` starts the package manager.
pub fn fetch(manager: PackageManager, version: &Version, program: &str) -> String {
    match manager {
        PackageManager::Npm => format!("{program} ci --ignore-scripts --no-audit --no-fund --loglevel=error"),
        PackageManager::Pnpm => {
            format!("{program} install --frozen-lockfile --ignore-scripts --prefer-offline --reporter=append-only")
        }
        PackageManager::YarnClassic => {
            format!("{program} install --frozen-lockfile --ignore-scripts --non-interactive --no-progress")
        }
        PackageManager::YarnBerry => {
            let skip = if version.major < 3 { "--skip-builds" } else { "--mode=skip-build" };
            format!("{program} install --immutable {skip} && {program} config get enableScripts > {ANSWERS}")
        }
        PackageManager::Bun => format!(
            "{program} install --frozen-lockfile --ignore-scripts --no-progress --backend=copyfile && \
             {program} pm default-trusted > {ANSWERS}"
        ),
    }
}

/// The command that runs scripts of installed packages: of those that are named, or all; `npm` starts npm, `program`
/// the package manager. Only pnpm's trees need the package manager itself.
pub fn scripts(manager: PackageManager, program: &str, npm: &str, names: &[String]) -> String {
    if manager == PackageManager::Pnpm {
        return format!("{program} rebuild --pending --recursive --reporter=append-only");
    }
    // npm asks its own list of what may run from version 12 on; what is named here was chosen by another's.
    let chosen = if manager == PackageManager::Npm { "" } else { "npm_config_dangerously_allow_all_scripts=true " };
    let names: String = names.iter().map(|name| format!(" '{name}'")).collect();
    format!("{chosen}{npm} rebuild --no-audit --no-fund --loglevel=error --foreground-scripts{names}")
}

/// The lockfiles of a package manager, and what writes them.
pub fn lockfiles(manager: PackageManager) -> &'static [&'static str] {
    match manager {
        PackageManager::Npm => &["package-lock.json", "npm-shrinkwrap.json"],
        PackageManager::Pnpm => &["pnpm-lock.yaml"],
        PackageManager::YarnClassic | PackageManager::YarnBerry => &["yarn.lock"],
        PackageManager::Bun => &["bun.lock", "bun.lockb"],
    }
}

/// Whether a file holds code of the repository that a package manager runs while it fetches, or names such code.
pub fn brings_code(path: &Path, text: impl Fn() -> String) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let says = |words: &[&str]| {
        let text = text();
        text.lines().any(|line| words.iter().any(|word| line.trim_start().starts_with(word)))
    };
    match name.as_ref() {
        ".pnpmfile.cjs" | ".pnpmfile.mjs" | "pnpmfile.js" | "pnpmfile.cjs" => true,
        ".yarnrc.yml" => says(&["plugins:"]),
        ".npmrc" => says(&["pnpmfile", "global-pnpmfile"]),
        "pnpm-workspace.yaml" => says(&["pnpmfile:", "globalPnpmfile:", "configDependencies:"]),
        "bunfig.toml" => says(&["scanner", "[install.security]"]),
        _ => false,
    }
}

/// The patterns that a `yarn.lock` of Yarn 1 has an answer for.
pub fn patterns(lockfile: &str) -> impl Iterator<Item = &str> {
    let heads = lockfile.lines().filter(|line| !line.starts_with([' ', '#', '\t']) && line.ends_with(':'));
    heads.flat_map(|line| line.trim_end_matches(':').split(", ")).map(|pattern| pattern.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_the_heads_of_entries() {
        let lockfile = "# yarn lockfile v1\n\n\"@s/a@^1\", \"@s/a@^1.2\":\n  version \"1.2.0\"\n  dependencies:\n    b \"1\"\n\nb@1, b@^1.0.0:\n  version \"1.0.0\"\n";
        assert_eq!(patterns(lockfile).collect::<Vec<_>>(), ["@s/a@^1", "@s/a@^1.2", "b@1", "b@^1.0.0"]);
    }

    #[test]
    fn files_that_bring_code() {
        let brings = |path: &str, text: &str| brings_code(Path::new(path), || text.to_owned());
        assert!(brings(".pnpmfile.cjs", "") && brings("web/.yarnrc.yml", "a: b\nplugins:\n  - x"));
        assert!(!brings(".yarnrc.yml", "nodeLinker: pnp") && !brings("yarn.lock", "plugins:"));
    }

    #[test]
    fn a_command_says_which_packages_may_run_scripts() {
        let names = ["esbuild".to_owned(), "@s/a".to_owned()];
        let command = scripts(PackageManager::Bun, "bun", "npm", &names);
        assert!(command.ends_with(" 'esbuild' '@s/a'"), "{command}");
    }
}
