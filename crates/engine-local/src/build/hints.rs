//! What a person can do about a failed build, as far as its last lines tell.

use api::sandbox::Ending;

/// Words by which programs say that the disk is full.
const FULL: [&str; 3] = ["ENOSPC", "No space left on device", "EDQUOT"];

/// Words by which programs say that the network, not the request, is at fault.
const NETWORK: [&str; 7] =
    ["EAI_AGAIN", "ENOTFOUND", "ETIMEDOUT", "ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "EHOSTUNREACH"];

/// What a person can do. `shows` tells whether the build was shown a file of the repository.
pub fn hint(ending: &Ending, last_lines: &[String], shows: &dyn Fn(&str) -> bool) -> Option<String> {
    if ending.out_of_memory {
        return Some("it may use half of the machine's memory; a smaller `NODE_OPTIONS=--max-old-space-size` or fewer workers need less".to_owned());
    }
    if ending.out_of_time {
        return Some("a build may take 30 minutes; something in it waits for what never comes".to_owned());
    }
    if is_network_failure(last_lines) {
        return Some("builds have no network; if it needs one, set `build_network = true` for the app".to_owned());
    }
    let missing = last_lines.iter().find_map(|line| missing_file(line)).filter(|path| !shows(path))?;
    Some(format!(
        "`{missing}` is not shown to this build; if it is in the repository, add it: `inputs = [\"/{missing}\"]`"
    ))
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

/// Whether a program said that the disk is full.
pub fn is_disk_full(last_lines: &[String]) -> bool {
    last_lines.iter().any(|line| FULL.iter().any(|word| line.contains(word)))
}

/// The file of the repository that a line says is missing.
fn missing_file(line: &str) -> Option<String> {
    let missing = ["ENOENT", "no such file", "Cannot find", "Could not resolve", "not found"];
    if !missing.iter().any(|word| line.contains(word)) {
        return None;
    }
    let (_, path) = line.split_once("/srv/repo/")?;
    let end = path.find(['\'', '"', '`', ' ', ')', ',']).unwrap_or(path.len());
    let path = path[..end].trim_end_matches([':', '.']);
    (!path.is_empty() && !path.contains("node_modules")).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let hint =
            hint(&Ending { code: Some(1), ..Ending::default() }, &[line.to_owned()], &|path| path == "apps/a/there.ts");
        let hint = hint.unwrap_or_default();
        assert!(if expected.is_empty() { hint.is_empty() } else { hint.contains(expected) }, "{line}: {hint}");
    }

    #[test]
    fn lines_tell_what_to_do() {
        check(
            "Error: ENOENT: no such file or directory, open '/srv/repo/docs/prices.json'",
            "inputs = [\"/docs/prices.json\"]",
        );
        check("Error: ENOENT: no such file or directory, open '/srv/repo/apps/a/there.ts'", "");
        check("getaddrinfo EAI_AGAIN fonts.googleapis.com", "build_network = true");
        check("src/page.tsx(3,5): error TS2322: Type 'string' is not assignable", "");
    }
}
