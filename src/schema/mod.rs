//! JSON schemas: the embedded ones and a user's own, and their errors as placed violations.
//!
//! This module owns the `jsonschema` crate (nothing else names it). A schema says shape and closed
//! vocabularies; its annotation `x-cardlint` says which rule an error belongs to and how to speak of
//! the value (`schemas/README.md`). One defect gives one violation: of the branches of an `anyOf` the
//! one that fits the value's type speaks, and a type error inside it silences the rest.

mod instance;

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex, OnceLock};

use jsonschema::Draft;
use jsonschema::error::{TypeKind, ValidationError, ValidationErrorKind};
use jsonschema::json::{Json, SerdeJson};
use serde_json::{Value, json};

use self::instance::{Instance, Tree};
use crate::rule::Effect;
use crate::text::{prose, safe, suggest};
use crate::yaml::project::{self, Step};
use crate::yaml::{Document, NodeId};

/// What part of the instance a violation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The value that the steps lead to.
    Value,
    /// The key of the member `0` in the object that the steps lead to.
    Key(String),
    /// The member `0` is missing from the object that the steps lead to.
    Missing(String),
}

/// One defect that a schema found.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The way to the object or value.
    pub steps: Vec<Step>,
    /// What part is meant.
    pub target: Target,
    /// The failing keyword.
    pub keyword: String,
    /// Rule named by the annotation.
    pub rule: Option<String>,
    /// Readers named by the annotation.
    pub readers: Option<Vec<Effect>>,
    /// What the value is, for a sentence.
    pub noun: Option<String>,
    /// What was found, quoted or described.
    pub found: String,
    /// The value found, when it is text.
    pub text: Option<String>,
    /// The value found is JSON null.
    pub null: bool,
    /// Items of the same list with the same fault that this one stands for.
    pub others: usize,
    /// What is accepted.
    pub accepts: String,
    /// The nearest accepted word.
    pub nearest: Option<String>,
    /// What to do, where the annotation says it.
    pub help: Option<String>,
    /// Title of the nearest enclosing schema that has one.
    pub title: Option<String>,
    /// Description of the nearest enclosing schema that has one.
    pub description: Option<String>,
}

/// Errors that are explained; only a hostile instance has more.
const MAX_ERRORS: usize = 5_000;

/// A compiled schema.
#[derive(Debug)]
pub struct Schema {
    json: Value,
    validator: jsonschema::Validator<Tree>,
    /// For what is not a tree, or none that can be read in place.
    of_values: OnceLock<jsonschema::Validator>,
    origin: Origin,
}

/// Where a schema comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// A user wrote it, and may have written something that is no schema.
    User,
    /// It is embedded, and the tests have shown that it is one.
    Embedded,
}

/// Why a schema cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// It is not JSON.
    #[error("is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It is not a JSON schema.
    #[error("is not a usable JSON schema: {0}")]
    Schema(String),
}

impl Schema {
    /// Compiles a schema from its text. References to other documents are refused: nothing is
    /// fetched.
    ///
    /// # Errors
    /// When the text is not JSON or not a schema.
    pub fn new(text: &str) -> Result<Self, SchemaError> {
        Self::of(text, Origin::User)
    }

