//! `encoding-invalid`: the bytes are no UTF-8 text.

use crate::card::FaultKind;
use crate::checks::{Context, Sink};

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    for fault in &ctx.card.faults {
        sink.add("encoding-invalid", fault.span, format!("The file cannot be read as text: {}", fault.message), |f| {
            f.help(match fault.kind {
                FaultKind::Utf16 { .. } => "Save the file as UTF-8: `iconv -f UTF-16 -t UTF-8` converts it",
                FaultKind::Nul => "Remove the NUL bytes: no text editor writes them into UTF-8",
                FaultKind::NotUtf8 => {
                    "Save the file as UTF-8; `iconv -f WINDOWS-1252 -t UTF-8` converts the commonest case"
                }
            })
        });
    }
}
