//! Pointers of Git LFS: what a checkout without the large files has in their place.

/// Longest pointer, in bytes (Git LFS specification).
pub const MAX: usize = 1024;

/// The size of the file that a pointer stands for.
/// Source: <https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>
#[must_use]
pub fn read(bytes: &[u8]) -> Option<u64> {
    if bytes.len() >= MAX || !bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    text.lines().find_map(|line| line.strip_prefix("size ")?.trim().parse().ok())
}

/// Patterns in `.gitattributes` whose files Git LFS or Xet keeps.
#[must_use]
pub fn patterns(attributes: &str) -> Vec<String> {
    let lines = attributes.lines().map(str::trim).filter(|line| !line.starts_with('#') && line.contains("filter=lfs"));
    lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// True when a pattern is for a file of the folder itself: `*.bin`, `model.gguf`, `*tfevents*`. One of another form may
/// be for it too, and counts as such.
#[must_use]
pub fn covers(pattern: &str, name: &str) -> bool {
    let pattern = pattern.trim_start_matches("**/").trim_start_matches('/');
    if pattern.contains(['?', '[', '\\', '/']) {
        return true;
    }
    let parts: Vec<&str> = pattern.split('*').collect();
    let [first, middle @ .., last] = parts.as_slice() else { return pattern == name };
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Whether `.gitattributes` gives a file of the folder itself to Git LFS: the last line that speaks of it decides.
/// Patterns that may be for it and need not are passed over.
#[must_use]
pub fn keeps(attributes: &str, name: &str) -> bool {
    let lines = attributes.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let of_it = lines.filter(|line| {
        let pattern = line.split_whitespace().next().unwrap_or_default().trim_matches('"').trim_start_matches("**/");
        !pattern.contains(['?', '[', '\\']) && !pattern.trim_start_matches('/').contains('/') && covers(pattern, name)
    });
    let filters = of_it.flat_map(|line| line.split_whitespace().skip(1)).filter(|word| word.contains("filter"));
    filters.last() == Some("filter=lfs")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_last_line_decides() {
        let kept = |attributes: &str| super::keeps(attributes, "README.md");
        assert!(kept("*.md filter=lfs diff=lfs merge=lfs -text\n") && kept("*.bin filter=lfs\nREADME.md filter=lfs"));
        assert!(kept("**/*.md filter=lfs") && kept("\"README.md\" filter=lfs"));
        assert!(!kept("* filter=lfs\n*.md -filter -text\n") && !kept("docs/*.md filter=lfs") && !kept("*.md text"));
        assert!(!kept("# *.md filter=lfs\n") && !kept("[a-z]*.md filter=lfs") && !kept(""));
    }

    #[test]
    fn patterns_cover_files() {
        let patterns = super::patterns("*.bin filter=lfs diff=lfs merge=lfs -text\n# *.x filter=lfs\n*.txt text\n");
        assert_eq!(patterns, ["*.bin"]);
        for (pattern, name, covered) in [
            ("*.bin", "pytorch_model.bin", true),
            ("*.bin", "model.safetensors", false),
            ("model.gguf", "model.gguf", true),
            ("model.gguf", "my-model.gguf", false),
            ("*tfevents*", "events.out.tfevents.1", true),
            ("saved_model/**/*", "a.bin", true),
        ] {
            assert_eq!(super::covers(pattern, name), covered, "{pattern} {name}");
        }
    }

    #[test]
    fn gives_the_size() {
        let text = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4321\n";
        assert_eq!(super::read(text.as_bytes()), Some(4321));
        assert_eq!(super::read(b"{\"version\": 1}"), None);
        assert_eq!(super::read(b"version https://git-lfs.github.com/spec/v1\n"), None);
    }
}
