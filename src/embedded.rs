//! The data files of the project, embedded at build time by `build.rs`.

use serde::Deserialize;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// An embedded table below `rules/` as JSON, by the path of its YAML file from the project's root.
#[must_use]
pub fn data(path: &str) -> Option<&'static str> {
    DATA_FILES.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}

/// Reads an embedded table. The files are part of the program: a broken one is a defect of the build, which
/// the tests rule out.
pub(crate) fn table<T: for<'de> Deserialize<'de>>(path: &str) -> T {
    let text = data(path).unwrap_or_else(|| panic!("internal: {path} is not embedded"));
    serde_json::from_str(text).unwrap_or_else(|error| panic!("internal: {path}: {error}"))
}
