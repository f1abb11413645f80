//! The value that each reader builds from a document, or the error with which it refuses it.
//!
//! Two readers are modelled, [`Reader::Python`] (`PyYAML`'s `safe_load`, which `huggingface_hub`
//! calls) and [`Reader::JavaScript`] (`js-yaml`'s `load`, which answers as the Hub does). The model
//! is checked against the recorded answers of the real packages (`fixtures/readers/`).

use std::collections::{HashMap, HashSet};

use super::resolve::{self, Scalar};
use super::value::{identity, js_text};
use super::{Document, Kind, NodeId, Style, SyntaxError, dialect, parse};
use crate::text::Span;

pub use super::value::Value;

/// A reader of front matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// `PyYAML` 6.0.3 `safe_load`, YAML 1.1.
    Python,
    /// `js-yaml` 4.3.2 `load`, YAML 1.2 core schema with timestamps and merge keys.
    JavaScript,
}

/// Why and where a reader refuses a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The bytes that it stumbles over.
    pub span: Span,
    /// The reason, as a clause without final full stop.
    pub message: String,
    /// What sort of thing it refuses; two sorts have rules of their own.
    pub kind: RefusalKind,
}

impl From<SyntaxError> for Refusal {
    fn from(error: SyntaxError) -> Self {
        Self { span: error.span, message: error.message, kind: RefusalKind::Other }
    }
}

/// What sort of thing a reader refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// A tag that it does not know or that does not fit.
    Tag,
    /// A key given twice.
    Duplicate,
    /// Its aliases stand for too many values. The real readers build them, sharing what is equal, and
    /// leave the trouble to whoever writes the result.
    TooLarge,
    /// Anything else.
    Other,
}

/// More values than this are not built: an alias bomb is refused here, while the tree itself
/// stays small.
pub const MAX_VALUES: usize = 250_000;

/// Reads `document`, whose `text` begins at byte `base` of the file, as `reader` would.
///
/// `Ok(None)` is an empty document: null to Python, `undefined` to JavaScript.
///
/// # Errors
/// The first reason for which the reader refuses the document.
pub fn read(document: &Document<'_>, text: &str, base: usize, reader: Reader) -> Result<Option<Value>, Refusal> {
    // PyYAML takes three more characters for line ends, which changes the structure: what it sees
    // is parsed anew.
    if reader == Reader::Python
        && let Some(changed) = dialect::python_line_ends(document, text, base)
    {
        return read_changed(&changed, text, base);
    }
    read_as(document, text, base, reader)
}

/// Reads `changed` as `PyYAML` would: `text` with other line ends, at unchanged offsets.
fn read_changed(changed: &str, text: &str, base: usize) -> Result<Option<Value>, Refusal> {
    let read = || read_as(&parse(changed, base).map_err(Refusal::from)?, changed, base, Reader::Python);
    read().map_err(|refusal| {
        // A line end of several bytes became several characters: a span can begin inside of it.
        let boundary = |offset: u32| {
            let mut at = (offset as usize).saturating_sub(base).min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            base + at
        };
        Refusal { span: Span::new(boundary(refusal.span.start), boundary(refusal.span.end)), ..refusal }
    })
}

fn read_as(document: &Document<'_>, text: &str, base: usize, reader: Reader) -> Result<Option<Value>, Refusal> {
    dialect::check(document, text, base, reader)?;
    let Some(root) = document.root() else { return Ok(None) };
    let named = document.ids().filter_map(|id| match document.node(id).kind {
        Kind::Alias(target) => target,
        _ => None,
    });
    let named = named.collect();
    let mut build = Build { document, text, base, reader, named, open: Vec::new(), done: HashMap::new(), values: 0 };
    build.value(root).map(Some)
}

