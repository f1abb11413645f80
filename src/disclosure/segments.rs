//! The body as segments: paragraphs, list items, table rows and code blocks, each with its section and
//! the cues that it holds.

use std::ops::Range;

use super::data::{BUILTIN, Cues, Form, Vocabulary};
use super::fold::fold;
use crate::card::Card;
use crate::text::Span;

/// What a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Prose,
    Item,
    Table,
    Code,
}

/// A piece of the body that is judged by itself.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) span: Span,
    pub(super) kind: Kind,
    /// Index of the heading that it stands under.
    pub(super) section: Option<usize>,
    /// Topics that its label names.
    pub(super) label: Vec<usize>,
    pub(super) cues: Cues,
    /// Its part of the [`Hit`]s.
    pub(super) found: Range<usize>,
    /// It says nothing: a placeholder, a word for nothing, or a label without a value.
    pub(super) empty: bool,
    /// It is what a template has for something to be filled in.
    pub(super) placeholder: bool,
    /// Index of the table that it is a row of.
    pub(super) table: Option<usize>,
    /// Index of the segment that introduces it: "It was trained on:" before a list, or a line before a table.
    pub(super) lead: Option<usize>,
}

/// A built-in cue by its name.
pub(super) const fn builtin(name: &str) -> usize {
    let mut at = 0;
    while at < BUILTIN.len() {
        if same(BUILTIN[at], name) {
            return at;
        }
        at += 1;
    }
    panic!("no such built-in cue")
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Words of a sentence, at least.
const SENTENCE: usize = 6;
/// Words of a long segment, at least.
const LONG: usize = 25;

/// Longest paragraph, in bytes, that a training library writes by itself.
const STUB: usize = 400;

/// Bytes of a listing or table that are looked at for cues.
const LISTING: usize = 1_500;

/// Topics that a heading or label names: by the whole text, or by a phrase in it.
pub(super) fn heading_topics(vocabulary: &Vocabulary, text: &str, label: bool) -> Vec<usize> {
    let folded = fold(text);
    let folded = folded.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    let words = folded.split(' ').count();
    let mut topics = Vec::new();
    let bytes = folded.as_bytes();
    let starts = std::iter::once(0).chain(memchr::memchr_iter(b' ', bytes).map(|at| at + 1));
    for start in starts {
        vocabulary.headings.at(bytes, start, |end, phrase| {
            // Scripts without blanks have no words to end.
            if bytes.get(end).is_some_and(|next| *next != b' ') && bytes[end - 1].is_ascii() {
                return;
            }
            let length = memchr::memchr_iter(b' ', &bytes[start..end]).count() + 1;
            // A single word in a long heading is there by chance.
            if length == words || length >= 2 || (words <= 3 && !label) {
                let topic = vocabulary.heading_topics[phrase as usize] as usize;
                if !topics.contains(&topic) {
                    topics.push(topic);
                }
            }
        });
    }
    topics
}

/// Cuts the body of a card.
pub(super) fn cut(card: &Card<'_>, vocabulary: &Vocabulary) -> Vec<Segment> {
    let text = card.source.text();
    let body = card.front.body_start();
    let outline = &card.outline;
    let mut segments = Vec::new();
    // What is no prose, in order: headings, code, tables, comments.
    let mut holes: Vec<(Range<usize>, Option<Kind>)> = Vec::new();
    holes.extend(outline.headings.iter().map(|heading| (heading.span.range(), None)));
    holes.extend(outline.comments.iter().map(|comment| (comment.range(), None)));
    holes.extend(outline.code.iter().map(|code| (code.span.range(), Some(Kind::Code))));
    holes.extend(outline.tables.iter().map(|table| (table.span.range(), Some(Kind::Table))));
    holes.sort_by_key(|(range, _)| range.start);
    let mut headings = outline.headings.iter().enumerate().peekable();
    let mut section = None;
    let mut at = body;
    let add = |range: Range<usize>, kind: Kind, section: Option<usize>, segments: &mut Vec<Segment>| {
        if !text[range.clone()].trim().is_empty() {
            segments.push(segment(text, range, kind, section));
        }
    };
    for (range, kind) in holes {
        // A comment inside of a code block, a heading inside of HTML.
        if range.start < at {
            at = at.max(range.end);
            continue;
        }
        prose(text, at..range.start, section, &mut segments);
        at = range.end;
        match kind {
            Some(Kind::Table) => {
                let table = segments.len();
                add(range.clone(), Kind::Table, section, &mut segments);
                let narrow = text[range.clone()].lines().next().is_some_and(|line| line.matches('|').count() <= 3);
                if narrow && segments.len() > table {
                    // Rows of a narrow table are pairs of a label and a value.
                    let mut from = range.start;
                    for (row, line) in text[range].split_inclusive('\n').enumerate() {
                        if row != 1 && !line.trim().is_empty() {
                            let mut row = segment(text, from..from + line.len(), Kind::Item, section);
                            row.table = Some(table);
                            segments.push(row);
                        }
                        from += line.len();
                    }
                }
            }
            Some(kind) => add(range, kind, section, &mut segments),
            None => {
                let heading = headings.peek().is_some_and(|(_, heading)| heading.span.range() == range);
                while let Some((index, heading)) = headings.peek() {
                    if heading.span.start as usize > range.start {
                        break;
                    }
                    section = Some(*index);
                    headings.next();
                }
                // A long heading says something by itself.
                if heading {
                    add(range, Kind::Prose, section, &mut segments);
                    if let Some(last) = segments.last_mut() {
                        last.cues.insert(const { builtin("heading") });
                    }
                }
            }
        }
    }
    prose(text, at..text.len(), section, &mut segments);
    for segment in &mut segments {
        label(text, segment, vocabulary);
    }
    leads(text, &mut segments);
    segments
}

fn segment(text: &str, range: Range<usize>, kind: Kind, section: Option<usize>) -> Segment {
    let inner = &text[range.clone()];
    let start = range.start + (inner.len() - inner.trim_start().len());
    let end = range.end - (inner.len() - inner.trim_end().len());
    let span = Span::new(start, end.max(start));
    Segment {
        span,
        kind,
        section,
        label: Vec::new(),
        cues: Cues::default(),
        found: 0..0,
        empty: false,
        placeholder: false,
        table: None,
        lead: None,
    }
}

/// Longest paragraph, in bytes, that is taken for the caption of the table or listing behind it.
const CAPTION: usize = 400;

/// Finds what introduces each segment: list items say little without the line before the list.
fn leads(text: &str, segments: &mut [Segment]) {
    // What introduces the list or table that follows; the item whose list follows, with its column.
    let (mut lead, mut item): (Option<usize>, Option<(usize, usize)>) = (None, None);
    let (mut caption, mut title) = (None, None);
    let mut section = None;
    for at in 0..segments.len() {
        let segment = &segments[at];
        let inner = &text[segment.span.range()];
        let heading = segment.cues.contains(const { builtin("heading") });
        if segment.section != section || heading {
            (lead, item, caption, section) = (None, None, None, segment.section);
            title = heading.then_some(at);
            if heading {
                continue;
            }
        }
        let start = segment.span.start as usize;
        let column = start - text[..start].rfind('\n').map_or(0, |line| line + 1);
        if item.is_some_and(|(indent, _)| column <= indent) && segment.table.is_none() {
            item = None;
        }
        let inner_lead = item.map(|(_, index)| index);
        let introduces = inner.trim_end_matches(['*', '_', ' ']).ends_with([':', '：']);
        let found = match segment.kind {
            Kind::Item => inner_lead.or(lead),
            Kind::Prose => inner_lead,
            Kind::Table => inner_lead.or(lead).or(caption).or(title),
            Kind::Code => inner_lead.or(lead).or(caption),
        };
        match segment.kind {
            Kind::Item if introduces => item = Some((column, at)),
            Kind::Prose => {
                lead = introduces.then_some(at);
                caption = (inner.len() <= CAPTION).then_some(at);
            }
            _ => {}
        }
        segments[at].lead =
            if segment.table.is_some() { segments[at].table.and_then(|table| segments[table].lead) } else { found };
    }
}

/// True for a line that begins a list item; quotes and indentation do not count.
fn is_item(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t', '>']);
    if line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ") || line.starts_with("• ") {
        return true;
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0
        && digits < 3
        && matches!(line.as_bytes().get(digits), Some(b'.' | b')'))
        && line[digits + 1..].starts_with(' ')
}

/// Paragraphs and list items of a stretch without code and tables.
fn prose(text: &str, range: Range<usize>, section: Option<usize>, segments: &mut Vec<Segment>) {
    let (mut start, mut kind) = (range.start, Kind::Prose);
    let mut at = range.start;
    let mut push = |range: Range<usize>, kind: Kind| {
        if !text[range.clone()].trim().is_empty() {
            segments.push(segment(text, range, kind, section));
        }
    };
    for line in text[range.clone()].split_inclusive('\n') {
        let trimmed = line.trim_matches([' ', '\t', '>', '\r', '\n']);
        let item = is_item(line);
        // Bold labels on lines of their own are used as items.
        let labelled = trimmed.starts_with("**") && trimmed[2..].contains("**");
        if trimmed.is_empty() || item || labelled {
            push(start..at, kind);
            start = at;
            kind = if item || labelled { Kind::Item } else { Kind::Prose };
        }
        at += line.len();
    }
    push(start..at, kind);
}

/// Looks for "Label: value" at the beginning of a segment.
fn label(text: &str, segment: &mut Segment, vocabulary: &Vocabulary) {
    if segment.kind == Kind::Code || segment.kind == Kind::Table {
        return;
    }
    let inner = &text[segment.span.range()];
    let bare = inner.trim_start_matches(['-', '*', '+', '•', '>', '|', '_', ' ', '\t']);
    let bare = bare.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' ' | '*'));
    let end = bare.find([':', '|', '：', '\n']).filter(|end| *end <= 80);
    let Some(end) = end.filter(|end| !bare[*end..].starts_with('\n')) else {
        return placeholder(inner, segment, vocabulary);
    };
    let name = bare[..end].trim_matches(|c: char| matches!(c, '*' | '_' | ' ' | '`'));
    if name.is_empty() || name.split_whitespace().count() > 8 || name.contains("](") {
        return placeholder(inner, segment, vocabulary);
    }
    let value = bare[end..].trim_matches(|c: char| matches!(c, ':' | '|' | '：' | '*' | '_' | ' ' | '\n' | '\r' | '`'));
    segment.label = heading_topics(vocabulary, name.trim_end_matches("[optional]"), true);
    if value.is_empty() {
        // The value may stand in a list below.
        segment.empty = segment.kind == Kind::Item;
    } else if let Some(placeholder) = is_nothing(value, vocabulary) {
        (segment.empty, segment.placeholder) = (true, placeholder);
    } else {
        segment.cues.insert(const { builtin("filled") });
    }
}

