//! Violations of JSON schemas as findings, each on its exact bytes.

use std::borrow::Cow;

use super::keys::MAX_KEYS;
use super::requote;
use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::facts::placeholders::placeholder_text;
use crate::rule::{Finding, Fix, Severity};
use crate::schema::{self, Target, Violation};
use crate::text::{SourceFile, Span, safe, suggest};
use crate::vocab::{self, is_slip};
use crate::yaml::project::{self, Step};
use crate::yaml::{self, Document, NodeId, Style};

/// The card against the schema of its kind.
pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some((document, root)) = ctx.card.mapping() else { return };
    let name = match ctx.card.kind {
        Kind::Model => "model-card",
        Kind::Dataset => "dataset-card",
        Kind::Other => return,
    };
    for violation in grouped(schema::embedded(name).violations(document, root)) {
        let place = Place { source: ctx.card.source, document, root, end: ctx.card.front.end(), file: 0 };
        // Null and placeholders have rules of their own, except where the structure forbids them.
        let structural =
            violation.steps.len() > 1 && violation.rule.as_deref().is_some_and(|rule| rule.ends_with("-structure"));
        if (violation.null && violation.target == Target::Value && !structural) || is_placeholder(&place, &violation) {
            continue;
        }
        report(&place, &with_size(with_task(violation)), sink);
    }
    required(ctx, sink);
}

/// The first thing wrong with a value as that of `field`.
pub(super) fn fault(document: &Document<'_>, kind: Kind, field: &str, value: NodeId) -> Option<String> {
    let name = if kind == Kind::Dataset { "dataset-card" } else { "model-card" };
    let mut instance = serde_json::Map::new();
    instance.insert(field.to_owned(), project::to_json(document, value));
    let violations = schema::embedded(name).violations_of(&serde_json::Value::Object(instance));
    let own = |violation: &&Violation| matches!(violation.steps.first(), Some(Step::Key(key)) if key == field);
    violations.iter().find(own).map(sentence)
}

/// Violations of more than this many items of one list are told once.
const MAX_ITEMS: usize = 3;

/// One violation for a list whose items all fail in the same way.
pub(super) fn grouped(violations: Vec<Violation>) -> Vec<Violation> {
    let key = |violation: &Violation| {
        let at = violation.steps.iter().rposition(|step| matches!(step, Step::Index(_)))?;
        let tail: Vec<_> = violation.steps[at + 1..].to_vec();
        Some((violation.steps[..at].to_vec(), tail, violation.keyword.clone(), format!("{:?}", violation.target)))
    };
    let mut counts = std::collections::HashMap::new();
    for violation in &violations {
        if let Some(key) = key(violation) {
            *counts.entry(key).or_insert(0_usize) += 1;
        }
    }
    let mut told = std::collections::HashSet::new();
    let mut out = Vec::new();
    for mut violation in violations {
        let Some(key) = key(&violation) else {
            out.push(violation);
            continue;
        };
        let count = counts.get(&key).copied().unwrap_or(1);
        if count <= MAX_ITEMS {
            out.push(violation);
        } else if told.insert(key) {
            violation.others = count - 1;
            out.push(violation);
        }
    }
    out
}

/// Letters of the shortest beginning of a task that stands for it.
const CUT: usize = 8;

