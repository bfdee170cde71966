//! `--env-file`: variables that the repository does not hold, in the notation of `.env` files.
//!
//! The rules are those of npm's `dotenv` (github.com/motdotla/dotenv, README, "Rules"), which is what writes these files.
//! The crate `dotenvy` is not used: it puts our own environment in the place of a `$` in a value.

use std::collections::BTreeMap;
use std::path::Path;

use crate::report::Failure;

/// Variables by name.
pub type Variables = BTreeMap<String, String>;

/// Reads a file.
///
/// # Errors
/// If it cannot be read, or holds a line that sets nothing.
pub fn read(path: &Path) -> Result<Variables, Failure> {
    let failed = || Failure::unusable(format!("the file of variables `{}` cannot be used", path.display()));
    let content = std::fs::read(path).map_err(|cause| failed().caused_by(&cause))?;
    let text = String::from_utf8(content).map_err(|_| failed().because("it is not UTF-8"))?;
    parse(&text).map_err(|(line, because)| {
        failed().because(format!("line {line}: {because}")).hint("each line sets one variable: `NAME=value`")
    })
}

/// Variables of a text, or the line that sets nothing and why.
fn parse(text: &str) -> Result<Variables, (usize, String)> {
    let mut variables = Variables::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line_of = |rest: &str| text[..text.len() - rest.len()].matches('\n').count() + 1;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(variables);
        }
        if let Some(comment) = rest.strip_prefix('#') {
            rest = comment.find('\n').map_or("", |end| &comment[end..]);
            continue;
        }
        let line = line_of(rest);
        let end = rest.find(['=', '\n']).unwrap_or(rest.len());
        let name = rest[..end].trim();
        let name = name.strip_prefix("export ").map_or(name, str::trim_start);
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        if !rest[end..].starts_with('=') {
            return Err((line, format!("`{name}` is followed by no `=`")));
        }
        if name.is_empty() || !name.bytes().all(is_name) || name.as_bytes()[0].is_ascii_digit() {
            return Err((line, format!("`{name}` cannot be a variable's name")));
        }
        let (value, after) =
            value(&rest[end + 1..]).ok_or_else(|| (line, format!("the quote of `{name}` has no end")))?;
        if value.contains('\0') {
            return Err((line, format!("the value of `{name}` holds a NUL character, which no variable can")));
        }
        variables.insert(name.to_owned(), value);
        rest = after;
    }
}

/// A value, and what follows its line; none if its quote has no end.
fn value(text: &str) -> Option<(String, &str)> {
    let line_end = |text: &str| text.find('\n').unwrap_or(text.len());
    let text = text.trim_start_matches([' ', '\t']);
    let Some(quote) = text.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`')) else {
        let line = &text[..line_end(text)];
        let comment = line.match_indices('#').find(|(at, _)| *at == 0 || line[..*at].ends_with(char::is_whitespace));
        let plain = comment.map_or(line, |(at, _)| &line[..at]);
        return Some((plain.trim().to_owned(), &text[line.len()..]));
    };
    let end = text[1..].match_indices(quote).map(|(at, _)| at + 1).find(|at| !text[..*at].ends_with('\\'))?;
    let inner = &text[1..end];
    let value = if quote == '"' {
        inner.replace("\\n", "\n").replace("\\r", "\r").replace("\\\"", "\"")
    } else {
        inner.to_owned()
    };
    let after = &text[end + 1..];
    Some((value, &after[line_end(after)..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let said = match parse(text) {
            Ok(variables) => {
                variables.iter().map(|(name, value)| format!("{name}={value:?}")).collect::<Vec<_>>().join(" ")
            }
            Err((line, because)) => format!("line {line}: {because}"),
        };
        assert_eq!(said, expected, "{text:?}");
    }

    #[test]
    fn values_are_read_as_dotenv_reads_them() {
        check("A=1\nB = two words  # why\n\n# C=3\nexport D=4", r#"A="1" B="two words" D="4""#);
        check("A=\"x # y\"\nB='$HOME \\n'\nC=`it's \"so\"`", r#"A="x # y" B="$HOME \\n" C="it's \"so\"""#);
        check("A=\"one\\ntwo\"\nB=\"several\nlines\" # and more\nC=", r#"A="one\ntwo" B="several\nlines" C="""#);
        check("URL=postgres://u:p#w@h/d?x=y\r\nB=2", r#"B="2" URL="postgres://u:p#w@h/d?x=y""#);
        check("A=1\nA=2", r#"A="2""#);
        check("\u{feff}A=ü", r#"A="ü""#);
    }

    #[test]
    fn lines_that_set_nothing_are_told() {
        check("A=1\nnothing\nB=2", "line 2: `nothing` is followed by no `=`");
        check("A=1\n\n1B=2", "line 3: `1B` cannot be a variable's name");
        check("A=\"one\ntwo", "line 1: the quote of `A` has no end");
        check("A=1\nB=x\0y", "line 2: the value of `B` holds a NUL character, which no variable can");
        check("A B=1", "line 1: `A B` cannot be a variable's name");
    }
}
