//! Where in a segment an answer stands: of a long paragraph or table, the sentences or rows that speak for it.

use std::ops::Range;

use super::data::Cues;
use super::page::Page;
use super::segments::{Kind, LISTING, Segment, builtin};
use super::weights::{self, Sums};
use crate::card::Card;
use crate::text::Span;

/// Bytes of a segment that is shown as a whole because it is short.
const SHORT: usize = 160;
/// Bytes of a paragraph whose sentences are told apart; nobody writes longer ones.
const LONG: usize = 16_000;

/// What tells how clearly a text speaks for an answer.
#[derive(Clone, Copy)]
pub(super) struct Voice<'a> {
    /// The topic that it is an answer to, if it is one.
    pub(super) topic: Option<usize>,
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
    let lines = matches!(segment.kind, Kind::Table | Kind::Code);
    if numbers || !lines && whole.len() > LONG || listing && voice.cues.contains(const { builtin("code") }) {
        return whole;
    }
    let pieces = page.pieces[at].get_or_init(|| pieces(page, text, segment));
    let score = |piece: &Piece| match voice.column {
        Some(column) => i32::from(piece.sums[column]),
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
    /// How clearly it speaks for what weights decide.
    sums: Sums,
}

/// The pieces of a segment; of tables and listings as far as they are read.
fn pieces(page: &Page<'_>, text: &str, segment: &Segment) -> Vec<Piece> {
    let ranges = match segment.kind {
        Kind::Table | Kind::Code => lines(text),
        _ => sentences(text),
    };
    let start = segment.span.start as usize;
    let mut hits = page.hits[segment.found.clone()].iter().peekable();
    let piece = |range: Range<usize>| {
        let mut cues = Cues::default();
        while let Some(hit) = hits.next_if(|hit| hit.start - start < range.end) {
            cues.insert(page.vocabulary.patterns[hit.pattern as usize].cue);
        }
        Piece { cues, sums: weights::speaks(&cues, &text[range.clone()]), range }
    };
    ranges.into_iter().map(piece).collect()
}

/// The lines of a table or listing that begin in the bytes that are looked at.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let line = |line: &str| {
        at += line.len();
        at - line.len()..at
    };
    text.split_inclusive('\n').map(line).take_while(|line| line.start < LISTING).collect()
}

/// What ends in a full stop and ends no sentence.
const SHORTENED: &[&str] = &[
    "e.g", "i.e", "vs", "fig", "figs", "sec", "eq", "dr", "mr", "ms", "mrs", "st", "al", "cf", "approx", "resp", "no",
    "u.s", "incl", "z.b", "p.ej",
];

/// The sentences of a paragraph: up to a mark, and what closes behind it, where a blank follows and then something other
/// than a small letter or a number ("et al. 2019"); up to the mark in scripts that put no blank behind it.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut from) = (Vec::new(), 0);
    for (at, mark) in text.char_indices() {
        let end = at + mark.len_utf8();
        if end <= from {
            continue;
        }
        let rest = &text[end..];
        let closed = rest.trim_start_matches(['"', '”', '’', '»', ')', ']', '*', '_', '`']);
        let to = match mark {
            '。' | '！' | '？' | '．' | '।' | '؟' => Some(end),
            '.' | '!' | '?' => {
                let next = closed.trim_start_matches([' ', '\t', '\r', '\n', '>']);
                let opens = |c: char| {
                    matches!(c, '*' | '_' | '`' | '[' | '"' | '“' | '«') || c.is_alphabetic() && !c.is_lowercase()
                };
                let word = text[from..at].rsplit([' ', '\n', '(', '[']).next().unwrap_or_default();
                let shortened = mark == '.' && SHORTENED.iter().any(|known| word.eq_ignore_ascii_case(known));
                (!shortened && next.len() < closed.len() && next.starts_with(opens)).then(|| text.len() - closed.len())
            }
            '\n' => ["  ", "  \r", "\\", "\\\r"].iter().any(|end| text[..at].ends_with(end)).then_some(end),
            _ => None,
        };
        if let Some(to) = to {
            found.push(from..to);
            from = to;
        }
    }
    found.push(from..text.len());
    found.retain(|piece| !text[piece.clone()].trim().is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::sentences;

    #[test]
    fn sentences_end_where_readers_see_it() {
        let parts = |text: &str| -> Vec<String> {
            sentences(text).into_iter().map(|piece| text[piece].trim().to_owned()).collect()
        };
        let text = "It was tested (e.g. by Li et al. 2019) on v1.5 data, cf. Miller. It \"fails on sarcasm.\" 它不适合诊断。\
                    请勿使用。 Ask **us.** Not vs. GPT-4, e.g. Medical use.\n> Quoted.\n> Twice.";
        let asked = [
            "It was tested (e.g. by Li et al. 2019) on v1.5 data, cf. Miller.",
            "It \"fails on sarcasm.\"",
            "它不适合诊断。",
            "请勿使用。",
            "Ask **us.**",
            "Not vs. GPT-4, e.g. Medical use.",
            "> Quoted.",
            "> Twice.",
        ];
        assert_eq!(parts(text), asked);
        assert_eq!(parts("यह अच्छा है। इसे न करें।"), ["यह अच्छा है।", "इसे न करें।"]);
        assert_eq!(parts("One line  \r\nand the next."), ["One line", "and the next."]);
        assert_eq!(parts("One line\nand the next.").len(), 1);
    }
}
