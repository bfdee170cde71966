//! The parts of a command as a shell tells them apart.
//!
//! Source: pubs.opengroup.org, "Shell Command Language", Quoting and Redirection.

/// The longest command that is read: Linux gives no longer one to a shell.
pub const LONGEST_READ: usize = 128 << 10;

/// The parts of a command between `&&`, `||`, `;`, `|`, `&` and brackets: their words without quotes, and where they are.
pub fn segments(command: &str) -> Vec<(Vec<String>, std::ops::Range<usize>)> {
    let mut segments = Vec::new();
    if command.len() > LONGEST_READ {
        return segments;
    }
    let (mut words, mut word, mut start, mut end) = (Vec::new(), None::<String>, None, 0);
    // The word behind a redirection is none of the program's.
    let mut redirects = false;
    let mut characters = command.char_indices().peekable();
    let finish_word = |word: &mut Option<String>, words: &mut Vec<String>, redirects: &mut bool| {
        if let Some(word) = word.take()
            && !std::mem::take(redirects)
        {
            words.push(word);
        }
    };
    while let Some((at, character)) = characters.next() {
        if character == '&' && characters.peek().is_some_and(|(_, next)| *next == '>') {
            continue;
        }
        // A line goes on, or what follows is a comment.
        if character == '\\' && characters.next_if(|(_, next)| *next == '\n').is_some() {
            continue;
        }
        if character == '#' && word.is_none() {
            while characters.next_if(|(_, next)| *next != '\n').is_some() {}
            continue;
        }
        let is_operator = matches!(character, '&' | '|' | ';' | '(' | ')' | '\n');
        if is_operator {
            finish_word(&mut word, &mut words, &mut redirects);
            redirects = false;
            if let Some(start) = start.take()
                && !words.is_empty()
            {
                segments.push((std::mem::take(&mut words), start..end));
            }
            continue;
        }
        if character.is_whitespace() {
            finish_word(&mut word, &mut words, &mut redirects);
            continue;
        }
        if matches!(character, '>' | '<') {
            start.get_or_insert(at);
            end = at + 1;
            // A number in front is a descriptor, as is what follows `&`.
            word.take_if(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
            finish_word(&mut word, &mut words, &mut redirects);
            while characters.next_if(|(_, next)| matches!(next, '>' | '<' | '&' | '|')).is_some() {}
            redirects = true;
            continue;
        }
        start.get_or_insert(at);
        end = at + character.len_utf8();
        let word = word.get_or_insert_default();
        match character {
            '\\' => {
                if let Some((at, escaped)) = characters.next() {
                    word.push(escaped);
                    end = at + escaped.len_utf8();
                }
            }
            '"' | '\'' => {
                while let Some((at, inner)) = characters.next() {
                    end = at + inner.len_utf8();
                    match inner {
                        _ if inner == character => break,
                        '\\' if character == '"' => {
                            if let Some((at, escaped)) = characters.next() {
                                word.push(escaped);
                                end = at + escaped.len_utf8();
                            }
                        }
                        _ => word.push(inner),
                    }
                }
            }
            '$' if characters.peek().is_some_and(|(_, next)| *next == '(') => {
                word.push('$');
                let mut depth = 0_usize;
                for (at, inner) in characters.by_ref() {
                    word.push(inner);
                    end = at + inner.len_utf8();
                    depth = match inner {
                        '(' => depth + 1,
                        ')' => depth - 1,
                        _ => depth,
                    };
                    if depth == 0 {
                        break;
                    }
                }
            }
            other => word.push(other),
        }
    }
    finish_word(&mut word, &mut words, &mut redirects);
    if let Some(start) = start
        && !words.is_empty()
    {
        segments.push((words, start..end));
    }
    segments
}
