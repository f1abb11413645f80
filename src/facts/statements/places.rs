//! Statements of licences by their place: sections headed "License", with parts and links, and badges.

use std::ops::Range;

use super::{LINE, Statement, Subject, line, push};
use crate::card::{Card, Kind};
use crate::license::names::{at_start, of_url};
use crate::text::{self, Span, head};

/// Links of a section that are looked at.
const MAX_LINKS: usize = 100;

/// A section headed "License" that begins with a name, or holds one address of a licence.
pub(super) fn sections(card: &Card<'_>, text: &str, found: &mut Vec<Statement>) {
    for heading in &card.outline.headings {
        let title = heading.text.to_lowercase();
        let title = title.trim_matches(|c: char| !c.is_alphanumeric());
        let subject = match title {
            "license"
            | "licence"
            | "licensing"
            | "license information"
            | "licensing information"
            | "model license"
            | "lizenz"
            | "licencia"
            | "licença"
            | "лицензия"
            | "ライセンス"
            | "라이선스"
            | "许可证"
            | "许可"
            | "协议"
            | "开源协议"
            | "开源许可证"
            | "模型协议"
            | "الترخيص"
            | "लाइसेंस" => Subject::Repository,
            "code license" | "data license" | "dataset license" => Subject::Other,
            _ => continue,
        };
        let section = heading.section.range();
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
        if subject == Subject::Repository {
            parts(card, section.clone(), found);
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
            found.push(Statement { span: *span, licenses: vec![license], subject });
        }
    }
}

/// Lines of a section on licences that are looked at.
const MAX_LINES: usize = 30;

/// "Weights: CC BY-NC 4.0", "| Code | MIT |": a part and its licence, under a heading of licences.
fn parts(card: &Card<'_>, section: Range<usize>, found: &mut Vec<Statement>) {
    let text = card.source.text();
    for (at, line) in text::lines(&text[section.clone()]).take(MAX_LINES) {
        let bare = line.trim_start_matches(['-', '*', '+', '|', ' ', '\t', '_']);
        let Some((part, value)) = bare.split_once([':', '|']) else { continue };
        let part = part.trim_matches(['*', '_', ' ', '`']).to_lowercase();
        let of_data = match part.strip_prefix("the ").unwrap_or(&part) {
            "data" | "dataset" | "training data" => Some(true),
            "weights" | "model weights" | "checkpoint" | "checkpoints" => Some(false),
            "code" | "source code" | "software" => None,
            _ => continue,
        };
        let own = of_data == Some(card.kind == Kind::Dataset);
        let subject = if own { Subject::Repository } else { Subject::Other };
        let lead = value.len() - value.trim_start_matches(['*', '_', ' ', '\t']).len();
        let start = section.start + at + line.len() - value.len() + lead;
        let end = section.start + at + line.len();
        // A table of many models says nothing of this one.
        let cells = value.trim_end().trim_end_matches('|').contains('|');
        if start < end && !cells && !card.outline.hides(start) {
            push(text, start, end, subject, found);
        }
    }
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
            found.push(Statement { span, licenses: vec![license], subject });
        }
    }
}
