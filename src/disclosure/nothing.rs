//! Texts that say nothing: what a template has where something is to be filled in, a promise to write it later, and words
//! for nothing.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::fold::fold;
use crate::embedded::table;
use crate::text::any::AnyOf;

/// `rules/topics/placeholders.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// What a template has where something is to be filled in.
    placeholders: Vec<String>,
    /// Likewise within a sentence.
    within: Vec<String>,
    /// Words for nothing.
    blanks: Vec<String>,
    /// What begins a short text that is written to whoever is to write it, or that puts it off.
    opens: Vec<String>,
    /// What begins a note of the author's to themselves, in this very spelling.
    notes: Vec<String>,
    /// What is put off.
    put_off: Vec<String>,
    /// How it is put off.
    until: Vec<String>,
}

/// What stands where something is to be filled in. Apart from the vocabulary, because what a template left is looked for in
/// every card, what a card discloses only where it is asked.
pub(super) struct Placeholders {
    /// Placeholders and words for nothing by their first byte, folded; whether they are placeholders.
    whole: Vec<Vec<(String, bool)>>,
    /// Their first words, likewise.
    firsts: Vec<Vec<String>>,
    /// Placeholders, folded, and what begins a promise, by how they begin ([`beginning`]).
    starts: Vec<Vec<(String, Start)>>,
    notes: Vec<String>,
    until: Vec<String>,
    /// Placeholders within a sentence.
    pub(super) within: AnyOf,
}

pub(super) fn placeholders() -> &'static Placeholders {
    static TABLE: LazyLock<Placeholders> = LazyLock::new(|| {
        let file: File = table("rules/topics/placeholders.yaml");
        let mut whole = vec![Vec::new(); 256];
        for (list, real) in [(&file.placeholders, true), (&file.blanks, false)] {
            for text in list {
                let text = fold(text);
                whole[text.bytes().next().map_or(0, usize::from)].push((text, real));
            }
        }
        let first = |(text, _): &(String, bool)| text.split(' ').next().unwrap_or_default().to_owned();
        let firsts = whole.iter().map(|texts| {
            let words: BTreeSet<String> = texts.iter().map(first).collect();
            words.into_iter().collect()
        });
        let firsts = firsts.collect();
        let mut starts = vec![Vec::new(); BEGINNINGS];
        let real = whole.iter().flatten().filter(|(_, real)| *real).map(|(text, _)| text.clone()).collect();
        for (list, start) in [(real, Start::Whole), (file.opens, Start::Promise), (file.put_off, Start::PutOff)] {
            for text in list {
                assert!(text.len() >= 3, "internal: {text:?} is too short for a placeholder");
                starts[beginning(&text)].push((text, start));
            }
        }
        let within = AnyOf::new(&file.within);
        Placeholders { whole, firsts, starts, notes: file.notes, until: file.until, within }
    });
    &TABLE
}

/// What a text that begins with some words may be.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Start {
    /// A placeholder.
    Whole,
    /// A promise, or words to whoever is to write it.
    Promise,
    /// A promise, if it goes on as one.
    PutOff,
}

/// Numbers that [`beginning`] gives.
const BEGINNINGS: usize = 1 << 12;

/// The first three bytes of a text, in whatever case, as a number that few others have.
fn beginning(text: &str) -> usize {
    let &[first, second, third, ..] = text.as_bytes() else { return 0 };
    let folded = u32::from_le_bytes([first, second, third, 0]) | 0x0020_2020;
    // The multiplier of Fibonacci hashing: Knuth, The Art of Computer Programming, volume 3, section 6.4.
    (folded.wrapping_mul(0x9e37_79b9) >> 20) as usize
}

