//! Code of the card that loads another model.

use std::sync::LazyLock;

use super::data::data;
use super::lineage;
use crate::card::Card;
use crate::checks::{Context, Sink};
use crate::facts::{descent, place};
use crate::text::any::AnyOf;
use crate::text::{Span, safe, suggest};
use crate::vocab::repo_id;

pub(super) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    if !sink.wants("code-loads-other-model") {
        return;
    }
    let card = ctx.card;
    let (owner, Some(own)) = place(card) else { return };
    let text = card.source.text();
    let named: Vec<_> = (card.outline.code.iter())
        .map(|block| (block, ids(text, block.span).into_iter().take(MAX_IDS).collect::<Vec<_>>()))
        .collect();
    let mut loaded: Vec<(Span, &str)> = Vec::new();
    for (block, ids) in &named {
        let loads = |(span, _): &&(Span, &str)| loads(&text[block.span.start as usize..span.start as usize]);
        loaded.extend(ids.iter().filter(loads));
    }
    // Most cards load nothing, or this model.
    if loaded.is_empty() {
        return;
    }
    let own_folded = suggest::fold(own);
    // A model that was renamed keeps its name in the title.
    let titled = descent::names(card, None);
    let mut owned = false;
    for (block, ids) in named {
        for (_, id) in ids {
            let name = id.rsplit('/').next().unwrap_or(id);
            // A copy of it, or the model that it was made from.
            if same(name, own)
                || titled.iter().any(|title| same(title, name))
                || own_folded.starts_with(&*suggest::fold(name))
            {
                return;
            }
            owned |= owner.is_some_and(|owner| id.split('/').next().is_some_and(|other| same(owner, other)));
        }
        // The name without its owner: a path of this machine, a variable, a file; or a file of this repository.
        let code = &text[block.span.range()];
        let here = ["\".\"", "'.'", "\"./", "'./"].iter().any(|path| code.contains(path));
        let holds = |name: &String| name.contains('.') && code.contains(name.as_str());
        if here || names(code, &own_folded) || ctx.repository.names.iter().take(MAX_IDS).any(holds) {
            return;
        }
    }
    let known = lineage::known(card);
    let Some(&(span, id)) = loaded.first() else { return };
    if !(owned || is_named(card, owner, own)) {
        return;
    }
    // One that the model was made from is loaded before it, or instead of it in copied cards.
    if loaded.iter().any(|(_, id)| known.contains(&id.to_lowercase())) {
        return;
    }
    let message =
        format!("The example loads {}; no example loads {}, this card's model", safe::quoted(id), safe::quoted(own));
    sink.add("code-loads-other-model", span, message, |f| {
        f.help("Load this model in the example").anchor("/code/model")
    });
}

/// True when the card too has the name of the folder, which could be any folder.
fn is_named(card: &Card<'_>, owner: Option<&str>, folder: &str) -> bool {
    let body = card.source.text();
    descent::names(card, None).iter().any(|name| same(name.rsplit('/').next().unwrap_or(name), folder))
        || owner.is_some_and(|owner| body.contains(&format!("{owner}/{folder}")))
}

/// True when code has a folded name, whatever its case and separators, and not as a part of another one.
fn names(code: &str, folded: &str) -> bool {
    if !folded.is_ascii() {
        return suggest::fold(code).contains(folded);
    }
    let fold = |byte: u8| if matches!(byte, b' ' | b'_') { b'-' } else { byte.to_ascii_lowercase() };
    let goes_on =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let code = code.as_bytes();
    let Some(first) = folded.bytes().next() else { return true };
    // Three bytes are folded to a dash.
    let other = if first == b'-' { b' ' } else { first.to_ascii_uppercase() };
    let third = if first == b'-' { b'_' } else { first };
    memchr::memchr3_iter(first, other, third, code).any(|at| {
        let Some(held) = code.get(at..at + folded.len()) else { return false };
        let same = held.iter().zip(folded.as_bytes()).all(|(byte, other)| fold(*byte) == *other);
        same && !goes_on(code.get(at + held.len()))
    })
}

/// The same name, whatever its case and separators.
fn same(one: &str, other: &str) -> bool {
    let bare = |name: &str| suggest::fold(name).replace(['-', '.'], "");
    bare(one) == bare(other)
}

/// Bytes before a name in which the call must begin.
const REACH: usize = 300;
/// Names looked at: of repositories in a block of code, of files beside the card.
const MAX_IDS: usize = 200;

/// True when the last call before a place loads a model.
fn loads(before: &str) -> bool {
    static CALLS: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::new(&data().loads));
    let mut from = before.len().saturating_sub(REACH);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    let before = &before[from..];
    let from = before.rfind('\n').map_or(0, |at| at + 1);
    // The name may stand on the line behind the call.
    let from = before[..from.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
    let near = &before[from..];
    let Some(call) = CALLS.find_iter(near.as_bytes()).last() else { return false };
    let class = near[..call.start()].rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
    !near[call.end()..].contains(')') && !data().no_models.iter().any(|helper| class.contains(helper.as_str()))
}

/// Quoted `owner/name`s in a block of code.
fn ids(text: &str, block: Span) -> Vec<(Span, &str)> {
    let mut found = Vec::new();
    let code = &text[block.range()];
    let mut end = 0;
    for slash in memchr::memchr_iter(b'/', code.as_bytes()) {
        // Each line once.
        if slash < end {
            continue;
        }
        let start = memchr::memrchr(b'\n', &code.as_bytes()[end..slash]).map_or(end, |feed| end + feed + 1);
        end = memchr::memchr(b'\n', &code.as_bytes()[slash..]).map_or(code.len(), |feed| slash + feed + 1);
        let line = &code[start..end];
        for quote in ['"', '\''] {
            let mut from = 0;
            for part in line.split(quote) {
                let inside = from > 0;
                if inside && part.matches('/').count() == 1 && repo_id::fault(part).is_none() && !is_file(part) {
                    let at = block.start as usize + start + from;
                    found.push((Span::new(at, at + part.len()), part));
                }
                from += part.len() + 1;
            }
        }
    }
    found.sort_by_key(|(span, _)| span.start);
    found
}

fn is_file(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    [
        "png",
        "jpg",
        "jpeg",
        "wav",
        "mp3",
        "mp4",
        "json",
        "txt",
        "csv",
        "py",
        "pt",
        "bin",
        "yaml",
        "yml",
        "gguf",
        "pdf",
        "safetensors",
        "onnx",
    ]
    .contains(&extension)
}
