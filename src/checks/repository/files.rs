//! Files that are broken, missing or dangerous.

use super::data::data;
use super::title_span;
use crate::checks::{Context, Sink};
use crate::repository::Files;
use crate::rule::Severity;
use crate::text::safe;

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
    if sink.wants("link-broken") {
        links(ctx, sink);
    }
}

/// Weights in pickles only, and no word of it.
fn pickles(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (card, names) = (ctx.card, &ctx.repository.names);
    let table = data();
    let Some(pickle) = names.iter().find(|name| table.pickles.iter().any(|pickle| pickle.is(name))) else { return };
    let safe = table.safe_formats.iter().any(|format| ctx.repository.ending(format).next().is_some());
    let body = card.source.text()[card.front.body_start()..].to_lowercase();
    if safe || !ctx.source.is_some_and(Files::is_complete) || body.contains("pickle") || body.contains("safetensors") {
        return;
    }
    let message =
        format!("The weights come as {} only, a pickle, which can run code when it is loaded", safe::quoted(pickle));
    sink.add("pickle-weights", title_span(card), message, |f| {
        f.help("Publish them as safetensors too (`save_pretrained(…, safe_serialization=True)`), or say that users must trust the file")
            .anchor("/files/pickle")
    });
}

/// Code of the repository is run, and the card does not say so.
fn remote_code(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (card, Some(file)) = (ctx.card, ctx.repository.remote_code()) else { return };
    let library = card.field_text("library_name").unwrap_or("transformers");
    let body = &card.source.text()[card.front.body_start()..];
    if library != "transformers" || body.contains("trust_remote_code") {
        return;
    }
    let message = format!(
        "{file} has an `auto_map`, so that loading it runs code of the repository, and the card does not say so"
    );
    sink.add("remote-code-unmentioned", title_span(card), message, |f| {
        f.help("Show `trust_remote_code=True` in the code that loads the model, and say what that code does")
            .anchor("/files/auto_map")
    });
}

/// Links to files that are not there.
fn links(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (card, Some(source)) = (ctx.card, ctx.source) else { return };
    // A card alone is a copy without its files.
    if !card.has_model_files() || !source.is_complete() {
        return;
    }
    let outline = &card.outline;
    for (what, link) in
        outline.links.iter().map(|link| ("link", link)).chain(outline.images.iter().map(|image| ("image", image)))
    {
        let Some(path) = inside(&link.target) else { continue };
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let names = source.names(folder);
        if names.iter().any(|there| there == name) {
            continue;
        }
        let host = path.split('/').next().is_some_and(|first| first.contains('.') && path.contains('/'));
        let near = names.iter().find(|there| there.eq_ignore_ascii_case(name));
        let help = match near {
            Some(near) => format!("Write {}: names on the Hub have one spelling", safe::quoted(near)),
            None if host => "Write `https://` before it, if it is an address".to_owned(),
            None => "Add the file, or correct the path".to_owned(),
        };
        let message = format!("The {what} leads to {}, which is not in the repository", safe::quoted(&path));
        let severity = if what == "image" { Severity::Warning } else { Severity::Note };
        sink.add("link-broken", link.span, message, |f| {
            f.help(help).anchor(format!("/links/{path}")).at_most(if host { Severity::Warning } else { severity })
        });
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
    use super::inside;

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