impl Placeholders {
    /// Whether a text may begin with a placeholder or be a promise, in whatever case; most do not.
    pub(super) fn may_begin(&self, text: &str) -> bool {
        self.starts[beginning(text)].iter().any(|(word, start)| {
            text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
                && match start {
                    Start::Whole => true,
                    Start::Promise => text.len() <= PROMISE,
                    // "Limitations" begins more headings than promises.
                    Start::PutOff => text.len() <= PROMISE && self.may_go_on(&text[word.len()..]),
                }
        })
    }

    /// Whether what stands behind something that may be put off may say how.
    fn may_go_on(&self, rest: &str) -> bool {
        let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let starts = |word: &str| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        self.until.iter().any(|word| starts(word))
    }

    /// Whether a folded text is a promise to write it later: "details will be added", "to be written once it is known".
    fn puts_off(&self, folded: &str) -> bool {
        let after = |text: &str, word: &str| -> Option<usize> {
            let rest = text.strip_prefix(word)?;
            (rest.is_empty() || rest.starts_with(' ')).then_some(word.len())
        };
        let goes_on = |end: usize| self.until.iter().any(|word| after(folded[end..].trim_start(), word).is_some());
        self.starts[beginning(folded)].iter().any(|(word, start)| {
            *start != Start::Whole && after(folded, word).is_some_and(|end| *start == Start::Promise || goes_on(end))
        })
    }
}

/// Bytes of the longest promise.
const PROMISE: usize = 120;
/// Bytes of the longest text that may say nothing.
const LONGEST: usize = 200;
/// Words of the longest sentence that only puts off what is to be written: a longer one says something.
const PUT_OFF: usize = 12;

/// "[More Information Needed]", "TODO", "N/A", "Details will follow", and nothing else; whether a placeholder is among
/// them.
pub(super) fn is_nothing(value: &str) -> Option<bool> {
    // Most texts are longer.
    if value.len() > LONGEST {
        return None;
    }
    // Most begin with a letter, and have no mark to look at.
    let plain = value.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    let value = if plain { value } else { untagged(value) };
    if is_note(value) || !plain && is_blank_of_template(value) {
        return Some(true);
    }
    let value = if plain { value } else { unlinked(value) };
    let known = placeholders();
    let marks = value.bytes().take_while(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric()).count();
    let bare = &value.as_bytes()[marks..];
    // The first word of a folded text is as it stands, but for its case.
    let like = |word: &String| bare.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()));
    let begins = |byte: &u8| !byte.is_ascii() || known.firsts[usize::from(byte.to_ascii_lowercase())].iter().any(like);
    let may_be_whole = bare.first().is_none_or(begins);
    if !may_be_whole && !known.may_begin(&value[marks..]) {
        return None;
    }
    let folded = fold(value);
    // What is to be written, for whoever writes it: nobody else sees a comment.
    let comment = value.trim().strip_prefix("<!--").and_then(|inner| inner.strip_suffix("-->"));
    if comment.is_some_and(|inner| !inner.contains("-->")) {
        let begins =
            |word: &str| folded.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        let words = &known.whole[folded.bytes().next().map_or(0, usize::from)];
        if words.iter().any(|(word, real)| *real && begins(word)) {
            return Some(true);
        }
    }
    // Several in a row are still none.
    let (mut rest, mut placeholder) = (folded.as_str(), false);
    while let Some(first) = rest.bytes().next() {
        let words = &known.whole[usize::from(first)];
        let Some((left, real)) = words.iter().find_map(|(word, real)| Some((rest.strip_prefix(word.as_str())?, *real)))
        else {
            let short = !is_several_sentences(value) && folded.split(' ').count() <= PUT_OFF;
            return (short && known.puts_off(&folded)).then_some(true);
        };
        rest = left.trim_start();
        placeholder |= real;
    }
    Some(placeholder)
}