/// For tasks, the word meant is known from more than its spelling.
fn with_task(mut violation: Violation) -> Violation {
    if let (Some("pipeline-tag-unknown" | "task-category-unknown"), Some(text)) =
        (violation.rule.as_deref(), &violation.text)
        && violation.keyword == "enum"
        && let Some(task) = vocab::tasks().meant(text).first()
    {
        let spelled = suggest::nearest(text, [*task]).is_some();
        violation.nearest = Some((*task).to_owned());
        // What a word may mean is no spelling of it.
        if !spelled {
            violation.help = Some(format!("Write `{task}` if that is what it is for, else leave it out"));
        }
        return violation;
    }
    let of_tasks = ["pipeline-tag-unknown", "task-category-unknown", "task-id-unknown"];
    if violation.keyword != "enum" || !violation.rule.as_deref().is_some_and(|rule| of_tasks.contains(&rule)) {
        return violation;
    }
    let text = violation.text.clone().unwrap_or_default();
    if violation.rule.as_deref() == Some("task-id-unknown") && vocab::tasks().items.iter().any(|task| task.tag == text)
    {
        violation.nearest = None;
        violation.help = Some(format!("`{text}` is a task: move it to `task_categories`"));
    }
    // Tasks are called alike: "text-to-code" is no slip of "text-to-video".
    // What is cut short is meant, too: "question-answer".
    let cut = |near: &str| text.len() >= CUT && near.starts_with(&*suggest::fold(&text));
    violation.nearest = violation.nearest.filter(|near| is_slip(&text, near) || cut(near));
    violation
}

/// For sizes, the bucket is known from the numbers.
fn with_size(mut violation: Violation) -> Violation {
    if violation.rule.as_deref() == Some("size-categories-unknown")
        && let Some(bucket) = violation.text.as_deref().and_then(bucket)
    {
        violation.help = Some(format!("Write `{bucket}`"));
        violation.nearest = Some(bucket);
    } else if violation.rule.as_deref() == Some("size-categories-unknown") {
        // Other numbers are no slip of these, nor is "more than" one of "less than".
        let marks = |text: &str| -> String {
            text.to_uppercase().chars().filter(|c| !matches!(c, ' ' | '_' | '-' | 'N')).collect()
        };
        let written = violation.text.as_deref().map(marks);
        violation.nearest = violation.nearest.filter(|near| written.as_ref() == Some(&marks(near)));
    }
    violation
}

/// `10K-100K` and `20,000` as `10K<n<100K`.
fn bucket(text: &str) -> Option<String> {
    const UNITS: [(&str, u64); 4] = [("K", 1_000), ("M", 1_000_000), ("B", 1_000_000_000), ("T", 1_000_000_000_000)];
    let text = text.replace([',', '_', ' '], "").to_uppercase();
    let number = |part: &str| {
        let unit = UNITS.iter().find_map(|(unit, factor)| Some((part.strip_suffix(unit)?, *factor)));
        let (digits, factor) = unit.unwrap_or((part, 1));
        digits.parse::<u64>().ok()?.checked_mul(factor)
    };
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let mut numbers = Vec::new();
    for part in &parts {
        if !matches!(*part, "N" | "TO" | "SAMPLES" | "EXAMPLES" | "ROWS") {
            numbers.push(number(part)?);
        }
    }
    let (low, open) = match numbers.as_slice() {
        [one] => (*one, text.contains(['<', '>', '+'])),
        [low, high] if low.checked_mul(10) == Some(*high) => (*low, false),
        _ => return None,
    };
    if open {
        return None;
    }
    let words = |number: u64| {
        let (unit, factor) = UNITS.iter().rev().find(|(_, factor)| number >= *factor)?;
        Some(format!("{}{unit}", number / factor))
    };
    if low < 1_000 {
        return Some("n<1K".to_owned());
    }
    if low >= 1_000_000_000_000 {
        return Some("n>1T".to_owned());
    }
    let floor = 10_u64.pow(low.ilog10());
    Some(format!("{}<n<{}", words(floor)?, words(floor * 10)?))
}

fn is_placeholder(place: &Place<'_>, violation: &Violation) -> bool {
    let (_, node, taken) = project::find(place.document, place.root, &violation.steps);
    taken == violation.steps.len()
        && violation.target == Target::Value
        && placeholder_text(place.document, node).is_some()
}

