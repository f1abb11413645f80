//! Comments that silence findings: `# cardlint: ignore[rule] reason` in the front matter and
//! `<!-- cardlint: ignore[rule] reason -->` in the body.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::card::Card;
use crate::checks::{Selection, Sink};
use crate::engine::Rules;
use crate::rule::{self, Finding, Fix};
use crate::text::{SourceFile, Span, safe, suggest};
use crate::yaml;

/// A comment that silences rules.
#[derive(Debug)]
pub(super) struct Ignore {
    /// Index of its file.
    file: usize,
    /// The comment as a whole.
    comment: Span,
    /// Bytes that a finding must begin in.
    scope: Range<usize>,
    /// The words in brackets, with their places.
    words: Vec<(String, Span)>,
    /// Which of them have silenced a finding.
    used: Vec<bool>,
    /// What is said for it.
    reason: String,
}

/// What all of them begin with.
const MARK: &str = "cardlint:";

/// The name that a slip of [`MARK`] has too, in any case.
const NAME: &str = "cardlint";

/// Reads the comments of a card and of the files of results beside it; `files` holds the card and those.
pub(super) fn read(card: &Card<'_>, files: &[&SourceFile]) -> Vec<Ignore> {
    // In small letters or with a capital.
    static NAMED: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(&NAME[1..]));
    let named = |source: &SourceFile| NAMED.find(source.text().as_bytes()).is_some();
    let mut found = Vec::new();
    if named(card.source) {
        let text = card.source.text();
        let yaml = card.yaml.iter().flat_map(|document| &document.comments).map(|comment| comment.span).collect();
        of_yaml(card.source, 0, yaml, card.front.body_start(), &mut found);
        for &comment in &card.outline.comments {
            let inner = card.source.slice(comment).trim_start_matches("<!--").trim_end_matches("-->");
            let scope = |whole| if whole { 0..text.len() } else { block_of(card, comment) };
            found.extend(directive(text, comment, inner, scope));
        }
    }
    for (file, source) in files.iter().enumerate().skip(1).filter(|(_, source)| named(source)) {
        // What is broken says so, and has no comments.
        let Ok(document) = yaml::parse(source.text(), 0) else { continue };
        let comments = document.comments.iter().map(|comment| comment.span).collect();
        of_yaml(source, file, comments, source.text().len(), &mut found);
    }
    found
}

/// Adds those of YAML that ends at byte `limit` of its file.
fn of_yaml(source: &SourceFile, file: usize, comments: Vec<Span>, limit: usize, found: &mut Vec<Ignore>) {
    let text = source.text();
    let first = found.len();
    // The line of the comment behind, and what that is for: comments that stand in a row are for the same.
    let mut behind: Option<(usize, Range<usize>)> = None;
    for comment in comments.into_iter().rev() {
        let inner = source.slice(comment).trim_start_matches('#');
        let read = directive(text, comment, inner, |whole| {
            if whole {
                return 0..text.len();
            }
            let (alone, lines) = lines_of(text, comment, limit, behind.as_ref());
            if alone {
                behind = Some((line_start(text, comment.start as usize), lines.clone()));
            }
            lines
        });
        found.extend(read.map(|ignore| Ignore { file, ..ignore }));
    }
    found[first..].reverse();
}