fn placeholder(inner: &str, segment: &mut Segment, vocabulary: &Vocabulary) {
    if let Some(placeholder) = is_nothing(inner, vocabulary) {
        (segment.empty, segment.placeholder) = (true, placeholder);
    }
}

/// "[More Information Needed]", "TODO", "N/A", and nothing else; whether a placeholder is among them.
fn is_nothing(value: &str, vocabulary: &Vocabulary) -> Option<bool> {
    // Most texts are longer, or begin like no placeholder.
    let first = value.bytes().find(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
    let begins = |byte: u8| byte >= 0x80 || !vocabulary.placeholders[usize::from(byte.to_ascii_lowercase())].is_empty();
    if value.len() > 200 || !first.is_none_or(begins) {
        return None;
    }
    let folded = fold(value);
    let (mut rest, mut placeholder) = (folded.as_str(), false);
    // Several in a row are still none.
    while let Some(first) = rest.bytes().next() {
        let words = &vocabulary.placeholders[usize::from(first)];
        let (left, real) = words.iter().find_map(|(word, real)| Some((rest.strip_prefix(word.as_str())?, *real)))?;
        rest = left.trim_start();
        placeholder |= real;
    }
    Some(placeholder)
}

/// A phrase in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    start: usize,
    end: usize,
    pub(super) pattern: u32,
}

