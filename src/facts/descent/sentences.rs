//! Sentences that say what a model was made from, before or behind its name.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use regex::Regex;

use super::ids::{agrees, behind, canonical, is_copy_of, known, linked, reads_like_id};
use super::names;
use super::words::{contains, is_marked, one_of, said_phrases, words};
use crate::card::Card;
use crate::facts::place;
use crate::license::base_model;
use crate::text::any::AnyOf;
use crate::text::{self, Span, head};
use crate::vocab::repo_id::{fault, in_url};

/// Bytes behind a phrase in which the name must begin.
pub(super) const REACH: usize = 60;
/// Bytes before a name in which a phrase that ends within [`REACH`] of it begins.
pub(super) const LEAD: usize = 2 * REACH;
/// Bytes before and behind a phrase that are looked at for what its sentence speaks of.
const SENTENCE: usize = 500;

/// A phrase with the name of the model right behind it.
pub(super) fn phrase(card: &Card<'_>) -> Option<(Span, String)> {
    static STEMS: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::new(&words().said.stems));
    /// The phrases that have each stem, and where in them it stands.
    static PHRASES: LazyLock<Vec<Vec<(String, usize)>>> = LazyLock::new(|| {
        let with = |stem: &String| {
            let phrases = said_phrases().into_iter();
            phrases.filter_map(|phrase| phrase.find(stem.as_str()).map(|at| (phrase, at))).collect()
        };
        words().said.stems.iter().map(with).collect()
    });
    let text = card.source.text();
    let body = card.front.body_start();
    STEMS.find_iter(&text.as_bytes()[body..]).find_map(|stem| {
        let at = body + stem.start();
        PHRASES[stem.pattern().as_usize()].iter().find_map(|(phrase, before)| {
            let start = at.checked_sub(*before).filter(|start| *start >= body)?;
            text.as_bytes()[start..].starts_with(phrase.as_bytes()).then(|| told(card, start, phrase))?
        })
    })
}

/// What a phrase at a byte names, if it is said of the card's own model.
fn told(card: &Card<'_>, start: usize, phrase: &str) -> Option<(Span, String)> {
    let end = start + phrase.len();
    // Few phrases have the name of a model behind them.
    let found = behind(card, end, false)?;
    // "We used" says nothing without "as the base".
    let rest = card.source.text()[found.0.end as usize..].trim_start_matches(['`', '*', '_', ' ', ',', '\n']);
    let bare = words().said.used.iter().any(|used| used.eq_ignore_ascii_case(phrase));
    if bare && !words().said.behind.iter().any(|words| rest.starts_with(words.as_str())) {
        return None;
    }
    // "is based on" begins with what it speaks of.
    Sentence::around(card, start).is_of_model(card, start, end).then_some(found)
}

/// The phrases before a name that say what the model was made from.
pub(super) fn said_before() -> &'static Regex {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| one_of(&words().said.before));
    &BEFORE
}

/// A mention of the model in a sentence that says, before or right behind it, that this one was made from it.
pub(super) fn mention(card: &Card<'_>) -> Option<(Span, String)> {
    let text = card.source.text();
    mentions_of_models(card).into_iter().find_map(|(span, repo)| {
        let (at, end) = (span.start as usize, span.end as usize);
        let lead = text::tail(&text[card.front.body_start()..at], LEAD);
        let before = lead.to_lowercase();
        let near = |said: &regex::Match<'_>| {
            before.len() - said.end() < REACH && is_whole(&before[said.end()..].replace(['\n', '\r'], " "), text, end)
        };
        // In lower case, a few letters have another length.
        let place = |byte: usize| at - lead.len() + head(lead, byte).len();
        let said = said_before().find_iter(&before).filter(near).last().map(|said| said.range());
        // Few names have such words before them: only there it matters where the sentence begins.
        let said = said.filter(|said| place(said.start) >= Sentence::around(card, at).start);
        let (from, to) = if let Some(said) = said {
            (place(said.start), place(said.end))
        } else {
            let rest = text[end..].trim_start_matches(['*', '`', '_', ' ', ')']);
            let rest = head(rest, REACH).to_lowercase();
            // "[x/y](…), fine-tuned from this model" is what was made from it.
            if contains(&rest, &words().said.children) {
                return None;
            }
            // In Japanese and Korean, the data stand between.
            let clause = rest.split(['。', '.', '\n']).next().unwrap_or_default();
            let said = words().said.behind.iter().any(|words| rest.starts_with(words.as_str()))
                || contains(clause, &words().said.within);
            said.then_some((at, at))?
        };
        let sentence = Sentence::around(card, at);
        // What is no link agrees with itself.
        let told = agrees(card.source.slice(span), &repo)
            && sentence.is_of_model(card, from, to)
            && !card.outline.hides(span.start as usize)
            && !is_copy_of(card, &repo);
        told.then_some((span, repo))
    })
}