    fn of(text: &str, origin: Origin) -> Result<Self, SchemaError> {
        let json: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))?;
        let validator = origin.compile(&json).map_err(|error| SchemaError::Schema(error.to_string()))?;
        Ok(Self { json, validator, of_values: OnceLock::new(), origin })
    }

    /// The schema itself.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// Everything wrong with the value at `id`, one violation a defect, in the order of the document.
    #[must_use]
    pub fn violations(&self, document: &Document<'_>, id: NodeId) -> Vec<Violation> {
        if document.is_ordinary() {
            self.explain_all(&self.validator, Instance::Node(document, id))
        } else {
            self.violations_of(&project::to_json(document, id))
        }
    }

    /// The same for a JSON value.
    #[must_use]
    pub fn violations_of(&self, instance: &Value) -> Vec<Violation> {
        let compiled = || {
            self.origin.compile(&self.json).unwrap_or_else(|error| panic!("internal: a schema compiled once: {error}"))
        };
        self.explain_all::<SerdeJson>(self.of_values.get_or_init(compiled), instance)
    }

    fn explain_all<'i, F: Json>(
        &self,
        validator: &'i jsonschema::Validator<F>,
        instance: F::Node<'i>,
    ) -> Vec<Violation> {
        if validator.is_valid(instance.clone()) {
            return Vec::new();
        }
        let mut out = Vec::new();
        for error in validator.iter_errors(instance).take(MAX_ERRORS) {
            self.explain(&error, &[], &mut out);
        }
        // A value of the wrong type can break several keywords; its type says it all.
        let wrong_type: HashSet<Vec<Step>> =
            out.iter().filter(|v| v.keyword == "type").map(|violation| violation.steps.clone()).collect();
        out.retain(|violation| violation.keyword == "type" || !wrong_type.contains(&violation.steps));
        out
    }

    /// `prefix` is the evaluation path of the enclosing `anyOf`, which errors of its branches lack.
    fn explain(&self, error: &ValidationError<'_>, prefix: &[String], out: &mut Vec<Violation>) {
        let mut path = prefix.to_vec();
        path.extend(pointer(error.evaluation_path().as_str()).skip(self.origin.steps()));
        match error.kind() {
            ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
                let here = error.instance_path().as_str();
                let fits = |branch: &&Vec<ValidationError<'static>>| {
                    !branch.iter().any(|e| {
                        matches!(e.kind(), ValidationErrorKind::Type { .. }) && e.instance_path().as_str() == here
                    })
                };
                if let Some(branch) = context.iter().find(fits) {
                    for inner in branch {
                        self.explain(inner, prefix, out);
                    }
                    return;
                }
                let mut types = Vec::new();
                for inner in context.iter().flatten() {
                    if let ValidationErrorKind::Type { kind } = inner.kind()
                        && inner.instance_path().as_str() == here
                    {
                        types.extend(type_names(kind));
                    }
                }
                self.push(error, &path, "type", join(&types, "or"), &[], out);
            }
            ValidationErrorKind::Type { kind } => {
                let accepts = join(&type_names(kind), "or");
                self.push(error, &path, "type", accepts, &[], out);
            }
            ValidationErrorKind::Enum { options } => {
                let words: Vec<String> = options
                    .as_array()
                    .map(|items| {
                        items.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect()
                    })
                    .unwrap_or_default();
                self.push(error, &path, "enum", one_of(&words), &words, out);
            }
            ValidationErrorKind::Constant { expected_value } => {
                let word = expected_value.as_str().map_or_else(|| expected_value.to_string(), str::to_owned);
                self.push(error, &path, "const", safe::quoted(&word), &[word], out);
            }
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default().to_owned();
                let violation = self.violation(error, &path, "required", String::new(), &[]);
                out.push(Violation { target: Target::Missing(name), ..violation });
            }
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                let known = self.known_properties(&path);
                for name in unexpected {
                    let violation = self.violation(error, &path, "additionalProperties", one_of(&known), &[]);
                    let nearest = suggest::nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
                    let found = safe::quoted(name);
                    out.push(Violation { target: Target::Key(name.clone()), nearest, found, ..violation });
                }
            }
            ValidationErrorKind::PropertyNames { error: inner } => {
                let name = inner.instance().as_str().unwrap_or_default().to_owned();
                let violation = self.violation(error, &path, "propertyNames", inner.to_string(), &[]);
                out.push(Violation { target: Target::Key(name.clone()), found: safe::quoted(&name), ..violation });
            }
            kind => {
                let accepts = limits(kind);
                self.push(error, &path, kind.keyword(), accepts, &[], out);
            }
        }
    }

    fn push(
        &self,
        error: &ValidationError<'_>,
        path: &[String],
        keyword: &str,
        accepts: String,
        words: &[String],
        out: &mut Vec<Violation>,
    ) {
        out.push(self.violation(error, path, keyword, accepts, words));
    }

    fn violation(
        &self,
        error: &ValidationError<'_>,
        path: &[String],
        keyword: &str,
        accepts: String,
        words: &[String],
    ) -> Violation {
        let notes = Notes::along(&self.json, path, keyword);
        let instance = error.instance();
        let known = || words.iter().map(String::as_str);
        let nearest =
            instance.as_str().and_then(|text| suggest::nearest(text, known()).or_else(|| part_of(text, known())));
        Violation {
            steps: steps(error.instance_path().as_str()),
            target: Target::Value,
            keyword: keyword.to_owned(),
            rule: notes.rule,
            readers: notes.readers,
            noun: notes.noun,
            found: describe(instance),
            text: instance.as_str().map(str::to_owned),
            null: instance.is_null(),
            others: 0,
            accepts: notes.accepts.filter(|_| keyword != "type" && keyword != "required").unwrap_or(accepts),
            // A word that is meant helps more than what holds for any.
            help: notes.help.filter(|_| nearest.is_none()),
            nearest: nearest.map(str::to_owned),
            title: notes.title,
            description: notes.description,
        }
    }

    /// Names under `properties` of the schema object that `path` ends in.
    fn known_properties(&self, path: &[String]) -> Vec<String> {
        let mut at = &self.json;
        for step in path.iter().take(path.len().saturating_sub(1)) {
            at = walk(&self.json, at, step);
        }
        at.get("properties").and_then(Value::as_object).map(|map| map.keys().cloned().collect()).unwrap_or_default()
    }
}

