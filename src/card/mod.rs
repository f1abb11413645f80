//! A card: its source, front matter, YAML tree and Markdown outline, read once.
//!
//! A broken card is never an error: what can be read is read, and what cannot is told by the
//! members [`Card::front`], [`Card::yaml`] and [`Card::faults`].

pub mod client;
pub mod front_matter;
mod kind;
mod labels;
pub mod split;

use std::cell::OnceCell;

use crate::markdown::{self, Outline};
use crate::text::{SourceFile, Span, suggest};
use crate::vocab::{self, kinds};
use crate::yaml::{self, Document, NodeId, SyntaxError};

pub use front_matter::{FrontMatter, Status, Trap, TrapKind};
pub use kind::Kind;
pub use labels::Labelled;

/// Largest file that is read, in bytes: several times the largest card, and small enough for the
/// worst of cards to need less than a gigabyte of memory.
pub const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// What is wrong with the bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// They are UTF-16.
    Utf16 {
        /// They begin as front matter does.
        front_matter: bool,
    },
    /// Some of them are no UTF-8.
    NotUtf8,
    /// One of them is zero.
    Nul,
}

/// A defect of the bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodingFault {
    /// The offending bytes, in the decoded text (each bad byte is one `?` there).
    pub span: Span,
    /// What is wrong.
    pub kind: FaultKind,
    /// What is wrong, as a clause.
    pub message: String,
}

/// Bytes to text that has the same length: each byte that is no UTF-8 becomes `?`, so that every
/// offset stays that of the file.
#[must_use]
pub fn decode(bytes: Vec<u8>) -> (String, Vec<EncodingFault>) {
    let mut faults = Vec::new();
    if let [0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..] = bytes.as_slice() {
        let message = "it is UTF-16, and must be UTF-8".to_owned();
        // Nothing of it reads as text, so nothing else is said about it.
        let letters: Vec<u8> = rest.iter().copied().filter(|byte| *byte != 0).take(3).collect();
        let kind = FaultKind::Utf16 { front_matter: letters == b"---" };
        return (String::new(), vec![EncodingFault { span: Span::default(), kind, message }]);
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let mut bytes = error.into_bytes();
            let mut from = 0;
            while let Err(error) = std::str::from_utf8(&bytes[from..]) {
                let start = from + error.valid_up_to();
                let end = error.error_len().map_or(bytes.len(), |length| start + length);
                if faults.is_empty() {
                    let message = format!("byte 0x{:02X} at offset {start} is not UTF-8", bytes[start]);
                    let kind = FaultKind::NotUtf8;
                    faults.push(EncodingFault { span: Span::new(start, end), kind, message });
                }
                bytes[start..end].fill(b'?');
                from = end;
            }
            // Only valid UTF-8 is left, so nothing is replaced here.
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    if let Some(at) = memchr::memchr(0, text.as_bytes()) {
        let message = format!("there is a NUL byte at offset {at}");
        faults.push(EncodingFault { span: Span::new(at, at + 1), kind: FaultKind::Nul, message });
    }
    (text, faults)
}

/// Names of the files beside a card, asked for only when a check needs them.
pub struct Siblings<'a> {
    names: OnceCell<Vec<String>>,
    list: Option<&'a dyn Fn() -> Vec<String>>,
}

impl<'a> Siblings<'a> {
    /// Siblings that `list` names when first asked.
    #[must_use]
    pub fn new(list: &'a dyn Fn() -> Vec<String>) -> Self {
        Self { names: OnceCell::new(), list: Some(list) }
    }

    /// No folder is known (standard input).
    #[must_use]
    pub fn none() -> Self {
        Self { names: OnceCell::new(), list: None }
    }

    /// True when there is a folder to look at.
    #[must_use]
    pub fn known(&self) -> bool {
        self.list.is_some()
    }

    /// The names, in no particular order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        self.names.get_or_init(|| self.list.map_or_else(Vec::new, |list| list()))
    }
}

