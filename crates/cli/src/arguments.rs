//! The command line as clap reads it; `docs/reference/cli.md` is generated from these comments.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Takes a front-end monorepo from a commit to the traffic it serves.
#[derive(Debug, Parser)]
#[command(name = "frontage", version, disable_help_subcommand = true)]
pub struct Arguments {
    /// Where the repository is that a command is about.
    #[arg(short = 'C', long = "repository", global = true, value_name = "PATH", default_value = ".")]
    pub repository: PathBuf,

    /// The data directory. By default `$XDG_STATE_HOME/frontage/<repository id>`.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data: Option<PathBuf>,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Put the example monorepo somewhere as a git repository and run `up` on it.
    Demo(Demo),
    /// Build, run and serve a monorepo, and follow its commits and branches, until Ctrl-C.
    Up(Up),
    /// Check the configuration of the working tree, and say what Frontage makes of it.
    Check {
        /// The repository; the one of `-C` if none.
        path: Option<PathBuf>,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
    /// List every workspace member: what it is, by which rule, and how it is built, started and served.
    Apps {
        /// The repository; the one of `-C` if none.
        path: Option<PathBuf>,
        /// A commit; by default the working tree, of a bare repository `HEAD`.
        #[arg(long, value_name = "REVISION")]
        head: Option<String>,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say which apps differ between two commits, and why: from the repository alone, nothing is fetched or checked out.
    Affected(Affected),
    /// List what an app's build key covers, and which files its build is shown.
    Inputs {
        /// The app.
        app: String,
        /// A commit; by default the working tree, of a bare repository `HEAD`.
        #[arg(long, value_name = "REVISION")]
        head: Option<String>,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write what was guessed into `frontage.toml`: what is certain as comments, what is not as lines to edit.
    Init {
        /// The repository; the one of `-C` if none.
        path: Option<PathBuf>,
        /// Ask nothing, and take what is proposed.
        #[arg(long)]
        yes: bool,
        /// Write nothing; print what would be written.
        #[arg(long)]
        print: bool,
    },
    /// Show what runs, where, and what is waited for.
    Status(Query),
    /// Say why an app was built last, or why not; or how what differs between two commits gets into it.
    Why(Why),
    /// Print what an app's instances wrote.
    Logs(Logs),
    /// List builds, newest last.
    Builds(Query),
    /// List deployments, newest last, with the time from commit to live.
    Deploys(Query),
    /// Put production's app back to the version before, or to a named one, and keep it there. Builds nothing.
    Rollback {
        /// The app.
        app: String,
        /// The first digits of a version's key, as `frontage deploys` shows them.
        version: Option<String>,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Let production's app follow its branch again.
    Unpin {
        /// The app.
        app: String,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Manage secrets.
    Secret {
        /// What to do with a secret.
        #[command(subcommand)]
        command: Secret,
    },
    /// Stop everything that runs for the repository: drain, then end.
    Down {
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
    /// The process that serves; `up` starts it.
    #[command(hide = true)]
    Edge {
        /// The address that it listens on.
        #[arg(long)]
        listen: SocketAddr,
    },
    /// The reference of this command line, as Markdown.
    #[command(name = "__reference", hide = true)]
    Reference,
}

/// Arguments of `affected`.
#[derive(Debug, Args)]
pub struct Affected {
    /// What is compared.
    #[command(flatten)]
    pub compared: Compared,
    /// Instead of comparing, build the apps once more and look: which files builds read that they are not shown, and whether
    /// the output stays the same without what modules do that do not count. The exit status is 1 if anything is found.
    #[arg(long, conflicts_with_all = ["base", "working_tree"])]
    pub verify: bool,
    /// Compare the working tree, and again after each save, until it is ended. With `--json` each answer is a line.
    #[arg(long, conflicts_with_all = ["head", "verify"])]
    pub watch: bool,
    /// With `--verify`: the apps; by default all.
    #[arg(value_name = "APP")]
    pub apps: Vec<String>,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// Two states of the repository.
#[derive(Debug, Args)]
pub struct Compared {
    /// What to compare with; by default, on the production branch, what was built last of each app, elsewhere the commit
    /// where the branch began.
    #[arg(long, value_name = "REVISION")]
    pub base: Option<String>,
    /// What to compare; by default what is checked out.
    #[arg(long, value_name = "REVISION")]
    pub head: Option<String>,
    /// Compare the working tree, with what is not committed.
    #[arg(long, conflicts_with = "head")]
    pub working_tree: bool,
}

/// Arguments of `why`.
#[derive(Debug, Args)]
pub struct Why {
    /// The app.
    pub app: String,
    /// The environment.
    #[arg(long, default_value = "production", conflicts_with_all = ["base", "head", "working_tree", "dot", "html"])]
    pub environment: String,
    /// With any of these: how what differs gets into the app, from file to file, by the repository alone.
    #[command(flatten)]
    pub compared: Compared,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
    /// Draw the packages that the app needs, for Graphviz: those that changed, and the ways from them.
    #[arg(long, conflicts_with_all = ["json", "html"])]
    pub dot: bool,
    /// The same as a page for a browser.
    #[arg(long, conflicts_with = "json")]
    pub html: bool,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Where to put it. A demo that is there already is used as it is.
    #[arg(default_value = "frontage-demo")]
    pub folder: PathBuf,
    /// How to run it.
    #[command(flatten)]
    pub run: Run,
}

/// Arguments of `up`.
#[derive(Debug, Args)]
pub struct Up {
    /// The repository; the one of `-C` if none.
    pub path: Option<PathBuf>,
    /// How to run it.
    #[command(flatten)]
    pub run: Run,
}

/// How a repository is run.
#[derive(Clone, Debug, Args)]
pub struct Run {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// What to do where this machine cannot isolate builds and instances from each other completely.
    #[arg(long, value_enum, default_value_t = Isolation::Possible)]
    pub isolation: Isolation,
    /// A file of variables that the repository does not hold, as `.env` files are written. Builds see those with a
    /// framework's public prefix and those in `build_env`; all others are kept as secrets, for instances only.
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// How long an install, and how long the steps of a build, may take, in minutes.
    #[arg(long, value_name = "NUMBER", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..))]
    pub build_minutes: u16,
    /// How many builds at once; by default as many as cores and memory admit.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub builds: Option<u16>,
}

/// What to do where a machine cannot isolate completely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Isolation {
    /// Isolate as far as possible, and say what is missing.
    Possible,
    /// Refuse to run.
    Required,
}

/// Arguments of a query.
#[derive(Debug, Args)]
pub struct Query {
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `logs`.
#[derive(Debug, Args)]
pub struct Logs {
    /// The app.
    pub app: String,
    /// Go on printing what comes.
    #[arg(short, long)]
    pub follow: bool,
    /// The log of its newest build instead.
    #[arg(long)]
    pub build: bool,
    /// The environment.
    #[arg(long, default_value = "production")]
    pub environment: String,
    /// How many lines of what is there.
    #[arg(short = 'n', long, default_value_t = 200)]
    pub lines: usize,
    /// One JSON object for each line.
    #[arg(long)]
    pub json: bool,
}

/// What to do with a secret.
#[derive(Debug, Subcommand)]
pub enum Secret {
    /// Set a secret; its value comes from standard input. Apps that are given it are deployed anew, without a build.
    Set {
        /// Its name, as the variable that apps read.
        name: String,
        /// Only for this app.
        #[arg(long)]
        app: Option<String>,
        /// Only for this kind of environment.
        #[arg(long, value_enum)]
        environment: Option<Kind>,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
}

/// The kinds of environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Production.
    Production,
    /// Every preview.
    Preview,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_command_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
