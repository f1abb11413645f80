//! Repairs of front matter that is no YAML: slips of the hand, each mended where its error then goes away.

use std::ops::Range;

use crate::checks::Context;
use crate::rule::{Edit, Fix, Safety};
use crate::text::Span;
use crate::vocab;
use crate::yaml;

/// What makes front matter valid again.
pub(super) struct Repair {
    /// The first place.
    pub(super) span: Span,
    /// What is wrong there.
    pub(super) why: &'static str,
    pub(super) help: &'static str,
    pub(super) fix: Fix,
}

/// A range of bytes of a line, and what stands there instead.
type Change = (Range<usize>, String);

/// A slip, and how it is mended.
struct Slip {
    why: &'static str,
    help: &'static str,
    title: &'static str,
    /// What was meant is a guess.
    guess: bool,
    /// What mends a line that has it.
    edit: fn(&str) -> Option<Change>,
}

/// A tab, or a blank of another width.
const BLANK: Slip = Slip {
    why: "what looks like a space after a colon is another character",
    help: "Put a plain space after the colon",
    title: "put a plain space after the colon",
    guess: false,
    edit: |line| {
        let colon = line.find(':')?;
        let rest = &line[colon + 1..];
        let odd = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{200b}').len();
        let wrong = rest[..odd].contains(|c: char| c != ' ');
        (wrong && odd < rest.len()).then(|| (colon + 1..colon + 1 + odd, " ".to_owned()))
    },
};

/// A tab where spaces belong.
const TAB: Slip = Slip {
    why: "a tab is used for indentation",
    help: "Indent with spaces: YAML does not allow tabs",
    title: "indent with spaces",
    guess: true,
    edit: |line| tabs(line).map(|range| (range.clone(), line[range].replace('\t', "  "))),
};

/// The indentation of a line that has a tab in it.
fn tabs(line: &str) -> Option<Range<usize>> {
    let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
    line[..blank].contains('\t').then_some(0..blank)
}

/// Whether a key is one of those that cards have.
fn is_field(key: &str) -> bool {
    vocab::fields().is_known(key) || vocab::fields().is_common(key)
}

/// The bytes of the text within the double quotes that a value begins and ends with.
fn in_double_quotes(line: &str) -> Option<Range<usize>> {
    let bare = line.trim_end();
    let open = bare.find(['"', '\''])?;
    let begins = bare[..open].ends_with([' ', '[']) && bare[..open].trim_end().ends_with([':', '-', '[']);
    let whole = begins && bare[open..].starts_with('"') && bare.ends_with('"') && bare.len() > open + 2;
    whole.then(|| open + 1..bare.len() - 1)
}

/// The value of a line in single quotes in place of double ones, where a text within them is of this kind.
fn single_quoted(line: &str, holds: fn(&str) -> bool) -> Option<Change> {
    let inner = in_double_quotes(line)?;
    let text = &line[inner.clone()];
    let change = || (inner.start - 1..inner.end + 1, format!("'{text}'"));
    (holds(text) && !text.contains('\'')).then(change)
}

/// The bytes of a list in brackets that a line has, without the brackets, where it holds no quotes.
fn flow(line: &str) -> Option<Range<usize>> {
    let bare = line.trim_end();
    let open = bare.find('[')?;
    let plain = bare[..open].trim_end().ends_with(':') && bare.ends_with(']') && !bare.contains(['"', '\'', '#', '{']);
    plain.then(|| open + 1..bare.len() - 1)
}