/// Fills in the cues of all segments; gives the phrases found, in order.
pub(super) fn scan(card: &Card<'_>, vocabulary: &Vocabulary, segments: &mut [Segment]) -> Vec<Hit> {
    let text = card.source.text();
    let Some(first) = segments.first().map(|segment| segment.span.start as usize) else { return Vec::new() };
    let mut boilerplate: Vec<Range<usize>> = Vec::new();
    let mut hits: Vec<Hit> = Vec::new();
    let bytes = text.as_bytes();
    // A long listing or table has said what it is in its beginning.
    let mut skips =
        segments.iter().filter(|segment| matches!(segment.kind, Kind::Code | Kind::Table)).filter_map(|segment| {
            let range = segment.span.range();
            (range.len() > LISTING).then_some(range.start + LISTING..range.end)
        });
    let mut skip = skips.next();
    let mut before = b' ';
    for (at, &byte) in bytes.iter().enumerate().skip(first) {
        if let Some(range) = &skip
            && at >= range.start
        {
            if at < range.end {
                continue;
            }
            skip = skips.next();
        }
        // Phrases begin where words do, behind a digit, or anywhere in scripts without blanks.
        let begins = !byte.is_ascii_alphanumeric()
            || !before.is_ascii_alphabetic() && (before.is_ascii_digit() || !before.is_ascii_alphanumeric());
        before = byte;
        if !begins || !vocabulary.cues.opens(byte) || !vocabulary.cues.begins(&bytes[at..]) {
            continue;
        }
        vocabulary.cues.at(bytes, at, |end, number| {
            let pattern = vocabulary.patterns[number as usize];
            if stands(text, at, end, pattern.form) {
                if pattern.cue == vocabulary.boilerplate {
                    // The first on a line takes all that follows on it.
                    if boilerplate.last().is_none_or(|last| !last.contains(&at)) {
                        boilerplate.push(sentence(text, at, end));
                    }
                } else {
                    hits.push(Hit { start: at, end, pattern: number });
                }
            }
        });
    }
    boilerplate.sort_by_key(|range| (range.start, range.end));
    hits.retain(|hit| {
        let next = boilerplate.partition_point(|copied| copied.end <= hit.start);
        boilerplate.get(next).is_none_or(|copied| copied.start > hit.start)
    });
    for segment in segments.iter_mut() {
        let range = segment.span.range();
        let copied = &boilerplate[boilerplate.partition_point(|copied| copied.end <= range.start)..];
        let copied = &copied[..copied.partition_point(|copied| copied.start < range.end)];
        if !copied.is_empty() {
            segment.cues.insert(const { builtin("boilerplate") });
        }
        if segment.empty {
            continue;
        }
        // Rows of a narrow table lie inside of the table, so the hits are looked at twice.
        let from = hits.partition_point(|hit| hit.start < range.start);
        let count = hits[from..].iter().take_while(|hit| hit.end <= range.end).count();
        segment.found = from..from + count;
        for hit in &hits[segment.found.clone()] {
            segment.cues.insert(vocabulary.patterns[hit.pattern as usize].cue);
        }
        // Somebody who writes into such a paragraph makes it longer.
        if segment.cues.contains(vocabulary.stub) && (segment.kind == Kind::Code || range.len() <= STUB) {
            segment.empty = true;
            continue;
        }
        shape(text, segment, copied);
    }
    links(card, segments);
    hits
}

