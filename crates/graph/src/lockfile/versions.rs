//! Which versions of a package manager write a lockfile's format, and which install from it without a change.
//!
//! Source of every row, unless it says another: a small lockfile was written by a release of its range, and a frozen
//! install of it (`npm ci`, `pnpm install --frozen-lockfile`, `yarn install --immutable`) was tried with releases in
//! the range and on both sides of it, on Node.js 20: npm 7.24, 8.19, 11.1 and 11.19, pnpm 7.33, 8.15, 9.0, 9.15 and
//! 10.12, Yarn 2.4, 3.0, 3.1, 3.2, 4.0, 4.9, 4.13, 4.14, 4.15 and 4.18.

use semver::{Prerelease, Version, VersionReq};
use serde::{Deserialize, Serialize};

/// What a version of a package manager does with a lockfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It installs from it and leaves it as it is.
    Unchanged,
    /// It would write it anew or ignore it: a frozen install fails, any other resolves again.
    Anew,
    /// The version cannot be read.
    Unknown,
}

/// Who writes a format.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Writers {
    /// The versions to choose from, as npm writes ranges.
    pub range: String,
    /// The versions that install from it without a change, any of these.
    unchanged: Vec<String>,
}

impl Writers {
    fn of(range: &str, unchanged: &[&str]) -> Writers {
        Writers { range: range.to_owned(), unchanged: unchanged.iter().map(|range| (*range).to_owned()).collect() }
    }

    /// What a version does with the format.
    pub fn read_by(&self, version: &str) -> Reading {
        let Ok(mut version) = Version::parse(version.trim().trim_start_matches('v')) else { return Reading::Unknown };
        version.pre = Prerelease::EMPTY;
        let matches = |range: &String| {
            let range = VersionReq::parse(&range.replace(' ', ", ")).expect("the ranges of the table are ranges");
            range.matches(&version)
        };
        if self.unchanged.iter().any(matches) { Reading::Unchanged } else { Reading::Anew }
    }
}

/// Of npm. Version 1 is of npm 5 and 6; npm 7 and newer install from it and leave it.
/// Source of what npm 5 and 6 do: docs.npmjs.com, "package-lock.json", `lockfileVersion`.
pub fn of_npm(version: &str) -> Option<Writers> {
    Some(match version {
        "1" => Writers::of(">=7.0.0", &[">=5.0.0"]),
        "2" => Writers::of(">=7.0.0", &[">=5.0.0"]),
        "3" => Writers::of(">=7.0.0", &[">=7.0.0"]),
        _ => return None,
    })
}

/// Of pnpm. Of version 5 the newest pnpm that reads it is chosen, since the older ones fail on a Node.js of today.
/// 6.1 was of pnpm 8.6.1 and 8.6.2, and is read like 6.0. Version 7 was of prereleases alone, and no release reads
/// it. From pnpm 11 on the file may begin with a document about pnpm itself, which older ones take for damage. pnpm
/// 11 no longer reads settings in `package.json`: where nobody asks for it, 10 is right. Version 12 is of pnpm 12.
/// Source of what was not tried, pnpm 3 to 6, 11 and 12: pnpm/spec, `lockfile/README.md`; pnpm's `lockfile/fs/src/read.ts` and `lockfile_version.rs`.
pub fn of_pnpm(version: &str, is_about_pnpm: bool) -> Option<Writers> {
    Some(match version.split_once('.').unwrap_or((version, "")) {
        ("5", "0" | "1" | "2" | "3" | "4" | "") => Writers::of(">=7.0.0 <8.0.0", &[">=3.0.0 <8.0.0"]),
        ("6", _) => Writers::of(">=8.0.0 <9.0.0", &[">=8.0.0 <9.0.0", ">=9.0.1 <10.0.0"]),
        ("9", _) if is_about_pnpm => Writers::of(">=11.0.0 <12.0.0", &[">=11.0.0"]),
        ("9", _) => Writers::of(">=9.0.0 <11.0.0", &[">=9.0.0"]),
        ("12", _) => Writers::of(">=12.0.0", &[">=12.0.0"]),
        _ => return None,
    })
}

/// Of Yarn 1. Source: yarnpkg/yarn, `src/constants.js`, `LOCKFILE_VERSION`; newer ones say that they migrate it.
pub fn of_yarn_classic() -> Writers {
    Writers::of(">=1.0.0 <2.0.0", &["<2.0.0"])
}

/// Of Yarn 2 and newer, which refuse any other of these versions, or write it anew. Yarn 2 and 3.0 differ by the key
/// of their caches, and write each other's checksums anew. Version 7 is of prereleases of Yarn 4 (not tried).
pub fn of_yarn_berry(version: &str, cache_key: &str) -> Option<Writers> {
    Some(match (version, cache_key) {
        ("4", "8") => Writers::of(">=3.0.0 <3.1.0", &[">=3.0.0 <3.1.0"]),
        ("4", _) => Writers::of(">=2.0.0 <3.0.0", &[">=2.0.0 <3.0.0"]),
        ("5", _) => Writers::of(">=3.1.0 <3.2.0", &[">=3.1.0 <3.2.0"]),
        ("6", _) => Writers::of(">=3.2.0 <4.0.0", &[">=3.2.0 <4.0.0"]),
        ("7", _) => Writers::of(">=4.0.0-rc.1 <4.0.0", &[]),
        ("8", _) => Writers::of(">=4.0.0 <4.14.0", &[">=4.0.0 <4.14.0"]),
        ("9", _) => Writers::of(">=4.14.0 <4.15.0", &[">=4.14.0 <4.15.0"]),
        ("10", _) => Writers::of(">=4.15.0 <5.0.0", &[">=4.15.0 <5.0.0"]),
        _ => return None,
    })
}

/// Of Bun: 1.4 keeps version 1 as it is, and writes 2 or 3 where there is no lockfile; 1.2 and newer raise 0 to 1.
/// Source: oven-sh/bun, `src/install/lockfile/bun.lock.rs`, `version_to_write`. None was tried.
pub fn of_bun(version: &str) -> Option<Writers> {
    Some(match version {
        "0" => Writers::of(">=1.1.39 <1.2.0", &[">=1.1.39 <1.2.0"]),
        "1" => Writers::of(">=1.2.0", &[">=1.2.0"]),
        "2" | "3" => Writers::of(">=1.4.0", &[">=1.4.0"]),
        _ => return None,
    })
}
