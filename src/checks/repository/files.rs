//! Files that are broken, missing or dangerous.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::data::data;
use super::title_span;
use crate::card::Card;
use crate::checks::{Context, Sink};
use crate::repository::{self, Files, pointer};
use crate::rule::{Fix, Severity};
use crate::text::any::AnyOf;
use crate::text::{Span, head, safe, suggest, tail};

pub(super) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (card, repository) = (ctx.card, ctx.repository);
    for fault in &repository.faults {
        let message = format!("{} {}", safe::quoted(&fault.file), safe::excerpt(&fault.message, 200));
        sink.add("repository-file-broken", title_span(card), message, |f| {
            f.help("Upload the file again, or remove it").anchor(format!("/files/{}", fault.file))
        });
    }
    for (index, missing) in &repository.missing {
        let first = safe::quoted(&missing[0]);
        let more = if missing.len() > 1 { format!(" and {} more files", missing.len() - 1) } else { String::new() };
        let message =
            format!("{} names {first}{more} with weights, which are not in the repository", safe::quoted(index));
        sink.add("weights-incomplete", title_span(card), message, |f| {
            f.help("Upload the missing files, or the index that belongs to those that are there")
                .anchor(format!("/files/{index}"))
        });
    }
    pickles(ctx, sink);
    remote_code(ctx, sink);
    untracked(ctx, sink);
    if sink.wants("link-broken") {
        links(ctx, sink);
    }
}

/// Weights in pickles only, and no word of it.
fn pickles(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (card, names, table) = (ctx.card, &ctx.repository.names, data());
    let Some(source) = ctx.source.filter(|source| source.is_complete() && sink.wants("pickle-weights")) else { return };
    let weights = |name: &&String| {
        table.pickles.iter().any(|pickle| pickle.is(name))
            && !table.no_weights.iter().any(|word| name.to_lowercase().contains(word.as_str()))
    };
    let Some(pickle) = names.iter().find(weights) else { return };
    let safe = |name: &String| table.safe_formats.iter().any(|format| repository::is(name, format));
    // Pipelines and exports have their weights one folder down.
    let below =
        || names.iter().filter(|name| !name.contains('.')).take(MAX_FOLDERS).flat_map(|name| source.names(name));
    let body = card.shown().to_lowercase();
    if body.contains("pickle")
        || body.contains("safetensors")
        || names.iter().any(safe)
        || below().any(|name| safe(&name))
    {
        return;
    }
    let message =
        format!("The weights come as {} only, a pickle, which can run code when it is loaded", safe::quoted(pickle));
    sink.add("pickle-weights", title_span(card), message, |f| {
        f.help("Publish them as safetensors too (`save_pretrained(…, safe_serialization=True)`), or say that users must trust the file")
            .anchor("/files/pickle")
    });
}

/// Folders of a repository that are looked into.
const MAX_FOLDERS: usize = 50;

/// Largest file that the Hub takes from Git without LFS, in bytes.
/// Source: <https://huggingface.co/docs/hub/repositories-getting-started>
const MAX_PLAIN: u64 = 10 << 20;

/// Files that are too large for Git, and that `.gitattributes` does not give to Git LFS.
fn untracked(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (names, Some(patterns), Some(source)) = (&ctx.repository.names, &ctx.repository.lfs, ctx.source) else {
        return;
    };
    // What is on the Hub already has been taken.
    if !sink.wants("lfs-untracked") || !source.is_complete() {
        return;
    }
    let large = |name: &&String| source.size(name).is_some_and(|size| size > MAX_PLAIN);
    let covered = |name: &String| patterns.iter().any(|pattern| pointer::covers(pattern, name));
    let Some(name) = names.iter().filter(|name| !covered(name)).find(large) else { return };
    let message = format!(
        "{} has more than 10 MiB, and .gitattributes does not give it to Git LFS: the Hub refuses a push of it",
        safe::quoted(name)
    );
    sink.add("lfs-untracked", title_span(ctx.card), message, |f| {
        f.help("Run `git lfs track` for it before you commit, or upload it with `hf upload`").anchor("/files/lfs")
    });
}