/// The sentence that a match begins in, and the rest of its line: what is copied is copied to the end.
fn sentence(text: &str, start: usize, end: usize) -> Range<usize> {
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let from = text[line..start].rfind(". ").map_or(line, |at| line + at + 2);
    from..text[end..].find('\n').map_or(text.len(), |at| end + at)
}

/// True when the match is a part of an address or of a repository id, which say something of others.
fn in_identifier(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let inside = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'.' | b'/' | b'-' | b'_' | b':' | b'#' | b'%' | b'?' | b'=' | b'&')
    };
    // Most stand between blanks.
    let before = start.checked_sub(1).map(|at| bytes[at]);
    if ![before, bytes.get(end).copied()].into_iter().flatten().any(inside) {
        return false;
    }
    let from = start - bytes[..start].iter().rev().take(200).take_while(|byte| inside(**byte)).count();
    let to = end + bytes[end..].iter().take(200).take_while(|byte| inside(**byte)).count();
    let token = &bytes[from..to];
    let slash = memchr::memchr(b'/', token);
    // `train/test` and `and/or` are words; `owner/name-7b` is none.
    slash.is_some_and(|at| {
        let id =
            |part: &[u8]| part.iter().any(|byte| matches!(byte, b'-' | b'_' | b'.' | b':') || byte.is_ascii_digit());
        memchr::memmem::find(token, b"://").is_some()
            || (at > 0 && at + 1 < token.len() && (id(&token[at..]) || id(&token[..at])))
    })
}

