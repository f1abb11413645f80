//! The body as segments: paragraphs, list items, table rows and code blocks, each with its section and
//! the cues that it holds.

use std::cell::OnceCell;
use std::ops::Range;

use super::data::{BUILTIN, Cues, Vocabulary};
use super::fold::fold;
use super::nothing::{definitions, is_note, is_nothing, is_unlinked};
use super::numbers::number;
use super::phrases::{self, Hit};
use super::{links, shape};
use crate::card::Card;
use crate::text::{Span, lines, tail};

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
    /// Its label.
    pub(super) name: Option<Span>,
    /// Topics that its label names.
    pub(super) label: Vec<usize>,
    pub(super) cues: Cues,
    /// Its part of the [`Hit`]s.
    pub(super) found: Range<usize>,
    /// It says nothing: a placeholder, a word for nothing, or a label without a value.
    pub(super) empty: bool,
    /// It is what a template has for something to be filled in.
    pub(super) placeholder: bool,
    /// It is tags and images, whose alternative texts say nothing of the model.
    pub(super) markup: bool,
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

/// Longest paragraph, in bytes, that a training library writes by itself.
const STUB: usize = 400;

/// Bytes of a listing or table that are looked at for cues.
pub(super) const LISTING: usize = 1_500;

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
            // "Not meant for" is the contrary of "meant for".
            if folded[..start].ends_with("not ") || folded[..start].ends_with("never ") {
                return;
            }
            let length = memchr::memchr_iter(b' ', &bytes[start..end]).count() + 1;
            // A single word in a long heading is there by chance.
            if length == words || length >= 2 || (words <= 3 && !label) {
                let topic = number(vocabulary.heading_topics[phrase as usize]) as usize;
                if !topics.contains(&topic) {
                    topics.push(topic);
                }
            }
        });
    }
    topics
}

/// Whether a text is an entry of a list of references: `[1] A. Author, B. Author. A title. 2017.`
fn is_reference(text: &str) -> bool {
    let number = text.trim_start_matches(['-', '*', ' ', '\\']).strip_prefix('[').unwrap_or_default();
    let rest = number.trim_start_matches(|c: char| c.is_ascii_digit());
    let year = |at: usize, mark: &str| {
        rest.get(at..at + 4).is_some_and(|year| year.starts_with(mark) && year.bytes().all(|b| b.is_ascii_digit()))
    };
    let dated = || ["19", "20"].iter().any(|mark| rest.match_indices(mark).any(|(at, mark)| year(at, mark)));
    rest.len() < number.len() && rest.trim_start_matches('\\').starts_with(']') && dated()
}

/// Cuts the body of a card, and finds what introduces each segment.
pub(super) fn cut(card: &Card<'_>) -> Vec<Segment> {
    let mut segments = pieces(card);
    leads(card.source.text(), &mut segments);
    segments
}

/// Cuts the body of a card.
pub(super) fn pieces(card: &Card<'_>) -> Vec<Segment> {
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
    // Hardly a card has brackets that are all of a value.
    let defined = OnceCell::new();
    let defines = |value: &str| defined.get_or_init(|| definitions(&text[body..])).contains(value);
    for segment in &mut segments {
        label(text, segment, &defines);
        // A heading holds no answer: "TODO" has its list below.
        segment.placeholder &= !segment.cues.contains(const { builtin("heading") });
    }
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
        name: None,
        label: Vec::new(),
        cues: Cues::default(),
        found: 0..0,
        empty: false,
        placeholder: false,
        markup: matches!(kind, Kind::Prose | Kind::Item) && is_markup(inner.trim()),
        table: None,
        lead: None,
    }
}

/// True for tags, images and badges without a text of their own.
fn is_markup(text: &str) -> bool {
    if !text.starts_with(['<', '!', '[']) {
        return false;
    }
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        // What a tag, an image or the target of a link holds is skipped.
        let skipped = match first {
            '<' => rest.find('>').map(|end| end + 1),
            '!' if rest.starts_with("![") => rest.find("](").map(|end| end + 1),
            '(' => rest.find(')').map(|end| end + 1),
            c if c.is_alphanumeric() => return false,
            c => Some(c.len_utf8()),
        };
        let Some(skipped) = skipped else { return false };
        rest = &rest[skipped..];
    }
    true
}