/// Code is run when the model is loaded, and the card does not say so.
fn remote_code(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (card, repository) = (ctx.card, ctx.repository);
    let Some((file, from)) = repository.remote_code() else { return };
    let library = card.field_text("library_name").unwrap_or("transformers");
    let body = card.shown();
    // What other programs load runs no code, and neither do classes that transformers has itself.
    let foreign = repository.gguf.is_some() && repository.weights.is_none();
    let native = repository.model_type().is_some_and(|kind| data().native_types.iter().any(|known| known == kind));
    if !matches!(library, "transformers" | "sentence-transformers")
        || foreign
        || native
        || body.contains("trust_remote_code")
    {
        return;
    }
    let code = match &from {
        Some(from) => format!("code of {}", safe::quoted(from)),
        None => "code of the repository".to_owned(),
    };
    let message = format!("{file} has an `auto_map`, so that loading it runs {code}, and the card does not say so");
    sink.add("remote-code-unmentioned", title_span(card), message, |f| {
        f.help("Show `trust_remote_code=True` in the code that loads the model, and say what that code does")
            .anchor("/files/auto_map")
    });
}

/// Links that lead nowhere by their form, and links to files that are not there.
fn links(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    // A card alone is a copy without its files.
    let there = card.has_model_files() || card.has_dataset_files();
    let source = ctx.source.filter(|source| there && source.is_complete());
    let mut folders = Folders::new();
    let outline = &card.outline;
    let text = card.source.text();
    for (is_image, link) in
        outline.links.iter().map(|link| (false, link)).chain(outline.images.iter().map(|image| (true, image)))
    {
        // `<jane@example.org>` is an address, and `$h[t](x)$` a formula.
        let start = link.span.start as usize;
        let formula = text[..start].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '$' | '}' | ')' | '^'));
        if text[start..].starts_with('<') || (formula && !is_image) {
            continue;
        }
        // "- [ ]() to do" is a box.
        let blank = || text[start..].strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with(']'));
        if link.target.is_empty() && blank() {
            continue;
        }
        one(source, &mut folders, &link.target, link.span, is_image, sink);
    }
    for (span, target) in html_images(card) {
        one(source, &mut folders, target, span, true, sink);
    }
    for (text, blank, whole) in apart(card) {
        let message = format!("A blank stands between {} and its address, so that it is no link", safe::quoted(text));
        sink.add("link-broken", whole, message, |f| {
            f.help("Take the blank out").anchor(format!("/links/{text}")).at_most(Severity::Warning).fix(Fix::safe(
                "take the blank out",
                blank,
                "",
            ))
        });
    }
}

/// `[paper] (https://…)`: the text, the blank, and all of it.
fn apart<'c>(card: &'c Card<'_>) -> impl Iterator<Item = (&'c str, Span, Span)> {
    let text = card.source.text();
    let body = card.front.body_start();
    memchr::memmem::find_iter(&text.as_bytes()[body..], "] (http").take(MAX_LISTED).filter_map(move |at| {
        let close = body + at;
        let line = tail(&text[body..close], MARKS).rsplit('\n').next()?;
        let (before, inner) = line.rsplit_once('[')?;
        let end = close + text[close..].find([')', '\n'])?;
        // "- [x] (https://…)" is a box, `[1] (…)` a number, and what a bracket or a backquote opens is no text of a link.
        let named = inner.trim().len() > 1
            // `[INST]` is a token, "FLUX.1 [dev]" a name.
            && inner.contains(char::is_lowercase)
            && inner != "dev"
            && !inner.contains([']', '`'])
            && !inner.starts_with('^');
        // A definition elsewhere may make it one all the same.
        let links = &card.outline.links;
        let linked = links.binary_search_by_key(&(close - inner.len() - 1), |link| link.span.start as usize).is_ok();
        let code = before.matches('`').count() % 2 == 1 || before.ends_with(['!', '\\', ']']);
        let whole = text[close..end].starts_with("] (http")
            && text.as_bytes()[end] == b')'
            && !text[close + 3..end].contains(' ');
        (named && !linked && !code && whole && !card.outline.hides(close)).then(|| {
            let start = close - inner.len() - 1;
            (inner, Span::new(close + 1, close + 2), Span::new(start, end + 1))
        })
    })
}

/// One link or image.
fn one(
    source: Option<&dyn Files>,
    folders: &mut Folders,
    target: &str,
    span: Span,
    is_image: bool,
    sink: &mut Sink<'_>,
) {
    let what = if is_image { "image" } else { "link" };
    let there = || source.is_some_and(|source| source.size(target).is_some());
    match (fault(target.trim(), is_image).filter(|_| target.is_empty() || !there()), source) {
        (Some((fault, help, severity)), _) => {
            let message = if target.is_empty() {
                format!("The address of the {what} is empty")
            } else {
                format!("The {what} leads to {}, {fault}", safe::quoted(target))
            };
            sink.add("link-broken", span, message, |f| {
                f.help(help).anchor(format!("/links/{target}")).at_most(severity)
            });
        }
        (None, Some(source)) => broken(source, folders, target, span, is_image, sink),
        (None, None) => {}
    }
}