/// Where the body names models of the Hub, in order: by links, by ids in backquotes, and by addresses.
fn mentions_of_models(card: &Card<'_>) -> Vec<(Span, String)> {
    static ADDRESS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("https://huggingface.co/"));
    let text = card.source.text();
    let body = card.front.body_start();
    let links = card.outline.links.iter();
    let mut found: Vec<(Span, String)> = links
        .filter_map(|link| {
            // The oldest models of the Hub have no owner.
            let named = |repo: &String| repo.contains(['/', '-']) || base_model(repo).is_some();
            Some((link.span, canonical(linked(&link.target).filter(named)?)))
        })
        .collect();
    let bytes = text.as_bytes();
    let token = |at: usize| {
        let length =
            bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(byte)).count();
        &text[at..at + length]
    };
    for open in memchr::memchr_iter(b'`', &bytes[body..]).map(|at| body + at + 1) {
        let id = token(open);
        let named = || if id.contains('/') { reads_like_id(id) } else { id.contains('-') && known(id).is_some() };
        if bytes.get(open + id.len()) == Some(&b'`')
            && named()
            && fault(id).is_none()
            // The text of a link is what the link leads to.
            && !is_linked(card, open)
        {
            found.push((Span::new(open, open + id.len()), canonical(id.to_owned())));
        }
    }
    for at in ADDRESS.find_iter(&bytes[body..]).map(|at| body + at) {
        // Those in links are known.
        let before = |back: usize| at.checked_sub(back).filter(|at| *at >= body).map_or(b' ', |at| bytes[at]);
        // Those of HTML are no links of Markdown.
        let html = text[..at].ends_with("href=\"");
        if html || !matches!(before(1), b'(' | b'<' | b'"' | b'\'' | b'[') || before(2) == b' ' {
            let name = at + ADDRESS.needle().len();
            let path = token(name).trim_end_matches('.');
            let repo = in_url(&text[at..name + path.len()], "model").filter(|repo| repo.contains('/'));
            // "gemma-2-2b-it (https://huggingface.co/google/gemma-2-2b-it)"
            let before = text[..at].strip_suffix(" (").unwrap_or_default();
            let said = |repo: &String| {
                let name = [repo.as_str(), repo.rsplit('/').next().unwrap_or(repo)];
                name.into_iter().find(|name| before.ends_with(name)).map_or(at, |name| before.len() - name.len())
            };
            found.extend(repo.map(|repo| (Span::new(said(&repo), name + path.len()), repo)));
        }
    }
    found.extend(bare_ids(card));
    found.sort_by_key(|(span, _)| span.start);
    found
}

