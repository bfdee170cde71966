//! Words of builds and instances as they may be kept and shown: plain text, without the secrets that they were given.

/// Shorter values would be found everywhere, and keep nothing secret.
const SHORTEST_SECRET: usize = 4;

/// The longest line that is kept, in characters.
const LONGEST_LINE: usize = 2000;

/// What stands in place of a secret.
const HIDDEN: &str = "[secret]";

/// Lines without what steers a terminal, none longer than a person reads.
pub fn plain(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| plain_line(line)).collect()
}

/// Lines in which the values of secrets are hidden, also single lines of values of several.
pub fn without_secrets<'a>(lines: Vec<String>, values: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut secrets: Vec<&str> =
        values.flat_map(|value| value.lines().chain([value.as_str()])).map(str::trim).collect();
    secrets.retain(|secret| secret.chars().count() >= SHORTEST_SECRET);
    // A value that holds another one goes first.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    let hide = |line: String| secrets.iter().fold(line, |line, secret| line.replace(secret, HIDDEN));
    lines.into_iter().map(hide).collect()
}

/// Escape sequences are left out as ECMA-48 delimits them: `ESC [` to a letter, `ESC ]` to BEL or `ESC \\`, other `ESC`
/// with the character after it.
fn plain_line(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\u{1b}' => match rest.next() {
                Some('[') => while rest.next().is_some_and(|letter| !matches!(letter, '@'..='~')) {},
                Some(']') => {
                    while let Some(letter) = rest.next() {
                        if letter == '\u{7}' || letter == '\u{1b}' && rest.next_if_eq(&'\\').is_some() {
                            break;
                        }
                    }
                }
                _ => {}
            },
            '\t' => plain.push(' '),
            letter if letter.is_control() => {}
            letter => plain.push(letter),
        }
    }
    match plain.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &plain[..end]),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_left_out() {
        let check = |line: &str, expected: &str| assert_eq!(plain(&[line.to_owned()]), [expected], "{line:?}");
        check("\u{1b}[31mError:\u{1b}[0m no `DATABASE_URL`", "Error: no `DATABASE_URL`");
        check("\u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{1b}\\ after", "link after");
        check("\u{1b}]0;title", "");
        check("10 %\r100 %\tdone\u{8}\u{0}", "10 %100 % done");
        check("\u{1b}(Bplain", "Bplain");
        check("ünchanged 日本", "ünchanged 日本");
        let long = plain(&["é".repeat(LONGEST_LINE + 1)]);
        assert_eq!(long[0].chars().count(), LONGEST_LINE + 1, "and one that says that there is more");
    }

    #[test]
    fn secrets_are_hidden() {
        let check = |values: &[&str], line: &str, expected: &str| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            assert_eq!(without_secrets(vec![line.to_owned()], values.iter()), [expected], "{line:?}");
        };
        check(&["hunter22"], "cannot log in with hunter22", "cannot log in with [secret]");
        check(&["hunter22"], "hunter22hunter22", "[secret][secret]");
        check(&["abcd", "abcdef"], "abcdef abcd", "[secret] [secret]");
        check(&["BEGIN\n  c2VjcmV0\nEND"], "line c2VjcmV0 of a key", "line [secret] of a key");
        // Too short to be one.
        check(&["1", ""], "exited with status 1", "exited with status 1");
    }
}
