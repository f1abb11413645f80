//! Library, task and languages, against the configuration.

use super::data::{Script, data};
use super::field_span;
use crate::checks::{Context, Sink};
use crate::text::safe;
use crate::vocab;

pub(super) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    library(ctx, sink);
    task(ctx, sink);
    languages(ctx, sink);
}

fn library(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (card, names) = (ctx.card, &ctx.repository.names);
    let Some(declared) = card.field_text("library_name") else { return };
    let there = |file: &str| names.contains(file);
    let found = vocab::libraries().files.iter().find(|library| {
        there(&library.file)
            && !library.unless.iter().any(|file| there(file))
            && library.cannot.iter().any(|name| name == declared)
    });
    let Some(found) = found else { return };
    let message =
        format!("`library_name` is {}, but {} belongs to `{}`", safe::quoted(declared), found.file, found.loads);
    sink.add("library-differs", field_span(card, "library_name"), message, |f| {
        f.help(format!("Write `library_name: {}`", found.loads)).anchor("/library_name/files")
    });
}

fn task(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let Some(declared) = card.field_text("pipeline_tag").filter(|tag| vocab::tasks().find(tag).is_some()) else {
        return;
    };
    let classes = ctx.repository.architectures();
    let [class] = classes.as_slice() else { return };
    let Some(head) = data().heads.iter().find(|head| class.ends_with(&head.ends)) else { return };
    if head.tasks.iter().any(|task| task == declared) {
        return;
    }
    let message = format!("`pipeline_tag` is `{declared}`, but config.json has {}", safe::quoted(class));
    sink.add("task-differs", field_span(card, "pipeline_tag"), message, |f| {
        f.help(format!("Such a model serves `{}`", head.tasks[0])).anchor("/pipeline_tag/files")
    });
}

/// Languages whose letters the vocabulary does not have.
fn languages(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let Some(vocabulary) = &ctx.repository.vocabulary else { return };
    // A WordPiece vocabulary cannot write what it does not hold; others fall back to bytes.
    if !vocabulary.lines().any(|token| token == "[UNK]") || ctx.repository.names.contains("merges.txt") {
        return;
    }
    let Some((document, _)) = card.mapping() else { return };
    for item in card.field_items("language") {
        let Some(code) = document.text(item) else { continue };
        let writes = |script: &&Script| script.languages.iter().any(|known| known == code);
        let scripts: Vec<&Script> = data().scripts.iter().filter(writes).collect();
        let Some(script) = scripts.first() else { continue };
        let holds = |c: char| scripts.iter().any(|script| (script.from..=script.to).contains(&u32::from(c)));
        if vocabulary.chars().any(holds) {
            continue;
        }
        let message = format!(
            "`language` names `{code}`, but vocab.txt has no {} letter, so that the model reads none of its words",
            script.name
        );
        sink.add("language-unwritable", document.node(item).span, message, |f| {
            f.help("Remove the language, or add the vocabulary that belongs to the model")
                .anchor(format!("/language/{code}"))
        });
    }
}
