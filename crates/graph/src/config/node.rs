//! Values of TOML and JSON alike, each with the byte where it stands.

use toml_edit::{Item, TableLike, Value as Toml};

/// A value with its place.
pub struct Node {
    /// The value.
    pub value: Value,
    /// The byte where it begins.
    pub at: usize,
}

/// A value.
pub enum Value {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// A truth.
    Bool(bool),
    /// A list.
    List(Vec<Node>),
    /// A table.
    Table(Vec<Entry>),
    /// Anything that no key wants.
    Other,
}

/// A key with its value.
pub struct Entry {
    /// The key.
    pub key: String,
    /// The byte where the key begins.
    pub at: usize,
    /// The value.
    pub node: Node,
}

/// The entries of a TOML document.
///
/// # Errors
/// What is wrong, and the byte where.
pub fn of_toml(text: &str) -> Result<Vec<Entry>, (String, usize)> {
    let document = toml_edit::Document::parse(text)
        .map_err(|cause| (cause.message().trim().to_owned(), cause.span().map_or(0, |span| span.start)))?;
    Ok(toml_table(document.as_table(), 0))
}

/// The value of a key of a JSON object, with its place; of several the last, as JSON is read everywhere.
///
/// The text was read as JSON before, so it is well formed and not too deep.
pub fn of_json_key(text: &str, key: &str) -> Option<Entry> {
    let Value::Table(entries) = Scanner { text, at: text.find('{')? }.node()?.value else { return None };
    entries.into_iter().rfind(|entry| entry.key == key)
}

fn toml_table(table: &dyn TableLike, outer: usize) -> Vec<Entry> {
    let entries = table.iter().map(|(key, item)| {
        let span = table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
        let at = span.map_or(outer, |span| span.start);
        Entry { key: key.to_owned(), at, node: toml_item(item, at) }
    });
    entries.collect()
}

fn toml_item(item: &Item, outer: usize) -> Node {
    let at = item.span().map_or(outer, |span| span.start);
    let value = match (item.as_table_like(), item.as_value()) {
        (Some(table), _) => Value::Table(toml_table(table, at)),
        (None, Some(value)) => toml_value(value, at),
        (None, None) => Value::Other,
    };
    Node { value, at }
}

fn toml_value(value: &Toml, outer: usize) -> Value {
    match value {
        Toml::String(text) => Value::Text(text.value().clone()),
        #[expect(clippy::cast_precision_loss, reason = "numbers of cores and instances are small")]
        Toml::Integer(number) => Value::Number(*number.value() as f64),
        Toml::Float(number) => Value::Number(*number.value()),
        Toml::Boolean(value) => Value::Bool(*value.value()),
        Toml::Array(list) => {
            let nodes = list.iter().map(|value| {
                let at = value.span().map_or(outer, |span| span.start);
                Node { value: toml_value(value, at), at }
            });
            Value::List(nodes.collect())
        }
        Toml::InlineTable(table) => Value::Table(toml_table(table, outer)),
        Toml::Datetime(_) => Value::Other,
    }
}

/// Reads well-formed JSON; on anything else it gives up.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn node(&mut self) -> Option<Node> {
        self.space();
        let at = self.at;
        let value = match self.peek()? {
            b'{' => Value::Table(self.several(b'}', Scanner::entry)?),
            b'[' => Value::List(self.several(b']', Scanner::node)?),
            b'"' => Value::Text(self.string()?),
            _ => self.word(),
        };
        Some(Node { value, at })
    }

    fn entry(&mut self) -> Option<Entry> {
        let at = self.at;
        let key = self.string()?;
        self.space();
        self.at += 1;
        Some(Entry { key, at, node: self.node()? })
    }

    /// What stands between brackets, divided by commas.
    fn several<T>(&mut self, end: u8, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut all = Vec::new();
        self.at += 1;
        loop {
            self.space();
            match self.peek()? {
                byte if byte == end => {
                    self.at += 1;
                    return Some(all);
                }
                b',' => self.at += 1,
                _ => all.push(one(self)?),
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek()? {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        serde_json::from_str(self.text.get(start..self.at)?).ok()
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Value {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.find([',', '}', ']', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
        self.at += length.max(1);
        match &rest[..length] {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            number => number.parse().map_or(Value::Other, Value::Number),
        }
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}
