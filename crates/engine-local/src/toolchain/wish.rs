//! What a repository asks for: a Node.js, a package manager.

use engine::{Error, Remedy};
use model::PackageManager;
use semver::Version;

use super::range::Range;
use super::{architecture, platform};

/// Lines of Node.js with long-term support, by their code names. Source: the repository `nodejs/Release`.
const LONG_TERM: [(&str, u64); 12] = [
    ("argon", 4),
    ("boron", 6),
    ("carbon", 8),
    ("dubnium", 10),
    ("erbium", 12),
    ("fermium", 14),
    ("gallium", 16),
    ("hydrogen", 18),
    ("iron", 20),
    ("jod", 22),
    ("krypton", 24),
    ("lithium", 26),
];

/// Which Node.js is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeWish {
    /// As it is written.
    pub text: String,
    /// The file that says so; none if nobody does.
    pub said_by: Option<String>,
    node: Node,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    /// Whatever the machine has.
    Own,
    /// A version within.
    Within(Range),
    /// The newest of all.
    Newest,
    /// The newest line with long-term support, or so many before it.
    LongTerm(usize),
}

impl NodeWish {
    /// Reads a range, or a name as `nvm` and others know them, and the file that says so.
    pub fn of(said: Option<(&str, &str)>) -> Result<NodeWish, Error> {
        let Some((text, file)) = said else {
            return Ok(NodeWish { text: "*".to_owned(), said_by: None, node: Node::Own });
        };
        let node = node(&text.trim().to_ascii_lowercase()).ok_or_else(|| {
            Error::new(Remedy::ChangeRequest, format!("`{file}` asks for Node.js `{text}`"))
                .because("that is no version, no range and no name of a release line")
                .hint("write one such as `22` or `>=20`")
        })?;
        Ok(NodeWish { text: text.trim().to_owned(), said_by: Some(file.to_owned()), node })
    }

    /// Whether a version is certainly what is asked for, without knowing which others there are.
    pub fn is_met_by(&self, version: &Version) -> bool {
        match &self.node {
            Node::Own => true,
            Node::Within(range) => range.holds(version),
            Node::Newest | Node::LongTerm(_) => false,
        }
    }

    /// The newest of all versions that is asked for and fits. Of an open range that is one with long-term support, if
    /// there is any: others are for trying out.
    pub fn newest<'a>(&self, all: &'a [Version], fits: &dyn Fn(&Version) -> bool) -> Option<&'a Version> {
        let mut fitting = all.iter().rev().filter(|version| fits(version));
        let has_support = |version: &&Version| version.major.is_multiple_of(2);
        match &self.node {
            Node::Newest => fitting.next(),
            Node::Own => fitting.clone().find(has_support).or_else(|| fitting.next()),
            Node::Within(range) => {
                let mut fitting = fitting.filter(|version| range.holds(version));
                fitting.clone().find(has_support).or_else(|| fitting.next())
            }
            Node::LongTerm(before) => {
                let mut lines: Vec<u64> = all.iter().filter(has_support).map(|version| version.major).collect();
                lines.dedup();
                let line = lines.iter().rev().nth(*before)?;
                fitting.find(|version| version.major == *line)
            }
        }
    }
}

fn node(text: &str) -> Option<Node> {
    let within = |major: u64| Range::parse(&major.to_string()).map(Node::Within);
    match text {
        "system" => return Some(Node::Own),
        "node" | "latest" | "current" | "stable" => return Some(Node::Newest),
        "lts" | "lts/*" | "--lts" => return Some(Node::LongTerm(0)),
        _ => {}
    }
    if let Some(line) = text.strip_prefix("lts/").or_else(|| text.strip_prefix("lts-")) {
        return match line.strip_prefix('-') {
            Some(before) => before.parse().ok().map(Node::LongTerm),
            None => LONG_TERM.iter().find(|(name, _)| *name == line).and_then(|(_, major)| within(*major)),
        };
    }
    if let Some((_, major)) = LONG_TERM.iter().find(|(name, _)| *name == text) {
        return within(*major);
    }
    Range::parse(text.strip_prefix("node@").unwrap_or(text)).map(Node::Within)
}

/// Which package manager is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagerWish {
    /// The version or range as it is written.
    pub text: String,
    /// What that means.
    pub which: Which,
    /// The hash that follows it: `sha512.…`.
    pub hash: Option<String>,
    manager: PackageManager,
}

/// Which version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// This one.
    Exactly(Version),
    /// The newest within.
    Within(Range),
}

impl ManagerWish {
    /// Reads `pnpm@10.32.1+sha512.…`, `yarn@^4` and the like.
    pub fn parse(said: &str) -> Result<ManagerWish, Error> {
        let refused = |hint: &str| {
            let attempted = format!("the package manager `{said}` cannot be had");
            Err(Error::new(Remedy::ChangeRequest, attempted).hint(hint))
        };
        let (program, version) = said.trim().split_once('@').unwrap_or((said.trim(), "*"));
        let manager = match program {
            "npm" => PackageManager::Npm,
            "pnpm" => PackageManager::Pnpm,
            // Which of the two is for the version to say.
            "yarn" => PackageManager::YarnBerry,
            "bun" => PackageManager::Bun,
            _ => return refused("name npm, pnpm, yarn or bun in `packageManager`"),
        };
        let (text, hash) = match version.split_once('+') {
            Some((text, hash)) => (text, Some(hash.to_owned())),
            None => (version, None),
        };
        let which = match (Version::parse(text), Range::parse(text)) {
            (Ok(version), _) => Which::Exactly(version),
            (Err(_), Some(range)) => Which::Within(range),
            (Err(_), None) if matches!(text, "latest" | "stable") => Which::Within(Range::any()),
            (Err(_), None) => return refused("name it with a version such as `10.32.1`, or a range such as `^10`"),
        };
        Ok(ManagerWish { text: text.to_owned(), which, hash, manager })
    }

