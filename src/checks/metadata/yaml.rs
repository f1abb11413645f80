//! Rules on the YAML of front matter: syntax, and where readers part.

use std::cell::LazyCell;
use std::collections::HashMap;

use super::own_lines;
use super::repair::{BLANK_HELP, odd_blank, repair};

use crate::card::{FaultKind, TrapKind};
use crate::checks::{Context, Sink};
use crate::rule::{Confidence, Effect, Fix, Severity};
use crate::text::{Span, lines, safe};
use crate::yaml::reading::{self, Reader, RefusalKind};
use crate::yaml::resolve::{self, Scalar};
use crate::yaml::{Document, Kind, NodeId, Style};

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    // Where the block runs over the body, everything else follows from that.
    let swallowed = card.front.traps.iter().any(|trap| matches!(trap.kind, TrapKind::SwallowsBody { .. }));
    if let Some(error) = &card.yaml_error {
        if let Some(span) = conflict(ctx).filter(|_| !swallowed) {
            let message = "The front matter is not valid YAML: a merge conflict was not settled here";
            sink.add("yaml-syntax", span, message, |f| {
                f.help("Keep what is right, and remove the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`")
            });
        } else if !swallowed && !ctx.card.faults.iter().any(|fault| fault.kind == FaultKind::Nul) {
            let what = if error.too_deep { "nests too deeply for any reader" } else { "is not valid YAML" };
            let repair = if error.too_deep { None } else { repair(ctx) };
            let (span, why) = match &repair {
                Some(repair) => (repair.span, repair.why.to_owned()),
                None => (error.span, safe::line(&error.message).into_owned()),
            };
            // The parser places it at the beginning of the text that holds it.
            let control =
                control(ctx, error.span).filter(|_| repair.is_none() && why.starts_with("unexpected character"));
            let (span, why) = match control {
                Some((span, c)) => (span, format!("the character U+{:04X} is not allowed", u32::from(c))),
                None => (span, why),
            };
            let message = format!("The front matter {what}: {why}");
            sink.add("yaml-syntax", span, message, |f| match repair {
                Some(repair) => f.help(repair.help).fix(repair.fix),
                None if control.is_some() => f.help("Remove the character"),
                None if error.too_deep => f.help("Write it with fewer levels of lists and mappings"),
                None => f.help(syntax_help(card.source.text(), error.span)),
            });
        }
        return;
    }
    let Some(document) = &card.yaml else { return };
    refusals(ctx, document, sink);
    if !document.is_ordinary() {
        duplicates(ctx, document, sink);
    }
    if let Some((_, root)) = card.mapping() {
        ambiguous(document, root, sink);
    }
}

/// The first control character of a line from a place on.
fn control(ctx: &Context<'_>, at: Span) -> Option<(Span, char)> {
    let start = at.start as usize;
    let line = ctx.card.source.text()[start..].lines().next().unwrap_or_default();
    let (offset, c) = line.char_indices().find(|(_, c)| c.is_control() && *c != '\t')?;
    Some((Span::new(start + offset, start + offset + c.len_utf8()), c))
}

/// What usually helps, judged by the line.
fn syntax_help(text: &str, at: Span) -> &'static str {
    let start = text[..at.start as usize].rfind('\n').map_or(0, |i| i + 1);
    let end = text[at.start as usize..].find('\n').map_or(text.len(), |i| at.start as usize + i);
    let line = &text[start..end];
    let value = line.split_once(": ").map_or("", |(_, value)| value.trim_start());
    if line.contains("<!--") {
        "Write the comment behind a `#`: front matter has none of HTML"
    } else if line.contains("{{") {
        "Fill in the template's `{{ … }}`, or put it in quotes until you do"
    } else if value.starts_with('\'') && value.trim_end().ends_with('\'') && value.matches('\'').count() % 2 == 1 {
        "Write the apostrophe within the quotes twice, or put the value in double quotes"
    } else if value.starts_with('[') && !value.contains(']') {
        "Close the list with `]`"
    } else if value.starts_with(['"', '\'']) && value[1..].matches(&value[..1]).count().is_multiple_of(2) {
        "Close the quote that the value begins with"
    } else if value.contains(": ") {
        "Put the value in quotes: a colon followed by a space begins a mapping"
    } else if value.starts_with(['@', '`', '%', '*', '&', '!', '|', '>']) {
        "Put the value in quotes: its first character has a meaning in YAML"
    } else {
        "Check the quotes, brackets and indentation of this line and the one before"
    }
}

