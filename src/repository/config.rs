//! Configurations in JSON, and what they say.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Repository;

/// Parses a configuration. Python writes numbers that JSON lacks (`NaN`, `Infinity`); they become null.
///
/// # Errors
/// Why it is not JSON, as a clause.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let text = text.trim_start_matches('\u{feff}');
    let error = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if ["NaN", "Infinity"].iter().any(|word| text.contains(word))
        && let Ok(value) = serde_json::from_str(&without_nan(text))
    {
        return Ok(value);
    }
    // The words of serde name places at their end.
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    Err(format!("is not JSON: line {}, column {}: {words}", error.line(), error.column()))
}

fn without_nan(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let number =
            (!quoted).then(|| ["NaN", "Infinity", "-Infinity"].into_iter().find(|word| rest.starts_with(word)));
        if let Some(Some(word)) = number {
            out.push_str("null");
            rest = &rest[word.len()..];
            continue;
        }
        (quoted, escaped) = match c {
            _ if escaped => (quoted, false),
            '\\' if quoted => (true, true),
            '"' => (!quoted, false),
            _ => (quoted, false),
        };
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// Members of results that measure the run and not the model.
const OF_THE_RUN: &[&str] =
    &["samples", "runtime", "samples_per_second", "steps_per_second", "epoch", "model_preparation_time"];

/// The numbers of a file of results by their names, without the prefix `eval_`, `test_` or `predict_`.
#[must_use]
pub fn metrics(value: &Value) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        let bare = ["eval_", "test_", "predict_"].iter().find_map(|prefix| name.strip_prefix(prefix));
        // Scripts for language models write this one without a prefix.
        let bare = bare.or_else(|| (name == "perplexity").then_some(name.as_str()));
        if let (Some(name), Some(number)) = (bare.filter(|name| !OF_THE_RUN.contains(name)), value.as_f64()) {
            found.insert(name.to_owned(), number);
        }
    }
    found
}

/// What is read of `trainer_state.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Trainer {
    /// Epochs asked for, rounded up.
    pub num_train_epochs: Option<f64>,
    /// Examples in a batch.
    pub train_batch_size: Option<f64>,
    /// Steps asked for.
    pub max_steps: Option<f64>,
    /// Epochs done.
    pub epoch: Option<f64>,
    /// Steps done.
    pub global_step: Option<u64>,
    /// What was logged.
    pub log_history: Vec<Logged>,
}

/// One line of the log.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Logged {
    /// The learning rate then.
    pub learning_rate: Option<f64>,
}

/// What is read of each entry of `dataset_infos.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DatasetInfo {
    /// The licence, in any words.
    pub license: Option<String>,
}

/// Versions that requirements of pip or conda pin: library in lower case, and version.
#[must_use]
pub fn pins(text: &str) -> Vec<(String, String)> {
    let lines =
        text.lines().map(|line| line.trim().trim_start_matches("- ").split(['#', ';']).next().unwrap_or_default());
    lines
        .filter_map(|line| {
            let (name, version) = line.split_once("==").or_else(|| line.split_once('='))?;
            // `torch[cuda]`, and the build of conda behind the version.
            let name = name.split('[').next()?.trim().to_lowercase();
            let version = version.split(['=', ',', ' ']).next()?.trim().to_owned();
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            (!name.is_empty() && name.chars().all(plain) && version.starts_with(|c: char| c.is_ascii_digit()))
                .then(|| (if name == "pytorch" { "torch".to_owned() } else { name.replace('_', "-") }, version))
        })
        .collect()
}

/// Lengths and sizes that `config.json` may name under several keys.
impl Repository {
    fn configured(&self, keys: &[&str]) -> Option<&Value> {
        let config = self.config.as_ref()?;
        // Models of several modalities keep those of the text apart.
        let parts = [Some(config), config.get("text_config"), config.get("llm_config"), config.get("thinker_config")];
        keys.iter()
            .find_map(|key| parts.iter().flatten().find_map(|part| part.get(key)))
            .filter(|value| !value.is_null())
    }