/// Rules of the form "this field should be there".
fn required(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    if ctx.card.kind == Kind::Other {
        return;
    }
    if ctx.card.mapping().is_none() {
        return;
    }
    let meant = meant(ctx);
    for rule in crate::rule::all() {
        let crate::rule::Check::FieldRequired(field) = &rule.check else { continue };
        if meant.contains(&field.as_str()) {
            continue;
        }
        // A list of nothing declares nothing, and to the Hub it is a valid value.
        let (span, what) = match ctx.card.field(field).zip(ctx.card.mapping()) {
            Some(((key, value), (document, _))) if document.items(value).is_some_and(<[_]>::is_empty) => {
                (document.node(key).span.to(document.node(value).span), "is an empty list")
            }
            Some(_) => continue,
            None => (ctx.card.front.end(), "is missing"),
        };
        sink.add(&rule.id, span, format!("`{field}` {what}"), |f| {
            let f = f.anchor(format!("/{field}"));
            match rule.section("How to fix").and_then(|text| text.lines().find(|line| !line.trim().is_empty())) {
                Some(line) => f.help(line.trim().trim_start_matches("- ").trim_end_matches('.').to_owned()),
                None => f,
            }
        });
    }
}

/// The fields that unknown and replaced keys of the card stand for: a slip of a key is one defect, told once.
pub(super) fn meant(ctx: &Context<'_>) -> Vec<&'static str> {
    let Some((document, root)) = ctx.card.mapping() else { return Vec::new() };
    let fields = vocab::fields();
    let dataset = ctx.card.kind == Kind::Dataset;
    let keys = document.pairs(root).iter().take(MAX_KEYS).filter_map(|&(key, _)| document.text(key));
    keys.filter_map(|key| {
        let replaced = fields.deprecated.iter().find(|old| old.name == key);
        let slip = || if fields.is_known(key) || fields.is_common(key) { None } else { fields.meant(key, dataset) };
        replaced.and_then(|old| old.instead.as_deref()).or_else(slip)
    })
    .collect()
}

/// The card against the user's schemas.
pub(crate) fn check_extra(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    if ctx.schemas.is_empty() {
        return;
    }
    let Some((document, root)) = ctx.card.mapping() else { return };
    let place = Place { source: ctx.card.source, document, root, end: ctx.card.front.end(), file: 0 };
    for user in ctx.schemas {
        for violation in user.schema.violations(document, root) {
            let source = match (&violation.title, &violation.description) {
                (Some(title), Some(text)) => format!("{}: {}", safe::excerpt(title, 80), safe::excerpt(text, 160)),
                (Some(one), None) | (None, Some(one)) => safe::excerpt(one, 160),
                (None, None) => format!("schema {}", safe::line(&user.name)),
            };
            let message = format!("{} ({source})", sentence(&violation));
            let span = place.span(&violation);
            let anchor = format!("{}#{}", user.name, anchor(&violation));
            sink.add("schema-extra", span, message, |f| {
                f.anchor(anchor).help(format!("Follow the schema {}", safe::line(&user.name)))
            });
        }
    }
}

/// A document in a file, for turning violations into spans.
pub(super) struct Place<'a> {
    /// The file.
    pub source: &'a SourceFile,
    /// The tree.
    pub document: &'a Document<'a>,
    /// Its root.
    pub root: NodeId,
    /// Where a missing top-level member is shown.
    pub end: Span,
    /// Index of the file.
    pub file: usize,
}

