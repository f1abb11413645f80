//! Rules on language codes.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{items, listed, requote};
use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::facts::integration;
use crate::facts::placeholders::placeholder_text;
use crate::rule::{Confidence, Fix, Severity};
use crate::text::any::AnyOf;
use crate::text::safe;
use crate::vocab;
use crate::yaml;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let (Some((document, _)), false) = (card.mapping(), card.kind == Kind::Other) else { return };
    let Some((_, value)) = card.field("language") else {
        missing(ctx, sink);
        return;
    };
    let listed: Vec<yaml::NodeId> = items(document, value).collect();
    let all: HashSet<&str> = listed.iter().filter_map(|item| document.text(*item)).collect();
    let mut seen = HashSet::new();
    for item in listed {
        // What is listed twice is told once.
        let Some(text) = document.text(item).filter(|text| seen.insert(*text)) else { continue };
        if text.trim().is_empty() || document.is_null(item) || placeholder_text(document, item).is_some() {
            continue;
        }
        one(ctx, item, text, &all, sink);
    }
}

/// One value of the list that holds `all`.
fn one(ctx: &Context<'_>, item: yaml::NodeId, text: &str, all: &HashSet<&str>, sink: &mut Sink<'_>) {
    let Some((document, _)) = ctx.card.mapping() else { return };
    let span = document.node(item).span;
    let languages = vocab::languages();
    let code_shaped = matches!(text.len(), 2 | 3) && text.bytes().all(|b| b.is_ascii_lowercase());
    if languages.is_known(text) {
        // Codes of small languages that are far more often the country's code: a note only, and
        // only when the card does not speak of the language.
        if let Some(trap) = languages.country(text)
            && let Some(valid) = &trap.valid_as
            && all.len() == 1
            && !mentions(ctx, valid)
            && trap.meant.iter().all(|meant| !all.contains(meant.as_str()))
        {
            let message =
                format!("`{text}` is the code of {valid}; the language of the country is {}", listed(&trap.meant));
            sink.add("language-doubtful", span, message, |f| {
                f.help(format!(
                    "Keep it if the model is for {valid}, else write {}",
                    listed(&trap.meant).replace(" and ", " or ")
                ))
                .anchor("/language")
                .at_most(Severity::Note)
                .confidence(Confidence::Low)
            });
        }
        return;
    }
    if !code_shaped {
        let Shape { reason, help, code, whole } = explain(text);
        // The right code may stand in the list already.
        let there = code.as_ref().is_some_and(|code| all.contains(code.as_str()));
        let fix = code.as_ref().filter(|_| whole && !there).and_then(|code| {
            let (span, text) = requote(document, item, code)?;
            Some(Fix::safe(format!("write `{code}`"), span, text))
        });
        let help = match &code {
            Some(code) if there => format!("Remove it: `{code}` is in the list"),
            _ => help,
        };
        let message = format!("{} is not a language code: {reason}", safe::quoted(text));
        sink.add("language-invalid", span, message, |f| f.help(help).anchor("/language").maybe_fix(fix));
        return;
    }
    let (reason, help) = if let Some(trap) = languages.country(text) {
        let meant = listed(&trap.meant).replace(" and ", " or ");
        (format!("`{text}` is a country's code, not a language's; likely meant is {meant}"), format!("Write {meant}"))
    } else if let Some(new) = languages.successor(text) {
        let help =
            if all.contains(new) { format!("Remove it: `{new}` is in the list") } else { format!("Write `{new}`") };
        (format!("`{text}` is an old code of the language whose code is `{new}`"), help)
    } else if languages.is_collective(text) {
        (
            format!("`{text}` stands for a group of languages, which is not in the Hub's list"),
            "Name the languages one by one".to_owned(),
        )
    } else if languages.is_no_language(text) {
        (
            format!("`{text}` is not a language of people"),
            "Use `code` for programming languages, and `tags` for anything else".to_owned(),
        )
    } else {
        (
            format!("`{text}` is not in the Hub's list of ISO 639 codes"),
            "Check the code at https://iso639-3.sil.org/code_tables/639/data, or give the language's name in `tags`"
                .to_owned(),
        )
    };
    sink.add("language-doubtful", span, reason, |f| f.help(help).anchor("/language"));
}

/// Why a value has no language code's shape.
struct Shape {
    reason: String,
    help: String,
    /// The code that stands for it or for its beginning.
    code: Option<String>,
    /// The code says all that the value does.
    whole: bool,
}

impl Shape {
    fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: help.into(), code: None, whole: false }
    }

    fn of(code: &str, reason: String) -> Self {
        Self { reason, help: format!("Write `{code}`"), code: Some(code.to_owned()), whole: true }
    }
}

