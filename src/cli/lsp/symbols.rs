//! The outline of a card: its metadata keys and its sections.

use lsp_types::{DocumentSymbol, DocumentSymbolResponse, SymbolKind};

use super::Document;
use super::place::{self, Encoding};
use crate::card::Card;
use crate::text::{Span, safe};

/// The symbols of a buffer, nested as its headings are.
pub(super) fn all(document: &Document, encoding: Encoding) -> DocumentSymbolResponse {
    let symbol = |name: &str, kind: SymbolKind, whole: Span, named: Span, children: Vec<DocumentSymbol>| {
        #[allow(deprecated, reason = "the protocol's type has the member still")]
        DocumentSymbol {
            // Clients refuse empty names.
            name: if name.trim().is_empty() { "(untitled)".to_owned() } else { safe::line(name).into_owned() },
            detail: None,
            kind,
            tags: None,
            deprecated: None,
            range: place::range(&document.source, whole, encoding),
            selection_range: place::range(&document.source, named, encoding),
            children: (!children.is_empty()).then_some(children),
        }
    };
    document.with_card(|card| {
        let mut symbols = Vec::new();
        if let (Some((yaml, root)), Some(block)) = (card.mapping(), card.front.block) {
            let keys = yaml.pairs(root).iter().filter_map(|&(key, value)| {
                let named = yaml.node(key).span;
                let whole = named.to(yaml.node(value).span);
                Some(symbol(yaml.text(key)?, SymbolKind::PROPERTY, whole, named, Vec::new()))
            });
            symbols.push(symbol(
                "front matter",
                SymbolKind::NAMESPACE,
                block.open.to(block.close),
                block.open,
                keys.collect(),
            ));
        }
        symbols.extend(sections(card, None, &symbol));
        DocumentSymbolResponse::Nested(symbols)
    })
}

type Make<'m> = &'m dyn Fn(&str, SymbolKind, Span, Span, Vec<DocumentSymbol>) -> DocumentSymbol;

/// The sections whose heading stands below `parent`.
fn sections(card: &Card<'_>, parent: Option<usize>, make: Make<'_>) -> Vec<DocumentSymbol> {
    let headings = card.outline.headings.iter().enumerate().filter(|(_, heading)| heading.parent == parent);
    headings
        .map(|(at, heading)| {
            let whole = heading.span.to(heading.section);
            make(&heading.text, SymbolKind::STRING, whole, heading.span, sections(card, Some(at), make))
        })
        .collect()
}
