//! Statements of licences by their place: sections headed "License", with parts and links, and badges.

use std::ops::Range;
use std::sync::LazyLock;

use super::{LINE, Statement, Subject, line, push, wording};
use crate::card::{Card, Kind};
use crate::license::names::{at_start, of_url};
use crate::text::quick::HashMap;
use crate::text::{self, Span, head};

/// Bytes of the longest heading of licences.
const TITLE: usize = 60;
/// What joins two headings in one.
const JOINED: &[&str] = &[" & ", " and ", " / "];

/// What the headings of licences speak of.
fn titles() -> &'static HashMap<&'static str, Subject> {
    static TABLE: LazyLock<HashMap<&'static str, Subject>> = LazyLock::new(|| {
        let of = |list: &'static [String], subject| list.iter().map(move |title| (title.as_str(), subject));
        let (own, parts) = (&wording().titles, &wording().titles_of_parts);
        of(own, Subject::Repository).chain(of(parts, Subject::Other)).collect()
    });
    &TABLE
}

/// Links of a section that are looked at.
const MAX_LINKS: usize = 100;

/// A section headed "License" that begins with a name, or holds one address of a licence.
pub(super) fn sections(card: &Card<'_>, text: &str, found: &mut Vec<Statement>) {
    for heading in card.outline.headings.iter().filter(|heading| heading.text.len() <= TITLE) {
        let title = heading.text.to_lowercase();
        let title = title.trim_matches(|c: char| !c.is_alphanumeric());
        // "License & Usage", "License and citation"
        let joined = || JOINED.iter().find_map(|word| title.split_once(word)).map(|(one, other)| [one, other]);
        let english = title.starts_with("licen") || title.ends_with("license") || title.ends_with("licence");
        let own = |title: &str| titles().get(title).copied();
        let named = own(title).or_else(|| if english { joined()?.into_iter().find_map(own) } else { None });
        let Some(subject) = named else { continue };
        let section = heading.section.range();
        // Of two statements in one place the first counts: this one says of what.
        if subject == Subject::Repository {
            parts(card, heading.level, section.clone(), found);
        }
        let lead = text[section.clone()].len() - text[section.clone()].trim_start().len();
        let start = section.start + lead;
        let (_, end) = line(text, section.start, start.min(section.end));
        let end = end.min(section.end);
        if start < end {
            // A short line is a name; a longer one may begin with one by chance.
            let paragraph = text[start..end].trim_end_matches(['.', ' ', '\r', '*', '_', '`']);
            if let Some((_, length)) = at_start(paragraph)
                && (paragraph.len() - length < 60 || paragraph[length..].starts_with(". "))
            {
                push(text, start, end, subject, found);
            }
        }
        let links = &card.outline.links;
        let from = links.partition_point(|link| (link.span.start as usize) < section.start);
        let inside = links[from..].iter().take_while(|link| (link.span.start as usize) < section.end).take(MAX_LINKS);
        let links: Vec<_> = inside.filter_map(|link| Some((link.span, of_url(&link.target)?))).collect();
        // Further down, a section speaks of parts and sources.
        let first = |span: &Span| {
            let before = &text[start.min(span.start as usize)..span.start as usize];
            text::paragraphs(before).count() < 2
        };
        if let [(span, license)] = links.as_slice()
            && first(span)
            && !found.iter().any(|known| section.contains(&(known.span.start as usize)))
        {
            let (start, _) = line(text, section.start, span.start as usize);
            let before = text[start..span.start as usize].to_ascii_lowercase();
            let subject = if subject == Subject::Other { subject } else { super::subject(card, &before) };
            found.push(Statement { span: *span, licenses: vec![license], subject, of_part: false });
        }
    }
}

/// Lines of a section on licences that are looked at.
const MAX_LINES: usize = 15;
/// Bytes of the longest of them.
const LONG: usize = 400;

/// The parts of a repository under a heading of licences, each with its own: "Weights: CC BY-NC 4.0", "| Code | MIT |",
/// "MIT for the code, CC BY-NC 4.0 for the weights", and headings of parts below that heading.
fn parts(card: &Card<'_>, level: u8, section: Range<usize>, found: &mut Vec<Statement>) {
    let text = card.source.text();
    for (at, line) in text::lines(&text[section.clone()]).take(MAX_LINES) {
        // A table of many models says nothing of this one.
        if line.len() > LONG || line.trim().trim_matches('|').matches('|').count() > 1 {
            continue;
        }
        for piece in pieces(line) {
            let start = section.start + at + piece.start;
            let end = section.start + at + piece.end;
            if start < end && !card.outline.hides(start) {
                part(card, start, end, found);
            }
        }
    }
    let headings = &card.outline.headings;
    let from = headings.partition_point(|heading| (heading.span.start as usize) < section.start);
    let inside = headings[from..].iter().take_while(|heading| (heading.span.start as usize) < section.end);
    for heading in inside.filter(|heading| heading.level > level).take(MAX_LINES) {
        let Some(subject) = of_part(card, &heading.text) else { continue };
        let below = heading.section.range();
        let start = below.end - text[below.clone()].trim_start().len();
        let (_, end) = line(text, below.start, start);
        let end = end.min(below.end);
        if start < end && at_start(&text[start..end]).is_some_and(|(_, length)| end - start - length < NAME) {
            push_part(text, start, end, subject, found);
        }
    }
}