    /// Class names of `config.json`.
    #[must_use]
    pub fn architectures(&self) -> Vec<&str> {
        let list = self.config.as_ref().and_then(|config| config["architectures"].as_array());
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The number format of the weights, as `config.json` names it.
    #[must_use]
    pub fn dtype(&self) -> Option<&str> {
        self.configured(&["dtype", "torch_dtype"])?.as_str()
    }

    /// `model_type` of `config.json`.
    #[must_use]
    pub fn model_type(&self) -> Option<&str> {
        self.configured(&["model_type"])?.as_str()
    }

    /// Tokens that the model can read, with the name of the file that says so; the largest of what is said.
    #[must_use]
    pub fn context_length(&self) -> Option<(u64, &'static str)> {
        // Without a limit, transformers writes a number of thirty digits.
        const NO_LIMIT: u64 = 1 << 40;
        let mut found = Vec::new();
        let keys = [
            "max_position_embeddings",
            "n_positions",
            "seq_length",
            "max_seq_len",
            "max_sequence_length",
            "n_ctx",
            "context_length",
        ];
        if let Some(length) = self.configured(&keys).and_then(Value::as_u64) {
            found.push((length.max(self.scaled(length)), "config.json"));
        }
        if let Some(length) = self.sentence.as_ref().and_then(|sentence| sentence["max_seq_length"].as_u64()) {
            found.push((length, "sentence_bert_config.json"));
        }
        if let Some(length) = self.gguf.as_ref().and_then(|gguf| gguf.context_length) {
            found.push((length, "the GGUF header"));
        }
        // A tokenizer's limit alone is a habit, and no property of the model.
        let tokenizer = self.tokenizer.as_ref().and_then(|tokenizer| tokenizer["model_max_length"].as_u64());
        if let Some(length) = tokenizer.filter(|_| !found.is_empty()) {
            found.push((length, "tokenizer_config.json"));
        }
        found.into_iter().filter(|(length, _)| *length < NO_LIMIT).max_by_key(|(length, _)| *length)
    }

    /// The length that scaled positions reach: the original one, or the limit itself where none is given, times the
    /// factor.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "lengths")]
    fn scaled(&self, limit: u64) -> u64 {
        let Some(scaling) = self.configured(&["rope_scaling", "rope_parameters"]) else { return limit };
        let original = scaling["original_max_position_embeddings"].as_u64();
        let original = original.or_else(|| self.configured(&["original_max_position_embeddings"])?.as_u64());
        let factor = scaling["factor"].as_f64().filter(|factor| (1.0..=1e4).contains(factor)).unwrap_or(1.0);
        (original.unwrap_or(limit) as f64 * factor) as u64
    }

    /// Tokens of the vocabulary, padding included.
    #[must_use]
    pub fn vocabulary_size(&self) -> Option<u64> {
        self.configured(&["vocab_size"])?.as_u64().filter(|size| *size < 1 << 30)
    }

    /// The method of quantisation that `config.json` names, and its bits.
    #[must_use]
    pub fn quantization(&self) -> Option<(&str, Option<u64>)> {
        let config = self.configured(&["quantization_config", "quantization"])?;
        let method = config["quant_method"].as_str().unwrap_or_default();
        let bits = config["bits"].as_u64().or_else(|| {
            match (config["load_in_4bit"].as_bool(), config["load_in_8bit"].as_bool()) {
                (Some(true), _) => Some(4),
                (_, Some(true)) => Some(8),
                _ => None,
            }
        });
        Some((method, bits))
    }

    /// The file that asks for code to be run, and the repository that it comes from when that is another one.
    #[must_use]
    pub fn remote_code(&self) -> Option<(&'static str, Option<String>)> {
        let files = [("config.json", &self.config), ("tokenizer_config.json", &self.tokenizer)];
        files.into_iter().find_map(|(name, value)| {
            let map = value.as_ref()?["auto_map"].as_object().filter(|map| !map.is_empty())?;
            // `owner/name--module.Class`, for a model and its tokenizers each.
            let text = |value: &Value| value.as_str().or_else(|| value[0].as_str()).map(str::to_owned);
            let from = map.values().find_map(text).and_then(|class| Some(class.split_once("--")?.0.to_owned()));
            Some((name, from))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{metrics, parse, pins};

    #[test]
    fn reads_what_python_writes() {
        let value: Value = parse("{\"a\": NaN, \"b\": [-Infinity, \"NaN \\\" NaN\"]}").expect("a configuration");
        assert_eq!(value.to_string(), r#"{"a":null,"b":[null,"NaN \" NaN"]}"#);
        assert_eq!(
            parse::<Value>("{\"a\": ").expect_err("broken"),
            "is not JSON: line 1, column 6: EOF while parsing a value"
        );
    }

    #[test]
    fn pins_are_versions() {
        let text = "transformers==4.38.1  # ours\n  - pytorch=2.1.0=py3.10_cuda\npeft>=0.9\ntorch[x]==2.2\n-e .\n";
        let found: Vec<String> = pins(text).into_iter().map(|(name, version)| format!("{name} {version}")).collect();
        assert_eq!(found, ["transformers 4.38.1", "torch 2.1.0", "torch 2.2"]);
    }

    #[test]
    fn results_lose_their_prefix() {
        let value: Value = parse("{\"epoch\": 3.0, \"eval_accuracy\": 0.91, \"eval_loss\": NaN}").expect("results");
        assert_eq!(metrics(&value).into_iter().collect::<Vec<_>>(), [("accuracy".to_owned(), 0.91)]);
    }
}