impl Place<'_> {
    /// The bytes that a violation is about.
    fn span(&self, violation: &Violation) -> Span {
        let (key, node, _) = project::find(self.document, self.root, &violation.steps);
        match &violation.target {
            Target::Missing(_) if violation.steps.is_empty() => self.end,
            Target::Missing(_) => self.head(key, node),
            Target::Key(name) => self
                .document
                .get(node, name)
                .map_or_else(|| self.head(key, node), |(key, _)| self.document.node(key).span),
            Target::Value => {
                let span = self.document.node(node).span;
                match key {
                    Some(key) if span.is_empty() => self.document.node(key).span,
                    _ => self.first_lines(span),
                }
            }
        }
    }

    /// What names a mapping: its key, else its first key.
    fn head(&self, key: Option<NodeId>, node: NodeId) -> Span {
        match (self.document.pairs(node).first(), key) {
            (_, Some(key)) => self.document.node(key).span,
            (Some(&(first, _)), None) => self.document.node(first).span,
            (None, None) => self.first_lines(self.document.node(node).span),
        }
    }

    /// A block collection is shown by its first line: the rest says nothing more.
    fn first_lines(&self, span: Span) -> Span {
        let text = self.source.slice(span);
        match text.find('\n') {
            Some(end) if text.len() > 200 => Span::new(span.start as usize, span.start as usize + end),
            _ => span,
        }
    }
}

/// The way to the value, as a JSON pointer.
fn anchor(violation: &Violation) -> String {
    let steps: Vec<String> = violation
        .steps
        .iter()
        .map(|step| match step {
            Step::Key(key) => key.clone(),
            Step::Index(at) => at.to_string(),
        })
        .collect();
    let name = match &violation.target {
        Target::Value => String::new(),
        Target::Key(name) | Target::Missing(name) => format!("/{name}"),
    };
    format!("/{}{name}", steps.join("/"))
}

/// The violation as a sentence: what was found, what is accepted, what is nearest.
fn sentence(violation: &Violation) -> String {
    let mut sentence = clause(violation);
    if violation.others > 0 {
        sentence.push_str(&format!(" (and so for {} more items)", violation.others));
    }
    sentence
}

fn clause(violation: &Violation) -> String {
    let place = project::dotted(&violation.steps);
    let at = if place.is_empty() { "The front matter".to_owned() } else { safe::quoted(&place) };
    let nearest =
        violation.nearest.as_ref().map(|word| format!("; did you mean `{}`?", safe::line(word))).unwrap_or_default();
    let accepts = &violation.accepts;
    match (&violation.target, violation.keyword.as_str()) {
        (Target::Missing(name), _) if place.is_empty() => format!("{} is missing", safe::quoted(name)),
        (Target::Missing(name), _) => format!("{} is missing from {at}", safe::quoted(name)),
        (Target::Key(name), _) => {
            let parent = if place.is_empty() { "here".to_owned() } else { format!("in {at}") };
            let known = if accepts.is_empty() { String::new() } else { format!("; expected {accepts}") };
            format!("The member {} has no place {parent}{known}{nearest}", safe::quoted(name))
        }
        (Target::Value, "type") => format!("{at} is {}, where {accepts} is accepted", typed(&violation.found, accepts)),
        (Target::Value, _) => match &violation.noun {
            Some(noun) => {
                format!("{} is not {} {noun}: expected {accepts}{nearest}", violation.found, article(noun))
            }
            None => format!("{at} is {}, where {accepts} is accepted{nearest}", violation.found),
        },
    }
}