/// Values that one reader or both refuse although the syntax is right.
fn refusals(ctx: &Context<'_>, document: &Document<'_>, sink: &mut Sink<'_>) {
    let yaml = ctx.card.front.yaml;
    let text = ctx.card.source.slice(yaml);
    let base = yaml.start as usize;
    let python = reading::check(document, text, base, Reader::Python).err();
    let javascript = reading::check(document, text, base, Reader::JavaScript).err();
    let mut told = false;
    for id in document.ids() {
        let Some(tag) = &document.node(id).tag else { continue };
        if tag.core().is_none_or(|core| core.starts_with("python/")) && tag.resolved != "!" {
            let message = format!(
                "Neither the Hub nor huggingface_hub knows the tag {}: both refuse the card",
                safe::quoted(source_of(ctx, tag.span))
            );
            told = true;
            sink.add("yaml-tag", tag.span, message, |f| {
                f.help(
                    "Remove the tag and write the value as plain YAML, a tuple as a list; what is text goes in quotes",
                )
            });
        }
    }
    if let Some(bomb) =
        [&python, &javascript].into_iter().flatten().find(|refusal| refusal.kind == RefusalKind::TooLarge)
    {
        let message = format!("The front matter cannot be written out: {}", bomb.message);
        sink.add("yaml-alias-bomb", bomb.span, message, |f| {
            f.help("Write the values once, without aliases to aliases")
        });
        return;
    }
    match (python, javascript) {
        (Some(python), Some(javascript))
            if python.kind == RefusalKind::Other && javascript.kind == RefusalKind::Other =>
        {
            let message =
                format!("Neither the Hub nor huggingface_hub can read this: {}", safe::line(&javascript.message));
            let alias = ctx.card.source.slice(javascript.span).starts_with('*');
            // A character that none of them takes is placed by one of them.
            let character = python.message.starts_with("the character");
            let span = if character { python.span } else { javascript.span };
            sink.add("yaml-syntax", span, message, |f| match (alias, character) {
                (true, _) => f.help("Put the value in quotes: `*` begins a YAML alias"),
                (_, true) => f.help("Remove the character"),
                _ => f,
            });
        }
        (Some(python), Some(javascript)) if !told && javascript.kind == RefusalKind::Tag => {
            let message = format!(
                "The value does not fit its tag: the Hub and huggingface_hub refuse the card ({})",
                safe::line(&python.message)
            );
            sink.add("yaml-tag", javascript.span, message, |f| f.help("Remove the tag, or write a value that it fits"));
        }
        // What stands in place of bytes that are no text is told as such.
        (Some(_), None) | (None, Some(_)) if !ctx.card.faults.is_empty() => {}
        (Some(refusal), None) if refusal.kind != RefusalKind::Duplicate => {
            let message = format!(
                "huggingface_hub cannot load the card, though the Hub accepts it: {}",
                safe::line(&refusal.message)
            );
            sink.add("yaml-reader-refuses", refusal.span, message, |f| {
                let f = f.readers(&[Effect::ReadersDisagree, Effect::ClientRaises]);
                match odd_blank(ctx, refusal.span) {
                    Some(fix) => f.help(BLANK_HELP).fix(fix),
                    None if ctx.card.source.slice(refusal.span) == "\t" => {
                        f.help("Write a space in place of the tab").fix(without_tab(ctx, refusal.span))
                    }
                    None => f.help("Put the value in quotes, or write it in a way that both readers accept"),
                }
            });
        }
        (None, Some(refusal)) if refusal.kind != RefusalKind::Duplicate => {
            let message =
                format!("The Hub refuses this, though huggingface_hub accepts it: {}", safe::line(&refusal.message));
            sink.add("yaml-reader-refuses", refusal.span, message, |f| {
                f.help("Put the value in quotes, or write it in a way that both readers accept")
                    .readers(&[Effect::ReadersDisagree, Effect::HubRefuses])
            });
        }
        _ => {}
    }
}

/// A space in place of a tab, and nothing where the line holds no more.
fn without_tab(ctx: &Context<'_>, tab: Span) -> Fix {
    let text = ctx.card.source.text();
    let (start, end) = (tab.start as usize, tab.end as usize);
    let (before, behind) = (&text[..start], &text[end..]);
    let end = end + behind.len() - behind.trim_start_matches('\t').len();
    let line_ends =
        text[end..].trim_start_matches(' ').is_empty() || text[end..].trim_start_matches(' ').starts_with(['\n', '\r']);
    let beside = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || ",:[]{}\"'#-".contains(c));
    let span = Span::new(start, end);
    if line_ends {
        return Fix::safe("remove the tab", span, "");
    }
    // Within a text, it may be meant.
    let between = beside(before.chars().next_back()) || beside(text[end..].chars().next());
    let fix = if between { Fix::safe } else { Fix::unsafe_ };
    fix("write a space".to_owned(), span, " ".to_owned())
}