/// Slips that break front matter.
const SLIPS: &[Slip] = &[
    TAB,
    Slip {
        why: "double quotes stand within double quotes",
        help: "Put the value in single quotes, or write `\\\"` for each quote within it",
        title: "put the value in single quotes",
        guess: false,
        edit: |line| single_quoted(line, |text| text.contains('"') && !text.contains('\\')),
    },
    Slip {
        why: "within double quotes, `\\` begins an escape, and this is none",
        help: "Put the value in single quotes, or write `\\\\` for each `\\`",
        title: "put the value in single quotes",
        guess: true,
        edit: |line| single_quoted(line, |text| text.contains('\\') && !text.contains('"')),
    },
    Slip {
        why: "a bracket is closed that was not opened",
        help: "Remove one `]`",
        title: "remove the bracket",
        guess: false,
        edit: |line| {
            let inner = flow(line)?;
            let (opened, closed) = ["[", "]"].map(|mark| line[inner.clone()].matches(mark).count()).into();
            (closed == opened + 1 && line[inner.clone()].ends_with(']'))
                .then(|| (inner.end..inner.end + 1, String::new()))
        },
    },
    Slip {
        why: "there is a comma too many in a list",
        help: "Remove one comma",
        title: "remove the comma",
        guess: false,
        edit: |line| {
            let inner = flow(line)?;
            let text = &line[inner.clone()];
            let twice = text.match_indices(',').find(|(at, _)| text[at + 1..].trim_start().starts_with(','));
            let lead = text.len() - text.trim_start().len();
            let at = twice.map(|(at, _)| at).or_else(|| text.trim_start().starts_with(',').then_some(lead))?;
            Some((inner.start + at..inner.start + at + 1, String::new()))
        },
    },
    Slip {
        why: "a colon stands behind the value",
        help: "Remove the colon at the end of the line",
        title: "remove the colon",
        guess: false,
        edit: |line| {
            let bare = line.trim_end();
            let closed = bare.ends_with("\":") || bare.ends_with("':") || bare.ends_with("]:");
            (closed && bare.contains(": ")).then(|| (bare.len() - 1..bare.len(), String::new()))
        },
    },
    Slip {
        why: "an equals sign stands in place of the colon",
        help: "Write a colon and a space behind the key",
        title: "write a colon",
        guess: false,
        edit: |line| {
            let (key, value) = line.split_once('=')?;
            let end = line.len() - value.trim_start().len();
            (is_field(key.trim_end()) && !value.trim().is_empty()).then(|| (key.trim_end().len()..end, ": ".to_owned()))
        },
    },
    Slip {
        why: "a key is indented that belongs at the margin",
        help: "Begin the line with the key",
        title: "remove the indentation",
        guess: true,
        edit: |line| {
            let blank = line.len() - line.trim_start_matches(' ').len();
            let (key, _) = line[blank..].split_once(':')?;
            (blank > 0 && is_field(key)).then(|| (0..blank, String::new()))
        },
    },
    Slip {
        why: "a tab stands before a key",
        help: "Remove the tab: the key belongs at the margin",
        title: "remove the tab",
        guess: true,
        edit: |line| tabs(line).map(|range| (range, String::new())),
    },
    Slip {
        why: "a list is not closed",
        help: "Close the list with `]`",
        title: "close the list",
        guess: true,
        edit: |line| {
            let value = line.split_once(": ").map_or("", |(_, value)| value.trim());
            let open = value.starts_with('[') && !value.contains([']', '"', '\'', '#']);
            let end = line.trim_end().len();
            open.then(|| (end..end, "]".to_owned()))
        },
    },
    Slip {
        why: "there is no space after a colon",
        help: "Add a space after the colon",
        title: "add a space after the colon",
        guess: false,
        edit: |line| {
            let colon = line.find(':')?;
            let key = line[..colon].trim_start_matches([' ', '-']);
            let known = is_field(key);
            let behind = line[colon + 1..].chars().next()?;
            (known && (behind.is_alphanumeric() || matches!(behind, '"' | '\'' | '[' | '{')))
                .then(|| (colon + 1..colon + 1, " ".to_owned()))
        },
    },
    BLANK,
    Slip {
        why: "there is no space after a dash",
        help: "Add a space after the dash of an item",
        title: "add a space after the dash",
        guess: false,
        edit: |line| {
            let dash = line.len() - line.trim_start_matches(' ').len();
            let rest = line[dash..].strip_prefix('-')?;
            rest.starts_with(char::is_alphabetic).then(|| (dash + 1..dash + 1, " ".to_owned()))
        },
    },
    Slip {
        why: "a value contains a colon followed by a space, which begins a mapping",
        help: "Put the value in quotes",
        title: "put the value in quotes",
        guess: false,
        edit: |line| {
            let behind_key = |range: &Range<usize>| line[..range.start].trim_end().ends_with(':');
            let holds = |range: &Range<usize>| line[range.clone()].contains(": ");
            value_of(line).filter(|range| behind_key(range) && holds(range)).and_then(|at| quoted(line, at))
        },
    },
    Slip {
        why: "a value begins with a character that has a meaning in YAML",
        help: "Put the value in quotes",
        title: "put the value in quotes",
        guess: false,
        edit: |line| {
            let odd = |range: &Range<usize>| line[range.clone()].starts_with(['@', '`', '%', '*']);
            value_of(line).filter(odd).and_then(|at| quoted(line, at))
        },
    },
];

/// What helps where a reader refuses such a blank.
pub(super) const BLANK_HELP: &str = BLANK.help;

/// Mends what stands between the key and the value of the line of a place.
pub(super) fn odd_blank(ctx: &Context<'_>, at: Span) -> Option<Fix> {
    let text = ctx.card.source.text();
    let start = text[..at.start as usize].rfind('\n').map_or(0, |line| line + 1);
    let (range, replacement) = (BLANK.edit)(text[start..].lines().next()?)?;
    let edits = vec![Edit { span: Span::new(start + range.start, start + range.end), replacement }];
    Some(Fix { title: BLANK.title.to_owned(), safety: Safety::Safe, edits })
}

/// The bytes of a plain value behind the key or the dash of a line.
fn value_of(line: &str) -> Option<Range<usize>> {
    let lead = line.len() - line.trim_start_matches([' ', '-']).len();
    let rest = &line[lead..];
    let key = rest.find(": ").filter(|at| rest[..*at].bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)));
    let start = lead + key.map_or(0, |at| at + 2);
    let end = line.trim_end().len();
    let start = start + line.get(start..end)?.len() - line[start..end].trim_start().len();
    let dashed = line.trim_start().starts_with("- ");
    (start < end && (key.is_some() || dashed) && !line[start..].starts_with(['"', '\'', '[', '{', '|', '>', '#']))
        .then_some(start..end)
}

