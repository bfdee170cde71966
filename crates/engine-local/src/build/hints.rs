//! What a person can do about a build or a start that failed, as far as its last lines tell.
//!
//! Each kind of failure is a function from the lines to words, and the first that knows something is believed. What
//! is to be written into a file is given as the lines to write.

use api::sandbox::Ending;
use model::App;

use super::room::PROCESSES;

mod names;
mod variables;

/// Words by which programs say that the disk is full.
const FULL: [&str; 3] = ["ENOSPC", "No space left on device", "EDQUOT"];

/// Words by which programs say that the network, not the request, is at fault.
const NETWORK: [&str; 8] = [
    "EAI_AGAIN",
    "ENOTFOUND",
    "ETIMEDOUT",
    "ECONNREFUSED",
    "ECONNRESET",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "UND_ERR_CONNECT_TIMEOUT",
];

/// Words by which they say so without a code.
const NETWORK_WORDS: [&str; 10] = [
    "getaddrinfo",
    "from Google Fonts",
    "Failed to fetch font",
    "TypeError: fetch failed",
    "Could not resolve host",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "network is unreachable",
    "network request failed",
    "binaries.prisma.sh",
];

/// This machine, as seen from a sandbox.
const LOOPBACK: [&str; 4] = ["127.0.0.1:", "::1:", "localhost:", "0.0.0.0:"];

/// Programs that no package of npm brings along.
const OF_MACHINES: [&str; 16] = [
    "git", "python", "python3", "make", "gcc", "g++", "cc", "curl", "wget", "java", "docker", "php", "go", "cargo",
    "jq", "unzip",
];

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A build.
    Build,
    /// The start of an instance.
    Start,
}

/// A failure, as far as it is known.
pub struct Failed<'a> {
    /// What failed.
    pub moment: Moment,
    /// The app; none for a package's build.
    pub app: Option<&'a App>,
    /// Whether it had the machine's network.
    pub network: bool,
    /// How it ended; none if that is not known.
    pub ending: Option<&'a Ending>,
    /// Its last lines. A validator may say more than is shown of a failure: a few hundred are well looked through.
    pub last_lines: &'a [String],
    /// Whether the build was shown a file of the repository.
    pub shows: &'a dyn Fn(&str) -> bool,
}