/// Adds what a part is under, if a licence is named there.
fn push_part(text: &str, start: usize, end: usize, subject: Subject, found: &mut Vec<Statement>) {
    let known = found.len();
    push(text, start, end, subject, found);
    for statement in &mut found[known..] {
        statement.of_part = true;
    }
}

/// Bytes behind the name of a licence in a line that holds a name alone.
const NAME: usize = 20;

/// The clauses of a line, one of which may be on code and another on weights.
fn pieces(line: &str) -> Vec<Range<usize>> {
    const ENDS: &[&str] = &[". ", "; ", ", ", " and ", " while ", " but "];
    let mut cuts = vec![0];
    for end in ENDS {
        cuts.extend(line.match_indices(end).map(|(at, end)| at + end.len()));
    }
    cuts.push(line.len());
    cuts.sort_unstable();
    cuts.windows(2).map(|cut| cut[0]..cut[1]).collect()
}

/// One clause: a part with its licence behind it, or before it.
fn part(card: &Card<'_>, start: usize, end: usize, found: &mut Vec<Statement>) {
    let text = card.source.text();
    let clause = &text[start..end];
    let bare = clause.trim_start_matches(['-', '*', '+', '|', ' ', '\t', '_']);
    let mut marks = [":", "|", " is ", " are "].iter().filter_map(|mark| Some((bare.find(mark)?, mark.len())));
    if let Some((at, length)) = marks.by_ref().min()
        && let Some(subject) = of_part(card, &bare[..at])
    {
        let value = &bare[at + length..];
        let lead = value.len() - value.trim_start_matches(['*', '_', ' ', '\t']).len();
        push_part(text, end - value.len() + lead, end, subject, found);
    } else if let Some((license, length)) = at_start(bare)
        && let Some(part) = ["for", "("].iter().find_map(|word| bare[length..].trim_start().strip_prefix(word))
        && let Some(subject) = of_part(card, part.trim_end_matches([' ', ',', ';', '.', ')', '\r']))
    {
        let start = end - bare.len();
        found.push(Statement {
            span: Span::new(start, start + length),
            licenses: vec![license],
            subject,
            of_part: true,
        });
    }
}

/// What a statement on this part speaks of; `None` for what is no part.
fn of_part(card: &Card<'_>, name: &str) -> Option<Subject> {
    let name = name.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let name = ["the ", "our ", "this "].iter().find_map(|word| name.strip_prefix(word)).unwrap_or(&name);
    let of_data = match name {
        "data" | "dataset" | "training data" => Some(true),
        "model" | "weights" | "model weights" | "checkpoint" | "checkpoints" | "model checkpoints" => Some(false),
        "code" | "source code" | "software" | "training code" | "inference code" | "scripts" => None,
        _ => return None,
    };
    Some(if of_data == Some(card.kind == Kind::Dataset) { Subject::Repository } else { Subject::Other })
}

/// `![License](https://img.shields.io/badge/License-MIT-yellow)`.
pub(super) fn badges(card: &Card<'_>, found: &mut Vec<Statement>) {
    const ADDRESS: &str = "img.shields.io/badge/";
    let images = card.outline.images.iter().map(|image| (image.span, image.target.as_str()));
    // Those of HTML are no images of Markdown.
    let text = card.source.text();
    let body = card.front.body_start();
    let tags = memchr::memmem::find_iter(&text.as_bytes()[body..], "<img").filter_map(|at| {
        let tag = head(&text[body + at..], LINE);
        let tag = &tag[..tag.find('>')?];
        let target = tag.find(ADDRESS)?;
        let target = tag[target..].split(['"', '\'', ' ']).next()?;
        Some((Span::new(body + at, body + at + tag.len() + 1), target))
    });
    for (span, target) in images.chain(tags) {
        let Some((_, badge)) = target.split_once(ADDRESS) else { continue };
        let badge = badge.split(['?', '#']).next().unwrap_or_default().trim_end_matches(".svg");
        let plain = badge.replace("%20", " ").replace("--", "\u{1}").replace('_', " ");
        let mut parts = plain.split('-');
        let label = parts.next().unwrap_or_default().to_lowercase();
        let message = parts.next().unwrap_or_default().replace('\u{1}', "-");
        let subject = match label.trim() {
            "license" | "licence" | "model license" => Subject::Repository,
            "code license" | "data license" => Subject::Other,
            _ => continue,
        };
        if let Some((license, _)) = at_start(&message) {
            found.push(Statement { span, licenses: vec![license], subject, of_part: false });
        }
    }
}