/// Ids of known models that stand in the text by themselves: "by fine-tuning meta-llama/Llama-3.1-8B".
fn bare_ids<'c>(card: &'c Card<'_>) -> impl Iterator<Item = (Span, String)> + 'c {
    let text = card.source.text();
    let body = card.front.body_start();
    let bytes = text.as_bytes();
    let of_id = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    memchr::memchr_iter(b'/', &bytes[body..]).filter_map(move |at| {
        let slash = body + at;
        // Most stand in addresses, which have a further one near, or a mark.
        let before = bytes[body..slash].iter().rev().take(OWNER + 1);
        let owner = before.take_while(|byte| of_id(byte)).count();
        if owner == 0 || owner > OWNER {
            return None;
        }
        let start = slash - owner;
        let outer = bytes[body..start].last().copied().unwrap_or(b'\n');
        if matches!(outer, b'/' | b':' | b'`' | b'[' | b'"' | b'\'' | b'=' | b'@' | b'<' | b'~') {
            return None;
        }
        let end = slash + 1 + bytes[slash + 1..].iter().take_while(|byte| of_id(byte)).count();
        let behind = bytes.get(end).copied().unwrap_or(b'\n');
        let whole = !matches!(behind, b'/' | b'`' | b']' | b'"' | b'\'' | b'@');
        let id = text[start..end].trim_end_matches(['.', '-']);
        let named = whole && id.len() > owner + NAME && id[owner..].contains('-');
        // The address of a link may stand in brackets.
        let linked = outer == b'(' && text[..start].ends_with("](");
        (named && !linked && base_model(id).is_some()).then(|| (Span::new(start, start + id.len()), id.to_owned()))
    })
}

/// Bytes of the longest name of an owner on the Hub.
const OWNER: usize = 42;
/// Bytes of the shortest name of a model that is looked up.
const NAME: usize = 5;

/// Whether a byte stands in a link.
fn is_linked(card: &Card<'_>, at: usize) -> bool {
    let links = &card.outline.links;
    let next = links.partition_point(|link| link.span.start as usize <= at);
    next.checked_sub(1).is_some_and(|last| links[last].span.range().contains(&at))
}

/// The sentence, or the item of a list, that a byte stands in.
pub(super) struct Sentence {
    pub(super) start: usize,
    end: usize,
}

impl Sentence {
    pub(super) fn around(card: &Card<'_>, at: usize) -> Self {
        let text = card.source.text();
        let before = text::tail(&text[card.front.body_start()..at], SENTENCE);
        let rest = head(&text[at..], SENTENCE);
        let begins = |line: &str| {
            let bare = line.trim_start_matches([' ', '\t', '>']);
            bare.is_empty() || bare.starts_with(['-', '*', '+', '|', '#', '<']) && !bare.starts_with("**")
        };
        let (mut start, mut end) = (before.len(), before.len());
        // Lines that are wrapped belong to one sentence.
        loop {
            let line_at = memchr::memrchr(b'\n', &before.as_bytes()[..end]).map_or(0, |break_at| break_at + 1);
            let line = &before[line_at..end];
            let blank = line.trim().is_empty();
            // A heading is no part of the sentence below it.
            if (blank || line.starts_with('#')) && end < before.len() {
                break;
            }
            let stop =
                [". ", "! ", "? ", "。"].iter().filter_map(|stop| line.rfind(stop).map(|at| at + stop.len())).max();
            start = line_at + stop.unwrap_or(0);
            if stop.is_some() || !blank && begins(line) || line_at == 0 {
                break;
            }
            end = line_at - 1;
        }
        let ends = |at: &usize| {
            let behind = &rest.as_bytes()[*at..];
            [&b". "[..], b".\n", b".\r\n", b"\n\n", b"\n\r\n", b"\n- ", b"\n* ", "。".as_bytes()]
                .iter()
                .any(|stop| behind.starts_with(stop))
        };
        let end = memchr::memchr3_iter(b'.', b'\n', 0xe3, rest.as_bytes()).find(ends).unwrap_or(rest.len());
        Self { start: at - before.len() + start, end: at + end }
    }

    /// Whether the words at bytes `from..to` of it speak of the card's own model, as it is now.
    pub(super) fn is_of_model(&self, card: &Card<'_>, from: usize, to: usize) -> bool {
        let text = card.source.text();
        let mut before = text[self.start..to.max(self.start)].to_lowercase().replace(['*', '_', '\r'], "");
        // Lines may be wrapped anywhere.
        before = before.replace('\n', " ");
        // "The chat template of this model" is no model.
        if of_part(&before) {
            return false;
        }
        let lead = &text[self.start..from.max(self.start)];
        let mut own = self.opens(card, from) || is_named(card, &lead.to_lowercase());
        for word in &words().said.own {
            if before.contains(word.as_str()) {
                // "This model was" speaks of no other one.
                (own, before) = (true, before.replace(word.as_str(), "\n"));
            }
        }
        let line = text[self.start..self.end].to_lowercase();
        // A copy in another number format has the card of the original, which speaks of that one's base.
        let copy = is_copy(card);
        if copy && !contains(&before, &words().formats.copying) {
            return false;
        }
        let aside = contains(&line, &words().scratch.line)
            || contains(&line, &words().said.aside)
            || quoted(&text[..self.start]);
        own && !contains(&before, &words().said.otherwise) && !aside && !is_of_others(card, self.start)
    }

