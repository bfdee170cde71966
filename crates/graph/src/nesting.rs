//! How deep a text is nested. A parser calls itself once for each level, without a limit of its own, and a commit may hold
//! a file that is nothing but brackets, or nothing but `!`: neither may end or hold up the process.

use std::thread;

/// How deep brackets may be nested: what is deeper was made by a program, and the parser takes time by the third power of
/// it, since it reads a `<` twice.
pub const DEEPEST: usize = 150;

/// Bytes of stack for each byte of a text, and besides for each that may open a level: what was measured for release
/// builds with some thirty kinds of nesting, half as much again.
const PER_BYTE: usize = 200;
const PER_LEVEL: usize = 2_400;

/// Which bytes may open a level.
const OPENS_LEVEL: [bool; 256] = {
    let (mut opens, mut at) = ([false; 256], 0);
    while at < OPENING.len() {
        opens[OPENING[at] as usize] = true;
        at += 1;
    }
    opens
};
const OPENING: &[u8] = b"([{<`?=:>";

/// How much more the same takes without optimisation.
const UNOPTIMISED: usize = if cfg!(debug_assertions) { 12 } else { 1 };

/// The smallest stack, in bytes.
const SMALLEST: usize = 1 << 21;

/// The largest, in bytes. It is memory only where it is used.
const LARGEST: usize = 1 << 30;

/// How much stack a text may take to parse and walk, in bytes; none if it is nested too deep, or may take more than there
/// is.
pub fn stack_for(text: &str) -> Option<usize> {
    let levels = text.bytes().filter(|byte| OPENS_LEVEL[usize::from(*byte)]).count();
    let needed = SMALLEST + (text.len() * PER_BYTE + levels * PER_LEVEL) * UNOPTIMISED;
    (needed <= LARGEST && deepest(text) <= DEEPEST).then_some(needed)
}

/// Does something with this much stack; none if the machine does not give it, or a parser's own bug ended it.
pub fn with_stack<T: Send>(bytes: usize, work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| thread::Builder::new().stack_size(bytes).spawn_scoped(scope, work).ok()?.join().ok())
}

/// How deep a text is nested: by brackets, with those in comments and without, and by functions that are the body of others.
fn deepest(text: &str) -> usize {
    let all = nested(text.as_bytes());
    let Some((first, mut rest)) = text.split_once("/*") else { return all };
    let mut plain = first.as_bytes().to_vec();
    loop {
        let behind = rest.split_once("*/").map_or("", |(_, behind)| behind);
        let (before, next) = behind.split_once("/*").unwrap_or((behind, ""));
        plain.extend(before.as_bytes());
        if next.is_empty() {
            return all.max(nested(&plain));
        }
        rest = next;
    }
}

fn nested(text: &[u8]) -> usize {
    let (mut depth, mut deepest, mut arrows, mut before) = (0_usize, 0, 0_usize, b' ');
    for byte in text {
        match byte {
            b'(' | b'[' | b'{' | b'<' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'>' if before == b'=' => arrows += 1,
            b'>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        // A line ends a statement, unless it ends with the arrow.
        if matches!(byte, b';' | b',' | b'{' | b'}') || *byte == b'\n' && before != b'>' {
            arrows = 0;
        }
        deepest = deepest.max(depth).max(arrows);
        if !byte.is_ascii_whitespace() {
            before = *byte;
        }
    }
    deepest
}

#[cfg(test)]
mod tests;
