//! What pages put before the names of their files: the path prefix that an app was built for.

use std::collections::BTreeMap;

use super::look::{Look, prefix};

/// How many pages of a folder are read.
const READ: usize = 5;

/// How many segments a prefix may have.
const LONGEST: usize = 5;

/// What pages of a folder put before the names of files in it: `/x` for `src="/x/assets/a.js"`, nothing for
/// `src="/assets/a.js"`. None if no page names a file of the folder by an absolute path.
pub fn deduce(look: &Look<'_>, folder: &str) -> Option<String> {
    let mut pages: Vec<&str> = look.below(folder).filter(|name| name.ends_with(".html")).collect();
    pages.sort_by_key(|name| (*name != "index.html", name.split('/').count(), *name));
    pages.into_iter().take(READ).find_map(|page| {
        let text = look.tree.read(&format!("{folder}/{page}"))?;
        of_page(&text, &|name| look.has(&format!("{folder}/{name}")))
    })
}

/// What one page puts before the names of files.
fn of_page(text: &str, has: &dyn Fn(&str) -> bool) -> Option<String> {
    if let Some(base) = base_element(text) {
        // Relative names count from it, which is what it is there for.
        let relative =
            urls(text).any(|url| !url.starts_with('/') && is_asset(url) && has(url.trim_start_matches("./")));
        if relative {
            return Some(prefix(base));
        }
    }
    let mut votes: BTreeMap<String, usize> = BTreeMap::new();
    for url in urls(text).filter(|url| url.starts_with('/') && !url.starts_with("//") && is_asset(url)) {
        let mut rest = &url[1..];
        for _ in 0..=LONGEST {
            if has(rest) {
                let before = &url[..url.len() - rest.len()];
                *votes.entry(prefix(before)).or_default() += 1;
                break;
            }
            let Some((_, shorter)) = rest.split_once('/') else { break };
            rest = shorter;
        }
    }
    // Of equals the shortest: another app's file may have the name of one of these.
    let most = votes.into_iter().max_by_key(|(prefix, count)| (*count, std::cmp::Reverse(prefix.len())));
    most.map(|(prefix, _)| prefix)
}

/// Everything in a page that may be a URL, without query and fragment; attributes need not be quoted.
fn urls(text: &str) -> impl Iterator<Item = &str> {
    let is_end = |letter: char| letter.is_whitespace() || "\"'`<>()=,;\\".contains(letter);
    text.split(is_end).map(|word| word.split(['?', '#']).next().unwrap_or(word)).filter(|word| !word.is_empty())
}

/// Whether a URL names a file that is no page: pages are linked by other names than their files'.
fn is_asset(url: &str) -> bool {
    let name = url.rsplit('/').next().unwrap_or(url);
    name.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && !ending.starts_with("htm"))
}

/// `href` of the page's `<base>`.
fn base_element(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<base ")?;
    let (element, _) = rest.split_once('>')?;
    let (_, value) = element.split_once("href=")?;
    let value = value.trim_start_matches(['"', '\'']);
    let end = value.find(['"', '\'', ' ']).unwrap_or(value.len());
    Some(&value[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_is_what_a_page_puts_before_its_files() {
        let files = ["assets/index-B81d04e6.js", "assets/a.css", "favicon.ico", "docs/logo.svg", "main-AB12CD34.js"];
        let check = |page: &str, expected: Option<&str>| {
            assert_eq!(of_page(page, &|name| files.contains(&name)).as_deref(), expected, "{page}");
        };
        check(r#"<script src="/enterprise/assets/index-B81d04e6.js">"#, Some("/enterprise"));
        check(r#"<script src="/assets/index-B81d04e6.js">"#, Some(""));
        check(r#"<script src="https://cdn/assets/index-B81d04e6.js">"#, None);
        check("<link href=/a/b/assets/a.css rel=stylesheet>", Some("/a/b"));
        check(r#"<link href="/assets/a.css?v=1"><a href="/x/favicon.ico">"#, Some(""));
        check(r#"<img src="/docs/logo.svg">"#, Some(""));
        check(r#"<script src="./assets/index-B81d04e6.js">"#, None);
        check(r#"<base href="/app/"><script src="main-AB12CD34.js">"#, Some("/app"));
        check(r#"<base href="/"><script src="main-AB12CD34.js">"#, Some(""));
        check("<base href=/app/><script src=main-AB12CD34.js>", Some("/app"));
        check(r#"<a href="/index.html">"#, None);
        check(r#"self.__next_f.push([1,"\"/x/assets/a.css\""])"#, Some("/x"));
    }
}
