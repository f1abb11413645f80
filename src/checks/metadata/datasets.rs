//! `dataset-configs`, where a schema cannot tell: one default, split names without dashes.

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::text::safe;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let (Some((document, _)), Some((_, configs)), Kind::Dataset) = (card.mapping(), card.field("configs"), card.kind)
    else {
        return;
    };
    let mut default = None;
    for (at, &config) in document.items(configs).unwrap_or_default().iter().enumerate() {
        if let Some((key, value)) = document.get(config, "default")
            && document.text(value) == Some("true")
        {
            match default {
                None => default = Some(key),
                Some(first) => sink.add(
                    "dataset-configs",
                    document.node(key).span,
                    "Two configurations are marked as the default",
                    |f| {
                        f.help("Keep `default: true` on one of them")
                            .related(document.node(first).span, "the first default")
                            .anchor(format!("/configs/{at}/default"))
                    },
                ),
            }
        }
        let files = document.get(config, "data_files").and_then(|(_, files)| document.items(files)).unwrap_or_default();
        for &file in files {
            let Some((_, split)) = document.get(file, "split") else { continue };
            let Some(name) = document.text(split).filter(|name| name.contains('-')) else { continue };
            let message = format!("The split name {} holds a dash, which `datasets` refuses", safe::quoted(name));
            sink.add("dataset-configs", document.node(split).span, message, |f| {
                f.help("Use underscores").anchor(format!("/configs/{at}/{name}"))
            });
        }
    }
}