/// Reads the YAML `text`, which begins at byte `base` of its file, as `reader` would.
///
/// # Errors
/// The first reason for which the reader refuses it.
pub fn read_text(text: &str, base: usize, reader: Reader) -> Result<Option<Value>, Refusal> {
    match parse(text, base) {
        Ok(document) => read(&document, text, base, reader),
        Err(error) => match dialect::all_line_ends(text).filter(|_| reader == Reader::Python) {
            Some(changed) => read_changed(&changed, text, base),
            None => Err(error.into()),
        },
    }
}

/// As [`read`] without the value: only whether the reader refuses.
///
/// # Errors
/// The first reason for which the reader refuses the document.
pub fn check(document: &Document<'_>, text: &str, base: usize, reader: Reader) -> Result<(), Refusal> {
    let odd_lines = reader == Reader::Python && !text.is_ascii() && text.contains(dialect::PYTHON_LINE_ENDS);
    if !odd_lines && document.is_ordinary() {
        return dialect::check(document, text, base, reader);
    }
    read(document, text, base, reader).map(|_| ())
}

/// [`Document::is_ordinary`].
pub(super) fn is_ordinary(document: &Document<'_>) -> bool {
    let mut seen = HashSet::new();
    document.ids().all(|id| {
        let node = document.node(id);
        if node.tag.is_some() || node.anchored {
            return false;
        }
        match &node.kind {
            // YAML 1.2 has no scalar that fails and is none in YAML 1.1.
            Kind::Scalar { value, style: Style::Plain } => {
                !resolve::may_be_typed(value)
                    || resolve::is_plain_number(value)
                    || !matches!(resolve::yaml11(value), Scalar::Merge | Scalar::DefaultValue | Scalar::Fails(_))
            }
            Kind::Scalar { .. } | Kind::Seq(_) => true,
            Kind::Map(pairs) => {
                seen.clear();
                pairs.iter().enumerate().all(|(at, &(key, _))| {
                    let Kind::Scalar { value, style } = &document.node(key).kind else { return false };
                    let text = *style != Style::Plain
                        || !resolve::may_be_typed(value)
                        || resolve::yaml12(value) == Scalar::Text;
                    // Few keys are compared faster than hashed.
                    let new = if pairs.len() <= 12 {
                        pairs[..at].iter().all(|&(other, _)| document.text(other) != Some(value))
                    } else {
                        seen.insert(value.as_ref())
                    };
                    text && new
                })
            }
            Kind::Alias(_) => false,
        }
    })
}

struct Build<'d, 's> {
    document: &'d Document<'s>,
    /// The text of the document, which begins at byte `base` of the file.
    text: &'d str,
    base: usize,
    reader: Reader,
    /// Nodes being built: an alias to one of them is a cycle.
    open: Vec<NodeId>,
    /// Sizes of finished anchored nodes, to price their aliases before copying them.
    /// Nodes that an alias names.
    named: HashSet<NodeId>,
    done: HashMap<NodeId, (Value, usize)>,
    values: usize,
}

impl Build<'_, '_> {
    fn refuse<T>(&self, id: NodeId, message: impl Into<String>) -> Result<T, Refusal> {
        Err(Refusal { span: self.document.node(id).span, message: message.into(), kind: RefusalKind::Other })
    }

    /// A refusal that the node's tag is to blame for.
    fn refuse_tag<T>(&self, id: NodeId, message: impl Into<String>) -> Result<T, Refusal> {
        let node = self.document.node(id);
        let span = node.tag.as_ref().map_or(node.span, |tag| tag.span);
        Err(Refusal { span, message: message.into(), kind: RefusalKind::Tag })
    }

    fn too_large<T>(&self, id: NodeId) -> Result<T, Refusal> {
        let message = format!("its aliases stand for more than {MAX_VALUES} values");
        Err(Refusal { span: self.document.node(id).span, message, kind: RefusalKind::TooLarge })
    }

