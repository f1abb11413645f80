//! Cards in other languages, with the words that tell something in English, so that what is known of English cards judges
//! them too. `rules/glossaries/` says word for word what is told; the rest stays as it stands.
//!
//! Nobody is shown the result: it is read like a card of its own, and what is found is placed where it stands in the
//! card. Code, addresses and tags are taken over unchanged as far as they stand in one line, so that both have the same
//! segments.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::tongue::Tongue;
use crate::card::Card;
use crate::text::{Span, lower_in_place};

/// How words of a language are found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writing {
    /// Words between blanks; `*` at the end of a form stands for any letters.
    Words,
    /// Words between blanks, by their beginnings; what is written before them in one word counts for nothing.
    Beginnings(&'static [&'static str]),
    /// Words between blanks that are put together: forms anywhere in them, what is between forms counts for nothing.
    Compounds,
    /// No blanks.
    Dense,
}

/// Words of a language with their English, by the first letter; longer ones first.
struct Glossary {
    writing: Writing,
    entries: HashMap<char, Vec<Entry>>,
}

struct Entry {
    form: &'static str,
    english: &'static str,
    /// Any letters may follow.
    open: bool,
}

/// Article, conjunctions and prepositions of Arabic, which are one word with the next.
const ARABIC: &[&str] =
    &["وبال", "وال", "فال", "بال", "كال", "ولل", "لل", "ال", "وب", "ول", "و", "ف", "ب", "ل", "ك", "س"];

/// The glossaries: the language, how its words are found, the file.
static FILES: &[(Tongue, Writing, &str)] = &[
    (Tongue::Arabic, Writing::Beginnings(ARABIC), include_str!("../../rules/glossaries/ar.tsv")),
    (Tongue::Chinese, Writing::Dense, include_str!("../../rules/glossaries/zh.tsv")),
    (Tongue::French, Writing::Words, include_str!("../../rules/glossaries/fr.tsv")),
    (Tongue::German, Writing::Words, include_str!("../../rules/glossaries/de.tsv")),
    (Tongue::Hindi, Writing::Beginnings(&[]), include_str!("../../rules/glossaries/hi.tsv")),
    (Tongue::Japanese, Writing::Dense, include_str!("../../rules/glossaries/ja.tsv")),
    (Tongue::Korean, Writing::Compounds, include_str!("../../rules/glossaries/ko.tsv")),
    (Tongue::Portuguese, Writing::Words, include_str!("../../rules/glossaries/pt.tsv")),
    (Tongue::Russian, Writing::Words, include_str!("../../rules/glossaries/ru.tsv")),
    (Tongue::Spanish, Writing::Words, include_str!("../../rules/glossaries/es.tsv")),
];

/// Letters of the shortest form that is looked for within a word.
const WITHIN: usize = 2;
/// Letters from which on a form does for all words that begin with it, and is looked for behind what is written before it.
const BEGINNING: usize = 3;
/// Marks of what is elided.
const APOSTROPHES: [char; 2] = ['\'', '’'];
/// Letters of Japanese endings and particles, which are left out behind a word that is known.
const ENDING: usize = 2;

fn glossary(tongue: Tongue) -> Option<&'static Glossary> {
    static TABLES: [OnceLock<Glossary>; FILES.len()] = [const { OnceLock::new() }; FILES.len()];
    let at = FILES.iter().position(|(known, ..)| *known == tongue)?;
    let (_, writing, text) = FILES[at];
    Some(TABLES[at].get_or_init(|| read(writing, text)))
}

fn read(writing: Writing, text: &'static str) -> Glossary {
    let mut entries: HashMap<char, Vec<Entry>> = HashMap::new();
    for (form, english) in text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t')) {
        let stem = form.strip_suffix('*');
        let form = stem.unwrap_or(form);
        let open = match writing {
            Writing::Words => stem.is_some(),
            Writing::Beginnings(_) => form.chars().count() >= BEGINNING,
            Writing::Compounds | Writing::Dense => true,
        };
        let Some(first) = form.chars().next() else { continue };
        entries.entry(first).or_default().push(Entry { form, english, open });
    }
    for entries in entries.values_mut() {
        entries.sort_by_key(|entry| Reverse(entry.form.len()));
    }
    Glossary { writing, entries }
}

/// A piece of the text: where it begins there and in the card, and whether it is the same in both.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: usize,
    original: usize,
    same: bool,
}

/// The text of a card with English words.
#[derive(Debug)]
pub(super) struct Gloss {
    pub(super) text: String,
    pieces: Vec<Piece>,
}

