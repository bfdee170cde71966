//! Symbolic links that leave the repository, on their own or by way of others.

use std::collections::BTreeMap;

/// How many links a path may lead through, as on Linux.
const MOST_LINKS: usize = 40;

/// The longest target that a file system takes, as on Linux.
const LONGEST_TARGET: usize = 4096;

/// Paths of the links, given with their targets, that leave the repository.
pub fn leaving(links: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let links: BTreeMap<&str, String> =
        links.iter().map(|(path, target)| (path.as_str(), String::from_utf8_lossy(target).into_owned())).collect();
    links.keys().filter(|path| leaves(path, &links)).map(|path| (*path).to_owned()).collect()
}

fn leaves(path: &str, links: &BTreeMap<&str, String>) -> bool {
    let mut at = String::new();
    let mut open: Vec<&str> = path.rsplit('/').collect();
    let mut followed = 0;
    while let Some(part) = open.pop() {
        match part {
            "" | "." => {}
            ".." if at.is_empty() => return true,
            ".." => at.truncate(at.rfind('/').unwrap_or(0)),
            name => {
                let folder_length = at.len();
                at.extend([if at.is_empty() { "" } else { "/" }, name]);
                let Some(target) = links.get(at.as_str()) else { continue };
                followed += 1;
                if target.starts_with('/') || target.len() > LONGEST_TARGET {
                    return true;
                }
                // A circle of links leads nowhere.
                if followed > MOST_LINKS {
                    return false;
                }
                at.truncate(folder_length);
                open.extend(target.rsplit('/'));
            }
        }
    }
    false
}