/// Longest paragraph, in bytes, that is taken for the caption of the table or listing behind it.
const CAPTION: usize = 400;

/// Bytes of a line before a segment that are looked at for the column that it begins at.
const COLUMN: usize = 200;

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
        let before = tail(&text[..start], COLUMN);
        let column = before.len() - before.rfind('\n').map_or(0, |line| line + 1);
        if item.is_some_and(|(indent, _)| column <= indent) && segment.table.is_none() {
            item = None;
        }
        let inner_lead = item.map(|(_, index)| index);
        let ending = inner.trim_end_matches(['*', '_', ' ']);
        // "Please don't use it" is no sentence of its own before a list.
        let goes_on = || {
            let next = segments.get(at + 1).filter(|next| next.section == segment.section && next.table.is_none());
            let open = !ending.ends_with(['.', '!', '?', ';', ',', ')', ']', '`', '。', '！', '？', '>']);
            segment.kind == Kind::Prose && open && next.is_some_and(|next| next.kind == Kind::Item)
        };
        let introduces = ending.ends_with([':', '：']) || goes_on();
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
    let mut push = |range: Range<usize>, kind: Kind| {
        if !text[range.clone()].trim().is_empty() {
            segments.push(segment(text, range, kind, section));
        }
    };
    for (from, line) in lines(&text[range.clone()]) {
        // Most lines begin with a letter.
        if line.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let trimmed = line.trim_matches([' ', '\t', '>', '\r']);
        let item = is_item(line);
        // Bold labels on lines of their own are used as items.
        let labelled = trimmed.starts_with("**") && trimmed[2..].contains("**");
        if trimmed.is_empty() || item || labelled {
            let at = range.start + from;
            push(start..at, kind);
            start = at;
            kind = if item || labelled { Kind::Item } else { Kind::Prose };
        }
    }
    push(start..range.end, kind);
}

/// Bytes at the beginning of a segment in which its label ends.
const LABEL: usize = 81;

/// Where a label at the beginning of a text ends.
fn label_end(text: &str) -> Option<usize> {
    let bytes = &text.as_bytes()[..text.len().min(LABEL)];
    let line = &bytes[..memchr::memchr(b'\n', bytes).unwrap_or(bytes.len())];
    memchr::memchr3_iter(b':', b'|', 0xef, line).find(|at| line[*at] != 0xef || text[*at..].starts_with('：'))
}

/// Looks for "Label: value" at the beginning of a segment.
fn label(text: &str, segment: &mut Segment, defines: &dyn Fn(&str) -> bool) {
    if segment.kind == Kind::Code {
        // A fence with nothing in it, or "# coming soon".
        let fence = |line: &str| ["```", "~~~"].iter().any(|fence| line.starts_with(fence));
        let mut lines =
            text[segment.span.range()].lines().map(str::trim).filter(|line| !line.is_empty() && !fence(line));
        let (first, more) = (lines.next(), lines.next());
        segment.placeholder = more.is_none() && first.is_some_and(|line| is_nothing(line) == Some(true));
        segment.empty = first.is_none() || segment.placeholder;
        return;
    }
    if segment.kind == Kind::Table {
        return;
    }
    let inner = &text[segment.span.range()];
    if is_note(inner) {
        (segment.empty, segment.placeholder) = (true, true);
        return;
    }
    // Most begin with a letter.
    let bare = if inner.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) {
        inner
    } else {
        let bare = inner.trim_start_matches(['-', '*', '+', '•', '>', '|', '_', ' ', '\t']);
        bare.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' ' | '*'))
    };
    let Some(end) = label_end(bare) else { return placeholder(inner, segment, defines) };
    let marks = |c: char| matches!(c, '*' | '_' | ' ' | '`');
    let name = bare[..end].trim_start_matches(marks);
    let from = segment.span.start as usize + inner.len() - bare.len() + end - name.len();
    let name = name.trim_end_matches(marks);
    if name.is_empty() || name.split_whitespace().count() > 8 || name.contains("](") {
        return placeholder(inner, segment, defines);
    }
    let around = |c: char| matches!(c, ':' | '|' | '：' | '*' | '_') || c.is_whitespace();
    // What stands in backquotes shows how something is written.
    let value = bare[end..].trim_matches(|c: char| around(c) || c == '`');
    segment.name = Some(Span::new(from, from + name.len()));
    if value.is_empty() {
        // The value may stand in a list below.
        segment.empty = segment.kind == Kind::Item;
    } else if is_unlinked(bare[end..].trim_matches(around), defines) {
        (segment.empty, segment.placeholder) = (true, true);
    } else if let Some(placeholder) = is_nothing(value) {
        (segment.empty, segment.placeholder) = (true, placeholder);
    } else {
        segment.cues.insert(const { builtin("filled") });
    }
}