impl Gloss {
    /// The place in the card of a place in the text.
    pub(super) fn place(&self, span: Span) -> Span {
        let (start, end) = (span.start as usize, span.end as usize);
        let holds = |at: usize| self.pieces.partition_point(|piece| piece.start <= at).saturating_sub(1);
        let Some(first) = self.pieces.get(holds(start)) else { return span };
        let from = if first.same { first.original + start - first.start } else { first.original };
        let last = holds(end.saturating_sub(1));
        let to = match (self.pieces[last], self.pieces.get(last + 1)) {
            (piece, _) if piece.same => piece.original + end.saturating_sub(piece.start),
            (piece, next) => next.map_or(piece.original, |next| next.original),
        };
        Span::new(from, to)
    }
}

/// Bytes of the largest card that is read in this way: it takes as much again.
const LARGEST: usize = 1 << 20;

/// The body of a card with English words; `None` where there are none for its language.
pub(super) fn of(card: &Card<'_>, tongue: Tongue) -> Option<Gloss> {
    let text = card.source.text();
    let glossary = glossary(tongue).filter(|_| text.len() <= LARGEST)?;
    let mut writer =
        Writer { gloss: Gloss { text: String::with_capacity(text.len() * 5 / 4), pieces: vec![] }, apart: false };
    let mut code = card.outline.code.iter().map(|code| code.span.range()).peekable();
    let lower = lower_in_place(text);
    let mut at = card.front.body_start();
    writer.copy(text, 0, at);
    while at < text.len() {
        if code.peek().is_some_and(|code| code.start < at) {
            code.next();
        } else if let Some(range) = code.next_if(|code| code.start == at) {
            writer.copy(text, at, range.end);
            at = range.end;
        } else if let Some(end) = unchanged(&text[at..]) {
            writer.copy(text, at, at + end);
            at += end;
        } else {
            at = glossary.word(text, &lower, at, &mut writer);
        }
    }
    writer.piece(text.len(), false);
    Some(writer.gloss)
}

/// Bytes of the longest code in a line, target of a link, or tag that is looked for.
const UNCHANGED: usize = 2_000;

/// Bytes of an address or a name of a file in which what makes it one must stand.
const ADDRESS: usize = 200;

/// Where what is no prose ends, if it begins here: code in a line, the target of a link, a tag, an address.
fn unchanged(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // In the same line, behind what it begins with.
    let until = |from: usize, mark: u8| {
        let near = bytes.get(from..bytes.len().min(UNCHANGED))?;
        let found = from + memchr::memchr2(mark, b'\n', near)?;
        (bytes[found] == mark).then_some(found + 1)
    };
    match bytes[0] {
        b'`' => {
            // As many close it as open it.
            let open = bytes.iter().take(UNCHANGED).take_while(|byte| **byte == b'`').count();
            let end = until(open, b'`')?;
            let more = bytes[end..].iter().take(open).take_while(|byte| **byte == b'`').count();
            Some(end + more)
        }
        b']' if text.starts_with("](") => until(2, b')'),
        b'<' if bytes.get(1).is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'!')) => {
            until(1, b'>')
        }
        first if first.is_ascii_alphanumeric() => {
            let token = bytes.iter().take(ADDRESS).take_while(|byte| byte.is_ascii_graphic()).count();
            let token = &text[..token];
            let token = &token[..token.find([')', ']', '>', '"', '|']).unwrap_or(token.len())];
            let address = token.contains("://") || token.starts_with("www.");
            // The mark of emphasis is no part of a name.
            (address || token.trim_end_matches(['_', '.', ',', ':']).contains(['@', '_'])).then_some(token.len())
        }
        _ => None,
    }
}

/// Writes the text, and where its pieces come from.
struct Writer {
    gloss: Gloss,
    /// English words are kept apart from letters behind them.
    apart: bool,
}

impl Writer {
    fn copy(&mut self, text: &str, from: usize, to: usize) {
        if from == to {
            return;
        }
        if self.apart && text[from..].starts_with(char::is_alphanumeric) {
            self.gloss.text.push(' ');
        }
        self.apart = false;
        self.piece(from, true);
        self.gloss.text.push_str(&text[from..to]);
    }

    fn english(&mut self, english: &str, from: usize) {
        let apart = self.gloss.text.ends_with(char::is_alphanumeric);
        self.piece(from, false);
        if apart {
            self.gloss.text.push(' ');
        }
        self.gloss.text.push_str(english);
        self.apart = true;
    }

    fn mark(&mut self, mark: &str, from: usize) {
        self.piece(from, false);
        self.gloss.text.push_str(mark);
        self.apart = false;
    }

