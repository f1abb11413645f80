//! `cardlint read`: how each reader sees a card, for debugging and for the differential test.

use std::io;

use anyhow::anyhow;
use serde_json::{Value, json};

use super::args::ReadOptions;
use super::audit::{read_file, read_limited};
use super::discover::reason;
use super::{EXIT_CLEAN, print};
use crate::card::{self, Card, FaultKind, Siblings, client, split};
use crate::checks::repository::secrets::without_secrets;
use crate::report::json_text;
use crate::text::{SourceFile, Span, Unit};
use crate::yaml::reading::{self, Reader};

/// Prints the readings of one card.
///
/// # Errors
/// When the file cannot be read or standard output fails.
pub fn run(options: &ReadOptions) -> anyhow::Result<u8> {
    let standard = options.path.as_os_str() == "-";
    let bytes = if standard { read_limited(io::stdin().lock(), 0) } else { read_file(&options.path) };
    let bytes = bytes.map_err(|error| anyhow!("cannot read {}: {}", options.path.display(), reason(&error)))?;
    let (text, faults) = card::decode(bytes);
    let source = SourceFile::new(options.path.to_string_lossy(), without_secrets(text));
    let decodable = faults.iter().all(|fault| fault.kind == FaultKind::Nul);
    let card = Card::read(&source, faults, Siblings::none(), None);
    let dataset = card.kind == card::Kind::Dataset;
    let out = json!({
        "file": source.name(),
        "kind": card.kind.as_str(),
        "front_matter": card.front.status.as_str(),
        "huggingface_hub": reader(&source, Reader::Python, dataset, decodable),
        "hub": reader(&source, Reader::JavaScript, dataset, true),
        "outline": outline(&card),
    });
    print(&format!("{}\n", json_text(&format!("{out:#}"))))?;
    Ok(EXIT_CLEAN)
}

fn place(source: &SourceFile, span: Span) -> Value {
    let (start, end) = source.location(span, Unit::CodePoint);
    json!({"line": start.line, "column": start.column, "end_line": end.line, "end_column": end.column})
}

/// One reader: does it find a block, does it accept the YAML, what does it see.
fn reader(source: &SourceFile, reader: Reader, dataset: bool, decodable: bool) -> Value {
    if !decodable {
        return json!({"split": "undecodable"});
    }
    let Reading { split, outcome } = read(source.text(), reader);
    if !split {
        return json!({"split": "none"});
    }
    match outcome {
        Err(refusal) => {
            json!({"split": "block", "yaml": "error", "reason": refusal.message, "at": place(source, refusal.span)})
        }
        Ok(value) => {
            let mut out =
                json!({"split": "block", "yaml": "ok", "value": to_json(&value), "canonical": value.canonical(reader)});
            if reader == Reader::Python {
                out["card"] = match client::load(&value, dataset) {
                    Ok(()) => json!("ok"),
                    Err(error) => json!({"class": error.class, "message": error.message}),
                };
            }
            out
        }
    }
}

/// What one reader makes of a text.
pub struct Reading {
    /// It finds a block.
    pub split: bool,
    /// The value, or why it is refused; null without a block.
    pub outcome: Result<reading::Value, reading::Refusal>,
}

/// Reads `text` as `reader` would.
#[must_use]
pub fn read(text: &str, reader: Reader) -> Reading {
    // `RepoCard.load` strips one byte-order mark; the Hub's expression skips it as white space.
    let (text, skipped) = match (reader, text.strip_prefix('\u{feff}')) {
        (Reader::Python, Some(rest)) => (rest, '\u{feff}'.len_utf8()),
        _ => (text, 0),
    };
    let Some(block) = split::split(text, reader) else {
        return Reading { split: false, outcome: Ok(reading::Value::Null) };
    };
    let (yaml, base) = (&text[block.yaml.range()], skipped + block.yaml.start as usize);
    let outcome = reading::read_text(yaml, base, reader).map(|value| value.unwrap_or(reading::Value::Null));
    Reading { split: true, outcome }
}

/// JSON, with what JSON lacks as an object with one `$` member.
fn to_json(value: &reading::Value) -> Value {
    match value {
        reading::Value::Null => Value::Null,
        reading::Value::Bool(flag) => json!(flag),
        reading::Value::Int(digits) => {
            digits.parse::<i64>().map_or_else(|_| json!({"$int": digits}), |small| json!(small))
        }
        reading::Value::Float(number) if number.is_finite() => json!(number),
        reading::Value::Float(number) => json!({"$float": number.to_string()}),
        reading::Value::Str(text) => json!(text),
        reading::Value::Time(_) => json!({"$time": value.canonical(Reader::Python).trim_matches(['D', 'T', ';'])}),
        reading::Value::Binary(bytes) => json!({"$bytes": bytes}),
        reading::Value::Seq(items) => Value::Array(items.iter().map(to_json).collect()),
        reading::Value::Set(items) => json!({"$set": items.iter().map(to_json).collect::<Vec<_>>()}),
        reading::Value::Cycle => json!({"$cycle": true}),
        reading::Value::Map(pairs) => {
            let names: Option<Vec<&String>> = pairs
                .iter()
                .map(|(key, _)| if let reading::Value::Str(name) = key { Some(name) } else { None })
                .collect();
            match names {
                Some(names) => {
                    names.into_iter().zip(pairs).map(|(name, (_, value))| (name.clone(), to_json(value))).collect()
                }
                None => {
                    json!({"$map": pairs.iter().map(|(key, value)| [to_json(key), to_json(value)]).collect::<Vec<_>>()})
                }
            }
        }
    }
}

fn outline(card: &Card<'_>) -> Value {
    let at = |span: Span| place(card.source, span);
    let links = |links: &[crate::markdown::Link]| {
        links.iter().map(|link| json!({"target": link.target, "at": at(link.span)})).collect::<Vec<_>>()
    };
    json!({
        "headings": card.outline.headings.iter().map(|heading| json!({
            "level": heading.level,
            "text": heading.text,
            "kind": heading.kind.as_str(),
            "at": at(heading.span),
            "section": at(heading.section),
            "parent": heading.parent,
        })).collect::<Vec<_>>(),
        "links": links(&card.outline.links),
        "images": links(&card.outline.images),
        "tables": card.outline.tables.iter().map(|table| json!({
            "at": at(table.span),
            "rows": table.rows.iter().map(|row| row.iter().map(|&cell| card.source.slice(cell)).collect::<Vec<_>>()).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "code": card.outline.code.iter().map(|code| json!({"info": code.info, "at": at(code.span)})).collect::<Vec<_>>(),
        "comments": card.outline.comments.iter().map(|&span| at(span)).collect::<Vec<_>>(),
    })
}
