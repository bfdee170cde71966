//! Configuration files written in JavaScript, TypeScript or JSON, read as data: nothing of them is executed.
//!
//! What a file exports is worked out as far as its text says it: tables, texts, calls of wrappers with what they are
//! given, names bound to such values, functions that return them. Whatever depends on the environment, on files or on
//! other modules is [`Value::Unknown`], so that nobody takes a possibility for a fact.

use crate::nesting;
use std::collections::BTreeMap;

mod reader;

/// The longest text that is read: what is longer is no configuration.
const LONGEST: usize = 96 << 10;

/// Bytes of text that count as a value.
const TEXT_OF_A_VALUE: usize = 64;

/// A configuration file as data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    /// What it exports: by default, as `module.exports`, or else a table of its named exports.
    pub value: Value,
    /// Modules by the names that the file imports of them.
    pub imports: BTreeMap<String, String>,
}

/// What an expression is, as far as its text says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A number.
    Number(f64),
    /// `null` or `undefined`.
    Nothing,
    /// A list.
    List(Vec<Value>),
    /// A table.
    Table(Table),
    /// A call of a function that is not in the file.
    Call {
        /// The function as it is written: `defineConfig`, `adapters.node`.
        callee: String,
        /// What it is given.
        arguments: Vec<Value>,
    },
    /// A function, by what it returns.
    Function(Box<Value>),
    /// The text does not say.
    #[default]
    Unknown,
}

/// Values by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What is known of each key.
    pub entries: BTreeMap<String, Value>,
    /// Whether it may have keys besides, from a table that is not in the file.
    pub is_open: bool,
}

static UNKNOWN: Value = Value::Unknown;

/// Reads a file, whose name says its language. What cannot be parsed is unknown.
pub fn read(file: &str, text: &str) -> Script {
    let stack = nesting::stack_for(text).filter(|_| text.len() <= LONGEST);
    stack.and_then(|stack| nesting::with_stack(stack, || reader::read(file, text))).unwrap_or_default()
}

impl Script {
    /// What a file says that is not there: nothing, for certain.
    pub fn absent() -> Script {
        Script { value: Value::Table(Table::default()), imports: BTreeMap::new() }
    }

    /// What is at a path of keys: `build.outDir`.
    pub fn at(&self, path: &str) -> Option<&Value> {
        self.value.at(path)
    }

    /// The text at a path of keys, if it is one and known.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.at(path)?.as_text()
    }

    /// The module that a function comes from, if the file imports it: `adapter`, or `adapters.node` of `adapters`.
    pub fn module_of(&self, callee: &str) -> Option<&str> {
        let name = callee.split('.').next().unwrap_or(callee);
        self.imports.get(name).map(String::as_str)
    }

    /// Whether it imports a module whose name starts so.
    pub fn does_import(&self, prefix: &str) -> bool {
        self.imports.values().any(|module| module.starts_with(prefix))
    }
}

impl Value {
    /// What is at a path of keys; none if there is surely nothing. Looks through calls and functions, since
    /// `defineConfig({…})` and `() => ({…})` are for what they are given and return.
    pub fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self, Value::key)
    }

    fn key(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Table(table) => table.entries.get(key).or(table.is_open.then_some(&UNKNOWN)),
            Value::Function(returned) => returned.key(key),
            Value::Call { arguments, .. } => {
                let mut found = arguments.iter().filter_map(|argument| argument.key(key));
                let first = found.next()?;
                Some(std::iter::once(first).chain(found).find(|value| **value != Value::Unknown).unwrap_or(first))
            }
            Value::Unknown => Some(&UNKNOWN),
            _ => None,
        }
    }

    /// A text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// True or false.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The keys and values of a table; nothing of anything else.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Value)> {
        let entries = match self {
            Value::Table(table) => Some(&table.entries),
            _ => None,
        };
        entries.into_iter().flatten().map(|(key, value)| (key.as_str(), value))
    }

    /// What holds whichever of both is meant: where they differ it is unknown.
    fn or_else(self, other: Value) -> Value {
        match (self, other) {
            (one, other) if one == other => one,
            (Value::Table(one), Value::Table(other)) => Value::Table(one.or_else(other)),
            (Value::Function(one), Value::Function(other)) => Value::Function(Box::new(one.or_else(*other))),
            _ => Value::Unknown,
        }
    }

    /// How many values it is made of; a long text counts as several.
    fn size(&self) -> usize {
        let of_text = |text: &str| text.len() / TEXT_OF_A_VALUE;
        let of_list = |values: &[Value]| values.iter().map(Value::size).sum::<usize>();
        1 + match self {
            Value::Text(text) => of_text(text),
            Value::List(values) => of_list(values),
            Value::Call { callee, arguments } => of_text(callee) + of_list(arguments),
            Value::Table(table) => table.entries.iter().map(|(key, value)| of_text(key) + value.size()).sum(),
            Value::Function(returned) => returned.size(),
            Value::Bool(_) | Value::Number(_) | Value::Nothing | Value::Unknown => 0,
        }
    }
}

impl Table {
    fn or_else(mut self, mut other: Table) -> Table {
        let mut entries = BTreeMap::new();
        for (key, value) in std::mem::take(&mut self.entries) {
            let joined = other.entries.remove(&key).map_or(Value::Unknown, |other| value.or_else(other));
            entries.insert(key, joined);
        }
        entries.extend(other.entries.into_keys().map(|key| (key, Value::Unknown)));
        Table { entries, is_open: self.is_open || other.is_open }
    }

    /// What another table lays over it.
    fn extend(&mut self, other: Table) {
        if other.is_open {
            self.entries.values_mut().for_each(|value| *value = Value::Unknown);
        }
        self.entries.extend(other.entries);
        self.is_open |= other.is_open;
    }
}

#[cfg(test)]
mod tests;