/// A value in quotes; none where it holds some itself, or a comment.
fn quoted(line: &str, at: Range<usize>) -> Option<Change> {
    let value = &line[at.clone()];
    // An anchor, a tag and a comment are no part of the value.
    (!value.contains("<!--") && !value.contains(['"', '\\']) && !value.contains(" #") && !value.starts_with(['&', '!']))
        .then(|| (at, format!("\"{value}\"")))
}

/// What mends the lines that make the front matter invalid, and no other line: a line is changed only where its error then
/// goes away, because what stands right is content, however it looks.
pub(super) fn repair(ctx: &Context<'_>) -> Option<Repair> {
    let block = ctx.card.front.yaml;
    let text = ctx.card.source.slice(block);
    // What is that long was not typed by hand.
    if text.len() > MAX_REPAIRED {
        return None;
    }
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let mut starts = Vec::with_capacity(lines.len());
    let mut at = block.start as usize;
    for line in &lines {
        starts.push(at);
        at += line.len();
    }
    // Where all that is indented is so by one tab each, there is nothing to guess.
    let indented = |line: &&String| line.starts_with([' ', '\t']) && !line.trim().is_empty();
    let one_tab = |line: &String| line.starts_with('\t') && !line[1..].starts_with([' ', '\t']);
    let mut edits: Vec<(usize, &'static Slip, Edit)> = Vec::new();
    let spaced = |line: &String| if one_tab(line) { line.replacen('\t', "  ", 1) } else { line.clone() };
    let plain = lines.iter().any(one_tab)
        && lines.iter().filter(indented).all(one_tab)
        && error_line(&lines.iter().map(spaced).collect::<Vec<_>>()).is_none();
    if plain {
        for (at, line) in lines.iter_mut().enumerate().filter(|(_, line)| one_tab(line)) {
            line.replace_range(..1, "  ");
            let edit = Edit { span: Span::new(starts[at], starts[at] + 1), replacement: "  ".to_owned() };
            edits.push((at, &TAB, edit));
        }
    }
    let mut error = error_line(&lines).unwrap_or(lines.len());
    while error < lines.len() && edits.len() < MAX_SLIPS {
        let (line, slip, change, next) = mended(&lines, error, &edits)?;
        let (range, replacement) = change;
        let start = starts[line];
        lines[line].replace_range(range.clone(), &replacement);
        edits.push((line, slip, Edit { span: Span::new(start + range.start, start + range.end), replacement }));
        match next {
            Some(next) => error = next,
            None => break,
        }
    }
    if error_line(&lines).is_some() {
        return None;
    }
    edits.sort_by_key(|(line, ..)| *line);
    let (line, slip, _) = edits.first()?;
    let (first, slip) = (*line, *slip);
    let bare = text.split_inclusive('\n').nth(first)?.trim_end();
    let lead = bare.len() - bare.trim_start().len();
    let span = Span::new(starts[first] + lead, starts[first] + bare.len());
    // How many blanks a tab stands for is a guess otherwise.
    let guessed = !plain && edits.iter().any(|(_, slip, _)| slip.guess);
    let fix = Fix {
        title: slip.title.to_owned(),
        safety: if guessed { Safety::Unsafe } else { Safety::Safe },
        edits: edits.into_iter().map(|(.., edit)| edit).collect(),
    };
    Some(Repair { span, why: slip.why, help: slip.help, fix })
}

/// The line of the first error of some lines of YAML; `None` where there is none.
fn error_line(lines: &[String]) -> Option<usize> {
    let text = lines.concat();
    let error = yaml::parse(&text, 0).err()?;
    Some(text[..(error.span.start as usize).min(text.len())].matches('\n').count().min(lines.len().saturating_sub(1)))
}

/// The change of a line at or right above an error that mends it: the line, its slip, the change and the next error.
fn mended(
    lines: &[String],
    error: usize,
    done: &[(usize, &'static Slip, Edit)],
) -> Option<(usize, &'static Slip, Change, Option<usize>)> {
    // A value goes on with what a tab begins: the error is told a line too early.
    let next = Some(error + 1).filter(|next| lines.get(*next).is_some_and(|line| tabs(line).is_some()));
    let near = (0..=error).rev().filter(|line| !lines[*line].trim().is_empty()).take(NEAR);
    for line in next.into_iter().chain(near).filter(|line| !done.iter().any(|(known, ..)| known == line)) {
        for slip in SLIPS {
            let Some(change) = (slip.edit)(lines[line].trim_end_matches(['\n', '\r'])) else { continue };
            let mut tried = lines.to_vec();
            tried[line].replace_range(change.0.clone(), &change.1);
            let next = error_line(&tried);
            if next.is_none_or(|next| next > error.max(line)) {
                return Some((line, slip, change, next));
            }
        }
    }
    None
}

/// Lines at and above an error that may hold its cause.
const NEAR: usize = 3;
/// Slips of one card that are mended.
const MAX_SLIPS: usize = 20;
/// Bytes of front matter that is looked through for slips.
const MAX_REPAIRED: usize = 16 * 1024;