    fn value(&mut self, id: NodeId) -> Result<Value, Refusal> {
        self.values += 1;
        if self.values > MAX_VALUES + self.document.nodes.len() {
            return self.too_large(id);
        }
        let node = self.document.node(id);
        if let Kind::Alias(target) = node.kind {
            let Some(target) = target else {
                return self.refuse(id, "the alias names an anchor that does not precede it");
            };
            if self.open.contains(&target) {
                return Ok(Value::Cycle);
            }
            if let Some((value, size)) = self.done.get(&target) {
                self.values += size;
                if self.values > MAX_VALUES + self.document.nodes.len() {
                    return self.too_large(id);
                }
                return Ok(value.clone());
            }
            return self.value(target);
        }
        let before = self.values;
        self.open.push(id);
        let value = match node.tag.as_ref().map(|tag| tag.resolved.as_str()) {
            Some(tag) => self.tagged(id, tag),
            None => self.untagged(id),
        };
        self.open.pop();
        let value = value?;
        // A copy of what no alias names would be for nothing, and one of each level of a nest without bounds.
        if node.anchored && self.named.contains(&id) {
            let size = self.values - before;
            self.values += size;
            if self.values > MAX_VALUES + self.document.nodes.len() {
                return self.too_large(id);
            }
            self.done.insert(id, (value.clone(), size));
        }
        Ok(value)
    }

    /// The text of a scalar. js-yaml ends its input with a line feed, so that a block scalar that
    /// runs to the end has one; `PyYAML` does not.
    fn scalar_text(&self, id: NodeId) -> String {
        let node = self.document.node(id);
        let Kind::Scalar { value, style } = &node.kind else { return String::new() };
        let mut text = value.clone().into_owned();
        if self.reader == Reader::JavaScript && matches!(style, Style::Literal | Style::Folded) && !text.is_empty() {
            let start = (node.span.start as usize).saturating_sub(self.base);
            let header = dialect::block_header(self.text, start);
            let rest = self.text.get((node.span.end as usize).saturating_sub(self.base)..).unwrap_or_default();
            let at_end = rest.trim_matches(' ').is_empty() && !self.text.ends_with(['\n', '\r']);
            if at_end && !header.contains('-') && !text.ends_with('\n') {
                text.push('\n');
            }
        }
        text
    }

    fn untagged(&mut self, id: NodeId) -> Result<Value, Refusal> {
        match &self.document.node(id).kind {
            Kind::Scalar { value, style: Style::Plain } => self.plain(id, value),
            Kind::Scalar { .. } => Ok(Value::Str(self.scalar_text(id))),
            Kind::Seq(items) => {
                let mut out = Vec::with_capacity(items.len());
                for &item in items {
                    out.push(self.value(item)?);
                }
                Ok(Value::Seq(out))
            }
            Kind::Map(_) => self.map(id).map(Value::Map),
            Kind::Alias(_) => Ok(Value::Cycle),
        }
    }

    fn plain(&self, id: NodeId, text: &str) -> Result<Value, Refusal> {
        let scalar = match self.reader {
            Reader::Python => resolve::yaml11(text),
            Reader::JavaScript => resolve::yaml12(text),
        };
        Ok(match scalar {
            Scalar::Null => Value::Null,
            Scalar::Bool(value) => Value::Bool(value),
            Scalar::Int(digits) => Value::Int(digits),
            Scalar::Float(value) => Value::Float(value),
            Scalar::Time(time) => Value::Time(time),
            Scalar::Fails(why) => return self.refuse(id, why),
            // As values these have no constructor in PyYAML; js-yaml keeps the text.
            Scalar::Merge | Scalar::DefaultValue if self.reader == Reader::Python => {
                return self.refuse(id, format!("a plain `{text}` is a special key in YAML 1.1, not a value"));
            }
            Scalar::Text | Scalar::Merge | Scalar::DefaultValue => Value::Str(text.to_owned()),
        })
    }