/// Bytes of a scheme that may be a slip for `https:`.
const SCHEME: usize = 9;

/// What is wrong with an address wherever it stands: in words, with what helps, and how bad.
fn fault(target: &str, is_image: bool) -> Option<(&'static str, &'static str, Severity)> {
    let drive = |bytes: &[u8]| matches!(bytes, [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let mail = || {
        let plain = |part: &str| {
            part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+'))
        };
        // `weights@fp16.safetensors` is a file.
        let top = |host: &str| {
            let end = host.rsplit_once('.').map_or("", |(_, end)| end);
            (2..=10).contains(&end.len())
                && end.bytes().all(|byte| byte.is_ascii_alphabetic())
                && !data().file_endings.iter().any(|file| file == end)
        };
        let parts = target.split_once('@').filter(|_| !is_image);
        parts.is_some_and(|(name, host)| !name.is_empty() && plain(name) && plain(host) && top(host))
    };
    let page = || {
        let rest = target.split_once("://").map_or("", |(_, rest)| rest);
        let host = ["github.com/", "huggingface.co/", "hf.co/"].iter().any(|host| rest.starts_with(host));
        host && rest.contains("/blob/") && !rest.contains("raw=")
    };
    if target.is_empty() {
        let help = if is_image {
            "Write the address of the picture, or remove it"
        } else {
            "Write the address, or leave the text without a link"
        };
        return Some(("", help, Severity::Note));
    }
    if drive(target.as_bytes()) || data().own_machines.iter().any(|start| target.starts_with(start.as_str())) {
        return Some((
            "a place on somebody's own machine",
            "Put the file into the repository and link to it there",
            Severity::Warning,
        ));
    }
    let slip = || {
        let scheme = target.split_once("//").map_or("", |(scheme, _)| scheme).to_lowercase();
        let near = |known: &str| suggest::distance(&scheme, known) == 1;
        scheme.len() < SCHEME
            && scheme.starts_with('h')
            && !matches!(scheme.as_str(), "http:" | "https:")
            && (near("http:") || near("https:"))
    };
    if slip() {
        return Some(("whose scheme is misspelt", "Write `https://`", Severity::Warning));
    }
    if mail() {
        return Some(("which is read as a file of the repository", "Write `mailto:` before it", Severity::Warning));
    }
    if is_image && page() {
        return Some((
            "which is a page about the picture",
            "Write `/resolve/` (on the Hub) or `/raw/` (on GitHub) for `/blob/`",
            Severity::Warning,
        ));
    }
    None
}

/// The names in folders that were listed already.
type Folders = HashMap<String, Vec<String>>;

/// One link or image, if it leads nowhere.
fn broken(source: &dyn Files, folders: &mut Folders, target: &str, span: Span, is_image: bool, sink: &mut Sink<'_>) {
    let Some(path) = inside(target) else {
        let path = target.split(['#', '?']).next().unwrap_or_default().trim();
        if path.starts_with("../") && !path.contains(['{', '<', '$', '\\']) {
            let what = if is_image { "image" } else { "link" };
            let message = format!("The {what} leads to {}, which is above the repository", safe::quoted(target));
            let severity = if is_image { Severity::Warning } else { Severity::Note };
            sink.add("link-broken", span, message, |f| {
                f.help("Write the path from the card, or the whole address")
                    .anchor(format!("/links/{path}"))
                    .at_most(severity)
            });
        }
        return;
    };
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    if folders.len() >= MAX_LISTED && !folders.contains_key(folder) {
        return;
    }
    let names = folders.entry(folder.to_owned()).or_insert_with(|| source.names(folder));
    if names.iter().any(|there| there == name) {
        return;
    }
    let host = path.contains('/') && path.split('/').next().is_some_and(|first| first.contains('.'));
    let near = names.iter().find(|there| there.eq_ignore_ascii_case(name));
    let help = match near {
        Some(near) => {
            let near = if folder.is_empty() { near.clone() } else { format!("{folder}/{near}") };
            format!("Write {}: names on the Hub have one spelling", safe::quoted(&near))
        }
        None if target.starts_with(['"', '\'']) => "Take the quotes off the address".to_owned(),
        None if path.contains('@') && !path.contains('/') => "Write `mailto:` before it".to_owned(),
        None if host => "Write `https://` before it, if it is an address".to_owned(),
        None => "Add the file, or correct the path".to_owned(),
    };
    let what = if is_image { "image" } else { "link" };
    let message = format!("The {what} leads to {}, which is not in the repository", safe::quoted(target));
    let severity = if is_image || host { Severity::Warning } else { Severity::Note };
    sink.add("link-broken", span, message, |f| f.help(help).anchor(format!("/links/{path}")).at_most(severity));
}

/// Folders that links are looked for in, and images in HTML that are looked at: more than any card has, and few enough
/// for a hostile one to cost nothing.
const MAX_LISTED: usize = 1_000;

/// Bytes before a tag in which a line opens the backquotes that it stands in.
const MARKS: usize = 500;

/// Bytes of a tag that are looked at.
const TAG: usize = 2_000;

/// Images in HTML, outside of code and comments, each with its address.
fn html_images<'c>(card: &'c Card<'_>) -> Vec<(Span, &'c str)> {
    static OPENS: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::new(["<img", "<IMG"]));
    let text = card.source.text();
    let body = card.front.body_start();
    let mut found = Vec::new();
    for at in OPENS.find_iter(&text.as_bytes()[body..]).take(MAX_LISTED).map(|hit| body + hit.start()) {
        // What stands in backquotes, or behind a backslash, shows how something is written.
        let before = tail(&text[..at], MARKS);
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        if before[line..].matches('`').count() % 2 == 1 || before.ends_with('\\') || card.outline.hides(at) {
            continue;
        }
        let tag = head(&text[at..], TAG);
        if let Some((source, length)) = source_of(tag) {
            found.push((Span::new(at, at + length), source));
        }
    }
    found
}

