//! What stands for the Hub in a program without the feature `online`: there is none.

use std::sync::Arc;

use super::Reference;
use crate::cli::discover::Target;
use crate::license::{Role, Stated};

/// No Hub.
pub enum Hub {}

impl Hub {
    /// # Errors
    /// Always.
    pub fn from_environment() -> anyhow::Result<Self> {
        anyhow::bail!("--online: this program was built without the feature `online`")
    }

    pub fn stated(&self, _: Role, _: &str) -> Option<Stated> {
        match *self {}
    }

    pub fn failures(&self) -> Vec<String> {
        match *self {}
    }
}

pub(super) fn targets(hub: &Arc<Hub>, _: &Reference) -> Result<Vec<Target>, String> {
    match **hub {}
}
