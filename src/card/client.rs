//! Would `huggingface_hub` load the card? A model of the constructors `ModelCard` and `DatasetCard`
//! of version 2.4.0 (`repocard_data.py`), which raise on more than broken YAML.

use crate::yaml::reading::Value;

/// Why loading fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The class of the exception.
    pub class: &'static str,
    /// The reason.
    pub message: String,
}

fn fail(class: &'static str, message: impl Into<String>) -> Result<(), LoadError> {
    Err(LoadError { class, message: message.into() })
}

/// Loads metadata as Python read it; null is an empty card.
///
/// # Errors
/// When the constructor raises.
pub fn load(metadata: &Value, dataset: bool) -> Result<(), LoadError> {
    let pairs = match metadata {
        Value::Null => return Ok(()),
        Value::Map(pairs) => pairs,
        _ => return fail("ValueError", "repo card metadata block should be a dict"),
    };
    for (key, _) in pairs {
        match key {
            Value::Str(name) if name == "self" || name == "ignore_metadata_errors" => {
                return fail("TypeError", format!("got multiple values for argument '{name}'"));
            }
            Value::Str(_) => {}
            _ => return fail("TypeError", "keywords must be strings"),
        }
    }
    if dataset {
        return Ok(());
    }
    let get = |name: &str| {
        pairs.iter().find(|(key, _)| matches!(key, Value::Str(text) if text == name)).map(|(_, value)| value)
    };
    if let Some(Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Time(_)) = get("tags") {
        return fail("TypeError", "tags is not iterable");
    }
    let mut results = get("eval_results").is_some_and(truthy);
    let mut loaded = false;
    let mut name = get("model_name").cloned().unwrap_or(Value::Null);
    if let Some(index) = get("model-index").filter(|index| truthy(index)) {
        let (last, count) = model_index(index)?;
        name = last;
        results = count > 0;
        loaded = true;
    }
    if results && !loaded {
        return fail("ValueError", "`eval_results` should be of type `EvalResult` or a list of `EvalResult`");
    }
    if results && name == Value::Null {
        return fail("ValueError", "Passing `eval_results` requires `model_name` to be set.");
    }
    Ok(())
}

/// Python's truth value.
fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Int(digits) => digits != "0",
        Value::Float(number) => *number != 0.0,
        Value::Str(text) => !text.is_empty(),
        Value::Binary(bytes) => !bytes.is_empty(),
        Value::Seq(items) | Value::Set(items) => !items.is_empty(),
        Value::Map(pairs) => !pairs.is_empty(),
        Value::Time(_) | Value::Cycle => true,
    }
}

/// `KeyError` and `TypeError` inside `model_index_to_eval_results` come out as `ValueError`.
fn invalid<T>() -> Result<T, LoadError> {
    Err(LoadError { class: "ValueError", message: "Invalid `model_index` in metadata cannot be parsed".to_owned() })
}

/// `value[key]`.
fn item<'v>(value: &'v Value, key: &str) -> Result<&'v Value, LoadError> {
    match value {
        Value::Map(pairs) => pairs
            .iter()
            .find(|(name, _)| matches!(name, Value::Str(text) if text == key))
            .map_or_else(invalid, |(_, value)| Ok(value)),
        _ => invalid(),
    }
}

/// What iterating over a value gives: a mapping its keys, text its characters.
fn iterate(value: &Value) -> Result<Vec<Value>, LoadError> {
    Ok(match value {
        Value::Seq(items) | Value::Set(items) => items.clone(),
        Value::Map(pairs) => pairs.iter().map(|(key, _)| key.clone()).collect(),
        Value::Str(text) => text.chars().map(|c| Value::Str(c.to_string())).collect(),
        Value::Binary(bytes) => bytes.iter().map(|byte| Value::Int(byte.to_string())).collect(),
        _ => return invalid(),
    })
}

/// The last entry's name and the number of results.
fn model_index(index: &Value) -> Result<(Value, usize), LoadError> {
    let mut name = Value::Null;
    let mut count = 0;
    for entry in iterate(index)? {
        name = item(&entry, "name")?.clone();
        for result in iterate(item(&entry, "results")?)? {
            item(item(&result, "task")?, "type")?;
            let dataset = item(&result, "dataset")?;
            item(dataset, "type")?;
            item(dataset, "name")?;
            let source = match &result {
                Value::Map(_) => item(&result, "source").ok().filter(|source| truthy(source)).cloned(),
                _ => None,
            };
            let (source_name, source_url) = match &source {
                None => (Value::Null, Value::Null),
                Some(map @ Value::Map(_)) => (
                    item(map, "name").cloned().unwrap_or(Value::Null),
                    item(map, "url").cloned().unwrap_or(Value::Null),
                ),
                // `.get` of anything but a mapping.
                Some(_) => {
                    return Err(LoadError {
                        class: "AttributeError",
                        message: "the source of a result is not a mapping".to_owned(),
                    });
                }
            };
            for metric in iterate(item(&result, "metrics")?)? {
                item(&metric, "type")?;
                item(&metric, "value")?;
                if source_name != Value::Null && source_url == Value::Null {
                    return Err(LoadError {
                        class: "ValueError",
                        message: "`source_name` needs `source_url`".to_owned(),
                    });
                }
                count += 1;
            }
        }
    }
    Ok((name, count))
}