    fn is_merge_key(&self, id: NodeId) -> bool {
        let node = self.document.node(id);
        let plain = matches!(&node.kind, Kind::Scalar { value, style: Style::Plain } if value == "<<");
        let tagged = node.tag.as_ref().and_then(|tag| tag.core()) == Some("merge");
        (plain && node.tag.is_none()) || tagged
    }

    fn map(&mut self, id: NodeId) -> Result<Vec<(Value, Value)>, Refusal> {
        let pairs: Vec<_> = self.document.pairs(id).to_vec();
        let mut own: Vec<(Value, Value)> = Vec::with_capacity(pairs.len());
        let mut merged: Vec<(Value, Value)> = Vec::new();
        // Hashing keeps a mapping with very many keys linear.
        let mut seen: HashMap<String, usize> = HashMap::with_capacity(pairs.len());
        for (key, value) in pairs {
            if self.is_merge_key(key) {
                self.merge(value, &mut merged)?;
                continue;
            }
            let key_value = match (&self.document.node(key).kind, self.reader) {
                // `=` as a key is text in PyYAML.
                (Kind::Scalar { value, style: Style::Plain }, Reader::Python)
                    if value == "=" && self.document.node(key).tag.is_none() =>
                {
                    Value::Str("=".to_owned())
                }
                _ => self.value(key)?,
            };
            let key_value = match self.reader {
                Reader::Python => {
                    if matches!(key_value, Value::Map(_) | Value::Seq(_) | Value::Set(_) | Value::Cycle) {
                        return self.refuse(key, "a key must not be a list or a mapping");
                    }
                    key_value
                }
                Reader::JavaScript => Value::Str(self.key_text(key, &key_value)?),
            };
            let value = self.value(value)?;
            let identity = identity(&key_value);
            match seen.get(&identity) {
                Some(&at) if self.reader == Reader::Python => own[at].1 = value,
                Some(_) => {
                    let span = self.document.node(key).span;
                    let message = "the key is given twice".to_owned();
                    return Err(Refusal { span, message, kind: RefusalKind::Duplicate });
                }
                None => {
                    seen.insert(identity, own.len());
                    own.push((key_value, value));
                }
            }
        }
        // Of several merge keys the last wins in PyYAML and the first in js-yaml.
        if self.reader == Reader::Python {
            merged.reverse();
        }
        for (key, value) in merged {
            let identity = identity(&key);
            if let std::collections::hash_map::Entry::Vacant(slot) = seen.entry(identity) {
                slot.insert(own.len());
                own.push((key, value));
            }
        }
        Ok(own)
    }

    /// Collects the pairs that `<<: value` brings in, first one wins.
    fn merge(&mut self, value: NodeId, into: &mut Vec<(Value, Value)>) -> Result<(), Refusal> {
        let target = self.document.target(value);
        let sources: Vec<NodeId> = match &self.document.node(target).kind {
            Kind::Seq(items) => items.clone(),
            Kind::Map(_) => vec![value],
            _ => return self.refuse(value, "only a mapping or a list of mappings can be merged"),
        };
        let from = into.len();
        for source in sources {
            let target = self.document.target(source);
            if !matches!(self.document.node(target).kind, Kind::Map(_)) {
                return self.refuse(source, "only a mapping or a list of mappings can be merged");
            }
            match self.value(source)? {
                Value::Map(pairs) => into.extend(pairs),
                _ => return self.refuse(source, "only a mapping or a list of mappings can be merged"),
            }
        }
        // Within one list the first mapping wins in both readers; `map` reverses all for Python.
        if self.reader == Reader::Python {
            into[from..].reverse();
        }
        Ok(())
    }

    /// JavaScript turns every key into text.
    fn key_text(&self, id: NodeId, value: &Value) -> Result<String, Refusal> {
        Ok(match value {
            Value::Seq(items) => {
                if items.iter().any(|item| matches!(item, Value::Seq(_))) {
                    return self.refuse(id, "nested arrays are not supported inside keys");
                }
                let parts: Vec<String> = items
                    .iter()
                    .map(|item| if matches!(item, Value::Null) { String::new() } else { js_text(item) })
                    .collect();
                parts.join(",")
            }
            other => js_text(other),
        })
    }