fn placeholder(inner: &str, segment: &mut Segment, defines: &dyn Fn(&str) -> bool) {
    // "- ..."
    let inner = if segment.kind == Kind::Item { inner.trim_start_matches(['-', '+', '•', ' ', '\t']) } else { inner };
    if is_unlinked(inner, defines) {
        (segment.empty, segment.placeholder) = (true, true);
    } else if let Some(placeholder) = is_nothing(inner) {
        (segment.empty, segment.placeholder) = (true, placeholder);
    }
}

/// The text of the first cell of a table: it tells what the rows are.
fn first_cell(table: &str) -> Range<usize> {
    let marks = |c: char| matches!(c, ' ' | '*' | '_' | ':');
    let line = &table[..table.find('\n').unwrap_or(table.len())];
    let inner = line.strip_prefix('|').unwrap_or(line);
    let from = line.len() - inner.len();
    let cell = &inner[..inner.find('|').unwrap_or(inner.len())];
    let start = from + cell.len() - cell.trim_start_matches(marks).len();
    start..start.max(from + cell.trim_end_matches(marks).len())
}

/// Whether the rows of a table are groups of people, as its first cell says: "age group", "who speaks", not "speaker
/// model".
fn has_groups(text: &str, table: Range<usize>, hits: &[Hit], vocabulary: &Vocabulary) -> bool {
    let cell = first_cell(&text[table.clone()]);
    let (start, end) = (table.start + cell.start, table.start + cell.end);
    let asks =
        |hit: &Hit| hit.start == start && text[start..].get(..3).is_some_and(|who| who.eq_ignore_ascii_case("who"));
    let mut grouping = hits.iter().filter(|hit| vocabulary.patterns[hit.pattern as usize].cue == vocabulary.grouping);
    grouping.any(|hit| hit.end == end || asks(hit))
}

/// Fills in the cues of all segments and the topics of their labels; gives the phrases found, in order.
pub(super) fn scan(card: &Card<'_>, vocabulary: &Vocabulary, segments: &mut [Segment]) -> Vec<Hit> {
    let text = card.source.text();
    let (hits, boilerplate) = phrases::find(text, vocabulary, segments);
    for segment in segments.iter_mut() {
        let range = segment.span.range();
        if let Some(name) = segment.name {
            segment.label = heading_topics(vocabulary, text[name.range()].trim_end_matches("[optional]"), true);
        }
        let copied = &boilerplate[boilerplate.partition_point(|copied| copied.end <= range.start)..];
        let copied = &copied[..copied.partition_point(|copied| copied.start < range.end)];
        if !copied.is_empty() {
            segment.cues.insert(const { builtin("boilerplate") });
        }
        if segment.empty || segment.markup {
            continue;
        }
        // Rows of a narrow table lie inside of the table, so the hits are looked at twice.
        let from = hits.partition_point(|hit| hit.start < range.start);
        let count = hits[from..].iter().take_while(|hit| hit.end <= range.end).count();
        segment.found = from..from + count;
        for hit in &hits[segment.found.clone()] {
            segment.cues.insert(vocabulary.patterns[hit.pattern as usize].cue);
        }
        if segment.kind == Kind::Table && has_groups(text, range.clone(), &hits[segment.found.clone()], vocabulary) {
            segment.cues.insert(const { builtin("grouped-rows") });
        }
        // Somebody who writes into such a paragraph makes it longer.
        if segment.cues.contains(vocabulary.stub) && (segment.kind == Kind::Code || range.len() <= STUB) {
            segment.empty = true;
            continue;
        }
        if is_reference(&text[range]) {
            segment.cues.insert(vocabulary.bibtex);
        }
        shape::mark(text, segment, copied);
    }
    links::mark(card, segments);
    hits
}
