//! Ranges of versions as npm reads them. Source: docs.npmjs.com, "semver", ranges.

use semver::Version;

/// A version as three numbers.
type Triple = (u64, u64, u64);

/// A range of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    text: String,
    /// Versions from the first to before the second, of each pair.
    alternatives: Vec<(Triple, Triple)>,
}

const FIRST: Triple = (0, 0, 0);
const NEVER: Triple = (u64::MAX, 0, 0);

impl Range {
    /// Every version.
    pub fn any() -> Range {
        Range { text: "*".to_owned(), alternatives: vec![(FIRST, NEVER)] }
    }

    /// Reads a range; none if it is something else.
    pub fn parse(text: &str) -> Option<Range> {
        let alternatives = text.split("||").map(alternative).collect::<Option<_>>()?;
        Some(Range { text: text.trim().to_owned(), alternatives })
    }

    /// Whether a version is in it. A pre-release counts as what it leads to.
    pub fn holds(&self, version: &Version) -> bool {
        let version = (version.major, version.minor, version.patch);
        self.alternatives.iter().any(|(from, to)| *from <= version && version < *to)
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(&self.text)
    }
}

fn alternative(text: &str) -> Option<(Triple, Triple)> {
    if let Some((from, to)) = text.split_once(" - ") {
        return Some((Partial::parse(from)?.first(), Partial::parse(to)?.after()));
    }
    let mut all = (FIRST, NEVER);
    for part in parts(text) {
        let (from, to) = comparator(&part)?;
        all = (all.0.max(from), all.1.min(to));
    }
    Some(all)
}

/// Comparators, each with its operator and without spaces.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for word in text.split([' ', '\t', ',']).filter(|word| !word.is_empty()) {
        match parts.last_mut().filter(|last| last.chars().all(|it| "<>=^~".contains(it))) {
            Some(operator) => operator.push_str(word),
            None => parts.push(word.to_owned()),
        }
    }
    parts
}

fn comparator(text: &str) -> Option<(Triple, Triple)> {
    let version = text.trim_start_matches(['<', '>', '=', '^', '~']);
    let operator = &text[..text.len() - version.len()];
    let it = Partial::parse(version)?;
    Some(match operator {
        "" | "=" => (it.first(), it.after()),
        ">=" => (it.first(), NEVER),
        ">" => (it.after(), NEVER),
        "<" => (FIRST, it.first()),
        "<=" => (FIRST, it.after()),
        "~" | "~>" => (it.first(), Partial { patch: None, ..it }.after()),
        "^" => (it.first(), it.compatible().after()),
        _ => return None,
    })
}

/// `20`, `20.1`, `20.1.3`, `20.x`, `*`.
#[derive(Clone, Copy)]
struct Partial {
    major: Option<u64>,
    minor: Option<u64>,
    patch: Option<u64>,
}

impl Partial {
    fn parse(text: &str) -> Option<Partial> {
        let text = text.trim().trim_start_matches(['v', 'V', '=']);
        let text = text.split(['-', '+']).next().unwrap_or(text);
        let mut numbers = [None; 3];
        let mut is_open = text.is_empty();
        for (index, part) in text.split('.').filter(|part| !part.is_empty()).enumerate() {
            let number = numbers.get_mut(index)?;
            if matches!(part, "x" | "X" | "*") {
                is_open = true;
            } else {
                let read: u64 = part.parse().ok()?;
                *number = (!is_open).then_some(read);
            }
        }
        let [major, minor, patch] = numbers;
        (is_open || major.is_some()).then_some(Partial { major, minor, patch })
    }

    fn first(self) -> Triple {
        (self.major.unwrap_or(0), self.minor.unwrap_or(0), self.patch.unwrap_or(0))
    }

    /// The first version that is beyond it.
    fn after(self) -> Triple {
        match (self.major, self.minor, self.patch) {
            (None, _, _) => NEVER,
            (Some(major), None, _) => (major.saturating_add(1), 0, 0),
            (Some(major), Some(minor), None) => (major, minor.saturating_add(1), 0),
            (Some(major), Some(minor), Some(patch)) => (major, minor, patch.saturating_add(1)),
        }
    }

    /// What a caret allows: nothing changes left of the first number that is not zero.
    fn compatible(self) -> Partial {
        let (major, minor) = (self.major, self.minor);
        match (major, minor) {
            (Some(0), Some(0)) => self,
            (Some(0), _) => Partial { major, minor, patch: None },
            _ => Partial { major, minor: None, patch: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_npm_reads_them() {
        let within = "20.20.2";
        let yes = [
            ">=20",
            ">= 20",
            "20",
            "20.x",
            "20.x.x",
            "20.*",
            "^20.1",
            "20.20",
            "20.20.2",
            "=20.20.2",
            "v20.20.2",
            "18 || 20",
            ">=18 <21",
            ">=18, <21",
            "*",
            "",
            "x",
            "18 - 20",
            "18 - 20.99",
            "~20",
            "~> 20.20",
            ">19",
            "<=20",
            "^ 20",
            ">=v20.1.0",
            "^18 || ^20.9 || >=22",
            ">=20.0.0-0",
            "<= 20.20.2",
            "20.20.x",
            "> 20.20.1",
        ];
        let no = [
            ">=22",
            "18",
            "20.10",
            "20.20.1",
            "^18 || ^22",
            ">=18 <20",
            ">20",
            "<20",
            "<20.20.2",
            "~20.19",
            "^20.20.3",
            "18 - 19",
            "21 - 22",
            ">20.20.2",
            ">20.20",
        ];
        for (ranges, expected) in [(yes.as_slice(), true), (no.as_slice(), false)] {
            for range in ranges {
                let holds = Range::parse(range).expect(range).holds(&Version::parse(within).unwrap());
                assert_eq!(holds, expected, "{range}");
            }
        }
    }

    #[test]
    fn below_one_a_caret_holds_more_in_place() {
        let holds = |range: &str, version: &str| Range::parse(range).unwrap().holds(&Version::parse(version).unwrap());
        assert!(holds("^0.2.3", "0.2.9") && !holds("^0.2.3", "0.3.0"));
        assert!(holds("^0.0.3", "0.0.3") && !holds("^0.0.3", "0.0.4"));
        assert!(holds("^0", "0.9.0") && !holds("^0", "1.0.0"));
    }

    #[test]
    fn what_is_no_range() {
        for text in
            ["lts/*", "latest", "https://x/y.tgz", "1.2.3.4", "=>1", "^^", "18 || lts", "99999999999999999999999"]
        {
            assert_eq!(Range::parse(text), None, "{text}");
        }
    }
}