/// The `src` of the tag that a text begins with, and how long the tag is.
fn source_of(text: &str) -> Option<(&str, usize)> {
    let mut rest = &text["<img".len()..];
    if !rest.starts_with(|c: char| c.is_ascii_whitespace()) {
        return None;
    }
    let mut source = None;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.starts_with('>') {
            return source.map(|source| (source, text.len() - rest.len() + 1));
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/'))?;
        let name = &rest[..end];
        rest = rest[end..].trim_start();
        let Some(value) = rest.strip_prefix('=').map(str::trim_start) else { continue };
        let (value, behind) = match value.as_bytes().first()? {
            quote @ (b'"' | b'\'') => value[1..].split_once(char::from(*quote))?,
            _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace() || c == '>')?),
        };
        if name.eq_ignore_ascii_case("src") {
            source = source.or(Some(value));
        }
        rest = behind;
    }
}

/// The path in the repository that a target means; `None` for what is elsewhere.
fn inside(target: &str) -> Option<String> {
    let path = target.split(['#', '?']).next()?.trim();
    let scheme = path.find(':').is_some_and(|at| {
        path[..at].bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    });
    if path.is_empty() || scheme || path.starts_with(['/', '\\', '~']) || path.contains(['{', '<', '$', '\\']) {
        return None;
    }
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            part => parts.push(decoded(part)?),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// A part of a path without percent signs; `None` when what they stand for is no part of one.
fn decoded(part: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::new(), part.as_bytes());
    while let [first, tail @ ..] = rest {
        let code = (*first == b'%').then(|| tail.get(..2)).flatten();
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.contains(['/', '\\', '\0']) && text != "..").then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{inside, source_of};

    #[test]
    fn the_source_of_a_tag_is_that_attribute() {
        let source = |tag| source_of(tag).map(|(source, _)| source);
        assert_eq!(source("<img src=\"a.png\">"), Some("a.png"));
        assert_eq!(source("<IMG\n alt='a > b' SRC=a.png width=3/> b"), Some("a.png"));
        assert_eq!(source("<img data-src=\"n.png\" src = 'a.png' />"), Some("a.png"));
        assert_eq!(source_of("<img src='a' >x"), Some(("a", "<img src='a' >".len())));
        for none in ["<img>", "<imgs src='a'>", "<img src='a", "<img src=", "<img alt", "<img data-src='a'>"] {
            assert_eq!(source(none), None, "{none}");
        }
    }

    #[test]
    fn only_paths_below_the_card_are_inside() {
        assert_eq!(inside("./images/a%20b.png#x").as_deref(), Some("images/a b.png"));
        assert_eq!(inside("LICENSE?raw=true").as_deref(), Some("LICENSE"));
        for elsewhere in [
            "https://a.example/b",
            "mailto:a@b",
            "#top",
            "/a/b",
            "../a",
            "a/%2e%2e/b",
            "%2Fetc",
            "",
            "data:image/png;base64,x",
        ] {
            assert_eq!(inside(elsewhere), None, "{elsewhere}");
        }
    }
}