/// Whether a text is a note of the author's to themselves or to somebody else: "TODO: ask the others".
pub(super) fn is_note(text: &str) -> bool {
    let bare = text.trim_start_matches(['*', '_', '-', ' ']);
    bare.as_bytes().get(1).is_some_and(u8::is_ascii_uppercase)
        && bare.len() <= LONGEST
        && placeholders().notes.iter().any(|note| {
            // "TODO Ada: ask the others", but not "TODO lists become tasks: …".
            let rest = bare.strip_prefix(note.as_str());
            let name = rest.and_then(|rest| rest.split_once([':', '('])).map(|(name, _)| name.trim());
            name.is_some_and(|name| name.is_empty() || name.len() <= NAME && name.chars().all(char::is_alphanumeric))
        })
}

/// Bytes of the longest name of whom a note is for.
const NAME: usize = 20;

/// Whether a text goes on behind the end of a sentence.
fn is_several_sentences(text: &str) -> bool {
    text.match_indices(['.', '!', '?', ';']).any(|(at, _)| {
        let rest = text[at + 1..].trim_start_matches(['.', '!', '?']);
        rest.starts_with(char::is_whitespace) && rest.contains(char::is_alphanumeric)
    })
}

/// Whether a line that begins with a mark may be a placeholder, whatever links the text has.
pub(super) fn may_be_marked(line: &str) -> bool {
    line.len() <= LONGEST && (is_unlinked(line, |_| false) || is_nothing(line) == Some(true))
}

/// Whether a value is words in brackets that link to nothing: `[Author names]`, `[insert text]`. `defines`: whether the
/// text says where such brackets lead.
pub(super) fn is_unlinked(value: &str, defines: impl Fn(&str) -> bool) -> bool {
    let Some(inner) = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else { return false };
    let words = inner.len() >= 3 && inner.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '_'));
    // "Language: [English]" is somebody's list.
    let asks = inner.contains(' ') || inner.chars().all(|c| !c.is_uppercase());
    words && asks && value.len() <= LONGEST && !defines(value)
}

/// The brackets that a text says the targets of: `[paper]: https://…`.
pub(super) fn definitions(text: &str) -> HashSet<&str> {
    let lines = text.lines().filter_map(|line| {
        let line = line.trim_start();
        line.starts_with('[').then(|| line.find("]:").map(|end| &line[..=end])).flatten()
    });
    lines.collect()
}

/// What a template has as a whole: `{{ developers }}`, `<link to be inserted>`, which a browser takes for a tag, and "…"
/// or "???".
fn is_blank_of_template(value: &str) -> bool {
    let words = |inner: &str| {
        inner.starts_with(char::is_alphabetic)
            && inner.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '_' | '-' | '\'' | ',' | '/'))
    };
    let within = |open: &str, close: &str| value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let variable =
        within("{{", "}}").map(str::trim).is_some_and(|inner| !inner.is_empty() && !inner.contains(['{', '}']));
    // A tag of one word, or one that is closed, is one of HTML.
    let tag = within("<", ">").is_some_and(|inner| words(inner) && inner.contains(' ') && !inner.ends_with('/'));
    let dots = value == "…" || value.len() >= 3 && value.bytes().all(|byte| byte == b'.');
    let asks = !value.is_empty() && value.bytes().all(|byte| byte == b'?');
    variable || tag || dots || asks
}

/// A text without the tags of HTML around it: `<p>TBD</p>`.
fn untagged(mut value: &str) -> &str {
    value = value.trim();
    while let Some((tag, rest)) = value.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        let name = tag.trim_end_matches('/').split([' ', '\n']).next().unwrap_or_default();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) || rest.trim().is_empty() {
            break;
        }
        value = rest.trim_start();
    }
    while let Some((rest, tag)) = value.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        let name = tag.trim_matches('/');
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) || rest.trim().is_empty() {
            break;
        }
        value = rest.trim_end();
    }
    value
}

/// The text of a link that is all there is.
fn unlinked(value: &str) -> &str {
    let link = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(')')?.split_once("]("));
    link.map_or(value, |(text, target)| if target.contains(['(', '[', ' ']) { value } else { text })
}