    /// Whether the words before byte `at` begin with the model: "It was", "This model is", its name, or one of `further`.
    pub(super) fn begins_with_model(&self, card: &Card<'_>, at: usize, further: &[String]) -> bool {
        let lead = card.source.text()[self.start..at.max(self.start)].to_lowercase().replace(['*', '_'], "");
        let lead = lead.trim_start_matches(|c: char| !c.is_alphanumeric());
        // "This adapter for …" begins with the phrase.
        let whole = head(&card.source.text()[self.start..self.end], REACH).to_lowercase();
        let whole = whole.trim_start_matches(|c: char| !c.is_alphanumeric()).replace(['*', '_'], "");
        let begins = &mut words().scratch.begins.iter().chain(further);
        let own = begins.any(|word| whole.starts_with(word.as_str())) || lead.trim().is_empty();
        let few = lead.split_whitespace().count() <= FEW;
        few && (own || is_named(card, lead)) && !contains(lead, &words().scratch.otherwise) && !is_of_others(card, at)
    }

    /// Whether the sentence is a name for the model and no more: "An adapter for Llama 3", with a phrase from byte `at` on
    /// and what it names at `named`.
    /// `says`: words by which it says something.
    pub(super) fn is_brief(&self, card: &Card<'_>, at: usize, named: Span, says: &[String]) -> bool {
        let text = card.source.text();
        let lead = &text[self.start..at.max(self.start)];
        let rest = &text[named.end as usize..self.end.max(named.end as usize)];
        let verb = |word: &str| says.iter().any(|verb| verb.eq_ignore_ascii_case(word.trim_matches([',', '.', '*'])));
        let said = lead.split_whitespace().chain(rest.split_whitespace()).any(verb);
        lead.split_whitespace().count() <= BRIEF && self.opens(card, at) && !said
    }

    /// Whether the sentence begins a paragraph or a heading, with few words before byte `at` and none that says something
    /// of them: "A German fine-tune of …".
    fn opens(&self, card: &Card<'_>, at: usize) -> bool {
        let text = card.source.text();
        let lead = text[self.start..at.max(self.start)].trim_start_matches([' ', '\t', '\r', '\n', '*', '_', '#']);
        let opened = at - lead.len().min(at);
        let paragraph = || {
            let line = text::tail(&text[..opened], SENTENCE).rsplit('\n').next().map_or(0, str::len);
            opens(text, opened) || text[opened - line..].starts_with('#')
        };
        let lower = lead.to_lowercase();
        let mut words_of = lower.split_whitespace();
        words_of.clone().count() <= FEW
            && !lead.contains([':', '[', '(', '"', ','])
            && !words_of.any(|word| words().said.verbs.iter().any(|verb| verb == word))
            && paragraph()
    }
}

/// Whether the name of the repository marks its weights as a copy in another number format.
pub(super) fn is_copy(card: &Card<'_>) -> bool {
    place(card).1.is_some_and(|name| is_marked(&name.to_lowercase(), &words().formats.quantized))
}

/// What a text, in lower case, speaks of as being "of this model".
pub(crate) fn of_the_model(text: &str) -> impl Iterator<Item = &str> {
    ["of this model", "of the model", "of our model"].into_iter().filter_map(|words| {
        let (before, _) = text.rsplit_once(words)?;
        before.split_whitespace().next_back()
    })
}

/// Whether a text speaks of a part "of this model" that is not its weights.
fn of_part(before: &str) -> bool {
    before.contains("model card")
        || of_the_model(before).any(|noun| !self::words().said.whole.iter().any(|whole| whole == noun))
}

