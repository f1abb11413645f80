//! `encoding-invalid`: the bytes are no UTF-8 text.

use crate::checks::{Context, Sink};

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    for fault in &ctx.card.faults {
        sink.add("encoding-invalid", fault.span, format!("The file cannot be read as text: {}", fault.message), |f| {
            f.help("Save the file as UTF-8 without NUL bytes; `iconv -f WINDOWS-1252 -t UTF-8` converts the commonest case")
        });
    }
}