/// `foo` as "the text `foo`", so that a type error reads as one; where `true` is accepted, one that is not is in quotes.
fn typed(found: &str, accepts: &str) -> String {
    if found.starts_with('`') && (!matches!(found, "`true`" | "`false`") || accepts.contains(found)) {
        format!("the text {found}")
    } else {
        found.to_owned()
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O']) { "an" } else { "a" }
}

/// Reports a violation under the rule that the schema names, or the keyword's default.
pub(super) fn report(place: &Place<'_>, violation: &Violation, sink: &mut Sink<'_>) {
    let rule = match (&violation.rule, violation.keyword.as_str()) {
        (Some(rule), _) => rule.as_str(),
        (None, "type") => "field-type",
        (None, "required") => "field-missing",
        (None, "additionalProperties" | "propertyNames" | "unevaluatedProperties") => "key-unknown",
        (None, _) => "field-value",
    };
    let span = place.span(violation);
    let fix = fix(place, violation);
    let anchor = anchor(violation);
    let mut message = sentence(violation);
    if place.file > 0 {
        message = message.replacen("The front matter", "The file", 1);
    }
    sink.add(rule, span, message, |f: Finding| {
        let mut f = f.anchor(anchor).maybe_fix(fix);
        f.file = place.file;
        if let Some(readers) = &violation.readers {
            // Where no reader is known to refuse the value, it is no error.
            if readers.is_empty() {
                f = f.at_most(Severity::Warning);
            }
            f = f.readers(readers);
        }
        match (&violation.nearest, &violation.target, violation.keyword.as_str()) {
            _ if violation.help.is_some() => f.help(violation.help.clone().unwrap_or_default()),
            (Some(word), Target::Value, _) => f.help(format!("Write `{}`", safe::line(word))),
            (Some(word), Target::Key(_), _) => f.help(format!("Rename the member to `{}`", safe::line(word))),
            (_, Target::Missing(name), _) => f.help(missing_help(place, violation, name)),
            (_, Target::Key(_), _) => f.help("Remove the member or move it where it belongs"),
            (_, Target::Value, "type") => f.help(type_help(place, violation)),
            (None, Target::Value, _) => f.help(format!("Use {}", violation.accepts)),
        }
    });
}

/// How to give a member that is missing: what stands there may be it, misspelt or at the wrong margin.
fn missing_help(place: &Place<'_>, violation: &Violation, name: &str) -> String {
    let (_, node, _) = project::find(place.document, place.root, &violation.steps);
    let keys = |node: NodeId| place.document.pairs(node).iter().filter_map(|&(key, _)| place.document.text(key));
    if let Some(near) = suggest::nearest(name, keys(node)) {
        let items = place.document.get(node, near).and_then(|(_, value)| place.document.items(value));
        if name == "dataset"
            && let Some(items) = items
        {
            let each = if items.len() > 1 { ": a result for each data set that was evaluated on" } else { "" };
            return format!("Write `{name}:` with one mapping in place of the list {}{each}", safe::quoted(near));
        }
        return format!("Rename {} to `{name}`", safe::quoted(near));
    }
    if !violation.steps.is_empty() && keys(place.root).any(|key| key == name) {
        return format!("Indent `{name}`, which is at the margin, under this");
    }
    format!("Add {}", safe::quoted(name))
}

fn type_help(place: &Place<'_>, violation: &Violation) -> String {
    let (_, node, _) = project::find(place.document, place.root, &violation.steps);
    let pair = place.document.pairs(node).first().map(|&(key, value)| (key, value));
    let only = place.document.pairs(node).len() == 1;
    if is_name(violation) && place.document.is_boolean(node) {
        "Write the name of what is meant, or remove it".to_owned()
    } else if violation.accepts == "text" && violation.found.starts_with("the number") {
        "Put the value in quotes".to_owned()
    } else if violation.accepts == "text"
        && let Some((key, value)) = pair.filter(|_| only)
        && let (Some(key), Some(value)) = (place.document.text(key), place.document.text(value))
        && violation.steps.first() == Some(&Step::Key("tags".to_owned()))
    {
        format!("Put it in quotes or remove the space after the colon: {}", safe::quoted(&format!("{key}:{value}")))
    } else if let Some([only]) = place.document.items(node)
        && placeholder_text(place.document, *only).is_some()
    {
        "Fill in the placeholder".to_owned()
    } else if violation.accepts == "text" && place.document.items(node).is_some_and(|items| items.len() == 1) {
        "Write the one value after the colon, not as a list".to_owned()
    } else if violation.accepts.contains("list")
        && let Some(value) = place.document.text(node).filter(|_| violation.found.starts_with('`'))
    {
        if place.source.slice(place.document.node(node).span).contains('\n') {
            return "Write it as a list, with `- ` before each item".to_owned();
        }
        format!("Write it as a list: {}, or one `- …` a line", safe::quoted(&format!("[{}]", flow_item(value))))
    } else {
        format!("Write {}", violation.accepts)
    }
}

/// Fields whose values are names, of which none is `true` or `false`.
const NAMES: &[&str] = &["base_model", "datasets", "license", "library_name", "new_version", "pipeline_tag"];

/// Whether a violation is about a name.
fn is_name(violation: &Violation) -> bool {
    matches!(violation.steps.first(), Some(Step::Key(key)) if NAMES.contains(&key.as_str()))
}

/// A value as an item of a list in brackets: in quotes where it has a character that means something there.
fn flow_item(value: &str) -> Cow<'_, str> {
    let odd = value.contains(['[', ']', '{', '}', ',', '?', '#', '"', '\n'])
        || value.contains(": ")
        || value.ends_with(':')
        || value.starts_with(['&', '*', '!', '|', '>', '%', '@', '`', '\'', '-', ':']);
    if odd { format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")).into() } else { value.into() }
}

/// What can be mended without knowing more: quotes around a number that must be text, brackets
/// around a scalar that must be a list, another spelling of a listed word.
fn fix(place: &Place<'_>, violation: &Violation) -> Option<Fix> {
    if violation.target != Target::Value {
        return None;
    }
    let (_, node, taken) = project::find(place.document, place.root, &violation.steps);
    if taken != violation.steps.len() {
        return None;
    }
    let yaml::Kind::Scalar { value, style } = &place.document.node(node).kind else { return None };
    // What a tag says of the value would have to be said of another one.
    if place.document.node(node).tag.is_some() {
        return None;
    }
    let span = place.document.node(node).span;
    // A value of several lines may be meant for as many.
    let line = !place.source.slice(span).contains('\n');
    let simple =
        *style == Style::Plain && line && !value.is_empty() && !value.contains([',', '[', ']', '{', '}', '"', '\\']);
    // Nothing is no text: `null` in quotes would be a word that nobody wrote.
    let nothing = place.document.is_null(node);
    // Nobody called a repository or a licence so.
    let truth = is_name(violation) && place.document.is_boolean(node);
    if violation.keyword == "type" && violation.accepts == "text" && simple && !nothing && !truth {
        return Some(Fix::safe("put the value in quotes", span, format!("\"{value}\"")));
    }
    // Examples of a widget are mappings.
    let listed = violation.accepts == "a list" && violation.steps.first() != Some(&Step::Key("widget".to_owned()));
    if violation.keyword == "type" && listed && simple && violation.found.starts_with('`') {
        return Some(Fix::safe("make it a list", span, format!("[{}]", flow_item(value))));
    }
    let parts = value.split(',').map(str::trim);
    let many = *style == Style::Plain && line && !value.contains(['[', ']', '{', '}', '"', '\'', '\\', ':', '#']);
    if violation.keyword == "type" && listed && many && parts.clone().all(|part| !part.is_empty()) {
        let list = format!("[{}]", parts.collect::<Vec<_>>().join(", "));
        return Some(Fix::unsafe_("make it a list", span, list));
    }
    if violation.keyword == "type" && violation.accepts.contains("`true` or `false`") {
        let word = match value.to_lowercase().as_str() {
            "yes" | "on" | "y" | "true" => "true",
            "no" | "off" | "n" | "false" => "false",
            _ => return None,
        };
        return Some(Fix::safe(format!("write `{word}`"), span, word));
    }
    let nearest = violation.nearest.as_ref()?;
    let (span, text) = requote(place.document, node, nearest)?;
    // Another case or separator is a slip beyond doubt.
    let slip = suggest::fold(nearest) == suggest::fold(value);
    // No fix chooses a licence.
    if !slip && violation.steps.first() == Some(&Step::Key("license".to_owned())) {
        return None;
    }
    let fix = if slip { Fix::safe } else { Fix::unsafe_ };
    Some(fix(format!("write `{nearest}`"), span, text))
}