/// The only word of which `text` is the beginning or the end, or the other way round, up to a hyphen.
fn part_of<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let begins = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('-'));
    let ends = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.ends_with('-'));
    // `text-classification-other-rating` was the way to say that no word fits.
    let fell_back = text.starts_with("other-") || text.contains("-other-");
    let related = |one: &str, other: &str| begins(one, other) && !fell_back || ends(one, other);
    let mut found = words.filter(|word| text.len() > 3 && (related(word, text) || related(text, word)));
    found.next().filter(|_| found.next().is_none())
}

impl Origin {
    /// Compiles a schema. References to other documents are refused.
    fn compile<F: Json>(self, json: &Value) -> Result<jsonschema::Validator<F>, ValidationError<'static>> {
        let options = jsonschema::options_for::<F>().offline();
        match self {
            Self::User => options.with_draft(Draft::Draft202012).build(json),
            Self::Embedded => {
                // Whether a schema is one is found out with the schema of schemas, which takes longer to compile than all
                // else that an audit of one card does. Only that of the outermost document is asked, and an old draft's is small.
                let registry = jsonschema::Registry::new().add(EMBEDDED, json)?.prepare()?;
                let refers = json!({ "$ref": EMBEDDED });
                options.with_draft(Draft::Draft4).should_validate_formats(false).with_registry(&registry).build(&refers)
            }
        }
    }

    /// Steps of an evaluation path before those of the schema itself.
    fn steps(self) -> usize {
        usize::from(self == Self::Embedded)
    }
}

/// What an embedded schema is called while it is compiled.
const EMBEDDED: &str = "embedded:schema";

/// The segments of a JSON pointer, unescaped.
fn pointer(pointer: &str) -> impl Iterator<Item = String> + '_ {
    pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~"))
}

/// Instance steps. A pointer does not tell an index from a digit-only key; indexes are far more
/// usual, and [`crate::yaml::project::find`] copes with the other.
fn steps(path: &str) -> Vec<Step> {
    pointer(path).map(|part| part.parse().map_or_else(|_| Step::Key(part.clone()), Step::Index)).collect()
}

/// One step down the schema, following a local `$ref`.
fn walk<'a>(root: &'a Value, at: &'a Value, step: &str) -> &'a Value {
    static NULL: Value = Value::Null;
    if step == "$ref" {
        let target = at.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
        return target.and_then(|p| root.pointer(p)).unwrap_or(&NULL);
    }
    match at {
        Value::Array(items) => step.parse().ok().and_then(|i: usize| items.get(i)).unwrap_or(&NULL),
        _ => at.get(step).unwrap_or(&NULL),
    }
}

/// What the annotations along an evaluation path add up to.
#[derive(Default)]
struct Notes {
    rule: Option<String>,
    readers: Option<Vec<Effect>>,
    noun: Option<String>,
    accepts: Option<String>,
    help: Option<String>,
    title: Option<String>,
    description: Option<String>,
}

impl Notes {
    fn along(root: &Value, path: &[String], keyword: &str) -> Self {
        let mut notes = Self::default();
        let mut at = root;
        notes.read(at, keyword, path.len() <= 1);
        for (index, step) in path.iter().enumerate() {
            at = walk(root, at, step);
            notes.read(at, keyword, index + 2 >= path.len());
        }
        notes
    }

    /// `own`: this is the schema that fails itself, whose noun and `accepts` describe the value.
    fn read(&mut self, schema: &Value, keyword: &str, own: bool) {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        if let Some(title) = text(schema.get("title")) {
            self.title = Some(title);
        }
        if let Some(description) = text(schema.get("description")) {
            self.description = Some(description);
        }
        let Some(note) = schema.get("x-cardlint") else { return };
        if let Some(rule) = text(note.get("rule")) {
            self.rule = Some(rule);
        }
        if let Some(rule) = text(note.get(keyword)) {
            self.rule = Some(rule);
        }
        if let Some(readers) = note.get("readers").and_then(Value::as_array) {
            self.readers = Some(readers.iter().filter_map(|r| r.as_str()?.parse().ok()).collect());
        }
        if let Some(noun) = text(note.get("noun")) {
            self.noun = Some(noun);
        }
        if own || note.get(keyword).is_some() {
            self.accepts = text(note.get("accepts")).or(self.accepts.take());
            self.help = text(note.get("help")).or(self.help.take());
        }
    }
}

