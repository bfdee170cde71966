//! Paths as lockfiles write them.

/// A path that is meant from a folder, from where the folder is meant: `../ui` from `apps/shop` is `apps/ui`.
/// What lies outside keeps its `..` in front; absolute paths and those of other systems are nobody's.
pub fn from(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') || path.as_bytes().get(1) == Some(&b':') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether a path is of an archive, else it is of a folder.
/// Source: npm-package-arg, `isFilename`; pnpm's local resolver, `isFilename`.
pub fn is_archive(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    [".tgz", ".tar.gz", ".tar"].iter().any(|ending| path.ends_with(ending))
}

/// A path with `%40` and the like read.
pub fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%');
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
