//! Front matter as most cards have it: block mappings and lists whose keys and values each stand on one line, without
//! comments, escapes, anchors, tags and flow collections but lists of words. Its lines tell its tree, so it needs no
//! parser, which takes ten times as long; whatever else a line holds is left to the parser.

use std::borrow::Cow;

use super::parse::Builder;
use super::{Document, Kind, Style};
use crate::text::{Span, lines};

/// Deepest nesting that is read here.
const DEPTH: usize = 32;
/// Longest key, in bytes, that is read here.
const KEY: usize = 200;

/// A collection that is open, by the column of its keys or dashes.
struct Level {
    column: usize,
    list: bool,
    /// Behind the colon of a key that has no value yet.
    wants: Option<usize>,
}

/// The document, where its lines tell all of it.
pub(super) fn read(text: &str, base: usize) -> Option<Document<'_>> {
    let mut reader = Reader { text, builder: Builder::new(text, base), levels: Vec::new() };
    for (start, line) in lines(text) {
        let line = line.strip_suffix('\r').unwrap_or(line).trim_end_matches(' ');
        let content = line.trim_start_matches(' ');
        if !content.is_empty() {
            if !is_harmless(content) {
                return None;
            }
            reader.line(start, line.len() - content.len(), content)?;
        }
    }
    while !reader.levels.is_empty() {
        reader.close()?;
    }
    let document = reader.builder.document;
    document.root.is_some().then_some(document)
}

struct Reader<'s> {
    text: &'s str,
    builder: Builder<'s>,
    levels: Vec<Level>,
}

impl<'s> Reader<'s> {
    /// Reads a line that begins at byte `start` and whose content stands at `column`.
    fn line(&mut self, start: usize, column: usize, content: &'s str) -> Option<()> {
        while self.levels.last().is_some_and(|level| level.column > column) {
            self.close()?;
        }
        let (mut column, mut content, mut first) = (column, content, true);
        while let Some(rest) = content.strip_prefix("- ") {
            let item = rest.trim_start_matches(' ');
            let width = content.len() - item.len();
            self.dash(start + column, width, column, first)?;
            column += width;
            (content, first) = (item, false);
        }
        match key(content) {
            Some(end) => {
                let at = start + column;
                self.key(at, column, first)?;
                self.builder.add(self.span(at, at + end), plain(&content[..end]), None, 0);
                let behind = at + end + 1;
                let value = content[end + 1..].trim_start_matches(' ');
                if value.is_empty() {
                    self.levels.last_mut()?.wants = Some(behind - 1);
                    Some(())
                } else {
                    self.value(at + content.len() - value.len(), value)
                }
            }
            // Without a dash before it, it goes on with what stands above.
            None if first => None,
            None => self.value(start + column, content),
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.builder.base + start, self.builder.base + end)
    }

    /// A dash at byte `at`, with its item so many bytes behind it; `first` where nothing stands before it in its line.
    fn dash(&mut self, at: usize, item: usize, column: usize, first: bool) -> Option<()> {
        let last = self.levels.last_mut()?;
        if first && last.list && last.column == column {
            return Some(());
        }
        let begins = if first { last.wants.take().is_some() } else { last.list };
        // To the parser, a list that stands right below its key begins with its first item.
        let start = if first && last.column == column { at + item } else { at };
        if begins { self.open(start, column, true) } else { None }
    }

    /// A key at byte `at`; `first` where nothing stands before it in its line.
    fn key(&mut self, at: usize, column: usize, first: bool) -> Option<()> {
        let of_map = |below: Option<&Level>| below.is_some_and(|level| !level.list && level.column == column);
        let listed = first
            && self.levels.last().is_some_and(|last| last.list && last.column == column)
            && of_map(self.levels.iter().rev().nth(1));
        if listed {
            self.close()?;
        }
        match self.levels.last_mut() {
            None if first && self.builder.document.root.is_none() => self.open(at, column, false),
            None => None,
            Some(last) if first && !last.list && last.column == column => {
                let empty = last.wants.take();
                self.nothing(empty);
                Some(())
            }
            Some(last) => {
                let begins = if first { last.wants.take().is_some() } else { last.list };
                if begins { self.open(at, column, false) } else { None }
            }
        }
    }