/// True when the match stands in the text as its form asks.
fn stands(text: &str, start: usize, end: usize, form: Form) -> bool {
    let bytes = text.as_bytes();
    let word = |byte: u8| byte.is_ascii_alphanumeric();
    let begins = start == 0 || !word(bytes[start - 1]) || !word(bytes[start]);
    let ends = end == bytes.len() || !word(bytes[end]) || !word(bytes[end - 1]) || {
        // A plural is the same word.
        bytes[end] == b's' && bytes.get(end + 1).is_none_or(|next| !word(*next))
    };
    // `f1.8` is a number of its own.
    let ends = ends
        && !(bytes[end - 1].is_ascii_digit()
            && bytes.get(end) == Some(&b'.')
            && bytes.get(end + 1).is_some_and(u8::is_ascii_digit));
    let stands = match form {
        Form::Words => begins && ends,
        Form::Stems => begins,
        Form::Urls => true,
        Form::Units => {
            // `7B` has no boundary before its unit.
            let digit_before = start > 0 && bytes[start - 1].is_ascii_digit();
            // A number within a name, as in `gemma-2-9b-it`, measures nothing.
            let named = digit_before && {
                let digits =
                    bytes[..start].iter().rev().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
                let before = start.checked_sub(digits + 1).map(|at| bytes[at]);
                let after = bytes.get(end);
                matches!(before, Some(b'-' | b'_' | b'/' | b'x'))
                    || matches!(after, Some(b'-' | b'_' | b'.'))
                        && bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric)
            };
            ends && !named && (digit_before || (begins && number_before(text, start)))
        }
        Form::Values => begins && number_after(text, end),
        Form::Counts => ends && large_number_before(text, start),
    };
    stands && (form == Form::Urls || !in_identifier(text, start, end))
}

fn number_before(text: &str, start: usize) -> bool {
    let mut from = start.saturating_sub(28);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text[from..start].trim_end_matches([' ', '-', '*', '_', '`', '\u{a0}']);
    let before = &before[before
        .rfind(['\n', '.', ';'])
        .filter(|at| !before[at + 1..].starts_with(|c: char| c.is_ascii_digit()))
        .map_or(0, |at| at + 1)..];
    let mut words = before.rsplit(' ');
    let mut word = words.next().unwrap_or_default();
    // "117M trainable parameters"
    if matches!(
        word.to_ascii_lowercase().as_str(),
        "trainable" | "total" | "model" | "active" | "training" | "nvidia" | "english"
    ) {
        word = words.next().unwrap_or_default();
    }
    let lower = word.to_ascii_lowercase();
    word.bytes().any(|byte| byte.is_ascii_digit())
        || ["million", "billion", "trillion", "thousand", "hundred", "hundreds", "thousands", "millions", "billions"]
            .contains(&lower.as_str())
        || word.ends_with(['亿', '万', '억', '만', '億'])
        || ["one", "two", "three", "four", "eight"].contains(&lower.as_str())
}