    fn piece(&mut self, original: usize, same: bool) {
        let start = self.gloss.text.len();
        let goes_on = self.gloss.pieces.last().is_some_and(|last| {
            last.same && same && start.checked_sub(last.start) == original.checked_sub(last.original)
        });
        if !goes_on {
            self.gloss.pieces.push(Piece { start, original, same });
        }
    }
}

/// Marks of other scripts.
fn mark(c: char) -> Option<&'static str> {
    Some(match c {
        '。' | '।' => ". ",
        '，' | '、' | '،' => ", ",
        '：' => ": ",
        '；' | '؛' => "; ",
        '！' => "! ",
        '？' | '؟' => "? ",
        '（' => " (",
        '）' => ") ",
        _ => return None,
    })
}

impl Glossary {
    /// Writes the word, or the mark, that begins at `at`, and gives where it ends.
    fn word(&self, text: &str, lower: &str, at: usize, writer: &mut Writer) -> usize {
        let Some(c) = lower[at..].chars().next() else { return text.len() };
        let next = at + c.len_utf8();
        if let Some(mark) = mark(c) {
            writer.mark(mark, at);
            return next;
        }
        if !c.is_alphabetic() {
            writer.copy(text, at, next);
            return next;
        }
        if self.writing == Writing::Dense {
            let Some((entry, end)) = self.find(lower, at) else {
                writer.copy(text, at, next);
                return next;
            };
            writer.english(entry.english, at);
            let kana = lower[end..].chars().take_while(|c| matches!(c, '\u{3040}'..='\u{309f}')).take(ENDING + 1);
            let (letters, bytes) = kana.fold((0, 0), |(letters, bytes), c| (letters + 1, bytes + c.len_utf8()));
            return if letters <= ENDING { end + bytes } else { end };
        }
        let word_end = self.end_of_word(lower, at);
        let Some((entry, end)) = self.find(lower, at).or_else(|| self.find_behind(lower, at)) else {
            if self.writing != Writing::Compounds || !self.within(lower, next, word_end, writer) {
                writer.copy(text, at, word_end);
            }
            return word_end;
        };
        writer.english(entry.english, at);
        // What is elided belongs to the next word.
        if lower[..end].ends_with(APOSTROPHES) {
            return end;
        }
        let word_end = if end > word_end { self.end_of_word(lower, end) } else { word_end };
        if self.writing == Writing::Compounds {
            self.within(lower, end, word_end, writer);
        }
        // A line that ended within the words ends behind them, if it does not end there in any case.
        if text[at..end].contains('\n') && !text[word_end..].starts_with(['\n', '\r']) {
            writer.mark("\n", word_end);
        }
        word_end
    }

    /// Where the word ends whose letters go on at `at`; names in Latin letters are words of their own beside others.
    fn end_of_word(&self, lower: &str, at: usize) -> usize {
        let latin = lower[at..].starts_with(|c: char| c.is_ascii());
        let mixed = self.writing == Writing::Words;
        let ends = |c: char| !letter(c) || !mixed && c.is_ascii() != latin;
        lower[at..].find(ends).map_or(lower.len(), |end| at + end)
    }

    /// Writes what is known in the rest of a word; whether anything is.
    fn within(&self, lower: &str, mut at: usize, end: usize, writer: &mut Writer) -> bool {
        let mut any = false;
        while at < end {
            match self.find(lower, at).filter(|(entry, to)| *to <= end && entry.form.chars().count() >= WITHIN) {
                Some((entry, to)) => {
                    writer.english(entry.english, at);
                    any = true;
                    at = to;
                }
                None => at += lower[at..].chars().next().map_or(1, char::len_utf8),
            }
        }
        any
    }

    /// The longest form behind what is written before it in one word.
    fn find_behind(&self, lower: &str, at: usize) -> Option<(&Entry, usize)> {
        let Writing::Beginnings(before) = self.writing else { return None };
        let behind = before.iter().filter(|before| lower[at..].starts_with(**before));
        behind
            .filter_map(|before| self.find(lower, at + before.len()))
            .find(|(entry, _)| entry.form.chars().count() >= BEGINNING)
    }

    /// The longest form that begins at `at`, and where it ends.
    fn find(&self, lower: &str, at: usize) -> Option<(&Entry, usize)> {
        let rest = &lower[at..];
        let entries = self.entries.get(&rest.chars().next()?)?;
        entries.iter().find_map(|entry| {
            let end = at + prefix(rest, entry.form)?;
            let ends = entry.open || !lower[end..].starts_with(letter) || entry.form.ends_with('\'');
            ends.then_some((entry, end))
        })
    }
}

/// Letters, with the marks that are written above or below them.
fn letter(c: char) -> bool {
    c.is_alphabetic()
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{652}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}')
}

