//! JSON as far as lockfiles need it, without regard to what stands where it does not belong.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A value. It takes a third of the room of a `serde_json::Value`, which matters for files that are made to be
/// large.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A number or truth value, as 0 or 1.
    Number(f64),
    /// A table.
    Table(BTreeMap<String, Value>),
    /// A list.
    List(Vec<Value>),
    /// Nothing.
    Nothing,
}

impl Value {
    /// What stands under a name in a table.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.table()?.get(name)
    }

    /// Its entries, if it is a table.
    pub fn table(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// Its text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries of a table in a table.
    pub fn entries(&self, name: &str) -> impl Iterator<Item = (&str, &Value)> {
        let table = self.get(name).and_then(Value::table);
        table.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }

    /// A text in a table; empty if there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.get(name).and_then(Value::text).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Number(if value { 1.0 } else { 0.0 }))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut table = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            table.insert(name, map.next_value()?);
        }
        Ok(Value::Table(table))
    }
}