/// "2 trillion tokens", "50k sentences", "1,250 images": counts of data, not lengths.
fn large_number_before(text: &str, start: usize) -> bool {
    let mut from = start.saturating_sub(40);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text[from..start].rsplit(['\n', '|']).next().unwrap_or_default();
    let words: Vec<&str> = before.split([' ', '-', '\u{a0}', '~', '*', '`']).filter(|word| !word.is_empty()).collect();
    // The number stands at most three words before its unit: "50k labelled Danish sentences".
    words.iter().rev().take(4).any(|word| {
        let word = word.trim_matches(|c: char| matches!(c, '(' | ')' | ',' | ':' | '+' | '.' | '≈' | '>' | '<' | '_'));
        let lower = word.to_ascii_lowercase();
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let begins = word.starts_with(|c: char| c.is_ascii_digit());
        digits >= 3
            && word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.' | b'\''))
            && !(digits == 4 && !word.contains(',') && (lower.starts_with("19") || lower.starts_with("20")))
            || (begins && lower.trim_end_matches('+').ends_with(['k', 'm', 'b', 't']))
            || (begins
                && (lower.contains("万")
                    || lower.contains("亿")
                    || lower.contains("억")
                    || lower.contains("만")
                    || lower.contains("億")))
            || [
                "million",
                "billion",
                "trillion",
                "thousand",
                "thousands",
                "millions",
                "billions",
                "mln",
                "bn",
                "тыс",
                "млн",
                "млрд",
                "millones",
                "milhões",
                "millionen",
            ]
            .contains(&lower.as_str())
    })
}

fn number_after(text: &str, end: usize) -> bool {
    let mut to = (end + 28).min(text.len());
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    let after = text[end..to].split('\n').next().unwrap_or_default();
    let lead = after.trim_start_matches([
        ' ', ':', '=', '|', '*', '`', '_', '~', '"', '\'', '(', '：', '\t', '-', '≈', '<', '>', '/',
    ]);
    lead.starts_with(|c: char| c.is_ascii_digit())
        || [" of ", " is ", " was ", " set to ", "size of ", "of "].iter().any(|word| {
            after
                .find(word)
                .is_some_and(|at| at < 14 && after[at + word.len()..].starts_with(|c: char| c.is_ascii_digit()))
        })
}

/// Cues of the shape: length, numbers, kind.
fn shape(text: &str, segment: &mut Segment, boilerplate: &[Range<usize>]) {
    let inner = &text[segment.span.range()];
    let mut inner = inner;
    if segment.kind == Kind::Table && inner.len() > LISTING {
        let end = (0..=LISTING).rev().find(|end| inner.is_char_boundary(*end)).unwrap_or(0);
        inner = &inner[..end];
    }
    let cues = &mut segment.cues;
    match segment.kind {
        Kind::Code => {
            cues.insert(const { builtin("code") });
            if inner.lines().any(does) {
                cues.insert(const { builtin("statement") });
            }
            return;
        }
        Kind::Table => cues.insert(const { builtin("table") }),
        Kind::Item => cues.insert(const { builtin("item") }),
        Kind::Prose => {}
    }
    let bytes = inner.as_bytes();
    let (mut words, mut inside, mut wide, mut decimals, mut numbers) = (0, false, 0, 0, 0);
    for (at, &byte) in bytes.iter().enumerate() {
        let alphanumeric = byte.is_ascii_alphanumeric();
        words += usize::from(alphanumeric && !inside);
        if byte.is_ascii_digit() {
            numbers += usize::from(!inside);
            let after_dot = at >= 2 && bytes[at - 1] == b'.' && bytes[at - 2].is_ascii_digit();
            decimals += usize::from(after_dot);
        }
        inside = alphanumeric || byte >= 0x80;
        // Two characters of the scripts without blanks count as a word.
        wide += usize::from((0xe3..=0xed).contains(&byte));
        if byte == b'%' && at > 0 && (bytes[at - 1].is_ascii_digit() || bytes[at - 1] == b' ') {
            cues.insert(const { builtin("percent") });
        }
        if byte == b'@' && email(bytes, at) {
            cues.insert(const { builtin("email") });
        }
    }
    if bytes.iter().any(|byte| (0xd0..0xe0).contains(byte)) {
        words = words.max(inner.split_whitespace().count());
    }
    words += wide / 2;
    // What is copied makes no sentence.
    let copied: usize = boilerplate
        .iter()
        .map(|range| {
            range.end.min(segment.span.end as usize).saturating_sub(range.start.max(segment.span.start as usize))
        })
        .sum();
    if copied * 2 > inner.len() {
        segment.empty = true;
        return;
    }
    for (cue, holds) in [
        (const { builtin("sentence") }, words >= SENTENCE),
        (const { builtin("long") }, words >= LONG),
        (const { builtin("number") }, numbers > 0),
        (const { builtin("decimal") }, decimals > 0),
        (const { builtin("numeric-table") }, segment.kind == Kind::Table && (decimals >= 2 || numbers >= 4)),
    ] {
        if holds {
            cues.insert(cue);
        }
    }
    if has_name(inner) {
        cues.insert(const { builtin("name") });
    }
}