/// A card as read.
pub struct Card<'s> {
    /// Name and text.
    pub source: &'s SourceFile,
    /// The top of the file.
    pub front: FrontMatter,
    /// The tree of the front matter; `None` when there is none or it is broken.
    pub yaml: Option<Document<'s>>,
    /// The syntax error of the front matter.
    pub yaml_error: Option<SyntaxError>,
    /// The body.
    pub outline: Outline,
    /// What it describes.
    pub kind: Kind,
    /// Defects of the bytes.
    pub faults: Vec<EncodingFault>,
    /// The files beside it.
    pub siblings: Siblings<'s>,
    /// Owner and name of the repository, or the name alone, as the folders say that hold the card; `None` where only
    /// its own name tells.
    pub home: Option<String>,
    /// The body as readers see it, once somebody asks, where comments hide some of it.
    shown: OnceCell<Option<String>>,
    /// The model that the body says it was made from, and where, once somebody asks: several do.
    pub(crate) told_base: OnceCell<Option<(Span, String)>>,
}

impl<'s> Card<'s> {
    /// Reads a card. `kind` overrides the detection.
    #[must_use]
    pub fn read(
        source: &'s SourceFile,
        faults: Vec<EncodingFault>,
        siblings: Siblings<'s>,
        kind: Option<Kind>,
    ) -> Self {
        let text = source.text();
        let (mut front, parsed) = front_matter::find(text);
        let (mut yaml, mut yaml_error) = (None, None);
        match parsed {
            None => {}
            Some(Err(error)) => {
                front.status = Status::Invalid;
                yaml_error = Some(error);
            }
            Some(Ok(document)) => {
                match document.root() {
                    None => {
                        front.status = Status::Empty;
                        if let Some(block) = front.block {
                            let span = block.open.to(Span::at(block.close.start as usize + 3));
                            front.traps.push(Trap { kind: TrapKind::Empty, span });
                        }
                    }
                    Some(root) if !matches!(document.node(root).kind, yaml::Kind::Map(_)) => {
                        front.status = Status::Invalid;
                    }
                    Some(_) => {}
                }
                yaml = Some(document);
            }
        }
        let body = front.body_start();
        let outline = markdown::outline(&text[body..], body);
        let mut card = Self {
            source,
            front,
            yaml,
            yaml_error,
            outline,
            kind: Kind::Model,
            faults,
            siblings,
            home: None,
            shown: OnceCell::new(),
            told_base: OnceCell::new(),
        };
        card.kind = kind.unwrap_or_else(|| kind::detect(&card));
        card
    }

    /// The body as its readers see it: each HTML comment is blanks, so that places behind the front matter stay.
    #[must_use]
    pub fn shown(&self) -> &str {
        let body = self.front.body_start();
        let text = &self.source.text()[body..];
        let blanked = self.shown.get_or_init(|| {
            let comments = &self.outline.comments;
            (!comments.is_empty()).then(|| {
                let mut shown = String::with_capacity(text.len());
                for comment in comments.iter().map(|comment| comment.range()) {
                    let (start, end) = (comment.start - body, comment.end - body);
                    if start >= shown.len() {
                        shown.push_str(&text[shown.len()..start]);
                        shown.extend(std::iter::repeat_n(' ', end - start));
                    }
                }
                shown.push_str(&text[shown.len()..]);
                shown
            })
        });
        blanked.as_deref().unwrap_or(text)
    }