/// The first line that begins a merge conflict in the front matter.
fn conflict(ctx: &Context<'_>) -> Option<Span> {
    let yaml = ctx.card.front.yaml;
    let (at, line) = lines(ctx.card.source.slice(yaml)).find(|(_, line)| line.starts_with("<<<<<<< "))?;
    let start = yaml.start as usize + at;
    Some(Span::new(start, start + line.trim_end().len()))
}

fn source_of<'a>(ctx: &'a Context<'_>, span: Span) -> &'a str {
    ctx.card.source.slice(span)
}

/// Keys given more than once in one mapping, at any depth: each is told once, at its last place, which is what
/// `huggingface_hub` keeps.
fn duplicates(ctx: &Context<'_>, document: &Document<'_>, sink: &mut Sink<'_>) {
    for id in document.ids() {
        let Kind::Map(pairs) = &document.node(id).kind else { continue };
        let merge = |key: NodeId, text: &str| {
            text == "<<" && matches!(document.node(key).kind, Kind::Scalar { style: Style::Plain, .. })
        };
        let named = pairs.iter().filter_map(|&(key, value)| Some((document.text(key)?, key, value)));
        let named: Vec<_> = named.filter(|(text, key, _)| !merge(*key, text)).collect();
        // A quadratic search suits the few keys that mappings have; large ones are hashed.
        if named.len() <= FEW_KEYS && !(1..named.len()).any(|at| named[..at].iter().any(|one| one.0 == named[at].0)) {
            continue;
        }
        let mut places: HashMap<&str, Vec<(NodeId, NodeId)>> = HashMap::new();
        for &(text, key, value) in &named {
            places.entry(text).or_default().push((key, value));
        }
        // In the order of the text, whatever the map's.
        let mut repeated: Vec<_> = places.into_iter().filter(|(_, found)| found.len() > 1).collect();
        repeated.sort_by_key(|(_, found)| found.last().map(|(key, _)| *key));
        for (text, found) in repeated {
            let [(first, first_value), .., (key, value)] = found.as_slice() else { continue };
            let source = |value: &NodeId| ctx.card.source.slice(document.node(*value).span);
            let same = found.iter().all(|(_, value)| source(value) == source(first_value));
            let times = match found.len() {
                2 => "twice".to_owned(),
                count => format!("{count} times"),
            };
            let outcome = if same { "with the same value" } else { "and huggingface_hub keeps only this value" };
            let message =
                format!("The key {} is given {times}, {outcome}; the Hub refuses the card", safe::quoted(text));
            sink.add("yaml-duplicate-key", document.node(*key).span, message, |f| {
                let fix = same.then(|| remove_lines(ctx, document, *key, *value)).flatten();
                f.help("Keep one of them")
                    .related(document.node(*first).span, "first given here")
                    .anchor(text)
                    .maybe_fix(fix)
            });
        }
    }
}

/// Keys of a mapping among which one is sought by comparing.
const FEW_KEYS: usize = 16;

/// Removes the whole lines of a pair, when it has them for itself.
fn remove_lines(ctx: &Context<'_>, document: &Document<'_>, key: NodeId, value: NodeId) -> Option<Fix> {
    let span = document.node(key).span.to(document.node(value).span);
    // Aliases may lead to what would be removed.
    let held = document.ids().filter(|id| document.node(*id).anchored);
    if held.into_iter().any(|id| (span.start..span.end).contains(&document.node(id).span.start)) {
        return None;
    }
    let lines = own_lines(ctx.card.source.text(), span, "", "")?;
    Some(Fix::safe("remove the repetition", lines, ""))
}