    fn value(&mut self, at: usize, value: &'s str) -> Option<()> {
        if let Some(inner) = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            self.builder.add(self.span(at, at + value.len()), Kind::Seq(Vec::new()), None, 0);
            self.builder.enter(true);
            self.words(at + 1, inner)?;
            self.builder.leave(self.span(at, at + value.len()));
            return Some(());
        }
        let kind = scalar(value)?;
        self.builder.add(self.span(at, at + value.len()), kind, None, 0);
        Some(())
    }

    /// The items of `[a, "b"]`, from byte `at` on.
    fn words(&mut self, mut at: usize, inner: &'s str) -> Option<()> {
        let items = inner.split(',').filter(|_| !inner.trim_matches(' ').is_empty());
        for item in items {
            let word = item.trim_matches(' ');
            let start = at + (item.len() - item.trim_start_matches(' ').len());
            let flow = |c: char| matches!(c, '[' | ']' | '{' | '}' | ':' | '#' | '?');
            let kind = scalar(word).filter(|_| !word.contains(flow))?;
            self.builder.add(self.span(start, start + word.len()), kind, None, 0);
            at += item.len() + 1;
        }
        Some(())
    }

    /// The value that a key does not have.
    fn nothing(&mut self, behind: Option<usize>) {
        if let Some(behind) = behind {
            self.builder.add(self.span(behind, behind), plain(&self.text[behind..behind]), None, 0);
        }
    }

    fn open(&mut self, at: usize, column: usize, list: bool) -> Option<()> {
        let kind = if list { Kind::Seq(Vec::new()) } else { Kind::Map(Vec::new()) };
        self.builder.add(self.span(at, at), kind, None, 0);
        self.builder.enter(false);
        self.levels.push(Level { column, list, wants: None });
        (self.levels.len() <= DEPTH).then_some(())
    }

    fn close(&mut self) -> Option<()> {
        let last = self.levels.pop()?;
        self.nothing(last.wants);
        self.builder.leave(Span::default());
        Some(())
    }
}

fn plain(text: &str) -> Kind<'_> {
    Kind::Scalar { value: Cow::Borrowed(text), style: Style::Plain }
}

/// Where a key ends that a content begins with.
fn key(content: &str) -> Option<usize> {
    let bytes = content.as_bytes();
    let first = bytes.first()?;
    if !(first.is_ascii_alphanumeric() || *first == b'_') {
        return None;
    }
    let mut colons = memchr::memchr_iter(b':', bytes);
    let end = colons.find(|at| bytes.get(at + 1).is_none_or(|next| *next == b' '))?;
    (end <= KEY && bytes[end - 1] != b' ' && memchr::memmem::find(&bytes[..end], b" #").is_none()).then_some(end)
}

/// A value that is all of what its line holds.
fn scalar(value: &str) -> Option<Kind<'_>> {
    let bytes = value.as_bytes();
    let quoted = |style: Style, stop: &[u8]| {
        let inner = value.get(1..value.len().checked_sub(1)?)?;
        let ends = bytes.first() == bytes.last() && !inner.bytes().any(|byte| stop.contains(&byte));
        ends.then_some(Kind::Scalar { value: Cow::Borrowed(inner), style })
    };
    match *bytes.first()? {
        b'\'' => return quoted(Style::SingleQuoted, b"'"),
        b'"' => return quoted(Style::DoubleQuoted, b"\"\\"),
        b'-' if bytes.get(1).is_some_and(|next| next.is_ascii_alphanumeric() || *next == b'.') => {}
        b'_' | b'/' | b'(' | b'.' | b'+' | b'~' | b'$' | b'<' | b'=' | b'^' | b';' => {}
        first if first.is_ascii_alphanumeric() || !first.is_ascii() => {}
        _ => return None,
    }
    let ends = |at: usize| bytes.get(at + 1).is_none_or(|next| *next == b' ');
    let colon = memchr::memchr_iter(b':', bytes).any(ends);
    let comment = memchr::memchr_iter(b'#', bytes).any(|at| at > 0 && bytes[at - 1] == b' ');
    (!colon && !comment).then(|| plain(value))
}