/// True for a line of code that does something: no fence, import, comment or bracket.
fn does(line: &str) -> bool {
    let line = line.trim();
    let idle = ["```", "~~~", "import ", "from ", "#", "//", "\"\"\""].iter().any(|start| line.starts_with(start));
    !idle && line.bytes().filter(u8::is_ascii_alphanumeric).count() > 2
}

/// `somebody@example.org`
fn email(bytes: &[u8], at: usize) -> bool {
    let before = at > 0 && bytes[at - 1].is_ascii_alphanumeric();
    let rest = &bytes[at + 1..];
    let host = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')).count();
    before && rest[..host].iter().rposition(|byte| *byte == b'.').is_some_and(|dot| dot > 0 && host - dot > 2)
}

/// A capitalised word that does not begin the sentence, or an `owner/name`.
fn has_name(text: &str) -> bool {
    let mut before_ends = true;
    for word in text.split_ascii_whitespace() {
        let bytes = word.as_bytes();
        let lead = bytes.iter().position(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80).unwrap_or(bytes.len());
        let bare = &word[lead..];
        let mut chars = bare.chars();
        let capital = chars.next().is_some_and(char::is_uppercase) && chars.next().is_some();
        if capital && !before_ends {
            return true;
        }
        if bare.len() > 3 && memchr::memchr(b'/', bytes).is_some() && !word.contains("://") {
            return true;
        }
        before_ends =
            matches!(bytes.last(), Some(b'.' | b':' | b'!' | b'?' | b'|')) || (before_ends && bare.is_empty());
    }
    false
}

/// The segment at a byte, and the table that it is a row of.
fn holding(segments: &[Segment], at: usize) -> [Option<usize>; 2] {
    let last = segments.partition_point(|segment| segment.span.start as usize <= at).checked_sub(1);
    let Some(last) = last.filter(|last| !segments[*last].empty) else { return [None, None] };
    let inside = |index: usize| (at < segments[index].span.end as usize).then_some(index);
    [inside(last), segments[last].table.and_then(inside)]
}

/// What the host of an address tells of it; hosts below these are theirs.
const HOSTS: &[(&str, usize)] = &[
    ("aclanthology.org", PAPER),
    ("aclweb.org", PAPER),
    ("arxiv.org", PAPER),
    ("doi.org", PAPER),
    ("openreview.net", PAPER),
    ("semanticscholar.org", PAPER),
    ("bitbucket.org", CODE),
    ("gitee.com", CODE),
    ("github.com", CODE),
    ("gitlab.com", CODE),
    ("commoncrawl.org", DATA),
    ("image-net.org", DATA),
    ("kaggle.com", DATA),
    ("openslr.org", DATA),
    ("opus.nlpl.eu", DATA),
    ("physionet.org", DATA),
    ("voice.mozilla.org", DATA),
    ("wikipedia.org", DATA),
    ("zenodo.org", DATA),
    ("huggingface.co", HUB),
    ("hf.co", HUB),
];

