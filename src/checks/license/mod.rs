//! Checks of the group `license`: do the terms of the model hold together with those of what it
//! derives from?

pub mod body;
pub mod derivation;
pub mod files;
pub mod identity;
pub mod policy;
pub mod text;