fn type_names(kind: &TypeKind) -> Vec<&'static str> {
    let name = |word: &str| match word {
        "string" => "text",
        "array" => "a list",
        "object" => "a mapping",
        "number" => "a number",
        "integer" => "a whole number",
        "boolean" => "`true` or `false`",
        "null" => "nothing",
        _ => "another type",
    };
    match kind {
        TypeKind::Single(single) => vec![name(&single.to_string())],
        TypeKind::Multiple(set) => set.iter().map(|single| name(&single.to_string())).collect(),
    }
}

fn join(words: &[&str], conjunction: &str) -> String {
    let mut unique: Vec<&str> = Vec::new();
    for word in words {
        if !unique.contains(word) {
            unique.push(word);
        }
    }
    prose::listed(&unique, conjunction)
}

/// At most six words of a vocabulary.
fn one_of(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().take(7).map(|word| safe::quoted(word)).collect();
    if words.len() > 7 {
        format!("one of {} values, such as {}", words.len(), quoted[..3].join(", "))
    } else {
        join(&quoted.iter().map(String::as_str).collect::<Vec<_>>(), "or")
    }
}

/// What a limiting keyword accepts.
fn limits(kind: &ValidationErrorKind) -> String {
    match kind {
        ValidationErrorKind::Minimum { limit } => format!("{limit} or more"),
        ValidationErrorKind::Maximum { limit } => format!("at most {limit}"),
        ValidationErrorKind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        ValidationErrorKind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        ValidationErrorKind::MinItems { limit } => format!("at least {limit} items"),
        ValidationErrorKind::MaxItems { limit } => format!("at most {limit} items"),
        ValidationErrorKind::MinLength { limit } => format!("at least {limit} characters"),
        ValidationErrorKind::MaxLength { limit } => format!("at most {limit} characters"),
        ValidationErrorKind::MinProperties { limit } => format!("at least {limit} members"),
        ValidationErrorKind::MaxProperties { limit } => format!("at most {limit} members"),
        ValidationErrorKind::UniqueItems => "items that all differ".to_owned(),
        ValidationErrorKind::Pattern { pattern } => format!("text that matches `{}`", safe::line(pattern)),
        ValidationErrorKind::Format { format } => format!("text in the form `{}`", safe::line(format)),
        ValidationErrorKind::FalseSchema => "nothing here".to_owned(),
        ValidationErrorKind::Contains => "a list with a fitting item".to_owned(),
        ValidationErrorKind::OneOfMultipleValid { .. } => "a value that fits only one alternative".to_owned(),
        ValidationErrorKind::Not { .. } => "something else".to_owned(),
        ValidationErrorKind::Custom { message, .. } => safe::excerpt(message, 120),
        _ => "another value".to_owned(),
    }
}

/// A JSON value for a sentence.
#[must_use]
pub fn describe(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(flag) => format!("`{flag}`"),
        Value::Number(number) => format!("the number `{number}`"),
        Value::String(text) if text.is_empty() => "empty text".to_owned(),
        Value::String(text) => safe::quoted(text),
        Value::Array(items) => match items.len() {
            0 => "an empty list".to_owned(),
            1 => "a list of one item".to_owned(),
            count => format!("a list of {count} items"),
        },
        Value::Object(map) if map.is_empty() => "an empty mapping".to_owned(),
        Value::Object(map) => {
            let keys: Vec<String> = map.keys().take(3).map(|key| safe::quoted(key)).collect();
            format!("a mapping with {}{}", keys.join(", "), if map.len() > 3 { " …" } else { "" })
        }
    }
}

/// Names of the embedded schemas, without folder and ending.
#[must_use]
pub fn names() -> Vec<&'static str> {
    crate::embedded::SCHEMA_FILES.iter().filter_map(|(path, _)| name_of(path)).collect()
}

fn name_of(path: &'static str) -> Option<&'static str> {
    path.strip_prefix("schemas/").and_then(|file| file.strip_suffix(".schema.json"))
}

/// The text of an embedded schema.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    crate::embedded::SCHEMA_FILES.iter().find(|(path, _)| name_of(path) == Some(name)).map(|(_, text)| *text)
}

/// An embedded schema, compiled at first use.
///
/// # Panics
/// When there is no such schema or it is broken: a defect of the build, which the tests rule out.
#[must_use]
pub fn embedded(name: &'static str) -> &'static Schema {
    static COMPILED: LazyLock<Mutex<HashMap<&'static str, &'static Schema>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    compiled.entry(name).or_insert_with(|| {
        let text = text(name).unwrap_or_else(|| panic!("internal: there is no schema {name}"));
        let schema =
            Schema::of(text, Origin::Embedded).unwrap_or_else(|error| panic!("internal: schema {name} {error}"));
        // Lives as long as the program: there are a handful of them.
        Box::leak(Box::new(schema))
    })
}