    fn tagged(&mut self, id: NodeId, tag: &str) -> Result<Value, Refusal> {
        match self.reader {
            Reader::Python => self.tagged_python(id, tag),
            Reader::JavaScript => self.tagged_javascript(id, tag),
        }
    }

    fn unknown_tag<T>(&self, id: NodeId, tag: &str) -> Result<T, Refusal> {
        let shown = tag.strip_prefix("tag:yaml.org,2002:").map_or_else(|| tag.to_owned(), |core| format!("!!{core}"));
        self.refuse_tag(id, format!("the tag `{shown}` is not one that it knows"))
    }

    fn tagged_python(&mut self, id: NodeId, tag: &str) -> Result<Value, Refusal> {
        let kind = &self.document.node(id).kind;
        let scalar = match kind {
            Kind::Scalar { value, .. } => Some(value.clone().into_owned()),
            _ => None,
        };
        // PyYAML resolves the non-specific tag `!` like a plain scalar, quotes or not.
        if tag == "!" {
            return match scalar {
                Some(text) => self.plain(id, &text),
                None => self.untagged(id),
            };
        }
        let Some(core) = tag.strip_prefix("tag:yaml.org,2002:") else { return self.unknown_tag(id, tag) };
        if let ("map" | "seq" | "set" | "omap" | "pairs", Some(_)) = (core, &scalar) {
            return self.refuse_tag(id, "the tag asks for a collection");
        }
        if let ("str" | "int" | "float" | "bool" | "null" | "timestamp" | "binary", None) = (core, &scalar) {
            return self.refuse_tag(id, "the tag asks for a scalar");
        }
        let text = scalar.unwrap_or_default();
        match core {
            "str" => Ok(Value::Str(text)),
            "null" => Ok(Value::Null),
            "bool" => match text.to_lowercase().as_str() {
                "yes" | "true" | "on" => Ok(Value::Bool(true)),
                "no" | "false" | "off" => Ok(Value::Bool(false)),
                _ => self.refuse_tag(id, "the text is not a boolean"),
            },
            "int" => python_int(&text).map_or_else(|| self.refuse_tag(id, "the text is not an integer"), Ok),
            "float" => python_float(&text).map_or_else(|| self.refuse_tag(id, "the text is not a number"), Ok),
            "timestamp" => match resolve::yaml11(&text) {
                Scalar::Time(time) => Ok(Value::Time(time)),
                _ => self.refuse_tag(id, "the text is not a timestamp"),
            },
            "binary" => match base64_python(&text) {
                Some(bytes) => Ok(Value::Binary(bytes)),
                None => self.refuse_tag(id, "the text is not Base64"),
            },
            "seq" => match self.document.node(id).kind {
                Kind::Seq(_) => self.untagged(id),
                _ => self.refuse_tag(id, "the tag asks for a list"),
            },
            "map" => match self.document.node(id).kind {
                Kind::Map(_) => self.untagged(id),
                _ => self.refuse_tag(id, "the tag asks for a mapping"),
            },
            "set" => match self.document.node(id).kind {
                Kind::Map(_) => Ok(Value::Set(self.map(id)?.into_iter().map(|(key, _)| key).collect())),
                _ => self.refuse_tag(id, "the tag asks for a mapping"),
            },
            "omap" | "pairs" => {
                let Some(items) = self.document.items(id).map(<[NodeId]>::to_vec) else {
                    return self.refuse_tag(id, "the tag asks for a list");
                };
                let mut out = Vec::with_capacity(items.len());
                for item in items {
                    match self.document.pairs(item) {
                        &[(key, value)] => {
                            out.push(Value::Seq(vec![self.value(key)?, self.value(value)?]));
                        }
                        _ => return self.refuse_tag(item, "each item must be a mapping with one pair"),
                    }
                }
                Ok(Value::Seq(out))
            }
            _ => self.unknown_tag(id, tag),
        }
    }