/// Why a value has no language code's shape, and what to write.
fn explain(text: &str) -> Shape {
    let languages = vocab::languages();
    let trimmed = text.trim();
    if let Some(code) = languages.by_name(trimmed) {
        return Shape::of(code, format!("it is a name, and the code is `{code}`"));
    }
    if trimmed != text && languages.is_known(trimmed) {
        return Shape::of(trimmed, "a blank stands beside the code".to_owned());
    }
    let lower = trimmed.to_lowercase();
    if lower != trimmed && languages.is_known(&lower) {
        return Shape::of(&lower, format!("codes are lower case (`{lower}`)"));
    }
    if languages.is_no_language(&lower) {
        return Shape::new(
            "it is not a language of people",
            "Use `code` for programming languages, and `tags` for anything else",
        );
    }
    if trimmed.contains([',', ';', '/', '|']) || trimmed.split_whitespace().count() > 1 {
        return Shape::new(
            "a value is one ISO 639 code",
            "Write a list with one code an item, as in `language: [en, fr]`",
        );
    }
    // `en-de` is a pair of languages, `fr-ca` may be French in Canada.
    if let Some((one, other)) = trimmed.split_once(['-', '_'])
        && lower == trimmed
        && one != other
        && languages.is_known(one)
        && languages.is_known(other)
        && (languages.is_no_region(other) || languages.is_of_its_country(other))
    {
        return Shape::new("a value is one ISO 639 code, and this is a pair", format!("Write `[{one}, {other}]`"));
    }
    if let Some((head, _)) = trimmed.split_once(['-', '_'])
        && languages.is_known(&head.to_lowercase())
    {
        let head = head.to_lowercase();
        // A code in place of a region is no tag.
        let region = trimmed.split(['-', '_']).nth(1).unwrap_or_default();
        let tag = !(region.eq_ignore_ascii_case(&head) && languages.is_no_region(&head));
        let also = if tag { ", and put the full tag into `language_bcp47`" } else { "" };
        return Shape {
            reason: "ISO 639 codes of two or three letters are accepted, without region or script".to_owned(),
            help: format!("Write `{head}`{also}"),
            whole: !tag,
            code: Some(head),
        };
    }
    Shape::new(
        "ISO 639 codes of two or three lower-case letters, `code` and `multilingual` are accepted",
        "Look the code up at https://iso639-3.sil.org/code_tables/639/data",
    )
}

/// True when the body or the name of the card speaks of the language.
fn mentions(ctx: &Context<'_>, language: &str) -> bool {
    let text = ctx.card.source.text();
    language.split([' ', '(', ',']).filter(|word| word.len() > 3).any(|word| text.contains(word))
}

/// How many of them a card has that is about such a model.
const OFTEN: usize = 3;

/// Whether a task is one of language.
fn on_language(tag: &str) -> bool {
    vocab::tasks().find(tag).is_some_and(|task| task.language)
}

/// The task takes or gives language, and none is named.
fn missing(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let Some((document, _)) = card.mapping() else { return };
    let fields: &[&str] = if card.kind == Kind::Dataset { &["task_categories"] } else { &["pipeline_tag"] };
    let task = fields
        .iter()
        .flat_map(|field| card.field_items(field))
        .filter_map(|id| document.text(id))
        .find(|tag| on_language(tag));
    // The Hub takes the task from tags, too; and where it can be told, to name it shall bring no finding.
    let task = task.or_else(|| {
        if card.kind != Kind::Model || card.field("pipeline_tag").is_some() || !sink.wants("language-missing") {
            return None;
        }
        let tagged = integration::tagged_tasks(card).into_iter().find(|tag| on_language(tag));
        tagged.or_else(|| super::tasks::derived(ctx).filter(|tag| on_language(tag)))
    });
    let text = card.source.text();
    let other = || {
        static OTHER: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::new(vocab::languages().other_letters()));
        OTHER.find_iter(text.as_bytes()).take(OFTEN).count() == OFTEN
    };
    let task = task.filter(|_| !other());
    let named_otherwise =
        ["language_bcp47", "languages", "language_details"].iter().any(|key| card.field(key).is_some());
    if let (Some(task), false) = (task, named_otherwise) {
        let message = format!("No `language` is given, though the task `{}` works on language", safe::line(task));
        sink.add("language-missing", card.front.end(), message, |f| {
            f.help("Add `language:` with the ISO 639 codes of the languages it was made for, or `multilingual`")
                .anchor("/language")
        });
    }
}
