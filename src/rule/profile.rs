//! Profiles: named choices of rules and severities (`rules/profiles/`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Strictness;
use crate::embedded;
use crate::text::suggest;

/// A named choice of rules and of their severities.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name on the command line.
    pub id: String,
    /// Whom it is for.
    pub title: String,
    /// Rules up to this strictness run.
    pub strictness: Strictness,
    /// Rules or groups that do not.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Rule or group to severity, where it is another than the rule's own.
    #[serde(default)]
    pub severity: BTreeMap<String, String>,
}

/// The profiles, the least strict first.
static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let paths = embedded::DATA_FILES.iter().map(|&(path, _)| path);
    let mut profiles: Vec<Profile> =
        paths.filter(|path| path.starts_with("rules/profiles/")).map(embedded::table).collect();
    profiles.sort_by_key(|profile| (profile.strictness, profile.severity.len()));
    profiles
});

impl Profile {
    /// All profiles, the least strict first.
    #[must_use]
    pub fn all() -> &'static [Profile] {
        &PROFILES
    }

    /// The profile with this name.
    ///
    /// # Errors
    /// When there is none, with the nearest name.
    pub fn named(name: &str) -> Result<&'static Profile, String> {
        let names = || PROFILES.iter().map(|profile| profile.id.as_str());
        PROFILES.iter().find(|profile| profile.id == name).ok_or_else(|| {
            let hint = suggest::nearest(name, names()).map(|near| format!("; did you mean `{near}`?"));
            let list = names().collect::<Vec<_>>().join(", ");
            format!("`{name}` is not a profile; choose from {list}{}", hint.unwrap_or_default())
        })
    }
}

impl Default for &'static Profile {
    fn default() -> Self {
        let default = Strictness::default();
        PROFILES
            .iter()
            .find(|profile| profile.id == default.as_str())
            .unwrap_or_else(|| panic!("internal: there is no profile {default}"))
    }
}