    fn tagged_javascript(&mut self, id: NodeId, tag: &str) -> Result<Value, Refusal> {
        let (scalar, absent) = match &self.document.node(id).kind {
            Kind::Scalar { value, style } => {
                let absent = value.is_empty() && *style == Style::Plain;
                (Some(self.scalar_text(id)), absent)
            }
            _ => (None, false),
        };
        if tag == "!" {
            return match scalar {
                Some(_) if absent => Ok(Value::Null),
                Some(text) => Ok(Value::Str(text)),
                None => self.untagged(id),
            };
        }
        let Some(core) = tag.strip_prefix("tag:yaml.org,2002:") else { return self.unknown_tag(id, tag) };
        let wanted = match core {
            "str" | "null" | "bool" | "int" | "float" | "binary" | "timestamp" | "merge" => "scalar",
            "seq" | "omap" | "pairs" => "list",
            "map" | "set" => "mapping",
            _ => return self.unknown_tag(id, tag),
        };
        let is = match self.document.node(id).kind {
            Kind::Seq(_) => "list",
            Kind::Map(_) => "mapping",
            _ => "scalar",
        };
        if wanted != is && !absent {
            return self.refuse_tag(id, format!("the tag asks for a {wanted}"));
        }
        let text = scalar.unwrap_or_default();
        match core {
            // An absent value under these tags is their empty value.
            "str" => Ok(Value::Str(text)),
            "map" | "set" if absent => Ok(Value::Map(Vec::new())),
            "seq" | "omap" | "pairs" if absent => Ok(Value::Seq(Vec::new())),
            "null" if absent || (!text.is_empty() && resolve::is_null(&text)) => Ok(Value::Null),
            "merge" if text == "<<" || absent => Ok(if absent { Value::Null } else { Value::Str(text) }),
            "bool" if !absent => match resolve::yaml12(&text) {
                Scalar::Bool(value) => Ok(Value::Bool(value)),
                _ => self.refuse_tag(id, "the text is not a boolean"),
            },
            "int" if !absent => match resolve::yaml12(&text) {
                Scalar::Int(digits) => Ok(Value::Int(digits)),
                _ => self.refuse_tag(id, "the text is not an integer"),
            },
            "float" if !absent => match resolve::yaml12(&text) {
                Scalar::Int(digits) if text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-')) => {
                    Ok(Value::Float(digits.parse().unwrap_or(f64::NAN)))
                }
                Scalar::Float(value) => Ok(Value::Float(value)),
                _ => self.refuse_tag(id, "the text is not a number"),
            },
            "timestamp" if !absent => match resolve::yaml12(&text) {
                Scalar::Time(time) => Ok(Value::Time(time)),
                _ => self.refuse_tag(id, "the text is not a timestamp"),
            },
            "binary" if !absent => match base64_javascript(&text) {
                Some(bytes) => Ok(Value::Binary(bytes)),
                None => self.refuse_tag(id, "the text is not Base64"),
            },
            "seq" | "map" => self.untagged(id),
            "set" => {
                let pairs = self.map(id)?;
                if pairs.iter().any(|(_, value)| *value != Value::Null) {
                    return self.refuse_tag(id, "the values of a set must be null");
                }
                Ok(Value::Map(pairs))
            }
            "omap" | "pairs" => self.ordered_pairs(id, core == "pairs"),
            _ => self.refuse_tag(id, "the tag does not fit the value"),
        }
    }

    fn ordered_pairs(&mut self, id: NodeId, as_lists: bool) -> Result<Value, Refusal> {
        let items = self.document.items(id).map(<[NodeId]>::to_vec).unwrap_or_default();
        let mut out = Vec::with_capacity(items.len());
        let mut keys = HashSet::new();
        for item in items {
            let Value::Map(pairs) = self.value(item)? else {
                return self.refuse_tag(item, "each item must be a mapping with one pair");
            };
            let [(key, value)] = pairs.as_slice() else {
                return self.refuse_tag(item, "each item must be a mapping with one pair");
            };
            if !keys.insert(identity(key)) && !as_lists {
                return self.refuse_tag(item, "the key occurs twice");
            }
            out.push(if as_lists { Value::Seq(vec![key.clone(), value.clone()]) } else { Value::Map(pairs) });
        }
        Ok(Value::Seq(out))
    }
}

