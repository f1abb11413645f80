//! Where in a segment an answer stands: of a long paragraph or table, the sentences or rows that speak for it.

use std::ops::Range;

use super::data::Cues;
use super::segments::{Kind, LISTING, Segment, builtin};
use super::{Page, features, weights};
use crate::card::Card;
use crate::text::Span;

/// Bytes of a segment that is shown as a whole.
const SHORT: usize = 160;

/// What tells how clearly a text speaks for an answer.
#[derive(Clone, Copy)]
pub(super) struct Voice<'a> {
    /// The column of the weights, for what they decide.
    pub(super) column: Option<usize>,
    /// The cues that its clauses ask for.
    pub(super) cues: &'a Cues,
}

/// The part of a segment that speaks most clearly for an answer: one sentence or row, and what stands beside it and speaks
/// for it half as clearly. Tables of numbers say what they say as a whole, listings unless one line of them says most of it
/// and no listing is asked for.
pub(super) fn telling(page: &Page<'_>, card: &Card<'_>, at: usize, voice: Voice<'_>) -> Span {
    let segment = &page.segments[at];
    let whole = segment.span;
    let numbers = segment.cues.contains(const { builtin("numeric-table") });
    let text = card.source.slice(whole);
    if whole.len() <= SHORT {
        // What introduces a list says little without it.
        let opens = text.trim_end_matches(['*', '_', ' ']).ends_with([':', '：']);
        return page.introduced[at].filter(|_| opens).map_or(whole, |last| whole.to(page.segments[last].span));
    }
    let listing = segment.kind == Kind::Code;
    if numbers || listing && voice.cues.contains(const { builtin("code") }) {
        return whole;
    }
    let pieces = page.pieces[at].get_or_init(|| pieces(page, text, segment));
    let score = |piece: &Piece| match voice.column {
        Some(column) => weights::speaks(column, &piece.cues, &piece.rows),
        None => i32::try_from(piece.cues.iter().filter(|cue| voice.cues.contains(*cue)).count()).unwrap_or(0),
    };
    let scores: Vec<i32> = pieces.iter().map(score).collect();
    let Some((most, best)) = scores.iter().copied().enumerate().max_by_key(|(at, score)| (*score, usize::MAX - at))
    else {
        return whole;
    };
    // A line of a listing that says more than all the others together says it alone.
    let others =
        || scores.iter().filter(|score| **score > 0).fold(0_i32, |all, score| all.saturating_add(*score)) - best;
    if best <= 0 || listing && others() > best {
        return whole;
    }
    let beside = |score: &i32| score.saturating_mul(2) >= best;
    let first = most - scores[..most].iter().rev().take_while(|score| beside(score)).count();
    let last = most + scores[most + 1..].iter().take_while(|score| beside(score)).count();
    let shown = &text[pieces[first].range.start..pieces[last].range.end];
    let from = whole.start as usize + pieces[first].range.start + (shown.len() - shown.trim_start().len());
    Span::new(from, from + shown.trim().len())
}

/// A sentence or a line of a segment.
#[derive(Debug)]
pub(super) struct Piece {
    /// Where it stands in the segment.
    range: Range<usize>,
    cues: Cues,
    /// The rows that the weights have for its words.
    rows: Vec<u32>,
}

/// The pieces of a segment, as far as it is read.
fn pieces(page: &Page<'_>, text: &str, segment: &Segment) -> Vec<Piece> {
    let (ranges, read) = match segment.kind {
        Kind::Table | Kind::Code => (lines(text, LISTING), LISTING),
        _ => (sentences(text, features::TEXT), features::TEXT),
    };
    let start = segment.span.start as usize;
    let hits = &page.hits[segment.found.clone()];
    let mut hits = hits[..hits.partition_point(|hit| hit.start < start + read)].iter().peekable();
    let piece = |range: Range<usize>| {
        let mut cues = Cues::default();
        while let Some(hit) = hits.next_if(|hit| hit.start - start < range.end) {
            cues.insert(page.vocabulary.patterns[hit.pattern as usize].cue);
        }
        Piece { cues, rows: weights::rows(&text[range.clone()]), range }
    };
    ranges.into_iter().map(piece).collect()
}

/// The lines of a table that begin in its first bytes.
fn lines(text: &str, read: usize) -> Vec<Range<usize>> {
    let mut at = 0;
    let line = |line: &str| {
        at += line.len();
        at - line.len()..at
    };
    text.split_inclusive('\n').map(line).take_while(|line| line.start < read).collect()
}

/// The sentences of a paragraph that begin in its first bytes: up to a mark behind which a blank and something other than
/// a small letter or a number follows, which abbreviations have ("e.g. this", "et al. 2019"); in scripts without blanks,
/// up to the mark.
fn sentences(text: &str, read: usize) -> Vec<Range<usize>> {
    let (mut found, mut from) = (Vec::new(), 0);
    for (at, mark) in text.char_indices() {
        if from >= read {
            break;
        }
        let end = at + mark.len_utf8();
        let rest = &text[end..];
        let ends = match mark {
            '。' | '！' | '？' => true,
            '.' | '!' | '?' => {
                let next = rest.trim_start();
                let opens = |c: char| {
                    c.is_uppercase()
                        || matches!(c, '*' | '_' | '`' | '[' | '"' | '“')
                        || c.is_alphabetic() && !c.is_lowercase()
                };
                next.len() < rest.len() && next.starts_with(opens)
            }
            '\n' => ["  ", "  \r", "\\", "\\\r"].iter().any(|end| text[..at].ends_with(end)),
            _ => false,
        };
        if ends {
            found.push(from..end);
            from = end;
        }
    }
    if from < read {
        found.push(from..text.len());
    }
    found.retain(|piece| !text[piece.clone()].trim().is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::sentences;

    #[test]
    fn sentences_end_where_readers_see_it() {
        let text =
            "It was tested (e.g. by Li et al. 2019) on v1.5 data. It fails on sarcasm! 它不适合诊断。请勿使用。 Ask us";
        let found: Vec<&str> = sentences(text, 1_000).into_iter().map(|piece| text[piece].trim()).collect();
        let asked = [
            "It was tested (e.g. by Li et al. 2019) on v1.5 data.",
            "It fails on sarcasm!",
            "它不适合诊断。",
            "请勿使用。",
            "Ask us",
        ];
        assert_eq!(found, asked);
        assert_eq!(sentences(text, 60).len(), 2);
        assert_eq!(sentences("One line  \r\nand the next.", 1_000).len(), 2);
        assert_eq!(sentences("One line\nand the next.", 1_000).len(), 1);
    }
}