/// Whether a line holds nothing that ends lines or is no text to a reader of YAML.
fn is_harmless(line: &str) -> bool {
    !line.bytes().any(|byte| byte < b' ' || byte == 0x7f)
        && (line.is_ascii()
            || !line
                .chars()
                .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::yaml::parse::parse_all;

    /// Whether a text is read here; what is read is what the parser reads.
    fn is_read(text: &str) -> bool {
        let Some(read) = read(text, 7) else { return false };
        assert_eq!(format!("{read:?}"), format!("{:?}", parse_all(text, 7).expect("valid YAML")), "{text:?}");
        true
    }

    #[test]
    fn plain_front_matter_needs_no_parser() {
        for text in [
            "license: mit\n",
            "license: mit\nlanguage:\n- en\n- de\ntags:\n  - a: b\n    c: d\n  -   e\n",
            "a:\nb: 'quoted: text'\nc: \"x # y\"\nd:\n\n\ne: https://example.org/#x",
            "model-index:\n- name: x\n  results:\n  - task:\n      type: t\n    metrics:\n    - value: -1.5\n    - - nested\n",
            "  a: b\n  c:\n    d:\n",
            "größe: 训练 – “x”\n",
            "a: b\r\nc:\r\n- d\r\n\r\ne:\r\n",
            "a: [b, 'c' , d e,\"f\"]\nb: []\nc:\n- [ ]\n- [-1]\n",
        ] {
            assert!(is_read(text), "{text:?}");
        }
    }

    #[test]
    fn the_rest_is_left_to_the_parser() {
        for text in [
            "",
            "\n",
            "text",
            "- a\n",
            "a: b: c\n",
            "a: b # c\n",
            "# a\nb: c\n",
            "a: [b: c]\n",
            "a: [b, [c]]\n",
            "a: [b,]\n",
            "a: ['b, c']\n",
            "a: [b\n  c]\n",
            "a: {b: c}\n",
            "a: |\n  b\n",
            "a: b\n  c\n",
            "a:\n  b\n",
            "a:\n -\n",
            "a: &b c\n",
            "a: *b\n",
            "a: !!str b\n",
            "? a\n",
            "\"a\": b\n",
            "a: 'b''c'\n",
            "a: \"b\\n\"\n",
            "a: \"b\" c\n",
            "a: '\n",
            "a:\tb\n",
            "a: b\rc: d\n",
            "a: b\n---\nc: d\n",
            "a: b\n...\n",
            "a: - b\n",
            "a:\n- b\n c: d\n",
            "a: b\n- c\n",
            "a:\n  - b\n- c\n",
            "a : b\n",
            "a: b\u{85}c\n",
            "a: b\u{2028}c\n",
        ] {
            assert!(!is_read(text), "{text:?}");
        }
    }

    /// A line of what front matter is made of.
    fn line() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "a",
            "b c",
            "k: v",
            "k:",
            "- ",
            "-",
            "- x",
            "- k: v",
            "- k:",
            "- - y",
            "'q'",
            "\"q\"",
            "'q",
            "1",
            "-1",
            "- -1",
            "~",
            "é",
            "x #y",
            "x#y",
            "#c",
            "k: 'q'",
            "k: [a]",
            "- [a, 'b']",
            "k: [ x y,z ]",
            "k: [a, b",
            "k: []",
            "k: v\r",
            "k:\r",
            "\r",
            "k: |",
            "k: http://x",
            "x:y",
            ": x",
            "k: v: w",
            "---",
            "...",
            "k:  v  ",
            "",
            "k:\tv",
            "<<: x",
            "k: <m>",
            "k: -",
            "k: - v",
            "k: \"a\\\"b\"",
            "'k': v",
            "k: é",
            "k: ~",
        ]);
        (0_usize..5, word).prop_map(|(indent, word)| format!("{}{word}\n", " ".repeat(indent)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn what_is_read_is_what_the_parser_reads(lines in prop::collection::vec(line(), 1..9)) {
            is_read(&lines.concat());
        }

        #[test]
        fn of_any_text(text in "([a-c:\\-'\" #,\\[\\]\r\n]|: |- |\n  |: \\[){0,24}") {
            is_read(&text);
        }
    }
}