/// What a part of an address tells of it.
const PARTS: &[(&str, usize)] = &[
    ("/papers/", PAPER),
    ("proceedings", PAPER),
    ("nature.com/articles", PAPER),
    (".pdf", PAPER),
    ("arxiv.org", PAPER),
    ("tatoeba", DATA),
    ("cocodataset", DATA),
    ("datasets/", DATA),
    ("paperswithcode.com/dataset", DATA),
];

const PAPER: usize = builtin("link-paper");
const CODE: usize = builtin("link-code");
const DATA: usize = builtin("link-data");
const HUB: usize = builtin("link-hub");

/// The cues of an address in lower case.
fn address(target: &str) -> Cues {
    let mut cues = Cues::default();
    let rest = target.strip_prefix("https://").or_else(|| target.strip_prefix("http://"));
    if rest.is_some() {
        cues.insert(const { builtin("link") });
    }
    let whole = rest.unwrap_or(target);
    let (host, path) = whole.split_at(whole.find(['/', '?', '#']).unwrap_or(whole.len()));
    for &(known, cue) in HOSTS {
        if host.strip_suffix(known).is_some_and(|left| left.is_empty() || left.ends_with('.')) {
            cues.insert(cue);
        }
    }
    for &(part, cue) in PARTS {
        if memchr::memmem::find(whole.as_bytes(), part.as_bytes()).is_some() {
            cues.insert(cue);
        }
    }
    if rest.is_some() && !cues.contains(HUB) {
        cues.insert(const { builtin("link-web") });
    }
    if is_profile(host, path) {
        cues.insert(const { builtin("link-profile") });
    }
    if target.starts_with("mailto:") {
        cues.insert(const { builtin("link") });
        cues.insert(const { builtin("email") });
    }
    cues
}

/// The page of a person or an organisation: `github.com` and `/somebody`.
fn is_profile(host: &str, path: &str) -> bool {
    let host = host.strip_prefix("www.").unwrap_or(host);
    let name = path.trim_matches('/');
    match host {
        "huggingface.co" | "hf.co" | "github.com" | "gitlab.com" | "twitter.com" | "x.com" => {
            !name.is_empty() && !name.contains(['/', '?', '#'])
        }
        "linkedin.com" => name.starts_with("in/"),
        "scholar.google.com" | "orcid.org" | "kaggle.com" => !name.is_empty(),
        host => host.ends_with(".github.io") || host.starts_with("people.") || host.starts_with("mastodon."),
    }
}

/// Cues of links and images.
fn links(card: &Card<'_>, segments: &mut [Segment]) {
    let text = card.source.text();
    let mut mark = |at: usize, target: &str| {
        let mut found = None;
        for index in holding(segments, at).into_iter().flatten() {
            let cues = found.get_or_insert_with(|| address(&target.to_ascii_lowercase()));
            segments[index].cues.union(cues);
        }
    };
    for link in &card.outline.links {
        mark(link.span.start as usize, &link.target);
    }
    // Bare addresses are links to a reader; those of written links are counted already.
    let body = card.front.body_start();
    let mut written = card.outline.links.iter().map(|link| link.span.range()).peekable();
    for at in memchr::memmem::find_iter(&text.as_bytes()[body..], "http").map(|at| body + at) {
        while written.next_if(|range| range.end <= at).is_some() {}
        if written.peek().is_some_and(|range| range.contains(&at)) {
            continue;
        }
        let rest = &text[at..];
        if rest.starts_with("http://") || rest.starts_with("https://") {
            let end = rest.find([' ', ')', '>', '\n', ']', '"', '\'']).unwrap_or(rest.len());
            mark(at, &rest[..end]);
        }
    }
    for image in &card.outline.images {
        let at = image.span.start as usize;
        for index in holding(segments, at).into_iter().flatten() {
            segments[index].cues.insert(const { builtin("image") });
        }
    }
}