    /// The program that people call.
    pub fn program(&self) -> &'static str {
        self.manager.program()
    }

    /// What people call it.
    pub fn family(&self) -> &'static str {
        match self.manager {
            PackageManager::Npm => "npm",
            PackageManager::Pnpm => "pnpm",
            PackageManager::YarnClassic | PackageManager::YarnBerry => "Yarn",
            PackageManager::Bun => "Bun",
        }
    }

    /// Whether a version is of Yarn 2 or newer.
    pub fn is_berry(&self, version: &Version) -> bool {
        self.manager == PackageManager::YarnBerry && version.major >= 2
    }

    /// Packages of the registry that hold it.
    pub fn packages(&self) -> Vec<String> {
        match self.manager {
            PackageManager::YarnClassic | PackageManager::YarnBerry => {
                vec!["yarn".to_owned(), "@yarnpkg/cli-dist".to_owned()]
            }
            PackageManager::Bun => vec![bun_package()],
            PackageManager::Npm | PackageManager::Pnpm => vec![self.program().to_owned()],
        }
    }

    /// The package of the registry that holds a version; none if that is none that can be had.
    pub fn package(&self, version: &Version) -> Option<String> {
        match self.manager {
            PackageManager::YarnClassic | PackageManager::YarnBerry => {
                Some(if version.major < 2 { "yarn" } else { "@yarnpkg/cli-dist" }.to_owned())
            }
            PackageManager::Bun => Some(bun_package()),
            PackageManager::Npm | PackageManager::Pnpm => Some(self.program().to_owned()),
        }
    }
}

/// The package that holds Bun for this machine: one for processors without AVX2 stands beside the usual one.
fn bun_package() -> String {
    let processor = match architecture() {
        "arm64" => "aarch64",
        other => other,
    };
    let musl = if platform().ends_with("musl") { "-musl" } else { "" };
    let is_old = processor == "x64"
        && std::fs::read_to_string("/proc/cpuinfo")
            .is_ok_and(|text| !text.split_whitespace().any(|word| word == "avx2"));
    format!("@oven/bun-{}-{processor}{musl}{}", std::env::consts::OS, if is_old { "-baseline" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What there is to choose from.
    const ALL: [&str; 9] =
        ["18.20.8", "20.1.0", "20.20.2", "22.9.0", "22.23.3", "24.21.0", "25.9.0", "26.10.0", "27.0.0"];

    fn check(wish: &str, expected: &str) {
        let all: Vec<Version> = ALL.iter().map(|text| Version::parse(text).unwrap()).collect();
        let wish = NodeWish::of(Some((wish, ".nvmrc"))).unwrap();
        let newest = wish.newest(&all, &|_| true).map(Version::to_string);
        assert_eq!(newest.as_deref().unwrap_or("none"), expected, "{wish:?}");
    }

    #[test]
    fn a_wish_is_met_by_the_newest_that_is_supported() {
        check("18", "18.20.8");
        check("v20.1.0", "20.1.0");
        check("22.x", "22.23.3");
        check("^20 || ^22", "22.23.3");
        check(">=22.18", "26.10.0");
        check(">=27", "27.0.0");
        check("25", "25.9.0");
        check("lts/*", "26.10.0");
        check("lts/-1", "24.21.0");
        check("lts/jod", "22.23.3");
        check("lts/Iron", "20.20.2");
        check("node", "27.0.0");
        check("latest", "27.0.0");
        check(">=99", "none");
        check("20.1", "20.1.0");
    }

    #[test]
    fn what_is_no_wish_is_refused() {
        for text in ["lts/unknown", "foo", "https://x"] {
            assert_eq!(NodeWish::of(Some((text, ".nvmrc"))).unwrap_err().remedy(), Remedy::ChangeRequest, "{text}");
        }
        for text in ["deno@2.0.0", "pnpm@https://x/y.tgz", "yarn@berry", "@scope/x@1"] {
            assert_eq!(ManagerWish::parse(text).unwrap_err().remedy(), Remedy::ChangeRequest, "{text}");
        }
    }

    #[test]
    fn package_managers_are_named_with_a_version_or_a_range() {
        let parse = |text: &str| ManagerWish::parse(text).unwrap();
        let exact = parse("pnpm@10.32.1+sha512.ab12");
        assert_eq!(exact.which, Which::Exactly(Version::new(10, 32, 1)));
        assert_eq!(exact.hash.as_deref(), Some("sha512.ab12"));
        assert!(matches!(parse("pnpm@>=9 <10").which, Which::Within(_)));
        assert!(matches!(parse("pnpm").which, Which::Within(_)));
        let yarn = parse("yarn@1.22.22");
        assert_eq!(yarn.package(&Version::new(1, 22, 22)).as_deref(), Some("yarn"));
        assert_eq!(yarn.package(&Version::new(4, 9, 1)).as_deref(), Some("@yarnpkg/cli-dist"));
    }
}
