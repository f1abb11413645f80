//! The data files of the project, embedded at build time by `build.rs`.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// An embedded table below `rules/` as JSON, by the path of its YAML file from the project's root.
#[must_use]
pub fn data(path: &str) -> Option<&'static str> {
    DATA_FILES.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}
