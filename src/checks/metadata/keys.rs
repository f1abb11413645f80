//! Rules on the keys of front matter.

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::rule::{Effect, Fix, Severity};
use crate::text::safe;
use crate::vocab;
use crate::yaml::resolve::{self, Scalar};
use crate::yaml::{self, Style};

/// Top-level keys that are compared with the known ones; only a hostile card has more.
pub(super) const MAX_KEYS: usize = 2_000;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some((document, root)) = ctx.card.mapping() else { return };
    if ctx.card.kind == Kind::Other {
        return;
    }
    let dataset = ctx.card.kind == Kind::Dataset;
    let fields = vocab::fields();
    for &(key, value) in document.pairs(root).iter().take(MAX_KEYS) {
        let node = document.node(key);
        let yaml::Kind::Scalar { value: name, style } = &node.kind else { continue };
        let name = name.as_ref();
        if *style == Style::Plain && node.tag.is_none() {
            let typed = resolve::yaml11(name);
            if !matches!(typed, Scalar::Text | Scalar::Merge | Scalar::DefaultValue | Scalar::Fails(_)) {
                let message = format!(
                    "The key {} is {} to huggingface_hub, which then cannot load the card",
                    safe::quoted(name),
                    typed.type_name()
                );
                sink.add("key-not-string", node.span, message, |f| {
                    f.help("Put the key in quotes, or rename it").anchor(format!("/{name}"))
                });
                continue;
            }
        }
        if let Some(reserved) = fields.reserved.iter().find(|reserved| reserved.name == name) {
            let message = format!("The key {} cannot be used: {}", safe::quoted(name), reserved.note);
            sink.add("key-reserved", node.span, message, |f| f.help("Rename the key").anchor(format!("/{name}")));
            continue;
        }
        let kind = ctx.card.kind.as_str();
        if let Some(old) = fields.deprecated.iter().find(|old| old.name == name && old.kinds.iter().any(|k| k == kind))
        {
            let message = format!("The key {} is out of use: {}", safe::quoted(name), old.note);
            sink.add("key-deprecated", node.span, message, |f| {
                let f = f.anchor(format!("/{name}"));
                let f = if old.refused { f.readers(&[Effect::HubRefuses]) } else { f.at_most(Severity::Warning) };
                match &old.instead {
                    Some(new) if document.get(root, new).is_none() => {
                        let help = match super::schema::fault(document, ctx.card.kind, new, value) {
                            Some(fault) => format!("Use `{new}` and fix what that exposes: {fault}"),
                            None => format!("Use `{new}`"),
                        };
                        f.help(help).fix(Fix::unsafe_(format!("rename it to `{new}`"), node.span, new.clone()))
                    }
                    Some(new) => f.help(format!("Use `{new}`, which the card has, and remove this key")),
                    None => f.help(old.help.as_deref().unwrap_or("Remove the key")),
                }
            });
            continue;
        }
        // A Space's keys, keys of the other kind and private keys are accepted and mean no harm.
        let known = fields.is_known(name) || fields.is_common(name) || fields.is_space(name);
        if known {
            continue;
        }
        let Some(meant) = fields.meant(name, dataset) else { continue };
        let slip = vocab::is_slip(name, meant);
        let taken = document.get(root, meant).is_some();
        // With the right key there as well, a key of another name is likely private.
        if taken && !slip {
            continue;
        }
        let message = format!("The Hub does not recognise the key {}; did you mean `{meant}`?", safe::quoted(name));
        sink.add("key-unknown", node.span, message, |f| {
            let f = f.anchor(format!("/{name}"));
            if taken {
                return f
                    .at_most(Severity::Note)
                    .help(format!("The card has `{meant}` too: remove {}", safe::quoted(name)));
            }
            // Under a name that nobody reads, a value need not be in order.
            if let Some(fault) = super::schema::fault(document, ctx.card.kind, meant, value) {
                return f.help(format!("Rename the key to `{meant}` and fix what that exposes: {fault}"));
            }
            let rename = Fix::safe(format!("rename it to `{meant}`"), node.span, meant);
            let f = f.help(format!("Rename the key to `{meant}`"));
            // A key of another habit (`tasks` for `pipeline_tag`) may hold its value in another form.
            if slip && !document.node(value).anchored { f.fix(rename) } else { f }
        });
    }
}