/// What a person can do.
pub fn hint(failed: &Failed<'_>) -> Option<String> {
    type Kind = fn(&Failed<'_>, &[String]) -> Option<String>;
    const KINDS: [Kind; 14] = [
        killed,
        heap,
        fonts,
        missing_variables,
        legacy_hash,
        wrong_node,
        lockfile,
        missing_script,
        missing_program,
        refused_here,
        network,
        missing_package,
        missing_file_of_start,
        missing_file_of_build,
    ];
    let lines: Vec<String> = failed.last_lines.iter().map(|line| names::plain(line)).collect();
    KINDS.iter().find_map(|kind| kind(failed, &lines))
}

/// Whether a program said that the network is at fault.
pub fn is_network_failure(last_lines: &[String]) -> bool {
    last_lines.iter().any(|line| NETWORK.iter().any(|word| line.contains(word)))
}

/// Whether a package manager said that the registry refused or did not answer: with the same request that may be
/// otherwise soon.
pub fn is_registry_failure(last_lines: &[String]) -> bool {
    // npm; pnpm; Yarn 1; Yarn 2 and newer; Bun.
    let words = [
        "code E401",
        "code E403",
        "code E408",
        "code E429",
        "code E5",
        "code ETIMEOUT",
        "ERR_SOCKET_TIMEOUT",
        "ERR_PNPM_FETCH_401",
        "ERR_PNPM_FETCH_403",
        "ERR_PNPM_FETCH_408",
        "ERR_PNPM_FETCH_429",
        "ERR_PNPM_FETCH_5",
        "ERR_PNPM_META_FETCH_FAIL",
        "Request failed \"401",
        "Request failed \"403",
        "Request failed \"429",
        "Request failed \"5",
        "trouble with your network connection",
        "Response Code: 401",
        "Response Code: 403",
        "Response Code: 408",
        "Response Code: 429",
        "Response Code: 5",
        "RequestError",
        " - 401",
        " - 403",
        " - 429",
        " - 500",
        " - 502",
        " - 503",
        "ConnectionRefused downloading",
        "ConnectionClosed downloading",
        "FailedToOpenSocket",
        "UnableToResolveHost",
    ];
    last_lines.iter().any(|line| words.iter().any(|word| line.contains(word)))
}

/// What a person can do where the registry has none of what the lockfile names.
pub fn gone(last_lines: &[String]) -> Option<String> {
    // npm; pnpm; Yarn 1; Yarn 2 and newer; Bun.
    let words = ["code E404", "_PNPM_FETCH_404", "Request failed \"404", "Response Code: 404", " - 404"];
    let at = last_lines.iter().position(|line| words.iter().any(|word| line.contains(word)))?;
    // Yarn names it two lines further down.
    let told = last_lines[at..].iter().take(3).flat_map(|line| line.split([' ', '"', '\'', ',']));
    let archive = told.map(|word| word.trim_end_matches(':')).find(|word| word.contains("://"));
    let what = archive.map_or_else(|| "what the lockfile names".to_owned(), |archive| format!("`{archive}`"));
    Some(format!(
        "the registry does not have {what}: another version of it has to be chosen, and the lockfile written anew"
    ))
}

/// Whether a program said that the disk is full.
pub fn is_disk_full(last_lines: &[String]) -> bool {
    last_lines.iter().any(|line| FULL.iter().any(|word| line.contains(word)))
}

/// What a build, or an install, can do that reached a limit.
pub fn within_limits(ending: &Ending) -> Option<String> {
    let words = if ending.out_of_memory {
        "it may use half of the machine's memory; a smaller `NODE_OPTIONS=--max-old-space-size` or fewer workers need less"
            .to_owned()
    } else if ending.out_of_time {
        "a build may take as long as `frontage up --build-minutes` says, or 30 minutes; something in it may wait for what \
         never comes"
            .to_owned()
    } else if ending.out_of_processes {
        format!("a build may have {PROCESSES} processes and threads at once; something in it starts ever more of them")
    } else {
        return None;
    };
    Some(words)
}

fn killed(failed: &Failed<'_>, _: &[String]) -> Option<String> {
    let ending = failed.ending?;
    match failed.moment {
        Moment::Build => within_limits(ending),
        Moment::Start if ending.out_of_memory => {
            Some(of_app(failed, "give it more memory", &["memory = \"1 GiB\""], &[]))
        }
        Moment::Start => None,
    }
}

/// V8 ends at a limit of its own, long before the sandbox's.
fn heap(failed: &Failed<'_>, lines: &[String]) -> Option<String> {
    find(lines, &["JavaScript heap out of memory", "Reached heap limit", "ERR_WORKER_OUT_OF_MEMORY"])?;
    match failed.moment {
        Moment::Build => {
            let set = [("NODE_OPTIONS".to_owned(), "--max-old-space-size=4096".to_owned())];
            Some(of_build(failed, "Node.js needs a higher limit of its own", &set))
        }
        Moment::Start => {
            let set = ["NODE_OPTIONS = \"--max-old-space-size=768\""];
            Some(of_app(
                failed,
                "Node.js needs more memory, and a higher limit of its own",
                &["memory = \"1 GiB\""],
                &set,
            ))
        }
    }
}

/// Fonts that a build fetches, which framework it may be.
fn fonts(failed: &Failed<'_>, lines: &[String]) -> Option<String> {
    let line =
        find(lines, &["from Google Fonts", "Failed to fetch font", "fonts.googleapis.com", "fonts.gstatic.com"])?;
    if failed.moment != Moment::Build {
        return None;
    }
    if failed.network {
        return Some("`fonts.googleapis.com` did not answer from this machine".to_owned());
    }
    let font = names::quoted(line).map(|font| format!(" (`{font}`)")).unwrap_or_default();
    let why = format!("the build fetches fonts{font}, and builds have no network unless they ask");
    Some(of_app(failed, &why, &["build_network = true"], &[]))
}

fn missing_variables(failed: &Failed<'_>, lines: &[String]) -> Option<String> {
    let missing = variables::missing(lines);
    if missing.is_empty() {
        return None;
    }
    let (number, are) = if missing.len() == 1 { ("a variable", "is") } else { ("variables", "are") };
    let given = failed.app.map(|app| app.env.keys().collect::<Vec<_>>()).unwrap_or_default();
    let is_new = |name: &&String| !given.contains(name);
    match failed.moment {
        Moment::Build => {
            let set: Vec<(String, String)> = missing.iter().map(|name| (name.clone(), "…".to_owned())).collect();
            Some(of_build(failed, &format!("its build wants {number} that {are} missing or not as wanted"), &set))
        }
        Moment::Start => {
            let app = failed.app.map_or("NAME", |app| app.name.as_str());
            let commands =
                missing.iter().filter(is_new).map(|name| format!("\n    frontage secret set {name} --app {app}"));
            let commands: String = commands.collect();
            let known: Vec<&str> = missing.iter().filter(|name| !is_new(name)).map(String::as_str).collect();
            Some(match (commands.as_str(), known.as_slice()) {
                ("", known) => format!(
                    "{} has a value that is not as the app wants it: look below `[apps.{app}.env]`",
                    backticks(known)
                ),
                (commands, _) => format!(
                    "it wants {number} that {are} missing or not as wanted; give the value on standard input:{commands}\n\
                     or, if it is no secret, below `[apps.{app}.env]` in `frontage.toml`"
                ),
            })
        }
    }
}

/// webpack 4 and its contemporaries hash with what OpenSSL 3 has no more.
fn legacy_hash(failed: &Failed<'_>, lines: &[String]) -> Option<String> {
    find(lines, &["digital envelope routines::unsupported", "ERR_OSSL_EVP_UNSUPPORTED"])?;
    let set = [("NODE_OPTIONS".to_owned(), "--openssl-legacy-provider".to_owned())];
    Some(of_build(failed, "its bundler is older than Node.js 17; allow it the hash that it uses", &set))
}

fn wrong_node(_: &Failed<'_>, lines: &[String]) -> Option<String> {
    const SAYINGS: [&str; 11] = [
        "The engine \"node\" is incompatible",
        "EBADENGINE",
        "ERR_PNPM_UNSUPPORTED_ENGINE",
        "Your Node version is incompatible",
        "Unsupported engine",
        "is not supported by Astro",
        "requires a minimum Node.js version",
        "Please upgrade your Node.js version",
        "Please use Node.js",
        "requires Node.js version",
        "requires Node.js v",
    ];
    let says = |line: &&String| {
        let is_warning = line.contains("npm warn") || line.contains("npm WARN") || line.contains("WARN ");
        !is_warning
            && (SAYINGS.iter().any(|word| line.contains(word))
                || line.contains("Node.js version") && line.contains("is required"))
    };
    let at = lines.iter().position(|line| says(&line))?;
    // What is wanted may stand on one of the next lines.
    let wanted = lines[at..].iter().take(8).find_map(|line| names::node_version(line));
    let wanted = wanted.map_or_else(|| "the version that it names".to_owned(), |wanted| format!("`{wanted}`"));
    Some(format!(
        "it wants another Node.js: write {wanted} into `engines.node` of `package.json` or into `.nvmrc`, and commit that"
    ))
}

fn lockfile(_: &Failed<'_>, lines: &[String]) -> Option<String> {
    const TABLE: [(&str, &str); 14] = [
        ("ERR_PNPM_LOCKFILE_BREAKING_CHANGE", "pnpm"),
        ("ERR_PNPM_OUTDATED_LOCKFILE", "pnpm"),
        ("ERR_PNPM_NO_LOCKFILE", "pnpm"),
        ("ERR_PNPM_LOCKFILE_CONFIG_MISMATCH", "pnpm"),
        ("Ignoring not compatible lockfile", "pnpm"),
        ("YN0028", "yarn"),
        ("The lockfile would have been modified", "yarn"),
        ("Your lockfile needs to be updated", "yarn"),
        ("YN0016", "yarn"),
        ("from lock file", "npm"),
        ("package-lock.json are in sync", "npm"),
        ("npm-shrinkwrap.json are in sync", "npm"),
        ("lockfile had changes, but lockfile is frozen", "bun"),
        ("InvalidLockfileVersion", "bun"),
    ];
    let (_, program) = TABLE.iter().find(|(word, _)| lines.iter().any(|line| line.contains(word)))?;
    let version = if *program == "pnpm" {
        ", or name the version that wrote it in `packageManager` of `package.json`"
    } else {
        ""
    };
    Some(format!(
        "the lockfile does not fit: `{program} install` in the repository, then commit what it changes{version}"
    ))
}

fn missing_script(failed: &Failed<'_>, lines: &[String]) -> Option<String> {
    let line = find(
        lines,
        &["Missing script:", "error Command \"", "Couldn't find a script named", "error: Script not found"],
    )?;
    let after = line.split_once("Missing script:").map(|(_, rest)| rest.trim());
    let name = names::quoted(line).or_else(|| after?.split_whitespace().next().map(str::to_owned))?;
    let key = if failed.moment == Moment::Build { "build = \"…\"" } else { "start = \"…\"" };
    Some(of_app(failed, &format!("no script is called `{name}`; name the command"), &[key], &[]))
}

fn missing_program(failed: &Failed<'_>, lines: &[String]) -> Option<String> {
    let program = lines.iter().find_map(|line| names::missing_program(line))?;
    if program == ".env" || program.ends_with("/.env") {
        return Some(of_app(
            failed,
            "it reads a file `.env`, which is not in the repository; start it without",
            &["start = \"…\""],
            &[],
        ));
    }
    if OF_MACHINES.contains(&program.as_str()) {
        return Some(match failed.moment {
            Moment::Build => format!("`{program}` is not on this machine; install it: builds see the machine's `/usr`"),
            Moment::Start => {
                format!("`{program}` is not in an image: it holds Node.js, a shell and the app's packages")
            }
        });
    }
    if program == "bun" || program == "deno" {
        return Some(format!("`{program}` cannot be had here: name a command that Node.js runs"));
    }
    Some(match failed.moment {
        Moment::Build => format!(
            "`{program}` is not among the installed packages: add the package that brings it to `devDependencies` of the \
             app or the root"
        ),
        Moment::Start => {
            format!("`{program}` is not in the image: add the package that brings it to the app's `dependencies`")
        }
    })
}

/// Something that is looked for on this machine itself: a database, mostly.
fn refused_here(failed: &Failed<'_>, lines: &[String]) -> Option<String> {
    let line =
        lines.iter().find(|line| line.contains("ECONNREFUSED") || line.contains("Can't reach database server"))?;
    let at = LOOPBACK.iter().find_map(|host| line.find(host))?;
    let end =
        line[at..].find(|letter: char| letter.is_whitespace() || "'\"`),".contains(letter)).unwrap_or(line.len() - at);
    let address = line[at..at + end].trim_end_matches(['.', ':']);
    let why = format!("it connects to `{address}`, where nothing listens inside its sandbox");
    Some(match failed.moment {
        Moment::Build if failed.network => format!("it connects to `{address}`, where nothing listens"),
        Moment::Build => of_app(
            failed,
            &format!("{why}; a service of this machine is reached by the machine's network"),
            &["build_network = true"],
            &[],
        ),
        Moment::Start => of_app(
            failed,
            &format!("{why}; name the service's address in a variable, or share the machine's network"),
            &["network = \"host\""],
            &[],
        ),
    })
}

fn network(failed: &Failed<'_>, lines: &[String]) -> Option<String> {
    let at_fault = is_network_failure(lines) || find(lines, &NETWORK_WORDS).is_some();
    if !at_fault {
        return None;
    }
    let host = lines.iter().find_map(|line| names::host(line));
    let reached = host.map_or_else(|| "a host outside".to_owned(), |host| format!("`{host}`"));
    Some(match failed.moment {
        Moment::Build if failed.network => format!("{reached} did not answer from this machine"),
        Moment::Build => {
            let why = format!("the build asks {reached}, and builds have no network unless they ask for it");
            of_app(failed, &why, &["build_network = true"], &[])
        }
        Moment::Start => {
            let why = format!("it asks {reached}, which its own network does not reach; share the machine's");
            of_app(failed, &why, &["network = \"host\""], &[])
        }
    })
}

fn missing_package(failed: &Failed<'_>, lines: &[String]) -> Option<String> {
    if let Some(package) = lines.iter().find_map(|line| names::unbuilt_package(line)) {
        return Some(format!(
            "what `main` or `exports` of `{package}` name is not there: give that package a `build` script that makes it, \
             and name it in the app's `dependencies`"
        ));
    }
    let package = lines.iter().find_map(|line| names::missing_package(line))?;
    Some(match failed.moment {
        Moment::Build => format!(
            "`{package}` is not among the installed packages: name it in `dependencies` of the package that imports it; if \
             it is one of this workspace, it needs a `build` script that makes what its `exports` name"
        ),
        Moment::Start => format!(
            "`{package}` is not in the image, which holds `dependencies` and no `devDependencies`: move it there"
        ),
    })
}

fn missing_file_of_start(failed: &Failed<'_>, lines: &[String]) -> Option<String> {
    if failed.moment != Moment::Start {
        return None;
    }
    let line = lines.iter().find(|line| {
        (line.contains("Cannot find module '/") || line.contains("ENOENT") || line.contains("ERR_MODULE_NOT_FOUND"))
            && line.contains("/srv/repo/")
    })?;
    let (_, path) = line.split_once("/srv/repo/")?;
    let end = path.find(['\'', '"', '`', ' ', ')', ',']).unwrap_or(path.len());
    let why = format!(
        "`{}` is not in the image: the build did not leave it, or it lies in no folder of the app's",
        &path[..end]
    );
    Some(of_app(failed, &format!("{why}; start what is there"), &["start = \"…\""], &[]))
}

fn missing_file_of_build(failed: &Failed<'_>, lines: &[String]) -> Option<String> {
    if failed.moment != Moment::Build {
        return None;
    }
    let missing = lines.iter().find_map(|line| names::missing_file(line)).filter(|path| !(failed.shows)(path))?;
    // An import leaves out how a file's name ends, and what it imports lies beside it.
    let input = match missing.rsplit_once('/') {
        Some((folder, name)) if !name.contains('.') => format!("{folder}/**"),
        _ => missing.clone(),
    };
    let why = format!("`{missing}` is not shown to this build; if it is in the repository, add it");
    Some(of_app(failed, &why, &[&format!("inputs = [\"/{input}\"]")], &[]))
}

/// The first line with one of these words.
fn find<'a>(lines: &'a [String], words: &[&str]) -> Option<&'a String> {
    lines.iter().find(|line| words.iter().any(|word| line.contains(word)))
}