    /// Whether a file found by walking is a card and not some project's README: its front matter
    /// carries keys of the Hub (or would, were it seen), model files lie beside it, or its headings
    /// are those of cards.
    #[must_use]
    pub fn is_card(&self) -> bool {
        let fields = crate::vocab::fields();
        let mut weak = 0;
        if let Some((document, root)) = self.mapping() {
            // A card has its own keys early, and few of them.
            for &(key, _) in document.pairs(root).iter().take(100) {
                let Some(key) = document.text(key) else { continue };
                // A slip of a key says as much as the key.
                let slip = || fields.meant(key, false).filter(|field| suggest::nearest(key, [*field]).is_some());
                let Some(field) = (if fields.is_known(key) { Some(key) } else { slip() }) else { continue };
                if kinds().is_weak(field) {
                    weak += 1;
                } else {
                    return self.kind != Kind::Other;
                }
            }
        }
        // Broken YAML has no keys; its lines still tell.
        let broken =
            self.yaml_error.is_some()
                && self.source.slice(self.front.yaml).lines().any(|line| {
                    line.split_once(':').is_some_and(|(key, _)| fields.is_known(key) && !kinds().is_weak(key))
                });
        let unread = FaultKind::Utf16 { front_matter: true };
        weak >= 2
            || broken
            || self.faults.iter().any(|fault| fault.kind == unread)
            || !self.front.traps.is_empty()
            || self.siblings.names().iter().any(|name| name != "config.json" && vocab::files().is_model(name))
            || self.has_card_headings()
            || self.stands_alone()
    }

    /// Files of a model lie beside the card: it stands in its repository, and not alone.
    #[must_use]
    pub fn has_model_files(&self) -> bool {
        self.siblings.names().iter().any(|name| vocab::files().is_model(name))
    }

    /// Files of a dataset lie beside the card.
    #[must_use]
    pub fn has_dataset_files(&self) -> bool {
        self.siblings.names().iter().any(|name| vocab::files().is_dataset(name))
    }

    /// A README with no project around it that speaks of a model or dataset.
    fn stands_alone(&self) -> bool {
        let alone = self.siblings.known()
            && self.siblings.names().iter().all(|name| {
                let lower = name.to_lowercase();
                let (_, extension) = lower.rsplit_once('.').unwrap_or_default();
                extension == "md" || lower.starts_with("licen") || lower.starts_with('.') || lower == "notice"
            });
        let body = &self.source.text()[self.front.body_start()..];
        alone && kinds().card_words.iter().any(|word| body.contains(word.as_str()))
    }

    fn has_card_headings(&self) -> bool {
        let title = self.outline.title().unwrap_or_default().to_lowercase();
        let is = |text: &str, known: &[String]| known.iter().any(|known| text.starts_with(known.as_str()));
        let headings = || self.outline.headings.iter().map(|heading| heading.text.to_lowercase());
        let own = headings().filter(|text| is(text, &kinds().card_headings)).count();
        let others =
            || headings().filter(|text| !is(text, &kinds().card_headings) && is(text, &kinds().model_headings)).count();
        title.starts_with("model card") || title.starts_with("dataset card") || own >= 2 || own == 1 && others() >= 2
    }

    /// The tree and its root when the front matter is a mapping.
    #[must_use]
    pub fn mapping(&self) -> Option<(&Document<'s>, NodeId)> {
        let document = self.yaml.as_ref()?;
        let root = document.root()?;
        matches!(document.node(root).kind, yaml::Kind::Map(_)).then_some((document, root))
    }

    /// Key and value nodes of a top-level field (the last one when it is given twice).
    #[must_use]
    pub fn field(&self, name: &str) -> Option<(NodeId, NodeId)> {
        let (document, root) = self.mapping()?;
        document.get(root, name)
    }

    /// The text of a top-level scalar field.
    #[must_use]
    pub fn field_text(&self, name: &str) -> Option<&str> {
        let (_, value) = self.field(name)?;
        self.yaml.as_ref()?.text(value)
    }

    /// The scalar items of a top-level field that is a list, or its one scalar.
    #[must_use]
    pub fn field_items(&self, name: &str) -> Vec<NodeId> {
        let (Some(document), Some((_, value))) = (&self.yaml, self.field(name)) else { return Vec::new() };
        match document.items(value) {
            Some(items) => items.to_vec(),
            None => vec![value],
        }
    }
}