/// `construct_yaml_int` of `PyYAML` on arbitrary text.
fn python_int(text: &str) -> Option<Value> {
    if let Scalar::Int(digits) = resolve::yaml11(text) {
        Some(Value::Int(digits))
    } else {
        let clean = text.replace('_', "");
        let (sign, digits) = match clean.as_bytes().first()? {
            b'-' => ("-", &clean[1..]),
            b'+' => ("", &clean[1..]),
            _ => ("", clean.as_str()),
        };
        let digits = digits.trim();
        // A leading zero means octal, for which Python also takes the prefix `0o`.
        if let Some(octal) = digits.strip_prefix("0o").or_else(|| digits.strip_prefix("0O")) {
            let value = i128::from_str_radix(octal, 8).ok()?;
            return Some(Value::Int(format!("{sign}{value}")));
        }
        if digits.is_empty() || digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Some(Value::Int(format!("{sign}{digits}")))
    }
}

/// `construct_yaml_float` of `PyYAML` on arbitrary text.
fn python_float(text: &str) -> Option<Value> {
    if let Scalar::Float(value) = resolve::yaml11(text) {
        return Some(Value::Float(value));
    }
    let clean = text.replace('_', "").to_lowercase();
    let (negative, digits) = match clean.as_bytes().first()? {
        b'-' => (true, &clean[1..]),
        b'+' => (false, &clean[1..]),
        _ => (false, clean.as_str()),
    };
    let value: f64 = match digits {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ => digits.trim().parse().ok()?,
    };
    Some(Value::Float(if negative { -value } else { value }))
}

fn base64_value(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

fn base64_bytes(sextets: &[u32]) -> Vec<u8> {
    let mut out = Vec::with_capacity(sextets.len() * 3 / 4);
    for chunk in sextets.chunks(4) {
        let bits = chunk.iter().enumerate().fold(0_u32, |bits, (i, value)| bits | value << (18 - 6 * i));
        let [_, bytes @ ..] = bits.to_be_bytes();
        out.extend_from_slice(&bytes[..(chunk.len() * 6 / 8).min(3)]);
    }
    out
}

/// Python's decoder skips foreign characters and asks for correct padding.
fn base64_python(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() {
        return None;
    }
    let mut sextets = Vec::new();
    let mut padding = 0;
    for byte in text.bytes() {
        if byte == b'=' {
            padding += 1;
            if sextets.len() % 4 >= 2 && sextets.len() % 4 + padding >= 4 {
                return Some(base64_bytes(&sextets));
            }
        } else if let Some(value) = base64_value(byte) {
            padding = 0;
            sextets.push(value);
        }
    }
    (sextets.len() % 4 == 0).then(|| base64_bytes(&sextets))
}

/// `js-yaml` refuses foreign characters and bits left over.
fn base64_javascript(text: &str) -> Option<Vec<u8>> {
    let mut bits = 0;
    let mut sextets = Vec::new();
    for byte in text.bytes() {
        match byte {
            b'\r' | b'\n' => {}
            b'=' => bits += 6,
            byte => {
                sextets.push(base64_value(byte)?);
                bits += 6;
            }
        }
    }
    (bits % 8 == 0).then(|| base64_bytes(&sextets))
}