/// The directive in a comment, if there is one.
fn directive(text: &str, comment: Span, inner: &str, scope: impl FnOnce(bool) -> Range<usize>) -> Option<Ignore> {
    let inner = inner.trim_start();
    let Some(rest) = inner.strip_prefix(MARK).map(str::trim_start) else {
        // "Cardlint: ignore[…]" and "cardlint ignore[…]" are meant for one, and silence nothing.
        let name = inner.get(..NAME.len()).filter(|name| name.eq_ignore_ascii_case(NAME))?;
        let rest = inner[name.len()..].trim_start_matches([':', ' ']);
        let meant = ["ignore[", "ignore-file[", "disable["].iter().any(|word| rest.starts_with(word));
        let none =
            || Ignore { file: 0, comment, scope: 0..0, words: Vec::new(), used: Vec::new(), reason: String::new() };
        return meant.then(none);
    };
    let (whole, rest) = match rest.strip_prefix("ignore-file") {
        Some(rest) => (true, rest),
        None => match rest.strip_prefix("ignore") {
            Some(rest) => (false, rest),
            // Another word silences nothing, and is told as a comment that names no rule.
            None => (false, &rest[..0]),
        },
    };
    let listed = rest.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (list, reason) = listed.unwrap_or((&rest[..0], rest));
    let start = list.as_ptr() as usize - text.as_ptr() as usize;
    let mut words = Vec::new();
    let mut at = 0;
    for word in list.split(',') {
        let lead = word.len() - word.trim_start().len();
        let bare = word.trim();
        if !bare.is_empty() {
            let from = start + at + lead;
            words.push((bare.to_owned(), Span::new(from, from + bare.len())));
        }
        at += word.len() + 1;
    }
    let used = vec![false; words.len()];
    let reason = reason.trim().trim_start_matches([':', '-', '–', '—']).trim().to_owned();
    Some(Ignore { file: 0, comment, scope: scope(whole), words, used, reason })
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The lines of front matter that a comment is for: its own, or, where it stands alone, the next one, with all that is set
/// in below it. `behind`: the line of a comment that stands alone, and what it is for.
fn lines_of(text: &str, comment: Span, limit: usize, behind: Option<&(usize, Range<usize>)>) -> (bool, Range<usize>) {
    let start = comment.start as usize;
    let mut from = line_start(text, start);
    let alone = text[from..start].trim().is_empty();
    if alone {
        // Comments may stand in a row.
        from = line_end(text, start);
        while from < limit && (text[from..].starts_with('#') || text[from..line_end(text, from)].trim().is_empty()) {
            if let Some((line, lines)) = behind
                && *line == from
            {
                return (true, lines.clone());
            }
            from = line_end(text, from);
        }
    }
    let first = &text[from..line_end(text, from)];
    let (depth, item) = (indent(first), first.trim_start().starts_with("- "));
    let mut end = line_end(text, from);
    while end < limit {
        let line = &text[end..line_end(text, end)];
        let list = !item && indent(line) == depth && line.trim_start().starts_with("- ");
        if !(line.trim().is_empty() || indent(line) > depth || list) {
            break;
        }
        end = line_end(text, end);
    }
    (alone, from..end)
}

/// What a comment of the body is for: the section whose heading it stands on, its line, or the next block.
fn block_of(card: &Card<'_>, comment: Span) -> Range<usize> {
    let text = card.source.text();
    let (start, end) = (comment.start as usize, comment.end as usize);
    let line = line_start(text, start);
    let headings = &card.outline.headings;
    let next = headings.partition_point(|heading| (heading.span.start as usize) < line);
    if let Some(heading) = headings.get(next).filter(|next| (next.span.start as usize) < line_end(text, end)) {
        return heading.span.start as usize..heading.section.end as usize;
    }
    if !text[line..start].trim_matches([' ', '\t', '>', '-', '*', '|']).is_empty() {
        return line..line_end(text, end);
    }
    let mut from = line_end(text, end);
    while from < text.len() && text[from..line_end(text, from)].trim().is_empty() {
        from = line_end(text, from);
    }
    let (code, tables) = (&card.outline.code, &card.outline.tables);
    let listing = code.get(code.partition_point(|code| (code.span.start as usize) < from)).map(|code| code.span);
    let table = tables.get(tables.partition_point(|one| (one.span.start as usize) < from)).map(|table| table.span);
    let begins = |span: &Span| (span.start as usize) < line_end(text, from);
    if let Some(span) = listing.into_iter().chain(table).find(begins) {
        return from..span.end as usize;
    }
    let mut to = from;
    // Many comments in a row have each the same block behind them.
    let most = text.len().min(from + BLOCK);
    while to < most && !text[to..line_end(text, to)].trim().is_empty() {
        to = line_end(text, to);
    }
    from..to
}

/// Bytes of a block, which is a paragraph or a list.
const BLOCK: usize = 100_000;

/// Rules about these comments themselves, which no comment silences.
const GROUP: &str = "suppression";

/// Takes the findings that a comment silences out of `findings`; they come back with the reasons given.
pub(super) fn silence(findings: &mut Vec<Finding>, ignores: &mut [Ignore], rules: &Rules) -> Vec<(Finding, String)> {
    let mut silenced = Vec::new();
    if ignores.is_empty() {
        return silenced;
    }
    for finding in std::mem::take(findings) {
        let open = finding.rule.group != GROUP && !rules.binds(finding.rule);
        let hit = ignores.iter_mut().filter(|_| open).find_map(|ignore| {
            let within = ignore.file == finding.file && ignore.scope.contains(&(finding.span.start as usize));
            let word = ignore.words.iter().position(|(word, _)| finding.rule.is_meant(word)).filter(|_| within)?;
            ignore.used[word] = true;
            Some(ignore.reason.clone())
        });
        match hit {
            Some(reason) => silenced.push((finding, reason)),
            None => findings.push(finding),
        }
    }
    silenced
}

/// Reports comments that name no rule, silence nothing or give no reason.
pub(super) fn check(files: &[&SourceFile], ignores: &[Ignore], rules: &Rules, sink: &mut Sink<'_>) {
    let known = |word: &str| rule::all().iter().any(|rule| rule.is_meant(word));
    for ignore in ignores {
        let at = |f: Finding| Finding { file: ignore.file, ..f };
        if ignore.words.is_empty() {
            sink.add(
                "ignore-unknown",
                ignore.comment,
                "The comment silences nothing: it has no `cardlint: ignore[…]` or `cardlint: ignore-file[…]` with the id of a rule",
                |f| at(f.help("Write `cardlint: ignore[rule] reason` with the id of a rule, or remove it").anchor("none")),
            );
            continue;
        }
        for (word, span) in ignore.words.iter().filter(|(word, _)| !known(word)) {
            let near = suggest::nearest(word, rule::all().iter().map(|rule| rule.id.as_str()));
            let message = match near {
                Some(near) => format!("There is no rule {}; did you mean `{near}`?", safe::quoted(word)),
                None => format!("There is no rule {}", safe::quoted(word)),
            };
            let fix = near.map(|near| Fix::safe(format!("write `{near}`"), *span, near));
            sink.add("ignore-unknown", *span, message, |f| {
                at(f.help("`cardlint rule` lists the rules").anchor(word.as_str()).maybe_fix(fix))
            });
        }
        let bound = |word: &str| rule::all().iter().any(|rule| rule.is_meant(word) && rules.binds(rule));
        if let Some((word, span)) = ignore.words.iter().find(|(word, _)| bound(word)) {
            let message = format!("{} is binding in the configuration: no comment silences it", safe::quoted(word));
            sink.add("ignore-unused", *span, message, |f| {
                at(f.help("Mend what it finds, or ask whoever keeps the configuration for an exception")
                    .anchor(word.as_str()))
            });
        }
        // A rule that did not run could not be silenced: in a stricter profile the comment may be needed.
        let ran = |word: &str| rule::all().iter().filter(|rule| rule.is_meant(word)).all(|rule| rules.wants(rule));
        let idle: Vec<&(String, Span)> = (ignore.words.iter().zip(&ignore.used))
            .filter(|((word, _), used)| !**used && known(word) && ran(word) && !bound(word))
            .map(|(word, _)| word)
            .collect();
        if let Some((word, span)) = idle.first() {
            let all = idle.len() == ignore.words.len();
            let (place, fix) = if all {
                (ignore.comment, Some(removal(files[ignore.file].text(), ignore.comment)))
            } else {
                (*span, None)
            };
            let message = if all {
                "The comment silences nothing".to_owned()
            } else {
                format!("There is no finding of {} to silence", safe::quoted(word))
            };
            sink.add("ignore-unused", place, message, |f| {
                at(f.help("Remove it, or it will hide future findings that nobody has reviewed")
                    .anchor(word.as_str())
                    .maybe_fix(fix))
            });
        }
        if ignore.reason.is_empty() {
            sink.add("ignore-without-reason", ignore.comment, "The comment gives no reason", |f| {
                at(f.help("After the bracket, say why the finding is acceptable").anchor("reason"))
            });
        }
    }
}

/// Removes a comment: with its line when it stands alone, else with the blanks before it.
fn removal(text: &str, comment: Span) -> Fix {
    let (start, end) = (comment.start as usize, comment.end as usize);
    let from = line_start(text, start);
    let to = line_end(text, end);
    let alone = text[from..start].trim().is_empty() && text[end..to].trim().is_empty();
    let span = if alone {
        Span::new(from, to)
    } else {
        let before = text[..start].len() - text[..start].trim_end_matches([' ', '\t']).len();
        Span::new(start - before, end)
    };
    Fix::safe("remove the comment", span, "")
}
