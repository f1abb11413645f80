//! Checks of the group `license`: do the terms of the model hold together with those of what it
//! derives from?

pub mod derivation;
pub mod identity;
pub mod policy;
pub mod text;

use crate::card::Card;
use crate::license::{Declared, Terms, resolve};

/// What the card declares, resolved.
#[must_use]
pub fn declared(card: &Card<'_>) -> Terms {
    let Some((document, _)) = card.mapping() else { return Terms::default() };
    let values: Vec<&str> = card
        .field_items("license")
        .into_iter()
        .filter(|&id| !document.is_null(id))
        .filter_map(|id| document.text(id))
        .collect();
    let name = card.field_text("license_name").map(str::trim).filter(|name| !name.is_empty());
    resolve(Declared { license: &values, name })
}