/// The length of what a text begins with, if that is a form; a blank matches the end of a line.
fn prefix(text: &str, form: &str) -> Option<usize> {
    let mut rest = text.chars();
    for asked in form.chars() {
        let found = rest.next()?;
        let same = found == asked || asked == ' ' && found == '\n' || asked == '\'' && found == '’';
        if !same {
            return None;
        }
    }
    Some(text.len() - rest.as_str().len())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::card::Siblings;
    use crate::text::SourceFile;

    const TONGUES: [Tongue; FILES.len()] = {
        let (mut tongues, mut at) = ([Tongue::Unknown; FILES.len()], 0);
        while at < FILES.len() {
            tongues[at] = FILES[at].0;
            at += 1;
        }
        tongues
    };

    fn english(text: &str, tongue: Tongue) -> String {
        let source = SourceFile::new("README.md", text);
        of(&Card::read(&source, vec![], Siblings::none(), None), tongue).expect("a glossary").text
    }

    #[test]
    fn glossaries_are_well_formed() {
        for (tongue, writing, text) in FILES {
            let mut forms = HashSet::new();
            for line in text.lines().skip(1) {
                let (form, english) = line.split_once('\t').unwrap_or_else(|| panic!("{tongue:?}: {line}"));
                assert!(forms.insert(form), "{tongue:?}: {form} is there twice");
                assert!(form.starts_with(char::is_alphabetic), "{tongue:?}: {line}");
                assert_eq!(form, lower_in_place(form), "{tongue:?}: not in lower case");
                assert!(!form.contains('*') || *writing == Writing::Words && form.ends_with('*'), "{tongue:?}: {line}");
                let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || " '-/.,&%".contains(c);
                assert!(!english.is_empty() && english.chars().all(plain), "{tongue:?}: {line}");
            }
            assert!(forms.len() >= 1_000, "{tongue:?}: {}", forms.len());
        }
    }

    #[test]
    fn words_are_told_in_english() {
        for (tongue, text, told) in [
            (Tongue::German, "Das Modell wurde trainiert.", "the model was trained."),
            (Tongue::French, "L’entraînement est xyz.", "the training is xyz."),
            (
                Tongue::Spanish,
                "No se debe usar `el modelo`\n[aquí](datos)",
                "should not be used `el modelo`\n[here](datos)",
            ),
            (Tongue::Chinese, "本模型的训练数据。", "this model of training data. "),
            (Tongue::Korean, "KoBERT모델은 학습데이터", "KoBERT model training data"),
            (Tongue::French, "les données\npersonnelles\nde la ville", "the personal data\nof the city"),
            (Tongue::French, "[licence](http://le.fr) _licence_", "[license](http://le.fr) _license_"),
            (Tongue::French, "jean@modèle.fr www.le.fr ``le modèle``", "jean@modèle.fr www.le.fr ``le modèle``"),
            (Tongue::Arabic, "والنموذج", "model"),
        ] {
            assert_eq!(english(text, tongue), told, "{tongue:?}");
        }
    }

    /// Pieces of text that meet in odd ways.
    const PIECES: &[&str] = &[
        "\n",
        "\n\n",
        " ",
        "#",
        "- ",
        "`",
        "](",
        "<",
        ">",
        "http://",
        "’",
        "'",
        "。",
        "（",
        "İ",
        "ß",
        "e\u{301}",
        "모델",
        "은",
        "训练",
        "数据",
        "学習",
        "する",
        "نموذج",
        "ال",
        "मॉडल",
        "का",
        "модель",
        "modèle",
        "données personnelles",
        "données\npersonnelles",
        "l'",
        "Daten",
        "no",
        "x",
        "😀",
        "```\n",
    ]; // fmt: skip

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_place_is_one_of_the_card(
            pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40),
            tongue in prop::sample::select(&TONGUES[..]),
        ) {
            let text = pieces.concat();
            let source = SourceFile::new("README.md", text.as_str());
            let gloss = of(&Card::read(&source, vec![], Siblings::none(), None), tongue).expect("a glossary");
            let ends: Vec<usize> =
                gloss.text.char_indices().map(|(at, _)| at).chain(Some(gloss.text.len())).collect();
            let mut before = 0;
            for pair in ends.windows(2) {
                let place = gloss.place(Span::new(pair[0], pair[1]));
                prop_assert!(text.get(place.range()).is_some(), "{pair:?} {place:?} {text:?}");
                prop_assert!(place.start >= before, "{pair:?} {place:?} {text:?}");
                before = place.start;
            }
            let whole = gloss.place(Span::new(0, gloss.text.len()));
            prop_assert_eq!(whole.end as usize, text.len());
        }
    }
}