/// Lines of `frontage.toml` that say something of the app.
fn of_app(failed: &Failed<'_>, why: &str, lines: &[&str], variables: &[&str]) -> String {
    let (name, whose) =
        failed.app.map_or(("NAME", ", of an app that needs this package"), |app| (app.name.as_str(), ""));
    let mut text = format!("{why}; in `frontage.toml`{whose}:");
    if !lines.is_empty() {
        text.push_str(&format!("\n    [apps.{name}]"));
    }
    lines.iter().for_each(|line| text.push_str(&format!("\n    {line}")));
    if !variables.is_empty() {
        text.push_str(&format!("\n    [apps.{name}.env]"));
        variables.iter().for_each(|line| text.push_str(&format!("\n    {line}")));
    }
    text
}

/// Lines of `frontage.toml` that give a build variables.
fn of_build(failed: &Failed<'_>, why: &str, variables: &[(String, String)]) -> String {
    let Some(app) = failed.app else {
        let names: Vec<&str> = variables.iter().map(|(name, _)| name.as_str()).collect();
        return format!(
            "{why}: {}; builds of packages are given none, so the app's own build has to make it",
            backticks(&names)
        );
    };
    let is_public = |name: &String| public_prefixes().iter().any(|prefix| name.starts_with(prefix));
    let mut named: Vec<&String> = app.build_env.iter().collect();
    named.extend(
        variables.iter().map(|(name, _)| name).filter(|name| !is_public(name) && !app.build_env.contains(name)),
    );
    let named: Vec<String> = named.into_iter().map(|name| format!("\"{name}\"")).collect();
    let names = format!("build_env = [{}]", named.join(", "));
    let values = variables.iter().filter(|(name, _)| !app.env.contains_key(name));
    let values: Vec<String> = values.map(|(name, value)| format!("{name} = \"{value}\"")).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let lines: &[&str] = if named.is_empty() { &[] } else { &[&names] };
    of_app(failed, why, lines, &values)
}

/// Prefixes of variables that every build is given.
fn public_prefixes() -> [&'static str; 7] {
    ["VITE_", "NEXT_PUBLIC_", "REACT_APP_", "PUBLIC_", "GATSBY_", "NUXT_PUBLIC_", "EXPO_PUBLIC_"]
}

fn backticks(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