/// Plain scalars that the two versions of YAML type differently.
fn ambiguous(document: &Document<'_>, root: NodeId, sink: &mut Sink<'_>) {
    // In source order, and so sorted.
    let keys: Vec<NodeId> = document.pairs(root).iter().map(|&(key, _)| key).collect();
    let keys_of = LazyCell::new(|| keys_of(document));
    for id in document.ids() {
        let node = document.node(id);
        let Kind::Scalar { value, style: Style::Plain } = &node.kind else { continue };
        if node.tag.is_some() || value.is_empty() || !resolve::may_be_typed(value) || resolve::is_plain_number(value) {
            continue;
        }
        let (old, new) = (resolve::yaml11(value), resolve::yaml12(value));
        let date = matches!((&old, &new), (Scalar::Time(_), Scalar::Time(_)));
        let digits_lost = matches!(&old, Scalar::Int(digits) if digits.trim_start_matches('-').len() > 15 && digits.parse::<f64>().is_ok_and(|f| f.abs() > 9_007_199_254_740_992.0));
        if (old == new && !date && !digits_lost)
            || matches!(old, Scalar::Merge | Scalar::DefaultValue | Scalar::Fails(_))
            || matches!((&old, &new), (Scalar::Float(a), Scalar::Float(b)) if a.is_nan() && b.is_nan())
            // Top-level keys of another type than text have a rule of their own.
            || keys.binary_search(&id).is_ok()
        {
            continue;
        }
        // Where a schema wants `true` or `false`, it says so.
        if matches!(old, Scalar::Bool(_)) && new == Scalar::Text && keys_of.get(&id).is_some_and(|key| is_switch(key)) {
            continue;
        }
        let field = top_field(document, root, id);
        let quoted = Fix::safe("put the value in quotes", node.span, format!("\"{value}\""));
        let shown = safe::quoted(value);
        let message = if date {
            format!("The unquoted date {shown} is a date to huggingface_hub and the Hub, and no text")
        } else if digits_lost {
            format!("The unquoted number {shown} keeps its digits in huggingface_hub and loses them on the Hub")
        } else {
            let typed = |scalar: &Scalar| match scalar {
                Scalar::Int(digits) => format!("the integer {digits}"),
                other => other.type_name().to_owned(),
            };
            format!(
                "The unquoted {shown} is {} to huggingface_hub (YAML 1.1) and {} to the Hub (YAML 1.2)",
                typed(&old),
                typed(&new)
            )
        };
        let grave = matches!(old, Scalar::Bool(_))
            && matches!(field, Some("language" | "license" | "datasets" | "base_model" | "tags"));
        sink.add("yaml-ambiguous-value", node.span, message, |f| {
            let f = f.help("Put the value in quotes so that every reader sees the same text").anchor(format!("{}:{value}", field.unwrap_or_default()));
            // A number such as 1e3 is meant as a number: quoting it would keep the accident.
            let number_meant = matches!(new, Scalar::Float(_)) && matches!(old, Scalar::Text);
            let number = matches!(old, Scalar::Int(_) | Scalar::Float(_));
            let of_number = || keys_of.get(&id).is_some_and(|key| is_number(key));
            let f = if number && of_number() && value.contains('_') {
                f.help(format!("Write the number without underscores (`{}`)", value.replace('_', "")))
            } else if number && of_number() {
                f.help("Write it as a number that both readers take for the same")
            } else if number_meant {
                f.help(format!("Write it with a decimal point and a signed exponent ({}), which both readers take for a number, or put it in quotes", pointed(value)))
            } else {
                f.fix(quoted)
            };
            match (grave, date) {
                (true, _) => f,
                (_, true) => f.at_most(Severity::Note).confidence(Confidence::Medium),
                _ => f.at_most(Severity::Warning),
            }
        });
    }
}

/// The keys of the nodes that are values.
fn keys_of<'d>(document: &'d Document<'_>) -> HashMap<NodeId, &'d str> {
    let maps = document.ids().filter_map(|id| match &document.node(id).kind {
        Kind::Map(pairs) => Some(pairs),
        _ => None,
    });
    maps.flatten().filter_map(|(key, value)| Some((*value, document.text(*key)?))).collect()
}

/// Keys whose value is true or false.
fn is_switch(key: &str) -> bool {
    matches!(key, "inference" | "viewer" | "verified" | "default" | "disable" | "pinned")
}

/// Keys whose value is a number.
fn is_number(key: &str) -> bool {
    matches!(key, "value" | "co2_eq_emissions" | "emissions" | "seed")
}

/// `1e3` as `1.0e+3`.
fn pointed(value: &str) -> String {
    let (mantissa, exponent) = value.split_once(['e', 'E']).unwrap_or((value, "0"));
    let mantissa = if mantissa.contains('.') { mantissa.to_owned() } else { format!("{mantissa}.0") };
    let exponent = if exponent.starts_with(['+', '-']) { exponent.to_owned() } else { format!("+{exponent}") };
    format!("`{mantissa}e{exponent}`")
}

/// The top-level field in whose value the node lies.
fn top_field<'d>(document: &'d Document<'_>, root: NodeId, id: NodeId) -> Option<&'d str> {
    // Nodes are numbered in source order, so the last key at or before the node is its field's.
    let pairs = document.pairs(root);
    let at = pairs.partition_point(|&(key, _)| key <= id).checked_sub(1)?;
    document.text(pairs[at].0)
}