/// Words before a phrase that a heading or nominal sentence begins with.
const FEW: usize = 7;
/// Words before a phrase in a sentence that is a name for the model.
const BRIEF: usize = 2;

/// Whether the text says so little of a link to `repo`, in `gap` before it and right behind it, that the whole model is
/// meant: "…'s architecture", "the tokenizer of …" speak of a part.
pub(super) fn is_whole(gap: &str, text: &str, end: usize) -> bool {
    let split =
        |text: &str| text.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
    let next = head(&text[end..], REACH).split(['\n', '.', ',', ';']).next().unwrap_or_default();
    let next = split(next).into_iter().find(|word| word.len() > 1).unwrap_or_default();
    // Also of several.
    let part = |word: &String| {
        words().said.parts.iter().any(|part| part == word || word.strip_suffix('s') == Some(part.as_str()))
    };
    let further = |word: &String| part(word) || words().said.further.contains(word);
    !gap.contains(['\n', '.', ':']) && !split(gap).iter().any(further) && !part(&next)
}

/// Bytes of a name behind which another part of it may stand.
const LONG: usize = 12;

/// Whether a text, in lower case, speaks of the model by one of its names: not of another whose name begins so.
pub(crate) fn is_named(card: &Card<'_>, text: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/');
    names(card, place(card).1).iter().any(|name| {
        let name = name.rsplit('/').next().unwrap_or(name).to_lowercase();
        let first = name.split(|c: char| !c.is_alphanumeric()).find(|word| word.len() > 2).unwrap_or_default();
        [name.as_str(), first].into_iter().filter(|own| !own.is_empty()).any(|own| {
            // A version may stand behind a long name.
            let long = own.contains('-') && own.len() > LONG;
            let free = |at: usize| {
                let rest = &text[at + own.len()..];
                // "ebbe.cpp" is a program.
                let file = rest.strip_prefix('.').is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
                !text[..at].ends_with(goes_on) && (long || !rest.starts_with(goes_on) && !file)
            };
            text.match_indices(own).any(|(at, _)| free(at))
        })
    })
}

/// Whether what follows a text stands in a quotation that its last line opens.
fn quoted(before: &str) -> bool {
    let before = text::tail(before, SENTENCE);
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    before[line..].matches('"').count() % 2 == 1
}

/// Whether a byte stands under a heading of other models than the card's own.
pub(super) fn is_of_others(card: &Card<'_>, at: usize) -> bool {
    let heading = card.outline.heading_at(at);
    heading.is_some_and(|heading| heading.level > 1 && contains(&heading.text.to_lowercase(), &words().said.others))
        || is_copied(card, at)
}

/// Headings before a byte that are looked at: more than a card has, and few enough for a hostile one to cost nothing.
const HEADINGS: usize = 100;

/// Whether a byte stands behind a heading that introduces the card of the original, from which on that one speaks.
fn is_copied(card: &Card<'_>, at: usize) -> bool {
    let headings = &card.outline.headings;
    let before = headings.partition_point(|heading| heading.span.start as usize <= at);
    let introduces = |text: &str| {
        let text = text.to_lowercase();
        words().said.copied.iter().all(|word| text.contains(word.as_str()))
    };
    headings[..before].iter().rev().take(HEADINGS).any(|heading| introduces(&heading.text))
}

/// Whether a paragraph begins at a byte: behind an empty line or a heading, no item of a list.
pub(super) fn opens(text: &str, at: usize) -> bool {
    let before = text::tail(&text[..at], SENTENCE);
    let Some(line) = before.rfind('\n').map(|end| at - before.len() + end + 1).or((before.len() == at).then_some(0))
    else {
        return false;
    };
    let above = text[..line].trim_end_matches(['\n', '\r', ' ']);
    let titled =
        |line: &str| line.starts_with('#') || ["</h1>", "</h2>", "</h3>"].iter().any(|end| line.ends_with(end));
    let heading = || text::tail(above, SENTENCE).rsplit('\n').next().is_some_and(titled);
    let apart = || text[above.len()..line].matches('\n').count() > 1 || heading();
    text[line..at].trim_matches(['*', '_', ' ']).is_empty() && apart()
}
